//! What is drawn over something else: the cells beneath are cleared first, and a wide character that would lose its other
//! half at an edge goes whole.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

/// Clears a rectangle for what is drawn next.
pub fn clear(buf: &mut Buffer, area: Rect) {
    let area = area.intersection(buf.area);
    for y in area.top()..area.bottom() {
        // A wide character that begins just before would hide our first cell.
        if area.x > buf.area.x && buf[(area.x - 1, y)].symbol().width() > 1 {
            buf[(area.x - 1, y)].reset();
        }
        for x in area.left()..area.right() {
            buf[(x, y)].reset();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::text::put;
    use ratatui::style::Style;

    #[test]
    fn no_half_characters_are_left() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 10, 1));
        put(&mut buf, 0, 0, 10, "王秀英花", Style::new());
        clear(&mut buf, Rect::new(3, 0, 4, 1));
        put(&mut buf, 3, 0, 4, "abcd", Style::new());
        let row: String = (0..10).map(|x| buf[(x, 0)].symbol().to_owned()).collect();
        assert_eq!(&row[..], "王  abcd   ");
    }
}
