//! `huzhu seal`: takes what the centre recorded into the tree and signs it, once or again and again. It runs on a machine
//! of its own, which has the key; the centre never has it. `--new-key` makes one.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::anyhow;
use chrono::Utc;

use super::password::PasswordFrom;
use super::{Global, USAGE, database, wait, words};
use crate::domain::secret::Secret;
use crate::store::postgres::PostgresStore;
use crate::store::sealer::{BATCH, SealError, Sealer, new_key};
use crate::store::{Store, StoreError};
use crate::strings::Strings;
use crate::strings::errors::{seal_error, store_error};

/// Seal what was recorded, or make the key for it.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The centre: postgres://HOST/DATABASE
    #[arg(long, value_name = "URL")]
    db: Option<String>,
    /// The file of the signer's key; what the sealer remembers stands beside it
    #[arg(long, value_name = "FILE", required_unless_present = "new_key")]
    key: Option<PathBuf>,
    /// Seal again and again, with so many seconds between
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    every: Option<u64>,
    /// The account, which has the duty `sealer` and no other
    #[arg(long, value_name = "LOGIN")]
    login: Option<String>,
    #[command(flatten)]
    password: PasswordFrom,
    /// Make a new key in this file, and print what terminals check with
    #[arg(long, value_name = "FILE", requires = "name", conflicts_with_all = ["db", "key", "every", "login", "fd"])]
    new_key: Option<PathBuf>,
    /// The name that goes into the key and every checkpoint, such as huzhu.example/2021
    #[arg(long, value_name = "NAME", requires = "new_key")]
    name: Option<String>,
}

impl Args {
    /// Prints one JSON object a round: `{"size","root","leaves","waiting"}`. Exit status 1 after an alarm.
    pub fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        if let (Some(path), Some(name)) = (&self.new_key, &self.name) {
            return make(path, name, &global.strings());
        }
        let mut flags = Vec::new();
        flags.extend(self.db.iter().map(|db| ("database.url", db.clone(), "--db")));
        flags.extend(self.login.iter().map(|login| ("database.login", login.clone(), "--login")));
        let Some(config) = global.config(flags)? else { return Ok(ExitCode::from(USAGE)) };
        let strings = Strings::new(config.lang());
        let told = |error: SealError| anyhow!(seal_error(&error, &strings));
        let path = self.key.unwrap_or_default();
        let mut sealer = Sealer::open(&path).map_err(told)?;
        let options = database::options(config.get("database.url"), &config, &strings)?;
        let login = Some(config.get("database.login")).filter(|login| !login.is_empty()).map(str::to_owned);
        let login = login.or(options.login.clone()).ok_or_else(|| anyhow!(strings.get("start-no-login")))?;
        let password = self.password.read(&login, &strings)?;
        let centre = PostgresStore::new(options);
        wait(rounds(&mut sealer, centre, (&login, &password), self.every, &strings))
    }
}

/// Makes a key; its half for the terminals is all that goes to the standard output.
fn make(path: &Path, name: &str, strings: &Strings) -> anyhow::Result<ExitCode> {
    let verifier = new_key(path, name).map_err(|error| anyhow!(seal_error(&error, strings)))?;
    words::say(&verifier.to_string())?;
    eprintln!("{}", words::safe(&strings.with("seal-new-key", &[("path", &path.display())])));
    Ok(ExitCode::SUCCESS)
}

/// Seals until nothing waits; with `every` for ever. What may pass by itself ends no round but the only one.
async fn rounds(
    sealer: &mut Sealer,
    mut centre: PostgresStore,
    (login, password): (&str, &Secret),
    every: Option<u64>,
    strings: &Strings,
) -> anyhow::Result<ExitCode> {
    loop {
        match round(sealer, &mut centre, login, password).await {
            Ok(()) => {}
            Err(Trouble::Out(error)) => return Err(error),
            Err(Trouble::Seal(SealError::Store(error))) if every.is_some() && error.may_pass() => {
                eprintln!("huzhu: {}", words::safe(&store_error(&error, strings)));
            }
            Err(Trouble::Seal(error)) => return Err(anyhow!(seal_error(&error, strings))),
        }
        let Some(seconds) = every else { return Ok(ExitCode::SUCCESS) };
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }
}

/// What ended a round.
enum Trouble {
    Seal(SealError),
    Out(anyhow::Error),
}

async fn round(sealer: &mut Sealer, centre: &mut PostgresStore, login: &str, password: &Secret) -> Result<(), Trouble> {
    // The same person again changes nothing.
    centre.log_in(login, password).await.map_err(|error: StoreError| Trouble::Seal(error.into()))?;
    loop {
        let sealed = sealer.seal(centre, Utc::now()).await.map_err(Trouble::Seal)?;
        let said = words::json(&sealed).map_err(anyhow::Error::from).and_then(|line| Ok(words::say(&line)?));
        said.map_err(Trouble::Out)?;
        if sealed.leaves < BATCH {
            return Ok(());
        }
    }
}
