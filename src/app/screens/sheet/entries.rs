//! What stands in the fields: what was typed, what is offered, what was chosen from a list; and what of it is understood.

use chrono::NaiveDate;

use super::field::{Field, Form, ORDER, Shape};
use crate::app::edit::Line;
use crate::domain::claim::{ClaimKind, Diagnosis, SettlementMode};
use crate::domain::money::Money;
use crate::domain::sheet::{Line as Amount, SettlementSheet};
use crate::domain::{amount, bank_card, bill, date};

/// One field's content.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entry {
    /// What was typed.
    pub line: Line,
    /// What is offered while nothing is typed; counts as taken at submit.
    pub offer: Option<String>,
    /// What was chosen from the list (its code), for fields that choose.
    pub chosen: Option<String>,
    /// The offer was refused with `clear_field`.
    pub cleared: bool,
    /// Enter left it at least once: an empty one was meant.
    pub visited: bool,
}

impl Entry {
    /// What counts: what was typed, else the offer.
    pub fn text(&self) -> &str {
        if !self.line.is_empty() {
            return self.line.text();
        }
        if self.cleared { "" } else { self.offer.as_deref().unwrap_or("") }
    }

    /// Whether what counts is an untouched offer.
    pub fn is_offer(&self) -> bool {
        self.line.is_empty() && self.chosen.is_none() && !self.cleared && self.offer.is_some()
    }

    /// The chosen code, or the offered one while nothing is typed.
    pub fn code(&self) -> Option<&str> {
        match &self.chosen {
            Some(code) => Some(code),
            None if self.line.is_empty() && !self.cleared => self.offer.as_deref(),
            None => None,
        }
    }
}

/// All fields' contents.
#[derive(Clone, Debug, PartialEq)]
pub struct Entries {
    entries: Vec<Entry>,
}

impl Default for Entries {
    fn default() -> Entries {
        Entries { entries: vec![Entry::default(); ORDER.len()] }
    }
}

impl Entries {
    /// A field's content.
    pub fn get(&self, field: Field) -> &Entry {
        &self.entries[field.index()]
    }

    /// A field's content, to change.
    pub fn get_mut(&mut self, field: Field) -> &mut Entry {
        &mut self.entries[field.index()]
    }

    /// Offers a text.
    pub fn offer(&mut self, field: Field, text: Option<String>) {
        self.get_mut(field).offer = text.filter(|text| !text.is_empty());
    }

    /// The kind.
    pub fn kind(&self) -> ClaimKind {
        self.get(Field::Kind).code().and_then(ClaimKind::from_code).unwrap_or_default()
    }

    /// The settlement mode.
    pub fn mode(&self) -> SettlementMode {
        self.get(Field::Mode).code().and_then(SettlementMode::from_code).unwrap_or_default()
    }

    /// Which fields apply and lie on the path.
    pub fn shape(&self) -> Shape {
        let kind = self.get(Field::Kind);
        let bill_code = self.get(Field::BillCode);
        Shape {
            kind: self.kind(),
            mode: self.mode(),
            new_card: !self.get(Field::Card).line.is_empty(),
            card_on_file: self.get(Field::Card).offer.is_some() && !self.get(Field::Card).cleared,
            bank_offered: self.get(Field::Bank).offer.is_some() && !self.get(Field::Bank).cleared,
            agent: !self.get(Field::AgentName).text().is_empty(),
            kind_open: kind.offer.is_none() && kind.chosen.is_none(),
            bill_code_open: bill_code.offer.is_none() && !bill_code.cleared,
        }
    }

    /// A date, where one was typed and is right.
    pub fn date(&self, field: Field, today: NaiveDate) -> Option<NaiveDate> {
        if !self.shape().applies(field) {
            return None;
        }
        date::parse(self.get(field).text(), today).ok()
    }

    /// An amount: 0.00 where the field is empty or not understood (yet).
    pub fn amount(&self, line: Amount) -> Money {
        let field = Field::Amount(line);
        if !self.shape().applies(field) {
            return Money::ZERO;
        }
        amount::parse(self.get(field).text(), line == Amount::HospitalPay).unwrap_or(Money::ZERO)
    }

    /// All amounts as they stand, with the offered cash.
    pub fn sheet(&self) -> SettlementSheet {
        let mut sheet = SettlementSheet::default();
        for line in Amount::ALL {
            sheet.set(line, self.amount(line));
        }
        sheet
    }

    /// Offers the cash that balances the sheet, as long as none was typed.
    pub fn derive_cash(&mut self) {
        let total_typed = !self.get(Field::Amount(Amount::Total)).text().is_empty();
        let offer = total_typed.then(|| {
            let mut sheet = self.sheet();
            sheet.set(Amount::Cash, Money::ZERO);
            sheet.balancing_cash().to_string()
        });
        self.offer(Field::Amount(Amount::Cash), offer);
    }

    /// Whether cash is an untouched offer: then the balance is not known, 现金待核.
    pub fn cash_is_offer(&self) -> bool {
        self.get(Field::Amount(Amount::Cash)).is_offer()
    }

    /// Outpatient treatments.
    pub fn visits(&self) -> Option<u32> {
        let text = crate::domain::text::half_width(self.get(Field::Visits).text());
        text.trim().parse().ok().filter(|visits| (1..=366).contains(visits))
    }

    /// The bill as it stands.
    pub fn bill(&self) -> bill::Bill {
        bill::Bill {
            code: bill::normalise(self.get(Field::BillCode).text()),
            number: bill::normalise(self.get(Field::BillNumber).text()),
            check: bill::normalise(self.get(Field::CheckCode).text()).to_ascii_lowercase(),
            hospital: self.get(Field::Hospital).code().unwrap_or_default().to_owned(),
        }
    }

    /// The card that was typed, in digits.
    pub fn new_card(&self) -> Option<String> {
        let typed = bank_card::normalise(self.get(Field::Card).line.text());
        (!typed.is_empty()).then_some(typed)
    }

    /// A diagnosis that is not on the list: a code, then free text.
    pub fn free_diagnosis(&self) -> Option<Diagnosis> {
        free_diagnosis(self.get(Field::Diagnosis).line.text())
    }

    /// Writes every date that is understood out in full.
    pub fn fix_dates(&mut self, today: NaiveDate) {
        for field in ORDER.into_iter().filter(|field| field.form() == Form::Date) {
            if let Ok(date) = date::parse(self.get(field).line.text(), today) {
                self.get_mut(field).line.set(&date.to_string());
            }
        }
    }

    /// What is kept in a draft: field names and texts; a chosen code (`=`), a refused offer (`!`), an empty field that was
    /// meant (`~`) are marked.
    pub fn to_fields(&self) -> Vec<(String, String)> {
        let mut fields = Vec::new();
        for field in ORDER {
            let entry = self.get(field);
            if !entry.line.is_empty() {
                fields.push((field.name().to_owned(), entry.line.text().to_owned()));
            }
            if let Some(code) = &entry.chosen {
                fields.push((format!("{}=", field.name()), code.clone()));
            }
            if entry.cleared {
                fields.push((format!("{}!", field.name()), String::new()));
            }
            if entry.visited && entry.line.is_empty() {
                fields.push((format!("{}~", field.name()), String::new()));
            }
        }
        fields
    }

    /// Puts a draft's fields in. Names that are not known (an older or newer program's) are passed over.
    pub fn put_fields(&mut self, fields: &[(String, String)]) {
        for (name, text) in fields {
            if let Some(field) = name.strip_suffix('=').and_then(Field::from_name) {
                self.get_mut(field).chosen = Some(text.clone());
            } else if let Some(field) = name.strip_suffix('!').and_then(Field::from_name) {
                self.get_mut(field).cleared = true;
            } else if let Some(field) = name.strip_suffix('~').and_then(Field::from_name) {
                self.get_mut(field).visited = true;
            } else if let Some(field) = Field::from_name(name) {
                self.get_mut(field).line.set(text);
                self.get_mut(field).visited = true;
            }
        }
    }
}

/// Reads `Z99.9 free text`.
pub fn free_diagnosis(typed: &str) -> Option<Diagnosis> {
    let typed = crate::domain::text::half_width(typed.trim());
    let (code, name) = typed.split_once(' ').unwrap_or((typed.as_str(), ""));
    let code = code.to_ascii_uppercase().replace("X", "x");
    let code = match code.strip_prefix('x') {
        Some(rest) => format!("X{rest}"),
        None => code,
    };
    let bytes = code.as_bytes();
    let is_code = (3..=14).contains(&bytes.len())
        && bytes[0].is_ascii_uppercase()
        && bytes[1].is_ascii_digit()
        && bytes[2].is_ascii_digit()
        && bytes[3..].iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'x' | b'+' | b'*'));
    is_code.then(|| Diagnosis { code, name: name.trim().to_owned(), standard: false })
}

/// Whether a text has the form of a contracted hospital's code: H or P and 11 digits.
pub fn is_known_hospital_code(code: &str) -> bool {
    let bytes = code.as_bytes();
    bytes.len() == 12 && matches!(bytes[0], b'H' | b'P') && bytes[1..].iter().all(u8::is_ascii_digit)
}

/// Whether a date field holds eight digits, and so leaves itself.
pub fn is_full(field: Field, text: &str) -> bool {
    let digits = crate::domain::text::half_width(text);
    match (field, field.form()) {
        (_, Form::Date) => digits.len() == 8 && digits.bytes().all(|b| b.is_ascii_digit()),
        (Field::AgentId, _) => digits.trim().chars().count() == 18,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_count_until_something_is_typed() {
        let mut entries = Entries::default();
        entries.offer(Field::BillCode, Some("15060121".into()));
        assert_eq!(entries.get(Field::BillCode).text(), "15060121");
        assert!(entries.get(Field::BillCode).is_offer());
        entries.get_mut(Field::BillCode).line.insert("15060120", 12);
        assert_eq!(entries.bill().code, "15060120");
        entries.get_mut(Field::BillCode).line.set("");
        entries.get_mut(Field::BillCode).cleared = true;
        assert_eq!(entries.bill().code, "");
    }

    #[test]
    fn cash_is_offered_from_the_balance() {
        let mut entries = Entries::default();
        entries.derive_cash();
        assert!(!entries.cash_is_offer());
        entries.get_mut(Field::Amount(Amount::Total)).line.set("18234.56");
        entries.get_mut(Field::Amount(Amount::Pooled)).line.set("11020.3");
        entries.derive_cash();
        assert!(entries.cash_is_offer());
        assert_eq!(entries.amount(Amount::Cash).to_string(), "7214.26");
        entries.get_mut(Field::Amount(Amount::Cash)).line.set("7214.2");
        entries.derive_cash();
        assert_eq!(entries.sheet().difference().to_string(), "0.06");
    }

    #[test]
    fn a_draft_gives_back_what_was_typed() {
        let mut entries = Entries::default();
        entries.get_mut(Field::BillNumber).line.set("0012345678");
        entries.get_mut(Field::Hospital).chosen = Some("H15080290001".into());
        entries.get_mut(Field::BillCode).cleared = true;
        entries.get_mut(Field::Amount(Amount::OtherCompensation)).visited = true;
        let mut back = Entries::default();
        back.put_fields(&entries.to_fields());
        assert_eq!(back.to_fields(), entries.to_fields());
        back.put_fields(&[("no_such_field".into(), "x".into())]);
        assert_eq!(back.to_fields(), entries.to_fields());
    }

    #[test]
    fn free_diagnoses_have_a_code() {
        let code = |typed| free_diagnosis(typed).map(|d| (d.code, d.name));
        assert_eq!(code("z51.1 化疗"), Some(("Z51.1".into(), "化疗".into())));
        assert_eq!(code("k20.x00x001"), Some(("K20.x00x001".into(), String::new())));
        assert_eq!(code("x59.0"), Some(("X59.0".into(), String::new())));
        assert_eq!(code("肺炎"), None);
    }
}
