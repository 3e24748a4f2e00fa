//! The searches of contract 2: each reads a few short ranges in the order of their index, never more than
//! [`ROWS_READ`] keys (a name narrowed by a unit: [`ROWS_WALKED`]), and ends with the masked rows of at most
//! [`SEARCH_ROWS`] members.

use std::collections::HashSet;

use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Row};

use super::keys::{Kind, after, reversed};
use super::row::{damaged, day, get};
use super::{SqliteStore, failed};
use crate::domain::mask;
use crate::domain::member::{MemberId, Sex};
use crate::domain::number::ClaimNumber;
use crate::domain::query::{Query, Term};
use crate::store::{Found, Hit, SEARCH_ROWS, StoreError};

/// One more than is shown: that there are more is known without counting them.
const WANTED: usize = SEARCH_ROWS + 1;
/// Keys read in the clerk's own office: a member may have several that fit (readings, full and short).
const OWN_ROWS: i64 = 64;
/// Keys read in the scope: those of the own office come again.
const SCOPE_ROWS: i64 = 128;
/// Keys that one arm of a search reads at most.
pub const ROWS_READ: i64 = OWN_ROWS + SCOPE_ROWS;
/// Units that are looked into one by one; where more fit, the names are walked through instead.
const UNITS: usize = 256;
/// Keys that are walked through at most to find those of fitting units.
pub const ROWS_WALKED: i64 = 2000;

/// The statements of one account: its scope stands in their text, one arm a league.
pub struct SearchSql {
    scope_range: String,
    scope_count: String,
    scope_walk_name: String,
    scope_walk_initials: String,
    office_walk_name: String,
    office_walk_initials: String,
    units_by_name: String,
    units_by_initials: String,
    in_units: String,
    hit: String,
    hits: String,
}

const OFFICE_RANGE: &str = "SELECT key, member FROM office_key \
     WHERE office = ?1 AND kind = ?2 AND key >= ?3 AND key < ?4 ORDER BY key, member LIMIT ?5";
const BY_ID_NUMBER: &str = "SELECT id, league FROM member WHERE id_number = ?1";
const BY_CLAIM: &str = "SELECT member, league FROM claim WHERE office = ?1 AND year = ?2 AND number = ?3";

impl SearchSql {
    /// For an account that sees these leagues.
    pub fn new(leagues: &[i64]) -> SearchSql {
        // `?1` is the office in every range, so that both kinds of ranges bind alike.
        let arms = |text: &str| {
            let arm = |league: &i64| text.replace("{league}", &league.to_string());
            leagues.iter().map(arm).collect::<Vec<_>>().join(" UNION ALL ")
        };
        let scope =
            arms("SELECT key, member FROM league_key WHERE league = {league} AND kind = ?2 AND key >= ?3 AND key < ?4");
        let scope_range = format!("{scope} ORDER BY key, member LIMIT ?5");
        // The limit of the inner select bounds what is read, and keeps its order.
        let walk = |range: &str, column: &str| {
            format!(
                "SELECT k.key, k.member FROM ({range}) k CROSS JOIN member m ON m.id = k.member \
                 CROSS JOIN unit u ON u.id = m.unit WHERE u.{column} >= ?6 AND u.{column} < ?7 LIMIT ?8"
            )
        };
        let units = |column: &str| {
            arms(&format!(
                "SELECT id, office FROM unit INDEXED BY unit_{column} \
                 WHERE league = {{league}} AND {column} >= ?1 AND {column} < ?2"
            )) + " LIMIT ?3"
        };
        let hits = |count: usize| {
            format!(
                "SELECT m.id, m.name, m.sex, m.birth, m.id_number, u.name, \
                 (SELECT group_concat(c.period) FROM cover c WHERE c.member = m.id) \
                 FROM member m CROSS JOIN unit u ON u.id = m.unit WHERE m.id IN ({})",
                places(1, count)
            )
        };
        SearchSql {
            scope_walk_name: walk(&scope_range, "name"),
            scope_walk_initials: walk(&scope_range, "initials"),
            office_walk_name: walk(OFFICE_RANGE, "name"),
            office_walk_initials: walk(OFFICE_RANGE, "initials"),
            scope_count: format!("SELECT count(*) FROM ({scope_range})"),
            scope_range,
            units_by_name: units("name"),
            units_by_initials: units("initials"),
            in_units: format!(
                "SELECT key, member, unit FROM unit_key \
                 WHERE unit IN ({}) AND kind = ?1 AND key >= ?2 AND key < ?3 LIMIT ?4",
                places(5, UNITS)
            ),
            hit: hits(1),
            hits: hits(SEARCH_ROWS),
        }
    }

    /// Every statement of a search, for the test of their plans.
    #[doc(hidden)]
    pub fn all(&self) -> Vec<&str> {
        vec![
            OFFICE_RANGE,
            BY_ID_NUMBER,
            BY_CLAIM,
            &self.scope_range,
            &self.scope_count,
            &self.scope_walk_name,
            &self.scope_walk_initials,
            &self.office_walk_name,
            &self.office_walk_initials,
            &self.units_by_name,
            &self.units_by_initials,
            &self.in_units,
            &self.hit,
            &self.hits,
        ]
    }
}

fn places(from: usize, count: usize) -> String {
    (from..from + count).map(|at| format!("?{at}")).collect::<Vec<_>>().join(",")
}

/// Members in the order in which they were found, each once.
#[derive(Default)]
struct Order {
    members: Vec<i64>,
    seen: HashSet<i64>,
    /// A range was not read to its end.
    cut: bool,
}

impl Order {
    fn full(&self) -> bool {
        self.members.len() >= WANTED
    }

    fn extend(&mut self, members: impl IntoIterator<Item = i64>) {
        for member in members {
            if !self.full() && self.seen.insert(member) {
                self.members.push(member);
            }
        }
    }
}

impl SqliteStore {
    /// Carries out a search.
    pub(super) async fn find(&self, query: &Query) -> Result<Found, StoreError> {
        let mut reader = self.reader.lock().await;
        let reader = &mut *reader;
        let mut order = Order::default();
        match query {
            Query::IdNumber(id) => return self.find_by_id(reader, id).await,
            Query::Claim(number) => return self.find_by_claim(reader, *number).await,
            Query::Mobile(mobile) => {
                self.ranges(reader, Kind::MobileEnd, &reversed(mobile), None, &mut order).await?;
            }
            Query::Tail(tail) => {
                let end = reversed(tail);
                self.ranges(reader, Kind::IdEnd, &end, None, &mut order).await?;
                if !order.full() {
                    self.ranges(reader, Kind::MobileEnd, &end, None, &mut order).await?;
                }
            }
            Query::Name(term) => {
                let units = self.units(reader, term).await?;
                self.ranges(reader, Kind::Whole, &term.key, units.as_ref(), &mut order).await?;
                if !order.full() {
                    self.ranges(reader, Kind::Inside, &term.key, units.as_ref(), &mut order).await?;
                }
            }
            Query::Latin(term) => {
                let units = self.units(reader, term).await?;
                self.ranges(reader, Kind::Latin, &term.key, units.as_ref(), &mut order).await?;
            }
        }
        let more = order.full() || order.cut;
        order.members.truncate(SEARCH_ROWS);
        let rows = self.hits(reader, &order.members).await?;
        Ok(Found { rows, more, elsewhere: false })
    }

    async fn find_by_id(&self, reader: &mut SqliteConnection, id: &str) -> Result<Found, StoreError> {
        let row = sqlx::query(BY_ID_NUMBER).bind(id).fetch_optional(&mut *reader).await.map_err(failed)?;
        let Some(row) = row else {
            return Ok(Found::default());
        };
        if !self.me.sees(get(&row, 1)?) {
            return Ok(Found { elsewhere: true, ..Found::default() });
        }
        let rows = self.hits(reader, &[get(&row, 0)?]).await?;
        Ok(Found { rows, ..Found::default() })
    }

    async fn find_by_claim(&self, reader: &mut SqliteConnection, number: ClaimNumber) -> Result<Found, StoreError> {
        let row = sqlx::query(BY_CLAIM)
            .bind(i64::from(number.office.get()))
            .bind(number.year)
            .bind(number.sequence)
            .fetch_optional(&mut *reader)
            .await
            .map_err(failed)?;
        match row {
            Some(row) if self.me.sees(get(&row, 1)?) => {
                let mut rows = self.hits(reader, &[get(&row, 0)?]).await?;
                rows.iter_mut().for_each(|hit| hit.claim = Some(number));
                Ok(Found { rows, ..Found::default() })
            }
            _ => Ok(Found::default()),
        }
    }

    /// One kind of key: exact before beginning, in each the own office before the rest, in each by key and member.
    async fn ranges(
        &self,
        reader: &mut SqliteConnection,
        kind: Kind,
        term: &str,
        units: Option<&Units>,
        order: &mut Order,
    ) -> Result<(), StoreError> {
        if let Some(Units::Few(units)) = units {
            return self.few_units(reader, kind, term, units, order).await;
        }
        let (office_text, scope_text, range) = match units {
            Some(Units::Many { by_name: true, from, to }) => {
                (self.search.office_walk_name.as_str(), &self.search.scope_walk_name, Some((from, to)))
            }
            Some(Units::Many { by_name: false, from, to }) => {
                (self.search.office_walk_initials.as_str(), &self.search.scope_walk_initials, Some((from, to)))
            }
            _ => (OFFICE_RANGE, &self.search.scope_range, None),
        };
        let end = after(term);
        let own = self.keys(reader, office_text, kind, term, &end, OWN_ROWS, range).await?;
        let exact = |rows: &[(String, i64)]| rows.partition_point(|(key, _)| key == term);
        let (own_exact, own_beginning) = own.rows.split_at(exact(&own.rows));
        order.extend(own_exact.iter().map(|(_, member)| *member));
        if order.full() {
            return Ok(());
        }
        let scope = self.keys(reader, scope_text, kind, term, &end, SCOPE_ROWS, range).await?;
        let (scope_exact, scope_beginning) = scope.rows.split_at(exact(&scope.rows));
        for part in [scope_exact, own_beginning, scope_beginning] {
            order.extend(part.iter().map(|(_, member)| *member));
        }
        order.cut |= own.cut || scope.cut;
        if range.is_some() && !order.full() {
            let bound = ROWS_WALKED / 2;
            let count = sqlx::query_scalar::<_, i64>(AssertSqlSafe(self.search.scope_count.as_str()))
                .bind(i64::from(self.me.office.code.get()))
                .bind(kind as i64)
                .bind(term.to_owned())
                .bind(end)
                .bind(bound);
            order.cut |= count.fetch_one(reader).await.map_err(failed)? >= bound;
        }
        Ok(())
    }

    /// One range, at most `rows` of it.
    #[expect(clippy::too_many_arguments, reason = "the parameters of one statement")]
    async fn keys(
        &self,
        reader: &mut SqliteConnection,
        text: &str,
        kind: Kind,
        from: &str,
        to: &str,
        rows: i64,
        units: Option<(&String, &String)>,
    ) -> Result<Keys, StoreError> {
        let query = sqlx::query(AssertSqlSafe(text))
            .bind(i64::from(self.me.office.code.get()))
            .bind(kind as i64)
            .bind(from.to_owned())
            .bind(to.to_owned());
        let query = match units {
            None => query.bind(rows),
            Some((from, to)) => query.bind(ROWS_WALKED / 2).bind(from.clone()).bind(to.clone()).bind(rows),
        };
        let found = query.fetch_all(reader).await.map_err(failed)?;
        let cut = units.is_none() && found.len() as i64 >= rows;
        let rows = found.iter().map(|row| Ok((get(row, 0)?, get(row, 1)?))).collect::<Result<_, StoreError>>()?;
        Ok(Keys { rows, cut })
    }

    /// The units whose name (or initials) begins with the second term.
    async fn units(&self, reader: &mut SqliteConnection, term: &Term) -> Result<Option<Units>, StoreError> {
        let Some(unit) = &term.unit else {
            return Ok(None);
        };
        let by_name = !unit.is_ascii();
        let text = if by_name { &self.search.units_by_name } else { &self.search.units_by_initials };
        let (from, to) = (unit.clone(), after(unit));
        let rows = sqlx::query(AssertSqlSafe(text.as_str()))
            .bind(from.clone())
            .bind(to.clone())
            .bind(UNITS as i64 + 1)
            .fetch_all(reader)
            .await
            .map_err(failed)?;
        if rows.len() > UNITS {
            return Ok(Some(Units::Many { by_name, from, to }));
        }
        let own = i64::from(self.me.office.code.get());
        let units = rows.iter().map(|row| Ok((get(row, 0)?, get::<i64>(row, 1)? == own)));
        units.collect::<Result<_, StoreError>>().map(|units| Some(Units::Few(units)))
    }

    /// One kind of key in each of a few units.
    async fn few_units(
        &self,
        reader: &mut SqliteConnection,
        kind: Kind,
        term: &str,
        units: &[(i64, bool)],
        order: &mut Order,
    ) -> Result<(), StoreError> {
        if units.is_empty() {
            return Ok(());
        }
        let mut query = sqlx::query(AssertSqlSafe(self.search.in_units.as_str()))
            .bind(kind as i64)
            .bind(term.to_owned())
            .bind(after(term))
            .bind(ROWS_WALKED);
        for at in 0..UNITS {
            query = query.bind(units.get(at).map_or(0, |(unit, _)| *unit));
        }
        let rows = query.fetch_all(reader).await.map_err(failed)?;
        order.cut |= rows.len() as i64 >= ROWS_WALKED;
        let mut found = Vec::with_capacity(rows.len());
        for row in &rows {
            let (key, member, unit): (String, i64, i64) = (get(row, 0)?, get(row, 1)?, get(row, 2)?);
            let elsewhere = !units.iter().any(|(id, own)| *id == unit && *own);
            found.push((key != term, elsewhere, key, member));
        }
        found.sort_unstable();
        order.extend(found.into_iter().map(|(_, _, _, member)| member));
        Ok(())
    }

    /// The masked rows of members, in the order given.
    async fn hits(&self, reader: &mut SqliteConnection, members: &[i64]) -> Result<Vec<Hit>, StoreError> {
        let (text, count) = match members.len() {
            0 => return Ok(Vec::new()),
            1 => (&self.search.hit, 1),
            _ => (&self.search.hits, SEARCH_ROWS),
        };
        let mut query = sqlx::query(AssertSqlSafe(text.as_str()));
        for at in 0..count {
            query = query.bind(members.get(at).copied().unwrap_or(0));
        }
        let rows = query.fetch_all(reader).await.map_err(failed)?;
        let mut hits = rows.iter().map(hit).collect::<Result<Vec<_>, _>>()?;
        hits.sort_by_key(|hit| members.iter().position(|member| *member == hit.member.0));
        Ok(hits)
    }
}

struct Keys {
    rows: Vec<(String, i64)>,
    cut: bool,
}

/// Units that a second term leaves.
enum Units {
    /// Ids, and whether each is the own office's.
    Few(Vec<(i64, bool)>),
    /// Too many to look into: the range that their name (or initials) lies in.
    Many { by_name: bool, from: String, to: String },
}

fn hit(row: &SqliteRow) -> Result<Hit, StoreError> {
    let periods: Option<&str> = row.try_get(6).map_err(failed)?;
    let periods: Vec<i32> =
        periods.into_iter().flat_map(|list| list.split(',')).filter_map(|p| p.parse().ok()).collect();
    let period = periods.iter().copied().max().unwrap_or(0);
    Ok(Hit {
        member: MemberId(get(row, 0)?),
        name: get(row, 1)?,
        sex: sex(get(row, 2)?)?,
        birth_year: chrono::Datelike::year(&day(row, 3)?),
        id_masked: mask::id_number(get(row, 4)?),
        unit: get(row, 5)?,
        period,
        years: years_back(&periods, period),
        claim: None,
    })
}

/// Years in a row that end with `period`.
fn years_back(periods: &[i32], period: i32) -> u32 {
    (0..).take_while(|back| periods.contains(&(period - back))).count() as u32
}

/// A member's sex from its code.
pub(super) fn sex(code: &str) -> Result<Sex, StoreError> {
    [Sex::Female, Sex::Male].into_iter().find(|sex| sex.code() == code).ok_or_else(|| damaged("sex"))
}
