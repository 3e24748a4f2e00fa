//! Generated cases at every edge of a policy: a fen below, at and above each tier, floor, cap and limit; the first and last
//! day of each span and the days beside them. An officer reads the table beside the printed rules.
//!
//! To add an edge: where it lies in [`edges`] and how facts get there, a variant of [`Label`], its words in `cli/policy.rs`.

use std::sync::Arc;

use chrono::{Days, NaiveDate};

use super::edge_claims::{Vary, anchored, baseline, born, entry, joined, put, set, stay, varied};
use super::engine::run;
use super::facts::Facts;
use super::figure::{By, Fact, Figure};
use super::model::{Benefit, Condition, Exclusive, Op, Policy, Step, SubsidyAmount};
use super::record::Record;
use crate::domain::cover::Paid;
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
    /// A cap that is a fact.
    CapOf(Arc<str>, Fact),
    /// A deductible.
    Deduct(Arc<str>, Money),
    /// A limit of the period.
    Limit(Arc<str>, Money),
    /// So many entries of the period.
    LimitCount(Arc<str>, u32),
    /// A step over the sum.
    Total(Money),
    /// A cap over the sum that is a fact.
    TotalOf(Fact),
    /// So many entries of the period, over the sum.
    TotalCount(u32),
    /// Days that count.
    Days(Arc<str>, u32),
    /// Treatments that count.
    Visits(Arc<str>, u32),
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

/// All edges, in the policy's order.
pub fn edges(policy: &Policy) -> Vec<Edge> {
    let mut found = Vec::new();
    let mut record = Record::default();
    for benefit in &policy.benefits {
        amounts(policy, benefit, &mut found, &mut record);
        counts(policy, benefit, &mut found, &mut record);
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

/// The amounts of a figure, each with where it is looked up.
fn places(figure: &Figure) -> Vec<(Money, Option<(By, usize)>)> {
    let place = |entry: usize| match figure {
        Figure::By(by, _) => Some((*by, entry)),
        _ => None,
    };
    figure.amounts().iter().enumerate().map(|(entry, amount)| (*amount, place(entry))).collect()
}

/// Edges of amounts: tiers, floors, caps, deductibles, limits.
fn amounts(policy: &Policy, benefit: &Benefit, found: &mut Vec<Edge>, record: &mut Record) {
    // The benefit alone: what goes into a step does not depend on others.
    let mut alone = policy.clone();
    alone.totals.clear();
    alone.benefits = vec![Benefit { exclusive: None::<Exclusive>, ..benefit.clone() }];
    super::steps::index(&mut alone);
    let code = || Arc::clone(&benefit.code);
    for (at, step) in benefit.steps.iter().enumerate() {
        let enters = |facts: &Facts, record: &mut Record| {
            run::<true>(&alone, facts, record).ok()?;
            record.steps.get(at).map(|step| step.input)
        };
        if let Op::AtMost(Figure::Of(fact)) = &step.op {
            let rows = beside_fact(policy, &baseline(policy, benefit), *fact, enters, record);
            found.push(Edge { label: Label::CapOf(code(), *fact), rows });
        }
        let Some(vary) = varied(benefit) else { continue };
        let figure = |figure: &Figure, label: fn(Arc<str>, Money) -> Label| -> Vec<(Label, Option<(By, usize)>)> {
            places(figure).into_iter().map(|(amount, place)| (label(code(), amount), place)).collect()
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
            let rows = beside(policy, &facts, vary, edge.fen(), enters, record);
            found.push(Edge { label, rows });
        }
    }
}

/// Edges of counts: how often a period allows, how many treatments count.
fn counts(policy: &Policy, benefit: &Benefit, found: &mut Vec<Edge>, record: &mut Record) {
    let code = || Arc::clone(&benefit.code);
    let facts = baseline(policy, benefit);
    for step in &benefit.steps {
        if let Some(count) = limit_count(step) {
            let entry = entry(policy, benefit, 0, Money::from_fen(1));
            let rows = times_had(policy, &facts, count, entry, record);
            found.push(Edge { label: Label::LimitCount(code(), count), rows });
        }
        if let Op::PerVisit { max_visits: Some(max), .. } = step.op {
            let rows = (max - 1..=max + 1).filter_map(|visits| {
                let facts = Facts { visits, ..facts.clone() };
                row(policy, &facts, Varied::Count(visits), record)
            });
            let rows = rows.collect();
            found.push(Edge { label: Label::Visits(code(), max), rows });
        }
    }
}

fn limit_count(step: &Step) -> Option<u32> {
    match step.op {
        Op::PeriodLimit { count, .. } => count,
        _ => None,
    }
}

/// The last claim that a count of the period allows, and the next one. A list beyond all use is not made.
fn times_had(policy: &Policy, facts: &Facts, count: u32, entry: Paid, record: &mut Record) -> Vec<Row> {
    let rows = (count - 1..=count).filter(|had| *had <= 1000).filter_map(|had| {
        let facts = Facts { paid: vec![entry.clone(); had as usize], ..facts.clone() };
        row(policy, &facts, Varied::Count(had), record)
    });
    rows.collect()
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

/// Claims just below, at and just above the value of a fact where a cap that it is begins or ceases to cut: by the first line
/// of the sheet with which that is reached, its own before others.
fn beside_fact(
    policy: &Policy,
    facts: &Facts,
    fact: Fact,
    enters: impl Fn(&Facts, &mut Record) -> Option<i64>,
    record: &mut Record,
) -> Vec<Row> {
    let with = |line: Line, fen: i64| {
        let mut with = facts.clone();
        with.amounts.set(line, Money::from_fen(fen));
        with
    };
    let cuts = |facts: &Facts, record: &mut Record| Some(enters(facts, record)? > fact.fen(&facts.amounts).max(0));
    let own = Line::ALL.into_iter().filter(|line| Fact::Line(*line) == fact);
    for line in own.chain(Line::ALL) {
        let now = facts.amounts.get(line).fen();
        for (mut low, mut high) in [(0, now), (now, now + facts.amounts.get(Line::Total).fen())] {
            let (first, last) = (cuts(&with(line, low), record), cuts(&with(line, high), record));
            if first.is_none() || last.is_none() || first == last {
                continue;
            }
            while high - low > 1 {
                let middle = low + (high - low) / 2;
                if cuts(&with(line, middle), record) == first { low = middle } else { high = middle }
            }
            // The least that doesn't cut, and what lies beside it, from the lowest value of the fact on.
            let edge = if first == Some(true) { high } else { low };
            let mut claims: Vec<(i64, Facts)> = (edge - 1..=edge + 1)
                .map(|fen| with(line, fen))
                .map(|facts| (fact.fen(&facts.amounts), facts))
                .collect();
            claims.sort_by_key(|(value, _)| *value);
            let rows = claims
                .iter()
                .filter_map(|(value, facts)| row(policy, facts, Varied::Amount(Money::from_fen(*value)), record));
            return rows.collect();
        }
    }
    Vec::new()
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
                    _ => stay(policy, &mut facts, value),
                }
                row(policy, &facts, Varied::Count(value), record)
            });
            let rows = rows.collect();
            found.push(Edge { label: Label::When(Arc::clone(&benefit.code), condition.key(), edge), rows });
        }
    }
}

/// Steps over the sum, reached with the first benefit that has a base, or else with the first that can be varied.
fn totals(policy: &Policy, found: &mut Vec<Edge>, record: &mut Record) {
    let of_base = |benefit: &&Benefit| matches!(varied(benefit), Some(Vary::Base(_)));
    let first = policy.benefits.iter().find(of_base).or(policy.benefits.iter().find(|other| varied(other).is_some()));
    let Some((benefit, vary)) = first.and_then(|benefit| Some((benefit, varied(benefit)?))) else { return };
    for (at, step) in policy.totals.iter().enumerate() {
        let enters = |facts: &Facts, record: &mut Record| {
            run::<true>(policy, facts, record).ok()?;
            record.total_steps.get(at).map(|step| step.input)
        };
        let facts = baseline(policy, benefit);
        let amounts = match &step.op {
            Op::AtMost(figure) => places(figure),
            Op::AtLeast { amount, .. } | Op::PeriodLimit { amount: Some(amount), .. } => vec![(*amount, None)],
            _ => Vec::new(),
        };
        for (amount, place) in amounts {
            let mut facts = facts.clone();
            if let Some((by, entry)) = place {
                put(policy, &mut facts, by, entry);
            }
            let rows = beside(policy, &facts, vary, amount.fen(), enters, record);
            found.push(Edge { label: Label::Total(amount), rows });
        }
        if let Op::AtMost(Figure::Of(fact)) = &step.op {
            let rows = beside_fact(policy, &facts, *fact, enters, record);
            found.push(Edge { label: Label::TotalOf(*fact), rows });
        }
        if let Some(count) = limit_count(step) {
            // Of none of the benefits: it counts for the sum, and no benefit's own limit holds against it.
            let entry = Paid { benefit: String::new(), ..entry(policy, benefit, 0, Money::from_fen(1)) };
            let rows = times_had(policy, &facts, count, entry, record);
            found.push(Edge { label: Label::TotalCount(count), rows });
        }
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
