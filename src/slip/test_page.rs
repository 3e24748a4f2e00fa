//! The test page: what shows on paper whether a printer is set up well, and says in words what must be seen. Pure.
//!
//! To add a part: a function that gives its blocks, the sentence of what must be seen first; its words in both message
//! files under "Slips" (`slip-test-…`).

use std::iter::repeat_n;

use chrono::NaiveDateTime;

use super::encode::encode;
use super::layout::{Block, Column, Sheet, Side, Table};
use super::parts::{moment, renminbi, yuan};
use super::printer::{Language, Profile};
use crate::domain::money::Money;
use crate::strings::Strings;

/// How what the code says begins and ends.
const BEGIN: &str = "HZ1 TEST ";
const END: &str = " END";
/// All signs of a slip's code: those that a scanner with another keyboard layout types wrongly among them.
const SIGNS: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
/// Characters of the code: as many as a slip's has, so that it is as dense.
const LENGTH: usize = 219;

/// Characters that some devices have in one column and others in two.
const AMBIGUOUS: [char; 8] =
    ['\u{ffe5}', '\u{b7}', '\u{2460}', '\u{2014}', '\u{201c}', '\u{201d}', '\u{2116}', '\u{2103}'];
/// Characters of names, from those that every printer has to those that none has: GBK, GB 18030 (the second in four bytes),
/// Extension B, a Mongolian letter.
const RARE: [char; 9] =
    ['\u{5586}', '\u{8d5f}', '\u{9555}', '\u{73fa}', '\u{4dae}', '\u{36c3}', '\u{20000}', '\u{2cb7c}', '\u{182e}'];
/// Columns of a cell whose right edge is marked, with its mark.
const CELL: usize = 9;

/// The page for a printer, printed at this moment (Asia/Shanghai).
pub fn test_page(profile: &Profile, at: NaiveDateTime, strings: &Strings) -> Sheet {
    let mut blocks = head(profile, at, strings);
    for part in [columns(profile, strings), edges(profile, strings), rare(profile, strings), shapes(strings)] {
        blocks.extend([Block::Rule, Block::Together(part)]);
    }
    blocks.extend([Block::Rule, code(profile, strings), Block::Rule]);
    let end = match profile.language {
        Language::Pdf => strings.get("slip-test-see-sheet"),
        _ if profile.paper.page().is_none() => strings.get("slip-test-see-cut"),
        _ if profile.paper.parts() => strings.get("slip-test-see-tear"),
        _ => strings.get("slip-test-see-sheet"),
    };
    blocks.push(Block::Text(end));
    blocks.push(Block::Centre(strings.get("slip-test-end")));
    Sheet::new(blocks)
}

/// What the code of the page says.
pub fn code_text() -> String {
    let middle = LENGTH - BEGIN.len() - END.len();
    BEGIN.chars().chain(SIGNS.chars().cycle().take(middle)).chain(END.chars()).collect()
}

fn head(profile: &Profile, at: NaiveDateTime, strings: &Strings) -> Vec<Block> {
    let mut pairs = vec![
        Block::pair(strings.get("slip-test-printer"), profile.name.clone()),
        Block::pair(strings.get("slip-test-paper"), profile.paper.code()),
        Block::pair(strings.get("slip-test-columns"), profile.columns.to_string()),
        Block::pair(strings.get("slip-test-language"), profile.language.code()),
    ];
    if profile.language.has_code_page() {
        pairs.push(Block::pair(strings.get("slip-test-encoding"), profile.encoding.code()));
    }
    pairs.push(Block::pair(strings.get("slip-time"), moment(at, strings)));
    pairs.push(Block::pair(strings.get("slip-test-device"), profile.device.to_string()));
    if let Some(font) = &profile.font {
        pairs.push(Block::pair(strings.get("slip-test-font"), font.display().to_string()));
    }
    let mut blocks = vec![Block::Title(strings.get("slip-test-title")), Block::Fields(pairs)];
    if profile.language != Language::Text {
        blocks.push(Block::Text(strings.get("slip-test-see-title")));
        blocks.push(Block::Strong(strings.get("slip-test-see-bold")));
    }
    blocks
}

/// A ruler, and beneath it characters of each width up to the right edge.
fn columns(profile: &Profile, strings: &Strings) -> Vec<Block> {
    let columns = profile.columns;
    let half = |text: &str| text.chars().cycle().take(columns / 2).collect::<String>();
    let full: String = ('\u{ff21}'..='\u{ff3a}').collect();
    let digits = (1..=columns).map(|column| char::from(b'0' + (column % 10) as u8)).collect();
    let mut rows = vec![ruler(columns, profile.language), digits, half(&strings.get("slip-test-hanzi")), half(&full)];
    if profile.language == Language::Pdf {
        // Letters and digits have shapes of their own there: only what stands apart stands in its column.
        rows.remove(1);
    }
    let sees = Block::Text(strings.with("slip-test-see-columns", &[("columns", &columns)]));
    [sees].into_iter().chain(rows.into_iter().map(Block::Text)).collect()
}

/// `|...:....1....:...|`: tens as digits, fives as colons, both edges as lines; in a PDF the tens alone.
fn ruler(columns: usize, language: Language) -> String {
    let (five, one) = if language == Language::Pdf { (' ', ' ') } else { (':', '.') };
    let mark = |column: usize| match column {
        1 => '|',
        column if column == columns => '|',
        column if column % 10 == 0 => char::from(b'0' + (column / 10 % 10) as u8),
        column if column % 5 == 0 => five,
        _ => one,
    };
    (1..=columns).map(mark).collect()
}

/// Cells as wide as each other, a mark at the right edge of each: the marks stand beneath each other where the printer and
/// the layout have the same idea of how wide a character is.
fn edges(profile: &Profile, strings: &Strings) -> Vec<Block> {
    let ruler = profile.language.ruler();
    let hanzi: String = strings.get("slip-test-hanzi").chars().take((CELL - 1) / 2).collect();
    let four = AMBIGUOUS.map(|c| repeat_n(c, (CELL - 1) / 2).collect::<String>());
    let cells: Vec<String> =
        ["12345678".to_owned(), hanzi].into_iter().chain(four).map(|cell| ruler.pad(&cell, CELL - 1) + "|").collect();
    let across = (profile.columns / CELL).clamp(1, cells.len() / 2);
    let rows = cells.chunks(across).map(|row| Block::Text(row.concat()));
    [Block::Text(strings.get("slip-test-see-edges"))].into_iter().chain(rows).collect()
}

/// Rare characters: those of the printer's own font, and those that come from the font on the disk.
fn rare(profile: &Profile, strings: &Strings) -> Vec<Block> {
    let own = |c: &char| profile.language.has_code_page() && encode(*c, profile.encoding).is_some();
    let (printers, fonts): (Vec<char>, Vec<char>) = RARE.iter().partition(|c| own(c));
    let field = |key: String, chars: Vec<char>| Block::Field(key, chars.into_iter().collect());
    let mut blocks = vec![Block::Text(strings.get("slip-test-see-rare"))];
    if !printers.is_empty() {
        blocks.push(field(strings.get("slip-test-own-font"), printers));
    }
    blocks.push(field(strings.get("slip-test-font"), fonts));
    blocks
}

/// Amounts, a table, a frame.
fn shapes(strings: &Strings) -> Vec<Block> {
    let amounts = [242_770, 10_000_000_001].map(Money::from_fen);
    let mut blocks = vec![Block::Text(strings.get("slip-test-see-shapes"))];
    for amount in amounts {
        let (text, figure) = (strings.get("slip-test-amount"), yuan(amount));
        blocks.push(Block::Figure { indent: 0, text, figure, strong: true });
        blocks.extend(renminbi(amount, strings).map(|words| Block::Field(strings.get("slip-words"), words)));
    }
    blocks.push(Block::Table(Table {
        columns: vec![
            Column::words(strings.get("slip-test-item")),
            Column::figures(strings.get("slip-test-count")),
            Column::figures(strings.get("slip-test-amount")),
        ],
        rows: [("A", 1, amounts[0]), ("B", 12, amounts[1])]
            .map(|(item, count, amount)| vec![item.to_owned(), count.to_string(), yuan(amount)])
            .into(),
    }));
    blocks.push(Block::Framed(vec![Block::Text(strings.get("slip-test-frame"))]));
    blocks
}

/// A code as dense as a slip's; text says what it would.
fn code(profile: &Profile, strings: &Strings) -> Block {
    let (begin, end) = (BEGIN.trim_end(), END.trim_start());
    let sees = match profile.language {
        Language::Text => strings.get("slip-test-see-code-text"),
        _ => strings.with("slip-test-see-code", &[("begin", &begin), ("end", &end), ("length", &LENGTH)]),
    };
    Block::Beside(vec![Block::Text(sees)], Side::Code(code_text()))
}

#[cfg(test)]
mod tests {
    use super::super::layout::Medium;
    use super::super::paper::Paper;
    use super::super::printer::Device;
    use super::*;
    use crate::strings::Lang;

    fn profile(paper: Paper, language: Language) -> Profile {
        Profile::new("counter", paper, language, Device::Lp(None))
    }

    #[test]
    fn the_ruler_counts() {
        assert_eq!(ruler(22, Language::Text), "|...:....1....:....2.|");
        assert_eq!(ruler(30, Language::EscP), "|...:....1....:....2....:....|");
        assert_eq!(ruler(22, Language::Pdf), "|        1         2 |");
        assert_eq!(ruler(101, Language::EscPos).chars().filter(|c| *c == '0').count(), 1);
    }

    #[test]
    fn the_code_is_one_that_a_scanner_types() {
        let text = code_text();
        assert_eq!(text.len(), LENGTH);
        assert!(text.starts_with("HZ1 TEST 0123") && text.ends_with(" END"));
        assert!(SIGNS.chars().all(|c| text.contains(c)) && text.chars().all(|c| SIGNS.contains(c)));
    }

    /// Rows that must end at the right edge do, and marks stand beneath each other.
    #[test]
    fn rows_are_as_wide_as_the_paper() {
        for lang in [Lang::Chinese, Lang::English] {
            let strings = Strings::new(lang);
            for paper in Paper::ALL {
                for language in Language::ALL {
                    let profile = profile(paper, language);
                    let ruler = language.ruler();
                    let medium = Medium { columns: profile.columns, ruler, codes: true };
                    let at = chrono::NaiveDate::from_ymd_opt(2021, 3, 20).unwrap().and_hms_opt(9, 15, 0).unwrap();
                    let layout = test_page(&profile, at, &strings).set(medium);
                    let lines: Vec<&str> = layout.lines().map(|line| line.text.as_str()).collect();
                    let top = lines.iter().position(|line| line.starts_with(['|'])).unwrap();
                    let rows = if language == Language::Pdf { 3 } else { 4 };
                    for row in &lines[top..top + rows] {
                        assert_eq!(ruler.width(row), profile.columns / 2 * 2, "{paper} {language}: {row}");
                    }
                    let cells = lines.iter().filter(|line| line.ends_with('|') && !line.starts_with(['|', '+']));
                    let rows: Vec<usize> = cells.map(|row| ruler.width(row)).collect();
                    assert!(
                        rows.len() >= 2 && rows.iter().all(|width| width % CELL == 0),
                        "{paper} {language}: {rows:?}"
                    );
                    assert!(lines.iter().all(|line| ruler.width(line) <= profile.columns));
                }
            }
        }
    }
}
