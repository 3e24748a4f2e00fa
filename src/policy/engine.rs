//! The computation: integer fen, rates in whole millionths, i128 inside a tier sum, one pass without an allocation once
//! the [`Record`] has grown. What it gives is defined by the steps of `policies/README.md` alone.

use chrono::{Datelike, NaiveDate};

use super::assessment::Assessment;
use super::facts::{FactError, FactProblem, Facts};
use super::figure::{By, Fact, Figure, RATE_ONE, Rates};
use super::model::{Benefit, Condition, Once, Op, Policy, Rounding, Step, Tier, TierMode, YearCount};
use super::record::{BenefitRecord, Flags, NotRecord, Record, SliceRecord, StepRecord, Why};
use crate::domain::cover::{Cover, Paid};
use crate::domain::money::MAX_FEN;
use crate::domain::sheet::Line;

/// Computes a claim whole, and gives the typed result: exactly what its JSON says, since it is read from it.
pub fn assess(policy: &Policy, facts: &Facts) -> Result<Assessment, FactError> {
    facts.validate_lists()?;
    let mut record = Record::default();
    run::<true>(policy, facts, &mut record)?;
    Assessment::from_json(&record.to_json(policy, facts))
        .map_err(|error| FactError::new("assessment", FactProblem::NotJson(error.to_string())))
}

/// Computes a claim into a record that is used again. Without `EXPLAIN` steps, slices and "why not" are left out;
/// amounts, totals and flags are the same.
pub fn run<const EXPLAIN: bool>(policy: &Policy, facts: &Facts, record: &mut Record) -> Result<(), FactError> {
    facts.validate()?;
    record.clear();
    let Some(anchor) = facts.anchor(policy) else {
        return Err(FactError::new("settlement", FactProblem::Missing));
    };
    let row = covers(policy, facts, anchor);
    record.covered = row.covered;
    record.years = row.years;
    record.days = facts.days(policy.cover.days);
    if !row.covered {
        record.flags.set(Flags::NOT_COVERED);
    }
    if let Some(submitted) = facts.submitted {
        let late = |within: u32| submitted.signed_duration_since(anchor).num_days() > i64::from(within);
        if submitted > anchor && policy.cover.claim_within_days.is_some_and(late) {
            record.flags.set(Flags::LATE);
        }
        if policy.review_by.is_some_and(|by| submitted > by) {
            record.flags.set(Flags::REVIEW_DUE);
        }
    }
    if !row.covered {
        return Ok(());
    }
    let claim = Claim { policy, facts, anchor, years: row.years, days: record.days };
    let answers = policy.kinds.iter().find(|(kind, _)| *kind == facts.kind).map(|(_, answers)| answers.as_slice());
    for (index, benefit) in policy.benefits.iter().enumerate() {
        let index = index as u32;
        let why = if answers.is_some_and(|answers| answers[index as usize]) {
            benefit
                .when
                .iter()
                .find(|condition| !claim.meets(condition))
                .map(|condition| Why::Condition(condition.key()))
        } else {
            Some(Why::Kind)
        };
        match why {
            None => {
                let first_step = record.steps.len() as u32;
                let amount = claim.run_benefit::<EXPLAIN>(benefit, record)?;
                record.benefits.push(BenefitRecord { index, first_step, amount, paid: amount });
            }
            Some(why) if EXPLAIN => record.not.push(NotRecord { index, why }),
            Some(_) => {}
        }
    }
    if policy.exclusives > 0 {
        claim.keep_the_highest::<EXPLAIN>(record);
    }
    for benefit in &record.benefits {
        record.total += benefit.amount;
        if policy.benefits[benefit.index as usize].illustrative {
            record.flags.set(Flags::ILLUSTRATIVE);
        }
    }
    claim.run_totals::<EXPLAIN>(record)
}

/// Whether a participation covers the anchor date, and how many years there are.
struct Row {
    covered: bool,
    years: u32,
}

fn covers(policy: &Policy, facts: &Facts, anchor: NaiveDate) -> Row {
    let of = |period: i32| facts.cover.iter().find(|cover| cover.period == period);
    let Some(own) = of(policy.period) else { return Row { covered: false, years: 0 } };
    let mut first: &Cover = own;
    let mut in_a_row = 1;
    while let Some(before) = policy.period.checked_sub(in_a_row).and_then(of) {
        first = before;
        in_a_row += 1;
    }
    let years = match policy.cover.years {
        YearCount::Consecutive => in_a_row as u32,
        YearCount::Total => facts.cover.iter().filter(|cover| cover.period <= policy.period).count() as u32,
    };
    let waited = match policy.cover.waiting_days {
        0 => anchor >= first.from,
        days => anchor.signed_duration_since(first.from).num_days() >= i64::from(days),
    };
    Row { covered: own.from <= anchor && anchor <= own.to && waited, years }
}

/// What the steps of one claim see.
struct Claim<'a> {
    policy: &'a Policy,
    facts: &'a Facts,
    anchor: NaiveDate,
    years: u32,
    days: u32,
}

impl Claim<'_> {
    fn level(&self) -> u8 {
        if self.facts.hospital_level == 0 { 3 } else { self.facts.hospital_level }
    }

    fn meets(&self, condition: &Condition) -> bool {
        match condition {
            Condition::Area(patterns) => patterns.iter().any(|pattern| pattern.matches(self.facts.area)),
            Condition::Diagnosis(patterns) => patterns.iter().any(|pattern| pattern.matches(&self.facts.diagnosis)),
            Condition::HospitalLevel(levels) => levels.contains(&self.level()),
            Condition::OutOfArea(wanted) => self.facts.out_of_area == *wanted,
            Condition::Retired(wanted) => self.facts.retired == *wanted,
            Condition::Sex(wanted) => self.facts.sex == Some(*wanted),
            Condition::Years(range) => range.contains(i64::from(self.years)),
            Condition::Age(range) => self.facts.birth.is_some_and(|birth| range.contains(age(birth, self.anchor))),
            Condition::Days(range) => range.contains(i64::from(self.days)),
        }
    }

    /// Where a list is looked up, from 0.
    fn position(&self, by: By, entries: usize) -> usize {
        match by {
            By::Years => (self.years.max(1) as usize).min(entries) - 1,
            By::HospitalLevel => usize::from(self.level()) - 1,
            By::Retired => usize::from(self.facts.retired),
            By::OutOfArea => usize::from(self.facts.out_of_area),
        }
    }

    /// A figure in fen, and its place in a list, from 1 (0: no list).
    fn figure(&self, figure: &Figure) -> (i64, u32) {
        match figure {
            Figure::Amount(amount) => (amount.fen(), 0),
            Figure::By(by, amounts) => {
                let at = self.position(*by, amounts.len());
                (amounts[at].fen(), at as u32 + 1)
            }
            Figure::Of(fact) => (fact.fen(&self.facts.amounts).max(0), 0),
        }
    }

    /// What earlier claims got of a benefit (of all without one) in this period.
    fn paid<'s>(&'s self, benefit: Option<&'s Benefit>) -> impl Iterator<Item = &'s Paid> {
        let of = move |paid: &&Paid| benefit.is_none_or(|benefit| paid.benefit == *benefit.code);
        self.facts.paid.iter().filter(move |paid| paid.period == self.policy.period).filter(of)
    }

    fn run_benefit<const EXPLAIN: bool>(&self, benefit: &Benefit, record: &mut Record) -> Result<i64, FactError> {
        let mut running = 0;
        let mut base = 0;
        for step in &benefit.steps {
            let mut done = StepRecord { input: running, ..StepRecord::default() };
            self.run_step::<EXPLAIN>(step, Some(benefit), base, &mut done, &mut record.slices)?;
            running = done.output;
            if let Op::Base { .. } = step.op {
                base = running;
            }
            if running > MAX_FEN {
                return Err(FactError::new("total", FactProblem::TooLarge));
            }
            if EXPLAIN {
                record.steps.push(done);
            }
        }
        Ok(running)
    }

    /// One step: from `done.input` to `done.output`. `base` is what the floor asks to be above 0.
    #[inline]
    fn run_step<const EXPLAIN: bool>(
        &self,
        step: &Step,
        benefit: Option<&Benefit>,
        base: i64,
        done: &mut StepRecord,
        slices: &mut Vec<SliceRecord>,
    ) -> Result<(), FactError> {
        let input = done.input;
        let sheet = &self.facts.amounts;
        done.output = match &step.op {
            Op::Base { of, plus, less } => {
                // A list may be long: it saturates, and what is beyond 14 digits is refused.
                let sum = |facts: &[Fact]| facts.iter().fold(0i64, |sum, fact| sum.saturating_add(fact.fen(sheet)));
                let own = of.fen(sheet) - sheet.get(Line::OtherCompensation).fen();
                own.saturating_add(sum(plus)).saturating_sub(sum(less)).max(0)
            }
            Op::Deduct(figure) => {
                (done.figure, done.at) = self.figure(figure);
                (input - done.figure).max(0)
            }
            Op::Rate(rates) => {
                let rate = match rates {
                    Rates::Rate(rate) => *rate,
                    Rates::By(by, rates) => {
                        let at = self.position(*by, rates.len());
                        done.at = at as u32 + 1;
                        rates[at]
                    }
                };
                done.number = rate.millionths();
                round(u128::from(input as u64) * u128::from(rate.millionths()), self.policy.rounding)
            }
            Op::Tiers { mode, by_period, table } => {
                if *by_period {
                    let used = self.paid(benefit).fold(0i64, |sum, paid| sum.saturating_add(paid.base.fen()));
                    if used.saturating_add(input) > MAX_FEN {
                        return Err(FactError::new("paid.base", FactProblem::TooLarge));
                    }
                    done.figure = used;
                }
                self.tiers::<EXPLAIN>(*mode, table, done, slices)
            }
            Op::AtLeast { amount, not_above } => {
                let cap = not_above.map_or(i64::MAX, |fact| fact.fen(sheet).max(0));
                done.figure = amount.fen().min(cap);
                if base > 0 { input.max(done.figure) } else { input }
            }
            Op::AtMost(figure) => {
                (done.figure, done.at) = self.figure(figure);
                input.min(done.figure)
            }
            Op::PerDay { amount, from_day, max_days, period_days } => {
                (done.figure, done.at) = self.figure(amount);
                let mut days = self.days.saturating_sub(from_day - 1);
                days = days.min(max_days.unwrap_or(u32::MAX));
                if let Some(limit) = period_days {
                    let used = self.paid(benefit).fold(0u32, |sum, paid| sum.saturating_add(paid.days));
                    days = days.min(limit.saturating_sub(used));
                }
                done.number = days;
                times(input, days, done.figure)?
            }
            Op::PerVisit { amount, max_visits } => {
                (done.figure, done.at) = self.figure(amount);
                done.number = self.facts.visits.min(max_visits.unwrap_or(u32::MAX));
                times(input, done.number, done.figure)?
            }
            Op::LumpSum { amount, once } => {
                let had = match once {
                    Once::Claim => false,
                    Once::Period => self.paid(benefit).any(|paid| paid.amount.fen() > 0),
                    Once::Life => self.facts.paid.iter().any(|paid| {
                        paid.amount.fen() > 0 && benefit.is_none_or(|benefit| paid.benefit == *benefit.code)
                    }),
                };
                done.number = u32::from(had);
                if had { input } else { input + amount.fen() }
            }
            Op::PeriodLimit { amount, count } => {
                let mut output = input;
                if let Some(amount) = amount {
                    let had = self.paid(benefit).fold(0i64, |sum, paid| sum.saturating_add(paid.amount.fen()));
                    let left = (amount.fen() - had.min(amount.fen())).max(0);
                    output = output.min(left);
                    done.figure = left;
                }
                if let Some(count) = count {
                    done.number = self.paid(benefit).filter(|paid| paid.amount.fen() > 0).count() as u32;
                    if done.number >= *count {
                        output = 0;
                    }
                }
                // What is left after this claim.
                done.figure -= if amount.is_some() { output } else { 0 };
                output
            }
        };
        Ok(())
    }

    fn tiers<const EXPLAIN: bool>(
        &self,
        mode: TierMode,
        table: &[Tier],
        done: &mut StepRecord,
        slices: &mut Vec<SliceRecord>,
    ) -> i64 {
        let (from, to) = (done.figure, done.figure + done.input);
        let end = |tier: &Tier| tier.to.map_or(i64::MAX, |to| to.fen());
        done.at = slices.len() as u32;
        let mut sum: u128 = 0;
        match mode {
            TierMode::Marginal => {
                let mut low = 0;
                for tier in table {
                    let high = end(tier);
                    let (start, stop) = (from.max(low), to.min(high));
                    if stop > start {
                        sum += u128::from((stop - start) as u64) * u128::from(tier.rate.millionths());
                        if EXPLAIN {
                            slices.push(SliceRecord { from: start, to: stop, rate: tier.rate.millionths() });
                        }
                    }
                    if to <= high {
                        break;
                    }
                    low = high;
                }
            }
            TierMode::Whole => {
                // The last tier has no end, so one is always found.
                if let Some(tier) = table.iter().find(|tier| to <= end(tier)) {
                    sum = u128::from(done.input as u64) * u128::from(tier.rate.millionths());
                    if EXPLAIN && done.input > 0 {
                        slices.push(SliceRecord { from, to, rate: tier.rate.millionths() });
                    }
                }
            }
        }
        done.number = slices.len() as u32 - done.at;
        round(sum, self.policy.rounding)
    }

    /// Of the benefits that share a name the highest alone is kept, the first on a tie.
    fn keep_the_highest<const EXPLAIN: bool>(&self, record: &mut Record) {
        let name = |benefit: &BenefitRecord| {
            self.policy.benefits[benefit.index as usize].exclusive.as_ref().map(|exclusive| exclusive.number)
        };
        let mut at = 0;
        while at < record.benefits.len() {
            let own = record.benefits[at];
            let loses = name(&own).is_some()
                && record.benefits.iter().any(|other| {
                    name(other) == name(&own)
                        && (other.amount > own.amount || (other.amount == own.amount && other.index < own.index))
                });
            if loses {
                record.benefits.remove(at);
                if EXPLAIN {
                    record.not.push(NotRecord { index: own.index, why: Why::Exclusive });
                }
            } else {
                at += 1;
            }
        }
        record.not.sort_by_key(|not| not.index);
    }

    /// The steps over the sum, each with what it does to the benefits.
    fn run_totals<const EXPLAIN: bool>(&self, record: &mut Record) -> Result<(), FactError> {
        if record.total > MAX_FEN {
            return Err(FactError::new("total", FactProblem::TooLarge));
        }
        let before_all = record.total;
        for step in &self.policy.totals {
            let mut done = StepRecord { input: record.total, ..StepRecord::default() };
            self.run_step::<EXPLAIN>(step, None, before_all, &mut done, &mut record.slices)?;
            let mut change = done.output - done.input;
            if change < 0 {
                for benefit in record.benefits.iter_mut().rev() {
                    let cut = benefit.paid.min(-change);
                    benefit.paid -= cut;
                    change += cut;
                }
            } else if let Some(first) = record.benefits.iter_mut().find(|benefit| benefit.amount > 0) {
                first.paid += change;
            }
            if done.output != done.input && step.illustrative {
                record.flags.set(Flags::ILLUSTRATIVE);
            }
            record.total = done.output;
            if EXPLAIN {
                record.total_steps.push(done);
            }
        }
        Ok(())
    }
}

/// Fen times millionths, to whole fen.
#[inline]
pub(super) fn round(exact: u128, rounding: Rounding) -> i64 {
    let one = u64::from(RATE_ONE);
    // Nearly always it fits, and a 64-bit division by a constant is a multiplication.
    let (whole, rest) = match u64::try_from(exact) {
        Ok(exact) => (exact / one, exact % one),
        Err(_) => ((exact / u128::from(one)) as u64, (exact % u128::from(one)) as u64),
    };
    let up = match rounding {
        Rounding::HalfUp => rest >= one / 2,
        Rounding::HalfEven => rest > one / 2 || (rest == one / 2 && whole % 2 == 1),
        Rounding::Down => false,
    };
    (whole + u64::from(up)) as i64
}

/// `input + count x amount`, refused beyond 14 digits.
fn times(input: i64, count: u32, amount: i64) -> Result<i64, FactError> {
    let sum = i128::from(input) + i128::from(count) * i128::from(amount);
    i64::try_from(sum).map_err(|_| FactError::new("total", FactProblem::TooLarge))
}

/// Full years on a day; who was born on 29 February is older from 1 March in other years.
fn age(birth: NaiveDate, day: NaiveDate) -> i64 {
    let had_birthday = (day.month(), day.day()) >= (birth.month(), birth.day());
    i64::from(day.year() - birth.year()) - i64::from(!had_birthday)
}
