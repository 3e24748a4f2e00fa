//! The counter's state and `update(message) -> commands`: synchronous, no clock, no I/O. Time, replies and keys come in
//! as messages; what is to happen outside goes out as commands, which the runtime carries out.
//!
//! - `screens/` one file a screen: its state, its update, its view, its actions
//! - `context.rs` what all screens share
//! - `lookup.rs` the reference data, looked up locally
//! - `edit.rs` one line of typing
//! - `session.rs` who is at work, and when that ends
//! - `prints.rs` slips on their way to a printer · `outcomes.rs` what became of them
//!
//! To add a screen: a file in `screens/` that implements [`Screen`], opened from another screen with [`Go::Open`].

pub mod context;
pub mod edit;
pub mod lookup;
pub mod outcomes;
pub mod prints;
pub mod screens;
pub mod session;
mod slip_keys;

use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDateTime;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::claim::ClaimId;
use crate::keymap::{Action, Code, Key, Layer};
use crate::slip::{Form, PrintId, PrintOutcome, PrinterState};
use crate::store::journal::Draft;
use crate::store::{Reference, Reply, Request, StoreError};

pub use context::{Context, Message, Setup, Tone};
pub use session::Entrance;

/// What comes in.
#[derive(Clone, Debug)]
pub enum Msg {
    /// The time, before every other message: the server's date and time, and a steady count of milliseconds.
    Clock {
        /// In Asia/Shanghai, on the server's day.
        now: NaiveDateTime,
        /// Steady; only differences mean anything.
        mono: u64,
    },
    /// A key.
    Key(Key),
    /// Pasted text: text, never commands.
    Paste(String),
    /// Text with Enters (`\r`) inside that came too fast for hands: keys where the top screen takes them, else a paste.
    Burst(String),
    /// The terminal's size.
    Resize(u16, u16),
    /// The answer to a request. One to an older request than the screen's last is dropped by the screen.
    Store {
        /// The request's number.
        seq: u64,
        /// What it gave.
        result: Result<Reply, StoreError>,
    },
    /// What the journal held at the start.
    Journal {
        /// Drafts, newest first.
        drafts: Vec<Draft>,
        /// The last reference snapshot.
        reference: Option<Box<Reference>>,
        /// What was wrong with the files and what was done about it, in words.
        damage: Option<String>,
    },
    /// A draft was saved, or not (why, in words).
    DraftSaved(ClaimId, Result<(), String>),
    /// What became of a print. One that waits is told of again by itself.
    Printed(PrintId, PrintOutcome),
    /// How the printer of this name is.
    PrinterState(String, PrinterState),
    /// The program is about to end, whether the clerk wants it or not.
    Ending,
}

/// What goes out.
#[derive(Clone, Debug, PartialEq)]
pub enum Cmd {
    /// Ask the store; the answer comes with the same number.
    Store {
        /// The request's number.
        seq: u64,
        /// What is asked.
        request: Request,
    },
    /// Try the last log-in once more: whoever carries commands out holds its password until the centre has answered. The
    /// answer comes with this number.
    LogInAgain {
        /// The request's number.
        seq: u64,
    },
    /// Forget that log-in.
    ForgetLogIn,
    /// Keep a draft.
    SaveDraft(Box<Draft>),
    /// Forget a draft: its claim was submitted or thrown away.
    DropDraft(ClaimId),
    /// Keep the reference snapshot.
    SaveReference(Box<Reference>),
    /// Keep the keys that slips' codes are checked with.
    SaveSlipKeys(Vec<String>),
    /// Print a slip on the printer of this name (none: the configured one).
    Print {
        /// What to print.
        form: Arc<dyn Form>,
        /// The printer's name.
        printer: Option<String>,
    },
    /// Give a print up: somebody saw that it came out.
    SettlePrint(PrintId),
    /// Ask how the printer of this name is.
    AskPrinter(String),
    /// Ring.
    Bell,
    /// Clear the screen and what scrolled away (at lock), then draw anew.
    Wipe,
    /// End.
    Quit,
}

/// A change of one line of typing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Erase backwards.
    Backspace,
    /// Erase forwards.
    Delete,
    /// One character left.
    Left,
    /// One character right.
    Right,
    /// To the beginning.
    Home,
    /// To the end.
    End,
}

/// What was typed before the answer that decides where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ahead {
    /// A key.
    Key(Key),
    /// A paste.
    Paste(String),
    /// Text with Enters inside that came too fast for hands.
    Burst(String),
}

/// What a screen is told.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// A character typed where text is taken.
    Text(char),
    /// A paste, cleaned of controls and line breaks.
    Paste(&'a str),
    /// An editing key.
    Edit(Edit),
    /// Something that a key is bound to.
    Action(Action),
    /// An answer of the store (every screen is told; it knows its own numbers).
    Store(u64, &'a Result<Reply, StoreError>),
    /// A draft was saved or not.
    DraftSaved(ClaimId, &'a Result<(), String>),
    /// What became of a print.
    Printed(&'a PrintId, &'a PrintOutcome),
    /// The screen is on top again.
    Shown,
    /// The time moved.
    Tick,
    /// The program is about to end: what is typed is kept.
    Ending,
}

/// Where a screen leads.
pub enum Go {
    /// Nowhere.
    Stay,
    /// One level up.
    Close,
    /// To the desk.
    Desk,
    /// To another screen, on top of this one.
    Open(Box<dyn Screen>),
    /// To another screen, in place of this one.
    Replace(Box<dyn Screen>),
    /// To the login screen, at the end of the session; why, in words.
    LogOut(String),
    /// Out of the program.
    Quit,
}

/// A screen: its state behind `self`, its update in `on`, its view in `draw`, its actions.
pub trait Screen: Send {
    /// The screen's name in the message files (`screen-NAME`), for the help.
    fn name(&self) -> &'static str;
    /// Layers of the keymap that act, the most particular first; `Everywhere` is added.
    fn layers(&self) -> &'static [Layer];
    /// Whether characters go into a field now (then no single character is a command).
    fn takes_text(&self) -> bool;
    /// What can be done now, in the order of the bottom line.
    fn actions(&self, cx: &Context) -> Vec<Action>;
    /// Something happened.
    fn on(&mut self, cx: &mut Context, event: Event) -> Go;
    /// The first line: whose sheet it is.
    fn title(&self, cx: &Context) -> String;
    /// Draws the body; says where the cursor belongs.
    fn draw(&self, cx: &Context, area: Rect, buf: &mut Buffer) -> Option<Position>;
    /// Whether text with Enters inside that comes at once is typing: where Enter only moves on.
    fn takes_bursts(&self) -> bool {
        false
    }
    /// Whether it has nothing to show before an answer comes: the screen beneath stays until that takes long.
    fn is_opening(&self) -> bool {
        false
    }
    /// Whether it keeps everything beneath it from eyes and keys: the lock, the login screen.
    fn is_gate(&self) -> bool {
        false
    }
    /// When it wants a tick, in milliseconds of the steady count.
    fn wake_at(&self) -> Option<u64> {
        None
    }
    /// Whether it was told to do something that an answer under way decides. Keys typed until then are kept, and come
    /// after it, to whatever screen is on top by then.
    fn waits(&self) -> bool {
        false
    }
}

/// The counter.
pub struct App {
    cx: Context,
    /// The desk at the bottom.
    stack: Vec<Box<dyn Screen>>,
    changed: bool,
}

/// The smallest screen that holds a sheet.
pub const MIN_SIZE: (u16, u16) = (80, 24);

impl App {
    /// The counter at its start; its first commands ask who is there and for the reference data.
    pub fn new(setup: Setup) -> (App, Vec<Cmd>) {
        let mut cx = Context::new(setup);
        let desk = Box::new(screens::desk::Desk::new(&mut cx));
        let mut app = App { cx, stack: vec![desk], changed: true };
        if !app.cx.session.is_open() {
            app.stack.push(Box::new(screens::login::Login::new(&app.cx, String::new(), false)));
        }
        let commands = app.cx.take_commands();
        (app, commands)
    }

    /// Takes a message in; gives what is to be done.
    pub fn update(&mut self, msg: Msg) -> Vec<Cmd> {
        match msg {
            Msg::Clock { now, mono } => {
                let moved = self.cx.clock(now, mono);
                if moved || self.stack.iter().any(|screen| screen.wake_at().is_some_and(|at| at <= mono)) {
                    self.changed = true;
                    self.tell_all(Event::Tick);
                }
            }
            Msg::Key(key) => {
                self.changed = true;
                self.touched();
                if !self.kept(|| Ahead::Key(key), self.interrupts(key)) {
                    self.key(key);
                }
            }
            Msg::Paste(text) => {
                self.changed = true;
                self.touched();
                if !self.kept(|| Ahead::Paste(text.clone()), false) {
                    self.paste(&text);
                }
            }
            Msg::Burst(text) => {
                self.changed = true;
                self.touched();
                if !self.kept(|| Ahead::Burst(text.clone()), false) {
                    self.burst(&text);
                }
            }
            Msg::Resize(columns, rows) => {
                self.changed = true;
                self.cx.size = (columns, rows);
            }
            Msg::Store { seq, result } => {
                self.changed = true;
                if self.cx.answered(seq, &result) {
                    self.tell_all(Event::Store(seq, &result));
                    self.replay();
                }
            }
            Msg::Journal { drafts, reference, damage } => {
                self.changed = true;
                self.cx.journal(drafts, reference, damage);
            }
            Msg::DraftSaved(id, result) => {
                self.changed = true;
                self.cx.draft_saved(id, &result);
                self.tell_all(Event::DraftSaved(id, &result));
            }
            Msg::Ending => self.tell_all(Event::Ending),
            Msg::Printed(print, outcome) => {
                self.changed = true;
                self.cx.printed(&print, &outcome);
                self.tell_all(Event::Printed(&print, &outcome));
            }
            Msg::PrinterState(name, state) => {
                self.changed |= self.cx.printer_is(name, state);
            }
        }
        if let Some(refusal) = self.cx.turned_away() {
            self.leave(refusal.text, refusal.alarm);
        } else if self.cx.logs_out() {
            self.log_out();
        } else if self.cx.locks() {
            self.lock();
        }
        self.cx.take_commands()
    }

    /// Whether something that is shown changed since the last call.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// How long until the app wants a [`Msg::Clock`].
    pub fn wake_in(&self) -> Option<Duration> {
        let screens = self.stack.iter().filter_map(|screen| screen.wake_at());
        let locked = self.stack.last().is_some_and(|top| top.is_gate());
        let next = screens.chain([self.cx.wake_at(locked)]).min()?;
        Some(Duration::from_millis(next.saturating_sub(self.cx.mono).max(1)))
    }

    /// Whether nothing is under way: no answer awaited.
    pub fn is_idle(&self) -> bool {
        !self.cx.is_waiting()
    }

    /// What the screens share, to look at.
    pub fn context(&self) -> &Context {
        &self.cx
    }

    fn top(&mut self) -> &mut Box<dyn Screen> {
        // The desk is never closed, so there is always a top.
        let last = self.stack.len() - 1;
        &mut self.stack[last]
    }

    /// Keeps what was typed ahead where the top screen waits for an answer. What interrupts the wait is never kept, and
    /// drops what was.
    fn kept(&mut self, ahead: impl FnOnce() -> Ahead, interrupts: bool) -> bool {
        if interrupts {
            self.cx.ahead.clear();
        }
        if interrupts || !self.top().waits() {
            return false;
        }
        if self.cx.ahead.len() < context::AHEAD_MAX {
            self.cx.ahead.push_back(ahead());
        } else {
            self.cx.bell();
        }
        true
    }

    /// Whether a key ends a wait: one level up, or the lock.
    fn interrupts(&self, key: Key) -> bool {
        matches!(self.cx.keymap.action(&[Layer::Everywhere], key), Some(Action::Back | Action::Lock))
    }

    /// Types what was typed ahead, now that the answer is there.
    fn replay(&mut self) {
        while !self.top().waits()
            && let Some(ahead) = self.cx.ahead.pop_front()
        {
            match ahead {
                Ahead::Key(key) => self.key(key),
                Ahead::Paste(text) => self.paste(&text),
                Ahead::Burst(text) => self.burst(&text),
            }
        }
    }

    fn burst(&mut self, text: &str) {
        if !self.top().takes_bursts() {
            return self.paste(text);
        }
        for c in text.chars() {
            self.key(if c == '\r' { Key::plain(Code::Enter) } else { Key::char(c) });
        }
    }

    fn paste(&mut self, text: &str) {
        let clean = crate::domain::text::entry(text, context::PASTE_MAX);
        if self.top().takes_text() && !self.is_blind() {
            self.tell_top(Event::Paste(&clean));
        } else {
            self.cx.bell();
        }
    }

    /// Whether the terminal is too small to show what a key would do: then none does anything.
    fn is_blind(&self) -> bool {
        self.cx.size.0 < MIN_SIZE.0 || self.cx.size.1 < MIN_SIZE.1
    }

    fn key(&mut self, key: Key) {
        if self.is_blind() {
            return self.cx.bell();
        }
        if self.cx.is_late(key == Key::plain(Code::Enter)) {
            return self.cx.bell();
        }
        let top = self.top();
        let takes_text = top.takes_text();
        if takes_text && let Some(c) = key.text() {
            self.tell_top(Event::Text(c));
            return;
        }
        let mut layers = top.layers().to_vec();
        layers.push(Layer::Everywhere);
        if let Some(action) = self.cx.keymap.action(&layers, key) {
            self.act(action);
            return;
        }
        match edit_of(key).filter(|_| takes_text) {
            Some(edit) => self.tell_top(Event::Edit(edit)),
            None => self.cx.bell(),
        }
    }

    /// Carries an action out: what belongs to every screen here, the rest by the top screen.
    fn act(&mut self, action: Action) {
        let name = self.top().name();
        if self.top().is_gate() {
            self.tell_top(Event::Action(action));
            return;
        }
        self.cx.message = None;
        match action {
            writes if self.cx.withholds(writes) => self.cx.refuse_to_write(),
            Action::Help if name != "help" => {
                let help = screens::help::Help::new(&self.cx, self.stack[self.stack.len() - 1].as_ref());
                self.go(Go::Open(Box::new(help)));
            }
            Action::Palette if name != "palette" => {
                let palette = screens::palette::Palette::new(&self.cx, self.stack[self.stack.len() - 1].as_ref());
                self.go(Go::Open(Box::new(palette)));
            }
            Action::Lock => self.lock(),
            Action::Quit => self.go(Go::Quit),
            other => self.tell_top(Event::Action(other)),
        }
        // The palette closes itself and leaves what was chosen, for the screen below.
        if let Some(chosen) = self.cx.chosen.take() {
            self.act(chosen);
        }
    }

    fn tell_top(&mut self, event: Event) {
        let last = self.stack.len() - 1;
        let go = self.stack[last].on(&mut self.cx, event);
        self.go(go);
    }

    fn tell_all(&mut self, event: Event) {
        // A gate stays on top whatever happens beneath it.
        let gate = self.stack.pop_if(|top| top.is_gate());
        // From the top down: a screen that leaves takes only what is above it with it.
        let mut at = self.stack.len();
        while at > 0 {
            at -= 1;
            if at >= self.stack.len() {
                continue;
            }
            let go = self.stack[at].on(&mut self.cx, event.clone());
            if !matches!(go, Go::Stay) {
                self.stack.truncate(at + 1);
                self.go(go);
            }
        }
        if let Some(gate) = gate {
            self.stack.push(gate);
            self.tell_top(event);
        }
    }

    fn go(&mut self, go: Go) {
        match go {
            Go::Stay => return,
            Go::Close => {
                if self.stack.len() > 1 {
                    self.stack.pop();
                }
            }
            Go::Desk => {
                self.stack.truncate(1);
                // The next member: an empty box.
                self.tell_top(Event::Action(Action::Search));
            }
            Go::Open(screen) => self.stack.push(screen),
            Go::Replace(screen) => {
                self.stack.pop();
                self.stack.push(screen);
            }
            Go::LogOut(why) => return self.leave(why, false),
            Go::Quit => {
                self.cx.command(Cmd::Quit);
                return;
            }
        }
        self.tell_top(Event::Shown);
    }

    /// Draws the whole screen; says where the cursor belongs.
    pub fn draw(&self, area: Rect, buf: &mut Buffer) -> Option<Position> {
        screens::frame::draw(&self.cx, &self.stack, area, buf)
    }
}

/// The editing key that this key is, where it is one.
fn edit_of(key: Key) -> Option<Edit> {
    if key.ctrl || key.alt {
        return None;
    }
    Some(match key.code {
        Code::Backspace => Edit::Backspace,
        Code::Delete => Edit::Delete,
        Code::Left => Edit::Left,
        Code::Right => Edit::Right,
        Code::Home => Edit::Home,
        Code::End => Edit::End,
        _ => return None,
    })
}
