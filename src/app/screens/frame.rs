//! What surrounds every screen: the first line, the message line, the bottom line.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::app::{Context, Screen};

/// Draws the top screen in its frame.
pub fn draw(cx: &Context, stack: &[Box<dyn Screen>], area: Rect, buf: &mut Buffer) -> Option<Position> {
    stack.last()?.draw(cx, area, buf)
}
