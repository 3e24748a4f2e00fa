//! Conditions of benefits, and the patterns and ranges that they hold against.
//!
//! To add a condition: a variant of [`Condition`], its key in `steps.rs`, its check in `engine.rs`, its words
//! (`explain-not-KEY`), its row in `policies/README.md`.

use crate::domain::area::AreaCode;
use crate::domain::member::Sex;

/// A code, or the beginning of codes (`C18*`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    wildcard: bool,
}

impl Pattern {
    /// Reads a code with or without `*` at its end; `None` where `*` stands elsewhere, or nothing is there.
    pub fn parse(text: &str) -> Option<Pattern> {
        let (stem, wildcard) = match text.strip_suffix('*') {
            Some(stem) => (stem, true),
            None => (text, false),
        };
        let good = !text.is_empty() && !stem.contains('*');
        good.then(|| Pattern { text: stem.to_owned(), wildcard })
    }

    /// Whether a code matches. An absent (empty) one never does.
    pub fn matches(&self, code: &str) -> bool {
        !code.is_empty() && if self.wildcard { code.starts_with(&self.text) } else { code == self.text }
    }
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.text, if self.wildcard { "*" } else { "" })
    }
}

/// An inclusive range; either end may be missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// The smallest.
    pub min: Option<u32>,
    /// The largest.
    pub max: Option<u32>,
}

impl Range {
    /// Whether the value lies in it.
    pub fn contains(&self, value: i64) -> bool {
        self.min.is_none_or(|min| i64::from(min) <= value) && self.max.is_none_or(|max| value <= i64::from(max))
    }
}

/// A condition of a benefit. They are held in the order of the keys below; all must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The area of the member's office, as patterns.
    Area(Vec<AreaPattern>),
    /// ICD-10 codes.
    Diagnosis(Vec<Pattern>),
    /// 1, 2, 3; unknown counts as 3.
    HospitalLevel(Vec<u8>),
    /// Treated outside the league.
    OutOfArea(bool),
    /// The member is retired.
    Retired(bool),
    /// The member's sex.
    Sex(Sex),
    /// Years of participation.
    Years(Range),
    /// Full years on the anchor date.
    Age(Range),
    /// Length of the stay.
    Days(Range),
}

/// A code of an area, or the digits that codes begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AreaPattern {
    /// The smallest code.
    pub first: u32,
    /// The largest code.
    pub last: u32,
}

impl AreaPattern {
    /// From a code, or digits and `*`.
    pub fn parse(text: &str) -> Option<AreaPattern> {
        let stem = text.strip_suffix('*').unwrap_or(text);
        let wildcard = stem.len() < text.len();
        if stem.len() > 6 || (!wildcard && stem.len() != 6) || !stem.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let place = 10u32.pow(6 - stem.len() as u32);
        let first = if stem.is_empty() { 0 } else { stem.parse::<u32>().ok()? * place };
        Some(AreaPattern { first, last: first + place - 1 })
    }

    /// Whether an area matches.
    #[inline]
    pub const fn matches(self, area: AreaCode) -> bool {
        self.first <= area.get() && area.get() <= self.last
    }
}

impl Condition {
    /// Its key in `when`.
    pub const fn key(&self) -> &'static str {
        match self {
            Condition::Area(_) => "area",
            Condition::Diagnosis(_) => "diagnosis",
            Condition::HospitalLevel(_) => "hospital_level",
            Condition::OutOfArea(_) => "out_of_area",
            Condition::Retired(_) => "retired",
            Condition::Sex(_) => "sex",
            Condition::Years(_) => "years",
            Condition::Age(_) => "age",
            Condition::Days(_) => "days",
        }
    }
}
