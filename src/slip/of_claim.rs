//! The forms that a recorded claim has by itself: P1 always, P2 where it was returned. The others come with later steps of
//! a claim's way. Pure.
//!
//! To add one: a function that makes it of the claim and of what was recorded of the print, and its lines in [`forms`],
//! [`prints`], [`count`] and [`form`].

use std::sync::Arc;

use chrono::NaiveDateTime;

use super::Form;
use super::p1::Acknowledgement;
use super::p2::P2;
use super::parts::CopyMark;
use crate::domain::claim::{Claim, NewClaim};
use crate::domain::date::to_shanghai;
use crate::domain::form::FormId;
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

/// The forms that a claim has by itself, the first being the one that is printed first.
pub fn forms(claim: &Claim) -> Vec<FormId> {
    let missing = || claim.claim.documents.iter().any(|document| document.required && !document.present);
    let notice = claim.notice.is_some() && missing();
    [FormId::P1].into_iter().chain(notice.then_some(FormId::P2)).collect()
}

/// What a form is called in a sentence.
pub fn word(form: FormId, strings: &Strings) -> String {
    match form {
        FormId::P1 => strings.get("slip-word-p1"),
        FormId::P2 => strings.get("slip-word-p2"),
        _ => strings.get("slip-word-other"),
    }
}

/// How often one of them was printed.
pub fn prints(claim: &Claim, form: FormId) -> u32 {
    match form {
        FormId::P2 => claim.notice.as_ref().map_or(0, |notice| notice.prints),
        _ => claim.prints,
    }
}

/// Another print of one of them was recorded.
pub fn count(claim: &mut Claim, form: FormId, copy: u32) {
    match (form, claim.notice.as_mut()) {
        (FormId::P2, Some(notice)) => notice.prints = copy + 1,
        _ => claim.prints = copy + 1,
    }
}

/// One of them with its code; none where the claim has no such form.
pub fn form(id: FormId, claim: &Claim, print: Print, code: Option<String>, strings: &Strings) -> Option<Arc<dyn Form>> {
    match id {
        FormId::P1 => Some(Arc::new(Acknowledgement { code, ..acknowledgement(claim, print, strings) })),
        FormId::P2 => {
            let mut notice = notice(claim, print)?;
            notice.head.code = code;
            Some(Arc::new(notice))
        }
        _ => None,
    }
}

/// The code that the slip of a recorded print carries; none where it holds no code.
pub fn code(key: &SlipKey, claim: &Claim, printed: &Printed) -> Option<String> {
    let date = to_shanghai(claim.submitted_at).date();
    let amount = printed.slip.form.shown(claim.claim.total);
    let facts = SlipFacts { number: printed.slip, date, amount, record: printed.record };
    key.code(&facts, &claim.member_name, &claim.member_id_masked)
}

/// The policy that computed a claim, as it is named everywhere.
pub fn policy_title(claim: &NewClaim, strings: &Strings) -> String {
    strings.with("panel-policy", &[("code", &claim.policy.code), ("version", &claim.policy.version)])
}

/// How a recorded claim's amount came about, as slips say it; nothing where the record can't be read.
pub fn explanation(claim: &NewClaim, strings: &Strings) -> Vec<ExplainLine> {
    match Assessment::from_json(&claim.assessment) {
        Ok(assessment) => explain::on_paper(&assessment, strings),
        Err(_) => Vec::new(),
    }
}
