//! A printer on a port, as bad as one wants: it hangs up or stops at a byte, is slow, runs out of paper, is mute. What it
//! understands are the two questions of ESC/POS that it answers; everything else it puts on its tape.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What a printer does; the places are counted in bytes of the first call that brings a job.
#[derive(Clone, Debug, Default)]
pub struct Manner {
    /// Whether it says how it is.
    pub speaks: bool,
    /// Hangs up at a byte.
    pub hangs_up_at: Option<usize>,
    /// Takes no more bytes from one on.
    pub stops_at: Option<usize>,
    /// Has no more paper from one on.
    pub paper_out_at: Option<usize>,
    /// Stands still from one on, with what it says to the four questions then.
    pub stands_at: Option<(usize, [u8; 4])>,
    /// Bytes that it takes in a millisecond.
    pub rate: Option<usize>,
}

/// What a printer says without paper, with a jam at its cutter, and off line.
pub const OUT: [u8; 4] = [0x1A, 0x32, 0x12, 0x72];
pub const JAM: [u8; 4] = [0x1A, 0x52, 0x1A, 0x12];
pub const OFF_LINE: [u8; 4] = [0x1A, 0x12, 0x12, 0x12];

/// The printer.
pub struct Printer {
    /// Its device, as the configuration writes it.
    pub device: String,
    inside: Arc<Inside>,
}

#[derive(Default)]
struct Inside {
    manner: Manner,
    /// Whether the bad manner is over: paper was put in, somebody pushed a button.
    mended: AtomicBool,
    over: AtomicBool,
    /// Jobs so far.
    jobs: AtomicUsize,
    /// Every byte that was printed, with the call that it came on.
    tape: Mutex<Vec<(usize, u8)>>,
}

impl Printer {
    /// Switches one on.
    pub fn new(manner: Manner) -> Printer {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let device = format!("tcp:127.0.0.1:{}", listener.local_addr().unwrap().port());
        let inside = Arc::new(Inside { manner, ..Inside::default() });
        let within = Arc::clone(&inside);
        listener.set_nonblocking(true).unwrap();
        std::thread::spawn(move || {
            let mut calls = 0;
            while !within.over.load(SeqCst) {
                match listener.accept() {
                    Ok((line, _)) => {
                        let within = Arc::clone(&within);
                        std::thread::spawn(move || within.serve(calls, line));
                        calls += 1;
                    }
                    Err(_) => std::thread::sleep(Duration::from_millis(1)),
                }
            }
        });
        Printer { device, inside }
    }

    /// Puts paper in, or whatever it lacks.
    pub fn mend(&self) {
        self.inside.mended.store(true, SeqCst);
    }

    /// What came on each call that brought something, in the order of their first bytes. Bytes of different calls that
    /// stand in a row of each other make more than one piece of a call.
    pub fn pieces(&self) -> Vec<Vec<u8>> {
        let mut pieces: Vec<(usize, Vec<u8>)> = Vec::new();
        for (call, byte) in self.inside.tape.lock().unwrap().iter() {
            match pieces.last_mut() {
                Some((last, piece)) if last == call => piece.push(*byte),
                _ => pieces.push((*call, vec![*byte])),
            }
        }
        pieces.into_iter().map(|(_, piece)| piece).collect()
    }

    /// How many bytes it has printed.
    pub fn printed(&self) -> usize {
        self.inside.tape.lock().unwrap().len()
    }
}

impl Drop for Printer {
    fn drop(&mut self) {
        self.inside.over.store(true, SeqCst);
    }
}

impl Inside {
    fn serve(&self, call: usize, mut line: TcpStream) {
        line.set_nodelay(true).unwrap();
        line.set_read_timeout(Some(Duration::from_millis(2))).unwrap();
        let (mut waiting, mut total, mut taken, mut answered, mut job) = (Vec::new(), 0, 0, 0, None);
        while !self.over.load(SeqCst) {
            // Only the first job meets the bad manner.
            let bad = job.unwrap_or_else(|| self.jobs.load(SeqCst)) == 0 && !self.mended.load(SeqCst);
            let limit = |at: Option<usize>| at.filter(|_| bad).unwrap_or(usize::MAX);
            if taken >= limit(self.manner.stops_at) {
                std::thread::sleep(Duration::from_millis(1));
                continue;
            }
            let until = limit(self.manner.hangs_up_at).min(limit(self.manner.stops_at));
            if taken >= until && (job.is_some() || !self.manner.speaks || answered >= 4) {
                job.get_or_insert_with(|| self.jobs.fetch_add(1, SeqCst));
                // What looked like half a question was none.
                self.tape.lock().unwrap().extend(waiting.into_iter().map(|byte| (call, byte)));
                return;
            }
            let mut buffer = [0; 512];
            // A question is three bytes: read no further than the byte that counts.
            let most = (until - taken).clamp(1, self.manner.rate.unwrap_or(buffer.len()).min(buffer.len()));
            let read = match line.read(&mut buffer[..most]) {
                Ok(0) => 0,
                Ok(read) => read,
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => usize::MAX,
                Err(_) => return,
            };
            if let Some(bytes) = buffer.get(..read) {
                waiting.extend_from_slice(bytes);
                total += bytes.len();
                answered += self.answer(&mut waiting, &mut line);
                taken = total - 3 * answered - self.half_a_question(&waiting);
                if taken > 0 && job.is_none() {
                    job = Some(self.jobs.fetch_add(1, SeqCst));
                }
                if self.manner.rate.is_some() {
                    std::thread::sleep(Duration::from_millis(1));
                }
            }
            self.print(call, job == Some(0), &mut waiting, &mut line);
            if read == 0 {
                return;
            }
        }
    }

    /// Answers `DLE EOT n` where it stands whole, and takes it out; says how many there were.
    fn answer(&self, waiting: &mut Vec<u8>, line: &mut TcpStream) -> usize {
        let mut answered = 0;
        while self.manner.speaks
            && let Some(at) = waiting.windows(3).position(|w| w[..2] == [0x10, 0x04] && (1..=4).contains(&w[2]))
        {
            let n = waiting[at + 2];
            waiting.drain(at..at + 3);
            let status = self.stands().unwrap_or([0x12; 4])[usize::from(n) - 1];
            drop(line.write_all(&[status]));
            answered += 1;
        }
        answered
    }

    /// Bytes at the end that may be the beginning of a question.
    fn half_a_question(&self, waiting: &[u8]) -> usize {
        match waiting {
            [.., 0x10, 0x04] if self.manner.speaks => 2,
            [.., 0x10] if self.manner.speaks => 1,
            _ => 0,
        }
    }

    /// What it says while it stands still.
    fn stands(&self) -> Option<[u8; 4]> {
        let out = self.manner.paper_out_at.map(|at| (at, OUT));
        let (at, said) = self.manner.stands_at.or(out)?;
        (!self.mended.load(SeqCst) && self.tape.lock().unwrap().len() >= at).then_some(said)
    }

    /// Prints what waits, as far as there is paper, and says so at the mark.
    fn print(&self, call: usize, first: bool, waiting: &mut Vec<u8>, line: &mut TcpStream) {
        while !waiting.is_empty() {
            let stands = first && self.stands().is_some();
            if self.manner.speaks && !stands && waiting.starts_with(&[0x1D, b'r', 1]) {
                waiting.drain(..3);
                drop(line.write_all(&[0]));
                continue;
            }
            let half_a_mark = self.manner.speaks && [0x1D, b'r', 1].starts_with(waiting);
            if waiting.len() == self.half_a_question(waiting) || half_a_mark {
                return;
            }
            if stands {
                return;
            }
            self.tape.lock().unwrap().push((call, waiting.remove(0)));
        }
    }
}
