//! The message files: both languages have the same keys with the same arguments, the source uses what is there and only
//! that, and every message can be formatted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use huzhu::config::{KEYS, PRINTER_KEYS};
use huzhu::keymap::action::ACTIONS;
use huzhu::store::StoreError;
use huzhu::strings::errors::store_error;
use huzhu::strings::{Lang, Strings};
use huzhu::ui::text::{width, wrap};

/// The beginnings of keys that the source makes from codes: `format!("kind-{}", …)`.
fn computed(code: &str) -> BTreeSet<String> {
    let pieces = code.split('"').filter_map(|piece| piece.split_once("-{"));
    let is_beginning = |piece: &str| !piece.is_empty() && piece.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    pieces.filter(|(piece, _)| is_beginning(piece)).map(|(piece, _)| format!("{piece}-")).collect()
}

fn messages(lang: Lang) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    let mut last = String::new();
    for line in lang.source().lines() {
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        if !line.starts_with([' ', '}', '*', '[']) {
            let (key, _) = line.split_once(" =").unwrap_or_else(|| panic!("no message: {line}"));
            assert!(found.insert(key.to_owned(), BTreeSet::new()).is_none(), "{key} is there twice");
            last = key.to_owned();
        }
        let arguments = found.get_mut(&last).unwrap();
        for part in line.split("{ $").skip(1) {
            arguments.insert(part.chars().take_while(|c| c.is_alphanumeric() || *c == '_' || *c == '-').collect());
        }
    }
    found
}

/// The source of a folder of `src`, or of all of it.
fn code(room: &str) -> String {
    fn walk(folder: &Path, code: &mut String) {
        let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                walk(&path, code);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                code.push_str(&fs::read_to_string(&path).unwrap());
            }
        }
    }
    let mut code = String::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(room), &mut code);
    code
}

#[test]
fn both_languages_say_the_same() {
    let (chinese, english) = (messages(Lang::Chinese), messages(Lang::English));
    let keys = |messages: &BTreeMap<String, _>| messages.keys().cloned().collect::<BTreeSet<_>>();
    let only: Vec<_> = keys(&chinese).symmetric_difference(&keys(&english)).cloned().collect();
    assert!(only.is_empty(), "in one language only: {only:?}");
    for (key, arguments) in &chinese {
        assert_eq!(arguments, &english[key], "the arguments of {key}");
    }
}

#[test]
fn the_source_uses_what_is_there() {
    let known = messages(Lang::Chinese);
    let code = code("");
    let mut missing = BTreeSet::new();
    for call in [".get(\"", ".t(\"", ".with(\"", ".with(\n"] {
        for (at, _) in code.match_indices(call) {
            let rest = code[at + call.len()..].trim_start().trim_start_matches('"');
            let key: String =
                rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_').collect();
            // Other things have a `get` too; a message's key has a hyphen, and stands whole in its quotes.
            if key.contains('-') && rest[key.len()..].starts_with('"') && !known.contains_key(&key) {
                missing.insert(key);
            }
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_message_is_used() {
    let code = code("");
    let actions: BTreeSet<String> = ACTIONS.iter().map(|(_, _, action)| action.label_key()).collect();
    let takes: BTreeSet<&str> = KEYS.iter().chain(PRINTER_KEYS).map(|spec| spec.takes.words).collect();
    let computed = computed(&code);
    let unused: Vec<String> = messages(Lang::Chinese)
        .into_keys()
        .filter(|key| {
            let computed = computed.iter().any(|beginning| key.starts_with(beginning));
            let action = actions.contains(key) || key.strip_suffix("-help").is_some_and(|key| actions.contains(key));
            !computed && !action && !takes.contains(key.as_str()) && !code.contains(&format!("\"{key}\""))
        })
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn every_refusal_has_its_sentence() {
    let code = code("store");
    let mut used = BTreeSet::new();
    for call in ["refused(\"", "Refused(\""] {
        for (at, _) in code.match_indices(call) {
            let rest = &code[at + call.len()..];
            used.insert(format!("refused-{}", rest.split('"').next().unwrap_or_default()));
        }
    }
    // The centre's own, but for those that this program never gets: it asks in the form that they guard, and what the
    // tree refuses is the sealer's.
    let never = ["field", "ids", "search", "account-missing", "account-person-hash", "account-verifier"];
    let sql = |file: &Path| fs::read_to_string(file).unwrap();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/postgres")).unwrap() {
        for rest in sql(&entry.unwrap().path()).split("core.refuse('").skip(1) {
            let code = rest.split('\'').next().unwrap_or_default();
            if !never.contains(&code) {
                used.insert(format!("refused-{code}"));
            }
        }
    }
    used.retain(|key| !key.starts_with("refused-tree-"));
    for lang in [Lang::Chinese, Lang::English] {
        let said: BTreeSet<String> = messages(lang).into_keys().filter(|key| key.starts_with("refused-")).collect();
        assert_eq!(used, said, "{lang:?}");
        let strings = Strings::new(lang);
        for key in &used {
            let reason = key.trim_start_matches("refused-").to_owned();
            assert_eq!(store_error(&StoreError::Refused(reason), &strings), strings.get(key));
        }
    }
    assert!(used.len() > 8);
}

#[test]
fn every_message_can_be_formatted() {
    for lang in [Lang::Chinese, Lang::English] {
        let strings = Strings::new(lang);
        let parsed = fluent_bundle::FluentResource::try_new(lang.source().to_owned());
        assert!(parsed.is_ok(), "{lang:?}: {:?}", parsed.err().map(|(_, errors)| errors));
        for (key, arguments) in messages(lang) {
            let values: Vec<(&str, &dyn std::fmt::Display)> =
                arguments.iter().map(|name| (name.as_str(), &"7" as &dyn std::fmt::Display)).collect();
            let said = strings.with(&key, &values);
            assert!(!said.is_empty() && said != key && !said.contains("{$"), "{lang:?}: {key}: {said}");
            assert!(!said.contains(['\u{2068}', '\u{2069}']), "{key}");
        }
    }
}

/// What stands in a message at its longest.
fn longest<'a>(arguments: impl Iterator<Item = &'a String>) -> Vec<(&'a str, &'static str)> {
    let value = |name: &str| match name {
        "number" => "HZ150802-2021-0000412-95",
        "name" | "member" => "乌云其木格",
        "office" => "巴彦淖尔市临河区办事处",
        "field" => "账户共济",
        "amount" | "to" | "total" | "difference" | "right" => "100,000.00",
        "from" => "50,000",
        "rate" => "70%",
        "days" | "count" | "visits" | "typed" => "180",
        "submit" | "key" | "again" | "back" => "Ctrl-S",
        "until" => "09:15:00",
        "state" => "材料不全",
        _ => "7",
    };
    arguments.map(|name| (name.as_str(), value(name))).collect()
}

fn said(strings: &Strings, key: &str, arguments: &BTreeSet<String>) -> String {
    let values = longest(arguments.iter());
    let values: Vec<(&str, &dyn std::fmt::Display)> =
        values.iter().map(|(name, value)| (*name, value as &dyn std::fmt::Display)).collect();
    strings.with(key, &values)
}

#[test]
fn no_sentence_is_clipped_where_it_is_shown() {
    for lang in [Lang::Chinese, Lang::English] {
        let strings = Strings::new(lang);
        let mark = ["tone-good", "tone-warning", "tone-error"].map(|key| width(&strings.get(key))).into_iter().max();
        let mut wrong = Vec::new();
        for (key, arguments) in messages(lang) {
            let text = said(&strings, &key, &arguments);
            // What a field's check says stands on one row of the smallest screen, other messages on three.
            let rows = match key.split('-').next() {
                Some("check") => 1,
                Some("sheet" | "store" | "refused" | "confirm" | "claim" | "search") => 3,
                _ => continue,
            };
            if wrap(&format!("{} {text}", "x".repeat(mark.unwrap_or(0))), 80).len() > rows {
                wrong.push(format!("{key}: {} columns: {text}", width(&text)));
            }
        }
        // Beside a figure in the panel's 34 columns, after the longest abbreviated clause where a step stands alone.
        let alone = ["per-day", "per-visit", "lump-sum"];
        let lines = ["deduct", "rate", "at-least", "at-most", "limit", "limit-count", "tier-to", "tier", "tier-all"];
        for name in lines.iter().chain(&["tier-from", "next-tier", "total", "subtotal", "after-limit"]).chain(&alone) {
            let key = format!("explain-{name}");
            let mut text = said(&strings, &key, &messages(lang)[&key]);
            if alone.contains(name) {
                text = text.replace("100,000.00", "200.00");
            } else if *name == "tier" {
                text = text.replace(".00", "");
            }
            let before = if alone.contains(name) { width("住院补贴 ") } else { 0 };
            let figure = if alone.contains(name) { "1,800.00" } else { "100,000.00" };
            if before + width(&text) + 1 + width(figure) > 34 {
                wrong.push(format!("{key}: {text} {figure}"));
            }
        }
        assert!(wrong.is_empty(), "{lang:?}:\n{}", wrong.join("\n"));
    }
}

#[test]
fn chinese_sentences_have_chinese_marks() {
    let is_hanzi = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    let wrong: Vec<&str> = Lang::Chinese
        .source()
        .lines()
        .filter(|line| {
            // Codes; a line as narrow as its place; the words of the contract.
            let kept = ["config-takes-", "balance-", "slip-subject-to-review"];
            let value: Vec<char> = line.split_once(" = ").map(|(_, value)| value.chars().collect()).unwrap_or_default();
            let beside = |at: usize| {
                let before = value[..at].iter().rev().find(|c| **c != ' ');
                let after = value[at + 1..].iter().find(|c| **c != ' ');
                before.into_iter().chain(after).any(|c| is_hanzi(*c))
            };
            !kept.iter().any(|key| line.starts_with(key))
                && (0..value.len()).any(|at| [',', ':', ';', '(', ')'].contains(&value[at]) && beside(at))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_action_has_its_label_and_its_help() {
    for lang in [Lang::Chinese, Lang::English] {
        let strings = Strings::new(lang);
        for (_, name, action) in ACTIONS {
            let key = action.label_key();
            assert!(strings.has(&key) && strings.has(&format!("{key}-help")), "{name}");
            let width = huzhu::ui::text::width(&strings.get(&key));
            assert!(width <= 8, "{name}: {} is too wide for the bottom line", strings.get(&key));
        }
    }
}
