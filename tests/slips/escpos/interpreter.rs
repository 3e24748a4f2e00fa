//! A thermal printer that reads a stream as the makers' command descriptions say, and shares nothing with the renderer:
//! bytes become commands ([`parse`]), commands become paper ([`print`]). What it does not know it refuses, as it does what
//! a printer would do wrongly: a line that runs over the edge, an alignment in the middle of a line, a cut beside text.
//!
//! To add a command: a variant of [`Command`], its bytes in `parse`, its line of a dump in `Display`, what it does in `print`.

use std::fmt;

use encoding_rs::GB18030;

/// What a printer's Chinese font holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Font {
    /// Characters of two bytes.
    Two,
    /// Also those of four bytes.
    Four,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Initialise,
    /// What it says unasked.
    AutomaticStatus(u8),
    Text(String),
    LineFeed,
    ChineseMode,
    International(u8),
    DefaultSpacing,
    Align(u8),
    Bold(bool),
    /// Width and height, 1 or 2: of letters.
    Size(u8, u8),
    /// Of hanzi.
    Quadruple(bool),
    Feed(u8),
    /// Columns of 24 dots, the top one in the highest bit of 24.
    Image(Vec<u32>),
    CodeModel(u8),
    CodeModule(u8),
    CodeLevel(u8),
    CodeStore(Vec<u8>),
    CodePrint,
    /// Whether it leaves a point, and whether it feeds by itself.
    Cut {
        partial: bool,
        feeds: bool,
    },
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Command::Initialise => write!(f, "ESC @"),
            Command::AutomaticStatus(what) => write!(f, "GS a {what}"),
            Command::Text(text) => write!(f, "  {text}"),
            Command::LineFeed => write!(f, "LF"),
            Command::ChineseMode => write!(f, "FS &"),
            Command::International(set) => write!(f, "ESC R {set}"),
            Command::DefaultSpacing => write!(f, "ESC 2"),
            Command::Align(side) => write!(f, "ESC a {side}"),
            Command::Bold(on) => write!(f, "ESC E {}", u8::from(*on)),
            Command::Size(width, height) => write!(f, "GS ! {width}x{height}"),
            Command::Quadruple(on) => write!(f, "FS W {}", u8::from(*on)),
            Command::Feed(lines) => write!(f, "ESC d {lines}"),
            Command::Image(columns) => write!(f, "ESC * 33 {}x24", columns.len()),
            Command::CodeModel(model) => write!(f, "GS ( k model {}", model - b'0'),
            Command::CodeModule(dots) => write!(f, "GS ( k module {dots}"),
            Command::CodeLevel(level) => write!(f, "GS ( k level {}", char::from(*level)),
            Command::CodeStore(data) => write!(f, "GS ( k store {}", String::from_utf8_lossy(data)),
            Command::CodePrint => write!(f, "GS ( k print"),
            Command::Cut { partial, feeds } => write!(f, "GS V partial {partial} feeds {feeds}"),
        }
    }
}

/// The commands of a stream.
pub fn parse(bytes: &[u8], font: Font) -> Result<Vec<Command>, String> {
    // Real-time commands are obeyed wherever they stand, also within an image.
    if let Some(at) = bytes.windows(2).position(|pair| pair[0] == 0x10 && [0x04, 0x05, 0x14].contains(&pair[1])) {
        return Err(format!("a real-time command at {at}: {:02x?}", &bytes[at..(at + 5).min(bytes.len())]));
    }
    let mut commands = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let (command, length) = one(&bytes[at..], font)
            .ok_or_else(|| format!("unknown at {at}: {:02x?}", &bytes[at..bytes.len().min(at + 8)]))?;
        at += length;
        match (command, commands.last_mut()) {
            (Command::Text(more), Some(Command::Text(text))) => text.push_str(&more),
            (command, _) => commands.push(command),
        }
    }
    Ok(commands)
}

fn one(bytes: &[u8], font: Font) -> Option<(Command, usize)> {
    let word = |from: usize| Some(usize::from(*bytes.get(from)?) + 256 * usize::from(*bytes.get(from + 1)?));
    let argument = bytes.get(2).copied();
    let switch = |argument: Option<u8>| match argument? {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    };
    Some(match *bytes {
        [0x0a, ..] => (Command::LineFeed, 1),
        [0x20..=0x7e, ..] => (Command::Text(char::from(bytes[0]).to_string()), 1),
        [0x81..=0xfe, 0x30..=0x39, 0x81..=0xfe, 0x30..=0x39, ..] if font == Font::Four => (decoded(&bytes[..4])?, 4),
        [0x81..=0xfe, 0x40..=0x7e | 0x80..=0xfe, ..] => (decoded(&bytes[..2])?, 2),
        [0x1b, b'@', ..] => (Command::Initialise, 2),
        [0x1b, b'2', ..] => (Command::DefaultSpacing, 2),
        [0x1b, b'R', set @ 0..=15, ..] => (Command::International(set), 3),
        [0x1b, b'a', side @ 0..=2, ..] => (Command::Align(side), 3),
        [0x1b, b'E', ..] => (Command::Bold(switch(argument)?), 3),
        [0x1b, b'd', lines, ..] => (Command::Feed(lines), 3),
        [0x1b, b'*', 33, ..] => {
            let count = word(3)?;
            let dots = bytes.get(5..5 + 3 * count)?;
            let column = |part: &[u8]| u32::from_be_bytes([0, part[0], part[1], part[2]]);
            ((1..=1023).contains(&count)).then_some(())?;
            (Command::Image(dots.chunks(3).map(column).collect()), 5 + 3 * count)
        }
        [0x1c, b'&', ..] => (Command::ChineseMode, 2),
        [0x1c, b'W', ..] => (Command::Quadruple(switch(argument)?), 3),
        [0x1d, b'a', what, ..] => (Command::AutomaticStatus(what), 3),
        [0x1d, b'!', size, ..] if size & 0x88 == 0 => (Command::Size((size >> 4) + 1, (size & 7) + 1), 3),
        [0x1d, b'V', 1 | 49, ..] => (Command::Cut { partial: true, feeds: false }, 3),
        [0x1d, b'V', 66, 0, ..] => (Command::Cut { partial: true, feeds: true }, 4),
        [0x1d, b'(', b'k', ..] => {
            let length = word(3)?;
            let command = match bytes.get(5..5 + length)? {
                [49, 65, model @ 49..=51, 0] => Command::CodeModel(*model),
                [49, 67, dots @ 1..=16] => Command::CodeModule(*dots),
                [49, 69, level @ 48..=51] => Command::CodeLevel([b'L', b'M', b'Q', b'H'][usize::from(level - 48)]),
                [49, 80, 48, data @ ..] if !data.is_empty() => Command::CodeStore(data.to_vec()),
                [49, 81, 48] => Command::CodePrint,
                _ => return None,
            };
            (command, 5 + length)
        }
        _ => return None,
    })
}

fn decoded(bytes: &[u8]) -> Option<Command> {
    let text = GB18030.decode_without_bom_handling_and_without_replacement(bytes)?;
    (text.chars().count() == 1).then(|| Command::Text(text.into_owned()))
}

/// What came out of the slot before a cut.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Piece {
    pub things: Vec<Thing>,
    /// Lines fed after the last thing, without those of the cut.
    pub fed: usize,
    /// Whether the cut feeds to the cutter by itself.
    pub feeds: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Thing {
    Line(Line),
    Code { text: String, model: u8, module: u8, level: u8, align: u8 },
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    pub cells: Vec<Cell>,
    /// Where its first dot stands.
    pub left: usize,
    pub bold: bool,
    /// Whether hanzi stand on it though nobody had switched Chinese mode on.
    pub unswitched: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    pub what: What,
    /// From the line's first dot.
    pub x: usize,
    pub width: usize,
    pub height: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    Char(char),
    Image(Vec<u32>),
}

impl Line {
    /// Dots from edge to edge.
    pub fn width(&self) -> usize {
        self.cells.last().map_or(0, |cell| cell.x + cell.width)
    }

    /// Its characters, images as U+FFFC.
    pub fn text(&self) -> String {
        let shown = |cell: &Cell| match cell.what {
            What::Char(c) => c,
            What::Image(_) => '\u{fffc}',
        };
        self.cells.iter().map(shown).collect()
    }
}

impl Piece {
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.things.iter().filter_map(|thing| if let Thing::Line(line) = thing { Some(line) } else { None })
    }
}

/// What a printer with so many dots a line makes of commands: pieces of paper, all of them cut.
pub fn print(commands: &[Command], dots: usize) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut piece = Piece::default();
    let mut line = Line::default();
    let (mut chinese, mut align, mut bold, mut size, mut quadruple) = (false, 0, false, (1, 1), false);
    let (mut model, mut module, mut level, mut stored) = (b'2', 3, b'L', None);
    for command in commands {
        let begins = line.cells.is_empty();
        let only_at_the_beginning = matches!(
            command,
            Command::Initialise
                | Command::ChineseMode
                | Command::Align(_)
                | Command::CodePrint
                | Command::Cut { .. }
                | Command::Feed(_)
        );
        if only_at_the_beginning && !begins {
            return Err(format!("{command} in the middle of a line: {:?}", line.text()));
        }
        let put = |line: &mut Line, what: What, width: usize, height: usize| {
            line.cells.push(Cell { what, x: line.width(), width, height });
            line.bold |= bold;
            if line.width() > dots { Err(format!("over the edge: {:?}", line.text())) } else { Ok(()) }
        };
        match command {
            Command::Initialise => (chinese, align, bold, size, quadruple) = (false, 0, false, (1, 1), false),
            Command::ChineseMode => chinese = true,
            Command::International(_) | Command::DefaultSpacing | Command::AutomaticStatus(_) => {}
            Command::Align(side) => align = *side,
            Command::Bold(on) => bold = *on,
            Command::Size(width, height) => size = (usize::from(*width), usize::from(*height)),
            Command::Quadruple(on) => quadruple = *on,
            Command::Text(text) => {
                for c in text.chars() {
                    line.unswitched |= !chinese && !c.is_ascii();
                    let (width, height) = match (c.is_ascii(), quadruple) {
                        (true, _) => (12 * size.0, 24 * size.1),
                        (false, true) => (48, 48),
                        (false, false) => (24, 24),
                    };
                    put(&mut line, What::Char(c), width, height)?;
                }
            }
            Command::Image(columns) => put(&mut line, What::Image(columns.clone()), columns.len(), 24)?,
            Command::LineFeed => {
                line.left = [0, (dots - line.width()) / 2, dots - line.width()][usize::from(align)];
                piece.things.push(Thing::Line(std::mem::take(&mut line)));
            }
            Command::Feed(lines) => piece.fed += usize::from(*lines),
            Command::CodeModel(n) => model = *n,
            Command::CodeModule(n) => module = *n,
            Command::CodeLevel(n) => level = *n,
            Command::CodeStore(data) => stored = Some(String::from_utf8(data.clone()).map_err(|e| e.to_string())?),
            Command::CodePrint => {
                let text = stored.clone().ok_or("no code is stored")?;
                piece.things.push(Thing::Code { text, model, module, level, align });
            }
            Command::Cut { feeds, .. } => {
                piece.feeds = *feeds;
                pieces.push(std::mem::take(&mut piece));
            }
        }
    }
    if piece != Piece::default() || !line.cells.is_empty() {
        return Err("something is left in the printer".into());
    }
    Ok(pieces)
}
