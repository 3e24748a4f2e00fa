//! A verification of the whole database without any driver: an adapter feeds what it reads, in order, and everything is
//! judged here. Every claim is recomputed from its frozen facts and the policy's own text, every record hashed again, every
//! chain walked, every number and counter compared. Rows stream by; what is kept is one head an office, one counter an
//! office and year, and the policies. What an adapter calls its rows stays with it.
//!
//! Others may be at work: what is walked goes on while it is read. So heads and counters are told twice. The first time is
//! before the walk, which must come past each of them; the second time is after it, when none may be behind what was walked.
//! What was added in between only links.
//!
//! The order: [`Verifying::policy`] for each policy; [`Verifying::head`] for each head that is kept, [`Verifying::event`] for
//! each event by office and place, [`Verifying::head_after`] for each head as it is by then, and [`Verifying::heads_end`];
//! [`Verifying::counter`] for each counter, [`Verifying::claim`] for each claim by office, year and number,
//! [`Verifying::counter_after`] and [`Verifying::counters_end`]; [`Verifying::bill`] and [`Verifying::lone_paid`] for what
//! stands beside claims; [`Verifying::end`]. Each of these parts is read to its end or given to [`Verifying::or_damaged`]: a
//! value that can't be read is a difference like any other, and nothing stops before the end.
//!
//! Not covered, as no claim records it: members, units and accounts, looks, and cards that nothing was paid to.
//!
//! To verify one more thing of a claim: its value in [`History`], and one `must` with the name of the field.

use std::collections::{BTreeMap, HashMap};

use super::recorded::{EventText, Recorded, SubmitBody, paid_of};
use super::{Difference, PublishedPolicy, StoreError, Verification};
use crate::domain::area::OfficeCode;
use crate::domain::bill::Bill;
use crate::domain::canonical::{GENESIS, Hash, hex, sha256};
use crate::domain::claim::{ClaimState, Notice, PolicyRef};
use crate::domain::cover::Paid;
use crate::domain::number::{ClaimNumber, SlipNumber};
use crate::policy::{self, Facts, Policy};

/// A verification that is under way.
#[derive(Default)]
pub struct Verifying {
    found: Verification,
    /// The published policies with the hash of their texts, by code and version; none where a text is no policy.
    policies: HashMap<(String, u32), (String, Option<Policy>)>,
    /// Length and head that were kept of each office's chain before it was walked.
    kept: BTreeMap<i64, (i64, Vec<u8>)>,
    /// Length and head of each office's chain as it was walked.
    heads: BTreeMap<i64, (i64, Hash)>,
    /// The claim before: office, year and number.
    last: Option<(i64, i64, i64)>,
    /// The last number of each office and year that was kept before claims were walked.
    counted: BTreeMap<(i64, i64), i64>,
    /// The last number of each office and year as it was walked.
    counters: BTreeMap<(i64, i64), i64>,
    /// How many P2 each office and year has as they were walked, and the last number among them.
    notices: BTreeMap<(i64, i64), (u32, u32)>,
    record: policy::Record,
}

/// An event as it is stored.
pub struct Walked<'a> {
    /// The office whose chain it is.
    pub office: i64,
    /// Its place in the chain.
    pub place: i64,
    /// What its claim is called ([`name_of`]); none where there is no such claim.
    pub claim: Option<String>,
    /// What is hashed.
    pub text: Result<EventText<'a>, StoreError>,
    /// The hash that is kept.
    pub hash: &'a [u8],
}

/// What stands around a claim: the first and the last word of its history, and what other tables hold of it.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Kind and body of its first event: of revision 1, and no print.
    pub first: Option<(String, String)>,
    /// Kind of its last event that is no print.
    pub state: Option<String>,
    /// The highest revision of its events.
    pub rev: Option<i64>,
    /// How many of them are prints of P1.
    pub printed: i64,
    /// How many of them are prints of P2.
    pub noticed: i64,
    /// Whether it was ever returned: then it has a P2.
    pub returned: bool,
    /// Whether the row of its bill's key is this claim's.
    pub holds_bill: bool,
    /// Whether its stay has a row with its span, where the adapter keeps such rows.
    pub holds_stay: Option<bool>,
    /// What its benefits got, in their order; none where it can't be read.
    pub paid: Option<Vec<Paid>>,
}

/// The claim that a bill's row names.
pub struct Holder {
    /// What it is called ([`name_of`]).
    pub claim: String,
    /// Whether it holds its bill.
    pub live: bool,
    /// Its bill.
    pub bill: Bill,
}

/// A claim's number; its office, year and sequence as they are where they make none, with `?` for what can't be read.
pub fn name_of(office: Option<i64>, year: Option<i64>, sequence: Option<i64>) -> String {
    let number = || {
        Some(ClaimNumber {
            office: OfficeCode::new(office?.try_into().ok()?)?,
            year: year?.try_into().ok()?,
            sequence: sequence?.try_into().ok()?,
        })
    };
    if let Some(number) = number() {
        return number.to_string();
    }
    let part = |part: Option<i64>| part.map_or_else(|| "?".to_owned(), |part| part.to_string());
    format!("{}-{}-{}", part(office), part(year), part(sequence))
}

impl Verifying {
    /// Begins.
    pub fn new() -> Verifying {
        Verifying::default()
    }

    /// Something differs; told once.
    pub fn differs(&mut self, claim: impl ToString, field: impl ToString) {
        let difference = Difference { claim: claim.to_string(), field: field.to_string() };
        if !self.found.differences.contains(&difference) {
            self.found.differences.push(difference);
        }
    }

    /// Damage is a difference; another error stays one.
    pub fn or_damaged(&mut self, place: impl ToString, done: Result<(), StoreError>) -> Result<(), StoreError> {
        match done {
            Err(StoreError::Damaged(what) | StoreError::Unreadable(what)) => {
                self.differs(place, what);
                Ok(())
            }
            other => other,
        }
    }

    /// A published policy, under the name that differences tell: its text must have the hash under which it was published.
    /// Where both were changed the claims tell: each recorded the hash that it was assessed with.
    pub fn policy(&mut self, name: &str, read: Result<PublishedPolicy, StoreError>) -> Result<(), StoreError> {
        match read {
            Ok(published) => {
                let hash = hex(&sha256(published.text.as_bytes()));
                let policy = Policy::parse(&published.text).ok();
                if hash != published.sha256 || policy.is_none() {
                    self.differs(name, "text");
                }
                self.policies.insert((published.code, published.version), (hash, policy));
                Ok(())
            }
            Err(error) => self.or_damaged(name, Err(error)),
        }
    }

    /// Whether a policy was told of.
    pub fn knows(&self, policy: &PolicyRef) -> bool {
        self.policies.contains_key(&(policy.code.clone(), policy.version))
    }

    /// The length and head that are kept of an office's chain, before it is walked.
    pub fn head(&mut self, office: i64, length: i64, head: &[u8]) {
        self.found.chains += 1;
        if length != 0 || head != GENESIS {
            self.kept.insert(office, (length, head.to_vec()));
        }
    }

    /// The length and head that are kept of an office's chain by the time that it was walked.
    pub fn head_after(&mut self, office: i64, length: i64, head: &[u8]) {
        let (walked, last) = self.heads.remove(&office).unwrap_or((0, GENESIS));
        if length < walked || (length == walked && head != last) {
            self.differs(office, "chain");
        }
    }

    /// The next event of an office's chain.
    pub fn event(&mut self, event: Walked<'_>) -> Result<(), StoreError> {
        let (length, head) = self.heads.get(&event.office).copied().unwrap_or((0, GENESIS));
        if event.place != length.saturating_add(1) {
            self.differs(event.office, "chain");
        }
        let stored: Hash = event.hash.try_into().unwrap_or(GENESIS);
        let name = event.claim.unwrap_or_else(|| event.office.to_string());
        // Goes on from what is stored: one changed event is one difference.
        self.heads.insert(event.office, (event.place, stored));
        if self.kept.get(&event.office).is_some_and(|kept| kept.0 == event.place && kept.1 == stored) {
            self.kept.remove(&event.office);
        }
        match event.text {
            Ok(text) if text.link(&head) == stored => Ok(()),
            Ok(text) => {
                self.differs(name, format!("event:{}", text.kind));
                Ok(())
            }
            Err(error) => self.or_damaged(name, Err(error)),
        }
    }

    /// All heads as they are after the walk were told. The chains that are left have none, or did not come as far as before.
    pub fn heads_end(&mut self) {
        let walked = std::mem::take(&mut self.heads).into_keys();
        for office in walked.chain(std::mem::take(&mut self.kept).into_keys()) {
            self.differs(office, "chain");
        }
    }

    /// The next claim: its office, year and number, and what was read of it.
    pub fn claim(
        &mut self,
        number: (i64, i64, i64),
        read: Result<(Recorded, History), StoreError>,
    ) -> Result<(), StoreError> {
        self.found.claims += 1;
        let name = name_of(Some(number.0), Some(number.1), Some(number.2));
        let expected = match self.last {
            Some((office, year, sequence)) if (office, year) == (number.0, number.1) => sequence.saturating_add(1),
            _ => 1,
        };
        if number.2 != expected {
            self.differs(&name, "number");
        }
        self.last = Some(number);
        self.counters.insert((number.0, number.1), number.2);
        if self.counted.get(&(number.0, number.1)) == Some(&number.2) {
            self.counted.remove(&(number.0, number.1));
        }
        match read {
            Ok((recorded, history)) => {
                if let Some(Notice { number: SlipNumber { year, sequence, .. }, .. }) = recorded.claim.notice {
                    let (many, last) = self.notices.entry((number.0, year.into())).or_default();
                    (*many, *last) = (*many + 1, sequence.max(*last));
                }
                for field in self.differing_fields(&recorded, &history) {
                    self.differs(&name, field);
                }
                Ok(())
            }
            Err(error) => self.or_damaged(&name, Err(error)),
        }
    }

    /// The last number that is kept of an office and year, before claims are walked.
    pub fn counter(&mut self, office: i64, year: i64, last: i64) {
        self.counted.insert((office, year), last);
    }

    /// The last number that is kept of an office and year by the time that claims were walked.
    pub fn counter_after(&mut self, office: i64, year: i64, last: i64) {
        if self.counters.remove(&(office, year)).is_some_and(|walked| last < walked) {
            self.differs(office, format!("counter:{year}"));
        }
    }

    /// All counters as they are after the walk were told. The offices and years that are left have none, or lack the claim
    /// that had the last number before.
    pub fn counters_end(&mut self) {
        let walked = std::mem::take(&mut self.counters).into_keys();
        for (office, year) in walked.chain(std::mem::take(&mut self.counted).into_keys()) {
            self.differs(office, format!("counter:{year}"));
        }
        // No number is there twice: as many as the last one says are all of them.
        for ((office, year), (many, last)) in std::mem::take(&mut self.notices) {
            if many != last {
                self.differs(office, format!("notices:{year}"));
            }
        }
    }

    /// A bill's row, with the claim that it names: none accounts for bills of none, of a withdrawn one, or of another number.
    pub fn bill(&mut self, key: &str, holder: Option<Holder>) {
        match holder {
            None => self.differs(key, "bill"),
            Some(holder) if !holder.live || holder.bill.key() != key => self.differs(holder.claim, "bill"),
            Some(_) => {}
        }
    }

    /// Payments of a claim that is not there, by what their rows call it.
    pub fn lone_paid(&mut self, claim: impl std::fmt::Display) {
        self.differs(format!("claim {claim}"), "paid");
    }

    /// A slip's number of a claim that is not there, by what its row calls it.
    pub fn lone_slip(&mut self, claim: impl std::fmt::Display) {
        self.differs(format!("claim {claim}"), "slip");
    }

    /// What was found.
    pub fn end(self) -> Verification {
        self.found
    }

    /// The fields of one claim that are not what its history and its own facts make them.
    fn differing_fields(&mut self, recorded: &Recorded, history: &History) -> Vec<&'static str> {
        let claim = &recorded.claim.claim;
        let state_then = history.first.as_ref().and_then(|(kind, _)| ClaimState::from_code(kind));
        let body = history.first.as_ref().and_then(|(_, body)| SubmitBody::read(body));
        let mut differing = match (state_then, body) {
            (Some(state_then), Some(body)) => body.differing(recorded, state_then),
            _ => vec!["event"],
        };
        let mut must = |holds: bool, field: &'static str| {
            if !holds {
                differing.push(field);
            }
        };
        must(history.state.as_deref() == Some(claim.state.code()), "state");
        must(history.rev == Some(recorded.claim.rev.into()), "rev");
        must(history.printed == i64::from(recorded.claim.prints), "prints");
        let notice = &recorded.claim.notice;
        must(history.returned == notice.is_some(), "notice");
        must(history.noticed == notice.map_or(0, |notice| i64::from(notice.prints)), "notice_prints");
        must(history.holds_bill == claim.state.is_live(), "bill");
        let is_stay = claim.state.is_live() && claim.admission.is_some() && claim.discharge.is_some();
        must(history.holds_stay.is_none_or(|holds| holds == is_stay), "stay");
        let published = self.policies.get(&(claim.policy.code.clone(), claim.policy.version));
        must(published.is_some_and(|(hash, _)| *hash == claim.policy.sha256), "policy_sha256");
        let policy = published.and_then(|(_, policy)| policy.as_ref());
        must(policy.is_none_or(|policy| policy.period == claim.period), "cover");
        let again = policy.and_then(|policy| recomputed(policy, &claim.facts, &mut self.record));
        must(again.as_deref() == Some(claim.assessment.as_str()), "assessment");
        let (total, paid) = paid_of(&claim.assessment, claim.period).unzip();
        must(total == Some(claim.total), "total");
        must(recorded.card_ends(), "last4");
        must(paid.is_some() && paid == history.paid, "paid");
        differing
    }
}

/// The assessment that the facts give under the policy.
fn recomputed(policy: &Policy, facts: &str, record: &mut policy::Record) -> Option<String> {
    let facts = Facts::from_json(facts).ok()?;
    policy::engine::run::<true>(policy, &facts, record).ok()?;
    Some(record.to_json(policy, &facts))
}

#[cfg(test)]
mod tests;
