//! The claim sheet.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::app::{Context, Event, Go, Screen};
use crate::domain::member::MemberId;
use crate::keymap::{Action, Layer};
use crate::store::journal::Draft;

/// A new sheet for a member.
pub fn open_new(_cx: &mut Context, member: MemberId) -> Box<dyn Screen> {
    Box::new(Sheet { title: member.to_string(), typed: String::new() })
}

/// A sheet as it was left.
pub fn open_draft(_cx: &mut Context, draft: Draft) -> Box<dyn Screen> {
    Box::new(Sheet { title: draft.id.to_string(), typed: String::new() })
}

struct Sheet {
    title: String,
    typed: String,
}

impl Screen for Sheet {
    fn name(&self) -> &'static str {
        "sheet"
    }
    fn layers(&self) -> &'static [Layer] {
        &[Layer::Sheet]
    }
    fn takes_text(&self) -> bool {
        true
    }
    fn actions(&self, _cx: &Context) -> Vec<Action> {
        vec![Action::Submit, Action::Back]
    }
    fn on(&mut self, _cx: &mut Context, event: Event) -> Go {
        match event {
            Event::Text(c) => self.typed.push(c),
            Event::Action(Action::Back) => return Go::Close,
            Event::Action(Action::Submit) => return Go::Desk,
            _ => {}
        }
        Go::Stay
    }
    fn title(&self, _cx: &Context) -> String {
        format!("sheet {}", self.title)
    }
    fn draw(&self, _cx: &Context, area: Rect, buf: &mut Buffer) -> Option<Position> {
        crate::ui::text::put(buf, area.x, area.y, area.width, &self.typed, Default::default());
        None
    }
}
