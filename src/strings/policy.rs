//! What is wrong with a policy file or with facts, as sentences: the reason, then the fix.
//!
//! To add one: its arm here and its key under `## Policy and explanation` in both message files.

use super::Strings;
use crate::policy::facts::{FactError, FactProblem, Kind};
use crate::policy::model::Op;
use crate::policy::problem::{Expected, FileError, Problem};

/// The sentence for an error or warning of a file: reason and fix, without line and field.
pub fn sentence(error: &FileError, strings: &Strings) -> String {
    problem(&error.problem, strings)
}

/// `LINE: field: reason; fix`, to be put behind the file's name.
pub fn line(error: &FileError, strings: &Strings) -> String {
    format!("{}: {}: {}", error.line, error.field, sentence(error, strings))
}

/// The sentence for a problem.
pub fn problem(problem: &Problem, strings: &Strings) -> String {
    use Problem as P;
    let s = strings;
    match problem {
        P::NotUtf8 => s.get("problem-not-utf8"),
        P::TooBig => s.get("problem-too-big"),
        P::NotToml(words) => s.with("problem-not-toml", &[("words", words)]),
        P::InlineBreak => s.get("problem-inline-break"),
        P::Format(format) => s.with("problem-format", &[("format", format)]),
        P::Missing => s.get("problem-missing"),
        P::Unknown(known) => s.with("problem-unknown", &[("known", &known.join(", "))]),
        P::UnknownOp(op) => s.with("problem-unknown-op", &[("op", op), ("known", &Op::NAMES.join(", "))]),
        P::Type(expected) => wrong_type(*expected, s),
        P::Float => s.get("problem-float"),
        P::NotAnAmount(text) => s.with("problem-not-an-amount", &[("text", text)]),
        P::AmountPlaces(text) => s.with("problem-amount-places", &[("text", text)]),
        P::AmountTooLong(text) => s.with("problem-amount-too-long", &[("text", text)]),
        P::AmountNegative(text) => s.with("problem-amount-negative", &[("text", text)]),
        P::NotARate(text) => s.with("problem-not-a-rate", &[("text", text)]),
        P::RatePlaces(text) => s.with("problem-rate-places", &[("text", text)]),
        P::RateRange(text) => s.with("problem-rate-range", &[("text", text)]),
        P::CountRange(value, min, max) => {
            s.with("problem-count-range", &[("value", value), ("min", min), ("max", max)])
        }
        P::Choice(text, known) => s.with("problem-choice", &[("text", text), ("known", &known.join(", "))]),
        P::Empty => s.get("problem-empty"),
        P::Control => s.get("problem-control"),
        P::Reversed(from, to) => s.with("problem-reversed", &[("from", from), ("to", to)]),
        P::ReviewBeforeValid(from) => s.with("problem-review-before-valid", &[("from", from)]),
        P::PeriodOutside(period, from, to) => {
            s.with("problem-period-outside", &[("period", period), ("from", from), ("to", to)])
        }
        P::UnknownArea(code) => s.with("problem-unknown-area", &[("code", code)]),
        P::NoAreaBegins(code) => s.with("problem-no-area-begins", &[("code", code)]),
        P::AreaOutside(area, issuer) => s.with("problem-area-outside", &[("area", area), ("issuer", issuer)]),
        P::SubsidyOverlap(payer, line) => s.with("problem-subsidy-overlap", &[("payer", payer), ("line", line)]),
        P::SubsidiesAbovePremium(area, sum, premium) => {
            let args: [(&str, &dyn std::fmt::Display); 3] = [("area", area), ("sum", sum), ("premium", premium)];
            s.with("problem-subsidies-above-premium", &args)
        }
        P::Duplicate(name, line) => s.with("problem-duplicate", &[("name", name), ("line", line)]),
        P::BaseNotFirst => s.get("problem-base-not-first"),
        P::NothingBefore(op) => s.with("problem-nothing-before", &[("op", op)]),
        P::FloorWithoutBase => s.get("problem-floor-without-base"),
        P::OpTwice(op) => s.with("problem-op-twice", &[("op", op)]),
        P::NotUnderTotal(op) => s.with("problem-not-under-total", &[("op", op)]),
        P::TiersNotRising(to, before) => s.with("problem-tiers-not-rising", &[("to", to), ("before", before)]),
        P::TierAtZero => s.get("problem-tier-at-zero"),
        P::LastTierEnds => s.get("problem-last-tier-ends"),
        P::MiddleTierOpen => s.get("problem-middle-tier-open"),
        P::OneOf(known) => s.with("problem-one-of", &[("known", &known.join(", "))]),
        P::ListLength(by, wanted, found) => {
            s.with("problem-list-length", &[("by", by), ("wanted", wanted), ("found", found)])
        }
        P::UnknownFact(name) => s.with("problem-unknown-fact", &[("name", name)]),
        P::LimitOfNothing => s.get("problem-limit-of-nothing"),
        P::MinAboveMax(min, max) => s.with("problem-min-above-max", &[("min", min), ("max", max)]),
        P::Star(text) => s.with("problem-star", &[("text", text)]),
        P::UnknownMark(name) => s.with("problem-unknown-mark", &[("name", name)]),
        P::CaseFact(why) => s.with("problem-case-fact", &[("why", &fact_problem(why, s))]),
        P::CaseArea(area, issuer) => s.with("problem-case-area", &[("area", area), ("issuer", issuer)]),
        P::CaseDate(date, valid) => {
            s.with("problem-case-date", &[("date", date), ("from", &valid.from), ("to", &valid.to)])
        }
        P::UnknownExpected(name) => s.with("problem-unknown-expected", &[("name", name)]),
        P::VersionTaken(code, version) => s.with("problem-version-taken", &[("code", code), ("version", version)]),
        P::Conflict { code, other, own } => {
            let args: [(&str, &dyn std::fmt::Display); 5] = [
                ("code", code),
                ("from", &other.from),
                ("to", &other.to),
                ("own_from", &own.from),
                ("own_to", &own.to),
            ];
            s.with("problem-conflict", &args)
        }
        P::RisesOverCap(op, cap) => s.with("problem-rises-over-cap", &[("op", op), ("cap", cap)]),
        P::NeverMet => s.get("problem-never-met"),
        P::Gap(span) => s.with("problem-gap", &[("from", &span.from), ("to", &span.to)]),
    }
}

fn wrong_type(expected: Expected, strings: &Strings) -> String {
    match expected {
        Expected::Text => strings.get("problem-type-text"),
        Expected::Amount => strings.get("problem-type-amount"),
        Expected::Rate => strings.get("problem-type-rate"),
        Expected::Count => strings.get("problem-type-count"),
        Expected::Date => strings.get("problem-type-date"),
        Expected::Flag => strings.get("problem-type-flag"),
        Expected::List => strings.get("problem-type-list"),
        Expected::Rows => strings.get("problem-type-rows"),
        Expected::Table => strings.get("problem-type-table"),
        Expected::Marks => strings.get("problem-type-marks"),
    }
}

/// `fact: what is wrong with it`.
pub fn fact_error(error: &FactError, strings: &Strings) -> String {
    format!("{}: {}", error.fact, fact_problem(&error.problem, strings))
}

fn fact_problem(problem: &FactProblem, strings: &Strings) -> String {
    match problem {
        FactProblem::NotJson(_) => strings.get("fact-error-not-json"),
        FactProblem::Unknown => strings.get("fact-error-unknown"),
        FactProblem::Twice => strings.get("fact-error-twice"),
        FactProblem::Missing => strings.get("fact-error-missing"),
        FactProblem::Type(Kind::Text) => strings.get("fact-error-text"),
        FactProblem::Type(Kind::Count) => strings.get("fact-error-count"),
        FactProblem::Type(Kind::Flag) => strings.get("fact-error-flag"),
        FactProblem::Type(Kind::Object) => strings.get("fact-error-object"),
        FactProblem::Type(Kind::List) => strings.get("fact-error-list"),
        FactProblem::NotAnAmount => strings.get("fact-error-not-an-amount"),
        FactProblem::Places => strings.get("fact-error-places"),
        FactProblem::TooLarge => strings.get("fact-error-too-large"),
        FactProblem::Negative => strings.get("fact-error-negative"),
        FactProblem::NotADate => strings.get("fact-error-date"),
        FactProblem::Value => strings.get("fact-error-value"),
        FactProblem::Reversed => strings.get("fact-error-reversed"),
        FactProblem::SamePeriod => strings.get("fact-error-same-period"),
    }
}
