//! A print in doubt: did paper come out? Yes ends it; no prints the slip again, recorded and marked as a copy; later leaves
//! it on the desk.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::slip::SlipScreen;
use super::words;
use crate::app::{Context, Event, Go, Screen, Tone};
use crate::keymap::{Action, Layer};
use crate::slip::{Doubt, of_claim};
use crate::store::{Reply, Request, StoreError};
use crate::strings::errors::store_error;
use crate::ui::table::at;
use crate::ui::text::{put, wrap};

/// The question.
pub struct DoubtScreen {
    doubt: Doubt,
    /// The claim that is asked for, to print its slip again.
    claim: Option<u64>,
    /// The print that is being recorded.
    recording: Option<u64>,
}

impl DoubtScreen {
    /// Asks about a print.
    pub fn new(doubt: Doubt) -> DoubtScreen {
        DoubtScreen { doubt, claim: None, recording: None }
    }

    fn act(&mut self, cx: &mut Context, action: Action) -> Go {
        let asked = self.claim.is_some() || self.recording.is_some();
        match action {
            Action::Back => return Go::Close,
            Action::Accept if !asked => {
                cx.settle_print(&self.doubt.print);
                let text = cx.strings.with(
                    "doubt-came-out",
                    &[
                        ("number", &self.doubt.print.number),
                        ("form", &of_claim::word(self.doubt.print.form, &cx.strings)),
                    ],
                );
                cx.say(Tone::Good, text);
                return Go::Close;
            }
            Action::Reprint if cx.withholds(Action::Reprint) => cx.refuse_to_write(),
            Action::Reprint if !asked => match self.doubt.print.claim {
                Some(number) => self.claim = Some(cx.ask(Request::Claim(number))),
                None => cx.refuse(),
            },
            Action::Slip => match self.doubt.print.claim {
                Some(number) => return Go::Replace(Box::new(SlipScreen::new(cx, number))),
                None => cx.refuse(),
            },
            Action::Search => return Go::Desk,
            _ => cx.refuse(),
        }
        Go::Stay
    }

    fn answered(&mut self, cx: &mut Context, seq: u64, result: &Result<Reply, StoreError>) -> Go {
        if self.claim == Some(seq) {
            self.claim = None;
            match result {
                Ok(Reply::Claim(claim)) => {
                    let printer = Some(self.doubt.printer.clone())
                        .filter(|name| cx.printers.iter().any(|printer| printer.name == *name));
                    self.recording = Some(cx.print(claim, self.doubt.print.form, printer));
                }
                Ok(_) => {}
                Err(error) => {
                    let text = store_error(error, &cx.strings);
                    cx.say(Tone::Error, text);
                }
            }
        } else if self.recording == Some(seq) {
            self.recording = None;
            if result.is_ok() {
                // The new print takes its place; what is kept of it goes with the new one's keeping.
                cx.outcomes.doubts.retain(|doubt| doubt.print != self.doubt.print);
                return Go::Close;
            }
        }
        Go::Stay
    }
}

impl Screen for DoubtScreen {
    fn name(&self) -> &'static str {
        "doubt"
    }

    fn layers(&self) -> &'static [Layer] {
        &[Layer::Confirm, Layer::Slip, Layer::Desk]
    }

    fn takes_text(&self) -> bool {
        false
    }

    fn actions(&self, _cx: &Context) -> Vec<Action> {
        let claim = self.doubt.print.claim.is_some();
        words::able([
            (true, Action::Accept),
            (claim, Action::Reprint),
            (claim, Action::Slip),
            (true, Action::Back),
            (true, Action::Help),
            (true, Action::Palette),
        ])
    }

    fn on(&mut self, cx: &mut Context, event: Event) -> Go {
        match event {
            Event::Action(action) => self.act(cx, action),
            Event::Store(seq, result) => self.answered(cx, seq, result),
            _ => Go::Stay,
        }
    }

    fn title(&self, cx: &Context) -> String {
        format!("{} {}", cx.t("screen-doubt"), self.doubt.print.number)
    }

    fn draw(&self, cx: &Context, area: Rect, buf: &mut Buffer) -> Option<Position> {
        let Doubt { print, printer, at: time, why } = &self.doubt;
        let time = time.format("%m-%d %H:%M").to_string();
        let copy = match print.copy {
            0 => cx.t("doubt-original"),
            n => cx.strings.with("doubt-copy", &[("n", &n)]),
        };
        let what: [(&str, &dyn std::fmt::Display); 5] = [
            ("number", &print.number),
            ("form", &of_claim::word(print.form, &cx.strings)),
            ("copy", &copy),
            ("printer", printer),
            ("time", &time),
        ];
        let key = |action| cx.keymap.hint(action).unwrap_or_default();
        let (yes, no, later) = (key(Action::Accept), key(Action::Reprint), key(Action::Back));
        let texts = [
            cx.strings.with("doubt-what", &what),
            why.clone(),
            cx.strings.with("doubt-look", &[("printer", printer)]),
            String::new(),
            cx.strings.with("doubt-yes", &[("key", &yes)]),
            cx.strings.with("doubt-no", &[("key", &no)]),
            cx.strings.with("doubt-later", &[("key", &later)]),
        ];
        let lines = texts.iter().flat_map(|text| wrap(text, usize::from(area.width)));
        for (y, line) in lines.take(usize::from(area.height)).enumerate() {
            let row = at(area, y);
            put(buf, row.x, row.y, row.width, &line, cx.theme.text());
        }
        None
    }
}
