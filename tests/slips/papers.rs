//! The reference task through the whole program with each kind of printer that a counter has: the slip is read back as the
//! printer prints it, and its code is checked with the keys that the terminal holds.

use std::fs;
use std::path::Path;

use huzhu::cli::demo;
use huzhu::cli::replay::{Options, run_story};
use huzhu::config::{Config, Sources};
use huzhu::domain::note::VerifierKey;
use huzhu::domain::slip_code::{LENGTH, SlipCode};
use huzhu::slip::paper::Paper;
use huzhu::strings::{Lang, Strings};

use crate::{escp, escpos, pdf};

/// Paper and language, as the configuration writes them.
const PRINTERS: [(&str, &str); 8] = [
    ("58mm", "escpos"),
    ("80mm", "escpos"),
    ("241x93", "escp"),
    ("241x140", "escp"),
    ("241x140", "pdf"),
    ("a5", "pdf"),
    ("a4", "pdf"),
    ("80mm", "text"),
];

/// The code that a slip of text says, over several lines.
fn code_in(text: &str) -> String {
    let at = text.find("HZ1:").unwrap();
    text[at..].chars().filter(|c| *c != '\n').take(LENGTH).collect()
}

/// What a slip says without spaces, and its code.
fn read(bytes: &[u8], paper: &str, language: &str) -> (String, String) {
    let (words, code) = match language {
        "escpos" => escpos::read_back(bytes, paper.parse::<Paper>().unwrap().columns()),
        "escp" => escp::read_back(bytes),
        "pdf" => pdf::read_back(bytes, paper.parse().unwrap()),
        _ => {
            let text = String::from_utf8(bytes.to_vec()).unwrap();
            (text.clone(), code_in(&text))
        }
    };
    (words.split_whitespace().collect(), code)
}

/// Runs the reference task with one printer, and gives the files that it was sent and the keys that the terminal holds.
async fn printed(folder: &Path, world: &Path, paper: &str, language: &str, story: &str) -> (Vec<Vec<u8>>, Vec<String>) {
    let out = folder.join("out");
    fs::create_dir_all(&out).unwrap();
    let file = folder.join("config.toml");
    let device = format!("device = 'file:{}'", out.display());
    fs::write(&file, format!("[printer.counter]\npaper = '{paper}'\nlanguage = '{language}'\n{device}\n")).unwrap();
    let environment = [("LANG".to_owned(), "zh_CN.UTF-8".to_owned())].into();
    let config = Config::load(&Sources { file: Some(file), environment, flags: Vec::new() }).unwrap();
    let database = folder.join("world.db");
    fs::copy(world, &database).unwrap();
    let data = folder.join("data");
    let options = Options { config, data: Some(data.clone()), ..Options::new(story, database, Lang::Chinese) };
    let outcome = run_story(options).await.unwrap();
    let failed = outcome
        .failed
        .iter()
        .map(|failed| format!("{}: {}\n{}", failed.line, failed.expected, failed.screen.join("\n")));
    assert!(outcome.failed.is_empty(), "{paper} {language}: {}", failed.collect::<String>());
    let mut names: Vec<_> = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let keys = fs::read_to_string(data.join("slip-keys")).unwrap();
    (names.iter().map(|name| fs::read(name).unwrap()).collect(), keys.lines().map(str::to_owned).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_task_prints_on_every_kind_of_paper() {
    let folder = tempfile::tempdir().unwrap();
    let world = folder.path().join("world.db");
    demo::make(&world, 1_000, huzhu::world::world_day(), &Strings::new(Lang::Chinese)).await.unwrap();
    let story = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories/r1.keys")).unwrap();
    for (paper, language) in PRINTERS {
        let place = folder.path().join(format!("{paper}-{language}"));
        fs::create_dir(&place).unwrap();
        let (files, keys) = printed(&place, &world, paper, language, &story).await;
        assert_eq!(files.len(), 1, "{paper} {language}");
        let (words, code) = read(&files[0], paper, language);
        for word in [
            "内蒙古职工互助保障协会",
            "受理回执",
            "王秀英",
            "********",
            "巴彦淖尔市医院",
            "￥18,234.56",
            "￥2,427.70",
            "人民币贰仟肆佰贰拾柒元柒角",
            "预计补助金额,以审核为准",
        ] {
            assert!(words.contains(word), "{paper} {language}: {word} is missing in {words}");
        }
        assert!(!words.contains("补打") && !words.contains("K80"), "{words}");
        let code = SlipCode::parse(&code).unwrap();
        let number = code.claim_number().unwrap().to_string();
        assert!(words.contains(&number), "{number} is not on {words}");
        assert_eq!(code.facts().amount.to_string(), "2427.70");
        let keys: Vec<VerifierKey> = keys.iter().map(|key| key.parse().unwrap()).collect();
        code.check(&keys).unwrap();
    }
}

/// An incomplete claim has two slips, each with a number and a code of its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_returned_claim_prints_its_acknowledgement_and_its_notice() {
    let folder = tempfile::tempdir().unwrap();
    let world = folder.path().join("world.db");
    demo::make(&world, 1_000, huzhu::world::world_day(), &Strings::new(Lang::Chinese)).await.unwrap();
    let story =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories/incomplete.keys")).unwrap();
    // As far as the submit: what the story does then is another's.
    let (story, _) = story.split_once("<down><up>").unwrap();
    let place = folder.path().join("office");
    fs::create_dir(&place).unwrap();
    let (files, keys) = printed(&place, &world, "80mm", "text", story).await;
    let slips: Vec<String> = files.into_iter().map(|file| String::from_utf8(file).unwrap()).collect();
    assert_eq!(slips.len(), 2, "{slips:?}");
    let keys: Vec<VerifierKey> = keys.iter().map(|key| key.parse().unwrap()).collect();
    let mut numbers = Vec::new();
    for (slip, title) in slips.iter().zip(["受理回执", "材料补正通知书"]) {
        assert!(slip.contains(title) && !slip.contains("补打"), "{slip}");
        let code = SlipCode::parse(&code_in(slip)).unwrap_or_else(|error| panic!("{error:?} in {slip}"));
        code.check(&keys).unwrap();
        numbers.push(code.number().to_string());
        assert!(slip.contains(numbers.last().unwrap()), "{slip}");
    }
    assert_ne!(numbers[0], numbers[1]);
}
