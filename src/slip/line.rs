//! The open line to a printer: a port or a character device, written piece by piece, each with a time limit, and read for
//! what the printer says.

use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, Mode, OFlags};
use rustix::termios::{OptionalActions, QueueSelector, isatty, tcflush, tcgetattr, tcsetattr};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::error::PrintError;
use super::state::{self, Packets, PrinterState};

/// Bytes written at once.
const CHUNK: usize = 4096;
/// How long a thread waits at most without looking whether anybody still waits for it.
const SLICE: Duration = Duration::from_millis(100);
/// Where devices are.
const DEVICES: &str = "/dev/";

/// A line.
#[derive(Debug)]
pub struct Line {
    /// How the printer is called in sentences.
    name: String,
    end: End,
    /// Whether the printer was asked to say when it has worked everything off, and did.
    asked_for_end: bool,
    heard_end: bool,
    /// What of its words is nobody's answer.
    packets: Packets,
    /// Whether everything that was written is to go out: not what a job left that failed.
    is_whole: bool,
}

#[derive(Debug)]
enum End {
    Port(TcpStream),
    Device(Arc<OwnedFd>),
    Closed,
}

impl Drop for Line {
    /// A device is closed on a thread that may block: a serial line waits for its last bytes, and where the printer takes
    /// none that lasts.
    fn drop(&mut self) {
        let End::Device(device) = std::mem::replace(&mut self.end, End::Closed) else { return };
        let is_whole = self.is_whole;
        let close = move || {
            if !is_whole {
                // What is no terminal keeps nothing back.
                let _ = tcflush(&*device, QueueSelector::OFlush);
            }
            drop(device);
        };
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(close)),
            Err(_) => close(),
        }
    }
}

impl Line {
    /// Calls a printer on a port.
    pub async fn call(host: &str, port: u16, limit: Duration) -> Result<Line, PrintError> {
        let name = format!("{host}:{port}");
        let stream = match timeout(limit, TcpStream::connect((host, port))).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return Err(PrintError::Unreachable(name, error.to_string())),
            Err(_) => return Err(PrintError::TimedOut(name)),
        };
        // A question is small and its answer is waited for.
        drop(stream.set_nodelay(true));
        Ok(Line::new(name, End::Port(stream)))
    }

    /// Opens a character device, and waits until it takes bytes.
    pub async fn open(path: &Path, limit: Duration) -> Result<Line, PrintError> {
        let (name, wanted) = (path.display().to_string(), path.to_owned());
        let opened = spawn_blocking(move || open_device(&wanted)).await.unwrap_or_else(|error| Err(broken(error)));
        let device = match opened {
            Ok(Some(device)) => Arc::new(device),
            Ok(None) => return Err(PrintError::NoDevice(path.to_owned())),
            Err(error) => return Err(PrintError::Unreachable(name, error.to_string())),
        };
        let mut line = Line::new(name, End::Device(device));
        if line.is_free(limit).await? { Ok(line) } else { Err(PrintError::TimedOut(line.name.clone())) }
    }

    fn new(name: String, end: End) -> Line {
        Line { name, end, asked_for_end: false, heard_end: false, packets: Packets::default(), is_whole: false }
    }

    /// How the printer is called in sentences.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// That the line broke off.
    pub fn broke_off(&self, error: &io::Error) -> PrintError {
        PrintError::BrokeOff(self.name.clone(), error.to_string())
    }

    /// Gives the printer as many bytes as it takes; none where it takes none within the limit.
    pub async fn write(&mut self, bytes: &[u8], limit: Duration) -> Result<usize, PrintError> {
        let bytes = &bytes[..bytes.len().min(CHUNK)];
        let written = match &mut self.end {
            End::Port(stream) => timeout(limit, stream.write(bytes)).await.unwrap_or(Ok(0)),
            End::Device(device) => {
                let bytes = bytes.to_vec();
                on_device(device, PollFlags::OUT, limit, move |device| Ok(rustix::io::write(device, &bytes)?)).await
            }
            End::Closed => Ok(0),
        };
        written.map_err(|error| self.broke_off(&error))
    }

    /// Whether everything written has left this machine's hands and the device takes more, within the limit. Nothing is
    /// known of that on a port.
    pub async fn is_free(&mut self, limit: Duration) -> Result<bool, PrintError> {
        let End::Device(device) = &self.end else { return Ok(true) };
        let free = on_device(device, PollFlags::OUT, limit, |_| Ok(1)).await;
        free.map(|free| free > 0).map_err(|error| self.broke_off(&error))
    }

    /// Reads what the printer said; nothing where it says nothing within the limit.
    async fn read(&mut self, limit: Duration) -> io::Result<Vec<u8>> {
        let mut said = vec![0; 64];
        let read = match &mut self.end {
            End::Port(stream) => match timeout(limit, stream.read(&mut said)).await {
                Ok(Ok(0)) => Err(ErrorKind::UnexpectedEof.into()),
                Ok(read) => read,
                Err(_) => Ok(0),
            },
            End::Device(device) => {
                let until = tokio::time::Instant::now() + limit;
                let read = on_device(device, PollFlags::IN, limit, |device| {
                    let mut said = [0; 64];
                    let read = rustix::io::read(device, &mut said)?;
                    Ok(said[..read].to_vec())
                });
                said = read.await.unwrap_or_default();
                if said.is_empty() {
                    // A device that can't be read says nothing, and is not asked over and over.
                    tokio::time::sleep_until(until).await;
                }
                return Ok(said);
            }
            End::Closed => Ok(0),
        };
        said.truncate(read?);
        Ok(said)
    }

    /// Reads what may be answers, and notes the end that was asked for; none where the printer says nothing within the limit.
    async fn hear(&mut self, limit: Duration) -> Result<Option<Vec<u8>>, PrintError> {
        let mut said = self.read(limit).await.map_err(|error| self.broke_off(&error))?;
        let anything = !said.is_empty();
        said.retain(|byte| self.packets.passes(*byte));
        self.heard_end |= self.asked_for_end && said.iter().copied().any(state::is_the_end);
        Ok(anything.then_some(said))
    }

    /// Asks how the printer is; unknown where it does not answer a question within the limit. An answer does not say what
    /// it answers: those that came too late for an earlier question, in another run even, are dropped first.
    pub async fn ask(&mut self, limit: Duration) -> Result<PrinterState, PrintError> {
        let until = Instant::now() + limit;
        while self.hear(Duration::ZERO).await?.is_some() && Instant::now() < until {}
        let mut state = PrinterState::Unknown;
        for n in 1..=state::QUESTIONS {
            if self.write(&state::question(n), limit).await? == 0 {
                break;
            }
            let told = self.listen(Instant::now() + limit, |byte| state::answer(n, byte)).await?;
            match told {
                Some(told) => state = state.max(told),
                None => break,
            }
        }
        Ok(state)
    }

    /// Asks the printer to say when it has worked off everything that was written.
    pub async fn ask_for_end(&mut self, limit: Duration) -> Result<(), PrintError> {
        self.asked_for_end = true;
        match self.write(&state::AT_THE_END, limit).await? {
            3 => Ok(()),
            _ => Err(PrintError::TimedOut(self.name.clone())),
        }
    }

    /// Whether the printer has said so, within the limit.
    pub async fn has_ended(&mut self, limit: Duration) -> Result<bool, PrintError> {
        if !self.heard_end {
            self.listen(Instant::now() + limit, |_| None::<()>).await?;
        }
        Ok(self.heard_end)
    }

    /// Reads until a byte means something, or the end that was asked for was heard, or the time is over.
    async fn listen<T>(&mut self, until: Instant, means: impl Fn(u8) -> Option<T>) -> Result<Option<T>, PrintError> {
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || self.heard_end {
                return Ok(None);
            }
            let said = self.hear(left).await?;
            if let Some(meaning) = said.into_iter().flatten().find_map(&means) {
                return Ok(Some(meaning));
            }
        }
    }

    /// A job has gone this way as it should: what of it waits in this machine goes out after the line is closed.
    pub fn is_whole(&mut self) {
        self.is_whole = true;
    }

    /// Says that there is no more, and waits until the printer hangs up: whether it did, with all that it was given.
    pub async fn hang_up(&mut self, linger: Duration, grace: Duration) -> Result<bool, PrintError> {
        let End::Port(stream) = &mut self.end else { return Ok(false) };
        let hung_up = async {
            stream.shutdown().await?;
            let mut said = [0; 256];
            while stream.read(&mut said).await? > 0 {}
            // One that hung up before it had all says so when the rest reaches it.
            tokio::time::sleep(grace).await;
            stream.take_error()?.map_or(Ok(()), Err)
        };
        match timeout(linger + grace, hung_up).await {
            Ok(end) => end.map(|()| true).map_err(|error| self.broke_off(&error)),
            Err(_) => Ok(false),
        }
    }
}

/// The device, where it is one of characters: no file, no pipe, no disk, nothing behind a link. But names that the system
/// itself gives to devices are links within its folder (`/dev/serial/by-id/...`, a rule's `SYMLINK`).
fn open_device(path: &Path) -> io::Result<Option<OwnedFd>> {
    let named = if path.starts_with(DEVICES) { path.canonicalize()? } else { path.to_owned() };
    if named.starts_with(DEVICES) != path.starts_with(DEVICES) {
        return Ok(None);
    }
    let path = &named;
    let flags = OFlags::NOFOLLOW | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let open = |mode| rustix::fs::open(path, mode | flags, Mode::empty());
    let device = match open(OFlags::RDWR) {
        // Some may only be written.
        Err(rustix::io::Errno::ACCESS | rustix::io::Errno::INVAL) => open(OFlags::WRONLY)?,
        Err(rustix::io::Errno::LOOP | rustix::io::Errno::ISDIR) => return Ok(None),
        opened => opened?,
    };
    if FileType::from_raw_mode(rustix::fs::fstat(&device)?.st_mode) != FileType::CharacterDevice {
        return Ok(None);
    }
    if isatty(&device) {
        // A serial line carries bytes as they are.
        let mut line = tcgetattr(&device)?;
        line.make_raw();
        tcsetattr(&device, OptionalActions::Now, &line)?;
    }
    Ok(Some(device))
}

/// Does something with a device as soon as it is ready for it, on a thread that may block; the default where it is not
/// within the limit. The thread ends soon after nobody waits for it any more.
async fn on_device<T: Default + Send + 'static>(
    device: &Arc<OwnedFd>,
    ready: PollFlags,
    limit: Duration,
    act: impl Fn(&OwnedFd) -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let device = Arc::clone(device);
    let waits = Arc::new(());
    let waited_for = Arc::downgrade(&waits);
    let until = Instant::now() + limit;
    let done = spawn_blocking(move || {
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let slice = Timespec::try_from(left.min(SLICE)).unwrap_or(Timespec { tv_sec: 0, tv_nsec: 0 });
            let polled = poll(&mut [PollFd::new(&*device, ready)], Some(&slice));
            if waited_for.strong_count() == 0 {
                return Ok(T::default());
            }
            match polled {
                Ok(1..) => match act(&device) {
                    Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                    done => return done,
                },
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            if left.is_zero() {
                return Ok(T::default());
            }
        }
    });
    let done = done.await.unwrap_or_else(|error| Err(broken(error)));
    drop(waits);
    done
}

fn broken(error: tokio::task::JoinError) -> io::Error {
    io::Error::other(error.to_string())
}
