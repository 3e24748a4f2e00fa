//! The forms that a recorded claim has by itself: P1 always, P2 where it was returned. The others come with later steps of
//! a claim's way. Pure.
//!
//! To add one: a function that makes it of the claim and of what was recorded of the print.

use chrono::NaiveDateTime;

use super::p1::Acknowledgement;
use super::p2::P2;
use super::parts::CopyMark;
use crate::domain::claim::{Claim, NewClaim};
use crate::domain::date::to_shanghai;
use crate::domain::slip_code::{SlipFacts, SlipKey};
use crate::policy::Assessment;
use crate::store::{Office, Printed};
use crate::strings::Strings;
use crate::strings::explain::{self, ExplainLine};

/// Who prints a slip of a claim now, and which copy it is.
#[derive(Clone, Copy, Debug)]
pub struct Print<'a> {
    /// The office that took the claim.
    pub office: &'a Office,
    /// 0 is the original.
    pub copy: u32,
    /// Who prints.
    pub operator: &'a str,
    /// When, in Asia/Shanghai.
    pub at: NaiveDateTime,
}

impl Print<'_> {
    fn mark(&self) -> Option<CopyMark> {
        let mark = CopyMark { number: self.copy, operator: self.operator.to_owned(), at: self.at };
        (self.copy > 0).then_some(mark)
    }
}

/// P1, without a code.
pub fn acknowledgement(claim: &Claim, print: Print, strings: &Strings) -> Acknowledgement {
    let lines = explanation(&claim.claim, strings);
    let policy = policy_title(&claim.claim, strings);
    Acknowledgement::from_claim(claim, print.office, &policy, lines, print.copy, print.operator, print.at)
}

/// P2, without a code; none where nothing is missing, or the claim was not returned.
pub fn notice(claim: &Claim, print: Print) -> Option<P2> {
    let number = claim.notice.as_ref()?.number.to_string();
    let mut form = P2::from_claim(claim, print.office, None)?;
    form.head.number = Some(number);
    form.head.copy = print.mark();
    Some(form)
}

/// The code that the slip of a recorded print carries; none where it holds no code.
pub fn code(key: &SlipKey, claim: &Claim, printed: &Printed) -> Option<String> {
    let date = to_shanghai(claim.submitted_at).date();
    let facts = SlipFacts { number: printed.slip, date, amount: claim.claim.total, record: printed.record };
    key.code(&facts, &claim.member_name, &claim.member_id_masked)
}

/// The policy that computed a claim, as it is named everywhere.
pub fn policy_title(claim: &NewClaim, strings: &Strings) -> String {
    strings.with("panel-policy", &[("code", &claim.policy.code), ("version", &claim.policy.version)])
}

/// How a recorded claim's amount came about, in words; nothing where the record can't be read.
pub fn explanation(claim: &NewClaim, strings: &Strings) -> Vec<ExplainLine> {
    match Assessment::from_json(&claim.assessment) {
        Ok(assessment) => explain::lines(&assessment, strings),
        Err(_) => Vec::new(),
    }
}
