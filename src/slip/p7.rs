//! P7 窗口日结单: what a window took on a day, claim by claim, and the root of the ledger, signed by the clerk and a second
//! person: so every evening puts the ledger's state on paper, outside of the machines (trust, layer 3). All counts and sums
//! are made from the claims. Pure.

use chrono::NaiveDate;
use serde::Deserialize;

use super::case::{Head, short};
use super::layout::{Block, Column, Sheet, Table};
use super::office::{Digest, cases, head, sum, table_or_none};
use super::paper::Paper;
use super::parts::{day, kind, renminbi, with_code, yuan};
use crate::domain::claim::{ClaimKind, ClaimState};
use crate::domain::form::FormId;
use crate::domain::money::Money;
use crate::domain::number::ClaimNumber;
use crate::strings::Strings;

/// The states of claims on the sheet, in its order.
const STATES: [ClaimState; 3] = [ClaimState::Submitted, ClaimState::Returned, ClaimState::Withdrawn];

/// Everything that P7 shows.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayClose {
    /// What stands at the top; window and clerk are those of the day.
    pub head: Head,
    /// The day.
    pub day: NaiveDate,
    /// The claims that the window took on it.
    pub claims: Vec<DayClaim>,
    /// Slips that were printed for the first time.
    pub prints: u32,
    /// Slips that were printed again.
    pub reprints: u32,
    /// The ledger when the day was closed.
    pub ledger: Ledger,
}

/// A claim of the day.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayClaim {
    /// Its number.
    pub number: ClaimNumber,
    /// The member's name.
    pub name: String,
    /// The kind.
    pub kind: ClaimKind,
    /// The state in the evening.
    pub state: ClaimState,
    /// The estimated amount.
    pub amount: Money,
}

/// The tree over all events of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    /// 账本根
    pub root: Digest,
    /// How many events it is over.
    pub size: u64,
}

impl DayClose {
    fn of(&self, state: ClaimState) -> impl Iterator<Item = &DayClaim> {
        self.claims.iter().filter(move |claim| claim.state == state)
    }

    /// Counts and sums by kind and state; what there was none of is left out.
    fn overview(&self, strings: &Strings) -> Table {
        let mut rows = Vec::new();
        for state in STATES {
            for of_kind in KINDS {
                let amounts: Vec<Money> =
                    self.of(state).filter(|claim| claim.kind == of_kind).map(|claim| claim.amount).collect();
                if !amounts.is_empty() {
                    let count = amounts.len().to_string();
                    rows.push(vec![kind(of_kind, strings), word(state, strings), count, total(amounts)]);
                }
            }
        }
        let columns = vec![
            Column::words(strings.get("slip-kind")),
            Column::words(strings.get("slip-p7-state")),
            Column::figures(strings.get("slip-office-count")),
            Column::figures(strings.get("slip-office-amount")),
        ];
        Table { columns, rows }
    }

    /// The claims in a state, one by one, under how many they are.
    fn list(&self, state: ClaimState, strings: &Strings) -> Vec<Block> {
        let claims: Vec<&DayClaim> = self.of(state).collect();
        if claims.is_empty() {
            return Vec::new();
        }
        let row = |claim: &&DayClaim| {
            vec![claim.number.to_string(), short(&claim.name), kind(claim.kind, strings), yuan(claim.amount)]
        };
        let columns = vec![
            Column::whole(strings.get("slip-number")),
            Column::words(strings.get("slip-name")),
            Column::words(strings.get("slip-kind")),
            Column::figures(strings.get("slip-office-amount")),
        ];
        let text = format!("{} {}", word(state, strings), cases(claims.len(), strings));
        vec![Block::Blank, Block::Strong(text), Block::Table(Table { columns, rows: claims.iter().map(row).collect() })]
    }

    fn totals(&self, strings: &Strings) -> Vec<Block> {
        let mut blocks: Vec<Block> = STATES
            .into_iter()
            .map(|state| Block::Figure {
                indent: 0,
                text: format!("{} {}", word(state, strings), cases(self.of(state).count(), strings)),
                figure: total(self.of(state).map(|claim| claim.amount)),
                strong: state == ClaimState::Submitted,
            })
            .collect();
        let accepted = sum(self.of(ClaimState::Submitted).map(|claim| claim.amount));
        let words = accepted.and_then(|amount| renminbi(amount, strings));
        blocks.extend(words.map(|words| Block::Field(strings.get("slip-p7-words"), words)));
        blocks
    }

    fn numbers(&self, strings: &Strings) -> Vec<(String, String)> {
        let numbers = || self.claims.iter().map(|claim| claim.number);
        let pair = |key: String, number: ClaimNumber| Block::pair(key, number.to_string());
        let mut pairs = Vec::new();
        pairs.extend(numbers().min().map(|number| pair(strings.get("slip-p7-first"), number)));
        pairs.extend(numbers().max().map(|number| pair(strings.get("slip-p7-last"), number)));
        pairs.push(Block::pair(strings.get("slip-p7-prints"), self.prints.to_string()));
        pairs.push(Block::pair(strings.get("slip-p7-reprints"), self.reprints.to_string()));
        pairs
    }
}

/// The kinds in the sheet's order.
const KINDS: [ClaimKind; 4] =
    [ClaimKind::Inpatient, ClaimKind::Radiotherapy, ClaimKind::Chemotherapy, ClaimKind::Haemodialysis];

fn word(state: ClaimState, strings: &Strings) -> String {
    match state {
        ClaimState::Submitted => strings.get("slip-p7-accepted"),
        ClaimState::Returned => strings.get("slip-p7-returned"),
        ClaimState::Withdrawn => strings.get("slip-p7-withdrawn"),
    }
}

/// The sum as it is printed; nothing where amounts are damaged beyond any sum.
fn total(amounts: impl IntoIterator<Item = Money>) -> String {
    sum(amounts).map(yuan).unwrap_or_default()
}

impl super::Form for DayClose {
    fn id(&self) -> FormId {
        FormId::P7
    }

    fn head(&self) -> Option<&Head> {
        Some(&self.head)
    }

    fn sheet(&self, _: Paper, strings: &Strings) -> Sheet {
        let mut blocks = head(&self.head, strings.get("slip-p7-title"), strings);
        blocks.push(Block::Field(strings.get("slip-p7-day"), day(self.day, strings)));
        blocks.extend([Block::Rule, table_or_none(self.overview(strings), strings), Block::Rule]);
        blocks.extend(self.totals(strings));
        blocks.extend([Block::Rule, Block::Fields(self.numbers(strings))]);
        blocks.extend(STATES.into_iter().flat_map(|state| self.list(state, strings)));
        let end = vec![
            Block::Rule,
            Block::Field(strings.get("slip-p7-root"), self.ledger.root.groups(64)),
            Block::Field(strings.get("slip-p7-size"), self.ledger.size.to_string()),
            Block::Text(strings.get("slip-p7-root-note")),
            Block::Signatures(vec![strings.get("slip-p7-clerk"), strings.get("slip-p7-checker")]),
        ];
        blocks.push(with_code(end, self.head.code.as_deref()));
        let copies = vec![strings.get("slip-p7-copy-window"), strings.get("slip-p7-copy-office")];
        Sheet { copies, ..Sheet::new(blocks) }
    }
}
