//! A recorded claim and its canonical form, without any driver: what an adapter reads from its rows and writes into them,
//! and the body of a submit's event. PostgreSQL builds the same texts in SQL.
//!
//! - `event` one link of an office's chain, and what events of other kinds carry
//! - `personal` texts that not everybody sees, and what they are committed to
//!
//! The event of a submit carries the hash of the claim's canonical bytes and a short hash of each field, so that a
//! verification can name the field that was changed. [`Form`] says how the bytes are made; a body says its form, so that
//! claims of an older one are verified for ever.
//!
//! To record one more field: its value here, a new [`Form`] with its tag in which it is the last of
//! [`Recorded::fields_in`], and the columns of both adapters. What was recorded is never put into another form.

mod event;
mod personal;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub use self::event::{Event, EventText, printed, withdrawal};
pub use self::personal::{Personal, Salt, commitment};
use super::StoreError;
use crate::domain::area::AreaCode;
use crate::domain::canonical::{Canonical, Hash, hex, moment, sha256};
use crate::domain::claim::{Claim, ClaimState, NewClaim};
use crate::domain::cover::Paid;
use crate::domain::date::to_shanghai;
use crate::domain::money::Money;
use crate::domain::number::ClaimNumber;
use crate::policy::Assessment;

/// Fields that enter the canonical bytes as commitments, in every form but the first.
const PERSONAL: [&str; 3] = ["card", "agent", "remark"];

/// How a claim's canonical bytes are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub enum Form {
    /// Every field as itself; bodies of it don't name it.
    #[default]
    First = 1,
    /// Card, agent and remark as commitments: who does not see them verifies all the same.
    Second = 2,
}

impl Form {
    /// In which claims are recorded now.
    pub const NOW: Form = Form::Second;

    const fn tag(self) -> &'static str {
        match self {
            Form::First => "huzhu-claim-1",
            Form::Second => "huzhu-claim-2",
        }
    }

    fn is_first(&self) -> bool {
        *self == Form::First
    }
}

impl From<Form> for u32 {
    fn from(form: Form) -> u32 {
        form as u32
    }
}

impl TryFrom<u32> for Form {
    type Error = String;

    fn try_from(number: u32) -> Result<Form, String> {
        let form = [Form::First, Form::Second].into_iter().find(|form| *form as u32 == number);
        form.ok_or_else(|| format!("form {number}"))
    }
}

/// A recorded claim with what was derived for lists. What an adapter calls its row is kept beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The claim.
    pub claim: Claim,
    /// The day of submission (Asia/Shanghai), as it is stored.
    pub day: String,
    /// The server's time, as it is stored.
    pub submitted_at: String,
    /// 医疗费总额
    pub medical_total: Money,
    /// What the personal texts are committed with; none where only commitments are to be seen.
    pub salt: Salt,
    /// The number of the card that is paid to.
    pub card: Personal,
    /// Who came in the member's place, JSON.
    pub agent: Personal,
    /// Free text.
    pub remark: Personal,
    /// The checklist, JSON.
    pub documents: String,
    /// Reasons for overridden warnings, JSON.
    pub reasons: String,
}

/// A claim to be written: what the server adds to what was sent.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// What was sent, or what became of it.
    pub claim: &'a NewClaim,
    /// The number.
    pub number: ClaimNumber,
    /// The league of the office.
    pub league: AreaCode,
    /// The revision.
    pub rev: u32,
    /// The server's time.
    pub at: DateTime<Utc>,
    /// The clerk's login.
    pub clerk: &'a str,
    /// 医疗费总额
    pub medical_total: Money,
    /// What the personal texts are committed with: new for every claim.
    pub salt: &'a Salt,
    /// The number of the card that is paid to; empty without one.
    pub card: &'a str,
}

impl Recorded {
    /// What will be stored; words beside codes stay empty. `Refused("text")` where a text can't be written as JSON.
    pub fn to_be(entry: &Entry<'_>) -> Result<Recorded, StoreError> {
        let new = entry.claim;
        Ok(Recorded {
            claim: Claim {
                claim: new.clone(),
                number: entry.number,
                league: entry.league,
                office: entry.number.office,
                rev: entry.rev,
                submitted_at: entry.at,
                clerk: entry.clerk.to_owned(),
                member_name: String::new(),
                member_id_masked: String::new(),
                unit: String::new(),
                hospital_name: String::new(),
                prints: 0,
                notice: None,
            },
            day: to_shanghai(entry.at).date().to_string(),
            submitted_at: moment(entry.at),
            medical_total: entry.medical_total,
            salt: entry.salt.clone(),
            card: Personal::Value(entry.card.to_owned()),
            agent: Personal::Value(new.agent.as_ref().map(json).transpose()?.unwrap_or_default()),
            remark: Personal::Value(new.remark.clone()),
            documents: json(&new.documents)?,
            reasons: json(&new.reasons)?,
        })
    }

    /// Whether the card that is paid to ends with what is shown of it, as far as it is to be seen.
    pub fn card_ends(&self) -> bool {
        let last4 = self.claim.claim.payee.last4();
        self.card.value().is_none_or(|card| card.is_empty() || card.ends_with(&last4))
    }

    /// The recorded fields as [`Form::NOW`] has them.
    pub fn fields(&self, state_then: ClaimState) -> Vec<(&'static str, String)> {
        self.fields_in(Form::NOW, state_then)
    }

    /// The recorded fields in the order of contract 6, then those that were derived for lists, as they stood at submit.
    /// Of a personal one that is not to be seen the first form holds nothing.
    pub fn fields_in(&self, form: Form, state_then: ClaimState) -> Vec<(&'static str, String)> {
        let (claim, new) = (&self.claim, &self.claim.claim);
        let date = |date: Option<NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
        let personal = |name: &'static str, personal: &Personal| match form {
            Form::First => (name, personal.value().unwrap_or_default().to_owned()),
            Form::Second => (name, personal.commitment(name, &self.salt)),
        };
        vec![
            ("id", new.id.to_string()),
            ("league", claim.league.to_string()),
            ("office", claim.office.to_string()),
            ("number", claim.number.to_string()),
            ("member", new.member.to_string()),
            ("cover", new.period.to_string()),
            ("kind", new.kind.code().to_owned()),
            ("state", state_then.code().to_owned()),
            ("rev", "1".to_owned()),
            ("submitted_at", self.submitted_at.clone()),
            ("clerk", claim.clerk.clone()),
            ("channel", new.channel.clone()),
            ("bill_code", new.bill.code.clone()),
            ("bill_number", new.bill.number.clone()),
            ("bill_check", new.bill.check.clone()),
            ("bill_hospital", new.bill.hospital.clone()),
            ("hospital", new.hospital.clone()),
            ("diagnosis", new.diagnosis.code.clone()),
            ("diagnosis_name", new.diagnosis.name.clone()),
            ("standard", i64::from(new.diagnosis.standard).to_string()),
            ("mode", new.mode.code().to_owned()),
            ("facts", new.facts.clone()),
            ("policy", new.policy.code.clone()),
            ("version", new.policy.version.to_string()),
            ("policy_sha256", new.policy.sha256.clone()),
            ("assessment", new.assessment.clone()),
            ("total", new.total.to_string()),
            ("bank", new.payee.bank().to_owned()),
            personal("card", &self.card),
            ("last4", new.payee.last4()),
            personal("agent", &self.agent),
            ("documents", self.documents.clone()),
            ("reasons", self.reasons.clone()),
            personal("remark", &self.remark),
            ("window", new.window.to_string()),
            ("day", self.day.clone()),
            ("admission", date(new.admission)),
            ("discharge", date(new.discharge)),
            ("settlement", date(new.settlement)),
            ("medical_total", self.medical_total.to_string()),
        ]
    }

    /// Whether a personal text is not to be seen.
    fn hides(&self) -> bool {
        [&self.card, &self.agent, &self.remark].iter().any(|personal| personal.value().is_none())
    }
}

fn json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Refused("text".into()))
}

/// What the event of a submit carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubmitBody {
    /// SHA-256 of the claim's canonical bytes, hexadecimal.
    pub claim: String,
    /// Eight hexadecimal digits a field, in the order of the canonical bytes.
    pub fields: String,
    /// How they were made.
    #[serde(default, skip_serializing_if = "Form::is_first")]
    pub form: Form,
}

impl SubmitBody {
    /// Of a claim that is recorded now, as it stands at submit.
    pub fn of(recorded: &Recorded, state_then: ClaimState) -> SubmitBody {
        SubmitBody::in_form(Form::NOW, recorded, state_then)
    }

    /// In a form that claims were or are recorded in. The short hashes are salted with the claim's id, so that equal values look different.
    pub fn in_form(form: Form, recorded: &Recorded, state_then: ClaimState) -> SubmitBody {
        let fields = recorded.fields_in(form, state_then);
        let mut canonical = Canonical::new(form.tag());
        let mut short = String::with_capacity(fields.len() * 8);
        let id = &fields[0].1;
        for (name, value) in &fields {
            canonical = canonical.text(value);
            short.push_str(&hex(&Canonical::new(name).text(id).text(value).hash()[..4]));
        }
        SubmitBody { claim: hex(&canonical.hash()), fields: short, form }
    }

    /// From an event's body; none where it is no submit's.
    pub fn read(body: &str) -> Option<SubmitBody> {
        serde_json::from_str(body).ok()
    }

    /// As the event stores it: no spaces, keys in the order of this type.
    pub fn text(&self) -> String {
        // Texts and a number under fixed names can always be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Names of the fields whose short hash is another one now; `claim` where only the whole hash is. What the first form
    /// holds as itself and is not to be seen is left out, and with it the whole hash.
    pub fn differing(&self, recorded: &Recorded, state_then: ClaimState) -> Vec<&'static str> {
        let now = SubmitBody::in_form(self.form, recorded, state_then);
        if now == *self {
            return Vec::new();
        }
        let unseen = self.form == Form::First && recorded.hides();
        let short = |body: &SubmitBody, at: usize| body.fields.get(at * 8..at * 8 + 8).map(str::to_owned);
        let names = recorded.fields_in(self.form, state_then).into_iter().map(|(name, _)| name).enumerate();
        let differing: Vec<_> = names
            .filter(|(at, name)| short(&now, *at) != short(self, *at) && !(unseen && PERSONAL.contains(name)))
            .map(|(_, name)| name)
            .collect();
        if differing.is_empty() && !unseen { vec!["claim"] } else { differing }
    }
}

/// The total of an assessment, and what each of its benefits got, as later claims see it.
pub fn paid_of(assessment: &str, period: i32) -> Option<(Money, Vec<Paid>)> {
    let assessment = Assessment::from_json(assessment).ok()?;
    Some((assessment.total, assessment.entries(period)))
}

/// SHA-256 of what was sent, with who sent it: a retry has the same.
pub fn request_hash(claim: &NewClaim, login: &str) -> Result<Hash, StoreError> {
    let bytes = serde_json::to_vec(&(claim, login)).map_err(|_| StoreError::Refused("text".into()))?;
    Ok(sha256(&bytes))
}

#[cfg(test)]
pub(super) mod tests;
