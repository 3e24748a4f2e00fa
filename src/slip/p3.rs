//! P3 补助金计算及审批表: the whole claim with its computation, what was handed in, what was noticed, and who decided what.
//! The one form with a diagnosis: it stays in the file. Pure.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Deserializer};

use super::Form;
use super::case::{Case, Head, Treatment, long, short, submitted};
use super::layout::{Block, Column, Sheet, Table};
use super::paper::Paper;
use super::parts::{day, explained, moment, renminbi, with_code, yuan};
use crate::domain::claim::{Claim, Diagnosis, Reason, SettlementMode};
use crate::domain::form::FormId;
use crate::domain::mask;
use crate::domain::money::Money;
use crate::domain::number::ClaimNumber;
use crate::domain::sheet::{Line, SettlementSheet};
use crate::store::Office;
use crate::strings::Strings;
use crate::strings::explain::{ExplainLine, fact};

/// Everything that P3 shows.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct P3 {
    /// The office, number and day.
    pub head: Head,
    /// Whose claim.
    pub case: Case,
    /// When it was submitted.
    pub submitted: NaiveDate,
    /// Who came in the member's place.
    pub agent: Option<Deputy>,
    /// The hospital's name.
    pub hospital: String,
    /// When the member was treated; none where the record doesn't say.
    pub treatment: Option<Treatment>,
    /// What for.
    pub diagnosis: Diagnosis,
    /// Code and number of the bill.
    pub bill: String,
    /// How the insurance settled.
    pub mode: SettlementMode,
    /// The amounts of the settlement sheet; in JSON an object of facts.
    #[serde(deserialize_with = "settlement")]
    pub settlement: SettlementSheet,
    /// The policy's title, code and version.
    pub policy: String,
    /// How the amount came about, whole.
    pub explanation: Vec<ExplainLine>,
    /// What was handed in.
    pub documents: Vec<Listed>,
    /// What was noticed, and the clerk's reason to go on.
    pub warnings: Vec<Reason>,
    /// The bank's name.
    pub bank: String,
    /// The last 4 digits of the card; of more only the last 4 are printed.
    pub card: String,
    /// The amount.
    pub total: Money,
    /// Whether the amount rests on figures that were never published.
    pub illustrative: bool,
    /// Who decided, in the order in which it was done; a stage that is still to come has its place to write.
    pub reviews: Vec<Review>,
}

/// 代办人
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Deputy {
    /// The name.
    pub name: String,
    /// The ID number; masked on paper.
    pub id: String,
    /// The relation's code: spouse, child, parent, colleague, other, heir.
    pub relation: String,
}

/// A document of the checklist.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Listed {
    /// Its title.
    pub title: String,
    /// Whether it must be there.
    pub required: bool,
    /// What was handed in.
    pub state: Handed,
}

/// What was handed in of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Handed {
    /// Nothing.
    Missing,
    /// It was there; whether as original or copy was not noted.
    Present,
    /// The original.
    Original,
    /// A copy.
    Copy,
    /// A file.
    Electronic,
}

/// A stage of the review.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Review {
    /// Which one.
    pub stage: Stage,
    /// Who: name or number; empty before.
    pub reviewer: String,
    /// What was decided, in words; empty before.
    pub opinion: String,
    /// When, in Asia/Shanghai.
    pub at: Option<NaiveDateTime>,
}

/// The stages of a review (domain 6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 初审
    First,
    /// 复审, where amount or policy ask for it.
    Second,
    /// 终审
    Final,
}

impl Review {
    /// A stage that is still to come.
    pub fn to_come(stage: Stage) -> Review {
        Review { stage, reviewer: String::new(), opinion: String::new(), at: None }
    }
}

/// What the form needs of the recorded assessment; what can't be read is left out.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Assessment {
    days: u32,
    flags: Vec<String>,
}

/// What it needs of the recorded facts.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Facts {
    visits: u32,
}

fn settlement<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SettlementSheet, D::Error> {
    let amounts = BTreeMap::<String, Money>::deserialize(deserializer)?;
    Ok(sheet_of(|fact| amounts.get(fact).copied()))
}

/// The sheet of amounts by the names of facts; what is absent is 0.00.
fn sheet_of(amount: impl Fn(&str) -> Option<Money>) -> SettlementSheet {
    let mut sheet = SettlementSheet::default();
    for line in Line::ALL {
        sheet.set(line, amount(line.fact()).unwrap_or_default());
    }
    sheet
}

impl P3 {
    /// The form of a recorded claim. `policy` is the policy's title, `date` the day of the decision; the reviews come with
    /// it, those to come as [`Review::to_come`]. Number, copy mark and code come with the print (`head`).
    pub fn from_claim(
        record: &Claim,
        office: &Office,
        policy: &str,
        explanation: Vec<ExplainLine>,
        reviews: Vec<Review>,
        date: NaiveDate,
    ) -> P3 {
        let claim = &record.claim;
        let assessment: Assessment = serde_json::from_str(&claim.assessment).unwrap_or_default();
        let facts: Facts = serde_json::from_str(&claim.facts).unwrap_or_default();
        let amounts: BTreeMap<String, serde_json::Value> = serde_json::from_str(&claim.facts).unwrap_or_default();
        let deputy = |agent: &crate::domain::claim::Agent| Deputy {
            name: agent.name.clone(),
            id: mask::id_number(&agent.id_number),
            relation: agent.relation.clone(),
        };
        let listed = |document: &crate::domain::claim::Document| Listed {
            title: document.title.clone(),
            required: document.required,
            state: if document.present { Handed::Present } else { Handed::Missing },
        };
        P3 {
            head: Head::of(record, office, date),
            case: Case::of(record),
            submitted: submitted(record),
            agent: claim.agent.as_ref().map(deputy),
            hospital: record.hospital_name.clone(),
            treatment: Treatment::of(record, assessment.days, facts.visits),
            diagnosis: claim.diagnosis.clone(),
            bill: format!("{} {}", claim.bill.code, claim.bill.number).trim().to_owned(),
            mode: claim.mode,
            settlement: sheet_of(|fact| amounts.get(fact)?.as_str()?.parse().ok()),
            policy: format!("{policy} {}-{}", claim.policy.code, claim.policy.version),
            explanation,
            documents: claim.documents.iter().map(listed).collect(),
            warnings: claim.reasons.clone(),
            bank: claim.payee.bank().to_owned(),
            card: claim.payee.last4(),
            total: claim.total,
            illustrative: assessment.flags.iter().any(|flag| flag == "illustrative"),
            reviews,
        }
    }

    fn claim(&self, strings: &Strings) -> Block {
        let mut pairs = self.case.pairs(strings);
        pairs.push(Block::pair(strings.get("slip-p3-submitted"), day(self.submitted, strings)));
        if let Some(Deputy { name, id, relation }) = &self.agent {
            let relation = match relation.as_str() {
                "spouse" | "child" | "parent" | "colleague" | "other" | "heir" => {
                    strings.get(&format!("relation-{relation}"))
                }
                _ => short(relation),
            };
            let deputy = format!("{} {} {relation}", short(name), short(&mask::id_number(id)));
            pairs.push(Block::pair(strings.get("slip-p3-agent"), deputy));
        }
        pairs.push(Block::pair(strings.get("slip-hospital"), short(&self.hospital)));
        pairs.extend(self.treatment.iter().flat_map(|treatment| treatment.pairs(strings)));
        let Diagnosis { code, name, standard } = &self.diagnosis;
        let mut diagnosis = format!("{} {}", short(code), short(name));
        if !standard {
            diagnosis.push_str(&format!(" ({})", strings.get("claim-not-standard")));
        }
        pairs.push(Block::pair(strings.get("slip-p3-diagnosis"), diagnosis));
        pairs.push(Block::pair(strings.get("slip-bill"), short(&self.bill)));
        pairs.push(Block::pair(strings.get("slip-p3-mode"), strings.get(&format!("mode-{}", self.mode.code()))));
        let account = format!("{} {}", short(&self.bank), mask::bank_card(&self.card));
        pairs.push(Block::pair(strings.get("slip-p3-account"), account));
        Block::Fields(pairs)
    }

    /// The settlement sheet in its order, what follows from it, and whether it balances.
    fn amounts(&self, strings: &Strings) -> Vec<Block> {
        let sheet = &self.settlement;
        let pair = |name: &str, amount: Money| Block::pair(fact(name, strings), yuan(amount));
        let lines = Line::ALL.map(|line| pair(line.fact(), sheet.get(line)));
        let self_pay = sheet.self_pay();
        let funds = sheet.get(Line::Total) - self_pay - sheet.get(Line::HospitalPay);
        let balance = match sheet.difference() {
            Money::ZERO => strings.get("slip-p3-balanced"),
            difference => strings.with("slip-p3-unbalanced", &[("difference", &yuan(difference))]),
        };
        let derived = vec![
            pair("funds", funds),
            pair("self_pay", self_pay),
            pair("in_scope_self_pay", sheet.in_scope_self_pay().at_least_zero()),
            Block::pair(strings.get("slip-p3-balance"), balance),
        ];
        vec![Block::Fields(lines.to_vec()), Block::Fields(derived)]
    }

    fn documents(&self, strings: &Strings) -> Table {
        let row = |listed: &Listed| {
            let need = match listed.required {
                true => strings.get("slip-p3-required"),
                false => strings.get("slip-p3-optional"),
            };
            let state = match listed.state {
                Handed::Missing => strings.get("slip-p3-handed-missing"),
                Handed::Present => strings.get("slip-p3-handed-present"),
                Handed::Original => strings.get("slip-p3-handed-original"),
                Handed::Copy => strings.get("slip-p3-handed-copy"),
                Handed::Electronic => strings.get("slip-p3-handed-electronic"),
            };
            vec![short(&listed.title), need, state]
        };
        let heads = ["slip-p3-document", "slip-p3-need", "slip-p3-handed"];
        Table {
            columns: heads.map(|head| Column::words(strings.get(head))).to_vec(),
            rows: self.documents.iter().map(row).collect(),
        }
    }

    fn warning(reason: &Reason, strings: &Strings) -> Block {
        let warning = match reason.warning.as_str() {
            "unbalanced" => strings.get("slip-p3-warning-unbalanced"),
            "same_sheet" => strings.get("slip-p3-warning-same-sheet"),
            "split" => strings.get("slip-p3-warning-split"),
            "above_total" => strings.get("slip-p3-warning-above-total"),
            other => short(other),
        };
        Block::Field(warning, strings.with("slip-p3-reason", &[("text", &long(&reason.text))]))
    }

    fn total(&self, strings: &Strings) -> Vec<Block> {
        let text = strings.get("slip-p3-total") + if self.illustrative { "*" } else { "" };
        let mut blocks = vec![Block::Figure { indent: 0, text, figure: yuan(self.total), strong: true }];
        blocks.extend(renminbi(self.total, strings).map(|words| Block::Field(strings.get("slip-words"), words)));
        if self.illustrative {
            blocks.push(Block::Text(strings.get("slip-illustrative")));
        }
        blocks
    }

    /// A stage: what was decided, by whom and when, and the places to sign.
    fn review(review: &Review, strings: &Strings) -> Vec<Block> {
        let stage = match review.stage {
            Stage::First => strings.get("slip-p3-first"),
            Stage::Second => strings.get("slip-p3-second"),
            Stage::Final => strings.get("slip-p3-final"),
        };
        let opinion = Block::Field(stage, long(&review.opinion));
        let mut decided = Vec::new();
        if !review.reviewer.is_empty() {
            decided.push(Block::pair(strings.get("slip-p3-reviewer"), short(&review.reviewer)));
        }
        decided.extend(review.at.map(|at| Block::pair(strings.get("slip-time"), moment(at, strings))));
        let signatures = [strings.get("slip-p3-sign"), strings.get("slip-sign-date")];
        // What is still to come is written by hand.
        let room = if review.opinion.is_empty() { Some(Block::Blank) } else { None };
        let end = [Block::Fields(decided), Block::Signatures(signatures.to_vec())];
        [opinion].into_iter().chain(room).chain(end).collect()
    }

    /// The stages, the last one with the seal beside it.
    fn reviews(&self, strings: &Strings) -> Vec<Block> {
        let Some((last, before)) = self.reviews.split_last() else { return Vec::new() };
        let mut blocks = Vec::new();
        for review in before {
            blocks.extend([Block::Together(P3::review(review, strings)), Block::Rule]);
        }
        blocks.push(self.head.sealed(P3::review(last, strings), strings.get("slip-seal"), strings));
        blocks
    }
}

/// A heading over what follows it.
fn section(heading: String) -> [Block; 2] {
    [Block::Rule, Block::Strong(heading)]
}

impl Form for P3 {
    fn id(&self) -> FormId {
        FormId::P3
    }

    fn head(&self) -> Option<&Head> {
        Some(&self.head)
    }

    fn claim(&self) -> Option<ClaimNumber> {
        Some(self.case.claim)
    }

    fn sheet(&self, _: Paper, strings: &Strings) -> Sheet {
        let mut top = self.head.blocks(strings.get("slip-p3-title"), strings);
        top.push(Block::Fields(vec![self.head.window(strings)]));
        let mut blocks = vec![with_code(top, self.head.code.as_deref())];
        blocks.extend(section(strings.get("slip-p3-claim")));
        blocks.push(self.claim(strings));
        blocks.extend(section(strings.get("slip-p3-settlement")));
        blocks.extend(self.amounts(strings));
        blocks.extend(section(strings.get("slip-p3-computation")));
        blocks.push(Block::Field(strings.get("slip-policy"), short(&self.policy)));
        let lines = self.explanation.iter().map(|line| ExplainLine {
            text: short(&line.text),
            figure: short(&line.figure),
            clause: short(&line.clause),
            ..line.clone()
        });
        blocks.extend(lines.map(|line| explained(&line)));
        blocks.extend([Block::Rule, Block::Together(self.total(strings))]);
        if !self.documents.is_empty() {
            blocks.extend(section(strings.get("slip-p3-documents")));
            blocks.push(Block::Table(self.documents(strings)));
        }
        if !self.warnings.is_empty() {
            blocks.extend(section(strings.get("slip-p3-warnings")));
            blocks.extend(self.warnings.iter().map(|reason| P3::warning(reason, strings)));
        }
        blocks.extend(section(strings.get("slip-p3-reviews")));
        blocks.extend(self.reviews(strings));
        Sheet { copies: vec![strings.get("slip-p3-file")], ..Sheet::new(blocks) }
    }
}
