//! What came too fast for hands: a paste without brackets, a scanner that types, or keys that a slow line held back. Pure:
//! inputs go in with the time since the one before.
//!
//! A terminal that does not know bracketed paste sends a pasted line break as Enter, and a line that stalls sends what was
//! typed meanwhile at once: the two look alike. With a line feed in it, or longer than anybody types ahead, it is a paste.
//! Else text with an Enter inside goes on as a burst, and the screen on top says what it is: on the claim sheet, where
//! Enter only moves on, it is keys; elsewhere it is text.

use std::time::Duration;

use crate::keymap::{Code, Key};

use super::Input;

/// Hands leave more time than this between keys.
pub const GAP: Duration = Duration::from_millis(4);
/// Text with an Enter inside is a burst from this length on, in characters, and a paste from that.
const BURST_MIN: usize = 4;
const PASTE_MIN: usize = 256;

/// What is no keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Burst,
    Paste,
}

/// Sorts bursts from keys.
#[derive(Debug, Default)]
pub struct Bursts {
    /// Characters that came fast just before, and went out as keys.
    run: usize,
    /// What came fast just before, where it was no keys.
    before: Option<Kind>,
}

impl Bursts {
    /// Takes what came together in; `follows`: within [`GAP`] of what came before.
    pub fn sort(&mut self, batch: Vec<Input>, follows: bool, out: &mut Vec<Input>) {
        if !follows {
            (self.run, self.before) = (0, None);
        }
        let Some(text) = batch.iter().map(text_of).collect::<Option<String>>() else {
            (self.run, self.before) = (0, None);
            out.extend(batch);
            return;
        };
        let length = text.chars().filter(|c| *c != LINE_FEED && *c != ENTER).count() + self.run;
        let feeds = text.contains(LINE_FEED) && length > 0;
        let inside = text.trim_end_matches(ENTER).contains(ENTER);
        let kind = match self.before {
            Some(Kind::Paste) => Some(Kind::Paste),
            _ if feeds || (inside && length >= PASTE_MIN) => Some(Kind::Paste),
            Some(Kind::Burst) => Some(Kind::Burst),
            None => (inside && length >= BURST_MIN).then_some(Kind::Burst),
        };
        self.run = length;
        self.before = kind;
        match kind {
            None => out.extend(batch),
            Some(Kind::Burst) => out.push(Input::Burst(text)),
            Some(Kind::Paste) if text.chars().any(|c| c != LINE_FEED && c != ENTER) => out.push(Input::Paste(text)),
            Some(Kind::Paste) => {}
        }
    }
}

const ENTER: char = '\r';
const LINE_FEED: char = '\n';

/// The text of an input; none where it is more than text.
fn text_of(input: &Input) -> Option<char> {
    match input {
        Input::Key(key) if *key == Key::plain(Code::Enter) => Some(ENTER),
        Input::Key(key) if *key == Key::ctrl('j') => Some(LINE_FEED),
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
            '\r' => Key::plain(Code::Enter),
            '\n' => Key::ctrl('j'),
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
    fn line_feeds_and_long_texts_with_breaks_are_pasted() {
        assert_eq!(sorted(&["12\n34\n"]), [Input::Paste("12\n34\n".into())]);
        assert_eq!(sorted(&["12\r\n34"]), [Input::Paste("12\r\n34".into())]);
        let long = format!("{}\r{}", "a".repeat(200), "b".repeat(60));
        assert_eq!(sorted(&[&long]), [Input::Paste(long.clone())]);
        // What follows a paste at once belongs to it.
        assert_eq!(sorted(&["12\n34", "\r56\r"])[1..], [Input::Paste("\r56\r".into())]);
    }

    #[test]
    fn text_with_an_enter_inside_is_for_the_screen_to_say() {
        let held_back = "0012345678\rby\r0312\r0319\rk80\r18234.56\r1320\r\r\r11020.3\r";
        assert_eq!(sorted(&[held_back]), [Input::Burst(held_back.into())]);
        assert_eq!(sorted(&["wang\rx", "\r"])[1..], [Input::Burst("\r".into())]);
        let mut bursts = Bursts::default();
        let mut out = Vec::new();
        for c in held_back.chars() {
            bursts.sort(typed(&c.to_string()), false, &mut out);
        }
        assert_eq!(out, typed(held_back), "typed at leisure");
    }

    #[test]
    fn typing_is_keys() {
        for text in ["a", "\r", "\n", "350\r", "152801197105182264\r", "by\r\r", "wangxiu!0012345678\rby\r"] {
            assert_eq!(sorted(&[text]), typed(text), "{text:?}");
        }
    }
}
