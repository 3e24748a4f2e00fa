//! The medical bill: an electronic one (code, number, check code) or a paper one (hospital, number).

use serde::{Deserialize, Serialize};

use super::text::half_width;

/// How bill codes begin here: 15 the region, 06 medical.
pub const EXPECTED_PREFIX: &str = "1506";

/// A bill as it is recorded. An electronic one has a `code`; a paper one has none and counts with its hospital.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Bill {
    /// 票据代码, 8 digits (8 to 12 with a warning); empty for a paper bill.
    pub code: String,
    /// 票据号码, 10 digits on an electronic bill.
    pub number: String,
    /// 校验码, 6 characters of 0-9a-f, or empty.
    pub check: String,
    /// The hospital's code; part of the key of a paper bill.
    pub hospital: String,
}

/// What is odd about a bill's fields. Only `Empty`, `NotDigits` and `Length` stop it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BillError {
    /// Nothing typed.
    Empty,
    /// Something other than digits in an electronic bill.
    NotDigits,
    /// So many digits are needed (what was typed has another number of them).
    Length(usize),
    /// Not six characters of 0-9a-f.
    CheckCode,
}

/// Spaces, dashes and widths out: two writings of one number are the same number.
pub fn normalise(typed: &str) -> String {
    half_width(typed).chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_uppercase()).collect()
}

/// The code: `Ok(warn)`, where `warn` says that it is unusual (not 8 digits, or not `1506`). Empty is a paper bill.
pub fn check_code_field(code: &str) -> Result<bool, BillError> {
    if code.is_empty() {
        return Ok(false);
    }
    if !code.bytes().all(|b| b.is_ascii_digit()) {
        return Err(BillError::NotDigits);
    }
    if !(8..=12).contains(&code.len()) {
        return Err(BillError::Length(8));
    }
    Ok(code.len() != 8 || !code.starts_with(EXPECTED_PREFIX))
}

/// The number: 10 digits where there is a code, anything for a paper bill.
pub fn check_number(code: &str, number: &str) -> Result<(), BillError> {
    if number.is_empty() {
        return Err(BillError::Empty);
    }
    if code.is_empty() {
        return if number.len() <= 30 { Ok(()) } else { Err(BillError::Length(30)) };
    }
    if !number.bytes().all(|b| b.is_ascii_digit()) {
        return Err(BillError::NotDigits);
    }
    if number.len() != 10 {
        return Err(BillError::Length(10));
    }
    Ok(())
}

/// The check code, six of 0-9a-f, where there is one.
pub fn check_check_code(check: &str) -> Result<(), BillError> {
    let valid = check.len() == 6 && check.bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b));
    if check.is_empty() || valid { Ok(()) } else { Err(BillError::CheckCode) }
}

impl Bill {
    /// The key under which it may be claimed once in the whole region: code and number, or hospital and number.
    pub fn key(&self) -> String {
        if self.code.is_empty() {
            format!("P/{}/{}", normalise(&self.hospital), normalise(&self.number))
        } else {
            format!("E/{}/{}", normalise(&self.code), normalise(&self.number))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_in_all_its_writings() {
        let bill = |number: &str| Bill { code: "15060121".into(), number: number.into(), ..Bill::default() };
        assert_eq!(bill("0012345678").key(), bill("００１２ 345-678").key());
        assert_eq!(bill("0012345678").key(), "E/15060121/0012345678");
        let paper = Bill { number: "a-17".into(), hospital: "H15080290001".into(), ..Bill::default() };
        assert_eq!(paper.key(), "P/H15080290001/A17");
    }

    #[test]
    fn fields_are_checked() {
        assert_eq!(check_code_field("15060121"), Ok(false));
        assert_eq!(check_code_field("43060125"), Ok(true));
        assert_eq!(check_code_field("15060121001"), Ok(true));
        assert_eq!(check_code_field("150601"), Err(BillError::Length(8)));
        assert_eq!(check_number("15060121", "123"), Err(BillError::Length(10)));
        assert_eq!(check_number("", "A17"), Ok(()));
        assert_eq!(check_check_code("7B1C11"), Ok(()));
        assert_eq!(check_check_code("7B1C1G"), Err(BillError::CheckCode));
    }
}
