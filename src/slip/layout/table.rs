//! Tables: rows under headings where the columns fit, else each row as keys and values.

use super::pages::Group;
use super::set::GAP;
use super::{Line, Medium, paper_text};

/// The narrowest that a column which gives way becomes.
const LEAST: usize = 8;

/// Rows under headings. Rows with fewer cells than there are columns are filled up with empty ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The columns from the left.
    pub columns: Vec<Column>,
    /// The rows, a cell a column.
    pub rows: Vec<Vec<String>>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its heading.
    pub head: String,
    /// Figures: at the right edge, never wrapped.
    pub figures: bool,
    /// From the left and never wrapped: numbers that are read out and typed.
    pub whole: bool,
}

impl Column {
    /// A column of words, which wraps where the line is too narrow.
    pub fn words(head: String) -> Column {
        Column { head, figures: false, whole: false }
    }

    /// A column of numbers and codes that stay in one piece.
    pub fn whole(head: String) -> Column {
        Column { head, figures: false, whole: true }
    }

    /// Whether it becomes narrower where the line is too narrow.
    fn gives_way(&self) -> bool {
        !self.figures && !self.whole
    }

    /// A column of figures.
    pub fn figures(head: String) -> Column {
        Column { head, figures: true, whole: false }
    }
}

impl Table {
    pub(super) fn texts_mut(&mut self) -> Vec<&mut String> {
        self.columns.iter_mut().map(|column| &mut column.head).chain(self.rows.iter_mut().flatten()).collect()
    }
}

impl Medium {
    /// The heads, then each row as a group that stays together.
    pub(super) fn table(self, table: &Table) -> Vec<Group> {
        let Some(widths) = self.widths(table) else { return self.stacked(table) };
        let heads: Vec<String> = table.columns.iter().map(|column| column.head.clone()).collect();
        let mut heads = self.row(table, &widths, &heads);
        heads.push(Line::plain("-".repeat(self.columns)));
        let row = |cells: &Vec<String>| Group { lines: self.row(table, &widths, cells), again: heads.clone() };
        let mut groups: Vec<Group> = table.rows.iter().map(row).collect();
        match groups.first_mut() {
            // A heading is never left behind alone at the foot of a page.
            Some(first) => drop(first.lines.splice(0..0, heads)),
            None => groups.push(Group::of(heads)),
        }
        groups.iter_mut().take(1).for_each(|group| group.again.clear());
        groups
    }

    /// Columns of each column: its widest cell, where all fit; else words give way, the widest first. None where not even
    /// that fits.
    fn widths(self, table: &Table) -> Option<Vec<usize>> {
        let cells = |at: usize| {
            let column = table.rows.iter().filter_map(move |row| row.get(at));
            column.chain([&table.columns[at].head]).map(|cell| self.ruler.width(&paper_text(cell))).max().unwrap_or(0)
        };
        let mut widths: Vec<usize> = (0..table.columns.len()).map(cells).collect();
        let room = self.columns.checked_sub(GAP * widths.len().saturating_sub(1))?;
        while widths.iter().sum::<usize>() > room {
            let words = table.columns.iter().zip(widths.iter_mut()).filter(|(column, _)| column.gives_way());
            let widest = words.map(|(_, width)| width).max()?;
            if *widest <= LEAST {
                return None;
            }
            *widest -= 1;
        }
        // What is left goes to the first column of words, so that figures stand at the right edge.
        let left = room - widths.iter().sum::<usize>();
        let first = table.columns.iter().position(Column::gives_way)?;
        if table.columns.last().is_some_and(|column| column.figures) {
            widths[first] += left;
        }
        Some(widths)
    }

    fn row(self, table: &Table, widths: &[usize], cells: &[String]) -> Vec<Line> {
        let empty = String::new();
        let set: Vec<Vec<String>> = widths
            .iter()
            .enumerate()
            .map(|(at, width)| self.ruler.wrap(&paper_text(cells.get(at).unwrap_or(&empty)), *width))
            .collect();
        let height = set.iter().map(Vec::len).max().unwrap_or(0);
        let line = |y: usize| {
            let mut text = String::new();
            for (at, (lines, width)) in set.iter().zip(widths).enumerate() {
                let cell = lines.get(y).unwrap_or(&empty);
                let figures = table.columns[at].figures;
                let cell = if figures { self.ruler.pad_left(cell, *width) } else { self.ruler.pad(cell, *width) };
                text.push_str(if at == 0 { "" } else { "  " });
                text.push_str(&cell);
            }
            Line::plain(text)
        };
        (0..height).map(line).collect()
    }

    /// Each row as keys and values, an empty line between two.
    fn stacked(self, table: &Table) -> Vec<Group> {
        let group = |(at, row): (usize, &Vec<String>)| {
            let pairs = table.columns.iter().zip(row).filter(|(_, cell)| !cell.is_empty());
            let pairs: Vec<_> = pairs.map(|(column, cell)| (column.head.clone(), cell.clone())).collect();
            let blank = if at == 0 { None } else { Some(Line::default()) };
            Group::of(blank.into_iter().chain(self.fields(&pairs).into_iter().map(Line::plain)).collect())
        };
        table.rows.iter().enumerate().map(group).collect()
    }
}
