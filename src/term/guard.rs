//! The modes of the terminal, undone on every way out: when the guard is dropped, in a panic, and before a signal ends the
//! program. Undoing twice does nothing.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::{cursor, event, queue, style, terminal};

use crate::domain::text::display_safe;

/// Whether modes are set that must be undone.
static ACTIVE: AtomicBool = AtomicBool::new(false);

/// Holds the terminal: raw, its other screen, pastes marked.
pub struct Guard(());

impl Guard {
    /// Takes the terminal.
    pub fn enter() -> io::Result<Guard> {
        terminal::enable_raw_mode()?;
        ACTIVE.store(true, Ordering::SeqCst);
        let guard = Guard(());
        let mut bytes = Vec::new();
        queue!(bytes, terminal::EnterAlternateScreen, event::EnableBracketedPaste)?;
        // Arrows as ESC [ and the keypad as digits, whatever the program before left.
        bytes.extend_from_slice(b"\x1b[?1l\x1b>");
        output()?.write_all(&bytes)?;
        Ok(guard)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

/// Undoes every mode. What was on the screen is cleared first: not every terminal has another screen to go back to.
pub fn restore() {
    if !ACTIVE.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut bytes = Vec::new();
    // Writing into memory gives no errors; a terminal that is gone can't be put right.
    let _ = queue!(
        bytes,
        style::ResetColor,
        terminal::Clear(terminal::ClearType::All),
        terminal::Clear(terminal::ClearType::Purge),
        cursor::MoveTo(0, 0),
        event::DisableBracketedPaste,
        terminal::LeaveAlternateScreen,
        cursor::Show,
    );
    if let Ok(mut output) = output() {
        let _ = output.write_all(&bytes);
    }
    let _ = terminal::disable_raw_mode();
}

/// The terminal to write to, without a buffer in between.
pub fn output() -> io::Result<File> {
    let stdout = io::stdout();
    Ok(File::from(stdout.as_fd().try_clone_to_owned()?))
}

/// Whether there is a terminal to write to.
pub fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Columns and rows.
pub fn size() -> (u16, u16) {
    terminal::size().unwrap_or((80, 24))
}

/// From now on a panic puts the terminal back and says `sentence` with the place in the source, and nothing of the data
/// that was at hand.
pub fn on_panic(sentence: String) {
    std::panic::set_hook(Box::new(move |info| {
        restore();
        let place = info.location().map(|at| format!("{}:{}", at.file(), at.line())).unwrap_or_default();
        let _ = writeln!(io::stderr(), "{} ({})", display_safe(&sentence), display_safe(&place));
    }));
}
