//! What is checked when a field is left and at submit, in words. To add a check: one arm here, its sentence `check-…` in
//! both message files.

use chrono::NaiveDate;

use super::Sheet;
use super::entries::is_known_hospital_code;
use super::field::{Field, ORDER};
use crate::app::Context;
use crate::domain::amount::AmountError;
use crate::domain::bill::BillError;
use crate::domain::date::DateError;
use crate::domain::id_number::{IdError, IdNumber};
use crate::domain::sheet::{Line as Amount, SettlementSheet, Slip};
use crate::domain::{amount, bank_card, bill, date, text};
use crate::strings::Strings;

/// How much a problem stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Must be put right before the submit.
    Error,
    /// Can be submitted with a reason, which the reviewer sees.
    Reason,
    /// To look at.
    Warning,
}

/// The code of the offered cash below 0.00.
pub const CASH_NEGATIVE: &str = "cash_negative";

/// One problem, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub field: Field,
    /// How much it stops.
    pub level: Level,
    /// Its code, as a reason is recorded with.
    pub code: &'static str,
    /// What is wrong and what would be right.
    pub text: String,
}

/// Collects problems.
struct Checker<'a> {
    sheet: &'a Sheet,
    cx: &'a Context,
    /// At submit, what is missing counts too.
    at_submit: bool,
    found: Vec<Problem>,
}

/// All problems of the sheet, in the order of the fields.
pub fn check(sheet: &Sheet, cx: &Context, at_submit: bool) -> Vec<Problem> {
    let mut checker = Checker { sheet, cx, at_submit, found: Vec::new() };
    let shape = sheet.entries.shape();
    for field in ORDER.into_iter().filter(|field| shape.applies(*field)) {
        checker.field(field);
    }
    checker.whole();
    checker.found.sort_by_key(|problem| problem.field.index());
    checker.found
}

impl Checker<'_> {
    fn add(&mut self, field: Field, level: Level, code: &'static str, text: String) {
        self.found.push(Problem { field, level, code, text });
    }

    fn error(&mut self, field: Field, key: &str) {
        let text = self.cx.t(key);
        self.add(field, Level::Error, "error", text);
    }

    fn warn(&mut self, field: Field, key: &str) {
        let text = self.cx.t(key);
        self.add(field, Level::Warning, "warning", text);
    }

    fn missing(&mut self, field: Field) {
        if self.at_submit {
            let label = self.cx.strings.get(&format!("field-{}", field.name()));
            let text = self.cx.strings.with("check-missing", &[("field", &label)]);
            self.add(field, Level::Error, "missing", text);
        }
    }

    fn field(&mut self, field: Field) {
        let typed = self.sheet.entries.get(field).text().to_owned();
        match field {
            Field::Kind => {
                if self.sheet.entries.get(Field::Kind).code().is_none() {
                    self.missing(field);
                }
            }
            Field::BillCode => match bill::check_code_field(&bill::normalise(&typed)) {
                Ok(_) if self.sheet.entries.bill().code.is_empty() => {
                    if self.sheet.entries.get(field).visited || !self.sheet.entries.bill().number.is_empty() {
                        self.warn(field, "check-bill-paper");
                    }
                }
                Ok(false) => {}
                Ok(true) => self.warn(field, "check-bill-code-unusual"),
                Err(error) => self.bill(field, error),
            },
            Field::BillNumber => {
                let bill = self.sheet.entries.bill();
                match bill::check_number(&bill.code, &bill.number) {
                    Ok(()) => self.standing(&bill),
                    Err(BillError::Empty) => self.missing(field),
                    Err(error) => self.bill(field, error),
                }
            }
            Field::CheckCode => {
                if let Err(error) = bill::check_check_code(&bill::normalise(&typed)) {
                    self.bill(field, error);
                }
            }
            Field::Hospital => self.hospital(),
            Field::Admission | Field::Discharge | Field::Settlement => self.date(field, &typed),
            Field::Visits => {
                if typed.is_empty() {
                    self.missing(field);
                } else if self.sheet.entries.visits().is_none() {
                    self.error(field, "check-visits");
                }
            }
            Field::Diagnosis => self.diagnosis(),
            Field::Amount(line) => self.amount(line, &typed),
            Field::Card => self.card(&typed),
            Field::CardAgain => {
                if typed.is_empty() {
                    self.missing(field);
                } else if Some(bank_card::normalise(&typed)) != self.sheet.entries.new_card() {
                    self.error(field, "check-card-again");
                }
            }
            Field::Bank => {
                if typed.trim().is_empty() {
                    self.missing(field);
                }
            }
            Field::AgentName => {
                if !typed.is_empty() && text::name(&typed).is_err() {
                    self.error(field, "check-name");
                }
            }
            Field::AgentId => {
                if typed.is_empty() {
                    self.missing(field);
                } else if let Err(error) = IdNumber::parse(&typed, self.cx.today()) {
                    self.id(field, error);
                }
            }
            Field::AgentRelation => {
                if self.sheet.entries.get(field).code().is_none() {
                    self.missing(field);
                }
            }
            Field::Mode | Field::Remark => {}
        }
    }

    /// The bill is claimed already.
    fn standing(&mut self, bill: &bill::Bill) {
        if let Some((key, number)) = &self.sheet.bill_stands
            && *key == bill.key()
        {
            let text = self.cx.strings.with("check-bill-claimed", &[("number", number)]);
            self.add(Field::BillNumber, Level::Error, "duplicate", text);
        }
    }

    fn bill(&mut self, field: Field, error: BillError) {
        match error {
            BillError::Empty => self.missing(field),
            BillError::NotDigits => self.error(field, "check-digits"),
            BillError::CheckCode => self.error(field, "check-check-code"),
            BillError::Length(right) => {
                let typed = bill::normalise(self.sheet.entries.get(field).text()).chars().count();
                let text = self.cx.strings.with("check-length", &[("typed", &typed), ("right", &right)]);
                self.add(field, Level::Error, "error", text);
            }
        }
    }

    fn hospital(&mut self) {
        let entry = self.sheet.entries.get(Field::Hospital);
        match entry.code() {
            Some(code) if self.cx.lookup.hospital(code).is_some() => {}
            Some(code) if is_known_hospital_code(code) => self.warn(Field::Hospital, "check-hospital-unlisted"),
            _ if entry.line.is_empty() => self.missing(Field::Hospital),
            _ => self.error(Field::Hospital, "check-hospital-unknown"),
        }
    }

    fn diagnosis(&mut self) {
        let entry = self.sheet.entries.get(Field::Diagnosis);
        match (entry.code(), self.sheet.entries.free_diagnosis()) {
            (Some(_), _) => {}
            (None, Some(free)) if free.name.is_empty() => self.error(Field::Diagnosis, "check-diagnosis-text"),
            (None, Some(_)) => self.warn(Field::Diagnosis, "check-diagnosis-free"),
            (None, None) if entry.line.is_empty() => self.missing(Field::Diagnosis),
            (None, None) => self.error(Field::Diagnosis, "check-diagnosis-unknown"),
        }
    }

    fn date(&mut self, field: Field, typed: &str) {
        if typed.is_empty() {
            return self.missing(field);
        }
        let today = self.cx.today();
        let value = match date::parse(typed, today) {
            Ok(value) => value,
            Err(error) => {
                return match error {
                    DateError::NotADate => self.error(field, "check-date"),
                    DateError::NoSuchDay => self.error(field, "check-date-no-such-day"),
                    DateError::Future => self.error(field, "check-date-future"),
                    DateError::TooEarly => self.error(field, "check-date-early"),
                };
            }
        };
        let other = |field: Field| self.sheet.entries.date(field, today);
        let before = |limit: Option<NaiveDate>| limit.is_some_and(|limit| value < limit);
        if field == Field::Discharge && before(other(Field::Admission)) {
            self.error(field, "check-discharge-before-admission");
        } else if field == Field::Discharge
            && other(Field::Admission).is_some_and(|admission| (value - admission).num_days() > 180)
        {
            self.warn(field, "check-long-stay");
        } else if field == Field::Settlement && before(other(Field::Discharge)) {
            self.warn(field, "check-settlement-before-discharge");
        }
    }

    fn amount(&mut self, line: Amount, typed: &str) {
        let field = Field::Amount(line);
        match amount::parse(typed, line == Amount::HospitalPay) {
            Ok(value) => {
                if line == Amount::Total && value.is_zero() {
                    self.missing(field);
                }
            }
            Err(AmountError::Negative) if line == Amount::Cash && self.sheet.entries.cash_is_offer() => {
                let text = self.cx.t("check-cash-negative");
                self.add(field, Level::Error, CASH_NEGATIVE, text);
            }
            Err(error) => self.error(
                field,
                match error {
                    AmountError::NotAnAmount => "check-amount",
                    AmountError::Places => "check-amount-places",
                    AmountError::Negative => "check-amount-negative",
                    AmountError::TooLarge => "check-amount-large",
                    AmountError::Comma => "check-amount-comma",
                },
            ),
        }
        let asked = line == Amount::OtherCompensation && self.at_submit && self.sheet.asks_other_compensation();
        let entry = self.sheet.entries.get(field);
        if asked && entry.line.is_empty() && !entry.visited {
            self.error(field, "check-other-compensation");
        }
    }

    fn card(&mut self, typed: &str) {
        if self.sheet.entries.get(Field::Card).is_offer() {
            return;
        }
        if typed.is_empty() {
            return self.missing(Field::Card);
        }
        match bank_card::check(&bank_card::normalise(typed)) {
            Ok(false) => {}
            Ok(true) => self.warn(Field::Card, "check-card-luhn"),
            Err(bank_card::CardError::NotDigits) => self.error(Field::Card, "check-digits"),
            Err(bank_card::CardError::Length(_)) => self.error(Field::Card, "check-card-length"),
        }
    }

    fn id(&mut self, field: Field, error: IdError) {
        self.error(
            field,
            match error {
                IdError::Length(_) => "check-id-length",
                IdError::NotDigits => "check-id-digits",
                IdError::Birth => "check-id-birth",
                IdError::Check => "check-id-check",
            },
        );
    }

    /// What concerns more than one field.
    fn whole(&mut self) {
        let sheet = self.sheet.entries.sheet();
        let total_typed = !sheet.get(Amount::Total).is_zero();
        if !total_typed {
            return;
        }
        if sheet.self_pay().fen() < 0 {
            // As long as cash is an offer, it says the same.
            if !self.sheet.entries.cash_is_offer() {
                self.error(Field::Amount(Amount::Total), "check-self-pay-negative");
            }
        } else if sheet.in_scope_self_pay().fen() < 0 {
            self.warn(Field::Amount(Amount::OutOfScope), "check-in-scope-negative");
        }
        if !self.sheet.entries.cash_is_offer() && !sheet.difference().is_zero() {
            self.add(Field::Amount(Amount::Cash), Level::Reason, "unbalanced", unbalanced(&sheet, &self.cx.strings));
        }
        if let Some(line) = self.sheet.same_sheet() {
            let text = self.cx.strings.with("check-same-sheet", &[("number", &line.number)]);
            self.add(Field::Amount(Amount::Total), Level::Reason, "same_sheet", text);
        }
        if let Some(line) = self.sheet.split_from(self.cx) {
            let text = self.cx.strings.with("check-split", &[("number", &line.number)]);
            self.add(Field::Hospital, Level::Reason, "split", text);
        }
        let Some(assessment) = &self.sheet.assessing.assessment else {
            if self.at_submit && self.sheet.assessing.no_policy {
                self.error(Field::Settlement, "check-no-policy");
            }
            return;
        };
        if assessment.total > sheet.get(Amount::Total) {
            let text = self.cx.t("check-above-total");
            self.add(Field::Amount(Amount::Total), Level::Reason, "above_total", text);
        } else if assessment.total > sheet.self_pay() && assessment.total.fen() > 0 {
            self.warn(Field::Amount(Amount::Total), "check-above-own-cost");
        }
    }
}

/// The difference with its sign, and the fields that would be right with two digits swapped or one changed.
pub fn unbalanced(sheet: &SettlementSheet, strings: &Strings) -> String {
    let difference = sheet.difference();
    let sign = if difference.fen() > 0 { "+" } else { "" };
    let mut text = strings.with("check-unbalanced", &[("difference", &format!("{sign}{}", difference.grouped()))]);
    for suspect in sheet.suspects() {
        let key = match suspect.slip {
            Slip::Swapped => "balance-swapped",
            Slip::Digit => "balance-digit",
        };
        let field = strings.get(&format!("field-{}", suspect.line.fact()));
        text.push(' ');
        text.push_str(&strings.with(key, &[("field", &field), ("right", &suspect.right.grouped())]));
    }
    text
}
