//! Sealed records: XChaCha20-Poly1305 under the terminal's key, tied to what they are. A record carries its own head, so
//! that it can be found in a damaged file without the database's help.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use uuid::Uuid;

use super::JournalError;

/// Every record begins with it.
pub(super) const MAGIC: [u8; 8] = *b"huzhu-j1";
/// Magic, kind, id, length, nonce.
const HEAD: usize = 8 + 1 + 16 + 4 + 24;

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A draft of a claim.
    Draft = 1,
    /// The reference snapshot.
    Reference = 2,
}

/// What was found where a record should be.
pub(super) enum Opened<'a> {
    /// A record that is whole: kind, id, content, and the bytes that it takes.
    Whole(u8, Uuid, Vec<u8>, &'a [u8]),
    /// Damaged, or sealed with another key.
    Unreadable(Uuid),
}

/// The terminal's key.
pub(super) struct Seal(XChaCha20Poly1305);

impl Seal {
    /// Seals a record.
    pub(super) fn close(&self, kind: Kind, id: Uuid, content: &[u8]) -> Result<Vec<u8>, JournalError> {
        let mut nonce = [0; 24];
        getrandom::fill(&mut nonce).map_err(|error| JournalError::Io(error.to_string()))?;
        let aad = aad(kind as u8, id);
        let sealed = self
            .0
            .encrypt(&XNonce::from(nonce), Payload { msg: content, aad: &aad })
            .map_err(|_| JournalError::Io("too large to be sealed".to_owned()))?;
        let mut record = Vec::with_capacity(HEAD + sealed.len());
        record.extend_from_slice(&MAGIC);
        record.extend_from_slice(&aad);
        record.extend_from_slice(&(sealed.len() as u32).to_le_bytes());
        record.extend_from_slice(&nonce);
        record.extend_from_slice(&sealed);
        Ok(record)
    }

    /// Opens the record that `bytes` begins with; nothing where no record begins.
    pub(super) fn open<'a>(&self, bytes: &'a [u8]) -> Option<Opened<'a>> {
        if bytes.len() < HEAD || !bytes.starts_with(&MAGIC) {
            return None;
        }
        let kind = bytes[8];
        let id = Uuid::from_bytes(bytes[9..25].try_into().ok()?);
        let length = u32::from_le_bytes(bytes[25..29].try_into().ok()?) as usize;
        let nonce: [u8; 24] = bytes[29..HEAD].try_into().ok()?;
        let Some(sealed) = bytes.get(HEAD..HEAD.saturating_add(length)) else {
            return Some(Opened::Unreadable(id));
        };
        let payload = Payload { msg: sealed, aad: &aad(kind, id) };
        Some(match self.0.decrypt(&XNonce::from(nonce), payload) {
            Ok(content) => Opened::Whole(kind, id, content, &bytes[..HEAD + length]),
            Err(_) => Opened::Unreadable(id),
        })
    }

    /// Reads `journal.key`, or makes it. One that others can read is refused; one of another length is no key (`None`).
    pub(super) fn load(path: &Path) -> Result<Option<Seal>, JournalError> {
        let mut key = [0; 32];
        match File::open(path) {
            Ok(mut file) => {
                let meta = file.metadata()?;
                if meta.permissions().mode() & 0o077 != 0 {
                    return Err(JournalError::KeyReadable(path.to_owned()));
                }
                if meta.len() != key.len() as u64 {
                    return Ok(None);
                }
                file.read_exact(&mut key)?;
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                getrandom::fill(&mut key).map_err(|error| JournalError::Io(error.to_string()))?;
                // Written beside and renamed: a power cut leaves a whole key or none.
                let beside = path.with_extension("key.new");
                let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
                file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
                file.write_all(&key)?;
                file.sync_all()?;
                std::fs::rename(&beside, path)?;
                sync_directory(path)?;
            }
            Err(error) => return Err(error.into()),
        }
        Ok(Some(Seal(XChaCha20Poly1305::new(&key.into()))))
    }
}

/// Makes the data directory, for its owner only.
pub(super) fn make_directory(dir: &Path) -> Result<(), JournalError> {
    Ok(DirBuilder::new().recursive(true).mode(0o700).create(dir)?)
}

/// Makes renames and new files of a file's directory last.
pub(super) fn sync_directory(path: &Path) -> Result<(), JournalError> {
    match path.parent() {
        Some(dir) => Ok(File::open(dir)?.sync_all()?),
        None => Ok(()),
    }
}

fn aad(kind: u8, id: Uuid) -> [u8; 17] {
    let mut aad = [kind; 17];
    aad[1..].copy_from_slice(id.as_bytes());
    aad
}
