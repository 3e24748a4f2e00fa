//! A verification of the whole database: every claim recomputed from its frozen facts and the policy's own text, every
//! record hashed again, every chain walked, every number and counter compared. Rows stream by; what is kept is one office's
//! head and the policies. A value that can't be read is a difference like any other: nothing stops before the end.
//!
//! Not covered, as no claim records it: members, units and accounts, looks, and cards that nothing was paid to.

use std::collections::HashMap;
use std::path::Path;

use futures_util::TryStreamExt;
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::record::{self, select_claims};
use super::row::{self, get};
use super::{desk, failed, open};
use crate::domain::bill::Bill;
use crate::domain::canonical::{GENESIS, Hash, hex, sha256};
use crate::domain::claim::{ClaimId, ClaimState};
use crate::domain::cover::Paid;
use crate::policy::{self, Facts, Policy};
use crate::store::recorded::{EventText, Recorded, SubmitBody, paid_of};
use crate::store::{Difference, StoreError, Verification};

/// Columns that follow those of `select_claims!`: the first and the last word of the history, what lists hold of it.
macro_rules! select_with_history {
    () => {
        concat!(
            "SELECT c.seq, f.kind, f.body, ",
            "(SELECT e.kind FROM claim_event e WHERE e.claim = c.seq AND e.kind <> 'printed' ORDER BY e.place DESC LIMIT 1), ",
            "(SELECT max(e.rev) FROM claim_event e WHERE e.claim = c.seq), ",
            "(SELECT count(*) FROM claim_event e WHERE e.claim = c.seq AND e.kind = 'printed'), ",
            "(SELECT b.claim FROM bill b WHERE b.key = ?2), ",
            "(SELECT json_group_array(json_array(p.period, p.benefit, p.base, p.days, p.amount)) FROM ",
            "(SELECT * FROM claim_paid WHERE claim = c.seq ORDER BY place) p) ",
            "FROM claim c LEFT JOIN claim_event f ON f.claim = c.seq AND f.rev = 1 AND f.kind <> 'printed' ",
            "WHERE c.seq = ?1"
        )
    };
}

/// The published policies with the hash of their texts, by code and version; none where a text is no policy.
type Policies = HashMap<(String, u32), (String, Option<Policy>)>;

/// Verifies the database at `path`.
pub(super) async fn verify(path: &Path) -> Result<Verification, StoreError> {
    let mut found = Verification::default();
    let mut history = read_only(path).await?;
    let done = pages(&mut history).await;
    found.or_damaged("file", done)?;
    let mut known = Policies::new();
    let done = policies(&mut history, &mut known, &mut found).await;
    found.or_damaged("policy", done)?;
    let done = chains(&mut history, &mut found).await;
    found.or_damaged("claim_event", done)?;
    let done = claims(path, &mut history, &known, &mut found).await;
    found.or_damaged("claim", done)?;
    let done = beside(&mut history, &mut found).await;
    found.or_damaged("bill", done)?;
    Ok(found)
}

/// Whether every page is what SQLite made of it.
async fn pages(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let told: String = sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(connection).await.map_err(failed)?;
    if told == "ok" { Ok(()) } else { Err(StoreError::Damaged(told)) }
}

async fn read_only(path: &Path) -> Result<SqliteConnection, StoreError> {
    open::options(path).read_only(true).connect().await.map_err(failed)
}

impl Verification {
    fn differs(&mut self, claim: impl ToString, field: impl ToString) {
        let difference = Difference { claim: claim.to_string(), field: field.to_string() };
        if !self.differences.contains(&difference) {
            self.differences.push(difference);
        }
    }

    /// Damage is a difference; another error stays one.
    fn or_damaged(&mut self, place: impl ToString, done: Result<(), StoreError>) -> Result<(), StoreError> {
        match done {
            Err(StoreError::Damaged(what)) => {
                self.differs(place, what);
                Ok(())
            }
            other => other,
        }
    }
}

/// Office, year and number of a claim as far as they make one, for differences.
fn name_of(row: &SqliteRow, at: usize) -> String {
    if let Ok(number) = row::number(row, at) {
        return number.to_string();
    }
    let part = |at| get::<i64>(row, at).map_or_else(|_| "?".to_owned(), |part| part.to_string());
    format!("{}-{}-{}", part(at), part(at + 1), part(at + 2))
}

/// The published policies; each text must have the hash under which it was published. Where both were changed the claims
/// tell: each recorded the hash that it was assessed with.
async fn policies(
    connection: &mut SqliteConnection,
    known: &mut Policies,
    found: &mut Verification,
) -> Result<(), StoreError> {
    let rows = sqlx::query("SELECT code, version, text, sha256, published_at FROM policy ORDER BY code, version")
        .fetch_all(connection)
        .await
        .map_err(failed)?;
    for row in &rows {
        let version: i64 = get(row, 1)?;
        let name = format!("{}-{version}", get::<&str>(row, 0).unwrap_or("?"));
        match desk::policy(row) {
            Ok(published) => {
                let hash = hex(&sha256(published.text.as_bytes()));
                let policy = Policy::parse(&published.text).ok();
                if hash != published.sha256 || policy.is_none() {
                    found.differs(&name, "text");
                }
                known.insert((published.code, published.version), (hash, policy));
            }
            Err(error) => found.or_damaged(&name, Err(error))?,
        }
    }
    Ok(())
}

/// Walks every office's chain from its beginning, and compares its end with the head that is kept.
async fn chains(connection: &mut SqliteConnection, found: &mut Verification) -> Result<(), StoreError> {
    let mut heads: HashMap<i64, (i64, Hash)> = HashMap::new();
    {
        let mut rows = sqlx::query(
            "SELECT e.office, e.place, e.rev, e.kind, e.who, e.at, e.body, e.hash, c.id, c.office, c.year, c.number \
             FROM claim_event e LEFT JOIN claim c ON c.seq = e.claim ORDER BY e.office, e.place",
        )
        .fetch(&mut *connection);
        while let Some(event) = rows.try_next().await.map_err(failed)? {
            let office: i64 = get(&event, 0)?;
            let (length, head) = heads.entry(office).or_insert((0, GENESIS));
            let place: i64 = get(&event, 1)?;
            let name = match get::<Option<i64>>(&event, 9)? {
                Some(_) => name_of(&event, 9),
                None => office.to_string(),
            };
            if place != *length + 1 {
                found.differs(office, "chain");
            }
            let stored: Hash = get::<&[u8]>(&event, 7)?.try_into().unwrap_or(GENESIS);
            match link(&event, office, place, head) {
                Ok(link) if link == stored => {}
                Ok(_) => found.differs(name, format!("event:{}", get::<&str>(&event, 3).unwrap_or("?"))),
                Err(error) => found.or_damaged(name, Err(error))?,
            }
            // Goes on from what is stored: one changed event is one difference.
            (*length, *head) = (place, stored);
        }
    }
    let kept =
        sqlx::query("SELECT office, length, head FROM chain").fetch_all(&mut *connection).await.map_err(failed)?;
    for row in &kept {
        let office: i64 = get(row, 0)?;
        let (length, head) = heads.remove(&office).unwrap_or((0, GENESIS));
        if get::<i64>(row, 1)? != length || get::<&[u8]>(row, 2)? != head {
            found.differs(office, "chain");
        }
        found.chains += 1;
    }
    for office in heads.into_keys() {
        found.differs(office, "chain");
    }
    Ok(())
}

fn link(event: &SqliteRow, office: i64, place: i64, head: &Hash) -> Result<Hash, StoreError> {
    let id = match get::<Option<&[u8]>>(event, 8)? {
        Some(id) => uuid::Uuid::from_slice(id).map(|id| ClaimId(id).to_string()).unwrap_or_default(),
        None => String::new(),
    };
    let text = EventText {
        office,
        place,
        claim: &id,
        rev: get(event, 2)?,
        kind: get(event, 3)?,
        who: get(event, 4)?,
        at: get(event, 5)?,
        body: get(event, 6)?,
    };
    Ok(text.link(head))
}

/// Every claim in the order of its number.
async fn claims(
    path: &Path,
    history: &mut SqliteConnection,
    policies: &Policies,
    found: &mut Verification,
) -> Result<(), StoreError> {
    let mut reader = read_only(path).await?;
    let mut record = policy::Record::default();
    let mut last: Option<(i64, i64, i64)> = None;
    let mut counters: HashMap<(i64, i64), i64> = HashMap::new();
    let mut rows = sqlx::query(select_claims!("ORDER BY c.office, c.year, c.number")).fetch(&mut reader);
    while let Some(row) = rows.try_next().await.map_err(failed)? {
        found.claims += 1;
        let name = name_of(&row, 3);
        let here: (i64, i64, i64) = (get(&row, 3)?, get(&row, 4)?, get(&row, 5)?);
        let expected = match last {
            Some((office, year, sequence)) if (office, year) == (here.0, here.1) => sequence.saturating_add(1),
            _ => 1,
        };
        if here.2 != expected {
            found.differs(&name, "number");
        }
        last = Some(here);
        counters.insert((here.0, here.1), here.2);
        let fields = match record::read(&row) {
            Ok(stored) => differing_fields(history, get(&row, 0)?, &stored, policies, &mut record).await,
            Err(error) => Err(error),
        };
        match fields {
            Ok(fields) => fields.into_iter().for_each(|field| found.differs(&name, field)),
            Err(error) => found.or_damaged(&name, Err(error))?,
        }
    }
    drop(rows);
    let kept = sqlx::query("SELECT office, year, last FROM counter").fetch_all(&mut reader).await.map_err(failed)?;
    for row in &kept {
        let (office, year): (i64, i64) = (get(row, 0)?, get(row, 1)?);
        if counters.remove(&(office, year)) != Some(get(row, 2)?) {
            found.differs(office, format!("counter:{year}"));
        }
    }
    for (office, year) in counters.into_keys() {
        found.differs(office, format!("counter:{year}"));
    }
    Ok(())
}

/// Rows beside claims that no claim accounts for: bills of none, of a withdrawn one, or of another number; payments of none.
async fn beside(connection: &mut SqliteConnection, found: &mut Verification) -> Result<(), StoreError> {
    {
        let mut rows = sqlx::query(
            "SELECT b.key, c.office, c.year, c.number, c.state, c.bill_code, c.bill_number, c.bill_check, c.bill_hospital \
             FROM bill b LEFT JOIN claim c ON c.seq = b.claim ORDER BY b.key",
        )
        .fetch(&mut *connection);
        while let Some(row) = rows.try_next().await.map_err(failed)? {
            let key: &str = get(&row, 0)?;
            if get::<Option<i64>>(&row, 1)?.is_none() {
                found.differs(key, "bill");
                continue;
            }
            let bill =
                Bill { code: get(&row, 5)?, number: get(&row, 6)?, check: get(&row, 7)?, hospital: get(&row, 8)? };
            let live = ClaimState::from_code(get(&row, 4)?).is_some_and(ClaimState::is_live);
            if !live || bill.key() != key {
                found.differs(name_of(&row, 1), "bill");
            }
        }
    }
    let lone: Vec<i64> = sqlx::query_scalar(
        "SELECT DISTINCT p.claim FROM claim_paid p LEFT JOIN claim c ON c.seq = p.claim WHERE c.seq IS NULL",
    )
    .fetch_all(connection)
    .await
    .map_err(failed)?;
    lone.into_iter().for_each(|seq| found.differs(format!("claim {seq}"), "paid"));
    Ok(())
}

/// The fields of one claim that are not what its history and its own facts make them.
async fn differing_fields(
    history: &mut SqliteConnection,
    seq: i64,
    stored: &Recorded,
    policies: &Policies,
    record: &mut policy::Record,
) -> Result<Vec<String>, StoreError> {
    let claim = &stored.claim.claim;
    let mut differing = Vec::new();
    let row = sqlx::query(select_with_history!())
        .bind(seq)
        .bind(claim.bill.key())
        .fetch_one(&mut *history)
        .await
        .map_err(failed)?;
    let state_then = get::<Option<&str>>(&row, 1)?.and_then(ClaimState::from_code);
    let body = get::<Option<&str>>(&row, 2)?.and_then(SubmitBody::read);
    match (state_then, body) {
        (Some(state_then), Some(body)) => {
            differing.extend(body.differing(stored, state_then).into_iter().map(str::to_owned));
        }
        _ => differing.push("event".to_owned()),
    }
    let mut must = |holds: bool, field: &str| {
        if !holds {
            differing.push(field.to_owned());
        }
    };
    must(get::<Option<&str>>(&row, 3)? == Some(claim.state.code()), "state");
    must(get::<Option<i64>>(&row, 4)? == Some(stored.claim.rev.into()), "rev");
    must(get::<i64>(&row, 5)? == i64::from(stored.claim.prints), "prints");
    let holds_bill = get::<Option<i64>>(&row, 6)? == Some(seq);
    must(holds_bill == claim.state.is_live(), "bill");
    let published = policies.get(&(claim.policy.code.clone(), claim.policy.version));
    must(published.is_some_and(|(hash, _)| *hash == claim.policy.sha256), "policy_sha256");
    let again =
        published.and_then(|(_, policy)| policy.as_ref()).and_then(|policy| recomputed(policy, &claim.facts, record));
    must(again.as_deref() == Some(claim.assessment.as_str()), "assessment");
    let (total, paid) = paid_of(&claim.assessment, claim.period).unzip();
    must(total == Some(claim.total), "total");
    must(stored.card_ends(), "last4");
    must(paid.is_some() && paid == listed(get(&row, 7)?).ok(), "paid");
    Ok(differing)
}

/// The assessment that the facts give under the policy.
fn recomputed(policy: &Policy, facts: &str, record: &mut policy::Record) -> Option<String> {
    let facts = Facts::from_json(facts).ok()?;
    policy::engine::run::<true>(policy, &facts, record).ok()?;
    Some(record.to_json(policy, &facts))
}

/// The rows of `claim_paid`.
fn listed(text: &str) -> Result<Vec<Paid>, StoreError> {
    use crate::domain::money::Money;
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
    use super::*;
    use crate::store::recorded::{Event, Form};
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

    #[tokio::test]
    async fn an_old_database_is_verified_by_its_own_form() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("old.db");
        let (policies, world) = (published(), World::new(3, 1000, 60, world_day()));
        let engine = engine_of(&policies);
        SqliteStore::create(&path, world, policies, engine, |_| ()).await.unwrap();
        recorded_in(&path, Form::First).await;
        let mut writer = open::options(&path).connect().await.unwrap();
        let old: i64 = sqlx::query_scalar("SELECT count(*) FROM claim_event WHERE body LIKE '%\"form\"%'")
            .fetch_one(&mut writer)
            .await
            .unwrap();
        let found = verify(&path).await.unwrap();
        assert_eq!((old, found.differences, found.claims > 40), (0, Vec::new(), true));
        for text in ["DROP TRIGGER claim_update", "UPDATE claim SET remark = remark || 'x' WHERE seq = 7"] {
            sqlx::query(text).execute(&mut writer).await.unwrap();
        }
        let found = verify(&path).await.unwrap().differences;
        assert_eq!(found.iter().map(|one| one.field.as_str()).collect::<Vec<_>>(), ["remark"]);
    }
}
