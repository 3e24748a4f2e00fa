//! slip stand-in
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::app::{Context, Event, Go, Screen};
use crate::domain::number::ClaimNumber;
use crate::keymap::{Action, Layer};

pub struct SlipScreen {}
impl SlipScreen {
    pub fn new(_cx: &mut Context, _number: ClaimNumber) -> SlipScreen {
        SlipScreen {}
    }
}
impl Screen for SlipScreen {
    fn name(&self) -> &'static str {
        "slip"
    }
    fn layers(&self) -> &'static [Layer] {
        &[Layer::Slip]
    }
    fn takes_text(&self) -> bool {
        false
    }
    fn actions(&self, _cx: &Context) -> Vec<Action> {
        vec![Action::Print, Action::Back]
    }
    fn on(&mut self, _cx: &mut Context, event: Event) -> Go {
        match event {
            Event::Action(Action::Back) => Go::Close,
            _ => Go::Stay,
        }
    }
    fn title(&self, cx: &Context) -> String {
        cx.t("screen-slip")
    }
    fn draw(&self, _cx: &Context, _area: Rect, _buf: &mut Buffer) -> Option<Position> {
        None
    }
}
pub fn print_after_submit(_: &mut crate::app::Context, _: &crate::domain::claim::Claim) {}
