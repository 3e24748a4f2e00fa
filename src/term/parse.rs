//! Bytes of a terminal to keys. Pure: bytes go in as they come, in any pieces; whole keys come out. A sequence that was
//! split on its way is put together; an Escape that nothing follows is told by [`Parser::timeout`].

use crate::keymap::{Code, Key};

use super::Input;

/// The longest paste that is kept, in bytes; the rest of it is dropped.
const PASTE_MAX: usize = 64 * 1024;
/// The longest sequence that can be a key.
const SEQUENCE_MAX: usize = 32;
const PASTE_END: &[u8] = b"\x1b[201~";

/// Bytes that are no whole key yet.
#[derive(Debug, Default)]
pub struct Parser {
    pending: Vec<u8>,
    paste: Option<Vec<u8>>,
}

/// What the beginning of the bytes is.
enum Taken {
    /// Nothing yet: more bytes may come.
    More,
    /// This many bytes, which gave this.
    Some(usize, Option<Input>),
    /// This many bytes begin a paste.
    Paste(usize),
}

impl Parser {
    /// Takes bytes in; whole keys go to `out`.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<Input>) {
        self.pending.extend_from_slice(bytes);
        let pending = std::mem::take(&mut self.pending);
        let mut rest = pending.as_slice();
        while !rest.is_empty() {
            if self.paste.is_some() {
                match self.feed_paste(rest, out) {
                    0 => break,
                    n => rest = &rest[n..],
                }
                continue;
            }
            match take(rest) {
                Taken::More => break,
                Taken::Some(n, input) => {
                    out.extend(input);
                    rest = &rest[n..];
                }
                Taken::Paste(n) => {
                    self.paste = Some(Vec::new());
                    rest = &rest[n..];
                }
            }
        }
        self.pending = rest.to_vec();
    }

    /// Whether bytes wait for more that may follow; after a while without any, [`Parser::timeout`] ends the wait.
    pub fn waits(&self) -> bool {
        !self.pending.is_empty() && self.paste.is_none()
    }

    /// Nothing followed: an Escape is the key, a broken sequence is dropped.
    pub fn timeout(&mut self, out: &mut Vec<Input>) {
        if self.paste.is_some() {
            return;
        }
        let pending = std::mem::take(&mut self.pending);
        match pending.as_slice() {
            [] => {}
            [0x1b] => out.push(Input::Key(Key::plain(Code::Esc))),
            [0x1b, c @ (b'[' | b'O')] => out.push(Input::Key(Key::alt(char::from(*c).to_ascii_lowercase()))),
            [0x1b, ..] => {}
            _ => out.push(Input::NotUtf8),
        }
    }

    /// Bytes of a paste: up to its end mark, or all of them that can't be its beginning. Gives how many were taken.
    fn feed_paste(&mut self, bytes: &[u8], out: &mut Vec<Input>) -> usize {
        let end = bytes.windows(PASTE_END.len()).position(|window| window == PASTE_END);
        let upto = end.unwrap_or_else(|| {
            let tail = (1..PASTE_END.len()).rev().find(|n| bytes.ends_with(&PASTE_END[..*n])).unwrap_or(0);
            bytes.len() - tail
        });
        let paste = self.paste.get_or_insert_default();
        let room = PASTE_MAX - paste.len().min(PASTE_MAX);
        paste.extend_from_slice(&bytes[..upto.min(room)]);
        if end.is_none() {
            return upto;
        }
        let paste = self.paste.take().unwrap_or_default();
        out.push(Input::Paste(String::from_utf8_lossy(&paste).into_owned()));
        upto + PASTE_END.len()
    }
}

fn take(bytes: &[u8]) -> Taken {
    let key = |key: Key| Taken::Some(1, Some(Input::Key(key)));
    match bytes[0] {
        0x1b => escape(bytes),
        b'\r' => key(Key::plain(Code::Enter)),
        b'\t' => key(Key::plain(Code::Tab)),
        0x7f | 0x08 => key(Key::plain(Code::Backspace)),
        0 => key(Key::ctrl(' ')),
        c @ 1..=0x1a => key(Key::ctrl(char::from(c - 1 + b'a'))),
        c @ 0x1c..=0x1f => key(Key::ctrl(char::from(c - 0x1c + b'\\'))),
        c @ 0x20..=0x7e => key(Key::char(char::from(c))),
        _ => utf8(bytes),
    }
}

fn utf8(bytes: &[u8]) -> Taken {
    let length = match bytes[0] {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return Taken::Some(1, Some(Input::NotUtf8)),
    };
    let whole = &bytes[..length.min(bytes.len())];
    match std::str::from_utf8(whole) {
        Ok(text) => Taken::Some(length, text.chars().next().map(|c| Input::Key(Key::char(c)))),
        Err(error) if error.error_len().is_none() => Taken::More,
        Err(error) => Taken::Some(error.error_len().unwrap_or(1), Some(Input::NotUtf8)),
    }
}

fn escape(bytes: &[u8]) -> Taken {
    match bytes.get(1) {
        None => Taken::More,
        Some(b'[') => csi(bytes),
        Some(b'O') => ss3(bytes),
        Some(0x1b) => Taken::Some(1, Some(Input::Key(Key::plain(Code::Esc)))),
        Some(_) => match take(&bytes[1..]) {
            Taken::Some(n, Some(Input::Key(key))) => {
                let code = match key.code {
                    Code::Char(c) => Code::Char(c.to_ascii_lowercase()),
                    code => code,
                };
                Taken::Some(n + 1, Some(Input::Key(Key { alt: true, code, ..key })))
            }
            Taken::Some(n, other) => Taken::Some(n + 1, other),
            other => other,
        },
    }
}

/// `ESC O x`: function keys of VT220, and the keypad in application mode.
fn ss3(bytes: &[u8]) -> Taken {
    let Some(last) = bytes.get(2) else { return Taken::More };
    let code = match last {
        b'M' => Some(Code::Enter),
        b'I' => Some(Code::Tab),
        b'X' => Some(Code::Char('=')),
        c @ b'j'..=b'y' => Some(Code::Char(char::from(c - b'j' + b'*'))),
        c => letter(*c),
    };
    Taken::Some(3, code.map(|code| Input::Key(Key::plain(code))))
}

/// `ESC [ parameters letter`.
fn csi(bytes: &[u8]) -> Taken {
    if bytes.get(2) == Some(&b'[') {
        // The Linux console's F1 to F5: ESC [ [ A.
        return match bytes.get(3) {
            None => Taken::More,
            Some(c @ b'A'..=b'E') => Taken::Some(4, Some(Input::Key(Key::plain(Code::F(c - b'A' + 1))))),
            Some(_) => Taken::Some(4, None),
        };
    }
    // rxvt ends a sequence with Shift by `$`, which is no letter; a letter may still follow one elsewhere.
    let is_end = |at: usize, c: u8| (0x40..=0x7e).contains(&c) || (c == b'$' && at > 2);
    let window = 2..bytes.len().min(SEQUENCE_MAX);
    let Some(at) = window.into_iter().find(|at| is_end(*at, bytes[*at])) else {
        return if bytes.len() < SEQUENCE_MAX { Taken::More } else { Taken::Some(SEQUENCE_MAX, None) };
    };
    let (params, last) = (&bytes[2..at], bytes[at]);
    if last == b'M' && params.is_empty() {
        // A mouse report of the old form, which nobody asked for: three more bytes.
        return if bytes.len() < at + 4 { Taken::More } else { Taken::Some(at + 4, None) };
    }
    let taken = |input: Option<Input>| Taken::Some(at + 1, input);
    if params.first().is_some_and(|c| !c.is_ascii_digit() && *c != b';') {
        return taken(None);
    }
    let mut numbers = params.split(|c| *c == b';').map(|number| {
        let digits = number.split(|c| *c == b':').next().unwrap_or_default();
        digits.iter().fold(0u32, |n, d| n.saturating_mul(10).saturating_add(u32::from(d.wrapping_sub(b'0'))))
    });
    let first = numbers.next().unwrap_or(0);
    let second = numbers.next();
    if last == b'~' && first == 200 {
        return Taken::Paste(at + 1);
    }
    if last == b'R' && second.is_some() {
        let place = |n: u32| u16::try_from(n).unwrap_or(u16::MAX);
        return taken(Some(Input::Cursor(place(first), place(second.unwrap_or(0)))));
    }
    let bits = second.unwrap_or(1).saturating_sub(1);
    let mut key = Key { code: Code::Esc, shift: bits & 1 != 0, alt: bits & 2 != 0, ctrl: bits & 4 != 0 };
    let code = match last {
        b'~' => numbered(first),
        b'^' => {
            key.ctrl = true;
            numbered(first)
        }
        b'$' => {
            key.shift = true;
            numbered(first)
        }
        b'@' => {
            (key.ctrl, key.shift) = (true, true);
            numbered(first)
        }
        b'Z' => {
            key.shift = true;
            Some(Code::Tab)
        }
        b'u' => coded(first, &mut key),
        c => letter(c),
    };
    taken(code.map(|code| Input::Key(Key { code, ..key })))
}

fn letter(c: u8) -> Option<Code> {
    Some(match c {
        b'A' => Code::Up,
        b'B' => Code::Down,
        b'C' => Code::Right,
        b'D' => Code::Left,
        b'H' => Code::Home,
        b'F' => Code::End,
        b'P'..=b'S' => Code::F(c - b'P' + 1),
        _ => return None,
    })
}

fn numbered(n: u32) -> Option<Code> {
    Some(match n {
        1 | 7 => Code::Home,
        2 => Code::Insert,
        3 => Code::Delete,
        4 | 8 => Code::End,
        5 => Code::PageUp,
        6 => Code::PageDown,
        11..=15 => Code::F((n - 10) as u8),
        17..=21 => Code::F((n - 11) as u8),
        23 | 24 => Code::F((n - 12) as u8),
        _ => return None,
    })
}

/// `ESC [ code ; modifiers u`, which some terminals send unasked for keys that have no old form.
fn coded(n: u32, key: &mut Key) -> Option<Code> {
    Some(match n {
        9 => Code::Tab,
        13 => Code::Enter,
        27 => Code::Esc,
        127 => Code::Backspace,
        _ => {
            key.shift = false;
            Code::Char(char::from_u32(n).filter(|c| !c.is_control())?)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(pieces: &[&[u8]]) -> Vec<Input> {
        let mut parser = Parser::default();
        let mut out = Vec::new();
        for piece in pieces {
            parser.feed(piece, &mut out);
        }
        parser.timeout(&mut out);
        out
    }

    fn keys(names: &str) -> Vec<Input> {
        names.split(' ').map(|name| Input::Key(name.parse().unwrap())).collect()
    }

    #[test]
    fn sequences_of_many_terminals() {
        for (bytes, names) in [
            (&b"a\xe7\x8e\x8b"[..], "a \u{738b}"),
            (b"\r\t\x7f\x08\x13\x0a\0", "enter tab backspace backspace ctrl-s ctrl-j ctrl-space"),
            (b"\x1bOP\x1bOS\x1b[11~\x1b[15~\x1b[17~\x1b[21~\x1b[23~\x1b[24~", "f1 f4 f1 f5 f6 f10 f11 f12"),
            (b"\x1b[[A\x1b[[E", "f1 f5"),
            (b"\x1b[A\x1bOB\x1b[C\x1b[D\x1b[H\x1bOF\x1b[1~\x1b[4~", "up down right left home end home end"),
            (b"\x1b[5~\x1b[6~\x1b[3~\x1b[2~", "pgup pgdn delete insert"),
            (
                b"\x1b[Z\x1b[1;5A\x1b[1;2P\x1b[15;5~\x1b[11^\x1b[23$",
                "shift-tab ctrl-up shift-f1 ctrl-f5 ctrl-f1 shift-f11",
            ),
            (b"\x1b1\x1bs\x1bS\x1b\r", "alt-1 alt-s alt-s alt-enter"),
            (b"\x1bOM\x1bOp\x1bOy\x1bOn\x1bOm\x1bOk", "enter 0 9 . - +"),
            (b"\x1b[115;5u\x1b[27u", "ctrl-s esc"),
            (b"\x1b", "esc"),
            (b"\x1b\x1b[A", "esc up"),
        ] {
            assert_eq!(parse(&[bytes]), keys(names), "{names}");
        }
    }

    #[test]
    fn what_is_no_key_is_dropped() {
        for bytes in [&b"\x1b[?62;22c"[..], b"\x1b[I", b"\x1b[M !!", b"\x1b[<0;3;4M", b"\x1b[99~", b"\x1b[12"] {
            assert_eq!(parse(&[bytes]), [], "{bytes:?}");
        }
        assert_eq!(parse(&[b"\x1b[3;7R"]), [Input::Cursor(3, 7)]);
        // GBK is told from UTF-8.
        assert_eq!(parse(&[b"\xcd\xf5"]), [Input::NotUtf8, Input::NotUtf8]);
        assert_eq!(parse(&[b"\xe7\x8e"]), [Input::NotUtf8]);
    }

    #[test]
    fn a_paste_is_text_whatever_is_in_it() {
        let bytes = b"\x1b[200~12\r34\x1b[21~\x13\x1b[201~x";
        let expected = [Input::Paste("12\r34\x1b[21~\x13".into()), Input::Key(Key::char('x'))];
        assert_eq!(parse(&[bytes]), expected);
        for at in 0..bytes.len() {
            assert_eq!(parse(&[&bytes[..at], &bytes[at..]]), expected, "cut at {at}");
        }
    }

    #[test]
    fn a_huge_paste_is_cut() {
        let mut parser = Parser::default();
        let mut out = Vec::new();
        parser.feed(b"\x1b[200~", &mut out);
        for _ in 0..1000 {
            parser.feed(&[b'a'; 4096], &mut out);
        }
        parser.feed(PASTE_END, &mut out);
        assert!(matches!(&out[..], [Input::Paste(text)] if text.len() == PASTE_MAX));
    }

    proptest! {
        #[test]
        fn pieces_make_no_difference(bytes in proptest::collection::vec(any::<u8>(), 0..80), at in 0usize..80) {
            // Bytes of keys only: an Escape that ends a piece would wait for the timeout.
            let at = at.min(bytes.len());
            prop_assert_eq!(parse(&[&bytes[..at], &bytes[at..]]), parse(&[&bytes]));
        }
    }
}
