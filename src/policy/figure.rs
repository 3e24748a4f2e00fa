//! What figures are made of: facts by their names, rates, and look-ups by a fact.
//!
//! To add a fact that steps can name: a variant of [`Fact`], its name, its value, and its parts where it is derived.

use std::fmt;
use std::str::FromStr;

use crate::domain::money::Money;
use crate::domain::sheet::{Line, SettlementSheet};

/// An amount that a step can name: a line of the settlement sheet, or one derived from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fact {
    /// As it stands on the sheet.
    Line(Line),
    /// `pooled + major + civil_servant + supplement + assistance + other_funds`
    Funds,
    /// `total - funds - hospital_pay`
    SelfPay,
    /// `self_pay - out_of_scope - over_limit - first_pay`, below 0 it is 0
    InScopeSelfPay,
}

impl Fact {
    /// By its name.
    pub fn from_name(name: &str) -> Option<Fact> {
        match name {
            "funds" => Some(Fact::Funds),
            "self_pay" => Some(Fact::SelfPay),
            "in_scope_self_pay" => Some(Fact::InScopeSelfPay),
            _ => Line::ALL.into_iter().find(|line| line.fact() == name).map(Fact::Line),
        }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Fact::Line(line) => line.fact(),
            Fact::Funds => "funds",
            Fact::SelfPay => "self_pay",
            Fact::InScopeSelfPay => "in_scope_self_pay",
        }
    }

    /// Its value on a sheet, in fen.
    #[inline]
    pub fn fen(self, sheet: &SettlementSheet) -> i64 {
        match self {
            Fact::Line(line) => sheet.get(line).fen(),
            Fact::Funds => self.parts().iter().map(|(line, _)| line.fen(sheet)).sum(),
            Fact::SelfPay => sheet.self_pay().fen(),
            Fact::InScopeSelfPay => sheet.in_scope_self_pay().fen().max(0),
        }
    }

    /// What a derived fact is made of, one level down, with signs; nothing for a line of the sheet.
    pub const fn parts(self) -> &'static [(Fact, i64)] {
        match self {
            Fact::Line(_) => &[],
            Fact::Funds => &[
                (Fact::Line(Line::Pooled), 1),
                (Fact::Line(Line::Major), 1),
                (Fact::Line(Line::CivilServant), 1),
                (Fact::Line(Line::Supplement), 1),
                (Fact::Line(Line::Assistance), 1),
                (Fact::Line(Line::OtherFunds), 1),
            ],
            Fact::SelfPay => &[(Fact::Line(Line::Total), 1), (Fact::Funds, -1), (Fact::Line(Line::HospitalPay), -1)],
            Fact::InScopeSelfPay => &[
                (Fact::SelfPay, 1),
                (Fact::Line(Line::OutOfScope), -1),
                (Fact::Line(Line::OverLimit), -1),
                (Fact::Line(Line::FirstPay), -1),
            ],
        }
    }
}

/// Rates are whole millionths.
pub const RATE_ONE: u32 = 1_000_000;

/// A rate from 0 to 1, in millionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(u32);

/// Why a text is no rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateError {
    /// Not digits with at most one point.
    NotARate,
    /// More than six places.
    Places,
    /// Below 0 or above 1.
    Range,
}

impl Rate {
    /// From millionths; `None` above 1.
    pub const fn from_millionths(millionths: u32) -> Option<Rate> {
        if millionths <= RATE_ONE { Some(Rate(millionths)) } else { None }
    }

    /// In millionths.
    #[inline]
    pub const fn millionths(self) -> u32 {
        self.0
    }

    /// As a percentage: `40%`, `12.5%`.
    pub fn percent(self) -> String {
        let places = format!("{:04}", self.0 % 10_000);
        let places = places.trim_end_matches('0');
        let point = if places.is_empty() { "" } else { "." };
        format!("{}{point}{places}%", self.0 / 10_000)
    }
}

/// With the fewest places, at least two.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = format!("{:06}", self.0 % RATE_ONE);
        let fewest = places.trim_end_matches('0').len().max(2);
        write!(f, "{}.{}", self.0 / RATE_ONE, &places[..fewest])
    }
}

/// As files write it: digits, at most six places, 0 to 1.
impl FromStr for Rate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Rate, RateError> {
        let negative = text.starts_with('-');
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, places) = digits.split_once('.').unwrap_or((digits, "0"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !all_digits(whole) || !all_digits(places) {
            return Err(RateError::NotARate);
        }
        if places.len() > 6 {
            return Err(RateError::Places);
        }
        let places: u32 = format!("{places:0<6}").parse().map_err(|_| RateError::NotARate)?;
        let whole: u32 = whole.parse().map_err(|_| RateError::Range)?;
        let millionths = whole.checked_mul(RATE_ONE).and_then(|whole| whole.checked_add(places));
        match millionths.and_then(Rate::from_millionths) {
            Some(rate) if !(negative && rate.0 > 0) => Ok(rate),
            _ => Err(RateError::Range),
        }
    }
}

/// What a list is looked up by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum By {
    /// Years of participation: 1, 2, 3 …; past the end the last entry goes on.
    Years,
    /// 1, 2, 3; unknown counts as 3.
    HospitalLevel,
    /// No, yes.
    Retired,
    /// No, yes.
    OutOfArea,
}

impl By {
    /// All of them, with their names.
    pub const ALL: [(&'static str, By); 4] = [
        ("years", By::Years),
        ("hospital_level", By::HospitalLevel),
        ("retired", By::Retired),
        ("out_of_area", By::OutOfArea),
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            By::Years => "years",
            By::HospitalLevel => "hospital_level",
            By::Retired => "retired",
            By::OutOfArea => "out_of_area",
        }
    }

    /// How many entries a list must have; `None`: any number from 1.
    pub const fn entries(self) -> Option<usize> {
        match self {
            By::Years => None,
            By::HospitalLevel => Some(3),
            By::Retired | By::OutOfArea => Some(2),
        }
    }
}

/// An amount of a step: fixed, looked up, or a fact as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Figure {
    /// Always the same.
    Amount(Money),
    /// Looked up; the list is never empty.
    By(By, Vec<Money>),
    /// A fact as it stands, below 0 taken as 0.
    Of(Fact),
}

impl Figure {
    /// The amounts that it can be, where they stand in the policy.
    pub fn amounts(&self) -> &[Money] {
        match self {
            Figure::Amount(amount) => std::slice::from_ref(amount),
            Figure::By(_, amounts) => amounts,
            Figure::Of(_) => &[],
        }
    }
}

/// The rate of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rates {
    /// Always the same.
    Rate(Rate),
    /// Looked up; the list is never empty.
    By(By, Vec<Rate>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_read_and_write() {
        for (text, millionths, shown, percent) in [
            ("0.40", 400_000, "0.40", "40%"),
            ("1", 1_000_000, "1.00", "100%"),
            ("0", 0, "0.00", "0%"),
            ("0.087", 87_000, "0.087", "8.7%"),
            ("0.000001", 1, "0.000001", "0.0001%"),
        ] {
            let rate: Rate = text.parse().unwrap();
            assert_eq!(
                (rate.millionths(), rate.to_string().as_str(), rate.percent().as_str()),
                (millionths, shown, percent)
            );
        }
        for (text, error) in [
            ("1.000001", RateError::Range),
            ("-0.1", RateError::Range),
            ("40%", RateError::NotARate),
            (".5", RateError::NotARate),
            ("0.1234567", RateError::Places),
            ("99999999999", RateError::Range),
        ] {
            assert_eq!(text.parse::<Rate>(), Err(error), "{text}");
        }
    }

    #[test]
    fn every_fact_has_its_name() {
        for name in ["total", "hospital_pay", "other_compensation", "funds", "self_pay", "in_scope_self_pay"] {
            assert_eq!(Fact::from_name(name).map(Fact::name), Some(name));
        }
        assert_eq!(Fact::from_name("visits"), None);
    }
}
