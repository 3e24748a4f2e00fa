//! The keys of the configuration: what each takes, and what holds without it.

use crate::domain::OfficeCode;
use crate::slip::paper::Paper;
use crate::slip::{Device, Encoding, Language};
use crate::strings::Lang;

/// What a key takes.
#[derive(Clone, Copy)]
pub struct Takes {
    /// Whether a value fits.
    pub fits: fn(&str) -> bool,
    /// The key of the words that say what fits.
    pub words: &'static str,
}

/// One key.
pub struct KeySpec {
    /// Its name, such as `ui.lang`.
    pub name: &'static str,
    /// What holds without it; empty: nothing, or what the terminal says.
    pub default: &'static str,
    /// What it takes.
    pub takes: Takes,
}

const fn key(name: &'static str, default: &'static str, takes: Takes) -> KeySpec {
    KeySpec { name, default, takes }
}

const TEXT: Takes = Takes { fits: |text| !text.chars().any(char::is_control), words: "config-takes-text" };
const YES_NO: Takes = Takes { fits: |text| matches!(text, "true" | "false"), words: "config-takes-bool" };

/// Every key but those of printers.
pub const KEYS: &[KeySpec] = &[
    key("database.url", "", Takes { fits: is_url, words: "config-takes-url" }),
    key("database.login", "", TEXT),
    key("database.root_cert", "", TEXT),
    key("database.client_cert", "", TEXT),
    key("database.client_key", "", TEXT),
    key("database.seal_key", "", TEXT),
    key("office.code", "", Takes { fits: |text| text.parse::<OfficeCode>().is_ok(), words: "config-takes-office" }),
    key("office.window", "1", Takes { fits: |text| number(text, 1, 99), words: "config-takes-window" }),
    key("ui.lang", "", Takes { fits: |text| Lang::parse(text).is_some(), words: "config-takes-lang" }),
    key("ui.theme", "", Takes { fits: |text| matches!(text, "16" | "mono"), words: "config-takes-theme" }),
    key("ui.borders", "", Takes { fits: |text| matches!(text, "line" | "ascii"), words: "config-takes-borders" }),
    key(
        "ui.ambiguous_width",
        "1",
        Takes { fits: |text| matches!(text, "1" | "2" | "probe"), words: "config-takes-ambiguous" },
    ),
    key("ui.keymap", "default", TEXT),
    key("ui.bell", "true", YES_NO),
    key("print.after_submit", "true", YES_NO),
    key("print.profile", "", TEXT),
    key("lock.minutes", "5", Takes { fits: |text| number(text, 1, 5), words: "config-takes-minutes" }),
    key(
        "log.level",
        "info",
        Takes {
            fits: |text| matches!(text, "off" | "error" | "warn" | "info" | "debug" | "trace"),
            words: "config-takes-level",
        },
    ),
];

/// Keys of `[printer.NAME]`.
pub const PRINTER_KEYS: &[KeySpec] = &[
    key("paper", "", Takes { fits: |text| text.parse::<Paper>().is_ok(), words: "config-takes-paper" }),
    key("language", "", Takes { fits: |text| text.parse::<Language>().is_ok(), words: "config-takes-language" }),
    key("encoding", "", Takes { fits: |text| text.parse::<Encoding>().is_ok(), words: "config-takes-encoding" }),
    key("columns", "", Takes { fits: |text| number(text, 20, 200), words: "config-takes-columns" }),
    key("device", "", Takes { fits: is_device, words: "config-takes-device" }),
    key("font", "", TEXT),
];

fn number(text: &str, from: u32, to: u32) -> bool {
    text.parse::<u32>().is_ok_and(|n| (from..=to).contains(&n))
}

/// A folder is named from the root: what would hold from whichever folder the program was started in is a guess.
fn is_device(text: &str) -> bool {
    match text.parse() {
        Ok(Device::File(folder)) => folder.is_absolute(),
        device => device.is_ok(),
    }
}

/// A driver's word, a colon, the rest; the adapters say what is wrong with the rest.
fn is_url(text: &str) -> bool {
    is_centre(text)
        || text.strip_prefix("sqlite:").is_some_and(|path| !path.is_empty() && !path.contains(char::is_control))
}

/// Whether a database is the centre's; what is wrong with the rest is said without repeating it.
pub fn is_centre(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// The printer and the key of `printer.NAME.KEY`.
pub fn printer_key(name: &str) -> Option<(&str, &'static KeySpec)> {
    let (printer, key) = name.strip_prefix("printer.")?.rsplit_once('.')?;
    Some((printer, PRINTER_KEYS.iter().find(|spec| spec.name == key)?))
}

/// The key of a name, of a printer's too.
pub fn find(name: &str) -> Option<&'static KeySpec> {
    KEYS.iter().find(|spec| spec.name == name).or_else(|| Some(printer_key(name)?.1))
}
