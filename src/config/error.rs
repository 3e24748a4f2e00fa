//! What can be wrong with the configuration, and its sentence with the fix.

use std::fmt::Display;

use super::Origin;
use crate::slip::paper::Paper;
use crate::store::postgres::OptionsError;
use crate::strings::Strings;

/// Something that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// Where it was written.
    pub origin: Origin,
    /// The key, or empty for the whole file.
    pub key: String,
    /// What is wrong.
    pub problem: Problem,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The file can't be read.
    CantRead(String),
    /// Anybody can write into the file.
    WorldWritable,
    /// The file belongs to somebody else.
    ForeignOwner,
    /// No TOML (the parser's words).
    Syntax(String),
    /// There is no such key; the one that may have been meant.
    UnknownKey(Option<String>),
    /// The value does not fit; the key of the words that say what does.
    BadValue {
        /// What was written.
        value: String,
        /// What fits.
        takes: &'static str,
    },
    /// No place of a centre. It is not repeated: a password may stand in it.
    Centre(OptionsError),
    /// No printer is called so.
    NoSuchPrinter(String),
    /// A printer without a device.
    NoDevice,
    /// No name for a printer; one like it.
    PrinterName(String),
    /// Columns, the paper that has less room, and its columns at most.
    TooWide(usize, Paper, usize),
    /// Values that don't go together; the key of the words that say why, and the fix.
    Together(&'static str),
}

impl ConfigError {
    /// The line in the file, 0 elsewhere.
    pub fn line(&self) -> usize {
        match &self.origin {
            Origin::File(_, line) => *line,
            _ => 0,
        }
    }

    /// `where: what is wrong and the fix`, in words.
    pub fn sentence(&self, strings: &Strings) -> String {
        let key = &self.key;
        let what = match &self.problem {
            Problem::CantRead(why) => strings.with("config-cant-read", &[("why", why)]),
            Problem::WorldWritable => strings.get("config-world-writable"),
            Problem::ForeignOwner => strings.get("config-foreign-owner"),
            Problem::Syntax(why) => strings.with("config-syntax", &[("why", why)]),
            Problem::UnknownKey(Some(nearest)) => {
                strings.with("config-unknown-key-near", &[("key", key), ("nearest", nearest)])
            }
            Problem::UnknownKey(None) => strings.with("config-unknown-key", &[("key", key)]),
            Problem::BadValue { value, takes } => {
                strings.with("config-bad-value", &[("key", key), ("value", value), ("takes", &strings.get(takes))])
            }
            Problem::Centre(why) => format!("{key}: {}", strings.get(why.key())),
            Problem::NoSuchPrinter(name) => strings.with("config-no-printer", &[("name", name)]),
            Problem::PrinterName(like) => {
                let name = key.trim_start_matches("printer.");
                strings.with("config-printer-name", &[("name", &name), ("like", like)])
            }
            Problem::TooWide(columns, paper, most) => {
                let args: [(&str, &dyn Display); 4] =
                    [("key", key), ("columns", columns), ("paper", paper), ("most", most)];
                strings.with("config-too-wide", &args)
            }
            Problem::Together(why) => strings.with(why, &[("key", key)]),
            Problem::NoDevice => strings.with("config-no-device", &[("key", key)]),
        };
        format!("{}: {what}", self.origin)
    }
}
