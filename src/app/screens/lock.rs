//! lock.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::app::{Context, Event, Go, Screen};
use crate::keymap::{Action, Layer};

/// The desk.
#[derive(Debug, Default)]
pub struct Lock {}

impl Lock {
    /// The desk at the start.
    pub fn new(_cx: &mut Context) -> Lock {
        Lock::default()
    }
}

impl Screen for Lock {
    fn name(&self) -> &'static str {
        "lock"
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
