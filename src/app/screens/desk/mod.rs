//! The desk: the search box, what it found, slips in doubt, drafts, returned claims, today's own. The box always has the cursor.
//!
//! - `search.rs` what is asked of the store, and which answer counts
//! - `view.rs` how it looks
//!
//! To add a list under the box: a variant of `Item`, its place in `Desk::items`, its line in `view.rs`.

mod search;
mod view;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use self::search::Search;
use super::claim::ClaimScreen;
use super::doubt::DoubtScreen;
use super::member::MemberScreen;
use super::sheet::{self, Looked};
use super::slip::SlipScreen;
use super::words;
use crate::app::edit::Line;
use crate::app::{Context, Event, Go, Screen, Tone};
use crate::domain::claim::ClaimId;
use crate::domain::member::MemberId;
use crate::domain::number::ClaimNumber;
use crate::domain::query::Query;
use crate::domain::slip_code::{self, SlipCode};
use crate::keymap::{Action, Layer};

/// The longest search, in characters: a slip's code fits behind what was typed, or behind another code.
const SEARCH_MAX: usize = 80 + 2 * slip_code::LENGTH;
/// Rows of a page up or down.
const PAGE: usize = 8;

/// One line that can be chosen: its place in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    /// A row that was found.
    Hit(usize),
    /// A print of which nobody knows whether it came out.
    Doubt(usize),
    /// A slip that its printer holds up.
    Waiting(usize),
    /// A draft of this terminal.
    Draft(usize),
    /// A returned claim of the office.
    Returned(usize),
    /// A claim that this clerk took today.
    Own(usize),
}

/// The desk.
#[derive(Debug, Default)]
pub struct Desk {
    line: Line,
    search: Search,
    chosen: usize,
    /// The first line that shows.
    first: usize,
    /// What was asked for while the rows were still under way.
    wanted: Option<Action>,
    /// The draft that goes if it is asked for once more.
    discarding: Option<ClaimId>,
    /// How many slips in doubt or waiting stood above the rest of the lists.
    slips: usize,
}

impl Desk {
    /// The desk at the start.
    pub fn new(_cx: &mut Context) -> Desk {
        Desk::default()
    }

    /// What can be chosen: the rows of the search, or with an empty box the lists.
    fn items(&self, cx: &Context) -> Vec<Item> {
        if !self.line.is_empty() {
            return (0..self.search.rows().len()).map(Item::Hit).collect();
        }
        let doubts = (0..cx.outcomes.doubts.len()).map(Item::Doubt);
        let slips = doubts.chain((0..cx.outcomes.waiting.len()).map(Item::Waiting));
        let drafts = slips.chain((0..cx.drafts.len()).map(Item::Draft));
        let returned = (0..cx.desk.returned.len()).map(Item::Returned);
        drafts.chain(returned).chain((0..cx.desk.own_today.len()).map(Item::Own)).collect()
    }

    /// The chosen one. Lists change while another screen is open: then it is the last.
    fn item(&self, cx: &Context) -> Option<Item> {
        let items = self.items(cx);
        items.get(self.chosen).or(items.last()).copied()
    }

    fn member_of(&self, cx: &Context, item: Item) -> Option<MemberId> {
        match item {
            Item::Hit(at) => self.search.rows().get(at).map(|hit| hit.member),
            Item::Doubt(_) | Item::Waiting(_) => None,
            Item::Draft(at) => cx.drafts.get(at).map(|draft| draft.member),
            Item::Returned(at) => cx.desk.returned.get(at).map(|line| line.member),
            Item::Own(at) => cx.desk.own_today.get(at).map(|line| line.member),
        }
    }

    fn claim_of(&self, cx: &Context, item: Item) -> Option<ClaimNumber> {
        match item {
            Item::Hit(at) => self.search.rows().get(at).and_then(|hit| hit.claim),
            Item::Doubt(at) => cx.outcomes.doubts.get(at).and_then(|doubt| doubt.print.claim),
            Item::Waiting(at) => cx.outcomes.waiting.get(at).and_then(|(print, _)| print.claim),
            Item::Draft(_) => None,
            Item::Returned(at) => cx.desk.returned.get(at).map(|line| line.number),
            Item::Own(at) => cx.desk.own_today.get(at).map(|line| line.number),
        }
    }

    fn typed(&mut self, cx: &mut Context) {
        // A slip that was scanned takes the place of what stood before it.
        let text = self.line.text();
        if let Some(code) = scanned(text).filter(|code| code.len() < text.len()).map(str::to_owned) {
            self.line.set(&code);
        }
        self.search.typed(cx, self.line.text());
        // The old rows stay as they are, with their mark, until new ones come.
        if !self.search.is_awaited() {
            self.choose_first();
        }
    }

    fn choose_first(&mut self) {
        (self.chosen, self.first) = (0, 0);
    }

    /// An empty box. A question under way is forgotten, so that one whose answer never comes holds nothing up.
    fn clear(&mut self) {
        self.line.set("");
        self.search = Search::default();
        self.choose_first();
    }

    fn act(&mut self, cx: &mut Context, action: Action) -> Go {
        let discarding = self.discarding.take();
        let needs_rows = !matches!(action, Action::Back | Action::Search | Action::ClearField);
        if needs_rows && self.search.is_awaited() {
            self.wanted = Some(action);
            return Go::Stay;
        }
        match action {
            Action::Back => {
                if self.wanted.take().is_none() {
                    self.clear();
                }
                Go::Stay
            }
            Action::Search | Action::ClearField => {
                self.wanted = None;
                self.clear();
                Go::Stay
            }
            Action::ChooseUp | Action::ChooseDown | Action::ChoosePageUp | Action::ChoosePageDown => {
                let last = self.items(cx).len().saturating_sub(1);
                let from = self.chosen.min(last);
                self.chosen = match action {
                    Action::ChooseUp => from.saturating_sub(1),
                    Action::ChooseDown => from + 1,
                    Action::ChoosePageUp => from.saturating_sub(PAGE),
                    _ => from + PAGE,
                }
                .min(last);
                self.first = view::shown(self, cx).start;
                Go::Stay
            }
            Action::Pick(n) => {
                let at = usize::from(n).saturating_sub(1);
                if at < self.items(cx).len() {
                    self.chosen = at;
                    self.open(cx)
                } else {
                    self.nothing(cx)
                }
            }
            Action::Open => self.open(cx),
            Action::NewClaim => match self.item(cx).and_then(|item| self.member_of(cx, item)) {
                Some(member) => Go::Open(sheet::open_new(cx, member, Looked::NotYet)),
                None => self.nothing(cx),
            },
            Action::History => match self.item(cx).and_then(|item| self.member_of(cx, item)) {
                Some(member) => Go::Open(Box::new(MemberScreen::history(cx, member))),
                None => self.nothing(cx),
            },
            Action::Discard => self.discard(cx, discarding),
            Action::Slip => match self.slip_of(cx) {
                Some(number) => Go::Open(Box::new(SlipScreen::new(cx, number))),
                None => self.nothing(cx),
            },
            _ => self.nothing(cx),
        }
    }

    /// The claim whose slip is asked for: the highlighted one, or with nothing chosen the one that was just submitted.
    fn slip_of(&self, cx: &Context) -> Option<ClaimNumber> {
        let untouched = self.line.is_empty() && self.chosen == 0;
        let just_submitted = cx.submitted.filter(|_| untouched);
        just_submitted.or_else(|| self.item(cx).and_then(|item| self.claim_of(cx, item)))
    }

    /// Throws the highlighted draft away, once it was asked for twice.
    fn discard(&mut self, cx: &mut Context, asked: Option<ClaimId>) -> Go {
        let Some(Item::Draft(at)) = self.item(cx) else { return self.nothing(cx) };
        let Some(draft) = cx.drafts.get(at) else { return self.nothing(cx) };
        let (id, name) = (draft.id, draft.member_name.clone());
        if asked == Some(id) {
            cx.drop_draft(id);
            let text = cx.strings.with("desk-discarded", &[("name", &name)]);
            cx.say(Tone::Note, text);
        } else {
            self.discarding = Some(id);
            let keys = cx.keymap.hint(Action::Discard).unwrap_or_default();
            let text = cx.strings.with("desk-discard", &[("name", &name), ("keys", &keys)]);
            cx.say(Tone::Warning, text);
        }
        Go::Stay
    }

    fn open(&mut self, cx: &mut Context) -> Go {
        let Some(item) = self.item(cx) else {
            // What could not be answered is asked once more.
            if matches!(self.search.answer(), Some((_, Err(_)))) {
                self.search.again(cx);
                return Go::Stay;
            }
            return self.nothing(cx);
        };
        if let Item::Doubt(at) = item {
            return match cx.outcomes.doubts.get(at).cloned() {
                Some(doubt) => {
                    // An Enter too many answers nothing.
                    cx.came_unasked();
                    Go::Open(Box::new(DoubtScreen::new(doubt)))
                }
                None => self.nothing(cx),
            };
        }
        if let Item::Draft(at) = item {
            return match cx.drafts.get(at).cloned() {
                Some(draft) => Go::Open(sheet::open_draft(cx, draft)),
                None => self.nothing(cx),
            };
        }
        if let Some(number) = self.claim_of(cx, item) {
            return Go::Open(Box::new(ClaimScreen::new(cx, number)));
        }
        match self.member_of(cx, item) {
            Some(member) => Go::Open(Box::new(MemberScreen::new(cx, member))),
            None => self.nothing(cx),
        }
    }

    /// There is nothing to do it with: what was typed ahead for it goes nowhere.
    fn nothing(&self, cx: &mut Context) -> Go {
        cx.refuse();
        Go::Stay
    }
}

/// The whole code of a slip at the end of a text, whatever stands before it.
fn scanned(text: &str) -> Option<&str> {
    let mut starts = text.char_indices().map(|(at, _)| &text[at..]);
    starts.rfind(|code| SlipCode::is_meant(code)).filter(|code| SlipCode::parse(code).is_ok())
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

    fn waits(&self) -> bool {
        self.wanted.is_some()
    }

    fn actions(&self, cx: &Context) -> Vec<Action> {
        let item = self.item(cx);
        let member = item.and_then(|item| self.member_of(cx, item)).is_some();
        let claim = self.slip_of(cx).is_some();
        let draft = matches!(item, Some(Item::Draft(_)));
        words::able([
            (true, Action::Help),
            (true, Action::Search),
            (member, Action::NewClaim),
            (claim, Action::Slip),
            (member, Action::History),
            (item.is_some(), Action::Open),
            (draft, Action::Discard),
            (true, Action::Palette),
            (true, Action::Lock),
            (true, Action::Quit),
        ])
    }

    fn on(&mut self, cx: &mut Context, event: Event) -> Go {
        match event {
            Event::Text(c) => {
                self.line.insert(c.encode_utf8(&mut [0; 4]), SEARCH_MAX);
                self.typed(cx);
                Go::Stay
            }
            Event::Paste(text) => {
                // A whole search (a scanner's) takes the place of what is there; anything else is typed into it, the end of
                // a code too that began as keys.
                if let Some(code) = scanned(&format!("{}{text}", self.line.text())) {
                    self.line.set(code);
                } else {
                    if Query::parse(text, cx.today()).is_ok() {
                        self.line.set("");
                    }
                    self.line.insert(text, SEARCH_MAX);
                }
                self.typed(cx);
                Go::Stay
            }
            Event::Edit(edit) => {
                let before = self.line.text().to_owned();
                self.line.edit(edit);
                if self.line.text() != before {
                    self.typed(cx);
                }
                Go::Stay
            }
            Event::Action(action) => self.act(cx, action),
            Event::Store(seq, result) => {
                if self.search.answered(cx, seq, result) && !self.search.is_awaited() {
                    self.choose_first();
                    self.search.tell_code(cx);
                    if let Some(action) = self.wanted.take() {
                        if self.search.rows().is_empty() {
                            return self.nothing(cx);
                        }
                        return self.act(cx, action);
                    }
                }
                Go::Stay
            }
            Event::Shown => {
                self.slips = cx.outcomes.rows();
                cx.refresh_desk();
                Go::Stay
            }
            Event::Printed(..) => {
                // What is chosen stays chosen when a doubt comes above it or goes.
                let before = std::mem::replace(&mut self.slips, cx.outcomes.rows());
                if self.line.is_empty() && self.chosen >= before.max(1) {
                    self.chosen = (self.chosen + self.slips).saturating_sub(before);
                }
                Go::Stay
            }
            Event::DraftSaved(..) | Event::Tick | Event::Ending => Go::Stay,
        }
    }

    fn title(&self, cx: &Context) -> String {
        cx.t("screen-desk")
    }

    fn draw(&self, cx: &Context, area: Rect, buf: &mut Buffer) -> Option<Position> {
        Some(view::draw(self, cx, area, buf))
    }
}
