//! Amounts as a clerk types them: digits and a point, grouped or not, sums of a pile of bills.

use super::money::{MAX_FEN, Money, MoneyError};
use super::text::half_width;

/// Why what was typed is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmountError {
    /// Not an amount or a sum of them.
    NotAnAmount,
    /// More than two places.
    Places,
    /// Below 0.00 where that is not allowed.
    Negative,
    /// Beyond what is recorded.
    TooLarge,
    /// A comma that is no thousands mark (`1.234,50`).
    Comma,
}

/// Reads `1200+350.5-20`, `1,234.50`, `￥12`, full-width digits. Negative results only where `negative` allows them.
/// Empty is 0.00.
pub fn parse(typed: &str, negative: bool) -> Result<Money, AmountError> {
    let typed: String =
        half_width(typed).chars().filter(|c| !c.is_whitespace() && !matches!(c, '\u{a5}' | '\u{ffe5}')).collect();
    if typed.is_empty() {
        return Ok(Money::ZERO);
    }
    let mut total: i64 = 0;
    let mut rest = typed.as_str();
    let mut first = true;
    while !rest.is_empty() {
        let sign = match rest.as_bytes()[0] {
            b'+' => 1,
            b'-' => -1,
            _ if first => 1,
            _ => return Err(AmountError::NotAnAmount),
        };
        let unsigned = rest.trim_start_matches(['+', '-']);
        if rest.len() - unsigned.len() > 1 {
            return Err(AmountError::NotAnAmount);
        }
        let end = unsigned.find(['+', '-']).unwrap_or(unsigned.len());
        total = total.checked_add(sign * term(&unsigned[..end])?).ok_or(AmountError::TooLarge)?;
        rest = &unsigned[end..];
        first = false;
    }
    if total.abs() > MAX_FEN {
        return Err(AmountError::TooLarge);
    }
    if total < 0 && !negative {
        return Err(AmountError::Negative);
    }
    Ok(Money::from_fen(total))
}

fn term(text: &str) -> Result<i64, AmountError> {
    let plain = ungroup(text)?;
    let padded = match (plain.strip_prefix('.'), plain.strip_suffix('.')) {
        (Some(_), Some(_)) => return Err(AmountError::NotAnAmount),
        (Some(places), None) => format!("0.{places}"),
        (None, Some(yuan)) => yuan.to_owned(),
        (None, None) => plain,
    };
    match padded.parse::<Money>() {
        Ok(money) => Ok(money.fen()),
        Err(MoneyError::NotAnAmount) => Err(AmountError::NotAnAmount),
        Err(MoneyError::Places) => Err(AmountError::Places),
        Err(MoneyError::TooLarge) => Err(AmountError::TooLarge),
    }
}

/// Takes thousands marks out, and refuses a comma anywhere else.
fn ungroup(text: &str) -> Result<String, AmountError> {
    if !text.contains(',') {
        return Ok(text.to_owned());
    }
    let (yuan, places) = text.split_once('.').unwrap_or((text, ""));
    let groups: Vec<&str> = yuan.split(',').collect();
    let well_grouped = (1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|group| group.len() == 3);
    if places.contains(',') || !well_grouped {
        return Err(AmountError::Comma);
    }
    let yuan = groups.concat();
    Ok(if text.contains('.') { format!("{yuan}.{places}") } else { yuan })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_sums_groups_and_full_width() {
        for (typed, fen) in [
            ("", 0),
            ("1200+350.5-20", 153_050),
            ("1,234.50", 123_450),
            ("１２３．４５", 12_345),
            ("￥12", 1_200),
            (".5", 50),
            ("5.", 500),
            ("20-20", 0),
        ] {
            assert_eq!(parse(typed, false), Ok(Money::from_fen(fen)), "{typed}");
        }
        assert_eq!(parse("-120", true), Ok(Money::from_fen(-12_000)));
    }

    #[test]
    fn refuses_the_rest() {
        for (typed, error) in [
            ("-5", AmountError::Negative),
            ("0.001", AmountError::Places),
            ("1e2", AmountError::NotAnAmount),
            ("NaN", AmountError::NotAnAmount),
            ("1.234,50", AmountError::Comma),
            ("12,34", AmountError::Comma),
            ("1+", AmountError::NotAnAmount),
            ("1++2", AmountError::NotAnAmount),
            (".", AmountError::NotAnAmount),
            ("999999999999999", AmountError::TooLarge),
            ("999999999999.99+0.01", AmountError::TooLarge),
        ] {
            assert_eq!(parse(typed, false), Err(error), "{typed}");
        }
    }
}
