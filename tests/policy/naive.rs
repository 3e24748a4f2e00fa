//! The steps computed a second time, in decimals, written for reading, not for speed.

use chrono::{Datelike, Days, NaiveDate};
use huzhu::domain::cover::Paid;
use huzhu::domain::money::Money;
use huzhu::domain::sheet::Line;
use huzhu::policy::figure::{By, Fact, Figure, Rates};
use huzhu::policy::model::{Benefit, Condition, DayCount, Once, Op, Rounding, Step, TierMode, YearCount};
use huzhu::policy::{Facts, Policy};
use rust_decimal::{Decimal, RoundingStrategy};

/// What the second computation gives.
#[derive(Debug, PartialEq, Eq)]
pub struct Naive {
    pub covered: bool,
    pub years: u32,
    pub days: u32,
    pub benefits: Vec<(String, Decimal, Decimal)>,
    pub total: Decimal,
    pub flags: Vec<&'static str>,
}

/// The claim under the policy, step by step as the format's page says it, in decimals.
pub fn naive(policy: &Policy, facts: &Facts) -> Naive {
    let anchor = facts.anchor(policy).unwrap();
    let days = match (facts.admission, facts.discharge) {
        (Some(from), Some(to)) => match policy.cover.days {
            DayCount::Nights => (to - from).num_days().max(1) as u32,
            DayCount::BothEnds => (to - from).num_days() as u32 + 1,
        },
        _ => 0,
    };
    let has = |period: i32| facts.cover.iter().find(|cover| cover.period == period);
    let mut first_period = policy.period;
    while has(first_period - 1).is_some() {
        first_period -= 1;
    }
    let (covered, years) = match has(policy.period) {
        None => (false, 0),
        Some(own) => {
            let waited = has(first_period).unwrap().from + Days::new(policy.cover.waiting_days.into());
            let years = match policy.cover.years {
                YearCount::Consecutive => (policy.period - first_period + 1) as u32,
                YearCount::Total => facts.cover.iter().filter(|cover| cover.period <= policy.period).count() as u32,
            };
            (own.from <= anchor && anchor <= own.to && anchor >= waited, years)
        }
    };
    let mut flags = Vec::new();
    if !covered {
        flags.push("not_covered");
    }
    let submitted_after = |day: NaiveDate| facts.submitted.is_some_and(|submitted| submitted > day);
    if policy.cover.claim_within_days.is_some_and(|days| submitted_after(anchor + Days::new(days.into()))) {
        flags.push("late");
    }
    if policy.review_by.is_some_and(submitted_after) {
        flags.push("review_due");
    }
    let mut naive = Naive { covered, years, days, benefits: Vec::new(), total: Decimal::ZERO, flags };
    if !covered {
        return naive;
    }
    let claim = Claim { policy, facts, anchor, years, days };
    let mut answered: Vec<(&Benefit, Decimal)> = policy
        .benefits
        .iter()
        .filter(|benefit| benefit.claim.contains(&facts.kind))
        .filter(|benefit| benefit.when.iter().all(|condition| claim.meets(condition)))
        .map(|benefit| (benefit, claim.benefit(benefit)))
        .collect();
    let all = answered.clone();
    answered.retain(|(benefit, amount)| {
        let Some(exclusive) = &benefit.exclusive else { return true };
        let rivals = all.iter().filter(|(other, _)| other.exclusive.as_ref().map(|x| &x.name) == Some(&exclusive.name));
        let best = rivals.clone().map(|(_, amount)| *amount).max().unwrap();
        let first = rivals.clone().find(|(_, amount)| *amount == best).unwrap();
        *amount == best && first.0.code == benefit.code
    });
    let mut illustrative = answered.iter().any(|(benefit, _)| benefit.illustrative);
    let mut paid: Vec<Decimal> = answered.iter().map(|(_, amount)| *amount).collect();
    let mut sum: Decimal = paid.iter().sum();
    let before = sum;
    for step in &policy.totals {
        let after = claim.step(step, None, sum, before);
        let mut change = after - sum;
        if change < Decimal::ZERO {
            for amount in paid.iter_mut().rev() {
                let cut = (*amount).min(-change);
                *amount -= cut;
                change += cut;
            }
        } else if change > Decimal::ZERO {
            let first = answered.iter().position(|(_, amount)| *amount > Decimal::ZERO).unwrap();
            paid[first] += change;
        }
        illustrative |= after != sum && step.illustrative;
        sum = after;
    }
    if illustrative {
        naive.flags.push("illustrative");
    }
    naive.total = sum;
    naive.benefits = answered.iter().zip(paid).map(|((b, amount), paid)| (b.code.to_string(), *amount, paid)).collect();
    naive
}

struct Claim<'a> {
    policy: &'a Policy,
    facts: &'a Facts,
    anchor: NaiveDate,
    years: u32,
    days: u32,
}

impl Claim<'_> {
    fn level(&self) -> u8 {
        match self.facts.hospital_level {
            0 => 3,
            level => level,
        }
    }

    fn meets(&self, condition: &Condition) -> bool {
        match condition {
            Condition::Area(patterns) => patterns.iter().any(|pattern| pattern.matches(self.facts.area)),
            Condition::Diagnosis(patterns) => patterns.iter().any(|pattern| pattern.matches(&self.facts.diagnosis)),
            Condition::HospitalLevel(levels) => levels.contains(&self.level()),
            Condition::OutOfArea(wanted) => *wanted == self.facts.out_of_area,
            Condition::Retired(wanted) => *wanted == self.facts.retired,
            Condition::Sex(wanted) => Some(*wanted) == self.facts.sex,
            Condition::Years(range) => range.contains(self.years.into()),
            Condition::Days(range) => range.contains(self.days.into()),
            Condition::Age(range) => self.facts.birth.is_some_and(|birth| {
                // Birthdays counted one by one.
                let mut age = 0;
                loop {
                    let year = birth.year() + age + 1;
                    let birthday = birth.with_year(year).or_else(|| NaiveDate::from_ymd_opt(year, 3, 1)).unwrap();
                    if birthday > self.anchor {
                        break;
                    }
                    age += 1;
                }
                range.contains(age.into())
            }),
        }
    }

    fn fact(&self, fact: Fact) -> Decimal {
        let line = |line: Line| self.facts.amounts.get(line).to_decimal();
        let funds = line(Line::Pooled)
            + line(Line::Major)
            + line(Line::CivilServant)
            + line(Line::Supplement)
            + line(Line::Assistance)
            + line(Line::OtherFunds);
        let self_pay = line(Line::Total) - funds - line(Line::HospitalPay);
        let in_scope = self_pay - line(Line::OutOfScope) - line(Line::OverLimit) - line(Line::FirstPay);
        match fact {
            Fact::Line(name) => line(name),
            Fact::Funds => funds,
            Fact::SelfPay => self_pay,
            Fact::InScopeSelfPay => in_scope.max(Decimal::ZERO),
        }
    }

    fn entry(&self, by: By, entries: usize) -> usize {
        match by {
            By::Years => (self.years as usize).clamp(1, entries) - 1,
            By::HospitalLevel => usize::from(self.level()) - 1,
            By::Retired => self.facts.retired.into(),
            By::OutOfArea => self.facts.out_of_area.into(),
        }
    }

    fn figure(&self, figure: &Figure) -> Decimal {
        match figure {
            Figure::Amount(amount) => amount.to_decimal(),
            Figure::By(by, amounts) => amounts[self.entry(*by, amounts.len())].to_decimal(),
            Figure::Of(fact) => self.fact(*fact).max(Decimal::ZERO),
        }
    }

    fn benefit(&self, benefit: &Benefit) -> Decimal {
        let mut amount = Decimal::ZERO;
        let mut base = Decimal::ZERO;
        for step in &benefit.steps {
            let after = self.step(step, Some(benefit), amount, base);
            let strategy = match self.policy.rounding {
                Rounding::HalfUp => RoundingStrategy::MidpointAwayFromZero,
                Rounding::HalfEven => RoundingStrategy::MidpointNearestEven,
                Rounding::Down => RoundingStrategy::ToZero,
            };
            amount = after.round_dp_with_strategy(2, strategy);
            if matches!(step.op, Op::Base { .. }) {
                base = amount;
            }
        }
        amount
    }

    fn had(&self, benefit: Option<&Benefit>, ever: bool) -> Vec<&Paid> {
        let of = |paid: &&Paid| benefit.is_none_or(|benefit| paid.benefit == *benefit.code);
        let then = |paid: &&Paid| ever || paid.period == self.policy.period;
        self.facts.paid.iter().filter(of).filter(then).collect()
    }

    fn step(&self, step: &Step, benefit: Option<&Benefit>, amount: Decimal, base: Decimal) -> Decimal {
        let zero = Decimal::ZERO;
        let above_zero = |paid: &&&Paid| paid.amount > Money::ZERO;
        match &step.op {
            Op::Base { of, plus, less } => {
                let plus: Decimal = plus.iter().map(|fact| self.fact(*fact)).sum();
                let less: Decimal = less.iter().map(|fact| self.fact(*fact)).sum();
                (self.fact(*of) + plus - less - self.fact(Fact::Line(Line::OtherCompensation))).max(zero)
            }
            Op::Deduct(figure) => (amount - self.figure(figure)).max(zero),
            Op::Rate(Rates::Rate(rate)) => amount * decimal(*rate),
            Op::Rate(Rates::By(by, rates)) => amount * decimal(rates[self.entry(*by, rates.len())]),
            Op::Tiers { mode, by_period, table } => {
                let used: Decimal = match by_period {
                    true => self.had(benefit, false).iter().map(|paid| paid.base.to_decimal()).sum(),
                    false => zero,
                };
                let end = used + amount;
                match mode {
                    TierMode::Whole => {
                        let tier = table.iter().find(|tier| tier.to.is_none_or(|to| end <= to.to_decimal())).unwrap();
                        amount * decimal(tier.rate)
                    }
                    TierMode::Marginal => {
                        let up_to = |x: Decimal| {
                            let mut sum = zero;
                            let mut low = zero;
                            for tier in table {
                                let high = tier.to.map_or(x, |to| to.to_decimal().min(x));
                                sum += (high - low).max(zero) * decimal(tier.rate);
                                low = low.max(high);
                            }
                            sum
                        };
                        up_to(end) - up_to(used)
                    }
                }
            }
            Op::AtLeast { amount: floor, not_above } => {
                let floor = not_above.map_or(floor.to_decimal(), |fact| floor.to_decimal().min(self.fact(fact)));
                if base > zero { amount.max(floor) } else { amount }
            }
            Op::AtMost(figure) => amount.min(self.figure(figure)),
            Op::PerDay { amount: each, from_day, max_days, period_days } => {
                let mut count = 0;
                let had: u32 = self.had(benefit, false).iter().map(|paid| paid.days).sum();
                for day in 1..=self.days {
                    let within = max_days.is_none_or(|max| count < max);
                    let left = period_days.is_none_or(|limit| had + count < limit);
                    count += u32::from(day >= *from_day && within && left);
                }
                amount + Decimal::from(count) * self.figure(each)
            }
            Op::PerVisit { amount: each, max_visits } => {
                let visits = max_visits.map_or(self.facts.visits, |max| self.facts.visits.min(max));
                amount + Decimal::from(visits) * self.figure(each)
            }
            Op::LumpSum { amount: sum, once } => {
                let had = match once {
                    Once::Claim => false,
                    Once::Period => self.had(benefit, false).iter().any(|paid| above_zero(&paid)),
                    Once::Life => self.had(benefit, true).iter().any(|paid| above_zero(&paid)),
                };
                if had { amount } else { amount + sum.to_decimal() }
            }
            Op::PeriodLimit { amount: limit, count } => {
                let had = self.had(benefit, false);
                if count.is_some_and(|count| had.iter().filter(above_zero).count() >= count as usize) {
                    return zero;
                }
                let sum: Decimal = had.iter().map(|paid| paid.amount.to_decimal()).sum();
                limit.map_or(amount, |limit| amount.min((limit.to_decimal() - sum).max(zero)))
            }
        }
    }
}

fn decimal(rate: huzhu::policy::figure::Rate) -> Decimal {
    Decimal::new(rate.millionths().into(), 6)
}
