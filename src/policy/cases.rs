//! A policy's own cases: what an officer wrote down as right, held against what the engine gives.

use super::engine::run;
use super::facts::FactError;
use super::model::{Case, Policy};
use super::record::Record;
use crate::domain::money::Money;

/// What came out of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseResult<'p> {
    /// The case.
    pub case: &'p Case,
    /// What differs from what it expects; nothing where it holds.
    pub differs: Vec<Difference>,
    /// What it gets.
    pub total: Money,
}

/// One value that is not what a case expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// `total`, `years`, …, `benefits.CODE`.
    pub field: String,
    /// What the case expects.
    pub expected: String,
    /// What came out.
    pub found: String,
}

/// Runs all cases of a policy.
pub fn run_cases(policy: &Policy) -> Result<Vec<CaseResult<'_>>, FactError> {
    let mut record = Record::default();
    policy.cases.iter().map(|case| run_case(policy, case, &mut record)).collect()
}

fn run_case<'p>(policy: &'p Policy, case: &'p Case, record: &mut Record) -> Result<CaseResult<'p>, FactError> {
    run::<false>(policy, &case.facts, record)?;
    let expect = &case.expect;
    let total = Money::from_fen(record.total);
    let mut differs = Vec::new();
    let mut hold = |field: &str, expected: Option<String>, found: String| {
        if let Some(expected) = expected.filter(|expected| *expected != found) {
            differs.push(Difference { field: field.to_owned(), expected, found });
        }
    };
    hold("covered", expect.covered.map(|covered| covered.to_string()), record.covered.to_string());
    hold("years", expect.years.map(|years| years.to_string()), record.years.to_string());
    hold("days", expect.days.map(|days| days.to_string()), record.days.to_string());
    hold("total", expect.total.map(|total| total.to_string()), total.to_string());
    let flags = record.flags.names().collect::<Vec<_>>().join(" ");
    hold("flags", expect.flags.as_ref().map(|flags| flags.join(" ")), flags);
    if let Some(expected) = &expect.benefits {
        for (index, benefit) in policy.benefits.iter().enumerate() {
            let found = record.benefits.iter().find(|found| found.index as usize == index);
            let paid = Money::from_fen(found.map_or(0, |found| found.paid));
            let named = expected.iter().find(|(code, _)| **code == *benefit.code);
            let wanted = named.map_or(Money::ZERO, |(_, amount)| *amount);
            hold(&format!("benefits.{}", benefit.code), Some(wanted.to_string()), paid.to_string());
        }
    }
    Ok(CaseResult { case, differs, total })
}
