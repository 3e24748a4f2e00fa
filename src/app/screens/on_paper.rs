//! A form on the screen as it will be on paper: the paper of a printer, a line of the paper a row, and a code as the room
//! that it takes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use crate::app::Context;
use crate::keymap::Action;
use crate::slip::layout::{Code, Layout, Medium};
use crate::slip::paper::Paper;
use crate::slip::{self, Form, Profile};
use crate::ui::table::at;
use crate::ui::text::{pad, put};

/// Rows of a page up or down.
const PAGE: usize = 16;

/// How far the paper is scrolled.
#[derive(Clone, Copy, Debug, Default)]
pub struct OnPaper {
    first: usize,
}

impl OnPaper {
    /// The form as this printer will print it, or on a sheet where there is none.
    fn set(cx: &Context, form: &dyn Form, printer: Option<&Profile>) -> Layout {
        let (paper, columns) = printer.map_or((Paper::A4, 80), |printer| (printer.paper, printer.columns));
        let medium = Medium::of(columns.min(usize::from(cx.size.0)));
        slip::set(form, paper, medium, &cx.strings, &|_| true)
    }

    /// Scrolls, where the action is one that scrolls; says whether it was. `rows` are the screen's that hold no paper.
    pub fn scrolls(
        &mut self,
        cx: &Context,
        action: Action,
        form: &dyn Form,
        printer: Option<&Profile>,
        rows: u16,
    ) -> bool {
        let to = match action {
            Action::ChooseUp => self.first.saturating_sub(1),
            Action::ChooseDown => self.first + 1,
            Action::ChoosePageUp => self.first.saturating_sub(PAGE),
            Action::ChoosePageDown => self.first + PAGE,
            _ => return false,
        };
        let shown = usize::from(cx.size.1.saturating_sub(rows));
        self.first = to.min(OnPaper::set(cx, form, printer).height().saturating_sub(shown));
        true
    }

    /// Back to the top: another form, another paper.
    pub fn rewind(&mut self) {
        self.first = 0;
    }

    /// Draws the paper.
    pub fn draw(self, cx: &Context, form: &dyn Form, printer: Option<&Profile>, area: Rect, buf: &mut Buffer) {
        let layout = OnPaper::set(cx, form, printer);
        for (y, line) in layout.lines().skip(self.first).take(usize::from(area.height)).enumerate() {
            let style = if line.bold { cx.theme.text().add_modifier(Modifier::BOLD) } else { cx.theme.text() };
            let row = at(area, y);
            put(buf, row.x, row.y, row.width, &line.text, style);
        }
        for (y, line) in layout.lines().enumerate() {
            if let Some(code) = &line.code {
                self.room(cx, code, y, area, buf);
            }
        }
    }

    /// The room of a code whose top is line `y`: its edge, and what comes there.
    fn room(self, cx: &Context, code: &Code, y: usize, area: Rect, buf: &mut Buffer) {
        let inner = code.columns.saturating_sub(2);
        for down in 0..code.lines {
            let Some(row) = (y + down).checked_sub(self.first).filter(|row| *row < usize::from(area.height)) else {
                continue;
            };
            let text = match down {
                _ if down == 0 || down + 1 == code.lines => format!("+{}+", "-".repeat(inner)),
                _ if down == code.lines / 2 => format!("|{}|", pad(&format!(" {}", cx.t("slip-code")), inner)),
                _ => format!("|{}|", " ".repeat(inner)),
            };
            put(buf, area.x + code.column as u16, at(area, row).y, code.columns as u16, &text, cx.theme.note());
        }
    }
}
