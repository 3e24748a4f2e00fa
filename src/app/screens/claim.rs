//! A recorded claim: every field, how its amount came about, its documents; and taking it back at the member's wish.
//!
//! To show one more field: its pair in `ClaimScreen::record`.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use serde_json::Value;

use super::loading::Loading;
use super::member::MemberScreen;
use super::sheet::{self, Looked};
use super::slip::SlipScreen;
use super::words;
use crate::app::edit::Line;
use crate::app::prints::office;
use crate::app::{Context, Event, Go, Screen, Tone};
use crate::domain::claim::Claim;
use crate::domain::mask;
use crate::domain::money::Money;
use crate::domain::number::ClaimNumber;
use crate::domain::sheet::Line as Amount;
use crate::domain::text::REMARK_MAX;
use crate::keymap::{Action, Layer};
use crate::slip::of_claim::{explanation, policy_title};
use crate::store::{Reply, Request, StoreError};
use crate::strings::errors::store_error;
use crate::strings::explain::{ExplainLine, LineKind};
use crate::ui::pairs::{self, Pair, Placed};
use crate::ui::table::{self, Cell, at};
use crate::ui::text::{put, width, wrap};
use crate::ui::typed;

/// Rows of a page up or down.
const PAGE: usize = 16;
/// The shortest reason of a withdrawal, in characters.
const REASON_MIN: usize = 2;

/// One line of the body.
enum Row {
    Rule(String),
    Pairs(Vec<Placed>),
    Explain(ExplainLine),
    Text(String),
}

/// A recorded claim.
pub struct ClaimScreen {
    number: ClaimNumber,
    claim: Loading<Box<Claim>>,
    first: usize,
    /// The reason of a withdrawal, while it is typed.
    reason: Option<Line>,
    withdrawing: Option<u64>,
}

impl ClaimScreen {
    /// Opens a claim.
    pub fn new(cx: &mut Context, number: ClaimNumber) -> ClaimScreen {
        let claim = Loading::new(cx.ask(Request::Claim(number)));
        ClaimScreen { number, claim, first: 0, reason: None, withdrawing: None }
    }

    /// Opens a claim to take it back.
    pub fn withdrawing(cx: &mut Context, number: ClaimNumber) -> ClaimScreen {
        let screen = ClaimScreen::new(cx, number);
        ClaimScreen { claim: screen.claim.wanting(Action::Withdraw), ..screen }
    }

    fn ask(&mut self, cx: &mut Context) {
        self.claim.again(cx.ask(Request::Claim(self.number)));
    }

    fn can_withdraw(&self) -> bool {
        self.claim.there().is_some_and(|claim| claim.claim.state.is_live()) && self.withdrawing.is_none()
    }

    fn answered(&mut self, cx: &mut Context, seq: u64, result: &Result<Reply, StoreError>) -> Go {
        if let Some(wanted) = self.claim.answered(seq, result, Reply::claim) {
            if let Some(action) = wanted {
                return self.act(cx, action);
            }
        } else if self.withdrawing == Some(seq) {
            self.withdrawing = None;
            match result {
                Ok(_) => {
                    self.reason = None;
                    if let Some(claim) = self.claim.there() {
                        cx.take_as_before(&claim.claim);
                    }
                    let text = cx.strings.with("claim-withdrawn", &[("number", &self.number)]);
                    cx.say(Tone::Good, text);
                    self.ask(cx);
                    cx.refresh_desk();
                }
                Err(error) => {
                    // The reason stays; what somebody else changed is read anew.
                    let text = match error {
                        StoreError::NotAllowed => cx.t("claim-withdraw-not-allowed"),
                        error => store_error(error, &cx.strings),
                    };
                    cx.say(Tone::Error, text);
                    if matches!(error, StoreError::Stale(_)) {
                        self.ask(cx);
                    }
                }
            }
        }
        Go::Stay
    }

    fn act(&mut self, cx: &mut Context, action: Action) -> Go {
        if self.reason.is_some() {
            match action {
                Action::Back => self.reason = None,
                Action::Accept => self.withdraw(cx),
                _ => cx.bell(),
            }
            return Go::Stay;
        }
        match action {
            Action::Back if self.claim.forgets() => return Go::Stay,
            Action::Back => return Go::Close,
            Action::Search => return Go::Desk,
            Action::Slip => return Go::Open(Box::new(SlipScreen::new(cx, self.number))),
            _ => {}
        }
        if self.claim.keeps(action) {
            return Go::Stay;
        }
        match (action, self.claim.there()) {
            (Action::Open, None) => self.ask(cx),
            (Action::ChooseUp, _) => self.scroll(cx, self.first.saturating_sub(1)),
            (Action::ChooseDown, _) => self.scroll(cx, self.first + 1),
            (Action::ChoosePageUp, _) => self.scroll(cx, self.first.saturating_sub(PAGE)),
            (Action::ChoosePageDown, _) => self.scroll(cx, self.first + PAGE),
            (Action::Withdraw, Some(_)) if self.can_withdraw() => self.reason = Some(Line::default()),
            (Action::Withdraw, Some(_)) if self.withdrawing.is_none() => {
                let text = cx.t("claim-withdrawn-before");
                cx.say(Tone::Warning, text);
            }
            (Action::NewClaim, Some(claim)) => {
                return Go::Open(sheet::open_new(cx, claim.claim.member, Looked::NotYet));
            }
            (Action::History, Some(claim)) => {
                return Go::Open(Box::new(MemberScreen::history(cx, claim.claim.member)));
            }
            _ => cx.refuse(),
        }
        Go::Stay
    }

    fn withdraw(&mut self, cx: &mut Context) {
        let (Some(line), Some(claim)) = (&self.reason, self.claim.there()) else { return };
        let reason = line.text().trim().to_owned();
        if self.withdrawing.is_some() || self.claim.under_way().is_some() {
            cx.bell();
        } else if reason.chars().count() < REASON_MIN {
            let text = cx.t("claim-reason-missing");
            cx.say(Tone::Error, text);
        } else {
            self.withdrawing = Some(cx.ask(Request::Withdraw { number: self.number, rev: claim.rev, reason }));
        }
    }

    fn scroll(&mut self, cx: &Context, to: usize) {
        // The frame takes three rows of the screen.
        let rows = usize::from(cx.size.1).saturating_sub(3);
        let count = self.claim.there().map_or(0, |claim| self.rows(cx, claim, usize::from(cx.size.0)).len());
        self.first = to.min(count.saturating_sub(rows));
    }

    /// The recorded fields.
    fn record(&self, cx: &Context, record: &Claim, facts: &Value) -> Vec<Pair> {
        let claim = &record.claim;
        let office = office(cx, record).name;
        let submitted = crate::domain::date::to_shanghai(record.submitted_at);
        let taken = cx
            .strings
            .with("claim-taken-by", &[("office", &office), ("window", &claim.window), ("clerk", &record.clerk)]);
        let mark = if claim.diagnosis.standard { String::new() } else { cx.t("claim-not-standard") };
        let diagnosis = format!("{} {} {mark}", claim.diagnosis.code, claim.diagnosis.name);
        let bill = format!("{} {} {}", claim.bill.code, claim.bill.number, claim.bill.check);
        let agent = claim.agent.as_ref().map(|agent| {
            let relation = cx.t(&format!("relation-{}", agent.relation));
            format!("{} {} {relation}", agent.name, mask::id_number(&agent.id_number))
        });
        let visits = facts.get("visits").and_then(Value::as_u64).filter(|_| !claim.kind.is_stay());
        let pairs = [
            ("claim-number", record.number.to_string()),
            ("claim-state", words::state(cx, claim.state)),
            ("claim-submitted", submitted.format("%Y-%m-%d %H:%M").to_string()),
            ("claim-taken", taken),
            ("member-name", record.member_name.clone()),
            ("member-id", record.member_id_masked.clone()),
            ("member-unit", record.unit.clone()),
            ("claim-kind", words::kind(cx, claim.kind)),
            ("claim-days", words::days(cx, claim.admission, claim.discharge)),
            ("claim-settlement", words::day(claim.settlement)),
            ("claim-visits", visits.map(|visits| visits.to_string()).unwrap_or_default()),
            ("claim-mode", cx.t(&format!("mode-{}", claim.mode.code()))),
            ("claim-hospital", record.hospital_name.clone()),
            ("claim-bill", bill.trim().to_owned()),
            ("claim-diagnosis", diagnosis.trim().to_owned()),
            ("claim-payee", format!("{} ****{}", claim.payee.bank(), claim.payee.last4())),
            ("claim-agent", agent.unwrap_or_default()),
            ("claim-policy", policy_title(claim, &cx.strings)),
            ("claim-prints", record.prints.to_string()),
            ("claim-remark", claim.remark.clone()),
        ];
        pairs.into_iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| (cx.t(key), value)).collect()
    }

    /// The whole body, as it is scrolled.
    fn rows(&self, cx: &Context, record: &Claim, columns: usize) -> Vec<Row> {
        let claim = &record.claim;
        let facts: Value = serde_json::from_str(&claim.facts).unwrap_or_default();
        let mut rows: Vec<Row> =
            pairs::lay(&self.record(cx, record, &facts), columns).into_iter().map(Row::Pairs).collect();
        let amounts: Vec<Pair> = Amount::ALL
            .into_iter()
            .filter_map(|line| amount(&facts, line).map(|amount| (line, amount)))
            .filter(|(line, amount)| *line == Amount::Total || !amount.is_zero())
            .map(|(line, amount)| (cx.t(&format!("field-{}", line.fact())), amount.grouped()))
            .collect();
        if !amounts.is_empty() {
            rows.push(Row::Rule(cx.t("claim-amounts")));
            rows.extend(pairs::lay(&amounts, columns).into_iter().map(Row::Pairs));
        }
        rows.push(Row::Rule(cx.t("claim-assessment")));
        let explained = explanation(claim, &cx.strings);
        // The recorded amount always shows, whether or not the record of its making can be read.
        let has_total =
            explained.iter().any(|line| line.kind == LineKind::Total && line.figure == claim.total.grouped());
        rows.extend(explained.into_iter().map(Row::Explain));
        if !has_total {
            rows.push(Row::Pairs(vec![Placed { x: 0, label: cx.t("claim-total"), value: claim.total.grouped() }]));
        }
        if !claim.documents.is_empty() {
            rows.push(Row::Rule(cx.t("claim-documents")));
            let state = |present| cx.t(if present { "claim-document-there" } else { "claim-document-missing" });
            let documents: Vec<Pair> =
                claim.documents.iter().map(|document| (state(document.present), document.title.clone())).collect();
            rows.extend(pairs::lay(&documents, columns).into_iter().map(Row::Pairs));
        }
        if !claim.reasons.is_empty() {
            rows.push(Row::Rule(cx.t("claim-reasons")));
            for reason in &claim.reasons {
                rows.extend(wrap(&reason.text, columns).into_iter().map(Row::Text));
            }
        }
        rows
    }
}

/// An amount of the recorded facts; none where it is not there.
fn amount(facts: &Value, line: Amount) -> Option<Money> {
    facts.get(line.fact())?.as_str()?.parse().ok()
}

fn draw_row(cx: &Context, row: &Row, area: Rect, buf: &mut Buffer) {
    match row {
        Row::Rule(title) => table::rule(buf, area, title, cx.theme),
        Row::Pairs(line) => pairs::draw(buf, area, line, cx.theme),
        Row::Text(text) => {
            put(buf, area.x, area.y, area.width, text, cx.theme.text());
        }
        Row::Explain(line) => {
            let style = match line.kind {
                LineKind::Title => cx.theme.label(),
                LineKind::Total => cx.theme.total(),
                LineKind::Step => cx.theme.text(),
                LineKind::Note => cx.theme.note(),
            };
            // As on the slip: a star where the figure rests on what was never published.
            let star = if line.illustrative { "*" } else { "" };
            let cells = [
                Cell::rest(format!("{}{star}", line.text)).style(style),
                Cell::fit(line.clause.clone()).style(cx.theme.note()),
                Cell::new(line.figure.clone(), width(&line.figure).max(14)).right().style(style),
            ];
            table::row(buf, area, &cells);
        }
    }
}

impl Screen for ClaimScreen {
    fn name(&self) -> &'static str {
        "claim"
    }

    fn layers(&self) -> &'static [Layer] {
        if self.reason.is_some() { &[Layer::Confirm] } else { &[Layer::Member, Layer::Desk] }
    }

    fn takes_text(&self) -> bool {
        self.reason.is_some()
    }

    fn waits(&self) -> bool {
        self.claim.waits()
    }

    fn is_opening(&self) -> bool {
        self.claim.is_opening()
    }

    fn actions(&self, _cx: &Context) -> Vec<Action> {
        if self.reason.is_some() {
            return vec![Action::Accept, Action::Back];
        }
        let there = self.claim.there().is_some();
        words::able([
            (true, Action::Help),
            (true, Action::Search),
            (there, Action::NewClaim),
            (true, Action::Slip),
            (there, Action::History),
            (self.can_withdraw(), Action::Withdraw),
            (true, Action::Back),
            (true, Action::Palette),
        ])
    }

    fn on(&mut self, cx: &mut Context, event: Event) -> Go {
        match event {
            Event::Action(action) => return self.act(cx, action),
            Event::Store(seq, result) => return self.answered(cx, seq, result),
            Event::Text(c) => {
                if let Some(line) = &mut self.reason {
                    line.insert(c.encode_utf8(&mut [0; 4]), REMARK_MAX);
                }
            }
            Event::Paste(text) => {
                if let Some(line) = &mut self.reason {
                    line.insert(text, REMARK_MAX);
                }
            }
            Event::Edit(edit) => {
                if let Some(line) = &mut self.reason {
                    line.edit(edit);
                }
            }
            _ => {}
        }
        Go::Stay
    }

    fn title(&self, cx: &Context) -> String {
        let name = self.claim.there().map(|claim| claim.member_name.clone()).unwrap_or_default();
        format!("{} {} {name}", cx.t("screen-claim"), self.number)
    }

    fn draw(&self, cx: &Context, area: Rect, buf: &mut Buffer) -> Option<Position> {
        let Some(claim) = self.claim.there() else {
            words::waiting(cx, self.claim.error(), "claim-opening", Action::Open, area, buf);
            return None;
        };
        let kept = if self.reason.is_some() { 2 } else { 0 };
        let body = Rect::new(area.x, area.y, area.width, area.height.saturating_sub(kept));
        let rows = self.rows(cx, claim, usize::from(area.width));
        for (y, row) in rows.iter().skip(self.first).take(usize::from(body.height)).enumerate() {
            draw_row(cx, row, at(body, y), buf);
        }
        let line = self.reason.as_ref()?;
        table::rule(buf, at(area, usize::from(body.height)), &cx.t("claim-withdraw-ask"), cx.theme);
        let row = at(area, usize::from(body.height) + 1);
        let label = cx.t("claim-reason");
        put(buf, row.x, row.y, row.width, &label, cx.theme.label());
        let x = (row.x + width(&label) as u16 + 1).min(row.right());
        Some(typed::draw(buf, x, row.y, row.right() - x, line.text(), line.cursor(), cx.theme.text()))
    }
}
