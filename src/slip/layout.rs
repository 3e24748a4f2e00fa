//! The language of forms: a [`Sheet`] of [`Block`]s, set into a [`Layout`] of lines for any number of columns. Pure; no
//! device is known here, and a device draws nothing that is not in the layout.
//!
//! To add a kind of block: a variant of [`Block`], how it is set in `set`, its texts in `Block::texts_mut`, and a test.

use crate::domain::text::display_safe;
use crate::ui::text::{clip, pad, pad_left, width, wrap};

/// Columns between two things on one line.
const GAP: usize = 2;

/// A form before it is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// From top to bottom.
    pub blocks: Vec<Block>,
    /// The page, where the paper has one.
    pub page: Option<Page>,
    /// The names of the copies (存根联, …), printed at the foot of each; empty: one copy without a name.
    pub copies: Vec<String>,
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
    /// A line of hyphens.
    Rule,
    /// An empty line.
    Blank,
    /// A frame of `+-|` around blocks.
    Framed(Vec<Block>),
    /// Blocks that stay on one page where they fit on one.
    Together(Vec<Block>),
}

/// A form as it is drawn: lines that are at most `columns` wide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The width.
    pub columns: usize,
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
        Sheet { blocks, page: None, copies: Vec::new() }
    }

    /// Changes every text of the form.
    pub fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        for text in self.blocks.iter_mut().flat_map(Block::texts_mut).chain(self.copies.iter_mut()) {
            change(text);
        }
    }

    /// Sets the form. Below 16 columns it is set as for 16.
    pub fn set(&self, columns: usize) -> Layout {
        let columns = columns.max(16);
        let mut pages = Vec::new();
        let copies: Vec<Option<&String>> =
            if self.copies.is_empty() { vec![None] } else { self.copies.iter().map(Some).collect() };
        for copy in copies {
            let mut groups: Vec<Vec<Line>> = self.blocks.iter().flat_map(|block| groups(block, columns)).collect();
            if let Some(name) = copy {
                groups.push(set(&Block::Centre(name.clone()), columns));
            }
            match self.page {
                None => pages.push(groups.concat()),
                Some(page) => pages.extend(paginate(groups, page.used.max(1))),
            }
        }
        Layout { columns, page_lines: self.page.map(|page| page.lines), pages }
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
            Block::Framed(blocks) | Block::Together(blocks) => blocks.iter_mut().flat_map(Block::texts_mut).collect(),
            Block::Rule | Block::Blank => Vec::new(),
        }
    }
}

/// The lines of a block, in groups that stay on one page.
fn groups(block: &Block, columns: usize) -> Vec<Vec<Line>> {
    match block {
        Block::Together(_) | Block::Framed(_) => vec![set(block, columns)],
        _ => set(block, columns).into_iter().map(|line| vec![line]).collect(),
    }
}

fn paginate(groups: Vec<Vec<Line>>, used: usize) -> Vec<Vec<Line>> {
    let mut pages = vec![Vec::new()];
    for mut group in groups {
        let room = used - pages.last().map_or(0, Vec::len);
        if group.len() > room && room < used {
            pages.push(Vec::new());
        }
        while group.len() > used {
            let rest = group.split_off(used);
            pages.push(std::mem::replace(&mut group, rest));
            pages.push(Vec::new());
        }
        if let Some(page) = pages.last_mut() {
            page.extend(group);
        }
    }
    pages.retain(|page| !page.is_empty());
    pages
}

fn set(block: &Block, columns: usize) -> Vec<Line> {
    match block {
        Block::Title(text) => centred(text, columns)
            .into_iter()
            .map(|line| Line { bold: true, double: width(line.text.trim()) * 2 <= columns, ..line })
            .collect(),
        Block::Centre(text) => centred(text, columns),
        Block::Headings(first, second) => {
            let both = format!("{first}{}{second}", " ".repeat(GAP));
            if width(&paper_text(&both)) <= columns {
                centred(&both, columns)
            } else {
                [first, second].iter().flat_map(|text| centred(text, columns)).collect()
            }
        }
        Block::Text(text) => wrap(&paper_text(text), columns).into_iter().map(Line::plain).collect(),
        Block::Strong(text) => wrap(&paper_text(text), columns).into_iter().map(Line::bold).collect(),
        Block::Field(key, value) => field(key, value, columns).into_iter().map(Line::plain).collect(),
        Block::Fields(pairs) => fields(pairs, columns).into_iter().map(Line::plain).collect(),
        Block::Figure { indent, text, figure, strong } => figure_lines(*indent, text, figure, columns)
            .into_iter()
            .map(|text| if *strong { Line::bold(text) } else { Line::plain(text) })
            .collect(),
        Block::Sides(left, right) => {
            let (left, right) = (paper_text(left), paper_text(right));
            if width(&left) + GAP + width(&right) <= columns {
                let room = columns - width(&right);
                vec![Line::plain(pad(&left, room) + &right)]
            } else {
                [left, right].iter().flat_map(|side| wrap(side, columns)).map(Line::plain).collect()
            }
        }
        Block::Rule => vec![Line::plain("-".repeat(columns))],
        Block::Blank => vec![Line::default()],
        Block::Framed(blocks) => framed(blocks, columns),
        Block::Together(blocks) => blocks.iter().flat_map(|block| set(block, columns)).collect(),
    }
}

fn centred(text: &str, columns: usize) -> Vec<Line> {
    wrap(&paper_text(text), columns)
        .into_iter()
        .map(|text| {
            let margin = (columns - width(&text)) / 2;
            Line { centred: true, ..Line::plain(" ".repeat(margin) + &text) }
        })
        .collect()
}

/// `key value`, the value wrapped beneath itself; under the key, indented, where less than half the line is left.
fn field(key: &str, value: &str, columns: usize) -> Vec<String> {
    let (key, value) = (paper_text(key), paper_text(value));
    let start = width(&key) + 1;
    if value.is_empty() {
        return wrap(&key, columns);
    }
    if start * 2 > columns {
        let mut lines = wrap(&key, columns);
        lines.extend(wrap(&value, columns - GAP).into_iter().map(|line| " ".repeat(GAP) + &line));
        return lines;
    }
    wrap(&value, columns - start)
        .into_iter()
        .enumerate()
        .map(|(at, line)| if at == 0 { format!("{key} {line}") } else { " ".repeat(start) + &line })
        .collect()
}

/// Two on a line: the second begins in the middle, or as soon as it can.
fn fields(pairs: &[(String, String)], columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut open = false;
    for (key, value) in pairs {
        let set = field(key, value, columns);
        let [short] = &set[..] else {
            lines.extend(set);
            open = false;
            continue;
        };
        match lines.last_mut() {
            Some(line) if open => {
                let start = (width(line) + GAP).max(columns / 2);
                let start = if start + width(short) <= columns { start } else { width(line) + GAP };
                if start + width(short) <= columns {
                    *line = pad(line, start) + short;
                    open = false;
                    continue;
                }
                lines.push(short.clone());
            }
            _ => lines.push(short.clone()),
        }
        open = true;
    }
    lines
}

fn figure_lines(indent: usize, text: &str, figure: &str, columns: usize) -> Vec<String> {
    let figure = clip(&paper_text(figure), columns);
    let indent = indent.min(columns / 4);
    let space = " ".repeat(indent);
    let mut lines: Vec<String> =
        wrap(&paper_text(text), columns - indent).into_iter().map(|line| space.clone() + &line).collect();
    if figure.is_empty() {
        return lines;
    }
    let room = columns - width(&figure);
    match lines.last_mut() {
        Some(last) if width(last) < room => *last = pad(last, room) + &figure,
        _ => lines.push(pad_left(&figure, columns)),
    }
    lines
}

fn framed(blocks: &[Block], columns: usize) -> Vec<Line> {
    let inner = columns - 4;
    let edge = format!("+{}+", "-".repeat(columns - 2));
    let mut lines = vec![Line::plain(edge.clone())];
    for line in blocks.iter().flat_map(|block| set(block, inner)) {
        let text = format!("| {} |", pad(&line.text, inner));
        lines.push(Line { text, double: false, centred: false, ..line });
    }
    lines.push(Line::plain(edge));
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(layout: &Layout) -> Vec<&str> {
        layout.lines().map(|line| line.text.as_str()).collect()
    }

    fn one(block: Block, columns: usize) -> Vec<String> {
        texts(&Sheet::new(vec![block]).set(columns)).into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn fields_pair_up_where_they_fit() {
        let pairs = vec![Block::pair("姓名", "王秀英"), Block::pair("类别", "住院"), Block::pair("单位", "某某市医院")];
        assert_eq!(one(Block::Fields(pairs.clone()), 32), ["姓名 王秀英     类别 住院", "单位 某某市医院"]);
        assert_eq!(one(Block::Fields(pairs), 16), ["姓名 王秀英", "类别 住院", "单位 某某市医院"]);
        let long = Block::Field("单位".into(), "一二三四五六七八九十".into());
        assert_eq!(one(long, 16), ["单位 一二三四五", "     六七八九十"]);
        let narrow = Block::Field("a longer key".into(), "value".into());
        assert_eq!(one(narrow, 16), ["a longer key", "  value"]);
    }

    #[test]
    fn figures_stand_on_the_right() {
        let figure = |text: &str| Block::Figure { indent: 2, text: text.into(), figure: "12.00".into(), strong: false };
        assert_eq!(one(figure("甲乙"), 16), ["  甲乙     12.00"]);
        assert_eq!(one(figure("甲乙丙丁戊己"), 16), ["  甲乙丙丁戊己", "           12.00"]);
        assert_eq!(one(Block::Sides("左".into(), "右".into()), 16), ["左            右"]);
        assert_eq!(one(Block::Sides("左左左左".into(), "右右右右".into()), 16), ["左左左左", "右右右右"]);
    }

    #[test]
    fn titles_are_doubled_only_where_they_fit() {
        let layout = |columns| Sheet::new(vec![Block::Title("受理回执".into())]).set(columns);
        assert!(layout(16).pages[0][0].double);
        assert_eq!(texts(&layout(32)), ["            受理回执"]);
        assert!(!Sheet::new(vec![Block::Title("受理回执单".into())]).set(16).pages[0][0].double);
        let framed = one(Block::Framed(vec![Block::Text("甲".into())]), 16);
        assert_eq!(framed, ["+--------------+", "| 甲           |", "+--------------+"]);
    }

    #[test]
    fn pages_keep_blocks_together_and_copies_apart() {
        let text = |text: &str| Block::Text(text.into());
        let sheet = Sheet {
            blocks: vec![text("1"), text("2"), Block::Together(vec![text("3"), text("4")])],
            page: Some(Page { lines: 5, used: 3 }),
            copies: vec!["甲联".into(), "乙联".into()],
        };
        let layout = sheet.set(16);
        let pages: Vec<Vec<&str>> =
            layout.pages.iter().map(|page| page.iter().map(|line| line.text.trim()).collect()).collect();
        assert_eq!(pages, [vec!["1", "2"], vec!["3", "4", "甲联"], vec!["1", "2"], vec!["3", "4", "乙联"]]);
        let tall = Sheet { blocks: vec![Block::Together(vec![text("x"); 7])], ..sheet }.set(16);
        assert!(tall.pages.iter().all(|page| (1..=3).contains(&page.len())));
        assert_eq!(tall.lines().filter(|line| line.text == "x").count(), 14);
    }

    #[test]
    fn paper_has_its_own_signs() {
        assert_eq!(paper_text("\u{a5}1 巴图・孟和\u{1b}"), "\u{ffe5}1 巴图·孟和\u{241b}");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_the_paper(
            key in ".{0,12}", value in "(.|[王秀，。（）￥· a1]){0,60}", columns in 16usize..90,
        ) {
            let sheet = Sheet::new(vec![
                Block::Title(value.clone()),
                Block::Fields(vec![(key.clone(), value.clone()), (value.clone(), key.clone())]),
                Block::Figure { indent: 2, text: value.clone(), figure: key.clone(), strong: true },
                Block::Sides(key.clone(), value.clone()),
                Block::Framed(vec![Block::Field(key, value)]),
            ]);
            for line in sheet.set(columns).lines() {
                prop_assert!(width(&line.text) <= columns, "{:?}", line);
            }
        }
    }
}
