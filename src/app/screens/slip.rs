//! A slip on the screen, as it will look on paper; printed from here, or printed again with its mark.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::loading::Loading;
use super::member::MemberScreen;
use super::on_paper::OnPaper;
use super::sheet::{self, Looked};
use super::words;
use crate::app::{Context, Event, Go, Screen, Tone, prints};
use crate::domain::claim::Claim;
use crate::domain::form::FormId;
use crate::domain::number::ClaimNumber;
use crate::keymap::{Action, Layer};
use crate::slip::of_claim;
use crate::slip::{Form, PrintOutcome};
use crate::store::{Reply, Request, StoreError};
use crate::ui::table::{self, at};
use crate::ui::text::put;

/// Rows of the screen that hold no paper: the frame takes three, the printer and the rule two.
const ROWS: u16 = 5;

/// A slip.
pub struct SlipScreen {
    number: ClaimNumber,
    claim: Loading<Box<Claim>>,
    /// Which of its forms is shown.
    form: FormId,
    /// Place of the chosen printer among the configured ones.
    printer: usize,
    paper: OnPaper,
    printing: Option<u64>,
}

impl SlipScreen {
    /// Opens the slip of a claim.
    pub fn new(cx: &mut Context, number: ClaimNumber) -> SlipScreen {
        let claim = Loading::new(cx.ask(Request::Claim(number)));
        let screen =
            SlipScreen { number, claim, form: FormId::P1, printer: 0, paper: OnPaper::default(), printing: None };
        screen.ask_printer(cx);
        screen
    }

    /// Asks how the chosen printer is.
    fn ask_printer(&self, cx: &mut Context) {
        if let Some(name) = cx.printers.get(self.printer).map(|printer| printer.name.clone()) {
            cx.ask_printer(&name);
        }
    }

    fn answered(&mut self, cx: &mut Context, seq: u64, result: &Result<Reply, StoreError>) -> Go {
        if let Some(wanted) = self.claim.answered(seq, result, Reply::claim) {
            if let Some(action) = wanted {
                return self.act(cx, action);
            }
        } else if self.printing == Some(seq) {
            self.printing = None;
            if let (Ok(Reply::PrintRecorded(_, printed)), Some(claim)) = (result, self.claim.there_mut()) {
                of_claim::count(claim, printed.slip.form, printed.copy);
            }
        }
        Go::Stay
    }

    fn act(&mut self, cx: &mut Context, action: Action) -> Go {
        match action {
            Action::Back if self.claim.forgets() => return Go::Stay,
            Action::Back | Action::Slip => return Go::Close,
            Action::Search => return Go::Desk,
            _ => {}
        }
        if self.claim.keeps(action) {
            return Go::Stay;
        }
        let member = self.claim.there().map(|claim| claim.claim.member);
        match (action, member) {
            (Action::NewClaim, Some(member)) => return Go::Open(sheet::open_new(cx, member, Looked::NotYet)),
            (Action::History, Some(member)) => return Go::Open(Box::new(MemberScreen::history(cx, member))),
            _ => {}
        }
        match action {
            Action::Print if self.claim.there().is_none() => {
                self.claim.again(cx.ask(Request::Claim(self.number)));
            }
            Action::Print if self.claim.there().is_some_and(|claim| of_claim::prints(claim, self.form) > 0) => {
                let key = cx.keymap.hint(Action::Reprint).unwrap_or_default();
                let text = cx.strings.with("slip-printed-before", &[("key", &key)]);
                cx.say(Tone::Warning, text);
            }
            Action::Print | Action::Reprint => self.print(cx),
            Action::OtherForm => match self.claim.there().map(|claim| of_claim::forms(claim)) {
                Some(forms) if forms.len() > 1 => {
                    let at = forms.iter().position(|form| *form == self.form).map_or(0, |at| at + 1);
                    self.form = forms[at % forms.len()];
                    self.paper.rewind();
                }
                _ => cx.refuse(),
            },
            Action::PrinterLeft => self.choose(cx, self.printer.saturating_sub(1)),
            Action::PrinterRight => self.choose(cx, self.printer + 1),
            action => {
                let claim = self.claim.there();
                let slip = claim.and_then(|claim| self.shown(cx, claim));
                let scrolled = slip.is_some_and(|slip| {
                    self.paper.scrolls(cx, action, slip.as_ref(), cx.printers.get(self.printer), ROWS)
                });
                if !scrolled {
                    cx.refuse();
                }
            }
        }
        Go::Stay
    }

    /// The slip as the next print of it looks.
    fn shown(&self, cx: &Context, claim: &Claim) -> Option<Arc<dyn Form>> {
        prints::next_print(cx, claim, self.form)
    }

    fn choose(&mut self, cx: &mut Context, printer: usize) {
        let before = std::mem::replace(&mut self.printer, printer.min(cx.printers.len().saturating_sub(1)));
        self.paper.rewind();
        if self.printer != before {
            self.ask_printer(cx);
        }
    }

    fn print(&mut self, cx: &mut Context) {
        if cx.withholds(Action::Reprint) {
            return cx.refuse_to_write();
        }
        match self.claim.there() {
            Some(claim) if self.printing.is_none() => {
                let printer = cx.printers.get(self.printer).map(|printer| printer.name.clone());
                self.printing = Some(cx.print(claim, self.form, printer));
            }
            _ => cx.bell(),
        }
    }
}

impl Screen for SlipScreen {
    fn name(&self) -> &'static str {
        "slip"
    }

    fn layers(&self) -> &'static [Layer] {
        &[Layer::Slip, Layer::Desk]
    }

    fn takes_text(&self) -> bool {
        false
    }

    fn waits(&self) -> bool {
        self.claim.waits()
    }

    fn is_opening(&self) -> bool {
        self.claim.is_opening()
    }

    fn actions(&self, cx: &Context) -> Vec<Action> {
        let claim = self.claim.there();
        let printed = claim.is_some_and(|claim| of_claim::prints(claim, self.form) > 0);
        let choice = cx.printers.len() > 1;
        words::able([
            (self.claim.there().is_some() && !printed, Action::Print),
            (printed, Action::Reprint),
            (claim.is_some_and(|claim| of_claim::forms(claim).len() > 1), Action::OtherForm),
            (choice, Action::PrinterLeft),
            (choice, Action::PrinterRight),
            (true, Action::ChooseDown),
            (true, Action::Back),
            (true, Action::Help),
            (true, Action::Palette),
        ])
    }

    fn on(&mut self, cx: &mut Context, event: Event) -> Go {
        match event {
            Event::Action(action) => self.act(cx, action),
            Event::Store(seq, result) => self.answered(cx, seq, result),
            Event::Printed(_, outcome) => {
                if !matches!(outcome, PrintOutcome::Done(_)) {
                    self.ask_printer(cx);
                }
                Go::Stay
            }
            _ => Go::Stay,
        }
    }

    fn title(&self, cx: &Context) -> String {
        format!("{} {}", cx.t("screen-slip"), self.number)
    }

    fn draw(&self, cx: &Context, area: Rect, buf: &mut Buffer) -> Option<Position> {
        let Some(claim) = self.claim.there() else {
            words::waiting(cx, self.claim.error(), "claim-opening", Action::Print, area, buf);
            return None;
        };
        let printer = cx.printers.get(self.printer);
        let mut name = printer.map_or_else(|| cx.t("slip-printer-configured"), |printer| printer.name.clone());
        if let Some(state) = cx.outcomes.printer(&name) {
            name = format!("{name} {}", state.sentence(&cx.strings));
        }
        let form = cx.t(if self.form == FormId::P2 { "slip-p2-title" } else { "slip-p1-title" });
        let times = of_claim::prints(claim, self.form);
        let copies = cx.strings.with("slip-printed-times", &[("form", &form), ("times", &times), ("printer", &name)]);
        let row = at(area, 0);
        put(buf, row.x, row.y, row.width, &copies, cx.theme.note());
        table::rule(buf, at(area, 1), "", cx.theme);
        let paper = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
        if let Some(slip) = self.shown(cx, claim) {
            self.paper.draw(cx, slip.as_ref(), printer, paper, buf);
        }
        None
    }
}
