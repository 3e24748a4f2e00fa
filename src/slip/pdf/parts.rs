//! What a line's text is drawn as: runs of characters, and strokes where it has rules, frames and places to sign.

use std::ops::Range;

use crate::ui::text::Ruler;

/// Hyphens in a row that are a rule.
const RULE: usize = 8;
/// Underscores in a row that are a place to sign.
const SIGN: usize = 4;
/// `￥`, which stands close to its figure.
const YUAN: char = '\u{ffe5}';
/// The dot in the middle of a name.
const DOT: char = '\u{b7}';

/// A part of a line; columns are counted from the left edge of the grid.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    /// A rule over these columns.
    Rule(Range<usize>),
    /// A line to sign on.
    Sign(Range<usize>),
    /// A frame's upper or lower edge, with the columns of its corners.
    Edge(usize, usize),
    /// A side of a frame.
    Bar(usize),
    /// Characters.
    Run(Run),
}

/// Characters that are drawn at once: wide ones, or narrow ones with single spaces between them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Run {
    /// The bytes in the line's text.
    pub range: Range<usize>,
    /// The first column.
    pub column: usize,
    /// Columns.
    pub columns: usize,
    /// Characters of two columns.
    pub wide: bool,
    /// Which font has them.
    pub font: usize,
    /// Where it stands in columns that are wider than it is.
    pub side: Side,
    /// What it may take of the free columns on the other side, where its own are too narrow: one, or half of a single one.
    pub free: f32,
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// It begins with its first column.
    Left,
    /// In the middle, between hanzi on both sides.
    Middle,
    /// It ends with its last column.
    Right,
}

struct Cell {
    at: usize,
    c: char,
    column: usize,
    columns: usize,
}

/// The parts of a line from the left. `open` are the columns in which the line above has a frame's side, `edge` is the end of
/// the grid, `font` says which font has a character.
pub(super) fn parts(
    text: &str,
    open: &dyn Fn(usize) -> bool,
    edge: usize,
    ruler: Ruler,
    font: &dyn Fn(char) -> usize,
) -> Vec<Part> {
    let mut end = 0;
    let cells: Vec<Cell> = text
        .char_indices()
        .map(|(at, c)| {
            let (column, columns) = (end, ruler.char(c));
            end += columns;
            Cell { at, c, column, columns }
        })
        .collect();
    let mut parts = Vec::new();
    let mut at = 0;
    while at < cells.len() {
        if let Some((part, length)) = stroke(&cells, at, open) {
            parts.push(part);
            at += length;
            continue;
        }
        let spaces = cells[at..].iter().take_while(|cell| cell.c == ' ').count();
        if spaces > 0 {
            at += spaces;
            continue;
        }
        let from = at;
        at += 1;
        while at < cells.len() && joins(&cells, from, at, font) && stroke(&cells, at, open).is_none() {
            at += 1;
        }
        // A space that nothing follows belongs to no run.
        while cells[at - 1].c == ' ' {
            at -= 1;
        }
        parts.push(Part::Run(run(text, &cells, from..at, edge, font)));
    }
    parts
}

/// A stroke that begins here, and how many characters it is.
fn stroke(cells: &[Cell], at: usize, open: &dyn Fn(usize) -> bool) -> Option<(Part, usize)> {
    let cell = &cells[at];
    let many = |from: usize, c: char| cells[from..].iter().take_while(|cell| cell.c == c).count();
    let free = |at: Option<usize>| at.and_then(|at| cells.get(at)).is_none_or(|cell| cell.c == ' ');
    match cell.c {
        '+' => {
            let count = many(at + 1, '-');
            let corner = cells.get(at + 1 + count).filter(|cell| cell.c == '+' && count >= RULE)?;
            Some((Part::Edge(cell.column, corner.column), count + 2))
        }
        '-' => {
            let count = many(at, '-');
            let alone = count >= RULE && free(at.checked_sub(1)) && free(Some(at + count));
            alone.then(|| (Part::Rule(cell.column..cell.column + count), count))
        }
        '_' => {
            let count = many(at, '_');
            (count >= SIGN).then(|| (Part::Sign(cell.column..cell.column + count), count))
        }
        '|' => open(cell.column).then_some((Part::Bar(cell.column), 1)),
        _ => None,
    }
}

/// Whether a character goes on with the run that began before it.
fn joins(cells: &[Cell], from: usize, at: usize, font: &dyn Fn(char) -> usize) -> bool {
    let cell = &cells[at];
    if cell.columns == 0 {
        return true;
    }
    let wide = is_wide(cells, from);
    if cell.c == ' ' {
        return !wide && cells.get(at + 1).is_some_and(|next| next.c != ' ' && joins(cells, from, at + 1, font));
    }
    let last = cells[from..at].iter().rev().find(|cell| cell.columns > 0 && cell.c != ' ');
    is_wide(cells, at) == wide
        && last.is_none_or(|last| font(last.c) == font(cell.c))
        && !(wide && cells[at - 1].c == ' ')
        // `￥` begins a figure, and a bracket belongs to the hanzi that it opens.
        && cell.c != YUAN
        && !(cell.c == '(' && cells.get(at + 1).is_some_and(|next| next.columns == 2))
}

/// Whether a character is drawn over two columns; `￥` before a figure is not.
fn is_wide(cells: &[Cell], at: usize) -> bool {
    let cell = &cells[at];
    cell.columns == 2 && !(cell.c == YUAN && cells.get(at + 1).is_some_and(|next| next.c.is_ascii_digit()))
}

fn run(text: &str, cells: &[Cell], at: Range<usize>, edge: usize, font: &dyn Fn(char) -> usize) -> Run {
    let (first, last) = (&cells[at.start], &cells[at.end - 1]);
    let range = first.at..cells.get(at.end).map_or(text.len(), |cell| cell.at);
    let words = &text[range.clone()];
    let wide = is_wide(cells, at.start);
    let columns = last.column + last.columns - first.column;
    let before = cells[..at.start].iter().rev().take_while(|cell| cell.c == ' ').count();
    let behind = cells[at.end..].iter().take_while(|cell| cell.c == ' ').count();
    let behind = if at.end + behind == cells.len() { edge.saturating_sub(last.column + last.columns) } else { behind };
    // Amounts end beneath each other; numbers of people, cards and days begin so.
    let figure = words.contains(['.', YUAN])
        && words.contains(|c: char| c.is_ascii_digit())
        && words.chars().all(|c| c.is_ascii_digit() || ",.%*-".contains(c) || c == YUAN);
    let hanzi = |at: Option<usize>| at.and_then(|at| cells.get(at)).is_some_and(|cell| cell.columns == 2);
    let between = hanzi(at.start.checked_sub(1)) && hanzi(Some(at.end));
    let side = if wide {
        Side::Left
    } else if words.ends_with('(') || (before > 1 && (first.column + columns == edge || (figure && before < at.start)))
    {
        Side::Right
    } else if between && words.chars().all(|c| c.is_ascii_alphanumeric() || c == DOT) {
        Side::Middle
    } else {
        Side::Left
    };
    let free = match side {
        Side::Left => behind,
        Side::Middle => 0,
        Side::Right => before,
    };
    let free = free.min(2) as f32 / 2.0;
    Run { range, column: first.column, columns, wide, font: font(first.c), side, free }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, open: &[usize]) -> Vec<String> {
        let font = |c: char| usize::from(c == '丁');
        let parts = parts(text, &|column| open.contains(&column), 40, Ruler::Narrow, &font);
        let name = |part: &Part| match part {
            Part::Run(run) => {
                let side = match run.side {
                    Side::Left => '<',
                    Side::Middle => '=',
                    Side::Right => '>',
                };
                format!("{}{side}{}+{} {}", &text[run.range.clone()], run.column, run.columns, run.font)
            }
            other => format!("{other:?}"),
        };
        parts.iter().map(name).collect()
    }

    #[test]
    fn lines_fall_into_runs_on_the_grid() {
        assert_eq!(of("合计 a b  c     12.00", &[]), ["合计<0+4 0", "a b<5+3 0", "c<10+1 0", "12.00>16+5 0"]);
        assert_eq!(of("甲丁乙 x丁", &[]), ["甲<0+2 0", "丁<2+2 1", "乙<4+2 0", "x<7+1 0", "丁<8+2 1"]);
        assert_eq!(of("甲2021年(乙)", &[]), ["甲<0+2 0", "2021=2+4 0", "年<6+2 0", "(>8+1 0", "乙<9+2 0", ")<11+1 0"]);
        assert_eq!(of("甲·乙 1.0 (丙", &[]), ["甲<0+2 0", "·=2+1 0", "乙<3+2 0", "1.0<6+3 0", "(>10+1 0", "丙<11+2 0"]);
        assert_eq!(of("甲 ￥1.00   ￥2.00*", &[]), ["甲<0+2 0", "￥1.00<3+6 0", "￥2.00*>12+7 0"]);
        assert_eq!(of("甲￥", &[]), ["甲<0+2 0", "￥<2+2 0"]);
        let line = format!("a{}the end", " ".repeat(32));
        assert_eq!(of(&line, &[]), ["a<0+1 0", "the end>33+7 0"]);
        assert_eq!(of("甲   1508**21   x", &[]), ["甲<0+2 0", "1508**21<5+8 0", "x<16+1 0"]);
        // A figure that begins a line stands where the line begins.
        assert_eq!(of("  1.00", &[]), ["1.00<2+4 0"]);
    }

    #[test]
    fn strokes_are_no_characters() {
        assert_eq!(of(&"-".repeat(40), &[]), ["Rule(0..40)"]);
        assert_eq!(of("+----------+", &[]), ["Edge(0, 11)"]);
        assert_eq!(of("| 甲|乙 |", &[0, 8]), ["Bar(0)", "甲<2+2 0", "|<4+1 0", "乙<5+2 0", "Bar(8)"]);
        assert_eq!(of("复核 ____ x", &[]), ["复核<0+4 0", "Sign(5..9)", "x<10+1 0"]);
        // What people wrote stays text.
        assert_eq!(of("12---------3 a|b - 1/2 - __", &[]), ["12---------3 a|b - 1/2 - __<0+27 0"]);
    }

    #[test]
    fn marks_stay_with_their_letter() {
        assert_eq!(of("e\u{301}x 王\u{301}秀", &[]), ["e\u{301}x<0+2 0", "王\u{301}秀<3+4 0"]);
    }
}
