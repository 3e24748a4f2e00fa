//! `replay`: what it counts, that its expectations can fail, and its kills and cuts, through the whole program.

use std::path::PathBuf;

use huzhu::cli::demo;
use huzhu::cli::replay::{Options, Outcome, run_story};
use huzhu::strings::{Lang, Strings};
use tokio::sync::OnceCell;

/// A copy of a small world that is made once.
struct Central {
    folder: tempfile::TempDir,
}

impl Central {
    async fn new() -> Central {
        static MADE: OnceCell<tempfile::TempDir> = OnceCell::const_new();
        let made = MADE
            .get_or_init(|| async {
                let folder = tempfile::tempdir().unwrap();
                let strings = Strings::new(Lang::English);
                let path = folder.path().join("central.db");
                demo::make(&path, 1_000, huzhu::world::world_day(), &strings).await.unwrap();
                folder
            })
            .await;
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(made.path().join("central.db"), folder.path().join("central.db")).unwrap();
        Central { folder }
    }

    fn options(&self, story: &str) -> Options {
        Options::new(story, self.folder.path().join("central.db"), Lang::Chinese)
    }

    async fn run(&self, story: &str) -> Outcome {
        run_story(self.options(story)).await.unwrap()
    }
}

const ENTERED: &str = "wangxiu<idle><down><enter><f3><idle>\n\
    0012345678<enter>by<enter>0312<enter>0319<enter>k80<enter>\n\
    18234.56<enter>1320<enter><enter><enter>11020.3<enter><idle>\n";

fn holds(outcome: &Outcome) {
    assert!(outcome.failed.is_empty(), "{:#?}\n{}", outcome.failed, outcome.screen.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_frames_and_round_trips_are_counted() {
    let outcome = Central::new().await.run("# a comment\nwangxiu<idle>\nexpect 王秀英\n<bs><paste:u>\n").await;
    holds(&outcome);
    assert_eq!(outcome.keys, 9, "seven letters, Backspace, and a paste is one");
    assert_eq!(outcome.round_trips, 1, "the searches of one term count once");
    assert!(outcome.round_trips_all > outcome.round_trips, "who, the desk and the reference data are asked too");
    assert!(outcome.frames >= 9 && outcome.bytes > 1_000);
    let spread = outcome.frame_us;
    assert!(spread.median <= spread.p99 && spread.p99 <= spread.max && spread.max > 0);
    assert_eq!(outcome.screen.len(), 24);
}

#[tokio::test(flavor = "multi_thread")]
async fn expectations_can_fail() {
    let outcome = Central::new().await.run("wangxiu<idle>\nexpect 王秀英\nexpect 张三丰\nexpect-not 王秀英\n").await;
    let failed: Vec<(usize, &str)> = outcome.failed.iter().map(|f| (f.line, f.expected.as_str())).collect();
    assert_eq!(failed, [(3, "张三丰"), (4, "not 王秀英")]);
    assert!(outcome.failed[0].screen.iter().any(|line| line.contains("王秀英")), "the screen is there to look at");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_story_says_where() {
    let error = run_story(Central::new().await.options("wang\n<nonsense>\n")).await.unwrap_err();
    assert_eq!(error.to_string(), "line 2: no step is called <nonsense>");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_loses_nothing_that_was_left() {
    let story = format!("{ENTERED}<kill><idle>\nexpect 草稿\nexpect 王秀英\n<enter><idle>\nexpect 2,427.70\n");
    holds(&Central::new().await.run(&story).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_is_told_and_mended() {
    let story = "<cut>wangxiu<idle>\nexpect 连不上中心\nexpect-not 王秀英\n<mend><bs>u<idle>\nexpect 王秀英\n";
    holds(&Central::new().await.run(story).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_gives_one_claim() {
    let central = Central::new().await;
    let story = format!(
        "{ENTERED}<c-s><idle><space><lose><enter><idle>\nexpect 未确认\n<mend>\nexpect HZ150802-2021-\n\
         expect 今日 受理1 \n"
    );
    let slips = central.folder.path().join("slips");
    let outcome = run_story(Options { slips: Some(slips.clone()), ..central.options(&story) }).await.unwrap();
    holds(&outcome);
    let printed: Vec<PathBuf> = std::fs::read_dir(&slips).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(printed.len(), 1, "{printed:?}");
    assert!(std::fs::read_to_string(&printed[0]).unwrap().contains("2,427.70"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_screen_again_after_another_size() {
    let central = Central::new().await;
    let plain = central.run("wangxiu<idle>\n").await;
    let resized = central.run("wangxiu<idle><size:40x10>\nscreen\n<size:80x24><idle>\n").await;
    let clock = |line: &String| !line.contains("2021-03-20");
    assert!(plain.screen.iter().filter(|line| clock(line)).eq(resized.screen.iter().filter(|line| clock(line))));
    assert_ne!(resized.screens[0].screen, plain.screen);
    assert_eq!(resized.screens[0].screen.len(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_english_too() {
    let central = Central::new().await;
    let path = central.folder.path().join("central.db");
    let outcome = run_story(Options::new("expect F1 Help\n", path, Lang::English)).await.unwrap();
    holds(&outcome);
}

fn config(text: &str) -> huzhu::config::Config {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, text).unwrap();
    let environment = [("LANG".to_owned(), "zh_CN.UTF-8".to_owned())].into();
    let sources = huzhu::config::Sources { file: Some(path), environment, flags: Vec::new() };
    huzhu::config::Config::load(&sources).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_of_this_terminal_goes_before_the_accounts() {
    let central = Central::new().await;
    let story = "<idle>\nexpect 7号窗口\n";
    let window = config("[office]\ncode = '150802'\nwindow = 7\n");
    holds(&run_story(Options { config: window, ..central.options(story) }).await.unwrap());
    holds(&central.run("<idle>\nexpect 1号窗口\n").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_of_another_office_is_refused() {
    let central = Central::new().await;
    let elsewhere = config("[office]\ncode = '150803'\n");
    let error = run_story(Options { config: elsewhere, ..central.options("<idle>\n") }).await.unwrap_err().to_string();
    assert!(error.contains("150802") && error.contains("150803") && error.contains("office.code"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_print_that_is_waited_for_is_counted() {
    let trips = async |end: &str| {
        let central = Central::new().await;
        let story = format!("{ENTERED}<c-s><idle><space><enter><idle>\n<f5><idle>\n<c-p>{end}\n");
        let outcome = central.run(&story).await;
        holds(&outcome);
        outcome.round_trips
    };
    assert_eq!(trips("<idle>").await, trips("").await + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_may_be_given_and_is_not_needed() {
    let central = Central::new().await;
    let story = central.folder.path().join("s.keys");
    std::fs::write(&story, "expect F1\n").unwrap();
    let run = |fd: &str| {
        std::process::Command::new(env!("CARGO_BIN_EXE_huzhu"))
            .arg("replay")
            .arg(&story)
            .args(["--password-fd", fd, "--db"])
            .arg(format!("sqlite:{}", central.folder.path().join("central.db").display()))
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap()
    };
    let ran = run("0");
    assert!(ran.status.success() && ran.stderr.is_empty(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert!(!run("77").status.success(), "there is nothing to read");
}
