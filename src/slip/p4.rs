//! P4 互助补助金发放凭证: what was paid, how it was computed, to which account; signed on three copies (domain 4.2). Pure.
//!
//! It keeps to 20 lines of 80 columns: the code stands beside the head, the seal beside the amounts and the signatures.

use serde::Deserialize;

use super::Form;
use super::case::{Case, Head, Treatment, short};
use super::layout::{Block, Sheet};
use super::paper::Paper;
use super::parts::{renminbi, with_code, yuan};
use crate::domain::form::FormId;
use crate::domain::mask;
use crate::domain::money::Money;
use crate::domain::number::ClaimNumber;
use crate::policy::Assessment;
use crate::policy::assessment::StepResult;
use crate::strings::Strings;

/// Digits of the record's hash that are printed.
const CHECK: usize = 16;

/// Everything that P4 shows.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct P4 {
    /// The office, number and day.
    pub head: Head,
    /// Whose claim.
    pub case: Case,
    /// 期别
    pub period: String,
    /// The hospital's name.
    pub hospital: String,
    /// When the member was treated.
    pub treatment: Treatment,
    /// 医疗费总额
    pub medical_total: Money,
    /// 补助基数
    pub basis: Money,
    /// How the amount came about.
    pub computed: Computed,
    /// What is paid.
    pub total: Money,
    /// Whether the amount rests on figures that were never published.
    pub illustrative: bool,
    /// The bank's name.
    pub bank: String,
    /// The last 4 digits of the card; of more only the last 4 are printed.
    pub card: String,
    /// The hash of the record, in hexadecimal; its beginning is printed as 校验码.
    pub record_hash: String,
}

/// How an amount came about, in one line each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Computed {
    /// 各段明细
    pub slices: Vec<Slice>,
    /// 保底补差: what the floor added.
    pub floor: Money,
    /// 住院补贴, one a benefit that pays by the day; none for outpatient treatment.
    pub allowances: Vec<Allowance>,
    /// What else changed the amount, with its sign: limits, lump sums.
    pub others: Vec<Other>,
}

/// A part of the basis at one rate.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Slice {
    /// How much of the basis.
    pub of: Money,
    /// The rate, as a percentage: `40%`.
    pub rate: String,
    /// What it gives; a decimal that is not rounded, as the assessment says it.
    pub gives: String,
}

/// Days at a daily rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Allowance {
    /// Days that are paid for.
    pub days: u32,
    /// For each.
    pub daily: Money,
    /// What it gives.
    pub gives: Money,
}

/// Another step.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Other {
    /// What it is: a benefit's title.
    pub title: String,
    /// What it adds, or takes away where it is negative.
    pub amount: Money,
}

impl Computed {
    /// From a recorded assessment. The parts add up to its total, but for the rounding of each benefit.
    pub fn of(assessment: &Assessment) -> Computed {
        let mut computed = Computed::default();
        for benefit in &assessment.benefits {
            let mut others = Money::ZERO;
            for step in &benefit.steps {
                match step.op.as_str() {
                    "base" | "tiers" => computed.slices.extend(slices(step)),
                    "at_least" => computed.floor += step.output - step.input,
                    "per_day" => {
                        let (days, daily) = (step.days.unwrap_or(0), step.amount.unwrap_or_default());
                        let gives = step.output - step.input;
                        computed.allowances.push(Allowance { days, daily, gives });
                    }
                    _ => others += step.output - step.input,
                }
            }
            others += benefit.paid - benefit.amount;
            if !others.is_zero() {
                computed.others.push(Other { title: benefit.title.clone(), amount: others });
            }
        }
        computed
    }
}

/// The slices of a table, as far as this claim reaches into them.
fn slices(step: &StepResult) -> Vec<Slice> {
    let slices = step.slices.iter().flatten();
    slices.map(|slice| Slice { of: slice.1 - slice.0, rate: slice.2.percent(), gives: slice.3.clone() }).collect()
}

impl P4 {
    fn treated(&self, strings: &Strings) -> Block {
        let mut pairs = vec![
            Block::pair(strings.get("slip-number"), self.case.claim.to_string()),
            Block::pair(strings.get("slip-p4-period"), short(&self.period)),
        ];
        pairs.extend(self.treatment.pairs(strings));
        pairs.extend([
            Block::pair(strings.get("slip-medical-total"), yuan(self.medical_total)),
            Block::pair(strings.get("slip-hospital"), short(&self.hospital)),
            Block::pair(strings.get("slip-basis"), yuan(self.basis)),
        ]);
        Block::Fields(pairs)
    }

    /// In as few lines as they fit on where there is little room, else with the total on a line of its own.
    fn amounts(&self, room: bool, strings: &Strings) -> Vec<Block> {
        let Computed { slices, floor, allowances, others } = &self.computed;
        let mut parts: Vec<(String, String)> = Vec::new();
        for slice in slices {
            let key = if parts.is_empty() { strings.get("slip-p4-slices") } else { String::new() };
            let (rate, gives) = (short(&slice.rate), short(&slice.gives));
            let args: &[(&str, &dyn std::fmt::Display)] =
                &[("of", &slice.of.grouped()), ("rate", &rate), ("gives", &grouped(&gives))];
            parts.push(Block::pair(key, strings.with("slip-p4-slice", args)));
        }
        let mut added = vec![Block::pair(strings.get("slip-p4-floor"), yuan(*floor))];
        for Allowance { days, daily, gives } in allowances {
            let args: &[(&str, &dyn std::fmt::Display)] =
                &[("days", days), ("daily", &daily.grouped()), ("gives", &gives.grouped())];
            added.push(Block::pair(strings.get("slip-p4-allowance"), strings.with("slip-p4-days", args)));
        }
        added.extend(others.iter().map(|other| Block::pair(short(&other.title), yuan(other.amount))));
        let mark = if self.illustrative { "*" } else { "" };
        let total = strings.get("slip-p4-total") + mark;
        let words = renminbi(self.total, strings).map(|words| Block::pair(strings.get("slip-words"), words));
        let mut blocks = vec![Block::Fields(parts), Block::Fields(added)];
        if room {
            blocks.push(Block::Figure { indent: 0, text: total, figure: yuan(self.total), strong: true });
            blocks.extend(words.map(|(key, words)| Block::Field(key, words)));
        } else {
            blocks.push(Block::Fields([Block::pair(total, yuan(self.total))].into_iter().chain(words).collect()));
        }
        blocks
    }

    fn foot(&self, strings: &Strings) -> Vec<Block> {
        let account = format!("{} {}", short(&self.bank), mask::bank_card(&self.card));
        let check: String = self.record_hash.chars().take(CHECK).collect();
        let prints = self.head.copy.as_ref().map_or(0, |copy| copy.number).saturating_add(1);
        let prints = strings.with("slip-p4-prints", &[("n", &prints)]);
        let mark = if self.illustrative { strings.get("slip-illustrative") } else { String::new() };
        let words = ["slip-sign-clerk", "slip-sign-checker", "slip-sign-payee"].map(|key| strings.get(key));
        vec![
            Block::Fields(vec![
                Block::pair(strings.get("slip-p4-account"), account),
                Block::pair(strings.get("slip-p4-check"), check),
            ]),
            Block::Sides(prints, mark),
            Block::Signatures(words.to_vec()),
        ]
    }
}

/// A decimal with its whole part grouped, as [`Money::grouped`] does; what is no decimal stays as it is.
fn grouped(decimal: &str) -> String {
    let (whole, places) = decimal.split_once('.').unwrap_or((decimal, "00"));
    match format!("{whole}.00").parse::<Money>() {
        Ok(whole) => format!("{}.{places}", whole.grouped().trim_end_matches("00").trim_end_matches('.')),
        Err(_) => decimal.to_owned(),
    }
}

impl Form for P4 {
    fn id(&self) -> FormId {
        FormId::P4
    }

    fn head(&self) -> Option<&Head> {
        Some(&self.head)
    }

    fn claim(&self) -> Option<ClaimNumber> {
        Some(self.case.claim)
    }

    fn sheet(&self, paper: Paper, strings: &Strings) -> Sheet {
        let mut top = self.head.blocks(strings.get("slip-p4-title"), strings);
        top.push(Block::Fields(vec![self.case.name(strings), self.case.id(strings), self.case.unit(strings)]));
        let room = paper.explains();
        let rule = || room.then_some(Block::Rule);
        let mut end = self.amounts(room, strings);
        end.extend(self.foot(strings));
        let mut blocks = vec![with_code(top, self.head.code.as_deref())];
        blocks.extend(rule());
        blocks.push(self.treated(strings));
        blocks.extend(rule());
        blocks.push(self.head.sealed(end, strings.get("slip-seal-finance"), strings));
        let copies = ["slip-p4-stub", "slip-p4-payee", "slip-p4-ledger"].map(|key| strings.get(key));
        Sheet { copies: copies.to_vec(), ..Sheet::new(blocks) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_keep_their_places() {
        assert_eq!(grouped("4000.00"), "4,000.00");
        assert_eq!(grouped("1172.835"), "1,172.835");
        assert_eq!(grouped("0.004"), "0.004");
        assert_eq!(grouped("x"), "x");
    }
}
