//! A slip's way to the printer: set for its paper, kept on the disk, carried. Slips for one printer go one after the other,
//! and one that stands still holds up its own only. What no byte went out of is tried again by itself, at once when
//! another slip arrives there; what began and did not end surely is told as a doubt. Blocking work is done on threads that
//! may block; a jam holds no key up.
//!
//! What never arrived is kept for seven days, and then told as given up: one day, which the design has for the spool, would
//! end on the Saturday after a Friday's slip, and seven reach over a weekend and most holidays. Slips show masked data only.

use std::path::Path;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, Utc};
use tokio::sync::{Mutex as Turn, Notify};

use crate::domain::date::to_shanghai;
use crate::slip::deliver::{Courier, Delivered};
use crate::slip::job::path_safe;
use crate::slip::spool::{Carried, Stage, Ticket};
use crate::slip::{Doubt, Form, Job, PrintError, PrintId, PrintOutcome, PrinterState, Profile, Spool};
use crate::strings::{Lang, Strings};

/// Days for which what never arrived is kept.
const DAYS: u64 = 7;
const KEPT_FOR: Duration = Duration::from_secs(DAYS * 24 * 3600);
/// How often a program that runs for weeks looks for what was kept for longer.
pub const LOOKS: Duration = Duration::from_secs(3600);

/// Is told what becomes of a print, once or several times.
pub type Tell<'a> = &'a mut (dyn FnMut(PrintId, PrintOutcome) + Send);

/// Printers and the spool.
pub struct Printing {
    printers: Vec<Printer>,
    spool: Spool,
    courier: Courier,
    strings: Arc<Strings>,
    /// What an earlier run left.
    left: Vec<(PrintId, Ticket)>,
    /// Why what an earlier run left is not known, in words.
    trouble: Option<String>,
}

/// A printer and who waits for it.
struct Printer {
    profile: Profile,
    /// Whose turn it is.
    turn: Turn<()>,
    /// It works again.
    goes: Notify,
    now: Mutex<Now>,
}

/// How a printer stands.
#[derive(Default)]
struct Now {
    /// What holds up the slip whose turn it is, in words.
    held: Option<String>,
    /// When no way to it was found last, and why, in words.
    closed: Option<(Instant, String)>,
    /// How it said to be.
    state: PrinterState,
}

impl Printer {
    fn now<T>(&self, look: impl FnOnce(&mut Now) -> T) -> T {
        look(&mut self.now.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Printing {
    /// With these printers, the first being the one that is used, and this folder for the spool. A spool that can't be made
    /// or read keeps nobody from working: see [`Printing::trouble`]. **Blocking.**
    pub fn new(profiles: Vec<Profile>, spool: &Path, lang: Lang) -> Printing {
        Printing::with(profiles, spool, lang, Courier::default())
    }

    /// With another patience. **Blocking.**
    pub fn with(profiles: Vec<Profile>, spool: &Path, lang: Lang, courier: Courier) -> Printing {
        let strings = Arc::new(Strings::new(lang));
        let pending = Spool::new(spool).and_then(|spool| {
            SystemTime::now().checked_sub(KEPT_FOR).map_or(Ok(()), |before| spool.sweep(before))?;
            spool.pending()
        });
        let (pending, trouble) = match pending {
            Ok(pending) => (pending, None),
            Err(error) => (Vec::new(), Some(strings.with("print-no-spool", &[("why", &error.sentence(&strings))]))),
        };
        let left = pending.into_iter().filter_map(|ticket| Some((ticket.print()?, ticket))).collect();
        let printer = |profile| Printer { profile, turn: Turn::new(()), goes: Notify::new(), now: Mutex::default() };
        let printers = profiles.into_iter().map(printer).collect();
        Printing { printers, spool: Spool::at(spool), courier, strings, left, trouble }
    }

    /// Why what an earlier run left is not known, in words.
    pub fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// The printers, the one that is used first.
    pub fn profiles(&self) -> Vec<Profile> {
        self.printers.iter().map(|printer| printer.profile.clone()).collect()
    }

    /// What an earlier run left, each to be given to [`Printing::take_up`].
    pub fn left(&self) -> &[(PrintId, Ticket)] {
        &self.left
    }

    /// Prints, and tries again where no byte could go out. The last that is told is how it ended.
    pub async fn print(&self, form: Arc<dyn Form>, printer: Option<String>, tell: Tell<'_>) {
        let print = PrintId::of(form.as_ref());
        match self.keep(form, printer).await {
            Ok((printer, ticket)) => self.see_through(printer, print, ticket, tell).await,
            Err(why) => tell(print, PrintOutcome::Failed(why)),
        }
    }

    /// Prints, and tries once: what can't go out now stays in the spool. `holds` is told, in words, what holds it up on
    /// its way.
    pub async fn print_once(
        &self,
        form: Arc<dyn Form>,
        printer: Option<String>,
        holds: &mut (dyn FnMut(&str) + Send),
    ) -> PrintOutcome {
        let print = PrintId::of(form.as_ref());
        match self.keep(form, printer).await {
            Ok((printer, ticket)) => {
                let carried = self.carry(printer, &ticket, &mut |why| holds(&why)).await;
                self.outcome(printer, &print, carried)
            }
            Err(why) => PrintOutcome::Failed(why),
        }
    }

    /// Makes a job for a printer and keeps it on the disk; why not, in words.
    async fn keep(&self, form: Arc<dyn Form>, printer: Option<String>) -> Result<(&Printer, Ticket), String> {
        let printer = match &printer {
            Some(name) => self.printers.iter().find(|printer| printer.profile.name == *name),
            None => self.printers.first(),
        };
        let printer = printer.ok_or_else(|| self.strings.get("print-no-printer"))?;
        let (spool, strings, profile) = (self.spool.clone(), Arc::clone(&self.strings), printer.profile.clone());
        let kept = tokio::task::spawn_blocking(move || {
            let job = Job::make(form.as_ref(), &profile, &strings)?;
            let ticket = spool.keep(&profile.name, &job)?;
            // This print takes the place of earlier ones that are in doubt.
            if let Err(error) = spool.drop_before(&ticket, Some(Stage::Begun)) {
                tracing::warn!(%error, "copies of a slip were not given up");
            }
            Ok(ticket)
        });
        let kept = kept.await.unwrap_or_else(|error| Err(PrintError::Pdf(error.to_string())));
        Ok((printer, kept.map_err(|error| error.sentence(&self.strings))?))
    }

    /// Goes on with what an earlier run left: carries it where no byte went out, and else asks.
    pub async fn take_up(&self, print: PrintId, ticket: Ticket, tell: Tell<'_>) {
        let printer = self.printers.iter().find(|printer| path_safe(&printer.profile.name) == ticket.profile);
        match printer {
            _ if self.is_old(&ticket) => self.give_up(print, tell).await,
            _ if ticket.stage == Stage::Begun => {
                if let Some(printer) = printer
                    && let arrived @ Carried::Arrived(_) =
                        self.spool.carry(&self.courier, &printer.profile, &ticket, &mut |_| ()).await
                {
                    return tell(print.clone(), self.outcome(printer, &print, arrived));
                }
                let doubt = self.doubt(&print, &ticket, String::new());
                tell(print, PrintOutcome::Unknown(doubt));
            }
            Some(printer) if printer.profile.language != ticket.language => {
                // Its bytes would come out as rubbish; none has gone out, and the slip can be printed anew.
                self.settle(print.clone()).await;
                let Profile { name, language, .. } = &printer.profile;
                let why = self.strings.with("print-other-language", &[("printer", name), ("language", language)]);
                tell(print, PrintOutcome::Failed(why));
            }
            Some(printer) => self.see_through(printer, print, ticket, tell).await,
            None => tell(print, PrintOutcome::Failed(self.strings.get("print-no-printer"))),
        }
    }

    /// Gives doubts up that nobody has answered for too long, as long as the program runs: looks for them
    /// every so often, and never ends.
    pub async fn keep_up(&self, every: Duration, tell: Tell<'_>) {
        loop {
            tokio::time::sleep(every).await;
            for print in self.unanswered().await {
                self.give_up(print, tell).await;
            }
        }
    }

    /// Doubts that are too old. What is ready is looked at whenever it is tried.
    async fn unanswered(&self) -> Vec<PrintId> {
        let spool = self.spool.clone();
        let pending = tokio::task::spawn_blocking(move || spool.pending()).await;
        let tickets = pending.unwrap_or(Ok(Vec::new())).unwrap_or_default().into_iter();
        let old = tickets.filter(|ticket| ticket.stage == Stage::Begun && self.is_old(ticket));
        old.filter_map(|ticket| ticket.print()).collect()
    }

    /// Gives a print up that was kept too long, and says so.
    async fn give_up(&self, print: PrintId, tell: Tell<'_>) {
        self.settle(print.clone()).await;
        tell(print, PrintOutcome::Failed(self.strings.with("print-given-up", &[("days", &DAYS)])));
    }

    /// Gives a print up: paper came, or nobody waits for it any more.
    pub async fn settle(&self, print: PrintId) {
        let spool = self.spool.clone();
        if let Ok(Err(error)) = tokio::task::spawn_blocking(move || spool.remove_print(&print)).await {
            tracing::warn!(%error, "a slip was not given up");
        }
    }

    /// How a printer is. One that is at work is not disturbed.
    pub async fn state(&self, name: &str) -> PrinterState {
        let Some(printer) = self.printers.iter().find(|printer| printer.profile.name == name) else {
            return PrinterState::Unknown;
        };
        let Ok(_turn) = printer.turn.try_lock() else { return printer.now(|now| now.state) };
        let state = self.courier.state(&printer.profile).await;
        printer.now(|now| now.state = state);
        state
    }

    /// Carries a job, again and again while no byte of it has gone out.
    async fn see_through(&self, printer: &Printer, print: PrintId, ticket: Ticket, tell: Tell<'_>) {
        let mut told = None;
        let mut wait = |why: String, tell: Tell<'_>| {
            if told.as_ref() != Some(&why) {
                told = Some(why.clone());
                tell(print.clone(), PrintOutcome::Waiting(why));
            }
        };
        let pauses = &self.courier.pauses;
        for pause in pauses.iter().chain(std::iter::repeat(pauses.last().unwrap_or(&KEPT_FOR))) {
            let since = Instant::now();
            if let Some(why) = printer.now(|now| now.held.clone()) {
                wait(why, tell);
            }
            let turn = printer.turn.lock().await;
            let mut goes = pin!(printer.goes.notified());
            goes.as_mut().enable();
            // Another one was tried while this one waited: trying again at once would only hold up the rest.
            let closed = printer.now(|now| now.closed.clone()).filter(|(at, _)| *at > since);
            let why = match closed {
                Some((_, why)) => why,
                None => match self.carry(printer, &ticket, &mut |why| wait(why, tell)).await {
                    Carried::Held(error) => {
                        let why = error.sentence(&self.strings);
                        let closed = Some((Instant::now(), why.clone()));
                        // What is wrong with one file is nothing of another's.
                        let of_the_file = matches!(error, PrintError::Exists(_) | PrintError::File(..));
                        printer.now(|now| now.closed = closed.filter(|_| !of_the_file));
                        why
                    }
                    carried => {
                        let outcome = self.outcome(printer, &print, carried);
                        drop(turn);
                        if let PrintOutcome::Done(_) = outcome {
                            printer.now(|now| now.closed = None);
                            printer.goes.notify_waiters();
                        }
                        return tell(print, outcome);
                    }
                },
            };
            drop(turn);
            if self.is_old(&ticket) {
                return self.give_up(print, tell).await;
            }
            wait(why, tell);
            // Either is a reason to try again.
            drop(tokio::time::timeout(*pause, goes).await);
        }
    }

    /// Carries a job once; what holds it up on its way is told, in words.
    async fn carry(&self, printer: &Printer, ticket: &Ticket, wait: &mut (dyn FnMut(String) + Send)) -> Carried {
        let mut holds = |why: Option<&PrintError>| {
            let words = why.map(|why| why.sentence(&self.strings));
            printer.now(|now| {
                now.held.clone_from(&words);
                now.state = state_of(why);
            });
            if let Some(words) = words {
                wait(words);
            }
        };
        let carried = self.spool.carry(&self.courier, &printer.profile, ticket, &mut holds).await;
        printer.now(|now| {
            now.held = None;
            now.state = match &carried {
                Carried::Held(error) | Carried::Doubtful(_, error) => state_of(Some(error)),
                _ => PrinterState::Unknown,
            };
        });
        carried
    }

    fn is_old(&self, ticket: &Ticket) -> bool {
        let kept = self.spool.kept_at(ticket).ok();
        kept.and_then(|kept| kept.elapsed().ok()).is_some_and(|kept| kept > KEPT_FOR)
    }

    /// What became of a job that was carried once.
    fn outcome(&self, printer: &Printer, print: &PrintId, carried: Carried) -> PrintOutcome {
        match carried {
            Carried::Arrived(delivered) => PrintOutcome::Done(self.place(printer, delivered)),
            Carried::Held(error) => PrintOutcome::Waiting(error.sentence(&self.strings)),
            Carried::Doubtful(ticket, error) => {
                PrintOutcome::Unknown(self.doubt(print, &ticket, error.sentence(&self.strings)))
            }
            Carried::Gone => PrintOutcome::Superseded,
        }
    }

    /// Where a slip went, in words.
    fn place(&self, printer: &Printer, delivered: Delivered) -> String {
        match delivered {
            Delivered::File(path) => path.display().to_string(),
            // The queue has it, and nothing comes out before somebody looks after the printer.
            Delivered::Queued(_, state) if state > PrinterState::PaperLow => {
                let state = state.sentence(&self.strings);
                self.strings.with("print-queue-stands", &[("printer", &printer.profile.name), ("state", &state)])
            }
            _ => printer.profile.name.clone(),
        }
    }

    /// What is asked of the clerk. **Blocking**, for a moment.
    fn doubt(&self, print: &PrintId, ticket: &Ticket, why: String) -> Doubt {
        let printer = self.printers.iter().map(|printer| &printer.profile.name);
        let printer = printer.clone().find(|name| path_safe(name) == ticket.profile).unwrap_or(&ticket.profile);
        let at = self.spool.kept_at(ticket).map_or_else(|_| Utc::now(), DateTime::from);
        Doubt { print: print.clone(), printer: printer.clone(), at: to_shanghai(at), why }
    }
}

fn state_of(why: Option<&PrintError>) -> PrinterState {
    match why {
        Some(PrintError::State(_, state)) => *state,
        Some(PrintError::Unreachable(..)) => PrinterState::Offline,
        _ => PrinterState::Unknown,
    }
}
