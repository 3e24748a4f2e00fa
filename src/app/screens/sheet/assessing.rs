//! The amount as it is typed: facts from the fields, the policy that applies, its assessment. Recomputed at every key.

use std::sync::Arc;

use super::entries::Entries;
use super::field::Field;
use crate::app::Context;
use crate::domain::sheet::Line as Amount;
use crate::policy::{self, Assessment, Facts, Published};
use crate::store::MemberSheet;
use crate::strings::explain::{self, ExplainLine};

/// What was computed last.
#[derive(Clone, Debug, Default)]
pub struct Assessing {
    /// The facts, where enough is known.
    pub facts: Option<Facts>,
    /// The policy that applies.
    pub published: Option<Arc<Published>>,
    /// What it gives.
    pub assessment: Option<Assessment>,
    /// In words.
    pub lines: Vec<ExplainLine>,
    /// Enough is known, and no policy applies.
    pub no_policy: bool,
    /// Message keys of what is missing for an amount.
    pub missing: Vec<&'static str>,
}

/// Computes what the sheet gives now.
pub fn assess(entries: &Entries, member: Option<&MemberSheet>, cx: &Context) -> Assessing {
    let mut result = Assessing::default();
    let facts = match facts(entries, member, cx) {
        Ok(facts) => facts,
        Err(missing) => {
            result.missing = missing;
            return result;
        }
    };
    let moment = crate::domain::date::from_shanghai(cx.now);
    result.published = policy::applicable(&cx.lookup.policies, &facts, moment).cloned();
    match &result.published {
        None => result.no_policy = true,
        Some(published) => {
            if let Ok(assessment) = policy::assess(&published.policy, &facts) {
                result.lines = explain::panel(&assessment, &published.policy, &cx.strings);
                result.assessment = Some(assessment);
            }
        }
    }
    result.facts = Some(facts);
    result
}

/// The facts that the fields give, or message keys of what is missing.
fn facts(entries: &Entries, member: Option<&MemberSheet>, cx: &Context) -> Result<Facts, Vec<&'static str>> {
    let today = cx.today();
    let kind = entries.kind();
    let (admission, discharge) = (entries.date(Field::Admission, today), entries.date(Field::Discharge, today));
    let settlement = entries.date(Field::Settlement, today);
    let mut missing = Vec::new();
    if kind.is_stay() && (admission.is_none() || discharge.is_none() || discharge < admission) {
        missing.push("panel-missing-stay");
    }
    if !kind.is_stay() && settlement.is_none() {
        missing.push("panel-missing-settlement");
    }
    let sheet = entries.sheet();
    if sheet.get(Amount::Total).is_zero() {
        missing.push("panel-missing-total");
    }
    if sheet.self_pay().fen() < 0 {
        missing.push("panel-self-pay-negative");
    }
    let Some(member) = member else {
        missing.push("panel-missing-member");
        return Err(missing);
    };
    if !missing.is_empty() {
        return Err(missing);
    }
    let hospital = entries.get(Field::Hospital).code().and_then(|code| cx.lookup.hospital(code));
    let diagnosis = entries.get(Field::Diagnosis).code().map(str::to_owned);
    Ok(Facts {
        kind: kind.code().to_owned(),
        area: member.member.area,
        admission,
        discharge,
        settlement: settlement.or(discharge),
        hospital_level: hospital.map_or(0, |hospital| hospital.level),
        out_of_area: hospital.is_some_and(|hospital| hospital.area.league() != member.member.area.league()),
        diagnosis: diagnosis.or_else(|| entries.free_diagnosis().map(|free| free.code)).unwrap_or_default(),
        amounts: sheet,
        visits: if kind.is_stay() { 0 } else { entries.visits().unwrap_or(1) },
        retired: member.member.retired,
        birth: Some(member.member.birth),
        sex: Some(member.member.sex),
        submitted: Some(today),
        cover: member.covers.clone(),
        paid: member.paid.clone(),
    })
}
