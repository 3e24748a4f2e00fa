//! The thread that reads the terminal: bytes to keys, on its own, so that nothing else can hold a key up. It sleeps until
//! bytes come; it ends when the terminal is gone or nobody listens any more.

use std::fs::File;
use std::io::IsTerminal;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio::sync::mpsc::UnboundedSender;

use super::Input;
use super::burst::{Bursts, GAP};
use super::parse::Parser;

/// How long an Escape waits for the rest of a sequence that was split on its way.
pub const ESCAPE_WAIT: Duration = Duration::from_millis(55);

/// What is gathered of a burst before it goes on; the rest of a longer one is still known as its continuation.
const BATCH_MAX: usize = 8192;

/// Opens the terminal for reading: the standard input, or the controlling terminal where that is something else.
pub fn open() -> std::io::Result<OwnedFd> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return stdin.as_fd().try_clone_to_owned();
    }
    Ok(File::open("/dev/tty")?.into())
}

/// Starts the thread; inputs go to `to`.
pub fn start(tty: OwnedFd, to: UnboundedSender<Input>) -> std::io::Result<()> {
    std::thread::Builder::new().name("input".into()).spawn(move || {
        read(tty.as_fd(), &to);
        // Whoever listened less is no matter: the thread ends here.
        let _ = to.send(Input::Gone);
    })?;
    Ok(())
}

/// What a wait ended with.
enum Wait {
    Bytes,
    Quiet,
    Gone,
}

fn wait(tty: BorrowedFd, at_most: Option<Duration>) -> Wait {
    let mut fds = [PollFd::from_borrowed_fd(tty, PollFlags::IN)];
    let timeout = at_most.map(|time| Timespec { tv_sec: 0, tv_nsec: time.subsec_nanos().into() });
    loop {
        match poll(&mut fds, timeout.as_ref()) {
            Ok(0) => return Wait::Quiet,
            Ok(_) if fds[0].revents().contains(PollFlags::IN) => return Wait::Bytes,
            Ok(_) => return Wait::Gone,
            Err(rustix::io::Errno::INTR) => continue,
            Err(_) => return Wait::Gone,
        }
    }
}

fn read(tty: BorrowedFd, to: &UnboundedSender<Input>) {
    let mut parser = Parser::default();
    let mut bursts = Bursts::default();
    let mut bytes = [0; 4096];
    let mut batch = Vec::new();
    let mut sorted = Vec::new();
    loop {
        // The first bytes go on at once where they are one key; more than that may be a burst, and is gathered.
        let follows = matches!(wait(tty, Some(GAP)), Wait::Bytes);
        if !follows {
            match wait(tty, None) {
                Wait::Bytes => {}
                Wait::Quiet => continue,
                Wait::Gone => return,
            }
        }
        loop {
            match rustix::io::read(tty, &mut bytes) {
                Ok(0) => return,
                Ok(n) => parser.feed(&bytes[..n], &mut batch),
                Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => {}
                Err(_) => return,
            }
            if batch.len() > BATCH_MAX {
                break;
            }
            let patience = if parser.waits() {
                ESCAPE_WAIT
            } else if batch.len() > 1 {
                GAP
            } else {
                Duration::ZERO
            };
            match wait(tty, Some(patience)) {
                Wait::Bytes => continue,
                Wait::Quiet => parser.timeout(&mut batch),
                Wait::Gone => {}
            }
            break;
        }
        if batch.is_empty() {
            continue;
        }
        bursts.sort(std::mem::take(&mut batch), follows, &mut sorted);
        for input in sorted.drain(..) {
            if to.send(input).is_err() {
                return;
            }
        }
    }
}
