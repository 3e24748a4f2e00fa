//! Texts of a claim that not everybody sees: each stands in the canonical bytes as a commitment, salted with what only the
//! database knows. Whoever sees the commitment can't try values for it, however few there are.
//!
//! To hide one more field: a new form in which it is a commitment, and its name among the personal ones.

use std::fmt;

use crate::domain::canonical::{Canonical, hex};
use crate::store::StoreError;

/// What the personal texts of one claim are committed with: 128 bits as 32 hexadecimal digits, random but in a generated
/// world. Stays with the claim's row and is told to nobody; `Debug` shows nothing of it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Salt(String);

impl Salt {
    /// A random one. `Unreachable` where the system gives no random bytes.
    pub fn random() -> Result<Salt, StoreError> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|error| StoreError::Unreachable(error.to_string()))?;
        Ok(Salt::of(bytes))
    }

    /// Of these bytes.
    pub fn of(bytes: [u8; 16]) -> Salt {
        Salt(hex(&bytes))
    }

    /// As it is stored; empty in a claim of the first form, which has none.
    pub fn stored(digits: String) -> Salt {
        Salt(digits)
    }

    /// The digits.
    pub fn digits(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(***)")
    }
}

/// A personal text of a claim: itself, or for who must not see it only what it was committed to.
#[derive(Clone, PartialEq, Eq)]
pub enum Personal {
    /// The text; empty where there is none.
    Value(String),
    /// Its commitment, as [`commitment`] makes it.
    Commitment(String),
}

impl Personal {
    /// The text, where it is to be seen.
    pub fn value(&self) -> Option<&str> {
        match self {
            Personal::Value(value) => Some(value),
            Personal::Commitment(_) => None,
        }
    }

    /// What stands for it in the canonical bytes.
    pub fn commitment(&self, field: &str, salt: &Salt) -> String {
        match self {
            Personal::Value(value) => commitment(field, salt, value),
            Personal::Commitment(commitment) => commitment.clone(),
        }
    }
}

impl fmt::Debug for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Personal(***)")
    }
}

/// What a claim's field is committed to: SHA-256 in hexadecimal of the field's name, the claim's salt and the value as
/// canonical bytes; empty where the value is.
pub fn commitment(field: &str, salt: &Salt, value: &str) -> String {
    if value.is_empty() {
        return String::new();
    }
    hex(&Canonical::new(field).text(salt.digits()).text(value).hash())
}
