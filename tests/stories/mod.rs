//! The reference stories, and what is said of one that does not hold; for the tests that run them.

use std::fs;
use std::path::{Path, PathBuf};

use huzhu::cli::replay::Outcome;

/// All of `tests/stories`, by name.
pub fn stories() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories");
    let mut found: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.extension().is_some_and(|ext| ext == "keys"));
    found.sort();
    assert!(!found.is_empty());
    found
}

/// What a story expected and did not see, each with the screen.
pub fn judge(name: &str, outcome: &Outcome) -> Vec<String> {
    let failed = outcome.failed.iter();
    failed.map(|f| format!("{name}:{}: {}\n{}", f.line, f.expected, f.screen.join("\n"))).collect()
}
