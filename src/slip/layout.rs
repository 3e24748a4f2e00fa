//! The language of forms: a [`Sheet`] of [`Block`]s, set into a [`Layout`] of lines for a medium of so many columns. Pure;
//! no device is known here, and a device draws nothing that is not in the layout.
//!
//! - `set` how each block becomes lines · `table` tables · `pages` what stands on which page
//!
//! To add a kind of block: a variant of [`Block`], how it is set in `set`, its texts in `Block::texts_mut`, and a test.

mod pages;
mod set;
mod table;
#[cfg(test)]
mod tests;

use crate::domain::text::display_safe;
use crate::ui::text::Ruler;

pub use table::{Column, Table};

/// Columns from which on a medium has room for something beside the text.
pub const BESIDE: usize = 64;
/// Columns and lines that a code takes: 25 by 25 mm at 10 columns and 6 lines an inch.
pub const CODE: (usize, usize) = (10, 6);
/// Columns and lines that a seal takes: 40 by 42 mm at 10 columns and 6 lines an inch (domain 4.3).
pub const SEAL: (usize, usize) = (16, 10);

/// What a sheet is set for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Medium {
    /// Columns beside each other, at least 16.
    pub columns: usize,
    /// How wide characters are on it.
    pub ruler: Ruler,
    /// Whether it can draw a QR code; else the code's text is printed.
    pub codes: bool,
}

impl Medium {
    /// One that shows ambiguous characters in one column and draws codes.
    pub fn of(columns: usize) -> Medium {
        Medium { columns, ruler: Ruler::Narrow, codes: true }
    }
}

/// A form before it is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// From top to bottom.
    pub blocks: Vec<Block>,
    /// The page, where the paper has one.
    pub page: Option<Page>,
    /// The names of the copies (存根联, …), printed at the foot of each; empty: one copy without a name.
    pub copies: Vec<String>,
    /// What stands at the head of every page, as a title.
    pub head: Option<String>,
}

/// A page in lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// From one page's top to the next one's.
    pub lines: usize,
    /// Of these, how many may be printed; the rest is for the drift of the tear-off.
    pub used: usize,
}

/// One part of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Centred, bold; devices that can double its size.
    Title(String),
    /// Centred; wraps.
    Centre(String),
    /// Two headings on one line where they fit, else beneath each other; centred.
    Headings(String, String),
    /// From the left; wraps.
    Text(String),
    /// From the left, bold; wraps.
    Strong(String),
    /// Key and value; the value wraps beneath itself where it has the room, else under the key.
    Field(String, String),
    /// Keys and values, two on a line where both fit.
    Fields(Vec<(String, String)>),
    /// Words on the left (indented by so many columns), a figure on the right.
    Figure {
        /// Columns before the words.
        indent: usize,
        /// The words; they wrap.
        text: String,
        /// The figure; it stands on the last line of the words.
        figure: String,
        /// Shown bold.
        strong: bool,
    },
    /// Two sides of one line; beneath each other where they don't fit.
    Sides(String, String),
    /// Rows under headings.
    Table(Table),
    /// Places to sign, as many beside each other as fit, each with its word and a line; an empty line above, to write on.
    Signatures(Vec<String>),
    /// A line of hyphens.
    Rule,
    /// An empty line.
    Blank,
    /// A frame of `+-|` around blocks.
    Framed(Vec<Block>),
    /// Blocks that stay on one page where they fit on one.
    Together(Vec<Block>),
    /// Blocks with something on their right; beneath them on narrow media. They stay on one page.
    Beside(Vec<Block>, Side),
}

/// What stands on the right of blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Side {
    /// A QR code of this text.
    Code(String),
    /// Room for a seal, with words in the middle of it (whose it is, the day): nothing else stands there.
    Seal(Vec<String>),
}

/// A form as it is drawn: lines that are at most `columns` wide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The width.
    pub columns: usize,
    /// How wide characters are.
    pub ruler: Ruler,
    /// Lines of a page, from one top to the next; none on paper without pages.
    pub page_lines: Option<usize>,
    /// All pages, each as its lines.
    pub pages: Vec<Vec<Line>>,
}

impl Layout {
    /// All lines that are printed.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.pages.iter().flatten()
    }

    /// How many lines they are.
    pub fn height(&self) -> usize {
        self.pages.iter().map(Vec::len).sum()
    }
}

/// One line. What it looks like may be ignored by a device; where its words stand may not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The characters, from the left edge, safe to show.
    pub text: String,
    /// Bold.
    pub bold: bool,
    /// Double size, where the device has it and twice the width fits.
    pub double: bool,
    /// The words are centred: a device that doubles them centres them again.
    pub centred: bool,
    /// A code whose top is the top of this line.
    pub code: Option<Code>,
}

/// Where a QR code stands: as large as fits into these columns and lines, in which no text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// What it says.
    pub text: String,
    /// The first column.
    pub column: usize,
    /// Columns.
    pub columns: usize,
    /// Lines, this one and those beneath it.
    pub lines: usize,
}

impl Line {
    fn plain(text: String) -> Line {
        Line { text: text.trim_end().to_owned(), ..Line::default() }
    }

    fn bold(text: String) -> Line {
        Line { bold: true, ..Line::plain(text) }
    }
}

/// Text as paper has it: safe, `￥` as U+FFE5 and middle dots as U+00B7, which printers' code pages have.
pub fn paper_text(text: &str) -> String {
    display_safe(text)
        .chars()
        .map(|c| match c {
            '\u{a5}' => '\u{ffe5}',
            '\u{2022}' | '\u{2024}' | '\u{2027}' | '\u{22c5}' | '\u{30fb}' | '\u{ff65}' => '\u{b7}',
            _ => c,
        })
        .collect()
}

impl Sheet {
    /// A sheet of one copy on paper without pages.
    pub fn new(blocks: Vec<Block>) -> Sheet {
        Sheet { blocks, ..Sheet::default() }
    }

    /// Changes every text of the form; not what codes say.
    pub fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        let blocks = self.blocks.iter_mut().flat_map(Block::texts_mut);
        for text in blocks.chain(self.copies.iter_mut()).chain(self.head.iter_mut()) {
            change(text);
        }
    }

    /// Sets the form. Below 16 columns it is set as for 16.
    pub fn set(&self, medium: Medium) -> Layout {
        let medium = Medium { columns: medium.columns.max(16), ..medium };
        let head = self.head.iter().flat_map(|head| medium.set(&Block::Title(head.clone()))).collect::<Vec<_>>();
        let mut pages: Vec<Vec<Line>> = Vec::new();
        let copies: Vec<Option<&String>> =
            if self.copies.is_empty() { vec![None] } else { self.copies.iter().map(Some).collect() };
        for copy in copies {
            let mut groups: Vec<pages::Group> = self.blocks.iter().flat_map(|block| medium.groups(block)).collect();
            if let Some(name) = copy {
                groups.push(pages::Group::of(medium.set(&Block::Centre(name.clone()))));
            }
            match self.page {
                None => pages.push(groups.into_iter().flat_map(|group| group.lines).collect()),
                Some(page) => pages.extend(medium.paginate(groups, page.used.saturating_sub(head.len()))),
            }
        }
        for page in &mut pages {
            page.splice(0..0, head.iter().cloned());
        }
        let page_lines = self.page.map(|page| page.lines);
        Layout { columns: medium.columns, ruler: medium.ruler, page_lines, pages }
    }
}

impl Block {
    /// A key and its value in a list for [`Block::Fields`].
    pub fn pair(key: impl Into<String>, value: impl Into<String>) -> (String, String) {
        (key.into(), value.into())
    }

    fn texts_mut(&mut self) -> Vec<&mut String> {
        match self {
            Block::Title(text) | Block::Centre(text) | Block::Text(text) | Block::Strong(text) => vec![text],
            Block::Field(left, right) | Block::Sides(left, right) | Block::Headings(left, right) => vec![left, right],
            Block::Figure { text, figure, .. } => vec![text, figure],
            Block::Fields(pairs) => pairs.iter_mut().flat_map(|(key, value)| [key, value]).collect(),
            Block::Table(table) => table.texts_mut(),
            Block::Signatures(words) => words.iter_mut().collect(),
            Block::Framed(blocks) | Block::Together(blocks) => blocks.iter_mut().flat_map(Block::texts_mut).collect(),
            Block::Beside(blocks, side) => {
                let words = match side {
                    Side::Code(_) => [].iter_mut(),
                    Side::Seal(words) => words.iter_mut(),
                };
                blocks.iter_mut().flat_map(Block::texts_mut).chain(words).collect()
            }
            Block::Rule | Block::Blank => Vec::new(),
        }
    }
}
