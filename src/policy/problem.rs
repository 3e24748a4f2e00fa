//! What can be wrong with a policy file: typed, with what the sentence needs. The words are in `strings::policy`.
//!
//! To add one: a variant here, its sentence (reason and fix) in both message files, a row in `tests/policy_files.rs`.

use chrono::NaiveDate;

use super::facts::FactProblem;
use super::model::Span;
use crate::domain::area::AreaCode;
use crate::domain::money::Money;

/// One error or warning of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    /// The line, from 1.
    pub line: usize,
    /// The field's path, lists counted from 1: `benefit[1].steps[2].rate`.
    pub field: String,
    /// What is wrong.
    pub problem: Problem,
}

/// A type of value in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A text.
    Text,
    /// A text that holds an amount.
    Amount,
    /// A text that holds a rate.
    Rate,
    /// A whole number.
    Count,
    /// A date without a time.
    Date,
    /// `true` or `false`.
    Flag,
    /// A list.
    List,
    /// Tables, each under `[[name]]`.
    Rows,
    /// A table.
    Table,
    /// `true`, `false`, or a list of field names.
    Marks,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The bytes are no UTF-8.
    NotUtf8,
    /// Over 1 MiB.
    TooBig,
    /// Not TOML; the parser's words.
    NotToml(String),
    /// An inline table breaks its line outside an array.
    InlineBreak,
    /// Another `format`.
    Format(String),
    /// A required field is missing.
    Missing,
    /// No such field here; those that there are.
    Unknown(Vec<&'static str>),
    /// No such step.
    UnknownOp(String),
    /// A wrong type.
    Type(Expected),
    /// A number with a point: amounts and rates are texts.
    Float,
    /// A text that is no amount.
    NotAnAmount(String),
    /// An amount with more than two places.
    AmountPlaces(String),
    /// An amount with more than 12 digits before the point.
    AmountTooLong(String),
    /// An amount below 0.
    AmountNegative(String),
    /// A text that is no rate.
    NotARate(String),
    /// A rate with more than six places.
    RatePlaces(String),
    /// A rate outside 0 to 1.
    RateRange(String),
    /// A whole number outside its range, as it is written.
    CountRange(String, i64, i64),
    /// Not one of the values that it can have.
    Choice(String, Vec<&'static str>),
    /// Nothing in it.
    Empty,
    /// A control character in a text.
    Control,
    /// The first day lies after the last one.
    Reversed(NaiveDate, NaiveDate),
    /// `review_by` lies before `valid.from`.
    ReviewBeforeValid(NaiveDate),
    /// `period` is no year of `valid`.
    PeriodOutside(i32, i32, i32),
    /// No known area.
    UnknownArea(String),
    /// No known area begins so.
    NoAreaBegins(String),
    /// A subsidy's area lies outside the issuer.
    AreaOutside(AreaCode, AreaCode),
    /// Two windows of one payer and area share a day; the line of the other.
    SubsidyOverlap(String, usize),
    /// What can apply at one area on one day is above the premium.
    SubsidiesAbovePremium(AreaCode, Money, Money),
    /// Two of one name; the line of the first.
    Duplicate(String, usize),
    /// `base` stands behind another step.
    BaseNotFirst,
    /// The step needs something before it.
    NothingBefore(&'static str),
    /// `at_least` without `base`.
    FloorWithoutBase,
    /// A second `tiers` or `per_day`.
    OpTwice(&'static str),
    /// This step can't stand under `[[total]]`.
    NotUnderTotal(&'static str),
    /// A tier ends where the one before ends, or earlier.
    TiersNotRising(Money, Money),
    /// A tier ends at 0.
    TierAtZero,
    /// The last tier has an end.
    LastTierEnds,
    /// A tier before the last has no end.
    MiddleTierOpen,
    /// Exactly one of these must be there.
    OneOf(Vec<&'static str>),
    /// A list with this many entries is needed for what it is looked up by.
    ListLength(&'static str, usize, usize),
    /// No such fact.
    UnknownFact(String),
    /// `period_limit` with neither `amount` nor `count`.
    LimitOfNothing,
    /// `min` is above `max`.
    MinAboveMax(u32, u32),
    /// `*` stands elsewhere than at the end.
    Star(String),
    /// `illustrative` names no field of this table.
    UnknownMark(String),
    /// A fact of a case is wrong.
    CaseFact(FactProblem),
    /// The case's area lies outside the issuer.
    CaseArea(AreaCode, AreaCode),
    /// The case's anchor date lies outside `valid`.
    CaseDate(NaiveDate, Span),
    /// A case expects a benefit or a flag that there is not.
    UnknownExpected(String),
    /// This code and version were published with other content.
    VersionTaken(String, u32),
    /// Another policy of the scheme and issuer is valid on the same day.
    Conflict {
        /// Its code.
        code: String,
        /// Its span.
        other: Span,
        /// This one's span.
        own: Span,
    },

    /// Warning: the step can rise over a cap before it.
    RisesOverCap(&'static str, &'static str),
    /// Warning: no claim can meet it.
    NeverMet,
    /// Warning: no policy of the issuer is valid in this span.
    Gap(Span),
}
