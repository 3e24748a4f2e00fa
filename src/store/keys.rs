//! What a member is searched by, in every adapter. Every search is a half-open range `key >= term AND key < after(term)` over stored keys,
//! in the order of the index that holds them.
//!
//! To add a kind of key: a [`Kind`] with its number, its keys in [`keys_of`], and what asks for it in the adapters' searches.

use crate::domain::romanise::Reading;
use crate::domain::text::name_key;

/// The kinds of keys, as the adapters' tables of keys store them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The whole name.
    Whole = 0,
    /// The name from its second, third … character on.
    Inside = 1,
    /// Full pinyin, initials, and surname in full with initials, of every reading.
    Latin = 2,
    /// The last 6 characters of the ID number, reversed.
    IdEnd = 3,
    /// The mobile number, reversed.
    MobileEnd = 4,
}

/// Characters from the end of an ID number that are searched.
const ID_END: usize = 6;

impl Kind {
    /// Whether a unit narrows searches by it, so that a unit's members have such keys.
    pub const fn in_units(self) -> bool {
        matches!(self, Kind::Whole | Kind::Inside | Kind::Latin)
    }
}

/// All keys of a member, each once, in the order of kind and key.
pub fn keys_of(name: &str, readings: &[Reading], id_number: &str, mobile: &str) -> Vec<(Kind, String)> {
    let whole = name_key(name);
    let mut keys = Vec::with_capacity(10);
    for (at, _) in whole.char_indices().skip(1) {
        if whole[at..].chars().nth(1).is_some() {
            keys.push((Kind::Inside, whole[at..].to_owned()));
        }
    }
    keys.push((Kind::Whole, whole));
    for reading in readings {
        for key in [&reading.full, &reading.initials, &reading.surname_initials] {
            if !key.is_empty() {
                keys.push((Kind::Latin, key.clone()));
            }
        }
    }
    keys.push((Kind::IdEnd, reversed(id_number).chars().take(ID_END).collect()));
    if !mobile.is_empty() {
        keys.push((Kind::MobileEnd, reversed(mobile)));
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The characters from the last to the first.
pub fn reversed(text: &str) -> String {
    text.chars().rev().collect()
}

/// The end of the range of texts that begin with `prefix`, in the order of code points: its last character is the next
/// one. Characters that have no next one are left out; a prefix of only those has no end but the last text of all.
pub fn after(prefix: &str) -> String {
    let mut end: Vec<char> = prefix.chars().collect();
    while let Some(last) = end.pop() {
        let next = match last {
            '\u{d7ff}' => Some('\u{e000}'),
            char::MAX => None,
            c => char::from_u32(c as u32 + 1),
        };
        if let Some(next) = next {
            end.push(next);
            return end.into_iter().collect();
        }
    }
    char::MAX.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_part_of_a_name_and_every_reading_has_a_key() {
        let reading = |full: &str, initials: &str, mixed: &str| Reading {
            full: full.into(),
            initials: initials.into(),
            surname_initials: mixed.into(),
        };
        let keys = keys_of(
            "单·小丽",
            &[reading("shanxiaoli", "sxl", "shanxl"), reading("danxiaoli", "dxl", "danxl")],
            "15280119710506226X",
            "13812345678",
        );
        let of = |kind: Kind| keys.iter().filter(|(k, _)| *k == kind).map(|(_, key)| key.as_str()).collect::<Vec<_>>();
        assert_eq!(of(Kind::Whole), ["单小丽"]);
        assert_eq!(of(Kind::Inside), ["小丽"]);
        assert_eq!(of(Kind::Latin), ["danxiaoli", "danxl", "dxl", "shanxiaoli", "shanxl", "sxl"]);
        assert_eq!(of(Kind::IdEnd), ["X62260"]);
        assert_eq!(of(Kind::MobileEnd), ["87654321831"]);
        assert_eq!(keys_of("乌兰乌兰", &[], "150102198001010014", "").len(), 4);
    }

    #[test]
    fn ranges_step_over_what_is_no_character() {
        assert_eq!(after("张伟"), "张传");
        assert_eq!(after("a\u{d7ff}"), "a\u{e000}");
        assert_eq!(after("a\u{10ffff}"), "b");
        assert_eq!(after(""), "\u{10ffff}");
    }

    proptest! {
        #[test]
        fn a_range_holds_exactly_what_begins_so(prefix in "[a-c王秀\u{d7ff}\u{e000}]{1,3}", text in "[a-d王秀英\u{d7ff}\u{e000}]{0,5}") {
            let inside = text.as_str() >= prefix.as_str() && text.as_str() < after(&prefix).as_str();
            prop_assert_eq!(inside, text.starts_with(&prefix));
        }
    }
}
