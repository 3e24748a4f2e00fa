//! A layout as ESC/POS, as thermal printers with a Chinese font speak it: 203 dots an inch, a column is 12 of them, a
//! character 24 high. What the manuals of several makers have in common is used, and nothing else:
//!
//! - **Chinese mode** (`FS &`) is on from the first line to the last: ASCII passes in it, and on some printers it changes
//!   with the next line only, so that it can't be changed within one. GB 18030 and GBK need no other switch. `ESC R 0`,
//!   because printers for China show `$` as a yuan sign else.
//! - **Lines** are the printer's own (`ESC 2`, 3.75 to 4.23 mm): the unit of `ESC 3` is a dot on most printers and half a
//!   dot on others.
//! - **Double size** is `GS !` for letters and `FS W` for hanzi; where the first is for both, the second says the same.
//!   Such a line is centred by the printer.
//! - **What the code page lacks** is drawn from the font as a bit image (`ESC *`, 24 dots high) at its place in the line: it
//!   is the oldest way, is as high as the letters beside it, and takes its columns as they do. `GS v 0` stands on a line
//!   of its own, and `FS 2` defines six or ten characters at most. A doubled line with such a character stays single:
//!   where a low image stands beside high letters differs from printer to printer.
//! - **Cut**: the paper is fed by four lines, which brings the last one past cutter and tear bar on printers that ignore
//!   the feed of `GS V 66 0`. Each page (a copy) is a piece of paper. Nothing opens a drawer.
//!
//! Two things only are written: [`Stream::command`], whose bytes are in this file, and [`Stream::text`], which lets no byte
//! pass that steers. Printers obey real-time commands (`DLE EOT`, `DLE ENQ`, `DLE DC4`, a drawer among them) even inside
//! of image data; so [`Stream::cell`] breaks them up by one dot.
//!
//! To add a command: a constant here with its bytes, and what it does in `tests/slips/escpos/interpreter.rs`, which refuses
//! what it does not know.

use unicode_segmentation::UnicodeSegmentation;

use super::encode::encode;
use super::error::PrintError;
use super::glyph::{Dots, Glyphs};
use super::layout::{Code, Layout, Line};
use super::printer::Encoding;
use super::qr::{Modules, QUIET};
use crate::domain::text::is_unsafe;

/// Dots of a column, and of a character from top to bottom.
const CELL: (usize, usize) = (12, 24);
/// Dots of a module of a code: 18 to 21 mm for the codes of slips.
const MODULE: usize = 3;

/// Initialise; say nothing unasked; Chinese mode; ASCII as in the USA; the printer's own line spacing; from the left.
const START: &[&[u8]] = &[b"\x1b@", b"\x1da\x00", b"\x1c&", b"\x1bR\x00", b"\x1b2", b"\x1ba\x00"];
const LEFT: &[u8] = b"\x1ba\x00";
const CENTRE: &[u8] = b"\x1ba\x01";
const BOLD: [&[u8]; 2] = [b"\x1bE\x00", b"\x1bE\x01"];
const DOUBLE: [&[u8]; 2] = [b"\x1d!\x00\x1cW\x00", b"\x1d!\x11\x1cW\x01"];
const END_OF_LINE: &[u8] = b"\n";
/// Four lines.
const FEED: &[u8] = b"\x1bd\x04";
/// To the cutter, then a cut that leaves one point.
const CUT: &[u8] = b"\x1dVB\x00";
/// A bit image, 24 dots high, every dot; the dots beside each other follow in two bytes.
const IMAGE: &[u8] = b"\x1b*\x21";
/// A code of model 2; 15% for errors; print it. Its data are between.
const CODE_MODEL: &[u8] = b"\x1d(k\x04\x001A2\x00";
const CODE_LEVEL_M: &[u8] = b"\x1d(k\x03\x001E1";
const CODE_PRINT: &[u8] = b"\x1d(k\x03\x001Q0";

/// The layout as the bytes of a job. Lines that are wider than the layout's columns are not looked for: a sheet sets none.
///
/// # Errors
/// Where a code can't be made, or holds more than printable ASCII.
pub fn render(layout: &Layout, encoding: Encoding, glyphs: &Glyphs) -> Result<Vec<u8>, PrintError> {
    let mut page = Page { layout, encoding, glyphs, out: Stream::default() };
    START.iter().for_each(|command| page.out.command(command));
    for lines in &layout.pages {
        page.lines(lines)?;
        page.out.command(FEED);
        page.out.command(CUT);
    }
    Ok(page.out.0)
}

/// Bytes for the printer.
#[derive(Default)]
struct Stream(Vec<u8>);

impl Stream {
    fn command(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn text(&mut self, bytes: &[u8]) {
        self.0.extend(bytes.iter().filter(|byte| **byte >= 0x20 && **byte != 0x7f));
    }

    /// Dots of one cell, column by column, three bytes each, the top dot first.
    fn cell(&mut self, dots: &Dots) {
        self.command(IMAGE);
        self.command(&(dots.width as u16).to_le_bytes());
        let byte = |x, band| (0..8).fold(0, |byte, row| byte << 1 | u8::from(dots.is_black(x, band * 8 + row)));
        let bands = CELL.1 / 8;
        let mut data: Vec<u8> = (0..dots.width * bands).map(|at| byte(at / bands, at % bands)).collect();
        for at in 1..data.len() {
            if data[at - 1] == 0x10 && matches!(data[at], 0x04 | 0x05 | 0x14) {
                data[at - 1] = 0x30;
            }
        }
        self.command(&data);
    }

    /// A code in the middle of its lines. Its text is ASCII without controls.
    fn code(&mut self, text: &str, module: u8) {
        self.command(CODE_MODEL);
        self.command(&[0x1d, b'(', b'k', 3, 0, b'1', b'C', module]);
        self.command(CODE_LEVEL_M);
        self.command(b"\x1d(k");
        self.command(&(text.len() as u16 + 3).to_le_bytes());
        self.command(b"1P0");
        self.text(text.as_bytes());
        self.command(CODE_PRINT);
    }
}

/// What stands in the columns of a grapheme.
enum Cell {
    /// Bytes of the code page.
    Text(Vec<u8>),
    /// Dots from the font.
    Dots(Dots),
}

struct Page<'a> {
    layout: &'a Layout,
    encoding: Encoding,
    glyphs: &'a Glyphs,
    out: Stream,
}

impl Page<'_> {
    /// Lines with their codes: a code takes the lines that it covers where they are empty, else it stands beneath all.
    fn lines(&mut self, lines: &[Line]) -> Result<(), PrintError> {
        let mut beneath = Vec::new();
        let mut covered = 0;
        for (at, line) in lines.iter().enumerate() {
            if let Some(code) = &line.code {
                let end = (at + code.lines).min(lines.len());
                if lines[at..end].iter().all(|line| line.text.trim().is_empty()) {
                    self.code(code)?;
                    covered = end;
                } else {
                    beneath.push(code);
                }
            }
            if at >= covered {
                self.line(line);
            }
        }
        beneath.into_iter().try_for_each(|code| self.code(code))
    }

    fn line(&mut self, line: &Line) {
        if line.text.trim().is_empty() {
            return self.out.command(END_OF_LINE);
        }
        let ruler = self.layout.ruler;
        let words = if line.centred { line.text.trim() } else { &line.text };
        let double = line.double && ruler.width(words) * 2 <= self.layout.columns;
        let mut cells = self.cells(if double { words } else { &line.text }, line.bold);
        let double = double && cells.iter().all(|cell| matches!(cell, Cell::Text(_)));
        if line.double && !double {
            cells = self.cells(&line.text, line.bold);
        }
        if double && line.centred {
            self.out.command(CENTRE);
        }
        if line.bold {
            self.out.command(BOLD[1]);
        }
        if double {
            self.out.command(DOUBLE[1]);
        }
        for cell in &cells {
            match cell {
                Cell::Text(bytes) => self.out.text(bytes),
                Cell::Dots(dots) => self.out.cell(dots),
            }
        }
        self.out.command(END_OF_LINE);
        if double {
            self.out.command(DOUBLE[0]);
        }
        if line.bold {
            self.out.command(BOLD[0]);
        }
        if double && line.centred {
            self.out.command(LEFT);
        }
    }

    fn cells(&self, text: &str, bold: bool) -> Vec<Cell> {
        // A sheet lets none through; a layout can be made without one.
        let safe = text.replace(is_unsafe, "");
        safe.graphemes(true).filter_map(|grapheme| self.cell(grapheme, bold)).collect()
    }

    /// A grapheme in the columns that the layout gave it; none where it has none. The code page's character where it is the
    /// whole grapheme, else dots, else the code page's character without its marks, else an empty frame.
    fn cell(&self, grapheme: &str, bold: bool) -> Option<Cell> {
        let columns = self.layout.ruler.width(grapheme);
        let mut chars = grapheme.chars();
        let base = chars.next().filter(|_| columns > 0)?;
        // Columns are bytes: two for every character but ASCII, also where those are four.
        let text = encode(base, self.encoding).filter(|bytes| bytes.len().min(2) == columns).map(Cell::Text);
        if chars.next().is_none() && text.is_some() {
            return text;
        }
        let drawn = self.drawn(grapheme, columns * CELL.0, bold).map(Cell::Dots);
        Some(drawn.or(text).unwrap_or_else(|| Cell::Dots(frame(columns * CELL.0))))
    }

    /// The characters of a grapheme over each other; none where the font lacks one of them. Bold as printers make it: every
    /// dot once more on its right.
    fn drawn(&self, grapheme: &str, width: usize, bold: bool) -> Option<Dots> {
        let mut cell = Dots::white(width, CELL.1);
        for c in grapheme.chars() {
            let dots = self.glyphs.dots(c, width, CELL.1)?;
            for (x, y) in (0..width).flat_map(|x| (0..CELL.1).map(move |y| (x, y))) {
                if dots.is_black(x, y) || (bold && x > 0 && dots.is_black(x - 1, y)) {
                    cell.blacken(x, y);
                }
            }
        }
        Some(cell)
    }

    /// A code with an empty line above and beneath it, its modules smaller where it would not fit.
    fn code(&mut self, code: &Code) -> Result<(), PrintError> {
        if !code.text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
            return Err(PrintError::Code("not printable ASCII".to_owned()));
        }
        let modules = Modules::of(&code.text)?.size + 2 * QUIET;
        let module = MODULE.min(self.layout.columns * CELL.0 / modules);
        if module == 0 {
            return Err(PrintError::Code(format!("{modules} modules on {} columns", self.layout.columns)));
        }
        self.out.command(CENTRE);
        self.out.command(END_OF_LINE);
        self.out.code(&code.text, module as u8);
        self.out.command(END_OF_LINE);
        self.out.command(LEFT);
        Ok(())
    }
}

/// An empty frame, one dot inside of its cell.
fn frame(width: usize) -> Dots {
    let mut dots = Dots::white(width, CELL.1);
    let (right, bottom) = (width.saturating_sub(2), CELL.1 - 2);
    for x in 1..=right {
        dots.blacken(x, 1);
        dots.blacken(x, bottom);
    }
    for y in 1..=bottom {
        dots.blacken(1, y);
        dots.blacken(right, y);
    }
    dots
}
