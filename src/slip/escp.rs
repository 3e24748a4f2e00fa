//! A layout as ESC/P with the Chinese mode (ESC/P-K), as 24-pin printers speak it: 180 dots an inch both ways, a head of 24
//! dots, lines of 30 (1/6 inch).
//!
//! The grid does not rest on the printer's spacing: each run of one kind of character is placed by itself (`ESC $`), so that
//! figures stay in their columns where a clone sets hanzi in another pitch. What the code page lacks is drawn in its cell.
//! A code's bands are 24 dots and lines are 30, so both are put in order of their height on the page before anything is fed.
//!
//! To add a command: a constant or a method of [`Head`] with what it does, and its meaning in the interpreter of
//! `tests/slips/escp_printer.rs`, which refuses what it does not know.

use unicode_segmentation::UnicodeSegmentation;

use super::encode::encode;
use super::error::PrintError;
use super::glyph::{Dots, Glyphs};
use super::layout::{Code, Layout, Line};
use super::printer::Encoding;
use super::qr::{Modules, QUIET};

/// Dots from one line to the next.
const LINE: usize = 30;
/// Dots of the head, and of a character's height: the rest of a line is white.
const PINS: usize = 24;
/// Dots of a step of `ESC $`, 1/60 inch.
const STEP: usize = 3;
/// Dots of a code's module, the best first: 0.42 and 0.28 mm. Smaller ones run together on carbonless copies.
const MODULE: [usize; 2] = [3, 2];
/// Lines fed after a slip on paper without pages, to tear it off.
const TAIL: usize = 6;

/// Everything as after power on. A job that broke off inside a drawing still eats what follows until the drawing is full.
const RESET: &[u8] = b"\x1b@";
/// Chinese mode: two bytes (four of GB 18030) are a hanzi, one is ASCII.
const CHINESE: &[u8] = b"\x1c&";
const NO_CHINESE: &[u8] = b"\x1c.";
/// 1/6 inch from line to line; it is the unit of the page's length.
const SIXTH: &[u8] = b"\x1b2";
const NO_MARGIN: &[u8] = b"\x1bl\0";
const NO_SKIP: &[u8] = b"\x1bO";
const BOLD: (&[u8], &[u8]) = (b"\x1bE", b"\x1bF");
/// Double width, never height: a doubled character grows upwards, into the line above, and not at all on a page's first line.
const WIDE_ASCII: (&[u8], &[u8]) = (b"\x1bW\x01", b"\x1bW\0");
const WIDE_HANZI: (&[u8], &[u8]) = (b"\x1c\x0e", b"\x1c\x14");
/// From the left only: bands under each other join exactly.
const ONE_WAY: (&[u8], &[u8]) = (b"\x1bU\x01", b"\x1bU\0");

/// The layout as the bytes of a job. Of the texts nothing but characters of the code page gets into them: no byte of a text
/// is under 0x20, or 0x7F.
///
/// # Errors
/// Where a code can't be made, or has no room even at its smallest: it is never cut.
pub fn render(layout: &Layout, encoding: Encoding, glyphs: &Glyphs) -> Result<Vec<u8>, PrintError> {
    let pitch = Pitch::of(layout.columns);
    let page_lines =
        layout.page_lines.and_then(|lines| u8::try_from(lines).ok()).filter(|lines| (1..=127).contains(lines));
    let mut head = Head { out: Vec::new(), layout, pitch, encoding, glyphs };
    head.put(RESET);
    head.put(CHINESE);
    head.put(pitch.command);
    // A hanzi is as wide as the head is high; the white beside it fills its two columns.
    let white = (2 * pitch.dots - PINS) as u8;
    head.put(&[0x1c, b'S', white / 2, white - white / 2]);
    head.put(SIXTH);
    if let Some(lines) = page_lines {
        // The page begins where the paper stands, which is where the last slip ended.
        head.put(&[0x1b, b'C', lines]);
    }
    head.put(NO_SKIP);
    head.put(NO_MARGIN);
    for lines in &layout.pages {
        let y = head.page(lines)?;
        head.put(b"\r");
        if page_lines.is_some() {
            head.put(b"\x0c");
        } else {
            head.feed((lines.len() * LINE).saturating_sub(y));
        }
    }
    if page_lines.is_none() {
        head.feed(TAIL * LINE);
    }
    head.put(NO_CHINESE);
    head.put(RESET);
    Ok(head.out)
}

/// How wide a column is.
#[derive(Clone, Copy)]
struct Pitch {
    dots: usize,
    command: &'static [u8],
}

impl Pitch {
    /// The widest with which the columns fit into the eight inches that every 24-pin printer has. More than it can take need a
    /// wide carriage, which has 136 of the widest.
    fn of(columns: usize) -> Pitch {
        match columns {
            81..=96 => Pitch { dots: 15, command: b"\x1bM" },
            97..=120 => Pitch { dots: 12, command: b"\x1bg" },
            _ => Pitch { dots: 18, command: b"\x1bP" },
        }
    }
}

/// What is printed at one height of a page.
enum Mark<'a> {
    Text(&'a Line),
    /// A code's dots from a row of them on, as many rows as the head is high.
    Band(&'a Drawn, usize),
}

impl Mark<'_> {
    fn is_blank(&self) -> bool {
        matches!(self, Mark::Text(line) if line.text.trim().is_empty())
    }
}

/// A code's dots, from the left edge and from the top of the line that it begins in.
struct Drawn {
    x: usize,
    y: usize,
    dots: Dots,
}

/// Characters that are sent at once.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Ascii,
    Hanzi,
    Drawn,
}

/// Writes commands.
struct Head<'a> {
    out: Vec<u8>,
    layout: &'a Layout,
    pitch: Pitch,
    encoding: Encoding,
    glyphs: &'a Glyphs,
}

impl Head<'_> {
    fn put(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    /// To the left edge so many dots further down.
    fn feed(&mut self, dots: usize) {
        let lines = if dots.is_multiple_of(LINE) { dots / LINE } else { 0 };
        self.put(&b"\n".repeat(lines));
        let mut dots = dots - lines * LINE;
        while dots > 0 {
            let step = dots.min(255);
            self.put(&[0x1b, b'J', step as u8]);
            dots -= step;
        }
    }

    /// To a dot of the line; where it is between two steps, to the one on its left.
    fn place(&mut self, x: usize) {
        let [low, high] = u16::try_from(x / STEP).unwrap_or(u16::MAX).to_le_bytes();
        self.put(&[0x1b, b'$', low, high]);
    }

    /// Prints a page; how far down the paper is after it.
    fn page(&mut self, lines: &[Line]) -> Result<usize, PrintError> {
        let mut codes = Vec::new();
        for (row, line) in lines.iter().enumerate() {
            if let Some(code) = &line.code {
                codes.push((row * LINE, self.code(code, &lines[row..])?));
            }
        }
        let texts = lines.iter().enumerate().map(|(row, line)| (row * LINE, Mark::Text(line)));
        let bands = codes.iter().flat_map(|(y, drawn)| {
            (0..drawn.dots.height).step_by(PINS).map(move |row| (y + drawn.y + row, Mark::Band(drawn, row)))
        });
        let mut marks: Vec<(usize, Mark)> = texts.filter(|(_, mark)| !mark.is_blank()).chain(bands).collect();
        marks.sort_by_key(|(y, _)| *y);
        let (mut at, mut one_way) = (0, false);
        for (y, mark) in marks {
            if y > at {
                self.put(b"\r");
                self.feed(y - at);
                at = y;
            }
            match mark {
                Mark::Text(line) => self.line(line),
                Mark::Band(drawn, row) => {
                    if !std::mem::replace(&mut one_way, true) {
                        self.put(ONE_WAY.0);
                    }
                    self.place(drawn.x);
                    self.draw(drawn.dots.width, |x, y| drawn.dots.is_black(x, row + y));
                }
            }
        }
        if one_way {
            self.put(ONE_WAY.1);
        }
        Ok(at)
    }

    /// A code's dots in its room, as large as they fit. White stays around them as wide as four modules; the white between
    /// lines above the room, and beside the text on its left, counts.
    fn code(&self, code: &Code, lines: &[Line]) -> Result<Drawn, PrintError> {
        let modules = Modules::of(&code.text)?;
        let left = code.column * self.pitch.dots;
        let (wide, high) = (code.columns * self.pitch.dots, code.lines * LINE);
        let texts = lines.iter().take(code.lines).map(|line| self.layout.ruler.width(&line.text));
        let beside = texts.max().unwrap_or(0) * self.pitch.dots;
        for module in MODULE {
            let (side, white) = (modules.size * module, QUIET * module);
            let (Some(x), Some(y)) = (middle(wide, side, white), middle(high, side, white)) else { continue };
            let x = (left + x) / STEP * STEP;
            if x >= beside + white && y + LINE - PINS >= white {
                return Ok(Drawn { x, y, dots: magnified(&modules, module) });
            }
        }
        Err(PrintError::Code(format!("no room for {0} x {0}", modules.size)))
    }

    /// A line of text, in runs of one kind.
    fn line(&mut self, line: &Line) {
        let width = self.layout.ruler.width(line.text.trim());
        let double = line.double && 2 * width <= self.layout.columns;
        let scale = if double { 2 } else { 1 };
        let (text, left) = if double && line.centred {
            (line.text.trim(), (self.layout.columns - 2 * width) * self.pitch.dots / 2)
        } else {
            (line.text.trim_end(), 0)
        };
        if line.bold {
            self.put(BOLD.0);
        }
        let mut x = left;
        // Where the last run ended, and what it was; spaces are sent only inside ASCII.
        let mut last: Option<Kind> = None;
        let mut spaces = 0;
        for grapheme in text.graphemes(true) {
            let cell = self.layout.ruler.width(grapheme) * self.pitch.dots * scale;
            if grapheme == " " {
                spaces += 1;
            } else if cell > 0 {
                let bytes = self.bytes(grapheme);
                let kind = match &bytes {
                    Some(bytes) if bytes.len() == 1 => Kind::Ascii,
                    Some(_) => Kind::Hanzi,
                    None => Kind::Drawn,
                };
                let goes_on = last == Some(kind) && (spaces == 0 || (spaces == 1 && kind == Kind::Ascii));
                if goes_on {
                    self.put(&b" ".repeat(spaces));
                } else {
                    self.end(last, double);
                    if x > 0 {
                        self.place(x);
                    }
                    self.begin(kind, double);
                }
                match bytes {
                    Some(bytes) => self.put(&bytes),
                    None => self.glyph(grapheme, cell, line.bold, scale),
                }
                (last, spaces) = (Some(kind), 0);
            }
            x += cell;
        }
        self.end(last, double);
        if line.bold {
            self.put(BOLD.1);
        }
    }

    fn begin(&mut self, kind: Kind, double: bool) {
        match kind {
            Kind::Ascii if double => self.put(WIDE_ASCII.0),
            Kind::Hanzi if double => self.put(WIDE_HANZI.0),
            _ => {}
        }
    }

    fn end(&mut self, kind: Option<Kind>, double: bool) {
        match kind {
            Some(Kind::Ascii) if double => self.put(WIDE_ASCII.1),
            Some(Kind::Hanzi) if double => self.put(WIDE_HANZI.1),
            _ => {}
        }
    }

    /// The bytes of one character that the printer has.
    fn bytes(&self, grapheme: &str) -> Option<Vec<u8>> {
        let mut chars = grapheme.chars();
        let c = chars.next()?;
        if chars.next().is_some() { None } else { encode(c, self.encoding) }
    }

    /// A character (with its marks) drawn in the middle of its cell, of so many dots; a frame where the font lacks it, too.
    fn glyph(&mut self, grapheme: &str, cell: usize, bold: bool, scale: usize) {
        let own = cell / scale;
        let width = own.min(PINS);
        let left = (own - width) / 2;
        let all: Option<Vec<Dots>> = grapheme.chars().map(|c| self.glyphs.dots(c, width, PINS)).collect();
        let black = |x: usize, y: usize| match &all {
            Some(all) => all.iter().any(|dots| dots.is_black(x, y)),
            None => x < width && (x == 0 || x == width - 1 || y == 0 || y == PINS - 1),
        };
        self.draw(cell, |x, y| {
            let x = x / scale;
            x >= left && (black(x - left, y) || (bold && x > left && black(x - left - 1, y)))
        });
    }

    /// A band of so many dots' width, 180 an inch, as high as the head (`ESC * 39`): three bytes a column, its top first.
    fn draw(&mut self, width: usize, black: impl Fn(usize, usize) -> bool) {
        let width = u16::try_from(width).unwrap_or(u16::MAX);
        let [low, high] = width.to_le_bytes();
        self.put(&[0x1b, b'*', 39, low, high]);
        for x in 0..usize::from(width) {
            for part in 0..PINS / 8 {
                let byte = (0..8).fold(0, |byte, bit| byte << 1 | u8::from(black(x, part * 8 + bit)));
                self.out.push(byte);
            }
        }
    }
}

/// Where something begins in a room, in its middle if the white behind it fits then, else as far before it as needed; none
/// where it has no room.
fn middle(room: usize, side: usize, white: usize) -> Option<usize> {
    let last = room.checked_sub(side + white)?;
    Some(last.min((room - side) / 2))
}

/// A code with so many dots a module.
fn magnified(modules: &Modules, module: usize) -> Dots {
    let side = modules.size * module;
    let mut dots = Dots::white(side, side);
    for (x, y) in (0..side).flat_map(|y| (0..side).map(move |x| (x, y))) {
        if modules.is_dark(x / module, y / module) {
            dots.blacken(x, y);
        }
    }
    dots
}
