//! The sealer: it appends the events that the centre recorded to the tree and signs what comes of it, with a key that the
//! centre does not have. It trusts the centre no more than a terminal does: before it signs anything it demands that the
//! tree which it signed last is still there, and it never signs two trees of one size.
//!
//! Beside the key file stand: `checkpoint` (what it signed last, see `witness.rs`), `alarm.log`, and `pending`, the batch
//! that is under way. The batch is on the disk before it is sent, so that one whose answer was lost is sent again as it was
//! and not made anew: whoever kept the first answer would hold a second history.
//!
//! To seal something else too: another tag of leaf in `domain/merkle.rs`, and its rows in what [`Ledger::events`] gives.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::StoreError;
use super::witness::{Alarm, Trusted, Verdict, Witness, WitnessError, replace};
use crate::domain::canonical::{Hash, hex};
use crate::domain::merkle::{Appender, NodeId, event_leaf};
use crate::domain::note::{Checkpoint, SignerKey, VerifierKey};

/// Events that are sealed at once.
pub const BATCH: usize = 5_000;

/// How a centre refuses a batch whose events are not the ones that it holds.
const NO_SUCH_EVENT: &str = "tree-leaf";

/// Where the tree of the centre ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeState {
    /// How many leaves it has.
    pub size: u64,
    /// Recorded events that are not in it yet.
    pub waiting: u64,
    /// The newest checkpoint's note.
    pub note: Option<String>,
    /// The hashes of [`Appender::frontier`].
    pub frontier: Vec<Hash>,
}

/// A recorded event: its place in its office's chain, and the chain's hash there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealEvent {
    /// The office's code.
    pub office: i32,
    /// The place, from 1.
    pub place: i64,
    /// The hash.
    pub hash: Hash,
}

/// What is appended in one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Where the tree ended.
    pub first: u64,
    /// The events, in the order of their leaves.
    pub events: Vec<SealEvent>,
    /// The nodes above the leaves that become complete.
    pub nodes: Vec<(NodeId, Hash)>,
    /// The checkpoint of the tree with them.
    pub note: String,
}

/// The centre as the sealer sees it.
#[async_trait]
pub trait Ledger: Send {
    /// Where the tree ends.
    async fn state(&mut self) -> Result<TreeState, StoreError>;
    /// The events that come next, at most `most`.
    async fn events(&mut self, most: usize) -> Result<Vec<SealEvent>, StoreError>;
    /// Appends a batch: all of it or nothing.
    async fn append(&mut self, batch: &Batch) -> Result<(), StoreError>;
    /// Stored nodes, in the order asked for.
    async fn nodes(&mut self, ids: &[NodeId]) -> Result<Vec<Option<Hash>>, StoreError>;
}

/// Why nothing was sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The file is no signer's key.
    #[error("{0}: no key")]
    Key(PathBuf),
    /// The name can't stand in a key.
    #[error("no name")]
    Name,
    /// The key can be read by others.
    #[error("{0}: readable by others")]
    KeyReadable(PathBuf),
    /// The file is there already.
    #[error("{0}: exists")]
    KeyExists(PathBuf),
    /// Another sealer works with this key.
    #[error("in use")]
    InUse,
    /// What the sealer keeps beside its key can't be used.
    #[error(transparent)]
    Kept(#[from] WitnessError),
    /// The centre did not answer, or refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The centre's tree is not the one that was signed.
    #[error("alarm: {}", .0.code())]
    Alarm(Alarm),
}

/// What was sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sealed {
    /// The size of the tree now.
    pub size: u64,
    /// Its root, hexadecimal.
    pub root: String,
    /// Leaves that were appended.
    pub leaves: usize,
    /// Events that wait still.
    pub waiting: u64,
}

/// The batch that is under way, as it is kept.
#[derive(Serialize, Deserialize)]
struct Pending {
    first: u64,
    events: Vec<SealEvent>,
    note: String,
}

/// Makes a signer's key in a new file, for its owner only; gives the key that terminals check with.
///
/// # Errors
/// Where the file is there already or can't be written, or the name is none.
pub fn new_key(path: &Path, name: &str) -> Result<VerifierKey, SealError> {
    let failed = |error: io::Error| WitnessError::Io(path.to_owned(), error);
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *seed).map_err(|error| failed(io::Error::other(error.to_string())))?;
    let key = SignerKey::new(name, &seed).map_err(|_| SealError::Name)?;
    let text = Zeroizing::new(format!("{}\n", *key.secret()));
    let mut file = match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(SealError::KeyExists(path.to_owned()));
        }
        Err(error) => return Err(failed(error).into()),
    };
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    Ok(key.verifier())
}

/// The sealer with its key.
#[derive(Debug)]
pub struct Sealer {
    key: SignerKey,
    witness: Witness,
    pending: PathBuf,
    /// Holds the lock that keeps a second sealer out.
    _lock: File,
}

impl Sealer {
    /// Takes up the work with the key of `path`.
    ///
    /// # Errors
    /// Where the key or what is kept beside it can't be used, or another sealer works with it.
    pub fn open(path: &Path) -> Result<Sealer, SealError> {
        let failed = |error| WitnessError::Io(path.to_owned(), error);
        let lock = File::open(path).map_err(failed)?;
        if lock.metadata().map_err(failed)?.permissions().mode() & 0o077 != 0 {
            return Err(SealError::KeyReadable(path.to_owned()));
        }
        if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
            return Err(SealError::InUse);
        }
        let text = Zeroizing::new(fs::read_to_string(path).map_err(failed)?);
        let key: SignerKey = text.trim_end().parse().map_err(|_| SealError::Key(path.to_owned()))?;
        let witness = Witness::open(&path.with_file_name("checkpoint"), Some(&key.verifier().to_string()))?;
        Ok(Sealer { key, witness, pending: path.with_file_name("pending"), _lock: lock })
    }

    /// The key that its signatures are checked with.
    pub fn verifier(&self) -> VerifierKey {
        self.key.verifier()
    }

    /// Seals the next events, at most [`BATCH`]; `now` goes into the record of an alarm.
    ///
    /// # Errors
    /// Where nothing can be sealed. After an alarm nothing must be sealed until somebody has looked into it; after any
    /// other error it can be called again.
    pub async fn seal(&mut self, ledger: &mut dyn Ledger, now: DateTime<Utc>) -> Result<Sealed, SealError> {
        let (mut tree, mut waiting) = self.settle(ledger, now).await?;
        let first = tree.size();
        let batch = match self.pending()? {
            Some(pending) if pending.first == first => Some(pending),
            // It went through, and only its answer was lost.
            Some(pending) if pending.first + pending.events.len() as u64 == first => {
                self.done()?;
                None
            }
            // A batch was signed that the tree does not have.
            Some(pending) => {
                let size = pending.first + pending.events.len() as u64;
                return self.alarm(Alarm::Forked { size }, Some(&pending.note), now);
            }
            None => None,
        };
        let fresh = batch.is_none();
        let events = match &batch {
            Some(pending) => pending.events.clone(),
            None => ledger.events(BATCH).await?,
        };
        if !events.is_empty() {
            let mut nodes = Vec::with_capacity(events.len());
            for event in &events {
                tree.append(event_leaf(event.office.into(), event.place, &event.hash), |id, hash| {
                    if id.level > 0 {
                        nodes.push((id, hash));
                    }
                });
            }
            // Ed25519 signs the same text the same way every time.
            let note = Checkpoint { size: tree.size(), root: tree.root() }.sign(&self.key);
            if batch.is_some_and(|pending| pending.note != note) {
                return self.alarm(Alarm::Inconsistent { from: first, to: tree.size() }, Some(&note), now);
            }
            let batch = Batch { first, events, nodes, note };
            if fresh {
                self.begin(&batch)?;
            }
            match ledger.append(&batch).await {
                // It was signed, and the centre has other events by now: put back to an earlier moment, or changed.
                Err(StoreError::Refused(code)) if !fresh && code == NO_SUCH_EVENT => {
                    return self.alarm(Alarm::Forked { size: tree.size() }, Some(&batch.note), now);
                }
                done => done?,
            }
            (tree, waiting) = self.settle(ledger, now).await?;
            if tree.size() == first + batch.events.len() as u64 {
                self.done()?;
            }
        }
        let leaves = (tree.size() - first) as usize;
        Ok(Sealed { size: tree.size(), root: hex(&tree.root()), leaves, waiting })
    }

    /// Demands that the tree is the one that was signed last, or that one grown, and that its stored nodes give the root
    /// that was signed; keeps its checkpoint, and takes it up.
    async fn settle(&mut self, ledger: &mut dyn Ledger, now: DateTime<Utc>) -> Result<(Appender, u64), SealError> {
        let state = ledger.state().await?;
        let shown = state.note.as_deref();
        let trusted = match self.witness.judge(shown) {
            Verdict::Same => None,
            Verdict::Nothing | Verdict::NoKey if state.size == 0 => None,
            Verdict::Nothing | Verdict::NoKey => {
                return self.alarm(Alarm::Inconsistent { from: 0, to: state.size }, shown, now);
            }
            Verdict::First(trusted) => Some(trusted),
            Verdict::Prove(demand) => {
                let ids = demand.nodes();
                let hashes = ledger.nodes(&ids).await?;
                let hash = |id| ids.iter().position(|known| *known == id).and_then(|at| *hashes.get(at)?);
                match demand.prove(hash) {
                    Ok(trusted) => Some(trusted),
                    Err(alarm) => return self.alarm(alarm, shown, now),
                }
            }
            Verdict::Alarm(alarm) => return self.alarm(alarm, shown, now),
        };
        let signed = trusted.as_ref().map(Trusted::checkpoint).or(self.witness.held()).cloned();
        let from = signed.as_ref().map_or(0, |signed| signed.size);
        let tree = Appender::resume(state.size, state.frontier).filter(|tree| match &signed {
            Some(signed) => (tree.size(), tree.root()) == (signed.size, signed.root),
            None => tree.size() == 0,
        });
        let Some(tree) = tree else {
            return self.alarm(Alarm::Inconsistent { from, to: state.size }, shown, now);
        };
        if let Some(trusted) = trusted {
            self.witness.keep(trusted)?;
        }
        Ok((tree, state.waiting))
    }

    fn alarm<T>(&self, alarm: Alarm, shown: Option<&str>, now: DateTime<Utc>) -> Result<T, SealError> {
        self.witness.record(alarm, shown, now)?;
        Err(SealError::Alarm(alarm))
    }

    fn pending(&self) -> Result<Option<Pending>, SealError> {
        match fs::read(&self.pending) {
            Ok(bytes) => match serde_json::from_slice(&bytes) {
                Ok(pending) => Ok(Some(pending)),
                Err(_) => Err(WitnessError::Damaged(self.pending.clone()).into()),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(WitnessError::Io(self.pending.clone(), error).into()),
        }
    }

    fn begin(&self, batch: &Batch) -> Result<(), SealError> {
        let pending = Pending { first: batch.first, events: batch.events.clone(), note: batch.note.clone() };
        let written = || replace(&self.pending, &serde_json::to_vec(&pending)?);
        Ok(written().map_err(|error: io::Error| WitnessError::Io(self.pending.clone(), error))?)
    }

    fn done(&self) -> Result<(), SealError> {
        Ok(fs::remove_file(&self.pending).map_err(|error| WitnessError::Io(self.pending.clone(), error))?)
    }
}

#[cfg(test)]
mod tests;
