//! The reference stories (`tests/stories/*.keys`), each through the whole program on a world of its own: what they expect
//! holds, typed without a pause, and they cost no more keys and round trips than their first lines allow.

use std::fs;
use std::path::{Path, PathBuf};

use huzhu::cli::demo;
use huzhu::cli::replay::{Options, Outcome, run_story};
use huzhu::strings::{Lang, Strings};

/// Keys and round trips that a story may take.
const LIMITS: [(&str, usize, u32); 1] = [("r1.keys", 66, 3)];

fn stories() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories");
    let mut found: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.extension().is_some_and(|ext| ext == "keys"));
    found.sort();
    assert!(!found.is_empty());
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn every_story_holds() {
    let folder = tempfile::tempdir().unwrap();
    let world = folder.path().join("world.db");
    let strings = Strings::new(Lang::Chinese);
    demo::make(&world, 1_000, huzhu::world::world_day(), &strings).await.unwrap();
    let mut wrong = Vec::new();
    for path in stories() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let database = folder.path().join(format!("{name}.db"));
        fs::copy(&world, &database).unwrap();
        let outcome =
            run_story(Options::new(&fs::read_to_string(&path).unwrap(), database, Lang::Chinese)).await.unwrap();
        wrong.extend(judge(&name, &outcome));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn judge(name: &str, outcome: &Outcome) -> Vec<String> {
    let failed = outcome.failed.iter();
    let mut wrong: Vec<String> =
        failed.map(|f| format!("{name}:{}: {}\n{}", f.line, f.expected, f.screen.join("\n"))).collect();
    for (_, keys, trips) in LIMITS.iter().filter(|(story, ..)| *story == name) {
        if outcome.keys > *keys || outcome.round_trips > *trips {
            wrong.push(format!("{name}: {} keys, {} round trips", outcome.keys, outcome.round_trips));
        }
    }
    wrong
}
