//! Signed checkpoints of the tree: the C2SP formats signed-note and tlog-checkpoint, with Ed25519, so that other tools can
//! check them too.
//!
//! A note is a text, an empty line, and signature lines `— NAME base64(4 bytes of key id || signature)`. A checkpoint is
//! a note whose text says origin, size and root, a line each. The origin is the name of the key that signs.
//!
//! Read strictly: a note that could be read in two ways is none. Lines of other keys (witnesses) are passed over.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::canonical::{Hash, hex};
use super::merkle::MOST;
use super::text::is_unsafe;

/// Bytes of a note at most.
const NOTE_MAX: usize = 16 * 1024;
/// Signature lines at most.
const LINES_MAX: usize = 100;
/// The type of Ed25519 keys, which goes before a key's bytes.
const ED25519: u8 = 1;
/// How a signature line begins: a dash (U+2014) and a space.
const DASH: &str = "\u{2014} ";
/// How a signer's key begins.
const PRIVATE: &str = "PRIVATE+KEY+";

/// Why a note or a key is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Not of the format.
    #[error("malformed")]
    Malformed,
    /// Not a key, or its parts contradict each other.
    #[error("no key")]
    Key,
    /// No line of this key is there.
    #[error("not signed by this key")]
    OtherKey,
    /// A line says that it is of this key, and is not.
    #[error("the signature is wrong")]
    Signature,
}

/// What signatures are checked with: `NAME+KEYID+base64(1 || public key)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    key: VerifyingKey,
}

/// What notes are signed with: `PRIVATE+KEY+NAME+KEYID+base64(1 || seed)`. Never shown by `Debug`.
pub struct SignerKey {
    name: String,
    key: SigningKey,
}

/// Whether a name can stand in a key and in a signature line.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= 200 && !name.contains(|c: char| c.is_whitespace() || c == '+' || is_unsafe(c))
}

fn key_id(name: &str, key: &VerifyingKey) -> [u8; 4] {
    let mut hasher = Sha256::new();
    hasher.update(name.as_bytes());
    hasher.update([b'\n', ED25519]);
    hasher.update(key.as_bytes());
    let hash: Hash = hasher.finalize().into();
    [hash[0], hash[1], hash[2], hash[3]]
}

/// Name, key id and the 32 bytes of `NAME+KEYID+base64`.
fn key_parts(text: &str) -> Result<(&str, &str, Zeroizing<[u8; 32]>), NoteError> {
    // The base64 of the last part has `+` of its own.
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(NoteError::Key);
    };
    let key = Zeroizing::new(STANDARD.decode(key).map_err(|_| NoteError::Key)?);
    match key.split_first() {
        Some((&ED25519, key)) if is_name(name) => {
            Ok((name, id, Zeroizing::new(key.try_into().map_err(|_| NoteError::Key)?)))
        }
        _ => Err(NoteError::Key),
    }
}

impl VerifierKey {
    /// The name, which is the origin of the checkpoints too.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the key is called where there is no room for it: the beginning of a hash over name and key.
    pub fn id(&self) -> [u8; 4] {
        key_id(&self.name, &self.key)
    }

    /// Whether `signature` is this key's over some bytes, by the strict rules: no other signature passes for the same.
    pub fn verifies(&self, bytes: &[u8], signature: &[u8; 64]) -> bool {
        self.key.verify_strict(bytes, &Signature::from_bytes(signature)).is_ok()
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<VerifierKey, NoteError> {
        let (name, id, key) = key_parts(text)?;
        let key = VerifyingKey::from_bytes(&key).map_err(|_| NoteError::Key)?;
        if key.is_weak() || hex(&key_id(name, &key)) != id {
            return Err(NoteError::Key);
        }
        Ok(VerifierKey { name: name.to_owned(), key })
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![ED25519];
        key.extend_from_slice(self.key.as_bytes());
        write!(f, "{}+{}+{}", self.name, hex(&self.id()), STANDARD.encode(key))
    }
}

impl fmt::Debug for SignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignerKey({})", self.verifier())
    }
}

impl SignerKey {
    /// A key from 32 bytes of good randomness.
    ///
    /// # Errors
    /// Where the name has a space, a `+` or something invisible.
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<SignerKey, NoteError> {
        match is_name(name) {
            true => Ok(SignerKey { name: name.to_owned(), key: SigningKey::from_bytes(seed) }),
            false => Err(NoteError::Key),
        }
    }

    /// The key that its signatures are checked with.
    pub fn verifier(&self) -> VerifierKey {
        VerifierKey { name: self.name.clone(), key: self.key.verifying_key() }
    }

    /// The secret as it is kept in a file.
    pub fn secret(&self) -> Zeroizing<String> {
        let mut key = Zeroizing::new(vec![ED25519]);
        key.extend_from_slice(self.key.as_bytes());
        let key = Zeroizing::new(STANDARD.encode(&*key));
        Zeroizing::new(format!("{PRIVATE}{}+{}+{}", self.name, hex(&self.verifier().id()), *key))
    }

    /// The same key under another name, with the id that comes of it.
    ///
    /// # Errors
    /// Those of [`SignerKey::new`].
    pub fn named(&self, name: &str) -> Result<SignerKey, NoteError> {
        SignerKey::new(name, self.key.as_bytes())
    }

    /// Signs bytes. They begin with what they are: nothing signed for one purpose may pass for another.
    pub fn sign_bytes(&self, bytes: &[u8]) -> [u8; 64] {
        self.key.sign(bytes).to_bytes()
    }

    /// Bytes that nobody without the key can tell, the same each time for the same purpose and input (HMAC-SHA256).
    pub fn derive(&self, purpose: &str, input: &[u8]) -> Hash {
        let mac = Hmac::<Sha256>::new_from_slice(self.key.as_bytes());
        // A key of any length is taken.
        mac.map(|mac| mac.chain_update(purpose).chain_update(input).finalize().into_bytes().into()).unwrap_or_default()
    }

    /// Signs a text. The text ends with a line's end and has no empty line at its end.
    fn sign(&self, text: &str) -> String {
        let mut line = self.verifier().id().to_vec();
        line.extend_from_slice(&self.key.sign(text.as_bytes()).to_bytes());
        format!("{text}\n{DASH}{} {}\n", self.name, STANDARD.encode(line))
    }
}

impl FromStr for SignerKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<SignerKey, NoteError> {
        let (name, id, seed) = key_parts(text.strip_prefix(PRIVATE).ok_or(NoteError::Key)?)?;
        let key = SignerKey::new(name, &seed)?;
        if hex(&key.verifier().id()) != id {
            return Err(NoteError::Key);
        }
        Ok(key)
    }
}

/// The text of a note that `key` signed.
///
/// # Errors
/// Where it is no note, or no line of the key is there, or one is that is wrong.
pub fn open<'a>(note: &'a str, key: &VerifierKey) -> Result<&'a str, NoteError> {
    if note.len() > NOTE_MAX || note.contains(|c: char| c < ' ' && c != '\n') {
        return Err(NoteError::Malformed);
    }
    let at = note.rfind("\n\n").ok_or(NoteError::Malformed)?;
    let (text, lines) = (&note[..=at], &note[at + 2..]);
    let lines = lines.strip_suffix('\n').ok_or(NoteError::Malformed)?;
    if lines.split('\n').count() > LINES_MAX {
        return Err(NoteError::Malformed);
    }
    let mut signed = false;
    for line in lines.split('\n') {
        let (name, bytes) =
            line.strip_prefix(DASH).and_then(|line| line.split_once(' ')).ok_or(NoteError::Malformed)?;
        let bytes = STANDARD.decode(bytes).map_err(|_| NoteError::Malformed)?;
        let (id, signature) = bytes.split_first_chunk::<4>().ok_or(NoteError::Malformed)?;
        if !is_name(name) || signature.is_empty() {
            return Err(NoteError::Malformed);
        }
        if name != key.name || *id != key.id() {
            continue;
        }
        let signature = Signature::from_slice(signature).map_err(|_| NoteError::Signature)?;
        key.key.verify_strict(text.as_bytes(), &signature).map_err(|_| NoteError::Signature)?;
        signed = true;
    }
    if signed { Ok(text) } else { Err(NoteError::OtherKey) }
}

/// The state of the tree that somebody signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// How many leaves it has.
    pub size: u64,
    /// Its root.
    pub root: Hash,
}

impl Checkpoint {
    /// Its note, signed by `key`.
    pub fn sign(&self, key: &SignerKey) -> String {
        key.sign(&format!("{}\n{}\n{}\n", key.name, self.size, STANDARD.encode(self.root)))
    }

    /// The checkpoint of a note that `key` signed.
    ///
    /// # Errors
    /// Those of [`open`]; malformed also where the text is no checkpoint or of another origin than the key's name.
    pub fn open(note: &str, key: &VerifierKey) -> Result<Checkpoint, NoteError> {
        let (origin, checkpoint) = Checkpoint::read(open(note, key)?)?;
        if origin == key.name { Ok(checkpoint) } else { Err(NoteError::Malformed) }
    }

    /// What a note says, whoever signed it or did not: for comparing, never for trusting.
    ///
    /// # Errors
    /// Where it is no checkpoint.
    pub fn claimed(note: &str) -> Result<Checkpoint, NoteError> {
        let at = note.rfind("\n\n").ok_or(NoteError::Malformed)?;
        Checkpoint::read(&note[..=at]).map(|(_, checkpoint)| checkpoint)
    }

    /// Origin and checkpoint of a note's text. Lines after the third may stand there and mean nothing here.
    fn read(text: &str) -> Result<(&str, Checkpoint), NoteError> {
        let text = text.strip_suffix('\n').ok_or(NoteError::Malformed)?;
        let mut lines = text.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(NoteError::Malformed);
        };
        if origin.is_empty() || lines.any(str::is_empty) {
            return Err(NoteError::Malformed);
        }
        let number: u64 = size.parse().map_err(|_| NoteError::Malformed)?;
        // `007` and `+7` are no sizes.
        if number.to_string() != size || number > MOST {
            return Err(NoteError::Malformed);
        }
        let root = STANDARD.decode(root).ok().and_then(|root| root.try_into().ok()).ok_or(NoteError::Malformed)?;
        Ok((origin, Checkpoint { size: number, root }))
    }
}

#[cfg(test)]
mod tests;
