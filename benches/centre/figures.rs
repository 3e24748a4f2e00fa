//! Times and what is said of them.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::time::Duration;

/// Times of one kind.
#[derive(Clone, Debug, Default)]
pub struct Times {
    sorted: bool,
    all: Vec<Duration>,
}

impl Times {
    /// One more.
    pub fn push(&mut self, time: Duration) {
        self.sorted = false;
        self.all.push(time);
    }

    /// Those of others.
    pub fn extend(&mut self, other: Times) {
        self.sorted = false;
        self.all.extend(other.all);
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// The time that so many in a hundred keep, in microseconds.
    pub fn micros(&mut self, percent: usize) -> f64 {
        if !self.sorted {
            self.all.sort();
            self.sorted = true;
        }
        let last = self.all.len().checked_sub(1).expect("a time");
        self.all[(self.all.len() * percent / 100).min(last)].as_secs_f64() * 1e6
    }
}

/// How busy the machine is beside us.
pub fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("?").to_owned()
}

/// What the kernel counted for a process on this machine.
pub struct Account(Option<File>);

impl Account {
    /// Of a process; nothing is counted for one that can't be seen.
    pub fn of(pid: i32) -> Account {
        Account(File::open(format!("/proc/{pid}/schedstat")).ok())
    }

    /// How long it computed so far, which other work on the machine hardly changes.
    pub fn computed(&self) -> Duration {
        let mut bytes = [0; 64];
        let read = self.0.as_ref().and_then(|file| file.read_at(&mut bytes, 0).ok()).unwrap_or(0);
        let text = std::str::from_utf8(&bytes[..read]).unwrap_or_default();
        Duration::from_nanos(text.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0))
    }
}
