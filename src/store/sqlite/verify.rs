//! A verification of the whole database: the statements, and their rows fed to `store::verifying`, which judges. Claims are
//! read on a second connection, so that what stands around each can be asked for while they stream by.

use std::path::Path;

use futures_util::TryStreamExt;
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::record::{self, select_claims};
use super::row::{self, get};
use super::{desk, failed, open};
use crate::domain::bill::Bill;
use crate::domain::claim::{ClaimId, ClaimState};
use crate::domain::cover::Paid;
use crate::domain::money::Money;
use crate::store::recorded::{EventText, Recorded};
use crate::store::verifying::{History, Holder, Verifying, Walked, name_of};
use crate::store::{StoreError, Verification};

/// What stands around a claim: the first and the last word of its history, and what other tables hold of it.
macro_rules! select_history {
    () => {
        concat!(
            "SELECT f.kind, f.body, ",
            "(SELECT e.kind FROM claim_event e WHERE e.claim = c.seq AND e.kind <> 'printed' ORDER BY e.place DESC LIMIT 1), ",
            "(SELECT max(e.rev) FROM claim_event e WHERE e.claim = c.seq), ",
            "(SELECT count(*) FROM claim_event e WHERE e.claim = c.seq AND e.kind = 'printed' AND e.body NOT LIKE '%\"P2\"%'), ",
            "(SELECT b.claim FROM bill b WHERE b.key = ?2), ",
            "(SELECT json_group_array(json_array(p.period, p.benefit, p.base, p.days, p.amount)) FROM ",
            "(SELECT * FROM claim_paid WHERE claim = c.seq ORDER BY place) p), ",
            "(SELECT count(*) FROM claim_event e WHERE e.claim = c.seq AND e.kind = 'printed' AND e.body LIKE '%\"P2\"%'), ",
            "EXISTS (SELECT 1 FROM claim_event e WHERE e.claim = c.seq AND e.kind = 'returned') ",
            "FROM claim c LEFT JOIN claim_event f ON f.claim = c.seq AND f.rev = 1 AND f.kind <> 'printed' ",
            "WHERE c.seq = ?1"
        )
    };
}

/// Verifies the database at `path`.
pub(super) async fn verify(path: &Path) -> Result<Verification, StoreError> {
    let mut verifying = Verifying::new();
    let mut history = read_only(path).await?;
    let done = pages(&mut history).await;
    verifying.or_damaged("file", done)?;
    let done = policies(&mut history, &mut verifying).await;
    verifying.or_damaged("policy", done)?;
    let done = chains(&mut history, &mut verifying).await;
    verifying.or_damaged("claim_event", done)?;
    let done = claims(path, &mut history, &mut verifying).await;
    verifying.or_damaged("claim", done)?;
    let done = beside(&mut history, &mut verifying).await;
    verifying.or_damaged("bill", done)?;
    Ok(verifying.end())
}

/// Whether every page is what SQLite made of it.
async fn pages(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let told: String = sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(connection).await.map_err(failed)?;
    if told == "ok" { Ok(()) } else { Err(StoreError::Damaged(told)) }
}

async fn read_only(path: &Path) -> Result<SqliteConnection, StoreError> {
    open::options(path).read_only(true).connect().await.map_err(failed)
}

/// What a claim is called whose office, year and number stand from `at` on.
fn name(row: &SqliteRow, at: usize) -> String {
    let part = |at| get::<i64>(row, at).ok();
    name_of(part(at), part(at + 1), part(at + 2))
}

async fn policies(connection: &mut SqliteConnection, verifying: &mut Verifying) -> Result<(), StoreError> {
    let rows = sqlx::query("SELECT code, version, text, sha256, published_at FROM policy ORDER BY code, version")
        .fetch_all(connection)
        .await
        .map_err(failed)?;
    for row in &rows {
        let version: i64 = get(row, 1)?;
        let name = format!("{}-{version}", get::<&str>(row, 0).unwrap_or("?"));
        verifying.policy(&name, desk::policy(row))?;
    }
    Ok(())
}

/// The heads that are kept.
async fn heads(connection: &mut SqliteConnection) -> Result<Vec<(i64, i64, Vec<u8>)>, StoreError> {
    let rows = sqlx::query("SELECT office, length, head FROM chain").fetch_all(connection).await.map_err(failed)?;
    rows.iter().map(|row| Ok((get(row, 0)?, get(row, 1)?, get(row, 2)?))).collect()
}

/// The counters that are kept.
async fn counters(connection: &mut SqliteConnection) -> Result<Vec<(i64, i64, i64)>, StoreError> {
    let rows = sqlx::query("SELECT office, year, last FROM counter").fetch_all(connection).await.map_err(failed)?;
    rows.iter().map(|row| Ok((get(row, 0)?, get(row, 1)?, get(row, 2)?))).collect()
}

async fn chains(connection: &mut SqliteConnection, verifying: &mut Verifying) -> Result<(), StoreError> {
    // Where heads can't be read the events are walked all the same, and it is told at the end.
    for (office, length, head) in heads(connection).await.into_iter().flatten() {
        verifying.head(office, length, &head);
    }
    {
        let mut rows = sqlx::query(
            "SELECT e.office, e.place, e.rev, e.kind, e.who, e.at, e.body, e.hash, c.id, c.office, c.year, c.number \
             FROM claim_event e LEFT JOIN claim c ON c.seq = e.claim ORDER BY e.office, e.place",
        )
        .fetch(&mut *connection);
        while let Some(event) = rows.try_next().await.map_err(failed)? {
            let (office, place): (i64, i64) = (get(&event, 0)?, get(&event, 1)?);
            let id = id_of(&event, 8);
            verifying.event(Walked {
                office,
                place,
                claim: get::<Option<i64>>(&event, 9)?.map(|_| name(&event, 9)),
                text: id.as_deref().map_err(Clone::clone).and_then(|id| text_of(&event, office, place, id)),
                hash: get(&event, 7)?,
            })?;
        }
    }
    for (office, length, head) in heads(connection).await? {
        verifying.head_after(office, length, &head);
    }
    verifying.heads_end();
    Ok(())
}

/// A claim's id as events are linked with it; empty where there is no claim.
fn id_of(row: &SqliteRow, at: usize) -> Result<String, StoreError> {
    Ok(match get::<Option<&[u8]>>(row, at)? {
        Some(id) => uuid::Uuid::from_slice(id).map(|id| ClaimId(id).to_string()).unwrap_or_default(),
        None => String::new(),
    })
}

fn text_of<'r>(event: &'r SqliteRow, office: i64, place: i64, claim: &'r str) -> Result<EventText<'r>, StoreError> {
    Ok(EventText {
        office,
        place,
        claim,
        rev: get(event, 2)?,
        kind: get(event, 3)?,
        who: get(event, 4)?,
        at: get(event, 5)?,
        body: get(event, 6)?,
    })
}

/// Every claim in the order of its number.
async fn claims(path: &Path, history: &mut SqliteConnection, verifying: &mut Verifying) -> Result<(), StoreError> {
    let mut reader = read_only(path).await?;
    for (office, year, last) in counters(&mut reader).await.into_iter().flatten() {
        verifying.counter(office, year, last);
    }
    let mut rows = sqlx::query(select_claims!("ORDER BY c.office, c.year, c.number")).fetch(&mut reader);
    while let Some(row) = rows.try_next().await.map_err(failed)? {
        let read = with_history(history, &row).await;
        verifying.claim((get(&row, 3)?, get(&row, 4)?, get(&row, 5)?), read)?;
    }
    drop(rows);
    for (office, year, last) in counters(&mut reader).await? {
        verifying.counter_after(office, year, last);
    }
    verifying.counters_end();
    Ok(())
}

/// A claim from its row, and what stands around it.
async fn with_history(history: &mut SqliteConnection, row: &SqliteRow) -> Result<(Recorded, History), StoreError> {
    let (seq, recorded): (i64, Recorded) = (get(row, 0)?, record::read(row)?);
    let row = sqlx::query(select_history!())
        .bind(seq)
        .bind(recorded.claim.claim.bill.key())
        .fetch_one(history)
        .await
        .map_err(failed)?;
    let first: Option<String> = get(&row, 0)?;
    let history = History {
        first: first.zip(get(&row, 1)?),
        state: get(&row, 2)?,
        rev: get(&row, 3)?,
        printed: get(&row, 4)?,
        noticed: get(&row, 7)?,
        returned: get(&row, 8)?,
        holds_bill: get::<Option<i64>>(&row, 5)? == Some(seq),
        holds_stay: None,
        paid: listed(get(&row, 6)?).ok(),
    };
    Ok((recorded, history))
}

/// Rows beside claims that no claim accounts for.
async fn beside(connection: &mut SqliteConnection, verifying: &mut Verifying) -> Result<(), StoreError> {
    {
        let mut rows = sqlx::query(
            "SELECT b.key, c.office, c.year, c.number, c.state, c.bill_code, c.bill_number, c.bill_check, c.bill_hospital \
             FROM bill b LEFT JOIN claim c ON c.seq = b.claim ORDER BY b.key",
        )
        .fetch(&mut *connection);
        while let Some(row) = rows.try_next().await.map_err(failed)? {
            let holder = match get::<Option<i64>>(&row, 1)? {
                Some(_) => Some(holder(&row)?),
                None => None,
            };
            verifying.bill(get(&row, 0)?, holder);
        }
    }
    let lone: Vec<i64> = sqlx::query_scalar(
        "SELECT DISTINCT p.claim FROM claim_paid p LEFT JOIN claim c ON c.seq = p.claim WHERE c.seq IS NULL",
    )
    .fetch_all(&mut *connection)
    .await
    .map_err(failed)?;
    lone.into_iter().for_each(|seq| verifying.lone_paid(seq));
    let lone: Vec<i64> =
        sqlx::query_scalar("SELECT s.claim FROM slip s LEFT JOIN claim c ON c.seq = s.claim WHERE c.seq IS NULL")
            .fetch_all(connection)
            .await
            .map_err(failed)?;
    lone.into_iter().for_each(|seq| verifying.lone_slip(seq));
    Ok(())
}

fn holder(row: &SqliteRow) -> Result<Holder, StoreError> {
    Ok(Holder {
        claim: name(row, 1),
        live: ClaimState::from_code(get(row, 4)?).is_some_and(ClaimState::is_live),
        bill: Bill { code: get(row, 5)?, number: get(row, 6)?, check: get(row, 7)?, hospital: get(row, 8)? },
    })
}

/// The rows of `claim_paid`.
fn listed(text: &str) -> Result<Vec<Paid>, StoreError> {
    let rows: Vec<(i32, String, i64, u32, i64)> = row::json(text)?;
    let paid = |(period, benefit, base, days, amount)| Paid {
        period,
        benefit,
        base: Money::from_fen(base),
        days,
        amount: Money::from_fen(amount),
    };
    Ok(rows.into_iter().map(paid).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use sqlx::Connection;

    use super::*;
    use crate::domain::canonical::{GENESIS, Hash};
    use crate::store::recorded::{Event, Form, SubmitBody};
    use crate::store::sqlite::SqliteStore;
    use crate::world::assess::{engine_of, published};
    use crate::world::{World, world_day};

    /// Puts every submit of a database into another form, and links its chains anew, as the program of then had written them.
    async fn recorded_in(path: &Path, form: Form) {
        let mut writer = open::options(path).connect().await.unwrap();
        sqlx::query("DROP TRIGGER claim_event_update").execute(&mut writer).await.unwrap();
        let rows = sqlx::query(
            "SELECT office, place, claim, rev, kind, who, at, body FROM claim_event ORDER BY office, place",
        );
        let mut heads: HashMap<u32, Hash> = HashMap::new();
        for row in &rows.fetch_all(&mut writer).await.unwrap() {
            let claim = sqlx::query(select_claims!("WHERE c.seq = ?1")).bind(get::<i64>(row, 2).unwrap());
            let stored = record::read(&claim.fetch_one(&mut writer).await.unwrap()).unwrap();
            let (office, place, rev): (u32, i64, u32) =
                (get(row, 0).unwrap(), get(row, 1).unwrap(), get(row, 3).unwrap());
            let (kind, mut body): (&str, String) = (get(row, 4).unwrap(), get(row, 7).unwrap());
            if rev == 1 {
                body = SubmitBody::in_form(form, &stored, ClaimState::from_code(kind).unwrap()).text();
            }
            let event = Event {
                id: stored.claim.claim.id,
                office,
                rev,
                kind,
                who: get(row, 5).unwrap(),
                at: row::moment(row, 6).unwrap(),
                body: &body,
            };
            let head = heads.entry(office).or_insert(GENESIS);
            *head = event.link(place, head);
            sqlx::query("UPDATE claim_event SET body = ?3, hash = ?4 WHERE office = ?1 AND place = ?2")
                .bind(office)
                .bind(place)
                .bind(body.clone())
                .bind(head.to_vec())
                .execute(&mut writer)
                .await
                .unwrap();
        }
        for (office, head) in heads {
            let text = "UPDATE chain SET head = ?2 WHERE office = ?1";
            sqlx::query(text).bind(office).bind(head.to_vec()).execute(&mut writer).await.unwrap();
        }
    }

    /// Takes the newest schema away: what the program of then left behind.
    async fn before_salts(path: &Path) {
        let first = include_str!("../../../migrations/sqlite/0001_schema.sql");
        let trigger = &first[first.find("CREATE TRIGGER claim_update").unwrap()..];
        let mut writer = open::options(path).connect().await.unwrap();
        for text in [
            "DROP TRIGGER claim_update",
            "ALTER TABLE claim DROP COLUMN salt",
            trigger,
            "DROP TABLE slip",
            "DROP TABLE slip_key",
            "DELETE FROM _sqlx_migrations WHERE version >= 3",
        ] {
            sqlx::query(sqlx::AssertSqlSafe(text)).execute(&mut writer).await.unwrap();
        }
        writer.close().await.unwrap();
    }

    #[tokio::test]
    async fn an_old_database_is_verified_by_its_own_form() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("old.db");
        let (policies, world) = (published(), World::new(3, 1000, 60, world_day()));
        let engine = engine_of(&policies);
        SqliteStore::create(&path, world, policies, engine, |_| ()).await.unwrap();
        recorded_in(&path, Form::First).await;
        before_salts(&path).await;
        assert!(matches!(SqliteStore::open_to_read(&path, "0137").await, Err(StoreError::Refused(_))));
        let mut writer = open::connect(&path, true).await.unwrap();
        let salted = "UPDATE claim SET salt = 'x' WHERE seq = 7";
        assert!(sqlx::query(salted).execute(&mut writer).await.is_err(), "never edited");
        let old: i64 = sqlx::query_scalar("SELECT count(*) FROM claim_event WHERE body LIKE '%\"form\"%'")
            .fetch_one(&mut writer)
            .await
            .unwrap();
        let found = verify(&path).await.unwrap();
        assert_eq!((old, found.differences, found.claims > 40), (0, Vec::new(), true));
        let notices: i64 = sqlx::query_scalar("SELECT count(*) FROM slip").fetch_one(&mut writer).await.unwrap();
        assert!(notices > 2, "claims that were returned before have numbers now: {notices}");
        for text in ["DROP TRIGGER claim_update", "UPDATE claim SET remark = remark || 'x' WHERE seq = 7"] {
            sqlx::query(text).execute(&mut writer).await.unwrap();
        }
        let found = verify(&path).await.unwrap().differences;
        assert_eq!(found.iter().map(|one| one.field.as_str()).collect::<Vec<_>>(), ["remark"]);
    }
}
