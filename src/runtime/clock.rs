//! The server's time between its answers: its last date and time, and the steady clock since. The terminal's own date
//! never counts. The steady clock goes on while the machine sleeps: a lid that was closed for an hour is an hour without a
//! key.

use std::time::Duration;

use chrono::{NaiveDateTime, TimeDelta};
use rustix::time::{ClockId, clock_gettime};

/// The server's time as this terminal reckons it.
#[derive(Clone, Copy, Debug)]
pub struct ServerClock {
    told: NaiveDateTime,
    /// The day stays: it is a generated world's.
    world_day: bool,
    at: Duration,
    start: Duration,
}

impl ServerClock {
    /// Before the first answer: what is the best guess.
    pub fn new(guess: NaiveDateTime) -> ServerClock {
        let now = since_boot();
        ServerClock { told: guess, world_day: false, at: now, start: now }
    }

    /// The server said what time it is, and whether the day is a generated world's.
    pub fn told(&mut self, now: NaiveDateTime, world_day: bool) {
        (self.told, self.world_day, self.at) = (now, world_day, since_boot());
    }

    /// The server's date and time now.
    pub fn now(&self) -> NaiveDateTime {
        self.after(since_boot().saturating_sub(self.at))
    }

    /// The server's date and time so long after it was told.
    fn after(&self, since: Duration) -> NaiveDateTime {
        let since = TimeDelta::from_std(since).unwrap_or_default();
        let now = self.told.checked_add_signed(since).unwrap_or(self.told);
        if self.world_day { self.told.date().and_time(now.time()) } else { now }
    }

    /// Milliseconds since the start; steady.
    pub fn mono(&self) -> u64 {
        u64::try_from(since_boot().saturating_sub(self.start).as_millis()).unwrap_or(u64::MAX)
    }
}

/// Since the machine was started, its sleep included.
fn since_boot() -> Duration {
    Duration::try_from(clock_gettime(ClockId::Boottime)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worlds_day_stays_past_midnight() {
        let time = |text: &str| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
        let mut clock = ServerClock::new(time("2026-01-01 00:00"));
        let minutes = |n: u64| Duration::from_secs(60 * n);
        clock.told(time("2021-03-20 23:59"), true);
        assert_eq!(clock.after(minutes(0)), time("2021-03-20 23:59"));
        assert_eq!(clock.after(minutes(2)), time("2021-03-20 00:01"));
        assert_eq!(clock.after(minutes(24 * 60 + 1)), time("2021-03-20 00:00"));
        clock.told(time("2021-03-20 23:59"), false);
        assert_eq!(clock.after(minutes(2)), time("2021-03-21 00:01"));
    }

    #[test]
    fn the_steady_clock_counts_sleep() {
        // The system's own count since the start has it too.
        let uptime = || {
            let text = std::fs::read_to_string("/proc/uptime").unwrap();
            Duration::from_secs_f64(text.split(' ').next().unwrap().parse().unwrap())
        };
        let tick = Duration::from_millis(20);
        let before = uptime();
        let now = since_boot();
        assert!(before <= now + tick && now <= uptime() + tick);
    }
}
