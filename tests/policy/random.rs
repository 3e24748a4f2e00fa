//! Random policies, as files, and random claims that are no errors.

use std::fmt::Write as _;

use chrono::{Days, NaiveDate};
use huzhu::domain::area::AreaCode;
use huzhu::domain::claim::ClaimKind;
use huzhu::domain::cover::{Cover, Paid};
use huzhu::domain::member::Sex;
use huzhu::domain::money::Money;
use huzhu::domain::sheet::Line;
use huzhu::policy::Facts;
use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

/// A random policy as its file, so that reading it is in the game too.
pub fn policy_text(rng: &mut ChaCha8Rng) -> String {
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
pub fn facts(rng: &mut ChaCha8Rng) -> Facts {
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
