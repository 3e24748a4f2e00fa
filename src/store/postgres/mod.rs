//! The centre: PostgreSQL, as one person sees it. The program holds no right there but to call the functions of `api_v1`
//! (`migrations/postgres`): each operation is one call, which is one transaction on the other side.
//!
//! - `options` where the centre is, and what a connection off this machine must have
//! - `line` the one connection: opened, lost, opened again; what may be asked twice
//! - `seal` the ledger: what a sealer calls, the nodes that proofs need · `proof` what each connection has to show of it
//! - `admin` setting the centre up, and its schema · `accounts` who may log in · `fixed` the rows that it begins with
//! - `settings` what holds for the whole centre
//! - `guard` what ends sessions that go too far · `scram` what is kept of a password
//! - `error` what the server says, in the store's words · `answers` JSON of the functions as domain values
//! - `verify` what an auditor's verification reads
//!
//! To add an operation: its function in `migrations/postgres` (a new file), and a line in the implementation below.

pub mod accounts;
pub mod admin;
mod answers;
mod error;
mod fixed;
pub mod guard;
mod line;
mod load;
mod options;
mod proof;
pub mod scram;
mod seal;
pub mod settings;
mod verify;

use async_trait::async_trait;
use chrono::NaiveDate;
use sqlx::postgres::PgRow;
use uuid::Uuid;

pub use options::{OptionsError, PostgresOptions};

use self::answers::{
    ClaimAnswer, DeskAnswer, HelloAnswer, LineAnswer, NumberAnswer, PrintAnswer, StandingAnswer, SubmitAnswer, get,
};
use self::line::{Again, Line, call};
use super::witness::Witness;
use super::{
    Desk, Found, Hello, Hit, MemberSheet, OnRecord, Printed, Reference, Request, Store, StoreError, Submitted,
    Verification,
};
use crate::domain::bill::Bill;
use crate::domain::canonical::hex;
use crate::domain::claim::{Claim, ClaimId, ClaimLine, NewClaim, Standing};
use crate::domain::form::FormId;
use crate::domain::member::{MemberId, PersonalField};
use crate::domain::number::ClaimNumber;
use crate::domain::query::{Query, Term};
use crate::domain::secret::Secret;
use crate::domain::slip_code::{SlipCode, SlipFacts};

/// What this program knows of the functions of `api_v1`; the centre says at login whether that is enough.
const PROTOCOL: i32 = 1;

/// The centre, as the person who logged in.
pub struct PostgresStore {
    line: Line,
}

impl PostgresStore {
    /// The centre at a place. Nothing is opened before somebody logs in.
    pub fn new(options: PostgresOptions) -> PostgresStore {
        PostgresStore { line: Line::new(options, None) }
    }

    /// The same, held against what this terminal remembers of the centre's tree: on a connection to a centre that shows
    /// another history nothing is called ([`StoreError::Alarm`]), whenever it was opened.
    pub fn watched(options: PostgresOptions, witness: Witness) -> PostgresStore {
        PostgresStore { line: Line::new(options, Some(witness)) }
    }

    /// The answer of a function that gives JSON; `None` for SQL's NULL.
    async fn json<T: serde::de::DeserializeOwned>(
        &self,
        again: Again,
        text: &'static str,
        arguments: sqlx::postgres::PgArguments,
    ) -> Result<Option<T>, StoreError> {
        json(&self.line.one(again, text, arguments).await?)
    }

    async fn must<T: serde::de::DeserializeOwned>(
        &self,
        again: Again,
        text: &'static str,
        arguments: sqlx::postgres::PgArguments,
    ) -> Result<T, StoreError> {
        self.json(again, text, arguments).await?.ok_or_else(|| StoreError::Unreadable("no answer".into()))
    }

    /// The claim of a slip, and what its record is to the slip's code.
    async fn search_slip(&self, code: &SlipCode) -> Result<Found, StoreError> {
        let SlipFacts { number: slip, amount, record, .. } = code.facts();
        let (office, form) = (slip.office.get() as i32, i32::from(slip.form.number()));
        let arguments = call!(office, i32::from(slip.year), form, slip.sequence as i32, hex(record), amount.fen());
        let text = "SELECT * FROM api_v1.search_slip($1, $2, $3, $4, $5, $6)";
        let row = self.line.all(Again::Yes, text, arguments).await?.into_iter().next();
        let Some(row) = row else { return Ok(Found::default()) };
        let sequence = get::<i32>(&row, 9)? as u32;
        let year = u16::try_from(get::<i32>(&row, 8)?).map_err(|_| StoreError::Unreadable("year".into()))?;
        let claim = ClaimNumber { office: slip.office, year, sequence };
        let slip = Some(OnRecord::of(get::<bool>(&row, 10)?, get::<bool>(&row, 11)?));
        Ok(Found { rows: vec![Hit { claim: Some(claim), ..hit(&row)? }], slip, ..Found::default() })
    }

    /// Takes a ticket: from here on the look is recorded, whatever becomes of it.
    async fn ticket(&self, ticket: Uuid, member: MemberId, field: &str, purpose: &str) -> Result<(), StoreError> {
        let arguments = call!(ticket, member.0, field, purpose);
        self.line.one(Again::Yes, "SELECT api_v1.ticket($1, $2, $3, $4)::text", arguments).await.map(drop)
    }
}

#[async_trait]
impl Store for PostgresStore {
    fn asks_login(&self) -> bool {
        true
    }

    async fn log_in(&self, login: &str, password: &Secret) -> Result<(), StoreError> {
        self.line.log_in(login, password).await
    }

    async fn log_out(&self) -> Result<(), StoreError> {
        self.line.log_out().await;
        Ok(())
    }

    async fn hello(&self) -> Result<Hello, StoreError> {
        let text = "SELECT api_v1.hello($1)::text";
        let row = self.line.one_and_proof(text, call!(PROTOCOL)).await?;
        let answer: HelloAnswer = json(&row)?.ok_or_else(|| StoreError::Unreadable("no answer".into()))?;
        answer.hello(self.line.is_blind().await)
    }

    async fn search(&self, query: &Query) -> Result<Found, StoreError> {
        let (kind, term, unit) = match query {
            Query::Slip(code) => return self.search_slip(code).await,
            Query::IdNumber(id) => ("id", id.clone(), None),
            Query::Mobile(mobile) => ("mobile", mobile.clone(), None),
            Query::Tail(tail) => ("tail", tail.clone(), None),
            Query::Claim(number) => ("claim", term_of(*number), None),
            Query::Name(Term { key, unit }) => ("name", key.clone(), unit.clone()),
            Query::Latin(Term { key, unit }) => ("latin", key.clone(), unit.clone()),
        };
        let arguments = call!(kind, term, unit);
        let rows = self.line.all(Again::Yes, "SELECT * FROM api_v1.search($1, $2, $3)", arguments).await?;
        let mut found = Found::default();
        for row in &rows {
            if get::<bool>(row, 9)? {
                return Ok(Found { elsewhere: true, ..Found::default() });
            }
            found.more |= get::<bool>(row, 8)?;
            let mut hit = hit(row)?;
            if let Query::Claim(number) = query {
                hit.claim = Some(*number);
            }
            found.rows.push(hit);
        }
        Ok(found)
    }

    async fn open_member(&self, ticket: Uuid, member: MemberId, purpose: &str) -> Result<MemberSheet, StoreError> {
        self.ticket(ticket, member, "sheet", purpose).await?;
        let text = "SELECT api_v1.open_member($1, $2)::text";
        let answer: answers::SheetAnswer = self.must(Again::Yes, text, call!(ticket, member.0)).await?;
        Ok(answer.sheet())
    }

    async fn reveal(&self, ticket: Uuid, member: MemberId, field: PersonalField) -> Result<String, StoreError> {
        self.ticket(ticket, member, field.code(), "reveal").await?;
        let arguments = call!(ticket, member.0, field.code());
        let row = self.line.one(Again::Yes, "SELECT api_v1.reveal($1, $2, $3)", arguments).await?;
        get(&row, 0)
    }

    async fn check_bill(&self, bill: &Bill) -> Result<Option<Standing>, StoreError> {
        let arguments = call!(bill.code.as_str(), bill.number.as_str(), bill.hospital.as_str());
        let text = "SELECT api_v1.check_bill($1, $2, $3)::text";
        let answer: Option<StandingAnswer> = self.json(Again::Yes, text, arguments).await?;
        Ok(answer.map(StandingAnswer::standing))
    }

    async fn check_stay(
        &self,
        member: MemberId,
        admission: NaiveDate,
        discharge: NaiveDate,
    ) -> Result<Vec<Standing>, StoreError> {
        let text = "SELECT api_v1.check_stay($1, $2, $3)::text";
        let answers: Vec<StandingAnswer> = self.must(Again::Yes, text, call!(member.0, admission, discharge)).await?;
        Ok(answers.into_iter().map(StandingAnswer::standing).collect())
    }

    async fn reference(&self, version: &str) -> Result<Option<Reference>, StoreError> {
        self.json(Again::Yes, "SELECT api_v1.reference($1)::text", call!(version)).await
    }

    async fn submit(&self, claim: &NewClaim) -> Result<Submitted, StoreError> {
        let json = serde_json::to_string(claim).map_err(|_| StoreError::Refused("text".into()))?;
        // The same id again gives the same answer.
        let answer: SubmitAnswer = self.must(Again::Yes, "SELECT api_v1.submit($1::json)::text", call!(json)).await?;
        Ok(answer.submitted())
    }

    async fn claim(&self, number: ClaimNumber) -> Result<Claim, StoreError> {
        let (office, year, sequence) = parts(number);
        let arguments = call!(office, year, sequence);
        let answer: ClaimAnswer = self.must(Again::Yes, "SELECT api_v1.claim($1, $2, $3)::text", arguments).await?;
        Ok(answer.claim())
    }

    async fn claims_of(&self, member: MemberId) -> Result<Vec<ClaimLine>, StoreError> {
        let answers: Vec<LineAnswer> =
            self.must(Again::Yes, "SELECT api_v1.claims_of($1)::text", call!(member.0)).await?;
        Ok(answers.into_iter().map(LineAnswer::line).collect())
    }

    async fn desk(&self) -> Result<Desk, StoreError> {
        let answer: DeskAnswer = self.must(Again::Yes, "SELECT api_v1.desk()::text", call!()).await?;
        Ok(answer.desk())
    }

    async fn withdraw(&self, number: ClaimNumber, rev: u32, reason: &str) -> Result<u32, StoreError> {
        let (office, year, sequence) = parts(number);
        let arguments = call!(office, year, sequence, rev as i32, reason);
        let row = self.line.one(Again::No, "SELECT api_v1.withdraw($1, $2, $3, $4, $5)", arguments).await?;
        get::<i32>(&row, 0).map(|rev| rev as u32)
    }

    async fn record_print(&self, number: ClaimNumber, form: FormId) -> Result<Printed, StoreError> {
        let (office, year, sequence) = parts(number);
        let arguments = call!(office, year, sequence, form.to_string());
        let text = "SELECT api_v1.record_print($1, $2, $3, $4)::text";
        let answer: PrintAnswer = self.must(Again::No, text, arguments).await?;
        answer.printed(form)
    }

    async fn slip_keys(&self, own: Option<&str>) -> Result<Vec<String>, StoreError> {
        self.must(Again::Yes, "SELECT api_v1.slip_keys($1)::text", call!(own)).await
    }

    async fn reconcile(&self, ids: &[ClaimId]) -> Result<Vec<(ClaimId, Option<ClaimNumber>)>, StoreError> {
        let plain: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        let numbers: Vec<Option<NumberAnswer>> =
            self.must(Again::Yes, "SELECT api_v1.reconcile($1)::text", call!(plain)).await?;
        Ok(ids.iter().zip(numbers).map(|(id, answer)| (*id, answer.map(NumberAnswer::number))).collect())
    }

    async fn verify(&self) -> Result<Verification, StoreError> {
        verify::verify(&self.line).await
    }

    /// A sheet and a reveal take a ticket first.
    fn trips(&self, request: &Request) -> u32 {
        if matches!(request, Request::OpenMember { .. } | Request::Reveal { .. }) { 2 } else { 1 }
    }
}

/// A claim's number as searches take it.
fn term_of(number: ClaimNumber) -> String {
    format!("{}-{}-{}", number.office, number.year, number.sequence)
}

/// A claim's number as the functions take it.
fn parts(number: ClaimNumber) -> (i32, i32, i32) {
    (number.office.get() as i32, i32::from(number.year), number.sequence as i32)
}

/// The JSON of a row; `None` for SQL's NULL.
fn json<T: serde::de::DeserializeOwned>(row: &PgRow) -> Result<Option<T>, StoreError> {
    let json: Option<&str> = get(row, 0)?;
    json.map(|json| serde_json::from_str(json).map_err(|error| StoreError::Unreadable(error.to_string()))).transpose()
}

fn hit(row: &PgRow) -> Result<Hit, StoreError> {
    let period: i32 = get(row, 6)?;
    let years: i32 = get(row, 7)?;
    Ok(Hit {
        member: MemberId(get(row, 0)?),
        name: get(row, 1)?,
        sex: answers::sex(get(row, 2)?)?,
        birth_year: get(row, 3)?,
        id_masked: get(row, 4)?,
        unit: get(row, 5)?,
        period,
        years: years as u32,
        claim: None,
    })
}
