//! What an officer is warned of, and what not: steps that can rise over a cap, conditions that no claim can meet.

use huzhu::policy::Policy;
use huzhu::policy::problem::Problem;

const HEAD: &str = r#"format = 1
code = "W"
version = 1
period = 2021
title = "t"
issuer = "150000"
source = "made up"
valid = { from = 2021-01-01, to = 2021-12-31 }
[cover]
anchor = "discharge"
"#;

/// Fields of the warnings, with the line of each, of a file that is good.
fn warned(text: &str) -> Vec<(String, usize)> {
    let (_, warnings) = Policy::parse_with_warnings(text).unwrap_or_else(|errors| panic!("{errors:#?}\n{text}"));
    warnings.into_iter().map(|warning| (warning.field, warning.line)).collect()
}

/// Which steps of a benefit are warned of, counted from 1; each stands on a line of its own.
fn rises(steps: &[&str]) -> Vec<usize> {
    let list: String = steps.iter().map(|step| format!("  {{ {step} }},\n")).collect();
    let text = format!("{HEAD}[[benefit]]\ncode = \"b\"\ntitle = \"b\"\nclaim = [\"inpatient\"]\nsteps = [\n{list}]\n");
    let first = text.lines().position(|line| line == "steps = [").unwrap() + 1;
    let found = warned(&text);
    let step = |(field, line): &(String, usize)| {
        let step = field.strip_prefix("benefit[1].steps[").and_then(|rest| rest.strip_suffix(']')).unwrap();
        let step = step.parse::<usize>().unwrap();
        assert_eq!(*line, first + step, "{field}");
        step
    };
    found.iter().map(step).collect()
}

const BASE: &str = r#"op = "base", of = "self_pay""#;

fn at_most(amount: &str) -> String {
    format!(r#"op = "at_most", amount = "{amount}""#)
}

fn at_least(amount: &str) -> String {
    format!(r#"op = "at_least", amount = "{amount}""#)
}

fn lump(amount: &str) -> String {
    format!(r#"op = "lump_sum", amount = "{amount}""#)
}

#[test]
fn a_rise_is_held_against_the_lowest_cap_so_far() {
    assert_eq!(rises(&[BASE, &at_most("1.00"), &at_most("5.00"), &at_least("2.00")]), [4]);
    assert_eq!(rises(&[BASE, &at_most("5.00"), &at_most("1.00"), &at_least("2.00")]), [4]);
    assert_eq!(rises(&[BASE, &at_most("5.00"), &at_least("5.00")]), [0; 0]);
    assert_eq!(rises(&[BASE, &at_most("5.00"), &at_least("5.01")]), [3]);
    let by = r#"op = "at_most", by = "retired", amounts = ["3.00", "2.00"]"#;
    assert_eq!(rises(&[BASE, by, &at_least("2.00")]), [0; 0]);
    assert_eq!(rises(&[BASE, by, &at_least("2.01")]), [3]);
    let limit = r#"op = "period_limit", amount = "9.00""#;
    assert_eq!(rises(&[BASE, limit, &at_least("0.01"), &lump("0.00"), &lump("0.01")]), [3, 5]);
    let per_day = r#"op = "per_day", amount = "1.00""#;
    assert_eq!(rises(&[BASE, &at_most("5.00"), per_day, r#"op = "per_visit", amount = "1.00""#]), [3, 4]);
}

#[test]
fn over_the_sum_too() {
    let total = |steps: &[&str]| {
        let list: String = steps.iter().map(|step| format!("[[total]]\n{}\n", step.replace(", ", "\n"))).collect();
        warned(&format!(
            "{HEAD}[[benefit]]\ncode = \"b\"\ntitle = \"b\"\nclaim = [\"inpatient\"]\nsteps = [ {{ {BASE} }} ]\n{list}"
        ))
    };
    let found = total(&[&at_most("1.00"), &at_most("5.00"), &at_least("2.00")]);
    assert_eq!(found.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(), ["total[3]"]);
    assert_eq!(total(&[&at_most("1.00"), &at_least("2.00"), &at_most("1.00")]), []);
}

#[test]
fn a_later_cap_takes_a_rise_back() {
    assert_eq!(rises(&[BASE, &at_most("5.00"), &lump("1.00"), &at_most("5.00")]), [0; 0]);
    assert_eq!(rises(&[BASE, &at_most("5.00"), &lump("1.00"), &at_most("5.01")]), [3]);
    // Behind the later cap it rises again.
    assert_eq!(rises(&[BASE, &at_most("5.00"), &lump("1.00"), &at_most("4.00"), &lump("0.01")]), [5]);
    let of = r#"op = "at_most", of = "cash""#;
    assert_eq!(rises(&[BASE, of, &lump("1.00"), of]), [0; 0]);
    assert_eq!(rises(&[BASE, of, &lump("1.00"), r#"op = "at_most", of = "total""#]), [3]);
    let limit = |fields: &str| format!(r#"op = "period_limit", {fields}"#);
    let (wide, narrow) = (limit(r#"amount = "9.00", count = 2"#), limit(r#"amount = "8.00", count = 1"#));
    assert_eq!(rises(&[BASE, &wide, &lump("1.00"), &narrow]), [0; 0]);
    assert_eq!(rises(&[BASE, &narrow, &lump("1.00"), &wide]), [3]);
    assert_eq!(rises(&[BASE, &at_most("9.00"), &lump("1.00"), &wide]), [0; 0]);
}

#[test]
fn a_rate_between_leaves_room() {
    let half = r#"op = "rate", rate = "0.50""#;
    assert_eq!(rises(&[BASE, &at_most("10.00"), half, &lump("5.00")]), [0; 0]);
    assert_eq!(rises(&[BASE, &at_most("10.00"), half, &lump("5.01")]), [4]);
    let by = r#"op = "rate", by = "retired", rates = ["0.50", "0.60"]"#;
    assert_eq!(rises(&[BASE, &at_most("10.00"), by, &lump("4.00")]), [0; 0]);
    assert_eq!(rises(&[BASE, &at_most("10.00"), by, &lump("4.01")]), [4]);
    let tiers = r#"op = "tiers", mode = "whole", table = [ { to = "5.00", rate = "0.50" }, { rate = "0.40" } ]"#;
    assert_eq!(rises(&[BASE, &at_most("10.00"), tiers, &lump("5.00")]), [0; 0]);
    assert_eq!(rises(&[BASE, &at_most("10.00"), tiers, &lump("5.01")]), [4]);
    let deduct = r#"op = "deduct", amount = "1.00""#;
    let days = |days: u32| format!(r#"op = "per_day", amount = "0.10", max_days = {days}"#);
    assert_eq!(rises(&[BASE, &at_most("10.00"), deduct, &days(10)]), [0; 0]);
    assert_eq!(rises(&[BASE, &at_most("10.00"), deduct, &days(11)]), [4]);
    // A lower cap behind a higher one keeps the room under the higher one.
    assert_eq!(rises(&[BASE, &at_most("4.00"), half, &at_most("9.00"), &lump("2.00")]), [0; 0]);
    // A fact may be any amount: half of it and something can be more than it.
    assert_eq!(rises(&[BASE, r#"op = "at_most", of = "cash""#, half, &lump("0.01")]), [4]);
}

#[test]
fn a_floor_not_above_the_caps_own_fact() {
    let of = r#"op = "at_most", of = "cash""#;
    let floor = |fact: &str| format!(r#"op = "at_least", amount = "2.00", not_above = "{fact}""#);
    assert_eq!(rises(&[BASE, of, &floor("cash")]), [0; 0]);
    assert_eq!(rises(&[BASE, of, &floor("total")]), [3]);
    assert_eq!(rises(&[BASE, &at_most("1.00"), of, &floor("cash")]), [4]);
}

#[test]
fn dates_not_kinds_say_whether_a_claim_is_a_stay() {
    let when = |claim: &str, when: &str| {
        let text = format!(
            "{HEAD}[[benefit]]\ncode = \"b\"\ntitle = \"b\"\nclaim = [{claim}]\nsteps = [ {{ {BASE} }} ]\n\
             [benefit.when]\narea = [\"15*\"]\n{when}\n"
        );
        let line = text.lines().position(|line| line == when).unwrap() + 1;
        (warned(&text), line)
    };
    for (claim, range) in [
        ("\"inpatient\"", "days = { max = 0 }"),
        ("\"chemotherapy\"", "days = { min = 1 }"),
        ("\"haemodialysis\", \"radiotherapy\"", "days = { min = 3, max = 9 }"),
    ] {
        assert_eq!(when(claim, range).0, [], "{claim} {range}");
    }
    // What can't be met is said at the line of the condition.
    for (condition, field) in [("years = { max = 0 }", "years"), ("age = { min = 151 }", "age")] {
        let (found, line) = when("\"inpatient\"", condition);
        assert_eq!(found, [(format!("benefit[1].when.{field}"), line)]);
    }
}

#[test]
fn a_warning_names_the_cap() {
    let text = format!(
        "{HEAD}[[benefit]]\ncode = \"b\"\ntitle = \"b\"\nclaim = [\"inpatient\"]\nsteps = [ {{ {BASE} }}, \
         {{ op = \"period_limit\", count = 1 }}, {{ {} }} ]\n",
        lump("1.00")
    );
    let (_, warnings) = Policy::parse_with_warnings(&text).unwrap();
    assert_eq!(warnings.len(), 1);
    assert_eq!(warnings[0].problem, Problem::RisesOverCap("lump_sum", "period_limit"));
}
