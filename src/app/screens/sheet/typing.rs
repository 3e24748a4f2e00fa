//! Keys into fields: Enter leaves a field and goes to the next one that needs something; an offer counts as taken; a full
//! date leaves itself; Backspace before the first character goes back.

use super::choices::{self, Choice};
use super::entries::{Entry, is_full};
use super::field::{Field, Form};
use super::{Level, PersonalField, Problem, Request, Reveal, Sheet, Stage, Stopped, Tone, checks};
use crate::app::edit::Line;
use crate::app::{Context, Edit, Event, Go};
use crate::domain::claim::ClaimKind;
use crate::domain::sheet::Line as Amount;
use crate::keymap::Action;

impl Sheet {
    pub(super) fn type_in(&mut self, cx: &mut Context, event: Event) -> Go {
        match event {
            Event::Text(c) => self.insert(cx, &c.to_string()),
            Event::Paste(text) => self.insert(cx, text),
            Event::Edit(edit) => self.edit(cx, edit),
            Event::Action(action) => return self.action(cx, action),
            _ => {}
        }
        Go::Stay
    }

    fn edit(&mut self, cx: &mut Context, edit: Edit) {
        // Who corrects has seen where the cursor is.
        self.left_itself = false;
        match edit {
            Edit::Backspace if self.entry().chosen.is_some() => {
                self.entries.get_mut(self.focus).chosen = None;
                self.typed(cx);
            }
            Edit::Backspace if self.entry().line.at_start() => self.step(cx, false),
            edit => {
                let entry = self.entries.get_mut(self.focus);
                if !entry.line.edit(edit) {
                    cx.bell();
                } else if matches!(edit, Edit::Backspace | Edit::Delete) {
                    entry.chosen = None;
                    self.choice = 0;
                    self.typed(cx);
                }
            }
        }
    }

    fn entry(&self) -> &Entry {
        self.entries.get(self.focus)
    }

    fn insert(&mut self, cx: &mut Context, text: &str) {
        let field = self.focus;
        let entry = self.entries.get_mut(field);
        let before = entry.line.text().to_owned();
        // Typing over a chosen entry begins a new look-up.
        if entry.chosen.take().is_some() {
            entry.line.set("");
        }
        // What F4 put there as a whole goes as a whole.
        if std::mem::take(&mut self.replaces) {
            entry.line.set("");
        }
        entry.cleared = false;
        entry.line.insert(text, field.max());
        if entry.line.text() == before {
            return cx.bell();
        }
        self.left_itself = false;
        self.choice = 0;
        self.choice_moved = false;
        self.choices_closed = false;
        self.typed(cx);
        if is_full(field, self.entry().line.text()) && self.has_no_error(field) {
            self.leave(cx, true);
            if let Some(next) = self.entries.shape().next_on_path(field) {
                self.enter(cx, next);
                self.left_itself = true;
            }
        }
    }

    /// Something in the field changed.
    fn typed(&mut self, cx: &mut Context) {
        self.touched = true;
        cx.message = None;
        self.changed(cx);
        match self.focus {
            Field::BillNumber if self.entries.bill().number.len() == 10 => self.ask_bill(cx),
            _ => {}
        }
    }

    fn has_no_error(&self, field: Field) -> bool {
        !self.problems.iter().any(|problem| problem.field == field && problem.level == Level::Error)
    }

    fn action(&mut self, cx: &mut Context, action: Action) -> Go {
        let left_itself = std::mem::take(&mut self.left_itself);
        self.replaces = false;
        match action {
            Action::Next if left_itself => {}
            Action::Next => return self.next(cx),
            Action::Previous => self.step(cx, false),
            Action::Down | Action::Up => self.up_or_down(cx, action == Action::Down),
            Action::SameAsBefore => self.same_as_before(cx),
            Action::Submit => self.ask_submit(cx),
            Action::Undo => self.take_back(cx),
            Action::ClearField => {
                let entry = self.entry();
                // What was typed goes first, then the offer.
                let cleared = entry.cleared || (entry.line.is_empty() && entry.chosen.is_none());
                self.replace(Entry { offer: entry.offer.clone(), cleared, ..Entry::default() });
                self.typed(cx);
            }
            Action::Reveal => {
                let ticket = cx.new_id();
                let seq = cx.ask(Request::Reveal { ticket, member: self.member_id, field: PersonalField::IdNumber });
                self.revealed = Some(Reveal::Asked(seq));
            }
            // What the submit waited for is waited for no more; the clerk stays.
            Action::Back if std::mem::take(&mut self.submit_wanted) => {}
            Action::Back => {
                self.leave(cx, false);
                self.save(cx);
                return Go::Close;
            }
            _ => cx.bell(),
        }
        Go::Stay
    }

    /// Enter: takes what is chosen, leaves the field, goes to the next one on the path.
    fn next(&mut self, cx: &mut Context) -> Go {
        let from = self.focus;
        self.leave(cx, true);
        match self.entries.shape().next_on_path(from) {
            Some(next) => {
                self.enter(cx, next);
                return Go::Stay;
            }
            // Only the key for it asks for a submit: an Enter too many, or one in a paste, never does.
            None if cx.message.is_none() => {
                let keys = cx.keymap.hint(Action::Submit).unwrap_or_default();
                let text = cx.strings.with("sheet-end-of-path", &[("submit", &keys)]);
                cx.say(Tone::Note, text);
            }
            None => {}
        }
        self.choice_moved = false;
        self.choices_closed = true;
        Go::Stay
    }

    /// Among open choices one further; past their ends, and elsewhere, the field below or above.
    fn up_or_down(&mut self, cx: &mut Context, down: bool) {
        let count = if self.shows_choices(cx) { self.choices(cx).len() } else { 0 };
        let to = if down { self.choice.checked_add(1) } else { self.choice.checked_sub(1) };
        match to.filter(|to| *to < count) {
            Some(to) => {
                self.choice = to;
                self.choice_moved = true;
            }
            None => {
                // Passing through changes nothing that stood: Enter takes what was moved to.
                self.choice_moved &= self.entry().code().is_none();
                self.step(cx, down);
            }
        }
    }

    fn step(&mut self, cx: &mut Context, forward: bool) {
        match self.entries.shape().neighbour(self.focus, forward) {
            Some(field) => {
                self.leave(cx, false);
                self.enter(cx, field);
            }
            None => cx.bell(),
        }
    }

    /// The row of the choices that leaving the field takes: the one that was moved to, the best for what was typed, and
    /// with Enter the first of those that are open. A diagnosis is never guessed.
    pub(super) fn marked(&self, by_enter: bool) -> Option<usize> {
        let typed = self.entry().chosen.is_none() && !self.entry().line.is_empty();
        let open = by_enter && self.focus != Field::Diagnosis && self.entry().code().is_none();
        (self.focus.form() == Form::Choice && (self.choice_moved || typed || open)).then_some(self.choice)
    }

    /// The field is left: its choice is taken, it is checked, the draft is kept.
    pub(super) fn leave(&mut self, cx: &mut Context, by_enter: bool) {
        let field = self.focus;
        if let Some(at) = self.marked(by_enter)
            && let Some(choice) = self.choices(cx).into_iter().nth(at)
        {
            self.touched = true;
            self.choose(&choice);
        }
        self.entries.get_mut(field).visited |= by_enter;
        self.remember();
        if self.at_entry != *self.entry() {
            self.changed(cx);
        }
        match field {
            Field::BillCode | Field::BillNumber => self.ask_bill(cx),
            Field::Hospital if self.entries.bill().code.is_empty() => self.ask_bill(cx),
            Field::Admission | Field::Discharge if self.at_entry.text() != self.entry().text() => self.ask_stay(cx),
            _ if self.stay_failed => self.ask_stay(cx),
            _ => {}
        }
        self.save(cx);
        let problem = self.problems.iter().find(|problem| problem.field == field).or_else(|| self.negative_cash(field));
        if let Some(problem) = problem.cloned() {
            let tone = if problem.level == Level::Error { Tone::Error } else { Tone::Warning };
            cx.say(tone, problem.text);
        }
    }

    /// The offered cash is below 0.00: said at once, not when the field is reached. What is still to come (a hospital's
    /// negative share) may put it right.
    fn negative_cash(&self, left: Field) -> Option<&Problem> {
        let share = Field::Amount(Amount::HospitalPay);
        let may_come = self.entries.shape().applies(share) && !self.entries.get(share).visited;
        let concerns = matches!(left, Field::Amount(_)) && !may_come;
        self.problems.iter().find(|problem| concerns && problem.code == checks::CASH_NEGATIVE)
    }

    fn choose(&mut self, choice: &Choice) {
        let entry = self.entries.get_mut(self.focus);
        entry.chosen = Some(choice.code.clone());
        entry.cleared = false;
        entry.line.set("");
    }

    /// The cursor comes into a field, to the end of what was typed.
    pub(super) fn enter(&mut self, cx: &Context, field: Field) {
        self.focus = field;
        self.choice_moved = false;
        self.choices_closed = false;
        let code = self.entry().code().map(str::to_owned);
        let at = self.choices(cx).iter().position(|choice| Some(&choice.code) == code.as_ref());
        self.choice = at.unwrap_or_default();
        let entry = self.entries.get_mut(field);
        let text = entry.line.text().to_owned();
        entry.line.set(&text);
        self.at_entry = entry.clone();
        self.undo_base = self.undo.len();
    }

    /// Whether two contents of a field are the same for who looks at them.
    fn same(a: &Entry, b: &Entry) -> bool {
        a.line == b.line && a.chosen == b.chosen && a.cleared == b.cleared
    }

    /// The field is left: undo leads back to how it was when the cursor came.
    fn remember(&mut self) {
        self.undo.truncate(self.undo_base);
        if !Sheet::same(self.entry(), &self.at_entry) {
            self.undo.push((self.focus, self.at_entry.clone()));
        }
    }

    /// One key replaces the whole field: undo leads back to what stood there.
    fn replace(&mut self, entry: Entry) {
        let before = std::mem::replace(self.entries.get_mut(self.focus), entry);
        if !Sheet::same(self.entry(), &before) {
            self.undo.push((self.focus, before));
        }
    }

    /// Undo: what one key replaced, then the field as the cursor found it, then fields left before.
    fn take_back(&mut self, cx: &mut Context) {
        if self.undo.len() <= self.undo_base && !Sheet::same(self.entry(), &self.at_entry) {
            *self.entries.get_mut(self.focus) = self.at_entry.clone();
        } else {
            let Some((field, entry)) = self.undo.pop() else { return cx.bell() };
            *self.entries.get_mut(field) = entry;
            if field != self.focus || self.undo.len() < self.undo_base {
                self.enter(cx, field);
            }
        }
        self.choice_moved = false;
        self.typed(cx);
    }

    /// The choices beneath the field.
    pub(super) fn choices(&self, cx: &Context) -> Vec<Choice> {
        match self.focus.form() {
            Form::Choice => choices::choices(self.focus, self.entry().line.text(), cx),
            _ => Vec::new(),
        }
    }

    /// Whether choices are open beneath the field, so that Up and Down choose among them.
    pub(super) fn shows_choices(&self, cx: &Context) -> bool {
        let short = matches!(self.focus, Field::Kind | Field::Mode | Field::AgentRelation);
        let open = !self.choices_closed && self.focus.form() == Form::Choice;
        open && (short || self.entry().chosen.is_none()) && !self.choices(cx).is_empty()
    }

    /// The field as on the claim before.
    fn same_as_before(&mut self, cx: &mut Context) {
        let Some(last) = cx.hello.as_ref().and_then(|hello| hello.last_used.claim.clone()) else {
            return cx.bell();
        };
        let facts = crate::policy::Facts::from_json(&last.facts).ok();
        let date = |date: Option<chrono::NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
        let text = |text: String| (text, None);
        let (typed, chosen) = match self.focus {
            Field::Kind => (String::new(), Some(last.kind.code().to_owned())),
            Field::Mode => (String::new(), Some(last.mode.code().to_owned())),
            Field::Hospital => (String::new(), Some(last.hospital.clone())),
            Field::Diagnosis if last.diagnosis.standard => (String::new(), Some(last.diagnosis.code.clone())),
            Field::Diagnosis => text(format!("{} {}", last.diagnosis.code, last.diagnosis.name)),
            Field::BillCode => text(last.bill.code.clone()),
            Field::BillNumber => text(last.bill.number.clone()),
            Field::CheckCode => text(last.bill.check.to_ascii_lowercase()),
            Field::Admission => text(date(last.admission)),
            Field::Discharge => text(date(last.discharge)),
            Field::Settlement => text(date(last.settlement)),
            Field::Visits => text(facts.filter(|f| f.visits > 0).map(|f| f.visits.to_string()).unwrap_or_default()),
            Field::Amount(line) => text(facts.map(|f| f.amounts.get(line).to_string()).unwrap_or_default()),
            Field::AgentName => text(last.agent.map(|agent| agent.name).unwrap_or_default()),
            Field::AgentRelation => (String::new(), last.agent.map(|agent| agent.relation)),
            Field::Remark => text(last.remark.clone()),
            // Another person's numbers are never shown.
            Field::AgentId | Field::Card | Field::CardAgain | Field::Bank => return cx.bell(),
        };
        // The claim before has nothing here; a bill without a code was a paper one.
        let paper = self.focus == Field::BillCode && typed.is_empty();
        if typed.is_empty() && chosen.is_none() && !paper {
            return cx.bell();
        }
        let offer = self.entry().offer.clone();
        self.replace(Entry { line: Line::new(&typed), offer, chosen, cleared: paper, visited: false });
        self.choice_moved = false;
        self.replaces = true;
        self.typed(cx);
    }

    /// Something stands against the bill or the stay: only back to the field, or out with the draft kept.
    pub(super) fn stopped(&mut self, cx: &mut Context, event: Event) -> Go {
        let Stage::Stopped(Stopped { field, .. }) = self.stage else { return Go::Stay };
        match event {
            Event::Action(Action::Accept) => {
                self.stage = Stage::Typing;
                self.enter(cx, field);
                let text = cx.t("sheet-stopped-back");
                cx.say(Tone::Warning, text);
            }
            Event::Action(Action::Back) => {
                self.save(cx);
                return Go::Close;
            }
            Event::Text(_) | Event::Paste(_) | Event::Edit(_) | Event::Action(_) => cx.bell(),
            _ => {}
        }
        Go::Stay
    }

    /// The time moved: a revealed number goes, a submit that got no answer is asked again.
    pub(super) fn tick(&mut self, cx: &mut Context) {
        if matches!(self.revealed, Some(Reveal::Shown(_, until)) if until <= cx.mono) {
            self.revealed = None;
        }
        self.retry(cx);
    }

    /// The kind, for the title.
    pub(super) fn kind(&self) -> ClaimKind {
        self.entries.kind()
    }

    /// Whether the balance is known: something was typed, and cash is no untouched offer.
    pub(super) fn total_typed(&self) -> bool {
        !self.entries.get(Field::Amount(Amount::Total)).text().is_empty()
    }
}
