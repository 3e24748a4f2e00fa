//! Which passwords are taken: long ones, of characters that every keyboard has and that no library rewrites on the way, and
//! none that is tried first. What they must hold beside that is nobody's business.

use super::account::Login;

/// The least length, and that of whoever moves money or what others may do.
const SHORTEST: usize = 12;
const SHORTEST_WEIGHTY: usize = 15;
/// The most; more is an accident.
const LONGEST: usize = 128;

/// What is tried first; words with figures or marks around them are as bad as they are alone.
const COMMON: &str = include_str!("../data/passwords.txt");

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    /// A character that is not printable ASCII.
    #[error("not printable ASCII")]
    Characters,
    /// Fewer characters than this.
    #[error("shorter than {0} characters")]
    Short(usize),
    /// More characters than this.
    #[error("longer than {0} characters")]
    Long(usize),
    /// The login is in it.
    #[error("the login is in it")]
    Login,
    /// One character again and again, or a run (`abcdef…`, `987654…`).
    #[error("one character, or a run")]
    Run,
    /// One of those that are tried first.
    #[error("a common password")]
    Common,
}

impl Weak {
    /// The key of its sentence; `most` goes with the lengths.
    pub const fn key(self) -> &'static str {
        match self {
            Weak::Characters => "weak-characters",
            Weak::Short(_) => "weak-short",
            Weak::Long(_) => "weak-long",
            Weak::Login => "weak-login",
            Weak::Run => "weak-run",
            Weak::Common => "weak-common",
        }
    }

    /// The length that goes with it, 0 without one.
    pub const fn length(self) -> usize {
        match self {
            Weak::Short(length) | Weak::Long(length) => length,
            _ => 0,
        }
    }
}

/// Whether a password is taken for an account; `weighty` where one of its duties is ([`super::account::Duty::is_weighty`]).
///
/// # Errors
/// The first thing that is wrong with it.
pub fn check(password: &str, login: &Login, weighty: bool) -> Result<(), Weak> {
    let shortest = if weighty { SHORTEST_WEIGHTY } else { SHORTEST };
    let lower = password.to_ascii_lowercase();
    if !is_plain(password) {
        Err(Weak::Characters)
    } else if password.len() < shortest {
        Err(Weak::Short(shortest))
    } else if password.len() > LONGEST {
        Err(Weak::Long(LONGEST))
    } else if is_run(lower.as_bytes()) {
        Err(Weak::Run)
    } else if holds(&lower, login.as_str()) {
        Err(Weak::Login)
    } else if is_common(&lower) {
        Err(Weak::Common)
    } else {
        Ok(())
    }
}

/// Whether all of it is printable ASCII.
pub fn is_plain(password: &str) -> bool {
    password.bytes().all(|b| (b' '..=b'~').contains(&b))
}

/// A login of two or three characters is in many a good password by chance.
fn holds(lower: &str, login: &str) -> bool {
    if login.len() >= 4 { lower.contains(login) } else { lower.replace(login, "").len() < 4 }
}

/// Whether all steps from one character to the next are the same, up, down or none; or whether only two characters are
/// in it.
fn is_run(bytes: &[u8]) -> bool {
    let steps: Vec<i16> = bytes.windows(2).map(|pair| i16::from(pair[1]) - i16::from(pair[0])).collect();
    // After 9 comes 0, and the other way round.
    let one_way = |step: i16, turn: i16| steps.iter().all(|s| *s == step || *s == turn);
    let first = bytes.first().copied().unwrap_or(0);
    let second = bytes.iter().copied().find(|b| *b != first).unwrap_or(first);
    one_way(1, -9) || one_way(-1, 9) || bytes.iter().all(|b| *b == first || *b == second)
}

/// A common password, also again and again, or a common word with figures and marks around it.
fn is_common(lower: &str) -> bool {
    let core = lower.trim_matches(|c: char| !c.is_ascii_alphabetic());
    COMMON.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).any(|word| {
        lower == word || core == word || lower.replace(word, "").is_empty() || core.replace(word, "").is_empty()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_and_what_is_not() {
        let login: Login = "0137".parse().unwrap();
        let checked = |password: &str| check(password, &login, false);
        for good in ["hay-17-Bayan lake", "correct horse b", "Xk3;vR9q_Lm2", "grass4sheep4me"] {
            assert_eq!(checked(good), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("short-1", Weak::Short(12)),
            ("", Weak::Short(12)),
            ("密码密码密码密码", Weak::Characters),
            ("tab\tin the middle", Weak::Characters),
            ("full-width\u{3000}space", Weak::Characters),
            ("aaaaaaaaaaaaaaaa", Weak::Run),
            ("abababababababab", Weak::Run),
            ("abcdefghijklmnop", Weak::Run),
            ("345678901234567", Weak::Run),
            ("98765432109876", Weak::Run),
            ("my-login-is-0137!", Weak::Login),
            ("Password2021!!", Weak::Common),
            ("passwordpassword", Weak::Common),
            ("!!!Neimenggu2026", Weak::Common),
            ("1qaz2wsx3edc4rfv", Weak::Common),
        ] {
            assert_eq!(checked(bad), Err(why), "{bad}");
        }
        assert_eq!(checked(&"aB3-".repeat(33)), Err(Weak::Long(128)));
        assert_eq!(check("hay-17-Bayan ", &login, true), Err(Weak::Short(15)));
        assert_eq!(check("hay-17-Bayan lake", &login, true), Ok(()));
        let short: Login = "ab".parse().unwrap();
        assert_eq!(check("about the tab on the table", &short, false), Ok(()));
        assert_eq!(check("abABabab-ababab", &short, false), Err(Weak::Login));
    }

    #[test]
    fn the_list_is_lower_case() {
        for word in COMMON.lines().filter(|line| !line.starts_with('#')) {
            assert_eq!(word, word.to_ascii_lowercase().trim(), "{word}");
            assert!(is_plain(word));
        }
    }
}
