//! An assessment in words: the lines that the panel, the slip and `policy explain` show. What is recorded is codes and
//! numbers; every word is made here, on showing.
//!
//! To add a step's line: an arm in `step`, its keys under `## Policy and explanation` in both message files.

use std::fmt::Display;

use serde::Deserialize;

use super::Strings;
use crate::domain::money::Money;
use crate::policy::assessment::{BenefitResult, Had, StepResult};
use crate::policy::figure::{Fact, Rate};
use crate::policy::model::{Op, Tier, TierMode};
use crate::policy::{Assessment, Policy};

/// How a line is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// A benefit's title, with its clause.
    Title,
    /// What a step did.
    Step,
    /// A benefit's or the claim's total.
    Total,
    /// Why there is not more, what is missing, a flag.
    Note,
}

/// One line: words on the left, an amount on the right.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ExplainLine {
    /// How it is shown.
    pub kind: LineKind,
    /// The words.
    pub text: String,
    /// The amount, grouped, or another short figure; empty where there is none.
    pub figure: String,
    /// The clause that it comes from, or empty.
    pub clause: String,
    /// Whether the figure has the mark 试算口径.
    pub illustrative: bool,
}

impl ExplainLine {
    fn new(kind: LineKind, text: String, figure: impl Display) -> ExplainLine {
        ExplainLine { kind, text, figure: figure.to_string(), clause: String::new(), illustrative: false }
    }

    fn of(mut self, clause: Option<&String>) -> ExplainLine {
        self.clause = clause.cloned().unwrap_or_default();
        self
    }
}

/// The whole explanation: benefits with their steps, the total, the next tier, why there is not more, flags.
pub fn lines(assessment: &Assessment, strings: &Strings) -> Vec<ExplainLine> {
    laid(assessment, None, strings)
}

/// The same for the panel beside the fields, where each line keeps its place while amounts are typed: every tier of a table
/// stands there whether or not the claim reaches it, and the sum under it.
pub fn panel(assessment: &Assessment, policy: &Policy, strings: &Strings) -> Vec<ExplainLine> {
    laid(assessment, Some(policy), strings)
}

/// The same for a slip: without the hint at the next tier, which is the clerk's, and the mark 试算口径, which slips have in
/// a place of its own.
pub fn on_paper(assessment: &Assessment, strings: &Strings) -> Vec<ExplainLine> {
    let mut lines = computed(assessment, None, strings);
    lines.extend(nothing_more(assessment, strings));
    lines.extend(flags(assessment, |flag| flag != "illustrative", strings).into_iter().map(plain));
    lines
}

fn laid(assessment: &Assessment, policy: Option<&Policy>, strings: &Strings) -> Vec<ExplainLine> {
    let mut lines = computed(assessment, policy, strings);
    lines.extend(assessment.benefits.iter().filter_map(|result| next_tier(result, strings)));
    lines.extend(nothing_more(assessment, strings));
    lines.extend(notes(assessment, strings).into_iter().map(plain));
    lines
}

fn plain(note: String) -> ExplainLine {
    ExplainLine::new(LineKind::Note, note, "")
}

/// Benefits with their steps, and the total.
fn computed(assessment: &Assessment, policy: Option<&Policy>, strings: &Strings) -> Vec<ExplainLine> {
    let mut lines: Vec<ExplainLine> = Vec::new();
    for result in &assessment.benefits {
        lines.extend(benefit(result, policy.and_then(|policy| table(result, policy)), strings));
    }
    lines.extend(assessment.total_steps.iter().filter_map(|done| step(done, strings)));
    let total = ExplainLine::new(LineKind::Total, strings.get("explain-total"), assessment.total.grouped());
    lines.push(ExplainLine { illustrative: assessment.has_flag("illustrative"), ..total });
    lines
}

/// Why benefits of the policy gave nothing. That one is for other kinds of claim needs no word at the window.
fn nothing_more(assessment: &Assessment, strings: &Strings) -> Vec<ExplainLine> {
    let not = assessment.not.iter().filter(|not| not.why != "kind");
    not.map(|not| {
        let why = strings.get(&format!("explain-not-{}", not.why));
        plain(strings.with("explain-not", &[("title", &not.title), ("why", &why)]))
    })
    .collect()
}

/// The flags as short sentences, in their order.
pub fn notes(assessment: &Assessment, strings: &Strings) -> Vec<String> {
    flags(assessment, |_| true, strings)
}

fn flags(assessment: &Assessment, shown: impl Fn(&str) -> bool, strings: &Strings) -> Vec<String> {
    let note = |flag: &String| match flag.as_str() {
        "not_covered" if assessment.years == 0 => strings.get("explain-no-participation"),
        "not_covered" => strings.get("explain-not-covered"),
        "late" => strings.get("explain-late"),
        "review_due" => strings.get("explain-review-due"),
        _ => strings.get("explain-illustrative"),
    };
    assessment.flags.iter().filter(|flag| shown(flag)).map(note).collect()
}

/// The table of a benefit that is read slice by slice.
fn table<'a>(result: &BenefitResult, policy: &'a Policy) -> Option<&'a [Tier]> {
    let benefit = policy.benefits.iter().find(|benefit| *benefit.code == result.code)?;
    benefit.steps.iter().find_map(|step| match &step.op {
        Op::Tiers { mode: TierMode::Marginal, by_period: false, table } => Some(table.as_slice()),
        _ => None,
    })
}

/// One benefit: its base or its title first, then what the steps did; `table` is shown whole.
fn benefit(result: &BenefitResult, table: Option<&[Tier]>, strings: &Strings) -> Vec<ExplainLine> {
    let label = label(result);
    let clause = result.clause.as_ref();
    let beside_label = clause.filter(|clause| **clause != label);
    let (steps, first) = match result.steps.split_first() {
        Some((base, rest)) if base.op == "base" => (rest, parts(base, clause, strings)),
        Some((only, [])) => {
            // One step alone stands on the title's line.
            let Some(line) = step(only, strings) else { return Vec::new() };
            let text = format!("{label} {}", line.text);
            let line = ExplainLine::new(LineKind::Title, text, line.figure).of(beside_label);
            return [line].into_iter().chain(cut(result, strings)).collect();
        }
        _ => (result.steps.as_slice(), vec![ExplainLine::new(LineKind::Title, label, "").of(beside_label)]),
    };
    let mut lines = first;
    for done in steps {
        if done.op == "tiers" {
            lines.extend(slices(done, strings));
            lines.extend(table.into_iter().flat_map(|table| not_reached(done, table, strings)));
        } else {
            lines.extend(step(done, strings));
        }
    }
    let shown = lines.iter().rev().find(|line| line.figure.contains('.')).map(|line| line.figure.as_str());
    if table.is_some() || shown != Some(result.amount.grouped().as_str()) {
        lines.push(ExplainLine::new(LineKind::Step, strings.get("explain-subtotal"), result.amount.grouped()));
    }
    lines.extend(cut(result, strings));
    lines
}

/// What a base is made of: its fact alone, or, where others are added and taken off, each on its line and the base under them.
fn parts(base: &StepResult, clause: Option<&String>, strings: &Strings) -> Vec<ExplainLine> {
    let of = base.of.as_deref().unwrap_or_default();
    let parts = base.parts.as_deref().unwrap_or_default();
    // The fact stands as itself, or one level down.
    let own = match parts.first() {
        Some((name, _)) if name == of => 1,
        _ => Fact::from_name(of).map_or(0, |fact| fact.parts().len()),
    };
    let (own, others) = parts.split_at(own.min(parts.len()));
    let value: Money = own.iter().map(|(_, amount)| *amount).sum();
    let value = if of == Fact::InScopeSelfPay.name() { value.at_least_zero() } else { value };
    // What others paid stands last in every base, and is nearly always nothing.
    let others = match others.split_last() {
        Some(((_, amount), named)) if amount.is_zero() => named,
        _ => others,
    };
    let value = if others.is_empty() { base.output } else { value };
    let mut lines = vec![ExplainLine::new(LineKind::Title, fact(of, strings), value.grouped()).of(clause)];
    for (name, amount) in others {
        let plus = if *amount > Money::ZERO { "+" } else { "" };
        lines.push(ExplainLine::new(LineKind::Step, fact(name, strings), format!("{plus}{}", amount.grouped())));
    }
    if !others.is_empty() {
        lines.push(ExplainLine::new(LineKind::Step, strings.get("explain-base"), base.output.grouped()));
    }
    lines
}

/// A fact's name in words.
pub fn fact(name: &str, strings: &Strings) -> String {
    strings.get(&format!("fact-{name}"))
}

/// What stands for a benefit: its clause where that abbreviates the title (each of its letters, in order), else the title.
fn label(result: &BenefitResult) -> String {
    let mut rest = result.title.chars();
    match &result.clause {
        Some(clause) if clause.chars().all(|letter| rest.any(|other| other == letter)) => clause.clone(),
        _ => result.title.clone(),
    }
}

/// What is left of a benefit after the steps over the sum.
fn cut(result: &BenefitResult, strings: &Strings) -> Option<ExplainLine> {
    let changed = result.paid != result.amount;
    changed.then(|| ExplainLine::new(LineKind::Step, strings.get("explain-after-limit"), result.paid.grouped()))
}

/// One step; `None` for one that needs no line.
fn step(done: &StepResult, strings: &Strings) -> Option<ExplainLine> {
    let amount = done.amount.unwrap_or_default();
    let shown = amount.grouped();
    let gained = (done.output - done.input).grouped();
    let held = done.held == Some(true);
    let out = done.output.grouped();
    let line = |text: String, figure: String| Some(ExplainLine::new(LineKind::Step, text, figure));
    let line = match done.op.as_str() {
        "deduct" => line(strings.with("explain-deduct", &[("amount", &shown)]), out),
        "rate" => line(strings.with("explain-rate", &[("rate", &done.rate.unwrap_or_default().percent())]), out),
        "at_least" => {
            let figure = match held {
                true => out,
                false if done.input >= amount => strings.get("explain-passed"),
                false => strings.get("explain-no-base"),
            };
            line(strings.with("explain-at-least", &[("amount", &shown)]), figure)
        }
        "at_most" => {
            let figure = if held { out } else { strings.get("explain-below") };
            line(strings.with("explain-at-most", &[("amount", &shown)]), figure)
        }
        "per_day" => {
            let days = done.days.unwrap_or(0);
            line(strings.with("explain-per-day", &[("days", &days), ("amount", &shown)]), gained)
        }
        "per_visit" => {
            let visits = done.visits.unwrap_or(0);
            line(strings.with("explain-per-visit", &[("visits", &visits), ("amount", &shown)]), gained)
        }
        "lump_sum" if done.had == Some(Had::Before(true)) => {
            line(strings.with("explain-lump-sum", &[("amount", &shown)]), strings.get("explain-had"))
        }
        "lump_sum" => line(strings.with("explain-lump-sum", &[("amount", &shown)]), gained),
        "period_limit" => period_limit(done, strings),
        _ => None,
    };
    line.map(|line| line.of(done.clause.as_ref()))
}

fn period_limit(done: &StepResult, strings: &Strings) -> Option<ExplainLine> {
    let text = match (done.amount, done.count) {
        (Some(amount), _) => strings.with("explain-limit", &[("amount", &amount.grouped())]),
        (None, Some(count)) => strings.with("explain-limit-count", &[("count", &count)]),
        (None, None) => return None,
    };
    let figure = match (done.held, done.left, done.had) {
        (Some(true), ..) => done.output.grouped(),
        (_, Some(left), _) => strings.with("explain-left", &[("amount", &left.grouped())]),
        (_, None, Some(Had::Times(had))) => strings.with("explain-had-times", &[("count", &had)]),
        _ => String::new(),
    };
    Some(ExplainLine::new(LineKind::Step, text, figure))
}

/// The slices of a table: up to where the tier ends, not where the claim ends, so that the rule is recognised.
fn slices(done: &StepResult, strings: &Strings) -> Vec<ExplainLine> {
    let slices = done.slices.as_deref().unwrap_or_default();
    let line = |(at, slice): (usize, &crate::policy::assessment::Slice)| {
        let next = done.next.as_ref().map(|next| next.from);
        let end = if at + 1 == slices.len() { next } else { Some(slice.1) };
        let text = tier(slice.0, end, slice.2, strings);
        // A single slice is the step itself: its figure is the rounded one.
        let figure = if slices.len() == 1 { done.output.grouped() } else { grouped_exact(&slice.3) };
        ExplainLine::new(LineKind::Step, text, figure).of(done.clause.as_ref())
    };
    slices.iter().enumerate().map(line).collect()
}

/// What a tier gives for which part.
fn tier(from: Money, to: Option<Money>, rate: Rate, strings: &Strings) -> String {
    let rate = rate.percent();
    match to {
        Some(to) if from.is_zero() => strings.with("explain-tier-to", &[("to", &to.grouped()), ("rate", &rate)]),
        Some(to) => strings.with("explain-tier", &[("from", &short(from)), ("to", &short(to)), ("rate", &rate)]),
        None if from.is_zero() => strings.with("explain-tier-all", &[("rate", &rate)]),
        None => strings.with("explain-tier-from", &[("from", &short(from)), ("rate", &rate)]),
    }
}

/// The tiers that a claim did not reach, without a figure.
fn not_reached(done: &StepResult, table: &[Tier], strings: &Strings) -> Vec<ExplainLine> {
    let reached = done.slices.as_ref().map_or(0, |slices| slices.len());
    let begins = [Money::ZERO].into_iter().chain(table.iter().filter_map(|tier| tier.to));
    let line = |(from, row): (Money, &Tier)| {
        let mut line = ExplainLine::new(LineKind::Step, tier(from, row.to, row.rate, strings), "-");
        line.illustrative = row.illustrative;
        line.of(done.clause.as_ref())
    };
    begins.zip(table).skip(reached).map(line).collect()
}

/// How much more would reach the next tier.
fn next_tier(result: &BenefitResult, strings: &Strings) -> Option<ExplainLine> {
    let tiers = result.steps.iter().find(|step| step.op == "tiers")?;
    let next = tiers.next.as_ref()?;
    let more = next.from - tiers.used.unwrap_or_default() - tiers.input;
    Some(ExplainLine::new(LineKind::Note, strings.get("explain-next-tier"), more.grouped()))
}

/// An amount without its places where they are zeros.
fn short(amount: Money) -> String {
    let text = amount.grouped();
    text.strip_suffix(".00").map(str::to_owned).unwrap_or(text)
}

/// A decimal with its whole part grouped.
fn grouped_exact(decimal: &str) -> String {
    let (yuan, places) = decimal.split_once('.').unwrap_or((decimal, "00"));
    match yuan.parse::<i64>().ok().and_then(|yuan| yuan.checked_mul(100)) {
        Some(fen) => {
            format!("{}.{places}", Money::from_fen(fen).grouped().trim_end_matches("00").trim_end_matches('.'))
        }
        None => decimal.to_owned(),
    }
}
