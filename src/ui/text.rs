//! Text that knows Chinese: width, cut, pad, put.

use ratatui::buffer::Buffer;
use ratatui::style::Style;
use unicode_width::UnicodeWidthChar;

use crate::domain::text::display_safe;

/// Columns that a text takes.
pub fn width(text: &str) -> u16 {
    display_safe(text).chars().map(|c| c.width().unwrap_or(0) as u16).sum()
}

/// Draws a text, cut at `max` columns; gives the columns used.
pub fn put(buf: &mut Buffer, x: u16, y: u16, max: u16, text: &str, style: Style) -> u16 {
    if y >= buf.area.bottom() || x >= buf.area.right() {
        return 0;
    }
    let max = max.min(buf.area.right() - x);
    let (end, _) = buf.set_stringn(x, y, display_safe(text), usize::from(max), style);
    end - x
}
