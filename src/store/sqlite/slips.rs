//! Slips: their own numbers, their prints, and the keys that their codes are checked with.
//!
//! To give another form its number: [`give`] in the transaction that makes it due, and its place in [`SqliteStore::count_print`].

use chrono::TimeDelta;
use sqlx::sqlite::SqliteConnection;

use super::row::{self, damaged};
use super::submit::{begin, refused};
use super::{SqliteStore, failed, record};
use crate::domain::account::Duty;
use crate::domain::canonical::{Hash, hex, moment};
use crate::domain::claim::Claim;
use crate::domain::form::FormId;
use crate::domain::money::Money;
use crate::domain::note::VerifierKey;
use crate::domain::number::{ClaimNumber, SlipNumber};
use crate::domain::slip_code::{SlipFacts, key_name};
use crate::store::recorded::{Event, printed};
use crate::store::{KEYS_A_DAY, OnRecord, PRINTS_MAX, Printed, StoreError};

/// Numbers for claims that were returned and have none: of a generated world, or where a damaged file lost them.
pub(super) const GIVE_MISSING: &str = "INSERT INTO slip (office, year, form, number, claim, prints) \
     SELECT c.office, c.year, 2, \
     coalesce((SELECT max(s.number) FROM slip s WHERE s.office = c.office AND s.year = c.year AND s.form = 2), 0) \
     + row_number() OVER (PARTITION BY c.office, c.year ORDER BY c.number), c.seq, \
     (SELECT count(*) FROM claim_event e WHERE e.claim = c.seq AND e.kind = 'printed' AND e.body LIKE '%\"P2\"%') \
     FROM claim c WHERE c.seq IN (SELECT e.claim FROM claim_event e WHERE e.kind = 'returned') \
     AND c.seq NOT IN (SELECT s.claim FROM slip s WHERE s.form = 2)";

/// Gives a claim's slip the next number of its office, year and form. The caller holds the write lock.
pub(super) async fn give(
    tx: &mut SqliteConnection,
    seq: i64,
    number: ClaimNumber,
    form: FormId,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO slip (office, year, form, number, claim) \
         SELECT ?1, ?2, ?3, coalesce(max(number), 0) + 1, ?4 FROM slip WHERE office = ?1 AND year = ?2 AND form = ?3",
    )
    .bind(number.office.get())
    .bind(number.year)
    .bind(form.number())
    .bind(seq)
    .execute(tx)
    .await
    .map(drop)
    .map_err(failed)
}

/// The claim that a slip's number is of.
pub(super) async fn claim_of(
    reader: &mut SqliteConnection,
    slip: SlipNumber,
) -> Result<Option<ClaimNumber>, StoreError> {
    if let Some(number) = slip.claim() {
        return Ok(Some(number));
    }
    let text = "SELECT c.office, c.year, c.number FROM slip s JOIN claim c ON c.seq = s.claim \
        WHERE s.office = ?1 AND s.year = ?2 AND s.form = ?3 AND s.number = ?4";
    let row = sqlx::query(text)
        .bind(slip.office.get())
        .bind(slip.year)
        .bind(slip.form.number())
        .bind(slip.sequence)
        .fetch_optional(reader)
        .await
        .map_err(failed)?;
    row.map(|row| row::number(&row, 0)).transpose()
}

/// What the record of a claim that is there is to the code of its slip.
pub(super) async fn on_record(
    reader: &mut SqliteConnection,
    number: ClaimNumber,
    facts: &SlipFacts,
) -> Result<OnRecord, StoreError> {
    let text = "SELECT c.total, (SELECT e.hash FROM claim_event e WHERE e.claim = c.seq ORDER BY e.place LIMIT 1), \
        c.state = 'withdrawn' FROM claim c WHERE c.office = ?1 AND c.year = ?2 AND c.number = ?3";
    let (fen, record, withdrawn): (i64, Vec<u8>, bool) = sqlx::query_as(text)
        .bind(number.office.get())
        .bind(number.year)
        .bind(number.sequence)
        .fetch_one(reader)
        .await
        .map_err(failed)?;
    let shown = facts.number.form.shown(Money::from_fen(fen));
    Ok(OnRecord::of(shown == facts.amount && record == facts.record, withdrawn))
}

/// The number of a claim's slip, and how often it was printed.
fn slip_of(claim: &Claim, form: FormId) -> Result<(SlipNumber, u32), StoreError> {
    match (form, claim.notice) {
        (FormId::P1, _) => Ok((claim.number.into(), claim.prints)),
        (FormId::P2, Some(notice)) => Ok((notice.number, notice.prints)),
        (FormId::P2, None) => refused("slip-not-returned"),
        _ => refused("slip-form"),
    }
}

impl SqliteStore {
    /// [`crate::store::Store::record_print`]
    pub(super) async fn count_print(&self, number: ClaimNumber, form: FormId) -> Result<Printed, StoreError> {
        let mut writer = self.writer.lock().await;
        let mut tx = begin(&mut writer).await?;
        let (seq, claim) = self.stored(&mut tx, number).await?;
        let (slip, copy) = slip_of(&claim, form)?;
        if copy >= PRINTS_MAX {
            return refused("prints");
        }
        let first: Vec<u8> = sqlx::query_scalar("SELECT hash FROM claim_event WHERE claim = ?1 ORDER BY place LIMIT 1")
            .bind(seq)
            .fetch_one(&mut *tx)
            .await
            .map_err(failed)?;
        let record: Hash = first.try_into().map_err(|_| damaged("hash"))?;
        let event = Event {
            id: claim.claim.id,
            office: claim.office.get(),
            rev: claim.rev,
            kind: "printed",
            who: &self.me.login,
            at: self.now(),
            body: &printed(copy, form),
        };
        record::append(&mut tx, seq, &event).await?;
        let text = match form {
            FormId::P1 => "UPDATE claim SET prints = prints + 1 WHERE seq = ?1",
            _ => "UPDATE slip SET prints = prints + 1 WHERE claim = ?1 AND form = ?2",
        };
        sqlx::query(text).bind(seq).bind(form.number()).execute(&mut *tx).await.map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(Printed { copy, slip, record, rev: claim.rev })
    }

    /// [`crate::store::Store::slip_keys`]
    pub(super) async fn keys_of_slips(&self, own: Option<&str>) -> Result<Vec<String>, StoreError> {
        let mut writer = self.writer.lock().await;
        let mut tx = begin(&mut writer).await?;
        if let Some(own) = own {
            self.enrol(&mut tx, own).await?;
        }
        let keys = sqlx::query_scalar("SELECT key FROM slip_key ORDER BY id").fetch_all(&mut *tx).await;
        tx.commit().await.map_err(failed)?;
        keys.map_err(failed)
    }

    /// Enrols a terminal's key, once. An office has as many as it enrols: here none is revoked, that would make room.
    async fn enrol(&self, tx: &mut SqliteConnection, own: &str) -> Result<(), StoreError> {
        if !self.me.duties.iter().any(|duty| duty.parse().is_ok_and(Duty::is_at_the_counter)) {
            return Err(StoreError::NotAllowed);
        }
        let Ok(key) = own.parse::<VerifierKey>() else { return refused("slip-key") };
        let office = self.me.office.code;
        if key.name() != key_name(office) {
            return refused("slip-key-office");
        }
        let id = hex(&key.id());
        let known: Option<String> = sqlx::query_scalar("SELECT key FROM slip_key WHERE id = ?1")
            .bind(id.clone())
            .fetch_optional(&mut *tx)
            .await
            .map_err(failed)?;
        if let Some(known) = known {
            return if known == own { Ok(()) } else { refused("slip-key-id") };
        }
        let today: i64 = sqlx::query_scalar("SELECT count(*) FROM slip_key WHERE who = ?1 AND at > ?2")
            .bind(self.me.login.clone())
            .bind(moment(self.now() - TimeDelta::days(1)))
            .fetch_one(&mut *tx)
            .await
            .map_err(failed)?;
        if today >= KEYS_A_DAY {
            return refused("slip-key-day");
        }
        sqlx::query("INSERT INTO slip_key (id, office, key, who, at) VALUES (?1, ?2, ?3, ?4, ?5)")
            .bind(id)
            .bind(office.get())
            .bind(own.to_owned())
            .bind(self.me.login.clone())
            .bind(moment(self.now()))
            .execute(tx)
            .await
            .map(drop)
            .map_err(failed)
    }
}
