//! The citizen's ID number, GB 11643-1999: 17 digits and a check character.

use std::fmt;

use chrono::{Datelike, NaiveDate};

use super::text::half_width;

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: &[u8; 11] = b"10X98765432";

/// A valid 18-character ID number. Its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct IdNumber(String);

/// Why a text is no ID number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdError {
    /// Not 18 characters (or 15 of the old form).
    Length(usize),
    /// A character that is no digit (or X at the end).
    NotDigits,
    /// The date in it does not exist or lies in the future.
    Birth,
    /// The check character does not fit: a character is wrong.
    Check,
}

impl IdNumber {
    /// Reads what was typed: full-width, spaces, small x, and the 15-digit form of before 1999.
    /// The area prefix is never a reason to refuse: abolished codes live on in people's numbers.
    pub fn parse(typed: &str, today: NaiveDate) -> Result<IdNumber, IdError> {
        let mut text: String =
            half_width(typed).chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
        if text.len() == 15 && text.bytes().all(|b| b.is_ascii_digit()) {
            text = format!("{}19{}", &text[..6], &text[6..]);
            text.push(check_character(&text));
        }
        if text.chars().count() != 18 {
            return Err(IdError::Length(text.chars().count()));
        }
        if !text.is_ascii() {
            return Err(IdError::NotDigits);
        }
        let bytes = text.as_bytes();
        let body_is_digits = bytes[..17].iter().all(u8::is_ascii_digit);
        if !body_is_digits || !(bytes[17].is_ascii_digit() || bytes[17] == b'X') {
            return Err(IdError::NotDigits);
        }
        match birth_of(&text) {
            Some(birth) if birth <= today && birth.year() >= 1850 => {}
            _ => return Err(IdError::Birth),
        }
        if check_character(&text[..17]) as u8 != bytes[17] {
            return Err(IdError::Check);
        }
        Ok(IdNumber(text))
    }

    /// The 18 characters. Only for records, searches and reveals.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The date of birth in it.
    pub fn birth(&self) -> Option<NaiveDate> {
        birth_of(&self.0)
    }

    /// Whether its sequence number is a woman's (even).
    pub fn is_female(&self) -> bool {
        self.0.as_bytes()[16].is_multiple_of(2)
    }
}

/// The check character of 17 digits.
pub fn check_character(digits: &str) -> char {
    let sum: u32 =
        digits.bytes().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit.wrapping_sub(b'0')) * weight).sum();
    CHECKS[(sum % 11) as usize] as char
}

fn birth_of(text: &str) -> Option<NaiveDate> {
    let part = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok();
    NaiveDate::from_ymd_opt(part(6, 10)? as i32, part(10, 12)?, part(12, 14)?)
}

impl fmt::Debug for IdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdNumber(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<IdNumber, IdError> {
        IdNumber::parse(text, NaiveDate::from_ymd_opt(2026, 1, 1).unwrap())
    }

    #[test]
    fn the_standards_examples() {
        assert!(parse("11010519491231002X").is_ok());
        assert!(parse("440524188001010014").is_ok());
        let id = parse("１５０１０２１９８００１０１００１４").unwrap();
        assert_eq!(id.birth(), NaiveDate::from_ymd_opt(1980, 1, 1));
        assert!(!id.is_female());
        assert_eq!(parse("11010519491231002x").unwrap().as_str(), "11010519491231002X");
        assert_eq!(parse("110105491231002").unwrap().as_str(), "11010519491231002X");
        assert_eq!(format!("{id:?}"), "IdNumber(***)");
    }

    #[test]
    fn refuses_the_rest() {
        assert_eq!(parse("110105194912310021"), Err(IdError::Check));
        assert_eq!(parse("11O105194912310020"), Err(IdError::NotDigits));
        assert_eq!(parse("150102198002300014"), Err(IdError::Birth));
        assert_eq!(parse("150102209801010014"), Err(IdError::Birth));
        assert_eq!(parse("王王王王王王"), Err(IdError::Length(6)));
        assert_eq!(parse(""), Err(IdError::Length(0)));
    }
}
