//! The real program in a real terminal: a pty, read by a terminal emulator.

#![allow(dead_code, reason = "each test file uses its part")]

use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

pub const PATIENCE: Duration = Duration::from_secs(30);
/// Between keys, so that they are typing and no paste, on a machine that is busy too.
pub const PACE: Duration = Duration::from_millis(15);

/// What the terminal shows, and every byte that it was sent.
pub struct Seen {
    pub terminal: vt100::Parser,
    pub bytes: Vec<u8>,
    /// The terminal is to go.
    pub over: bool,
}

/// The program in its terminal.
pub struct Counter {
    pub master: Option<Box<dyn MasterPty + Send>>,
    pub writer: Option<Box<dyn Write + Send>>,
    pub child: Box<dyn Child + Send + Sync>,
    pub seen: Arc<Mutex<Seen>>,
    before: String,
}

/// The modes of a terminal, as far as a program changes them.
fn modes(master: &dyn MasterPty) -> String {
    let modes = master.get_termios().unwrap();
    format!("{:?} {:?} {:?} {:?}", modes.input_flags, modes.output_flags, modes.control_flags, modes.local_flags)
}

impl Counter {
    /// The program with these words, through another command where one is named; `environment` over a small one.
    pub fn start(words: &[&str], folder: &Path, environment: &[(&str, &str)]) -> Counter {
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pty = native_pty_system().openpty(size).unwrap();
        let before = modes(pty.master.as_ref());
        let mut command = CommandBuilder::new(words[0]);
        command.args(&words[1..]);
        command.env_clear();
        command.cwd(folder);
        for (name, value) in [("TERM", "xterm-256color"), ("LANG", "zh_CN.UTF-8"), ("HOME", "/nonexistent")] {
            command.env(name, value);
        }
        for (name, value) in environment {
            command.env(name, value);
        }
        let child = pty.slave.spawn_command(command).unwrap();
        let mut reader = pty.master.try_clone_reader().unwrap();
        let terminal = vt100::Parser::new(24.try_into().unwrap(), 80.try_into().unwrap(), 0);
        let seen = Arc::new(Mutex::new(Seen { terminal, bytes: Vec::new(), over: false }));
        let shown = Arc::clone(&seen);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(n @ 1..) = reader.read(&mut bytes) {
                let mut seen = shown.lock().unwrap();
                if seen.over {
                    break;
                }
                seen.terminal.process(&bytes[..n]);
                seen.bytes.extend_from_slice(&bytes[..n]);
            }
        });
        let writer = pty.master.take_writer().unwrap();
        // The program has its own end.
        drop(pty.slave);
        Counter { master: Some(pty.master), writer: Some(writer), child, seen, before }
    }

    pub fn with<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.seen.lock().unwrap().terminal.screen())
    }

    pub fn text(&self) -> String {
        self.with(|screen| screen.contents())
    }

    pub fn wait_for(&self, what: &str, seen: impl Fn(&vt100::Screen) -> bool) {
        let until = Instant::now() + PATIENCE;
        while !self.with(&seen) {
            assert!(Instant::now() < until, "{what} did not come:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn shows(&self, text: &str) {
        self.wait_for(text, |screen| screen.contents().contains(text));
    }

    pub fn send(&mut self, bytes: &[u8]) {
        self.writer.as_mut().unwrap().write_all(bytes).unwrap();
    }

    pub fn types(&mut self, text: &str) {
        for c in text.chars() {
            self.send(c.to_string().as_bytes());
            std::thread::sleep(PACE);
        }
    }

    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.child.process_id().unwrap() as i32).unwrap();
        kill_process(pid, signal).unwrap();
    }

    pub fn ends(&mut self) -> u32 {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            assert!(Instant::now() < until, "it did not end:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The terminal is as it was found.
    pub fn is_restored(&self) {
        self.wait_for("the first screen", |screen| !screen.alternate_screen() && !screen.hide_cursor());
        self.with(|screen| {
            assert!(!screen.bracketed_paste());
            assert_eq!(screen.contents().trim(), "", "nothing of the counter stays");
        });
        assert_eq!(self.modes(), self.before);
    }

    /// The modes of the terminal now.
    pub fn modes(&self) -> String {
        modes(self.master.as_deref().unwrap())
    }

    /// The modes that it was found with.
    pub fn before(&self) -> &str {
        &self.before
    }
}

/// A test that fails leaves no program behind.
impl Drop for Counter {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
