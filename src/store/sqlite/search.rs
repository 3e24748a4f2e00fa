//! The searches of contract 2: each reads a few short ranges in the order of their index, none of them further than
//! [`ROWS_READ`] keys (where a unit narrows a name: [`MANY_UNITS`] units and [`ROWS_IN_UNITS`] keys), and ends with the masked
//! rows of at most [`SEARCH_ROWS`] members.

use std::collections::HashSet;
use std::time::Instant;

use chrono::TimeDelta;
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Row};

use super::row::{add, damaged, day, get};
use super::{SqliteStore, failed, local, slips};
use crate::domain::mask;
use crate::domain::member::{MemberId, Sex};
use crate::domain::number::ClaimNumber;
use crate::domain::query::{Query, Term};
use crate::store::keys::{Kind, after, reversed};
use crate::store::{Found, Hit, SEARCH_ROWS, StoreError};

/// One more than is shown: that there are more is known without counting them.
const WANTED: usize = SEARCH_ROWS + 1;
/// Keys that a range reads first, and at most, where members that were found already come again.
const FIRST_ROWS: i64 = 43;
/// The same of letters, of which a member has several.
const FIRST_LETTERS: i64 = 64;
/// The same where a unit narrows them: each costs several keys that are walked through.
const FIRST_WALKED: i64 = 43;
/// Keys that one range reads at most.
const ROWS_READ: i64 = 200;
/// Units that are looked into one by one. Where more fit, names are walked through first, which ends soon where many names
/// fit too; up to so many units are looked into where that did not end.
const FEW_UNITS: i64 = 48;
const MANY_UNITS: i64 = 512;
/// Keys that are read of those units.
const ROWS_IN_UNITS: i64 = 1000;
/// Names that are walked through at most: in the own office, and in the scope.
const OWN_WALKED: i64 = 400;
const SCOPE_WALKED: i64 = 800;

/// The statements of one account: its scope stands in their text, one arm a league.
pub struct SearchSql {
    scope_range: String,
    by_name: UnitSql,
    by_initials: UnitSql,
    hit: String,
    hits: String,
    few_units: i64,
    many_units: i64,
}

/// The statements that a unit narrows: by its name, or by its initials.
struct UnitSql {
    count: String,
    inside: String,
    office_walk: String,
    scope_walk: String,
    scope_count: String,
}

const OFFICE_RANGE: &str = "SELECT key, member, unit FROM office_key \
     WHERE office = ?1 AND kind = ?2 AND key >= ?3 AND key < ?4 ORDER BY key, member LIMIT ?5";
const BY_ID_NUMBER: &str = "SELECT id, league FROM member WHERE id_number = ?1";
const BY_CLAIM: &str = "SELECT member, league FROM claim WHERE office = ?1 AND year = ?2 AND number = ?3";

impl SearchSql {
    /// For an account that sees these leagues.
    pub fn new(leagues: &[i64]) -> SearchSql {
        let arms = |text: &str| {
            let arm = |league: &i64| text.replace("{league}", &league.to_string());
            leagues.iter().map(arm).collect::<Vec<_>>().join(" UNION ALL ")
        };
        // `?1` is the office in every range, so that both kinds of ranges bind alike.
        let scope = arms(
            "SELECT key, member, unit FROM league_key WHERE league = {league} AND kind = ?2 AND key >= ?3 AND key < ?4",
        );
        let scope_range = format!("{scope} ORDER BY key, member LIMIT ?5");
        let by = |column: &str| {
            let units = arms(&format!(
                "SELECT id, office FROM unit INDEXED BY unit_{column} \
                 WHERE league = {{league}} AND {column} >= ?1 AND {column} < ?2"
            ));
            // The limit of the inner select bounds what is read, and keeps its order.
            let walk = |range: &str| {
                format!(
                    "SELECT walked.key, walked.member FROM ({range}) walked \
                     CROSS JOIN unit u ON u.id = walked.unit WHERE u.{column} >= ?6 AND u.{column} < ?7 LIMIT ?8"
                )
            };
            UnitSql {
                count: format!("SELECT count(*), total(office = ?4) > 0 FROM ({units} LIMIT ?3) counted"),
                inside: format!(
                    "SELECT found.member, count(*) OVER () FROM ({} LIMIT ?7) found \
                     ORDER BY found.kind, found.key <> ?5, found.office <> ?8, found.key, found.member LIMIT ?9",
                    arms(&format!(
                        "SELECT k.kind, k.key, k.member, u.office FROM unit u INDEXED BY unit_{column} \
                         CROSS JOIN unit_key k ON k.unit = u.id \
                         WHERE u.league = {{league}} AND u.{column} >= ?1 AND u.{column} < ?2 \
                         AND k.kind IN (?3, ?4) AND k.key >= ?5 AND k.key < ?6"
                    ))
                ),
                office_walk: walk(OFFICE_RANGE),
                scope_walk: walk(&scope_range),
                scope_count: format!("SELECT count(*) FROM ({scope_range}) counted"),
            }
        };
        let hits = |count: usize| {
            format!(
                "SELECT m.id, m.name, m.sex, m.birth, m.id_number, u.name, \
                 (SELECT group_concat(c.period) FROM cover c WHERE c.member = m.id) \
                 FROM member m CROSS JOIN unit u ON u.id = m.unit WHERE m.id IN ({})",
                places(count)
            )
        };
        SearchSql {
            by_name: by("name_key"),
            by_initials: by("initials"),
            scope_range,
            hit: hits(1),
            hits: hits(SEARCH_ROWS),
            few_units: FEW_UNITS,
            many_units: MANY_UNITS,
        }
    }

    /// Every statement of a search, for the test of their plans.
    #[doc(hidden)]
    pub fn all(&self) -> Vec<&str> {
        let mut all = vec![OFFICE_RANGE, BY_ID_NUMBER, BY_CLAIM, &self.scope_range, &self.hit, &self.hits];
        for unit in [&self.by_name, &self.by_initials] {
            all.extend([&*unit.count, &unit.inside, &unit.office_walk, &unit.scope_walk, &unit.scope_count]);
        }
        all
    }
}

fn places(count: usize) -> String {
    (1..=count).map(|at| format!("?{at}")).collect::<Vec<_>>().join(",")
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

    /// How many there would be with these.
    fn with(&self, keys: &Keys) -> usize {
        let new: HashSet<i64> =
            keys.rows.iter().map(|(_, member)| *member).filter(|member| !self.seen.contains(member)).collect();
        self.members.len() + new.len()
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
    /// Looks into so many units always, for the test that both ways find the same.
    #[doc(hidden)]
    pub fn look_into(&mut self, units: i64) {
        (self.search.few_units, self.search.many_units) = (units, units);
    }

    /// Carries out a search.
    pub(super) async fn find(&self, query: &Query) -> Result<Found, StoreError> {
        if let Err(wait) = self.terms.count(query, self.limits.terms, Instant::now()) {
            let wait = TimeDelta::from_std(wait).unwrap_or_default();
            return Err(StoreError::Throttled(local(self.now() + wait)));
        }
        let mut reader = self.reader.lock().await;
        let reader = &mut *reader;
        let mut order = Order::default();
        match query {
            Query::IdNumber(id) => return self.find_by_id(reader, id).await,
            Query::Claim(number) => return self.find_by_claim(reader, *number).await,
            Query::Slip(code) => {
                let Some(number) = slips::claim_of(reader, code.number()).await? else { return Ok(Found::default()) };
                let mut found = self.find_by_claim(reader, number).await?;
                if !found.rows.is_empty() {
                    found.slip = Some(slips::on_record(reader, number, code.facts()).await?);
                }
                return Ok(found);
            }
            Query::Mobile(mobile) => self.arms(reader, &[Kind::MobileEnd], &reversed(mobile), &mut order).await?,
            Query::Tail(tail) => {
                self.arms(reader, &[Kind::IdEnd, Kind::MobileEnd], &reversed(tail), &mut order).await?;
            }
            Query::Name(term) => self.names(reader, &[Kind::Whole, Kind::Inside], term, &mut order).await?,
            Query::Latin(term) => self.names(reader, &[Kind::Latin], term, &mut order).await?,
        }
        let more = order.full() || order.cut;
        order.members.truncate(SEARCH_ROWS);
        let rows = self.hits(reader, &order.members).await?;
        Ok(Found { rows, more, ..Found::default() })
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

    /// Kinds of keys one after the other, until there are enough members.
    async fn arms(
        &self,
        reader: &mut SqliteConnection,
        kinds: &[Kind],
        term: &str,
        order: &mut Order,
    ) -> Result<(), StoreError> {
        for kind in kinds {
            if !order.full() {
                self.ordered(reader, *kind, term, None, order).await?;
            }
        }
        Ok(())
    }

    /// Names, with or without a unit that narrows them.
    async fn names(
        &self,
        reader: &mut SqliteConnection,
        kinds: &[Kind],
        term: &Term,
        order: &mut Order,
    ) -> Result<(), StoreError> {
        let Some(unit) = &term.unit else {
            return self.arms(reader, kinds, &term.key, order).await;
        };
        let texts = if unit.is_ascii() { &self.search.by_initials } else { &self.search.by_name };
        let (from, to) = (unit.clone(), after(unit));
        let counted = sqlx::query(AssertSqlSafe(texts.count.as_str()))
            .bind(from.clone())
            .bind(to.clone())
            .bind(self.search.many_units + 1)
            .bind(i64::from(self.me.office.code.get()))
            .fetch_one(&mut *reader)
            .await
            .map_err(failed)?;
        let count: i64 = get(&counted, 0)?;
        // Of units that are too many to count, some may be the own office's.
        let own = count > self.search.many_units || get(&counted, 1)?;
        let units = Units { texts, from, to, own };
        if count == 0
            || count <= self.search.few_units && self.in_units(reader, kinds, &term.key, &units, order).await?
        {
            return Ok(());
        }
        let mut walked = Order::default();
        for kind in kinds {
            if !walked.full() {
                self.ordered(reader, *kind, &term.key, Some(&units), &mut walked).await?;
            }
        }
        let whole = walked.full() || !walked.cut || count > self.search.many_units;
        if whole || !self.in_units(reader, kinds, &term.key, &units, order).await? {
            *order = walked;
        }
        Ok(())
    }

    /// One kind of key: exact before beginning, in each the own office before the rest, in each by key and member.
    async fn ordered(
        &self,
        reader: &mut SqliteConnection,
        kind: Kind,
        term: &str,
        units: Option<&Units<'_>>,
        order: &mut Order,
    ) -> Result<(), StoreError> {
        let (own_text, scope_text) = match units {
            Some(units) => (units.texts.office_walk.as_str(), units.texts.scope_walk.as_str()),
            None => (OFFICE_RANGE, self.search.scope_range.as_str()),
        };
        let end = after(term);
        let range = |text, walked, to| Range { text, kind, from: term, to, walked, units };
        let own = match units {
            Some(units) if !units.own => Keys::default(),
            _ => self.read(reader, &range(own_text, OWN_WALKED, &end), order).await?,
        };
        order.extend(own.exact(term));
        if order.full() {
            return Ok(());
        }
        // Enough of the own office: only what fits exactly elsewhere comes before it.
        let enough = order.with(&own) >= WANTED;
        let just_behind = format!("{term}\0");
        let end = if enough { &just_behind } else { &end };
        let scope = self.read(reader, &range(scope_text, SCOPE_WALKED, end), order).await?;
        order.extend(scope.exact(term));
        order.extend(own.beginning(term));
        order.extend(scope.beginning(term));
        order.cut |= own.cut || scope.cut;
        if let (Some(units), false) = (units, order.full()) {
            let arguments = self.arguments(kind, term, end, SCOPE_WALKED);
            let count =
                sqlx::query_scalar_with::<_, i64, _>(AssertSqlSafe(units.texts.scope_count.as_str()), arguments);
            order.cut |= count.fetch_one(reader).await.map_err(failed)? >= SCOPE_WALKED;
        }
        Ok(())
    }

    /// One range, as far as it takes to have enough members with those that are there already.
    async fn read(&self, reader: &mut SqliteConnection, range: &Range<'_>, order: &Order) -> Result<Keys, StoreError> {
        let mut limit = match range.kind {
            _ if range.units.is_some() => FIRST_WALKED,
            Kind::Latin => FIRST_LETTERS,
            _ => FIRST_ROWS,
        };
        loop {
            let walked = if range.units.is_some() { range.walked } else { limit };
            let mut arguments = self.arguments(range.kind, range.from, range.to, walked);
            if let Some(units) = range.units {
                add(&mut arguments, units.from.as_str());
                add(&mut arguments, units.to.as_str());
                add(&mut arguments, limit);
            }
            let rows =
                sqlx::query_with(AssertSqlSafe(range.text), arguments).fetch_all(&mut *reader).await.map_err(failed)?;
            let keys = Keys {
                rows: rows.iter().map(|row| Ok((get(row, 0)?, get(row, 1)?))).collect::<Result<_, StoreError>>()?,
                cut: rows.len() as i64 >= limit,
            };
            if !keys.cut || limit == ROWS_READ || order.with(&keys) >= WANTED {
                return Ok(keys);
            }
            limit = ROWS_READ;
        }
    }

    /// What all ranges begin with.
    fn arguments(&self, kind: Kind, from: &str, to: &str, limit: i64) -> SqliteArguments {
        let mut arguments = SqliteArguments::default();
        for number in [i64::from(self.me.office.code.get()), kind as i64] {
            add(&mut arguments, number);
        }
        for text in [from, to] {
            add(&mut arguments, text.to_owned());
        }
        add(&mut arguments, limit);
        arguments
    }

    /// Kinds of keys in each of a few units; false where too many fit to put them in order.
    async fn in_units(
        &self,
        reader: &mut SqliteConnection,
        kinds: &[Kind],
        term: &str,
        units: &Units<'_>,
        order: &mut Order,
    ) -> Result<bool, StoreError> {
        let [Some(first), Some(last)] = [kinds.first(), kinds.last()] else {
            return Ok(true);
        };
        let rows = sqlx::query(AssertSqlSafe(units.texts.inside.as_str()))
            .bind(units.from.clone())
            .bind(units.to.clone())
            .bind(*first as i64)
            .bind(*last as i64)
            .bind(term.to_owned())
            .bind(after(term))
            .bind(ROWS_IN_UNITS)
            .bind(i64::from(self.me.office.code.get()))
            .bind(ROWS_READ)
            .fetch_all(reader)
            .await
            .map_err(failed)?;
        let count = rows.first().map_or(Ok(0), |row| get::<i64>(row, 1))?;
        if count >= ROWS_IN_UNITS {
            return Ok(false);
        }
        for row in &rows {
            order.extend([get::<i64>(row, 0)?]);
            if order.full() {
                return Ok(true);
            }
        }
        order.cut |= count > ROWS_READ;
        Ok(true)
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

/// The units that a second term leaves.
struct Units<'a> {
    texts: &'a UnitSql,
    from: String,
    to: String,
    /// One of them may be the own office's.
    own: bool,
}

/// A range of keys, and the units that narrow it.
struct Range<'a> {
    text: &'a str,
    kind: Kind,
    from: &'a str,
    to: &'a str,
    /// Names that are walked through where units narrow them.
    walked: i64,
    units: Option<&'a Units<'a>>,
}

/// What was read of a range; `cut` where there may be more.
#[derive(Default)]
struct Keys {
    rows: Vec<(String, i64)>,
    cut: bool,
}

impl Keys {
    fn exact(&self, term: &str) -> impl Iterator<Item = i64> {
        self.rows[..self.split(term)].iter().map(|(_, member)| *member)
    }

    fn beginning(&self, term: &str) -> impl Iterator<Item = i64> {
        self.rows[self.split(term)..].iter().map(|(_, member)| *member)
    }

    fn split(&self, term: &str) -> usize {
        self.rows.partition_point(|(key, _)| key == term)
    }
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
