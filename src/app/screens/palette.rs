//! The palette: everything that can be done now; type to find, Enter does it. It leaves what was chosen in the context
//! for the screen beneath, and closes.

use std::ops::Range;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::app::edit::Line;
use crate::app::{Context, Event, Go, Screen};
use crate::domain::romanise::initials;
use crate::keymap::{Action, Layer};
use crate::ui::table::{self, Cell, at};
use crate::ui::text::{put, width};
use crate::ui::typed;

/// The longest text to find by.
const TYPED_MAX: usize = 40;
/// Columns of the key and of the label.
const KEY: usize = 10;
const LABEL: usize = 14;
/// Rows of a page up or down.
const PAGE: usize = 8;

/// A command that can be chosen.
#[derive(Debug)]
struct Entry {
    action: Action,
    key: String,
    label: String,
    help: String,
}

/// The palette.
#[derive(Debug)]
pub struct Palette {
    entries: Vec<Entry>,
    line: Line,
    /// Places in `entries`, the best first.
    shown: Vec<usize>,
    chosen: usize,
    /// The first line that shows.
    first: usize,
}

impl Palette {
    /// What can be done on a screen, and everywhere.
    pub fn new(cx: &Context, below: &dyn Screen) -> Palette {
        let mut entries: Vec<Entry> = Vec::new();
        let everywhere = [Action::Help, Action::Lock, Action::Quit];
        for action in below.actions(cx).into_iter().chain(everywhere) {
            if action == Action::Palette || entries.iter().any(|entry| entry.action == action) {
                continue;
            }
            let label_key = action.label_key();
            entries.push(Entry {
                action,
                key: cx.keymap.hint(action).unwrap_or_default(),
                label: cx.t(&label_key),
                help: cx.t(&format!("{label_key}-help")),
            });
        }
        let shown = (0..entries.len()).collect();
        Palette { entries, line: Line::default(), shown, chosen: 0, first: 0 }
    }

    /// Finds by label and its pinyin initials, by the name in keymap files, by the help: the best match first.
    fn find(&mut self) {
        (self.chosen, self.first) = (0, 0);
        let pattern = Pattern::parse(self.line.text(), CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut chars = Vec::new();
        let mut scored: Vec<(u32, usize)> = Vec::new();
        for (at, entry) in self.entries.iter().enumerate() {
            let text = format!("{} {} {} {}", entry.label, initials(&entry.label), entry.action.name(), entry.help);
            if let Some(score) = pattern.score(Utf32Str::new(&text, &mut chars), &mut matcher) {
                scored.push((score, at));
            }
        }
        scored.sort_by_key(|(score, at)| (std::cmp::Reverse(*score), *at));
        self.shown = scored.into_iter().map(|(_, at)| at).collect();
    }

    fn choose(&mut self, cx: &Context, to: usize) {
        self.chosen = to.min(self.shown.len().saturating_sub(1));
        self.first = self.in_sight(cx).start;
    }

    /// The commands that show.
    fn in_sight(&self, cx: &Context) -> Range<usize> {
        // The frame takes three rows of the screen, the line of typing and its rule two.
        table::scrolled(self.first, self.chosen, self.shown.len(), usize::from(cx.size.1).saturating_sub(5))
    }
}

impl Screen for Palette {
    fn name(&self) -> &'static str {
        "palette"
    }

    fn layers(&self) -> &'static [Layer] {
        &[Layer::Desk]
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn actions(&self, _cx: &Context) -> Vec<Action> {
        vec![Action::Open, Action::ChooseDown, Action::Back]
    }

    fn on(&mut self, cx: &mut Context, event: Event) -> Go {
        match event {
            Event::Text(c) => {
                self.line.insert(c.encode_utf8(&mut [0; 4]), TYPED_MAX);
                self.find();
            }
            Event::Paste(text) => {
                self.line.insert(text, TYPED_MAX);
                self.find();
            }
            Event::Edit(edit) => {
                self.line.edit(edit);
                self.find();
            }
            Event::Action(Action::ChooseUp) => self.choose(cx, self.chosen.saturating_sub(1)),
            Event::Action(Action::ChooseDown) => self.choose(cx, self.chosen + 1),
            Event::Action(Action::ChoosePageUp) => self.choose(cx, self.chosen.saturating_sub(PAGE)),
            Event::Action(Action::ChoosePageDown) => self.choose(cx, self.chosen + PAGE),
            Event::Action(Action::Back | Action::Palette) => return Go::Close,
            Event::Action(Action::Open) => {
                if let Some(at) = self.shown.get(self.chosen) {
                    cx.chosen = Some(self.entries[*at].action);
                    return Go::Close;
                }
                cx.bell();
            }
            Event::Action(_) => cx.bell(),
            _ => {}
        }
        Go::Stay
    }

    fn title(&self, cx: &Context) -> String {
        cx.t("screen-palette")
    }

    fn draw(&self, cx: &Context, area: Rect, buf: &mut Buffer) -> Option<Position> {
        let row = at(area, 0);
        let label = cx.t("filter-label");
        put(buf, row.x, row.y, row.width, &label, cx.theme.label());
        let x = (row.x + width(&label) as u16 + 1).min(row.right());
        let cursor = typed::draw(buf, x, row.y, row.right() - x, self.line.text(), self.line.cursor(), cx.theme.text());
        table::rule(buf, at(area, 1), "", cx.theme);
        if self.shown.is_empty() {
            let row = at(area, 2);
            put(buf, row.x, row.y, row.width, &cx.t("filter-nothing"), cx.theme.note());
        }
        for (y, n) in self.in_sight(cx).enumerate() {
            let entry = &self.entries[self.shown[n]];
            let cells = [
                table::mark(n == self.chosen, cx.theme),
                Cell::new(entry.label.clone(), LABEL),
                Cell::new(entry.key.clone(), KEY).style(cx.theme.label()),
                Cell::rest(entry.help.clone()),
            ];
            table::row(buf, at(area, y + 2), &cells);
        }
        Some(cursor)
    }
}
