//! A key's frame: from the key to the bytes that the terminal gets, over the whole counter on a generated world, beside the
//! stock backend of ratatui drawing the same screens in the same run.
//!
//! `cargo bench --bench frame -- [--members N] [--rounds N]`

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use huzhu::app::{App, Cmd, Msg, Setup};
use huzhu::keymap::{Code, Key, Keymap};
use huzhu::store::sqlite::SqliteStore;
use huzhu::store::{Store, answer};
use huzhu::strings::{Lang, Strings};
use huzhu::term::backend::Screen;
use huzhu::ui::theme::Theme;
use huzhu::world::assess::{engine_of, published};
use huzhu::world::{World, world_day};
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

const SIZE: (u16, u16) = (80, 24);

struct Counter {
    app: App,
    store: SqliteStore,
    runtime: tokio::runtime::Runtime,
    screen: Screen<Vec<u8>>,
    stock: Terminal<CrosstermBackend<Written>>,
    written: Arc<AtomicUsize>,
}

/// Counts what the stock backend writes.
struct Written(Arc<AtomicUsize>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.fetch_add(bytes.len(), Ordering::Relaxed);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What one kind of frame cost.
#[derive(Default)]
struct Row {
    ours: Vec<Duration>,
    bytes: Vec<usize>,
    stock: Vec<Duration>,
    stock_bytes: Vec<usize>,
}

impl Counter {
    fn new(store: SqliteStore, runtime: tokio::runtime::Runtime) -> Counter {
        let now = runtime.block_on(store.hello()).expect("the clerk's account").now;
        let (app, commands) = App::new(Setup {
            strings: Strings::new(Lang::Chinese),
            keymap: Keymap::load("default", None).expect("the default keymap"),
            theme: Theme::default(),
            size: SIZE,
            seed: 1,
            now,
            lock_minutes: 5,
            printers: vec![],
            print_after_submit: false,
            bell: false,
            window: None,
            entrance: None,
            slip_key: None,
            slip_keys: Vec::new(),
        });
        let area = Rect::new(0, 0, SIZE.0, SIZE.1);
        let options = TerminalOptions { viewport: Viewport::Fixed(area) };
        let written = Arc::new(AtomicUsize::new(0));
        let backend = CrosstermBackend::new(Written(Arc::clone(&written)));
        let stock = Terminal::with_options(backend, options).expect("a terminal in memory");
        let screen = Screen::new(Vec::new(), SIZE.0, SIZE.1, true);
        let mut counter = Counter { app, store, runtime, screen, stock, written };
        counter.carry_out(commands);
        counter
    }

    fn carry_out(&mut self, commands: Vec<Cmd>) {
        for command in commands {
            if let Cmd::Store { seq, request } = command {
                let result = self.runtime.block_on(answer(&self.store, request));
                let more = self.app.update(Msg::Store { seq, result });
                self.carry_out(more);
            }
        }
    }

    /// A key and its frame, timed; what the store answers to it comes after, with a frame of its own that is not counted.
    fn key(&mut self, key: Key, row: &mut Row) {
        let start = Instant::now();
        let commands = self.app.update(Msg::Key(key));
        let cost = self.screen.draw(|area, buf| self.app.draw(area, buf)).expect("memory");
        row.ours.push(start.elapsed());
        row.bytes.push(cost.bytes);
        self.beside(row);
        self.carry_out(commands);
        self.rest();
    }

    /// The stock backend's frame of the same screen.
    fn beside(&mut self, row: &mut Row) {
        let mut shown = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
        let cursor = self.app.draw(shown.area, &mut shown);
        self.written.store(0, Ordering::Relaxed);
        let start = Instant::now();
        self.stock
            .draw(|frame| {
                *frame.buffer_mut() = shown;
                if let Some(at) = cursor {
                    frame.set_cursor_position(at);
                }
            })
            .expect("memory");
        row.stock.push(start.elapsed());
        row.stock_bytes.push(self.written.load(Ordering::Relaxed));
    }

    fn rest(&mut self) {
        self.screen.draw(|area, buf| self.app.draw(area, buf)).expect("memory");
        self.beside(&mut Row::default());
        self.screen.writer().clear();
    }

    fn type_text(&mut self, text: &str) {
        for c in text.chars() {
            let key = if c == '\n' { Key::plain(Code::Enter) } else { Key::char(c) };
            self.key(key, &mut Row::default());
        }
    }
}

fn median<T: Copy + Ord>(values: &mut [T]) -> T {
    values.sort_unstable();
    values[values.len() / 2]
}

fn p99<T: Copy + Ord>(values: &mut [T]) -> T {
    values.sort_unstable();
    values[(values.len() * 99 / 100).min(values.len() - 1)]
}

fn print(name: &str, mut row: Row) {
    let micros = |duration: Duration| duration.as_secs_f64() * 1e6;
    let (ours, stock) = (median(&mut row.ours), median(&mut row.stock));
    println!(
        "{name:<34} {:>6} bytes (stock {:>6})   {:>8.1} us, p99 {:>8.1}   stock's drawing alone {:>7.1} us, ratio {:.2}",
        median(&mut row.bytes),
        median(&mut row.stock_bytes),
        micros(ours),
        micros(p99(&mut row.ours)),
        micros(stock),
        micros(ours) / micros(stock),
    );
}

fn main() {
    let mut members = 20_000;
    let mut rounds = 300;
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--members" => members = args.next().and_then(|n| n.parse().ok()).expect("a number"),
            "--rounds" => rounds = args.next().and_then(|n| n.parse().ok()).expect("a number"),
            _ => {}
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("central.db");
    let world = World::new(1, members, World::usual_claims(members), world_day());
    let policies = published();
    let engine = engine_of(&policies);
    runtime.block_on(SqliteStore::create(&path, world, policies, engine, |_| ())).expect("a world");
    let (store, _) = runtime.block_on(SqliteStore::open(&path, "0137", None)).expect("the world");
    let mut counter = Counter::new(store, runtime);

    let mut first = Row::default();
    let start = Instant::now();
    let cost = counter.screen.draw(|area, buf| counter.app.draw(area, buf)).expect("memory");
    first.ours.push(start.elapsed());
    first.bytes.push(cost.bytes);
    counter.beside(&mut first);
    print("first screen: desk", first);

    let mut nothing = Row::default();
    for _ in 0..rounds {
        let start = Instant::now();
        let cost = counter.screen.draw(|area, buf| counter.app.draw(area, buf)).expect("memory");
        nothing.ours.push(start.elapsed());
        nothing.bytes.push(cost.bytes);
        counter.beside(&mut nothing);
    }
    print("no change", nothing);

    let mut rows = Row::default();
    counter.type_text("wang");
    for at in 0..rounds {
        let code = if at / 8 % 2 == 0 { Code::Down } else { Code::Up };
        counter.key(Key::plain(code), &mut rows);
    }
    print("a moved row", rows);

    counter.key(Key::plain(Code::Esc), &mut Row::default());
    counter.type_text("wangxiu");
    counter.key(Key::plain(Code::Down), &mut Row::default());
    let mut sheet = Row::default();
    counter.key(Key::plain(Code::F(3)), &mut sheet);
    print("first screen: claim sheet", sheet);

    let mut digits = Row::default();
    for _ in 0..rounds {
        counter.key(Key::char('9'), &mut digits);
        counter.key(Key::plain(Code::Backspace), &mut Row::default());
    }
    print("a digit in a field", digits);

    counter.type_text("0012345678\nby\n0312\n0319\nk80\n18234.56\n1320\n\n\n");
    let mut panel = Row::default();
    for at in 0..rounds {
        let digit = char::from(b'1' + (at % 9) as u8);
        counter.key(Key::char(digit), &mut panel);
        if at % 4 == 3 {
            counter.key(Key::ctrl('u'), &mut Row::default());
        }
    }
    print("a digit, with the amount changing", panel);

    let mut hanzi = Row::default();
    for _ in 0..11 {
        counter.key(Key::plain(Code::Down), &mut Row::default());
    }
    for _ in 0..rounds {
        counter.key(Key::char('秀'), &mut hanzi);
        counter.key(Key::plain(Code::Backspace), &mut Row::default());
    }
    print("a hanzi in a field", hanzi);
    std::io::stdout().flush().expect("stdout");
}
