//! What the office's own forms begin with: association and office, title, number, time, window and clerk; and how their
//! data is read: numbers and hashes typed, names cut to what paper can hold.
//!
//! To use it in a form: a field `head: Head`, [`Head::blocks`] first, [`clipped`] around every text from a record.

use chrono::NaiveDateTime;
use serde::{Deserialize, Deserializer, de};

use super::layout::{Block, Table};
use super::parts::{CopyMark, moment};
use crate::domain::canonical::{Hash, hex, unhex};
use crate::domain::money::{MAX_FEN, Money};
use crate::domain::number::ClaimNumber;
use crate::domain::text::NAME_MAX;
use crate::strings::Strings;
use crate::ui::text::cut;

/// What stands at the top of a form.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The office's name.
    pub office: String,
    /// The form's number; none on a preview, which is headed so.
    #[serde(default)]
    pub number: Option<String>,
    /// When it was made, in Asia/Shanghai.
    pub at: NaiveDateTime,
    /// The window's number.
    pub window: u32,
    /// The clerk's number.
    pub clerk: String,
    /// The mark of a reprint; none on the original.
    #[serde(default)]
    pub copy: Option<CopyMark>,
    /// What its QR code says; none where there is nothing to check yet.
    #[serde(default)]
    pub code: Option<String>,
}

impl Head {
    /// Association and office, the title, the mark of a reprint, number and time, window and clerk.
    pub fn blocks(&self, title: String, strings: &Strings) -> Vec<Block> {
        let mut blocks = vec![Block::Headings(strings.get("association"), clipped(&self.office))];
        if self.number.is_none() {
            blocks.push(Block::Title(strings.get("slip-head-preview")));
        }
        blocks.push(Block::Title(title));
        if let Some(copy) = &self.copy {
            blocks.push(CopyMark { operator: clipped(&copy.operator), ..copy.clone() }.block(strings));
        }
        let number = self.number.as_ref().map(|number| Block::pair(strings.get("slip-head-number"), clipped(number)));
        let clerk = clipped(&self.clerk);
        let here = strings.with("slip-window-clerk", &[("window", &self.window), ("clerk", &clerk)]);
        let time = Block::pair(strings.get("slip-time"), moment(self.at, strings));
        blocks.push(Block::Fields(
            number.into_iter().chain([time, Block::pair(strings.get("slip-window"), here)]).collect(),
        ));
        blocks
    }
}

/// A text from a record, cut to sixty hanzi: longer ones are damage, and would fill metres of paper.
pub fn clipped(text: &str) -> String {
    cut(text, 2 * NAME_MAX)
}

/// So many cases, in words.
pub fn cases(count: usize, strings: &Strings) -> String {
    strings.with("slip-head-cases", &[("count", &count)])
}

/// So many people, in words.
pub fn people(count: u32, strings: &Strings) -> String {
    strings.with("slip-head-people", &[("count", &count)])
}

/// The table, or a line that says that there is nothing.
pub fn table_or_none(table: Table, strings: &Strings) -> Block {
    if table.rows.is_empty() { Block::Text(strings.get("slip-head-none")) } else { Block::Table(table) }
}

/// The sum of amounts; none where it is more than can be recorded.
pub fn sum(amounts: impl IntoIterator<Item = Money>) -> Option<Money> {
    let mut total = 0i64;
    for amount in amounts {
        total = total.checked_add(amount.fen()).filter(|total| total.abs() <= MAX_FEN)?;
    }
    Some(Money::from_fen(total))
}

/// Reads a claim's number, its check digits included.
pub(super) fn claim_number<'de, D: Deserializer<'de>>(reader: D) -> Result<ClaimNumber, D::Error> {
    String::deserialize(reader)?.parse().map_err(de::Error::custom)
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
