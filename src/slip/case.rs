//! What the forms about one claim have in common: the head, whose claim it is, when it was treated, who is asked, the seal.
//!
//! To add a part: a function that gives blocks, and its words in both message files under "Slips".

use std::fmt::Display;

use chrono::NaiveDate;
use serde::Deserialize;

use super::layout::{Block, Side};
use super::parts::{CopyMark, day, kind};
use crate::domain::claim::{Claim, ClaimKind};
use crate::domain::date::to_shanghai;
use crate::domain::mask;
use crate::domain::number::ClaimNumber;
use crate::domain::text::{NAME_MAX, REMARK_MAX};
use crate::store::Office;
use crate::strings::Strings;
use crate::ui::text::cut;

/// What stands at the head of a form, and who gives it out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Head {
    /// The office's name.
    pub office: String,
    /// Its telephone, or empty.
    pub phone: String,
    /// The slip's number; none on a preview, which is headed so.
    pub number: Option<String>,
    /// The day on which what it says was done.
    pub date: NaiveDate,
    /// The window's number.
    pub window: u32,
    /// The clerk's number.
    pub clerk: String,
    /// The mark of a reprint; none on the original.
    pub copy: Option<CopyMark>,
    /// What its QR code says; none where there is nothing to check yet.
    pub code: Option<String>,
}

/// Whose claim it is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Case {
    /// The claim's number.
    pub claim: ClaimNumber,
    /// The member's name.
    pub name: String,
    /// The member's ID number. It is masked once more on paper, so that a whole one never gets there.
    pub id: String,
    /// The unit's name.
    pub unit: String,
    /// The kind.
    pub kind: ClaimKind,
}

/// When the member was treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Treatment {
    /// 住院
    Stay {
        /// 入院
        from: NaiveDate,
        /// 出院
        to: NaiveDate,
        /// As the policy counts them.
        days: u32,
    },
    /// 门诊
    Outpatient {
        /// 结算
        settlement: NaiveDate,
        /// How often.
        visits: u32,
    },
}

/// A name or another short text of a record, at most sixty hanzi: longer ones are damage, and would fill metres of paper.
pub fn short(text: &str) -> String {
    at_most(text, 2 * NAME_MAX)
}

/// A reason or an opinion, at most two hundred hanzi.
pub fn long(text: &str) -> String {
    at_most(text, 2 * REMARK_MAX)
}

/// Cut to columns; of marks that take none there are four a column at most.
fn at_most(text: &str, columns: usize) -> String {
    let head: String = text.chars().take(4 * columns).collect();
    cut(&head, columns)
}

impl Head {
    /// Of a recorded claim, as its own window gives it out. Number, copy mark and code come with the print.
    pub fn of(record: &Claim, office: &Office, date: NaiveDate) -> Head {
        Head {
            office: office.name.clone(),
            phone: office.phone.clone(),
            number: None,
            date,
            window: record.claim.window,
            clerk: record.clerk.clone(),
            copy: None,
            code: None,
        }
    }

    /// Association and office, title, copy mark, number and day.
    pub fn blocks(&self, title: String, strings: &Strings) -> Vec<Block> {
        let mut blocks = vec![Block::Headings(strings.get("association"), short(&self.office))];
        if self.number.is_none() {
            blocks.push(Block::Title(strings.get("slip-form-preview")));
        }
        blocks.push(Block::Title(title));
        let copy = self.copy.as_ref().map(|copy| CopyMark { operator: short(&copy.operator), ..copy.clone() });
        blocks.extend(copy.map(|copy| copy.block(strings)));
        let number = self.number.as_ref().map(|number| Block::pair(strings.get("slip-form-number"), short(number)));
        let date = Block::pair(strings.get("slip-form-date"), day(self.date, strings));
        blocks.push(Block::Fields(number.into_iter().chain([date]).collect()));
        blocks
    }

    /// How to ask, and the window.
    pub fn ask(&self, strings: &Strings) -> Block {
        let ask = if self.phone.is_empty() {
            strings.get("slip-ask-window")
        } else {
            strings.with("slip-ask-phone", &[("phone", &short(&self.phone))])
        };
        Block::Fields(vec![Block::pair(strings.get("slip-ask"), ask), self.window(strings)])
    }

    /// The window and its clerk.
    pub fn window(&self, strings: &Strings) -> (String, String) {
        let args: &[(&str, &dyn Display)] = &[("window", &self.window), ("clerk", &short(&self.clerk))];
        Block::pair(strings.get("slip-window"), strings.with("slip-window-clerk", args))
    }

    /// Blocks with the place of a seal on their right: whose it is, which (`word`), the day.
    pub fn sealed(&self, blocks: Vec<Block>, word: String, strings: &Strings) -> Block {
        let words = vec![at_most(&self.office, NAME_MAX), word, day(self.date, strings)];
        Block::Beside(blocks, Side::Seal(words))
    }
}

impl Case {
    /// Of a recorded claim.
    pub fn of(record: &Claim) -> Case {
        Case {
            claim: record.number,
            name: record.member_name.clone(),
            id: record.member_id_masked.clone(),
            unit: record.unit.clone(),
            kind: record.claim.kind,
        }
    }

    /// Claim number and kind, name, masked ID, unit.
    pub fn pairs(&self, strings: &Strings) -> Vec<(String, String)> {
        vec![
            Block::pair(strings.get("slip-number"), self.claim.to_string()),
            Block::pair(strings.get("slip-kind"), kind(self.kind, strings)),
            self.name(strings),
            self.id(strings),
            self.unit(strings),
        ]
    }

    /// The name.
    pub fn name(&self, strings: &Strings) -> (String, String) {
        Block::pair(strings.get("slip-name"), short(&self.name))
    }

    /// The ID number, masked.
    pub fn id(&self, strings: &Strings) -> (String, String) {
        Block::pair(strings.get("slip-id"), short(&mask::id_number(&self.id)))
    }

    /// The unit.
    pub fn unit(&self, strings: &Strings) -> (String, String) {
        Block::pair(strings.get("slip-unit"), short(&self.unit))
    }
}

impl Treatment {
    /// Of a recorded claim, with the days that its assessment counted. None where it has neither a stay nor a settlement.
    pub fn of(record: &Claim, days: u32, visits: u32) -> Option<Treatment> {
        let claim = &record.claim;
        let stay = claim.admission.zip(claim.discharge).map(|(from, to)| Treatment::Stay { from, to, days });
        stay.or(claim.settlement.map(|settlement| Treatment::Outpatient { settlement, visits }))
    }

    /// First and last day and their number; or the day of the settlement and the number of treatments.
    pub fn pairs(self, strings: &Strings) -> Vec<(String, String)> {
        match self {
            Treatment::Stay { from, to, days } => {
                let (from, to) = (day(from, strings), day(to, strings));
                let stay = strings.with("slip-stay-days", &[("from", &from), ("to", &to), ("days", &days)]);
                vec![Block::pair(strings.get("slip-dates"), stay)]
            }
            Treatment::Outpatient { settlement, visits } => vec![
                Block::pair(strings.get("slip-settlement"), day(settlement, strings)),
                Block::pair(strings.get("slip-visits"), visits.to_string()),
            ],
        }
    }
}

/// The day on which a recorded claim was submitted, in Asia/Shanghai.
pub fn submitted(record: &Claim) -> NaiveDate {
    to_shanghai(record.submitted_at).date()
}
