//! Everything that changes a claim: submit, withdraw; and what stands in a submit's way. Each is one
//! transaction that takes the write lock first, so that what it reads is what it decides on.

use chrono::{Datelike, Days, NaiveDate};
use serde::Deserialize;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Connection, Sqlite, Transaction};

use super::record::{self, select_claims, select_lines};
use super::row::{self, get};
use super::{Me, SqliteStore, failed, local};
use crate::domain::bill;
use crate::domain::canonical::hex;
use crate::domain::claim::{Claim, ClaimId, ClaimState, NewClaim, Payee, Standing};
use crate::domain::cover::{Cover, Paid};
use crate::domain::member::MemberId;
use crate::domain::money::Money;
use crate::domain::number::ClaimNumber;
use crate::policy::Policy;
use crate::store::recorded::{Entry, Event, Salt, paid_of, request_hash, withdrawal};
use crate::store::{Duplicate, StoreError, Submitted};

/// The last number of an office and year.
const LAST_NUMBER: i64 = 9_999_999;
/// Characters of a reason at most.
const REASON_MAX: usize = 200;

pub(super) fn refused<T>(reason: &str) -> Result<T, StoreError> {
    Err(StoreError::Refused(reason.to_owned()))
}

/// Begins a transaction that writes: it waits for other programs' writes before it reads anything.
pub(super) async fn begin(writer: &mut SqliteConnection) -> Result<Transaction<'_, Sqlite>, StoreError> {
    writer.begin_with("BEGIN IMMEDIATE").await.map_err(failed)
}

/// The facts that must agree with the claim's own fields and with the database.
#[derive(Deserialize)]
struct Frozen {
    kind: String,
    total: Money,
    admission: Option<NaiveDate>,
    discharge: Option<NaiveDate>,
    settlement: Option<NaiveDate>,
    #[serde(default)]
    diagnosis: String,
    #[serde(default)]
    cover: Vec<Cover>,
    #[serde(default)]
    paid: Vec<Paid>,
}

impl SqliteStore {
    /// [`crate::store::Store::submit`]
    pub(super) async fn record(&self, claim: &NewClaim) -> Result<Submitted, StoreError> {
        let request = request_hash(claim, &self.me.login)?;
        let mut writer = self.writer.lock().await;
        let mut tx = begin(&mut writer).await?;
        if let Some(known) = self.recorded_before(&mut tx, claim.id, &request).await? {
            return Ok(known);
        }
        let (frozen, paid) = self.checked(&mut tx, claim).await?;
        if let Some(standing) = bill_standing(&mut tx, &self.me, &claim.bill.key()).await? {
            return Err(StoreError::Duplicate(Duplicate::Bill(Box::new(standing))));
        }
        if let (Some(admission), Some(discharge)) = (claim.admission, claim.discharge) {
            let standings = stay_standings(&mut tx, &self.me, claim.member, admission, discharge).await?;
            if let Some(standing) = standings.into_iter().next() {
                return Err(StoreError::Duplicate(Duplicate::Stay(Box::new(standing))));
            }
        }
        let at = self.now();
        let entry = Entry {
            claim,
            number: self.next_number(&mut tx, local(at).year()).await?,
            league: self.me.office.league,
            rev: 1,
            at,
            clerk: &self.me.login,
            medical_total: frozen.total,
            salt: &Salt::random()?,
            // The card is a row of its own: what is recorded of it is read back from there.
            card: "",
        };
        let card = card_of(&mut tx, claim).await?;
        let (claim, hash) = record::insert(&mut tx, &entry, card, request, &paid).await?;
        tx.commit().await.map_err(failed)?;
        Ok(Submitted { claim: Box::new(claim), hash: hex(&hash), replay: false })
    }

    /// The same answer for the same content; another content under a known id is refused.
    async fn recorded_before(
        &self,
        tx: &mut SqliteConnection,
        id: ClaimId,
        request: &[u8],
    ) -> Result<Option<Submitted>, StoreError> {
        let row = sqlx::query(
            "SELECT c.seq, c.request, e.hash FROM claim c JOIN claim_event e ON e.claim = c.seq \
             WHERE c.id = ?1 ORDER BY e.place LIMIT 1",
        )
        .bind(id.0.as_bytes().to_vec())
        .fetch_optional(&mut *tx)
        .await
        .map_err(failed)?;
        let Some(row) = row else {
            return Ok(None);
        };
        if get::<&[u8]>(&row, 1)? != request {
            return Err(StoreError::IdReused);
        }
        let hash = hex(get(&row, 2)?);
        let claim = sqlx::query(select_claims!("WHERE c.seq = ?1"))
            .bind(get::<i64>(&row, 0)?)
            .fetch_one(tx)
            .await
            .map_err(failed)
            .and_then(|row| record::read(&row))?
            .claim;
        Ok(Some(Submitted { claim: Box::new(claim), hash, replay: true }))
    }

    /// What can be said of a claim without other claims: the member is in scope, the policy is published, the facts agree
    /// with the fields, and `cover` and `paid` are what the database holds now.
    async fn checked(&self, tx: &mut SqliteConnection, claim: &NewClaim) -> Result<(Frozen, Vec<Paid>), StoreError> {
        self.member_in_scope(tx, claim.member).await?;
        let missing = claim.documents.iter().any(|document| document.required && !document.present);
        match claim.state {
            ClaimState::Submitted if !missing => {}
            ClaimState::Returned => {}
            _ => return refused("documents"),
        }
        // An electronic bill by its code; a paper one counts with the hospital that wrote it.
        let (code, number) = (bill::normalise(&claim.bill.code), bill::normalise(&claim.bill.number));
        let is_bill = bill::check_code_field(&code).is_ok() && bill::check_number(&code, &number).is_ok();
        if !is_bill || claim.bill.hospital != claim.hospital {
            return refused("bill");
        }
        let known = sqlx::query("SELECT sha256, text FROM policy WHERE code = ?1 AND version = ?2")
            .bind(claim.policy.code.clone())
            .bind(claim.policy.version)
            .fetch_optional(&mut *tx)
            .await
            .map_err(failed)?;
        match known {
            Some(row)
                if get::<&str>(&row, 0)? == claim.policy.sha256
                    && Policy::parse(get(&row, 1)?).is_ok_and(|policy| policy.period == claim.period) => {}
            _ => return refused("policy"),
        }
        let Ok(frozen) = serde_json::from_str::<Frozen>(&claim.facts) else {
            return refused("facts");
        };
        let agrees = frozen.kind == claim.kind.code()
            && frozen.diagnosis == claim.diagnosis.code
            && (frozen.admission, frozen.discharge) == (claim.admission, claim.discharge)
            && frozen.settlement.or(frozen.discharge) == claim.settlement.or(claim.discharge);
        let stay_ends = claim.admission.is_none_or(|from| claim.discharge.is_some_and(|to| from <= to));
        let today = local(self.now()).date();
        let days = [claim.admission, claim.discharge, claim.settlement];
        let to_come = days.into_iter().flatten().any(|day| day > today);
        if !agrees || to_come || !stay_ends || claim.admission.is_some() != claim.discharge.is_some() {
            return refused("facts");
        }
        let paid = match paid_of(&claim.assessment, claim.period) {
            Some((total, paid)) if total == claim.total => paid,
            _ => return refused("assessment"),
        };
        let mut covers = frozen.cover.clone();
        covers.sort_by_key(|cover| cover.period);
        if covers != covers_of(tx, claim.member).await? || frozen.paid != paid_to(tx, claim.member).await? {
            return Err(StoreError::Stale(0));
        }
        Ok((frozen, paid))
    }

    /// `NotFound` unless the member is in the account's scope.
    pub(super) async fn member_in_scope(
        &self,
        connection: &mut SqliteConnection,
        member: MemberId,
    ) -> Result<(), StoreError> {
        let league: Option<i64> = sqlx::query_scalar("SELECT league FROM member WHERE id = ?1")
            .bind(member.0)
            .fetch_optional(connection)
            .await
            .map_err(failed)?;
        if league.is_some_and(|league| self.me.sees(league)) { Ok(()) } else { Err(StoreError::NotFound) }
    }

    /// The next number of the office and year; it is given back when the transaction fails.
    async fn next_number(&self, tx: &mut SqliteConnection, year: i32) -> Result<ClaimNumber, StoreError> {
        let office = self.me.office.code;
        let last: i64 = sqlx::query_scalar(
            "INSERT INTO counter (office, year, last) VALUES (?1, ?2, 1) \
             ON CONFLICT (office, year) DO UPDATE SET last = last + 1 RETURNING last",
        )
        .bind(i64::from(office.get()))
        .bind(year)
        .fetch_one(tx)
        .await
        .map_err(failed)?;
        match (u16::try_from(year), u32::try_from(last)) {
            (Ok(year), Ok(sequence)) if last <= LAST_NUMBER => Ok(ClaimNumber { office, year, sequence }),
            _ => refused("number"),
        }
    }

    /// [`crate::store::Store::withdraw`]: by a clerk of the office that took the claim.
    pub(super) async fn take_back(&self, number: ClaimNumber, rev: u32, reason: &str) -> Result<u32, StoreError> {
        let mut writer = self.writer.lock().await;
        let mut tx = begin(&mut writer).await?;
        let (seq, claim) = self.stored(&mut tx, number).await?;
        if claim.office != self.me.office.code {
            return Err(StoreError::NotAllowed);
        }
        if claim.rev != rev {
            return Err(StoreError::Stale(claim.rev));
        }
        if !claim.claim.state.is_live() {
            return refused("withdrawn");
        }
        if reason.trim().is_empty() || reason.chars().any(char::is_control) || reason.chars().count() > REASON_MAX {
            return refused("reason");
        }
        sqlx::query("UPDATE claim SET state = ?2, rev = ?3 WHERE seq = ?1")
            .bind(seq)
            .bind(ClaimState::Withdrawn.code())
            .bind(claim.rev + 1)
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        sqlx::query("DELETE FROM bill WHERE key = ?1 AND claim = ?2")
            .bind(claim.claim.bill.key())
            .bind(seq)
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        let event = Event {
            id: claim.claim.id,
            office: claim.office.get(),
            rev: claim.rev + 1,
            kind: ClaimState::Withdrawn.code(),
            who: &self.me.login,
            at: self.now(),
            body: &withdrawal(reason),
        };
        record::append(&mut tx, seq, &event).await?;
        tx.commit().await.map_err(failed)?;
        Ok(rev + 1)
    }

    /// [`crate::store::Store::claim`]
    pub(super) async fn read_claim(&self, number: ClaimNumber) -> Result<Claim, StoreError> {
        let mut reader = self.reader.lock().await;
        Ok(self.stored(&mut reader, number).await?.1)
    }

    /// One claim in scope, with its row.
    pub(super) async fn stored(
        &self,
        connection: &mut SqliteConnection,
        number: ClaimNumber,
    ) -> Result<(i64, Claim), StoreError> {
        let row = sqlx::query(select_claims!("WHERE c.office = ?1 AND c.year = ?2 AND c.number = ?3"))
            .bind(i64::from(number.office.get()))
            .bind(number.year)
            .bind(number.sequence)
            .fetch_optional(connection)
            .await
            .map_err(failed)?
            .ok_or(StoreError::NotFound)?;
        let (seq, claim) = (get(&row, 0)?, record::read(&row)?.claim);
        if self.me.sees(i64::from(claim.league.get())) { Ok((seq, claim)) } else { Err(StoreError::NotFound) }
    }

    /// [`crate::store::Store::reconcile`]
    pub(super) async fn numbers_of(&self, ids: &[ClaimId]) -> Result<Vec<(ClaimId, Option<ClaimNumber>)>, StoreError> {
        let mut reader = self.reader.lock().await;
        let mut numbers = Vec::with_capacity(ids.len());
        for id in ids {
            let row = sqlx::query("SELECT office, year, number, league FROM claim WHERE id = ?1")
                .bind(id.0.as_bytes().to_vec())
                .fetch_optional(&mut *reader)
                .await
                .map_err(failed)?;
            let number = match &row {
                Some(row) if self.me.sees(get(row, 3)?) => Some(row::number(row, 0)?),
                _ => None,
            };
            numbers.push((*id, number));
        }
        Ok(numbers)
    }
}

/// The member's participations, oldest first.
pub(super) async fn covers_of(connection: &mut SqliteConnection, member: MemberId) -> Result<Vec<Cover>, StoreError> {
    sqlx::query("SELECT period, from_day, to_day FROM cover WHERE member = ?1 ORDER BY period")
        .bind(member.0)
        .fetch_all(connection)
        .await
        .map_err(failed)?
        .iter()
        .map(|row| Ok(Cover { period: get(row, 0)?, from: row::day(row, 1)?, to: row::day(row, 2)? }))
        .collect()
}

/// What live claims of a member were paid, in the order of submission.
pub(super) async fn paid_to(connection: &mut SqliteConnection, member: MemberId) -> Result<Vec<Paid>, StoreError> {
    sqlx::query(
        "SELECT p.period, p.benefit, p.base, p.days, p.amount FROM claim c JOIN claim_paid p ON p.claim = c.seq \
         WHERE c.member = ?1 AND c.state <> 'withdrawn' ORDER BY c.seq, p.place",
    )
    .bind(member.0)
    .fetch_all(connection)
    .await
    .map_err(failed)?
    .iter()
    .map(|row| {
        Ok(Paid {
            period: get(row, 0)?,
            benefit: get(row, 1)?,
            base: row::money(row, 2)?,
            days: get(row, 3)?,
            amount: row::money(row, 4)?,
        })
    })
    .collect()
}

/// The row of the card that is paid to: the one on file, or the new one, which is on file from now on.
async fn card_of(tx: &mut SqliteConnection, claim: &NewClaim) -> Result<Option<i64>, StoreError> {
    let row = sqlx::query("SELECT id, bank, number FROM card WHERE member = ?1 ORDER BY id DESC LIMIT 1")
        .bind(claim.member.0)
        .fetch_optional(&mut *tx)
        .await
        .map_err(failed)?;
    let on_file: Option<(i64, String, String)> = match &row {
        Some(row) => Some((get(row, 0)?, get(row, 1)?, get(row, 2)?)),
        None => None,
    };
    match (&claim.payee, on_file) {
        (Payee::OnFile { bank, last4 }, Some((id, on_bank, number))) => {
            let same = *bank == on_bank && number.ends_with(last4.as_str());
            if same { Ok(Some(id)) } else { Err(StoreError::Stale(0)) }
        }
        (Payee::OnFile { .. }, None) => Err(StoreError::Stale(0)),
        (Payee::New { bank, card }, Some((id, on_bank, number))) if *bank == on_bank && *card == number => Ok(Some(id)),
        (Payee::New { bank, card }, _) => sqlx::query("INSERT INTO card (member, bank, number) VALUES (?1, ?2, ?3)")
            .bind(claim.member.0)
            .bind(bank.clone())
            .bind(card.clone())
            .execute(tx)
            .await
            .map(|done| Some(done.last_insert_rowid()))
            .map_err(failed),
    }
}

/// What stands against a bill: a live claim anywhere in the region.
pub(super) async fn bill_standing(
    connection: &mut SqliteConnection,
    me: &Me,
    key: &str,
) -> Result<Option<Standing>, StoreError> {
    let row = sqlx::query(select_lines!("JOIN bill b ON b.claim = c.seq WHERE b.key = ?1"))
        .bind(key.to_owned())
        .fetch_optional(&mut *connection)
        .await
        .map_err(failed)?;
    match row {
        Some(row) => standing(connection, me, &row).await.map(Some),
        None => Ok(None),
    }
}

/// Live stays of a member that overlap half-open spans; a same-day stay counts as one day.
pub(super) async fn stay_standings(
    connection: &mut SqliteConnection,
    me: &Me,
    member: MemberId,
    admission: NaiveDate,
    discharge: NaiveDate,
) -> Result<Vec<Standing>, StoreError> {
    let end = |from: NaiveDate, to: NaiveDate| to.max(from.checked_add_days(Days::new(1)).unwrap_or(to));
    let rows = sqlx::query(select_lines!(
        "WHERE c.member = ?1 AND c.state <> 'withdrawn' AND c.admission IS NOT NULL ORDER BY c.seq"
    ))
    .bind(member.0)
    .fetch_all(&mut *connection)
    .await
    .map_err(failed)?;
    let mut standings = Vec::new();
    for row in &rows {
        let (Some(from), Some(to)) = (row::maybe_day(row, 7)?, row::maybe_day(row, 8)?) else {
            continue;
        };
        if admission < end(from, to) && from < end(admission, discharge) {
            standings.push(standing(connection, me, row).await?);
        }
    }
    Ok(standings)
}

/// What is told of a claim that stands in the way: all of it in scope, else its office, number and state.
async fn standing(connection: &mut SqliteConnection, me: &Me, row: &SqliteRow) -> Result<Standing, StoreError> {
    let line = record::line(row)?;
    let office = sqlx::query("SELECT name, league FROM office WHERE code = ?1")
        .bind(i64::from(line.number.office.get()))
        .fetch_one(connection)
        .await
        .map_err(failed)?;
    Ok(Standing {
        number: line.number,
        office: get(&office, 0)?,
        state: line.state,
        line: me.sees(get(&office, 1)?).then_some(line),
    })
}
