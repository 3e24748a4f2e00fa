//! Words that several screens make of facts: kinds, states, covers, stays.

use chrono::NaiveDate;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::Context;
use crate::domain::claim::{ClaimKind, ClaimLine, ClaimState};
use crate::keymap::Action;
use crate::store::StoreError;
use crate::strings::errors::store_error;
use crate::ui::table::at;
use crate::ui::text::{put, width, wrap};

/// The kind of a claim.
pub fn kind(cx: &Context, kind: ClaimKind) -> String {
    cx.t(&format!("kind-{}", kind.code()))
}

/// The kind of an earlier claim; empty where it is not told.
pub fn kind_of(cx: &Context, line: &ClaimLine) -> String {
    line.kind.map(|told| kind(cx, told)).unwrap_or_default()
}

/// What an earlier claim got; empty where it is not told.
pub fn total_of(line: &ClaimLine) -> String {
    if line.is_told() { line.total.grouped() } else { String::new() }
}

/// The state of a claim.
pub fn state(cx: &Context, state: ClaimState) -> String {
    cx.t(&format!("state-{}", state.code()))
}

/// Columns of the longest kind.
pub fn kind_columns(cx: &Context) -> usize {
    ClaimKind::ALL.into_iter().map(|each| width(&kind(cx, each))).max().unwrap_or(0)
}

/// Columns of the longest state.
pub fn state_columns(cx: &Context) -> usize {
    let all = [ClaimState::Submitted, ClaimState::Returned, ClaimState::Withdrawn];
    all.into_iter().map(|each| width(&state(cx, each))).max().unwrap_or(0)
}

/// `2021 连续3年`, `2021 首年`, `未参互` where there is no period.
pub fn cover(cx: &Context, period: i32, years: u32) -> String {
    match (period, years) {
        (0, _) => cx.t("cover-none"),
        (period, 0 | 1) => cx.strings.with("cover-first", &[("period", &period)]),
        (period, years) => cx.strings.with("cover-years", &[("period", &period), ("years", &years)]),
    }
}

/// What can be done, of what may be.
pub fn able<const N: usize>(actions: [(bool, Action); N]) -> Vec<Action> {
    actions.into_iter().filter_map(|(can, action)| can.then_some(action)).collect()
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

/// In place of what is not there yet: that it is being opened (`opening`), or why it can't be and which keys go on from
/// there; `again` is the action that asks once more.
pub fn waiting(cx: &Context, error: Option<&StoreError>, opening: &str, again: Action, area: Rect, buf: &mut Buffer) {
    let hint = |action| cx.keymap.hint(action).unwrap_or_default();
    let text = match error {
        Some(error) => {
            let (again, back) = (hint(again), hint(Action::Back));
            let keys = cx.strings.with("again-or-back", &[("again", &again), ("back", &back)]);
            format!("{} {keys}", store_error(error, &cx.strings))
        }
        None => cx.t(opening),
    };
    for (y, line) in wrap(&text, usize::from(area.width)).iter().enumerate() {
        let row = at(area, y);
        put(buf, row.x, row.y, row.width, line, cx.theme.note());
    }
}
