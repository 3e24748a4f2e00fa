//! How each block becomes lines.

use super::pages::Group;
use super::{BESIDE, Block, CODE, Code, Line, Medium, SEAL, Side, paper_text};

/// Columns between two things on one line.
pub(super) const GAP: usize = 2;
/// Columns of a line to sign on, at least, and of the widest.
const SIGN: (usize, usize) = (8, 14);

impl Medium {
    /// The lines of a block, in groups that stay on one page.
    pub(super) fn groups(self, block: &Block) -> Vec<Group> {
        match block {
            Block::Together(_) | Block::Framed(_) | Block::Signatures(_) | Block::Beside(..) => {
                vec![Group::of(self.set(block))]
            }
            Block::Table(table) => self.table(table),
            _ => self.set(block).into_iter().map(|line| Group::of(vec![line])).collect(),
        }
    }

    pub(super) fn set(self, block: &Block) -> Vec<Line> {
        let Medium { columns, ruler, .. } = self;
        match block {
            Block::Title(text) => self
                .centred(text)
                .into_iter()
                .map(|line| Line { bold: true, double: ruler.width(line.text.trim()) * 2 <= columns, ..line })
                .collect(),
            Block::Centre(text) => self.centred(text),
            Block::Headings(first, second) => {
                let both = format!("{first}{}{second}", " ".repeat(GAP));
                if ruler.width(&paper_text(&both)) <= columns {
                    self.centred(&both)
                } else {
                    [first, second].iter().flat_map(|text| self.centred(text)).collect()
                }
            }
            Block::Text(text) => self.wrap(text).into_iter().map(Line::plain).collect(),
            Block::Strong(text) => self.wrap(text).into_iter().map(Line::bold).collect(),
            Block::Field(key, value) => self.field(key, value).into_iter().map(Line::plain).collect(),
            Block::Fields(pairs) => self.fields(pairs).into_iter().map(Line::plain).collect(),
            Block::Figure { indent, text, figure, strong } => self
                .figure(*indent, text, figure)
                .into_iter()
                .map(|text| if *strong { Line::bold(text) } else { Line::plain(text) })
                .collect(),
            Block::Sides(left, right) => self.sides(left, right),
            Block::Table(table) => self.table(table).into_iter().flat_map(|group| group.lines).collect(),
            Block::Signatures(words) => self.signatures(words),
            Block::Rule => vec![Line::plain("-".repeat(columns))],
            Block::Blank => vec![Line::default()],
            Block::Framed(blocks) => self.framed(blocks),
            Block::Together(blocks) => self.all(blocks),
            Block::Beside(blocks, Side::Code(text)) if !self.codes => {
                let mut lines = self.all(blocks);
                // Cut after so many characters and nowhere else, spaces at an end kept: they belong to the code.
                let code: Vec<char> = text.chars().collect();
                let line = |part: &[char]| Line { text: part.iter().collect(), ..Line::default() };
                lines.extend(code.chunks(columns.max(1)).map(line));
                lines
            }
            Block::Beside(blocks, side) if columns >= BESIDE => self.beside(blocks, side),
            Block::Beside(blocks, side) => {
                let mut lines = self.all(blocks);
                lines.extend(self.beneath(side));
                lines
            }
        }
    }

    fn all(self, blocks: &[Block]) -> Vec<Line> {
        blocks.iter().flat_map(|block| self.set(block)).collect()
    }

    pub(super) fn wrap(self, text: &str) -> Vec<String> {
        self.ruler.wrap(&paper_text(text), self.columns)
    }

    /// The same medium with other columns.
    fn with(self, columns: usize) -> Medium {
        Medium { columns, ..self }
    }

    fn centred(self, text: &str) -> Vec<Line> {
        self.wrap(text)
            .into_iter()
            .map(|text| {
                let margin = (self.columns - self.ruler.width(&text)) / 2;
                Line { centred: true, ..Line::plain(" ".repeat(margin) + &text) }
            })
            .collect()
    }

    /// `key value`, the value wrapped beneath itself; under the key, indented, where less than half the line is left.
    fn field(self, key: &str, value: &str) -> Vec<String> {
        let (key, value) = (paper_text(key), paper_text(value));
        let start = self.ruler.width(&key) + 1;
        if value.is_empty() {
            return self.wrap(&key);
        }
        if start * 2 > self.columns {
            let mut lines = self.wrap(&key);
            let values = self.ruler.wrap(&value, self.columns - GAP);
            lines.extend(values.into_iter().map(|line| " ".repeat(GAP) + &line));
            return lines;
        }
        self.ruler
            .wrap(&value, self.columns - start)
            .into_iter()
            .enumerate()
            .map(|(at, line)| if at == 0 { format!("{key} {line}") } else { " ".repeat(start) + &line })
            .collect()
    }

    /// Two on a line: the second begins in the middle, or as soon as it can.
    pub(super) fn fields(self, pairs: &[(String, String)]) -> Vec<String> {
        let (ruler, columns) = (self.ruler, self.columns);
        let mut lines: Vec<String> = Vec::new();
        let mut open = false;
        for (key, value) in pairs {
            let set = self.field(key, value);
            let [short] = &set[..] else {
                lines.extend(set);
                open = false;
                continue;
            };
            match lines.last_mut() {
                Some(line) if open => {
                    let start = (ruler.width(line) + GAP).max(columns / 2);
                    let start = if start + ruler.width(short) <= columns { start } else { ruler.width(line) + GAP };
                    if start + ruler.width(short) <= columns {
                        *line = ruler.pad(line, start) + short;
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

    fn figure(self, indent: usize, text: &str, figure: &str) -> Vec<String> {
        let (ruler, columns) = (self.ruler, self.columns);
        let figure = ruler.clip(&paper_text(figure), columns);
        let indent = indent.min(columns / 4);
        let space = " ".repeat(indent);
        let words = ruler.wrap(&paper_text(text), columns - indent);
        let mut lines: Vec<String> = words.into_iter().map(|line| space.clone() + &line).collect();
        if figure.is_empty() {
            return lines;
        }
        let room = columns - ruler.width(&figure);
        match lines.last_mut() {
            Some(last) if ruler.width(last) < room => *last = ruler.pad(last, room) + &figure,
            _ => lines.push(ruler.pad_left(&figure, columns)),
        }
        lines
    }

    fn sides(self, left: &str, right: &str) -> Vec<Line> {
        let (left, right) = (paper_text(left), paper_text(right));
        if self.ruler.width(&left) + GAP + self.ruler.width(&right) <= self.columns {
            let room = self.columns - self.ruler.width(&right);
            return vec![Line::plain(self.ruler.pad(&left, room) + &right)];
        }
        [left, right].iter().flat_map(|side| self.wrap(side)).map(Line::plain).collect()
    }

    fn signatures(self, words: &[String]) -> Vec<Line> {
        let words: Vec<String> = words.iter().map(|word| self.ruler.cut(&paper_text(word), self.columns / 2)).collect();
        let widest = words.iter().map(|word| self.ruler.width(word)).max().unwrap_or(0);
        let fit = (self.columns + GAP) / (widest + 1 + SIGN.0 + GAP);
        let across = fit.clamp(1, words.len().max(1));
        let place = (self.columns + GAP) / across - GAP;
        let mut lines = Vec::new();
        for row in words.chunks(across) {
            let mut text = String::new();
            for word in row {
                let line = "_".repeat(place.saturating_sub(self.ruler.width(word) + 1).min(SIGN.1));
                let end = self.ruler.width(&text).div_ceil(place + GAP) * (place + GAP);
                text = self.ruler.pad(&text, end) + &format!("{word} {line}");
            }
            lines.extend([Line::default(), Line::plain(text)]);
        }
        lines
    }

    fn framed(self, blocks: &[Block]) -> Vec<Line> {
        let inner = self.columns - 4;
        let edge = format!("+{}+", "-".repeat(self.columns - 2));
        let mut lines = vec![Line::plain(edge.clone())];
        for line in blocks.iter().flat_map(|block| self.with(inner).set(block)) {
            let text = format!("| {} |", self.ruler.pad(&line.text, inner));
            lines.push(Line { text, double: false, centred: false, ..line });
        }
        lines.push(Line::plain(edge));
        lines
    }

    /// The blocks, narrower, and the side on their right.
    fn beside(self, blocks: &[Block], side: &Side) -> Vec<Line> {
        let (wide, high) = match side {
            Side::Code(_) => CODE,
            Side::Seal(_) => SEAL,
        };
        let column = self.columns - wide;
        let mut lines = self.with(column - GAP).all(blocks);
        lines.iter_mut().for_each(|line| line.double = false);
        lines.resize(lines.len().max(high), Line::default());
        match side {
            Side::Code(text) => {
                let code = Code { text: text.clone(), column, columns: wide, lines: high };
                lines[0].code = Some(code);
            }
            Side::Seal(words) => {
                let inside = self.with(wide).seal(words);
                // At the bottom, where a seal stands on paper.
                let top = lines.len() - high;
                for (line, word) in lines[top..].iter_mut().zip(inside).filter(|(_, word)| !word.is_empty()) {
                    line.text = self.ruler.pad(&line.text, column) + &word;
                }
            }
        }
        lines
    }

    /// The side by itself, beneath what it belongs to: a code in the middle, a seal on the right.
    fn beneath(self, side: &Side) -> Vec<Line> {
        let (wide, high) = match side {
            Side::Code(_) => CODE,
            Side::Seal(_) => SEAL,
        };
        match side {
            Side::Code(text) => {
                let wide = (wide * 2).min(self.columns);
                let column = (self.columns - wide) / 2;
                let mut lines = vec![Line::default(); high];
                lines[0].code = Some(Code { text: text.clone(), column, columns: wide, lines: high });
                lines
            }
            Side::Seal(words) => {
                // A thermal printer's columns are narrower: 40 mm are 27 of them on a roll.
                let wide = 27.min(self.columns);
                let space = " ".repeat(self.columns - wide);
                self.with(wide).seal(words).into_iter().map(|word| Line::plain(space.clone() + &word)).collect()
            }
        }
    }

    /// The words of a seal in the middle of its lines.
    fn seal(self, words: &[String]) -> Vec<String> {
        let words: Vec<String> =
            words.iter().flat_map(|word| self.centred(word)).map(|line| line.text).take(SEAL.1).collect();
        let above = (SEAL.1 - words.len()) / 2;
        let mut lines = vec![String::new(); above];
        lines.extend(words);
        lines.resize(SEAL.1, String::new());
        lines
    }
}
