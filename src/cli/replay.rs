//! `huzhu replay`: a story of keys through the whole program without a terminal, with what it cost.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use chrono::NaiveDate;
use serde::Serialize;
use tokio::task::JoinHandle;

use super::cut::{Cuttable, Line};
use super::database::{self, Database};
use super::password::PasswordFrom;
use super::start::Place;
use super::story::{self, Step};
use super::{Global, demo, words};
use crate::app::Msg;
use crate::config::{Config, DataDir};
use crate::domain::secret::Secret;
use crate::keymap::Key;
use crate::runtime::{Asked, Machine};
use crate::store::{Request, Store};
use crate::strings::{Lang, Strings};
use crate::term::backend::{Cost, Screen};
use crate::term::{Input, screen_text};
use crate::ui::theme::Theme;

/// How long an expectation waits.
const PATIENCE: Duration = Duration::from_secs(10);
/// What the counter will do by itself this soon is waited for.
const SOON: Duration = Duration::from_secs(3);

/// A story of keys through the whole program.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The story
    file: PathBuf,
    /// The database: sqlite:PATH or postgres://HOST/DATABASE
    #[arg(long, value_name = "URL")]
    db: Database,
    /// The login
    #[arg(long = "as", alias = "login", value_name = "LOGIN", default_value = demo::LOGIN)]
    login: String,
    /// Another day, for a generated database
    #[arg(long, value_name = "DATE")]
    today: Option<NaiveDate>,
    /// Columns and rows
    #[arg(long, value_name = "SIZE", default_value = "80x24", value_parser = size)]
    size: (u16, u16),
    /// Where slips go, as text
    #[arg(long, value_name = "DIR")]
    slips: Option<PathBuf>,
    #[command(flatten)]
    password: PasswordFrom,
    /// List every frame with its bytes
    #[arg(long)]
    frames: bool,
}

fn size(text: &str) -> Result<(u16, u16), String> {
    let parsed = text.split_once('x').and_then(|(c, r)| Some((c.parse().ok()?, r.parse().ok()?)));
    parsed.filter(|(c, r)| (1..=500).contains(c) && (1..=500).contains(r)).ok_or_else(|| "80x24".into())
}

impl Args {
    /// Runs the story and prints its outcome as JSON.
    ///
    /// # Errors
    /// A sentence that says what to do.
    pub fn run(&self, global: &Global) -> anyhow::Result<ExitCode> {
        let Some(config) = global.config(Vec::new())? else { return Ok(super::USAGE.into()) };
        let story = std::fs::read_to_string(&self.file).with_context(|| self.file.display().to_string())?;
        let strings = Strings::new(config.lang());
        let password = match &self.db {
            Database::Sqlite(_) => self.password.take(&strings).map(|()| None)?,
            Database::Postgres(url) => {
                // What is wrong with the address is said before the password is asked for.
                database::options(url, &config, &strings)?;
                Some(self.password.read(&self.login, &strings)?)
            }
        };
        let options = Options {
            story,
            database: self.db.clone(),
            login: self.login.clone(),
            password,
            today: self.today,
            size: self.size,
            slips: self.slips.clone(),
            frames: self.frames,
            data: global.data.clone(),
            config,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let outcome = runtime.block_on(run_story(options))?;
        words::say(&serde_json::to_string_pretty(&outcome)?)?;
        Ok(if outcome.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// What a story is run with.
pub struct Options {
    /// The story's text.
    pub story: String,
    /// The database.
    pub database: Database,
    /// The login.
    pub login: String,
    /// Its password, where the database asks for one: it is given before the story begins.
    pub password: Option<Secret>,
    /// Another day for a generated database.
    pub today: Option<NaiveDate>,
    /// Columns and rows.
    pub size: (u16, u16),
    /// Where slips go, as text; none: into the data directory.
    pub slips: Option<PathBuf>,
    /// Whether every frame is listed in the outcome.
    pub frames: bool,
    /// The data directory; none: a new one that is removed at the end.
    pub data: Option<PathBuf>,
    /// What is in force.
    pub config: Config,
}

impl Options {
    /// A story as clerk 0137 on 80x24, in a language, with what is built in.
    pub fn new(story: &str, database: impl Into<Database>, lang: Lang) -> Options {
        Options {
            story: story.to_owned(),
            database: database.into(),
            login: demo::LOGIN.to_owned(),
            password: None,
            today: None,
            size: (80, 24),
            slips: None,
            frames: false,
            data: None,
            config: Config::built_in(lang),
        }
    }
}

/// What a story cost, and what failed in it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Outcome {
    /// Keys pressed and characters typed; a paste is one.
    pub keys: usize,
    /// Frames: writes to the terminal.
    pub frames: usize,
    /// Bytes written to the terminal.
    pub bytes: usize,
    /// From a key to its frame, in microseconds.
    pub frame_us: Spread,
    /// Round trips whose answer a later step needed.
    pub round_trips: u32,
    /// All round trips.
    pub round_trips_all: u32,
    /// Every frame, where they were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub writes: Vec<Wrote>,
    /// Expectations that did not hold.
    pub failed: Vec<Failed>,
    /// Screens that the story asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub screens: Vec<Shown>,
    /// The screen at the end.
    pub screen: Vec<String>,
}

/// The middle, the 99th of a hundred, and the longest.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Spread {
    /// Half are below it.
    pub median: u64,
    /// 99 of a hundred are.
    pub p99: u64,
    /// The longest.
    pub max: u64,
}

/// A frame and what came before it.
#[derive(Clone, Debug, Serialize)]
pub struct Wrote {
    /// The line of the story, 0 at the start.
    pub line: usize,
    /// The last key or step.
    pub after: String,
    /// Whether it is the key's own frame; others come with answers and with the time.
    pub own: bool,
    /// Its bytes.
    pub bytes: usize,
}

/// An expectation that did not hold.
#[derive(Clone, Debug, Serialize)]
pub struct Failed {
    /// The line of the story.
    pub line: usize,
    /// What was expected, or `not …`.
    pub expected: String,
    /// What the screen showed.
    pub screen: Vec<String>,
}

/// A screen that the story asked for.
#[derive(Clone, Debug, Serialize)]
pub struct Shown {
    /// The line of the story.
    pub line: usize,
    /// The screen.
    pub screen: Vec<String>,
}

/// Runs a story.
///
/// # Errors
/// Where the story can't be read or the program can't start; what does not hold in it is in the outcome.
pub async fn run_story(options: Options) -> anyhow::Result<Outcome> {
    let mut steps: VecDeque<(usize, Step)> = story::parse(&options.story)?.into();
    let scratch = match &options.data {
        Some(_) => None,
        None => Some(Scratch::new()?),
    };
    let data = options.data.clone().or(scratch.as_ref().map(|scratch| scratch.0.clone()));
    let strings = Strings::new(options.config.lang());
    let data = DataDir::find(data.as_deref()).map_err(|error| anyhow!(words::data_dir(&error, &strings)))?;
    let (columns, rows) = options.size;
    let place = Place {
        config: options.config,
        data,
        database: options.database,
        login: options.login,
        password: options.password,
        today: options.today,
        theme: Theme::default(),
        size: (columns, rows),
        slips: options.slips,
        watched: true,
    };
    let mut teller = Teller::start(place, options.frames).await?;
    while let Some((line, step)) = steps.pop_front() {
        if teller.machine.is_over() {
            break;
        }
        let waits = matches!(steps.front(), Some((_, Step::Idle | Step::Expect(_) | Step::ExpectNot(_))));
        match step {
            Step::Kill => teller = teller.kill().await?,
            step => teller.step(line, step, waits).await?,
        }
    }
    teller.settle(PATIENCE).await?;
    let outcome = teller.end().await;
    drop(scratch);
    Ok(outcome)
}

/// A directory that goes when the story is over.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> anyhow::Result<Scratch> {
        let random = getrandom::u64().map_err(|error| anyhow!("{error}"))?;
        Ok(Scratch(std::env::temp_dir().join(format!("huzhu-replay-{random:016x}"))))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs the steps and counts.
struct Teller {
    place: Place,
    line: Arc<Line>,
    machine: Machine,
    writer: JoinHandle<()>,
    /// What the operations of this centre take.
    store: Arc<dyn Store>,
    screen: Screen<std::io::Sink>,
    outcome: Outcome,
    frame_us: Vec<u64>,
    /// A search whose rows nothing has needed yet.
    unused_search: Option<u32>,
    /// The rows of the term that is typed were needed: a later search of it is the same one.
    term_used: bool,
    /// Where the next frame belongs, where frames are listed.
    frames: Option<(usize, String)>,
}

impl Teller {
    async fn start(place: Place, frames: bool) -> anyhow::Result<Teller> {
        let (columns, rows) = place.size;
        let screen = Screen::new(std::io::sink(), columns, rows, place.theme.colours);
        let mut teller = Teller::open(place, screen).await?;
        teller.frames = frames.then(|| (0, "start".to_owned()));
        teller.draw(true)?;
        Ok(teller)
    }

    async fn open(place: Place, screen: Screen<std::io::Sink>) -> anyhow::Result<Teller> {
        let line = Arc::new(Line::default());
        let mut centre = None;
        let over = |store: Arc<dyn Store>| -> Arc<dyn Store> {
            centre = Some(Arc::clone(&store));
            Arc::new(Cuttable { store, line: Arc::clone(&line) })
        };
        let (machine, writer) = place.open(over).await?;
        let store = centre.context("no centre was opened")?;
        Ok(Teller {
            place,
            line,
            machine,
            writer,
            store,
            screen,
            outcome: Outcome::default(),
            frame_us: Vec::new(),
            unused_search: None,
            term_used: false,
            frames: None,
        })
    }

    /// `waits`: the next step needs what this one asked for.
    async fn step(&mut self, line: usize, step: Step, waits: bool) -> anyhow::Result<()> {
        if let Some(frames) = &mut self.frames {
            *frames = (line, name(&step));
        }
        match step {
            Step::Key(key) => {
                if acts(key) {
                    self.use_search();
                } else {
                    self.term_used = false;
                }
                self.press(Input::Key(key), waits)?;
            }
            Step::Paste(text) => self.press(Input::Paste(text), waits)?,
            Step::Idle => {
                self.use_search();
                self.settle(PATIENCE).await?;
            }
            Step::Expect(text) => {
                self.use_search();
                self.settle(PATIENCE).await?;
                if !self.appears(&text).await? {
                    self.failed(line, text);
                }
            }
            Step::ExpectNot(text) => {
                self.use_search();
                self.settle(PATIENCE).await?;
                if self.shows(&text) {
                    self.failed(line, format!("not {text}"));
                }
            }
            Step::Screen => {
                let screen = self.lines();
                self.outcome.screens.push(Shown { line, screen });
            }
            Step::Size(columns, rows) => {
                self.screen.resize(columns, rows);
                self.machine.apply(Msg::Resize(columns, rows));
                self.draw(true)?;
            }
            Step::Cut => self.line.cut(),
            Step::Lose => self.line.lose(),
            Step::Mend => self.line.mend(),
            // It takes the teller itself away.
            Step::Kill => {}
        }
        Ok(())
    }

    /// A key and its frame; answers that are there meanwhile are taken after it.
    fn press(&mut self, input: Input, waits: bool) -> anyhow::Result<()> {
        self.outcome.keys += 1;
        let begun = Instant::now();
        self.machine.input(input);
        self.count(waits);
        self.draw(true)?;
        self.frame_us.push(u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX));
        while let Some(answer) = self.machine.answer_now() {
            self.machine.take(answer);
        }
        self.draw(false)
    }

    /// Counts what was asked. `waits`: the next step of the story needs what this one asked for.
    fn count(&mut self, waits: bool) {
        for Asked { request, .. } in self.machine.asked() {
            let trips = self.store.trips(&request);
            self.outcome.round_trips_all += trips;
            match request {
                // Several searches of one term count as the one whose rows are used.
                Request::Search(_) if !self.term_used => self.unused_search = Some(trips),
                Request::Search(_) => {}
                Request::CheckBill(_) | Request::CheckStay { .. } if !waits => {}
                Request::LogIn { .. } | Request::LogOut => {}
                Request::Hello | Request::Reference { .. } | Request::Desk | Request::SlipKeys { .. } => {}
                Request::RecordPrint(..) | Request::Reconcile(_) if !waits => {}
                _ => self.outcome.round_trips += trips,
            }
        }
    }

    fn use_search(&mut self) {
        if let Some(trips) = self.unused_search.take() {
            self.outcome.round_trips += trips;
            self.term_used = true;
        }
    }

    /// `own`: the frame of a key or another step, not of an answer.
    fn draw(&mut self, own: bool) -> anyhow::Result<()> {
        let Cost { bytes, writes } = self.machine.draw(&mut self.screen)?;
        self.outcome.bytes += bytes;
        self.outcome.frames += writes;
        if let Some((line, after)) = &self.frames
            && writes > 0
        {
            self.outcome.writes.push(Wrote { line: *line, after: after.clone(), own, bytes });
        }
        // What was asked beside a key, after an answer or by the time.
        self.count(false);
        Ok(())
    }

    /// Waits until nothing is under way.
    async fn settle(&mut self, at_most: Duration) -> anyhow::Result<()> {
        let until = Instant::now() + at_most;
        while !self.machine.is_idle() && !self.machine.is_over() && Instant::now() < until {
            self.pass(until).await?;
        }
        Ok(())
    }

    /// Waits for an answer or for what the counter does by itself.
    async fn pass(&mut self, until: Instant) -> anyhow::Result<()> {
        let wake = self.machine.wake_in().unwrap_or(PATIENCE).min(until.saturating_duration_since(Instant::now()));
        tokio::select! {
            answer = self.machine.answer() => self.machine.take(answer),
            () = tokio::time::sleep(wake) => self.machine.tick(),
        }
        self.draw(false)
    }

    /// Whether a text is on the screen, now or after what the counter is about to do by itself.
    async fn appears(&mut self, text: &str) -> anyhow::Result<bool> {
        let until = Instant::now() + PATIENCE;
        while !self.shows(text) {
            let soon = self.machine.wake_in().is_some_and(|wake| wake < SOON);
            if Instant::now() >= until || (self.machine.is_idle() && !soon) {
                return Ok(false);
            }
            self.pass(until).await?;
        }
        Ok(true)
    }

    fn lines(&self) -> Vec<String> {
        screen_text(self.screen.shown())
    }

    fn shows(&self, text: &str) -> bool {
        self.lines().iter().any(|line| line.contains(text))
    }

    fn failed(&mut self, line: usize, expected: String) {
        let screen = self.lines();
        self.outcome.failed.push(Failed { line, expected, screen });
    }

    /// As SIGKILL would: nothing more is written, and the program starts again on what is there.
    async fn kill(self) -> anyhow::Result<Teller> {
        let Teller { place, mut machine, writer, store, mut screen, outcome, frame_us, frames, .. } = self;
        // The old program lets its files go before they are opened again.
        writer.abort();
        let _ = writer.await;
        machine.kill().await;
        drop((machine, store));
        screen.forget();
        let fresh = Teller::open(place, screen).await?;
        let mut teller = Teller { outcome, frame_us, frames, ..fresh };
        teller.draw(true)?;
        Ok(teller)
    }

    async fn end(mut self) -> Outcome {
        self.frame_us.sort_unstable();
        let at = |share: usize| {
            let last = self.frame_us.len().saturating_sub(1);
            self.frame_us.get((self.frame_us.len() * share / 100).min(last)).copied().unwrap_or(0)
        };
        let max = self.frame_us.last().copied().unwrap_or(0);
        self.outcome.frame_us = Spread { median: at(50), p99: at(99), max };
        self.outcome.screen = self.lines();
        drop(self.machine);
        // A story's directory is removed after its last draft was written.
        let _ = self.writer.await;
        self.outcome
    }
}

/// A step's name in the list of frames.
fn name(step: &Step) -> String {
    match step {
        Step::Key(key) => key.to_string(),
        Step::Paste(text) => text.clone(),
        other => format!("{other:?}").to_lowercase(),
    }
}

/// Whether a key acts on what is shown: it types nothing and edits nothing.
fn acts(key: Key) -> bool {
    use crate::keymap::Code;
    let edits = matches!(
        key.code,
        Code::Backspace | Code::Delete | Code::Left | Code::Right | Code::Home | Code::End | Code::Esc
    );
    key.text().is_none() && !edits
}
