//! P1 受理回执: what a member takes home from the window (contract 11). No diagnosis, no card, no mobile; the ID number
//! only masked. Pure.

use chrono::{NaiveDate, NaiveDateTime};
use serde::Deserialize;

use super::layout::{Block, Sheet};
use super::paper::Paper;
use super::parts::{CopyMark, day, explained, kind, moment, renminbi, with_code, yuan};
use crate::domain::claim::{Claim, ClaimKind, ClaimState};
use crate::domain::date::to_shanghai;
use crate::domain::form::FormId;
use crate::domain::mask;
use crate::domain::money::Money;
use crate::domain::number::ClaimNumber;
use crate::domain::text::NAME_MAX;
use crate::store::Office;
use crate::strings::Strings;
use crate::strings::explain::ExplainLine;
use crate::ui::text::cut;

/// Columns of a name or another text from a record: sixty hanzi. Longer ones are damage, and would fill metres of paper.
const LONGEST: usize = 2 * NAME_MAX;

/// Everything that P1 shows.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Acknowledgement {
    /// The office's name.
    pub office: String,
    /// Its telephone, or empty.
    pub phone: String,
    /// The claim's number, which is the slip's too; none while the claim is still being entered, and headed so.
    pub number: Option<ClaimNumber>,
    /// The claim's state; `Returned` is headed 材料不全.
    pub state: ClaimState,
    /// When it was submitted, in Asia/Shanghai.
    pub submitted: NaiveDateTime,
    /// The member's name.
    pub name: String,
    /// The member's ID number, masked.
    pub id_masked: String,
    /// The unit's name.
    pub unit: String,
    /// The kind.
    pub kind: ClaimKind,
    /// The hospital's name.
    pub hospital: String,
    /// First and last day of a stay.
    pub stay: Option<(NaiveDate, NaiveDate)>,
    /// Its length as the policy counts it.
    pub days: Option<u32>,
    /// Day of an outpatient settlement.
    pub settlement: Option<NaiveDate>,
    /// Outpatient treatments.
    pub visits: Option<u32>,
    /// Code and number of the bill.
    pub bill: String,
    /// 医疗费总额
    pub medical_total: Option<Money>,
    /// 补助基数: what the first benefit counts from.
    pub basis: Option<Money>,
    /// The policy's title.
    pub policy: String,
    /// How the amount came about.
    pub explanation: Vec<ExplainLine>,
    /// The estimated amount.
    pub total: Money,
    /// Whether a cover answers for the claim.
    pub covered: bool,
    /// Whether the amount rests on figures that were never published.
    pub illustrative: bool,
    /// Titles of the documents that were received.
    pub received: Vec<String>,
    /// Titles of those that are missing.
    pub missing: Vec<String>,
    /// The window's number.
    pub window: u32,
    /// The clerk's number.
    pub clerk: String,
    /// The mark of a reprint; none on the original.
    pub copy: Option<CopyMark>,
    /// What its QR code says; none where there is nothing to check yet.
    pub code: Option<String>,
}

/// What the slip needs of the recorded assessment.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Assessment {
    days: Option<u32>,
    benefits: Vec<Benefit>,
    flags: Vec<String>,
}

#[derive(Deserialize)]
struct Benefit {
    #[serde(default)]
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    op: String,
    out: Money,
}

/// What it needs of the recorded facts.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Facts {
    total: Option<Money>,
    visits: Option<u32>,
}

impl Acknowledgement {
    /// The slip of a recorded claim. `copy` 0 is the original; a reprint is marked with who made it and when (`now`, in
    /// Asia/Shanghai). What can't be read in the recorded facts or assessment is left out.
    pub fn from_claim(
        record: &Claim,
        office: &Office,
        policy_title: &str,
        explanation: Vec<ExplainLine>,
        copy: u32,
        operator: &str,
        now: NaiveDateTime,
    ) -> Acknowledgement {
        let claim = &record.claim;
        let facts: Facts = serde_json::from_str(&claim.facts).unwrap_or_default();
        let assessment: Assessment = serde_json::from_str(&claim.assessment).unwrap_or_default();
        let flagged = |flag: &str| assessment.flags.iter().any(|set| set == flag);
        let basis = assessment
            .benefits
            .iter()
            .flat_map(|benefit| &benefit.steps)
            .find(|step| step.op == "base")
            .map(|step| step.out);
        let documents = |present: bool| {
            let wanted = claim.documents.iter().filter(move |document| document.present == present);
            wanted.filter(|document| present || document.required).map(|document| document.title.clone()).collect()
        };
        Acknowledgement {
            office: office.name.clone(),
            phone: office.phone.clone(),
            number: Some(record.number),
            state: claim.state,
            submitted: to_shanghai(record.submitted_at),
            name: cut(&record.member_name, LONGEST),
            // Masking what is masked changes nothing; a whole number never gets through.
            id_masked: mask::id_number(&record.member_id_masked),
            unit: cut(&record.unit, LONGEST),
            kind: claim.kind,
            hospital: cut(&record.hospital_name, LONGEST),
            stay: claim.admission.zip(claim.discharge),
            days: assessment.days,
            settlement: claim.settlement,
            visits: facts.visits,
            bill: cut(format!("{} {}", claim.bill.code, claim.bill.number).trim(), LONGEST),
            medical_total: facts.total,
            basis,
            policy: policy_title.to_owned(),
            explanation,
            total: claim.total,
            covered: !flagged("not_covered"),
            illustrative: flagged("illustrative"),
            received: documents(true),
            missing: documents(false),
            window: claim.window,
            clerk: record.clerk.clone(),
            copy: (copy > 0).then(|| CopyMark { number: copy, operator: operator.to_owned(), at: now }),
            code: None,
        }
    }

    /// The form, with or without the explanation of the amount.
    pub fn sheet(&self, explain: bool, strings: &Strings) -> Sheet {
        let mut blocks = self.head(strings);
        blocks.push(Block::Rule);
        blocks.extend(self.claim(strings));
        if explain && !self.explanation.is_empty() {
            blocks.push(Block::Rule);
            blocks.push(Block::Field(strings.get("slip-policy"), self.policy.clone()));
            blocks.extend(self.explanation.iter().map(explained));
        }
        let mut end = self.amount(strings);
        end.push(Block::Rule);
        end.extend(self.foot(strings));
        blocks.push(with_code(end, self.code.as_deref()));
        Sheet::new(blocks)
    }

    fn head(&self, strings: &Strings) -> Vec<Block> {
        let mut blocks = vec![Block::Headings(strings.get("association"), self.office.clone())];
        match self.state {
            ClaimState::Submitted => {}
            ClaimState::Returned => blocks.push(Block::Title(strings.get("slip-p1-incomplete"))),
            ClaimState::Withdrawn => blocks.push(Block::Title(strings.get("slip-p1-withdrawn"))),
        }
        if self.number.is_none() {
            blocks.push(Block::Title(strings.get("slip-p1-preview")));
        }
        blocks.push(Block::Title(strings.get("slip-p1-title")));
        blocks.extend(self.copy.as_ref().map(|copy| copy.block(strings)));
        let number = self.number.map(|number| Block::pair(strings.get("slip-number"), number.to_string()));
        let time = Block::pair(strings.get("slip-time"), moment(self.submitted, strings));
        blocks.push(Block::Fields(number.into_iter().chain([time]).collect()));
        blocks
    }

    fn claim(&self, strings: &Strings) -> Vec<Block> {
        let mut pairs = vec![
            Block::pair(strings.get("slip-name"), self.name.clone()),
            Block::pair(strings.get("slip-id"), self.id_masked.clone()),
            Block::pair(strings.get("slip-unit"), self.unit.clone()),
            Block::pair(strings.get("slip-hospital"), self.hospital.clone()),
            Block::pair(strings.get("slip-kind"), kind(self.kind, strings)),
            Block::pair(strings.get("slip-bill"), self.bill.clone()),
        ];
        if let Some((from, to)) = self.stay {
            let (from, to) = (day(from, strings), day(to, strings));
            let dates = match self.days {
                Some(days) => strings.with("slip-stay-days", &[("from", &from), ("to", &to), ("days", &days)]),
                None => strings.with("slip-stay", &[("from", &from), ("to", &to)]),
            };
            pairs.push(Block::pair(strings.get("slip-dates"), dates));
        } else {
            if let Some(settlement) = self.settlement {
                pairs.push(Block::pair(strings.get("slip-settlement"), day(settlement, strings)));
            }
            if let Some(visits) = self.visits {
                pairs.push(Block::pair(strings.get("slip-visits"), visits.to_string()));
            }
        }
        let amounts = [
            self.medical_total.map(|total| Block::pair(strings.get("slip-medical-total"), yuan(total))),
            self.basis.map(|basis| Block::pair(strings.get("slip-basis"), yuan(basis))),
        ];
        vec![Block::Fields(pairs), Block::Fields(amounts.into_iter().flatten().collect())]
    }

    fn amount(&self, strings: &Strings) -> Vec<Block> {
        let mut blocks = vec![Block::Figure {
            indent: 0,
            text: strings.get("slip-estimate"),
            figure: yuan(self.total),
            strong: true,
        }];
        if let Some(words) = renminbi(self.total, strings) {
            blocks.push(Block::Field(strings.get("slip-words"), words));
        }
        if !self.covered {
            blocks.push(Block::Strong(strings.get("slip-not-covered")));
        }
        let subject = strings.get("slip-subject-to-review");
        blocks.push(if self.illustrative {
            Block::Sides(subject, strings.get("slip-illustrative"))
        } else {
            Block::Text(subject)
        });
        blocks
    }

    fn foot(&self, strings: &Strings) -> Vec<Block> {
        let list = |titles: &[String]| titles.join(&strings.get("slip-and"));
        let mut blocks = Vec::new();
        if !self.received.is_empty() {
            blocks.push(Block::Field(strings.get("slip-received"), list(&self.received)));
        }
        if !self.missing.is_empty() {
            blocks.push(Block::Field(strings.get("slip-missing"), list(&self.missing)));
        }
        let ask = if self.phone.is_empty() {
            strings.get("slip-ask-window")
        } else {
            strings.with("slip-ask-phone", &[("phone", &self.phone)])
        };
        let here = strings.with("slip-window-clerk", &[("window", &self.window), ("clerk", &self.clerk)]);
        blocks.push(Block::Fields(vec![
            Block::pair(strings.get("slip-ask"), ask),
            Block::pair(strings.get("slip-window"), here),
        ]));
        blocks
    }
}

impl super::Form for Acknowledgement {
    fn id(&self) -> FormId {
        FormId::P1
    }

    fn number(&self) -> Option<String> {
        self.number.map(|number| number.to_string())
    }

    fn claim(&self) -> Option<ClaimNumber> {
        self.number
    }

    fn copy(&self) -> Option<&CopyMark> {
        self.copy.as_ref()
    }

    fn sheet(&self, paper: Paper, strings: &Strings) -> Sheet {
        self.sheet(paper.explains(), strings)
    }
}
