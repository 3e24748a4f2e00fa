//! The member's sheet: who it is, masked; participations; what was paid; earlier claims. Opening it is recorded, and so is
//! every whole number that is revealed.

use std::ops::Range;

use chrono::Datelike;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use uuid::Uuid;

use super::claim::ClaimScreen;
use super::loading::Loading;
use super::sheet::{self, Looked};
use super::slip::SlipScreen;
use super::words;
use crate::app::{Context, Event, Go, Screen, Tone};
use crate::domain::claim::ClaimLine;
use crate::domain::cover::years_in_a_row;
use crate::domain::member::{MemberId, PersonalField};
use crate::domain::money::Money;
use crate::keymap::{Action, Layer};
use crate::store::{MemberSheet, Reply, Request, StoreError};
use crate::strings::errors::store_error;
use crate::ui::pairs::{self, Pair};
use crate::ui::table::{self, Cell, at};
use crate::ui::text::put;

/// Milliseconds that a whole number is shown.
const REVEAL_MS: u64 = 30_000;
/// Rows of a page up or down.
const PAGE: usize = 8;
/// Columns that a hospital's name needs at least.
const HOSPITAL_MIN: usize = 8;
/// From so many columns on the list has the days of each claim beside it.
const WIDE: u16 = 110;

/// A whole number, and when it is hidden again.
struct Revealed {
    field: PersonalField,
    whole: String,
    until: u64,
}

/// The member's sheet.
pub struct MemberScreen {
    member: MemberId,
    purpose: &'static str,
    ticket: Uuid,
    sheet: Loading<Box<MemberSheet>>,
    /// The list takes the whole height.
    history: bool,
    chosen: usize,
    /// The first line of the list that shows.
    first: usize,
    revealing: Option<(u64, PersonalField)>,
    revealed: Vec<Revealed>,
    /// The request under way for the list alone.
    listing: Option<u64>,
}

impl MemberScreen {
    /// Opens a member's sheet.
    pub fn new(cx: &mut Context, member: MemberId) -> MemberScreen {
        MemberScreen::open(cx, member, "member")
    }

    /// Opens a member's sheet with the earlier claims over the whole height.
    pub fn history(cx: &mut Context, member: MemberId) -> MemberScreen {
        MemberScreen { history: true, ..MemberScreen::open(cx, member, "history") }
    }

    fn open(cx: &mut Context, member: MemberId, purpose: &'static str) -> MemberScreen {
        let ticket = cx.new_id();
        let sheet = Loading::new(cx.ask(look(ticket, member, purpose)));
        MemberScreen {
            member,
            purpose,
            ticket,
            sheet,
            history: false,
            chosen: 0,
            first: 0,
            revealing: None,
            revealed: Vec::new(),
            listing: None,
        }
    }

    /// Asks for the sheet; a retry carries the same ticket, so that one look is recorded once.
    fn ask(&mut self, cx: &mut Context) {
        self.sheet.again(cx.ask(look(self.ticket, self.member, self.purpose)));
    }

    fn claims(&self) -> &[ClaimLine] {
        self.sheet.there().map_or(&[], |sheet| &sheet.claims)
    }

    fn answered(&mut self, cx: &mut Context, seq: u64, result: &Result<Reply, StoreError>) -> Go {
        if let Some(wanted) = self.sheet.answered(seq, result, Reply::member) {
            if let Some(action) = wanted {
                return self.act(cx, action);
            }
        } else if self.listing == Some(seq) {
            self.listing = None;
            if let (Ok(Reply::Claims(claims)), Some(sheet)) = (result, self.sheet.there_mut()) {
                sheet.claims = claims.clone();
                self.chosen = self.chosen.min(sheet.claims.len().saturating_sub(1));
            }
        } else if let Some((_, field)) = self.revealing.take_if(|(asked, _)| *asked == seq) {
            match result {
                Ok(Reply::Revealed(_, whole)) => {
                    let until = cx.mono + REVEAL_MS;
                    self.revealed.push(Revealed { field, whole: whole.clone(), until });
                }
                Ok(_) => {}
                Err(error) => {
                    let text = store_error(error, &cx.strings);
                    cx.say(Tone::Error, text);
                }
            }
        }
        Go::Stay
    }

    fn act(&mut self, cx: &mut Context, action: Action) -> Go {
        match action {
            Action::Back if self.sheet.forgets() => return Go::Stay,
            Action::Back => return Go::Close,
            Action::Search => return Go::Desk,
            Action::NewClaim => {
                let looked = match (self.sheet.there(), self.sheet.under_way()) {
                    (Some(sheet), _) => Looked::At(sheet.clone()),
                    (None, Some(seq)) => Looked::Asked(seq),
                    (None, None) => Looked::NotYet,
                };
                return Go::Open(sheet::open_new(cx, self.member, looked));
            }
            _ => {}
        }
        if self.sheet.keeps(action) {
            return Go::Stay;
        }
        match action {
            Action::Open if self.sheet.there().is_none() => self.ask(cx),
            Action::History => self.history = !self.history,
            Action::Reveal => self.reveal(cx),
            Action::ChooseUp => self.choose(cx, self.chosen.saturating_sub(1)),
            Action::ChooseDown => self.choose(cx, self.chosen + 1),
            Action::ChoosePageUp => self.choose(cx, self.chosen.saturating_sub(PAGE)),
            Action::ChoosePageDown => self.choose(cx, self.chosen + PAGE),
            Action::Pick(n) if usize::from(n) <= self.claims().len() => {
                self.choose(cx, usize::from(n).saturating_sub(1));
                return self.act(cx, Action::Open);
            }
            Action::Open | Action::Slip | Action::Withdraw => {
                if let Some(line) = self.claims().get(self.chosen) {
                    let number = line.number;
                    return Go::Open(match action {
                        Action::Slip => Box::new(SlipScreen::new(cx, number)),
                        Action::Withdraw => Box::new(ClaimScreen::withdrawing(cx, number)),
                        _ => Box::new(ClaimScreen::new(cx, number)),
                    });
                }
                cx.refuse();
            }
            _ => cx.refuse(),
        }
        Go::Stay
    }

    fn choose(&mut self, cx: &Context, row: usize) {
        self.chosen = row.min(self.claims().len().saturating_sub(1));
        self.first = self.shown(cx).start;
    }

    /// The lines of the list that show.
    fn shown(&self, cx: &Context) -> Range<usize> {
        let facts = match self.sheet.there() {
            Some(sheet) if !self.history => pairs::lay(&self.facts(cx, sheet), usize::from(cx.size.0)).len(),
            _ => 0,
        };
        // The frame takes three rows of the screen, the rule one, the chosen claim under the list two.
        let rows = usize::from(cx.size.1).saturating_sub(6 + facts);
        table::scrolled(self.first, self.chosen, self.claims().len(), rows)
    }

    /// Asks for the next number that is still hidden: ID number, mobile, card.
    fn reveal(&mut self, cx: &mut Context) {
        let Some(sheet) = self.sheet.there() else { return cx.refuse() };
        let there = |field: &PersonalField| match field {
            PersonalField::IdNumber => true,
            PersonalField::Mobile => !sheet.member.mobile_masked.is_empty(),
            PersonalField::BankCard => sheet.card.is_some(),
        };
        let next = [PersonalField::IdNumber, PersonalField::Mobile, PersonalField::BankCard]
            .into_iter()
            .filter(there)
            .find(|field| self.revealed.iter().all(|shown| shown.field != *field));
        match next {
            Some(field) if self.revealing.is_none() => {
                let ticket = cx.new_id();
                let seq = cx.ask(Request::Reveal { ticket, member: self.member, field });
                self.revealing = Some((seq, field));
            }
            _ => cx.refuse(),
        }
    }

    fn whole_or(&self, field: PersonalField, masked: String) -> String {
        self.revealed.iter().find(|shown| shown.field == field).map_or(masked, |shown| shown.whole.clone())
    }

    /// What stands above the list.
    fn facts(&self, cx: &Context, sheet: &MemberSheet) -> Vec<Pair> {
        let member = &sheet.member;
        let pair = |key: &str, value: String| (cx.t(key), value);
        let who = cx.strings.with(
            "member-who",
            &[("name", &member.name), ("sex", &cx.t(&format!("sex-{}", member.sex.code()))), ("birth", &member.birth)],
        );
        let work = cx.t(if member.retired { "member-retired" } else { "member-working" });
        let card = sheet.card.as_ref().map(|card| {
            let number = self.whole_or(PersonalField::BankCard, format!("****{}", card.last4));
            format!("{} {number}", card.bank)
        });
        let mobile = self.whole_or(PersonalField::Mobile, member.mobile_masked.clone());
        let unit = cx.strings.with(
            "member-unit-ratio",
            &[
                ("unit", &member.unit),
                ("ratio", &ratio(member.unit_participants, member.unit_employees)),
                ("participants", &member.unit_participants),
                ("employees", &member.unit_employees),
            ],
        );
        let none = || cx.t("member-none");
        let period = current_period(cx, sheet);
        let paid = |in_period: bool| {
            let live = sheet
                .claims
                .iter()
                .filter(|line| line.is_told() && line.state.is_live() && (!in_period || line.period == period));
            let (count, total) = live.fold((0, Money::ZERO), |(n, sum), line| (n + 1, sum + line.total));
            cx.strings.with("member-paid", &[("count", &count), ("total", &total.grouped())])
        };
        vec![
            pair("member-name", who),
            pair("member-work", work),
            pair("member-id", self.whole_or(PersonalField::IdNumber, member.id_masked.clone())),
            pair("member-mobile", if mobile.is_empty() { none() } else { mobile }),
            pair("member-unit", unit),
            pair("member-card", card.unwrap_or_else(none)),
            pair("member-cover", covers(cx, sheet)),
            (cx.strings.with("member-paid-period", &[("period", &period)]), paid(true)),
            pair("member-paid-all", paid(false)),
        ]
    }

    fn list(&self, cx: &Context, area: Rect, buf: &mut Buffer) {
        let claims = self.claims();
        let title = cx.strings.with("member-claims", &[("count", &claims.len())]);
        table::rule(buf, at(area, 0), &title, cx.theme);
        // The chosen claim's hospital and days stand whole under the list.
        for (y, n) in self.shown(cx).enumerate() {
            claim_row(cx, &claims[n], n == self.chosen, at(area, y + 1), buf);
        }
        if let Some(line) = claims.get(self.chosen) {
            let below = Rect::new(area.x, area.bottom().saturating_sub(2), area.width, 2.min(area.height));
            put(buf, below.x, below.y, below.width, &whole(cx, line), cx.theme.note());
            if !line.missing.is_empty() {
                let missing = cx.strings.with("desk-missing", &[("what", &line.missing.join(" "))]);
                let row = at(below, 1);
                put(buf, row.x, row.y, row.width, &missing, cx.theme.warning());
            }
        }
    }
}

/// What the list cuts of a claim; of one of another league that its office has the rest.
fn whole(cx: &Context, line: &ClaimLine) -> String {
    if !line.is_told() {
        return cx.t("standing-elsewhere");
    }
    let medical = cx.strings.with("member-medical", &[("total", &line.medical_total.grouped())]);
    [line.hospital.clone(), words::days(cx, line.admission, line.until), medical].join("  ")
}

/// Where a claim was treated; of one of another league which office took it.
fn place(cx: &Context, line: &ClaimLine) -> String {
    match cx.lookup.office(line.number.office).filter(|_| !line.is_told()) {
        Some(office) => office.name.clone(),
        None => line.hospital.clone(),
    }
}

fn claim_row(cx: &Context, line: &ClaimLine, chosen: bool, row: Rect, buf: &mut Buffer) {
    let mut cells = vec![
        table::mark(chosen, cx.theme),
        Cell::new(line.number.to_string(), 24),
        Cell::new(line.submitted.to_string(), 10),
        Cell::new(words::kind_of(cx, line), words::kind_columns(cx)),
        Cell::rest(place(cx, line)),
        Cell::new(words::total_of(line), 11).right(),
        Cell::new(words::state(cx, line.state), words::state_columns(cx)),
    ];
    // Where the words are long, the hospital stands under the list only.
    let used = 2 + 25 + 11 + words::kind_columns(cx) + 1 + 12 + words::state_columns(cx) + 1;
    if usize::from(row.width) < used + HOSPITAL_MIN {
        cells[4] = Cell::rest("");
    }
    if row.width >= WIDE {
        cells.insert(5, Cell::new(words::days(cx, line.admission, line.until), 25));
    }
    table::row(buf, row, &cells);
}

/// The period whose cover holds today, or today's year.
fn current_period(cx: &Context, sheet: &MemberSheet) -> i32 {
    let today = cx.today();
    let holds = sheet.covers.iter().find(|cover| cover.from <= today && today <= cover.to);
    holds.map_or(today.year(), |cover| cover.period)
}

/// Every participation, the newest first, with its years in a row.
fn covers(cx: &Context, sheet: &MemberSheet) -> String {
    let each = sheet.covers.iter().rev().map(|cover| {
        let years = words::cover(cx, cover.period, years_in_a_row(&sheet.covers, cover.period));
        format!("{years} {}", words::days(cx, Some(cover.from), Some(cover.to)))
    });
    let text = each.collect::<Vec<String>>().join("   ");
    if text.is_empty() { cx.t("cover-none") } else { text }
}

/// `82.4`: percent with one place, rounded half up.
fn ratio(part: u32, whole: u32) -> String {
    if whole == 0 {
        return "-".into();
    }
    let (part, whole) = (u64::from(part), u64::from(whole));
    let permille = (part * 2000 + whole) / (whole * 2);
    format!("{}.{}", permille / 10, permille % 10)
}

/// A look at a member; one ticket is one look.
fn look(ticket: Uuid, member: MemberId, purpose: &str) -> Request {
    Request::OpenMember { ticket, member, purpose: purpose.to_owned() }
}

impl Screen for MemberScreen {
    fn name(&self) -> &'static str {
        "member"
    }

    fn layers(&self) -> &'static [Layer] {
        &[Layer::Member, Layer::Desk]
    }

    fn takes_text(&self) -> bool {
        false
    }

    fn waits(&self) -> bool {
        self.sheet.waits()
    }

    fn is_opening(&self) -> bool {
        self.sheet.is_opening()
    }

    fn wake_at(&self) -> Option<u64> {
        self.revealed.iter().map(|shown| shown.until).min()
    }

    fn actions(&self, _cx: &Context) -> Vec<Action> {
        let claim = !self.claims().is_empty();
        words::able([
            (true, Action::Help),
            (true, Action::Search),
            (true, Action::NewClaim),
            (claim, Action::Slip),
            (true, Action::History),
            (self.sheet.there().is_some(), Action::Reveal),
            (claim, Action::Open),
            (true, Action::Back),
            (true, Action::Palette),
        ])
    }

    fn on(&mut self, cx: &mut Context, event: Event) -> Go {
        match event {
            Event::Action(action) => self.act(cx, action),
            Event::Store(seq, result) => self.answered(cx, seq, result),
            Event::Tick => {
                self.revealed.retain(|shown| shown.until > cx.mono);
                Go::Stay
            }
            Event::Shown => {
                // What another screen covered is hidden; a claim may have been entered or withdrawn there.
                self.revealed.clear();
                if self.sheet.there().is_some() {
                    self.listing = Some(cx.ask(Request::ClaimsOf(self.member)));
                }
                Go::Stay
            }
            _ => Go::Stay,
        }
    }

    fn title(&self, cx: &Context) -> String {
        let screen = cx.t("screen-member");
        match self.sheet.there() {
            Some(sheet) => format!("{screen} {} {}", sheet.member.name, sheet.member.id_masked),
            None => screen,
        }
    }

    fn draw(&self, cx: &Context, area: Rect, buf: &mut Buffer) -> Option<Position> {
        let Some(sheet) = self.sheet.there() else {
            words::waiting(cx, self.sheet.error(), "member-opening", Action::Open, area, buf);
            return None;
        };
        let mut y = 0;
        if !self.history {
            for line in pairs::lay(&self.facts(cx, sheet), usize::from(area.width)) {
                pairs::draw(buf, at(area, y), &line, cx.theme);
                y += 1;
            }
        }
        let used = (y as u16).min(area.height);
        self.list(cx, Rect::new(area.x, area.y + used, area.width, area.height - used), buf);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::ratio;

    #[test]
    fn participation_in_percent() {
        assert_eq!(ratio(824, 1000), "82.4");
        assert_eq!(ratio(2, 3), "66.7");
        assert_eq!(ratio(3, 3), "100.0");
        assert_eq!(ratio(0, 0), "-");
    }
}
