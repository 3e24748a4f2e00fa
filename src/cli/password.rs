//! Where a command's password comes from: a line of a file descriptor, else the terminal, where it is not shown. Never from
//! the command line or the environment, which others on the machine can read.

use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::{Mutex, OnceLock, PoisonError};

use anyhow::anyhow;
use rustix::process::{Resource, Rlimit, setrlimit};
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
use tokio::signal::unix::{Signal, SignalKind, signal};
use zeroize::Zeroizing;

use super::words;
use crate::domain::secret::{SECRET_MAX, Secret};
use crate::strings::Strings;

/// Where the password is read from.
#[derive(Debug, Default, clap::Args)]
pub struct PasswordFrom {
    /// The descriptor whose first line is the password; without it the terminal asks
    #[arg(long = "password-fd", value_name = "N")]
    fd: Option<u32>,
}

impl PasswordFrom {
    /// The password of a login.
    ///
    /// # Errors
    /// A sentence that says what to do.
    pub fn read(&self, login: &str, strings: &Strings) -> anyhow::Result<Secret> {
        keep_in_memory();
        let password = match self.fd {
            Some(fd) => of_descriptor(fd).map_err(|why| anyhow!(why.sentence(strings)))?,
            None => ask(&strings.with("password-prompt", &[("login", &login)]), strings)?,
        };
        if password.is_empty() { Err(anyhow!(Wrong::Empty.sentence(strings))) } else { Ok(password) }
    }

    /// What is given to read several lines from, for a command that asks for more than one thing.
    ///
    /// # Errors
    /// Where the descriptor can't be read.
    pub fn descriptor(&self, strings: &Strings) -> anyhow::Result<Option<File>> {
        keep_in_memory();
        let open = |fd| File::open(format!("/dev/fd/{fd}"));
        self.fd.map(open).transpose().map_err(|why| anyhow!(Wrong::Io(why).sentence(strings)))
    }

    /// The same, but none where the server knows by itself who it is (`peer` on this machine's socket) and none is given.
    ///
    /// # Errors
    /// As [`PasswordFrom::read`].
    pub fn read_unless(&self, known: bool, login: &str, strings: &Strings) -> anyhow::Result<Secret> {
        if known && self.fd.is_none() { Ok(Secret::default()) } else { self.read(login, strings) }
    }

    /// Takes what is given for a database that needs none, so that whoever wrote it is not left with a broken pipe.
    ///
    /// # Errors
    /// Where the descriptor can't be read.
    pub fn take(&self, strings: &Strings) -> anyhow::Result<()> {
        match self.fd.map(of_descriptor) {
            Some(Err(why @ Wrong::Io(_))) => Err(anyhow!(why.sentence(strings))),
            _ => Ok(()),
        }
    }
}

/// The next line of several.
///
/// # Errors
/// Where there is none, or it is no text.
pub fn next(from: &mut File, strings: &Strings) -> anyhow::Result<Secret> {
    let next = line(from).and_then(|line| if line.is_empty() { Err(Wrong::Empty) } else { Ok(line) });
    next.map_err(|why| anyhow!(why.sentence(strings)))
}

/// What is in memory is nobody else's: no picture of it on the disk.
fn keep_in_memory() {
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
}

/// Asks at the terminal, whose screen does not show what is typed. However that ends, its modes are put back.
///
/// # Errors
/// Where there is no terminal.
pub fn ask(prompt: &str, strings: &Strings) -> anyhow::Result<Secret> {
    let tty = File::options().read(true).write(true).open("/dev/tty");
    let mut tty = tty.map_err(|_| anyhow!(strings.get("password-nowhere")))?;
    let read = (|| {
        let _quiet = Quiet::enter(&tty)?;
        write!(tty, "{}", words::safe(prompt))?;
        let read = line(&mut tty);
        writeln!(tty)?;
        read
    })();
    read.map_err(|why: Wrong| anyhow!(why.sentence(strings)))
}

/// Why there is no password.
#[derive(Debug)]
enum Wrong {
    Io(io::Error),
    Empty,
    TooLong,
    NotText,
}

impl From<io::Error> for Wrong {
    fn from(error: io::Error) -> Wrong {
        Wrong::Io(error)
    }
}

impl Wrong {
    fn sentence(&self, strings: &Strings) -> String {
        match self {
            Wrong::Io(why) => strings.with("password-cant-read", &[("why", why)]),
            Wrong::Empty => strings.get("password-empty"),
            Wrong::TooLong => strings.get("password-too-long"),
            Wrong::NotText => strings.get("password-not-text"),
        }
    }
}

fn of_descriptor(fd: u32) -> Result<Secret, Wrong> {
    line(&mut File::open(format!("/dev/fd/{fd}"))?)
}

/// The next line, byte by byte: what follows it is for the next reader.
fn line(from: &mut impl Read) -> Result<Secret, Wrong> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(SECRET_MAX + 2));
    let mut byte = [0];
    loop {
        match from.read(&mut byte) {
            Ok(0) => break,
            Ok(_) if byte == *b"\n" => break,
            Ok(_) if bytes.len() < SECRET_MAX + 1 => bytes.push(byte[0]),
            Ok(_) => return Err(Wrong::TooLong),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Wrong::Io(error)),
        }
    }
    let line = bytes.strip_suffix(b"\r").unwrap_or(&bytes);
    match std::str::from_utf8(line) {
        Ok(text) if text.len() <= SECRET_MAX => Ok(Secret::new(text)),
        Ok(_) => Err(Wrong::TooLong),
        Err(_) => Err(Wrong::NotText),
    }
}

/// The terminal whose modes are to be put back, and those modes.
static HELD: Mutex<Option<(File, Termios)>> = Mutex::new(None);

/// A terminal that shows nothing of what is typed, until it is dropped.
struct Quiet;

impl Quiet {
    fn enter(tty: &File) -> io::Result<Quiet> {
        watch()?;
        let before = tcgetattr(tty)?;
        let mut modes = before.clone();
        modes.local_modes.remove(LocalModes::ECHO);
        // A program that is stopped here would leave the terminal so.
        modes.special_codes[SpecialCodeIndex::VSUSP] = 0;
        *HELD.lock().unwrap_or_else(PoisonError::into_inner) = Some((tty.try_clone()?, before));
        let quiet = Quiet;
        tcsetattr(tty, OptionalActions::Flush, &modes)?;
        Ok(quiet)
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        put_back();
    }
}

fn put_back() {
    if let Some((tty, modes)) = HELD.lock().unwrap_or_else(PoisonError::into_inner).take() {
        // A terminal that is gone can't be put right.
        let _ = tcsetattr(tty, OptionalActions::Now, &modes);
    }
}

/// From now on a signal that ends the program puts the terminal back first.
fn watch() -> io::Result<()> {
    static WATCHED: OnceLock<()> = OnceLock::new();
    if WATCHED.get().is_some() {
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut signals = {
        let _inside = runtime.enter();
        let listen = |kind: SignalKind| Ok::<(Signal, i32), io::Error>((signal(kind)?, kind.as_raw_value()));
        [
            listen(SignalKind::interrupt())?,
            listen(SignalKind::terminate())?,
            listen(SignalKind::hangup())?,
            listen(SignalKind::quit())?,
        ]
    };
    std::thread::Builder::new().name("signals".into()).spawn(move || {
        let number = runtime.block_on(async {
            let [int, term, hup, quit] = &mut signals;
            tokio::select! {
                _ = int.0.recv() => int.1,
                _ = term.0.recv() => term.1,
                _ = hup.0.recv() => hup.1,
                _ = quit.0.recv() => quit.1,
            }
        });
        put_back();
        std::process::exit(128 + number)
    })?;
    let _ = WATCHED.set(());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<String, String> {
        line(&mut io::Cursor::new(bytes)).map(|secret| secret.expose().to_owned()).map_err(|why| format!("{why:?}"))
    }

    #[test]
    fn one_line_is_the_password() {
        for (bytes, password) in [
            (&b"demo-demo-demo\n"[..], "demo-demo-demo"),
            (b"no line end", "no line end"),
            (b"first\nsecond\n", "first"),
            (b"windows\r\n", "windows"),
            (b"", ""),
            (b"\n", ""),
            (b"\r\nsecond", ""),
            (b" blanks stay \n", " blanks stay "),
            ("密码\n".as_bytes(), "密码"),
        ] {
            assert_eq!(read(bytes).as_deref(), Ok(password));
        }
        assert_eq!(read(&[b'x'; 512]).map(|password| password.len()), Ok(512));
        let long = [&[b'x'; 512][..], b"\r\n"].concat();
        assert_eq!(read(&long).map(|password| password.len()), Ok(512));
        for (bytes, why) in [(&[b'x'; 513][..], "TooLong"), (&[b'x'; 600], "TooLong"), (b"\xff\n", "NotText")] {
            assert_eq!(read(bytes).unwrap_err(), why);
        }
    }

    #[test]
    fn what_follows_the_line_stays() {
        let mut both = io::Cursor::new(&b"old\nnew\n"[..]);
        assert_eq!(line(&mut both).unwrap(), Secret::new("old"));
        assert_eq!(line(&mut both).unwrap(), Secret::new("new"));
    }
}
