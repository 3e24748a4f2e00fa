//! Facts as JSON: read into facts that are used again (a filter reads millions), and written in one stable form, which is
//! what is recorded and hashed.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::facts::{FactError, FactProblem, Facts, Kind};
use super::record::{push_json_text, push_money, push_number};
use super::seeds::{Count, Failed, Flag, Text};
use crate::domain::cover::{Cover, Paid};
use crate::domain::member::Sex;
use crate::domain::money::{Money, MoneyError};
use crate::domain::sheet::Line;

impl Facts {
    /// Reads one JSON object.
    pub fn from_json(text: &str) -> Result<Facts, FactError> {
        let mut facts = Facts::blank();
        facts.read_json(text)?;
        Ok(facts)
    }

    /// Reads one JSON object in the place of what was there; texts and lists keep their memory.
    pub fn read_json(&mut self, text: &str) -> Result<(), FactError> {
        if too_deep(text) {
            return Err(FactError::new("json", FactProblem::NotJson("nested too deep".to_owned())));
        }
        self.clear();
        let mut state = State { given: 0, next: 0, key: "facts", in_row: false, unknown: None, error: None };
        let mut json = sonic_rs::Deserializer::from_str(text);
        let read = Object { facts: self, state: &mut state }.deserialize(&mut json).and_then(|()| json.end());
        if let Err(error) = read {
            return Err(state.explain(&error));
        }
        for required in ["kind", "area", "total"] {
            if Key::find(required, 0).is_some_and(|at| state.given & (1 << at) == 0) {
                return Err(FactError::new(required, FactProblem::Missing));
            }
        }
        self.validate()?;
        self.validate_lists()
    }

    fn clear(&mut self) {
        let mut blank = Facts::blank();
        blank.kind = std::mem::take(&mut self.kind);
        blank.diagnosis = std::mem::take(&mut self.diagnosis);
        blank.cover = std::mem::take(&mut self.cover);
        blank.paid = std::mem::take(&mut self.paid);
        *self = blank;
        self.kind.clear();
        self.diagnosis.clear();
        self.cover.clear();
        self.paid.clear();
    }

    /// Writes one JSON object: the keys in the order of the format's table, all amounts, absent dates and texts left out.
    pub fn to_json(&self) -> String {
        let mut out = Vec::with_capacity(1024);
        let text = |out: &mut Vec<u8>, key: &str, value: &str| {
            out.push(if out.is_empty() { b'{' } else { b',' });
            push_json_text(out, key);
            out.push(b':');
            push_json_text(out, value);
        };
        let date = |out: &mut Vec<u8>, key: &str, value: Option<NaiveDate>| {
            if let Some(day) = value {
                text(out, key, &day.to_string());
            }
        };
        text(&mut out, "kind", &self.kind);
        text(&mut out, "area", &self.area.to_string());
        date(&mut out, "admission", self.admission);
        date(&mut out, "discharge", self.discharge);
        date(&mut out, "settlement", self.settlement);
        out.extend_from_slice(format!(",\"hospital_level\":{}", self.hospital_level).as_bytes());
        out.extend_from_slice(format!(",\"out_of_area\":{}", self.out_of_area).as_bytes());
        if !self.diagnosis.is_empty() {
            text(&mut out, "diagnosis", &self.diagnosis);
        }
        for line in Line::ALL {
            out.extend_from_slice(format!(",\"{}\":\"", line.fact()).as_bytes());
            push_money(&mut out, self.amounts.get(line).fen());
            out.push(b'"');
        }
        out.extend_from_slice(format!(",\"visits\":{},\"retired\":{}", self.visits, self.retired).as_bytes());
        date(&mut out, "birth", self.birth);
        if let Some(sex) = self.sex {
            text(&mut out, "sex", sex.code());
        }
        date(&mut out, "submitted", self.submitted);
        out.extend_from_slice(b",\"cover\":[");
        for (at, cover) in self.cover.iter().enumerate() {
            let comma = if at > 0 { "," } else { "" };
            let row = format!(r#"{comma}{{"period":{},"from":"{}","to":"{}"}}"#, cover.period, cover.from, cover.to);
            out.extend_from_slice(row.as_bytes());
        }
        out.extend_from_slice(b"],\"paid\":[");
        for (at, paid) in self.paid.iter().enumerate() {
            out.extend_from_slice(if at > 0 { b",{\"period\":" } else { b"{\"period\":" });
            push_number(&mut out, i64::from(paid.period));
            out.extend_from_slice(b",\"benefit\":");
            push_json_text(&mut out, &paid.benefit);
            out.extend_from_slice(b",\"base\":\"");
            push_money(&mut out, paid.base.fen());
            out.extend_from_slice(b"\",\"days\":");
            push_number(&mut out, i64::from(paid.days));
            out.extend_from_slice(b",\"amount\":\"");
            push_money(&mut out, paid.amount.fen());
            out.extend_from_slice(b"\"}");
        }
        out.extend_from_slice(b"]}");
        // Every piece was text.
        String::from_utf8(out).unwrap_or_default()
    }
}

/// Whether a text is nested deeper than facts ever are: the parser recurses, and its stack has an end. Only a text with very
/// many brackets is looked at closely.
fn too_deep(text: &str) -> bool {
    if text.len() < 1000 {
        return false;
    }
    let opens = text.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count();
    if opens < 500 {
        return false;
    }
    let (mut depth, mut quoted, mut escaped) = (0u32, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => depth += 1,
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > 16 {
            return true;
        }
    }
    false
}

/// A key of the object.
#[derive(Clone, Copy, PartialEq)]
enum Key {
    Kind,
    Area,
    Admission,
    Discharge,
    Settlement,
    HospitalLevel,
    OutOfArea,
    Diagnosis,
    Visits,
    Retired,
    Birth,
    Sex,
    Submitted,
    Cover,
    Paid,
    Amount(Line),
}

/// All keys in the order of the format's table, which is nearly always the order in which they come.
const KEYS: [(&str, Key); 30] = [
    ("kind", Key::Kind),
    ("area", Key::Area),
    ("admission", Key::Admission),
    ("discharge", Key::Discharge),
    ("settlement", Key::Settlement),
    ("hospital_level", Key::HospitalLevel),
    ("out_of_area", Key::OutOfArea),
    ("diagnosis", Key::Diagnosis),
    ("total", Key::Amount(Line::Total)),
    ("out_of_scope", Key::Amount(Line::OutOfScope)),
    ("over_limit", Key::Amount(Line::OverLimit)),
    ("first_pay", Key::Amount(Line::FirstPay)),
    ("pooled", Key::Amount(Line::Pooled)),
    ("major", Key::Amount(Line::Major)),
    ("civil_servant", Key::Amount(Line::CivilServant)),
    ("supplement", Key::Amount(Line::Supplement)),
    ("assistance", Key::Amount(Line::Assistance)),
    ("other_funds", Key::Amount(Line::OtherFunds)),
    ("hospital_pay", Key::Amount(Line::HospitalPay)),
    ("personal_account", Key::Amount(Line::PersonalAccount)),
    ("family_account", Key::Amount(Line::FamilyAccount)),
    ("cash", Key::Amount(Line::Cash)),
    ("other_compensation", Key::Amount(Line::OtherCompensation)),
    ("visits", Key::Visits),
    ("retired", Key::Retired),
    ("birth", Key::Birth),
    ("sex", Key::Sex),
    ("submitted", Key::Submitted),
    ("cover", Key::Cover),
    ("paid", Key::Paid),
];

impl Key {
    /// The number of a key in [`KEYS`], looked for from `from` on and then from the beginning.
    fn find(name: &str, from: usize) -> Option<usize> {
        let is_it = |at: &usize| KEYS[*at].0 == name;
        (from..KEYS.len()).find(is_it).or_else(|| (0..from).find(is_it))
    }

    /// What its value must be.
    fn kind(self) -> Kind {
        match self {
            Key::HospitalLevel | Key::Visits => Kind::Count,
            Key::OutOfArea | Key::Retired => Kind::Flag,
            Key::Cover | Key::Paid => Kind::List,
            _ => Kind::Text,
        }
    }
}

/// What reading remembers: the keys that were there, where it stands, and the typed error, which the deserializer can't carry.
struct State {
    given: u32,
    /// The number of the key that is looked for first.
    next: usize,
    key: &'static str,
    in_row: bool,
    unknown: Option<String>,
    error: Option<FactProblem>,
}

impl State {
    /// Notes what is wrong and stops the deserializer.
    #[cold]
    fn fail<T, E: Error>(&mut self, problem: FactProblem) -> Result<T, E> {
        self.error = Some(problem);
        Err(E::custom(""))
    }

    #[cold]
    fn explain(self, error: &sonic_rs::Error) -> FactError {
        if let Some(name) = self.unknown {
            return FactError::new(name, FactProblem::Unknown);
        }
        match self.error {
            Some(problem) => FactError::new(self.key, problem),
            None if error.is_unmatched_type() => {
                let kind = match self.key {
                    "facts" => return FactError::new("facts", FactProblem::NotJson("expected an object".to_owned())),
                    "cover" | "paid" if self.in_row => Kind::Object,
                    "cover.period" | "paid.period" | "paid.days" => Kind::Count,
                    key => Key::find(key, 0).map_or(Kind::Text, |at| KEYS[at].1.kind()),
                };
                FactError::new(self.key, FactProblem::Type(kind))
            }
            None => {
                // The first line is the reason; the rest draws the place, with personal data in it.
                let words = error.to_string();
                let reason = words.lines().next().unwrap_or_default().trim_end_matches('.');
                FactError::new("json", FactProblem::NotJson(reason.to_owned()))
            }
        }
    }

    fn key(&mut self, name: &str) -> Result<Key, Failed> {
        let Some(at) = Key::find(name, self.next) else {
            self.unknown = Some(name.to_owned());
            return self.fail(FactProblem::Unknown);
        };
        let (name, key) = KEYS[at];
        (self.key, self.next) = (name, at + 1);
        if self.given & (1 << at) != 0 {
            return self.fail(FactProblem::Twice);
        }
        self.given |= 1 << at;
        Ok(key)
    }

    fn row_key<R: Row>(&mut self, name: &str) -> Result<usize, Failed> {
        // Behind the list's name and the point.
        let found = R::KEYS.iter().position(|key| &key[R::LIST.len() + 1..] == name);
        if found.is_none() {
            self.unknown = Some(format!("{}.{name}", R::LIST));
        }
        self.value(found)
    }

    fn value<T>(&mut self, value: Option<T>) -> Result<T, Failed> {
        match value {
            Some(value) => Ok(value),
            None => self.fail(FactProblem::Value),
        }
    }

    fn count(&mut self, number: i64) -> Result<u32, Failed> {
        match u32::try_from(number) {
            Ok(count) => Ok(count),
            Err(_) => self.fail(if number < 0 { FactProblem::Negative } else { FactProblem::TooLarge }),
        }
    }

    fn period(&mut self, number: i64) -> Result<i32, Failed> {
        self.value(i32::try_from(number).ok())
    }

    fn amount(&mut self, text: &str) -> Result<Money, Failed> {
        match text.parse() {
            Ok(amount) => Ok(amount),
            Err(MoneyError::NotAnAmount) => self.fail(FactProblem::NotAnAmount),
            Err(MoneyError::Places) => self.fail(FactProblem::Places),
            Err(MoneyError::TooLarge) => self.fail(FactProblem::TooLarge),
        }
    }

    fn date(&mut self, text: &str) -> Result<NaiveDate, Failed> {
        match iso_date(text) {
            Some(day) => Ok(day),
            None => self.fail(FactProblem::NotADate),
        }
    }
}

/// A date written `YYYY-MM-DD`, and in no other way.
pub(super) fn iso_date(text: &str) -> Option<NaiveDate> {
    let &[a, b, c, d, b'-', e, f, b'-', g, h] = text.as_bytes().first_chunk::<10>()? else { return None };
    if text.len() != 10 || [a, b, c, d, e, f, g, h].iter().any(|b| !b.is_ascii_digit()) {
        return None;
    }
    let two = |tens: u8, ones: u8| u32::from(tens - b'0') * 10 + u32::from(ones - b'0');
    NaiveDate::from_ymd_opt((two(a, b) * 100 + two(c, d)) as i32, two(e, f), two(g, h)).filter(|day| day.year() > 0)
}

/// The object: every key goes to its field.
struct Object<'f> {
    facts: &'f mut Facts,
    state: &'f mut State,
}

impl<'de> DeserializeSeed<'de> for Object<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Object { facts, state } = self;
        while let Some(key) = map.next_key_seed(Text(|name: &str| state.key(name)))? {
            match key {
                Key::Kind => map.next_value_seed(Text(|text: &str| put(&mut facts.kind, text)))?,
                Key::Diagnosis => map.next_value_seed(Text(|text: &str| put(&mut facts.diagnosis, text)))?,
                Key::Area => facts.area = map.next_value_seed(Text(|text: &str| state.value(text.parse().ok())))?,
                Key::Admission => facts.admission = Some(map.next_value_seed(Text(|text: &str| state.date(text)))?),
                Key::Discharge => facts.discharge = Some(map.next_value_seed(Text(|text: &str| state.date(text)))?),
                Key::Settlement => facts.settlement = Some(map.next_value_seed(Text(|text: &str| state.date(text)))?),
                Key::Birth => facts.birth = Some(map.next_value_seed(Text(|text: &str| state.date(text)))?),
                Key::Submitted => facts.submitted = Some(map.next_value_seed(Text(|text: &str| state.date(text)))?),
                Key::Sex => facts.sex = Some(map.next_value_seed(Text(|text: &str| state.value(sex(text))))?),
                Key::HospitalLevel => {
                    let level = |number: i64| state.value(u8::try_from(number).ok().filter(|&level| level <= 3));
                    facts.hospital_level = map.next_value_seed(Count(level))?;
                }
                Key::Visits => facts.visits = map.next_value_seed(Count(|number| state.count(number)))?,
                Key::OutOfArea => facts.out_of_area = map.next_value_seed(Flag(Ok))?,
                Key::Retired => facts.retired = map.next_value_seed(Flag(Ok))?,
                Key::Cover => map.next_value_seed(Rows { into: &mut facts.cover, state })?,
                Key::Paid => map.next_value_seed(Rows { into: &mut facts.paid, state })?,
                Key::Amount(line) => {
                    let amount = map.next_value_seed(Text(|text: &str| state.amount(text)))?;
                    facts.amounts.set(line, amount);
                }
            }
        }
        Ok(())
    }
}

fn put(field: &mut String, text: &str) -> Result<(), Failed> {
    field.push_str(text);
    Ok(())
}

fn sex(text: &str) -> Option<Sex> {
    match text {
        "F" => Some(Sex::Female),
        "M" => Some(Sex::Male),
        _ => None,
    }
}

/// A row of one of the two lists.
trait Row: Sized {
    /// The list's name, for errors.
    const LIST: &'static str;
    /// The names of its keys, with the list's before them.
    const KEYS: &'static [&'static str];
    /// How many of the keys, from the first, must be there.
    const REQUIRED: usize;
    /// A row with nothing in it yet.
    fn blank() -> Self;
    /// Takes the value of the key with this number.
    fn take<'de, A: MapAccess<'de>>(&mut self, key: usize, map: &mut A, state: &mut State) -> Result<(), A::Error>;
}

impl Row for Cover {
    const LIST: &'static str = "cover";
    const KEYS: &'static [&'static str] = &["cover.period", "cover.from", "cover.to"];
    const REQUIRED: usize = 3;

    fn blank() -> Cover {
        Cover { period: 0, from: NaiveDate::MIN, to: NaiveDate::MAX }
    }

    fn take<'de, A: MapAccess<'de>>(&mut self, key: usize, map: &mut A, state: &mut State) -> Result<(), A::Error> {
        match key {
            0 => self.period = map.next_value_seed(Count(|number| state.period(number)))?,
            1 => self.from = map.next_value_seed(Text(|text: &str| state.date(text)))?,
            _ => self.to = map.next_value_seed(Text(|text: &str| state.date(text)))?,
        }
        Ok(())
    }
}

impl Row for Paid {
    const LIST: &'static str = "paid";
    const KEYS: &'static [&'static str] = &["paid.period", "paid.benefit", "paid.base", "paid.days", "paid.amount"];
    const REQUIRED: usize = 2;

    fn blank() -> Paid {
        Paid { period: 0, benefit: String::new(), base: Money::ZERO, days: 0, amount: Money::ZERO }
    }

    fn take<'de, A: MapAccess<'de>>(&mut self, key: usize, map: &mut A, state: &mut State) -> Result<(), A::Error> {
        match key {
            0 => self.period = map.next_value_seed(Count(|number| state.period(number)))?,
            1 => self.benefit = map.next_value_seed(Text(|text: &str| Ok(text.to_owned())))?,
            2 => self.base = map.next_value_seed(Text(|text: &str| state.amount(text)))?,
            3 => self.days = map.next_value_seed(Count(|number| state.count(number)))?,
            _ => self.amount = map.next_value_seed(Text(|text: &str| state.amount(text)))?,
        }
        Ok(())
    }
}

/// A list of rows.
struct Rows<'f, R> {
    into: &'f mut Vec<R>,
    state: &'f mut State,
}

impl<'de, R: Row> DeserializeSeed<'de> for Rows<'_, R> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, R: Row> Visitor<'de> for Rows<'_, R> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        loop {
            (self.state.key, self.state.in_row) = (R::LIST, true);
            let Some(row) = list.next_element_seed(OneRow::<R> { state: self.state, row: R::blank() })? else {
                self.state.in_row = false;
                return Ok(());
            };
            self.into.push(row);
        }
    }
}

/// One row of a list.
struct OneRow<'f, R> {
    state: &'f mut State,
    row: R,
}

impl<'de, R: Row> DeserializeSeed<'de> for OneRow<'_, R> {
    type Value = R;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<R, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, R: Row> Visitor<'de> for OneRow<'_, R> {
    type Value = R;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<R, A::Error> {
        let mut given = 0u32;
        while let Some(key) = map.next_key_seed(Text(|name: &str| self.state.row_key::<R>(name)))? {
            self.state.key = R::KEYS[key];
            if given & (1 << key) != 0 {
                return self.state.fail(FactProblem::Twice);
            }
            given |= 1 << key;
            self.row.take(key, &mut map, self.state)?;
        }
        match (0..R::REQUIRED).find(|key| given & (1 << key) == 0) {
            Some(key) => {
                self.state.key = R::KEYS[key];
                self.state.fail(FactProblem::Missing)
            }
            None => Ok(self.row),
        }
    }
}
