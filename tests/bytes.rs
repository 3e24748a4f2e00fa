//! How few bytes the real screens take on 80x24, frame by frame: what a slow line sees of the program.

use std::path::Path;

use huzhu::cli::demo;
use huzhu::cli::replay::{Options, Outcome, Wrote, run_story};
use huzhu::strings::{Lang, Strings};

const R1: &str = include_str!("stories/r1.keys");

/// Runs a story on a copy of a world.
async fn run(world: &Path, story: &str) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("world.db");
    std::fs::copy(world, &database).unwrap();
    let options = Options { frames: true, ..Options::new(story, database, Lang::Chinese) };
    let outcome = run_story(options).await.unwrap();
    assert!(outcome.failed.is_empty(), "{:#?}", outcome.failed);
    outcome
}

/// The story with an answer to everything before the next key: every search shows its rows.
fn slowly(story: &str) -> String {
    let mut slow = String::new();
    for line in story.lines() {
        if line.starts_with(['#']) || line.starts_with("expect") {
            slow.push_str(line);
        } else {
            let mut in_name = false;
            for c in line.chars() {
                slow.push(c);
                in_name = (in_name || c == '<') && c != '>';
                if !in_name {
                    slow.push_str("<idle>");
                }
            }
        }
        slow.push('\n');
    }
    slow
}

fn of_line(outcome: &Outcome, line: usize) -> Vec<&Wrote> {
    outcome.writes.iter().filter(|wrote| wrote.line == line).collect()
}

#[track_caller]
fn at_most(what: &str, bytes: usize, most: usize) {
    assert!(bytes <= most, "{what}: {bytes} bytes, at most {most}");
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_take_few_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let world = folder.path().join("world.db");
    demo::make(&world, 20_000, huzhu::world::world_day(), &Strings::new(Lang::Chinese)).await.unwrap();

    at_most("the reference task, typed in one go", run(&world, R1).await.bytes, 9_000);
    let slow = run(&world, &slowly(R1)).await;
    at_most("the reference task, each key answered", slow.bytes, 10_400);

    let desk = run(&world, "<idle>\n<idle>\n").await;
    at_most("the first desk", desk.bytes, 2_000);
    assert!(of_line(&desk, 2).is_empty(), "nothing changed, and nothing is written");

    rows(&world).await;
    sheet(&world).await;
}

/// A letter while a search runs, and moves among its rows.
async fn rows(world: &Path) {
    let downs = "<down>".repeat(11);
    let ups = "<up>".repeat(11);
    let outcome = run(world, &format!("wa<idle>\nng\n<idle>\n{downs}\n{ups}\n")).await;
    assert!(outcome.screen.iter().any(|line| line.contains("> 1 ")), "{:#?}", outcome.screen);
    for wrote in of_line(&outcome, 2).into_iter().filter(|wrote| wrote.own) {
        at_most(&wrote.after, wrote.bytes, 16);
    }
    for (line, in_page) in [(4, 8), (5, 8)] {
        let moves = of_line(&outcome, line);
        assert_eq!(moves.len(), 11);
        for (n, wrote) in moves.iter().enumerate() {
            let most = if n < in_page { 60 } else { 200 };
            at_most(&format!("{} {n}", wrote.after), wrote.bytes, most);
        }
        assert!(moves[10].bytes > moves[0].bytes, "the last ones scroll");
    }
}

/// The claim sheet as it opens, and what is typed into it.
async fn sheet(world: &Path) {
    let story = "wangxiu<idle><down>\n<f3><idle>\n001234567\n8<idle><enter>by<enter>0312<enter>0319<enter>k80<enter>\n1\n\
                 8234.56\n<enter>\n1320\n<enter><enter><enter>\n11020.3\n<enter>\n";
    let outcome = run(world, story).await;
    let opened: usize = of_line(&outcome, 2).iter().map(|wrote| wrote.bytes).sum();
    at_most("the first claim sheet", opened, 2_700);
    for wrote in of_line(&outcome, 3) {
        at_most("a digit", wrote.bytes, 16);
    }
    let first: usize = of_line(&outcome, 5).iter().map(|wrote| wrote.bytes).sum();
    at_most("the figure that the panel comes with", first, 700);
    for line in [6, 8, 10] {
        for wrote in of_line(&outcome, line) {
            at_most(&format!("{} with the panel", wrote.after), wrote.bytes, 150);
        }
    }
    assert!(outcome.screen.iter().any(|line| line.contains("2,427.70")), "{:#?}", outcome.screen);
}
