//! What the one search box was given: its kind decides what is searched (contract 2).

use chrono::NaiveDate;

use super::number::ClaimNumber;

/// A search, classified. Keys are normalised: they can be compared with stored keys as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// A whole, valid ID number.
    IdNumber(String),
    /// A whole mobile number.
    Mobile(String),
    /// 4-6 characters from the end of an ID number (X allowed last) or of a mobile.
    Tail(String),
    /// A claim number (typed, or from a slip).
    Claim(ClaimNumber),
    /// Two or more Chinese characters of a name.
    Name(Term),
    /// Two or more Latin letters: initials, full pinyin, or surname in full and initials.
    Latin(Term),
}

/// What names are searched by, and the unit that narrows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The key.
    pub key: String,
    /// A second term of two or more characters: the beginning of the unit's name or of its initials.
    pub unit: Option<String>,
}

/// Why a text is not searched: each is a sentence in `strings` (`search-…`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoQuery {
    /// Nothing typed.
    Empty,
    /// One Chinese character or letter: one more.
    OneMore,
    /// 1-3 digits: at least 4.
    FewDigits,
    /// 7-17 digits: the whole number, or its last 4-6.
    PartOfNumber,
    /// 18 characters with a wrong check character.
    WrongCheck,
    /// 18 characters whose date of birth does not exist.
    WrongBirth,
    /// `HZ…` that is no claim number, or not yet.
    ClaimNumber,
    /// 19 digits and more: a bank card is not searched.
    TooLong,
    /// Nothing of these.
    Unknown,
}

impl Query {
    /// Classifies what was typed. `today` bounds dates of birth.
    pub fn parse(typed: &str, today: NaiveDate) -> Result<Query, NoQuery> {
        let _ = (typed, today);
        Err(NoQuery::Unknown)
    }

    /// The kind's name for scripts: `id`, `mobile`, `tail`, `claim`, `name`, `latin`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Query::IdNumber(_) => "id",
            Query::Mobile(_) => "mobile",
            Query::Tail(_) => "tail",
            Query::Claim(_) => "claim",
            Query::Name(_) => "name",
            Query::Latin(_) => "latin",
        }
    }
}
