//! `huzhu verify`: the whole database recomputed, at a centre the tree over all events too. Exit status 1 where anything
//! differs. It only reads: a damaged file stays as it is, and what can't be read of it is a difference.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::anyhow;
use serde::Serialize;

use super::database::{self, Database};
use super::password::PasswordFrom;
use super::{Global, words};
use crate::config::Config;
use crate::domain::note::{Checkpoint, VerifierKey};
use crate::store::sqlite::SqliteStore;
use crate::store::tree_walk::TreeFound;
use crate::store::witness::{Witness, WitnessError};
use crate::store::{Difference, Store};
use crate::strings::Strings;
use crate::strings::errors::{store_error, witness};

/// Recompute every claim and walk every chain.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The database: sqlite:PATH or postgres://HOST/DATABASE
    #[arg(long, value_name = "URL")]
    db: Database,
    /// The account
    #[arg(long = "as", value_name = "LOGIN", alias = "login", default_value = "0001")]
    login: String,
    #[command(flatten)]
    password: PasswordFrom,
    /// What the checkpoints of a centre are checked with; without it the configuration's database.seal_key
    #[arg(long, value_name = "KEY")]
    seal_key: Option<String>,
    /// A terminal's or a sealer's file `checkpoint`, kept away from the centre: its tree must be the beginning of this one
    #[arg(long, value_name = "FILE")]
    kept: Option<PathBuf>,
}

/// What is printed: of a file's database the first three.
#[derive(Serialize)]
struct Answer {
    claims: u64,
    chains: u64,
    differences: Vec<Difference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    leaves: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checkpoints: Option<u64>,
}

/// Prints one JSON object: `{"claims","chains","differences":[{"claim","field"}]}`, of a centre with `"leaves"` and
/// `"checkpoints"`.
pub async fn run(args: Args, global: &Global) -> anyhow::Result<ExitCode> {
    let strings = &global.strings();
    let told = |error| anyhow!(store_error(&error, strings));
    let (mut found, tree) = match &args.db {
        Database::Sqlite(path) => {
            let store = SqliteStore::open_to_read(path, &args.login).await.map_err(told)?;
            (store.verify().await.map_err(told)?, None)
        }
        Database::Postgres(url) => {
            let config = global.config(Vec::new())?.ok_or_else(|| anyhow!(strings.get("start-bad-config")))?;
            let (key, kept) = outside(&args, &config, strings)?;
            let store = database::centre(url, &args.login, &args.password, global, strings).await?;
            (store.verify().await.map_err(told)?, Some(store.verify_tree(key, kept).await.map_err(told)?))
        }
    };
    let (leaves, checkpoints) = tree.as_ref().map(|tree: &TreeFound| (tree.leaves, tree.checkpoints)).unzip();
    found.differences.extend(tree.into_iter().flat_map(|tree| tree.differences));
    let differs = !found.differences.is_empty();
    let (claims, chains, differences) = (found.claims, found.chains, found.differences);
    words::say(&words::json(&Answer { claims, chains, differences, leaves, checkpoints })?)?;
    Ok(if differs { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// What the centre can't have changed: the key, and the checkpoint that was kept.
fn outside(
    args: &Args,
    config: &Config,
    strings: &Strings,
) -> anyhow::Result<(Option<VerifierKey>, Option<Checkpoint>)> {
    let told = |error: WitnessError| anyhow!(witness(&error, strings));
    let key = args.seal_key.as_deref().unwrap_or_else(|| config.get("database.seal_key"));
    let key = Some(key).filter(|key| !key.is_empty());
    let parsed = key.map(|key| key.parse().map_err(|_| told(WitnessError::Key))).transpose()?;
    if parsed.is_none() {
        eprintln!("{}", words::safe(&strings.get("verify-no-key")));
    }
    Ok((parsed, args.kept.as_deref().map(|path| kept(path, key).map_err(told)).transpose()?))
}

/// The checkpoint of a file, which the same key must have signed.
fn kept(path: &Path, key: Option<&str>) -> Result<Checkpoint, WitnessError> {
    // A terminal without one yet is what the witness takes a missing file for.
    std::fs::metadata(path).map_err(|error| WitnessError::Io(path.to_owned(), error))?;
    let witness = Witness::open(path, key)?;
    match witness.held() {
        Some(held) if witness.fits_its_key() => Ok(held.clone()),
        _ => Err(WitnessError::Damaged(path.to_owned())),
    }
}
