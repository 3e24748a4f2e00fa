//! Logging in with the real program: the prompt that shows nothing, the descriptor, the counter at a real centre, and at
//! one where somebody put an old backup in.

mod central;
mod terminal;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use central::support::{DATABASE, free_port};
use central::{Postgres, postgres, postgres_with_claims};
use huzhu::world::PASSWORD;
use rustix::process::Signal;
use terminal::{Counter, PACE};

/// What must be nowhere.
const CANARY: &str = "Kanarienvogel7";
const HUZHU: &str = env!("CARGO_BIN_EXE_huzhu");

/// A centre where nobody is.
fn nowhere() -> String {
    format!("postgres://127.0.0.1:{}/huzhu", free_port())
}

fn address(centre: &Postgres) -> String {
    format!("postgres://{}/{DATABASE}", centre.server().address())
}

/// The program without a terminal, with `given` on its standard input.
fn run(arguments: &[&str], given: &str) -> Output {
    let mut child = Command::new("setsid")
        .args(["--wait", HUZHU])
        .args(arguments)
        .env("LANG", "en_GB.UTF-8")
        .env("PGPASSWORD", PASSWORD)
        .env("HUZHU_DATABASE_PASSWORD", PASSWORD)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // One that reads nothing may have gone before.
    let _ = child.stdin.take().unwrap().write_all(given.as_bytes());
    child.wait_with_output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The prompt of a command in a terminal, waiting for the password.
fn prompt(url: &str, folder: &Path) -> Counter {
    let counter = Counter::start(&[HUZHU, "search", "--db", url, "--as", "0137", "wangxiu"], folder, &[]);
    counter.shows("0137 的密码");
    counter.wait_for("the modes", |_| counter.modes() != counter.before());
    counter
}

#[track_caller]
fn shows_nothing_of_it(counter: &Counter) {
    let bytes = String::from_utf8_lossy(&counter.seen.lock().unwrap().bytes).into_owned();
    assert!(!bytes.contains("Kanarien"), "{bytes:?}");
}

#[test]
fn the_prompt_shows_nothing_and_puts_the_terminal_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut counter = prompt(&nowhere(), folder.path());
    counter.types(&format!("{CANARY}\r"));
    counter.shows("连不上中心");
    assert_eq!(counter.ends(), 1);
    assert_eq!(counter.modes(), counter.before());
    shows_nothing_of_it(&counter);
}

#[test]
fn a_signal_at_the_prompt_puts_the_terminal_back() {
    let folder = tempfile::tempdir().unwrap();
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130), (Signal::QUIT, 131)] {
        let mut counter = prompt(&nowhere(), folder.path());
        counter.types(CANARY);
        counter.signal(signal);
        assert_eq!(counter.ends(), code, "{signal:?}");
        assert_eq!(counter.modes(), counter.before(), "{signal:?}");
        shows_nothing_of_it(&counter);
    }
    // The keys for it: Ctrl-C ends, Ctrl-Z would leave the terminal so and does nothing.
    let mut counter = prompt(&nowhere(), folder.path());
    counter.send(b"\x1a");
    std::thread::sleep(4 * PACE);
    counter.send(b"\x03");
    assert_eq!(counter.ends(), 130);
    assert_eq!(counter.modes(), counter.before());
}

#[test]
fn without_a_terminal_and_a_descriptor_it_says_so() {
    let url = nowhere();
    for command in [&["search", "x", "--as", "0137"][..], &["verify", "--as", "0001"], &["replay", "/dev/null"]] {
        let ran = run(&[command, &["--db", &url]].concat(), PASSWORD);
        assert_eq!(ran.status.code(), Some(1));
        assert!(stderr(&ran).contains("give it with --password-fd"), "{command:?}: {}", stderr(&ran));
    }
    for (given, why) in [("", "no password was given"), (&"x".repeat(600), "too long")] {
        let ran = run(&["search", "wangxiu", "--db", &url, "--password-fd", "0"], given);
        assert!(stderr(&ran).contains(why), "{}", stderr(&ran));
    }
    let ran = run(&["search", "wangxiu", "--db", &url, "--password-fd", "77"], "");
    assert!(stderr(&ran).contains("the password can't be read"), "{}", stderr(&ran));
}

#[test]
fn a_password_in_the_address_is_refused_and_not_repeated() {
    for command in [&["search", "x"][..], &["verify"], &["replay", "/dev/null"], &["desk"], &[], &["generate"]] {
        let ran = run(&[command, &["--db", &format!("postgres://0137:{CANARY}@localhost/huzhu")]].concat(), PASSWORD);
        let said = stderr(&ran);
        assert!(!ran.status.success() && said.contains("must not hold a password"), "{command:?}: {said}");
        assert!(!said.contains(CANARY), "{said}");
    }
}

#[test]
fn what_is_for_the_counter_stands_after_a_command() {
    let ran = run(&["--db", "sqlite:/nowhere", "search", "x", "--db", "sqlite:/nowhere"], "");
    assert_eq!(ran.status.code(), Some(2));
    assert!(stderr(&ran).contains("after the command"), "{}", stderr(&ran));
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_log_in_at_the_centre() {
    let centre = postgres().await;
    let url = address(&centre);
    let password = format!("{PASSWORD}\nnot read\n");
    let search = ["search", "wangxiu", "--json", "--db", &url, "--as", "0137", "--password-fd", "0"];
    let ran = run(&search, &password);
    assert!(ran.status.success(), "{}", stderr(&ran));
    assert!(String::from_utf8_lossy(&ran.stdout).contains("王秀英"));
    for (login, password) in [("0137", "wrong"), ("nobody", PASSWORD)] {
        let ran = run(&["search", "wangxiu", "--db", &url, "--as", login, "--password-fd", "0"], password);
        assert!(stderr(&ran).contains("The account or the password is wrong"), "{login}: {}", stderr(&ran));
    }
    let folder = tempfile::tempdir().unwrap();
    let story = folder.path().join("s.keys");
    std::fs::write(
        &story,
        "wangxiu<idle>\nexpect 王秀英\n<f12>\nexpect 0137 输入密码\ndemo-demo-demo<enter><idle>\nexpect 王秀英\n",
    )
    .unwrap();
    let story = story.to_str().unwrap();
    let ran = run(&["replay", story, "--lang", "zh-CN", "--db", &url, "--as", "0137", "--password-fd", "0"], &password);
    let told = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(ran.status.success(), "{told} {}", stderr(&ran));
    // Neither the keys nor the trips of the log-in are the story's.
    let outcome: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&outcome["keys"], &outcome["round_trips"]), (&23.into(), &1.into()), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_counter_asks_who_is_there_and_finds_the_centre_again() {
    let mut centre = postgres().await;
    let url = address(&centre);
    centre.server_mut().stop_immediately();
    let data = tempfile::tempdir().unwrap();
    let environment = [("HUZHU_LOG_LEVEL", "trace"), ("HUZHU_OFFICE_CODE", "150802"), ("PGPASSWORD", PASSWORD)];
    let words = [HUZHU, "--db", &url, "--login", "0137", "--data", data.path().to_str().unwrap()];
    let mut counter = Counter::start(&words, data.path(), &environment);
    counter.shows("内蒙古职工互助保障协会");
    counter.shows("临河区");
    counter.types(&format!("{CANARY}\r"));
    counter.shows("连不上中心");
    centre.server_mut().start();
    // The password of the first try was another; the centre says so when it is there.
    counter.shows("账号或密码不对");
    counter.types(&format!("{PASSWORD}\r"));
    counter.shows("1号窗口 0137");
    counter.types("wangxiu");
    counter.shows("王秀英");
    counter.send(b"\x0c");
    counter.shows("0137 输入密码");
    counter.wait_for("the lock", |screen| !screen.contents().contains("王秀英"));
    counter.types(&format!("{CANARY}\r"));
    counter.shows("密码不对");
    counter.types(&format!("{PASSWORD}\r"));
    counter.shows("王秀英");
    // Somebody else's turn: one of another office is sent away, in words, and the first comes back.
    counter.send(b"\x0c");
    counter.shows("0137 输入密码");
    counter.types("\x11");
    counter.shows("已退出登录");
    counter.send(b"\x1b[A");
    std::thread::sleep(PACE);
    counter.types(&format!("\x150001\r{PASSWORD}\r"));
    counter.shows("0001 属于");
    counter.send(b"\x1b[A");
    std::thread::sleep(PACE);
    counter.types(&format!("\x150137\r{PASSWORD}\r"));
    counter.shows("1号窗口 0137");
    counter.types("\x11");
    assert_eq!(counter.ends(), 0);
    counter.is_restored();
    shows_nothing_of_it(&counter);
    for file in std::fs::read_dir(data.path()).unwrap().map(Result::unwrap).filter(|file| file.path().is_file()) {
        let kept = String::from_utf8_lossy(&std::fs::read(file.path()).unwrap()).into_owned();
        assert!(!kept.contains(CANARY) && !kept.contains(PASSWORD), "{:?}", file.path());
    }
}

/// What the real program prints when the centre's records are sealed by one round.
fn seal(url: &str, key: &Path) {
    let words = ["seal", "--db", url, "--key", key.to_str().unwrap(), "--login", "0095", "--password-fd", "0"];
    let ran = run(&words, &format!("{PASSWORD}\n"));
    assert!(ran.status.success(), "{}", stderr(&ran));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_backup_under_a_clerks_hands_is_seen_on_the_screen() {
    let mut centre = postgres_with_claims(300).await;
    let url = address(&centre);
    let data = tempfile::tempdir().unwrap();
    let key = data.path().join("key");
    let made = run(&["seal", "--new-key", key.to_str().unwrap(), "--name", "centre.example"], "");
    let verifier = String::from_utf8(made.stdout).unwrap();
    centre.server_mut().stop_in_order();
    centre.server().back_up();
    centre.server_mut().start();
    seal(&url, &key);
    let environment = [("HUZHU_DATABASE_SEAL_KEY", verifier.trim())];
    let words = [HUZHU, "--db", &url, "--login", "0137", "--data", data.path().to_str().unwrap()];
    let mut counter = Counter::start(&words, data.path(), &environment);
    counter.types(&format!("{PASSWORD}\r"));
    counter.shows("1号窗口 0137");
    counter.types("wangxiu");
    counter.shows("王秀英");
    centre.server_mut().stop_immediately();
    centre.server().restore();
    centre.server_mut().start();
    // The next answer of that centre is none: nobody works on, and nothing of a person stays on the screen.
    counter.types("\x15wang");
    counter.shows("停止办理：");
    counter.shows("alarm.log");
    counter.wait_for("the login", |screen| !screen.contents().contains("王秀英"));
    counter.types(PASSWORD);
    counter.shows(&"*".repeat(PASSWORD.len()));
    counter.types("\r");
    // With the password the alarm left the screen: what is there is the new one.
    counter.wait_for("the try", |screen| !screen.contents().contains('*'));
    counter.shows("停止办理：");
    counter.types("\x11");
    assert_eq!(counter.ends(), 0);
    let log = std::fs::read_to_string(data.path().join("alarm.log")).unwrap();
    assert!(log.lines().count() >= 2 && log.lines().all(|line| line.contains(r#""alarm":"missing""#)), "{log}");
}
