//! What became of slips on their way: the message line, slips that wait for their printer, and doubts: prints of which only
//! somebody at the printer can say whether they came out. A doubt stays on the desk until it is answered, and holds nothing
//! else up.

use std::collections::BTreeSet;

use super::{Cmd, Context, Tone};
use crate::slip::of_claim;
use crate::slip::{Doubt, PrintId, PrintOutcome, PrinterState};

/// What is known of slips on their way.
#[derive(Debug, Default)]
pub struct Outcomes {
    /// Prints in doubt, the oldest first.
    pub doubts: Vec<Doubt>,
    /// Prints that their printer holds up.
    waiting: BTreeSet<PrintId>,
    /// The printer that was asked how it is, and what it said.
    printer: Option<(String, PrinterState)>,
}

impl Outcomes {
    /// How a printer is, where it said something.
    pub fn printer(&self, name: &str) -> Option<PrinterState> {
        let told = self.printer.as_ref().filter(|(told, _)| told == name);
        told.map(|(_, state)| *state).filter(|state| *state != PrinterState::Unknown)
    }
}

impl Context {
    /// Asks how a printer is.
    pub fn ask_printer(&mut self, name: &str) {
        self.command(Cmd::AskPrinter(name.to_owned()));
    }

    /// A printer said how it is; whether that is new.
    pub(super) fn printer_is(&mut self, name: String, state: PrinterState) -> bool {
        let before = self.outcomes.printer(&name);
        self.outcomes.printer = Some((name.clone(), state));
        before != self.outcomes.printer(&name)
    }

    /// Paper came: a print is in doubt no more.
    pub fn settle_print(&mut self, print: &PrintId) {
        self.outcomes.doubts.retain(|doubt| doubt.print != *print);
        self.command(Cmd::SettlePrint(print.clone()));
    }

    /// A print takes the place of earlier ones of its slip.
    pub fn supersede(&mut self, print: &PrintId) {
        self.outcomes.doubts.retain(|doubt| !doubt.print.is_before(print));
    }

    /// What became of a print.
    pub(super) fn printed(&mut self, print: &PrintId, outcome: &PrintOutcome) {
        let number = &print.number;
        let form = of_claim::word(print.form, &self.strings);
        let said_of =
            |text: &str| text.contains(number) || print.claim.is_some_and(|claim| text.contains(&claim.to_string()));
        match outcome {
            PrintOutcome::Waiting(_) => self.outcomes.waiting.insert(print.clone()),
            _ => self.outcomes.waiting.remove(print),
        };
        if !matches!(outcome, PrintOutcome::Failed(_) | PrintOutcome::Superseded) {
            self.supersede(print);
        }
        match outcome {
            PrintOutcome::Done(place) => {
                let text = match &self.message {
                    // What was said of the claim stays: submitted, or incomplete.
                    Some(said) if said.tone == Tone::Good && said_of(&said.text) => {
                        let sent = self.strings.with("slip-sent", &[("form", &form), ("place", place)]);
                        format!("{} {sent}", said.text)
                    }
                    _ => self.strings.with("slip-printed", &[("number", number), ("form", &form), ("place", place)]),
                };
                self.say(Tone::Good, text);
            }
            PrintOutcome::Waiting(why) => {
                let text = match self.outcomes.waiting.len() {
                    0 | 1 => self.strings.with("slip-waits", &[("number", number), ("form", &form), ("why", why)]),
                    count => self.strings.with("slips-wait", &[("count", &count), ("why", why)]),
                };
                self.say(Tone::Warning, text);
            }
            PrintOutcome::Unknown(doubt) => {
                self.outcomes.doubts.retain(|other| other.print != *print);
                self.outcomes.doubts.push(doubt.clone());
                let text = match doubt.why.as_str() {
                    "" => self.strings.with("slip-doubt-left", &[("number", number), ("form", &form)]),
                    why => self.strings.with("slip-doubt", &[("number", number), ("form", &form), ("why", &why)]),
                };
                self.say(Tone::Warning, text);
                self.bell();
            }
            PrintOutcome::Superseded => {}
            PrintOutcome::Failed(why) => {
                let text = self.strings.with("slip-not-printed", &[("number", number), ("form", &form), ("why", why)]);
                self.say(Tone::Error, text);
            }
        }
    }
}
