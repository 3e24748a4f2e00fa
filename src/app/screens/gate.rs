//! What the lock and the login screen share: a field whose text nobody sees (typed at its end, drawn as stars), and lines
//! in the middle.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::app::{Context, Edit, Event};
use crate::domain::secret::Secret;
use crate::domain::text::is_unsafe;
use crate::ui::text::{put, width};
use crate::ui::typed;

/// Columns of a field at a gate.
pub const COLUMNS: u16 = 24;

/// Takes typing in; says whether the event was typing.
pub fn typed(secret: &mut Secret, cx: &mut Context, event: &Event) -> bool {
    let taken = match event {
        Event::Text(c) => !is_unsafe(*c) && secret.push(*c),
        Event::Paste(text) => {
            let whole = text.chars().all(|c| secret.push(c));
            if !whole {
                // A part of it would be another password.
                *secret = Secret::default();
            }
            whole
        }
        Event::Edit(Edit::Backspace) => secret.pop(),
        Event::Edit(_) => false,
        _ => return false,
    };
    if !taken {
        cx.bell();
    }
    true
}

/// Draws a label and its field in the middle of a row; says where the cursor belongs.
pub fn draw(cx: &Context, label: &str, secret: &Secret, row: Rect, buf: &mut Buffer) -> Position {
    let stars = "*".repeat(secret.typed());
    field(cx, label, &stars, stars.len() as u16, row, buf)
}

/// The same with a text that may be seen, and its cursor.
pub fn field(cx: &Context, label: &str, text: &str, cursor: u16, row: Rect, buf: &mut Buffer) -> Position {
    let wide = width(label) as u16 + 1;
    let x = row.x + row.width.saturating_sub(wide + COLUMNS) / 2;
    put(buf, x, row.y, wide, label, cx.theme.label());
    typed::draw(buf, x + wide, row.y, COLUMNS, text, cursor, cx.theme.text())
}

/// Lines in the middle of an area, from a row of it on; gives the row after them.
pub fn middle(lines: &[String], style: Style, from: u16, area: Rect, buf: &mut Buffer) -> u16 {
    let mut y = from;
    for line in lines {
        if y < area.bottom() {
            let indent = area.width.saturating_sub(width(line) as u16) / 2;
            put(buf, area.x + indent, y, area.width - indent, line, style);
        }
        y += 1;
    }
    y
}
