//! Frames to bytes, as few as possible: what differs from the frame before is written, with the shortest way to each
//! place, attributes only where they change, runs of blanks erased, whole rows moved; the cursor comes last. One write a frame, none where
//! nothing changed, and the terminal is never asked anything.
//!
//! [`Screen`] keeps both frames itself instead of standing behind ratatui's `Terminal`: only who sees both whole frames can
//! erase to the end of a line or print over a gap where that is shorter.

use std::io::{self, Write};
use std::ops::Range;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect};
use unicode_width::UnicodeWidthStr;

use crate::domain::text::is_unsafe;

use super::row::{Part, Row};
use super::shift::{self, Shift, Step};
use super::style::{Pen, Style};

/// Where fewer rows differ, each is written where it is.
const MANY: usize = 3;
/// Moves of rows in one frame at most.
const STEPS: usize = 4;

/// What a frame cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Bytes written.
    pub bytes: usize,
    /// Writes: one or none.
    pub writes: usize,
}

/// A screen on a terminal.
pub struct Screen<W: Write> {
    to: W,
    shown: Buffer,
    next: Buffer,
    ink: Ink,
    cursor_shown: Option<bool>,
    cleared: bool,
    purges: bool,
    total: Cost,
}

impl<W: Write> Screen<W> {
    /// A screen of this size; the first frame clears the terminal.
    pub fn new(to: W, columns: u16, rows: u16, colours: bool) -> Screen<W> {
        let area = Rect::new(0, 0, columns, rows);
        Screen {
            to,
            shown: Buffer::empty(area),
            next: Buffer::empty(area),
            ink: Ink { bytes: Vec::with_capacity(8192), pen: Pen::new(colours), at: None, width: columns },
            cursor_shown: None,
            cleared: false,
            purges: false,
            total: Cost::default(),
        }
    }

    /// Another size; the next frame is drawn whole.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.next = Buffer::empty(Rect::new(0, 0, columns, rows));
        self.ink.width = columns;
        self.forget();
    }

    /// The next frame clears the terminal and is drawn whole.
    pub fn forget(&mut self) {
        self.shown = Buffer::empty(self.next.area);
        self.cleared = false;
    }

    /// The next frame clears the terminal, and what scrolled away (at lock: nothing may be scrolled back to).
    pub fn wipe(&mut self) {
        self.forget();
        self.purges = true;
    }

    /// The next frame rings.
    pub fn ring(&mut self) {
        self.ink.bytes.push(7);
    }

    /// Draws a frame: `draw` fills the empty buffer and says where the cursor belongs.
    pub fn draw(&mut self, draw: impl FnOnce(Rect, &mut Buffer) -> Option<Position>) -> io::Result<Cost> {
        let area = self.next.area;
        self.next.reset();
        let cursor = draw(area, &mut self.next).filter(|at| area.contains(*at));
        if !self.cleared {
            self.clear();
        }
        let mut changed: Vec<u16> = (0..area.height).filter(|y| self.differs(*y)).collect();
        for y in &changed {
            let cells = self.cells(*y);
            self.next.content[cells].iter_mut().for_each(make_safe);
        }
        if changed.len() >= MANY {
            self.move_rows();
            changed = (0..area.height).filter(|y| self.differs(*y)).collect();
        }
        for y in changed {
            self.ink.row(y, &Row::of(&self.shown, y), &Row::of(&self.next, y));
        }
        if let Some(to) = cursor {
            self.ink.go(to, Some(&Row::of(&self.next, to.y)));
        }
        if self.cursor_shown != Some(cursor.is_some()) {
            self.cursor_shown = Some(cursor.is_some());
            self.ink.bytes.extend_from_slice(if cursor.is_some() { b"\x1b[?25h" } else { b"\x1b[?25l" });
        }
        std::mem::swap(&mut self.shown, &mut self.next);
        self.send()
    }

    /// The cells of a row.
    fn cells(&self, y: u16) -> Range<usize> {
        let width = usize::from(self.next.area.width);
        usize::from(y) * width..(usize::from(y) + 1) * width
    }

    fn differs(&self, y: u16) -> bool {
        self.shown.content[self.cells(y)] != self.next.content[self.cells(y)]
    }

    /// Moves rows that stand elsewhere in the next frame, and erases what is below a row, where that is shorter.
    fn move_rows(&mut self) {
        for _ in 0..STEPS {
            match shift::find(&rows(&self.shown), &rows(&self.next), self.ink.width) {
                None => return,
                Some(Step::Shift(shift)) => self.shift(&shift),
                Some(Step::Erase(y)) => {
                    self.ink.go(Position::new(0, y as u16), None);
                    self.ink.plain();
                    self.ink.bytes.extend_from_slice(b"\x1b[J");
                    let first = self.cells(y as u16).start;
                    self.shown.content[first..].iter_mut().for_each(Cell::reset);
                }
            }
        }
    }

    fn shift(&mut self, shift: &Shift) {
        let (delete, insert, lines) = shift.lines();
        self.ink.lines(delete as u16, lines, 'M');
        self.ink.lines(insert as u16, lines, 'L');
        let width = usize::from(self.ink.width);
        let blank = shift.blank();
        let touched = shift.to.start.min(blank.start) * width..shift.to.end.max(blank.end) * width;
        if shift.by > 0 {
            self.shown.content[touched].rotate_right(lines * width);
        } else {
            self.shown.content[touched].rotate_left(lines * width);
        }
        self.shown.content[blank.start * width..blank.end * width].iter_mut().for_each(Cell::reset);
    }

    /// The frame that is shown.
    pub fn shown(&self) -> &Buffer {
        &self.shown
    }

    /// Bytes and writes since the start.
    pub fn total(&self) -> Cost {
        self.total
    }

    /// What it writes to.
    pub fn writer(&mut self) -> &mut W {
        &mut self.to
    }

    fn clear(&mut self) {
        self.ink.bytes.extend_from_slice(b"\x1b[m\x1b[H\x1b[2J");
        if std::mem::take(&mut self.purges) {
            self.ink.bytes.extend_from_slice(b"\x1b[3J");
        }
        self.ink.pen.reset();
        self.ink.at = Some(Position::ORIGIN);
        self.cleared = true;
    }

    fn send(&mut self) -> io::Result<Cost> {
        if self.ink.bytes.is_empty() {
            return Ok(Cost::default());
        }
        let cost = Cost { bytes: self.ink.bytes.len(), writes: 1 };
        self.total.bytes += cost.bytes;
        self.total.writes += cost.writes;
        let written = self.to.write_all(&self.ink.bytes);
        self.ink.bytes.clear();
        written?;
        self.to.flush()?;
        Ok(cost)
    }
}

/// What is about to be written, and what state the terminal will be in after it.
struct Ink {
    bytes: Vec<u8>,
    pen: Pen,
    /// Where the cursor stands; unknown at the start, and after the last column of a row was printed.
    at: Option<Position>,
    width: u16,
}

impl Ink {
    /// Writes what differs in a row.
    fn row(&mut self, y: u16, old: &Row, new: &Row) {
        // From here on the row is blank to its end.
        let blank_from = (0..self.width).rev().find(|x| !new.is_blank(*x)).map_or(0, |x| x + 1);
        let mut x = 0;
        while x < self.width {
            let Part::Symbol { symbol, style, columns } = new.part(x) else {
                x += 1;
                continue;
            };
            if old.part(x) == new.part(x) {
                x += 1;
                continue;
            }
            self.go(Position::new(x, y), Some(new));
            let blanks = (x..self.width).take_while(|x| new.is_blank(*x)).count() as u16;
            let erased = (x..x + blanks).filter(|x| !old.is_blank(*x)).count();
            if x >= blank_from && erased > 3 {
                self.plain();
                self.bytes.extend_from_slice(b"\x1b[K");
                return;
            }
            // What comes after an erased run is reached with a move of four bytes or so.
            if erased > 9 {
                self.plain();
                self.bytes.extend_from_slice(format!("\x1b[{blanks}X").as_bytes());
                x += blanks;
                continue;
            }
            if new.is_blank(x) {
                self.plain();
            } else {
                self.pen.set(style, &mut self.bytes);
            }
            self.bytes.extend_from_slice(symbol.as_bytes());
            x += columns;
            self.at = (x < self.width).then_some(Position::new(x, y));
        }
    }

    /// A pen that leaves nothing on blanks and where it erases.
    fn plain(&mut self) {
        if !self.pen.is_plain() {
            self.pen.set(Style::default(), &mut self.bytes);
        }
    }

    /// Deletes (`M`) or inserts (`L`) lines; the cursor stays in the first column.
    fn lines(&mut self, y: u16, lines: usize, letter: char) {
        self.go(Position::new(0, y), None);
        self.plain();
        self.bytes.extend(step(lines as u16, letter));
    }

    /// The shortest way to a place: over the gap (where `row` says what the terminal's row holds), relative, or absolute.
    fn go(&mut self, to: Position, row: Option<&Row>) {
        let mut best = absolute(to);
        if let Some(at) = self.at {
            if at == to {
                return;
            }
            for way in [relative(at, to), from_margin(at, to)] {
                if way.len() < best.len() {
                    best = way;
                }
            }
            if let Some(over) = row.and_then(|row| self.over(at, to, row)).filter(|over| over.len() <= best.len()) {
                best = over;
            }
        }
        self.bytes.extend(best);
        self.at = Some(to);
    }

    /// The gap before `to` printed anew: what stands there is the same in both frames.
    fn over(&self, at: Position, to: Position, row: &Row) -> Option<Vec<u8>> {
        if at.y != to.y || at.x > to.x || to.x - at.x > 6 || matches!(row.part(at.x), Part::Covered) {
            return None;
        }
        let mut bytes = Vec::new();
        for x in at.x..to.x {
            match row.part(x) {
                Part::Symbol { symbol, style, .. }
                    if self.pen.is(style) || (row.is_blank(x) && self.pen.is_plain()) =>
                {
                    bytes.extend_from_slice(symbol.as_bytes());
                }
                Part::Symbol { .. } => return None,
                Part::Covered => {}
            }
        }
        Some(bytes)
    }
}

fn rows(buf: &Buffer) -> Vec<Row<'_>> {
    (0..buf.area.height).map(|y| Row::of(buf, y)).collect()
}

/// Nothing that steers a terminal gets through a cell, whoever wrote it.
fn make_safe(cell: &mut Cell) {
    let symbol = cell.symbol();
    if symbol.chars().any(is_unsafe) {
        cell.set_symbol("?");
    } else if symbol.width() == 0 {
        cell.set_symbol(" ");
    }
}

fn absolute(to: Position) -> Vec<u8> {
    match (to.x, to.y) {
        (0, 0) => b"\x1b[H".to_vec(),
        (0, y) => format!("\x1b[{}H", y + 1).into_bytes(),
        (x, 0) => format!("\x1b[;{}H", x + 1).into_bytes(),
        (x, y) => format!("\x1b[{};{}H", y + 1, x + 1).into_bytes(),
    }
}

fn step(n: u16, letter: char) -> Vec<u8> {
    match n {
        0 => Vec::new(),
        1 => format!("\x1b[{letter}").into_bytes(),
        n => format!("\x1b[{n}{letter}").into_bytes(),
    }
}

/// Up or down, then left or right.
fn relative(at: Position, to: Position) -> Vec<u8> {
    let mut bytes = if to.y >= at.y { step(to.y - at.y, 'B') } else { step(at.y - to.y, 'A') };
    match i32::from(to.x) - i32::from(at.x) {
        0 => {}
        n @ -3..=-1 => bytes.extend(std::iter::repeat_n(8, n.unsigned_abs() as usize)),
        n if n < 0 => bytes.extend(step(n.unsigned_abs() as u16, 'D')),
        n => bytes.extend(step(n as u16, 'C')),
    }
    bytes
}

/// To the left margin, down line by line, then right. A line feed never scrolls: there is a row below.
fn from_margin(at: Position, to: Position) -> Vec<u8> {
    let mut bytes = vec![b'\r'];
    if to.y >= at.y {
        bytes.extend(std::iter::repeat_n(b'\n', usize::from(to.y - at.y)));
    } else {
        bytes.extend(step(at.y - to.y, 'A'));
    }
    bytes.extend(step(to.x, 'C'));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::style::{Color, Modifier, Style as Look};

    type Put = (u16, u16, &'static str, Look);

    fn frame(screen: &mut Screen<Vec<u8>>, puts: &[Put], cursor: Option<(u16, u16)>) -> String {
        screen.writer().clear();
        let cost = screen.draw(|_, buf| {
            for (x, y, text, look) in puts {
                buf.set_string(*x, *y, *text, *look);
            }
            cursor.map(Position::from)
        });
        let cost = cost.unwrap();
        assert_eq!(cost.bytes, screen.writer().len());
        assert_eq!(cost.writes, usize::from(cost.bytes > 0));
        String::from_utf8(screen.writer().clone()).unwrap()
    }

    #[test]
    fn a_typed_character_is_itself() {
        let mut screen = Screen::new(Vec::new(), 80, 24, true);
        let plain = Look::new();
        let field = Look::new().add_modifier(Modifier::UNDERLINED);
        let label = (0, 5, "total", plain);
        frame(&mut screen, &[label, (10, 5, "1", field)], Some((11, 5)));
        assert_eq!(frame(&mut screen, &[label, (10, 5, "12", field)], Some((12, 5))), "2");
        assert_eq!(frame(&mut screen, &[label, (10, 5, "123", field)], Some((13, 5))), "3");
        assert_eq!(frame(&mut screen, &[label, (10, 5, "123", field)], Some((13, 5))), "", "no change, no write");
        assert_eq!(frame(&mut screen, &[label, (10, 5, "123\u{738b}", field)], Some((15, 5))), "\u{738b}");
        assert_eq!(frame(&mut screen, &[label, (10, 5, "123", field)], Some((13, 5))), "\x08\x08\x1b[m  \x08\x08");
    }

    #[test]
    fn rows_move_with_a_mark() {
        let mut screen = Screen::new(Vec::new(), 80, 24, true);
        let bold = Look::new().add_modifier(Modifier::BOLD);
        let rows = |chosen: u16| {
            [
                (0, 3 + chosen, ">", bold),
                (2, 3, "one", Look::new()),
                (2, 4, "two", Look::new()),
                (0, 0, "q", Look::new()),
            ]
        };
        frame(&mut screen, &rows(0), Some((1, 0)));
        let moved = frame(&mut screen, &rows(1), Some((1, 0)));
        assert!(moved.len() <= 24, "{moved:?}");
    }

    #[test]
    fn blanks_are_erased() {
        let mut screen = Screen::new(Vec::new(), 80, 2, true);
        let text = "a line that is long enough to be erased";
        frame(&mut screen, &[(0, 0, text, Look::new())], None);
        assert_eq!(frame(&mut screen, &[], None), "\r\x1b[K");
        let long: &'static str = "----------------------------------------";
        frame(&mut screen, &[(0, 0, long, Look::new()), (45, 0, "x", Look::new())], None);
        let erased = frame(&mut screen, &[(0, 0, "-", Look::new()), (45, 0, "x", Look::new())], None);
        assert_eq!(erased, "\r\x1b[C\x1b[44X");
    }

    #[test]
    fn nothing_steers_the_terminal() {
        let mut screen = Screen::new(Vec::new(), 20, 2, true);
        screen
            .draw(|_, buf| {
                buf[(0, 0)].set_symbol("\u{1b}[2J");
                buf[(1, 0)].set_symbol("\u{202e}");
                buf[(2, 0)].set_symbol("");
                None
            })
            .unwrap();
        let out = String::from_utf8(screen.writer().clone()).unwrap();
        assert_eq!(out, "\x1b[m\x1b[H\x1b[2J??\x1b[?25l");
        screen.writer().clear();
        screen.wipe();
        screen.ring();
        assert_eq!(screen.draw(|_, _| None).unwrap().writes, 1);
        assert_eq!(screen.writer(), b"\x07\x1b[m\x1b[H\x1b[2J\x1b[3J");
    }

    /// One thing on a frame: where, which text, which look.
    fn any_put() -> impl Strategy<Value = (u16, u16, String, u8)> {
        let texts =
            proptest::collection::vec(prop_oneof!["[a-z0-9 ]{1,12}", "[\u{4e00}-\u{4e40} ]{1,6}", " {1,20}"], 1..3);
        (0u16..30, 0u16..6, texts.prop_map(|texts| texts.concat()), 0u8..8)
    }

    fn look(n: u8) -> Look {
        let look = Look::new();
        match n {
            0..=2 => look,
            3 => look.fg(Color::Cyan),
            4 => look.bg(Color::Blue).fg(Color::White),
            5 => look.add_modifier(Modifier::BOLD),
            6 => look.add_modifier(Modifier::REVERSED),
            _ => look.fg(Color::LightRed).add_modifier(Modifier::UNDERLINED | Modifier::BOLD),
        }
    }

    proptest! {
        #[test]
        fn a_terminal_shows_what_was_drawn(
            frames in proptest::collection::vec(
                (proptest::collection::vec(any_put(), 0..12), proptest::option::of((0u16..30, 0u16..6))), 1..6)
        ) {
            let mut screen = Screen::new(Vec::new(), 30, 6, true);
            let mut terminal = vt100::Parser::new(6.try_into().unwrap(), 30.try_into().unwrap(), 0);
            for (puts, cursor) in frames {
                screen.writer().clear();
                screen.draw(|_, buf| {
                    for (x, y, text, n) in &puts {
                        buf.set_string(*x, *y, text, look(*n));
                    }
                    cursor.map(Position::from)
                }).unwrap();
                let bytes = screen.writer().clone();
                terminal.process(&bytes);
                same(screen.shown(), terminal.screen())?;
                prop_assert_eq!(terminal.screen().hide_cursor(), cursor.is_none());
                if let Some((x, y)) = cursor {
                    prop_assert_eq!(terminal.screen().cursor_position(), (y, x));
                }
            }
        }
    }

    /// Compares a frame with a terminal, cell by cell.
    fn same(buf: &Buffer, screen: &vt100::Screen) -> Result<(), TestCaseError> {
        for y in 0..buf.area.height {
            let row = Row::of(buf, y);
            for x in 0..buf.area.width {
                let cell = screen.cell(y, x).unwrap();
                let Part::Symbol { symbol, columns, .. } = row.part(x) else {
                    prop_assert!(cell.is_wide_continuation(), "{x},{y}");
                    continue;
                };
                let shown = if cell.has_contents() { cell.contents() } else { " " };
                prop_assert_eq!(shown, symbol, "{},{}", x, y);
                prop_assert_eq!(cell.is_wide(), columns == 2);
                let ours = &buf[(x, y)];
                let blank = symbol == " ";
                prop_assert_eq!(cell.inverse(), ours.modifier.contains(Modifier::REVERSED));
                prop_assert_eq!(cell.underline(), ours.modifier.contains(Modifier::UNDERLINED));
                prop_assert!(blank || cell.bold() == ours.modifier.contains(Modifier::BOLD));
                prop_assert_eq!(cell.bgcolor(), colour(ours.bg));
                prop_assert!(blank || cell.fgcolor() == colour(ours.fg));
            }
        }
        Ok(())
    }

    fn colour(colour: Color) -> vt100::Color {
        match colour {
            Color::Cyan => vt100::Color::Idx(6),
            Color::Blue => vt100::Color::Idx(4),
            Color::White => vt100::Color::Idx(15),
            Color::LightRed => vt100::Color::Idx(9),
            _ => vt100::Color::Default,
        }
    }
}
