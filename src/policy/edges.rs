//! Generated cases at every edge of a policy: a fen below, at and above each tier, floor, cap and limit; the first and last
//! day of each span and the days beside them. An officer reads the table beside the printed rules.
//!
//! To add an edge: where it lies in [`edges`] and how facts get there, a variant of [`Label`], its words in `cli/policy.rs`.

use std::sync::Arc;

use chrono::{Datelike, Days, NaiveDate};

use super::engine::run;
use super::facts::Facts;
use super::figure::{By, Fact, Figure};
use super::model::{Anchor, Benefit, Condition, DayCount, Exclusive, Op, Policy, Range, SubsidyAmount};
use super::record::Record;
use crate::domain::area::AreaCode;
use crate::domain::claim::ClaimKind;
use crate::domain::cover::{Cover, Paid};
use crate::domain::money::Money;
use crate::domain::sheet::Line;

/// One edge, and what claims beside it get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Which.
    pub label: Label,
    /// Below, at, above; nothing where no claim reaches it.
    pub rows: Vec<Row>,
}

/// Which edge of the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Label {
    /// The end of a tier.
    Tier(Arc<str>, Money),
    /// A floor.
    Floor(Arc<str>, Money),
    /// A cap.
    Cap(Arc<str>, Money),
    /// A deductible.
    Deduct(Arc<str>, Money),
    /// A limit of the period.
    Limit(Arc<str>, Money),
    /// So many entries of the period.
    LimitCount(Arc<str>, u32),
    /// A step over the sum.
    Total(Money),
    /// Days that count.
    Days(Arc<str>, u32),
    /// A range of a condition.
    When(Arc<str>, &'static str, u32),
    /// The first or last day of `valid`.
    Valid(NaiveDate),
    /// The waiting days.
    Waiting(u32),
    /// The days within which a claim is made.
    Late(u32),
    /// `review_by`.
    Review(NaiveDate),
    /// The first or last payment date of a subsidy.
    Subsidy(String, NaiveDate),
}

/// What one claim gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What was varied.
    pub value: Varied,
    /// The total; of a subsidy's edge what is paid of the premium.
    pub total: Money,
    /// Its benefits.
    pub benefits: Vec<(Arc<str>, Money)>,
    /// Its flags.
    pub flags: Vec<&'static str>,
}

/// What was varied to come to the edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Varied {
    /// An amount of the sheet.
    Amount(Money),
    /// Days, visits, years.
    Count(u32),
    /// A date.
    Date(NaiveDate),
}

/// What is varied in a benefit: the fact of its base, or what it pays for.
#[derive(Clone, Copy)]
enum Vary {
    Base(Fact),
    Days,
    Visits,
}

/// All edges, in the policy's order.
pub fn edges(policy: &Policy) -> Vec<Edge> {
    let mut found = Vec::new();
    let mut record = Record::default();
    for benefit in &policy.benefits {
        amounts(policy, benefit, &mut found, &mut record);
        days_paid(policy, benefit, &mut found, &mut record);
        ranges(policy, benefit, &mut found, &mut record);
    }
    totals(policy, &mut found, &mut record);
    spans(policy, &mut found, &mut record);
    subsidies(policy, &mut found);
    found
}

/// What a claim gets under the whole policy.
fn row(policy: &Policy, facts: &Facts, value: Varied, record: &mut Record) -> Option<Row> {
    run::<false>(policy, facts, record).ok()?;
    let benefits = record.benefits.iter();
    let paid = benefits.map(|got| (Arc::clone(&policy.benefits[got.index as usize].code), Money::from_fen(got.paid)));
    let total = Money::from_fen(record.total);
    Some(Row { value, total, benefits: paid.collect(), flags: record.flags.names().collect() })
}

/// Edges of amounts: tiers, floors, caps, deductibles, limits.
fn amounts(policy: &Policy, benefit: &Benefit, found: &mut Vec<Edge>, record: &mut Record) {
    let Some(vary) = varied(benefit) else { return };
    // The benefit alone: what goes into a step does not depend on others.
    let mut alone = policy.clone();
    alone.totals.clear();
    alone.benefits = vec![Benefit { exclusive: None::<Exclusive>, ..benefit.clone() }];
    super::steps::index(&mut alone);
    let code = || Arc::clone(&benefit.code);
    for (at, step) in benefit.steps.iter().enumerate() {
        let figure = |figure: &Figure, label: fn(Arc<str>, Money) -> Label| -> Vec<(Label, Option<(By, usize)>)> {
            let place = |entry: usize| match figure {
                Figure::By(by, _) => Some((*by, entry)),
                _ => None,
            };
            figure.amounts().iter().enumerate().map(|(entry, amount)| (label(code(), *amount), place(entry))).collect()
        };
        let labels = match &step.op {
            Op::Tiers { table, .. } => {
                table.iter().filter_map(|tier| tier.to).map(|to| (Label::Tier(code(), to), None)).collect()
            }
            Op::AtLeast { amount, .. } => vec![(Label::Floor(code(), *amount), None)],
            Op::AtMost(amount) => figure(amount, Label::Cap),
            Op::Deduct(amount) => figure(amount, Label::Deduct),
            Op::PeriodLimit { amount: Some(amount), .. } => vec![(Label::Limit(code(), *amount), None)],
            _ => Vec::new(),
        };
        for (label, place) in labels {
            let (Label::Tier(_, edge)
            | Label::Floor(_, edge)
            | Label::Cap(_, edge)
            | Label::Deduct(_, edge)
            | Label::Limit(_, edge)) = label
            else {
                continue;
            };
            let mut facts = baseline(policy, benefit);
            if let Some((by, entry)) = place {
                put(policy, &mut facts, by, entry);
            }
            let enters = |facts: &Facts, record: &mut Record| {
                run::<true>(&alone, facts, record).ok()?;
                record.steps.get(at).map(|step| step.input)
            };
            let rows = beside(policy, &facts, vary, edge.fen(), enters, record);
            found.push(Edge { label, rows });
        }
        if let Op::PeriodLimit { count: Some(count), .. } = &step.op {
            let rows = (count.saturating_sub(1)..=*count).filter_map(|had| {
                let mut facts = baseline(policy, benefit);
                set(policy, &mut facts, vary, 100_000);
                let entry = entry(policy, benefit, 0, Money::from_fen(1));
                facts.paid = vec![entry; had.min(1000) as usize];
                row(policy, &facts, Varied::Count(had), record)
            });
            let rows = rows.collect();
            found.push(Edge { label: Label::LimitCount(code(), *count), rows });
        }
    }
}

fn varied(benefit: &Benefit) -> Option<Vary> {
    benefit.steps.iter().find_map(|step| match &step.op {
        Op::Base { of, .. } => Some(Vary::Base(*of)),
        Op::PerDay { .. } => Some(Vary::Days),
        Op::PerVisit { .. } => Some(Vary::Visits),
        _ => None,
    })
}

/// Claims just below, at and just above the smallest value with which `edge` enters a step.
fn beside(
    policy: &Policy,
    facts: &Facts,
    vary: Vary,
    edge: i64,
    enters: impl Fn(&Facts, &mut Record) -> Option<i64>,
    record: &mut Record,
) -> Vec<Row> {
    let (mut low, mut high) = match vary {
        Vary::Base(_) => (0, 1_000_000_000_000),
        Vary::Days | Vary::Visits => (1, 3_650),
    };
    let mut with = facts.clone();
    let mut reaches = |value: i64, record: &mut Record| {
        set(policy, &mut with, vary, value);
        enters(&with, record).is_some_and(|entered| entered >= edge)
    };
    if !reaches(high, record) {
        return Vec::new();
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if reaches(middle, record) { high = middle } else { low = middle + 1 }
    }
    let first = match vary {
        Vary::Base(_) => 0,
        Vary::Days | Vary::Visits => 1,
    };
    let mut with = facts.clone();
    let rows = (low - 1..=low + 1).filter(|value| *value >= first).filter_map(|value| {
        set(policy, &mut with, vary, value);
        let value = match vary {
            Vary::Base(_) => Varied::Amount(Money::from_fen(value)),
            Vary::Days | Vary::Visits => Varied::Count(value as u32),
        };
        row(policy, &with, value, record)
    });
    rows.collect()
}

/// A claim that meets a benefit's conditions: in the first of its kinds, covered on the last valid day.
fn baseline(policy: &Policy, benefit: &Benefit) -> Facts {
    let mut facts = Facts::default_for(ClaimKind::Inpatient, policy.issuer);
    // Days are counted in a stay only: where they matter, a kind that is one.
    let is_stay = |kind: &&String| ClaimKind::from_code(kind).is_none_or(ClaimKind::is_stay);
    let of_days = benefit.steps.iter().any(|step| matches!(step.op, Op::PerDay { .. }))
        || benefit.when.iter().any(|condition| matches!(condition, Condition::Days(_)));
    let kind = benefit.claim.iter().find(is_stay).filter(|_| of_days).or(benefit.claim.first());
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
    (facts.admission, facts.discharge) =
        if is_stay(&&facts.kind) { (Some(policy.valid.to), Some(policy.valid.to)) } else { (None, None) };
    anchored(policy, &mut facts, policy.valid.to);
    set(policy, &mut facts, Vary::Days, i64::from(days));
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
fn joined(policy: &Policy, facts: &mut Facts, years: u32) {
    let back = |day: NaiveDate, years: u32| day.with_year(day.year() - years as i32).unwrap_or(day);
    let cover = |years: u32| Cover {
        period: policy.period - years as i32,
        from: back(policy.valid.from, years),
        to: back(policy.valid.to, years),
    };
    facts.cover = (0..years.clamp(1, 100)).map(cover).collect();
}

/// The anchor date moved to a day, with the stay as long as it was.
fn anchored(policy: &Policy, facts: &mut Facts, day: NaiveDate) {
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
fn born(policy: &Policy, facts: &mut Facts, age: u32) {
    let anchor = facts.anchor(policy).unwrap_or(policy.valid.to);
    facts.birth = NaiveDate::from_ymd_opt(anchor.year() - age as i32, anchor.month(), 1);
}

/// The facts with which a list is looked up at an entry.
fn put(policy: &Policy, facts: &mut Facts, by: By, entry: usize) {
    match by {
        By::Years => joined(policy, facts, entry as u32 + 1),
        By::HospitalLevel => facts.hospital_level = entry as u8 + 1,
        By::Retired => facts.retired = entry == 1,
        By::OutOfArea => facts.out_of_area = entry == 1,
    }
}

/// Puts a value where it is varied. The sheet balances where the fact lets it.
fn set(policy: &Policy, facts: &mut Facts, vary: Vary, value: i64) {
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

fn entry(policy: &Policy, benefit: &Benefit, days: u32, amount: Money) -> Paid {
    Paid { period: policy.period, benefit: benefit.code.to_string(), base: Money::ZERO, days, amount }
}

/// Days that count: the first, the last of a claim, the last of the period.
fn days_paid(policy: &Policy, benefit: &Benefit, found: &mut Vec<Edge>, record: &mut Record) {
    for step in &benefit.steps {
        let Op::PerDay { from_day, max_days, period_days, .. } = &step.op else { continue };
        let first = (*from_day > 1).then_some(*from_day);
        let last = max_days.map(|max| from_day + max - 1);
        for edge in [first, last].into_iter().flatten() {
            let mut facts = baseline(policy, benefit);
            let rows = (edge - 1..=edge + 1).filter(|days| *days > 0).filter_map(|days| {
                set(policy, &mut facts, Vary::Days, i64::from(days));
                row(policy, &facts, Varied::Count(days), record)
            });
            let rows = rows.collect();
            found.push(Edge { label: Label::Days(Arc::clone(&benefit.code), edge), rows });
        }
        if let Some(edge) = period_days {
            let mut facts = baseline(policy, benefit);
            let rows = (edge - 1..=edge + 1).filter_map(|had| {
                facts.paid = vec![entry(policy, benefit, had, Money::from_fen(1))];
                row(policy, &facts, Varied::Count(had), record)
            });
            let rows = rows.collect();
            found.push(Edge { label: Label::Days(Arc::clone(&benefit.code), *edge), rows });
        }
    }
}

/// Ranges of conditions: the last value outside, the first inside, and the other way round.
fn ranges(policy: &Policy, benefit: &Benefit, found: &mut Vec<Edge>, record: &mut Record) {
    for condition in &benefit.when {
        let range = match condition {
            Condition::Years(range) | Condition::Age(range) | Condition::Days(range) => range,
            _ => continue,
        };
        let below = range.min.map(|min| (min, [min.saturating_sub(1), min]));
        let above = range.max.map(|max| (max, [max, max + 1]));
        for (edge, values) in [below, above].into_iter().flatten() {
            let mut facts = baseline(policy, benefit);
            let rows = values.into_iter().filter_map(|value| {
                match condition {
                    Condition::Years(_) if value == 0 => facts.cover.clear(),
                    Condition::Years(_) => joined(policy, &mut facts, value),
                    Condition::Age(_) => born(policy, &mut facts, value),
                    _ if value == 0 => return None,
                    _ => set(policy, &mut facts, Vary::Days, i64::from(value)),
                }
                row(policy, &facts, Varied::Count(value), record)
            });
            let rows = rows.collect();
            found.push(Edge { label: Label::When(Arc::clone(&benefit.code), condition.key(), edge), rows });
        }
    }
}

/// Steps over the sum, reached with the first benefit that has a base.
fn totals(policy: &Policy, found: &mut Vec<Edge>, record: &mut Record) {
    let first = policy.benefits.iter().find(|benefit| matches!(varied(benefit), Some(Vary::Base(_))));
    let Some((benefit, vary)) = first.and_then(|benefit| Some((benefit, varied(benefit)?))) else { return };
    for (at, step) in policy.totals.iter().enumerate() {
        let (Op::AtLeast { amount, .. }
        | Op::AtMost(Figure::Amount(amount))
        | Op::PeriodLimit { amount: Some(amount), .. }) = &step.op
        else {
            continue;
        };
        let enters = |facts: &Facts, record: &mut Record| {
            run::<true>(policy, facts, record).ok()?;
            record.total_steps.get(at).map(|step| step.input)
        };
        let rows = beside(policy, &baseline(policy, benefit), vary, amount.fen(), enters, record);
        found.push(Edge { label: Label::Total(*amount), rows });
    }
}

/// The first and last day of each span of the policy, and the days beside them.
fn spans(policy: &Policy, found: &mut Vec<Edge>, record: &mut Record) {
    let Some(benefit) = policy.benefits.first() else { return };
    let facts = baseline(policy, benefit);
    let mut at = |label: Label, days: Vec<Option<NaiveDate>>, change: &dyn Fn(&mut Facts, NaiveDate)| {
        let rows = days.into_iter().flatten().filter_map(|day| {
            let mut facts = facts.clone();
            change(&mut facts, day);
            row(policy, &facts, Varied::Date(day), record)
        });
        found.push(Edge { label, rows: rows.collect() });
    };
    let after = |day: NaiveDate, days: u64| day.checked_add_days(Days::new(days));
    let move_to = |facts: &mut Facts, day: NaiveDate| anchored(policy, facts, day);
    let (from, to) = (policy.valid.from, policy.valid.to);
    at(Label::Valid(from), vec![from.pred_opt(), Some(from)], &move_to);
    at(Label::Valid(to), vec![Some(to), to.succ_opt()], &move_to);
    let waiting = policy.cover.waiting_days;
    if waiting > 0 {
        let first = after(from, u64::from(waiting));
        at(Label::Waiting(waiting), vec![first.and_then(|day| day.pred_opt()), first], &|facts, day| {
            joined(policy, facts, 1);
            anchored(policy, facts, day);
        });
    }
    let submit = |facts: &mut Facts, day: NaiveDate| facts.submitted = Some(day);
    if let Some(within) = policy.cover.claim_within_days {
        let last = after(to, u64::from(within));
        at(Label::Late(within), vec![last, last.and_then(|day| day.succ_opt())], &submit);
    }
    if let Some(by) = policy.review_by {
        at(Label::Review(by), vec![Some(by), by.succ_opt()], &submit);
    }
}

/// The first and last payment date of each subsidy: what is paid of the premium at its area, ranges at their upper end.
fn subsidies(policy: &Policy, found: &mut Vec<Edge>) {
    let Some(premium) = &policy.premium else { return };
    for subsidy in &premium.subsidies {
        let Some(paid) = subsidy.paid else { continue };
        for (edge, days) in
            [(paid.from, [paid.from.pred_opt(), Some(paid.from)]), (paid.to, [Some(paid.to), paid.to.succ_opt()])]
        {
            let row = |day: NaiveDate| {
                let here = premium.subsidies.iter().filter(|other| {
                    other.area.contains(subsidy.area) && other.paid.is_none_or(|paid| paid.contains(day))
                });
                let amount = here.map(|other| match other.amount {
                    SubsidyAmount::Fixed(amount) | SubsidyAmount::Range(_, amount) => amount,
                    SubsidyAmount::Unit => Money::ZERO,
                });
                Row { value: Varied::Date(day), total: amount.sum(), benefits: Vec::new(), flags: Vec::new() }
            };
            let rows = days.into_iter().flatten().map(row).collect();
            found.push(Edge { label: Label::Subsidy(subsidy.payer.clone(), edge), rows });
        }
    }
}
