//! What a larger terminal shows beside the sheet: the member's participations and earlier claims. Reads only; nothing of
//! the sheet moves for it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Sheet;
use crate::app::screens::words;
use crate::app::{Context, MIN_SIZE};
use crate::domain::claim::ClaimLine;
use crate::domain::cover::years_in_a_row;
use crate::ui::table::{self, Cell, at};
use crate::ui::text::put;

/// Columns that it needs, and rows.
const COLUMNS: u16 = 44;
const ROWS: u16 = 4;
/// Rows that the frame takes of the screen.
const FRAME: u16 = 3;

/// Where it stands: right of the panel where there is room, else under the fields (`left` columns of them).
pub fn place(area: Rect, left: u16) -> Option<Rect> {
    let (columns, rows) = (MIN_SIZE.0, MIN_SIZE.1 - FRAME);
    if area.width > columns + COLUMNS {
        // One blank between them.
        return Some(Rect { x: area.x + columns + 1, width: area.width - columns - 1, ..area });
    }
    let below = Rect { y: area.y + rows, width: left, height: area.height.saturating_sub(rows), ..area };
    (below.height >= ROWS).then_some(below)
}

/// Draws as much as fits: the newest first.
pub fn draw(sheet: &Sheet, cx: &Context, area: Rect, buf: &mut Buffer) {
    let Some(member) = &sheet.member else { return };
    let title = cx.strings.with("member-claims", &[("count", &member.claims.len())]);
    table::rule(buf, at(area, 0), &title, cx.theme);
    // Under the fields there is little room, and what was claimed counts more than the years before.
    let room = usize::from(area.height).saturating_sub(2);
    let covers = member.covers.iter().rev().take(room.div_ceil(3));
    let mut y = 1;
    for cover in covers {
        let years = words::cover(cx, cover.period, years_in_a_row(&member.covers, cover.period));
        let row = at(area, y);
        let days = words::days(cx, Some(cover.from), Some(cover.to));
        put(buf, row.x, row.y, row.width, &format!("{years} {days}"), cx.theme.note());
        y += 1;
    }
    for line in &member.claims {
        claim(cx, line, at(area, y), buf);
        y += 1;
    }
}

fn claim(cx: &Context, line: &ClaimLine, row: Rect, buf: &mut Buffer) {
    let mut cells = vec![
        Cell::new(line.submitted.to_string(), 10),
        Cell::rest(words::kind_of(cx, line)),
        Cell::new(words::total_of(line), 11).right(),
        Cell::new(words::state(cx, line.state), words::state_columns(cx)),
    ];
    // The number where it is not cut.
    let used = 10 + words::kind_columns(cx) + 11 + words::state_columns(cx) + 4;
    if usize::from(row.width) >= used + NUMBER {
        cells.insert(0, Cell::new(line.number.to_string(), NUMBER));
    }
    table::row(buf, row, &cells);
}

/// Columns of a claim's number.
const NUMBER: usize = 24;
