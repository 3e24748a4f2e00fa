//! The slip of a claim that is still being entered, as it will look: no number yet, headed so, and not to be printed from
//! here.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::on_paper::OnPaper;
use crate::app::{Context, Event, Go, Screen};
use crate::keymap::{Action, Layer};
use crate::slip::p1::Acknowledgement;

/// Rows that the frame takes of the screen.
const ROWS: u16 = 3;

/// The preview.
pub struct Preview {
    slip: Acknowledgement,
    paper: OnPaper,
}

impl Preview {
    /// Of a slip without a number.
    pub fn new(slip: Acknowledgement) -> Preview {
        Preview { slip, paper: OnPaper::default() }
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
            Event::Action(action) if self.paper.scrolls(cx, action, &self.slip, cx.printers.first(), ROWS) => {}
            Event::Action(_) => cx.bell(),
            _ => {}
        }
        Go::Stay
    }

    fn title(&self, cx: &Context) -> String {
        format!("{} {}", cx.t("screen-preview"), self.slip.name)
    }

    fn draw(&self, cx: &Context, area: Rect, buf: &mut Buffer) -> Option<Position> {
        self.paper.draw(cx, &self.slip, cx.printers.first(), area, buf);
        None
    }
}
