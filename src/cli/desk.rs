//! `huzhu`: the counter on this terminal.

use std::fs;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use chrono::NaiveDate;
use rustix::process::{Resource, Rlimit, setrlimit};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tracing_appender::rolling::{RollingFileAppender, Rotation};

use super::database::Database;
use super::start::Place;
use super::{Global, words};
use crate::runtime::{self, End, Signals};
use crate::strings::Strings;
use crate::term::backend::Screen;
use crate::term::{Input, guard, input};

/// How long the last writing may take at the end.
const LAST_WRITES: Duration = Duration::from_secs(3);
/// How long a terminal may take to answer.
const PROBE: Duration = Duration::from_millis(200);
/// Days of logs that are kept.
const LOGS: usize = 14;

/// The counter.
#[derive(Debug, Default, clap::Args)]
pub struct Args {
    /// The database: sqlite:PATH or postgres://HOST/DATABASE
    #[arg(long, value_name = "URL")]
    db: Option<String>,
    /// The login
    #[arg(long = "login", visible_alias = "as", value_name = "LOGIN")]
    login: Option<String>,
    /// Another day, for a generated database
    #[arg(long, value_name = "DATE")]
    today: Option<NaiveDate>,
}

impl Args {
    /// Whether anything is asked for.
    pub fn is_given(&self) -> bool {
        self.db.is_some() || self.login.is_some() || self.today.is_some()
    }

    /// Runs the counter until its end.
    ///
    /// # Errors
    /// A sentence that says what to do.
    pub fn run(&self, global: &Global) -> anyhow::Result<ExitCode> {
        let mut flags = Vec::new();
        flags.extend(self.db.iter().map(|db| ("database.url", db.clone(), "--db")));
        flags.extend(self.login.iter().map(|login| ("database.login", login.clone(), "--login")));
        let Some(config) = global.config(flags)? else { return Ok(super::USAGE.into()) };
        let data = global.data_dir(&Strings::new(config.lang()))?;
        let database = match config.get("database.url").parse() {
            Ok(database) => database,
            Err(_) => Database::Sqlite(data.central()),
        };
        let login = config.get("database.login").to_owned();
        if login.is_empty() && matches!(database, Database::Sqlite(_)) {
            return Err(anyhow!(Strings::new(config.lang()).get("start-no-login")));
        }
        run(Place::here(config, data, database, login, self.today))
    }
}

/// Runs the counter on this terminal.
///
/// # Errors
/// A sentence that says what to do.
pub fn run(mut place: Place) -> anyhow::Result<ExitCode> {
    let strings = Strings::new(place.lang());
    if !guard::is_terminal() {
        return Err(anyhow!(strings.get("start-no-terminal")));
    }
    // What is in memory is personal: no picture of it on the disk.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    place.data.make().map_err(|error| anyhow!(words::data_dir(&error, &strings)))?;
    log(&place)?;
    guard::on_panic(strings.get("start-panic"));
    let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let mut writer = None;
    let ended = catch_unwind(AssertUnwindSafe(|| {
        tokio.block_on(async {
            let mut signals = Signals::listen()?;
            let (to, mut inputs) = unbounded_channel();
            let mut held = None;
            if place.config.get("ui.ambiguous_width") == "probe" {
                held = Some(guard::Guard::enter()?);
                input::start(input::open()?, to.clone())?;
                place.theme.ascii |= lines_are_wide(&mut inputs).await;
            }
            let (mut machine, handle) = place.open(|store| store).await?;
            writer = Some(handle);
            let _guard = match held {
                Some(guard) => guard,
                None => {
                    let guard = guard::Guard::enter()?;
                    input::start(input::open()?, to)?;
                    guard
                }
            };
            let (columns, rows) = place.size;
            let mut screen = Screen::new(guard::output()?, columns, rows, place.theme.colours);
            runtime::run(&mut machine, &mut screen, &mut inputs, &mut signals, guard::size).await.map_err(Into::into)
        })
    }));
    if let Some(writer) = writer {
        // Everything that was to be kept is on the disk before the program ends.
        let written = tokio.block_on(async { tokio::time::timeout(LAST_WRITES, writer).await });
        if written.is_err() {
            tracing::error!("the last drafts were not written in time");
        }
    }
    tokio.shutdown_timeout(Duration::from_millis(200));
    match ended {
        Ok(Ok(End::Asked | End::Signal | End::Gone)) => Ok(ExitCode::SUCCESS),
        // The sentence was said when it happened.
        Ok(Ok(End::Broken)) | Err(_) => Ok(ExitCode::FAILURE),
        Ok(Err(error)) => Err(error),
    }
}

/// Whether this terminal draws a line character two columns wide. One that does not answer draws it one wide.
async fn lines_are_wide(inputs: &mut UnboundedReceiver<Input>) -> bool {
    let asked = guard::output().and_then(|mut output| output.write_all("\r\u{2500}\x1b[6n\r\x1b[K".as_bytes()));
    if asked.is_err() {
        return false;
    }
    let answer = async {
        while let Some(input) = inputs.recv().await {
            if let Input::Cursor(_, column) = input {
                return column == 3;
            }
        }
        false
    };
    tokio::time::timeout(PROBE, answer).await.unwrap_or(false)
}

/// Writes what the program does, without personal data, into a file a day.
fn log(place: &Place) -> anyhow::Result<()> {
    let folder = place.data.root();
    fs::create_dir_all(folder)?;
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("huzhu")
        .filename_suffix("log")
        .max_log_files(LOGS)
        .build(folder)
        .with_context(|| folder.display().to_string())?;
    let level = place.config.get("log.level").parse::<tracing::level_filters::LevelFilter>()?;
    let file = std::sync::Mutex::new(file);
    // A second counter in one process (a test) logs into the first one's file.
    let _ = tracing_subscriber::fmt().json().with_max_level(level).with_writer(file).try_init();
    Ok(())
}
