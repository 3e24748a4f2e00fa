//! What happens outside the counter's state: the only `select!`, over keys, answers, the clock and signals. Everything
//! that waits runs as a task and comes back as a message; the counter itself never waits.
//!
//! - `machine.rs` the counter with all it talks to: messages in, commands carried out, frames drawn
//! - `keep.rs` drafts and the reference snapshot, written in order
//! - `printing.rs` a slip's way to the printer
//! - `clock.rs` the server's time between its answers
//!
//! The loop takes its inputs and its screen as parameters, so that the whole program runs without a terminal; `replay`
//! drives the same [`Machine`] key by key.
//!
//! To carry out one more command: its line in `Machine::run`, and a task that ends with a message.

mod clock;
mod keep;
mod machine;
mod printing;

use std::io::{self, Write};
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::UnboundedReceiver;

pub use clock::ServerClock;
pub use keep::{Keep, Kept, Nothing};
pub use machine::{Asked, Ended, Machine, Outside};
pub use printing::Printing;

use crate::app::Msg;
use crate::term::Input;
use crate::term::backend::Screen;

/// How long submits and prints may still take at the end.
const LAST_ANSWERS: Duration = Duration::from_secs(3);

/// Why the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The clerk asked for it.
    Asked,
    /// A signal asked for it.
    Signal,
    /// The terminal is gone.
    Gone,
    /// Something broke; the sentence was said.
    Broken,
}

/// Signals that end the program, and the one that says that the size changed.
pub struct Signals {
    terminate: Signal,
    hang_up: Signal,
    interrupt: Signal,
    resize: Signal,
}

impl Signals {
    /// Listens from now on.
    ///
    /// # Errors
    /// Where the system has no room for it.
    pub fn listen() -> io::Result<Signals> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            resize: signal(SignalKind::window_change())?,
        })
    }

    /// Waits for the next: whether it ends the program.
    async fn next(&mut self) -> bool {
        tokio::select! {
            _ = self.terminate.recv() => true,
            _ = self.hang_up.recv() => true,
            _ = self.interrupt.recv() => true,
            _ = self.resize.recv() => false,
        }
    }
}

/// Runs the counter until its end. All keys that are there are applied before a frame; a frame is drawn only where
/// something changed, and the next one waits until it has left. At the end what is typed goes to what is kept, and
/// submits and prints that are under way are waited for, a moment long.
///
/// # Errors
/// Where the terminal can't be written to.
pub async fn run<W: Write>(
    machine: &mut Machine,
    screen: &mut Screen<W>,
    inputs: &mut UnboundedReceiver<Input>,
    signals: &mut Signals,
    size: impl Fn() -> (u16, u16),
) -> io::Result<End> {
    let end = until_the_end(machine, screen, inputs, signals, size).await;
    machine.ending();
    machine.finish(LAST_ANSWERS).await;
    end
}

async fn until_the_end<W: Write>(
    machine: &mut Machine,
    screen: &mut Screen<W>,
    inputs: &mut UnboundedReceiver<Input>,
    signals: &mut Signals,
    size: impl Fn() -> (u16, u16),
) -> io::Result<End> {
    loop {
        if machine.is_over() {
            return Ok(if machine.is_broken() { End::Broken } else { End::Asked });
        }
        machine.draw(screen)?;
        let wake_in = machine.wake_in().unwrap_or(Duration::from_secs(3600));
        tokio::select! {
            biased;
            ends = signals.next() => {
                if ends {
                    return Ok(End::Signal);
                }
                let (columns, rows) = size();
                screen.resize(columns, rows);
                machine.apply(Msg::Resize(columns, rows));
            }
            input = inputs.recv() => {
                let mut next = input;
                while let Some(input) = next {
                    match input {
                        Input::Gone => return Ok(End::Gone),
                        other => machine.input(other),
                    }
                    next = inputs.try_recv().ok();
                }
            }
            answer = machine.answer() => {
                let mut next = Some(answer);
                while let Some(answer) = next {
                    machine.take(answer);
                    next = machine.answer_now();
                }
            }
            () = tokio::time::sleep(wake_in) => machine.tick(),
        }
    }
}
