//! A 24-pin printer with the Chinese mode, as the public descriptions of ESC/P and ESC/P-K have it. It has its own numbers and
//! shares nothing with what writes the commands; what it does not know it refuses.
//!
//! To add a command: an arm in `esc` or `fs`, with what it does to the head, the paper or the mode.

use std::collections::HashSet;

use encoding_rs::GB18030;

/// A character on the paper; places in 1/180 inch from the left edge and from the first page's top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    pub c: char,
    /// The edge of its room, and how wide that is.
    pub x: usize,
    pub y: usize,
    pub width: usize,
    /// White in it before and behind the character's own dots.
    pub white: (usize, usize),
    pub bold: bool,
    pub wide: bool,
}

/// One bit image.
#[derive(Clone, Debug)]
pub struct Image {
    pub x: usize,
    pub y: usize,
    pub width: usize,
    /// Black dots, from its left top corner.
    pub dots: HashSet<(usize, usize)>,
    pub one_way: bool,
}

pub struct Printer {
    pub cells: Vec<Cell>,
    pub images: Vec<Image>,
    /// Where pages begin.
    pub tops: Vec<usize>,
    /// One command or text a line.
    pub log: Vec<String>,
    /// The head.
    pub x: usize,
    pub y: usize,
    /// Whether nothing of a mode is left, as it stands at the end of a job.
    pub fresh: bool,
    page: Option<usize>,
    spacing: usize,
    pitch: usize,
    chinese: bool,
    beside: (usize, usize),
    bold: bool,
    wide_ascii: bool,
    wide_hanzi: bool,
    one_way: bool,
}

/// Not the printer's setting at power on: a job that forgets to set one prints wrongly here.
const UNSET: usize = 7;

impl Printer {
    pub fn new() -> Printer {
        let mut printer = Printer {
            cells: Vec::new(),
            images: Vec::new(),
            tops: vec![0],
            log: Vec::new(),
            x: 0,
            y: 0,
            fresh: true,
            page: None,
            spacing: UNSET,
            pitch: UNSET,
            chinese: false,
            beside: (UNSET, UNSET),
            bold: false,
            wide_ascii: false,
            wide_hanzi: false,
            one_way: false,
        };
        printer.reset();
        printer
    }

    fn reset(&mut self) {
        self.page = None;
        (self.spacing, self.pitch, self.beside) = (UNSET, UNSET, (UNSET, UNSET));
        (self.chinese, self.bold, self.wide_ascii, self.wide_hanzi, self.one_way) = (false, false, false, false, false);
        self.fresh = true;
    }

    /// The paper of a job.
    pub fn printed(bytes: &[u8]) -> Printer {
        let mut printer = Printer::new();
        printer.feed(bytes).unwrap_or_else(|error| panic!("{error}\n{}", printer.log.join("\n")));
        printer
    }

    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut input = Input { bytes, at: 0 };
        let mut text = String::new();
        while let Some(byte) = input.peek() {
            if byte < 0x20 && !text.is_empty() {
                self.log.push(format!("{text:?}"));
                text.clear();
            }
            match byte {
                0x0a => {
                    input.take()?;
                    self.log.push("LF".into());
                    self.x = 0;
                    self.y += self.spacing;
                    self.turn_pages();
                }
                0x0c => {
                    input.take()?;
                    self.log.push("FF".into());
                    let page = self.page.ok_or("a form feed without a page")?;
                    let top = *self.tops.last().unwrap();
                    self.y = top + page;
                    self.x = 0;
                    self.turn_pages();
                }
                0x0d => {
                    input.take()?;
                    self.log.push("CR".into());
                    self.x = 0;
                }
                0x1b => self.esc(&mut input)?,
                0x1c => self.fs(&mut input)?,
                0x20..=0x7e => {
                    input.take()?;
                    text.push(byte as char);
                    self.print(byte as char, self.pitch, (0, 0), self.wide_ascii);
                }
                0x81..=0xfe => {
                    if !self.chinese {
                        return Err(format!("{byte:02X} outside of the Chinese mode"));
                    }
                    let c = hanzi(&mut input)?;
                    text.push(c);
                    self.print(c, 24, self.beside, self.wide_hanzi);
                }
                other => return Err(format!("byte {other:02X} at {}", input.at)),
            }
        }
        Ok(())
    }

    fn turn_pages(&mut self) {
        while let Some(page) = self.page {
            let top = *self.tops.last().unwrap();
            if self.y < top + page {
                break;
            }
            self.tops.push(top + page);
        }
    }

    /// A character with so much white on both sides; doubled, all of it is.
    fn print(&mut self, c: char, own: usize, white: (usize, usize), wide: bool) {
        self.fresh = false;
        let scale = if wide { 2 } else { 1 };
        let white = (white.0 * scale, white.1 * scale);
        let width = white.0 + own * scale + white.1;
        if c != ' ' {
            self.cells.push(Cell { c, x: self.x, y: self.y, width, white, bold: self.bold, wide });
        }
        self.x += width;
    }

    fn esc(&mut self, input: &mut Input) -> Result<(), String> {
        input.take()?;
        self.fresh = false;
        let word = match input.take()? {
            b'@' => {
                self.reset();
                "ESC @".to_owned()
            }
            b'P' => self.pitched(18, "ESC P"),
            b'M' => self.pitched(15, "ESC M"),
            b'g' => self.pitched(12, "ESC g"),
            b'2' => {
                self.spacing = 30;
                "ESC 2".to_owned()
            }
            b'C' => {
                let lines = usize::from(input.take()?);
                if !(1..=127).contains(&lines) || self.x != 0 {
                    return Err(format!("a page of {lines} lines at column {}", self.x));
                }
                self.page = Some(lines * self.spacing);
                // The paper's place becomes the top.
                if self.tops.last() != Some(&self.y) {
                    self.tops.push(self.y);
                }
                format!("ESC C {lines}")
            }
            b'O' => "ESC O".to_owned(),
            b'l' => match input.take()? {
                0 => "ESC l 0".to_owned(),
                margin => return Err(format!("a left margin of {margin}")),
            },
            b'E' => {
                self.bold = true;
                "ESC E".to_owned()
            }
            b'F' => {
                self.bold = false;
                "ESC F".to_owned()
            }
            b'W' => {
                self.wide_ascii = input.flag()?;
                format!("ESC W {}", u8::from(self.wide_ascii))
            }
            b'U' => {
                self.one_way = input.flag()?;
                format!("ESC U {}", u8::from(self.one_way))
            }
            b'J' => {
                let dots = usize::from(input.take()?);
                self.y += dots;
                self.turn_pages();
                format!("ESC J {dots}")
            }
            b'$' => {
                let sixtieths = input.word()?;
                self.x = sixtieths * 3;
                format!("ESC $ {sixtieths}")
            }
            b'*' => {
                let mode = input.take()?;
                if mode != 39 {
                    return Err(format!("bit image {mode}"));
                }
                let width = input.word()?;
                let mut dots = HashSet::new();
                for x in 0..width {
                    for y in 0..24 {
                        let byte = *input.bytes.get(input.at + y / 8).ok_or("a bit image ends early")?;
                        if byte >> (7 - y % 8) & 1 == 1 {
                            dots.insert((x, y));
                        }
                    }
                    input.at += 3;
                }
                let black = dots.len();
                self.images.push(Image { x: self.x, y: self.y, width, dots, one_way: self.one_way });
                self.x += width;
                format!("ESC * 39 {width}: {black} dots")
            }
            other => return Err(format!("ESC {other:02X} at {}", input.at)),
        };
        self.log.push(word);
        Ok(())
    }

    fn pitched(&mut self, dots: usize, word: &str) -> String {
        self.pitch = dots;
        word.to_owned()
    }

    fn fs(&mut self, input: &mut Input) -> Result<(), String> {
        input.take()?;
        self.fresh = false;
        let word = match input.take()? {
            b'&' => {
                self.chinese = true;
                "FS &".to_owned()
            }
            b'.' => {
                self.chinese = false;
                "FS .".to_owned()
            }
            b'S' => {
                self.beside = (input.take()?.into(), input.take()?.into());
                format!("FS S {} {}", self.beside.0, self.beside.1)
            }
            0x0e => {
                self.wide_hanzi = true;
                "FS SO".to_owned()
            }
            0x14 => {
                self.wide_hanzi = false;
                "FS DC4".to_owned()
            }
            other => return Err(format!("FS {other:02X} at {}", input.at)),
        };
        self.log.push(word);
        Ok(())
    }
}

struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Input<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self) -> Result<u8, String> {
        let byte = self.peek().ok_or("a command ends early")?;
        self.at += 1;
        Ok(byte)
    }

    fn word(&mut self) -> Result<usize, String> {
        Ok(usize::from(self.take()?) + 256 * usize::from(self.take()?))
    }

    fn flag(&mut self) -> Result<bool, String> {
        match self.take()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(format!("neither on nor off: {other}")),
        }
    }
}

fn hanzi(input: &mut Input) -> Result<char, String> {
    let length = if matches!(input.bytes.get(input.at + 1), Some(0x30..=0x39)) { 4 } else { 2 };
    let bytes = input.bytes.get(input.at..input.at + length).ok_or("half a hanzi")?;
    let (text, _, wrong) = GB18030.decode(bytes);
    input.at += length;
    let mut chars = text.chars();
    match (chars.next(), chars.next(), wrong) {
        (Some(c), None, false) => Ok(c),
        _ => Err(format!("no hanzi: {bytes:02X?}")),
    }
}
