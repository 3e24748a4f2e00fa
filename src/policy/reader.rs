//! Reading TOML with every error at once: tables that know which of their fields were asked for, values that report what is
//! wrong with them at their own line and go on.

use std::cell::RefCell;
use std::sync::Arc;

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::facts::FactProblem;
use super::figure::{Fact, Rate, RateError};
use super::model::{Marks, Span};
use super::problem::{Expected, FileError, Problem};
use crate::domain::money::{Money, MoneyError};

/// What the whole file shares: where lines begin, and what was found.
pub(super) struct Doc<'d> {
    text: &'d str,
    /// Where each line begins.
    lines: Vec<usize>,
    errors: RefCell<Vec<FileError>>,
    warnings: RefCell<Vec<FileError>>,
}

impl<'d> Doc<'d> {
    pub fn new(text: &'d str) -> Doc<'d> {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(breaks).collect();
        Doc { text, lines, errors: RefCell::default(), warnings: RefCell::default() }
    }

    /// The line of a place, from 1.
    pub fn line(&self, at: usize) -> usize {
        self.lines.partition_point(|&begin| begin <= at.min(self.text.len()))
    }

    pub fn error(&self, line: usize, field: impl Into<String>, problem: Problem) {
        self.errors.borrow_mut().push(FileError { line, field: field.into(), problem });
    }

    pub fn warn(&self, line: usize, field: impl Into<String>, problem: Problem) {
        self.warnings.borrow_mut().push(FileError { line, field: field.into(), problem });
    }

    pub fn is_sound(&self) -> bool {
        self.errors.borrow().is_empty()
    }

    /// Errors, then warnings, each in the order of lines.
    pub fn into_found(self) -> (Vec<FileError>, Vec<FileError>) {
        let (mut errors, mut warnings) = (self.errors.into_inner(), self.warnings.into_inner());
        errors.sort_by_key(|error| error.line);
        warnings.sort_by_key(|warning| warning.line);
        (errors, warnings)
    }
}

/// A table, and which fields were asked for.
pub(super) struct Table<'d> {
    pub doc: &'d Doc<'d>,
    pub path: String,
    pub at: usize,
    map: &'d DeTable<'d>,
    known: RefCell<Vec<&'static str>>,
}

/// A value at its place.
#[derive(Clone)]
pub(super) struct Value<'d> {
    pub doc: &'d Doc<'d>,
    pub path: String,
    pub at: usize,
    value: &'d DeValue<'d>,
}

impl<'d> Table<'d> {
    pub fn new(doc: &'d Doc<'d>, path: String, at: usize, map: &'d DeTable<'d>) -> Table<'d> {
        Table { doc, path, at, map, known: RefCell::new(vec!["illustrative", "note"]) }
    }

    /// A field that may be absent.
    pub fn get(&self, key: &'static str) -> Option<Value<'d>> {
        self.known.borrow_mut().push(key);
        self.entry(key)
    }

    fn entry(&self, key: &str) -> Option<Value<'d>> {
        let spanned = self.map.get(key)?;
        Some(self.value(key, spanned))
    }

    fn value(&self, key: &str, spanned: &'d Spanned<DeValue<'d>>) -> Value<'d> {
        Value { doc: self.doc, path: self.field(key), at: spanned.span().start, value: spanned.get_ref() }
    }

    /// A field that must be there.
    pub fn need(&self, key: &'static str) -> Option<Value<'d>> {
        let value = self.get(key);
        if value.is_none() {
            self.error_in(key, Problem::Missing);
        }
        value
    }

    /// Whether a field is there, without asking for it.
    pub fn has(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    /// All entries: for tables whose keys are data.
    pub fn entries(&self) -> Vec<(String, Value<'d>)> {
        let mut entries: Vec<_> =
            self.map.iter().map(|(key, value)| (key.get_ref().to_string(), self.value(key.get_ref(), value))).collect();
        entries.sort_by_key(|(_, value)| value.at);
        entries
    }

    /// The path of a field of this table.
    pub fn field(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    pub fn line(&self) -> usize {
        self.doc.line(self.at)
    }

    /// An error of the table itself.
    pub fn error(&self, problem: Problem) {
        self.doc.error(self.line(), self.path.clone(), problem);
    }

    /// An error of a field, at its line where it is there.
    pub fn error_in(&self, key: &str, problem: Problem) {
        let at = self.map.get(key).map_or(self.at, |value| value.span().start);
        self.doc.error(self.doc.line(at), self.field(key), problem);
    }

    /// Ends the table: what was not asked for is unknown; gives its marks and its note.
    pub fn finish(self) -> (Marks, Option<Arc<str>>) {
        let mut known = self.known.borrow().clone();
        known.sort_unstable();
        known.dedup();
        for key in self.map.keys() {
            if !known.contains(&key.get_ref().as_ref()) {
                let line = self.doc.line(key.span().start);
                self.doc.error(line, self.field(key.get_ref()), Problem::Unknown(known.clone()));
            }
        }
        let note = self.entry("note").and_then(|value| value.text());
        let marks = self.entry("illustrative").map_or(Marks::None, |value| value.marks(&known));
        (marks, note)
    }
}

impl<'d> Value<'d> {
    pub fn line(&self) -> usize {
        self.doc.line(self.at)
    }

    /// Reports what is wrong with it.
    pub fn fail<T>(&self, problem: Problem) -> Option<T> {
        self.doc.error(self.line(), self.path.clone(), problem);
        None
    }

    fn wrong<T>(&self, expected: Expected) -> Option<T> {
        let float = self.value.is_float() && expected != Expected::Text;
        self.fail(if float { Problem::Float } else { Problem::Type(expected) })
    }

    fn raw_text(&self, expected: Expected) -> Option<&'d str> {
        match self.value {
            DeValue::String(text) => Some(text.as_ref()),
            _ => self.wrong(expected),
        }
    }

    /// A text with something in it, and no control characters.
    pub fn str(&self) -> Option<&'d str> {
        let text = self.raw_text(Expected::Text)?;
        if text.trim().is_empty() {
            self.fail(Problem::Empty)
        } else if text.chars().any(char::is_control) {
            self.fail(Problem::Control)
        } else {
            Some(text)
        }
    }

    pub fn text(&self) -> Option<Arc<str>> {
        self.str().map(Arc::from)
    }

    pub fn string(&self) -> Option<String> {
        self.str().map(str::to_owned)
    }

    pub fn amount(&self) -> Option<Money> {
        let text = self.raw_text(Expected::Amount)?;
        match text.parse::<Money>() {
            Ok(amount) if amount < Money::ZERO => self.fail(Problem::AmountNegative(text.to_owned())),
            Ok(amount) => Some(amount),
            Err(MoneyError::NotAnAmount) => self.fail(Problem::NotAnAmount(text.to_owned())),
            Err(MoneyError::Places) => self.fail(Problem::AmountPlaces(text.to_owned())),
            Err(MoneyError::TooLarge) => self.fail(Problem::AmountTooLong(text.to_owned())),
        }
    }

    pub fn rate(&self) -> Option<Rate> {
        let text = self.raw_text(Expected::Rate)?;
        match text.parse::<Rate>() {
            Ok(rate) => Some(rate),
            Err(RateError::NotARate) => self.fail(Problem::NotARate(text.to_owned())),
            Err(RateError::Places) => self.fail(Problem::RatePlaces(text.to_owned())),
            Err(RateError::Range) => self.fail(Problem::RateRange(text.to_owned())),
        }
    }

    /// A whole number within `min..=max`.
    pub fn integer(&self, min: i64, max: i64) -> Option<i64> {
        let (value, written) = self.number()?;
        let inside = value.filter(|value| (min..=max).contains(value));
        inside.or_else(|| self.fail(Problem::CountRange(written, min, max)))
    }

    /// A whole number as it is written, with its value where that isn't beyond all measure.
    pub fn number(&self) -> Option<(Option<i64>, String)> {
        let DeValue::Integer(number) = self.value else { return self.wrong(Expected::Count) };
        Some((i64::from_str_radix(number.as_str(), number.radix()).ok(), number.to_string()))
    }

    /// A count from `min` on.
    pub fn count(&self, min: u32) -> Option<u32> {
        self.integer(i64::from(min), 1_000_000).map(|count| count as u32)
    }

    pub fn date(&self) -> Option<NaiveDate> {
        let date = match self.value {
            DeValue::Datetime(moment) if moment.time.is_none() && moment.offset.is_none() => moment.date,
            _ => None,
        };
        match date.and_then(|day| NaiveDate::from_ymd_opt(day.year.into(), day.month.into(), day.day.into())) {
            Some(day) => Some(day),
            None => self.wrong(Expected::Date),
        }
    }

    pub fn flag(&self) -> Option<bool> {
        match self.value {
            DeValue::Boolean(flag) => Some(*flag),
            _ => self.wrong(Expected::Flag),
        }
    }

    /// One of some names.
    pub fn choice<T: Copy>(&self, names: &[(&'static str, T)]) -> Option<T> {
        let text = self.raw_text(Expected::Text)?;
        match names.iter().find(|(name, _)| *name == text) {
            Some((_, choice)) => Some(*choice),
            None => self.fail(Problem::Choice(text.to_owned(), names.iter().map(|(name, _)| *name).collect())),
        }
    }

    pub fn fact(&self) -> Option<Fact> {
        let text = self.raw_text(Expected::Text)?;
        match Fact::from_name(text) {
            Some(fact) => Some(fact),
            None => self.fail(Problem::UnknownFact(text.to_owned())),
        }
    }

    /// A list with something in it.
    pub fn list(&self) -> Option<Vec<Value<'d>>> {
        let DeValue::Array(array) = self.value else { return self.wrong(Expected::List) };
        if array.is_empty() {
            return self.fail(Problem::Empty);
        }
        Some(self.items())
    }

    /// The entries of a list, which may be empty.
    pub fn items(&self) -> Vec<Value<'d>> {
        let DeValue::Array(array) = self.value else { return Vec::new() };
        let item = |(at, value): (usize, &'d Spanned<DeValue<'d>>)| Value {
            doc: self.doc,
            path: format!("{}[{}]", self.path, at + 1),
            at: value.span().start,
            value: value.get_ref(),
        };
        array.iter().enumerate().map(item).collect()
    }

    /// A list of values, each read in the same way; `None` where one of them is wrong.
    pub fn list_of<T>(&self, read: impl Fn(&Value<'d>) -> Option<T>) -> Option<Vec<T>> {
        let values = self.list()?;
        let read: Vec<T> = values.iter().filter_map(read).collect();
        (read.len() == values.len()).then_some(read)
    }

    pub fn table(&self) -> Option<Table<'d>> {
        match self.value {
            DeValue::Table(map) => Some(Table::new(self.doc, self.path.clone(), self.at, map)),
            _ => self.wrong(Expected::Table),
        }
    }

    /// A table, or nothing: for what is looked at twice.
    pub fn as_table(&self) -> Option<Table<'d>> {
        let map = self.value.as_table()?;
        Some(Table::new(self.doc, self.path.clone(), self.at, map))
    }

    /// A text, or nothing: for what is looked at twice.
    pub fn as_str(&self) -> Option<&'d str> {
        self.value.as_str()
    }

    /// What stands under `[[name]]`.
    pub fn rows(&self) -> Vec<Value<'d>> {
        let DeValue::Array(_) = self.value else { return self.wrong::<Vec<_>>(Expected::Rows).unwrap_or_default() };
        self.items()
    }

    /// Whether it is a list with nothing in it.
    pub fn is_empty(&self) -> bool {
        matches!(self.value, DeValue::Array(array) if array.is_empty())
    }

    /// The innermost that is there on a way of fields.
    pub fn within(&self, way: &[&str]) -> Value<'d> {
        let step = |at: Value<'d>, key: &&str| at.as_table().and_then(|table| table.entry(key)).ok_or(at);
        way.iter().try_fold(self.clone(), step).unwrap_or_else(|innermost| innermost)
    }

    /// An error of a field inside it, at its line where it is there.
    pub fn error_in(&self, way: &[&str], problem: Problem) {
        self.doc.error(self.within(way).line(), self.field(way), problem);
    }

    /// A warning of a field inside it, at its line where it is there.
    pub fn warn_in(&self, way: &[&str], problem: Problem) {
        self.doc.warn(self.within(way).line(), self.field(way), problem);
    }

    fn field(&self, way: &[&str]) -> String {
        std::iter::once(self.path.as_str()).chain(way.iter().copied()).collect::<Vec<_>>().join(".")
    }

    /// `{ from, to }`, in the right order.
    pub fn span(&self) -> Option<(Span, Marks)> {
        let table = self.table()?;
        let from = table.need("from").and_then(|value| value.date());
        let to = table.need("to").and_then(|value| value.date());
        let (marks, _) = table.finish();
        let span = Span { from: from?, to: to? };
        if span.to < span.from { self.fail(Problem::Reversed(span.from, span.to)) } else { Some((span, marks)) }
    }

    fn marks(&self, known: &[&'static str]) -> Marks {
        match self.value {
            DeValue::Boolean(true) => Marks::All,
            DeValue::Boolean(false) => Marks::None,
            DeValue::Array(_) => {
                let mut fields = Vec::new();
                for item in self.items() {
                    let Some(name) = item.raw_text(Expected::Text) else { continue };
                    if !known.contains(&name) || name == "illustrative" {
                        item.fail::<()>(Problem::UnknownMark(name.to_owned()));
                    }
                    fields.push(name.to_owned());
                }
                Marks::Fields(fields)
            }
            _ => {
                self.wrong::<()>(Expected::Marks);
                Marks::None
            }
        }
    }

    /// As JSON, for the facts of a case; dates become texts.
    pub fn json(&self) -> Option<serde_json::Value> {
        Some(match self.value {
            DeValue::String(text) => text.as_ref().into(),
            DeValue::Boolean(flag) => (*flag).into(),
            DeValue::Integer(_) => match self.number()?.0 {
                Some(number) => number.into(),
                None => return self.fail(Problem::CaseFact(FactProblem::TooLarge)),
            },
            DeValue::Float(_) => return self.fail(Problem::Float),
            DeValue::Datetime(_) => self.date()?.to_string().into(),
            DeValue::Array(_) => {
                let items = self.items();
                let read: Vec<_> = items.iter().filter_map(Value::json).collect();
                (read.len() == items.len()).then_some(read)?.into()
            }
            DeValue::Table(_) => {
                let entries = self.table()?.entries();
                let read: serde_json::Map<_, _> =
                    entries.iter().filter_map(|(key, value)| Some((key.clone(), value.json()?))).collect();
                (read.len() == entries.len()).then_some(read)?.into()
            }
        })
    }
}
