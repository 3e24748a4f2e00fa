//! The data directory: what this terminal keeps. Only its owner can look into it; the journal's `lock` in it keeps other
//! programs out.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use etcetera::{BaseStrategy, choose_base_strategy};

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
