//! P2 材料补正通知书: what is missing from a claim or to be mended, what is wanted, until when. One for the applicant, one
//! that is kept. Pure.

use serde::Deserialize;

use super::Form;
use super::case::{Case, Head, long, short, submitted};
use super::layout::{Block, Column, Sheet, Table};
use super::paper::Paper;
use super::parts::with_code;
use crate::domain::claim::Claim;
use crate::domain::form::FormId;
use crate::domain::number::ClaimNumber;
use crate::store::Office;
use crate::strings::Strings;

/// Everything that P2 shows.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct P2 {
    /// The office, number and day.
    pub head: Head,
    /// Whose claim.
    pub case: Case,
    /// What is wanted, one entry a document.
    pub wanted: Vec<Wanted>,
    /// Days in which to bring it. The scheme has published none: it is not printed where nothing is set.
    pub days: Option<u32>,
}

/// A document that is missing or to be mended.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Wanted {
    /// Its title.
    pub title: String,
    /// What is wrong with it and what is wanted; none where it is simply not there.
    pub what: Option<String>,
}

impl P2 {
    /// The notice for a recorded claim: the required documents that were not there. None where all were. Number, copy
    /// mark and code come with the print (`head`).
    pub fn from_claim(record: &Claim, office: &Office, days: Option<u32>) -> Option<P2> {
        let missing = record.claim.documents.iter().filter(|document| document.required && !document.present);
        let wanted: Vec<Wanted> =
            missing.map(|document| Wanted { title: document.title.clone(), what: None }).collect();
        let head = Head::of(record, office, submitted(record));
        (!wanted.is_empty()).then(|| P2 { head, case: Case::of(record), wanted, days })
    }

    fn table(&self, strings: &Strings) -> Table {
        let row = |(at, wanted): (usize, &Wanted)| {
            let what = wanted.what.as_ref().map(|what| long(what));
            let what = what.unwrap_or_else(|| strings.get("slip-p2-absent"));
            vec![(at + 1).to_string(), short(&wanted.title), what]
        };
        Table {
            columns: vec![
                Column::words(strings.get("slip-p2-row")),
                Column::words(strings.get("slip-p2-document")),
                Column::words(strings.get("slip-p2-what")),
            ],
            rows: self.wanted.iter().enumerate().map(row).collect(),
        }
    }
}

impl Form for P2 {
    fn id(&self) -> FormId {
        FormId::P2
    }

    fn head(&self) -> Option<&Head> {
        Some(&self.head)
    }

    fn claim(&self) -> Option<ClaimNumber> {
        Some(self.case.claim)
    }

    fn sheet(&self, _: Paper, strings: &Strings) -> Sheet {
        let mut top = self.head.blocks(strings.get("slip-p2-title"), strings);
        top.push(Block::Fields(self.case.pairs(strings)));
        let deadline = match self.days {
            Some(days) => strings.with("slip-p2-days", &[("days", &days)]),
            None => strings.get("slip-p2-bring"),
        };
        let signatures = [strings.get("slip-sign-recipient"), strings.get("slip-sign-date")];
        let end = vec![Block::Text(deadline), self.head.ask(strings), Block::Signatures(signatures.to_vec())];
        Sheet {
            copies: vec![strings.get("slip-copy-applicant"), strings.get("slip-copy-stub")],
            ..Sheet::new(vec![
                with_code(top, self.head.code.as_deref()),
                Block::Rule,
                Block::Text(strings.get("slip-p2-text")),
                Block::Table(self.table(strings)),
                Block::Rule,
                self.head.sealed(end, strings.get("slip-seal"), strings),
            ])
        }
    }
}
