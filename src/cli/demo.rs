//! `huzhu demo`: a generated world and the counter in it, without a server, an account or a configuration.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::anyhow;
use chrono::NaiveDate;

use super::start::Place;
use super::{Global, words};
use crate::store::StoreError;
use crate::store::journal::Journal;
use crate::store::loading::Progress;
use crate::store::sqlite::SqliteStore;
use crate::strings::Strings;
use crate::strings::errors::store_error;
use crate::world::assess::{engine_of, published};
use crate::world::{World, world_day};

/// Who works in the demo.
pub const LOGIN: &str = "0137";
/// The demo's world is the same for everybody.
const SEED: u64 = 1;
/// Members of a demo.
const MEMBERS: u32 = 20_000;
/// Columns of the bar.
const BAR: u64 = 40;

/// The counter in a generated world.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many members the world has (default: 20000, or those that are there)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1_000..=5_000_000))]
    members: Option<u32>,
    /// The world's day (default: the one that it was made with, 2021-03-20)
    #[arg(long, value_name = "DATE")]
    today: Option<NaiveDate>,
    /// The login
    #[arg(long = "as", alias = "login", value_name = "LOGIN", default_value = LOGIN)]
    login: String,
    /// Only make the world
    #[arg(long)]
    make_only: bool,
}

impl Args {
    /// Makes the world where it is not there, then runs the counter in it.
    ///
    /// # Errors
    /// A sentence that says what to do.
    pub fn run(&self, global: &Global) -> anyhow::Result<ExitCode> {
        let Some(config) = global.config(Vec::new())? else { return Ok(super::USAGE.into()) };
        let strings = Strings::new(config.lang());
        let data = global.data_dir(&strings)?.demo();
        data.make().map_err(|error| anyhow!(words::data_dir(&error, &strings)))?;
        let database = data.central();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        runtime.block_on(leave_other_version(&database, data.root(), &strings))?;
        // What the world was made with stands beside it.
        let note = data.root().join("members");
        let there = std::fs::read_to_string(&note).ok().and_then(|text| text.trim().parse::<u32>().ok());
        let wanted = self.members.or(there).unwrap_or(MEMBERS);
        if !database.exists() || there != Some(wanted) {
            if database.exists() {
                let aside = data.set_aside().map_err(|error| anyhow!(words::data_dir(&error, &strings)))?;
                let Some(aside) = aside else {
                    return Err(anyhow!(strings.with("start-in-use", &[("path", &data.root().display())])));
                };
                eprintln!("{}", strings.with("demo-anew", &[("members", &wanted), ("aside", &aside.display())]));
            }
            let day = self.today.unwrap_or_else(world_day);
            let made = runtime.block_on(make(&database, wanted, day, &strings));
            made.map_err(|error| anyhow!(words::open(&error, &database, &self.login, &strings)))?;
            std::fs::write(&note, wanted.to_string())?;
        }
        if self.make_only {
            return Ok(ExitCode::SUCCESS);
        }
        // The counter has a runtime of its own.
        drop(runtime);
        // Without a day of its own it is the world's.
        super::desk::run(Place::here(config, data, database.into(), self.login.clone(), self.today))
    }
}

/// Sets a world aside that another version of the program made, and says so.
async fn leave_other_version(database: &Path, folder: &Path, strings: &Strings) -> anyhow::Result<()> {
    if !SqliteStore::is_of_other_version(database).await {
        return Ok(());
    }
    // Another window program may be at work on it: its journal is locked then.
    drop(Journal::open(folder).await.map_err(|error| anyhow!(words::journal(&error, folder, strings)))?);
    let aside = SqliteStore::set_aside(database).map_err(|error| anyhow!(store_error(&error, strings)))?;
    eprintln!("{}", strings.with("demo-other-version", &[("aside", &aside.display())]));
    Ok(())
}

/// Makes a world of so many members at a path, and says how far it is.
///
/// # Errors
/// Where the file can't be written.
pub async fn make(path: &Path, members: u32, day: NaiveDate, strings: &Strings) -> Result<(), StoreError> {
    let claims = World::usual_claims(members);
    let policies = published();
    let engine = engine_of(&policies);
    let mut bar = Bar::new(strings.with("demo-making", &[("members", &members)]));
    let told = |progress: Progress| {
        // A claim takes about as long as three members.
        let (done, all) = (progress.members + 3 * progress.claims, u64::from(members) + 3 * u64::from(claims));
        bar.show(done * 100 / all.max(1));
    };
    let made = SqliteStore::create(path, World::new(SEED, members, claims, day), policies, engine, told).await;
    bar.end();
    if let Err(error) = &made {
        tracing::error!(error = store_error(error, strings), "the world was not made");
    }
    made
}

/// A bar on the error output: one line that is drawn over on a terminal, one line in all elsewhere.
struct Bar {
    words: String,
    shown: Option<u64>,
    terminal: bool,
}

impl Bar {
    fn new(words: String) -> Bar {
        let bar = Bar { words, shown: None, terminal: std::io::stderr().is_terminal() };
        if !bar.terminal {
            eprintln!("{}", bar.words);
        }
        bar
    }

    fn show(&mut self, percent: u64) {
        let percent = percent.min(100);
        if !self.terminal || self.shown == Some(percent) {
            return;
        }
        self.shown = Some(percent);
        let full = (percent * BAR / 100) as usize;
        let bar = format!("{}{}", "#".repeat(full), ".".repeat(BAR as usize - full));
        // A bar that can't be shown is no reason to stop.
        let _ = write!(std::io::stderr(), "\r{} [{bar}] {percent:>3}%", self.words);
    }

    fn end(&mut self) {
        self.show(100);
        if self.terminal {
            eprintln!();
        }
    }
}
