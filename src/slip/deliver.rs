//! The way of bytes to a device, each step with a time limit. No shell, no overwriting, no following of links.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::time::timeout;

use super::error::PrintError;
use super::job::Job;
use super::printer::{Device, Profile};
use crate::domain::text::display_safe;
use crate::ui::text::cut;

/// Columns of what `lp` said that go into a sentence.
const SAID: usize = 120;
/// Bytes written at once.
const CHUNK: usize = 4096;

/// What carries jobs to devices: the print command and the patience.
#[derive(Clone, Debug)]
pub struct Courier {
    /// The print system's command.
    pub lp: PathBuf,
    /// How long a printer may take to answer the call.
    pub connect: Duration,
    /// How long it may take for the next bytes, or `lp` for all of them.
    pub stall: Duration,
    /// How long it may take to hang up after the last byte, which says that it has all.
    pub linger: Duration,
}

impl Default for Courier {
    fn default() -> Courier {
        Courier {
            lp: PathBuf::from("/usr/bin/lp"),
            connect: Duration::from_secs(5),
            stall: Duration::from_secs(15),
            // Less than the program waits at its end: what was handed over is not printed again at the next start.
            linger: Duration::from_secs(2),
        }
    }
}

/// How a job arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivered {
    /// As this file.
    File(PathBuf),
    /// In a queue; what `lp` said (`request id is …`).
    Queued(String),
    /// The printer took all and hung up.
    Taken,
    /// The printer was given all, and keeps the line open: some never hang up.
    Handed,
}

/// Carries a job with the usual patience.
pub async fn deliver(profile: &Profile, job: &Job) -> Result<Delivered, PrintError> {
    Courier::default().deliver(profile, job).await
}

impl Courier {
    /// Carries a job. After an error it may have arrived in part, except in a file.
    pub async fn deliver(&self, profile: &Profile, job: &Job) -> Result<Delivered, PrintError> {
        match &profile.device {
            Device::File(folder) => {
                let (folder, job) = (folder.clone(), job.clone());
                let path = folder.clone();
                tokio::task::spawn_blocking(move || to_file(&folder, &job))
                    .await
                    .map_err(|error| PrintError::File(path, error.to_string()))?
            }
            Device::Lp(queue) => self.to_queue(queue.as_deref(), job).await,
            Device::Tcp(host, port) => self.to_port(host, *port, job).await,
            Device::Dev(path) => todo!("{}", path.display()),
        }
    }

    async fn to_port(&self, host: &str, port: u16, job: &Job) -> Result<Delivered, PrintError> {
        let device = format!("{host}:{port}");
        let broke_off = |error: std::io::Error| PrintError::BrokeOff(device.clone(), error.to_string());
        let late = |_| PrintError::TimedOut(device.clone());
        let mut line = timeout(self.connect, TcpStream::connect((host, port)))
            .await
            .map_err(late)?
            .map_err(|error| PrintError::Unreachable(device.clone(), error.to_string()))?;
        for chunk in job.bytes.chunks(CHUNK) {
            timeout(self.stall, line.write_all(chunk)).await.map_err(late)?.map_err(broke_off)?;
        }
        timeout(self.stall, line.shutdown()).await.map_err(late)?.map_err(broke_off)?;
        // What a printer says back (status bytes) is not read for meaning, only to its end.
        let hang_up = async {
            let mut said = [0; 256];
            while line.read(&mut said).await? > 0 {}
            Ok(())
        };
        match timeout(self.linger, hang_up).await {
            Ok(end) => end.map(|()| Delivered::Taken).map_err(broke_off),
            Err(_) => Ok(Delivered::Handed),
        }
    }

    async fn to_queue(&self, queue: Option<&str>, job: &Job) -> Result<Delivered, PrintError> {
        let mut command = Command::new(&self.lp);
        command.arg("-t").arg(&job.name);
        if let Some(queue) = queue {
            command.arg("-d").arg(queue);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let name = self.lp.display().to_string();
        let mut child = command.spawn().map_err(|error| PrintError::Unreachable(name.clone(), error.to_string()))?;
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
            .map_err(|_| PrintError::TimedOut(name.clone()))?
            .map_err(|error| PrintError::Command(error.to_string()))?;
        let said = |bytes: &[u8]| cut(&display_safe(String::from_utf8_lossy(bytes).trim()), SAID);
        if output.status.success() {
            Ok(Delivered::Queued(said(&output.stdout)))
        } else {
            let words = said(&output.stderr);
            Err(PrintError::Command(if words.is_empty() { output.status.to_string() } else { words }))
        }
    }
}

/// A new file of the job's name, whole or not at all. The same bytes under that name count as delivered (a job that is
/// carried again); anything else there is left alone.
fn to_file(folder: &Path, job: &Job) -> Result<Delivered, PrintError> {
    if !folder.is_dir() {
        return Err(PrintError::NoFolder(folder.to_owned()));
    }
    let path = folder.join(job.file_name());
    let part = folder.join(format!(".{}.part", job.file_name()));
    write_anew(&part, &job.bytes).map_err(|error| PrintError::file(&part, error))?;
    // A link is made only where nothing of the name is there, not even a dangling one. File systems without hard links
    // get the bytes under the name at once.
    let placed = match fs::hard_link(&part, &path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => write_new(&path, &job.bytes),
        linked => linked,
    };
    fs::remove_file(&part).map_err(|error| PrintError::file(&part, error))?;
    match placed {
        Ok(()) => Ok(Delivered::File(path)),
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(PrintError::file(path, error)),
        Err(_) if same(&path, &job.bytes) => Ok(Delivered::File(path)),
        Err(_) => Err(PrintError::Exists(path)),
    }
}

/// As [`write_new`], under a working name of our own: what is there is left from a run that was killed, and goes. Of a
/// link only the link goes.
pub(super) fn write_anew(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => write_new(path, bytes),
    }
}

/// Writes a file that was not there, readable by its owner only, and waits until it is on the disk.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600).custom_flags(no_follow());
    let mut file = options.open(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if written.is_err() {
        // Half a file is worse than none; the first error is the one to tell.
        drop(fs::remove_file(path));
    }
    written
}

/// `O_NOFOLLOW` for `custom_flags`.
pub(super) fn no_follow() -> i32 {
    rustix::fs::OFlags::NOFOLLOW.bits() as i32
}

/// Whether a plain file (no link, no pipe, which would keep us waiting) holds exactly these bytes.
fn same(path: &Path, bytes: &[u8]) -> bool {
    let plain = fs::symlink_metadata(path).is_ok_and(|data| data.is_file() && data.len() == bytes.len() as u64);
    plain && fs::read(path).is_ok_and(|there| there == bytes)
}
