//! The numbers that the scheme gives out: claim and slip numbers, gapless, with ISO 7064 MOD 97-10 check digits.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};

use super::area::OfficeCode;
use super::text::half_width;

/// `HZ150802-2021-0000412-95`: office, year of submission, sequence within both, check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClaimNumber {
    /// The office that took the claim.
    pub office: OfficeCode,
    /// The year of submission.
    pub year: u16,
    /// 1 to 9,999,999, without gaps in an office and year.
    pub sequence: u32,
}

/// Why a text is no claim number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Not `HZ` and 19 digits.
    #[error("not a claim number")]
    Form,
    /// The check digits do not fit: a digit is wrong.
    #[error("the check digits do not fit")]
    Check,
}

/// The two check digits of a run of digits: 98 - (digits followed by 00, modulo 97).
pub fn check_digits(digits: &str) -> u32 {
    98 - modulo_97(digits) * 100 % 97
}

fn modulo_97(digits: &str) -> u32 {
    digits.bytes().filter(u8::is_ascii_digit).fold(0, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97)
}

impl fmt::Display for ClaimNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{}{:04}{:07}", self.office, self.year, self.sequence);
        write!(f, "HZ{}-{:04}-{:07}-{:02}", self.office, self.year, self.sequence, check_digits(&digits))
    }
}

/// With or without hyphens, in any letters and widths.
impl FromStr for ClaimNumber {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<ClaimNumber, NumberError> {
        let plain: String = half_width(text)
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let digits = plain.strip_prefix("HZ").ok_or(NumberError::Form)?;
        if digits.len() != 19 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NumberError::Form);
        }
        if modulo_97(digits) != 1 {
            return Err(NumberError::Check);
        }
        let number = ClaimNumber {
            office: digits[..6].parse().map_err(|_| NumberError::Form)?,
            year: digits[6..10].parse().map_err(|_| NumberError::Form)?,
            sequence: digits[10..17].parse().map_err(|_| NumberError::Form)?,
        };
        // 00 and 98 are congruent to a right check, but never given out.
        if digits[17..].parse() == Ok(check_digits(&digits[..17])) { Ok(number) } else { Err(NumberError::Check) }
    }
}

impl<'de> Deserialize<'de> for ClaimNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ClaimNumber, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_the_contract() {
        for text in ["HZ150802-2021-0000412-95", "HZ150100-2021-0000001-24", "HZ152921-2025-9999999-31"] {
            let number: ClaimNumber = text.parse().unwrap();
            assert_eq!(number.to_string(), text);
            assert_eq!(text.replace('-', "").to_lowercase().parse(), Ok(number));
        }
        assert_eq!("HZ150802-2021-0000413-95".parse::<ClaimNumber>(), Err(NumberError::Check));
        assert_eq!("HZ150802-2021-412".parse::<ClaimNumber>(), Err(NumberError::Form));
    }

    #[test]
    fn every_single_wrong_digit_is_found() {
        let right = "1508022021000041295";
        for at in 0..19 {
            for digit in b'0'..=b'9' {
                let mut wrong = right.to_owned().into_bytes();
                if wrong[at] == digit {
                    continue;
                }
                wrong[at] = digit;
                let wrong = format!("HZ{}", String::from_utf8(wrong).unwrap());
                assert!(wrong.parse::<ClaimNumber>().is_err(), "{wrong}");
            }
        }
    }
}
