//! The numbers that the scheme gives out: claim and slip numbers, gapless, with ISO 7064 MOD 97-10 check digits.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};

use super::area::OfficeCode;
use super::form::FormId;
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

/// Why a text is no claim number, or no slip's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Not `HZ` and 19 digits; of a slip's own number, not 21 digits.
    #[error("not a number of this kind")]
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
        let plain = plain(text);
        let digits = plain.strip_prefix("HZ").ok_or(NumberError::Form)?;
        checked(digits, 19)?;
        Ok(ClaimNumber {
            office: digits[..6].parse().map_err(|_| NumberError::Form)?,
            year: digits[6..10].parse().map_err(|_| NumberError::Form)?,
            sequence: digits[10..17].parse().map_err(|_| NumberError::Form)?,
        })
    }
}

/// Half-width, in capitals, without hyphens and spaces.
fn plain(text: &str) -> String {
    half_width(text).chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_uppercase()).collect()
}

/// So many digits, of which the last two are the check of those before.
fn checked(digits: &str, many: usize) -> Result<(), NumberError> {
    if digits.len() != many || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NumberError::Form);
    }
    let (number, check) = digits.split_at(many - 2);
    // 00 and 98 are congruent to a right check, but never given out.
    if check.parse() == Ok(check_digits(number)) { Ok(()) } else { Err(NumberError::Check) }
}

/// A slip's number: P1's is its claim's; other forms have a sequence of their own in each office and year,
/// `150802-2021-02-0000017-89`: office, year, form, sequence, check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlipNumber {
    /// The office that gave it.
    pub office: OfficeCode,
    /// The year in which it was given.
    pub year: u16,
    /// The form.
    pub form: FormId,
    /// 1 to 9,999,999, without gaps in an office, year and form.
    pub sequence: u32,
}

impl SlipNumber {
    /// The claim's number, where this is one (P1).
    pub fn claim(self) -> Option<ClaimNumber> {
        let SlipNumber { office, year, form, sequence } = self;
        (form == FormId::P1).then_some(ClaimNumber { office, year, sequence })
    }
}

impl From<ClaimNumber> for SlipNumber {
    /// The number of the claim's P1.
    fn from(ClaimNumber { office, year, sequence }: ClaimNumber) -> SlipNumber {
        SlipNumber { office, year, form: FormId::P1, sequence }
    }
}

impl fmt::Display for SlipNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(claim) = self.claim() {
            return claim.fmt(f);
        }
        let SlipNumber { office, year, form, sequence } = self;
        let form = form.number();
        let check = check_digits(&format!("{office}{year:04}{form:02}{sequence:07}"));
        write!(f, "{office}-{year:04}-{form:02}-{sequence:07}-{check:02}")
    }
}

/// With or without hyphens, in any letters and widths.
impl FromStr for SlipNumber {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<SlipNumber, NumberError> {
        let digits = plain(text);
        if digits.starts_with("HZ") {
            return digits.parse::<ClaimNumber>().map(SlipNumber::from);
        }
        checked(&digits, 21)?;
        let form = digits[10..12].parse().ok().and_then(FormId::from_number).ok_or(NumberError::Form)?;
        Ok(SlipNumber {
            office: digits[..6].parse().map_err(|_| NumberError::Form)?,
            year: digits[6..10].parse().map_err(|_| NumberError::Form)?,
            // P1 is numbered as its claim, and in no other way.
            form: if form == FormId::P1 { return Err(NumberError::Form) } else { form },
            sequence: digits[12..19].parse().map_err(|_| NumberError::Form)?,
        })
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

    #[test]
    fn slip_numbers_read_back() {
        let p2 = SlipNumber { office: "150802".parse().unwrap(), year: 2021, form: FormId::P2, sequence: 17 };
        let text = p2.to_string();
        assert_eq!(text, "150802-2021-02-0000017-89");
        assert_eq!(modulo_97(&text), 1);
        for typed in [&text, &text.replace('-', ""), &text.replace('0', "０"), &format!(" {text} ")] {
            assert_eq!(typed.parse(), Ok(p2), "{typed}");
        }
        assert_eq!(p2.claim(), None);
        let claim: ClaimNumber = "HZ150802-2021-0000412-95".parse().unwrap();
        let p1 = SlipNumber::from(claim);
        assert_eq!((p1.to_string(), p1.claim()), (claim.to_string(), Some(claim)));
        assert_eq!("hz1508022021000041295".parse(), Ok(p1));
        let last = SlipNumber { form: FormId::P10, sequence: 9_999_999, ..p2 };
        assert_eq!(last.to_string().parse(), Ok(last));
        let numbered_as_no_claim = format!("150802202101{:07}{:02}", 412, check_digits("1508022021010000412"));
        assert_eq!(numbered_as_no_claim.parse::<SlipNumber>(), Err(NumberError::Form));
        for wrong in ["", "150802-2021-02-17-89", "HZ150802-2021-0000413-95", "150802-2021-11-0000017-74", "王"] {
            assert!(wrong.parse::<SlipNumber>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_single_wrong_digit_of_a_slip_number_is_found() {
        let right = "150802202102000001789";
        assert!(right.parse::<SlipNumber>().is_ok());
        for at in 0..right.len() {
            for digit in b'0'..=b'9' {
                let mut wrong = right.to_owned().into_bytes();
                if wrong[at] == digit {
                    continue;
                }
                wrong[at] = digit;
                let wrong = String::from_utf8(wrong).unwrap();
                assert!(wrong.parse::<SlipNumber>().is_err(), "{wrong}");
            }
        }
    }
}
