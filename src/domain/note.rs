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

    fn id(&self) -> [u8; 4] {
        key_id(&self.name, &self.key)
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
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The example of C2SP signed-note.
    const SPEC_KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    const SPEC_NOTE: &str = "This is an example message.\n\n\u{2014} example.com/foo \
        Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    /// The example of the format's first implementation, golang.org/x/mod/sumdb/note.
    const GO_SIGNER: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    const GO_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const GO_TEXT: &str = "If you think cryptography is the answer to your problem,\n\
        then you don't know what your problem is.\n";
    const GO_LINE: &str = "\u{2014} PeterNeumann \
        x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    fn signer(name: &str, seed: u8) -> SignerKey {
        SignerKey::new(name, &[seed; 32]).unwrap()
    }

    #[test]
    fn the_specifications_examples() {
        let key: VerifierKey = SPEC_KEY.parse().unwrap();
        assert_eq!((key.name(), key.to_string().as_str()), ("example.com/foo", SPEC_KEY));
        assert_eq!(open(SPEC_NOTE, &key), Ok("This is an example message.\n"));

        let signer: SignerKey = GO_SIGNER.parse().unwrap();
        assert_eq!(signer.verifier().to_string(), GO_KEY);
        assert_eq!(signer.secret().as_str(), GO_SIGNER);
        assert_eq!(signer.sign(GO_TEXT), format!("{GO_TEXT}\n{GO_LINE}"));
        assert!(!format!("{signer:?}").contains("AYEK"));
    }

    #[test]
    fn a_real_checkpoint_is_read() {
        let text = "go.sum database tree\n63570315\nOa4zLf66dXzZgbR+qL05aDrDMhePwydC3HqpTx4Mt+k=\n";
        let (origin, checkpoint) = Checkpoint::read(text).unwrap();
        assert_eq!((origin, checkpoint.size), ("go.sum database tree", 63_570_315));
        assert_eq!(hex(&checkpoint.root[..4]), "39ae332d");
    }

    #[test]
    fn a_checkpoint_round_trips() {
        let signer = signer("huzhu.example/2021", 5);
        let checkpoint = Checkpoint { size: 85_000, root: [9; 32] };
        let note = checkpoint.sign(&signer);
        assert_eq!(Checkpoint::open(&note, &signer.verifier()), Ok(checkpoint.clone()));
        assert_eq!(Checkpoint::claimed(&note), Ok(checkpoint.clone()));
        // The line of a witness more, before or after, changes nothing.
        let (text, line) = note.split_once("\n\n").unwrap();
        let witness = GO_LINE;
        for lines in [format!("{line}{witness}"), format!("{witness}{line}")] {
            assert_eq!(Checkpoint::open(&format!("{text}\n\n{lines}"), &signer.verifier()), Ok(checkpoint.clone()));
        }
    }

    #[test]
    fn who_else_signed_is_told_from_a_wrong_signature() {
        let ours = signer("huzhu.example/2021", 5);
        let checkpoint = Checkpoint { size: 3, root: [9; 32] };
        let note = checkpoint.sign(&ours);
        let open = |note: &str, key: &SignerKey| Checkpoint::open(note, &key.verifier());
        assert_eq!(open(&note, &signer("huzhu.example/2021", 6)), Err(NoteError::OtherKey));
        assert_eq!(open(&note, &signer("huzhu.example/2022", 5)), Err(NoteError::OtherKey));
        assert_eq!(open(&note.replace("\n3\n", "\n4\n"), &ours), Err(NoteError::Signature));
        // Signed well, but for another origin.
        let text = format!("elsewhere\n3\n{}\n", STANDARD.encode([9; 32]));
        assert_eq!(open(&ours.sign(&text), &ours), Err(NoteError::Malformed));
        // A good line does not help where another of the same key is wrong.
        let wrong = note.replace("\n3\n", "\n4\n");
        let line = &wrong[wrong.find(DASH).unwrap()..];
        let other = Checkpoint { size: 4, root: [8; 32] }.sign(&ours);
        let other = &other[other.find(DASH).unwrap()..];
        assert_eq!(open(&format!("{note}{line}"), &ours), Ok(checkpoint));
        assert_eq!(open(&format!("{note}{other}"), &ours), Err(NoteError::Signature));
    }

    #[test]
    fn what_is_no_checkpoint() {
        let root = STANDARD.encode([9; 32]);
        let ours = signer("o", 5);
        for text in [
            "o\n3\n".to_owned(),
            format!("o\n03\n{root}\n"),
            format!("o\n+3\n{root}\n"),
            format!("o\n-3\n{root}\n"),
            format!("o\n 3\n{root}\n"),
            format!("o\n\n{root}\n"),
            format!("o\n{}\n{root}\n", MOST + 1),
            format!("\n3\n{root}\n"),
            format!("o\n3\n{}\n", &root[..root.len() - 1]),
            format!("o\n3\n{}\n", STANDARD.encode([9; 31])),
            // The bits that base64 leaves over are not nought.
            format!("o\n3\n{}\n", root.replace("k=", "l=")),
            format!("o\n3\n{root}\n\nx\n"),
        ] {
            assert_eq!(Checkpoint::open(&ours.sign(&text), &ours.verifier()), Err(NoteError::Malformed), "{text:?}");
        }
        let more = ours.sign(&format!("o\n3\n{root}\nan extension\n"));
        assert_eq!(Checkpoint::open(&more, &ours.verifier()), Ok(Checkpoint { size: 3, root: [9; 32] }));
    }

    #[test]
    fn what_is_no_note() {
        let ours = signer("o", 5);
        let note = Checkpoint { size: 3, root: [9; 32] }.sign(&ours);
        let line = &note[note.find(DASH).unwrap()..];
        for wrong in [
            String::new(),
            note.trim_end().to_owned(),
            note.replace('\u{2014}', "-"),
            note.replace("\u{2014} ", "\u{2014}"),
            format!("{note}\n"),
            format!("{note}trailing\n"),
            note.replace('\n', "\r\n"),
            note.replace("\n\n", "\n"),
            format!("{}{}", note, line.repeat(LINES_MAX)),
            format!("{}\n{note}", "x".repeat(NOTE_MAX)),
            note.replace(line, "\u{2014} o AAAA\n"),
            note.replace(line, "\u{2014} o AAAAAA==\n"),
        ] {
            assert_eq!(open(&wrong, &ours.verifier()), Err(NoteError::Malformed), "{wrong:?}");
        }
    }

    #[test]
    fn what_is_no_key() {
        for (from, to) in [("foo+", "bar+"), ("530d", "530D"), ("Aeky", "Aekz"), ("+Aeky", "+Auky"), ("3U2k", "3U2")] {
            let wrong = SPEC_KEY.replace(from, to);
            assert_ne!(wrong, SPEC_KEY);
            assert_eq!(wrong.parse::<VerifierKey>(), Err(NoteError::Key), "{wrong}");
        }
        for wrong in ["", "a", "a+b", "a+b+c", "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", GO_SIGNER] {
            assert_eq!(wrong.parse::<VerifierKey>(), Err(NoteError::Key), "{wrong}");
        }
        for wrong in [GO_KEY, &GO_SIGNER.replace("c74f", "c74e"), &GO_SIGNER[..GO_SIGNER.len() - 4]] {
            assert!(wrong.parse::<SignerKey>().is_err(), "{wrong}");
        }
        for name in ["", "a b", "a+b", "a\u{3000}b", "a\u{202e}b", "a\nb"] {
            assert_eq!(SignerKey::new(name, &[1; 32]).err(), Some(NoteError::Key), "{name:?}");
        }
        // The neutral point signs everything.
        let mut weak = vec![ED25519, 1];
        weak.resize(33, 0);
        let neutral = VerifyingKey::from_bytes(weak[1..].try_into().unwrap()).unwrap();
        let text = format!("o+{}+{}", hex(&key_id("o", &neutral)), STANDARD.encode(weak));
        assert_eq!(text.parse::<VerifierKey>(), Err(NoteError::Key));
    }

    proptest! {
        #[test]
        fn a_changed_byte_is_found(at in any::<usize>(), to in any::<char>()) {
            let ours = signer("huzhu.example/2021", 5);
            let note = Checkpoint { size: 12_345, root: [9; 32] }.sign(&ours);
            let chars: Vec<char> = note.chars().collect();
            let at = at % chars.len();
            prop_assume!(chars[at] != to);
            let mut changed = chars;
            changed[at] = to;
            let changed: String = changed.into_iter().collect();
            prop_assert!(Checkpoint::open(&changed, &ours.verifier()).is_err());
        }

        #[test]
        fn nothing_makes_it_stop(note in "\\PC*", lines in proptest::collection::vec("[—+ a-z0-9=/\n]*", 0..6)) {
            let key = signer("o", 5).verifier();
            prop_assert!(open(&note, &key).is_err());
            prop_assert!(open(&lines.join("\n"), &key).is_err());
            prop_assert!(note.parse::<VerifierKey>().is_err());
        }
    }
}
