//! Times and what is said of them.

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
