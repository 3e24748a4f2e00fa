//! A line of typing: what is in it as far as it fits, with the cursor always in sight.

use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;

use super::text::{put, width};

/// Draws a typed text in `columns`, moved to the left where the cursor (in columns from its start) would be outside; says
/// where the cursor belongs.
pub fn draw(buf: &mut Buffer, x: u16, y: u16, columns: u16, text: &str, cursor: u16, style: Style) -> Position {
    let mut hidden = usize::from((cursor + 1).saturating_sub(columns));
    let mut from = 0;
    let mut skipped = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        if hidden == 0 {
            break;
        }
        let wide = width(grapheme);
        hidden = hidden.saturating_sub(wide);
        skipped += wide;
        from = at + grapheme.len();
    }
    put(buf, x, y, columns, &text[from..], style);
    let column = usize::from(cursor).saturating_sub(skipped).min(usize::from(columns.saturating_sub(1)));
    Position::new(x + column as u16, y)
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;

    #[test]
    fn the_cursor_stays_in_sight() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 6, 1));
        assert_eq!(draw(&mut buf, 0, 0, 6, "ab", 2, Style::new()), Position::new(2, 0));
        // Nine columns and the cursor behind them: four columns (two hanzi) go.
        assert_eq!(draw(&mut buf, 0, 0, 6, "王秀英花a", 9, Style::new()), Position::new(5, 0));
        assert_eq!(buf[(0, 0)].symbol(), "英");
        assert_eq!(draw(&mut buf, 5, 0, 0, "abc", 3, Style::new()), Position::new(5, 0));
    }
}
