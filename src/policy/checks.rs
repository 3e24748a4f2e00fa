//! What must hold between fields. Every check takes what could be read, so that one wrong field hides no other error.

use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate};

use super::caps::rises;
use super::facts::Facts;
use super::model::{Anchor, Benefit, Case, Condition, Rounding, Span, Step, Subsidy, SubsidyAmount};
use super::problem::Problem;
use super::reader::{Table, Value};
use crate::data;
use crate::domain::area::{AreaCode, REGION};
use crate::domain::money::Money;

/// 150000 and the codes of areas.csv.
static AREAS: LazyLock<Vec<AreaCode>> = LazyLock::new(|| {
    let codes = data::AREAS.lines().filter_map(|row| row.split(',').next()?.parse().ok());
    std::iter::once(REGION).chain(codes).collect()
});

/// All known areas.
pub(super) fn known_areas() -> impl Iterator<Item = AreaCode> {
    AREAS.iter().copied()
}

/// Whether an area is known.
pub(super) fn is_known(area: AreaCode) -> bool {
    AREAS.contains(&area)
}

/// One entry of a list of tables: where it stands, and what could be read of it.
pub(super) struct Entry<'d, T> {
    pub at: Value<'d>,
    pub read: Option<T>,
}

/// Reads all tables of a list.
pub(super) fn entries<'d, T>(value: Option<Value<'d>>, read: impl Fn(Table<'d>) -> Option<T>) -> Vec<Entry<'d, T>> {
    let rows = value.map(|value| value.rows()).unwrap_or_default();
    rows.into_iter().filter_map(|at| Some(Entry { read: read(at.table()?), at })).collect()
}

/// All entries, where all could be read.
pub(super) fn whole<T>(entries: Vec<Entry<'_, T>>) -> Option<Vec<T>> {
    entries.into_iter().map(|entry| entry.read).collect()
}

/// Two of one name in a list.
pub(super) fn duplicates(value: Option<Value<'_>>, key: &'static str) {
    let mut seen: Vec<(&str, usize)> = Vec::new();
    for table in value.iter().flat_map(|value| value.items()).filter_map(|item| item.as_table()) {
        let Some(name) = table.get(key).and_then(|value| value.as_str()) else { continue };
        match seen.iter().find(|(other, _)| *other == name) {
            Some((_, line)) => table.error_in(key, Problem::Duplicate(name.to_owned(), *line)),
            None => seen.push((name, table.line())),
        }
    }
}

/// The dates of the head.
pub(super) fn dates(table: &Table<'_>, valid: Option<Span>, review_by: Option<NaiveDate>, period: Option<i32>) {
    let Some(valid) = valid else { return };
    if review_by.is_some_and(|by| by < valid.from) {
        table.error_in("review_by", Problem::ReviewBeforeValid(valid.from));
    }
    let years = valid.from.year()..=valid.to.year();
    if let Some(period) = period.filter(|period| !years.contains(period)) {
        table.error_in("period", Problem::PeriodOutside(period, *years.start(), *years.end()));
    }
}

/// Who pays part of the premium: inside the issuer, one at a time, together never above it.
pub(super) fn subsidies(amount: Option<Money>, list: &[Entry<'_, Subsidy>], issuer: Option<AreaCode>) {
    let read: Vec<(&Entry<'_, Subsidy>, &Subsidy)> =
        list.iter().filter_map(|entry| Some((entry, entry.read.as_ref()?))).collect();
    let shares_a_day = |a: &Option<Span>, b: &Option<Span>| match (a, b) {
        (Some(a), Some(b)) => a.overlaps(b),
        _ => true,
    };
    for (at, (entry, subsidy)) in read.iter().enumerate() {
        if let Some(issuer) = issuer.filter(|issuer| !issuer.contains(subsidy.area)) {
            entry.at.error_in(&["area"], Problem::AreaOutside(subsidy.area, issuer));
        }
        let twin = read[..at].iter().find(|(_, other)| {
            other.payer == subsidy.payer && other.area == subsidy.area && shares_a_day(&other.paid, &subsidy.paid)
        });
        if let Some((other, _)) = twin {
            entry.at.error_in(&["paid"], Problem::SubsidyOverlap(subsidy.payer.clone(), other.at.line()));
        }
    }
    let Some(premium) = amount else { return };
    // What applies at an area is what applies at it and above it; on which day changes only where a window begins.
    let firsts: Vec<NaiveDate> = read.iter().filter_map(|(_, subsidy)| Some(subsidy.paid?.from)).collect();
    let days: Vec<Option<NaiveDate>> =
        if firsts.is_empty() { vec![None] } else { firsts.into_iter().map(Some).collect() };
    for (entry, place) in &read {
        let worst = days.iter().map(|day| applying(list, place.area, *day)).max().unwrap_or_default();
        if worst > premium {
            return entry.at.error_in(&[], Problem::SubsidiesAbovePremium(place.area, worst, premium));
        }
    }
}

/// What can apply at one area on one payment date: the upper end of a range, without amounts of units.
fn applying(list: &[Entry<'_, Subsidy>], area: AreaCode, day: Option<NaiveDate>) -> Money {
    let here = list.iter().filter_map(|entry| entry.read.as_ref()).filter(|subsidy| {
        subsidy.area.contains(area) && subsidy.paid.is_none_or(|paid| day.is_some_and(|day| paid.contains(day)))
    });
    here.map(|subsidy| match subsidy.amount {
        SubsidyAmount::Fixed(amount) | SubsidyAmount::Range(_, amount) => amount,
        SubsidyAmount::Unit => Money::ZERO,
    })
    .sum()
}

/// A case lies where and when its policy applies, and expects what there is.
pub(super) fn cases(
    list: &[Entry<'_, Case>],
    issuer: Option<AreaCode>,
    valid: Option<Span>,
    anchor: Option<Anchor>,
    benefits: Option<&[Benefit]>,
) {
    for Entry { at, read } in list {
        let Some(case) = read else { continue };
        let facts = &case.facts;
        if let Some(issuer) = issuer.filter(|issuer| !issuer.contains(facts.area)) {
            at.error_in(&["facts", "area"], Problem::CaseArea(facts.area, issuer));
        }
        if let (Some(valid), Some(anchor)) = (valid, anchor) {
            let outside = facts.anchor_as(anchor).filter(|day| !valid.contains(*day));
            if let Some(day) = outside {
                at.error_in(&["facts", anchor_fact(facts, anchor)], Problem::CaseDate(day, valid));
            }
        }
        let Some(benefits) = benefits else { continue };
        for (code, _) in case.expect.benefits.iter().flatten() {
            if !benefits.iter().any(|benefit| *benefit.code == **code) {
                at.error_in(&["expect", "benefits", code], Problem::UnknownExpected(code.clone()));
            }
        }
    }
}

/// The name of the fact that is the anchor date.
fn anchor_fact(facts: &Facts, anchor: Anchor) -> &'static str {
    match anchor {
        _ if facts.admission.is_none() => "settlement",
        Anchor::Admission => "admission",
        Anchor::Settlement if facts.settlement.is_some() => "settlement",
        Anchor::Discharge | Anchor::Settlement => "discharge",
    }
}

/// Warns of conditions that no claim can meet. The kind of a claim says nothing of its days: whether it is a stay is in its
/// dates.
pub(super) fn conditions(list: &[Entry<'_, Benefit>], issuer: Option<AreaCode>) {
    for Entry { at, read } in list {
        let Some(benefit) = read else { continue };
        for condition in &benefit.when {
            let never = match condition {
                Condition::Area(patterns) => issuer.is_some_and(|issuer| {
                    !known_areas()
                        .any(|area| issuer.contains(area) && patterns.iter().any(|pattern| pattern.matches(area)))
                }),
                // A covered claim has a year.
                Condition::Years(range) => range.max == Some(0),
                Condition::Age(range) => range.min.is_some_and(|min| min > 150),
                _ => false,
            };
            if never {
                at.warn_in(&["when", condition.key()], Problem::NeverMet);
            }
        }
    }
}

/// Warns of steps that can rise over a cap before them: in each benefit, and over the sum.
pub(super) fn caps(benefits: &[Entry<'_, Benefit>], totals: &[Entry<'_, Step>], rounding: Rounding) {
    let warn = |at: &Value<'_>, step: &Step, cap| at.warn_in(&[], Problem::RisesOverCap(step.op.name(), cap));
    for Entry { at, read } in benefits {
        let Some(benefit) = read else { continue };
        let places = at.within(&["steps"]).items();
        for (step, cap) in rises(&benefit.steps, rounding) {
            warn(&places[step], &benefit.steps[step], cap);
        }
    }
    // Where one can't be read, the file is refused, and nobody is warned.
    let steps: Option<Vec<Step>> = totals.iter().map(|entry| entry.read.clone()).collect();
    let steps = steps.unwrap_or_default();
    for (step, cap) in rises(&steps, rounding) {
        warn(&totals[step].at, &steps[step], cap);
    }
}
