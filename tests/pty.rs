//! The real program in a real terminal (a pty, read by a terminal emulator): it starts, takes keys, and leaves the
//! terminal as it found it on every way out.

mod terminal;

use std::io::Read;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use portable_pty::PtySize;
use rustix::process::Signal;
use terminal::{Counter, PACE, PATIENCE};

/// The data directory of a demo, from a world that is made once.
fn demo() -> tempfile::TempDir {
    static MADE: OnceLock<tempfile::TempDir> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let made = Command::new(env!("CARGO_BIN_EXE_huzhu"))
            .args(["demo", "--members", "1000", "--make-only", "--data"])
            .arg(folder.path())
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        folder
    });
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("demo")).unwrap();
    for file in std::fs::read_dir(made.path().join("demo")).unwrap().map(Result::unwrap) {
        if file.file_type().unwrap().is_file() {
            std::fs::copy(file.path(), folder.path().join("demo").join(file.file_name())).unwrap();
        }
    }
    folder
}

/// The demo in its terminal.
fn start(data: &Path, environment: &[(&str, &str)]) -> Counter {
    start_through(&[], data, environment)
}

/// `through`: a command that runs the program.
fn start_through(through: &[&str], data: &Path, environment: &[(&str, &str)]) -> Counter {
    let demo = [env!("CARGO_BIN_EXE_huzhu"), "demo", "--data", data.to_str().unwrap()];
    Counter::start(&[through, &demo].concat(), data, environment)
}

impl Counter {
    fn opens_a_claim(&mut self) {
        self.shows("F1帮助");
        self.types("wangxiu");
        self.shows("王秀英");
        for keys in [&b"\x1b[B"[..], b"\r", b"\x1bOR"] {
            self.send(keys);
            std::thread::sleep(4 * PACE);
        }
        self.shows("住院申领");
        // The sheet is there once the window's bill code is offered on it.
        self.shows("15060121");
    }

    fn comes_to_the_confirmation(&mut self) {
        self.opens_a_claim();
        self.types("0012345678\rby\r0312\r0319\rk80\r18234.56\r1320\r\r\r11020.3\r");
        self.shows("2,427.70");
        self.types("\x13");
        self.shows("确认提交");
    }
}

#[test]
fn the_desk_comes_and_goes() {
    let data = demo();
    let mut counter = start(data.path(), &[]);
    counter.shows("临河区");
    counter.shows("F1帮助");
    counter.wait_for("raw mode", |screen| screen.alternate_screen() && screen.bracketed_paste());
    counter.types("wangxiu");
    counter.shows("王秀英");
    // The cursor is where the next letter goes, behind the wide label.
    counter.wait_for("the cursor", |screen| screen.cursor_position() == (1, 12) && !screen.hide_cursor());
    counter.types("\x11");
    assert_eq!(counter.ends(), 0);
    counter.is_restored();
}

/// A configuration whose printer is at an address, as the environment that leads to it.
fn with_printer(data: &Path, address: std::net::SocketAddr) -> [(&'static str, String); 1] {
    let config = format!("[print]\nprofile = \"till\"\n[printer.till]\ndevice = \"tcp:{address}\"\n");
    std::fs::create_dir(data.join("huzhu")).unwrap();
    std::fs::write(data.join("huzhu/config.toml"), config).unwrap();
    [("XDG_CONFIG_HOME", data.to_str().unwrap().to_owned())]
}

fn spooled(data: &Path) -> usize {
    std::fs::read_dir(data.join("demo/spool")).unwrap().count()
}

#[test]
fn the_end_waits_for_the_slip() {
    let data = demo();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let [(name, folder)] = with_printer(data.path(), listener.local_addr().unwrap());
    let (to, got) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let (mut line, _) = listener.accept().unwrap();
        let mut slip = String::new();
        line.read_to_string(&mut slip).unwrap();
        to.send(slip).unwrap();
        // It has all and takes its time to say so.
        std::thread::sleep(Duration::from_secs(1));
    });
    let mut counter = start(data.path(), &[(name, &folder)]);
    counter.comes_to_the_confirmation();
    counter.types(" \r");
    assert!(got.recv_timeout(PATIENCE).unwrap().contains("2,427.70"));
    counter.types("\x11");
    assert_eq!(counter.ends(), 0);
    assert_eq!(spooled(data.path()), 0, "it would be printed again");
}

/// A printer's address where nobody takes a call, and what keeps it so.
fn printer_that_does_not_accept() -> (std::net::SocketAddr, tokio::runtime::Runtime, Vec<Box<dyn std::any::Any>>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (address, held) = runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(0).unwrap();
        let address = listener.local_addr().unwrap();
        let mut held: Vec<Box<dyn std::any::Any>> = vec![Box::new(listener)];
        let soon = Duration::from_millis(200);
        while let Ok(call) = tokio::time::timeout(soon, tokio::net::TcpStream::connect(address)).await {
            held.push(Box::new(call.unwrap()));
        }
        (address, held)
    });
    (address, runtime, held)
}

#[test]
fn a_slip_that_was_under_way_at_the_end_is_sent_again_at_the_next_start() {
    let data = demo();
    let (address, runtime, held) = printer_that_does_not_accept();
    let [(name, folder)] = with_printer(data.path(), address);
    let mut counter = start(data.path(), &[(name, &folder)]);
    counter.comes_to_the_confirmation();
    counter.types(" \r");
    counter.shows("今日 受理1");
    counter.types("\x11");
    assert_eq!(counter.ends(), 0);
    counter.is_restored();
    drop(held);
    drop(runtime);
    let listener = std::net::TcpListener::bind(address).unwrap();
    let printer = std::thread::spawn(move || {
        let mut slip = String::new();
        listener.accept().unwrap().0.read_to_string(&mut slip).unwrap();
        slip
    });
    let counter = start(data.path(), &[(name, &folder)]);
    counter.shows("回执已送 till");
    assert!(printer.join().unwrap().contains("2,427.70"));
    assert_eq!(spooled(data.path()), 0, "what arrived is not sent once more");
}

#[test]
fn sigterm_puts_the_terminal_back() {
    let data = demo();
    let mut counter = start(data.path(), &[]);
    counter.shows("F1帮助");
    counter.signal(Signal::TERM);
    assert_eq!(counter.ends(), 0);
    counter.is_restored();
}

#[test]
fn a_killed_program_offers_its_draft() {
    let data = demo();
    let mut counter = start(data.path(), &[]);
    counter.opens_a_claim();
    counter.types("0012345678\r");
    counter.shows("草稿已存");
    counter.signal(Signal::KILL);
    counter.ends();
    let mut counter = start(data.path(), &[]);
    counter.shows("草稿");
    counter.shows("王秀英");
    counter.types("\r");
    counter.shows("0012345678");
    counter.types("\x11");
}

#[test]
fn what_is_in_a_field_outlives_sigterm() {
    let data = demo();
    let mut counter = start(data.path(), &[]);
    counter.opens_a_claim();
    counter.types("00123456");
    counter.shows("00123456");
    counter.signal(Signal::TERM);
    assert_eq!(counter.ends(), 0);
    let mut counter = start(data.path(), &[]);
    counter.shows("草稿");
    counter.types("\r");
    counter.shows("00123456");
}

#[test]
fn a_terminal_that_is_gone_ends_the_program() {
    // Where the signal is ignored, the terminal itself tells.
    for through in [&[][..], &["/bin/sh", "-c", "trap '' HUP; exec \"$@\"", "sh"]] {
        let data = demo();
        let mut counter = start_through(through, data.path(), &[]);
        counter.shows("F1帮助");
        counter.seen.lock().unwrap().over = true;
        // An answer on the screen lets the reader see that it is over.
        counter.types("w");
        std::thread::sleep(10 * PACE);
        (counter.writer, counter.master) = (None, None);
        assert_eq!(counter.ends(), 0);
    }
}

#[test]
fn a_paste_with_line_breaks_is_text() {
    let data = demo();
    let mut counter = start(data.path(), &[]);
    counter.shows("F1帮助");
    counter.send("\x1b[200~wang\r\nxiu\x1b[201~".as_bytes());
    counter.shows("wangxiu");
    counter.shows("王秀英");
    counter.types("\x7f\x7f\x7f\x7f\x7f\x7f\x7f");
    counter.wait_for("an empty box", |screen| !screen.contents().contains("wang"));
    // Without brackets: no key sends a line feed among letters.
    counter.send(b"wang\nxiu\n");
    counter.shows("wangxiu");
    counter.shows("王秀英");
    counter.shows("F3新申领");
}

#[test]
fn another_size_and_back_is_the_same_screen() {
    let data = demo();
    let mut counter = start(data.path(), &[]);
    counter.shows("F1帮助");
    counter.types("wangxiu");
    counter.shows("王秀英");
    // All that the last letter asked for is there.
    counter
        .wait_for("the rows", |screen| screen.contents().contains("wangxiu") && screen.contents().contains("2条 拼音"));
    let before = counter.text();
    let resize = |counter: &Counter, columns: u16, rows: u16| {
        counter.seen.lock().unwrap().terminal.set_size(rows.try_into().unwrap(), columns.try_into().unwrap());
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        counter.master.as_ref().unwrap().resize(size).unwrap();
    };
    resize(&counter, 40, 10);
    counter.wait_for("the small screen", |screen| !screen.contents().contains("临河区第一中学"));
    counter.shows("40");
    resize(&counter, 80, 24);
    // A blank that was written and one that was erased look the same; the first line has the time.
    let rows = |text: &str| text.lines().skip(1).map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    counter.wait_for("the same screen", |screen| rows(&screen.contents()) == rows(&before));
}

#[test]
fn no_color_means_none_and_the_console_has_ascii_borders() {
    let data = demo();
    let counter = start(data.path(), &[("NO_COLOR", "1"), ("TERM", "linux")]);
    counter.shows("F1帮助");
    let seen = counter.seen.lock().unwrap();
    let text = String::from_utf8_lossy(&seen.bytes);
    for sequence in text.split("\x1b[").skip(1) {
        let end = sequence.find(|c: char| c.is_ascii_alphabetic()).unwrap();
        let colours = sequence[..end].split(';').any(|n| n.len() == 2 && n.starts_with(['3', '4', '9']));
        assert!(!(sequence[end..].starts_with('m') && colours), "a colour: {sequence:?}");
    }
    assert!(!text.contains('\u{2500}') && text.contains("----"), "lines are drawn with signs");
}

#[test]
fn another_day_is_the_worlds_own_and_another_size_another_world() {
    let folder = tempfile::tempdir().unwrap();
    let make = |members: &str, more: &[&str]| {
        let made = Command::new(env!("CARGO_BIN_EXE_huzhu"))
            .args(["demo", "--members", members, "--make-only", "--lang", "en", "--data"])
            .arg(folder.path())
            .args(more)
            .output()
            .unwrap();
        assert!(made.status.success());
        String::from_utf8(made.stderr).unwrap()
    };
    assert!(!make("1000", &["--today", "2021-04-02"]).contains("anew"));
    let mut counter = start(folder.path(), &[]);
    counter.shows("2021-04-02");
    counter.opens_a_claim();
    counter.types("0012345678\r");
    counter.shows("草稿已存");
    // A world that somebody works in stays.
    let refused = Command::new(env!("CARGO_BIN_EXE_huzhu"))
        .args(["demo", "--members", "1001", "--make-only", "--lang", "en", "--data"])
        .arg(folder.path())
        .output()
        .unwrap();
    assert!(!refused.status.success());
    assert!(String::from_utf8(refused.stderr).unwrap().contains("another counter uses"));
    counter.signal(Signal::TERM);
    assert_eq!(counter.ends(), 0);
    let said = make("1001", &[]);
    let aside = folder.path().join("demo/before-1");
    assert!(said.contains("made anew") && said.contains(aside.to_str().unwrap()), "{said}");
    assert!(aside.join("central.db").exists() && aside.join("journal.db").exists());
    // The old draft is of a member of the old world.
    let counter = start(folder.path(), &[]);
    counter.shows("2021-03-20");
    counter.shows("F1帮助");
    assert!(!counter.text().contains("草稿"));
}
