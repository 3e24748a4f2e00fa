//! How the desk looks: the box, the rows or a sentence, and under them the lists.

use std::ops::Range;

use chrono::NaiveDateTime;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{Desk, Item};
use crate::app::screens::words;
use crate::app::{Context, MIN_SIZE};
use crate::data::surnames;
use crate::domain::claim::{ClaimLine, ClaimState};
use crate::domain::query::Query;
use crate::domain::romanise::readings;
use crate::domain::text::{is_middle_dot, name_key};
use crate::keymap::Action;
use crate::slip::{Doubt, PrintId, of_claim};
use crate::store::journal::Draft;
use crate::store::{Found, Hit};
use crate::strings::errors::no_query;
use crate::strings::errors::store_error;
use crate::ui::table::{self, Cell, at};
use crate::ui::text::{clip, put, width, wrap};
use crate::ui::typed;

/// Columns of a name.
const NAME: usize = 10;
/// Columns of a claim's number.
const NUMBER: usize = 24;
/// Rows of a search on the smallest screen: those that a digit picks. More of them say little before more was typed.
const HITS: usize = 9;
/// Rows that the lists keep under a full page of rows.
const LISTS: usize = 4;

/// Days ahead that a password which runs out is told: whoever lets it does not come in any more.
const PASSWORD_DAYS: i64 = 7;

pub(super) fn draw(desk: &Desk, cx: &Context, area: Rect, buf: &mut Buffer) -> Position {
    let cursor = search_box(desk, cx, at(area, 0), buf);
    // It stays, whatever the message line says.
    let banner = if cx.reads_only() { cx.t("desk-read-only") } else { password_runs_out(cx).unwrap_or_default() };
    table::rule(buf, at(area, 1), &banner, cx.theme);
    let mut body = below(area, 2);
    if !desk.line.is_empty() {
        let lists = lists_of(cx);
        let used = found(desk, cx, body, buf);
        body = below(body, used);
        if !lists.is_empty() {
            table::rule(buf, at(body, 0), "", cx.theme);
            body = below(body, 1);
            list(cx, &lists, None, 0..lists.len().min(usize::from(body.height)), body, buf);
        }
        return cursor;
    }
    let items = desk.items(cx);
    if items.is_empty() {
        sentence(cx, &cx.t("search-what"), body, buf);
    } else {
        list(cx, &items, Some(desk.chosen.min(items.len() - 1)), shown(desk, cx), body, buf);
    }
    cursor
}

/// That the password runs out soon.
fn password_runs_out(cx: &Context) -> Option<String> {
    let until = cx.hello.as_ref()?.password_until?;
    let soon = (until - cx.today()).num_days() <= PASSWORD_DAYS;
    soon.then(|| cx.strings.with("desk-password-until", &[("until", &until)]))
}

/// The lines that show of what can be chosen: with the chosen one, and else as few others as before as can be.
pub(super) fn shown(desk: &Desk, cx: &Context) -> Range<usize> {
    // The frame takes three rows of the screen, the box and its rule two.
    let body = usize::from(cx.size.1).saturating_sub(5);
    let room = if desk.line.is_empty() {
        body
    } else {
        let taller = usize::from(cx.size.1.saturating_sub(MIN_SIZE.1));
        body.saturating_sub(kept(&lists_of(cx)) + usize::from(more(desk))).min(HITS + taller)
    };
    table::scrolled(desk.first, desk.chosen, desk.items(cx).len(), room)
}

/// Rows that the lists and their rule keep under a full page of rows.
fn kept(lists: &[Item]) -> usize {
    if lists.is_empty() { 0 } else { lists.len().min(LISTS) + 1 }
}

/// Whether there are more rows than were given.
fn more(desk: &Desk) -> bool {
    matches!(desk.search.answer(), Some((_, Ok(found))) if found.more)
}

fn below(area: Rect, rows: usize) -> Rect {
    let rows = (rows as u16).min(area.height);
    Rect::new(area.x, area.y + rows, area.width, area.height - rows)
}

fn search_box(desk: &Desk, cx: &Context, row: Rect, buf: &mut Buffer) -> Position {
    let label = cx.t("search-label");
    let right = count(desk, cx);
    let right_columns = (width(&right) as u16).min(row.width);
    put(buf, row.right() - right_columns, row.y, right_columns, &right, cx.theme.note());
    let x = (row.x + put(buf, row.x, row.y, row.width, &label, cx.theme.label()) + 1).min(row.right());
    let columns = (row.right() - x).saturating_sub(right_columns + 1);
    typed::draw(buf, x, row.y, columns, desk.line.text(), desk.line.cursor(), cx.theme.text())
}

/// How many, and what was searched: `2条 拼音`.
fn count(desk: &Desk, cx: &Context) -> String {
    let Ok(asked) = desk.search.asked() else { return String::new() };
    let kind = |query: &Query| cx.t(&format!("search-kind-{}", query.kind()));
    match desk.search.answer() {
        Some((query, Ok(found))) => {
            let key = if found.more { "search-count-more" } else { "search-count" };
            cx.strings.with(key, &[("count", &found.rows.len()), ("kind", &kind(query))])
        }
        _ => kind(asked),
    }
}

/// Draws rows, or the sentence that stands in their place; gives the rows used.
fn found(desk: &Desk, cx: &Context, area: Rect, buf: &mut Buffer) -> usize {
    if let Err(why) = desk.search.asked() {
        return sentence(cx, &cx.t(no_query(why)), area, buf);
    }
    let Some((query, answer)) = desk.search.answer() else { return 0 };
    match answer {
        Err(error) => sentence(cx, &store_error(error, &cx.strings), area, buf),
        Ok(Found { rows, .. }) if !rows.is_empty() => rows_of(desk, cx, query, rows, area, buf),
        Ok(found) if found.elsewhere => sentence(cx, &cx.t("search-elsewhere"), area, buf),
        Ok(_) => sentence(cx, &cx.t("search-nothing"), area, buf),
    }
}

fn rows_of(desk: &Desk, cx: &Context, query: &Query, rows: &[Hit], area: Rect, buf: &mut Buffer) -> usize {
    let mut used = 0;
    for n in shown(desk, cx) {
        hit_row(cx, query, &rows[n], n, n == desk.chosen, at(area, used), buf);
        used += 1;
    }
    if more(desk) {
        used += sentence(cx, &cx.t("search-more"), below(area, used), buf);
    }
    used
}

fn hit_row(cx: &Context, query: &Query, hit: &Hit, n: usize, chosen: bool, row: Rect, buf: &mut Buffer) {
    let place = hit.claim.map_or_else(|| hit.unit.clone(), |number| number.to_string());
    let cells = [
        table::mark(chosen, cx.theme),
        Cell::new(if n < 9 { (n + 1).to_string() } else { String::new() }, 1),
        Cell::new(hit.name.clone(), NAME),
        Cell::fit(cx.t(&format!("sex-{}", hit.sex.code()))),
        Cell::new(hit.birth_year.to_string(), 4),
        Cell::new(hit.id_masked.clone(), 18),
        Cell::rest(place),
        Cell::new(words::cover(cx, hit.period, hit.years), 13),
    ];
    let starts = table::row(buf, row, &cells);
    if let Some(part) = matched(&hit.name, query) {
        // Only where the whole part stands in its column.
        let (before, part) = (width(&hit.name[..part.start]), &hit.name[part]);
        if before + width(part) <= NAME {
            put(buf, starts[2] + before as u16, row.y, (NAME - before) as u16, part, cx.theme.matched());
        }
    }
    if let Query::Tail(tail) = query
        && width(&hit.id_masked) == 18
    {
        // The last four are all that is shown of it.
        let shown: String = hit.id_masked.chars().skip(14).collect();
        if tail.to_uppercase().ends_with(&shown) {
            put(buf, starts[5] + 14, row.y, 4, &shown, cx.theme.matched());
        }
    }
}

/// The part of a name that a search for its characters or its pinyin found; dots and spaces in it do not count.
fn matched(name: &str, query: &Query) -> Option<Range<usize>> {
    let letters: Vec<(usize, char)> =
        name.char_indices().filter(|(_, c)| !is_middle_dot(*c) && !c.is_whitespace()).collect();
    let ends: Vec<usize> = letters.iter().map(|(at, c)| at + c.len_utf8()).collect();
    match query {
        Query::Name(term) => {
            let key: Vec<char> = name_key(&term.key).chars().collect();
            let last = key.len().checked_sub(1)?;
            let from = letters.windows(key.len()).position(|part| part.iter().map(|(_, c)| c).eq(key.iter()))?;
            Some(letters[from].0..ends[from + last])
        }
        // The fewest characters of the name whose reading holds what was typed.
        Query::Latin(term) => ends.into_iter().find(|end| reads(&name[..*end], &term.key)).map(|end| 0..end),
        _ => None,
    }
}

/// Whether a name is read with these letters at its beginning: in full, as initials, or both.
fn reads(name: &str, key: &str) -> bool {
    readings(name, surnames())
        .iter()
        .any(|way| [&way.full, &way.initials, &way.surname_initials].into_iter().any(|text| text.starts_with(key)))
}

/// A sentence over as many rows as it needs; gives their number.
fn sentence(cx: &Context, text: &str, area: Rect, buf: &mut Buffer) -> usize {
    let lines = wrap(text, usize::from(area.width));
    for (y, line) in lines.iter().enumerate() {
        let row = at(area, y);
        put(buf, row.x, row.y, row.width, line, cx.theme.note());
    }
    lines.len().min(usize::from(area.height))
}

fn lists_of(cx: &Context) -> Vec<Item> {
    Desk::default().items(cx)
}

fn list(cx: &Context, items: &[Item], chosen: Option<usize>, shown: Range<usize>, area: Rect, buf: &mut Buffer) {
    for (y, n) in shown.enumerate() {
        item_row(cx, items[n], chosen == Some(n), at(area, y), buf);
    }
}

fn item_row(cx: &Context, item: Item, chosen: bool, row: Rect, buf: &mut Buffer) {
    let cells = match item {
        Item::Doubt(at) => cx.outcomes.doubts.get(at).map(|doubt| doubt_cells(cx, doubt, chosen)),
        Item::Waiting(at) => cx.outcomes.waiting.get(at).map(|(print, why)| waiting_cells(cx, print, why)),
        Item::Draft(at) => cx.drafts.get(at).map(|draft| draft_cells(cx, draft, chosen)),
        Item::Returned(at) => cx.desk.returned.get(at).map(|line| returned_cells(cx, line)),
        Item::Own(at) => cx.desk.own_today.get(at).map(|line| own_cells(cx, line)),
        Item::Hit(_) => None,
    };
    let cells = std::iter::once(table::mark(chosen, cx.theme)).chain(cells.unwrap_or_default());
    table::row(buf, row, &cells.collect::<Vec<Cell>>());
}

fn doubt_cells(cx: &Context, doubt: &Doubt, chosen: bool) -> Vec<Cell> {
    let at = moment(doubt.at, cx);
    let answer = match cx.keymap.hint(Action::Open) {
        Some(key) if chosen => cx.strings.with("desk-doubt-answer", &[("key", &key)]),
        _ => String::new(),
    };
    vec![
        Cell::fit(cx.t("desk-doubt")),
        Cell::fit(doubt.print.number.clone()),
        Cell::rest(cx.strings.with("desk-doubt-sent", &[("printer", &doubt.printer), ("at", &at)])),
        Cell::fit(answer),
    ]
}

fn waiting_cells(cx: &Context, print: &PrintId, why: &str) -> Vec<Cell> {
    vec![
        Cell::fit(cx.t("desk-waiting")),
        Cell::fit(print.number.clone()),
        Cell::fit(of_claim::word(print.form, &cx.strings)),
        Cell::rest(why.to_owned()),
    ]
}

fn draft_cells(cx: &Context, draft: &Draft, chosen: bool) -> Vec<Cell> {
    let saved = cx.strings.with("desk-draft-saved", &[("at", &moment(draft.saved_at, cx))]);
    let go_on = match cx.keymap.hint(Action::Open) {
        Some(key) if chosen => cx.strings.with("desk-draft-go-on", &[("key", &key)]),
        _ => String::new(),
    };
    vec![
        Cell::fit(cx.t("desk-draft")),
        Cell::new(draft.member_name.clone(), NAME),
        Cell::fit(words::kind(cx, draft.kind)),
        Cell::rest(saved),
        Cell::fit(go_on),
    ]
}

fn returned_cells(cx: &Context, line: &ClaimLine) -> Vec<Cell> {
    let missing = cx.strings.with("desk-missing", &[("what", &line.missing.join(" "))]);
    let days = (cx.today() - line.submitted).num_days().max(0);
    vec![
        Cell::fit(cx.t("desk-returned")),
        Cell::new(line.number.to_string(), NUMBER),
        Cell::new(line.member_name.clone(), NAME),
        Cell::rest(missing),
        Cell::fit(cx.strings.with("desk-days", &[("days", &days)])),
    ]
}

fn own_cells(cx: &Context, line: &ClaimLine) -> Vec<Cell> {
    vec![
        Cell::fit(cx.t("desk-own")),
        Cell::new(line.number.to_string(), NUMBER),
        Cell::new(line.member_name.clone(), NAME),
        Cell::rest(match line.state {
            ClaimState::Submitted => words::kind_of(cx, line),
            state => format!("{} {}", words::kind_of(cx, line), words::state(cx, state)),
        }),
        Cell::new(words::total_of(line), 12).right(),
    ]
}

/// The time of today, or the day and the time.
fn moment(at: NaiveDateTime, cx: &Context) -> String {
    let form = if at.date() == cx.today() { "%H:%M" } else { "%m-%d %H:%M" };
    clip(&at.format(form).to_string(), 11)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::query::Term;

    #[test]
    fn the_matched_part_of_a_name() {
        let query = |key: &str| Query::Name(Term { key: key.into(), unit: None });
        let part = |name: &'static str, key: &str| matched(name, &query(key)).map(|range| &name[range]);
        assert_eq!(part("王秀英", "秀英"), Some("秀英"));
        assert_eq!(part("巴图·孟和", "图孟"), Some("图·孟"));
        assert_eq!(part("王秀英", "李"), None);
        assert_eq!(part("王秀英", "王秀英花"), None);
        assert_eq!(matched("王秀英", &Query::Tail("2264".into())), None);
        let latin = |key: &str| Query::Latin(Term { key: key.into(), unit: None });
        let part = |name: &'static str, key: &str| matched(name, &latin(key)).map(|range| &name[range]);
        assert_eq!(part("王秀英", "wangxiu"), Some("王秀"));
        assert_eq!(part("王秀英", "wangx"), Some("王秀"));
        assert_eq!(part("王秀英", "wxy"), Some("王秀英"));
        assert_eq!(part("巴图·孟和", "btm"), Some("巴图·孟"));
        assert_eq!(part("王秀英", "li"), None);
    }
}
