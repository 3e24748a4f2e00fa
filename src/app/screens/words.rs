//! Words that several screens make of facts: kinds, states, covers, stays.

use chrono::NaiveDate;

use crate::app::Context;
use crate::domain::claim::{ClaimKind, ClaimState, NewClaim};
use crate::strings::explain::ExplainLine;

/// The kind of a claim.
pub fn kind(cx: &Context, kind: ClaimKind) -> String {
    cx.t(&format!("kind-{}", kind.code()))
}

/// The state of a claim.
pub fn state(cx: &Context, state: ClaimState) -> String {
    cx.t(&format!("state-{}", state.code()))
}

/// `2021 连续3年`, `2021 首年`, `未参互` where there is no period.
pub fn cover(cx: &Context, period: i32, years: u32) -> String {
    match (period, years) {
        (0, _) => cx.t("cover-none"),
        (period, 0 | 1) => cx.strings.with("cover-first", &[("period", &period)]),
        (period, years) => cx.strings.with("cover-years", &[("period", &period), ("years", &years)]),
    }
}

/// A day, `2021-03-12`; empty where there is none.
pub fn day(day: Option<NaiveDate>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

/// The days of a stay, `2021-03-12 至 2021-03-19`, or the one day of an outpatient claim.
pub fn days(cx: &Context, from: Option<NaiveDate>, until: Option<NaiveDate>) -> String {
    match (from, until) {
        (Some(from), Some(until)) => cx.strings.with("days-span", &[("from", &from), ("until", &until)]),
        (from, until) => day(from.or(until)),
    }
}

/// How a recorded claim's amount came about, in words.
pub fn explanation(_cx: &Context, _claim: &NewClaim) -> Vec<ExplainLine> {
    Vec::new()
}
