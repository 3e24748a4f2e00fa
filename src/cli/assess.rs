//! `huzhu assess`: the engine as a filter. Facts in, one JSON object a line; assessments out, in the same order, with as many
//! threads as there are cores, in bounded memory at any length.
//!
//! A reader cuts the input into chunks of whole lines, workers take them in turn, and the writer takes the results in the
//! same turn: that is the order.

use std::io::{self, ErrorKind, Read, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread;

use anyhow::Context;

use super::policy;
use crate::domain::area::REGION;
use crate::domain::claim::ClaimKind;
use crate::policy::engine::run as run_claim;
use crate::policy::record::{push_json_text, push_number};
use crate::policy::{Facts, Policy, Record};
use crate::strings::Strings;

/// What one read takes in at most.
const CHUNK: usize = 128 << 10;
/// A longer line is an error: facts of a claim are about a thousand bytes.
const MAX_LINE: usize = 1 << 20;
/// More threads than this would only hold more chunks.
const MAX_THREADS: usize = 8;

/// Compute claims: facts in, assessments out, one JSON object a line.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The policy's file
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
    /// How many threads compute (default: one a core)
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

impl Args {
    /// From standard input to standard output.
    pub fn run(&self, strings: &Strings) -> anyhow::Result<ExitCode> {
        let Some(policy) = policy::read(&self.policy, strings)? else { return Ok(ExitCode::FAILURE) };
        let threads = self.threads.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
        let errors = filter(&policy, threads, io::stdin(), &mut io::stdout().lock())?;
        Ok(if errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Reads a policy's file and assesses what comes in; for callers that have no command line.
pub fn run(policy: &Path, input: impl Read + Send, output: &mut impl Write) -> anyhow::Result<ExitCode> {
    let bytes = std::fs::read(policy).with_context(|| policy.display().to_string())?;
    let (policy, _) = Policy::parse_bytes(&bytes).map_err(|errors| anyhow::anyhow!("{errors:?}"))?;
    let errors = filter(&policy, 1, input, output)?;
    Ok(if errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Whole lines, and what became of them. It goes from the reader to a worker, to the writer, and back to the reader.
#[derive(Default)]
struct Chunk {
    first_line: u64,
    text: Vec<u8>,
    /// The line was longer than is read.
    overlong: bool,
    out: Vec<u8>,
    errors: u64,
}

impl Chunk {
    /// Ready for the next lines; memory that one long line took is given back.
    fn clear(&mut self) {
        for buffer in [&mut self.text, &mut self.out] {
            buffer.clear();
            buffer.shrink_to(4 * CHUNK);
        }
        (self.overlong, self.errors) = (false, 0);
    }
}

/// Assesses every line of the input; gives how many were in error.
pub fn filter(policy: &Policy, threads: usize, input: impl Read + Send, output: &mut impl Write) -> io::Result<u64> {
    let mut chunks = Chunks::new(input);
    let mut errors = 0;
    if threads <= 1 {
        let (mut worker, mut chunk) = (Worker::new(policy), Chunk::default());
        while chunks.next(&mut chunk)? {
            worker.assess(&mut chunk);
            errors += chunk.errors;
            if !write(output, &chunk.out)? {
                break;
            }
        }
        return Ok(errors);
    }
    thread::scope(|scope| {
        let mut to_workers: Vec<SyncSender<Chunk>> = Vec::new();
        let mut from_workers: Vec<Receiver<Chunk>> = Vec::new();
        for _ in 0..threads.min(MAX_THREADS) {
            let (to_worker, work) = sync_channel::<Chunk>(1);
            let (done, from_worker) = sync_channel::<Chunk>(1);
            to_workers.push(to_worker);
            from_workers.push(from_worker);
            scope.spawn(move || {
                let mut worker = Worker::new(policy);
                for mut chunk in work {
                    worker.assess(&mut chunk);
                    if done.send(chunk).is_err() {
                        break;
                    }
                }
            });
        }
        let (to_reader, spare) = channel::<Chunk>();
        let reader = scope.spawn(move || -> io::Result<()> {
            for worker in to_workers.iter().cycle() {
                let mut chunk = spare.try_recv().unwrap_or_default();
                // A worker that is gone has nobody to write for.
                if !chunks.next(&mut chunk)? || worker.send(chunk).is_err() {
                    break;
                }
            }
            Ok(())
        });
        for worker in from_workers.iter().cycle() {
            let Ok(chunk) = worker.recv() else { break };
            errors += chunk.errors;
            if !write(output, &chunk.out)? {
                break;
            }
            // The reader may be done.
            let _ = to_reader.send(chunk);
        }
        drop(from_workers);
        match reader.join() {
            Ok(read) => read.map(|()| errors),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Writes and flushes; `false` where nobody reads any more.
fn write(output: &mut impl Write, text: &[u8]) -> io::Result<bool> {
    match output.write_all(text).and_then(|()| output.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        written => written.map(|()| true),
    }
}

/// The input, cut into chunks of whole lines: what one read gave, up to its last line end, so that a slow writer before us
/// gets its answers as it writes.
struct Chunks<R> {
    input: R,
    /// The beginning of a line whose end was not read yet.
    rest: Vec<u8>,
    next_line: u64,
    /// The line is too long: the rest of it is skipped.
    skipping: bool,
    at_end: bool,
}

impl<R: Read> Chunks<R> {
    fn new(input: R) -> Chunks<R> {
        Chunks { input, rest: Vec::new(), next_line: 1, skipping: false, at_end: false }
    }

    /// The next chunk in the place of `chunk`; `false` at the end.
    fn next(&mut self, chunk: &mut Chunk) -> io::Result<bool> {
        chunk.clear();
        chunk.first_line = self.next_line;
        chunk.text.append(&mut self.rest);
        while !self.at_end {
            let before = chunk.text.len();
            chunk.text.resize(before + CHUNK, 0);
            let read = self.input.read(&mut chunk.text[before..]);
            chunk.text.truncate(before + *read.as_ref().unwrap_or(&0));
            let read = match read {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                read => read?,
            };
            self.at_end = read == 0;
            // What some editors put before the first line.
            if self.next_line == 1 && chunk.text.starts_with(b"\xef\xbb\xbf") {
                chunk.text.drain(..3);
            }
            if self.skipping {
                // The end of a line that was reported already.
                match chunk.text.iter().position(|&byte| byte == b'\n') {
                    Some(end) => {
                        chunk.text.drain(..=end);
                        self.skipping = false;
                    }
                    None => chunk.text.clear(),
                }
            }
            if let Some(end) = chunk.text.iter().rposition(|&byte| byte == b'\n') {
                self.rest.extend_from_slice(&chunk.text[end + 1..]);
                chunk.text.truncate(end + 1);
                self.next_line += chunk.text.iter().filter(|&&byte| byte == b'\n').count() as u64;
                return Ok(true);
            }
            if chunk.text.len() > MAX_LINE {
                chunk.text.clear();
                chunk.overlong = true;
                self.skipping = true;
                self.next_line += 1;
                return Ok(true);
            }
        }
        Ok(!chunk.text.is_empty())
    }
}

/// One thread's memory: facts and records are used again for every line.
struct Worker<'p> {
    policy: &'p Policy,
    facts: Facts,
    record: Record,
}

impl<'p> Worker<'p> {
    fn new(policy: &'p Policy) -> Worker<'p> {
        Worker { policy, facts: Facts::default_for(ClaimKind::Inpatient, REGION), record: Record::default() }
    }

    /// Assesses the lines of a chunk.
    fn assess(&mut self, chunk: &mut Chunk) {
        let Chunk { first_line, text, overlong, out, errors } = chunk;
        if *overlong {
            *errors += 1;
            return push_error(out, *first_line, "longer than 1 MiB");
        }
        match std::str::from_utf8(text) {
            Ok(text) => {
                for (number, line) in (*first_line..).zip(text.split('\n')) {
                    self.line(number, Some(line), out, errors);
                }
            }
            Err(_) => {
                for (number, line) in (*first_line..).zip(text.split(|&byte| byte == b'\n')) {
                    self.line(number, std::str::from_utf8(line).ok(), out, errors);
                }
            }
        }
    }

    /// One line; `None` is one that is no text.
    fn line(&mut self, number: u64, line: Option<&str>, out: &mut Vec<u8>, errors: &mut u64) {
        let assessed = match line.map(str::trim_ascii) {
            Some("") => return,
            Some(line) => self.one(line, out),
            None => Err("not UTF-8".to_owned()),
        };
        if let Err(error) = assessed {
            push_error(out, number, &error);
            *errors += 1;
        }
    }

    fn one(&mut self, line: &str, out: &mut Vec<u8>) -> Result<(), String> {
        let read = self.facts.read_json(line);
        let run = read.and_then(|()| run_claim::<true>(self.policy, &self.facts, &mut self.record));
        run.map_err(|error| error.to_string())?;
        self.record.write_json(self.policy, &self.facts, out);
        out.push(b'\n');
        Ok(())
    }
}

fn push_error(out: &mut Vec<u8>, line: u64, error: &str) {
    out.extend_from_slice(b"{\"line\":");
    push_number(out, line as i64);
    out.extend_from_slice(b",\"error\":");
    push_json_text(out, error);
    out.extend_from_slice(b"}\n");
}
