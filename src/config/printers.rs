//! Printers in the configuration: `[printer.NAME]` of the file and, over it, `HUZHU_PRINTER_NAME_KEY` of the environment
//! (`HUZHU_PRINTER_TILL_2_DEVICE` is `device` of `[printer.till-2]`); what holds without a key; what doesn't go together.
//!
//! A name is made of small letters, digits and hyphens: it stands in names of files, and a variable turns back into it in
//! one way only.
//!
//! To add a check of what doesn't go together: a case in `check` (nothing starts) or in `warnings` (it is only said), with
//! its words in both message files.

use std::collections::BTreeMap;

use super::file::nearest;
use super::keys::{PRINTER_KEYS, printer_key};
use super::{Config, ConfigError, Origin, Problem, variable};
use crate::slip::paper::Paper;
use crate::slip::{Device, Encoding, Language, Profile};

/// Values by their keys, and where they come from.
type Values = BTreeMap<String, (String, Origin)>;

/// How variables of printers begin.
const PREFIX: &str = "HUZHU_PRINTER_";
/// Characters of a name at most.
const LONGEST: usize = 40;

/// Reads the printers of the environment over those of the file.
pub fn of_environment(environment: &BTreeMap<String, String>, values: &mut Values, errors: &mut Vec<ConfigError>) {
    for (name, value) in environment {
        let Some(rest) = name.strip_prefix(PREFIX) else { continue };
        let origin = Origin::Environment(name.clone());
        let (printer, key) = rest.rsplit_once('_').unwrap_or(("", rest));
        let key = format!("printer.{}.{}", printer.to_ascii_lowercase().replace('_', "-"), key.to_ascii_lowercase());
        // Written in any other way it is not the variable of its key.
        let known = variable(&key) == *name && printer_key(&key).is_some_and(|(printer, _)| is_name(printer));
        if known {
            values.insert(key, (value.clone(), origin));
        } else {
            let problem = Problem::UnknownKey(nearest(&key).map(|key| variable(&key)));
            errors.push(ConfigError { origin, key: name.clone(), problem });
        }
    }
}

/// Adds what holds without a key. Columns depend on paper and language; where one of these is wrong there are none.
pub fn fill(values: &mut Values) {
    for name in names(values) {
        let value = |values: &Values, key: &str| {
            let value = values.get(&format!("printer.{name}.{key}")).map(|(value, _)| value.clone());
            value.filter(|value| !value.is_empty())
        };
        let mut add = |key: &str, default: String| {
            if value(values, key).is_none() {
                values.insert(format!("printer.{name}.{key}"), (default, Origin::BuiltIn));
            }
        };
        add("paper", Paper::default().to_string());
        add("language", Language::default().to_string());
        let parts = [value(values, "paper"), value(values, "language")].map(Option::unwrap_or_default);
        let (Ok(paper), Ok(language)) = (parts[0].parse(), parts[1].parse::<Language>()) else { continue };
        let mut add = |key: &str, default: String| {
            if value(values, key).is_none() {
                values.insert(format!("printer.{name}.{key}"), (default, Origin::BuiltIn));
            }
        };
        add("columns", language.columns(paper).to_string());
        if language.has_code_page() {
            add("encoding", Encoding::default().to_string());
        }
    }
}

/// The printers' names, each once.
fn names(values: &Values) -> Vec<String> {
    let mut names: Vec<String> = values.keys().filter_map(|key| Some(printer_key(key)?.0.to_owned())).collect();
    names.dedup();
    names
}

/// Small letters, digits and hyphens, a letter or a digit first.
fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    (1..=LONGEST).contains(&name.len()) && name.starts_with(fits) && name.chars().all(|c| fits(c) || c == '-')
}

/// The name that was meant, more or less.
fn like(name: &str) -> String {
    let small = name.to_ascii_lowercase();
    let part = |part: &&str| !part.is_empty();
    let parts: Vec<&str> = small.split(|c: char| !c.is_ascii_alphanumeric()).filter(part).collect();
    let like = parts.join("-");
    if is_name(&like) { like } else { "counter".into() }
}

impl Config {
    /// The printers, the one that is used first.
    pub fn printers(&self) -> Vec<Profile> {
        let first = self.get("print.profile");
        let mut names = names(&self.values);
        names.sort_by_key(|name| name != first);
        names.iter().filter_map(|name| self.printer(name)).collect()
    }

    /// Every value was checked when it was read, so that none is missing here.
    fn printer(&self, name: &str) -> Option<Profile> {
        let value = |key: &str| self.get(&format!("printer.{name}.{key}"));
        let device: Device = value("device").parse().ok()?;
        let mut profile = Profile::new(name, value("paper").parse().ok()?, value("language").parse().ok()?, device);
        profile.encoding = value("encoding").parse().unwrap_or_default();
        profile.columns = value("columns").parse().ok()?;
        profile.font = self.path(&format!("printer.{name}.font"));
        Some(profile)
    }

    /// Where a printer is written: at the key, else at any of its lines.
    fn written(&self, name: &str, key: &str) -> Origin {
        let own = self.values.get(&format!("printer.{name}.{key}")).map(|(_, origin)| origin);
        let keys = PRINTER_KEYS.iter().filter_map(|spec| self.values.get(&format!("printer.{name}.{}", spec.name)));
        let mut all = own.into_iter().chain(keys.map(|(_, origin)| origin));
        all.find(|origin| **origin != Origin::BuiltIn).cloned().unwrap_or(Origin::BuiltIn)
    }

    /// What can't work, beyond single values.
    pub(super) fn check_printers(&self, errors: &mut Vec<ConfigError>) {
        let names = names(&self.values);
        let (profile, origin) = &self.values["print.profile"];
        if !profile.is_empty() && !names.contains(profile) {
            let problem = Problem::NoSuchPrinter(profile.clone());
            errors.push(ConfigError { origin: origin.clone(), key: "print.profile".into(), problem });
        }
        for name in names {
            let key = format!("printer.{name}");
            let mut wrong = |at: &str, key: String, problem| {
                errors.push(ConfigError { origin: self.written(&name, at), key, problem });
            };
            if !is_name(&name) {
                wrong("device", key.clone(), Problem::PrinterName(like(&name)));
            }
            if self.get(&format!("{key}.device")).is_empty() {
                wrong("device", key.clone(), Problem::NoDevice);
            }
            let Some(profile) = self.printer(&name) else { continue };
            if profile.language == Language::Pdf && matches!(profile.device, Device::Dev(_)) {
                wrong("language", key.clone(), Problem::Together("config-pdf-to-device"));
            }
            let most = profile.language.room(profile.paper);
            if profile.columns > most {
                wrong("columns", format!("{key}.columns"), Problem::TooWide(profile.columns, profile.paper, most));
            }
        }
    }

    /// What works, and hardly as it was meant.
    pub fn warnings(&self) -> Vec<ConfigError> {
        let mut warnings = Vec::new();
        for profile in self.printers() {
            let roll = profile.paper.page().is_none();
            let direct = matches!(profile.device, Device::Tcp(..) | Device::Dev(_));
            let (at, why) = match profile.language {
                Language::EscPos if !roll => ("paper", "config-escpos-paper"),
                Language::EscP if !profile.paper.parts() => ("paper", "config-escp-paper"),
                Language::Text if direct => ("language", "config-text-to-printer"),
                _ => continue,
            };
            let origin = self.written(&profile.name, at);
            let key = format!("printer.{}", profile.name);
            warnings.push(ConfigError { origin, key, problem: Problem::Together(why) });
        }
        warnings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_what_was_meant() {
        for name in ["counter", "lq-635k", "1"] {
            assert!(is_name(name));
            assert_eq!(like(name), name);
        }
        for (name, meant) in [("LQ 635K", "lq-635k"), ("till_2", "till-2"), ("\u{7a97}", "counter"), ("", "counter")] {
            assert!(!is_name(name));
            assert_eq!(like(name), meant);
        }
        assert!(!is_name("-a") && !is_name(&"a".repeat(41)));
    }
}
