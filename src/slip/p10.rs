//! P10 追回通知, 退款凭证: what was paid and is to come back, why, how and until when; or that it came back. The amount
//! is positive and stands under the form's own title: negative amounts have no words (domain 4.1). Pure.

use chrono::NaiveDate;
use serde::Deserialize;

use super::Form;
use super::case::{Case, Head, long, short};
use super::layout::{Block, Sheet};
use super::paper::Paper;
use super::parts::{day, renminbi, with_code, yuan};
use crate::domain::form::FormId;
use crate::domain::money::Money;
use crate::strings::Strings;

/// Everything that P10 shows.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct P10 {
    /// The office, number and day.
    pub head: Head,
    /// Whose claim.
    pub case: Case,
    /// What it is about.
    pub stage: Stage,
    /// The number of the voucher (P4) that paid.
    pub voucher: String,
    /// What it paid.
    pub paid: Money,
    /// What comes back.
    pub amount: Returned,
    /// Why.
    pub reason: String,
}

/// How far the recovery is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 追回通知
    Notice {
        /// How to pay it back: the window, or the association's account.
        how: String,
        /// The last day.
        by: NaiveDate,
    },
    /// 退款凭证
    Receipt {
        /// When it was received.
        on: NaiveDate,
        /// How it came: in cash, or the bank's reference.
        how: String,
    },
}

/// An amount above 0.00 that is paid back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Money")]
pub struct Returned(Money);

/// Nothing is paid back with an amount of 0.00 or below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not above 0.00")]
pub struct NotReturned;

impl TryFrom<Money> for Returned {
    type Error = NotReturned;

    fn try_from(amount: Money) -> Result<Returned, NotReturned> {
        if amount > Money::ZERO { Ok(Returned(amount)) } else { Err(NotReturned) }
    }
}

impl P10 {
    fn is_notice(&self) -> bool {
        matches!(self.stage, Stage::Notice { .. })
    }

    fn title(&self, strings: &Strings) -> String {
        if self.is_notice() { strings.get("slip-p10-notice") } else { strings.get("slip-p10-receipt") }
    }

    /// What is to be paid back or came back, and why.
    fn amount(&self, strings: &Strings) -> Vec<Block> {
        let (text, key) = match &self.stage {
            Stage::Notice { .. } => (strings.get("slip-p10-notice-text"), strings.get("slip-p10-due")),
            Stage::Receipt { .. } => (strings.get("slip-p10-receipt-text"), strings.get("slip-p10-received")),
        };
        let Returned(amount) = self.amount;
        let mut blocks = vec![
            Block::Text(text),
            Block::Fields(vec![
                Block::pair(strings.get("slip-p10-voucher"), short(&self.voucher)),
                Block::pair(strings.get("slip-p10-paid"), yuan(self.paid)),
            ]),
            Block::Field(strings.get("slip-p10-reason"), long(&self.reason)),
            Block::Figure { indent: 0, text: key, figure: yuan(amount), strong: true },
        ];
        blocks.extend(renminbi(amount, strings).map(|words| Block::Field(strings.get("slip-words"), words)));
        blocks
    }

    fn foot(&self, strings: &Strings) -> Vec<Block> {
        let mut blocks = match &self.stage {
            Stage::Notice { how, by } => vec![
                Block::Field(strings.get("slip-p10-by"), day(*by, strings)),
                Block::Field(strings.get("slip-p10-how"), long(how)),
            ],
            Stage::Receipt { on, how } => vec![
                Block::Field(strings.get("slip-p10-on"), day(*on, strings)),
                Block::Field(strings.get("slip-p10-way"), long(how)),
                Block::Text(strings.get("slip-not-fiscal")),
            ],
        };
        let words = match self.is_notice() {
            true => ["slip-sign-clerk", "slip-sign-approver", "slip-sign-recipient"],
            false => ["slip-sign-clerk", "slip-sign-checker", "slip-sign-returner"],
        };
        blocks.push(self.head.ask(strings));
        blocks.push(Block::Signatures(words.map(|key| strings.get(key)).to_vec()));
        blocks
    }
}

impl Form for P10 {
    fn id(&self) -> FormId {
        FormId::P10
    }

    fn head(&self) -> Option<&Head> {
        Some(&self.head)
    }

    fn sheet(&self, _: Paper, strings: &Strings) -> Sheet {
        let mut top = self.head.blocks(self.title(strings), strings);
        top.push(Block::Fields(self.case.pairs(strings)));
        let seal = if self.is_notice() { strings.get("slip-seal") } else { strings.get("slip-seal-finance") };
        let mut blocks = vec![with_code(top, self.head.code.as_deref()), Block::Rule];
        blocks.extend(self.amount(strings));
        blocks.push(Block::Rule);
        blocks.push(self.head.sealed(self.foot(strings), seal, strings));
        let copies = ["slip-copy-stub", "slip-p10-returner", "slip-p10-ledger"].map(|key| strings.get(key));
        Sheet { copies: copies.to_vec(), ..Sheet::new(blocks) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_amount_above_nothing_is_paid_back() {
        assert_eq!(Returned::try_from(Money::from_fen(1)), Ok(Returned(Money::from_fen(1))));
        for fen in [0, -1] {
            assert_eq!(Returned::try_from(Money::from_fen(fen)), Err(NotReturned));
        }
    }
}
