//! The desk: the search box, what it found, drafts, returned claims, today's own.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::app::{Context, Event, Go, Screen};
use crate::keymap::{Action, Layer};

/// The desk.
#[derive(Debug, Default)]
pub struct Desk {}

impl Desk {
    /// The desk at the start.
    pub fn new(_cx: &mut Context) -> Desk {
        Desk::default()
    }
}

impl Screen for Desk {
    fn name(&self) -> &'static str {
        "desk"
    }
    fn layers(&self) -> &'static [Layer] {
        &[Layer::Desk]
    }
    fn takes_text(&self) -> bool {
        true
    }
    fn actions(&self, _cx: &Context) -> Vec<Action> {
        vec![]
    }
    fn on(&mut self, _cx: &mut Context, _event: Event) -> Go {
        Go::Stay
    }
    fn title(&self, _cx: &Context) -> String {
        String::new()
    }
    fn draw(&self, _cx: &Context, _area: Rect, _buf: &mut Buffer) -> Option<Position> {
        None
    }
}
