//! The data directory: what this terminal keeps. Only its owner can look into it, and one program works in it at a time.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use etcetera::{BaseStrategy, choose_base_strategy};
use rustix::fs::{FlockOperation, flock};

/// Why the data directory can't be used.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    /// Neither `--data` nor a home directory is known.
    #[error("no data directory")]
    NoHome,
    /// Another program works in it.
    #[error("in use: {0}")]
    InUse(PathBuf),
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

    /// Keeps other programs out for as long as the file lives.
    ///
    /// # Errors
    /// [`DataDirError::InUse`] where another program is in.
    pub fn lock(&self) -> Result<File, DataDirError> {
        let path = self.root.join("lock");
        let open = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
        let file = open.map_err(|error| DataDirError::Io(path, error))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(file),
            Err(_) => Err(DataDirError::InUse(self.root.clone())),
        }
    }

    /// The directory itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Drafts and the reference snapshot.
    pub fn journal(&self) -> PathBuf {
        self.root.join("journal.db")
    }

    /// Slips that have not left yet.
    pub fn spool(&self) -> PathBuf {
        self.root.join("spool")
    }

    /// The embedded central database.
    pub fn central(&self) -> PathBuf {
        self.root.join("central.db")
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
