//! Canonical bytes of a record, and the chain of hashes over them: a version tag, then each field in a fixed order, each
//! as its length in bytes (decimal), a colon and the bytes. Read back from the stored row, never from what was sent.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, Utc};
use sha2::{Digest, Sha256};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::money::Money;

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// The head of a chain before its first record.
pub const GENESIS: Hash = [0; 32];

/// Writes one record's canonical bytes.
pub struct Canonical(Vec<u8>);

impl Canonical {
    /// Begins a record with its version tag.
    pub fn new(tag: &str) -> Canonical {
        Canonical(Vec::with_capacity(2048)).text(tag)
    }

    /// Text, as NFC UTF-8. JSON stays as it is stored (it is ASCII-safe or NFC already).
    pub fn text(mut self, value: &str) -> Canonical {
        // Nearly all text is NFC already, and is known to be without writing it anew.
        let value: Cow<'_, str> = match is_nfc_quick(value.chars()) {
            IsNormalized::Yes => value.into(),
            _ => value.nfc().collect::<String>().into(),
        };
        self.0.extend_from_slice(value.len().to_string().as_bytes());
        self.0.push(b':');
        self.0.extend_from_slice(value.as_bytes());
        self
    }

    /// A whole number in decimal.
    pub fn number(self, value: i64) -> Canonical {
        self.text(&value.to_string())
    }

    /// Money with two places.
    pub fn money(self, value: Money) -> Canonical {
        self.text(&value.to_string())
    }

    /// A date as `YYYY-MM-DD`.
    pub fn date(self, value: Option<NaiveDate>) -> Canonical {
        self.text(&value.map(|date| date.to_string()).unwrap_or_default())
    }

    /// A moment in UTC as `YYYY-MM-DDTHH:MM:SS.ffffffZ`.
    pub fn moment(self, value: DateTime<Utc>) -> Canonical {
        self.text(&moment(value))
    }

    /// The bytes.
    pub fn bytes(self) -> Vec<u8> {
        self.0
    }

    /// SHA-256 of the bytes.
    pub fn hash(self) -> Hash {
        sha256(&self.0)
    }

    /// The next link of a chain: SHA-256(previous hash || canonical bytes).
    pub fn link(self, previous: &Hash) -> Hash {
        let mut hasher = Sha256::new();
        hasher.update(previous);
        hasher.update(&self.0);
        hasher.finalize().into()
    }
}

/// A moment as it is recorded.
pub fn moment(value: DateTime<Utc>) -> String {
    value.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// SHA-256 of some bytes.
pub fn sha256(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// In lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A hash from lower-case hexadecimal.
pub fn unhex(text: &str) -> Option<Hash> {
    let digits = text.as_bytes();
    if digits.len() != 64 || !digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let mut hash = [0; 32];
    for (byte, at) in hash.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_cannot_run_into_each_other() {
        let ab_c = Canonical::new("t").text("ab").text("c").bytes();
        let a_bc = Canonical::new("t").text("a").text("bc").bytes();
        assert_eq!(ab_c, b"1:t2:ab1:c");
        assert_ne!(ab_c, a_bc);
    }

    #[test]
    fn a_link_hashes_the_head_and_the_bytes() {
        let link = Canonical::new("t").link(&GENESIS);
        let mut all = GENESIS.to_vec();
        all.extend_from_slice(b"1:t");
        assert_eq!(link, sha256(&all));
        assert_eq!(hex(&[0, 0x1f, 0xff]), "001fff");
        assert_eq!(unhex(&hex(&link)), Some(link));
        for wrong in ["", &hex(&link)[1..], &hex(&link).to_uppercase(), &"é".repeat(32)] {
            assert_eq!(unhex(wrong), None, "{wrong}");
        }
    }
}
