//! The way of bytes to a device, each step with a time limit. No shell, no overwriting, no following of links. A way is
//! opened first ([`Courier::open`]: nothing has gone out, and an error there costs nothing), then the job is carried.

use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::error::PrintError;
use super::folder;
use super::job::Job;
use super::line::Line;
use super::printer::{Device, Language, Profile};
use super::state::{PrinterState, default_queue, of_lpstat};
use crate::domain::text::display_safe;
use crate::ui::text::cut;

/// Columns of what `lp` said that go into a sentence.
const SAID: usize = 120;

/// What carries jobs to devices: the print system's commands and the patience.
#[derive(Clone, Debug)]
pub struct Courier {
    /// The print system's command that takes jobs.
    pub lp: PathBuf,
    /// The one that tells how a queue is.
    pub lpstat: PathBuf,
    /// How long a printer may take to answer the call.
    pub connect: Duration,
    /// How long it may take for the next bytes, or `lp` for all of them, before that is told.
    pub stall: Duration,
    /// How long it may take to hang up after the last byte, which says that it has all.
    pub linger: Duration,
    /// How long after that an error may still come from one that hung up early.
    pub grace: Duration,
    /// How long it may take to say how it is.
    pub answer: Duration,
    /// How long one that says that it is well may take to work off what it was given.
    pub settle: Duration,
    /// How long a printer that has begun may be held up: no paper, cover open, a jam, off line.
    pub patience: Duration,
    /// How long all of a job may take, however often the printer stops and goes on again.
    pub whole: Duration,
    /// The pauses before a job is tried again of which no byte went out; the last one is kept to.
    pub pauses: Vec<Duration>,
}

impl Default for Courier {
    fn default() -> Courier {
        Courier {
            lp: PathBuf::from("/usr/bin/lp"),
            lpstat: PathBuf::from("/usr/bin/lpstat"),
            connect: Duration::from_secs(5),
            stall: Duration::from_secs(15),
            // Less than the program waits at its end: what was handed over is not in doubt at the next start.
            linger: Duration::from_secs(2),
            grace: Duration::from_millis(100),
            answer: Duration::from_millis(300),
            settle: Duration::from_secs(20),
            patience: Duration::from_secs(300),
            whole: Duration::from_secs(1800),
            pauses: [2, 5, 15, 30].map(Duration::from_secs).to_vec(),
        }
    }
}

/// How a job arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivered {
    /// As this file.
    File(PathBuf),
    /// In a queue; what `lp` said (`request id is …`), and how the queue was.
    Queued(String, PrinterState),
    /// The printer said that it has worked everything off.
    Printed,
    /// The printer took all and hung up.
    Taken,
    /// The printer was given all, and says nothing: some never hang up.
    Handed,
}

/// A way to a device that is open. No byte of a job has gone out.
pub struct Way(Open);

enum Open {
    Folder(PathBuf),
    /// The command that takes it, and how its queue is.
    Queue(Box<Child>, PrinterState),
    /// A line; whether the printer at its end says how it is.
    Line(Box<Line>, bool),
}

/// Is told what holds a job up on its way, and that nothing does any more (none).
pub type Holds<'a> = &'a mut (dyn FnMut(Option<&PrintError>) + Send);

/// Carries a job with the usual patience.
pub async fn deliver(profile: &Profile, job: &Job) -> Result<Delivered, PrintError> {
    Courier::default().deliver(profile, job).await
}

impl Courier {
    /// Carries a job that is not kept anywhere. After an error it may have arrived in part, except in a file.
    pub async fn deliver(&self, profile: &Profile, job: &Job) -> Result<Delivered, PrintError> {
        let way = self.open(profile, job).await?;
        self.carry(way, job, &mut |_| ()).await
    }

    /// Opens the way for a job.
    ///
    /// # Errors
    /// Where there is none, or the printer says that it can't print now: the job is as it was.
    pub async fn open(&self, profile: &Profile, job: &Job) -> Result<Way, PrintError> {
        let mut line = match &profile.device {
            Device::File(folder) => return Ok(Way(Open::Folder(folder.clone()))),
            Device::Lp(queue) => return self.queue(queue.as_deref(), job).await,
            Device::Tcp(host, port) => Line::call(host, *port, self.connect).await?,
            Device::Dev(path) => Line::open(path, self.connect).await?,
        };
        let state = if speaks(profile) { line.ask(self.answer).await? } else { PrinterState::Unknown };
        if state.holds() {
            return Err(PrintError::State(line.name().to_owned(), state));
        }
        Ok(Way(Open::Line(Box::new(line), state != PrinterState::Unknown)))
    }

    /// Carries a job on its way. After an error it may have arrived in part, except where [`PrintError::is_clean`].
    pub async fn carry(&self, way: Way, job: &Job, holds: Holds<'_>) -> Result<Delivered, PrintError> {
        match way.0 {
            Open::Folder(folder) => {
                let (path, job) = (folder.clone(), job.clone());
                tokio::task::spawn_blocking(move || folder::put(&folder, &job))
                    .await
                    .unwrap_or_else(|error| Err(PrintError::BrokeOff(path.display().to_string(), error.to_string())))
            }
            Open::Queue(child, state) => self.to_queue(*child, state, job).await,
            Open::Line(line, speaks) => {
                let late = PrintError::TimedOut(line.name().to_owned());
                let carried = timeout(self.whole, self.to_line(*line, speaks, &job.bytes, holds)).await;
                carried.unwrap_or(Err(late))
            }
        }
    }

    /// How a printer is, as far as it says.
    pub async fn state(&self, profile: &Profile) -> PrinterState {
        let mut line = match &profile.device {
            Device::File(folder) => {
                let folder = folder.clone();
                let is_there = tokio::task::spawn_blocking(move || folder.is_dir()).await;
                return if is_there.unwrap_or(true) { PrinterState::Ready } else { PrinterState::NoFolder };
            }
            Device::Lp(queue) => return self.queue_state(queue.as_deref()).await.unwrap_or(PrinterState::Offline),
            Device::Tcp(host, port) => match Line::call(host, *port, self.connect).await {
                Ok(line) => line,
                Err(_) => return PrinterState::Offline,
            },
            Device::Dev(path) => match Line::open(path, self.answer).await {
                Ok(line) => line,
                Err(_) => return PrinterState::Offline,
            },
        };
        if speaks(profile) { line.ask(self.answer).await.unwrap_or_default() } else { PrinterState::Unknown }
    }

    /// Writes everything, waits while the printer is held up, and then for what says that it has it.
    async fn to_line(
        &self,
        mut line: Line,
        speaks: bool,
        bytes: &[u8],
        holds: Holds<'_>,
    ) -> Result<Delivered, PrintError> {
        let late = PrintError::TimedOut(line.name().to_owned());
        let (mut rest, mut held) = (bytes, None);
        while !rest.is_empty() {
            let written = line.write(rest, self.stall).await?;
            rest = &rest[written..];
            self.waits(written > 0, &late, &mut held, holds)?;
        }
        let delivered = if speaks {
            self.until_printed(&mut line, holds).await?
        } else {
            while !line.is_free(self.stall).await? {
                self.waits(false, &late, &mut held, holds)?;
            }
            if line.hang_up(self.linger, self.grace).await? { Delivered::Taken } else { Delivered::Handed }
        };
        line.is_whole();
        Ok(delivered)
    }

    /// Tells that a printer stands still or goes on; an error when it has stood still too long.
    fn waits(
        &self,
        goes: bool,
        why: &PrintError,
        since: &mut Option<Instant>,
        holds: Holds<'_>,
    ) -> Result<(), PrintError> {
        match (goes, *since) {
            (true, Some(_)) => {
                *since = None;
                holds(None);
            }
            (true, None) => {}
            (false, None) => {
                *since = Some(Instant::now());
                holds(Some(why));
            }
            (false, Some(since)) if since.elapsed() > self.patience => return Err(why.clone()),
            (false, Some(_)) => {}
        }
        Ok(())
    }

    /// Waits until the printer says that it has worked everything off. One that stands still is waited for with patience.
    async fn until_printed(&self, line: &mut Line, holds: Holds<'_>) -> Result<Delivered, PrintError> {
        line.ask_for_end(self.stall).await?;
        let (mut since, mut known) = (Instant::now(), PrinterState::Ready);
        loop {
            if line.has_ended(self.answer).await? {
                return Ok(Delivered::Printed);
            }
            let state = line.ask(self.answer).await?;
            if state != known {
                if state.stands() != known.stands() {
                    since = Instant::now();
                }
                known = state;
                let why = PrintError::State(line.name().to_owned(), state);
                holds(Some(&why).filter(|_| state.stands()));
            }
            let waited = since.elapsed();
            match state {
                state if state.stands() && waited > self.patience => {
                    return Err(PrintError::State(line.name().to_owned(), state));
                }
                state if state.stands() => {}
                // It spoke before: somebody switched it off, or pulled the plug.
                PrinterState::Unknown if waited > self.settle => {
                    return Err(PrintError::TimedOut(line.name().to_owned()));
                }
                _ if waited > self.settle => return Ok(Delivered::Handed),
                _ => {}
            }
        }
    }

    /// The print system's command for a job, started and waiting for bytes. Without any it sends nothing.
    async fn queue(&self, queue: Option<&str>, job: &Job) -> Result<Way, PrintError> {
        // A queue that is not there, or takes nothing, is known before a byte goes out; one that stands still keeps jobs by
        // itself.
        let state = self.queue_state(queue).await?;
        if state == PrinterState::Rejecting {
            return Err(PrintError::State(queue.unwrap_or("lp").to_owned(), state));
        }
        let mut command = Command::new(&self.lp);
        command.arg("-t").arg(&job.name);
        if job.language.has_code_page() {
            // What is a printer's own language passes a queue that has a driver, too.
            command.args(["-o", "raw"]);
        }
        if let Some(queue) = queue {
            command.arg("-d").arg(queue);
        }
        // The job's language is the command's: in it the queue will say later how it is.
        command.env("LC_ALL", "C").kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        match command.spawn() {
            Ok(child) => Ok(Way(Open::Queue(Box::new(child), state))),
            Err(error) => Err(PrintError::Unreachable(self.lp.display().to_string(), error.to_string())),
        }
    }

    async fn to_queue(&self, mut child: Child, state: PrinterState, job: &Job) -> Result<Delivered, PrintError> {
        let stdin = child.stdin.take();
        let feed = async {
            if let Some(mut stdin) = stdin {
                // A command that doesn't want all of it says why when it ends.
                drop(stdin.write_all(&job.bytes).await);
            }
        };
        let run = async { tokio::join!(feed, child.wait_with_output()).1 };
        let output = timeout(self.stall, run)
            .await
            .map_err(|_| PrintError::TimedOut(self.lp.display().to_string()))?
            .map_err(|error| PrintError::BrokeOff(self.lp.display().to_string(), error.to_string()))?;
        if output.status.success() {
            return Ok(Delivered::Queued(said(&output.stdout), state));
        }
        // It says a job's number as soon as there is one, and cancels what it could not finish.
        let refused = output.status.code().is_some() && !String::from_utf8_lossy(&output.stdout).contains("request id");
        Err(match refusal(&output) {
            PrintError::Command(why) if !refused => PrintError::BrokeOff(self.lp.display().to_string(), why),
            error => error,
        })
    }

    /// How a queue is; an error where there is none. Unknown where the print system doesn't say.
    async fn queue_state(&self, queue: Option<&str>) -> Result<PrinterState, PrintError> {
        let default;
        let queue = match queue {
            Some(queue) => queue,
            None => {
                let Some(output) = self.lpstat(&["-d"]).await else { return Ok(PrinterState::Unknown) };
                default = String::from_utf8_lossy(&output.stdout).into_owned();
                match default_queue(&default) {
                    Some(Ok(queue)) if output.status.success() && !queue.starts_with('-') => queue,
                    Some(Err(why)) => return Err(PrintError::Command(said(why.as_bytes()))),
                    _ => return Ok(PrinterState::Unknown),
                }
            }
        };
        match self.lpstat(&["-l", "-p", queue]).await {
            Some(output) if output.status.success() => Ok(of_lpstat(&String::from_utf8_lossy(&output.stdout))),
            Some(output) => Err(refusal(&output)),
            None => Ok(PrinterState::Unknown),
        }
    }

    async fn lpstat(&self, arguments: &[&str]) -> Option<Output> {
        let mut command = Command::new(&self.lpstat);
        command.args(arguments).env("LC_ALL", "C").stdin(Stdio::null()).kill_on_drop(true);
        timeout(self.stall, command.output()).await.ok()?.ok()
    }
}

/// Whether the printer can say how it is: one that understands the question, on a line that can be read.
fn speaks(profile: &Profile) -> bool {
    profile.language == Language::EscPos
}

/// What a command said, fit for a sentence.
fn said(bytes: &[u8]) -> String {
    cut(&display_safe(String::from_utf8_lossy(bytes).trim()), SAID)
}

fn refusal(output: &Output) -> PrintError {
    let words = said(&output.stderr);
    PrintError::Command(if words.is_empty() { output.status.to_string() } else { words })
}
