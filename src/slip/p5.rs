//! P5 不予补助告知书: why nothing is paid, by which clause, who decided, and how to have it reviewed once more. One for the
//! applicant, one that is kept. Pure.

use chrono::NaiveDate;
use serde::Deserialize;

use super::Form;
use super::case::{Case, Head, long, short};
use super::layout::{Block, Sheet};
use super::paper::Paper;
use super::parts::{day, with_code};
use crate::domain::form::FormId;
use crate::domain::number::ClaimNumber;
use crate::strings::Strings;

/// Everything that P5 shows.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct P5 {
    /// The office, number and day.
    pub head: Head,
    /// Whose claim.
    pub case: Case,
    /// When it was submitted.
    pub submitted: NaiveDate,
    /// The code of the policy's exclusion.
    pub reason_code: String,
    /// The reason in words.
    pub reason: String,
    /// The policy's title.
    pub policy: String,
    /// The clause of it.
    pub clause: String,
    /// Who reviewed first: name or number.
    pub reviewer: String,
    /// The second person, without whom nothing is rejected (domain 6.3).
    pub second: String,
    /// Days in which a review may be asked for. The scheme has published none: not printed where nothing is set.
    pub days: Option<u32>,
}

impl Form for P5 {
    fn id(&self) -> FormId {
        FormId::P5
    }

    fn head(&self) -> Option<&Head> {
        Some(&self.head)
    }

    fn claim(&self) -> Option<ClaimNumber> {
        Some(self.case.claim)
    }

    fn sheet(&self, _: Paper, strings: &Strings) -> Sheet {
        let mut top = self.head.blocks(strings.get("slip-p5-title"), strings);
        top.push(Block::Fields(self.case.pairs(strings)));
        let decision = strings.with("slip-p5-text", &[("date", &day(self.submitted, strings))]);
        let reason = format!("{} ({})", long(&self.reason), short(&self.reason_code));
        let clause = format!("{} {}", short(&self.policy), short(&self.clause));
        let again = match self.days {
            Some(days) => strings.with("slip-p5-again-days", &[("days", &days)]),
            None => strings.get("slip-p5-again"),
        };
        let deciders = vec![
            Block::pair(strings.get("slip-p5-reviewer"), short(&self.reviewer)),
            Block::pair(strings.get("slip-p5-second"), short(&self.second)),
        ];
        let signatures = [strings.get("slip-sign-recipient"), strings.get("slip-sign-date")];
        let end = vec![
            Block::Fields(deciders),
            Block::Text(again),
            self.head.ask(strings),
            Block::Signatures(signatures.to_vec()),
        ];
        Sheet {
            copies: vec![strings.get("slip-copy-applicant"), strings.get("slip-copy-stub")],
            ..Sheet::new(vec![
                with_code(top, self.head.code.as_deref()),
                Block::Rule,
                Block::Strong(decision),
                Block::Field(strings.get("slip-p5-reason"), reason),
                Block::Field(strings.get("slip-policy"), clause),
                Block::Rule,
                self.head.sealed(end, strings.get("slip-seal"), strings),
            ])
        }
    }
}
