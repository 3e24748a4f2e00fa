//! Which of the published policies applies to a claim, and which stand in each other's way.

use std::borrow::Borrow;
use std::sync::Arc;

use chrono::{DateTime, Days, Utc};

use super::facts::Facts;
use super::model::{Policy, Span};
use super::problem::Problem;
use crate::domain::area::AreaCode;

/// A policy that was published: immutable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The rules.
    pub policy: Arc<Policy>,
    /// SHA-256 of the file's bytes, hexadecimal.
    pub sha256: String,
    /// When it was published.
    pub published_at: DateTime<Utc>,
}

/// The policy that applies to a claim: of those whose issuer contains the member's area the narrowest first; the first whose
/// `valid` contains the claim's anchor date as that policy defines it; of its versions the highest that was published before
/// the moment of submission.
pub fn applicable<'p, P: Borrow<Published>>(published: &'p [P], facts: &Facts, moment: DateTime<Utc>) -> Option<&'p P> {
    let known = || {
        let both = |candidate: &'p P| (candidate, candidate.borrow());
        published.iter().map(both).filter(|(_, candidate)| candidate.published_at < moment)
    };
    let newest = |policy: &Policy| {
        !known().any(|(_, other)| other.policy.code == policy.code && other.policy.version > policy.version)
    };
    let applies = |policy: &Policy| {
        let anchor = facts.anchor(policy);
        policy.issuer.contains(facts.area) && anchor.is_some_and(|day| policy.valid.contains(day)) && newest(policy)
    };
    let candidates = known().filter(|(_, candidate)| applies(&candidate.policy));
    candidates.min_by_key(|(_, candidate)| breadth(candidate.policy.issuer)).map(|(published, _)| published)
}

/// 0 for an area of the third level, 1 for a league, 2 for a region.
fn breadth(area: AreaCode) -> u8 {
    match area.get() {
        code if code % 10_000 == 0 => 2,
        code if code % 100 == 0 => 1,
        _ => 0,
    }
}

/// What stands in the way of publishing a policy beside others: the same version with other content, and another code that
/// is valid on the same day.
pub fn conflicts<'p>(
    policy: &Policy,
    sha256: &str,
    others: impl Iterator<Item = (&'p Policy, &'p str)>,
) -> Vec<Problem> {
    let mut found = Vec::new();
    for (other, other_sha256) in others {
        if other.code == policy.code {
            if other.version == policy.version && other_sha256 != sha256 {
                found.push(Problem::VersionTaken(policy.code.to_string(), policy.version));
            }
        } else if other.scheme == policy.scheme && other.issuer == policy.issuer && other.valid.overlaps(&policy.valid)
        {
            found.push(Problem::Conflict { code: other.code.to_string(), other: other.valid, own: policy.valid });
        }
    }
    found
}

/// Spans between the policies of this one's scheme and issuer with none in them.
pub fn gaps<'p>(policy: &Policy, others: impl Iterator<Item = &'p Policy>) -> Vec<Problem> {
    let same = |other: &&Policy| other.scheme == policy.scheme && other.issuer == policy.issuer;
    let mut spans: Vec<Span> = others.filter(same).map(|other| other.valid).chain([policy.valid]).collect();
    spans.sort_by_key(|span| span.from);
    let mut found = Vec::new();
    let mut end = None;
    for span in spans {
        let next = end.and_then(|end: chrono::NaiveDate| end.checked_add_days(Days::new(1)));
        if let (Some(next), Some(before)) = (next, span.from.checked_sub_days(Days::new(1)))
            && next <= before
        {
            found.push(Problem::Gap(Span { from: next, to: before }));
        }
        end = end.max(Some(span.to));
    }
    found
}
