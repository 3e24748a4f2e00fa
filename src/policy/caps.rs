//! Steps that can rise over a cap before them. A file with one is no error: an officer is asked whether it is meant.
//!
//! What follows a cap never spreads amounts (no rate is above 1), so a cap is risen over most easily where it is lowest, and
//! a cap that is looked up or a fact is taken at the lowest that it can be. To add a step that raises: its arm in
//! [`Cap::is_passed`] and in [`after`]; one that lowers to a limit: its arm in [`limits`].

use super::engine::round;
use super::figure::{Figure, Rate, Rates};
use super::model::{Op, Rounding, Step};
use crate::domain::money::{MAX_FEN, Money};

/// A cap that the running amount went through, in fen.
struct Cap<'p> {
    op: &'p Op,
    /// The lowest that it can be.
    limit: i64,
    /// The highest that the running amount can be where the cap is at its lowest.
    bound: i64,
}

/// Steps that can rise over a cap before them, counted from 0, each with the cap's name. A cap that is reached again, at most
/// as high, behind the rise takes it back.
pub(super) fn rises(steps: &[Step], rounding: Rounding) -> Vec<(usize, &'static str)> {
    let mut found = Vec::new();
    let mut caps: Vec<Cap<'_>> = Vec::new();
    let mut roof = MAX_FEN;
    for (at, Step { op, .. }) in steps.iter().enumerate() {
        let kept = |cap: &Cap<'_>| steps[at + 1..].iter().any(|later| is_within(&later.op, cap.op));
        if let Some(cap) = caps.iter().find(|cap| cap.is_passed(op) && !kept(cap)) {
            found.push((at, cap.op.name()));
        }
        let (lowest, highest) = limits(op).unwrap_or((MAX_FEN, MAX_FEN));
        for bound in caps.iter_mut().map(|cap| &mut cap.bound).chain([&mut roof]) {
            *bound = after(op, *bound, rounding).min(highest);
        }
        if limits(op).is_some() {
            caps.push(Cap { op, limit: lowest, bound: lowest.min(roof) });
        }
    }
    found
}

impl Cap<'_> {
    /// Whether a step can come to stand above it.
    fn is_passed(&self, op: &Op) -> bool {
        match op {
            // Raised to a fact at most, where the cap is that fact.
            Op::AtLeast { not_above: Some(fact), .. } if matches!(self.op, Op::AtMost(Figure::Of(of)) if of == fact) => {
                false
            }
            Op::AtLeast { amount, .. } => amount.fen() > self.limit,
            _ => added(op) > 0 && self.bound.saturating_add(added(op)) > self.limit,
        }
    }
}

/// The lowest and the highest to which a step lowers; nothing for one that is no cap.
fn limits(op: &Op) -> Option<(i64, i64)> {
    match op {
        Op::AtMost(figure) => Some((lowest(figure), highest(figure))),
        // What is left of it is nobody's to know before the claim.
        Op::PeriodLimit { amount, .. } => Some((0, amount.map_or(MAX_FEN, Money::fen))),
        _ => None,
    }
}

fn lowest(figure: &Figure) -> i64 {
    figure.amounts().iter().map(|amount| amount.fen()).min().unwrap_or(0)
}

fn highest(figure: &Figure) -> i64 {
    figure.amounts().iter().map(|amount| amount.fen()).max().unwrap_or(MAX_FEN)
}

/// Whether a step keeps what an earlier cap asks.
fn is_within(later: &Op, cap: &Op) -> bool {
    let no_more = |later: Option<i64>, before: Option<i64>| {
        before.is_none_or(|before| later.is_some_and(|later| later <= before))
    };
    let same = match (later, cap) {
        (Op::AtMost(later), Op::AtMost(before)) => later == before,
        (Op::PeriodLimit { amount, count }, Op::PeriodLimit { amount: before, count: times }) => {
            no_more(amount.map(Money::fen), before.map(Money::fen))
                && no_more(count.map(i64::from), times.map(i64::from))
        }
        _ => false,
    };
    let ends = |op: &Op| limits(op).unwrap_or((0, MAX_FEN));
    same || (limits(later).is_some() && ends(later).1 <= ends(cap).0)
}

/// The most that a step adds.
fn added(op: &Op) -> i64 {
    match op {
        Op::PerDay { amount, max_days, period_days, .. } => {
            let days = max_days.iter().chain(period_days).min();
            highest(amount).saturating_mul(days.map_or(MAX_FEN, |days| i64::from(*days)))
        }
        Op::PerVisit { amount, max_visits } => highest(amount).saturating_mul(max_visits.map_or(MAX_FEN, i64::from)),
        Op::LumpSum { amount, .. } => amount.fen(),
        _ => 0,
    }
}

/// The most that a step gives of at most so much.
fn after(op: &Op, bound: i64, rounding: Rounding) -> i64 {
    let times = |rates: &mut dyn Iterator<Item = Rate>| {
        let rate = rates.max().unwrap_or_default();
        round(u128::from(bound.max(0) as u64) * u128::from(rate.millionths()), rounding)
    };
    match op {
        Op::Deduct(figure) => (bound - lowest(figure)).max(0),
        Op::Rate(Rates::Rate(rate)) => times(&mut std::iter::once(*rate)),
        Op::Rate(Rates::By(_, rates)) => times(&mut rates.iter().copied()),
        Op::Tiers { table, .. } => times(&mut table.iter().map(|tier| tier.rate)),
        Op::AtLeast { amount, .. } => bound.max(amount.fen()),
        _ => bound.saturating_add(added(op)).min(MAX_FEN),
    }
}
