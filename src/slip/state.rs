//! What a printer says of itself, read and put into words: ESC/POS real-time status, CUPS. Pure: who asks is in `line`
//! and `deliver`.
//!
//! To read one more way of telling: a function from what was said to a [`PrinterState`]. To add a state: a variant, in its
//! place of the order, and its sentence in both message files under "Slips".

use crate::strings::Strings;

/// How a printer is. In their order a later one says more about what is to be done: several at once are the last of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrinterState {
    /// It does not say.
    #[default]
    Unknown,
    /// Ready to print.
    Ready,
    /// The paper will soon be out.
    PaperLow,
    /// It can't be reached, or was set off line.
    Offline,
    /// An error that it doesn't name: the cutter, the head, a jam.
    Error,
    /// The print system holds its queue.
    Stopped,
    /// No paper.
    PaperOut,
    /// The cover is open.
    CoverOpen,
    /// The print system's queue takes no jobs.
    Rejecting,
    /// The folder of a `file:` device is not there.
    NoFolder,
}

impl PrinterState {
    /// All states.
    pub const ALL: [PrinterState; 10] = [
        PrinterState::Unknown,
        PrinterState::Ready,
        PrinterState::PaperLow,
        PrinterState::Offline,
        PrinterState::Error,
        PrinterState::Stopped,
        PrinterState::PaperOut,
        PrinterState::CoverOpen,
        PrinterState::Rejecting,
        PrinterState::NoFolder,
    ];

    /// What the clerk reads.
    pub fn sentence(self, strings: &Strings) -> String {
        match self {
            PrinterState::Unknown => strings.get("printer-unknown"),
            PrinterState::Ready => strings.get("printer-ready"),
            PrinterState::PaperLow => strings.get("printer-paper-low"),
            PrinterState::Offline => strings.get("printer-offline"),
            PrinterState::Error => strings.get("printer-error"),
            PrinterState::Stopped => strings.get("printer-stopped"),
            PrinterState::PaperOut => strings.get("printer-paper-out"),
            PrinterState::CoverOpen => strings.get("printer-cover-open"),
            PrinterState::Rejecting => strings.get("printer-rejecting"),
            PrinterState::NoFolder => strings.get("printer-no-folder"),
        }
    }

    /// Whether somebody must do something at the printer before it takes a job: it is held back until then. Off line alone
    /// is no reason: some printers say so while they work.
    pub const fn holds(self) -> bool {
        use PrinterState::{CoverOpen, Error, PaperOut, Rejecting};
        matches!(self, Error | PaperOut | CoverOpen | Rejecting)
    }

    /// Whether one that was given everything can't be believed to print it: as it is it may have stopped before the end.
    pub const fn stands(self) -> bool {
        self.holds() || matches!(self, PrinterState::Offline)
    }
}

/// What is asked for with ESC/POS `DLE EOT n`, n from 1: printer, cause of being off line, error, paper.
pub const QUESTIONS: u8 = 4;

/// ESC/POS `GS r 1`: answered when all that stood before it was worked off.
pub const AT_THE_END: [u8; 3] = [0x1D, b'r', 1];

/// ESC/POS `DLE EOT n`: answered at once, whatever the printer is doing.
pub const fn question(n: u8) -> [u8; 3] {
    [0x10, 0x04, n]
}

/// The answer to `DLE EOT n`; none where the byte is no such answer (bits 1 and 4 are always set, 0 and 7 never).
pub fn answer(n: u8, byte: u8) -> Option<PrinterState> {
    if byte & 0b1001_0011 != 0b0001_0010 {
        return None;
    }
    let has = |bits: u8| byte & bits != 0;
    Some(match n {
        1 if has(0x08) => PrinterState::Offline,
        2 if has(0x04) => PrinterState::CoverOpen,
        2 if has(0x20) => PrinterState::PaperOut,
        2 if has(0x40) => PrinterState::Error,
        3 if has(0x68) => PrinterState::Error,
        4 if has(0x60) => PrinterState::PaperOut,
        4 if has(0x0C) => PrinterState::PaperLow,
        _ => PrinterState::Ready,
    })
}

/// Whether a byte answers [`AT_THE_END`] (bits 4 and 7 are never set, which tells it from the others).
pub const fn is_the_end(byte: u8) -> bool {
    byte & 0b1001_0000 == 0
}

/// Takes automatic status (ESC/POS `GS a`) out of what a printer says: four bytes, of which the last three look like the
/// answer to [`AT_THE_END`]. A packet may come in pieces.
#[derive(Debug, Default)]
pub struct Packets {
    /// Bytes of a packet that are still to come.
    left: u8,
}

impl Packets {
    /// Whether a byte is none of a packet's. In a first one bit 4 is set, bits 0, 1 and 7 never, which tells it from all
    /// answers; in the others bits 4 and 7 never.
    pub fn passes(&mut self, byte: u8) -> bool {
        if byte & 0b1001_0011 == 0b0001_0000 {
            self.left = 3;
            return false;
        }
        let within = self.left > 0 && is_the_end(byte);
        self.left = if within { self.left - 1 } else { 0 };
        !within
    }
}

/// How sentences of CUPS begin while no printer is found: its backends say so under the queue's line, and leave `Alerts` at
/// `none`.
const NOT_FOUND: [&str; 5] = [
    "The printer may not exist or is unavailable",
    "The printer is not responding",
    "The printer is unreachable",
    "Unable to locate printer",
    "Waiting for printer to become available",
];

/// What `lpstat -l -p QUEUE` says in the language of computers.
pub fn of_lpstat(said: &str) -> PrinterState {
    let mut state = PrinterState::Unknown;
    for line in said.lines() {
        let line = line.trim();
        if line.starts_with("printer ") {
            let stopped = line.contains(" disabled ") || line.ends_with(" disabled");
            state = state.max(if stopped { PrinterState::Stopped } else { PrinterState::Ready });
        } else if line == "Rejecting Jobs" {
            state = state.max(PrinterState::Rejecting);
        } else if NOT_FOUND.iter().any(|begins| line.starts_with(begins)) {
            state = state.max(PrinterState::Offline);
        } else if let Some(reasons) = line.strip_prefix("Alerts:").or_else(|| line.strip_prefix("Reasons:")) {
            let reasons = reasons.split([' ', ',']).filter(|reason| !reason.is_empty());
            state = reasons.map(of_reason).fold(state, PrinterState::max);
        }
    }
    state
}

/// A `printer-state-reasons` keyword of IPP.
fn of_reason(reason: &str) -> PrinterState {
    let is = |words: &[&str]| words.iter().any(|word| reason.starts_with(word));
    match reason {
        _ if is(&["media-empty", "media-needed"]) => PrinterState::PaperOut,
        _ if is(&["cover-open", "door-open", "interlock-open"]) => PrinterState::CoverOpen,
        _ if is(&["offline", "connecting-to-device", "shutdown", "timed-out"]) => PrinterState::Offline,
        _ if is(&["media-low"]) => PrinterState::PaperLow,
        "paused" => PrinterState::Stopped,
        _ if is(&["media-jam"]) || reason.ends_with("-error") => PrinterState::Error,
        _ => PrinterState::Unknown,
    }
}

/// The queue that `lpstat -d` names; `Err` where there is none, nothing where it says neither.
pub fn default_queue(said: &str) -> Option<Result<&str, &str>> {
    let line = said.trim();
    match line.strip_prefix("system default destination:") {
        Some(queue) => Some(Ok(queue.trim())),
        None => line.starts_with("no system default").then_some(Err(line)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strings::Lang;
    use PrinterState as S;

    #[test]
    fn every_state_has_its_sentence() {
        for lang in [Lang::Chinese, Lang::English] {
            let strings = Strings::new(lang);
            let mut said: Vec<String> = S::ALL.iter().map(|state| state.sentence(&strings)).collect();
            assert!(said.iter().all(|sentence| !sentence.starts_with("printer-") && !sentence.is_empty()));
            said.sort();
            said.dedup();
            assert_eq!(said.len(), S::ALL.len());
        }
    }

    #[test]
    fn real_time_status_is_read() {
        for n in 1..=QUESTIONS {
            assert_eq!(answer(n, 0x12), Some(S::Ready), "{n}");
        }
        assert_eq!(answer(1, 0x1A), Some(S::Offline));
        assert_eq!(answer(2, 0x36), Some(S::CoverOpen));
        assert_eq!(answer(2, 0x32), Some(S::PaperOut));
        assert_eq!(answer(2, 0x52), Some(S::Error));
        assert_eq!(answer(3, 0x1A), Some(S::Error));
        assert_eq!(answer(4, 0x72), Some(S::PaperOut));
        assert_eq!(answer(4, 0x1E), Some(S::PaperLow));
    }

    #[test]
    fn what_is_no_status_is_none() {
        let told = (0..=255).filter(|byte| answer(1, *byte).is_some()).count();
        assert_eq!(told, 16);
        // XON, XOFF, the answers of the other command, noise.
        for byte in [0x11, 0x13, 0x00, 0x0C, 0x92, 0xFF, b'A'] {
            assert_eq!(answer(4, byte), None, "{byte:#x}");
        }
        // One byte is never both.
        assert!((0..=255).all(|byte| answer(1, byte).is_none() || !is_the_end(byte)));
        assert!([0x00, 0x03, 0x0C, 0x0F].into_iter().all(is_the_end));
        assert!(!is_the_end(0x11) && !is_the_end(0x80));
    }

    #[test]
    fn automatic_status_is_no_answer() {
        let answers = |said: &[u8]| -> Vec<u8> {
            let mut packets = Packets::default();
            said.iter().copied().filter(|byte| packets.passes(*byte)).collect()
        };
        assert!(answers(&[0x14, 0, 0x0C, 0x0F]).is_empty());
        assert_eq!(answers(&[0x18, 0, 0, 0, 0, 0x12]), [0, 0x12]);
        // One packet after another, one that broke off, and none at all.
        assert_eq!(answers(&[0x10, 0, 0, 0, 0x10, 0, 0, 0, 0x03]), [0x03]);
        assert_eq!(answers(&[0x10, 0, 0x16, 0x03]), [0x16, 0x03]);
        assert_eq!(answers(&[0x12, 0x00, 0x11, 0x13]), [0x12, 0x00, 0x11, 0x13]);
    }

    #[test]
    fn the_print_system_is_read() {
        let idle =
            "printer LQ is idle.  enabled since Tue 24 Nov 2026 02:00:00 PM UTC\n\tForm mounted:\n\tAlerts: none\n";
        assert_eq!(of_lpstat(idle), S::Ready);
        assert_eq!(of_lpstat(&idle.replace("none", "media-empty-error, offline-report")), S::PaperOut);
        assert_eq!(of_lpstat(&idle.replace("none", "door-open-warning media-needed")), S::CoverOpen);
        assert_eq!(of_lpstat(&idle.replace("none", "connecting-to-device")), S::Offline);
        assert_eq!(of_lpstat(&idle.replace("none", "media-low-report")), S::PaperLow);
        assert_eq!(of_lpstat(&idle.replace("none", "marker-supply-empty-error")), S::Error);
        assert_eq!(of_lpstat("printer LQ now printing LQ-12.  enabled since Tue\n"), S::Ready);
        assert_eq!(of_lpstat("printer LQ disabled since Tue -\n\tPaused\n"), S::Stopped);
        assert_eq!(of_lpstat("lpstat: error"), S::Unknown);
        // As CUPS 2.4 says it.
        for (line, said, alerts, state) in [
            ("is idle. ", "", "none", S::Ready),
            ("now printing LQ-4. ", "The printer may not exist or is unavailable at this time.", "none", S::Offline),
            ("now printing LQ-5. ", "Unable to locate printer \"lq.example\".", "connecting-to-device", S::Offline),
            ("now printing LQ-7. ", "Waiting for printer to become available.", "none", S::Offline),
            ("now printing LQ-6. ", "Waiting for printer to finish.", "cups-waiting-for-job-completed", S::Ready),
            ("is idle. ", "Rejecting Jobs", "none", S::Rejecting),
        ] {
            let said = format!("printer LQ {line} enabled since Tue\n\t{said}\n\tForm mounted:\n\tAlerts: {alerts}\n");
            assert_eq!(of_lpstat(&said), state, "{said}");
        }
        let held = "printer LQ disabled since Tue -\n\tpaper is being changed\n\tForm mounted:\n\tAlerts: paused\n";
        assert_eq!(of_lpstat(held), S::Stopped);
        assert_eq!(default_queue("system default destination: LQ\n"), Some(Ok("LQ")));
        assert_eq!(default_queue("no system default destination\n"), Some(Err("no system default destination")));
        assert_eq!(default_queue("?"), None);
    }
}
