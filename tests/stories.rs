//! The reference stories (`tests/stories/*.keys`), each through the whole program on a world of its own: what they expect
//! holds, typed without a pause, and the reference task costs no more keys and round trips than it may. To add one: a file
//! there, named by what it shows, its first lines saying it.

#[path = "stories/mod.rs"]
mod reference;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use huzhu::cli::demo;
use huzhu::cli::replay::{Options, run_story};
use huzhu::strings::{Lang, Strings};
use reference::{judge, stories};

/// Keys and round trips that the reference task may take.
const LIMITS: (usize, u32) = (66, 3);
/// Keys that its variants may take beyond it: pooled is put right after the total was seen; the power is cut.
const MORE: [(&str, usize); 2] = [("r1d.keys", 6), ("r1e.keys", 2)];

#[tokio::test(flavor = "multi_thread")]
async fn every_story_holds() {
    let folder = tempfile::tempdir().unwrap();
    let world = folder.path().join("world.db");
    let strings = Strings::new(Lang::Chinese);
    demo::make(&world, 1_000, huzhu::world::world_day(), &strings).await.unwrap();
    let mut wrong = Vec::new();
    let mut keys = HashMap::new();
    for path in stories() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let database = folder.path().join(format!("{name}.db"));
        fs::copy(&world, &database).unwrap();
        let outcome =
            run_story(Options::new(&fs::read_to_string(&path).unwrap(), database, Lang::Chinese)).await.unwrap();
        wrong.extend(judge(&name, &outcome));
        if name == "r1.keys" && (outcome.keys > LIMITS.0 || outcome.round_trips > LIMITS.1) {
            wrong.push(format!("{name}: {} keys, {} round trips", outcome.keys, outcome.round_trips));
        }
        keys.insert(name, outcome.keys);
    }
    for (name, more) in MORE {
        if keys[name] > keys["r1.keys"] + more {
            wrong.push(format!("{name}: {} keys, {} for r1.keys", keys[name], keys["r1.keys"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_task_holds_in_english() {
    let folder = tempfile::tempdir().unwrap();
    let (world, slips) = (folder.path().join("world.db"), folder.path().join("slips"));
    demo::make(&world, 1_000, huzhu::world::world_day(), &Strings::new(Lang::English)).await.unwrap();
    let story = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories/r1.keys")).unwrap();
    let story = story.replace("确认提交", "Confirm").replace("今日 受理", "today 1");
    let options = Options { slips: Some(slips.clone()), ..Options::new(&story, world, Lang::English) };
    let outcome = run_story(options).await.unwrap();
    assert!(outcome.failed.is_empty(), "{}", judge("r1.keys in English", &outcome).join("\n"));
    let printed: Vec<PathBuf> = fs::read_dir(slips).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(printed.len(), 1, "{printed:?}");
    let slip = fs::read_to_string(&printed[0]).unwrap();
    assert!(slip.contains("Acknowledgement") && slip.contains("2,427.70"), "{slip}");
}
