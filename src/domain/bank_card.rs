//! Bank cards: 16 to 19 digits. Luhn's check is a warning only: old passbooks and unit accounts do not follow it.

use super::text::half_width;

/// What is wrong with a card number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardError {
    /// Something other than digits.
    NotDigits,
    /// Not 16 to 19 digits.
    Length(usize),
}

/// The digits of what was typed or swiped.
pub fn normalise(typed: &str) -> String {
    half_width(typed).chars().filter(|c| !c.is_whitespace() && *c != '-').collect()
}

/// `Ok(warn)`, where `warn` says that Luhn's check does not fit.
pub fn check(card: &str) -> Result<bool, CardError> {
    if !card.bytes().all(|b| b.is_ascii_digit()) {
        return Err(CardError::NotDigits);
    }
    if !(16..=19).contains(&card.len()) {
        return Err(CardError::Length(card.len()));
    }
    Ok(!luhn(card))
}

/// Luhn's check over digits.
pub fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, byte)| {
            let digit = u32::from(byte.wrapping_sub(b'0'));
            if at % 2 == 0 {
                digit
            } else if digit > 4 {
                digit * 2 - 9
            } else {
                digit * 2
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_digits_length_and_luhn() {
        assert_eq!(check("6221470000000000007"), Ok(!luhn("6221470000000000007")));
        assert!(luhn("4111111111111111"));
        assert!(!luhn("4111111111111112"));
        assert_eq!(check("622147"), Err(CardError::Length(6)));
        assert_eq!(check("62214700000000O0"), Err(CardError::NotDigits));
        assert_eq!(normalise("6221 4700-００００ 0000"), "6221470000000000");
    }
}
