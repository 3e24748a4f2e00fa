//! What went wrong at the edge, as sentences that say what to do next.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use crate::config::DataDirError;
use crate::domain::text::{display_safe, is_unsafe};
use crate::store::StoreError;
use crate::store::journal::{Damage as Lost, JournalError};
use crate::store::sqlite::rescue::Damage;
use crate::strings::Strings;
use crate::strings::errors::store_error;

/// Why the data directory can't be used.
pub fn data_dir(error: &DataDirError, strings: &Strings) -> String {
    match error {
        DataDirError::NoHome => strings.get("start-no-home"),
        DataDirError::Io(path, why) => strings.with("start-data-dir", &[("path", &path.display()), ("why", why)]),
    }
}

/// Why the journal can't be used.
pub fn journal(error: &JournalError, folder: &Path, strings: &Strings) -> String {
    match error {
        JournalError::InUse => strings.with("start-in-use", &[("path", &folder.display())]),
        JournalError::KeyReadable(path) => strings.with("start-key-readable", &[("path", &path.display())]),
        JournalError::Io(why) | JournalError::Database(why) => {
            strings.with("start-data-dir", &[("path", &folder.display()), ("why", why)])
        }
    }
}

/// Why the database can't be opened.
pub fn open(error: &StoreError, path: &Path, login: &str, strings: &Strings) -> String {
    match error {
        StoreError::NotFound => strings.with("start-no-database", &[("path", &path.display())]),
        StoreError::NotAllowed => strings.with("start-no-account", &[("login", &login)]),
        StoreError::Refused(code) if code == "today" => strings.get("start-no-today"),
        other => strings.with("start-database", &[("path", &path.display()), ("why", &store_error(other, strings))]),
    }
}

/// Why the centre lets nobody in.
pub fn centre(error: &StoreError, strings: &Strings) -> String {
    match error {
        error if error.may_pass() => strings.get("login-unreachable"),
        other => store_error(other, strings),
    }
}

/// What was done with a damaged database.
pub fn damage(damage: &Damage, strings: &Strings) -> String {
    let aside = damage.set_aside.display();
    if damage.lost.is_empty() {
        return strings.with("start-damage-all", &[("aside", &aside), ("kept", &damage.kept)]);
    }
    let lost = damage.lost.join(", ");
    strings.with("start-damage", &[("aside", &aside), ("kept", &damage.kept), ("lost", &lost)])
}

/// What was done with a damaged journal.
pub fn lost(lost: &Lost, strings: &Strings) -> String {
    let aside: Vec<String> = lost.set_aside.iter().map(|path| path.display().to_string()).collect();
    let args: [(&str, &dyn std::fmt::Display); 3] =
        [("aside", &aside.join(", ")), ("kept", &lost.rescued), ("lost", &lost.lost)];
    strings.with("start-journal-damage", &args)
}

/// Text for a terminal that is no screen of ours: line by line, nothing in it steers anything.
pub fn safe(text: &str) -> String {
    text.lines().map(display_safe).collect::<Vec<_>>().join("\n")
}

/// One line of JSON in which nothing steers a terminal: controls and bidi characters as `\u….`.
///
/// # Errors
/// Where the value has no JSON.
pub fn json(value: &impl Serialize) -> serde_json::Result<String> {
    let mut out = String::new();
    for c in serde_json::to_string(value)?.chars() {
        if is_unsafe(c) {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        } else {
            out.push(c);
        }
    }
    Ok(out)
}

/// Writes a line to the standard output. A reader that has seen enough (`| head`) is no error.
///
/// # Errors
/// Where it can't be written otherwise.
pub fn say(line: &str) -> io::Result<()> {
    match writeln!(io::stdout().lock(), "{line}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_nothing_that_steers() {
        let text = "a\u{1b}\u{9b}31m\u{202e}\u{7f}\u{e0001}";
        let told = json(&text).unwrap();
        assert_eq!(told, r#""a\u001b\u009b31m\u202e\u007f\udb40\udc01""#);
        assert_eq!(serde_json::from_str::<String>(&told).unwrap(), text);
    }
}
