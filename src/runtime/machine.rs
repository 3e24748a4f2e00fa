//! The counter with all it talks to. Messages go in one by one, the time before each; commands are carried out as tasks;
//! their answers wait here until they are taken.

use std::collections::HashSet;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{JoinHandle, JoinSet};

use super::clock::ServerClock;
use super::keep::{self, Job, Keep};
use super::printing::{LOOKS, Printing};
use crate::app::{App, Cmd, Msg, Setup};
use crate::slip::{PrintId, PrintOutcome};
use crate::store::{Reply, Request, Store, StoreError, answer};
use crate::term::Input;
use crate::term::backend::{Cost, Screen};

/// What the counter talks to.
pub struct Outside {
    /// The centre.
    pub store: Arc<dyn Store>,
    /// Drafts and the snapshot.
    pub keep: Arc<dyn Keep>,
    /// Printers.
    pub printing: Arc<Printing>,
    /// Whether what is asked is remembered, for [`Machine::asked`].
    pub watched: bool,
}

/// A request that went out.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Its number.
    pub seq: u64,
    /// What was asked.
    pub request: Request,
}

/// The counter with all it talks to.
pub struct Machine {
    app: App,
    outside: Outside,
    clock: ServerClock,
    jobs: UnboundedSender<Job>,
    done: UnboundedSender<Ended>,
    answers: UnboundedReceiver<Ended>,
    tasks: JoinSet<()>,
    /// Tasks and jobs whose answers have not been taken.
    under_way: usize,
    /// Requests among them whose answer the end waits for.
    owed: HashSet<u64>,
    /// Prints among them.
    prints: usize,
    /// The last log-in and its number, until the centre has said yes or no to it.
    log_in: Option<(u64, Request)>,
    rings: bool,
    wipes: bool,
    over: bool,
    broken: bool,
    asked: Vec<Asked>,
}

impl Machine {
    /// The counter at its start. The handle ends when everything that is kept has been written, after the machine was
    /// dropped: wait for it before the program ends.
    pub fn new(setup: Setup, outside: Outside) -> (Machine, JoinHandle<()>) {
        let (done, answers) = unbounded_channel();
        let (jobs, writer) = keep::start(Arc::clone(&outside.keep), done.clone());
        let clock = ServerClock::new(setup.now);
        let (app, commands) = App::new(setup);
        let mut machine = Machine {
            app,
            outside,
            clock,
            jobs,
            done,
            answers,
            tasks: JoinSet::new(),
            under_way: 0,
            owed: HashSet::new(),
            prints: 0,
            log_in: None,
            rings: false,
            wipes: false,
            over: false,
            broken: false,
            asked: Vec::new(),
        };
        machine.job(Job::Load);
        for (print, ticket) in machine.outside.printing.left().to_vec() {
            machine.printing(|printing, mut telling| async move {
                printing.take_up(print, ticket, &mut |print, outcome| telling.tell(print, outcome)).await;
            });
        }
        let (printing, done) = (Arc::clone(&machine.outside.printing), machine.done.clone());
        machine.tasks.spawn(async move {
            let mut telling = Telling { done, told: true };
            printing.keep_up(LOOKS, &mut |print, outcome| telling.tell(print, outcome)).await;
        });
        machine.run_all(commands);
        (machine, writer)
    }

    /// What was asked since the last call, where it is remembered.
    pub fn asked(&mut self) -> Vec<Asked> {
        std::mem::take(&mut self.asked)
    }

    /// The counter, to look at.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Takes an input of the terminal.
    pub fn input(&mut self, input: Input) {
        match input {
            Input::Key(key) => self.apply(Msg::Key(key)),
            Input::Paste(text) => self.apply(Msg::Paste(text)),
            Input::Burst(text) => self.apply(Msg::Burst(text)),
            Input::NotUtf8 => self.rings = true,
            Input::Cursor(..) | Input::Gone => {}
        }
    }

    /// Takes a message, the time before it, and carries out what follows.
    pub fn apply(&mut self, msg: Msg) {
        self.tick();
        let commands = self.app.update(msg);
        self.run_all(commands);
    }

    /// Tells the time.
    pub fn tick(&mut self) {
        let commands = self.app.update(Msg::Clock { now: self.clock.now(), mono: self.clock.mono() });
        self.run_all(commands);
    }

    /// When the counter wants to be told the time.
    pub fn wake_in(&self) -> Option<Duration> {
        self.app.wake_in()
    }

    /// Waits for the end of the next task.
    pub async fn answer(&mut self) -> Ended {
        // The machine holds a sender itself: the channel never closes.
        self.answers.recv().await.unwrap_or(Ended::Silent)
    }

    /// The next task that has ended already.
    pub fn answer_now(&mut self) -> Option<Ended> {
        self.answers.try_recv().ok()
    }

    /// Takes a task's end.
    pub fn take(&mut self, ended: Ended) {
        while self.tasks.try_join_next().is_some() {}
        if !matches!(ended, Ended::Told(_)) {
            self.under_way = self.under_way.saturating_sub(1);
        }
        match ended {
            Ended::Told(msg) => self.apply(*msg),
            Ended::With(msg) => {
                match msg.as_ref() {
                    Msg::Store { seq, result } => {
                        self.owed.remove(seq);
                        // One that could not be asked may be tried again.
                        let is_answer = !result.as_ref().is_err_and(StoreError::may_pass);
                        self.log_in.take_if(|(asked, _)| asked == seq && is_answer);
                        if let Ok(Reply::Hello(hello)) = result {
                            self.clock.told(hello.now, hello.world_day);
                        }
                    }
                    Msg::Printed(..) => self.prints -= 1,
                    _ => {}
                }
                self.apply(*msg);
            }
            Ended::Silent => {}
            // The terminal was put back and the sentence said when it happened.
            Ended::Broken => (self.over, self.broken) = (true, true),
        }
    }

    /// Whether nothing is under way.
    pub fn is_idle(&self) -> bool {
        self.under_way == 0 && self.app.is_idle()
    }

    /// Whether it is the end.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Whether a task broke off.
    pub fn is_broken(&self) -> bool {
        self.broken
    }

    /// Draws where something changed.
    ///
    /// # Errors
    /// Where the terminal can't be written to.
    pub fn draw<W: Write>(&mut self, screen: &mut Screen<W>) -> io::Result<Cost> {
        if std::mem::take(&mut self.wipes) {
            screen.wipe();
        }
        let rings = std::mem::take(&mut self.rings);
        if rings {
            screen.ring();
        }
        if self.app.take_changed() || rings {
            screen.draw(|area, buf| self.app.draw(area, buf))
        } else {
            Ok(Cost::default())
        }
    }

    /// The program is about to end: what is typed goes to what is kept. Nothing more is drawn.
    pub fn ending(&mut self) {
        self.apply(Msg::Ending);
    }

    /// Waits until submits and what they bring about (the slip) have arrived, so long at most. What is not there by then
    /// is in the draft and in the spool, and is taken up at the next start.
    pub async fn finish(&mut self, at_most: Duration) {
        let until = tokio::time::Instant::now() + at_most;
        while !self.broken && (self.prints > 0 || !self.owed.is_empty()) {
            match tokio::time::timeout_at(until, self.answer()).await {
                Ok(ended) => self.take(ended),
                Err(_) => return tracing::warn!(prints = self.prints, asked = self.owed.len(), "left under way"),
            }
        }
    }

    /// Ends everything that is under way at once, as a killed program does.
    pub async fn kill(&mut self) {
        self.tasks.shutdown().await;
    }

    fn run_all(&mut self, commands: Vec<Cmd>) {
        for command in commands {
            self.run(command);
        }
    }

    fn run(&mut self, command: Cmd) {
        match command {
            Cmd::Store { seq, request } => {
                if let Request::LogIn { .. } = request {
                    self.log_in = Some((seq, request.clone()));
                } else if self.outside.watched {
                    self.asked.push(Asked { seq, request: request.clone() });
                }
                if let Request::Submit(_) | Request::Withdraw { .. } | Request::RecordPrint(..) = request {
                    self.owed.insert(seq);
                }
                self.ask(seq, request);
            }
            Cmd::LogInAgain { seq } => {
                if let Some((asked, request)) = &mut self.log_in {
                    *asked = seq;
                    let request = request.clone();
                    self.ask(seq, request);
                }
            }
            Cmd::ForgetLogIn => self.log_in = None,
            Cmd::SaveDraft(draft) => self.job(Job::Save(draft)),
            Cmd::DropDraft(id) => self.job(Job::Drop(id)),
            Cmd::SaveReference(reference) => self.job(Job::SaveReference(reference)),
            Cmd::SaveSlipKeys(keys) => self.job(Job::SaveSlipKeys(keys)),
            Cmd::Print { form, printer } => self.printing(|printing, mut telling| async move {
                printing.print(form, printer, &mut |print, outcome| telling.tell(print, outcome)).await;
            }),
            Cmd::SettlePrint(print) => {
                let printing = Arc::clone(&self.outside.printing);
                self.silent(async move { printing.settle(print).await });
            }
            Cmd::AskPrinter(name) => {
                let printing = Arc::clone(&self.outside.printing);
                self.task(async move {
                    let state = printing.state(&name).await;
                    Msg::PrinterState(name, state)
                });
            }
            Cmd::Bell => self.rings = true,
            Cmd::Wipe => self.wipes = true,
            Cmd::Quit => self.over = true,
        }
    }

    fn ask(&mut self, seq: u64, request: Request) {
        let store = Arc::clone(&self.outside.store);
        self.task(async move { Msg::Store { seq, result: answer(store.as_ref(), request).await } });
    }

    fn job(&mut self, job: Job) {
        self.under_way += 1;
        // The task lives as long as this sender.
        let _ = self.jobs.send(job);
    }

    fn task(&mut self, work: impl Future<Output = Msg> + Send + 'static) {
        self.under_way += 1;
        let mut end = AtEnd { done: self.done.clone(), ended: Ended::Broken };
        self.tasks.spawn(async move {
            let msg = work.await;
            end.with(Ended::With(Box::new(msg)));
        });
    }

    /// A task with nothing to say.
    fn silent(&mut self, work: impl Future<Output = ()> + Send + 'static) {
        self.under_way += 1;
        let mut end = AtEnd { done: self.done.clone(), ended: Ended::Broken };
        self.tasks.spawn(async move {
            work.await;
            end.with(Ended::Silent);
        });
    }

    /// A task that brings a slip to its printer. It is under way until it has told something for the first time; then it
    /// may go on for hours, and nobody waits for it.
    fn printing<F: Future<Output = ()> + Send + 'static>(&mut self, work: impl FnOnce(Arc<Printing>, Telling) -> F) {
        self.under_way += 1;
        self.prints += 1;
        let telling = Telling { done: self.done.clone(), told: false };
        self.tasks.spawn(work(Arc::clone(&self.outside.printing), telling));
    }
}

/// How a task ended.
#[derive(Debug)]
pub enum Ended {
    /// With a message.
    With(Box<Msg>),
    /// With nothing to say.
    Silent,
    /// Not yet, but with a message.
    Told(Box<Msg>),
    /// In a panic.
    Broken,
}

/// Says that the task has ended when it goes, however that comes about.
struct AtEnd {
    done: UnboundedSender<Ended>,
    ended: Ended,
}

impl AtEnd {
    fn with(&mut self, ended: Ended) {
        self.ended = ended;
    }
}

impl Drop for AtEnd {
    fn drop(&mut self) {
        // After the end nobody listens.
        let _ = self.done.send(std::mem::replace(&mut self.ended, Ended::Silent));
    }
}

/// Tells what becomes of a slip.
struct Telling {
    done: UnboundedSender<Ended>,
    told: bool,
}

impl Telling {
    fn tell(&mut self, print: PrintId, outcome: PrintOutcome) {
        let msg = Box::new(Msg::Printed(print, outcome));
        let first = !std::mem::replace(&mut self.told, true);
        // After the end nobody listens.
        let _ = self.done.send(if first { Ended::With(msg) } else { Ended::Told(msg) });
    }
}

impl Drop for Telling {
    fn drop(&mut self) {
        if !self.told || std::thread::panicking() {
            let _ = self.done.send(Ended::Broken);
        }
    }
}
