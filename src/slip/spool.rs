//! Jobs between their making and their delivery: on the disk before a byte goes out, away when they have arrived. What a
//! killed program leaves is listed by [`Spool::pending`]. Slips hold masked data only; files are readable by their owner.
//!
//! A job is `Ready` while no byte of it can have gone out: it may be carried again by itself. Before the first byte leaves
//! it is marked `Begun`, on the disk; from then on only somebody who sees the printer knows whether it came out, and it is
//! never carried again: a new print of the slip says that it is one. That is so for a folder, too: a program that prints
//! what it finds there may have taken the file away. Only where the file is still there it has surely arrived; and where a
//! device surely took nothing the job is ready again.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::deliver::{Courier, Delivered, Holds};
use super::error::PrintError;
use super::folder::{arrived, no_follow, write_anew};
use super::job::{Job, path_safe};
use super::outcome::PrintId;
use super::printer::{Language, Profile};

/// The ending of a job's file from the moment when its first byte may go out.
const BEGUN: &str = "begun";

/// A folder of jobs.
#[derive(Clone, Debug)]
pub struct Spool {
    folder: PathBuf,
}

/// How far a job has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// No byte has gone out.
    Ready,
    /// Bytes may have gone out.
    Begun,
}

/// A job that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    path: PathBuf,
    /// The job's name.
    pub name: String,
    /// The printer's profile.
    pub profile: String,
    /// What its bytes are.
    pub language: Language,
    /// How far it has come.
    pub stage: Stage,
}

impl Ticket {
    /// Which print it is; none where the name is not one of ours.
    pub fn print(&self) -> Option<PrintId> {
        self.name.parse().ok()
    }
}

/// What became of a job that was carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carried {
    /// It arrived, and is not kept any more.
    Arrived(Delivered),
    /// No byte went out: it can be carried again.
    Held(PrintError),
    /// Bytes went out, and nobody knows how many became paper.
    Doubtful(Ticket, PrintError),
    /// Meanwhile somebody gave it up.
    Gone,
}

impl Spool {
    /// Opens the folder, and makes it where it is not there. **Blocking**, as everything here but [`Spool::carry`].
    pub fn new(folder: &Path) -> Result<Spool, PrintError> {
        let spool = Spool::at(folder);
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|error| PrintError::file(folder, error))?;
        Ok(spool)
    }

    /// The folder as it is: what is to be kept in one that is not there is told to be lost.
    pub fn at(folder: &Path) -> Spool {
        Spool { folder: folder.to_owned() }
    }

    /// Carries a job that is ready, and drops it and its earlier copies when it has arrived. Of one that has begun it is
    /// only looked whether it has.
    pub async fn carry(&self, courier: &Courier, profile: &Profile, ticket: &Ticket, holds: Holds<'_>) -> Carried {
        let (spool, kept) = (self.clone(), ticket.clone());
        let job = match blocking(&self.folder, move || spool.load(&kept)).await {
            Ok(Some(job)) => job,
            Ok(None) => return Carried::Gone,
            Err(error) => return Carried::Held(error),
        };
        if ticket.stage == Stage::Begun {
            let device = profile.device.clone();
            return match blocking(&self.folder, move || Ok(arrived(&device, &job))).await {
                Ok(Some(delivered)) => self.arrived(ticket.clone(), delivered).await,
                _ => Carried::Doubtful(ticket.clone(), PrintError::TimedOut(profile.name.clone())),
            };
        }
        let way = match courier.open(profile, &job).await {
            Ok(way) => way,
            Err(error) => return Carried::Held(error),
        };
        let (spool, ready) = (self.clone(), ticket.clone());
        let ticket = match blocking(&self.folder, move || spool.begin(&ready)).await {
            Ok(Some(begun)) => begun,
            Ok(None) => return Carried::Gone,
            Err(error) => return Carried::Held(error),
        };
        match courier.carry(way, &job, holds).await {
            Ok(delivered) => self.arrived(ticket, delivered).await,
            Err(error) if error.is_clean() => {
                let (spool, begun) = (self.clone(), ticket.clone());
                match blocking(&self.folder, move || spool.again(&begun)).await {
                    Ok(true) => Carried::Held(error),
                    Ok(false) => Carried::Gone,
                    Err(_) => Carried::Doubtful(ticket, error),
                }
            }
            Err(error) => Carried::Doubtful(ticket, error),
        }
    }

    /// Drops a job that has arrived, and its earlier copies.
    async fn arrived(&self, ticket: Ticket, delivered: Delivered) -> Carried {
        let spool = self.clone();
        let removed = blocking(&self.folder, move || {
            spool.remove(&ticket)?;
            spool.drop_before(&ticket, None)
        });
        if let Err(error) = removed.await {
            tracing::warn!(%error, "a slip that arrived was not given up");
        }
        Carried::Arrived(delivered)
    }

    /// Writes a job to the disk; the same job for the same profile again replaces itself, but none that has begun.
    pub fn keep(&self, profile: &str, job: &Job) -> Result<Ticket, PrintError> {
        let (name, profile) = (path_safe(&job.name), path_safe(profile));
        let file_name = format!("{profile}@{name}.{}", job.language.extension());
        let path = self.folder.join(&file_name);
        let begun = begun(&path);
        if fs::symlink_metadata(&begun).is_ok() {
            return Err(PrintError::Exists(begun));
        }
        let part = self.folder.join(format!(".{file_name}.part"));
        let kept =
            write_anew(&part, &job.bytes).and_then(|()| fs::rename(&part, &path)).and_then(|()| sync(&self.folder));
        kept.map_err(|error| PrintError::file(&path, error))?;
        Ok(Ticket { path, name, profile, language: job.language, stage: Stage::Ready })
    }

    /// Marks a job before its first byte goes out, and waits until that is on the disk; none where it is gone.
    pub fn begin(&self, ticket: &Ticket) -> Result<Option<Ticket>, PrintError> {
        let path = begun(&ticket.path);
        match fs::rename(&ticket.path, &path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            renamed => renamed.map_err(|error| PrintError::file(&path, error))?,
        }
        if let Err(error) = sync(&self.folder) {
            // It has not begun.
            drop(fs::rename(&path, &ticket.path));
            return Err(PrintError::file(path, error));
        }
        Ok(Some(Ticket { path, stage: Stage::Begun, ..ticket.clone() }))
    }

    /// Makes a job ready that had begun, where surely nothing of it went out; no where it is gone.
    fn again(&self, begun: &Ticket) -> Result<bool, PrintError> {
        match fs::rename(&begun.path, begun.path.with_extension("")) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            renamed => renamed.map_err(|error| PrintError::file(&begun.path, error))?,
        }
        if let Err(error) = sync(&self.folder) {
            // After a power cut it may be in doubt, which loses nothing.
            tracing::warn!(%error, "a slip that is ready again may be asked about");
        }
        Ok(true)
    }

    /// What has not arrived, by name. Files that are no jobs are passed over.
    pub fn pending(&self) -> Result<Vec<Ticket>, PrintError> {
        let failed = |error| PrintError::file(&self.folder, error);
        let mut tickets = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            tickets.extend(ticket(path));
        }
        tickets.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(tickets)
    }

    /// The bytes of a job that waits; none where it is gone.
    pub fn load(&self, ticket: &Ticket) -> Result<Option<Job>, PrintError> {
        let mut bytes = Vec::new();
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(no_follow());
        match options.open(&ticket.path).and_then(|mut file| file.read_to_end(&mut bytes)) {
            Ok(_) => Ok(Some(Job { name: ticket.name.clone(), language: ticket.language, bytes })),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(PrintError::file(&ticket.path, error)),
        }
    }

    /// When a job was kept.
    pub fn kept_at(&self, ticket: &Ticket) -> Result<SystemTime, PrintError> {
        let kept = fs::symlink_metadata(&ticket.path).and_then(|data| data.modified());
        kept.map_err(|error| PrintError::file(&ticket.path, error))
    }

    /// Gives a job up; one that is gone already is no error.
    pub fn remove(&self, ticket: &Ticket) -> Result<(), PrintError> {
        match fs::remove_file(&ticket.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(PrintError::file(&ticket.path, error)),
            _ => Ok(()),
        }
    }

    /// Gives up a print by its name, at whatever printer and stage; says how many jobs these were.
    pub fn remove_print(&self, print: &PrintId) -> Result<usize, PrintError> {
        let name = path_safe(&print.to_string());
        self.remove_where(|ticket| ticket.name == name)
    }

    /// Gives up earlier copies of a slip: those of a stage, or of any. Says how many these were.
    pub fn drop_before(&self, ticket: &Ticket, stage: Option<Stage>) -> Result<usize, PrintError> {
        let Some(print) = ticket.print() else { return Ok(0) };
        self.remove_where(|other| {
            stage.is_none_or(|stage| other.stage == stage) && other.print().is_some_and(|other| other.is_before(&print))
        })
    }

    /// Takes away what was half written before a moment: a killed program left it, and it is no job.
    pub fn sweep(&self, before: SystemTime) -> Result<(), PrintError> {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let is_part = entry.path().extension().is_some_and(|ending| ending == "part");
            let is_old = entry.metadata().and_then(|data| data.modified()).is_ok_and(|kept| kept < before);
            if is_part && is_old {
                fs::remove_file(entry.path()).map_err(|error| PrintError::file(entry.path(), error))?;
            }
        }
        Ok(())
    }

    fn remove_where(&self, goes: impl Fn(&Ticket) -> bool) -> Result<usize, PrintError> {
        let mut removed = 0;
        for ticket in self.pending()?.iter().filter(|ticket| goes(ticket)) {
            self.remove(ticket)?;
            removed += 1;
        }
        Ok(removed)
    }
}

/// Does something on a thread that may block.
async fn blocking<T: Send + 'static>(
    folder: &Path,
    work: impl FnOnce() -> Result<T, PrintError> + Send + 'static,
) -> Result<T, PrintError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(PrintError::File(folder.to_owned(), error.to_string())))
}

/// Waits until what happened in a folder is on the disk.
fn sync(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

/// The file of a job that has begun.
fn begun(ready: &Path) -> PathBuf {
    ready.with_added_extension(BEGUN)
}

/// `PROFILE@NAME.txt` or `PROFILE@NAME.txt.begun`, and nothing else.
fn ticket(path: PathBuf) -> Option<Ticket> {
    let file_name = path.file_name()?.to_str()?;
    let (file_name, stage) = match file_name.strip_suffix(BEGUN).and_then(|name| name.strip_suffix('.')) {
        Some(ready) => (ready, Stage::Begun),
        None => (file_name, Stage::Ready),
    };
    let (stem, extension) = file_name.rsplit_once('.')?;
    let (profile, name) = stem.split_once('@')?;
    let language = Language::ALL.into_iter().find(|language| language.extension() == extension)?;
    if path_safe(profile) != profile || path_safe(name) != name {
        return None;
    }
    let (name, profile) = (name.to_owned(), profile.to_owned());
    Some(Ticket { path, name, profile, language, stage })
}
