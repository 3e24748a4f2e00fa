//! What forms have in common: dates, amounts, the mark of a reprint, the code.
//!
//! To add a part: a function that gives text or blocks, and its words in both message files under "Slips".

use std::fmt::Display;

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};
use serde::Deserialize;

use super::layout::{Block, Side};
use crate::domain::claim::ClaimKind;
use crate::domain::money::Money;
use crate::domain::words::in_words;
use crate::strings::Strings;
use crate::strings::explain::{ExplainLine, LineKind};

/// 补打 第n次
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CopyMark {
    /// 1 for the first reprint.
    pub number: u32,
    /// Who printed it.
    pub operator: String,
    /// When, in Asia/Shanghai.
    pub at: NaiveDateTime,
}

impl CopyMark {
    /// The mark, in the middle of its line.
    pub fn block(&self, strings: &Strings) -> Block {
        let time = moment(self.at, strings);
        let args: &[(&str, &dyn Display)] = &[("n", &self.number), ("operator", &self.operator), ("time", &time)];
        Block::Centre(strings.with("slip-copy", args))
    }
}

/// Blocks with a code on their right where there is one; they stay together.
pub fn with_code(blocks: Vec<Block>, code: Option<&str>) -> Block {
    match code {
        Some(code) => Block::Beside(blocks, Side::Code(code.to_owned())),
        None => Block::Together(blocks),
    }
}

/// `人民币贰仟肆佰贰拾柒元柒角` (支付结算办法, annex 1); none where an amount has no words.
pub fn renminbi(amount: Money, strings: &Strings) -> Option<String> {
    Some(strings.with("slip-renminbi", &[("words", &in_words(amount)?)]))
}

/// A line of the explanation of an amount.
pub fn explained(line: &ExplainLine) -> Block {
    let mut text = line.text.clone();
    if !line.clause.is_empty() {
        text.push_str(&format!(" ({})", line.clause));
    }
    if line.illustrative {
        text.push('*');
    }
    let indent = match line.kind {
        LineKind::Title | LineKind::Total => 0,
        LineKind::Step | LineKind::Note => 2,
    };
    Block::Figure { indent, text, figure: line.figure.clone(), strong: line.kind == LineKind::Title }
}

/// The kind of a claim in words: never the diagnosis.
pub fn kind(kind: ClaimKind, strings: &Strings) -> String {
    match kind {
        ClaimKind::Inpatient => strings.get("kind-inpatient"),
        ClaimKind::Radiotherapy => strings.get("kind-radiotherapy"),
        ClaimKind::Chemotherapy => strings.get("kind-chemotherapy"),
        ClaimKind::Haemodialysis => strings.get("kind-haemodialysis"),
    }
}

/// `￥` stands directly before the figure.
pub fn yuan(amount: Money) -> String {
    format!("\u{ffe5}{}", amount.grouped())
}

/// `2021年03月20日`
pub fn day(date: NaiveDate, strings: &Strings) -> String {
    let (month, day) = (format!("{:02}", date.month()), format!("{:02}", date.day()));
    strings.with("slip-date", &[("year", &date.year()), ("month", &month), ("day", &day)])
}

/// A day with hours and minutes.
pub fn moment(at: NaiveDateTime, strings: &Strings) -> String {
    format!("{} {:02}:{:02}", day(at.date(), strings), at.hour(), at.minute())
}
