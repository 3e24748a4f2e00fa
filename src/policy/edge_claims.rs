//! Claims for the edges of a policy: one that meets a benefit's conditions, and how its facts are moved to an edge.
//!
//! To add a fact that is moved: a variant of [`Vary`], its arm in [`set`].

use chrono::{Datelike, Days, NaiveDate};

use super::facts::Facts;
use super::figure::{By, Fact};
use super::model::{Anchor, Benefit, Condition, DayCount, Op, Policy, Range};
use crate::domain::area::AreaCode;
use crate::domain::claim::ClaimKind;
use crate::domain::cover::{Cover, Paid};
use crate::domain::money::Money;
use crate::domain::sheet::Line;

/// What is varied in a benefit: the fact of its base, or what it pays for.
#[derive(Clone, Copy)]
pub(super) enum Vary {
    Base(Fact),
    Days,
    Visits,
}

/// What is varied to come to the edges of a benefit's amounts; nothing where it pays lump sums alone.
pub(super) fn varied(benefit: &Benefit) -> Option<Vary> {
    benefit.steps.iter().find_map(|step| match &step.op {
        Op::Base { of, .. } => Some(Vary::Base(*of)),
        Op::PerDay { .. } => Some(Vary::Days),
        Op::PerVisit { .. } => Some(Vary::Visits),
        _ => None,
    })
}

/// A claim that meets a benefit's conditions: in the first of its kinds, covered on the last valid day.
pub(super) fn baseline(policy: &Policy, benefit: &Benefit) -> Facts {
    let mut facts = Facts::default_for(ClaimKind::Inpatient, policy.issuer);
    // Days are counted in a stay only: where they matter, a stay, of a kind that is one if there is such a kind.
    let is_stay = |kind: &&String| ClaimKind::from_code(kind).is_none_or(ClaimKind::is_stay);
    let of_days = benefit.steps.iter().any(|step| matches!(step.op, Op::PerDay { .. }))
        || benefit.when.iter().any(|condition| matches!(condition, Condition::Days(_)));
    let kind = benefit.claim.iter().find(is_stay).filter(|_| of_days).or(benefit.claim.first());
    let stays = of_days || kind.is_some_and(|kind| is_stay(&kind));
    facts.kind = kind.cloned().unwrap_or_default();
    facts.visits = 10;
    let mut years = 1;
    let mut days = 7;
    let mut age = 40;
    let inside =
        |range: &Range, wanted: u32| range.min.map_or(wanted, |min| wanted.max(min)).min(range.max.unwrap_or(u32::MAX));
    for condition in &benefit.when {
        match condition {
            Condition::Area(patterns) => {
                let meets = |area: &AreaCode| patterns.iter().any(|pattern| pattern.matches(*area));
                let mut inside = super::checks::known_areas().filter(|area| policy.issuer.contains(*area));
                facts.area = inside.find(meets).unwrap_or(facts.area);
            }
            Condition::Diagnosis(patterns) => {
                facts.diagnosis = patterns.first().map(|first| first.to_string().replace('*', "")).unwrap_or_default();
            }
            Condition::HospitalLevel(levels) => facts.hospital_level = levels.first().copied().unwrap_or(0),
            Condition::OutOfArea(wanted) => facts.out_of_area = *wanted,
            Condition::Retired(wanted) => facts.retired = *wanted,
            Condition::Sex(wanted) => facts.sex = Some(*wanted),
            Condition::Years(range) => years = inside(range, years),
            Condition::Age(range) => age = inside(range, age),
            Condition::Days(range) => days = inside(range, days),
        }
    }
    joined(policy, &mut facts, years);
    stay(policy, &mut facts, if stays { days } else { 0 });
    set(
        policy,
        &mut facts,
        varied(benefit).filter(|vary| matches!(vary, Vary::Base(_))).unwrap_or(Vary::Base(Fact::SelfPay)),
        1_000_000,
    );
    born(policy, &mut facts, age);
    facts
}

/// Covers of so many periods in a row, the policy's as long as it is valid.
pub(super) fn joined(policy: &Policy, facts: &mut Facts, years: u32) {
    let back = |day: NaiveDate, years: u32| day.with_year(day.year() - years as i32).unwrap_or(day);
    let cover = |years: u32| Cover {
        period: policy.period - years as i32,
        from: back(policy.valid.from, years),
        to: back(policy.valid.to, years),
    };
    facts.cover = (0..years.clamp(1, 100)).map(cover).collect();
}

/// A stay of so many days that ends with the policy; an outpatient claim where there is none.
pub(super) fn stay(policy: &Policy, facts: &mut Facts, days: u32) {
    let last = Some(policy.valid.to).filter(|_| days > 0);
    (facts.admission, facts.discharge) = (last, last);
    anchored(policy, facts, policy.valid.to);
    set(policy, facts, Vary::Days, i64::from(days));
}

/// The anchor date moved to a day, with the stay as long as it was.
pub(super) fn anchored(policy: &Policy, facts: &mut Facts, day: NaiveDate) {
    let (Some(admission), Some(discharge)) = (facts.admission, facts.discharge) else {
        facts.settlement = Some(day);
        return;
    };
    let nights = Days::new(discharge.signed_duration_since(admission).num_days().unsigned_abs());
    let (from, to) = match policy.cover.anchor {
        Anchor::Admission => (Some(day), day.checked_add_days(nights)),
        Anchor::Discharge | Anchor::Settlement => (day.checked_sub_days(nights), Some(day)),
    };
    (facts.admission, facts.discharge, facts.settlement) = (from, to, to);
}

/// So old on the anchor date.
pub(super) fn born(policy: &Policy, facts: &mut Facts, age: u32) {
    let anchor = facts.anchor(policy).unwrap_or(policy.valid.to);
    facts.birth = NaiveDate::from_ymd_opt(anchor.year() - age as i32, anchor.month(), 1);
}

/// The facts with which a list is looked up at an entry.
pub(super) fn put(policy: &Policy, facts: &mut Facts, by: By, entry: usize) {
    match by {
        By::Years => joined(policy, facts, entry as u32 + 1),
        By::HospitalLevel => facts.hospital_level = entry as u8 + 1,
        By::Retired => facts.retired = entry == 1,
        By::OutOfArea => facts.out_of_area = entry == 1,
    }
}

/// Puts a value where it is varied. The sheet balances where the fact lets it.
pub(super) fn set(policy: &Policy, facts: &mut Facts, vary: Vary, value: i64) {
    match vary {
        Vary::Base(fact) => {
            let amount = Money::from_fen(value);
            facts.amounts = Default::default();
            facts.amounts.set(Line::Total, amount);
            match fact {
                Fact::SelfPay | Fact::InScopeSelfPay | Fact::Line(Line::Total) => facts.amounts.set(Line::Cash, amount),
                Fact::Funds => facts.amounts.set(Line::Pooled, amount),
                Fact::Line(line) => facts.amounts.set(line, amount),
            }
        }
        Vary::Visits => facts.visits = value as u32,
        Vary::Days => {
            let (Some(admission), Some(discharge)) = (facts.admission, facts.discharge) else { return };
            let first_counts = i64::from(policy.cover.days == DayCount::BothEnds);
            let nights = Days::new((value - first_counts).unsigned_abs());
            if policy.cover.anchor == Anchor::Admission {
                facts.discharge = admission.checked_add_days(nights);
                facts.settlement = facts.discharge;
            } else {
                facts.admission = discharge.checked_sub_days(nights);
            }
        }
    }
}

/// What an earlier claim of the period got.
pub(super) fn entry(policy: &Policy, benefit: &Benefit, days: u32, amount: Money) -> Paid {
    Paid { period: policy.period, benefit: benefit.code.to_string(), base: Money::ZERO, days, amount }
}
