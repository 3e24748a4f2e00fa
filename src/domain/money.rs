//! Money in fen. One fen is 0.01 yuan; every stored, shown and computed amount is a whole number of them.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The largest amount that is recorded: NUMERIC(14,2), that is 999,999,999,999.99 yuan, in fen.
pub const MAX_FEN: i64 = 99_999_999_999_999;

/// An amount of money in fen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(i64);

/// Why a text is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not digits with at most one point.
    #[error("not an amount")]
    NotAnAmount,
    /// More than two places; amounts are never rounded on entry.
    #[error("more than two places")]
    Places,
    /// Beyond [`MAX_FEN`].
    #[error("too large")]
    TooLarge,
}

impl Money {
    /// 0.00
    pub const ZERO: Money = Money(0);

    /// From fen.
    pub const fn from_fen(fen: i64) -> Money {
        Money(fen)
    }

    /// In fen.
    pub const fn fen(self) -> i64 {
        self.0
    }

    /// As a decimal with two places.
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.0, 2)
    }

    /// Whether the amount is 0.00.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The amount, or 0.00 where it is negative.
    pub fn at_least_zero(self) -> Money {
        Money(self.0.max(0))
    }

    /// With thousands grouped, as screens and slips show it: `18,234.56`.
    pub fn grouped(self) -> String {
        let yuan = (self.0 / 100).unsigned_abs().to_string();
        let mut out = String::with_capacity(yuan.len() + yuan.len() / 3 + 4);
        if self.0 < 0 {
            out.push('-');
        }
        for (i, digit) in yuan.chars().enumerate() {
            if i > 0 && (yuan.len() - i).is_multiple_of(3) {
                out.push(',');
            }
            out.push(digit);
        }
        out.push('.');
        out.push_str(&format!("{:02}", (self.0 % 100).unsigned_abs()));
        out
    }
}

/// The recorded form: digits, a point, two places.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let abs = self.0.unsigned_abs();
        f.pad(&format!("{sign}{}.{:02}", abs / 100, abs % 100))
    }
}

/// Strict, as files and facts write it: an optional minus, digits, at most two places. What a clerk types goes through
/// [`crate::domain::amount`].
impl FromStr for Money {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Money, MoneyError> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        // Up to 18 digits can't overflow; what is longer is too large, or has zeros before it.
        let (mut value, mut point) = (0i64, None);
        for (at, byte) in digits.bytes().enumerate() {
            match byte {
                b'0'..=b'9' if value > MAX_FEN => {}
                b'0'..=b'9' => value = value * 10 + i64::from(byte - b'0'),
                b'.' if point.is_none() => point = Some(at),
                _ => return Err(MoneyError::NotAnAmount),
            }
        }
        let (yuan, places) = point.map_or((digits.len(), 0), |at| (at, digits.len() - at - 1));
        if yuan == 0 || (places == 0 && point.is_some()) {
            return Err(MoneyError::NotAnAmount);
        }
        let fen = match places {
            0 => value.saturating_mul(100),
            1 => value.saturating_mul(10),
            2 => value,
            _ => return Err(MoneyError::Places),
        };
        if fen > MAX_FEN {
            return Err(MoneyError::TooLarge);
        }
        Ok(Money(if text.starts_with('-') { -fen } else { fen }))
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Money, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl Add for Money {
    type Output = Money;
    fn add(self, other: Money) -> Money {
        Money(self.0 + other.0)
    }
}

impl Sub for Money {
    type Output = Money;
    fn sub(self, other: Money) -> Money {
        Money(self.0 - other.0)
    }
}

impl Neg for Money {
    type Output = Money;
    fn neg(self) -> Money {
        Money(-self.0)
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Money) {
        self.0 += other.0;
    }
}

impl SubAssign for Money {
    fn sub_assign(&mut self, other: Money) {
        self.0 -= other.0;
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Money>>(iter: I) -> Money {
        iter.fold(Money::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_the_recorded_form() {
        for (text, fen) in [("0", 0), ("0.5", 50), ("10000.00", 1_000_000), ("-120.00", -12_000)] {
            assert_eq!(text.parse::<Money>(), Ok(Money::from_fen(fen)), "{text}");
        }
        assert_eq!(Money::from_fen(-5).to_string(), "-0.05");
        assert_eq!(Money::from_fen(34_540_000).grouped(), "345,400.00");
        assert_eq!(Money::from_fen(-12_345_678).grouped(), "-123,456.78");
    }

    #[test]
    fn refuses_what_is_no_amount() {
        for text in ["", "-", ".5", "1.", "1e2", "NaN", "+1", "1,000", "１"] {
            assert_eq!(text.parse::<Money>(), Err(MoneyError::NotAnAmount), "{text}");
        }
        assert_eq!("1.234".parse::<Money>(), Err(MoneyError::Places));
        assert_eq!("1000000000000".parse::<Money>(), Err(MoneyError::TooLarge));
        assert_eq!("9999999999999999999".parse::<Money>(), Err(MoneyError::TooLarge));
    }
}
