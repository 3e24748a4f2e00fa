//! The table of edges: what stands beside an edge that is a count, a fact, or a day.

use huzhu::policy::Policy;
use huzhu::policy::edges::{Edge, Label, Varied, edges};
use huzhu::policy::figure::Fact;

/// The edges of a policy with one benefit; its kinds, conditions and steps, then what else there is.
fn table(claim: &str, when: &str, steps: &str, more: &str) -> Vec<Edge> {
    let text = format!(
        "format = 1\ncode = \"E\"\nversion = 1\nperiod = 2021\ntitle = \"t\"\nissuer = \"150000\"\nsource = \"made up\"\n\
         valid = {{ from = 2021-01-01, to = 2021-12-31 }}\n[cover]\nanchor = \"discharge\"\n[[benefit]]\ncode = \"b\"\n\
         title = \"b\"\nclaim = [\"{claim}\"]\nwhen = {{ {when} }}\nsteps = [ {steps} ]\n{more}"
    );
    edges(&Policy::parse(&text).unwrap_or_else(|errors| panic!("{errors:#?}\n{text}")))
}

/// The rows of one edge: what was varied, and what the claim gets.
fn rows(edges: &[Edge], label: &Label) -> Vec<(String, String)> {
    let edge = edges.iter().find(|edge| edge.label == *label).unwrap_or_else(|| panic!("{label:?} in {edges:#?}"));
    let value = |value: &Varied| match value {
        Varied::Amount(amount) => amount.to_string(),
        Varied::Count(count) => count.to_string(),
        Varied::Date(date) => date.to_string(),
    };
    edge.rows.iter().map(|row| (value(&row.value), row.total.to_string())).collect()
}

fn shown(rows: &[(String, String)]) -> Vec<(&str, &str)> {
    rows.iter().map(|(value, total)| (value.as_str(), total.as_str())).collect()
}

#[test]
fn treatments_that_count() {
    let found = table("haemodialysis", "", r#"{ op = "per_visit", amount = "2.00", max_visits = 9 }"#, "");
    let rows = rows(&found, &Label::Visits("b".into(), 9));
    assert_eq!(shown(&rows), [("8", "16.00"), ("9", "18.00"), ("10", "18.00")]);
}

#[test]
fn how_often_a_period_allows() {
    let limit = "[[total]]\nop = \"period_limit\"\ncount = 3\n";
    let found = table("inpatient", "", r#"{ op = "base", of = "self_pay" }"#, limit);
    assert_eq!(shown(&rows(&found, &Label::TotalCount(3))), [("2", "10000.00"), ("3", "0.00")]);
    // Where nothing but a lump sum is paid, too.
    let steps = r#"{ op = "lump_sum", amount = "5.00" }, { op = "period_limit", count = 1 }"#;
    let found = table("inpatient", "", steps, "");
    assert_eq!(shown(&rows(&found, &Label::LimitCount("b".into(), 1))), [("0", "5.00"), ("1", "0.00")]);
    // A benefit's own limit does not hide that of the sum.
    let steps = r#"{ op = "base", of = "self_pay" }, { op = "period_limit", count = 1 }"#;
    let found = table("inpatient", "", steps, limit);
    assert_eq!(shown(&rows(&found, &Label::TotalCount(3))), [("2", "10000.00"), ("3", "0.00")]);
}

#[test]
fn a_cap_that_is_a_fact() {
    let of = |base: &str, fact: &str| {
        let steps = format!(
            "{{ op = \"base\", of = \"{base}\" }}, {{ op = \"rate\", rate = \"0.40\" }}, {{ op = \"at_most\", of = \"{fact}\" }}"
        );
        table("inpatient", "", &steps, "")
    };
    let around_4000 = [("3999.99", "3999.99"), ("4000.00", "4000.00"), ("4000.01", "4000.00")];
    for (base, fact) in [("in_scope_self_pay", "cash"), ("total", "first_pay"), ("pooled", "cash")] {
        let found = of(base, fact);
        assert_eq!(shown(&rows(&found, &Label::CapOf("b".into(), Fact::from_name(fact).unwrap()))), around_4000);
    }
    // A derived fact goes up or down by a line of the sheet that leaves the base as it is.
    for (base, fact) in [("total", "self_pay"), ("self_pay", "in_scope_self_pay")] {
        let found = of(base, fact);
        assert_eq!(shown(&rows(&found, &Label::CapOf("b".into(), Fact::from_name(fact).unwrap()))), around_4000);
    }
    // A part of a fact is never above it.
    assert_eq!(rows(&of("self_pay", "self_pay"), &Label::CapOf("b".into(), Fact::SelfPay)), []);
    let found = table(
        "inpatient",
        "",
        r#"{ op = "base", of = "total" }, { op = "rate", rate = "0.40" }"#,
        "[[total]]\nop = \"at_most\"\nof = \"cash\"\n",
    );
    assert_eq!(shown(&rows(&found, &Label::TotalOf(Fact::from_name("cash").unwrap()))), around_4000);
}

#[test]
fn a_cap_over_the_sum_that_is_looked_up() {
    let cap = "[[total]]\nop = \"at_most\"\nby = \"retired\"\namounts = [\"5.00\", \"7.00\"]\n";
    let found = table("inpatient", "", r#"{ op = "base", of = "self_pay" }"#, cap);
    for (amount, last) in [("5.00", "5.00"), ("7.00", "7.00")] {
        let rows = rows(&found, &Label::Total(amount.parse().unwrap()));
        assert!(rows.len() == 3 && rows[1] == (amount.into(), amount.into()) && rows[2].1 == last, "{rows:?}");
    }
}

#[test]
fn days_of_a_kind_that_is_mostly_outpatient() {
    let steps = r#"{ op = "per_day", amount = "1.00", max_days = 4 }"#;
    let found = table("chemotherapy", "days = { min = 1 }", steps, "");
    assert_eq!(shown(&rows(&found, &Label::When("b".into(), "days", 1))), [("0", "0.00"), ("1", "1.00")]);
    assert_eq!(shown(&rows(&found, &Label::Days("b".into(), 4))), [("3", "3.00"), ("4", "4.00"), ("5", "4.00")]);
    let found = table("inpatient", "days = { max = 0 }", r#"{ op = "lump_sum", amount = "5.00" }"#, "");
    assert_eq!(shown(&rows(&found, &Label::When("b".into(), "days", 0))), [("0", "5.00"), ("1", "0.00")]);
}
