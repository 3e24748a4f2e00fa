//! Pinyin of names: every reading that a surname has, so that a clerk finds 单 as `shan` and as `dan`. `ü` is written `v`,
//! and a name that has it is also read with `u`, as clerks type either.
//!
//! To add a surname that is read in two ways: an entry in `heteronym_surnames` of `data/names.json`, the surname's own
//! reading first, a space between the syllables of a compound one.

use std::collections::HashMap;

use pinyin::ToPinyin;
use serde::Deserialize;

use super::text::name_key;

/// Readings of one name at most.
pub const READINGS_MAX: usize = 4;

/// One way to read a name: the keys under which it is found. All lower-case letters and digits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Reading {
    /// `wangxiuying`
    pub full: String,
    /// `wxy`
    pub initials: String,
    /// The first character or the compound surname in full, then initials: `wangxy`
    pub surname_initials: String,
}

/// Surnames of two characters, and surnames that are read otherwise than their character.
#[derive(Clone, Debug, Default)]
pub struct Surnames {
    readings: HashMap<String, Vec<String>>,
    compound: Vec<String>,
}

#[derive(Deserialize)]
struct Table {
    heteronym_surnames: HashMap<String, Vec<String>>,
    #[serde(default)]
    surnames: Vec<Surname>,
    #[serde(default)]
    compound_surnames: Vec<String>,
}

#[derive(Deserialize)]
struct Surname {
    name: String,
}

impl Surnames {
    /// From the JSON of `data/names.json`; an unreadable table is an empty one.
    pub fn from_json(text: &str) -> Surnames {
        let Ok(table) = serde_json::from_str::<Table>(text) else {
            return Surnames::default();
        };
        let of_two = |name: &&String| name.chars().count() == 2;
        let compound = table
            .surnames
            .iter()
            .map(|surname| &surname.name)
            .chain(table.heteronym_surnames.keys())
            .chain(&table.compound_surnames)
            .filter(of_two)
            .cloned()
            .collect();
        Surnames { readings: table.heteronym_surnames, compound }
    }

    /// The surname's length in characters: 2 for a compound one with a name after it, else 1.
    fn length(&self, key: &str) -> usize {
        let compound =
            self.compound.iter().any(|surname| key.starts_with(surname.as_str()) && key.len() > surname.len());
        if compound { 2 } else { 1 }
    }
}

/// All readings of a name that differ by its surname, `ü` as `v` and as `u`; at most [`READINGS_MAX`], the most likely
/// first. Middle dots and spaces are left out, characters without a reading too; a name of such alone has none.
pub fn readings(name: &str, surnames: &Surnames) -> Vec<Reading> {
    let key = name_key(name);
    let chars: Vec<char> = key.chars().collect();
    let (surname, given) = chars.split_at(surnames.length(&key).min(chars.len()));
    let text: String = surname.iter().collect();
    let heads: Vec<Reading> = match surnames.readings.get(&text) {
        Some(ways) => ways
            .iter()
            .map(|way| {
                let full = way.replace(' ', "");
                let initials = way.split(' ').filter_map(|syllable| syllable.chars().next()).collect();
                Reading { initials, surname_initials: full.clone(), full }
            })
            .collect(),
        None => vec![read(surname)],
    };
    let tail = read(given);
    let mut found: Vec<Reading> = Vec::with_capacity(2);
    let mut keep = |reading: Reading| {
        if !reading.full.is_empty() && found.len() < READINGS_MAX && !found.contains(&reading) {
            found.push(reading);
        }
    };
    for head in &heads {
        keep(Reading {
            full: format!("{}{}", head.full, tail.full),
            initials: format!("{}{}", head.initials, tail.initials),
            surname_initials: format!("{}{}", head.full, tail.initials),
        });
    }
    for head in heads.iter().filter(|head| head.full.contains('v') || tail.full.contains('v')) {
        let u = |text: &str| text.replace('v', "u");
        keep(Reading {
            full: u(&format!("{}{}", head.full, tail.full)),
            initials: format!("{}{}", head.initials, tail.initials),
            surname_initials: format!("{}{}", u(&head.full), tail.initials),
        });
    }
    found
}

/// Initials of a hospital's, a diagnosis' or a unit's name; letters and digits stay, in lower case.
pub fn initials(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    read(&chars).initials
}

/// The default reading of each character; letters and digits as they are, in lower case, anything else left out.
fn read(chars: &[char]) -> Reading {
    let mut reading = Reading::default();
    for &c in chars {
        if c.is_ascii_alphanumeric() {
            reading.full.push(c.to_ascii_lowercase());
            reading.initials.push(c.to_ascii_lowercase());
        } else if let Some(pinyin) = c.to_pinyin() {
            let plain: String = pinyin.plain().chars().filter_map(letter).collect();
            reading.initials.extend(plain.chars().next());
            reading.full.push_str(&plain);
        }
    }
    reading.surname_initials = reading.full.clone();
    reading
}

/// A letter of pinyin as keys have it.
fn letter(c: char) -> Option<char> {
    match c {
        'ü' => Some('v'),
        'ê' => Some('e'),
        'a'..='z' => Some(c),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(name: &str) -> Vec<(String, String, String)> {
        let surnames = Surnames::from_json(crate::data::NAMES);
        readings(name, &surnames).into_iter().map(|r| (r.full, r.initials, r.surname_initials)).collect()
    }

    fn keys(full: &str, initials: &str, surname_initials: &str) -> (String, String, String) {
        (full.into(), initials.into(), surname_initials.into())
    }

    #[test]
    fn plain_names_and_mongolian_names() {
        assert_eq!(found("王秀英"), [keys("wangxiuying", "wxy", "wangxy")]);
        assert_eq!(found("乌云其木格"), [keys("wuyunqimuge", "wyqmg", "wuyqmg")]);
        assert_eq!(found("巴图·孟和"), [keys("batumenghe", "btmh", "batmh")]);
        assert_eq!(found("John Li"), [keys("johnli", "johnli", "johnli")]);
    }

    #[test]
    fn surnames_are_found_in_both_ways() {
        assert_eq!(found("单国强"), [keys("shanguoqiang", "sgq", "shangq"), keys("danguoqiang", "dgq", "dangq")]);
        assert_eq!(found("曾敏"), [keys("zengmin", "zm", "zengm"), keys("cengmin", "cm", "cengm")]);
        assert_eq!(found("尉迟军"), [keys("yuchijun", "ycj", "yuchij"), keys("weichijun", "wcj", "weichij")]);
        assert_eq!(found("单于伟")[0], keys("chanyuwei", "cyw", "chanyuw"));
        assert_eq!(found("万俟霞")[0], keys("moqixia", "mqx", "moqix"));
        assert_eq!(found("欧阳娜"), [keys("ouyangna", "oyn", "ouyangn")]);
        // Nothing is left for a given name: the first character is the surname.
        assert_eq!(found("欧阳")[0].2, "ouy");
    }

    #[test]
    fn u_umlaut_is_v_and_u() {
        assert_eq!(found("吕绿"), [keys("lvlv", "ll", "lvl"), keys("lulu", "ll", "lul")]);
        assert_eq!(found("许雪"), [keys("xuxue", "xx", "xux")]);
    }

    #[test]
    fn initials_keep_letters_and_digits() {
        assert_eq!(initials("巴彦淖尔市医院"), "bynesyy");
        assert_eq!(initials("慢性肾脏病5期"), "mxszb5q");
        assert_eq!(initials("CT室"), "cts");
        assert!(found("😀").is_empty());
        assert!(found("").is_empty());
    }

    #[test]
    fn every_surname_of_the_list_has_its_own_reading() {
        // Where the default reading of the character is not the surname's, the table has it.
        for (name, reading) in
            [("沈", "shen"), ("叶", "ye"), ("石", "shi"), ("万", "wan"), ("贾", "jia"), ("盖", "ge"), ("区", "ou")]
        {
            assert_eq!(found(&format!("{name}伟"))[0].0, format!("{reading}wei"), "{name}");
        }
    }

    proptest! {
        #[test]
        fn no_input_panics_and_keys_are_searchable(name in "\\PC{0,24}") {
            let surnames = Surnames::from_json(crate::data::NAMES);
            let all = readings(&name, &surnames);
            prop_assert!(all.len() <= READINGS_MAX);
            for reading in all {
                for key in [reading.full, reading.initials, reading.surname_initials] {
                    prop_assert!(!key.is_empty());
                    prop_assert!(key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()), "{key}");
                }
            }
            let _ = initials(&name);
        }
    }
}
