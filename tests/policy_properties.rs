//! What must hold of every policy and every claim, on random ones: among them exact agreement with a second computation of
//! the steps in decimals, written for reading, not for speed.

use std::fmt::Write as _;

use chrono::{Datelike, Days, NaiveDate};
use huzhu::domain::area::AreaCode;
use huzhu::domain::claim::ClaimKind;
use huzhu::domain::cover::{Cover, Paid};
use huzhu::domain::member::Sex;
use huzhu::domain::money::Money;
use huzhu::domain::sheet::Line;
use huzhu::policy::engine::run;
use huzhu::policy::figure::{By, Fact, Figure, Rates};
use huzhu::policy::model::{Benefit, Condition, DayCount, Once, Op, Rounding, Step, TierMode, YearCount};
use huzhu::policy::{Assessment, Facts, Policy, Record, assess};
use proptest::prelude::*;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rust_decimal::{Decimal, RoundingStrategy};

/// What the second computation gives.
#[derive(Debug, PartialEq, Eq)]
struct Naive {
    covered: bool,
    years: u32,
    days: u32,
    benefits: Vec<(String, Decimal, Decimal)>,
    total: Decimal,
    flags: Vec<&'static str>,
}

/// The claim under the policy, step by step as the format's page says it, in decimals.
fn naive(policy: &Policy, facts: &Facts) -> Naive {
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

/// A random policy as its file, so that reading it is in the game too.
fn policy_text(rng: &mut ChaCha8Rng) -> String {
    let mut text = String::new();
    let rounding = ["half_up", "half_even", "down"].choose(rng).unwrap();
    let _ = write!(
        text,
        r#"format = 1
code = "R"
version = 1
period = 2021
title = "t"
issuer = "150000"
source = "s"
valid = {{ from = 2021-01-01, to = 2021-12-31 }}
review_by = 2021-09-01
rounding = "{rounding}"
[cover]
anchor = "{}"
days = "{}"
years = "{}"
waiting_days = {}
claim_within_days = {}
"#,
        ["admission", "discharge", "settlement"].choose(rng).unwrap(),
        ["nights", "both_ends"].choose(rng).unwrap(),
        ["consecutive", "total"].choose(rng).unwrap(),
        [0, 0, 30, 90].choose(rng).unwrap(),
        rng.random_range(0..200),
    );
    for number in 0..rng.random_range(1..5) {
        let kinds = ["\"inpatient\"", "\"inpatient\", \"haemodialysis\"", "\"haemodialysis\""].choose(rng).unwrap();
        let _ = write!(text, "[[benefit]]\ncode = \"b{number}\"\ntitle = \"t\"\nclaim = [{kinds}]\n");
        if rng.random_bool(0.3) {
            let name = ["x", "y"].choose(rng).unwrap();
            let _ = writeln!(text, "exclusive = \"{name}\"");
        }
        if rng.random_bool(0.3) {
            let when = [
                "age = { min = 40, max = 41 }",
                "years = { min = 2 }",
                "days = { max = 9 }",
                "sex = \"F\"",
                "retired = true",
                "out_of_area = false",
                "hospital_level = [1, 3]",
                "area = [\"1508*\", \"150102\"]",
                "diagnosis = [\"C*\"]",
            ];
            let _ = writeln!(text, "when = {{ {} }}", when.choose(rng).unwrap());
        }
        let _ = writeln!(text, "illustrative = {}", rng.random_bool(0.2));
        let _ = writeln!(text, "steps = [");
        let with_base = rng.random_bool(0.8);
        if with_base {
            let of = ["in_scope_self_pay", "self_pay", "total", "funds", "cash", "hospital_pay"].choose(rng).unwrap();
            let more = ["", ", plus = [\"first_pay\"]", ", less = [\"cash\"], plus = [\"over_limit\", \"first_pay\"]"];
            let _ = writeln!(text, "  {{ op = \"base\", of = \"{of}\"{} }},", more.choose(rng).unwrap());
        } else {
            let _ = writeln!(text, "  {{ op = \"lump_sum\", amount = \"{}\" }},", amount(rng, 3000));
        }
        let (mut tiers, mut per_day) = (false, false);
        for _ in 0..rng.random_range(0..5) {
            let step = step_text(rng, with_base, &mut tiers, &mut per_day);
            let _ = writeln!(text, "  {step},");
        }
        let _ = writeln!(text, "]");
    }
    for _ in 0..rng.random_range(0..3) {
        let step = match rng.random_range(0..3) {
            0 => format!("op = \"at_least\"\namount = \"{}\"", amount(rng, 3000)),
            1 => format!("op = \"at_most\"\namount = \"{}\"", amount(rng, 30_000)),
            _ => format!("op = \"period_limit\"\namount = \"{}\"\ncount = 2", amount(rng, 40_000)),
        };
        let _ = write!(text, "[[total]]\n{step}\nillustrative = {}\n", rng.random_bool(0.5));
    }
    text
}

fn amount(rng: &mut ChaCha8Rng, below: i64) -> Money {
    let yuan = rng.random_range(0..below);
    Money::from_fen(if rng.random_bool(0.5) { yuan * 100 } else { yuan * 100 + rng.random_range(0..100) })
}

fn rate(rng: &mut ChaCha8Rng) -> String {
    match rng.random_range(0..4) {
        0 => format!("0.{:02}", rng.random_range(0..100)),
        1 => "0.5".to_owned(),
        2 => format!("0.{:06}", rng.random_range(0..1_000_000)),
        _ => ["0", "1", "0.125", "0.45"].choose(rng).unwrap().to_string(),
    }
}

/// `amount`, or a list by a fact.
fn figure_text(rng: &mut ChaCha8Rng, below: i64) -> String {
    let (by, entries) = match rng.random_range(0..5) {
        0 => ("years", rng.random_range(1..4)),
        1 => ("hospital_level", 3),
        2 => ("retired", 2),
        _ => return format!("amount = \"{}\"", amount(rng, below)),
    };
    let list: Vec<String> = (0..entries).map(|_| format!("\"{}\"", amount(rng, below))).collect();
    format!("by = \"{by}\", amounts = [{}]", list.join(", "))
}

fn step_text(rng: &mut ChaCha8Rng, with_base: bool, tiers: &mut bool, per_day: &mut bool) -> String {
    match rng.random_range(0..10) {
        0 => format!("{{ op = \"deduct\", {} }}", figure_text(rng, 2000)),
        1 => format!("{{ op = \"rate\", by = \"out_of_area\", rates = [\"{}\", \"{}\"] }}", rate(rng), rate(rng)),
        2 | 3 if !*tiers => {
            *tiers = true;
            let mode = ["marginal", "whole"].choose(rng).unwrap();
            let count = ["claim", "period"].choose(rng).unwrap();
            let mut rows = String::new();
            let mut to = Money::ZERO;
            for _ in 0..rng.random_range(0..4) {
                to = Money::from_fen(to.fen() + 1 + amount(rng, 20_000).fen());
                let _ = write!(rows, "{{ to = \"{to}\", rate = \"{}\" }}, ", rate(rng));
            }
            let last = rate(rng);
            format!(
                "{{ op = \"tiers\", mode = \"{mode}\", count = \"{count}\", table = [ {rows}{{ rate = \"{last}\" }} ] }}"
            )
        }
        4 if with_base => {
            let cap = ["", ", not_above = \"cash\"", ", not_above = \"hospital_pay\""].choose(rng).unwrap();
            format!("{{ op = \"at_least\", amount = \"{}\"{cap} }}", amount(rng, 900))
        }
        5 => match rng.random_bool(0.3) {
            true => "{ op = \"at_most\", of = \"cash\" }".to_owned(),
            false => format!("{{ op = \"at_most\", {} }}", figure_text(rng, 20_000)),
        },
        6 if !*per_day => {
            *per_day = true;
            let limits = ["", ", from_day = 3, max_days = 10, period_days = 15", ", max_days = 4", ", period_days = 9"];
            format!("{{ op = \"per_day\", {}{} }}", figure_text(rng, 100), limits.choose(rng).unwrap())
        }
        7 => format!("{{ op = \"per_visit\", {}, max_visits = {} }}", figure_text(rng, 100), rng.random_range(1..20)),
        8 => {
            let once = ["claim", "period", "life"].choose(rng).unwrap();
            format!("{{ op = \"lump_sum\", amount = \"{}\", once = \"{once}\" }}", amount(rng, 1000))
        }
        _ => format!(
            "{{ op = \"period_limit\", amount = \"{}\", count = {} }}",
            amount(rng, 20_000),
            rng.random_range(1..4)
        ),
    }
}

/// A random claim that is no error.
fn facts(rng: &mut ChaCha8Rng) -> Facts {
    let stay = rng.random_bool(0.7);
    let kind = if stay { ClaimKind::Inpatient } else { ClaimKind::Haemodialysis };
    let area = *[150_102, 150_802, 150_800, 152_921].choose(rng).unwrap();
    let mut facts = Facts::default_for(kind, AreaCode::new(area).unwrap());
    let day = NaiveDate::from_ymd_opt(2021, 1, 1).unwrap() + Days::new(rng.random_range(0..365));
    if stay {
        facts.admission = Some(day);
        facts.discharge = Some(day + Days::new(rng.random_range(0..40)));
        facts.settlement = rng.random_bool(0.5).then(|| day + Days::new(40));
    } else {
        facts.settlement = Some(day);
    }
    facts.hospital_level = rng.random_range(0..4);
    facts.out_of_area = rng.random_bool(0.5);
    facts.retired = rng.random_bool(0.5);
    facts.visits = rng.random_range(0..30);
    facts.diagnosis = ["", "C18.700", "K80.100"].choose(rng).unwrap().to_string();
    facts.sex = [None, Some(Sex::Female), Some(Sex::Male)].choose(rng).copied().unwrap();
    let birthdays = [(1980, 2, 29), (1980, 6, 1), (1981, 3, 1), (1980, 12, 31)];
    facts.birth = rng.random_bool(0.8).then(|| {
        let (y, m, d) = *birthdays.choose(rng).unwrap();
        NaiveDate::from_ymd_opt(y, m, d).unwrap()
    });
    facts.submitted = rng.random_bool(0.8).then(|| day + Days::new(rng.random_range(0..300)));
    let total = amount(rng, 100_000);
    facts.amounts.set(Line::Total, total);
    let mut rest = total.fen();
    for line in [Line::Pooled, Line::Major, Line::OtherFunds, Line::HospitalPay] {
        let share = if rng.random_bool(0.5) { rng.random_range(0..=rest) } else { 0 };
        facts.amounts.set(line, Money::from_fen(share));
        rest -= share;
    }
    if rng.random_bool(0.1) {
        facts.amounts.set(Line::HospitalPay, Money::from_fen(-12_000));
    }
    for line in [Line::OutOfScope, Line::OverLimit, Line::FirstPay, Line::Cash, Line::PersonalAccount] {
        if rng.random_bool(0.5) {
            facts.amounts.set(line, amount(rng, 5000));
        }
    }
    if rng.random_bool(0.2) {
        facts.amounts.set(Line::OtherCompensation, amount(rng, 5000));
    }
    let mut covers: Vec<i32> = (2017..=2022).filter(|period| *period == 2021 || rng.random_bool(0.5)).collect();
    if rng.random_bool(0.1) {
        covers.retain(|period| *period != 2021);
    }
    facts.cover = covers
        .into_iter()
        .map(|period| {
            let from = NaiveDate::from_ymd_opt(period, 1, 1).unwrap() + Days::new(rng.random_range(0..120));
            Cover { period, from, to: NaiveDate::from_ymd_opt(period, 12, 31).unwrap() }
        })
        .collect();
    for _ in 0..rng.random_range(0..4) {
        facts.paid.push(Paid {
            period: *[2020, 2021, 2021].choose(rng).unwrap(),
            benefit: format!("b{}", rng.random_range(0..4)),
            base: amount(rng, 20_000),
            days: rng.random_range(0..12),
            amount: if rng.random_bool(0.3) { Money::ZERO } else { amount(rng, 9000) },
        });
    }
    facts
}

fn agrees(policy: &Policy, facts: &Facts) -> Result<(), TestCaseError> {
    let mut record = Record::default();
    run::<false>(policy, facts, &mut record).map_err(|error| TestCaseError::fail(error.to_string()))?;
    let benefits = record.benefits.iter().map(|benefit| {
        let code = policy.benefits[benefit.index as usize].code.to_string();
        let decimal = |fen: i64| Money::from_fen(fen).to_decimal();
        (code, decimal(benefit.amount), decimal(benefit.paid))
    });
    let engine = Naive {
        covered: record.covered,
        years: record.years,
        days: record.days,
        benefits: benefits.collect(),
        total: Money::from_fen(record.total).to_decimal(),
        flags: record.flags.names().collect(),
    };
    prop_assert_eq!(engine, naive(policy, facts));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn agrees_with_the_second_computation(seed: u64) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let text = policy_text(&mut rng);
        let policy = Policy::parse(&text).map_err(|errors| TestCaseError::fail(format!("{errors:#?}\n{text}")))?;
        for _ in 0..12 {
            agrees(&policy, &facts(&mut rng))?;
        }
    }

    #[test]
    fn half_fen_ties_alone(seed: u64, rounding in prop::sample::select(vec!["half_up", "half_even", "down"])) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        // Odd fen at these rates end on exactly half a fen.
        let rates = ["0.5", "0.50", "0.1", "0.3", "0.7", "0.9"];
        let (rate, other) = (*rates.choose(&mut rng).unwrap(), *rates.choose(&mut rng).unwrap());
        let factor = if rate.starts_with("0.5") { 1 } else { 5 };
        let text = format!(r#"
format = 1
code = "T"
version = 1
period = 2021
title = "t"
issuer = "150000"
source = "s"
valid = {{ from = 2021-01-01, to = 2021-12-31 }}
rounding = "{rounding}"
cover = {{ anchor = "discharge" }}
[[benefit]]
code = "b0"
title = "t"
claim = ["inpatient"]
steps = [ {{ op = "base", of = "self_pay" }}, {{ op = "rate", rate = "{rate}" }} ]
[[benefit]]
code = "b1"
title = "t"
claim = ["inpatient"]
steps = [ {{ op = "base", of = "self_pay" }}, {{ op = "tiers", mode = "marginal", table = [ {{ to = "100.00", rate = "{other}" }}, {{ rate = "{rate}" }} ] }} ]
"#);
        let policy = Policy::parse(&text).map_err(|errors| TestCaseError::fail(format!("{errors:#?}")))?;
        for _ in 0..20 {
            let mut claim = facts(&mut rng);
            "inpatient".clone_into(&mut claim.kind);
            (claim.admission, claim.discharge) = (claim.settlement, claim.settlement);
            if claim.settlement.is_none() {
                (claim.admission, claim.discharge) = (NaiveDate::from_ymd_opt(2021, 6, 1), NaiveDate::from_ymd_opt(2021, 6, 2));
            }
            claim.amounts = Default::default();
            let odd = rng.random_range(0..500_000i64) * 2 + 1;
            claim.amounts.set(Line::Total, Money::from_fen(odd * factor));
            let exact = claim.amounts.self_pay().to_decimal() * Decimal::from_str_exact(rate).unwrap() * Decimal::from(1000);
            prop_assert_eq!(exact % Decimal::from(10), Decimal::from(5), "not a tie");
            agrees(&policy, &claim)?;
        }
    }

    #[test]
    fn same_facts_same_bytes_and_totals_add_up(seed: u64) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let policy = Policy::parse(&policy_text(&mut rng)).unwrap();
        let mut used = Record::default();
        for _ in 0..6 {
            let claim = facts(&mut rng);
            let assessment = assess(&policy, &claim).unwrap();
            run::<true>(&policy, &claim, &mut used).unwrap();
            prop_assert_eq!(used.to_json(&policy, &claim), assessment.to_json());
            prop_assert_eq!(&Assessment::from_json(&assessment.to_json()).unwrap(), &assessment);
            let sum: Money = assessment.benefits.iter().map(|benefit| benefit.paid).sum();
            prop_assert_eq!(sum, assessment.total);
            for benefit in &assessment.benefits {
                prop_assert!(benefit.paid >= Money::ZERO && benefit.amount >= Money::ZERO);
                prop_assert_eq!(benefit.steps.last().unwrap().output, benefit.amount);
                for pair in benefit.steps.windows(2) {
                    prop_assert_eq!(pair[0].output, pair[1].input);
                }
                for step in &benefit.steps {
                    if let Some(parts) = &step.parts {
                        let sum: Money = parts.iter().map(|(_, amount)| *amount).sum();
                        prop_assert_eq!(sum.at_least_zero(), step.output);
                    }
                    if let Some(slices) = &step.slices {
                        let exact: Decimal = slices.iter().map(|slice| slice.3.parse::<Decimal>().unwrap()).sum();
                        prop_assert!((exact - step.output.to_decimal()).abs() < Decimal::new(1, 2));
                    }
                }
            }
            // Facts are read back as they were written, and written as they were read.
            let json = claim.to_json();
            let back = Facts::from_json(&json).unwrap();
            prop_assert_eq!(&back, &claim);
            prop_assert_eq!(back.to_json(), json);
        }
    }

    #[test]
    fn amounts_rise_with_the_base(low in 0i64..20_000_000, more in 0i64..1_000_000) {
        let policy = Policy::parse(include_str!("../policies/nm-2021.toml")).unwrap();
        let gets = |fen: i64| {
            let mut claim = Facts::default_for(ClaimKind::Inpatient, AreaCode::new(150_802).unwrap());
            claim.admission = NaiveDate::from_ymd_opt(2021, 6, 1);
            claim.discharge = NaiveDate::from_ymd_opt(2021, 6, 8);
            claim.amounts.set(Line::Total, Money::from_fen(fen));
            claim.cover = vec![Cover {
                period: 2021,
                from: NaiveDate::from_ymd_opt(2021, 1, 1).unwrap(),
                to: NaiveDate::from_ymd_opt(2021, 12, 31).unwrap(),
            }];
            assess(&policy, &claim).unwrap().total
        };
        let (lower, higher) = (gets(low), gets(low + more));
        prop_assert!(lower <= higher);
        // Never more than the highest rate of what was added, but for the floor and one fen of rounding.
        prop_assert!((higher - lower).fen() <= more * 7 / 10 + 20_000 + 1);
    }

    #[test]
    fn no_text_breaks_the_readers(text in "[\\[\\]{}=\"a-z0-9_., \n#-]{0,200}") {
        let _ = Policy::parse(&text);
        let _ = Facts::from_json(&text);
        let _ = Assessment::from_json(&text);
    }
}

#[test]
fn nothing_wraps_at_the_largest_amounts() {
    let head = r#"format = 1
code = "M"
version = 1
period = 2021
title = "t"
issuer = "150000"
source = "s"
valid = { from = 2021-01-01, to = 2021-12-31 }
cover = { anchor = "discharge" }
"#;
    let benefit = |steps: &str| {
        format!("{head}[[benefit]]\ncode = \"b\"\ntitle = \"t\"\nclaim = [\"inpatient\"]\nsteps = [{steps}]\n")
    };
    let largest = "999999999999.99";
    let facts = format!(
        r#"{{"kind":"inpatient","area":"150102","admission":"2021-01-01","discharge":"2021-12-31","total":"{largest}","cash":"{largest}","visits":4294967295,
        "cover":[{{"period":2021,"from":"2021-01-01","to":"2021-12-31"}}],
        "paid":[{{"period":2021,"benefit":"b","base":"{largest}","days":4294967295,"amount":"{largest}"}},{{"period":2021,"benefit":"b","base":"0.00","days":4294967295,"amount":"{largest}"}}]}}"#
    );
    let facts = Facts::from_json(&facts).unwrap();
    let gets = |steps: &str| {
        let policy = Policy::parse(&benefit(steps)).unwrap_or_else(|errors| panic!("{errors:#?}"));
        assess(&policy, &facts).map(|assessment| assessment.total.to_string()).map_err(|error| error.to_string())
    };
    let base = r#"{ op = "base", of = "self_pay" }"#;
    assert_eq!(gets(base).as_deref(), Ok(largest));
    assert_eq!(gets(&format!(r#"{base}, {{ op = "rate", rate = "0.999999" }}"#)).as_deref(), Ok("999998999999.99"));
    let table = r#"table = [ { to = "1.00", rate = "0.1" }, { rate = "0.999999" } ]"#;
    assert_eq!(
        gets(&format!(r#"{base}, {{ op = "tiers", mode = "marginal", {table} }}"#)).as_deref(),
        Ok("999998999999.09")
    );
    let period = format!(r#"{base}, {{ op = "tiers", mode = "marginal", count = "period", {table} }}"#);
    assert_eq!(gets(&period), Err("paid.base: too large".to_owned()));
    assert_eq!(gets(&format!(r#"{base}, {{ op = "period_limit", amount = "{largest}" }}"#)).as_deref(), Ok("0.00"));
    let too_large = Err("total: too large".to_owned());
    assert_eq!(gets(&format!(r#"{base}, {{ op = "lump_sum", amount = "0.01" }}"#)), too_large);
    assert_eq!(gets(&format!(r#"{{ op = "per_day", amount = "{largest}" }}"#)), too_large);
    assert_eq!(gets(&format!(r#"{{ op = "per_visit", amount = "{largest}" }}"#)), too_large);
    assert_eq!(gets(r#"{ op = "base", of = "total", plus = ["self_pay", "cash"] }"#), too_large);
    assert_eq!(gets(r#"{ op = "per_day", amount = "1.00", period_days = 9 }"#).as_deref(), Ok("0.00"));
}
