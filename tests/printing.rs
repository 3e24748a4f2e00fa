//! The whole program beside a printer: keys while it hangs, doubts from one run to the next, and how long it takes from the
//! centre's answer to the first byte at the printer.

#[path = "slips/printer.rs"]
#[allow(dead_code)]
mod printer;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use huzhu::app::{Msg, Setup};
use huzhu::cli::demo;
use huzhu::keymap::{Key, Keymap};
use huzhu::runtime::{Ended, Machine, Nothing, Outside, Printing};
use huzhu::slip::deliver::Courier;
use huzhu::slip::paper::Paper;
use huzhu::slip::{Device, Language, Profile};
use huzhu::store::Reply;
use huzhu::store::sqlite::SqliteStore;
use huzhu::strings::{Lang, Strings};
use huzhu::term::backend::Screen;
use huzhu::term::{Input, screen_text};
use huzhu::ui::theme::Theme;
use printer::{Manner, Printer};
use tokio::sync::OnceCell;

const PATIENCE: Duration = Duration::from_secs(20);

/// The reference claim up to its confirmation.
const ENTERED: [&str; 11] = ["0012345678", "by", "0312", "0319", "k80", "18234.56", "1320", "", "", "11020.3", ""];

/// A copy of a small world that is made once.
async fn world(folder: &Path) {
    static MADE: OnceCell<tempfile::TempDir> = OnceCell::const_new();
    let made = MADE
        .get_or_init(|| async {
            let folder = tempfile::tempdir().unwrap();
            let strings = Strings::new(Lang::Chinese);
            let path = folder.path().join("central.db");
            demo::make(&path, 1_000, huzhu::world::world_day(), &strings).await.unwrap();
            folder
        })
        .await;
    std::fs::copy(made.path().join("central.db"), folder.join("central.db")).unwrap();
}

/// The program on a small terminal.
struct Counter {
    machine: Machine,
    screen: Screen<std::io::Sink>,
}

impl Counter {
    async fn start(folder: &Path, device: &str, language: Language, courier: Courier) -> Counter {
        let path = folder.join("central.db");
        let (store, _) = SqliteStore::open(&path, demo::LOGIN, None).await.unwrap();
        let profile = Profile::new("till", Paper::Thermal80, language, device.parse::<Device>().unwrap());
        let printing = Printing::with(vec![profile], &folder.join("spool"), Lang::Chinese, courier);
        let setup = Setup {
            strings: Strings::new(Lang::Chinese),
            keymap: Keymap::load("default", None).unwrap(),
            theme: Theme { colours: false, ascii: true },
            size: (80, 24),
            seed: 7,
            now: huzhu::world::world_day().and_hms_opt(9, 0, 0).unwrap(),
            lock_minutes: 5,
            printers: printing.profiles(),
            print_after_submit: true,
            bell: true,
            window: None,
            entrance: None,
            slip_key: None,
            slip_keys: Vec::new(),
        };
        let (store, keep, printing) = (Arc::new(store), Arc::new(Nothing), Arc::new(printing));
        let (machine, _) = Machine::new(setup, Outside { store, keep, printing, watched: false });
        let mut counter = Counter { machine, screen: Screen::new(std::io::sink(), 80, 24, false) };
        counter.shows("临河区").await;
        counter
    }

    fn lines(&mut self) -> String {
        self.machine.draw(&mut self.screen).unwrap();
        screen_text(self.screen.shown()).join("\n")
    }

    /// Waits until a text is on the screen; the answers on the way.
    async fn shows(&mut self, text: &str) {
        let until = tokio::time::Instant::now() + PATIENCE;
        while !self.lines().contains(text) {
            match tokio::time::timeout_at(until, self.machine.answer()).await {
                Ok(ended) => self.machine.take(ended),
                Err(_) => panic!("{text} is not on\n{}", self.lines()),
            }
            self.machine.tick();
        }
    }

    /// Takes answers until something holds outside.
    async fn until(&mut self, what: &str, holds: impl Fn() -> bool) {
        let until = tokio::time::Instant::now() + PATIENCE;
        while !holds() {
            assert!(tokio::time::Instant::now() < until, "no {what}\n{}", self.lines());
            if let Ok(ended) = tokio::time::timeout(Duration::from_millis(5), self.machine.answer()).await {
                self.machine.take(ended);
            }
        }
    }

    fn keys(&mut self, keys: &str) {
        for key in keys.split(' ') {
            self.machine.input(Input::Key(key.parse().unwrap()));
        }
    }

    fn types(&mut self, text: &str) {
        for c in text.chars() {
            self.machine.input(Input::Key(Key::char(c)));
        }
    }

    async fn comes_to_the_confirmation(&mut self) {
        self.types("wangxiu");
        self.shows("王秀英").await;
        self.keys("down enter");
        self.shows("参互").await;
        self.keys("f3");
        self.shows("15060121").await;
        for field in ENTERED {
            self.types(field);
            self.keys("enter");
        }
        self.shows("2,427.70").await;
        self.keys("ctrl-s");
        self.shows("确认提交").await;
        self.keys("space");
    }
}

/// A courier that waits as long as it takes.
fn patient() -> Courier {
    let long = Duration::from_secs(3600);
    Courier { stall: long, linger: long, settle: long, patience: long, ..Courier::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_printer_that_hangs_holds_no_key_up() {
    let folder = tempfile::tempdir().unwrap();
    world(folder.path()).await;
    let printer = Printer::new(Manner { stops_at: Some(10), ..Manner::default() });
    let mut counter = Counter::start(folder.path(), &printer.device, Language::Text, patient()).await;
    counter.comes_to_the_confirmation().await;
    counter.keys("enter");
    counter.shows("今日 受理1").await;
    counter.until("ten bytes", || printer.printed() == 10).await;
    // The next member is looked for, opened, and left again while the slip is stuck.
    counter.types("wangxiu");
    counter.shows("王秀英").await;
    counter.keys("down enter");
    counter.shows("参互").await;
    counter.keys("esc esc");
    counter.shows("今日 受理1").await;
    assert_eq!(printer.printed(), 10);
    assert!(!counter.lines().contains("回执已送"));
    printer.mend();
    counter.shows("回执已送 till").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doubt_outlives_the_program_and_is_answered_in_the_next_run() {
    let folder = tempfile::tempdir().unwrap();
    world(folder.path()).await;
    let printer = Printer::new(Manner { stops_at: Some(10), ..Manner::default() });
    let mut counter = Counter::start(folder.path(), &printer.device, Language::Text, patient()).await;
    counter.comes_to_the_confirmation().await;
    counter.keys("enter");
    counter.shows("今日 受理1").await;
    counter.until("ten bytes", || printer.printed() == 10).await;
    counter.machine.kill().await;
    drop(counter);
    let mut counter = Counter::start(folder.path(), &printer.device, Language::Text, patient()).await;
    counter.shows("[待查]").await;
    counter.shows("请在工作台回答").await;
    counter.keys("enter");
    counter.shows("这张单据完整打出来了吗").await;
    assert_eq!(printer.printed(), 10, "nothing goes by itself");
    counter.keys("ctrl-p");
    counter.shows("回执已送 till").await;
    assert!(!counter.lines().contains("[待查]"));
    let pieces = printer.pieces();
    assert_eq!(pieces.len(), 2);
    assert!(String::from_utf8_lossy(&pieces[1]).contains("补打 第1次"));
    assert_eq!(std::fs::read_dir(folder.path().join("spool")).unwrap().count(), 0);
}

/// From the centre's answer to a submit to the first byte at the printer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement: cargo test --test printing -- --ignored --nocapture"]
async fn time_to_the_first_byte() {
    for language in [Language::EscPos, Language::Text, Language::Pdf] {
        let mut times = Vec::new();
        for _ in 0..50 {
            let folder = tempfile::tempdir().unwrap();
            world(folder.path()).await;
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let device = format!("tcp:{}", listener.local_addr().unwrap());
            let printer = std::thread::spawn(move || {
                let (mut line, _) = listener.accept().unwrap();
                line.set_nodelay(true).unwrap();
                let mut byte = [0];
                line.read_exact(&mut byte).unwrap();
                // Of the slip: the questions before it are answered.
                while byte == [0x10] {
                    line.read_exact(&mut [0; 2]).unwrap();
                    line.write_all(&[0x12]).unwrap();
                    line.read_exact(&mut byte).unwrap();
                }
                Instant::now()
            });
            let mut counter = Counter::start(folder.path(), &device, language, Courier::default()).await;
            counter.comes_to_the_confirmation().await;
            counter.keys("enter");
            let submitted = loop {
                let ended = counter.machine.answer().await;
                let is_it = matches!(&ended, Ended::With(msg)
                    if matches!(msg.as_ref(), Msg::Store { result: Ok(Reply::Submitted(_)), .. }));
                let at = Instant::now();
                counter.machine.take(ended);
                if is_it {
                    break at;
                }
            };
            while !printer.is_finished() {
                if let Ok(ended) = tokio::time::timeout(Duration::from_millis(1), counter.machine.answer()).await {
                    counter.machine.take(ended);
                }
            }
            times.push(printer.join().unwrap().duration_since(submitted));
        }
        times.sort();
        println!("{language}: median {:?}, longest {:?}", times[25], times[49]);
    }
}
