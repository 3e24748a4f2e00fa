//! What the office's own forms have in common: their head, counts and sums, a table that may be empty, hashes that two people
//! compare.
//!
//! To add a part: a function that gives text or blocks, and its words in both message files under "Slips".

use serde::Deserialize;

use super::case::Head;
use super::layout::{Block, Table};
use crate::domain::canonical::{Hash, hex, unhex};
use crate::domain::money::{MAX_FEN, Money};
use crate::strings::Strings;

/// The head of a form, with the window that made it.
pub fn head(head: &Head, title: String, strings: &Strings) -> Vec<Block> {
    let mut blocks = head.blocks(title, strings);
    let (key, window) = head.window(strings);
    blocks.push(Block::Field(key, window));
    blocks
}

/// So many cases, in words.
pub fn cases(count: usize, strings: &Strings) -> String {
    strings.with("slip-office-cases", &[("count", &count)])
}

/// So many people, in words.
pub fn people(count: u32, strings: &Strings) -> String {
    strings.with("slip-office-people", &[("count", &count)])
}

/// The table, or a line that says that there is nothing.
pub fn table_or_none(table: Table, strings: &Strings) -> Block {
    if table.rows.is_empty() { Block::Text(strings.get("slip-office-none")) } else { Block::Table(table) }
}

/// The sum of amounts; none where it is more than can be recorded.
pub fn sum(amounts: impl IntoIterator<Item = Money>) -> Option<Money> {
    let mut total = 0i64;
    for amount in amounts {
        total = total.checked_add(amount.fen()).filter(|total| total.abs() <= MAX_FEN)?;
    }
    Some(Money::from_fen(total))
}

/// A SHA-256 hash, read from 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Digest(Hash);

/// Not 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256 hash: 64 hexadecimal digits")]
pub struct NotADigest;

impl TryFrom<String> for Digest {
    type Error = NotADigest;

    fn try_from(text: String) -> Result<Digest, NotADigest> {
        unhex(&text).map(Digest).ok_or(NotADigest)
    }
}

impl Digest {
    /// Its first digits, in groups of eight: a line may be broken between them, and two people can read them out.
    pub fn groups(&self, digits: usize) -> String {
        let digits: Vec<char> = hex(&self.0).chars().take(digits).collect();
        digits.chunks(8).map(|group| group.iter().collect()).collect::<Vec<String>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_read_strictly_and_shown_in_groups() {
        let digest = Digest::try_from("0123456789abcdef".repeat(4)).unwrap();
        assert_eq!(digest.groups(16), "01234567 89abcdef");
        assert_eq!(digest.groups(64).len(), 64 + 7);
        for bad in ["", "0123", &"g".repeat(64), &"1".repeat(65), &"王".repeat(64)] {
            assert_eq!(Digest::try_from(bad.to_owned()), Err(NotADigest), "{bad}");
        }
    }

    #[test]
    fn sums_never_overflow() {
        let fen = Money::from_fen;
        assert_eq!(sum([]), Some(Money::ZERO));
        assert_eq!(sum([fen(1), fen(2)]), Some(fen(3)));
        assert_eq!(sum([fen(MAX_FEN), fen(1)]), None);
        assert_eq!(sum([fen(i64::MAX), fen(i64::MAX)]), None);
    }
}
