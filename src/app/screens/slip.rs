//! A slip on the screen, as it will look on paper; printed from here, or printed again with its mark.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;

use super::loading::Loading;
use super::member::MemberScreen;
use super::sheet::{self, Looked};
use super::words;
use crate::app::prints::acknowledgement;
use crate::app::{Context, Event, Go, Screen, Tone};
use crate::domain::claim::Claim;
use crate::domain::number::ClaimNumber;
use crate::keymap::{Action, Layer};
use crate::slip::layout::{Line, Medium};
use crate::slip::PrintOutcome;
use crate::slip::p1::Acknowledgement;
use crate::store::{Reply, Request, StoreError};
use crate::ui::table::{self, at};
use crate::ui::text::{pad, put};

/// Columns of the paper that is shown, where the screen has them.
const COLUMNS: u16 = 80;
/// Rows of a page up or down.
const PAGE: usize = 16;

/// A slip.
pub struct SlipScreen {
    number: ClaimNumber,
    claim: Loading<Box<Claim>>,
    /// Place of the chosen printer among the configured ones.
    printer: usize,
    first: usize,
    printing: Option<u64>,
}

/// Prints the slip of a claim that was just submitted, where the configuration says so. The sheet may close at once.
pub fn print_after_submit(cx: &mut Context, claim: &Claim) {
    if cx.print_after_submit {
        cx.print(claim, None);
    }
}

impl SlipScreen {
    /// Opens the slip of a claim.
    pub fn new(cx: &mut Context, number: ClaimNumber) -> SlipScreen {
        let claim = Loading::new(cx.ask(Request::Claim(number)));
        let screen = SlipScreen { number, claim, printer: 0, first: 0, printing: None };
        screen.ask_printer(cx);
        screen
    }

    /// Asks how the chosen printer is.
    fn ask_printer(&self, cx: &mut Context) {
        if let Some(name) = cx.printers.get(self.printer).cloned() {
            cx.ask_printer(&name);
        }
    }

    fn choose(&mut self, cx: &mut Context, printer: usize) {
        let before = std::mem::replace(&mut self.printer, printer.min(cx.printers.len().saturating_sub(1)));
        if self.printer != before {
            self.ask_printer(cx);
        }
    }

    fn answered(&mut self, cx: &mut Context, seq: u64, result: &Result<Reply, StoreError>) -> Go {
        if let Some(wanted) = self.claim.answered(seq, result, Reply::claim) {
            if let Some(action) = wanted {
                return self.act(cx, action);
            }
        } else if self.printing == Some(seq) {
            self.printing = None;
            if let (Ok(Reply::PrintRecorded(_, copy)), Some(claim)) = (result, self.claim.there_mut()) {
                claim.prints = copy + 1;
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
            Action::Print if self.claim.there().is_some_and(|claim| claim.prints > 0) => {
                let key = cx.keymap.hint(Action::Reprint).unwrap_or_default();
                let text = cx.strings.with("slip-printed-before", &[("key", &key)]);
                cx.say(Tone::Warning, text);
            }
            Action::Print | Action::Reprint => self.print(cx),
            Action::PrinterLeft => self.choose(cx, self.printer.saturating_sub(1)),
            Action::PrinterRight => self.choose(cx, self.printer + 1),
            Action::ChooseUp => self.scroll(cx, self.first.saturating_sub(1)),
            Action::ChooseDown => self.scroll(cx, self.first + 1),
            Action::ChoosePageUp => self.scroll(cx, self.first.saturating_sub(PAGE)),
            Action::ChoosePageDown => self.scroll(cx, self.first + PAGE),
            _ => cx.refuse(),
        }
        Go::Stay
    }

    fn print(&mut self, cx: &mut Context) {
        if cx.withholds(Action::Reprint) {
            return cx.refuse_to_write();
        }
        match self.claim.there() {
            Some(claim) if self.printing.is_none() => {
                let printer = cx.printers.get(self.printer).cloned();
                self.printing = Some(cx.print(claim, printer));
            }
            _ => cx.bell(),
        }
    }

    fn scroll(&mut self, cx: &Context, to: usize) {
        // The frame takes three rows of the screen, the printer and the rule two.
        let rows = usize::from(cx.size.1).saturating_sub(5);
        let next = |claim: &Claim| lines(cx, &acknowledgement(cx, claim, claim.prints), cx.size.0).len();
        let count = self.claim.there().map_or(0, |claim| next(claim));
        self.first = to.min(count.saturating_sub(rows));
    }
}

/// A slip as it looks on paper, where the screen has the columns.
pub fn lines(cx: &Context, slip: &Acknowledgement, columns: u16) -> Vec<Line> {
    let medium = Medium::of(usize::from(columns.clamp(1, COLUMNS)));
    slip.sheet(true, &cx.strings).set(medium).pages.concat()
}

/// Draws a slip from a line on.
pub fn draw_paper(cx: &Context, slip: &Acknowledgement, first: usize, area: Rect, buf: &mut Buffer) {
    for (y, line) in lines(cx, slip, area.width).iter().skip(first).take(usize::from(area.height)).enumerate() {
        let style = if line.bold { cx.theme.text().add_modifier(Modifier::BOLD) } else { cx.theme.text() };
        let row = at(area, y);
        put(buf, row.x, row.y, row.width, &line.text, style);
    }
    for (y, code) in
        lines(cx, slip, area.width).iter().enumerate().filter_map(|(y, line)| Some((y, line.code.as_ref()?)))
    {
        // In place of a code there is room for: its edge, and what it is.
        let edge = format!("+{}+", "-".repeat(code.columns - 2));
        let word = cx.t("slip-code");
        for down in 0..code.lines {
            let Some(row) = (y + down).checked_sub(first).filter(|row| *row < usize::from(area.height)) else {
                continue;
            };
            let text = match down {
                0 => edge.clone(),
                down if down + 1 == code.lines => edge.clone(),
                down if down == code.lines / 2 => format!("|{}|", pad(&word, code.columns - 2)),
                _ => format!("|{}|", " ".repeat(code.columns - 2)),
            };
            put(buf, area.x + code.column as u16, at(area, row).y, code.columns as u16, &text, cx.theme.note());
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
        let printed = self.claim.there().is_some_and(|claim| claim.prints > 0);
        let choice = cx.printers.len() > 1;
        words::able([
            (self.claim.there().is_some() && !printed, Action::Print),
            (printed, Action::Reprint),
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
        let mut printer = cx.printers.get(self.printer).cloned().unwrap_or_else(|| cx.t("slip-printer-configured"));
        if let Some(state) = cx.outcomes.printer(&printer) {
            printer = format!("{printer} {}", state.sentence(&cx.strings));
        }
        let copies = cx.strings.with("slip-printed-times", &[("times", &claim.prints), ("printer", &printer)]);
        let row = at(area, 0);
        put(buf, row.x, row.y, row.width, &copies, cx.theme.note());
        table::rule(buf, at(area, 1), "", cx.theme);
        let paper = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
        draw_paper(cx, &acknowledgement(cx, claim, claim.prints), self.first, paper, buf);
        None
    }
}
