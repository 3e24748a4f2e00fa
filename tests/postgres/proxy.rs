//! The wire between a terminal and the centre, with everything that wires do: it delays, slices, throttles, cuts after
//! some bytes, resets, and falls silent with the connection still there.
//!
//! Bytes are counted from the moment a fault is set, for connections that are there as for those that come, so that a
//! test can log in first and cut a submit at a byte of its own. What ends a connection happens once; the next one is
//! whole. Slices and jitter come from the seed.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;

/// Pieces on their way in one direction, at most.
const ON_THE_WAY: usize = 256;

/// A direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From the terminal to the centre.
    Up,
    /// From the centre to the terminal.
    Down,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Closed on both sides (FIN).
    Close,
    /// Reset on both sides (RST).
    Reset,
    /// Nothing goes through any more, and nobody is told.
    Silence,
}

/// The end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// In which direction bytes are counted.
    pub way: Way,
    /// How many of them still go through.
    pub after: u64,
    /// What happens then.
    pub how: How,
}

/// What the wire does; nothing by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fault {
    /// How long every piece takes, one way.
    pub delay: Duration,
    /// How much longer a piece may take, at random.
    pub jitter: Duration,
    /// Bytes of a piece at most, at random; 0 for pieces as they come.
    pub slice: usize,
    /// Bytes a second in each direction; 0 for any number.
    pub speed: u64,
    /// How the next connection that gets so far ends.
    pub end: Option<End>,
}

/// A proxy before a server, until it is dropped.
pub struct Proxy {
    address: SocketAddr,
    wire: Arc<Wire>,
    task: JoinHandle<()>,
}

struct Wire {
    fault: Mutex<Fault>,
    /// Changes with every fault that is set, so that counts begin anew.
    set: AtomicU64,
    dice: Mutex<ChaCha8Rng>,
    connections: AtomicU64,
    ended: AtomicU64,
    turns: AtomicU64,
    up: AtomicU64,
    down: AtomicU64,
}

impl Proxy {
    /// A proxy before the server at `to`.
    pub async fn before(to: SocketAddr, seed: u64) -> Proxy {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let wire = Arc::new(Wire {
            fault: Mutex::default(),
            set: AtomicU64::new(0),
            dice: Mutex::new(ChaCha8Rng::seed_from_u64(seed)),
            connections: AtomicU64::new(0),
            ended: AtomicU64::new(0),
            turns: AtomicU64::new(0),
            up: AtomicU64::new(0),
            down: AtomicU64::new(0),
        });
        let task = tokio::spawn(listen(listener, to, Arc::clone(&wire)));
        Proxy { address, wire, task }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on, for connections that are there and those that come; bytes are counted anew.
    pub fn set(&self, fault: Fault) {
        *self.wire.fault.lock().unwrap() = fault;
        self.wire.set.fetch_add(1, Ordering::SeqCst);
    }

    /// Only the end of the next connection that gets so far.
    pub fn end(&self, way: Way, after: u64, how: How) {
        self.set(Fault { end: Some(End { way, after, how }), ..Fault::default() });
    }

    /// Connections that came.
    pub fn connections(&self) -> u64 {
        self.wire.connections.load(Ordering::SeqCst)
    }

    /// Connections that a fault ended.
    pub fn ended(&self) -> u64 {
        self.wire.ended.load(Ordering::SeqCst)
    }

    /// How often a terminal spoke after it had listened: the round trips of all connections.
    pub fn turns(&self) -> u64 {
        self.wire.turns.load(Ordering::SeqCst)
    }

    /// Bytes that went through in a direction.
    pub fn bytes(&self, way: Way) -> u64 {
        self.wire.bytes(way).load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(listener: TcpListener, to: SocketAddr, wire: Arc<Wire>) {
    // Dropped with this task: no connection outlives its proxy.
    let mut connections = JoinSet::new();
    while let Ok((terminal, _)) = listener.accept().await {
        wire.connections.fetch_add(1, Ordering::SeqCst);
        let wire = Arc::clone(&wire);
        connections.spawn(async move {
            // A server that is not there: the terminal's connection closes.
            if let Ok(server) = TcpStream::connect(to).await {
                wire.carry(terminal, server).await;
            }
        });
        while connections.try_join_next().is_some() {}
    }
}

impl Wire {
    async fn carry(&self, mut terminal: TcpStream, mut server: TcpStream) {
        let _ = (terminal.set_nodelay(true), server.set_nodelay(true));
        let listened = AtomicU64::new(1);
        let (from_terminal, to_terminal) = terminal.split();
        let (from_server, to_server) = server.split();
        // Nobody here closes one direction alone: the end of one is the end of both.
        let how = tokio::select! {
            how = self.pump(Way::Up, from_terminal, to_server, &listened) => how,
            how = self.pump(Way::Down, from_server, to_terminal, &listened) => how,
        };
        match how {
            None => {}
            Some(How::Close) => {
                let _ = tokio::join!(terminal.shutdown(), server.shutdown());
            }
            Some(How::Reset) => {
                let _ = (terminal.set_zero_linger(), server.set_zero_linger());
            }
            Some(How::Silence) => std::future::pending().await,
        }
    }

    /// Carries one direction until it is closed (`None`) or a fault ends it.
    async fn pump(&self, way: Way, mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, listened: &AtomicU64) -> Option<How> {
        let (sender, mut pieces) = mpsc::channel::<(Instant, Vec<u8>)>(ON_THE_WAY);
        // What is under way keeps its order and does not hold up what follows: a delay is no throttle.
        let read = async move {
            let mut bytes = vec![0; 16 * 1024];
            let mut last = Instant::now();
            while let Ok(count @ 1..) = from.read(&mut bytes).await {
                match way {
                    Way::Up => self.turns.fetch_add(listened.swap(0, Ordering::SeqCst), Ordering::SeqCst),
                    Way::Down => listened.swap(1, Ordering::SeqCst),
                };
                last = last.max(Instant::now() + self.delay());
                if sender.send((last, bytes[..count].to_vec())).await.is_err() {
                    break;
                }
            }
        };
        let write = async {
            let (mut set, mut gone) = (self.set.load(Ordering::SeqCst), 0);
            while let Some((due, piece)) = pieces.recv().await {
                tokio::time::sleep_until(due).await;
                let mut rest = piece.as_slice();
                while !rest.is_empty() {
                    let now = self.set.load(Ordering::SeqCst);
                    if now != set {
                        (set, gone) = (now, 0);
                    }
                    let (length, speed, left) = self.next_slice(way, rest.len(), gone);
                    if length > 0 && to.write_all(&rest[..length]).await.is_err() {
                        return None;
                    }
                    rest = &rest[length..];
                    gone += length as u64;
                    self.bytes(way).fetch_add(length as u64, Ordering::SeqCst);
                    if left == Some(length as u64)
                        && let Some(how) = self.take_end(set)
                    {
                        return Some(how);
                    }
                    if speed > 0 {
                        tokio::time::sleep(Duration::from_secs_f64(length as f64 / speed as f64)).await;
                    }
                }
            }
            None
        };
        // The reader ends first where the sender closes; what is under way still arrives.
        tokio::select! {
            how = write => how,
            never = async { read.await; std::future::pending().await } => never,
        }
    }

    fn delay(&self) -> Duration {
        let fault = *self.fault.lock().unwrap();
        match fault.jitter {
            Duration::ZERO => fault.delay,
            jitter => fault.delay + self.dice.lock().unwrap().random_range(Duration::ZERO..=jitter),
        }
    }

    /// How many of the next bytes go at once, the speed, and how many are left before the end in this direction.
    fn next_slice(&self, way: Way, length: usize, gone: u64) -> (usize, u64, Option<u64>) {
        let fault = *self.fault.lock().unwrap();
        let most = match (fault.slice, fault.speed) {
            (0, 0) => length,
            // A tenth of a second at a time.
            (0, speed) => length.min((speed / 10).max(1) as usize),
            (slice, _) => self.dice.lock().unwrap().random_range(1..=slice).min(length),
        };
        let left = fault.end.filter(|end| end.way == way).map(|end| end.after.saturating_sub(gone));
        let most = left.map_or(most, |left| most.min(usize::try_from(left).unwrap_or(usize::MAX)));
        (most, fault.speed, left)
    }

    /// The end happens once, and only as long as no other fault was set.
    fn take_end(&self, set: u64) -> Option<How> {
        let mut fault = self.fault.lock().unwrap();
        if self.set.load(Ordering::SeqCst) != set {
            return None;
        }
        let end = fault.end.take()?;
        self.ended.fetch_add(1, Ordering::SeqCst);
        Some(end.how)
    }

    fn bytes(&self, way: Way) -> &AtomicU64 {
        match way {
            Way::Up => &self.up,
            Way::Down => &self.down,
        }
    }
}
