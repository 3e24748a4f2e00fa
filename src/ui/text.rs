//! Text in columns: how wide it is, where it may be cut and wrapped, and the one way to put it into a buffer.
//!
//! Everything that came from people passes [`display_safe`] in each of these functions. A hanzi is two columns and is
//! never halved; how wide the rest is, is decided by a [`Ruler`] alone. Forms on paper use the same rules.
//!
//! To add a rule of Chinese typesetting: the character into `NO_START` or `NO_END`, and a line in the test.

use ratatui::buffer::Buffer;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::domain::text::display_safe;

/// Marks that may not begin a line.
const NO_START: &str = "\u{ff0c}\u{3002}\u{3001}\u{ff1b}\u{ff1a}\u{ff01}\u{ff1f}\u{ff09}\u{3011}\u{300b}\u{300d}\u{300f}\u{3015}\
    \u{201d}\u{2019}\u{ff05}\u{b7},.;:!?)]}%*";
/// Marks that may not end a line; `￥` belongs to its figure.
const NO_END: &str = "\u{ff08}\u{3010}\u{300a}\u{300c}\u{300e}\u{3014}\u{201c}\u{2018}\u{ffe5}([{";

/// How wide characters are on a medium. Ambiguous ones (U+00B7, `─`, `①`) are one column on most terminals, and two where
/// everything that is not ASCII comes from a Chinese code page, as on printers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruler {
    /// Ambiguous characters are one column.
    Narrow,
    /// Ambiguous characters are two columns.
    Wide,
}

impl Ruler {
    /// The columns of one grapheme. The one place that decides.
    fn grapheme(self, grapheme: &str) -> usize {
        match self {
            Ruler::Narrow => grapheme.width(),
            Ruler::Wide => grapheme.width_cjk(),
        }
    }

    /// The columns of one character by itself; none for what has no width.
    pub fn char(self, c: char) -> usize {
        match self {
            Ruler::Narrow => c.width(),
            Ruler::Wide => c.width_cjk(),
        }
        .unwrap_or(0)
    }

    /// The columns that a text takes.
    pub fn width(self, text: &str) -> usize {
        display_safe(text).graphemes(true).map(|grapheme| self.grapheme(grapheme)).sum()
    }

    /// The beginning of a text that fits into `columns`, with nothing to say that there was more.
    pub fn clip(self, text: &str, columns: usize) -> String {
        let safe = display_safe(text);
        let mut used = 0;
        let end = safe
            .grapheme_indices(true)
            .find(|(_, grapheme)| {
                used += self.grapheme(grapheme);
                used > columns
            })
            .map_or(safe.len(), |(at, _)| at);
        safe[..end].to_owned()
    }

    /// The text where it fits; else its beginning with `..` behind it (nothing behind it below four columns).
    pub fn cut(self, text: &str, columns: usize) -> String {
        if self.width(text) <= columns || columns < 4 {
            return self.clip(text, columns);
        }
        self.clip(text, columns - 2) + ".."
    }

    /// The text in exactly `columns`: cut where it is longer, spaces behind it where it is shorter.
    pub fn pad(self, text: &str, columns: usize) -> String {
        let mut out = self.cut(text, columns);
        out.push_str(&" ".repeat(columns - self.width(&out)));
        out
    }

    /// The text in exactly `columns`, spaces in front of it: for figures.
    pub fn pad_left(self, text: &str, columns: usize) -> String {
        let out = self.cut(text, columns);
        " ".repeat(columns - self.width(&out)) + &out
    }

    /// Lines of at most `columns` (at least 2). A line may break between any two hanzi and at spaces, Latin words and
    /// figures stay whole where they fit, no closing mark begins a line and no opening one ends it. Only spaces are
    /// lost. There is always one line.
    pub fn wrap(self, text: &str, columns: usize) -> Vec<String> {
        let columns = columns.max(2);
        let mut lines = Vec::new();
        let mut line = String::new();
        let mut used = 0;
        for unit in self.units(&display_safe(text)) {
            let unit_width: usize = unit.text.graphemes(true).map(|grapheme| self.grapheme(grapheme)).sum();
            if used > 0 && used + unit.spaces + unit_width <= columns {
                line.push_str(&" ".repeat(unit.spaces));
                line.push_str(&unit.text);
                used += unit.spaces + unit_width;
                continue;
            }
            if used > 0 {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            for piece in self.pieces(&unit.text) {
                let piece_width = self.grapheme(piece);
                if used + piece_width > columns && used > 0 {
                    lines.push(std::mem::take(&mut line));
                    used = 0;
                }
                line.push_str(piece);
                used += piece_width;
            }
        }
        if !line.is_empty() || lines.is_empty() {
            lines.push(line);
        }
        lines
    }

    fn units(self, text: &str) -> Vec<Unit> {
        let mut units: Vec<Unit> = Vec::new();
        let mut spaces = 0;
        // Whether the last unit ends in a narrow character, so that a narrow one goes on with it.
        let mut narrow_end = false;
        for grapheme in text.graphemes(true) {
            if grapheme.chars().all(|c| c == ' ' || c == '\u{3000}') {
                spaces += self.grapheme(grapheme);
                continue;
            }
            let narrow = self.grapheme(grapheme) < 2;
            let glued = spaces == 0
                && units.last().is_some_and(|last| {
                    NO_START.contains(grapheme)
                        || last.text.graphemes(true).next_back().is_some_and(|end| NO_END.contains(end))
                        || (narrow && narrow_end)
                });
            match units.last_mut() {
                Some(last) if glued => last.text.push_str(grapheme),
                _ => units.push(Unit { spaces, text: grapheme.to_owned() }),
            }
            spaces = 0;
            narrow_end = narrow;
        }
        units
    }

    /// The graphemes of a unit; one that is wider than two columns (stacked consonants of some scripts) as characters.
    fn pieces(self, unit: &str) -> Vec<&str> {
        let mut out = Vec::new();
        for grapheme in unit.graphemes(true) {
            if self.grapheme(grapheme) <= 2 {
                out.push(grapheme);
                continue;
            }
            let mut from = 0;
            for (at, c) in grapheme.char_indices() {
                if at > from && self.char(c) > 0 {
                    out.push(&grapheme[from..at]);
                    from = at;
                }
            }
            out.push(&grapheme[from..]);
        }
        out
    }
}

/// What may not be broken, and the spaces before it.
struct Unit {
    spaces: usize,
    text: String,
}

/// [`Ruler::width`] on a terminal.
pub fn width(text: &str) -> usize {
    Ruler::Narrow.width(text)
}

/// [`Ruler::clip`] on a terminal.
pub fn clip(text: &str, columns: usize) -> String {
    Ruler::Narrow.clip(text, columns)
}

/// [`Ruler::cut`] on a terminal.
pub fn cut(text: &str, columns: usize) -> String {
    Ruler::Narrow.cut(text, columns)
}

/// [`Ruler::pad`] on a terminal.
pub fn pad(text: &str, columns: usize) -> String {
    Ruler::Narrow.pad(text, columns)
}

/// [`Ruler::pad_left`] on a terminal.
pub fn pad_left(text: &str, columns: usize) -> String {
    Ruler::Narrow.pad_left(text, columns)
}

/// [`Ruler::wrap`] on a terminal.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    Ruler::Narrow.wrap(text, columns)
}

/// Draws a text at `x`, `y` in at most `columns`, and gives the columns used. What is not in the buffer is not drawn.
/// A wide character that is partly covered disappears whole, so that no half of it is left on the terminal.
pub fn put(buffer: &mut Buffer, x: u16, y: u16, columns: u16, text: &str, style: Style) -> u16 {
    let area = *buffer.area();
    if x < area.left() || x >= area.right() || y < area.top() || y >= area.bottom() {
        return 0;
    }
    let columns = columns.min(area.right() - x);
    let safe = clip(text, usize::from(columns));
    if safe.is_empty() {
        return 0;
    }
    if x > area.left() && buffer[(x - 1, y)].symbol().width() > 1 {
        buffer[(x - 1, y)].set_symbol(" ");
    }
    let (end, _) = buffer.set_stringn(x, y, &safe, usize::from(columns), style);
    end - x
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::layout::Rect;

    use super::*;

    #[test]
    fn widths_and_cuts() {
        assert_eq!(width("王秀英 a1"), 9);
        assert_eq!(width("巴图·孟和"), 9);
        assert_eq!(width("￥12.00"), 7);
        assert_eq!(clip("王秀英", 5), "王秀");
        assert_eq!(cut("王秀英", 6), "王秀英");
        assert_eq!(cut("巴彦淖尔市医院", 9), "巴彦淖..");
        assert_eq!(cut("王秀英", 3), "王");
        assert_eq!(cut("王秀英", 1), "");
        assert_eq!(pad("王秀英", 8), "王秀英  ");
        assert_eq!(pad("王秀英", 5), "王.. ");
        assert_eq!(pad_left("1.00", 6), "  1.00");
        assert_eq!(width("\u{1b}[2J"), 4);
        let wide = Ruler::Wide;
        assert_eq!((wide.width("巴图·孟和"), wide.width("①a"), wide.char('\u{b7}'), wide.char('a')), (10, 3, 2, 1));
        assert_eq!(wide.wrap("巴图·孟和", 6), ["巴图·", "孟和"]);
    }

    #[test]
    fn wraps_as_chinese_is_set() {
        assert_eq!(wrap("预计补助金额,以审核为准", 12), ["预计补助金", "额,以审核为", "准"]);
        assert_eq!(wrap("甲乙丙丁，戊己。", 8), ["甲乙丙", "丁，戊", "己。"]);
        assert_eq!(wrap("甲乙丙（丁戊）", 8), ["甲乙丙", "（丁戊）"]);
        assert_eq!(wrap("共计￥1,234.00元", 8), ["共计", "￥1,234.", "00元"]);
        assert_eq!(wrap("共计￥1,234.00元", 12), ["共计", "￥1,234.00元"]);
        assert_eq!(wrap("the estimated amount", 10), ["the", "estimated", "amount"]);
        assert_eq!(wrap("an unbreakablelongword", 8), ["an", "unbreaka", "blelongw", "ord"]);
        assert_eq!(wrap("", 8), [""]);
        assert_eq!(wrap("a\u{202e}b", 10), ["a⟨202E⟩b"]);
    }

    #[test]
    fn a_covered_wide_character_disappears_whole() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 1));
        put(&mut buffer, 0, 0, 8, "王秀英花", Style::new());
        assert_eq!(put(&mut buffer, 3, 0, 3, "+", Style::new()), 1);
        let row: Vec<&str> = (0..8).map(|x| buffer[(x, 0)].symbol()).collect();
        assert_eq!(row, ["王", " ", " ", "+", "英", " ", "花", " "]);
        assert_eq!(put(&mut buffer, 6, 0, 9, "王秀", Style::new()), 2);
        assert_eq!(put(&mut buffer, 7, 0, 9, "王", Style::new()), 0);
        assert_eq!(put(&mut buffer, 8, 0, 9, "x", Style::new()), 0);
        assert_eq!(put(&mut buffer, 0, 1, 9, "x", Style::new()), 0);
        assert_eq!(put(&mut buffer, 0, 0, 4, "\u{1b}]0;x\u{7}", Style::new()), 4);
        assert_eq!(buffer[(0, 0)].symbol(), "\u{241b}");
    }

    fn without_spaces(text: &str) -> String {
        text.chars().filter(|c| !matches!(c, ' ' | '\u{3000}')).collect()
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_asked(text in "(.|[王秀，。（）￥· a1,)]){0,40}", columns in 0usize..20) {
            prop_assert!(width(&clip(&text, columns)) <= columns);
            prop_assert!(width(&cut(&text, columns)) <= columns);
            prop_assert_eq!(width(&pad(&text, columns)), columns);
            for line in wrap(&text, columns.max(2)) {
                prop_assert!(width(&line) <= columns.max(2), "{:?}", line);
            }
        }

        #[test]
        fn wrapping_loses_nothing_but_spaces(text in "(.|[王秀，。（）￥· a1,)]){0,40}", columns in 2usize..20) {
            prop_assert_eq!(without_spaces(&wrap(&text, columns).concat()), without_spaces(&display_safe(&text)));
        }

        #[test]
        fn no_closing_mark_begins_a_line(text in "[王秀英](，?[王秀英（]）?[王秀英]。?){1,20}", columns in 8usize..20) {
            for line in wrap(&text, columns).iter().skip(1) {
                prop_assert!(!line.starts_with(['，', '。', '）']), "{:?}", line);
            }
        }

        #[test]
        fn drawing_stays_inside(text in ".{0,20}", x in 0u16..12, columns in 0u16..12) {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 1));
            prop_assert!(put(&mut buffer, x, 0, columns, &text, Style::new()) <= columns);
            for cell in 0..8 {
                prop_assert!(!buffer[(cell, 0)].symbol().chars().any(crate::domain::text::is_unsafe));
            }
        }
    }
}
