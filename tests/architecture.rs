//! The doors of the house (see `src/lib.rs`): what never crosses them is looked for in the source, comments and tests
//! left out. A door that must open says so in its list here, with why.

use std::fs;
use std::path::{Path, PathBuf};

/// A source file without comments and without its unit tests.
struct Source {
    /// From `src/`.
    path: String,
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&root, &mut found);
    found.sort();
    let read = |path: &PathBuf| Source {
        path: path.strip_prefix(&root).unwrap().to_string_lossy().into_owned(),
        code: code_of(&fs::read_to_string(path).unwrap()),
    };
    found.iter().filter(|path| !path.ends_with("tests.rs")).map(read).collect()
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            found.push(path);
        }
    }
}

/// The code: no comments, nothing from the unit tests on (they stand last in a file).
fn code_of(text: &str) -> String {
    let upto = text.find("#[cfg(test)]\nmod tests").unwrap_or(text.len());
    let line = |line: &str| match line.trim_start().starts_with("//") {
        true => String::new(),
        false => line.split(" // ").next().unwrap_or_default().to_owned(),
    };
    text[..upto].lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Where one of the words stands in the files that `inside` names, as `path:line: word`.
fn crossings(inside: impl Fn(&str) -> bool, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| inside(&source.path)) {
        for (n, line) in source.code.lines().enumerate() {
            for word in words.iter().filter(|word| has_word(line, word)) {
                found.push(format!("{}:{}: {word}", source.path, n + 1));
            }
        }
    }
    found
}

/// Whether a word stands in a line, not as the part of a longer name.
fn has_word(line: &str, word: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back().is_some_and(|c| is_name(c) && word.starts_with(is_name));
        let after = line[at + word.len()..].chars().next().is_some_and(|c| is_name(c) && word.ends_with(is_name));
        !before && !after
    })
}

fn room<'a>(names: &'a [&'a str]) -> impl Fn(&str) -> bool + 'a {
    move |path| names.iter().any(|name| path.starts_with(&format!("{name}/")) || path == format!("{name}.rs"))
}

fn outside<'a>(names: &'a [&'a str]) -> impl Fn(&str) -> bool + 'a {
    move |path| !room(names)(path)
}

#[track_caller]
fn none(crossings: Vec<String>) {
    assert!(crossings.is_empty(), "{crossings:#?}");
}

#[test]
fn the_money_law_is_pure() {
    let pure = ["domain", "policy"];
    none(crossings(room(&pure), &["f32", "f64"]));
    none(crossings(
        room(&pure),
        &["std::fs", "std::io", "std::net", "std::env", "tokio", "sqlx", "ratatui", "println!"],
    ));
    none(crossings(room(&pure), &["Utc::now", "Local::now", "Instant::now", "SystemTime"]));
    none(crossings(room(&pure), &["crate::strings", "crate::app", "crate::runtime", "crate::term", "crate::cli"]));
}

#[test]
fn the_counter_is_synchronous() {
    let io = ["tokio", "sqlx", "std::fs", "std::net", "std::env", "std::process", "async", "await", "spawn"];
    none(crossings(room(&["app", "ui"]), &io));
    none(crossings(room(&["app", "ui"]), &["now()", "Instant", "SystemTime", "sleep", "rand::rng", "thread_rng"]));
    none(crossings(room(&["app", "ui"]), &["crate::runtime", "crate::term", "crate::cli", "crate::config"]));
}

#[test]
fn sql_stays_with_the_store() {
    none(crossings(outside(&["store"]), &["sqlx", "SELECT", "INSERT INTO", "PRAGMA"]));
    none(crossings(room(&["store"]), &["ratatui", "crossterm", "crate::app", "crate::ui", "crate::cli"]));
}

#[test]
fn the_terminal_stays_in_its_room() {
    none(crossings(outside(&["term"]), &["crossterm", "KeyCode", "KeyEvent", "KeyModifiers"]));
    none(crossings(room(&["term"]), &["crate::app", "crate::store", "crate::runtime"]));
}

#[test]
fn keys_have_no_names_in_screens() {
    // The frame of the keymap turns keys into actions; a screen knows actions only.
    none(crossings(room(&["app/screens"]), &["Key::", "Code::", "\"F1\"", "\"Enter\"", "\"Esc\"", "\"Ctrl"]));
}

#[test]
fn drawing_reads() {
    none(crossings(room(&["ui"]), &["crate::store", "crate::policy"]));
    for source in sources().iter().filter(|source| source.path.starts_with("app/screens/")) {
        for line in source.code.lines().filter(|line| line.contains("fn draw")) {
            assert!(!line.contains("&mut self") && !line.contains("&mut Context"), "{}: {line}", source.path);
        }
    }
}

#[test]
fn a_layout_knows_no_device() {
    let devices = ["Device", "TcpStream", "Command", "std::fs", "krilla", "tokio", "Spool", "Courier"];
    let is_form =
        |path: &str| path.strip_prefix("slip/p").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let parts = ["slip/layout", "slip/paper", "slip/parts", "slip/case", "slip/office", "slip/samples"];
    none(crossings(|path| is_form(path) || room(&parts)(path), &devices));
    let layout = ["Block::", "sheet(", "crate::policy", "crate::domain::claim"];
    none(crossings(room(&["slip/deliver", "slip/spool", "slip/printer"]), &layout));
}

#[test]
fn visible_words_stand_in_one_place() {
    let free = |path: &str| {
        let words = ["strings", "data"];
        room(&words)(path) || path == "domain/words.rs"
    };
    let is_chinese = |c: char| ('\u{3400}'..='\u{9fff}').contains(&c) || ('\u{20000}'..='\u{323af}').contains(&c);
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| !free(&source.path)) {
        for (n, line) in source.code.lines().enumerate().filter(|(_, line)| line.contains(is_chinese)) {
            found.push(format!("{}:{}: {}", source.path, n + 1, line.trim()));
        }
    }
    none(found);
}

#[test]
fn nothing_unwraps() {
    // `expect` needs a line above it that says why it can't fail, which a reader checks; `unwrap` is not for code.
    none(crossings(|_| true, &[".unwrap()", "todo!", "unimplemented!", "dbg!"]));
}

#[test]
fn files_can_be_read_in_one_go() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    walk(&root.join("src"), &mut found);
    walk(&root.join("tests"), &mut found);
    for path in found {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 600, "{}: {lines} lines", path.display());
    }
}

#[test]
fn the_watchman_sees() {
    assert!(has_word("let x: f64 = 0.0;", "f64"));
    assert!(!has_word("let half64 = 1;", "f64"));
    assert!(has_word("use sqlx::Row;", "sqlx"));
    assert!(has_word("thing.unwrap();", ".unwrap()"));
    assert!(!has_word("thing.unwrap_or(1);", ".unwrap()"));
    assert_eq!(code_of("a // b\n// c\n#[cfg(test)]\nmod tests {}"), "a\n\n".trim_end_matches('\n').to_owned() + "\n");
    assert!(sources().iter().any(|source| source.path == "term/parse.rs"));
}
