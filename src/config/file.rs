//! The configuration file: found, trusted or refused, read with the lines of its values.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use etcetera::{BaseStrategy, choose_base_strategy};
use toml::de::{DeTable, DeValue};

use super::keys::{self, KEYS, PRINTER_KEYS};
use super::{ConfigError, Origin, Problem, Sources};

/// The file of the sources: the one that was named, else the one in the user's folder where there is one.
pub fn find(sources: &Sources) -> Result<Option<PathBuf>, ConfigError> {
    if let Some(path) = &sources.file {
        return Ok(Some(path.clone()));
    }
    let folder = match sources.environment.get("XDG_CONFIG_HOME").filter(|folder| !folder.is_empty()) {
        Some(folder) => Some(PathBuf::from(folder)),
        None => sources.environment.get("HOME").and_then(|_| Some(choose_base_strategy().ok()?.config_dir())),
    };
    Ok(folder.map(|folder| folder.join("huzhu/config.toml")).filter(|path| path.exists()))
}

/// The values of a file with their lines.
pub fn read(path: &Path, errors: &mut Vec<ConfigError>) -> BTreeMap<String, (String, Origin)> {
    let whole = |problem| ConfigError { origin: Origin::File(path.to_owned(), 1), key: String::new(), problem };
    match fs::metadata(path) {
        Ok(meta) if meta.mode() & 0o002 != 0 => errors.push(whole(Problem::WorldWritable)),
        Ok(meta) if meta.uid() != 0 && meta.uid() != rustix::process::geteuid().as_raw() => {
            errors.push(whole(Problem::ForeignOwner));
        }
        _ => {}
    }
    match fs::read_to_string(path) {
        Ok(text) => {
            let mut reader = Reader { path, text: &text, errors, values: BTreeMap::new() };
            reader.file();
            reader.values
        }
        Err(error) => {
            errors.push(whole(Problem::CantRead(error.to_string())));
            BTreeMap::new()
        }
    }
}

struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
    errors: &'a mut Vec<ConfigError>,
    values: BTreeMap<String, (String, Origin)>,
}

impl Reader<'_> {
    fn at(&self, byte: usize) -> Origin {
        let line = self.text.as_bytes()[..byte.min(self.text.len())].iter().filter(|c| **c == b'\n').count() + 1;
        Origin::File(self.path.to_owned(), line)
    }

    fn wrong(&mut self, byte: usize, key: &str, problem: Problem) {
        let origin = self.at(byte);
        self.errors.push(ConfigError { origin, key: key.to_owned(), problem });
    }

    fn file(&mut self) {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in errors {
            let byte = error.span().map_or(0, |span| span.start);
            self.wrong(byte, "", Problem::Syntax(error.message().to_owned()));
        }
        self.table("", table.get_ref());
    }

    fn table(&mut self, head: &str, table: &DeTable) {
        for (name, value) in table {
            let byte = name.span().start;
            let name = name.get_ref();
            let full = if head.is_empty() { name.to_string() } else { format!("{head}.{name}") };
            match value.get_ref() {
                DeValue::Table(inner) if is_table(&full) => self.table(&full, inner),
                value => match (keys::find(&full), scalar(value)) {
                    (None, _) => self.wrong(byte, &full, Problem::UnknownKey(nearest(&full))),
                    (Some(spec), None) => {
                        let problem = Problem::BadValue { value: value.type_str().into(), takes: spec.takes.words };
                        self.wrong(byte, &full, problem);
                    }
                    (Some(_), Some(text)) => {
                        let origin = self.at(byte);
                        self.values.insert(full, (text, origin));
                    }
                },
            }
        }
    }
}

/// Whether a name is a table of the configuration.
fn is_table(name: &str) -> bool {
    let printer = name.strip_prefix("printer.").is_some_and(|name| !name.is_empty() && !name.contains('.'));
    name == "printer" || printer || KEYS.iter().any(|spec| spec.name.split('.').next() == Some(name))
}

fn scalar(value: &DeValue) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.as_str().to_owned()),
        DeValue::Boolean(value) => Some(value.to_string()),
        _ => None,
    }
}

/// The key that was meant: the one with the fewest letters to change, where they are few.
pub fn nearest(name: &str) -> Option<String> {
    let printer = name.strip_prefix("printer.").and_then(|rest| rest.split('.').next());
    let of_printer = PRINTER_KEYS.iter().filter_map(|spec| Some(format!("printer.{}.{}", printer?, spec.name)));
    let all = KEYS.iter().map(|spec| spec.name.to_owned()).chain(of_printer);
    let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
    all.map(|key| (distance(&key, name).min(distance(&last(&key), &last(name)) + 1), key))
        .min()
        .filter(|(distance, _)| *distance <= 3)
        .map(|(_, key)| key)
}

/// Letters to insert, drop or change between two words.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut before = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let change = before + usize::from(x != *y);
            before = row[j + 1];
            row[j + 1] = change.min(before + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
