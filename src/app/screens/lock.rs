//! The lock: nothing but the program's name, the office and how to go on. What lies beneath stays as it is.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::app::{Context, Event, Go, Screen};
use crate::keymap::{Action, Layer};
use crate::ui::table::at;
use crate::ui::text::{put, width};

/// The lock.
#[derive(Debug, Default)]
pub struct Lock;

impl Screen for Lock {
    fn name(&self) -> &'static str {
        "lock"
    }

    fn layers(&self) -> &'static [Layer] {
        &[Layer::Desk]
    }

    fn takes_text(&self) -> bool {
        false
    }

    fn actions(&self, _cx: &Context) -> Vec<Action> {
        Vec::new()
    }

    fn on(&mut self, cx: &mut Context, event: Event) -> Go {
        match event {
            Event::Action(Action::Open) if !cx.session_over() => Go::Close,
            _ => Go::Stay,
        }
    }

    fn title(&self, cx: &Context) -> String {
        cx.t("screen-lock")
    }

    fn draw(&self, cx: &Context, area: Rect, buf: &mut Buffer) -> Option<Position> {
        let office = cx.hello.as_ref().map(|hello| hello.office.name.clone()).unwrap_or_default();
        let key = cx.keymap.hint(Action::Open).unwrap_or_default();
        let go_on = match cx.session_over() {
            true => cx.t("lock-session-over"),
            false => cx.strings.with("lock-go-on", &[("key", &key)]),
        };
        let lines = [cx.t("app-name"), office, String::new(), go_on];
        let top = usize::from(area.height).saturating_sub(lines.len()) / 2;
        for (y, line) in lines.iter().enumerate() {
            let row = at(area, top + y);
            let indent = row.width.saturating_sub(width(line) as u16) / 2;
            put(buf, row.x + indent, row.y, row.width - indent, line, cx.theme.text());
        }
        None
    }
}
