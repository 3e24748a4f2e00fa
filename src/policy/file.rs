//! From a file to a [`Policy`]: the head, cover, premium, documents, exclusions and cases. Benefits and their steps are in
//! `steps`, what holds between fields in `checks`.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::checks::{self, entries, whole};
use super::facts::{FactError, Facts};
use super::model::{
    Anchor, Ask, Case, CoverRule, DayCount, DocumentRule, Exclusion, Expect, Marks, Need, Pattern, Policy, Premium,
    Rounding, Subsidy, SubsidyAmount, YearCount,
};
use super::problem::{FileError, Problem};
use super::reader::{Doc, Table, Value};
use super::record::Flags;
use super::steps;
use crate::domain::area::AreaCode;
use crate::domain::money::Money;

/// Files beyond this are refused unread.
pub const MAX_BYTES: usize = 1 << 20;

/// The newest form of the file that is known.
const FORMAT: i64 = 1;

impl Policy {
    /// Reads a policy; where it can't be right, every error at once, in the order of lines.
    pub fn parse(text: &str) -> Result<Policy, Vec<FileError>> {
        Policy::parse_with_warnings(text).map(|(policy, _)| policy)
    }

    /// Reads a policy from a file's bytes.
    pub fn parse_bytes(bytes: &[u8]) -> Result<(Policy, Vec<FileError>), Vec<FileError>> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Policy::parse_with_warnings(text),
            Err(error) => {
                let line = bytes[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count() + 1;
                Err(vec![FileError { line, field: "file".to_owned(), problem: Problem::NotUtf8 }])
            }
        }
    }

    /// Reads a policy, with the warnings that don't stand in its way.
    pub fn parse_with_warnings(text: &str) -> Result<(Policy, Vec<FileError>), Vec<FileError>> {
        let doc = Doc::new(text);
        let policy = read(&doc, text);
        let (errors, warnings) = doc.into_found();
        match policy {
            Some(policy) if errors.is_empty() => Ok((policy, warnings)),
            _ => Err(errors),
        }
    }
}

fn read(doc: &Doc<'_>, text: &str) -> Option<Policy> {
    if text.len() > MAX_BYTES {
        doc.error(1, "file", Problem::TooBig);
        return None;
    }
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut said = 0;
    for error in &errors {
        let line = doc.line(error.span().map_or(0, |span| span.start));
        // What the parser says next of the same line follows from the first.
        if line != said {
            doc.error(line, "file", Problem::NotToml(error.message().to_owned()));
        }
        said = line;
    }
    if !errors.is_empty() {
        return None;
    }
    inline_breaks(doc, text, root.get_ref());
    // The text outlives the document that was read from it; tables borrow both for the length of this call.
    let table = Table::new(doc, String::new(), 0, root.get_ref());
    if let Some(format) = table.need("format") {
        let (number, written) = format.number()?;
        if number != Some(FORMAT) {
            return format.fail(Problem::Format(written));
        }
    }
    policy(table)
}

fn policy(table: Table<'_>) -> Option<Policy> {
    let scheme = table.get("scheme").map_or(Some("nm-medical".to_owned()), |value| value.string());
    let code = table.need("code").and_then(|value| value.text());
    let version = table.need("version").and_then(|value| value.count(1));
    let period = table.need("period").and_then(|value| value.integer(1900, 9999)).map(|period| period as i32);
    let title = table.need("title").and_then(|value| value.text());
    let issuer = table.need("issuer").and_then(|value| area(&value));
    let source = table.need("source").and_then(|value| value.string());
    let valid = table.need("valid").and_then(|value| value.span());
    let review_by = optional(table.get("review_by"), |value| value.date());
    let rounding = table.get("rounding").map_or(Some(Rounding::default()), |value| {
        value.choice(&[("half_up", Rounding::HalfUp), ("half_even", Rounding::HalfEven), ("down", Rounding::Down)])
    });
    let cover = table.need("cover").and_then(|value| value.table()).and_then(cover);
    let premium = optional(table.get("premium"), |value| value.table().and_then(|table| premium(table, issuer)));
    let review = table.get("review").and_then(|value| value.table()).map(|review| {
        let second_from = review.get("second_from").and_then(|value| value.amount());
        (second_from, review.finish().0)
    });
    for (list, name) in [("benefit", "code"), ("document", "code"), ("exclusion", "code"), ("case", "name")] {
        checks::duplicates(table.get(list), name);
    }
    let documents = whole(entries(table.get("document"), document));
    let exclusions = whole(entries(table.get("exclusion"), exclusion));
    let benefits = table.need("benefit").and_then(|value| {
        if value.is_empty() {
            value.fail::<()>(Problem::Empty);
        }
        let list = entries(Some(value), steps::benefit);
        (!list.is_empty()).then_some(list)
    });
    let totals = entries(table.get("total"), steps::total);
    let cases = entries(table.get("case"), case);

    let (doc, valid) = (table.doc, valid.map(|(span, _)| span));
    checks::dates(&table, valid, review_by.flatten(), period);
    checks::conditions(benefits.as_deref().unwrap_or_default(), issuer);
    checks::caps(benefits.as_deref().unwrap_or_default(), &totals, rounding.unwrap_or_default());
    let benefits = benefits.and_then(whole);
    checks::cases(&cases, issuer, valid, cover.as_ref().map(|cover| cover.anchor), benefits.as_deref());
    let (marks, note) = table.finish();

    let (second_from, second_marks) = review.unwrap_or_default();
    let mut policy = Policy {
        scheme: scheme?,
        code: code?,
        version: version?,
        period: period?,
        title: title?,
        issuer: issuer?,
        source: source?,
        valid: valid?,
        review_by: review_by?,
        rounding: rounding?,
        note,
        marks,
        cover: cover?,
        premium: premium?,
        second_from,
        second_marks,
        documents: documents?,
        exclusions: exclusions?,
        kinds: Vec::new(),
        exclusives: 0,
        head: String::new(),
        benefits: benefits?,
        totals: whole(totals)?,
        cases: whole(cases)?,
    };
    steps::index(&mut policy);
    doc.is_sound().then_some(policy)
}

/// A field that may be absent: the outer `None` is an error.
fn optional<'d, T>(value: Option<Value<'d>>, read: impl FnOnce(Value<'d>) -> Option<T>) -> Option<Option<T>> {
    match value {
        Some(value) => read(value).map(Some),
        None => Some(None),
    }
}

/// A known area.
fn area(value: &Value<'_>) -> Option<AreaCode> {
    let text = value.str()?;
    match text.parse::<AreaCode>() {
        Ok(area) if checks::is_known(area) => Some(area),
        _ => value.fail(Problem::UnknownArea(text.to_owned())),
    }
}

/// Kinds of claim: texts, at least one.
pub(super) fn kinds(table: &Table<'_>) -> Option<Vec<String>> {
    table.need("claim").and_then(|value| value.list_of(|kind| kind.string()))
}

fn cover(table: Table<'_>) -> Option<CoverRule> {
    let anchor = table.need("anchor").and_then(|value| {
        value.choice(&[
            ("admission", Anchor::Admission),
            ("discharge", Anchor::Discharge),
            ("settlement", Anchor::Settlement),
        ])
    });
    let waiting_days = table.get("waiting_days").map_or(Some(0), |value| value.count(0));
    let unit_ratio = table.get("unit_ratio").map_or(Some(Default::default()), |value| value.rate());
    let claim_within_days = optional(table.get("claim_within_days"), |value| value.count(0));
    let days = table.get("days").map_or(Some(DayCount::default()), |value| {
        value.choice(&[("nights", DayCount::Nights), ("both_ends", DayCount::BothEnds)])
    });
    let years = table.get("years").map_or(Some(YearCount::default()), |value| {
        value.choice(&[("consecutive", YearCount::Consecutive), ("total", YearCount::Total)])
    });
    let (marks, _) = table.finish();
    Some(CoverRule {
        anchor: anchor?,
        waiting_days: waiting_days?,
        unit_ratio: unit_ratio?,
        claim_within_days: claim_within_days?,
        days: days?,
        years: years?,
        marks,
    })
}

fn premium(table: Table<'_>, issuer: Option<AreaCode>) -> Option<Premium> {
    let amount = table.need("amount").and_then(|value| value.amount());
    let subsidies = entries(table.get("subsidy"), subsidy);
    checks::subsidies(amount, &subsidies, issuer);
    let (marks, _) = table.finish();
    Some(Premium { amount: amount?, subsidies: whole(subsidies)?, marks })
}

fn subsidy(table: Table<'_>) -> Option<Subsidy> {
    let payer = table.need("payer").and_then(|value| value.string());
    let area = table.need("area").and_then(|value| area(&value));
    let paid = optional(table.get("paid"), |value| value.span().map(|(span, _)| span));
    let fixed = optional(table.get("amount"), |value| value.amount().map(SubsidyAmount::Fixed));
    let range = optional(table.get("range"), |value| {
        let ends = value.list_of(Value::amount)?;
        match ends[..] {
            [low, high] if low <= high => Some(SubsidyAmount::Range(low, high)),
            [_, _] => value.fail(Problem::Choice("[high, low]".to_owned(), vec!["[low, high]"])),
            _ => value.fail(Problem::ListLength("range", 2, ends.len())),
        }
    });
    let unit = optional(table.get("unit"), |value| value.flag());
    let unit = unit.map(|unit| unit.filter(|unit| *unit).map(|_| SubsidyAmount::Unit));
    let ways = ["amount", "range", "unit"];
    let given = [table.has("amount"), table.has("range"), matches!(unit, Some(Some(_)))];
    if given.iter().filter(|given| **given).count() != 1 {
        table.error(Problem::OneOf(ways.to_vec()));
        table.finish();
        return None;
    }
    let (marks, _) = table.finish();
    let amount = fixed?.or(range?).or(unit?)?;
    Some(Subsidy { payer: payer?, area: area?, amount, paid: paid?, marks })
}

fn document(table: Table<'_>) -> Option<DocumentRule> {
    let code = table.need("code").and_then(|value| value.string());
    let title = table.need("title").and_then(|value| value.string());
    let claim = kinds(&table);
    let need = table.get("need").map_or(Some(Need::default()), |value| {
        value.choice(&[("always", Need::Always), ("agent", Need::Agent), ("heir", Need::Heir), ("ask", Need::Ask)])
    });
    let (marks, _) = table.finish();
    Some(DocumentRule { code: code?, title: title?, claim: claim?, need: need?, marks })
}

fn exclusion(table: Table<'_>) -> Option<Exclusion> {
    let code = table.need("code").and_then(|value| value.string());
    let title = table.need("title").and_then(|value| value.string());
    let ask = optional(table.get("ask"), |value| {
        let ask = value.table()?;
        let diagnosis = ask.get("diagnosis").map_or(Some(Vec::new()), |value| value.list_of(pattern));
        let claim = ask.get("claim").map_or(Some(Vec::new()), |value| value.list_of(|kind| kind.string()));
        ask.finish();
        Some(Ask { diagnosis: diagnosis?, claim: claim? })
    });
    let (marks, _) = table.finish();
    Some(Exclusion { code: code?, title: title?, ask: ask?, marks })
}

/// A code with or without `*` at its end.
pub(super) fn pattern(value: &Value<'_>) -> Option<Pattern> {
    let text = value.str()?;
    Pattern::parse(text).or_else(|| value.fail(Problem::Star(text.to_owned())))
}

fn case(table: Table<'_>) -> Option<Case> {
    let line = table.line();
    let name = table.need("name").and_then(|value| value.string());
    let facts = table.need("facts").and_then(|value| case_facts(&value));
    let expect = table.need("expect").and_then(|value| value.table()).and_then(expect);
    table.finish();
    Some(Case { name: name?, facts: facts?, expect: expect?, line })
}

/// The facts of a case: the same text as of any claim, so the same errors, at the line of the fact.
fn case_facts(value: &Value<'_>) -> Option<Facts> {
    let entries = value.table()?.entries();
    let json = value.json()?;
    match Facts::from_json(&json.to_string()) {
        Ok(facts) => Some(facts),
        Err(FactError { fact, problem }) => {
            let key = fact.split('.').next().unwrap_or_default();
            let at = entries.iter().find(|(name, _)| name == key).map_or(value, |(_, value)| value);
            value.doc.error(at.line(), format!("{}.{fact}", value.path), Problem::CaseFact(problem));
            None
        }
    }
}

fn expect(table: Table<'_>) -> Option<Expect> {
    let covered = optional(table.get("covered"), |value| value.flag());
    let years = optional(table.get("years"), |value| value.count(0));
    let days = optional(table.get("days"), |value| value.count(0));
    let total = optional(table.get("total"), |value| value.amount());
    let flags = optional(table.get("flags"), |value| {
        let flag = |value: &Value<'_>| -> Option<String> {
            value.choice(&Flags::ALL.map(|(_, name)| (name, name))).map(str::to_owned)
        };
        let read: Vec<String> = value.items().iter().filter_map(flag).collect();
        (read.len() == value.items().len()).then_some(read)
    });
    let benefits = optional(table.get("benefits"), |value| {
        let entries = value.table()?.entries();
        let read: Vec<(String, Money)> =
            entries.iter().filter_map(|(code, value)| Some((code.clone(), value.amount()?))).collect();
        (read.len() == entries.len()).then_some(read)
    });
    let (_, _): (Marks, _) = table.finish();
    Some(Expect { covered: covered?, years: years?, days: days?, total: total?, flags: flags?, benefits: benefits? })
}

/// An inline table breaks its line only inside an array: TOML 1.0, which is what other programs of an office read.
fn inline_breaks(doc: &Doc<'_>, text: &str, table: &DeTable<'_>) {
    for (key, value) in table {
        inline_breaks_of(doc, text, key.get_ref(), value.span(), value.get_ref());
    }
}

fn inline_breaks_of(doc: &Doc<'_>, text: &str, key: &str, span: Range<usize>, value: &DeValue<'_>) {
    match value {
        DeValue::Array(array) => {
            for item in array.iter() {
                inline_breaks_of(doc, text, key, item.span(), item.get_ref());
            }
        }
        DeValue::Table(table) => {
            if text[span.clone()].starts_with('{') {
                // What is left when the values are taken out: keys, marks and blanks.
                let mut values: Vec<Range<usize>> = table.iter().map(|(_, value)| value.span()).collect();
                values.push(span.end..span.end);
                values.sort_by_key(|value| value.start);
                let mut at = span.start;
                for value in values {
                    if at < value.start && text[at..value.start].contains('\n') {
                        doc.error(doc.line(at), key, Problem::InlineBreak);
                        break;
                    }
                    at = at.max(value.end);
                }
            }
            inline_breaks(doc, text, table);
        }
        _ => {}
    }
}
