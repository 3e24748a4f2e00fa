//! A million seeded random keys on the whole counter: nothing panics, nothing is submitted without its confirmation on
//! the screen, no control character is drawn. A run that fails prints its seed; `HUZHU_SEED=n` runs that one again.

#[path = "desk/support.rs"]
#[allow(dead_code)]
mod support;

use std::sync::OnceLock;

use chrono::{DateTime, Utc};
use huzhu::app::{Cmd, Entrance, Msg};
use huzhu::data;
use huzhu::domain::bill::Bill;
use huzhu::domain::canonical::{hex, sha256};
use huzhu::domain::claim::{Claim, ClaimKind, ClaimState, Standing};
use huzhu::keymap::{Code, Key};
use huzhu::slip::{Doubt, PrintId, PrintOutcome, PrinterState};
use huzhu::store::{Desk, Duplicate, Found, PublishedPolicy, Reference, Reply, Request, StoreError, Submitted};
use huzhu::strings::{Lang, Strings};
use rand::Rng;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use support::*;

/// Keys of one test; eight tests make the million.
const KEYS: usize = 125_000;

/// Typed as they stand: bits of searches, amounts, dates, names, and what an attacker would try.
const TEXTS: [&str; 24] = [
    "wangxiu",
    "王秀",
    "2264",
    "HZ150802",
    "by",
    "k80",
    "0012345678",
    "15060121",
    "0312",
    "0319",
    "20210319",
    "t",
    "-3",
    "18234.56",
    "1200+350.5-20",
    "11020.3",
    "1,234.50",
    "０３１２",
    "z99.9 某病",
    "6221470000000000007",
    "张三",
    "\u{1b}[2J",
    "%_'\"\\;--",
    "-120",
];

const PASTES: [&str; 6] = [
    "18234.56\r\n1320\r\n",
    "\u{1b}]0;pwn\u{7}\u{9b}31m",
    "王\u{202e}秀\u{200b}英\u{0}",
    "",
    "１２３，４５６．７８",
    "152801197105062264",
];

fn reference() -> &'static Reference {
    static REFERENCE: OnceLock<Reference> = OnceLock::new();
    REFERENCE.get_or_init(|| {
        let policy = |code: &str, text: &str, published: &str| PublishedPolicy {
            code: code.into(),
            version: 1,
            text: text.into(),
            sha256: hex(&sha256(text.as_bytes())),
            published_at: published.parse::<DateTime<Utc>>().unwrap(),
        };
        Reference {
            version: "1".into(),
            offices: vec![hello().office],
            hospitals: data::hospitals().to_vec(),
            diagnoses: data::diagnoses().to_vec(),
            policies: vec![
                policy("NM-2020", include_str!("../policies/nm-2020.toml"), "2020-01-01T00:00:00Z"),
                policy("NM-2021", include_str!("../policies/nm-2021.toml"), "2021-01-01T00:00:00Z"),
            ],
        }
    })
}

fn standing() -> Standing {
    Standing {
        number: number(412),
        office: "临河区".into(),
        state: ClaimState::Submitted,
        line: Some(line(412, "王秀英", ClaimState::Submitted)),
    }
}

struct Monkey {
    counter: Counter,
    random: ChaCha8Rng,
    submits: usize,
    lang: Lang,
    /// At a centre that asks who is there.
    asks: bool,
    /// The confirmation's title.
    title: String,
}

impl Monkey {
    fn start(lang: Lang, asks: bool) -> Counter {
        let entrance = asks.then(|| Entrance { login: "0137".into(), office: None, open: false });
        let mut counter = Counter::at(lang, entrance);
        counter.send(Msg::Journal { drafts: vec![draft("巴特尔")], reference: None, damage: None });
        counter
    }

    fn new(seed: u64, lang: Lang, asks: bool) -> Monkey {
        let counter = Monkey::start(lang, asks);
        Monkey {
            counter,
            random: ChaCha8Rng::seed_from_u64(seed),
            submits: 0,
            lang,
            asks,
            title: Strings::new(lang).get("confirm-title"),
        }
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.random.random_range(0..from.len())]
    }

    fn key(&mut self) -> Key {
        let function = Code::F(self.random.random_range(1..=12));
        let code = self.pick(&[
            Code::Enter,
            Code::Enter,
            Code::Enter,
            Code::Enter,
            Code::Tab,
            Code::Backspace,
            Code::Delete,
            Code::Insert,
            Code::Esc,
            Code::Up,
            Code::Down,
            Code::Down,
            Code::Left,
            Code::Right,
            Code::Home,
            Code::End,
            Code::PageUp,
            Code::PageDown,
            Code::F(3),
            function,
            Code::Char(' '),
        ]);
        let letter = self.pick(&['s', 's', 'z', 'u', 'r', 'w', 'l', 'p', 'q', 'x', '1', '2', '9']);
        match self.random.random_range(0..100) {
            0..8 => Key::ctrl(letter),
            8..11 => Key::alt(letter),
            11..14 => Key { shift: true, ..Key::plain(Code::Tab) },
            _ => Key::plain(code),
        }
    }

    /// Presses something: a key, a text key by key, a paste, a resize. Gives how many keys that were.
    fn act(&mut self) -> usize {
        match self.random.random_range(0..100) {
            0..30 => {
                let text = self.pick(&TEXTS);
                for c in text.chars() {
                    self.press(Msg::Key(Key::char(c)));
                }
                text.chars().count()
            }
            30..33 => {
                let paste = self.pick(&PASTES).to_owned();
                self.press(Msg::Paste(paste));
                1
            }
            33 => {
                let size = self.pick(&[(80, 24), (80, 24), (132, 43), (20, 5), (1, 1), (200, 60)]);
                self.counter.resize(size.0, size.1);
                1
            }
            34 => {
                let millis = self.pick(&[10, 200, 31_000, 310_000]);
                self.counter.wait(millis);
                1
            }
            35 => self.routine(),
            _ => {
                let key = self.key();
                self.press(Msg::Key(key));
                1
            }
        }
    }

    /// A claim as a clerk enters it, from the desk to the confirmation, with a slip of the hand now and then: so that the
    /// far end is reached too.
    fn routine(&mut self) -> usize {
        let keys = "\u{1}\u{1}\u{1}\u{1}wangxiu\u{2}\n\u{3}0012345678\nby\n0312\n0319\nk80\n18234.56\n1320\n\n\n\
                    11020.3\n\u{4} \n";
        for c in keys.chars() {
            let key = match c {
                '\u{1}' => Key::plain(Code::Esc),
                '\u{2}' => Key::plain(Code::Down),
                '\u{3}' => Key::plain(Code::F(3)),
                '\u{4}' => Key::ctrl('s'),
                '\n' => Key::plain(Code::Enter),
                c => Key::char(c),
            };
            let slips = self.random.random_range(0..150) == 0;
            let key = if slips { self.key() } else { key };
            self.press(Msg::Key(key));
        }
        keys.chars().count()
    }

    fn press(&mut self, msg: Msg) {
        let confirmed = matches!(msg, Msg::Key(Key { code: Code::Enter, .. }) | Msg::Burst(_)) && {
            // A key of the bottom line may be called the same: the title begins a row of the panel, alone in it.
            let is_title = |row: &str| row.split("  ").next().is_some_and(|words| words.trim() == self.title);
            self.counter.screen().lines().any(|line| line.split_once('|').is_some_and(|(_, row)| is_title(row)))
        };
        self.counter.send(msg);
        // A retry of a submit is sent by the clock, never by a key.
        let submits = self.counter.asked.iter().filter(|(_, request)| matches!(request, Request::Submit(_))).count();
        assert!(submits == 0 || confirmed, "a submit without its confirmation:\n{}", self.counter.screen());
        self.answer_some();
    }

    /// Answers what is open: mostly at once and well, sometimes badly, sometimes not at all.
    fn answer_some(&mut self) {
        while let Some((seq, request)) = self.counter.asked.pop_front() {
            let answered = matches!(request, Request::Hello | Request::Reference { .. } | Request::LogIn { .. });
            if self.random.random_range(0..100) == 0 && !answered {
                continue;
            }
            let result = self.reply(&request);
            self.counter.send(Msg::Store { seq, result });
        }
        for command in std::mem::take(&mut self.counter.commands) {
            match command {
                Cmd::Print { form, printer } => {
                    let print = PrintId::of(form.as_ref());
                    let printer = printer.unwrap_or_else(|| "till".into());
                    let doubt = Doubt { print: print.clone(), printer, at: time("2021-03-20 09:14"), why: "w".into() };
                    let outcome = match self.random.random_range(0..4) {
                        0 => PrintOutcome::Done("slips".into()),
                        1 => PrintOutcome::Waiting("paper out".into()),
                        2 => PrintOutcome::Unknown(doubt),
                        _ => PrintOutcome::Failed("no font".into()),
                    };
                    self.counter.send(Msg::Printed(print, outcome));
                }
                Cmd::AskPrinter(name) => {
                    let state = PrinterState::ALL[self.random.random_range(0..PrinterState::ALL.len())];
                    self.counter.send(Msg::PrinterState(name, state));
                }
                Cmd::SaveDraft(draft) if self.random.random_range(0..50) == 0 => {
                    self.counter.send(Msg::DraftSaved(draft.id, Err("disk full".into())));
                }
                Cmd::LogInAgain { seq } => self.counter.send(Msg::Store { seq, result: Ok(Reply::LoggedIn) }),
                // The clerk starts it again; a session ends by itself too.
                Cmd::Quit => self.counter = Monkey::start(self.lang, self.asks),
                _ => {}
            }
        }
    }

    fn reply(&mut self, request: &Request) -> Result<Reply, StoreError> {
        if self.random.random_range(0..40) == 0 {
            return Err(self.error());
        }
        Ok(match request {
            Request::LogIn { .. } if self.random.random_range(0..3) == 0 => return Err(StoreError::wrong_login()),
            Request::LogIn { .. } => Reply::LoggedIn,
            Request::LogOut => Reply::LoggedOut,
            Request::Hello => {
                let mut hello = hello();
                hello.last_used.kind = Some(ClaimKind::Inpatient);
                hello.last_used.bill_code = Some("15060121".into());
                Reply::Hello(Box::new(hello))
            }
            Request::Search(_) => Reply::Found(Found { rows: two_hits(), ..Found::default() }),
            Request::OpenMember { .. } => {
                Reply::Member(Box::new(sheet(vec![line(398, "王秀英", ClaimState::Returned)])))
            }
            Request::Reveal { field, .. } => Reply::Revealed(*field, "152801197105062264".into()),
            Request::CheckBill(Bill { .. }) => {
                let stands = self.random.random_range(0..5) == 0;
                Reply::Bill(stands.then(|| Box::new(standing())))
            }
            Request::CheckStay { .. } => {
                Reply::Stay(if self.random.random_range(0..5) == 0 { vec![standing()] } else { vec![] })
            }
            Request::Reference { .. } => Reply::Reference(Some(Box::new(reference().clone()))),
            Request::Submit(claim) => {
                self.submits += 1;
                let claim = Claim { claim: claim.as_ref().clone(), ..recorded(413, claim.state) };
                Reply::Submitted(Submitted { claim: Box::new(claim), hash: String::new(), replay: false })
            }
            Request::Claim(number) => Reply::Claim(Box::new(recorded(number.sequence, ClaimState::Submitted))),
            Request::ClaimsOf(_) => Reply::Claims(vec![line(398, "王秀英", ClaimState::Submitted)]),
            Request::Desk => Reply::Desk(Box::new(Desk {
                accepted_today: 1,
                returned: vec![line(398, "张三", ClaimState::Returned)],
                returned_count: 1,
                own_today: vec![line(399, "李四", ClaimState::Submitted)],
            })),
            Request::Withdraw { number, rev, .. } => Reply::Withdrawn(*number, rev + 1),
            Request::Reconcile(ids) => Reply::Reconciled(ids.iter().map(|id| (*id, None)).collect()),
            Request::RecordPrint(number, form) => {
                Reply::PrintRecorded(*number, printed(*number, *form, self.random.random_range(0..3)))
            }
            Request::SlipKeys { .. } => Reply::SlipKeys(vec![]),
        })
    }

    fn error(&mut self) -> StoreError {
        match self.random.random_range(0..8) {
            0 => StoreError::NotAllowed,
            1 => StoreError::NotFound,
            2 => StoreError::Stale(2),
            3 => StoreError::Duplicate(Duplicate::Bill(Box::new(standing()))),
            4 => StoreError::Duplicate(Duplicate::Stay(Box::new(standing()))),
            5 => StoreError::Unknown("cut".into()),
            6 => StoreError::IdReused,
            _ => StoreError::Unreachable("cut".into()),
        }
    }

    fn look(&self) {
        let screen = self.counter.screen();
        let control = screen.chars().find(|c| *c != '\n' && huzhu::domain::text::is_unsafe(*c));
        assert!(control.is_none(), "{control:?} is drawn:\n{screen}");
    }
}

fn run(seed: u64, lang: Lang, asks: bool) {
    let seed = std::env::var("HUZHU_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(seed);
    println!("HUZHU_SEED={seed}");
    let mut monkey = Monkey::new(seed, lang, asks);
    monkey.answer_some();
    let mut keys = 0;
    let mut acts = 0;
    while keys < KEYS {
        keys += monkey.act();
        acts += 1;
        if acts % 32 == 0 {
            monkey.look();
        }
    }
    println!("{keys} keys, {} submits", monkey.submits);
    assert!(monkey.submits > 0, "no submit was ever reached: the monkey does not try enough");
}

macro_rules! monkeys {
    ($($name:ident $seed:literal $lang:ident)*) => {
        $(#[test]
        fn $name() {
            run($seed, Lang::$lang, false);
        })*
    };
}

monkeys! {
    monkey_1 1 Chinese
    monkey_2 2 English
    monkey_3 3 Chinese
    monkey_4 4 English
    monkey_5 5 Chinese
    monkey_6 6 English
    monkey_7 7 Chinese
    monkey_8 8 English
}

#[test]
fn monkey_at_the_login() {
    run(9, Lang::Chinese, true);
}
