//! What stands around a window's work: who it is and what it used last, the desk's counts, the reference data.

use sqlx::AssertSqlSafe;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::record::{self, select_claims, select_lines};
use super::row::{self, get};
use super::{SqliteStore, failed, local, open};
use crate::domain::claim::{ClaimKind, ClaimState};
use crate::store::{
    Desk, DiagnosisEntry, Hello, Hospital, LastUsed, Mode, Office, PublishedPolicy, Reference, SEARCH_ROWS, StoreError,
};

/// Claims of the window that are looked at for what it used last.
const LOOKED_BACK: i64 = 200;
/// Hospitals and diagnoses that are offered first.
const OFFERED: usize = 9;

impl SqliteStore {
    /// [`crate::store::Store::hello`]
    pub(super) async fn read_hello(&self) -> Result<Hello, StoreError> {
        let mut reader = self.reader.lock().await;
        let schema = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations")
            .fetch_one(&mut *reader)
            .await
            .map_err(failed)?;
        Ok(Hello {
            login: self.me.login.clone(),
            duties: self.me.duties.clone(),
            office: self.me.office.clone(),
            window: self.me.window,
            schema,
            now: local(self.now()),
            world_day: self.day.is_some(),
            last_used: self.last_used(&mut reader).await?,
            mode: Mode::Full,
            unwatched: false,
            password_until: None,
        })
    }

    async fn last_used(&self, reader: &mut SqliteConnection) -> Result<LastUsed, StoreError> {
        let office = i64::from(self.me.office.code.get());
        let last = sqlx::query(select_claims!("WHERE c.office = ?1 AND c.seat = ?2 ORDER BY c.seq DESC LIMIT 1"))
            .bind(office)
            .bind(self.me.window)
            .fetch_optional(&mut *reader)
            .await
            .map_err(failed)?;
        let Some(last) = last else {
            return Ok(LastUsed::default());
        };
        let last = record::read(&last)?.claim.claim;
        let rows = sqlx::query(
            "SELECT kind, bill_code, hospital, diagnosis FROM claim WHERE office = ?1 AND seat = ?2 \
             ORDER BY seq DESC LIMIT ?3",
        )
        .bind(office)
        .bind(self.me.window)
        .bind(LOOKED_BACK)
        .fetch_all(reader)
        .await
        .map_err(failed)?;
        let mut used = LastUsed { kind: Some(last.kind), claim: Some(Box::new(last)), ..LastUsed::default() };
        for row in &rows {
            let (kind, bill_code): (&str, &str) = (get(row, 0)?, get(row, 1)?);
            let (hospital, diagnosis): (String, String) = (get(row, 2)?, get(row, 3)?);
            if used.bill_code.is_none() && !bill_code.is_empty() {
                used.bill_code = Some(bill_code.to_owned());
            }
            if used.haemodialysis.is_none() && kind == ClaimKind::Haemodialysis.code() {
                used.haemodialysis = Some(diagnosis.clone());
            }
            for (list, code) in [(&mut used.hospitals, hospital), (&mut used.diagnoses, diagnosis)] {
                if list.len() < OFFERED && !list.contains(&code) {
                    list.push(code);
                }
            }
        }
        Ok(used)
    }

    /// [`crate::store::Store::desk`]
    pub(super) async fn read_desk(&self) -> Result<Desk, StoreError> {
        let office = i64::from(self.me.office.code.get());
        let today = local(self.now()).date().to_string();
        let mut reader = self.reader.lock().await;
        let accepted_today =
            sqlx::query_scalar("SELECT count(*) FROM claim WHERE clerk = ?1 AND day = ?2 AND state <> 'withdrawn'")
                .bind(self.me.login.clone())
                .bind(today.clone())
                .fetch_one(&mut *reader)
                .await
                .map_err(failed)?;
        let returned_count = sqlx::query_scalar("SELECT count(*) FROM claim WHERE office = ?1 AND state = ?2")
            .bind(office)
            .bind(ClaimState::Returned.code())
            .fetch_one(&mut *reader)
            .await
            .map_err(failed)?;
        let returned = sqlx::query(select_lines!("WHERE c.office = ?1 AND c.state = ?2 ORDER BY c.seq DESC LIMIT ?3"))
            .bind(office)
            .bind(ClaimState::Returned.code())
            .bind(SEARCH_ROWS as i64)
            .fetch_all(&mut *reader)
            .await
            .map_err(failed)?;
        let own = sqlx::query(select_lines!("WHERE c.clerk = ?1 AND c.day = ?2 ORDER BY c.seq DESC LIMIT ?3"))
            .bind(self.me.login.clone())
            .bind(today)
            .bind(SEARCH_ROWS as i64)
            .fetch_all(&mut *reader)
            .await
            .map_err(failed)?;
        Ok(Desk {
            accepted_today,
            returned: returned.iter().map(record::line).collect::<Result<_, _>>()?,
            returned_count,
            own_today: own.iter().map(record::line).collect::<Result<_, _>>()?,
        })
    }

    /// [`crate::store::Store::reference`]
    pub(super) async fn read_reference(&self, version: &str) -> Result<Option<Reference>, StoreError> {
        let mut reader = self.reader.lock().await;
        let reader = &mut *reader;
        let newest = open::setting(reader, "reference").await?.unwrap_or_default();
        if !newest.is_empty() && newest == version {
            return Ok(None);
        }
        Ok(Some(Reference {
            version: newest,
            offices: all(reader, "SELECT code, name, area, league, phone FROM office ORDER BY code", |row| {
                Ok(Office {
                    code: row::office(row, 0)?,
                    name: get(row, 1)?,
                    area: row::area(row, 2)?,
                    league: row::area(row, 3)?,
                    phone: get(row, 4)?,
                })
            })
            .await?,
            hospitals: all(reader, "SELECT code, name, initials, level, area FROM hospital ORDER BY code", |row| {
                Ok(Hospital {
                    code: get(row, 0)?,
                    name: get(row, 1)?,
                    initials: get(row, 2)?,
                    level: get(row, 3)?,
                    area: row::area(row, 4)?,
                })
            })
            .await?,
            diagnoses: all(reader, "SELECT code, name, initials FROM diagnosis ORDER BY code", |row| {
                Ok(DiagnosisEntry { code: get(row, 0)?, name: get(row, 1)?, initials: get(row, 2)? })
            })
            .await?,
            policies: policies(reader).await?,
        }))
    }
}

/// All published policies.
pub(super) async fn policies(connection: &mut SqliteConnection) -> Result<Vec<PublishedPolicy>, StoreError> {
    let text = "SELECT code, version, text, sha256, published_at FROM policy ORDER BY code, version";
    all(connection, text, policy).await
}

/// A policy from its row.
pub(super) fn policy(row: &SqliteRow) -> Result<PublishedPolicy, StoreError> {
    Ok(PublishedPolicy {
        code: get(row, 0)?,
        version: get(row, 1)?,
        text: get(row, 2)?,
        sha256: get(row, 3)?,
        published_at: row::moment(row, 4)?,
    })
}

async fn all<T>(
    connection: &mut SqliteConnection,
    text: &'static str,
    read: impl Fn(&SqliteRow) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let rows = sqlx::query(AssertSqlSafe(text)).fetch_all(connection).await.map_err(failed)?;
    rows.iter().map(read).collect()
}
