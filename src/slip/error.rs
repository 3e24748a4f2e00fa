//! What can go wrong between a form and the paper, typed, and its sentence.
//!
//! To add an error: a variant, its sentence in `sentence` and in both message files under "Slips".

use std::io::ErrorKind;
use std::path::PathBuf;

use super::state::PrinterState;
use crate::strings::Strings;

/// Why nothing was printed, or not surely.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrintError {
    /// The folder of a `file:` device is not there.
    #[error("no folder {0}")]
    NoFolder(PathBuf),
    /// A file or link of this name is there, with other content; it was left alone.
    #[error("{0} is there already")]
    Exists(PathBuf),
    /// The printer does not answer: its address, and why.
    #[error("{0} can't be reached: {1}")]
    Unreachable(String, String),
    /// What stands under this path is no device of characters.
    #[error("{0} is not a character device")]
    NoDevice(PathBuf),
    /// The printer says what holds it up: its address, its state.
    #[error("{0}: {1:?}")]
    State(String, PrinterState),
    /// It took no more bytes within the time limit.
    #[error("{0} does not go on")]
    TimedOut(String),
    /// It broke off before it had all.
    #[error("{0} broke off: {1}")]
    BrokeOff(String, String),
    /// `lp` refused, with what it said.
    #[error("lp: {0}")]
    Command(String),
    /// The font can't be read.
    #[error("no font: {0}")]
    Font(String),
    /// The PDF could not be made.
    #[error("no PDF: {0}")]
    Pdf(String),
    /// The QR code could not be made.
    #[error("no code: {0}")]
    Code(String),
    /// A file or the spool could not be written or read.
    #[error("{0}: {1}")]
    File(PathBuf, String),
}

impl PrintError {
    /// Whether a job that had begun has not gone out after all: a folder takes a file whole or not at all, and what `lp`
    /// refused is in no queue.
    pub const fn is_clean(&self) -> bool {
        use PrintError::{Command, Exists, File, NoFolder};
        matches!(self, NoFolder(_) | Exists(_) | File(..) | Command(_))
    }

    /// An error of a file.
    pub fn file(path: impl Into<PathBuf>, error: std::io::Error) -> PrintError {
        PrintError::File(path.into(), error.to_string())
    }

    /// What the clerk reads. It names the device, never a person.
    pub fn sentence(&self, strings: &Strings) -> String {
        match self {
            PrintError::NoFolder(path) => strings.with("print-no-folder", &[("path", &path.display())]),
            PrintError::Exists(path) => strings.with("print-exists", &[("path", &path.display())]),
            PrintError::Unreachable(device, why) => {
                strings.with("print-unreachable", &[("device", device), ("why", &plain(why, strings))])
            }
            PrintError::NoDevice(path) => strings.with("print-no-device", &[("path", &path.display())]),
            PrintError::State(device, state) => {
                let args: [(&str, &dyn std::fmt::Display); 2] =
                    [("device", device), ("state", &state.sentence(strings))];
                strings.with("print-state", &args)
            }
            PrintError::TimedOut(device) => strings.with("print-timed-out", &[("device", device)]),
            PrintError::BrokeOff(device, why) => {
                strings.with("print-broke-off", &[("device", device), ("why", &plain(why, strings))])
            }
            PrintError::Command(said) => strings.with("print-command", &[("said", said)]),
            PrintError::Font(why) => strings.with("print-font", &[("why", &plain(why, strings))]),
            PrintError::Pdf(why) => strings.with("print-pdf", &[("why", why)]),
            PrintError::Code(why) => strings.with("print-code", &[("why", why)]),
            PrintError::File(path, why) => {
                strings.with("print-file", &[("path", &path.display()), ("why", &plain(why, strings))])
            }
        }
    }
}

/// What the system said, in words that say what to do; the rest as the system says it.
fn plain(why: &str, strings: &Strings) -> String {
    let number = why.rsplit_once("(os error ").and_then(|(_, rest)| rest.strip_suffix(')')?.parse::<i32>().ok());
    let error = number.map(std::io::Error::from_raw_os_error);
    let (before, _) = why.split_once(": ").filter(|(path, _)| path.starts_with('/')).unwrap_or_default();
    let words = match error.map(|error| error.kind()) {
        Some(ErrorKind::ConnectionRefused | ErrorKind::TimedOut) => strings.get("print-why-off"),
        Some(ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable) => strings.get("print-why-line"),
        Some(ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted) => {
            strings.get("print-why-hung-up")
        }
        Some(ErrorKind::NotFound) => strings.get("print-why-not-there"),
        Some(ErrorKind::PermissionDenied) => strings.get("print-why-not-allowed"),
        Some(ErrorKind::StorageFull) => strings.get("print-why-full"),
        _ => return why.to_owned(),
    };
    if before.is_empty() { words } else { format!("{before}: {words}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strings::Lang;

    #[test]
    fn what_the_system_says_is_said_in_words() {
        let strings = Strings::new(Lang::Chinese);
        for number in [2, 13, 28, 32, 101, 104, 110, 111, 113] {
            let why = std::io::Error::from_raw_os_error(number).to_string();
            let said = PrintError::Unreachable("till".into(), why.clone()).sentence(&strings);
            assert!(!said.contains("os error") && !said.ends_with(&why), "{said}");
        }
        let font = PrintError::Font("/x/y.ttf: No such file or directory (os error 2)".into()).sentence(&strings);
        assert!(font.contains("/x/y.ttf") && !font.contains("os error"), "{font}");
        assert!(PrintError::BrokeOff("till".into(), "x1".into()).sentence(&strings).contains("x1"));
    }

    #[test]
    fn every_error_has_its_sentence() {
        let text = String::from("x1");
        for lang in [Lang::Chinese, Lang::English] {
            let strings = Strings::new(lang);
            for error in [
                PrintError::NoFolder("x1".into()),
                PrintError::Exists("x1".into()),
                PrintError::Unreachable(text.clone(), text.clone()),
                PrintError::NoDevice("x1".into()),
                PrintError::State(text.clone(), PrinterState::PaperOut),
                PrintError::TimedOut(text.clone()),
                PrintError::BrokeOff(text.clone(), text.clone()),
                PrintError::Command(text.clone()),
                PrintError::Font(text.clone()),
                PrintError::Pdf(text.clone()),
                PrintError::Code(text.clone()),
                PrintError::File("x1".into(), text.clone()),
            ] {
                let sentence = error.sentence(&strings);
                assert!(sentence.contains("x1") && !sentence.starts_with("print-"), "{sentence}");
            }
        }
    }
}
