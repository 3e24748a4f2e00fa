//! What all screens share: words, keys, styles, the time, who is logged in, reference data, the message line, and the
//! commands that go out.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use chrono::{NaiveDate, NaiveDateTime};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use uuid::Uuid;

use super::lookup::Lookup;
use super::outcomes::Outcomes;
use super::prints::Pending;
use super::session::{Entrance, Session};
use super::slip_keys::SlipKeys;
use super::{Action, Ahead, Cmd};
use crate::domain::claim::{ClaimId, ClaimKind, NewClaim};
use crate::domain::date::from_shanghai;
use crate::domain::note::VerifierKey;
use crate::domain::number::ClaimNumber;
use crate::domain::slip_code::SlipKey;
use crate::keymap::Keymap;
use crate::slip::Profile;
use crate::store::journal::Draft;
use crate::store::{Desk, Hello, Reference, Reply, Request, StoreError};
use crate::strings::Strings;
use crate::ui::theme::Theme;

/// The longest paste that is taken, in characters.
pub const PASTE_MAX: usize = 4096;
/// The most keys and pastes that are kept while an answer is awaited.
pub const AHEAD_MAX: usize = 256;

/// How long an Enter is not for what came on the screen by itself, in milliseconds: longer than keyboards wait before a
/// key that is held down repeats.
const UNSEEN_MS: u64 = 600;

/// What the counter starts with.
pub struct Setup {
    /// Words.
    pub strings: Strings,
    /// Keys.
    pub keymap: Keymap,
    /// Styles.
    pub theme: Theme,
    /// Columns and rows.
    pub size: (u16, u16),
    /// Seed of the random part of ids; another one at every start.
    pub seed: u64,
    /// Server's date and time, and the steady count, as far as they are known.
    pub now: NaiveDateTime,
    /// Minutes without a key after which the screen locks.
    pub lock_minutes: u64,
    /// The configured printers; the first is used.
    pub printers: Vec<Profile>,
    /// Whether a slip is printed after a submit.
    pub print_after_submit: bool,
    /// Whether the bell rings on errors.
    pub bell: bool,
    /// The window's number, where this terminal has its own.
    pub window: Option<u32>,
    /// The way in, where the store asks who is there.
    pub entrance: Option<Entrance>,
    /// What this terminal signs slips with.
    pub slip_key: Option<SlipKey>,
    /// What slips' codes are checked with, as it was known last.
    pub slip_keys: Vec<VerifierKey>,
}

/// How a message is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Something went well.
    Good,
    /// To know.
    Note,
    /// To look at.
    Warning,
    /// Something is wrong; what to do next.
    Error,
}

/// The message line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// How it is meant.
    pub tone: Tone,
    /// The words.
    pub text: String,
}

/// What all screens share.
pub struct Context {
    /// Words.
    pub strings: Strings,
    /// Keys.
    pub keymap: Keymap,
    /// Styles.
    pub theme: Theme,
    /// Columns and rows.
    pub size: (u16, u16),
    /// The server's date and time.
    pub now: NaiveDateTime,
    /// The steady count of milliseconds.
    pub mono: u64,
    /// Who is logged in, once it is known.
    pub hello: Option<Hello>,
    /// The reference data, once they are there.
    pub lookup: Arc<Lookup>,
    /// The desk's counts and lists.
    pub desk: Desk,
    /// Drafts of this terminal, newest first.
    pub drafts: Vec<Draft>,
    /// All that the journal holds, of whatever office.
    kept: Vec<Draft>,
    /// The message line.
    pub message: Option<Message>,
    /// What the palette chose, for the screen below it.
    pub chosen: Option<Action>,
    /// What was typed before the answer that the top screen waits for; a screen that can't go on clears it.
    pub ahead: VecDeque<Ahead>,
    /// The configured printers; the first is used.
    pub printers: Vec<Profile>,
    /// Whether a slip is printed after a submit.
    pub print_after_submit: bool,
    /// The claim that was submitted last.
    pub submitted: Option<ClaimNumber>,
    /// Since when the centre can't be reached.
    pub cut_since: Option<NaiveDateTime>,
    /// Slips whose print is being recorded.
    pub(super) prints: Vec<Pending>,
    /// What became of slips, as far as somebody may want to know it.
    pub outcomes: Outcomes,
    /// Claims that are asked for, to print their slip where none came out yet.
    pub(super) unprinted: Vec<u64>,
    pub(super) slips: SlipKeys,
    pub(super) session: Session,
    commands: Vec<Cmd>,
    pub(super) waiting: HashSet<u64>,
    seq: u64,
    desk_seq: u64,
    pub(super) reference_seq: u64,
    pub(super) hello_seq: u64,
    random: ChaCha8Rng,
    touched_at: u64,
    /// Until when (the steady count) an Enter is not for what came on the screen by itself.
    unseen_until: u64,
    bell: bool,
    pub(super) window: Option<u32>,
}

impl Context {
    pub(super) fn new(setup: Setup) -> Context {
        let mut cx = Context {
            strings: setup.strings,
            keymap: setup.keymap,
            theme: setup.theme,
            size: setup.size,
            now: setup.now,
            mono: 0,
            hello: None,
            lookup: Arc::default(),
            desk: Desk::default(),
            drafts: Vec::new(),
            kept: Vec::new(),
            message: None,
            chosen: None,
            ahead: VecDeque::new(),
            printers: setup.printers,
            print_after_submit: setup.print_after_submit,
            submitted: None,
            cut_since: None,
            prints: Vec::new(),
            outcomes: Outcomes::default(),
            unprinted: Vec::new(),
            slips: SlipKeys::new(setup.slip_key, setup.slip_keys),
            session: Session::new(setup.entrance, setup.lock_minutes),
            commands: Vec::new(),
            waiting: HashSet::new(),
            seq: 0,
            desk_seq: 0,
            reference_seq: 0,
            hello_seq: 0,
            random: ChaCha8Rng::seed_from_u64(setup.seed),
            touched_at: 0,
            unseen_until: 0,
            bell: setup.bell,
            window: setup.window,
        };
        if cx.session.is_open() {
            cx.ask_at_start();
            cx.refresh_desk();
        }
        cx
    }

    /// Today, on the server's calendar.
    pub fn today(&self) -> NaiveDate {
        self.now.date()
    }

    /// A text without arguments.
    pub fn t(&self, key: &str) -> String {
        self.strings.get(key)
    }

    /// Sends a command out.
    pub fn command(&mut self, command: Cmd) {
        self.commands.push(command);
    }

    /// Asks the store; the answer comes as an event with this number.
    pub fn ask(&mut self, request: Request) -> u64 {
        self.number(|seq| Cmd::Store { seq, request })
    }

    /// Sends a command out whose answer comes as an event with this number.
    pub(super) fn number(&mut self, command: impl FnOnce(u64) -> Cmd) -> u64 {
        self.seq += 1;
        self.waiting.insert(self.seq);
        self.commands.push(command(self.seq));
        self.seq
    }

    /// Whether the answer with this number has not come yet.
    pub fn awaits(&self, seq: u64) -> bool {
        self.waiting.contains(&seq)
    }

    /// Asks for the desk's counts and lists anew.
    pub fn refresh_desk(&mut self) {
        self.desk_seq = self.ask(Request::Desk);
    }

    /// An answer put something else on the screen: an Enter that comes at once was for what stood there before.
    pub fn came_unasked(&mut self) {
        self.unseen_until = self.mono + UNSEEN_MS;
    }

    /// Whether a key is such an Enter. One that is held down goes on being it; another key ends that.
    pub(super) fn is_late(&mut self, enter: bool) -> bool {
        let late = enter && self.unseen_until > self.mono;
        self.unseen_until = if late { self.mono + UNSEEN_MS } else { 0 };
        late
    }

    /// Rings, where the bell is on.
    pub fn bell(&mut self) {
        if self.bell && !self.commands.contains(&Cmd::Bell) {
            self.commands.push(Cmd::Bell);
        }
    }

    /// There is nothing to do it with: rings, and what was typed ahead for it goes nowhere.
    pub fn refuse(&mut self) {
        self.ahead.clear();
        self.bell();
    }

    /// Says something on the message line; an error rings.
    pub fn say(&mut self, tone: Tone, text: String) {
        if tone == Tone::Error {
            self.bell();
        }
        self.message = Some(Message { tone, text });
    }

    /// A new UUIDv7: the server's time, and random bits.
    pub fn new_id(&mut self) -> Uuid {
        let mut random = [0; 10];
        self.random.fill_bytes(&mut random);
        let millis = from_shanghai(self.now).timestamp_millis();
        uuid::Builder::from_unix_timestamp_millis(millis.max(0) as u64, &random).into_uuid()
    }

    /// A random number below `limit`, which is not 0.
    pub fn random_below(&mut self, limit: u64) -> u64 {
        self.random.next_u64() % limit
    }

    /// Keeps a draft, here and in the journal.
    pub fn save_draft(&mut self, draft: Draft) {
        self.kept.retain(|other| other.id != draft.id);
        self.kept.insert(0, draft.clone());
        self.offer_drafts();
        self.command(Cmd::SaveDraft(Box::new(draft)));
    }

    /// Forgets a draft.
    pub fn drop_draft(&mut self, id: ClaimId) {
        self.kept.retain(|other| other.id != id);
        self.offer_drafts();
        self.command(Cmd::DropDraft(id));
    }

    /// Offers the drafts that are for who is at work: those of his office, where the store asks who is there.
    pub(super) fn offer_drafts(&mut self) {
        let office = self.hello.as_ref().map(|hello| hello.office.code);
        let all = !self.asks_login();
        let offered = self
            .kept
            .iter()
            .filter(|draft| all || (office.is_some() && draft.office.is_none_or(|of| Some(of) == office)));
        self.drafts = offered.cloned().collect();
    }

    pub(super) fn clock(&mut self, now: NaiveDateTime, mono: u64) -> bool {
        let minute = |t: NaiveDateTime| t.and_utc().timestamp() / 60;
        let moved = minute(self.now) != minute(now);
        // Waits longer than the spinner's delay are shown; the moment that they pass it is a change.
        let due = self.mono < mono && self.waiting_shown(mono) != self.waiting_shown(self.mono);
        self.now = now;
        self.mono = mono;
        self.session_clock();
        moved || due
    }

    fn waiting_shown(&self, mono: u64) -> bool {
        !self.waiting.is_empty() && mono.saturating_sub(self.touched_at) > 150
    }

    /// Whether the spinner shows: an answer has been awaited for 150 ms.
    pub fn spins(&self) -> bool {
        self.waiting_shown(self.mono)
    }

    pub(super) fn touched(&mut self) {
        self.touched_at = self.mono;
    }

    /// When the time is to be told, in milliseconds of the steady count.
    pub(super) fn wake_at(&self, locked: bool) -> u64 {
        let to_the_minute = 60_000 - (self.now.and_utc().timestamp_millis().rem_euclid(60_000)) as u64;
        let mut at = self.mono + to_the_minute;
        if !self.waiting.is_empty() && !self.spins() {
            at = at.min(self.touched_at + 151);
        }
        self.session_wake(locked).map_or(at, |wake| at.min(wake))
    }

    pub(super) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    pub(super) fn take_commands(&mut self) -> Vec<Cmd> {
        std::mem::take(&mut self.commands)
    }

    /// Takes an answer in; says whether it is one that anybody waits for.
    pub(super) fn answered(&mut self, seq: u64, result: &Result<Reply, StoreError>) -> bool {
        if !self.waiting.remove(&seq) {
            return false;
        }
        self.print_recorded(seq, result);
        self.print_new(seq, result);
        self.slip_keys_came(seq, result);
        match result {
            Err(StoreError::Unreachable(_) | StoreError::Unknown(_)) => {
                self.cut_since.get_or_insert(self.now);
            }
            _ => self.cut_since = None,
        }
        if let Err(error @ StoreError::Alarm(_)) = result {
            self.cannot_go_on(error);
        }
        match result {
            result if seq == self.hello_seq => self.hello_came(result),
            Ok(Reply::Withdrawn(number, _)) => self.withdraw_prints(*number),
            Ok(Reply::Desk(desk)) if seq == self.desk_seq => self.desk = desk.as_ref().clone(),
            Ok(Reply::Submitted(submitted)) => {
                self.submitted = Some(submitted.claim.number);
                self.used(&submitted.claim.claim);
            }
            Ok(Reply::Reference(Some(reference))) if seq == self.reference_seq => {
                self.command(Cmd::SaveReference(reference.clone()));
                self.lookup = Arc::new(Lookup::new(reference.as_ref().clone()));
            }
            _ => {}
        }
        true
    }

    /// What was just recorded is what the window used last.
    fn used(&mut self, claim: &NewClaim) {
        let Some(hello) = &mut self.hello else { return };
        let last = &mut hello.last_used;
        last.kind = Some(claim.kind);
        if !claim.bill.code.is_empty() {
            last.bill_code = Some(claim.bill.code.clone());
        }
        let newest_first = |list: &mut Vec<String>, code: &str| {
            list.retain(|other| other != code);
            list.insert(0, code.to_owned());
        };
        newest_first(&mut last.hospitals, &claim.hospital);
        if claim.diagnosis.standard {
            newest_first(&mut last.diagnoses, &claim.diagnosis.code);
            if claim.kind == ClaimKind::Haemodialysis {
                last.haemodialysis = Some(claim.diagnosis.code.clone());
            }
        }
        last.claim = Some(Box::new(claim.clone()));
    }

    /// What F4 takes from now on: a claim that was withdrawn, to be entered anew.
    pub fn take_as_before(&mut self, claim: &NewClaim) {
        if let Some(hello) = &mut self.hello {
            hello.last_used.claim = Some(Box::new(claim.clone()));
        }
    }

    pub(super) fn journal(&mut self, drafts: Vec<Draft>, reference: Option<Box<Reference>>, damage: Option<String>) {
        self.kept = drafts;
        self.offer_drafts();
        if self.lookup.is_empty()
            && let Some(reference) = reference
        {
            self.lookup = Arc::new(Lookup::new(*reference));
        }
        if let Some(damage) = damage {
            self.say(Tone::Warning, damage);
        }
    }

    pub(super) fn draft_saved(&mut self, _id: ClaimId, result: &Result<(), String>) {
        if let Err(why) = result {
            let text = self.strings.with("draft-not-saved", &[("why", why)]);
            self.say(Tone::Error, text);
        }
    }
}
