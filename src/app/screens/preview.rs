//! The slip of a claim that is still being entered, as it will look: no number yet, headed so, and not to be printed from
//! here.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::slip;
use crate::app::{Context, Event, Go, Screen};
use crate::keymap::{Action, Layer};
use crate::slip::p1::Acknowledgement;

/// Rows of a page up or down.
const PAGE: usize = 16;
/// Rows that the frame takes of the screen.
const FRAME: usize = 3;

/// The preview.
pub struct Preview {
    slip: Acknowledgement,
    first: usize,
}

impl Preview {
    /// Of a slip without a number.
    pub fn new(slip: Acknowledgement) -> Preview {
        Preview { slip, first: 0 }
    }

    fn scroll(&mut self, cx: &Context, to: usize) {
        let rows = usize::from(cx.size.1).saturating_sub(FRAME);
        self.first = to.min(slip::lines(cx, &self.slip, cx.size.0).len().saturating_sub(rows));
    }
}

impl Screen for Preview {
    fn name(&self) -> &'static str {
        "preview"
    }

    fn layers(&self) -> &'static [Layer] {
        &[Layer::Desk]
    }

    fn takes_text(&self) -> bool {
        false
    }

    fn actions(&self, _cx: &Context) -> Vec<Action> {
        vec![Action::ChooseDown, Action::ChoosePageDown, Action::Back, Action::Help, Action::Palette, Action::Lock]
    }

    fn on(&mut self, cx: &mut Context, event: Event) -> Go {
        match event {
            Event::Action(Action::Back | Action::Slip) => return Go::Close,
            Event::Action(Action::ChooseUp) => self.scroll(cx, self.first.saturating_sub(1)),
            Event::Action(Action::ChooseDown) => self.scroll(cx, self.first + 1),
            Event::Action(Action::ChoosePageUp) => self.scroll(cx, self.first.saturating_sub(PAGE)),
            Event::Action(Action::ChoosePageDown) => self.scroll(cx, self.first + PAGE),
            Event::Action(_) => cx.bell(),
            _ => {}
        }
        Go::Stay
    }

    fn title(&self, cx: &Context) -> String {
        format!("{} {}", cx.t("screen-preview"), self.slip.name)
    }

    fn draw(&self, cx: &Context, area: Rect, buf: &mut Buffer) -> Option<Position> {
        slip::draw_paper(cx, &self.slip, self.first, area, buf);
        None
    }
}
