//! A policy as it was read: everything of the file, checked. Screens show it, the engine runs it.

use std::sync::Arc;

use chrono::NaiveDate;

pub use super::condition::{AreaPattern, Condition, Pattern, Range};
use super::facts::Facts;
use super::figure::{Fact, Figure, Rate, Rates};
use crate::domain::area::AreaCode;
use crate::domain::money::Money;

/// What of a table was never published (`illustrative`): screens and slips say 试算口径 where it counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Marks {
    /// All of it is published.
    #[default]
    None,
    /// None of it is.
    All,
    /// These fields are not.
    Fields(Vec<String>),
}

impl Marks {
    /// Whether anything is marked.
    pub fn any(&self) -> bool {
        match self {
            Marks::None => false,
            Marks::All => true,
            Marks::Fields(fields) => !fields.is_empty(),
        }
    }

    /// Whether a field is marked.
    pub fn has(&self, field: &str) -> bool {
        match self {
            Marks::None => false,
            Marks::All => true,
            Marks::Fields(fields) => fields.iter().any(|marked| marked == field),
        }
    }
}

/// A span of days, inclusive at both ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

impl Span {
    /// Whether the day lies in it.
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.to
    }

    /// Whether they share a day.
    pub fn overlaps(&self, other: &Span) -> bool {
        self.from <= other.to && other.from <= self.to
    }
}

/// One published set of rules: one scheme, one area, one participation year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// A database serves one scheme.
    pub scheme: String,
    /// With `version`, unique for ever.
    pub code: Arc<str>,
    /// A published version never changes.
    pub version: u32,
    /// The number of the participation year.
    pub period: i32,
    /// The title.
    pub title: Arc<str>,
    /// It holds in this area and all below it.
    pub issuer: AreaCode,
    /// The document it comes from; printed under every explanation.
    pub source: String,
    /// Of the anchor date.
    pub valid: Span,
    /// A claim submitted later is flagged `review_due`.
    pub review_by: Option<NaiveDate>,
    /// At the end of every step.
    pub rounding: Rounding,
    /// Free text.
    pub note: Option<Arc<str>>,
    /// Which fields above were never published.
    pub marks: Marks,
    /// When a claim is covered.
    pub cover: CoverRule,
    /// What a participation costs, and who pays part of it.
    pub premium: Option<Premium>,
    /// A second reviewer from this amount on.
    pub second_from: Option<Money>,
    /// Whether `second_from` was never published.
    pub second_marks: Marks,
    /// What a claim needs, in the order of the checklist.
    pub documents: Vec<DocumentRule>,
    /// What is not reimbursed.
    pub exclusions: Vec<Exclusion>,
    /// What is paid.
    pub benefits: Vec<Benefit>,
    /// Steps over the sum of all benefits.
    pub totals: Vec<Step>,
    /// The officer's own cases.
    pub cases: Vec<Case>,
    /// Every kind that a benefit names, with which benefits answer it: derived, for the engine.
    pub(super) kinds: Vec<(String, Vec<bool>)>,
    /// How many names of `exclusive` there are: derived, for the engine.
    pub(super) exclusives: usize,
    /// How the JSON of every assessment begins: derived, for the records.
    pub(super) head: String,
}

/// How what a step gave becomes whole fen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rounding {
    /// A half goes up.
    #[default]
    HalfUp,
    /// A half goes to the even fen.
    HalfEven,
    /// What is below a fen is dropped.
    Down,
}

/// Which date of a stay must fall inside the cover. An outpatient claim's is its settlement whatever this says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// The first day.
    Admission,
    /// The last day.
    Discharge,
    /// The day of the settlement.
    Settlement,
}

/// How the days of a stay are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DayCount {
    /// Discharge less admission, at least 1.
    #[default]
    Nights,
    /// The first and the last day both count.
    BothEnds,
}

/// How years of participation are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum YearCount {
    /// A missing year starts again at 1.
    #[default]
    Consecutive,
    /// All up to and with the policy's period.
    Total,
}

/// When a claim is covered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverRule {
    /// The date that must lie in the cover.
    pub anchor: Anchor,
    /// From the first day of the unbroken row of covers.
    pub waiting_days: u32,
    /// Part of a unit's workers that must join when the unit joins as a whole.
    pub unit_ratio: Rate,
    /// A claim submitted later is flagged `late`.
    pub claim_within_days: Option<u32>,
    /// Length of a stay.
    pub days: DayCount,
    /// Years of participation.
    pub years: YearCount,
    /// Which of these were never published.
    pub marks: Marks,
}

/// What a participation costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Premium {
    /// For one member and one period.
    pub amount: Money,
    /// Who pays part of it.
    pub subsidies: Vec<Subsidy>,
    /// What was never published.
    pub marks: Marks,
}

/// Who pays part of the premium, where, and for which payment dates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subsidy {
    /// Who pays.
    pub payer: String,
    /// It applies in this area and all below it.
    pub area: AreaCode,
    /// How much.
    pub amount: SubsidyAmount,
    /// Payment dates; `None`: all.
    pub paid: Option<Span>,
    /// What was never published.
    pub marks: Marks,
}

/// How much of the premium is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubsidyAmount {
    /// This much.
    Fixed(Money),
    /// The league's office chooses within it.
    Range(Money, Money),
    /// Entered with the unit's batch.
    Unit,
}

/// When a document is needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Need {
    /// With every claim of its kinds.
    #[default]
    Always,
    /// 代办
    Agent,
    /// 身故继承
    Heir,
    /// The clerk asks.
    Ask,
}

/// A document that a claim needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentRule {
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// Kinds of claim.
    pub claim: Vec<String>,
    /// When.
    pub need: Need,
    /// What was never published.
    pub marks: Marks,
}

/// What is not reimbursed; a reviewer's rejection names one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// The sheet asks for other compensation there.
    pub ask: Option<Ask>,
    /// What was never published.
    pub marks: Marks,
}

/// Where the sheet asks: both must hold where both are there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ask {
    /// Diagnoses; empty: any.
    pub diagnosis: Vec<Pattern>,
    /// Kinds of claim; empty: any.
    pub claim: Vec<String>,
}

impl Ask {
    /// Whether the sheet asks for this claim.
    pub fn applies(&self, kind: &str, diagnosis: &str) -> bool {
        (self.claim.is_empty() || self.claim.iter().any(|code| code == kind))
            && (self.diagnosis.is_empty() || self.diagnosis.iter().any(|pattern| pattern.matches(diagnosis)))
    }
}

/// One thing that is paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Benefit {
    /// Its code.
    pub code: Arc<str>,
    /// Its title.
    pub title: Arc<str>,
    /// The clause of the printed rules.
    pub clause: Option<Arc<str>>,
    /// Free text.
    pub note: Option<Arc<str>>,
    /// Kinds of claim that it answers.
    pub claim: Vec<String>,
    /// All must hold.
    pub when: Vec<Condition>,
    /// Of those that share the name the highest alone is kept.
    pub exclusive: Option<Exclusive>,
    /// What it runs, in order.
    pub steps: Vec<Step>,
    /// What of its own table was never published.
    pub marks: Marks,
    /// Whether it has the mark anywhere in it.
    pub illustrative: bool,
    /// How its JSON begins, with the brace: derived, for the records.
    pub(super) head: String,
}

/// The name that benefits share of which one alone is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusive {
    /// The name.
    pub name: String,
    /// Its number in the policy.
    pub number: usize,
}

/// One step of a benefit or of the total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it does.
    pub op: Op,
    /// The clause of the printed rules.
    pub clause: Option<Arc<str>>,
    /// Free text.
    pub note: Option<Arc<str>>,
    /// Whether it has the mark anywhere in it.
    pub illustrative: bool,
    /// How its JSON ends, with the brace: derived, for the records.
    pub(super) tail: String,
}

/// How the table of `tiers` is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TierMode {
    /// Each slice at its own rate.
    Marginal,
    /// All of it at the rate of the slice it ends in.
    Whole,
}

/// One slice of a table, inclusive at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tier {
    /// Where it ends; `None` in the last one alone.
    pub to: Option<Money>,
    /// Its rate.
    pub rate: Rate,
    /// Whether it was never published.
    pub illustrative: bool,
}

/// How often a lump sum is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Once {
    /// With every claim.
    #[default]
    Claim,
    /// Once a period.
    Period,
    /// Once.
    Life,
}

/// What a step does with the running amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// A fact, plus and less others, less other compensation, never below 0.
    Base {
        /// The fact.
        of: Fact,
        /// Added.
        plus: Vec<Fact>,
        /// Taken off.
        less: Vec<Fact>,
    },
    /// Less an amount, never below 0.
    Deduct(Figure),
    /// Times a rate.
    Rate(Rates),
    /// By a table.
    Tiers {
        /// How the table is read.
        mode: TierMode,
        /// Whether what entered it before in the period counts.
        by_period: bool,
        /// Rising; the last one without an end.
        table: Vec<Tier>,
    },
    /// Raised to an amount where the base gave more than 0.
    AtLeast {
        /// The amount.
        amount: Money,
        /// To the smaller of the two.
        not_above: Option<Fact>,
    },
    /// Lowered to an amount.
    AtMost(Figure),
    /// Plus an amount for every day.
    PerDay {
        /// For one day.
        amount: Figure,
        /// The first day that counts, from 1.
        from_day: u32,
        /// Days of one claim at most.
        max_days: Option<u32>,
        /// Days of one period at most.
        period_days: Option<u32>,
    },
    /// Plus an amount for every treatment.
    PerVisit {
        /// For one treatment.
        amount: Figure,
        /// Treatments of one claim at most.
        max_visits: Option<u32>,
    },
    /// Plus an amount.
    LumpSum {
        /// The amount.
        amount: Money,
        /// How often.
        once: Once,
    },
    /// What one period gives at most.
    PeriodLimit {
        /// Within this amount.
        amount: Option<Money>,
        /// Nothing more after so many.
        count: Option<u32>,
    },
}

impl Op {
    /// All names, in the order of the format's page.
    pub const NAMES: [&'static str; 10] =
        ["base", "deduct", "rate", "tiers", "at_least", "at_most", "per_day", "per_visit", "lump_sum", "period_limit"];

    /// Its name.
    pub const fn name(&self) -> &'static str {
        match self {
            Op::Base { .. } => "base",
            Op::Deduct(_) => "deduct",
            Op::Rate(_) => "rate",
            Op::Tiers { .. } => "tiers",
            Op::AtLeast { .. } => "at_least",
            Op::AtMost(_) => "at_most",
            Op::PerDay { .. } => "per_day",
            Op::PerVisit { .. } => "per_visit",
            Op::LumpSum { .. } => "lump_sum",
            Op::PeriodLimit { .. } => "period_limit",
        }
    }
}

/// One of the officer's own cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// The claim.
    pub facts: Facts,
    /// What must come out.
    pub expect: Expect,
    /// The line in the file.
    pub line: usize,
}

/// What must come out of a case; what is not there is not asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expect {
    /// Whether the claim is covered.
    pub covered: Option<bool>,
    /// Years of participation.
    pub years: Option<u32>,
    /// Length of the stay.
    pub days: Option<u32>,
    /// The total.
    pub total: Option<Money>,
    /// The flags, in their order.
    pub flags: Option<Vec<String>>,
    /// What benefits get; one that is not named must not be paid.
    pub benefits: Option<Vec<(String, Money)>>,
}

impl Policy {
    /// The benefit with a code.
    pub fn benefit(&self, code: &str) -> Option<&Benefit> {
        self.benefits.iter().find(|benefit| &*benefit.code == code)
    }

    /// Documents of a kind of claim, in the order of the checklist.
    pub fn documents_of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a DocumentRule> {
        self.documents.iter().filter(move |document| document.claim.iter().any(|code| code == kind))
    }

    /// Exclusions for which the sheet asks for other compensation.
    pub fn asks<'a>(&'a self, kind: &'a str, diagnosis: &'a str) -> impl Iterator<Item = &'a Exclusion> {
        self.exclusions
            .iter()
            .filter(move |exclusion| exclusion.ask.as_ref().is_some_and(|ask| ask.applies(kind, diagnosis)))
    }
}
