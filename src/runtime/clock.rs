//! The server's time between its answers: its last date and time, and the steady clock since. The terminal's own date
//! never counts.

use std::time::Instant;

use chrono::{NaiveDateTime, TimeDelta};

/// The server's time as this terminal reckons it.
#[derive(Clone, Copy, Debug)]
pub struct ServerClock {
    told: NaiveDateTime,
    at: Instant,
    start: Instant,
}

impl ServerClock {
    /// Before the first answer: what is the best guess.
    pub fn new(guess: NaiveDateTime) -> ServerClock {
        let now = Instant::now();
        ServerClock { told: guess, at: now, start: now }
    }

    /// The server said what time it is.
    pub fn told(&mut self, now: NaiveDateTime) {
        (self.told, self.at) = (now, Instant::now());
    }

    /// The server's date and time now.
    pub fn now(&self) -> NaiveDateTime {
        let since = TimeDelta::from_std(self.at.elapsed()).unwrap_or_default();
        self.told.checked_add_signed(since).unwrap_or(self.told)
    }

    /// Milliseconds since the start; steady.
    pub fn mono(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
