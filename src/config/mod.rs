//! The configuration: a file, over it the environment (`HUZHU_UI_LANG` for `ui.lang`), over both the command line. Every
//! value knows where it comes from; everything that is wrong is told at once, and nothing starts on a guess.
//!
//! - `keys.rs` the keys, what each takes, what holds without it
//! - `file.rs` the file: whether it may be trusted, and its values with their lines
//! - `printers.rs` printers: their variables, what holds for them, what goes together
//! - `error.rs` what can be wrong, in words
//! - `place.rs` the data directory
//!
//! To add a key: a line in `keys.rs`, a getter here, its line in the README.

mod error;
mod file;
mod keys;
mod place;
mod printers;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

pub use error::{ConfigError, Problem};
pub use keys::{KEYS, PRINTER_KEYS};
pub use place::{DataDir, DataDirError};

use crate::domain::OfficeCode;
use crate::store::postgres::PostgresOptions;
use crate::strings::{Lang, Strings};
use crate::term::look::Environment;
use crate::ui::theme::Theme;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It is in the program.
    BuiltIn,
    /// A file and its line.
    File(PathBuf, usize),
    /// An environment variable.
    Environment(String),
    /// A flag of the command line.
    Flag(String),
}

/// As the printed configuration names it; the words for "built in" are the caller's.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::BuiltIn => f.write_str("-"),
            Origin::File(path, line) => write!(f, "{}:{line}", path.display()),
            Origin::Environment(name) | Origin::Flag(name) => f.write_str(name),
        }
    }
}

/// What the configuration is read from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// `--config FILE`: it must be there.
    pub file: Option<PathBuf>,
    /// The environment.
    pub environment: BTreeMap<String, String>,
    /// Values of the command line: key, value, and the flag's name.
    pub flags: Vec<(&'static str, String, &'static str)>,
}

impl Sources {
    /// With this process's environment.
    pub fn new(file: Option<PathBuf>, flags: Vec<(&'static str, String, &'static str)>) -> Sources {
        // What is no text is none of ours.
        let text = |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
        Sources { file, environment: std::env::vars_os().filter_map(text).collect(), flags }
    }

    /// The language for what must be said before a configuration is there.
    pub fn first_lang(&self) -> Lang {
        let flag = self.flags.iter().find(|(key, ..)| *key == "ui.lang").and_then(|(_, value, _)| Lang::parse(value));
        let named = |name: &str| self.environment.get(name).filter(|value| !value.is_empty());
        let own = ["HUZHU_UI_LANG", "HUZHU_LANG"].iter().find_map(|name| Lang::parse(named(name)?));
        flag.or(own).unwrap_or_else(|| {
            let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| named(name));
            match locale.and_then(|locale| Lang::parse(locale)) {
                Some(Lang::English) => Lang::English,
                _ => Lang::Chinese,
            }
        })
    }
}

/// What is in force.
#[derive(Clone, Debug)]
pub struct Config {
    values: BTreeMap<String, (String, Origin)>,
    first_lang: Lang,
}

impl Config {
    /// Reads everything there is.
    ///
    /// # Errors
    /// All that is wrong, at once.
    pub fn load(sources: &Sources) -> Result<Config, Vec<ConfigError>> {
        let mut errors = Vec::new();
        let mut values: BTreeMap<String, (String, Origin)> =
            KEYS.iter().map(|key| (key.name.to_owned(), (key.default.to_owned(), Origin::BuiltIn))).collect();
        match file::find(sources) {
            Ok(Some(path)) => values.extend(file::read(&path, &mut errors)),
            Ok(None) => {}
            Err(error) => errors.push(error),
        }
        for key in KEYS {
            let name = variable(key.name);
            let alias = (key.name == "ui.lang").then_some("HUZHU_LANG");
            for name in alias.into_iter().chain([name.as_str()]) {
                if let Some(value) = sources.environment.get(name) {
                    values.insert(key.name.to_owned(), (value.clone(), Origin::Environment(name.to_owned())));
                }
            }
        }
        printers::of_environment(&sources.environment, &mut values, &mut errors);
        for (key, value, flag) in &sources.flags {
            values.insert((*key).to_owned(), (value.clone(), Origin::Flag((*flag).to_owned())));
        }
        printers::fill(&mut values);
        let config = Config { values, first_lang: sources.first_lang() };
        config.check(&mut errors);
        if errors.is_empty() {
            return Ok(config);
        }
        errors.sort_by_key(|error| error.line());
        Err(errors)
    }

    /// What is built in, without a file and an environment.
    pub fn built_in(lang: Lang) -> Config {
        let values = KEYS.iter().map(|key| (key.name.to_owned(), (key.default.to_owned(), Origin::BuiltIn))).collect();
        Config { values, first_lang: lang }
    }

    fn check(&self, errors: &mut Vec<ConfigError>) {
        for (name, (value, origin)) in &self.values {
            if let Some(spec) = keys::find(name)
                && !(spec.takes.fits)(value)
                && (!value.is_empty() || !spec.default.is_empty())
            {
                let problem = Problem::BadValue { value: value.clone(), takes: spec.takes.words };
                errors.push(ConfigError { origin: origin.clone(), key: name.clone(), problem });
            }
        }
        let (url, origin) = &self.values["database.url"];
        if keys::is_centre(url)
            && let Err(why) = PostgresOptions::parse(url)
        {
            let problem = Problem::Centre(why);
            errors.push(ConfigError { origin: origin.clone(), key: "database.url".into(), problem });
        }
        self.check_printers(errors);
    }

    /// Every key with its value and where it comes from, in the order of the names.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &str, &Origin)> {
        self.values.iter().map(|(key, (value, origin))| (key.as_str(), value.as_str(), origin))
    }

    /// The value of a key; empty where there is none.
    pub fn get(&self, key: &str) -> &str {
        self.values.get(key).map_or("", |(value, _)| value.as_str())
    }

    /// The value of a key as a path; one that a file names is meant from the file's folder.
    pub fn path(&self, key: &str) -> Option<PathBuf> {
        let (value, origin) = self.values.get(key).filter(|(value, _)| !value.is_empty())?;
        match origin {
            Origin::File(file, _) => Some(file.parent()?.join(value)),
            _ => Some(PathBuf::from(value)),
        }
    }

    fn is_on(&self, key: &str) -> bool {
        self.get(key) == "true"
    }

    /// `ui.lang`, else the locale's, else Chinese.
    pub fn lang(&self) -> Lang {
        Lang::parse(self.get("ui.lang")).unwrap_or(self.first_lang)
    }

    /// Styles: what is configured, else what the terminal can show.
    pub fn theme(&self, environment: &Environment) -> Theme {
        let mono = Some(self.get("ui.theme")).filter(|theme| !theme.is_empty()).map(|theme| theme == "mono");
        let wide = self.get("ui.ambiguous_width") == "2";
        let ascii = match self.get("ui.borders") {
            // Lines that are two columns wide would tear every row.
            _ if wide => Some(true),
            "" => None,
            borders => Some(borders == "ascii"),
        };
        environment.theme(mono, ascii)
    }

    /// Minutes until the screen locks, 1 to 5.
    pub fn lock_minutes(&self) -> u64 {
        self.get("lock.minutes").parse().unwrap_or(5)
    }

    /// The window's number, where one is configured: it goes before the account's.
    pub fn window(&self) -> Option<u32> {
        let (value, origin) = self.values.get("office.window")?;
        if *origin == Origin::BuiltIn { None } else { value.parse().ok() }
    }

    /// The office that this terminal stands in, where it is configured.
    pub fn office(&self) -> Option<OfficeCode> {
        self.get("office.code").parse().ok()
    }

    /// Whether errors ring.
    pub fn bell(&self) -> bool {
        self.is_on("ui.bell")
    }

    /// Whether a slip is printed after a submit.
    pub fn print_after_submit(&self) -> bool {
        self.is_on("print.after_submit")
    }

    /// The whole configuration as a file, each line with where it comes from.
    pub fn print(&self, strings: &Strings) -> String {
        let mut out = String::new();
        let mut table = "";
        for (key, value, origin) in self.entries() {
            let (head, name) = key.rsplit_once('.').unwrap_or(("", key));
            if head != table {
                if !table.is_empty() {
                    out.push('\n');
                }
                out.push_str(&format!("[{head}]\n"));
                table = head;
            }
            let value = match value {
                "true" | "false" => value.to_owned(),
                number if number.parse::<u32>().is_ok() && name != "code" => number.to_owned(),
                text => toml::Value::String(text.to_owned()).to_string(),
            };
            let origin = match origin {
                Origin::BuiltIn => strings.get("config-built-in"),
                other => other.to_string(),
            };
            out.push_str(&format!("{:<34} # {origin}\n", format!("{name} = {value}")));
        }
        out
    }
}

/// The environment variable of a key: `HUZHU_UI_LANG` of `ui.lang`.
fn variable(key: &str) -> String {
    format!("HUZHU_{}", key.to_ascii_uppercase().replace(['.', '-'], "_"))
}
