//! The embedded default: the whole central database in one SQLite file, through sqlx. It has no boundary but the file
//! itself; scope is in the statements' text, so that both adapters answer the same contract test.
//!
//! - `open` connections, schema, who works · `rescue` what is done with a damaged file
//! - `search` the searches, over the keys of `store::keys`
//! - `member` the member's sheet, reveals · `desk` what the desk shows, reference data
//! - `record` a claim as rows, the chains · `submit` everything that changes a claim · `slips` numbers, prints, keys
//! - `load` a generated world · `verify` everything recomputed
//!
//! To add an operation: its function in the file of its kind, with the statement beside it, and a line in the
//! implementation below. A statement that searches goes through `store::keys::after`, never through LIKE.

pub mod load;
pub mod rescue;
pub mod search;

mod desk;
mod member;
mod open;
mod record;
mod row;
mod slips;
mod submit;
mod terms;
mod verify;

use std::path::PathBuf;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use sqlx::sqlite::SqliteConnection;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::{Desk, Found, Hello, MemberSheet, Office, Printed, Reference, Store, StoreError, Submitted, Verification};
use crate::domain::bill::Bill;
use crate::domain::claim::{Claim, ClaimId, ClaimLine, NewClaim, Standing};
use crate::domain::date::to_shanghai;
use crate::domain::form::FormId;
use crate::domain::member::{MemberId, PersonalField};
use crate::domain::number::ClaimNumber;
use crate::domain::query::Query;
use search::SearchSql;
use terms::Terms;

/// The central database in one file, as one account sees it.
pub struct SqliteStore {
    path: PathBuf,
    me: Me,
    /// The day of a generated world.
    day: Option<NaiveDate>,
    search: SearchSql,
    limits: member::Limits,
    terms: Terms,
    reader: Mutex<SqliteConnection>,
    writer: Mutex<SqliteConnection>,
}

/// Who works, and what is in scope.
struct Me {
    login: String,
    duties: Vec<String>,
    office: Office,
    window: u32,
    /// Sees all leagues.
    region: bool,
}

impl Me {
    /// Whether records of a league are in scope.
    fn sees(&self, league: i64) -> bool {
        self.region || league == i64::from(self.office.league.get())
    }
}

impl SqliteStore {
    /// The moment by the server's clock.
    fn now(&self) -> DateTime<Utc> {
        open::moment(self.day)
    }
}

/// A moment as clocks on the wall show it.
fn local(moment: DateTime<Utc>) -> NaiveDateTime {
    to_shanghai(moment)
}

/// What the driver says, in the store's words. Messages of SQLite name tables and columns, never values. `Unknown` is asked
/// again for ever: it is only what another try may mend.
fn failed(error: sqlx::Error) -> StoreError {
    if let sqlx::Error::Database(database) = &error {
        // The primary code is in the low byte: 5 busy, 6 locked, 8 read-only, 13 full, 14 can't open; 11 corrupt, 26 no database.
        // A missing table (1), a wrong type (20), a constraint that fails after all checks (19): rows contradict each other.
        let code = database.code().and_then(|code| code.parse::<i32>().ok()).unwrap_or(0) & 0xff;
        return match code {
            5 | 6 | 8 | 13 | 14 => StoreError::Unreachable(database.message().to_owned()),
            1 | 11 | 19 | 20 | 26 => StoreError::Damaged(database.message().to_owned()),
            _ => StoreError::Unknown(database.message().to_owned()),
        };
    }
    match error {
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::RowNotFound => {
            StoreError::Damaged(error.to_string())
        }
        _ => StoreError::Unknown(error.to_string()),
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn hello(&self) -> Result<Hello, StoreError> {
        self.read_hello().await
    }

    async fn search(&self, query: &Query) -> Result<Found, StoreError> {
        self.find(query).await
    }

    async fn open_member(&self, ticket: Uuid, member: MemberId, purpose: &str) -> Result<MemberSheet, StoreError> {
        self.read_member(ticket, member, purpose).await
    }

    async fn reveal(&self, ticket: Uuid, member: MemberId, field: PersonalField) -> Result<String, StoreError> {
        self.read_whole(ticket, member, field).await
    }

    async fn check_bill(&self, bill: &Bill) -> Result<Option<Standing>, StoreError> {
        let mut reader = self.reader.lock().await;
        submit::bill_standing(&mut reader, &self.me, &bill.key()).await
    }

    async fn check_stay(
        &self,
        member: MemberId,
        admission: NaiveDate,
        discharge: NaiveDate,
    ) -> Result<Vec<Standing>, StoreError> {
        let mut reader = self.reader.lock().await;
        submit::stay_standings(&mut reader, &self.me, member, admission, discharge).await
    }

    async fn reference(&self, version: &str) -> Result<Option<Reference>, StoreError> {
        self.read_reference(version).await
    }

    async fn submit(&self, claim: &NewClaim) -> Result<Submitted, StoreError> {
        self.record(claim).await
    }

    async fn claim(&self, number: ClaimNumber) -> Result<Claim, StoreError> {
        self.read_claim(number).await
    }

    async fn claims_of(&self, member: MemberId) -> Result<Vec<ClaimLine>, StoreError> {
        self.read_claims(member).await
    }

    async fn desk(&self) -> Result<Desk, StoreError> {
        self.read_desk().await
    }

    async fn withdraw(&self, number: ClaimNumber, rev: u32, reason: &str) -> Result<u32, StoreError> {
        self.take_back(number, rev, reason).await
    }

    async fn record_print(&self, number: ClaimNumber, form: FormId) -> Result<Printed, StoreError> {
        self.count_print(number, form).await
    }

    async fn slip_keys(&self, own: Option<&str>) -> Result<Vec<String>, StoreError> {
        self.keys_of_slips(own).await
    }

    async fn reconcile(&self, ids: &[ClaimId]) -> Result<Vec<(ClaimId, Option<ClaimNumber>)>, StoreError> {
        self.numbers_of(ids).await
    }

    async fn verify(&self) -> Result<Verification, StoreError> {
        verify::verify(&self.path).await
    }
}
