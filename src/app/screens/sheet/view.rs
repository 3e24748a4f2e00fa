//! How the sheet looks: the paper's fields on the left, the amount (or what is asked) on the right. Reads only.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::choices;
use super::confirm::{Confirm, Reasons};
use super::entries::Entry;
use super::field::{Field, Form};
use super::{Level, Reveal, Sheet, Stage, Stopped, history};
use crate::app::screens::words::kind_of;
use crate::app::{Context, MIN_SIZE};
use crate::domain::claim::ClaimState;
use crate::domain::money::Money;
use crate::domain::sheet::{Line as Amount, Slip};
use crate::domain::{bank_card, cover, mask, words};
use crate::strings::explain::{ExplainLine, LineKind};
use crate::ui::text::{put, width, wrap};
use crate::ui::{popup, typed};

/// Columns of the fields; the bar stands after them.
const LEFT: u16 = 45;
/// Columns of one of two fields in a row (label, value, mark, a blank), and of its label.
const HALF: u16 = 23;
const LABEL: u16 = 9;
/// Columns of a figure in the panel, `1,234,567.89`.
const FIGURE: usize = 12;

/// Where a field stands: its row, its first column, the columns of its value.
fn place(field: Field) -> (u16, u16, u16) {
    use Amount as A;
    let half = HALF - LABEL - 2;
    let wide = LEFT - LABEL - 1;
    match field {
        Field::Kind => (0, 0, half),
        Field::Mode => (0, HALF, half),
        Field::BillCode => (1, 0, half),
        Field::CheckCode => (1, HALF, half),
        Field::BillNumber => (2, 0, half),
        Field::Hospital => (3, 0, wide),
        Field::Admission => (4, 0, half),
        Field::Discharge => (4, HALF, half),
        Field::Settlement => (5, 0, half),
        Field::Visits => (5, HALF, half),
        Field::Diagnosis => (6, 0, wide),
        Field::Amount(line) => match line {
            A::Total => (7, 0, half),
            A::OutOfScope => (7, HALF, half),
            A::OverLimit => (8, 0, half),
            A::FirstPay => (8, HALF, half),
            A::Pooled => (9, 0, half),
            A::Major => (9, HALF, half),
            A::CivilServant => (10, 0, half),
            A::Supplement => (10, HALF, half),
            A::Assistance => (11, 0, half),
            A::OtherFunds => (11, HALF, half),
            A::HospitalPay => (12, 0, half),
            A::PersonalAccount => (12, HALF, half),
            A::FamilyAccount => (13, 0, half),
            A::Cash => (13, HALF, half),
            A::OtherCompensation => (15, 0, half),
        },
        Field::Card => (16, 0, wide),
        Field::CardAgain => (17, 0, half),
        Field::Bank => (17, HALF, half),
        Field::AgentName => (18, 0, half),
        Field::AgentRelation => (18, HALF, half),
        Field::AgentId => (19, 0, wide),
        Field::Remark => (20, 0, wide),
    }
}

/// `住院申领 王秀英 152801********2264 2021首年 有效至12-31`
pub fn title(sheet: &Sheet, cx: &Context) -> String {
    let kind = cx.t(&format!("kind-{}", sheet.kind().code()));
    let mut title = cx.strings.with("sheet-title", &[("kind", &kind), ("name", &sheet.member_name)]);
    let Some(member) = &sheet.member else { return title };
    title.push(' ');
    match &sheet.revealed {
        Some(Reveal::Shown(whole, _)) => title.push_str(whole),
        _ => title.push_str(&member.member.id_masked),
    }
    let today = cx.today();
    let holds = member.covers.iter().filter(|cover| cover.from <= today && today <= cover.to);
    match holds.map(|cover| cover.period).max() {
        None => {
            title.push(' ');
            title.push_str(&cx.t("cover-not-now"));
        }
        Some(newest) => {
            let years = cover::years_in_a_row(&member.covers, newest);
            let key = if years == 1 { "years-first" } else { "years-row" };
            title.push(' ');
            title.push_str(&cx.strings.with(key, &[("period", &newest), ("years", &years)]));
            let until = member.covers.iter().filter(|cover| cover.period == newest).map(|cover| cover.to).max();
            if let Some(until) = until {
                title.push(' ');
                title.push_str(&cx.strings.with("cover-until", &[("date", &until.format("%m-%d"))]));
            }
        }
    }
    title
}

/// Draws the sheet; the cursor stands in the field that has the focus.
pub fn draw(sheet: &Sheet, cx: &Context, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let mut cursor = None;
    for field in super::field::ORDER {
        if sheet.entries.shape().applies(field) {
            let at = draw_field(sheet, cx, field, area, buf);
            if field == sheet.focus {
                cursor = at;
            }
        }
    }
    draw_status(sheet, cx, area, buf);
    for y in area.top()..area.bottom() {
        put(buf, area.x + LEFT, y, 1, cx.theme.bar(), cx.theme.label());
    }
    let x = area.x + LEFT + 1;
    let panel = Rect { x, width: area.right().min(area.x + MIN_SIZE.0).saturating_sub(x), ..area };
    if let Some(place) = history::place(area, LEFT) {
        history::draw(sheet, cx, place, buf);
    }
    let mut panel = Panel { buf, area: panel, y: area.y, cx };
    match &sheet.stage {
        Stage::Typing => draw_amount(sheet, &mut panel),
        Stage::Stopped(stopped) => draw_standing(stopped, &mut panel),
        Stage::Reasons(reasons) => cursor = draw_reasons(reasons, &mut panel),
        Stage::Confirm(confirm) => {
            draw_confirm(confirm, &mut panel);
            panel.gap();
            let key = if confirm.incomplete_asked { "confirm-accept-incomplete" } else { "confirm-accept" };
            panel.line(&cx.t(key), cx.theme.total());
            cursor = Some(Position::new(x, panel.y.min(area.bottom().saturating_sub(1))));
        }
        Stage::Sending(sending) => {
            draw_confirm(&sending.confirm, &mut panel);
            panel.gap();
            let key = if sending.tries > 0 { "sheet-unconfirmed" } else { "confirm-sending" };
            panel.line(&cx.t(key), cx.theme.warning());
            cursor = Some(Position::new(x, panel.y.min(area.bottom().saturating_sub(1))));
        }
    }
    if matches!(sheet.stage, Stage::Typing) && sheet.shows_choices(cx) {
        draw_choices(sheet, cx, area, buf);
    }
    cursor
}

fn draw_field(sheet: &Sheet, cx: &Context, field: Field, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let (row, column, columns) = place(field);
    let (x, y) = (area.x + column, area.y + row);
    if y >= area.bottom() {
        return None;
    }
    put(buf, x, y, LABEL, &cx.strings.get(&format!("field-{}", field.name())), cx.theme.label());
    let x = x + LABEL;
    let entry = sheet.entries.get(field);
    let focused = sheet.focus == field;
    let problem = sheet.problems.iter().find(|problem| problem.field == field).map(|problem| problem.level);
    // What is still being typed is checked when the field is left.
    if let Some(level) = problem.filter(|_| !focused) {
        let (mark, style) = if level == Level::Error { ("!", cx.theme.error()) } else { ("?", cx.theme.warning()) };
        put(buf, x + columns, y, 1, mark, style);
    }
    if focused && !entry.line.is_empty() {
        let (text, cursor) = (entry.line.text(), entry.line.cursor());
        return Some(typed::draw(buf, x, y, columns, text, cursor, cx.theme.focus()));
    }
    let (mut text, style) = shown(sheet, cx, field);
    if field.form() == Form::Amount && problem != Some(Level::Error) && width(&text) > usize::from(columns) {
        // A figure that is cut would be another one.
        text = "#".repeat(usize::from(columns));
    }
    let style = if focused { style.patch(cx.theme.focus()) } else { style };
    let indent = match field.form() {
        Form::Amount => columns.saturating_sub(width(&text) as u16),
        _ => 0,
    };
    put(buf, x + indent, y, columns - indent, &text, style);
    if entry.is_offer() && problem.is_none() && field != Field::Mode {
        put(buf, x + columns, y, 1, "*", cx.theme.offer());
    }
    focused.then(|| Position::new(x, y))
}

/// What a field shows without the cursor.
fn shown(sheet: &Sheet, cx: &Context, field: Field) -> (String, Style) {
    let entry = sheet.entries.get(field);
    let style = if entry.is_offer() { cx.theme.offer() } else { cx.theme.text() };
    let text = match field.form() {
        Form::Choice => match entry.code() {
            Some(code) => choices::label(field, code, cx),
            None => entry.line.text().to_owned(),
        },
        Form::Date => match sheet.entries.date(field, cx.today()) {
            Some(date) => date.to_string(),
            None => entry.text().to_owned(),
        },
        Form::Amount => match field {
            Field::Amount(line) => {
                let negative = line == Amount::HospitalPay || entry.is_offer();
                match crate::domain::amount::parse(entry.text(), negative) {
                    Ok(amount) if !entry.text().is_empty() || entry.visited => amount.grouped(),
                    Ok(_) => String::new(),
                    Err(_) => entry.text().to_owned(),
                }
            }
            _ => String::new(),
        },
        Form::Text => masked(field, entry),
    };
    (text, style)
}

/// Numbers are whole while they are typed, and masked when the cursor is elsewhere.
fn masked(field: Field, entry: &Entry) -> String {
    match field {
        Field::Card | Field::CardAgain if !entry.is_offer() && !entry.text().is_empty() => {
            mask::bank_card(&bank_card::normalise(entry.text()))
        }
        Field::AgentId => mask::id_number(entry.text().trim()),
        _ => entry.text().to_owned(),
    }
}

/// What stands beside the fields: the bill's check, the days of the stay, the balance, the draft.
fn draw_status(sheet: &Sheet, cx: &Context, area: Rect, buf: &mut Buffer) {
    let row = |n: u16| area.y + n;
    let mut line = |y: u16, x: u16, text: &str, style: Style| {
        if y < area.bottom() {
            put(buf, area.x + x, y, LEFT.saturating_sub(x), text, style);
        }
    };
    let free = sheet.bill_free.as_ref() == Some(&sheet.entries.bill().key());
    let asked = sheet.bill_asked.as_ref().is_some_and(|(_, seq)| cx.awaits(*seq));
    if free {
        line(row(2), HALF, &cx.t("bill-free"), cx.theme.good());
    } else if asked {
        line(row(2), HALF, &cx.t("bill-asked"), cx.theme.note());
    }
    if let Some(assessment) = &sheet.assessing.assessment
        && sheet.kind().is_stay()
    {
        let text = cx.strings.with("stay-days", &[("days", &assessment.days)]);
        line(row(5), HALF, &text, cx.theme.text());
    }
    let (text, style) = balance(sheet, cx);
    line(row(14), 0, &text, style);
    if let Some(saved) = sheet.saved {
        let text = cx.strings.with("draft-saved", &[("time", &saved.format("%H:%M"))]);
        line(row(15), HALF + 1, &text, cx.theme.note());
    }
}

/// `平`, `现金待核`, or the difference with the fields that would be right.
fn balance(sheet: &Sheet, cx: &Context) -> (String, Style) {
    if !sheet.total_typed() {
        return (String::new(), cx.theme.text());
    }
    let amounts = sheet.entries.sheet();
    if sheet.entries.cash_is_offer() {
        return (cx.t("balance-cash-open"), cx.theme.warning());
    }
    let difference = amounts.difference();
    if difference.is_zero() {
        return (cx.t("balance-even"), cx.theme.good());
    }
    let sign = if difference.fen() > 0 { "+" } else { "" };
    let mut text = cx.strings.with("balance-off", &[("difference", &format!("{sign}{}", difference.grouped()))]);
    for suspect in amounts.suspects().iter().take(1) {
        let key = match suspect.slip {
            Slip::Swapped => "balance-swapped",
            Slip::Digit => "balance-digit",
        };
        let field = cx.strings.get(&format!("field-{}", suspect.line.fact()));
        text.push(' ');
        text.push_str(&cx.strings.with(key, &[("field", &field), ("right", &suspect.right.grouped())]));
    }
    (text, cx.theme.error())
}

/// The right side, filled from the top.
struct Panel<'a> {
    buf: &'a mut Buffer,
    area: Rect,
    y: u16,
    cx: &'a Context,
}

impl Panel<'_> {
    fn fits(&self) -> bool {
        self.y < self.area.bottom()
    }

    fn line(&mut self, text: &str, style: Style) {
        for piece in wrap(text, usize::from(self.area.width)) {
            if self.fits() {
                put(self.buf, self.area.x, self.y, self.area.width, &piece, style);
                self.y += 1;
            }
        }
    }

    /// Words on the left, a figure on the right.
    fn pair(&mut self, text: &str, figure: &str, style: Style) {
        self.styled(text, style, figure, style);
    }

    fn styled(&mut self, text: &str, style: Style, figure: &str, figure_style: Style) {
        if !self.fits() {
            return;
        }
        let figure_columns = width(figure) as u16;
        let room = self.area.width.saturating_sub(figure_columns + 1);
        put(self.buf, self.area.x, self.y, room, text, style);
        let x = self.area.right().saturating_sub(figure_columns);
        put(self.buf, x, self.y, figure_columns, figure, figure_style);
        self.y += 1;
    }

    fn gap(&mut self) {
        self.y += 1;
    }
}

fn draw_amount(sheet: &Sheet, panel: &mut Panel) {
    let cx = panel.cx;
    let version = sheet.assessing.published.as_ref().map(|published| {
        let policy = &published.policy;
        cx.strings.with("panel-policy", &[("code", &policy.code), ("version", &policy.version)])
    });
    panel.pair(&cx.t("panel-title"), version.as_deref().unwrap_or(""), cx.theme.label());
    for key in &sheet.assessing.missing {
        panel.line(&cx.t(key), cx.theme.note());
    }
    if sheet.assessing.no_policy {
        panel.line(&cx.t("check-no-policy"), cx.theme.warning());
    }
    // What may come and go stands last, so that nothing else moves.
    let lines = &sheet.assessing.lines;
    let upto = lines.iter().position(|line| line.kind == LineKind::Total).map_or(lines.len(), |at| at + 1);
    lines[..upto].iter().for_each(|line| explained(line, panel));
    let Some(assessment) = &sheet.assessing.assessment else { return };
    match words::in_words(assessment.total) {
        // An amount in words is read when the figure in hand is complete.
        Some(words) if !sheet.is_typing_amount() => panel.line(&words, cx.theme.text()),
        _ => panel.gap(),
    }
    let period = sheet.assessing.published.as_ref().map_or(0, |published| published.policy.period);
    let (count, total) = sheet.paid_this_period(period);
    panel.line(&cx.strings.with("panel-paid", &[("total", &total.grouped()), ("count", &count)]), cx.theme.note());
    let kind = sheet.kind().code();
    let documents = sheet.assessing.published.iter().flat_map(|published| &published.policy.documents);
    let needed = documents
        .filter(|rule| rule.need == crate::policy::Need::Always && rule.claim.iter().any(|code| code == kind))
        .count();
    panel.line(&cx.strings.with("panel-documents", &[("count", &needed)]), cx.theme.note());
    lines[upto..].iter().for_each(|line| explained(line, panel));
}

/// A line of the explanation.
fn explained(line: &ExplainLine, panel: &mut Panel) {
    let cx = panel.cx;
    let style = match line.kind {
        LineKind::Title => cx.theme.label(),
        LineKind::Step => cx.theme.text(),
        LineKind::Total => cx.theme.total(),
        LineKind::Note => cx.theme.note(),
    };
    let figure = if line.kind == LineKind::Total { style } else { cx.theme.text() };
    let mut text = line.text.clone();
    // The clause stands there where it fits whole beside the longest amount, else above.
    let taken = width(&text) + width(&line.clause) + FIGURE + 2;
    match &line.clause {
        none if none.is_empty() => {}
        clause if taken <= usize::from(panel.area.width) => text = format!("{text} {clause}"),
        clause => panel.line(&format!("[{clause}]"), cx.theme.label()),
    }
    if line.illustrative {
        text.push('~');
    }
    if line.figure.is_empty() { panel.line(&text, style) } else { panel.styled(&text, style, &line.figure, figure) }
}

fn draw_standing(stopped: &Stopped, panel: &mut Panel) {
    let cx = panel.cx;
    let standing = &stopped.standing;
    let title = if stopped.field == Field::BillNumber { "standing-title" } else { "standing-stay" };
    panel.line(&cx.t(title), cx.theme.error());
    panel.gap();
    panel.line(&standing.number.to_string(), cx.theme.total());
    panel.pair(&standing.office, &cx.t(&format!("state-{}", standing.state.code())), cx.theme.text());
    match standing.line.as_ref().filter(|line| line.is_told()) {
        None => panel.line(&cx.t("standing-elsewhere"), cx.theme.note()),
        Some(line) => {
            panel.pair(&line.member_name, &kind_of(cx, line), cx.theme.text());
            panel.line(&line.hospital, cx.theme.text());
            let span = match (line.admission, line.until) {
                (Some(from), Some(to)) => format!("{from} - {to}"),
                (_, Some(day)) => day.to_string(),
                _ => String::new(),
            };
            panel.line(&span, cx.theme.text());
            panel.pair(&cx.t("field-total"), &line.medical_total.grouped(), cx.theme.text());
            panel.pair(&cx.t("standing-paid"), &line.total.grouped(), cx.theme.text());
            panel.pair(&cx.t("standing-submitted"), &line.submitted.to_string(), cx.theme.text());
        }
    }
    panel.gap();
    panel.line(&cx.t("standing-next"), cx.theme.note());
}

fn draw_reasons(reasons: &Reasons, panel: &mut Panel) -> Option<Position> {
    let cx = panel.cx;
    let at = reasons.given.len();
    let count = reasons.warnings.len();
    panel.line(&cx.strings.with("reason-title", &[("at", &(at + 1)), ("count", &count)]), cx.theme.label());
    panel.gap();
    if let Some(warning) = reasons.warnings.get(at) {
        panel.line(&warning.text, cx.theme.warning());
    }
    panel.gap();
    panel.line(&cx.t("reason-prompt"), cx.theme.label());
    if !panel.fits() {
        return None;
    }
    let (text, cursor) = (reasons.line.text(), reasons.line.cursor());
    let Rect { x, width, .. } = panel.area;
    Some(typed::draw(panel.buf, x, panel.y, width, text, cursor, cx.theme.focus()))
}

fn draw_confirm(confirm: &Confirm, panel: &mut Panel) {
    let cx = panel.cx;
    let claim = &confirm.claim;
    panel.line(&cx.t("confirm-title"), cx.theme.label());
    let kind = cx.t(&format!("kind-{}", claim.kind.code()));
    let bill = format!("{} {}", claim.bill.code, claim.bill.number);
    panel.pair(&kind, bill.trim_start(), cx.theme.text());
    panel.pair(&cx.t("confirm-total"), &claim.total.grouped(), cx.theme.total());
    if let Some(words) = words::in_words(claim.total) {
        panel.line(&words, cx.theme.text());
    }
    panel.pair(claim.payee.bank(), &format!("****{}", claim.payee.last4()), cx.theme.text());
    if claim.total == Money::ZERO {
        panel.line(&cx.t("confirm-zero"), cx.theme.warning());
    }
    for warning in &confirm.warnings {
        panel.line(&format!("? {warning}"), cx.theme.warning());
    }
    for reason in &claim.reasons {
        panel.line(&cx.strings.with("confirm-reason", &[("text", &reason.text)]), cx.theme.note());
    }
    panel.line(&cx.t("confirm-documents"), cx.theme.label());
    for (at, document) in claim.documents.iter().enumerate() {
        let (mark, y) = (if document.present { "x" } else { " " }, panel.y);
        panel.line(&format!("{} [{mark}] {}", at + 1, document.title), cx.theme.text());
        // The mark alone changes, at its place in the first of the lines.
        if document.present && y < panel.area.bottom() {
            let x = panel.area.x + width(&(at + 1).to_string()) as u16 + 2;
            put(panel.buf, x, y, 1, mark, cx.theme.good());
        }
    }
    if claim.state == ClaimState::Returned {
        panel.line(&cx.t("state-returned"), cx.theme.warning());
    }
}

fn draw_choices(sheet: &Sheet, cx: &Context, area: Rect, buf: &mut Buffer) {
    let (row, column, _) = place(sheet.focus);
    let choices = sheet.choices(cx);
    let count = choices.len() as u16;
    let below = area.y + row + 1 + count <= area.bottom();
    let top = if below { area.y + row + 1 } else { (area.y + row).saturating_sub(count) };
    let columns = (LEFT - column - 2).clamp(20, LEFT - LABEL - 1);
    let x = (area.x + column + LABEL).min(area.x + LEFT.saturating_sub(columns));
    for (at, choice) in choices.iter().enumerate() {
        let y = top + at as u16;
        if y >= area.bottom() {
            break;
        }
        popup::clear(buf, Rect::new(x, y, columns, 1));
        let chosen = Some(at) == sheet.marked(true);
        let style = if chosen { cx.theme.title() } else { cx.theme.text() };
        let mark = if chosen { ">" } else { " " };
        put(buf, x, y, columns, &format!("{mark}{}", choice.label), style);
    }
}
