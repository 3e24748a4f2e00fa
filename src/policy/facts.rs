//! The facts of a claim: all that the engine sees. Their text form is in `facts_json`.
//!
//! To add a fact: a field here, its key in `facts_json` (reading and writing, in the order of the format's table).

use std::borrow::Cow;

use chrono::NaiveDate;

use super::model::{Anchor, DayCount, Policy};
use crate::domain::area::{AreaCode, REGION};
use crate::domain::claim::ClaimKind;
use crate::domain::cover::{Cover, Paid};
use crate::domain::member::Sex;
use crate::domain::money::MAX_FEN;
use crate::domain::sheet::{Line, SettlementSheet};

/// The facts of one claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The kind's code: `inpatient`, `radiotherapy`, … or another that a policy names.
    pub kind: String,
    /// The area of the member's office.
    pub area: AreaCode,
    /// First day of a stay.
    pub admission: Option<NaiveDate>,
    /// Last day of a stay.
    pub discharge: Option<NaiveDate>,
    /// Day of the settlement; for a stay without it, the discharge.
    pub settlement: Option<NaiveDate>,
    /// 1, 2, 3; 0 (unknown) counts as 3.
    pub hospital_level: u8,
    /// Treated outside the league.
    pub out_of_area: bool,
    /// ICD-10 code, or empty.
    pub diagnosis: String,
    /// All amounts of the settlement sheet.
    pub amounts: SettlementSheet,
    /// Outpatient treatments on the claim.
    pub visits: u32,
    /// The member is retired.
    pub retired: bool,
    /// The member's date of birth.
    pub birth: Option<NaiveDate>,
    /// The member's sex.
    pub sex: Option<Sex>,
    /// The day of submission.
    pub submitted: Option<NaiveDate>,
    /// The member's participations.
    pub cover: Vec<Cover>,
    /// What earlier claims were paid.
    pub paid: Vec<Paid>,
}

/// Why facts can't be assessed: which fact, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fact}: {problem}")]
pub struct FactError {
    /// The fact's name (`paid.amount` for one inside a list).
    pub fact: Cow<'static, str>,
    /// What is wrong with it.
    pub problem: FactProblem,
}

/// What can be wrong with a fact.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FactProblem {
    /// The text is no JSON object; the parser's words.
    #[error("{0}")]
    NotJson(String),
    /// There is no such fact.
    #[error("unknown fact")]
    Unknown,
    /// It stands there twice.
    #[error("given twice")]
    Twice,
    /// It must be there.
    #[error("missing")]
    Missing,
    /// Another type of value is expected (amounts, dates and codes are texts).
    #[error("expected {0}")]
    Type(Kind),
    /// A text that is no amount.
    #[error("not an amount")]
    NotAnAmount,
    /// More than two places.
    #[error("more than two places")]
    Places,
    /// Beyond 14 digits, or a result that is.
    #[error("too large")]
    TooLarge,
    /// Below 0.00.
    #[error("negative")]
    Negative,
    /// A text that is no date `YYYY-MM-DD`.
    #[error("not a date")]
    NotADate,
    /// Not one of the values that it can have.
    #[error("not a possible value")]
    Value,
    /// The discharge lies before the admission, a cover ends before it begins.
    #[error("ends before it begins")]
    Reversed,
    /// Two covers of one period.
    #[error("two of one period")]
    SamePeriod,
}

/// A type of value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// A whole number, not negative.
    Count,
    /// True or false.
    Flag,
    /// A list.
    List,
    /// An object.
    Object,
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Kind::Text => "a string",
            Kind::Count => "a whole number",
            Kind::Flag => "true or false",
            Kind::List => "a list",
            Kind::Object => "an object",
        })
    }
}

impl FactError {
    pub(super) fn new(fact: impl Into<Cow<'static, str>>, problem: FactProblem) -> FactError {
        FactError { fact: fact.into(), problem }
    }
}

impl Facts {
    /// Facts of a kind in an area, with all else absent.
    pub fn default_for(kind: ClaimKind, area: AreaCode) -> Facts {
        Facts { kind: kind.code().to_owned(), area, ..Facts::blank() }
    }

    /// Nothing at all: what reading begins with.
    pub(super) fn blank() -> Facts {
        Facts {
            kind: String::new(),
            area: REGION,
            admission: None,
            discharge: None,
            settlement: None,
            hospital_level: 0,
            out_of_area: false,
            diagnosis: String::new(),
            amounts: SettlementSheet::default(),
            visits: 0,
            retired: false,
            birth: None,
            sex: None,
            submitted: None,
            cover: Vec::new(),
            paid: Vec::new(),
        }
    }

    /// The date that must lie in the cover, as a policy defines it; `None` where the dates are not there yet.
    pub fn anchor(&self, policy: &Policy) -> Option<NaiveDate> {
        self.anchor_as(policy.cover.anchor)
    }

    /// The same, by the date that a policy names.
    #[inline]
    pub fn anchor_as(&self, anchor: Anchor) -> Option<NaiveDate> {
        match (self.admission, self.discharge) {
            (Some(admission), Some(discharge)) => Some(match anchor {
                Anchor::Admission => admission,
                Anchor::Discharge => discharge,
                Anchor::Settlement => self.settlement.unwrap_or(discharge),
            }),
            _ => self.settlement,
        }
    }

    /// Length of the stay in days; 0 for outpatient.
    #[inline]
    pub fn days(&self, count: DayCount) -> u32 {
        let (Some(admission), Some(discharge)) = (self.admission, self.discharge) else { return 0 };
        let nights = discharge.signed_duration_since(admission).num_days().max(0) as u32;
        match count {
            DayCount::Nights => nights.max(1),
            DayCount::BothEnds => nights + 1,
        }
    }

    /// What must hold of facts wherever they come from.
    #[inline]
    pub fn validate(&self) -> Result<(), FactError> {
        // One pass over all signs: this runs for every claim.
        let signs = Line::ALL.into_iter().filter(|&line| line != Line::HospitalPay);
        let negative = signs.fold(0, |bits, line| bits | self.amounts.get(line).fen()) < 0;
        let dates = match (self.admission, self.discharge) {
            (Some(admission), Some(discharge)) => discharge >= admission,
            (None, None) => self.settlement.is_some(),
            _ => false,
        };
        let self_pay = self.amounts.self_pay().fen();
        // Below this no derived amount is beyond 14 digits: it is the self pay and all funds.
        let large = self.amounts.get(Line::Total).fen() - self.amounts.get(Line::HospitalPay).fen() > MAX_FEN;
        if self.kind.is_empty() || negative || large || !dates || self_pay < 0 || self.hospital_level > 3 {
            return Err(self.wrong());
        }
        Ok(())
    }

    /// Which of what [`Facts::validate`] asks does not hold.
    #[cold]
    fn wrong(&self) -> FactError {
        if self.kind.is_empty() {
            return FactError::new("kind", FactProblem::Missing);
        }
        match (self.admission, self.discharge) {
            (Some(_), None) => return FactError::new("discharge", FactProblem::Missing),
            (None, Some(_)) => return FactError::new("admission", FactProblem::Missing),
            (None, None) if self.settlement.is_none() => return FactError::new("settlement", FactProblem::Missing),
            (Some(admission), Some(discharge)) if discharge < admission => {
                return FactError::new("discharge", FactProblem::Reversed);
            }
            _ => {}
        }
        if self.hospital_level > 3 {
            return FactError::new("hospital_level", FactProblem::Value);
        }
        let below = Line::ALL.into_iter().find(|&line| line != Line::HospitalPay && self.amounts.get(line).fen() < 0);
        match below {
            Some(line) => FactError::new(line.fact(), FactProblem::Negative),
            None if self.amounts.self_pay().fen() < 0 => FactError::new("self_pay", FactProblem::Negative),
            None => FactError::new("hospital_pay", FactProblem::TooLarge),
        }
    }

    /// What must hold of the lists: one cover a period, the right way round, nothing negative or beyond 14 digits.
    pub(super) fn validate_lists(&self) -> Result<(), FactError> {
        for (at, cover) in self.cover.iter().enumerate() {
            if cover.to < cover.from {
                return Err(FactError::new("cover", FactProblem::Reversed));
            }
            if self.cover[..at].iter().any(|earlier| earlier.period == cover.period) {
                return Err(FactError::new("cover", FactProblem::SamePeriod));
            }
        }
        for paid in &self.paid {
            for (name, amount) in [("paid.base", paid.base), ("paid.amount", paid.amount)] {
                if amount.fen() < 0 {
                    return Err(FactError::new(name, FactProblem::Negative));
                }
                if amount.fen() > MAX_FEN {
                    return Err(FactError::new(name, FactProblem::TooLarge));
                }
            }
        }
        Ok(())
    }
}
