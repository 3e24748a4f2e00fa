//! Rows of columns, and which part of a long list shows. What is too long for its column is cut, never pushed.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::text::{cut, put, width};
use super::theme::Theme;

/// One cell of a row.
#[derive(Clone, Debug)]
pub struct Cell {
    text: String,
    columns: Columns,
    style: Style,
    right: bool,
}

#[derive(Clone, Copy, Debug)]
enum Columns {
    Fixed(usize),
    Rest,
}

impl Cell {
    /// A cell of so many columns.
    pub fn new(text: impl Into<String>, columns: usize) -> Cell {
        Cell { text: text.into(), columns: Columns::Fixed(columns), style: Style::new(), right: false }
    }

    /// A cell as wide as its text.
    pub fn fit(text: impl Into<String>) -> Cell {
        let text = text.into();
        let columns = width(&text);
        Cell::new(text, columns)
    }

    /// The cell that gets what the others leave; one a row.
    pub fn rest(text: impl Into<String>) -> Cell {
        Cell { text: text.into(), columns: Columns::Rest, style: Style::new(), right: false }
    }

    /// At the right end of its columns: figures.
    pub fn right(self) -> Cell {
        Cell { right: true, ..self }
    }

    /// In a style.
    pub fn style(self, style: Style) -> Cell {
        Cell { style, ..self }
    }
}

/// The first cell of a row that can be chosen: only it changes when the choice moves.
pub fn mark(chosen: bool, theme: Theme) -> Cell {
    Cell::fit(if chosen { ">" } else { " " }).style(if chosen { theme.chosen() } else { theme.text() })
}

/// Draws one row at the top of `area`, one blank between two cells; gives where each cell's text begins.
pub fn row(buf: &mut Buffer, area: Rect, cells: &[Cell]) -> Vec<u16> {
    if area.is_empty() {
        return vec![area.x; cells.len()];
    }
    let blanks = cells.len().saturating_sub(1);
    let fixed: usize = cells
        .iter()
        .map(|cell| match cell.columns {
            Columns::Fixed(columns) => columns,
            Columns::Rest => 0,
        })
        .sum();
    let rest = usize::from(area.width).saturating_sub(fixed + blanks);
    let mut x = area.x;
    let mut starts = Vec::with_capacity(cells.len());
    for cell in cells {
        let columns = match cell.columns {
            Columns::Fixed(columns) => columns,
            Columns::Rest => rest,
        };
        let columns = columns.min(usize::from(area.right().saturating_sub(x)));
        let text = cut(&cell.text, columns);
        let indent = if cell.right { columns - width(&text).min(columns) } else { 0 };
        starts.push(x + indent as u16);
        put(buf, x + indent as u16, area.y, (columns - indent) as u16, &text, cell.style);
        x = (x + columns as u16 + 1).min(area.right());
    }
    starts
}

/// The rows of a list that show: from `first` on where the chosen one is among them, else moved just as far as it takes.
pub fn scrolled(first: usize, chosen: usize, count: usize, rows: usize) -> Range<usize> {
    if rows == 0 {
        return 0..0;
    }
    let chosen = chosen.min(count.saturating_sub(1));
    let first = first.min(chosen).max((chosen + 1).saturating_sub(rows)).min(count.saturating_sub(rows));
    first..count.min(first + rows)
}

/// A horizontal rule with a title in it, or without.
pub fn rule(buf: &mut Buffer, area: Rect, title: &str, theme: Theme) {
    if area.is_empty() {
        return;
    }
    let (symbol, style) = theme.rule();
    put(buf, area.x, area.y, area.width, &symbol.repeat(usize::from(area.width)), style);
    if !title.is_empty() && area.width > 4 {
        put(buf, area.x + 2, area.y, area.width - 4, &format!(" {title} "), style.patch(theme.label()));
    }
}

/// The row at `y` rows below the top of `area`, or an empty one where there is none.
pub fn at(area: Rect, y: usize) -> Rect {
    if y < usize::from(area.height) {
        Rect::new(area.x, area.y + y as u16, area.width, 1)
    } else {
        Rect::new(area.x, area.y, 0, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_kept_and_the_rest_is_cut() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 24, 1));
        let cells = [Cell::fit(">"), Cell::rest("巴彦淖尔市医院"), Cell::new("12.00", 8).right()];
        assert_eq!(row(&mut buf, Rect::new(0, 0, 24, 1), &cells), [0, 2, 19]);
        let text: String = (0..24).map(|x| buf[(x, 0)].symbol()).collect();
        assert!(text.starts_with("> 巴 彦 淖 尔 市 .."), "{text}");
        assert!(text.ends_with(" 12.00"), "{text}");
        let mut small = Buffer::empty(Rect::new(0, 0, 3, 1));
        assert_eq!(row(&mut small, Rect::new(0, 0, 3, 1), &cells), [0, 2, 3]);
    }

    #[test]
    fn lists_scroll_as_far_as_it_takes() {
        assert_eq!(scrolled(0, 0, 20, 8), 0..8);
        assert_eq!(scrolled(0, 7, 20, 8), 0..8);
        assert_eq!(scrolled(0, 8, 20, 8), 1..9);
        assert_eq!(scrolled(1, 2, 20, 8), 1..9);
        assert_eq!(scrolled(5, 4, 20, 8), 4..12);
        assert_eq!(scrolled(0, 99, 20, 8), 12..20);
        assert_eq!(scrolled(15, 15, 20, 8), 12..20);
        assert_eq!(scrolled(7, 0, 3, 8), 0..3);
        assert_eq!(scrolled(0, 0, 0, 8), 0..0);
        assert_eq!(scrolled(0, 3, 9, 0), 0..0);
    }
}
