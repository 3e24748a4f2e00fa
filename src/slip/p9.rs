//! P9 拨付汇总表及明细: a batch of payments as it goes to the bank, for the books (domain 4.2): the summary with the hash of
//! the payment file, sums by bank and by league, then every payment, signed by four people and sealed. Counts and sums are
//! made from the payments, which come with masked ID numbers and the end of the card only. Pure.

use chrono::NaiveDate;
use serde::Deserialize;

use super::case::{Head, short};
use super::layout::{Block, Column, Sheet, Side, Table};
use super::office::{Digest, cases, head, sum};
use super::paper::Paper;
use super::parts::{day, renminbi, with_code, yuan};
use crate::domain::form::FormId;
use crate::domain::mask;
use crate::domain::money::Money;
use crate::domain::number::ClaimNumber;
use crate::strings::Strings;

/// Columns from which on a payment stands on one line; from the second on, on two; beneath, its values are listed.
const ONE_LINE: usize = 100;
const TWO_LINES: usize = 80;
/// Digits of the file's hash that are printed.
const DIGITS: usize = 16;

/// Everything that P9 shows, before it is known that it can be paid.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// What stands at the top.
    pub head: Head,
    /// The batch's number.
    pub batch: String,
    /// The day of the payment.
    pub day: NaiveDate,
    /// The hash of the payment file.
    pub file_sha256: Digest,
    /// The payments in the file's order.
    pub payments: Vec<Payment>,
}

/// A payment.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    /// The claim's number.
    pub number: ClaimNumber,
    /// The payee's name.
    pub name: String,
    /// The payee's ID number, masked.
    pub id_masked: String,
    /// The league in which the claim was made.
    pub league: String,
    /// The bank's name.
    pub bank: String,
    /// The card's last 4 digits.
    pub card_last4: String,
    /// The amount.
    pub amount: Money,
}

/// Why a batch has no sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// It has no payments.
    #[error("a batch without payments")]
    Empty,
    /// A payment (its place, from 0) is not above zero.
    #[error("payment {0} is not above zero")]
    Amount(usize),
    /// All payments are more than can be recorded.
    #[error("the total is too large")]
    TooLarge,
}

/// A batch that can be paid: the form P9.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Batch")]
pub struct BatchSheet {
    batch: Batch,
    total: Money,
}

impl TryFrom<Batch> for BatchSheet {
    type Error = BatchError;

    fn try_from(batch: Batch) -> Result<BatchSheet, BatchError> {
        if batch.payments.is_empty() {
            return Err(BatchError::Empty);
        }
        if let Some(at) = batch.payments.iter().position(|payment| payment.amount <= Money::ZERO) {
            return Err(BatchError::Amount(at));
        }
        let total = sum(batch.payments.iter().map(|payment| payment.amount)).ok_or(BatchError::TooLarge)?;
        Ok(BatchSheet { batch, total })
    }
}

impl BatchSheet {
    /// What it shows.
    pub fn batch(&self) -> &Batch {
        &self.batch
    }

    /// The sum of all payments.
    pub fn total(&self) -> Money {
        self.total
    }

    /// How many and how much by what `of` says of a payment, in the order in which they come.
    fn by(&self, of: impl Fn(&Payment) -> &str, head: String, strings: &Strings) -> Block {
        let mut groups: Vec<(&str, usize, Money)> = Vec::new();
        for payment in &self.batch.payments {
            let name = of(payment);
            match groups.iter_mut().find(|group| group.0 == name) {
                Some((_, count, amount)) => {
                    *count += 1;
                    *amount += payment.amount;
                }
                None => groups.push((name, 1, payment.amount)),
            }
        }
        let row = |(name, count, amount): (&str, usize, Money)| vec![short(name), count.to_string(), yuan(amount)];
        let columns = vec![
            Column::words(head),
            Column::figures(strings.get("slip-office-count")),
            Column::figures(strings.get("slip-office-amount")),
        ];
        Block::Table(Table { columns, rows: groups.into_iter().map(row).collect() })
    }

    fn summary(&self, strings: &Strings) -> Vec<Block> {
        let text = strings.get("slip-p9-total");
        let mut blocks = vec![
            Block::Fields(vec![
                Block::pair(strings.get("slip-p9-batch"), short(&self.batch.batch)),
                Block::pair(strings.get("slip-p9-day"), day(self.batch.day, strings)),
                Block::pair(strings.get("slip-office-count"), self.batch.payments.len().to_string()),
                Block::pair(strings.get("slip-p9-file"), self.batch.file_sha256.groups(DIGITS)),
            ]),
            Block::Figure { indent: 0, text, figure: yuan(self.total), strong: true },
        ];
        blocks.extend(renminbi(self.total, strings).map(|words| Block::Field(strings.get("slip-words"), words)));
        blocks
    }

    /// The payments and, as the last row, all of them.
    fn details(&self, paper: Paper, strings: &Strings) -> Table {
        let figures = || Column::figures(strings.get("slip-office-amount"));
        let place = || Column::whole(strings.get("slip-p9-place"));
        let (number, name, id) = (strings.get("slip-number"), strings.get("slip-name"), strings.get("slip-id"));
        let (bank, card) = (strings.get("slip-p9-bank"), strings.get("slip-p9-card"));
        let payments = self.batch.payments.iter().enumerate();
        let cells = |(at, payment): (usize, &Payment)| {
            let id = short(&mask::id_number(&payment.id_masked));
            let card = short(&mask::last(&payment.card_last4, 4));
            let (name, bank) = (short(&payment.name), short(&payment.bank));
            [(at + 1).to_string(), payment.number.to_string(), name, id, bank, card, yuan(payment.amount)]
        };
        let count = cases(self.batch.payments.len(), strings);
        let end = [strings.get("slip-office-total"), count, yuan(self.total)];
        if (TWO_LINES..ONE_LINE).contains(&paper.columns()) {
            let columns = vec![
                place(),
                Column::words(format!("{number} {id}")),
                Column::words(format!("{name} {bank} {card}")),
                figures(),
            ];
            let row = |[place, number, name, id, bank, card, amount]: [String; 7]| {
                vec![place, format!("{number} {id}"), format!("{name} {bank} {card}"), amount]
            };
            let [total, count, amount] = end;
            let last = vec![total, count, String::new(), amount];
            return Table { columns, rows: payments.map(cells).map(row).chain([last]).collect() };
        }
        let columns = vec![
            place(),
            Column::whole(number),
            Column::words(name),
            Column::whole(id),
            Column::words(bank),
            Column::words(card),
            figures(),
        ];
        let [total, count, amount] = end;
        let empty = String::new;
        let last = vec![total, count, empty(), empty(), empty(), empty(), amount];
        Table { columns, rows: payments.map(cells).map(Vec::from).chain([last]).collect() }
    }
}

impl super::Form for BatchSheet {
    fn id(&self) -> FormId {
        FormId::P9
    }

    fn head(&self) -> Option<&Head> {
        Some(&self.batch.head)
    }

    fn sheet(&self, paper: Paper, strings: &Strings) -> Sheet {
        let batch = &self.batch;
        let mut blocks = head(&batch.head, strings.get("slip-p9-title"), strings);
        blocks.push(Block::Rule);
        blocks.push(with_code(self.summary(strings), batch.head.code.as_deref()));
        blocks.push(Block::Blank);
        blocks.push(self.by(|payment| &payment.bank, strings.get("slip-p9-bank"), strings));
        blocks.push(Block::Blank);
        blocks.push(self.by(|payment| &payment.league, strings.get("slip-p9-league"), strings));
        blocks.extend([Block::Rule, Block::Strong(strings.get("slip-p9-details"))]);
        blocks.extend([Block::Table(self.details(paper, strings)), Block::Rule]);
        let signatures = Block::Signatures(vec![
            strings.get("slip-p9-maker"),
            strings.get("slip-p9-checker"),
            strings.get("slip-p9-cashier"),
            strings.get("slip-p9-approver"),
        ]);
        let seal = vec![short(&batch.head.office), strings.get("slip-p9-seal"), day(batch.day, strings)];
        blocks.push(Block::Beside(vec![signatures], Side::Seal(seal)));
        let copies = vec![strings.get("slip-p9-copy-books"), strings.get("slip-p9-copy-file")];
        Sheet { copies, ..Sheet::new(blocks) }
    }
}
