//! What the engine leaves behind: plain records in buffers that are used again, and their JSON, made when someone looks.
//!
//! The JSON is form 1 of `policies/README.md`: keys in a fixed order, amounts as texts, nothing between the tokens. Same
//! facts, same policy: the same bytes.

use super::facts::Facts;
use super::figure::{Fact, Figure, RATE_ONE, Rates};
use super::model::{Op, Policy, Step};
use crate::domain::sheet::Line;

/// The flags of an assessment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags(u8);

impl Flags {
    /// No participation covers the anchor date.
    pub const NOT_COVERED: u8 = 1;
    /// Submitted later than the policy allows.
    pub const LATE: u8 = 2;
    /// Submitted later than the policy's `review_by`.
    pub const REVIEW_DUE: u8 = 4;
    /// An amount comes from a figure that was never published.
    pub const ILLUSTRATIVE: u8 = 8;

    /// All flags with their names, in their order.
    pub const ALL: [(u8, &'static str); 4] = [
        (Flags::NOT_COVERED, "not_covered"),
        (Flags::LATE, "late"),
        (Flags::REVIEW_DUE, "review_due"),
        (Flags::ILLUSTRATIVE, "illustrative"),
    ];

    /// Sets one.
    pub fn set(&mut self, flag: u8) {
        self.0 |= flag;
    }

    /// Whether one is set.
    pub const fn has(self, flag: u8) -> bool {
        self.0 & flag != 0
    }

    /// The names of those that are set, in their order.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Flags::ALL.into_iter().filter(move |(flag, _)| self.has(*flag)).map(|(_, name)| name)
    }
}

/// A claim's result as the engine leaves it. Amounts in fen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Whether a participation covers the claim.
    pub covered: bool,
    /// Years of participation.
    pub years: u32,
    /// Length of the stay.
    pub days: u32,
    /// What the claim gets.
    pub total: i64,
    /// The flags.
    pub flags: Flags,
    /// Benefits that answered, in the policy's order.
    pub benefits: Vec<BenefitRecord>,
    /// Their steps, with those of losers of an `exclusive`.
    pub steps: Vec<StepRecord>,
    /// Slices of the `tiers` steps.
    pub slices: Vec<SliceRecord>,
    /// Benefits that did not answer, in the policy's order.
    pub not: Vec<NotRecord>,
    /// Steps over the sum.
    pub total_steps: Vec<StepRecord>,
}

/// One benefit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BenefitRecord {
    /// Which of the policy's.
    pub index: u32,
    /// Where its steps begin in [`Record::steps`].
    pub first_step: u32,
    /// What its own steps gave.
    pub amount: i64,
    /// What it gets.
    pub paid: i64,
}

/// One step: what goes in and out, and what only this claim's facts say about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StepRecord {
    /// The running amount before.
    pub input: i64,
    /// The running amount after.
    pub output: i64,
    /// The step's amount for this claim; of `tiers` what entered before in the period; of `period_limit` what is left.
    pub figure: i64,
    /// Days, visits, entries had before; a rate in millionths; of `tiers` the number of slices.
    pub number: u32,
    /// The place in a list, from 1, or 0; of `tiers` the first slice.
    pub at: u32,
}

/// One slice of a `tiers` step: `(to - from) x rate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SliceRecord {
    /// From this amount.
    pub from: i64,
    /// To this amount.
    pub to: i64,
    /// In millionths.
    pub rate: u32,
}

/// A benefit that is not among those that are paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotRecord {
    /// Which of the policy's.
    pub index: u32,
    /// Why.
    pub why: Why,
}

/// Why a benefit is not paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It answers other kinds of claim.
    Kind,
    /// A condition failed: its key.
    Condition(&'static str),
    /// Another that shares the name gave more.
    Exclusive,
}

impl Why {
    /// As it is recorded.
    pub const fn code(self) -> &'static str {
        match self {
            Why::Kind => "kind",
            Why::Condition(key) => key,
            Why::Exclusive => "exclusive",
        }
    }
}

impl Record {
    /// Forgets the last claim, keeps the memory.
    pub fn clear(&mut self) {
        (self.covered, self.years, self.days, self.total, self.flags) = (false, 0, 0, 0, Flags::default());
        self.benefits.clear();
        self.steps.clear();
        self.slices.clear();
        self.not.clear();
        self.total_steps.clear();
    }

    /// The JSON of a claim that was run with its explanation.
    pub fn to_json(&self, policy: &Policy, facts: &Facts) -> String {
        let mut out = Vec::with_capacity(2048);
        self.write_json(policy, facts, &mut out);
        // Every piece was text.
        String::from_utf8(out).unwrap_or_default()
    }

    /// The same, behind what is in `out` already.
    pub fn write_json(&self, policy: &Policy, facts: &Facts, out: &mut Vec<u8>) {
        push(out, &policy.head);
        push(out, if self.covered { ",\"covered\":true" } else { ",\"covered\":false" });
        push_count(out, ",\"years\":", self.years);
        push_count(out, ",\"days\":", self.days);
        push(out, ",\"benefits\":[");
        for (at, record) in self.benefits.iter().enumerate() {
            let benefit = &policy.benefits[record.index as usize];
            if at > 0 {
                out.push(b',');
            }
            push(out, &benefit.head);
            push_amount(out, ",\"amount\":\"", record.amount);
            push_amount(out, ",\"paid\":\"", record.paid);
            push(out, ",\"steps\":[");
            let steps = &self.steps[record.first_step as usize..][..benefit.steps.len()];
            self.push_steps(out, &benefit.steps, steps, facts);
            push(out, "]}");
        }
        push_amount(out, "],\"total\":\"", self.total);
        push(out, ",\"flags\":[");
        for (at, name) in self.flags.names().enumerate() {
            push(out, if at > 0 { ",\"" } else { "\"" });
            push(out, name);
            push(out, "\"");
        }
        push(out, "],\"not\":[");
        for (at, not) in self.not.iter().enumerate() {
            let benefit = &policy.benefits[not.index as usize];
            push(out, if at > 0 { ",{\"code\":" } else { "{\"code\":" });
            push_json_text(out, &benefit.code);
            push(out, ",\"title\":");
            push_json_text(out, &benefit.title);
            push(out, ",\"why\":\"");
            push(out, not.why.code());
            push(out, "\"}");
        }
        push(out, "],\"total_steps\":[");
        self.push_steps(out, &policy.totals, &self.total_steps, facts);
        push(out, "]}");
    }

    fn push_steps(&self, out: &mut Vec<u8>, steps: &[Step], records: &[StepRecord], facts: &Facts) {
        for (at, (step, record)) in steps.iter().zip(records).enumerate() {
            push(out, if at > 0 { ",{\"op\":\"" } else { "{\"op\":\"" });
            push(out, step.op.name());
            push_amount(out, "\",\"in\":\"", record.input);
            push_amount(out, ",\"out\":\"", record.output);
            self.push_details(out, step, record, facts);
            push(out, &step.tail);
        }
    }

    /// The keys that are the step's own.
    fn push_details(&self, out: &mut Vec<u8>, step: &Step, record: &StepRecord, facts: &Facts) {
        let held = record.input != record.output;
        match &step.op {
            Op::Base { of, plus, less } => {
                push(out, ",\"of\":\"");
                push(out, of.name());
                push(out, "\",\"parts\":[[");
                push_parts(out, *of, plus, less, facts);
                push(out, "]]");
            }
            Op::Deduct(figure) => push_figure(out, figure, record),
            Op::AtMost(figure) => {
                push_figure(out, figure, record);
                push_flag(out, ",\"held\":", held);
            }
            Op::Rate(rates) => {
                push(out, ",\"rate\":\"");
                push_rate(out, record.number);
                push(out, "\"");
                if let Rates::By(by, _) = rates {
                    push_place(out, by.name(), record.at);
                }
            }
            Op::Tiers { by_period, table, .. } => {
                if *by_period {
                    push_amount(out, ",\"used\":\"", record.figure);
                }
                push(out, ",\"slices\":[");
                for (at, slice) in self.slices[record.at as usize..][..record.number as usize].iter().enumerate() {
                    push_amount(out, if at > 0 { ",[\"" } else { "[\"" }, slice.from);
                    push_amount(out, ",\"", slice.to);
                    push(out, ",\"");
                    push_rate(out, slice.rate);
                    push(out, "\",\"");
                    push_exact(out, u128::from((slice.to - slice.from) as u64) * u128::from(slice.rate));
                    push(out, "\"]");
                }
                push(out, "]");
                // The tier in which the amount ends, then the one after it.
                let end = record.figure + record.input;
                let next = table.iter().zip(&table[1..]).find(|(tier, _)| tier.to.is_some_and(|to| end <= to.fen()));
                if let Some((tier, next)) = next {
                    push_amount(out, ",\"next\":{\"from\":\"", tier.to.map_or(0, |to| to.fen()));
                    push(out, ",\"rate\":\"");
                    push_rate(out, next.rate.millionths());
                    push(out, "\"}");
                }
            }
            Op::AtLeast { .. } => {
                push_amount(out, ",\"amount\":\"", record.figure);
                push_flag(out, ",\"held\":", held);
            }
            Op::PerDay { amount, .. } => {
                push_count(out, ",\"days\":", record.number);
                push_figure(out, amount, record);
            }
            Op::PerVisit { amount, .. } => {
                push_count(out, ",\"visits\":", record.number);
                push_figure(out, amount, record);
            }
            Op::LumpSum { amount, once } => {
                push_amount(out, ",\"amount\":\"", amount.fen());
                if *once != super::model::Once::Claim {
                    push_flag(out, ",\"had\":", record.number > 0);
                }
            }
            Op::PeriodLimit { amount, count } => {
                if let Some(amount) = amount {
                    push_amount(out, ",\"amount\":\"", amount.fen());
                    push_amount(out, ",\"left\":\"", record.figure);
                }
                if let Some(count) = count {
                    push_count(out, ",\"count\":", *count);
                    push_count(out, ",\"had\":", record.number);
                }
                if held {
                    push_flag(out, ",\"held\":", true);
                }
            }
        }
    }
}

/// Writes once what the JSON says in the same words of every claim.
pub(super) fn prepare(policy: &mut Policy) {
    let text = |write: &dyn Fn(&mut Vec<u8>)| {
        let mut out = Vec::new();
        write(&mut out);
        // Every piece was text.
        String::from_utf8(out).unwrap_or_default()
    };
    policy.head = text(&|out| {
        push(out, "{\"form\":1,\"policy\":");
        push_json_text(out, &policy.code);
        push_count(out, ",\"version\":", policy.version);
    });
    for benefit in &mut policy.benefits {
        benefit.head = text(&|out| {
            push(out, "{\"code\":");
            push_json_text(out, &benefit.code);
            push(out, ",\"title\":");
            push_json_text(out, &benefit.title);
            if let Some(clause) = &benefit.clause {
                push(out, ",\"clause\":");
                push_json_text(out, clause);
            }
        });
    }
    let steps = policy.benefits.iter_mut().flat_map(|benefit| &mut benefit.steps);
    for step in steps.chain(&mut policy.totals) {
        step.tail = text(&|out| {
            for (key, text) in [(",\"clause\":", &step.clause), (",\"note\":", &step.note)] {
                if let Some(text) = text {
                    push(out, key);
                    push_json_text(out, text);
                }
            }
            push(out, "}");
        });
    }
}

/// What a base is made of, with signs: a derived fact one level down, then what is added and taken off. Where a derived
/// fact stands at 0 because it would be below it, and something is added to that 0, it stands as itself.
fn push_parts(out: &mut Vec<u8>, of: Fact, plus: &[Fact], less: &[Fact], facts: &Facts) {
    let sheet = &facts.amounts;
    let below = of == Fact::InScopeSelfPay && sheet.in_scope_self_pay().fen() < 0;
    let whole = of.parts().is_empty() || (below && !plus.is_empty());
    let whole_fact = whole.then_some((of, 1));
    let parts = if whole { &[] } else { of.parts() };
    let own = whole_fact.into_iter().chain(parts.iter().copied());
    let added = plus.iter().map(|fact| (*fact, 1));
    let taken = less.iter().copied().chain([Fact::Line(Line::OtherCompensation)]).map(|fact| (fact, -1));
    for (at, (fact, sign)) in own.chain(added).chain(taken).enumerate() {
        push(out, if at > 0 { "],[\"" } else { "\"" });
        push(out, fact.name());
        push_amount(out, "\",\"", sign * fact.fen(sheet));
    }
}

fn push_figure(out: &mut Vec<u8>, figure: &Figure, record: &StepRecord) {
    push_amount(out, ",\"amount\":\"", record.figure);
    match figure {
        Figure::Amount(_) => {}
        Figure::By(by, _) => push_place(out, by.name(), record.at),
        Figure::Of(fact) => {
            push(out, ",\"of\":\"");
            push(out, fact.name());
            push(out, "\"");
        }
    }
}

fn push_place(out: &mut Vec<u8>, by: &str, at: u32) {
    push(out, ",\"by\":\"");
    push(out, by);
    push_count(out, "\",\"at\":", at);
}

#[inline]
fn push(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
}

fn push_flag(out: &mut Vec<u8>, key: &str, flag: bool) {
    push(out, key);
    push(out, if flag { "true" } else { "false" });
}

#[inline]
fn push_count(out: &mut Vec<u8>, key: &str, count: u32) {
    push(out, key);
    push_number(out, i64::from(count));
}

/// A key that ends with the opening quote, the amount, the closing quote.
#[inline]
fn push_amount(out: &mut Vec<u8>, key: &str, fen: i64) {
    push(out, key);
    push_money(out, fen);
    out.push(b'"');
}

/// A whole number.
pub fn push_number(out: &mut Vec<u8>, number: i64) {
    if number < 0 {
        out.push(b'-');
    }
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// 00 to 99: two digits at a time halve the divisions.
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[b'0'; 2]; 100];
    let mut at = 0;
    while at < 100 {
        pairs[at] = [b'0' + (at / 10) as u8, b'0' + (at % 10) as u8];
        at += 1;
    }
    pairs
};

/// An amount in fen as yuan with two places.
pub fn push_money(out: &mut Vec<u8>, fen: i64) {
    // "-", up to 17 digits of yuan, ".", two places.
    let mut text = [0u8; 24];
    let mut at = text.len() - 3;
    let abs = fen.unsigned_abs();
    text[at] = b'.';
    text[at + 1..].copy_from_slice(&PAIRS[(abs % 100) as usize]);
    let mut yuan = abs / 100;
    while yuan >= 10 {
        at -= 2;
        text[at..at + 2].copy_from_slice(&PAIRS[(yuan % 100) as usize]);
        yuan /= 100;
    }
    if yuan > 0 || at == text.len() - 3 {
        at -= 1;
        text[at] = b'0' + yuan as u8;
    }
    if fen < 0 {
        at -= 1;
        text[at] = b'-';
    }
    out.extend_from_slice(&text[at..]);
}

/// Millionths as a decimal, with the fewest places, at least two.
fn push_rate(out: &mut Vec<u8>, millionths: u32) {
    push_number(out, i64::from(millionths / RATE_ONE));
    push_places(out, millionths % RATE_ONE, 6);
}

/// Fen times millionths as yuan, not rounded: with the fewest places, at least two.
fn push_exact(out: &mut Vec<u8>, exact: u128) {
    let yuan_in = 100 * u128::from(RATE_ONE);
    let (yuan, places) = match u64::try_from(exact) {
        Ok(exact) => (exact / yuan_in as u64, (exact % yuan_in as u64) as u32),
        Err(_) => ((exact / yuan_in) as u64, (exact % yuan_in) as u32),
    };
    push_number(out, yuan as i64);
    push_places(out, places, 8);
}

/// A point and the places of a fraction of so many digits, zeros at the end cut down to two.
fn push_places(out: &mut Vec<u8>, fraction: u32, digits: usize) {
    let mut text = [b'0'; 8];
    let mut rest = fraction;
    for at in (0..digits).rev() {
        text[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    let fewest = text.iter().rposition(|&digit| digit != b'0').map_or(2, |last| (last + 1).max(2));
    out.push(b'.');
    out.extend_from_slice(&text[..fewest]);
}

/// A JSON string with its quotes.
pub fn push_json_text(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    if text.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
        push(out, text);
    } else {
        for c in text.chars() {
            match c {
                '"' => push(out, "\\\""),
                '\\' => push(out, "\\\\"),
                '\n' => push(out, "\\n"),
                '\r' => push(out, "\\r"),
                '\t' => push(out, "\\t"),
                '\u{8}' => push(out, "\\b"),
                '\u{c}' => push(out, "\\f"),
                c if c < ' ' => push(out, &format!("\\u{:04x}", u32::from(c))),
                c => push(out, c.encode_utf8(&mut [0; 4])),
            }
        }
    }
    out.push(b'"');
}
