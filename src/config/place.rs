//! The data directory: what this terminal keeps. Only its owner can look into it; the journal's `lock` in it keeps other
//! programs out.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use etcetera::{BaseStrategy, choose_base_strategy};
use rustix::fs::{FlockOperation, flock};

/// Why the data directory can't be used.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    /// Neither `--data` nor a home directory is known.
    #[error("no data directory")]
    NoHome,
    /// It can't be made or opened.
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
}

/// The data directory.
#[derive(Clone, Debug)]
pub struct DataDir {
    root: PathBuf,
}

impl DataDir {
    /// `--data`, else `$XDG_DATA_HOME/huzhu`.
    ///
    /// # Errors
    /// Where neither is there.
    pub fn find(given: Option<&Path>) -> Result<DataDir, DataDirError> {
        let root = match given {
            Some(root) => root.to_owned(),
            None => choose_base_strategy().map_err(|_| DataDirError::NoHome)?.data_dir().join("huzhu"),
        };
        Ok(DataDir { root })
    }

    /// The demo's own directory in it.
    pub fn demo(&self) -> DataDir {
        DataDir { root: self.root.join("demo") }
    }

    /// Makes it, for its owner only.
    ///
    /// # Errors
    /// Where that does not work.
    pub fn make(&self) -> Result<(), DataDirError> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&self.root);
        made.map_err(|error| DataDirError::Io(self.root.clone(), error))
    }

    /// The directory itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What this terminal has seen of the centre's tree.
    pub fn checkpoint(&self) -> PathBuf {
        self.root.join("checkpoint")
    }

    /// What this terminal signs slips with: secret.
    pub fn slip_key(&self) -> PathBuf {
        self.root.join("slip.key")
    }

    /// What slips' codes are checked with: public.
    pub fn slip_keys(&self) -> PathBuf {
        self.root.join("slip-keys")
    }

    /// Slips that have not left yet.
    pub fn spool(&self) -> PathBuf {
        self.root.join("spool")
    }

    /// The embedded central database.
    pub fn central(&self) -> PathBuf {
        self.root.join("central.db")
    }

    /// Sets everything that is kept aside, drafts and slips that have not left too, into a new folder in it, and gives that;
    /// none where another program works here.
    ///
    /// # Errors
    /// Where something can't be moved.
    pub fn set_aside(&self) -> Result<Option<PathBuf>, DataDirError> {
        let at = |path: &Path, error: io::Error| DataDirError::Io(path.to_owned(), error);
        let lock = self.root.join("lock");
        let held = fs::File::options().create(true).truncate(false).write(true).open(&lock);
        let held = held.map_err(|error| at(&lock, error))?;
        if flock(&held, FlockOperation::NonBlockingLockExclusive).is_err() {
            return Ok(None);
        }
        let free = (1..).map(|n: u32| self.root.join(format!("before-{n}"))).find(|path| !path.exists());
        let aside = free.ok_or(DataDirError::NoHome)?;
        DirBuilder::new().mode(0o700).create(&aside).map_err(|error| at(&aside, error))?;
        for entry in fs::read_dir(&self.root).map_err(|error| at(&self.root, error))? {
            let entry = entry.map_err(|error| at(&self.root, error))?;
            let name = entry.file_name();
            let kept = name.to_string_lossy();
            // The database and the journal with their companions, the note of the size, slips.
            let moves = ["central.db", "journal.", "checkpoint", "members", "spool", "slips"];
            if moves.iter().any(|begins| kept.starts_with(begins)) {
                fs::rename(entry.path(), aside.join(&name)).map_err(|error| at(&entry.path(), error))?;
            }
        }
        Ok(Some(aside))
    }

    /// Printed slips, where no printer is configured.
    pub fn slips(&self) -> PathBuf {
        self.root.join("slips")
    }

    /// Makes the folder of slips.
    ///
    /// # Errors
    /// Where that does not work.
    pub fn make_slips(&self) -> Result<PathBuf, DataDirError> {
        let path = self.slips();
        fs::create_dir_all(&path).map_err(|error| DataDirError::Io(path.clone(), error))?;
        Ok(path)
    }
}
