//! Who is at work, since when, and when that ends: after a time without a key, after the longest session (contract 3), and
//! at once where the centre's records are not what this terminal has seen.
//!
//! A store that asks who is there has a login screen in front of the desk ([`Entrance`]), takes the password at the lock,
//! and comes back to the login screen at the end of a session. The answer to who is there is the centre's proof too: it is
//! asked for again every hour, and nothing is written while it is owed. Elsewhere somebody is at work from the start, and the
//! program ends with the session.

use super::screens::{desk, lock, login};
use super::{Action, App, Cmd, Context, Event, Go, Tone};
use crate::domain::area::OfficeCode;
use crate::store::{Desk, Hello, Mode, Reply, Request, StoreError};
use crate::strings::errors::store_error;

/// Nobody is at work any more after so long without a key, in milliseconds; the draft is kept.
pub const LOG_OUT_AFTER: u64 = 30 * 60_000;
/// The longest session, in milliseconds.
pub const SESSION_MAX: u64 = 10 * 3_600_000;
/// Where the program ends with the session: so long after the last key, in milliseconds.
pub const IDLE_MINUTE: u64 = 60_000;
/// Wrong passwords at the lock that end the session.
pub const WRONG_MAX: u32 = 5;
/// After so long the centre is asked once more who is at work, where no answer came, in milliseconds.
const HELLO_AGAIN: u64 = 2_000;
/// After so long it is asked anew who is at work, and the centre shows its history, in milliseconds.
const PROOF_AFTER: u64 = 3_600_000;
/// A proof that is owed for so long is for the administrator, in milliseconds.
const OWED_MAX: u64 = 30_000;

/// The way in, on a store that asks who is there.
#[derive(Clone, Debug)]
pub struct Entrance {
    /// The login that is offered.
    pub login: String,
    /// The office that this terminal stands in, where it is told.
    pub office: Option<OfficeCode>,
    /// Whether somebody has come in already.
    pub open: bool,
}

/// Who is at work.
pub(super) struct Session {
    entrance: Option<Entrance>,
    since: u64,
    /// When the one who is at work pressed the last key.
    present_at: u64,
    lock_after: u64,
    hello_again: Option<u64>,
    /// Since when the centre owes the answer that it proves its history with.
    owed_since: Option<u64>,
    /// It was said that the administrator is to be called for that.
    owed_said: bool,
    /// The session can't go on.
    refused: Option<Refusal>,
}

/// Why a session can't go on.
pub(super) struct Refusal {
    /// In words.
    pub text: String,
    /// The centre's records are not what this terminal has seen.
    pub alarm: bool,
}

impl Session {
    pub(super) fn new(entrance: Option<Entrance>, lock_minutes: u64) -> Session {
        let lock_after = lock_minutes.clamp(1, 5) * 60_000;
        Session {
            entrance,
            since: 0,
            present_at: 0,
            lock_after,
            hello_again: None,
            owed_since: Some(0),
            owed_said: false,
            refused: None,
        }
    }

    /// Whether somebody is at work.
    pub(super) fn is_open(&self) -> bool {
        self.entrance.as_ref().is_none_or(|entrance| entrance.open)
    }
}

impl Context {
    /// Whether the store asks who is there.
    pub fn asks_login(&self) -> bool {
        self.session.entrance.is_some()
    }

    /// The login of the one who is at work, or that is offered.
    pub fn login(&self) -> &str {
        match &self.session.entrance {
            Some(entrance) => &entrance.login,
            None => self.hello.as_ref().map_or("", |hello| &hello.login),
        }
    }

    /// The name of the office that this terminal stands in, where it is told.
    pub fn own_office(&self) -> String {
        let Some(code) = self.session.entrance.as_ref().and_then(|entrance| entrance.office) else {
            return String::new();
        };
        let area = || crate::data::areas().iter().find(|area| area.code.get() == code.get());
        match (self.lookup.office(code), area()) {
            (Some(office), _) => office.name.clone(),
            (None, Some(area)) => area.name.clone(),
            (None, None) => code.to_string(),
        }
    }

    /// Whether this version of the program only looks.
    pub fn reads_only(&self) -> bool {
        self.hello.as_ref().is_some_and(|hello| hello.mode == Mode::ReadOnly)
    }

    /// Since when the centre owes a proof of its history, where it does.
    fn owed_since(&self) -> Option<u64> {
        self.session.owed_since.filter(|_| self.asks_login())
    }

    /// Whether an action writes what this version of the program only looks at; or anything, or shows what is kept for
    /// ever who saw it, while the centre owes a proof of its history.
    pub fn withholds(&self, action: Action) -> bool {
        let writes = matches!(action, Action::NewClaim | Action::Withdraw | Action::Submit | Action::Reprint);
        let ends_in_writing = matches!(action, Action::Accept | Action::Reveal);
        (self.reads_only() && writes) || (self.owed_since().is_some() && (writes || ends_in_writing))
    }

    /// Says that this version of the program only looks, or that the centre owes a proof.
    pub fn refuse_to_write(&mut self) {
        self.ahead.clear();
        let text = match self.owed_since() {
            Some(_) if !self.reads_only() => self.owed_words(),
            _ => store_error(&StoreError::read_only(), &self.strings),
        };
        self.say(Tone::Error, text);
    }

    fn owed_words(&self) -> String {
        self.t(if self.owes_for_long() { "proof-owed-long" } else { "proof-owed" })
    }

    fn owes_for_long(&self) -> bool {
        self.owed_since().is_some_and(|since| self.mono >= since + OWED_MAX)
    }

    /// The centre owes the proof from now on, unless it does already.
    fn owe(&mut self) {
        self.session.owed_since.get_or_insert(self.mono);
    }

    /// Somebody has come in.
    pub fn begin_session(&mut self, login: String) {
        if let Some(entrance) = &mut self.session.entrance {
            (entrance.login, entrance.open) = (login, true);
        }
        (self.session.since, self.session.present_at) = (self.mono, self.mono);
        (self.session.owed_since, self.session.owed_said) = (Some(self.mono), false);
        self.ask_at_start();
    }

    /// Asks who is at work and for the reference data.
    pub(super) fn ask_at_start(&mut self) {
        self.session.hello_again = None;
        self.hello_seq = self.ask(Request::Hello);
        self.reference_seq = self.ask(Request::Reference { version: String::new() });
    }

    /// The session is over: nothing of it stays but drafts and slips that are being printed, and other answers that are
    /// under way come to nobody.
    pub(super) fn end_session(&mut self) {
        if let Some(entrance) = &mut self.session.entrance {
            entrance.open = false;
        }
        (self.hello, self.message, self.chosen, self.submitted) = (None, None, None, None);
        self.desk = Desk::default();
        self.ahead.clear();
        self.unprinted.clear();
        self.slips.end_session();
        // A print that is recorded comes out, whoever is at work by then: the next one would be marked as a copy.
        self.waiting.retain(|seq| self.prints.iter().any(|pending| pending.seq == *seq));
        (self.session.hello_again, self.session.refused) = (None, None);
        self.offer_drafts();
        self.ask(Request::LogOut);
    }

    /// The answer to who is at work.
    pub(super) fn hello_came(&mut self, result: &Result<Reply, StoreError>) {
        match result {
            Ok(Reply::Hello(hello)) => {
                let window = self.window.unwrap_or(hello.window);
                let mut hello = Hello { window, ..hello.as_ref().clone() };
                match self.hello.take() {
                    // What the next sheet is offered is known better here.
                    Some(known) => hello.last_used = known.last_used,
                    None if hello.unwatched => self.say(Tone::Warning, self.t("witness-no-key")),
                    None => {}
                }
                let other_office = self.other_office(&hello);
                self.session.refused = other_office.map(|text| Refusal { text, alarm: false });
                self.hello = Some(hello);
                (self.session.owed_since, self.session.owed_said) = (None, false);
                self.session.hello_again = self.asks_login().then_some(self.mono + PROOF_AFTER);
                self.offer_drafts();
                self.ask_slip_keys();
            }
            Err(error) if self.asks_login() && error.may_pass() => {
                self.session.hello_again = Some(self.mono + HELLO_AGAIN);
                self.owe();
                if self.owes_for_long() && !std::mem::replace(&mut self.session.owed_said, true) {
                    self.say(Tone::Warning, self.owed_words());
                }
            }
            Err(error) if self.asks_login() => self.cannot_go_on(error),
            _ => {}
        }
    }

    /// The session ends with this answer, once everybody has been told of it.
    pub(super) fn cannot_go_on(&mut self, error: &StoreError) {
        if self.session.is_open() {
            let alarm = matches!(error, StoreError::Alarm(_));
            self.session.refused = Some(Refusal { text: store_error(error, &self.strings), alarm });
        }
    }

    /// A terminal that is told its office serves no account of another.
    fn other_office(&self, hello: &Hello) -> Option<String> {
        let told = self.session.entrance.as_ref()?.office?;
        (hello.office.code != told).then(|| {
            let args: [(&str, &dyn std::fmt::Display); 4] = [
                ("login", &hello.login),
                ("office", &hello.office.name),
                ("code", &hello.office.code),
                ("configured", &told),
            ];
            self.strings.with("start-other-office", &args)
        })
    }

    /// Why the session can't go on.
    pub(super) fn turned_away(&mut self) -> Option<Refusal> {
        self.session.refused.take()
    }

    /// The time moved.
    pub(super) fn session_clock(&mut self) {
        if self.session.is_open() && self.session.hello_again.is_some_and(|at| at <= self.mono) {
            if self.hello.is_none() {
                self.ask_at_start();
                self.refresh_desk();
            } else {
                self.session.hello_again = None;
                self.hello_seq = self.ask(Request::Hello);
            }
        }
    }

    /// Tries the log-in that could not be sent once more.
    pub fn log_in_again(&mut self) -> u64 {
        self.number(|seq| Cmd::LogInAgain { seq })
    }

    /// A key was pressed, by the one who is at work.
    pub(super) fn present(&mut self) {
        self.session.present_at = self.mono;
    }

    /// Whether the session has lasted as long as one may.
    pub fn session_over(&self) -> bool {
        self.session.is_open() && self.mono >= self.session.since + SESSION_MAX
    }

    pub(super) fn locks(&self) -> bool {
        let idle = self.mono >= self.session.present_at + self.session.lock_after;
        self.session.is_open() && (self.session_over() || idle)
    }

    pub(super) fn logs_out(&self) -> bool {
        self.session.is_open() && self.mono >= self.log_out_at()
    }

    fn log_out_at(&self) -> u64 {
        match self.session_over() {
            true if self.asks_login() => self.mono,
            true => self.session.present_at + IDLE_MINUTE,
            false => self.session.present_at + LOG_OUT_AFTER,
        }
    }

    /// When the session wants to be told the time.
    pub(super) fn session_wake(&self, locked: bool) -> Option<u64> {
        if !self.session.is_open() {
            return None;
        }
        let over = self.session.since + SESSION_MAX;
        let mut at = self.log_out_at();
        if !locked {
            at = at.min(self.session.present_at + self.session.lock_after);
        }
        // A lock without a password stays as it is when the session is over.
        if !locked || self.asks_login() {
            at = at.min(over);
        }
        Some(self.session.hello_again.map_or(at, |again| at.min(again)))
    }
}

impl App {
    /// A key was pressed. Where the lock takes a password, one at the lock may be anybody's.
    pub(super) fn touched(&mut self) {
        self.cx.touched();
        if !(self.cx.asks_login() && self.top().is_gate()) {
            self.cx.present();
        }
    }

    /// Hides everything until the clerk is back.
    pub(super) fn lock(&mut self) {
        if !self.top().is_gate() {
            self.cx.command(Cmd::Wipe);
            self.cx.ahead.clear();
            let lock = lock::Lock::new(&self.cx);
            self.go(Go::Open(Box::new(lock)));
            self.changed = true;
        }
    }

    /// Nobody is there any more: what is typed is kept, and the session ends, or the program where it is not one's own.
    pub(super) fn log_out(&mut self) {
        if self.cx.asks_login() {
            let why = if self.cx.session_over() { "login-left-over" } else { "login-left-idle" };
            return self.leave(self.cx.t(why), false);
        }
        self.lock();
        self.tell_all(Event::Ending);
        self.cx.command(Cmd::Quit);
    }

    /// To the login screen: what is typed is kept, everything else of the session goes.
    /// With an alarm that is what the screen says.
    pub(super) fn leave(&mut self, why: String, alarm: bool) {
        self.tell_all(Event::Ending);
        self.cx.command(Cmd::Wipe);
        self.cx.end_session();
        let desk = Box::new(desk::Desk::new(&mut self.cx));
        let login = Box::new(login::Login::new(&self.cx, why, alarm));
        self.stack = vec![desk, login];
        self.changed = true;
    }
}
