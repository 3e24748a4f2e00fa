//! What surrounds every screen: the first line, the message line, the bottom line with the keys that work now.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::app::{Context, MIN_SIZE, Screen, Tone};
use crate::ui::popup;
use crate::ui::table::at;
use crate::ui::text::{clip, cut, put, width, wrap};

/// Columns of the office's name on the first line.
const OFFICE_COLUMNS: usize = 20;
/// Rows of a long message at most.
const MESSAGE_ROWS: usize = 3;

/// Draws the top screen in its frame.
pub fn draw(cx: &Context, stack: &[Box<dyn Screen>], area: Rect, buf: &mut Buffer) -> Option<Position> {
    let screen = match stack {
        [.., beneath, top] if top.is_opening() && !cx.spins() => beneath,
        _ => stack.last()?,
    };
    if area.width < MIN_SIZE.0 || area.height < MIN_SIZE.1 {
        too_small(cx, area, buf);
        return None;
    }
    let last = usize::from(area.height) - 1;
    first_line(cx, screen.as_ref(), at(area, 0), buf);
    bottom_line(cx, screen.as_ref(), at(area, last), buf);
    let cursor = screen.draw(cx, Rect::new(area.x, area.y + 1, area.width, area.height - 3), buf);
    // A message may name a member: not where nobody has come in.
    if !screen.is_gate() {
        message_line(cx, area, cursor, buf);
    }
    cursor
}

fn too_small(cx: &Context, area: Rect, buf: &mut Buffer) {
    let text = cx.strings.with(
        "frame-too-small",
        &[("columns", &MIN_SIZE.0), ("rows", &MIN_SIZE.1), ("now_columns", &area.width), ("now_rows", &area.height)],
    );
    for (y, line) in wrap(&text, usize::from(area.width)).iter().enumerate() {
        let row = at(area, y);
        put(buf, row.x, row.y, row.width, line, cx.theme.text());
    }
}

fn first_line(cx: &Context, screen: &dyn Screen, row: Rect, buf: &mut Buffer) {
    buf.set_style(row, cx.theme.title());
    let style = cx.theme.title();
    if screen.name() == "desk" {
        put(buf, row.x, row.y, row.width, &desk_line(cx, usize::from(row.width)), style);
        return;
    }
    let cut = cx.cut_since.map(|_| connection(cx) + "  ").unwrap_or_default();
    let right = format!("  {cut}{}", cx.now.format("%H:%M"));
    let right_columns = (width(&right) as u16).min(row.width);
    put(buf, row.x, row.y, row.width - right_columns, &screen.title(cx), style);
    put(buf, row.right() - right_columns, row.y, right_columns, &right, style);
}

/// The desk's first line: who and where, the time, the centre, what was done today.
fn desk_line(cx: &Context, columns: usize) -> String {
    let who = match &cx.hello {
        Some(hello) => cx.strings.with(
            "frame-who",
            &[
                ("office", &clip(&hello.office.name, OFFICE_COLUMNS)),
                ("window", &hello.window),
                ("login", &hello.login),
            ],
        ),
        None => cx.t("app-name"),
    };
    let today =
        cx.strings.with("frame-today", &[("accepted", &cx.desk.accepted_today), ("returned", &cx.desk.returned_count)]);
    let parts = [who, cx.now.format("%Y-%m-%d %H:%M").to_string(), connection(cx), today];
    let wide = parts.join("    ");
    if width(&wide) <= columns { wide } else { parts.join("  ") }
}

fn connection(cx: &Context) -> String {
    match (cx.cut_since, &cx.hello) {
        (Some(since), _) => cx.strings.with("frame-cut", &[("since", &since.format("%H:%M"))]),
        (None, Some(_)) => cx.t("frame-connected"),
        (None, None) => cx.t("frame-connecting"),
    }
}

/// The message with its tone as a word, above the bottom line; at its right, that an answer is awaited. A long one takes
/// the body's last rows too, but never the one with the cursor.
fn message_line(cx: &Context, area: Rect, cursor: Option<Position>, buf: &mut Buffer) {
    let last = usize::from(area.height) - 2;
    let row = at(area, last);
    let waiting = if cx.spins() { cx.t("frame-waiting") } else { String::new() };
    let waiting_columns = (width(&waiting) as u16).min(row.width);
    put(buf, row.right() - waiting_columns, row.y, waiting_columns, &waiting, cx.theme.note());
    let Some(message) = &cx.message else { return };
    let (mark, style) = match message.tone {
        Tone::Good => (cx.t("tone-good"), cx.theme.good()),
        Tone::Note => (String::new(), cx.theme.note()),
        Tone::Warning => (cx.t("tone-warning"), cx.theme.warning()),
        Tone::Error => (cx.t("tone-error"), cx.theme.error()),
    };
    let text = if mark.is_empty() { message.text.clone() } else { format!("{mark} {}", message.text) };
    let columns = row.width - waiting_columns;
    let lines = wrap(&text, usize::from(columns));
    let rows = lines.len().min(MESSAGE_ROWS);
    let top = at(area, last + 1 - rows);
    if rows == 1 || cursor.is_some_and(|cursor| cursor.y >= top.y) {
        put(buf, row.x, row.y, columns, &cut(&text, usize::from(columns)), style);
        return;
    }
    popup::clear(buf, Rect::new(top.x, top.y, top.width, rows as u16 - 1));
    for (y, line) in lines.iter().take(rows).enumerate() {
        put(buf, top.x, top.y + y as u16, columns, line, style);
    }
}

/// `F1帮助 F2查找 …`: as many as fit.
fn bottom_line(cx: &Context, screen: &dyn Screen, row: Rect, buf: &mut Buffer) {
    buf.set_style(row, cx.theme.hints());
    // Where a key and its label have a blank between them, two keys have two.
    let gap = 1 + u16::from(cx.strings.with("frame-hint", &[("key", &""), ("label", &"")]).contains(' '));
    let mut used = 0;
    for action in screen.actions(cx).into_iter().filter(|action| !cx.withholds(*action)) {
        let Some(key) = cx.keymap.hint(action) else { continue };
        let label = cx.t(&action.label_key());
        let hint = cx.strings.with("frame-hint", &[("key", &key), ("label", &label)]);
        let columns = width(&hint) as u16;
        if used + columns > row.width {
            break;
        }
        put(buf, row.x + used, row.y, columns, &hint, cx.theme.hints());
        used += columns + gap;
    }
}
