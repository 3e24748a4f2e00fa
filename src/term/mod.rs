//! The terminal: bytes of the keyboard become keys, frames become few bytes. The terminal's quirks stay in this room:
//! only [`Input`], [`Screen`](backend::Screen) and [`Guard`](guard::Guard) leave it.
//!
//! - `parse.rs` bytes to keys and pastes, pure
//! - `burst.rs` what came too fast for hands (a paste without brackets, a scanner), pure
//! - `input.rs` the thread that reads the terminal
//! - `backend.rs` frames to bytes: one write a frame, none where nothing changed
//! - `row.rs`, `shift.rs` rows as a terminal shows them; which of them move
//! - `style.rs` attributes, changed with the fewest bytes
//! - `guard.rs` the modes of the terminal, undone on every way out
//! - `look.rs` what a terminal can show: colours, borders, the width of ambiguous characters
//!
//! To teach it one more key sequence: a line in `parse.rs` and in its test.

pub mod backend;
pub mod burst;
pub mod guard;
pub mod input;
pub mod look;
pub mod parse;
mod row;
mod shift;
mod style;

use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

use crate::keymap::Key;

/// What comes from the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Key(Key),
    /// Pasted or scanned text: text, never commands.
    Paste(String),
    /// Text with Enters (`\r`) inside that came too fast for hands: keys that a slow line held back, or a paste without
    /// brackets. The screen on top says which.
    Burst(String),
    /// Bytes that are no UTF-8: the terminal or an input method speaks another encoding.
    NotUtf8,
    /// The terminal's answer to the question where the cursor is (row and column from 1).
    Cursor(u16, u16),
    /// The terminal is gone.
    Gone,
}

/// A buffer as lines of text: wide characters once, blanks at the end cut.
pub fn screen_text(buf: &Buffer) -> Vec<String> {
    let area = buf.area;
    (area.top()..area.bottom())
        .map(|y| {
            let mut line = String::new();
            let mut x = area.left();
            while x < area.right() {
                let symbol = buf[(x, y)].symbol();
                line.push_str(if symbol.is_empty() { " " } else { symbol });
                x += symbol.width().max(1) as u16;
            }
            line.truncate(line.trim_end().len());
            line
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    #[test]
    fn wide_characters_stand_once() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 10, 2));
        buf.set_string(0, 0, "王秀英 1", Style::new());
        assert_eq!(screen_text(&buf), ["王秀英 1", ""]);
    }
}
