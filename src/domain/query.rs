//! What the one search box was given: its kind decides what is searched (contract 2).
//!
//! To add a kind: a variant of [`Query`], its test in `parse` before the rows that would swallow it, its name in `kind`,
//! and how the store answers it.

use std::fmt;

use chrono::NaiveDate;

use super::id_number::{IdError, IdNumber};
use super::number::ClaimNumber;
use super::slip_code::SlipCode;
use super::text::{NAME_MAX, half_width, name_key};

/// A search, classified. Keys are normalised: they can be compared with stored keys as they are.
#[derive(Clone, PartialEq, Eq)]
pub enum Query {
    /// A whole, valid ID number.
    IdNumber(String),
    /// A whole mobile number.
    Mobile(String),
    /// 4-6 characters from the end of an ID number (X allowed last) or of a mobile.
    Tail(String),
    /// A claim number, typed.
    Claim(ClaimNumber),
    /// A slip's code, scanned.
    Slip(Box<SlipCode>),
    /// Two or more Chinese characters of a name.
    Name(Term),
    /// Two or more Latin letters: initials, full pinyin, or surname in full and initials.
    Latin(Term),
}

/// The kind only: a number is not for logs.
impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Query::Name(term) | Query::Latin(term) => write!(f, "{}({term:?})", self.kind()),
            Query::Claim(number) => write!(f, "claim({number})"),
            Query::Slip(code) => write!(f, "slip({})", code.number()),
            Query::IdNumber(_) | Query::Mobile(_) | Query::Tail(_) => write!(f, "{}(***)", self.kind()),
        }
    }
}

/// What names are searched by, and the unit that narrows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The key.
    pub key: String,
    /// A second term of two or more characters: the beginning of the unit's name or of its initials.
    pub unit: Option<String>,
}

/// Why a text is not searched: each is a sentence in `strings` (`search-…`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoQuery {
    /// Nothing typed.
    Empty,
    /// One Chinese character or letter: one more.
    OneMore,
    /// 1-3 digits: at least 4.
    FewDigits,
    /// 7-17 digits: the whole number, or its last 4-6.
    PartOfNumber,
    /// 18 characters with a wrong check character.
    WrongCheck,
    /// 18 characters whose date of birth does not exist.
    WrongBirth,
    /// `HZ…` that is no claim number, or not yet.
    ClaimNumber,
    /// It begins as a slip's code and is none, or not a whole one.
    SlipCode,
    /// A slip's code that its key did not sign; nothing that a text alone shows.
    SlipForged,
    /// 19 digits and more: a bank card is not searched.
    TooLong,
    /// Nothing of these.
    Unknown,
}

/// More bytes than any search needs: a paste into the wrong field is not looked at any further.
const TYPED_MAX: usize = 1024;
/// Of 18 characters so many digits make an ID number with a wrong character (`O` for 0) out of them.
const ID_DIGITS_MIN: usize = 14;

impl Query {
    /// Classifies what was typed. `today` bounds dates of birth.
    pub fn parse(typed: &str, today: NaiveDate) -> Result<Query, NoQuery> {
        if SlipCode::is_meant(typed) {
            return SlipCode::parse(typed).map(|code| Query::Slip(Box::new(code))).map_err(|_| NoQuery::SlipCode);
        }
        if typed.len() > TYPED_MAX {
            let digits = typed.chars().take(TYPED_MAX).all(|c| c.is_ascii_digit());
            return Err(if digits { NoQuery::TooLong } else { NoQuery::Unknown });
        }
        let typed = half(typed);
        let plain: String =
            typed.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_uppercase()).collect();
        if plain.is_empty() {
            return Err(if typed.trim().is_empty() { NoQuery::Empty } else { NoQuery::Unknown });
        }
        if plain.strip_prefix("HZ").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
            return plain.parse().map(Query::Claim).map_err(|_| NoQuery::ClaimNumber);
        }
        let body = plain.strip_suffix('X').unwrap_or(&plain);
        if !body.is_empty() && body.bytes().all(|b| b.is_ascii_digit()) {
            return digits(&plain, today);
        }
        let looks_like_an_id = plain.len() == 18
            && plain.bytes().all(|b| b.is_ascii_alphanumeric())
            && plain.bytes().filter(u8::is_ascii_digit).count() >= ID_DIGITS_MIN;
        if looks_like_an_id {
            return Err(NoQuery::WrongCheck);
        }
        terms(&typed)
    }

    /// The kind's name for scripts: `id`, `mobile`, `tail`, `claim`, `slip`, `name`, `latin`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Query::IdNumber(_) => "id",
            Query::Mobile(_) => "mobile",
            Query::Tail(_) => "tail",
            Query::Claim(_) => "claim",
            Query::Slip(_) => "slip",
            Query::Name(_) => "name",
            Query::Latin(_) => "latin",
        }
    }
}

/// Half-width; a full-width stop is a name's middle dot here, not the point of a number.
fn half(typed: &str) -> String {
    half_width(&typed.replace('\u{ff0e}', "\u{b7}"))
}

/// What a unit is searched by: its name and what is typed of it alike.
pub fn unit_key(name: &str) -> String {
    name_key(&half(name)).to_ascii_lowercase()
}

/// Digits, with an X last or not.
fn digits(plain: &str, today: NaiveDate) -> Result<Query, NoQuery> {
    let is_mobile = plain.len() == 11
        && plain.starts_with('1')
        && matches!(plain.as_bytes()[1], b'3'..=b'9')
        && plain.bytes().all(|b| b.is_ascii_digit());
    match plain.len() {
        0..=3 => Err(NoQuery::FewDigits),
        4..=6 => Ok(Query::Tail(plain.to_owned())),
        11 if is_mobile => Ok(Query::Mobile(plain.to_owned())),
        7..=17 => Err(NoQuery::PartOfNumber),
        18 => match IdNumber::parse(plain, today) {
            Ok(id) => Ok(Query::IdNumber(id.as_str().to_owned())),
            Err(IdError::Birth) => Err(NoQuery::WrongBirth),
            Err(_) => Err(NoQuery::WrongCheck),
        },
        _ => Err(NoQuery::TooLong),
    }
}

/// A name in characters or letters, and what narrows it.
fn terms(typed: &str) -> Result<Query, NoQuery> {
    let mut words = typed.split_whitespace();
    let first = name_key(words.next().unwrap_or_default());
    let rest = unit_key(&words.collect::<String>());
    let unit = match letters(&rest) {
        Some(letters) => Some(letters),
        None => Some(rest),
    }
    .filter(|unit| unit.chars().count() >= 2);
    if let Some(key) = letters(&first) {
        return match key.len() {
            1 => Err(NoQuery::OneMore),
            _ if key.len() > NAME_MAX * 6 => Err(NoQuery::Unknown),
            _ => Ok(Query::Latin(Term { key, unit })),
        };
    }
    // Signs stay in the key as what they are: a `%` finds a name with a percent sign, and nothing else.
    let of_a_script = first.chars().any(is_name_character);
    let mixed = first.chars().any(|c| c.is_ascii_alphanumeric());
    match first.chars().count() {
        _ if !of_a_script || mixed => Err(NoQuery::Unknown),
        1 => Err(NoQuery::OneMore),
        n if n > NAME_MAX => Err(NoQuery::Unknown),
        _ => Ok(Query::Name(Term { key: first, unit })),
    }
}

/// Ideographs, those of the private use areas (rare characters of old registers), and letters of other scripts.
fn is_name_character(c: char) -> bool {
    !c.is_ascii() && (c.is_alphabetic() || matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10fffd}'))
}

/// Pinyin as it is stored: small letters, ü as v, without apostrophes. `None` where something else is in it.
fn letters(term: &str) -> Option<String> {
    let mut out = String::with_capacity(term.len());
    for c in term.chars() {
        match c {
            'a'..='z' => out.push(c),
            'A'..='Z' => out.push(c.to_ascii_lowercase()),
            '\u{fc}' | '\u{dc}' => out.push('v'),
            '\'' | '\u{2019}' => {}
            _ => return None,
        }
    }
    (!out.is_empty()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(typed: &str) -> Result<Query, NoQuery> {
        Query::parse(typed, NaiveDate::from_ymd_opt(2021, 3, 20).unwrap())
    }

    fn name(key: &str, unit: Option<&str>) -> Result<Query, NoQuery> {
        Ok(Query::Name(Term { key: key.into(), unit: unit.map(Into::into) }))
    }

    fn latin(key: &str, unit: Option<&str>) -> Result<Query, NoQuery> {
        Ok(Query::Latin(Term { key: key.into(), unit: unit.map(Into::into) }))
    }

    #[test]
    fn whole_numbers() {
        let id = Ok(Query::IdNumber("11010519491231002X".into()));
        for typed in [
            "11010519491231002X",
            "11010519491231002x",
            "１１０１０５１９４９１２３１００２ｘ",
            " 110105 19491231 002X ",
        ] {
            assert_eq!(parse(typed), id, "{typed}");
        }
        for typed in ["13812345678", "138 1234 5678", "138-1234-5678", "１３８１２３４５６７８"] {
            assert_eq!(parse(typed), Ok(Query::Mobile("13812345678".into())), "{typed}");
        }
        let number = "HZ150802-2021-0000412-95".parse().unwrap();
        for typed in ["HZ150802-2021-0000412-95", "hz150802202100004129 5", "ＨＺ150802-2021-0000412-95"] {
            assert_eq!(parse(typed), Ok(Query::Claim(number)), "{typed}");
        }
    }

    #[test]
    fn ends_of_numbers() {
        for (typed, key) in
            [("2264", "2264"), ("02264", "02264"), ("102264", "102264"), ("002x", "002X"), ("２２６４", "2264")]
        {
            assert_eq!(parse(typed), Ok(Query::Tail(key.into())), "{typed}");
        }
    }

    #[test]
    fn names_letters_and_units() {
        assert_eq!(parse("王秀英"), name("王秀英", None));
        assert_eq!(parse("秀英"), name("秀英", None));
        for dotted in ["巴图·孟和", "巴图•孟和", "巴图・孟和", "巴图．孟和", "巴图‧孟和", "巴图孟和"]
        {
            assert_eq!(parse(dotted), name("巴图孟和", None), "{dotted}");
        }
        assert_eq!(parse("王\u{200b}秀英"), name("王秀英", None));
        assert_eq!(parse("王秀 巴彦"), name("王秀", Some("巴彦")));
        assert_eq!(parse("王秀\u{3000}by"), name("王秀", Some("by")));
        assert_eq!(parse("王秀 b"), name("王秀", None));
        assert_eq!(parse("王秀 巴彦 淖尔"), name("王秀", Some("巴彦淖尔")));
        assert_eq!(parse("WangXY"), latin("wangxy", None));
        assert_eq!(parse("ｗａｎｇｘｙ"), latin("wangxy", None));
        assert_eq!(parse("LÜ"), latin("lv", None));
        assert_eq!(parse("lv"), latin("lv", None));
        assert_eq!(parse("lu"), latin("lu", None));
        assert_eq!(parse("hz"), latin("hz", None));
        assert_eq!(parse("wangx BY"), latin("wangx", Some("by")));
        assert_eq!(parse("wangx 巴彦"), latin("wangx", Some("巴彦")));
    }

    #[test]
    fn signs_are_literal() {
        assert_eq!(parse("王%"), name("王%", None));
        assert_eq!(parse("王_英"), name("王_英", None));
        assert_eq!(parse("王秀 %%"), name("王秀", Some("%%")));
        assert_eq!(parse("'王' or '1'='1"), name("'王'", Some("or'1'='1")));
        for typed in ["%", "__", "\\", "'; drop table member;--", "wang%"] {
            assert_eq!(parse(typed), Err(NoQuery::Unknown), "{typed}");
        }
    }

    #[test]
    fn sentences_for_the_rest() {
        for (typed, why) in [
            ("", NoQuery::Empty),
            ("  \u{3000}", NoQuery::Empty),
            ("王", NoQuery::OneMore),
            ("王 巴彦", NoQuery::OneMore),
            ("w", NoQuery::OneMore),
            ("x", NoQuery::OneMore),
            ("1", NoQuery::FewDigits),
            ("123", NoQuery::FewDigits),
            ("12x", NoQuery::FewDigits),
            ("1234567", NoQuery::PartOfNumber),
            ("12812345678", NoQuery::PartOfNumber),
            ("1381234567X", NoQuery::PartOfNumber),
            ("110105491231002", NoQuery::PartOfNumber),
            ("11010519491231002", NoQuery::PartOfNumber),
            ("110105194912310021", NoQuery::WrongCheck),
            ("11O105194912310020", NoQuery::WrongCheck),
            ("150102198002300014", NoQuery::WrongBirth),
            ("150102209801010014", NoQuery::WrongBirth),
            ("6221470000000000007", NoQuery::TooLong),
            ("12345678901234567890123", NoQuery::TooLong),
            ("HZ150802-2021-0000413-95", NoQuery::ClaimNumber),
            ("HZ1508", NoQuery::ClaimNumber),
            ("HZ1", NoQuery::ClaimNumber),
            ("HZ1:", NoQuery::SlipCode),
            ("ｈｚ１：ＡＢＣ", NoQuery::SlipCode),
            ("hz1: 王秀英", NoQuery::SlipCode),
            ("王秀12", NoQuery::Unknown),
            ("wang1", NoQuery::Unknown),
            ("12a4", NoQuery::Unknown),
            ("--", NoQuery::Unknown),
        ] {
            assert_eq!(parse(typed), Err(why), "{typed}");
        }
        assert_eq!(parse(&"王".repeat(61)), Err(NoQuery::Unknown));
        assert_eq!(parse(&"王".repeat(2_000_000)), Err(NoQuery::Unknown));
        assert_eq!(parse(&"1".repeat(2_000_000)), Err(NoQuery::TooLong));
        assert_eq!(parse(&format!("HZ1:{}", "A".repeat(2_000_000))), Err(NoQuery::SlipCode));
    }

    proptest! {
        #[test]
        fn nothing_typed_breaks_it(typed in "\\PC*|[0-9Xx \u{ff10}-\u{ff19}-]{0,24}|[a-zA-Z王秀%_' ]{0,12}") {
            if let Ok(Query::Name(term) | Query::Latin(term)) = parse(&typed) {
                prop_assert!(term.key.chars().count() >= 2);
                prop_assert!(term.unit.is_none_or(|unit| unit.chars().count() >= 2));
            }
        }
    }
}
