//! A row of a frame as a terminal shows it: symbols of one or two columns with their looks, and what it costs to make one
//! row of another.

use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

use super::style::Style;

/// About the bytes of a move, or of an erased run.
const GO: usize = 5;

/// What stands in a column.
#[derive(Clone, Copy, PartialEq)]
pub enum Part<'a> {
    /// A symbol that begins here.
    Symbol {
        /// What is written.
        symbol: &'a str,
        /// How it looks.
        style: Style,
        /// One or two.
        columns: u16,
    },
    /// The second half of a wide one.
    Covered,
}

/// A row of a frame as a terminal shows it.
pub struct Row<'a> {
    parts: Vec<Part<'a>>,
}

impl<'a> Row<'a> {
    /// A row of a frame.
    pub fn of(buf: &'a Buffer, y: u16) -> Row<'a> {
        let width = buf.area.width;
        let mut parts = Vec::with_capacity(usize::from(width));
        let mut x = 0;
        while x < width {
            let cell = &buf[(x, y)];
            let columns = cell.symbol().width().max(1) as u16;
            let style = Style::of(cell);
            if x + columns > width {
                // Half of it would stand outside.
                parts.push(Part::Symbol { symbol: " ", style, columns: 1 });
                x += 1;
                continue;
            }
            parts.push(Part::Symbol { symbol: cell.symbol(), style, columns });
            parts.extend((1..columns).map(|_| Part::Covered));
            x += columns;
        }
        Row { parts }
    }

    /// What stands in a column.
    pub fn part(&self, x: u16) -> Part<'a> {
        self.parts[usize::from(x)]
    }

    /// Whether a column looks as if it had been erased.
    pub fn is_blank(&self, x: u16) -> bool {
        matches!(self.part(x), Part::Symbol { symbol: " ", style, .. } if style.is_blank())
    }

    /// A row with nothing on it.
    pub fn blank(width: u16) -> Row<'a> {
        let part = Part::Symbol { symbol: " ", style: Style::default(), columns: 1 };
        Row { parts: vec![part; usize::from(width)] }
    }

    /// About how many bytes it takes to make this row of `old`; at most a little over `most`, where it stops counting.
    pub fn cost_after(&self, old: &Row, most: usize) -> usize {
        let mut bytes = 0;
        let mut blanks = 0;
        let mut at = None;
        for (x, (new, old)) in self.parts.iter().zip(&old.parts).enumerate() {
            let Part::Symbol { symbol, .. } = new else { continue };
            if new == old {
                continue;
            }
            if at != Some(x) {
                bytes += GO;
                blanks = 0;
            }
            at = Some(x + 1 + usize::from(matches!(self.parts.get(x + 1), Some(Part::Covered))));
            // A run of blanks is erased.
            blanks = if self.is_blank(x as u16) { blanks + 1 } else { 0 };
            bytes += if blanks > GO { 0 } else { symbol.len() };
            if bytes > most {
                break;
            }
        }
        bytes
    }
}
