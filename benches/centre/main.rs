//! The centre under its own functions, as persons call them. Every figure stands beside a floor of the same run.
//!
//! - `search` every kind of search of one clerk and of the region, against a bare look-up by primary key on the same line
//! - `submit` claims a second with 1, 8 and 64 connections, against bare durable commits; then the whole centre is verified
//! - `sessions` what idle sessions take, and what they do to those at work
//! - `place` the server and its world · `terms` what is searched · `claims` what is submitted · `figures` percentiles
//!
//! `cargo bench --bench centre -- [search] [submit] [sessions] [--members N] [--rounds N] [--claims N] [--idle N]
//! [--seconds N] [--fifo]`; all three sections where none is named. `--fifo` takes search times with client and backend
//! ahead of every other process (root, on one machine), so that they show the database and not the machine's other work.
//!
//! The world is made in a server of its own, unless `HUZHU_BENCH_CENTRE` names a database to be used and changed, with its
//! superuser (`postgres://postgres:PASSWORD@127.0.0.1:5432/bench`, server of one machine); an empty one gets a world.

mod claims;
mod figures;
mod place;
#[path = "../../tests/postgres/mod.rs"]
mod postgres;
mod search;
mod sessions;
mod submit;
mod terms;

/// What is asked for on the command line.
pub struct Options {
    sections: Vec<String>,
    /// Members of a world that is made.
    pub members: u32,
    /// Searches of each kind.
    pub rounds: usize,
    /// Claims of each trial.
    pub claims: usize,
    /// Sessions that do nothing.
    pub idle: usize,
    /// Sessions at work, each with one request a second.
    pub active: usize,
    /// How long those work, in seconds.
    pub seconds: u64,
    /// Ahead of every other process.
    pub fifo: bool,
}

impl Options {
    fn read() -> Options {
        let mut options = Options {
            sections: Vec::new(),
            members: 60_000,
            rounds: 1_000,
            claims: 2_000,
            idle: 200,
            active: 100,
            seconds: 10,
            fifo: false,
        };
        let mut args = std::env::args().skip(1);
        while let Some(arg) = args.next() {
            let mut value = || args.next().and_then(|value| value.parse().ok()).expect("a number");
            match arg.as_str() {
                "search" | "submit" | "sessions" => options.sections.push(arg),
                "--members" => options.members = value() as u32,
                "--rounds" => options.rounds = value(),
                "--claims" => options.claims = value(),
                "--idle" => options.idle = value(),
                "--active" => options.active = value(),
                "--seconds" => options.seconds = value() as u64,
                "--fifo" => options.fifo = true,
                // Cargo says so of every bench.
                "--bench" => {}
                other => panic!("unknown: {other}"),
            }
        }
        options
    }

    fn has(&self, section: &str) -> bool {
        self.sections.is_empty() || self.sections.iter().any(|named| named == section)
    }
}

fn main() {
    let options = Options::read();
    // A search has one thread for itself: no hand-over between threads is in its time.
    let one = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let place = one.block_on(place::Place::open(&options));
    if options.has("search") {
        one.block_on(search::run(&place, &options));
    }
    drop(one);
    let many = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    if options.has("submit") {
        many.block_on(submit::run(&place, &options));
    }
    if options.has("sessions") {
        many.block_on(sessions::run(&place, &options));
    }
}
