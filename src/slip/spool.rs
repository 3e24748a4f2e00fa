//! Jobs between their making and their delivery: on the disk before a byte goes out, away when they have arrived. What a
//! killed program leaves is listed by [`Spool::pending`] and can be delivered again. Slips hold masked data only; files
//! are readable by their owner.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::deliver::{Courier, Delivered, no_follow, write_anew};
use super::error::PrintError;
use super::job::{Job, path_safe};
use super::printer::{Language, Profile};

/// A folder of jobs.
#[derive(Clone, Debug)]
pub struct Spool {
    folder: PathBuf,
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
}

impl Spool {
    /// Opens the folder, and makes it where it is not there. **Blocking**, as everything here but [`Spool::send`].
    pub fn new(folder: &Path) -> Result<Spool, PrintError> {
        let spool = Spool { folder: folder.to_owned() };
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|error| PrintError::file(folder, error))?;
        Ok(spool)
    }

    /// Keeps a job, delivers it, and drops it when it has arrived. After an error it is still [`Spool::pending`].
    pub async fn send(&self, courier: &Courier, profile: &Profile, job: Job) -> Result<Delivered, PrintError> {
        let (spool, name, kept) = (self.clone(), profile.name.clone(), job.clone());
        let ticket = self.blocking(move || spool.keep(&name, &kept)).await?;
        let delivered = courier.deliver(profile, &job).await?;
        let spool = self.clone();
        self.blocking(move || spool.remove(&ticket)).await?;
        Ok(delivered)
    }

    /// Delivers a job that was left.
    pub async fn resend(&self, courier: &Courier, profile: &Profile, ticket: Ticket) -> Result<Delivered, PrintError> {
        let (spool, left) = (self.clone(), ticket.clone());
        let job = self.blocking(move || spool.load(&left)).await?;
        let delivered = courier.deliver(profile, &job).await?;
        let spool = self.clone();
        self.blocking(move || spool.remove(&ticket)).await?;
        Ok(delivered)
    }

    /// Writes a job to the disk; the same job for the same profile again replaces itself.
    pub fn keep(&self, profile: &str, job: &Job) -> Result<Ticket, PrintError> {
        let (name, profile) = (path_safe(&job.name), path_safe(profile));
        let file_name = format!("{profile}@{name}.{}", job.language.extension());
        let path = self.folder.join(&file_name);
        let part = self.folder.join(format!(".{file_name}.part"));
        let kept = write_anew(&part, &job.bytes)
            .and_then(|()| fs::rename(&part, &path))
            .and_then(|()| File::open(&self.folder)?.sync_all());
        kept.map_err(|error| PrintError::file(&path, error))?;
        Ok(Ticket { path, name, profile, language: job.language })
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

    /// The bytes of a job that waits.
    pub fn load(&self, ticket: &Ticket) -> Result<Job, PrintError> {
        let mut bytes = Vec::new();
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(no_follow());
        options
            .open(&ticket.path)
            .and_then(|mut file| file.read_to_end(&mut bytes))
            .map_err(|error| PrintError::file(&ticket.path, error))?;
        Ok(Job { name: ticket.name.clone(), language: ticket.language, bytes })
    }

    /// Gives a job up; one that is gone already is no error.
    pub fn remove(&self, ticket: &Ticket) -> Result<(), PrintError> {
        match fs::remove_file(&ticket.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(PrintError::file(&ticket.path, error)),
            _ => Ok(()),
        }
    }

    /// Gives up other copies of a slip that arrived; says how many these were.
    pub fn drop_copies(&self, name: &str) -> Result<usize, PrintError> {
        let slip = |name: &str| name.rsplit_once("-c").map(|(slip, _)| slip.to_owned());
        let Some(wanted) = slip(&path_safe(name)) else { return Ok(0) };
        let mut dropped = 0;
        for ticket in self.pending()?.iter().filter(|ticket| slip(&ticket.name).as_ref() == Some(&wanted)) {
            self.remove(ticket)?;
            dropped += 1;
        }
        Ok(dropped)
    }

    /// Gives up what was kept before a moment (a day ago, by the retention rule), and says how many these were.
    pub fn purge(&self, before: SystemTime) -> Result<usize, PrintError> {
        let mut purged = 0;
        for ticket in self.pending()? {
            let kept = fs::symlink_metadata(&ticket.path).and_then(|data| data.modified());
            if kept.map_err(|error| PrintError::file(&ticket.path, error))? < before {
                self.remove(&ticket)?;
                purged += 1;
            }
        }
        Ok(purged)
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PrintError> + Send + 'static,
    ) -> Result<T, PrintError> {
        tokio::task::spawn_blocking(work)
            .await
            .unwrap_or_else(|error| Err(PrintError::File(self.folder.clone(), error.to_string())))
    }
}

/// `PROFILE@NAME.txt` and nothing else.
fn ticket(path: PathBuf) -> Option<Ticket> {
    let (stem, extension) = path.file_name()?.to_str()?.rsplit_once('.')?;
    let (profile, name) = stem.split_once('@')?;
    let language = Language::ALL.into_iter().find(|language| language.extension() == extension)?;
    if path_safe(profile) != profile || path_safe(name) != name {
        return None;
    }
    let (name, profile) = (name.to_owned(), profile.to_owned());
    Some(Ticket { path, name, profile, language })
}
