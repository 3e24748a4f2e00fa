//! Attributes of cells, and the pen that changes them with the fewest bytes.

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

/// How a cell looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl Default for Style {
    fn default() -> Style {
        Style { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() }
    }
}

impl Style {
    /// The look of a cell. A blank shows no foreground, so its colour and weight make no difference.
    pub fn of(cell: &Cell) -> Style {
        let written = MODIFIERS.iter().fold(Modifier::empty(), |all, (modifier, ..)| all | *modifier);
        let mut style = Style { fg: cell.fg, bg: cell.bg, modifier: cell.modifier & written };
        if cell.symbol() == " " && !style.modifier.intersects(SHOWN_ON_BLANKS) {
            style.fg = Color::Reset;
            style.modifier = Modifier::empty();
        }
        style
    }

    /// Whether an erased cell looks the same.
    pub fn is_blank(self) -> bool {
        self == Style::default()
    }
}

const SHOWN_ON_BLANKS: Modifier = Modifier::REVERSED.union(Modifier::UNDERLINED).union(Modifier::CROSSED_OUT);

/// Modifiers with the number that sets and the number that ends them.
const MODIFIERS: [(Modifier, u8, u8); 7] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::SLOW_BLINK, 5, 25),
    (Modifier::REVERSED, 7, 27),
    (Modifier::CROSSED_OUT, 9, 29),
];

/// The attributes that the terminal has now.
#[derive(Debug)]
pub struct Pen {
    now: Style,
    colours: bool,
}

impl Pen {
    /// A pen with or without colours (bold, reverse and underline stay without).
    pub fn new(colours: bool) -> Pen {
        Pen { now: Style::default(), colours }
    }

    /// The terminal was set to its defaults.
    pub fn reset(&mut self) {
        self.now = Style::default();
    }

    /// Whether this style is the one that is set.
    pub fn is(&self, style: Style) -> bool {
        self.meant(style) == self.now
    }

    /// Whether nothing of it shows on blanks and where it erases.
    pub fn is_plain(&self) -> bool {
        self.now.bg == Color::Reset && !self.now.modifier.intersects(SHOWN_ON_BLANKS)
    }

    fn meant(&self, style: Style) -> Style {
        if self.colours { style } else { Style { fg: Color::Reset, bg: Color::Reset, ..style } }
    }

    /// Sets a style.
    pub fn set(&mut self, style: Style, out: &mut Vec<u8>) {
        let style = self.meant(style);
        if style == self.now {
            return;
        }
        let whole = sequence(&numbers(Style::default(), style), !style.is_blank());
        let change = sequence(&numbers(self.now, style), false);
        out.extend(if change.len() < whole.len() { change } else { whole });
        self.now = style;
    }
}

/// `ESC [ n ; n m`; `anew`: from the defaults, which an empty first number sets.
fn sequence(numbers: &[String], anew: bool) -> Vec<u8> {
    format!("\x1b[{}{}m", if anew { ";" } else { "" }, numbers.join(";")).into_bytes()
}

/// The numbers that lead from a style to another.
fn numbers(from: Style, to: Style) -> Vec<String> {
    let mut numbers = Vec::new();
    let mut had = from.modifier;
    for (modifier, _, end) in MODIFIERS {
        if had.contains(modifier) && !to.modifier.contains(modifier) {
            numbers.push(end.to_string());
            if end == 22 {
                had.remove(Modifier::BOLD | Modifier::DIM);
            }
            had.remove(modifier);
        }
    }
    for (modifier, begin, _) in MODIFIERS {
        if to.modifier.contains(modifier) && !had.contains(modifier) {
            numbers.push(begin.to_string());
        }
    }
    if from.fg != to.fg {
        numbers.push(colour(to.fg, 30));
    }
    if from.bg != to.bg {
        numbers.push(colour(to.bg, 40));
    }
    numbers
}

fn colour(colour: Color, base: u16) -> String {
    let bright = base + 60;
    match colour {
        Color::Reset => (base + 9).to_string(),
        Color::Black => base.to_string(),
        Color::Red => (base + 1).to_string(),
        Color::Green => (base + 2).to_string(),
        Color::Yellow => (base + 3).to_string(),
        Color::Blue => (base + 4).to_string(),
        Color::Magenta => (base + 5).to_string(),
        Color::Cyan => (base + 6).to_string(),
        Color::Gray => (base + 7).to_string(),
        Color::DarkGray => bright.to_string(),
        Color::LightRed => (bright + 1).to_string(),
        Color::LightGreen => (bright + 2).to_string(),
        Color::LightYellow => (bright + 3).to_string(),
        Color::LightBlue => (bright + 4).to_string(),
        Color::LightMagenta => (bright + 5).to_string(),
        Color::LightCyan => (bright + 6).to_string(),
        Color::White => (bright + 7).to_string(),
        Color::Indexed(n) => format!("{};5;{n}", base + 8),
        Color::Rgb(r, g, b) => format!("{};2;{r};{g};{b}", base + 8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pen_takes_the_shorter_way() {
        let mut pen = Pen::new(true);
        let mut write = |fg, modifier| {
            let mut out = Vec::new();
            pen.set(Style { fg, bg: Color::Reset, modifier }, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(write(Color::Cyan, Modifier::empty()), "\x1b[36m");
        assert_eq!(write(Color::Cyan, Modifier::empty()), "");
        assert_eq!(write(Color::Cyan, Modifier::BOLD), "\x1b[1m");
        assert_eq!(write(Color::Reset, Modifier::REVERSED), "\x1b[;7m");
        assert_eq!(write(Color::Reset, Modifier::empty()), "\x1b[m");
        let mut mono = Pen::new(false);
        let mut out = Vec::new();
        mono.set(Style { fg: Color::Red, bg: Color::Blue, modifier: Modifier::BOLD }, &mut out);
        assert_eq!(out, b"\x1b[1m");
    }
}
