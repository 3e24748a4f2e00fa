//! A password in memory: it shows itself to nobody, is overwritten when it goes, and is compared in a time that does not
//! depend on where two differ.

use std::fmt;
use std::hint::black_box;

use zeroize::Zeroizing;

/// The longest password that can be typed, in bytes of UTF-8.
pub const SECRET_MAX: usize = 512;

/// A password. Its room is taken once, so that typing leaves no older copies behind.
pub struct Secret(Zeroizing<String>);

impl Default for Secret {
    fn default() -> Secret {
        Secret(Zeroizing::new(String::with_capacity(SECRET_MAX)))
    }
}

impl Secret {
    /// From a text, which itself stays with its owner.
    pub fn new(text: &str) -> Secret {
        let mut secret = String::with_capacity(text.len().max(SECRET_MAX));
        secret.push_str(text);
        Secret(Zeroizing::new(secret))
    }

    /// Types a character at the end; says whether there was room.
    pub fn push(&mut self, c: char) -> bool {
        let fits = self.0.len() + c.len_utf8() <= SECRET_MAX;
        if fits {
            self.0.push(c);
        }
        fits
    }

    /// Takes the last character away; says whether there was one.
    pub fn pop(&mut self) -> bool {
        self.0.pop().is_some()
    }

    /// How many characters were typed.
    pub fn typed(&self) -> usize {
        self.0.chars().count()
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Gives the password away and leaves an empty one.
    pub fn take(&mut self) -> Secret {
        std::mem::take(self)
    }

    /// The password itself, for the one who has to send it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Clone for Secret {
    fn clone(&self) -> Secret {
        Secret::new(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

/// Looks at as many bytes whatever was typed.
impl PartialEq for Secret {
    fn eq(&self, other: &Secret) -> bool {
        let (one, other) = (self.0.as_bytes(), other.0.as_bytes());
        let byte = |bytes: &[u8], at: usize| bytes.get(at).copied().unwrap_or(0);
        let longest = SECRET_MAX.max(one.len()).max(other.len());
        let differs = (0..longest).fold(one.len() ^ other.len(), |differs, at| {
            black_box(differs | usize::from(byte(one, at) ^ byte(other, at)))
        });
        differs == 0
    }
}

impl Eq for Secret {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_shows_itself_to_nobody() {
        let secret = Secret::new("canary-7");
        assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "Secret(***) Some(Secret(***))");
        assert_eq!(secret.expose(), "canary-7");
    }

    #[test]
    fn equal_is_the_same_text() {
        let (long, longer) = ("长".repeat(200), "长".repeat(201));
        for (one, other, same) in [
            ("", "", true),
            ("a", "a", true),
            ("a", "b", false),
            ("a", "a\0", false),
            ("a", "", false),
            ("abc", "abd", false),
            (&long, &long, true),
            (&long, &longer, false),
        ] {
            assert_eq!(Secret::new(one) == Secret::new(other), same, "{one:?} {other:?}");
            assert_eq!(Secret::new(one).clone() == Secret::new(other), same, "{one:?} {other:?}");
        }
    }

    #[test]
    fn typing_moves_nothing_and_giving_away_empties() {
        let mut secret = Secret::default();
        let place = secret.expose().as_ptr();
        while secret.push('长') {}
        assert_eq!((secret.typed(), secret.expose().as_ptr()), (SECRET_MAX / 3, place));
        assert!(secret.pop() && secret.push('a'));
        let taken = secret.take();
        assert_eq!((taken.expose().as_ptr(), secret.is_empty(), secret.pop()), (place, true, false));
    }
}
