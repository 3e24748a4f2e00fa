//! Amounts in Chinese words (支付结算办法, annex 1). House style: 元, 整 after 元, nothing after 角, rule-4c zero omitted.
//!
//! A run of zeros inside the yuan is one 零; none stands before a 仟 that follows a 万 or 亿, nor between 元 and 角.

use super::money::{MAX_FEN, Money};

const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
const PLACES: [&str; 4] = ["仟", "佰", "拾", ""];
/// Groups of four digits, from the highest: hundreds of millions, tens of thousands, units.
const GROUPS: [(i64, &str); 3] = [(100_000_000, "亿"), (10_000, "万"), (1, "")];

/// `贰仟肆佰贰拾柒元柒角`; without the prefix 人民币. Negative amounts and those above [`MAX_FEN`] have no words.
pub fn in_words(amount: Money) -> Option<String> {
    if !(0..=MAX_FEN).contains(&amount.fen()) {
        return None;
    }
    let (yuan, jiao, fen) = (amount.fen() / 100, amount.fen() / 10 % 10, amount.fen() % 10);
    let mut out = String::new();
    if yuan > 0 || amount.is_zero() {
        out.push_str(&integer(yuan));
        out.push('元');
    }
    if jiao == 0 && fen == 0 {
        out.push('整');
    }
    if jiao > 0 {
        out.push(digit(jiao));
        out.push('角');
    } else if fen > 0 && yuan > 0 {
        out.push('零');
    }
    if fen > 0 {
        out.push(digit(fen));
        out.push('分');
    }
    Some(out)
}

/// Below 10^12: three groups of four digits.
fn integer(number: i64) -> String {
    if number == 0 {
        return DIGITS[0].to_string();
    }
    let mut out = String::new();
    let mut skipped = false;
    for (size, unit) in GROUPS {
        let group = number / size % 10_000;
        if group == 0 {
            skipped = !out.is_empty();
            continue;
        }
        if !out.is_empty() && (skipped || group < 1_000) {
            out.push(DIGITS[0]);
        }
        skipped = false;
        four_digits(group, &mut out);
        out.push_str(unit);
    }
    out
}

/// 1 to 9999, without a zero in front or behind.
fn four_digits(group: i64, out: &mut String) {
    let mut zero = false;
    let mut begun = false;
    for (place, power) in PLACES.iter().zip([1_000, 100, 10, 1]) {
        let value = group / power % 10;
        if value == 0 {
            zero = begun;
            continue;
        }
        if zero {
            out.push(DIGITS[0]);
        }
        zero = false;
        begun = true;
        out.push(digit(value));
        out.push_str(place);
    }
}

fn digit(value: i64) -> char {
    DIGITS[(value % 10) as usize]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::money::MoneyError;

    fn words(amount: &str) -> String {
        in_words(amount.parse().unwrap()).unwrap()
    }

    /// Reads words back, by rules of its own; 圆 and 正 are accepted on reading.
    fn parse(text: &str) -> Option<i64> {
        let (mut total, mut group, mut value, mut fen) = (0i64, 0i64, 0i64, 0i64);
        for c in text.chars() {
            if let Some(at) = DIGITS.iter().position(|digit| *digit == c) {
                value = at as i64;
                continue;
            }
            match c {
                '拾' | '佰' | '仟' => {
                    group += value
                        * if c == '拾' {
                            10
                        } else if c == '佰' {
                            100
                        } else {
                            1_000
                        };
                }
                '万' | '亿' => {
                    total += (group + value) * if c == '万' { 10_000 } else { 100_000_000 };
                    group = 0;
                }
                '元' | '圆' => {
                    total += group + value;
                    group = 0;
                }
                '角' => fen += value * 10,
                '分' => fen += value,
                '整' | '正' => {}
                _ => return None,
            }
            value = 0;
        }
        Some(total * 100 + fen)
    }

    #[test]
    fn the_golden_vectors() {
        for (amount, expected) in [
            ("0.00", "零元整"),
            ("0.01", "壹分"),
            ("0.05", "伍分"),
            ("0.10", "壹角"),
            ("0.50", "伍角"),
            ("1.05", "壹元零伍分"),
            ("10", "壹拾元整"),
            ("10.00", "壹拾元整"),
            ("10.10", "壹拾元壹角"),
            ("100.01", "壹佰元零壹分"),
            ("325.04", "叁佰贰拾伍元零肆分"),
            ("1409.50", "壹仟肆佰零玖元伍角"),
            ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
            ("2427.70", "贰仟肆佰贰拾柒元柒角"),
            ("6007.14", "陆仟零柒元壹角肆分"),
            ("10000", "壹万元整"),
            ("10001", "壹万零壹元整"),
            ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
            ("20010", "贰万零壹拾元整"),
            ("100000", "壹拾万元整"),
            ("107000.53", "壹拾万柒仟元伍角叁分"),
            ("345400", "叁拾肆万伍仟肆佰元整"),
            ("1000010", "壹佰万零壹拾元整"),
            ("1005000", "壹佰万伍仟元整"),
            ("10000050", "壹仟万零伍拾元整"),
            ("100000000", "壹亿元整"),
            ("100000000.01", "壹亿元零壹分"),
            ("100001000", "壹亿零壹仟元整"),
            ("100100000000", "壹仟零壹亿元整"),
            ("1000100010", "壹拾亿零壹拾万零壹拾元整"),
            ("10010000000", "壹佰亿壹仟万元整"),
            ("999999999999.99", "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
        ] {
            assert_eq!(words(amount), expected, "{amount}");
            assert_eq!(parse(expected), Some(amount.parse::<Money>().unwrap().fen()), "{amount}");
        }
    }

    /// As other systems write them: the zero of rule 4c, 圆 and 正.
    #[test]
    fn other_ways_to_write_them_are_read() {
        for (text, fen) in [
            ("壹拾元零壹角", 1_010),
            ("壹仟陆佰捌拾元零叁角贰分", 168_032),
            ("壹拾万柒仟元零伍角叁分", 10_700_053),
            ("捌佰柒拾叁圆陆角", 87_360),
            ("柒仟肆佰捌拾肆元壹角正", 748_410),
        ] {
            assert_eq!(parse(text), Some(fen), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_has_no_words() {
        for fen in [-1, -100, i64::MIN, MAX_FEN + 1, i64::MAX] {
            assert_eq!(in_words(Money::from_fen(fen)), None, "{fen}");
        }
        // Nothing is rounded on the way to words.
        for text in ["1.005", "0.001", "10.100"] {
            assert_eq!(text.parse::<Money>(), Err(MoneyError::Places), "{text}");
        }
    }

    /// What must hold of the words of any amount.
    fn holds(fen: i64) {
        let words = in_words(Money::from_fen(fen)).unwrap();
        let known = |c: char| DIGITS.contains(&c) || "拾佰仟万亿元角分整".contains(c);
        assert!(words.chars().all(known), "{words}");
        // No zero between 元 and 角 (rule 4c), one between 元 and 分 (rule 4d).
        let (jiao, cents) = (fen / 10 % 10, fen % 10);
        assert_eq!(words.contains("元零"), fen >= 100 && jiao == 0 && cents > 0, "{words}");
        assert!(!words.contains("零角") && !words.contains("零分"), "{words}");
        assert!(!words.starts_with('拾'), "{words}");
        assert!(!words.contains("零零"), "{words}");
        assert!(!words.ends_with('零'), "{words}");
        assert_eq!(words.contains("零元"), fen == 0, "{words}");
        assert!(!words.starts_with('零') || fen == 0, "{words}");
        assert_eq!(words.ends_with('整'), fen % 100 == 0, "{words}");
        assert_eq!(parse(&words), Some(fen), "{words}");
    }

    /// Every amount of 0.00 to 99,999.99 in steps of 0.37, so that each ending comes with each kind of yuan.
    #[test]
    fn amounts_below_a_hundred_thousand_read_back() {
        (0..10_000_000).step_by(37).for_each(holds);
    }

    /// Yuan and the rest are independent but for the 零 between them, so a few endings stand for all.
    #[test]
    fn every_yuan_below_a_hundred_thousand_reads_back() {
        for yuan in 0..100_000 {
            for rest in [0, 4, 10, 53] {
                holds(yuan * 100 + rest);
            }
        }
        for fen in 0..100_000 {
            holds(fen);
        }
    }

    #[test]
    fn every_pattern_of_zeros_reads_back() {
        for pattern in 0..1 << 14 {
            let digits: String = (0..14).map(|at| if pattern >> at & 1 == 1 { '7' } else { '0' }).collect();
            holds(digits.parse().unwrap());
        }
    }

    proptest! {
        #[test]
        fn any_amount_reads_back(fen in 0..=MAX_FEN) {
            holds(fen);
        }
    }
}
