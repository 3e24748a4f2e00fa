//! The code that every slip carries, and that anybody with the offices' public keys can check without asking anyone: which
//! slip it is, its day and amount, the record that it was made of, and the signature of the terminal that printed it. A
//! keyboard scanner can type it: [`PREFIX`] and Base45, which a QR code holds in its alphanumeric mode.
//!
//! | bytes | what |
//! | --- | --- |
//! | 1 | version, 1 |
//! | 1 | form, 1 to 10 |
//! | 3 | office |
//! | 2 | year of the number |
//! | 4 | sequence of the number |
//! | 2 | day of the record: days since 2000-01-01 |
//! | 6 | amount in fen, 0 of a form that shows none |
//! | 8 | salt |
//! | 16 | commitment to the holder: the beginning of a hash over salt, name and masked ID number |
//! | 32 | hash of the record: of the claim's first event in its office's chain |
//! | 4 | id of the key |
//! | 64 | Ed25519 signature over [`TAG`] and all before it |
//!
//! Numbers have their highest byte first. The salt comes from the key and the record, not from chance: a reprint carries
//! the same code. Nothing of the ID number is in it that the slip does not show.
//!
//! To say one more thing in it: another version byte with a layout of its own here; a printed code is read for ever.

use std::fmt;

use chrono::{Days, NaiveDate};

use super::area::OfficeCode;
use super::canonical::{Canonical, Hash, hex};
use super::form::FormId;
use super::money::{MAX_FEN, Money};
use super::note::{NoteError, SignerKey, VerifierKey};
use super::number::{ClaimNumber, SlipNumber};
use super::text::{half_width, name_key};

/// How the text begins.
pub const PREFIX: &str = "HZ1:";
/// Characters of the text. The last one is always a digit: a space at the end, which a scanner could lose, there is none.
pub const LENGTH: usize = 219;
/// How the names of terminals' keys begin; the office's code follows.
pub const KEY_PREFIX: &str = "slip.";

/// What is signed begins with it, so that no signature made for something else passes for a slip's.
const TAG: &[u8] = b"huzhu-slip-1\0";
const VERSION: u8 = 1;
const BYTES: usize = 143;
/// Where the signature begins, and where what is said of the slip ends.
const SIGNED: usize = 79;
/// The association's own office: its terminals print slips of every office.
const REGION: u32 = 150_000;

/// What a slip's code says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlipFacts {
    /// Form, office, year and sequence.
    pub number: SlipNumber,
    /// The day of the record (Asia/Shanghai).
    pub date: NaiveDate,
    /// The amount that the slip shows; 0.00 where its form shows none ([`FormId::shows_an_amount`]).
    pub amount: Money,
    /// The hash of the claim's first event in its office's chain.
    pub record: Hash,
}

/// Why a text is no code, or not a genuine one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SlipCodeError {
    /// It does not begin like one, or is of a version that is not known.
    #[error("not a slip's code")]
    NoCode,
    /// It begins like one: characters are missing, too many, or changed.
    #[error("damaged")]
    Damaged,
    /// None of the keys is the one that it names.
    #[error("signed with a key that is not known")]
    UnknownKey,
    /// The key that it names did not sign it.
    #[error("the signature is wrong")]
    Signature,
    /// Signed with the key of an office that prints no slips of this one.
    #[error("signed with another office's key")]
    OtherOffice,
}

impl SlipCodeError {
    /// As scripts are told: `malformed`, `key`, `signature`, `office`.
    pub const fn code(self) -> &'static str {
        match self {
            SlipCodeError::NoCode | SlipCodeError::Damaged => "malformed",
            SlipCodeError::UnknownKey => "key",
            SlipCodeError::Signature => "signature",
            SlipCodeError::OtherOffice => "office",
        }
    }
}

/// The name of an office's keys: `slip.150802`.
pub fn key_name(office: OfficeCode) -> String {
    format!("{KEY_PREFIX}{office}")
}

/// The office whose name a key has.
pub fn key_office(key: &VerifierKey) -> Option<OfficeCode> {
    key.name().strip_prefix(KEY_PREFIX)?.parse().ok()
}

/// Whether a terminal of an office prints slips of another: as the store lets it, those of its league; the association's
/// own office those of all. An office's code begins with its league's (contract 5).
fn prints(terminal: OfficeCode, slip: OfficeCode) -> bool {
    terminal.get() == REGION || terminal.get() / 100 == slip.get() / 100
}

/// First and last day that two bytes can say.
fn days_from() -> NaiveDate {
    NaiveDate::from_ymd_opt(2000, 1, 1).unwrap_or_default()
}

/// What a terminal signs its slips with. Never shown by `Debug`.
#[derive(Debug)]
pub struct SlipKey(SignerKey);

impl SlipKey {
    /// From the terminal's secret.
    pub fn new(key: SignerKey) -> SlipKey {
        SlipKey(key)
    }

    /// The key for an office: the same secret, under that office's name.
    ///
    /// # Errors
    /// None that can happen: the name of an office is one that a key can have.
    pub fn of_office(&self, office: OfficeCode) -> Result<SlipKey, NoteError> {
        self.0.named(&key_name(office)).map(SlipKey)
    }

    /// What its codes are checked with.
    pub fn verifier(&self) -> VerifierKey {
        self.0.verifier()
    }

    /// The code of a slip as text, for a holder as the slip names him. None where the facts don't fit into one (a day before
    /// 2000 or after 2179, a negative amount), or where this terminal's office prints no slips of that one.
    pub fn code(&self, facts: &SlipFacts, name: &str, id_masked: &str) -> Option<String> {
        let SlipFacts { number, date, amount, record } = facts;
        let verifier = self.0.verifier();
        if !key_office(&verifier).is_some_and(|own| prints(own, number.office)) {
            return None;
        }
        let days = u16::try_from((*date - days_from()).num_days()).ok()?;
        let fen = u64::try_from(amount.fen()).ok().filter(|_| amount.fen() <= MAX_FEN)?;
        let derived = self.0.derive("huzhu-slip-salt-1\0", record);
        let salt = &derived[..8];
        let mut bytes = vec![VERSION, number.form.number()];
        bytes.extend_from_slice(&number.office.get().to_be_bytes()[1..]);
        bytes.extend_from_slice(&number.year.to_be_bytes());
        bytes.extend_from_slice(&number.sequence.to_be_bytes());
        bytes.extend_from_slice(&days.to_be_bytes());
        bytes.extend_from_slice(&fen.to_be_bytes()[2..]);
        bytes.extend_from_slice(salt);
        bytes.extend_from_slice(&commitment(salt, name, id_masked));
        bytes.extend_from_slice(record);
        bytes.extend_from_slice(&verifier.id());
        let signature = self.0.sign_bytes(&[TAG, &bytes].concat());
        bytes.extend_from_slice(&signature);
        Some(format!("{PREFIX}{}", base45::encode(&bytes)))
    }
}

/// What stands for the holder. A name counts without its dots and spaces, which are typed in several ways.
fn commitment(salt: &[u8], name: &str, id_masked: &str) -> [u8; 16] {
    let id = half_width(id_masked.trim()).to_ascii_uppercase();
    let hash = Canonical::new("huzhu-slip-holder-1").text(&hex(salt)).text(&name_key(name)).text(&id).hash();
    std::array::from_fn(|at| hash[at])
}

/// A slip's code that can be read. Whether it is genuine, [`SlipCode::check`] says.
#[derive(Clone, PartialEq, Eq)]
pub struct SlipCode {
    facts: SlipFacts,
    bytes: [u8; BYTES],
}

/// The number only.
impl fmt::Debug for SlipCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SlipCode({})", self.facts.number)
    }
}

impl SlipCode {
    /// Whether a text is meant as a code: it begins like one of whatever version, in any letters and widths.
    pub fn is_meant(text: &str) -> bool {
        let start: String = half_width(&text.trim_start().chars().take(PREFIX.len()).collect::<String>());
        start.eq_ignore_ascii_case(PREFIX)
    }

    /// Reads a text as a scanner types it, or a person's keyboard in between makes it: in small letters, in full width, with
    /// line breaks around it or, printed as text, inside.
    ///
    /// # Errors
    /// `NoCode` or `Damaged`.
    pub fn parse(text: &str) -> Result<SlipCode, SlipCodeError> {
        if !SlipCode::is_meant(text) {
            return Err(SlipCodeError::NoCode);
        }
        let text = text.trim();
        // A full-width character has three bytes, a line's end at most two.
        if text.len() > LENGTH * 5 {
            return Err(SlipCodeError::Damaged);
        }
        let plain = unwrapped(&half_width(text)).to_ascii_uppercase();
        let code = plain.strip_prefix(PREFIX).ok_or(SlipCodeError::NoCode)?;
        let bytes: [u8; BYTES] =
            base45::decode(code).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(SlipCodeError::Damaged)?;
        // The last two characters can say the same byte in several ways: one way counts.
        if base45::encode(bytes) != code {
            return Err(SlipCodeError::Damaged);
        }
        if bytes[0] != VERSION {
            return Err(SlipCodeError::NoCode);
        }
        let facts = facts_of(&bytes).ok_or(SlipCodeError::Damaged)?;
        Ok(SlipCode { facts, bytes })
    }

    /// Which of the keys signed it.
    ///
    /// # Errors
    /// `UnknownKey`, `Signature` or `OtherOffice`.
    pub fn check<'a>(&self, keys: &'a [VerifierKey]) -> Result<&'a VerifierKey, SlipCodeError> {
        let (signed, signature) = self.parts();
        let named: Vec<&VerifierKey> = keys.iter().filter(|key| signed.ends_with(&key.id())).collect();
        if named.is_empty() {
            return Err(SlipCodeError::UnknownKey);
        }
        let text = [TAG, signed].concat();
        let key = named.into_iter().find(|key| key.verifies(&text, &signature)).ok_or(SlipCodeError::Signature)?;
        match key_office(key) {
            Some(office) if prints(office, self.facts.number.office) => Ok(key),
            _ => Err(SlipCodeError::OtherOffice),
        }
    }

    fn parts(&self) -> (&[u8], [u8; 64]) {
        (&self.bytes[..SIGNED], std::array::from_fn(|at| self.bytes[SIGNED + at]))
    }

    /// Whether the slip was made out to this holder, both as it shows him.
    pub fn is_of(&self, name: &str, id_masked: &str) -> bool {
        commitment(&self.bytes[19..27], name, id_masked) == self.bytes[27..43]
    }

    /// What it says.
    pub fn facts(&self) -> &SlipFacts {
        &self.facts
    }

    /// The slip's number.
    pub fn number(&self) -> SlipNumber {
        self.facts.number
    }

    /// The claim's number, where the slip has it (P1).
    pub fn claim_number(&self) -> Option<ClaimNumber> {
        self.facts.number.claim()
    }

    /// The id of the key that it names, in hexadecimal.
    pub fn key_id(&self) -> String {
        hex(&self.bytes[75..SIGNED])
    }
}

/// A code that was printed as text over several lines, as one: lines of one length, whose spaces at the end may be lost.
fn unwrapped(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let (Some((last, lines)), Some(longest)) = (lines.split_last(), lines.iter().map(|line| line.len()).max()) else {
        return String::new();
    };
    lines.iter().map(|line| format!("{line:<longest$}")).chain([(*last).to_owned()]).collect()
}

/// The facts of a code's bytes; none where a number there is none, or one that is never given.
fn facts_of(bytes: &[u8; BYTES]) -> Option<SlipFacts> {
    let number = |from: usize, to: usize| bytes[from..to].iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    let fen = i64::try_from(number(13, 19)).ok().filter(|fen| *fen <= MAX_FEN)?;
    Some(SlipFacts {
        number: SlipNumber {
            office: OfficeCode::new(number(2, 5) as u32)?,
            year: u16::try_from(number(5, 7)).ok().filter(|year| *year <= 9999)?,
            form: FormId::from_number(bytes[1])?,
            sequence: u32::try_from(number(7, 11)).ok().filter(|sequence| (1..=9_999_999).contains(sequence))?,
        },
        date: days_from().checked_add_days(Days::new(number(11, 13)))?,
        amount: Money::from_fen(fen),
        record: std::array::from_fn(|at| bytes[43 + at]),
    })
}

#[cfg(test)]
mod tests;
