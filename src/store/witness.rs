//! What this terminal remembers of the centre's tree: the newest checkpoint that it was shown, and the key that signs
//! them. A centre that shows an older tree, another one of the same size, or one that the old one is not the beginning of
//! has been tampered with, whatever its own tables say: that is what [`Witness::judge`] and [`Demand::prove`] find out.
//!
//! The file `checkpoint` in the data directory: a line with the format, the verifier's key, an empty line, the note. It is
//! written beside and renamed. Alarms go to `alarm.log` beside it, a line of JSON each with both notes: two signed notes
//! that contradict each other prove it to anybody. Neither holds personal data.
//!
//! The order of a look ([`Witness::follow`]; the centre's adapter takes one on every connection before anybody works on it,
//! and one an hour): `judge` what the centre shows; for [`Verdict::Prove`] fetch the nodes and `prove`; `keep` what came out;
//! on an alarm `record` it. Then show its sentence (`strings::errors::alarm`) and let nobody work.
//!
//! To add a reason for an alarm: a variant of [`Alarm`] with its code, and `alarm-CODE` in both message files.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::StoreError;
use crate::domain::canonical::{Hash, moment};
use crate::domain::merkle::{NodeId, Plan, verify_consistency};
use crate::domain::note::{Checkpoint, NoteError, VerifierKey};

const FORMAT: &str = "huzhu-checkpoint-1";
/// Characters of a note that an alarm keeps.
const SHOWN_MAX: usize = 4096;

/// Why there is no witness.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// The configured text is no verifier's key.
    #[error("no verifier key")]
    Key,
    /// The file is there and not what was written: what this terminal knew is lost, which is no reason to trust anew.
    #[error("{0}: damaged")]
    Damaged(PathBuf),
    /// It can't be read or written.
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
}

/// Why it is not known what to think of the centre.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The centre did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file can't be written.
    #[error(transparent)]
    Witness(#[from] WitnessError),
}

/// What is wrong with the centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// Its tree is smaller than it was: an old backup was put back, or records were taken out.
    Older {
        /// The size that is known.
        held: u64,
        /// The size that was shown.
        shown: u64,
    },
    /// Another tree of the same size: the centre has two histories.
    Forked {
        /// The size.
        size: u64,
    },
    /// The known tree is not the beginning of the one shown: something recorded was changed.
    Inconsistent {
        /// The size that is known.
        from: u64,
        /// The size that was shown.
        to: u64,
    },
    /// What was shown is no checkpoint that the pinned key signed.
    BadSignature,
    /// Another key signed it, or another is configured than the one pinned.
    OtherKey,
    /// It showed checkpoints before and shows none now.
    Missing {
        /// The size that is known.
        held: u64,
    },
    /// Asked for its history it answers with an error of its own, or with what is no answer: it does not prove it.
    NoProof,
}

impl Alarm {
    /// Its code, in `alarm.log` and in the key of its sentence.
    pub const fn code(self) -> &'static str {
        match self {
            Alarm::Older { .. } => "older",
            Alarm::Forked { .. } => "forked",
            Alarm::Inconsistent { .. } => "inconsistent",
            Alarm::BadSignature => "bad-signature",
            Alarm::OtherKey => "other-key",
            Alarm::Missing { .. } => "missing",
            Alarm::NoProof => "no-proof",
        }
    }

    /// The sizes that it is about: the known one, the one shown (0 where there is none).
    pub const fn sizes(self) -> (u64, u64) {
        match self {
            Alarm::Older { held, shown } => (held, shown),
            Alarm::Forked { size } => (size, size),
            Alarm::Inconsistent { from, to } => (from, to),
            Alarm::Missing { held } => (held, 0),
            Alarm::BadSignature | Alarm::OtherKey | Alarm::NoProof => (0, 0),
        }
    }
}

/// A centre's tree as a look asks for it. An answer that proves nothing, an error of the centre itself too, is
/// [`StoreError::Alarm`] with [`Alarm::NoProof`]; a line that was lost is another error.
#[async_trait]
pub trait Tree: Send {
    /// The newest checkpoint's note, where there is one.
    async fn note(&mut self) -> Result<Option<String>, StoreError>;
    /// Stored nodes, in the order asked for; `None` where one is not there.
    async fn nodes(&mut self, ids: &[NodeId]) -> Result<Vec<Option<Hash>>, StoreError>;
}

/// A checkpoint that nothing speaks against: only these are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trusted {
    note: String,
    checkpoint: Checkpoint,
}

impl Trusted {
    /// Size and root.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }
}

/// What the centre has to show before its new checkpoint is trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    from: Checkpoint,
    to: Trusted,
    plan: Plan,
}

impl Demand {
    /// The stored nodes to ask for; at most 130, none twice.
    pub fn nodes(&self) -> Vec<NodeId> {
        self.plan.nodes()
    }

    /// Checks that the known tree is the beginning of the one shown.
    ///
    /// # Errors
    /// The alarm where it is not, or a node is missing.
    pub fn prove(self, hash: impl Fn(NodeId) -> Option<Hash>) -> Result<Trusted, Alarm> {
        let (from, to) = (&self.from, &self.to.checkpoint);
        let proof = self.plan.proof(hash);
        match proof.is_some_and(|proof| verify_consistency(from.size, &from.root, to.size, &to.root, &proof)) {
            true => Ok(self.to),
            false => Err(Alarm::Inconsistent { from: from.size, to: to.size }),
        }
    }
}

/// What to think of the checkpoint that the centre shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// No key is configured or pinned: nothing can be judged, which an administrator should mend.
    NoKey,
    /// It shows none, and never showed one here.
    Nothing,
    /// The first one here: keep it.
    First(Trusted),
    /// The one that is known.
    Same,
    /// A larger tree: ask for the nodes, prove, keep.
    Prove(Demand),
    /// Nobody works on.
    Alarm(Alarm),
}

/// A line of `alarm.log`.
#[derive(Serialize)]
struct Line<'a> {
    at: String,
    alarm: &'a str,
    held: Option<&'a str>,
    shown: Option<&'a str>,
    key: Option<String>,
}

/// What this terminal knows.
#[derive(Debug)]
pub struct Witness {
    path: PathBuf,
    key: Option<VerifierKey>,
    configured: Option<VerifierKey>,
    held: Option<Trusted>,
}

impl Witness {
    /// Reads the file `path`; there need be none. The key is pinned with the first checkpoint that is kept: the configured
    /// one, or none and nothing is judged.
    ///
    /// # Errors
    /// Where the configured key is none, or the file can't be read or is damaged.
    pub fn open(path: &Path, configured: Option<&str>) -> Result<Witness, WitnessError> {
        let configured = match configured.map(str::trim).filter(|key| !key.is_empty()) {
            Some(key) => Some(key.parse::<VerifierKey>().map_err(|_| WitnessError::Key)?),
            None => None,
        };
        let path = path.to_owned();
        let (key, held) = match fs::read(&path) {
            Ok(bytes) => match read(&bytes) {
                Some((key, held)) => (Some(key), Some(held)),
                None => return Err(WitnessError::Damaged(path)),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => (configured.clone(), None),
            Err(error) => return Err(WitnessError::Io(path, error)),
        };
        Ok(Witness { path, key, configured, held })
    }

    /// The newest checkpoint that is known.
    pub fn held(&self) -> Option<&Checkpoint> {
        self.held.as_ref().map(Trusted::checkpoint)
    }

    /// Whether the configured key is the pinned one, or none is configured.
    pub fn fits_its_key(&self) -> bool {
        self.configured.as_ref().is_none_or(|configured| Some(configured) == self.key.as_ref())
    }

    /// What to think of `shown`, the centre's newest note.
    pub fn judge(&self, shown: Option<&str>) -> Verdict {
        let Some(key) = &self.key else { return Verdict::NoKey };
        if !self.fits_its_key() {
            return Verdict::Alarm(Alarm::OtherKey);
        }
        let Some(note) = shown else {
            return match self.held() {
                Some(held) => Verdict::Alarm(Alarm::Missing { held: held.size }),
                None => Verdict::Nothing,
            };
        };
        let to = match Checkpoint::open(note, key) {
            Ok(checkpoint) => Trusted { note: note.to_owned(), checkpoint },
            Err(NoteError::OtherKey) => return Verdict::Alarm(Alarm::OtherKey),
            Err(_) => return Verdict::Alarm(Alarm::BadSignature),
        };
        let Some(from) = self.held() else { return Verdict::First(to) };
        let (held, shown) = (from.size, to.checkpoint.size);
        if shown == held {
            return match to.checkpoint.root == from.root {
                true => Verdict::Same,
                false => Verdict::Alarm(Alarm::Forked { size: held }),
            };
        }
        if shown < held {
            return Verdict::Alarm(Alarm::Older { held, shown });
        }
        match Plan::consistency(held, shown) {
            Some(plan) => Verdict::Prove(Demand { from: from.clone(), to, plan }),
            // An empty tree is the beginning of every tree.
            None => Verdict::First(to),
        }
    }

    /// Whether there is no key: then nothing can be judged.
    pub fn is_blind(&self) -> bool {
        self.key.is_none()
    }

    /// A whole look at the centre: asks for the newest note and judges it, fetches what has to be proved (one round trip
    /// more, where the tree grew), keeps what came out, records an alarm. What it gives is never [`Verdict::Prove`] or
    /// [`Verdict::First`].
    ///
    /// # Errors
    /// Where the centre did not answer, or the file can't be written: nothing is known then, and it is tried again.
    pub async fn follow(&mut self, tree: &mut dyn Tree, now: DateTime<Utc>) -> Result<Verdict, FollowError> {
        if self.is_blind() {
            return Ok(Verdict::NoKey);
        }
        let mut note = None;
        let looked = match tree.note().await {
            Ok(shown) => {
                note = shown;
                self.look(tree, note.as_deref()).await
            }
            Err(error) => Err(error),
        };
        match looked {
            Ok(Verdict::First(trusted)) => {
                self.keep(trusted)?;
                Ok(Verdict::Same)
            }
            Ok(Verdict::Alarm(alarm)) | Err(StoreError::Alarm(alarm)) => {
                self.record(alarm, note.as_deref(), now)?;
                Ok(Verdict::Alarm(alarm))
            }
            Ok(other) => Ok(other),
            Err(error) => Err(error.into()),
        }
    }

    /// What to think of a note once what it demands is fetched: what is proved is to be kept like the first.
    async fn look(&self, tree: &mut dyn Tree, note: Option<&str>) -> Result<Verdict, StoreError> {
        let demand = match self.judge(note) {
            Verdict::Prove(demand) => demand,
            other => return Ok(other),
        };
        let ids = demand.nodes();
        let hashes = tree.nodes(&ids).await?;
        let hash = |id| ids.iter().position(|known| *known == id).and_then(|at| *hashes.get(at)?);
        Ok(demand.prove(hash).map_or_else(Verdict::Alarm, Verdict::First))
    }

    /// Keeps a checkpoint: it is on the disk when this returns.
    ///
    /// # Errors
    /// Where it can't be written; what was known before is still there then.
    pub fn keep(&mut self, trusted: Trusted) -> Result<(), WitnessError> {
        let Some(key) = &self.key else { return Err(WitnessError::Key) };
        let text = format!("{FORMAT}\n{key}\n\n{}", trusted.note);
        replace(&self.path, text.as_bytes()).map_err(|error| WitnessError::Io(self.path.clone(), error))?;
        self.held = Some(trusted);
        Ok(())
    }

    /// Appends an alarm to `alarm.log`, with the note that was shown.
    ///
    /// # Errors
    /// Where it can't be written.
    pub fn record(&self, alarm: Alarm, shown: Option<&str>, at: DateTime<Utc>) -> Result<(), WitnessError> {
        let path = self.path.with_file_name("alarm.log");
        let cut = |note: &str| note.char_indices().nth(SHOWN_MAX).map_or(note.len(), |(at, _)| at);
        let line = Line {
            at: moment(at),
            alarm: alarm.code(),
            held: self.held.as_ref().map(|held| held.note.as_str()),
            shown: shown.map(|note| &note[..cut(note)]),
            key: self.key.as_ref().map(VerifierKey::to_string),
        };
        let written = || -> io::Result<()> {
            let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(&path)?;
            file.write_all(format!("{}\n", serde_json::to_string(&line)?).as_bytes())?;
            file.sync_all()
        };
        written().map_err(|error| WitnessError::Io(path.clone(), error))
    }
}

/// What a file holds, where it is whole.
fn read(bytes: &[u8]) -> Option<(VerifierKey, Trusted)> {
    let (head, note) = std::str::from_utf8(bytes).ok()?.split_once("\n\n")?;
    let (format, key) = head.split_once('\n')?;
    let key: VerifierKey = key.parse().ok()?;
    let checkpoint = Checkpoint::open(note, &key).ok()?;
    (format == FORMAT).then(|| (key, Trusted { note: note.to_owned(), checkpoint }))
}

/// Writes a file for its owner only, so that a power cut leaves the old content or the new.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => File::open(folder)?.sync_all(),
        None => File::open(".")?.sync_all(),
    }
}

#[cfg(test)]
mod tests;
