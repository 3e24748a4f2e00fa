//! What came too fast for hands: a paste without brackets, or a scanner that types. Its Enter must not act. Pure: inputs
//! go in with the time since the one before.
//!
//! A burst is text when it is nothing but characters, Tab and Enter, each within [`GAP`] of the one before, and either has
//! an Enter with more text after it, or ends with an Enter after at least [`SCAN_MIN`] characters. Typing ahead over a slow
//! line is shorter, and a script that types function keys too is taken as keys.

use std::time::Duration;

use crate::keymap::{Code, Key};

use super::Input;

/// Hands leave more time than this between keys.
pub const GAP: Duration = Duration::from_millis(4);
/// A burst with a line break inside is a paste from this length on, in characters.
const LINES_MIN: usize = 4;
/// A burst that ends with Enter is a scanner's from this length on.
const SCAN_MIN: usize = 12;

/// Sorts bursts from keys.
#[derive(Debug, Default)]
pub struct Bursts {
    /// Characters that came fast just before, and went out as keys.
    run: usize,
    /// Whether what came fast just before was text.
    in_paste: bool,
}

impl Bursts {
    /// Takes what came together in; `follows`: within [`GAP`] of what came before.
    pub fn sort(&mut self, batch: Vec<Input>, follows: bool, out: &mut Vec<Input>) {
        if !follows {
            (self.run, self.in_paste) = (0, false);
        }
        let Some(text) = batch.iter().map(text_of).collect::<Option<String>>() else {
            (self.run, self.in_paste) = (0, false);
            out.extend(batch);
            return;
        };
        let length = text.chars().filter(|c| *c != '\n').count() + self.run;
        let breaks = text.contains('\n');
        let inner = text.trim_end_matches('\n').trim_start_matches(|c| c == '\n' && self.run == 0).contains('\n');
        let is_paste = self.in_paste || (inner && length >= LINES_MIN) || (breaks && length >= SCAN_MIN);
        self.run = length;
        self.in_paste = is_paste;
        if !is_paste {
            out.extend(batch);
        } else if text.chars().any(|c| c != '\n') {
            out.push(Input::Paste(text));
        }
    }
}

/// The text of an input, a line break as `\n`; none where it is more than text.
fn text_of(input: &Input) -> Option<char> {
    match input {
        Input::Key(key) if *key == Key::plain(Code::Enter) || *key == Key::ctrl('j') => Some('\n'),
        Input::Key(key) if *key == Key::plain(Code::Tab) => Some('\t'),
        Input::Key(key) => key.text(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Vec<Input> {
        let key = |c| match c {
            '\n' => Key::plain(Code::Enter),
            '!' => Key::plain(Code::F(3)),
            c => Key::char(c),
        };
        text.chars().map(|c| Input::Key(key(c))).collect()
    }

    fn sorted(pieces: &[&str]) -> Vec<Input> {
        let mut bursts = Bursts::default();
        let mut out = Vec::new();
        for (n, piece) in pieces.iter().enumerate() {
            bursts.sort(typed(piece), n > 0, &mut out);
        }
        out
    }

    #[test]
    fn a_paste_with_line_breaks_is_text() {
        assert_eq!(sorted(&["12\n34\n"]), [Input::Paste("12\n34\n".into())]);
        assert_eq!(
            sorted(&["ab", "cdef\ngh", "\nij\n"])[2..],
            [Input::Paste("cdef\ngh".into()), Input::Paste("\nij\n".into())]
        );
    }

    #[test]
    fn a_scanner_s_enter_does_not_act() {
        assert_eq!(sorted(&["152801197105182264\n"]), [Input::Paste("152801197105182264\n".into())]);
        // The first character goes out at once; the Enter that comes alone is dropped.
        let mut pieces = vec!["1"; 18];
        pieces.push("\n");
        assert_eq!(sorted(&pieces), typed(&"1".repeat(18)));
    }

    #[test]
    fn typing_is_keys() {
        for text in ["a", "\n", "350\n", "by\n", "wangxiu", "wangxiu!0012345678\nby\n"] {
            assert_eq!(sorted(&[text]), typed(text), "{text:?}");
        }
        let mut bursts = Bursts::default();
        let mut out = Vec::new();
        for c in "152801197105182264\n".chars() {
            bursts.sort(typed(&c.to_string()), false, &mut out);
        }
        assert_eq!(out, typed("152801197105182264\n"), "typed at leisure");
    }
}
