//! A key as the program knows it, and its name in a keymap file: `f3`, `ctrl-s`, `alt-1`, `shift-tab`, `pgdn`, `space`.

use std::fmt;
use std::str::FromStr;

/// Which key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// A character, as typed (a capital is that capital, without `shift`).
    Char(char),
    /// F1 to F12.
    F(u8),
    /// Enter, of the keypad too.
    Enter,
    /// Escape.
    Esc,
    /// Tabulator.
    Tab,
    /// Erases backwards.
    Backspace,
    /// Erases forwards.
    Delete,
    /// Insert.
    Insert,
    /// To the beginning.
    Home,
    /// To the end.
    End,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// Up.
    Up,
    /// Down.
    Down,
    /// Left.
    Left,
    /// Right.
    Right,
}

/// A key with its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// Which key.
    pub code: Code,
    /// With Ctrl.
    pub ctrl: bool,
    /// With Alt.
    pub alt: bool,
    /// With Shift; never for characters.
    pub shift: bool,
}

impl Key {
    /// A key without modifiers.
    pub const fn plain(code: Code) -> Key {
        Key { code, ctrl: false, alt: false, shift: false }
    }

    /// A character.
    pub const fn char(c: char) -> Key {
        Key::plain(Code::Char(c))
    }

    /// With Ctrl.
    pub const fn ctrl(c: char) -> Key {
        Key { code: Code::Char(c), ctrl: true, alt: false, shift: false }
    }

    /// With Alt.
    pub const fn alt(c: char) -> Key {
        Key { code: Code::Char(c), ctrl: false, alt: true, shift: false }
    }

    /// The character that it types, where it types one.
    pub const fn text(self) -> Option<char> {
        match self.code {
            Code::Char(c) if !self.ctrl && !self.alt => Some(c),
            _ => None,
        }
    }
}

/// Not the name of a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no key is called {0}")]
pub struct NoSuchKey(pub String);

const NAMED: [(&str, Code); 15] = [
    ("enter", Code::Enter),
    ("esc", Code::Esc),
    ("tab", Code::Tab),
    ("backspace", Code::Backspace),
    ("delete", Code::Delete),
    ("insert", Code::Insert),
    ("home", Code::Home),
    ("end", Code::End),
    ("pgup", Code::PageUp),
    ("pgdn", Code::PageDown),
    ("up", Code::Up),
    ("down", Code::Down),
    ("left", Code::Left),
    ("right", Code::Right),
    ("space", Code::Char(' ')),
];

impl FromStr for Key {
    type Err = NoSuchKey;

    fn from_str(name: &str) -> Result<Key, NoSuchKey> {
        let error = || NoSuchKey(name.to_owned());
        let mut rest = name;
        let mut key = Key::char(' ');
        loop {
            let lower = rest.to_ascii_lowercase();
            if let Some(after) = lower.strip_prefix("ctrl-").or(lower.strip_prefix("c-")) {
                key.ctrl = true;
                rest = &rest[rest.len() - after.len()..];
            } else if let Some(after) = lower.strip_prefix("alt-").or(lower.strip_prefix("a-")) {
                key.alt = true;
                rest = &rest[rest.len() - after.len()..];
            } else if let Some(after) = lower.strip_prefix("shift-").or(lower.strip_prefix("s-")) {
                key.shift = true;
                rest = &rest[rest.len() - after.len()..];
            } else {
                break;
            }
        }
        let lower = rest.to_ascii_lowercase();
        let mut chars = rest.chars();
        key.code = match (chars.next(), chars.next()) {
            (Some(c), None) if key.ctrl || key.alt => Code::Char(c.to_ascii_lowercase()),
            (Some(c), None) => Code::Char(c),
            _ => match NAMED.iter().find(|(known, _)| *known == lower) {
                Some((_, code)) => *code,
                None => {
                    let number = lower.strip_prefix('f').and_then(|n| n.parse().ok());
                    Code::F(number.filter(|n| (1..=12).contains(n)).ok_or_else(error)?)
                }
            },
        };
        if key.shift && matches!(key.code, Code::Char(_)) {
            return Err(error());
        }
        Ok(key)
    }
}

/// As the bottom line and the help show it: `F3`, `Ctrl-S`, `Alt-1`, `Shift-Tab`.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("Ctrl-")?;
        }
        if self.alt {
            f.write_str("Alt-")?;
        }
        if self.shift {
            f.write_str("Shift-")?;
        }
        match self.code {
            Code::F(n) => write!(f, "F{n}"),
            Code::PageUp => f.write_str("PgUp"),
            Code::PageDown => f.write_str("PgDn"),
            Code::Char(c) if c != ' ' => {
                if self.ctrl || self.alt {
                    write!(f, "{}", c.to_ascii_uppercase())
                } else {
                    write!(f, "{c}")
                }
            }
            code => {
                let name = NAMED.iter().find(|(_, known)| *known == code).map_or("", |(name, _)| *name);
                let mut chars = name.chars();
                match chars.next() {
                    Some(first) => write!(f, "{}{}", first.to_ascii_uppercase(), chars.as_str()),
                    None => Ok(()),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_keys() {
        for (name, key) in [
            ("f3", Key::plain(Code::F(3))),
            ("ctrl-s", Key::ctrl('s')),
            ("C-S", Key::ctrl('s')),
            ("alt-1", Key::alt('1')),
            ("space", Key::char(' ')),
            ("shift-tab", Key { shift: true, ..Key::plain(Code::Tab) }),
            ("-", Key::char('-')),
        ] {
            assert_eq!(name.parse(), Ok(key), "{name}");
        }
        for name in ["f13", "f0", "", "ctrl-", "shift-a", "enterr", "f"] {
            let parsed = name.parse::<Key>();
            assert!(parsed.is_err() || name == "f", "{name}: {parsed:?}");
        }
        assert_eq!(Key::ctrl('s').to_string(), "Ctrl-S");
        assert_eq!(Key { shift: true, ..Key::plain(Code::Tab) }.to_string(), "Shift-Tab");
    }
}
