//! The help: every key of the screen beneath with what it does; typing filters.

use std::collections::HashSet;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::app::edit::Line;
use crate::app::{Context, Event, Go, Screen};
use crate::keymap::action::ACTIONS;
use crate::keymap::{Action, Key, Layer};
use crate::ui::table::{self, Cell, at};
use crate::ui::text::{put, width, wrap};
use crate::ui::typed;

/// The longest filter.
const FILTER_MAX: usize = 40;
/// Columns of the keys and of the label.
const KEYS: usize = 20;
const LABEL: usize = 14;

/// One action, or a row of them that differ in a digit only.
#[derive(Debug)]
struct Entry {
    keys: String,
    label: String,
    help: String,
}

/// The help.
#[derive(Debug)]
pub struct Help {
    below: String,
    entries: Vec<Entry>,
    filter: Line,
    first: usize,
}

impl Help {
    /// The help for a screen.
    pub fn new(cx: &Context, below: &dyn Screen) -> Help {
        let mut layers = below.layers().to_vec();
        layers.push(Layer::Everywhere);
        let below = cx.t(&format!("screen-{}", below.name()));
        Help { below, entries: entries(cx, &layers), filter: Line::default(), first: 0 }
    }

    /// Every line that shows, wrapped: keys, label, a line of the sentence.
    fn lines(&self, columns: usize) -> Vec<[String; 3]> {
        let wanted = self.filter.text().to_lowercase();
        let fits = |entry: &&Entry| {
            [&entry.keys, &entry.label, &entry.help].into_iter().any(|text| text.to_lowercase().contains(&wanted))
        };
        let mut lines = Vec::new();
        for entry in self.entries.iter().filter(fits) {
            for (at, part) in wrap(&entry.help, columns.saturating_sub(KEYS + LABEL + 2)).into_iter().enumerate() {
                lines.push(match at {
                    0 => [entry.keys.clone(), entry.label.clone(), part],
                    _ => [String::new(), String::new(), part],
                });
            }
        }
        lines
    }

    fn scroll(&mut self, cx: &Context, to: usize) {
        let last = self.lines(usize::from(cx.size.0)).len().saturating_sub(1);
        self.first = to.min(last);
    }
}

fn entries(cx: &Context, layers: &[Layer]) -> Vec<Entry> {
    let mut entries: Vec<(String, Entry)> = Vec::new();
    for layer in layers {
        for (_, _, action) in ACTIONS.iter().filter(|(own, _, _)| own == layer) {
            // A key that a more particular layer takes does something else here.
            let acts = |key: &Key| cx.keymap.action(layers, *key) == Some(*action);
            let mut keys: Vec<String> = cx.keymap.keys(*action).filter(acts).map(|key| key.to_string()).collect();
            // Bound in two layers, listed once.
            let mut seen = HashSet::new();
            keys.retain(|key| seen.insert(key.clone()));
            if keys.is_empty() {
                continue;
            }
            let label_key = action.label_key();
            match entries.iter_mut().find(|(key, _)| *key == label_key) {
                // Bound in two layers with the same keys.
                Some((_, entry)) if entry.keys == keys.join(" ") => {}
                // Alt-1 .. Alt-9
                Some((_, entry)) => {
                    let first = entry.keys.split(' ').next().unwrap_or_default().to_owned();
                    entry.keys = format!("{first} .. {}", keys[0]);
                }
                None => {
                    let entry = Entry {
                        keys: keys.join(" "),
                        label: cx.t(&label_key),
                        help: cx.t(&format!("{label_key}-help")),
                    };
                    entries.push((label_key, entry));
                }
            }
        }
    }
    entries.into_iter().map(|(_, entry)| entry).collect()
}

impl Screen for Help {
    fn name(&self) -> &'static str {
        "help"
    }

    fn layers(&self) -> &'static [Layer] {
        &[Layer::Desk]
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn actions(&self, _cx: &Context) -> Vec<Action> {
        vec![Action::ChooseDown, Action::ChoosePageDown, Action::Back]
    }

    fn on(&mut self, cx: &mut Context, event: Event) -> Go {
        let page = usize::from(cx.size.1).saturating_sub(6).max(1);
        match event {
            Event::Text(c) => {
                self.filter.insert(c.encode_utf8(&mut [0; 4]), FILTER_MAX);
                self.first = 0;
            }
            Event::Paste(text) => {
                self.filter.insert(text, FILTER_MAX);
                self.first = 0;
            }
            Event::Edit(edit) => {
                self.filter.edit(edit);
                self.first = 0;
            }
            Event::Action(Action::ChooseUp) => self.scroll(cx, self.first.saturating_sub(1)),
            Event::Action(Action::ChooseDown) => self.scroll(cx, self.first + 1),
            Event::Action(Action::ChoosePageUp) => self.scroll(cx, self.first.saturating_sub(page)),
            Event::Action(Action::ChoosePageDown) => self.scroll(cx, self.first + page),
            Event::Action(Action::Back | Action::Help | Action::Open) => return Go::Close,
            Event::Action(_) => cx.bell(),
            _ => {}
        }
        Go::Stay
    }

    fn title(&self, cx: &Context) -> String {
        format!("{} {}", cx.t("screen-help"), self.below)
    }

    fn draw(&self, cx: &Context, area: Rect, buf: &mut Buffer) -> Option<Position> {
        let row = at(area, 0);
        let label = cx.t("filter-label");
        put(buf, row.x, row.y, row.width, &label, cx.theme.label());
        let x = (row.x + width(&label) as u16 + 1).min(row.right());
        let cursor =
            typed::draw(buf, x, row.y, row.right() - x, self.filter.text(), self.filter.cursor(), cx.theme.text());
        let lines = self.lines(usize::from(area.width));
        if lines.is_empty() {
            let row = at(area, 2);
            put(buf, row.x, row.y, row.width, &cx.t("filter-nothing"), cx.theme.note());
        }
        table::rule(buf, at(area, 1), "", cx.theme);
        let rows = usize::from(area.height).saturating_sub(2);
        for (y, [keys, label, help]) in lines.iter().skip(self.first).take(rows).enumerate() {
            let cells = [
                Cell::new(keys.clone(), KEYS).style(cx.theme.total()),
                Cell::new(label.clone(), LABEL).style(cx.theme.label()),
                Cell::rest(help.clone()),
            ];
            table::row(buf, at(area, y + 2), &cells);
        }
        Some(cursor)
    }
}
