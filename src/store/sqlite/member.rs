//! The member's sheet in one answer, and whole numbers. Both leave a record for ever, in the transaction that reads.

use chrono::TimeDelta;
use sqlx::sqlite::SqliteConnection;
use uuid::Uuid;

use super::record::{self, select_lines};
use super::row::{self, get};
use super::submit::{begin, covers_of, paid_to};
use super::{Me, SqliteStore, failed, local, open, search};
use crate::domain::canonical::moment;
use crate::domain::claim::ClaimLine;
use crate::domain::mask;
use crate::domain::member::{Member, MemberId, PersonalField};
use crate::store::{CardOnFile, MemberSheet, StoreError};

const MEMBER: &str = "SELECT m.name, m.sex, m.birth, m.id_number, m.mobile, m.retired, u.name, u.participants, \
     u.employees, m.office, o.area FROM member m JOIN unit u ON u.id = m.unit JOIN office o ON o.code = m.office \
     WHERE m.id = ?1";

impl SqliteStore {
    /// [`crate::store::Store::open_member`]
    pub(super) async fn read_member(
        &self,
        ticket: Uuid,
        member: MemberId,
        purpose: &str,
    ) -> Result<MemberSheet, StoreError> {
        let mut writer = self.writer.lock().await;
        let mut tx = begin(&mut writer).await?;
        self.member_in_scope(&mut tx, member).await?;
        self.look(&mut tx, ticket, member, "sheet", purpose).await?;
        let sheet = MemberSheet {
            member: identity(&mut tx, member).await?,
            covers: covers_of(&mut tx, member).await?,
            paid: paid_to(&mut tx, member).await?,
            claims: claims_of(&mut tx, &self.me, member).await?,
            card: on_file(&mut tx, member).await?,
        };
        tx.commit().await.map_err(failed)?;
        Ok(sheet)
    }

    /// [`crate::store::Store::reveal`]
    pub(super) async fn read_whole(
        &self,
        ticket: Uuid,
        member: MemberId,
        field: PersonalField,
    ) -> Result<String, StoreError> {
        let mut writer = self.writer.lock().await;
        let mut tx = begin(&mut writer).await?;
        self.member_in_scope(&mut tx, member).await?;
        self.look(&mut tx, ticket, member, field.code(), "reveal").await?;
        let text = match field {
            PersonalField::IdNumber => "SELECT id_number FROM member WHERE id = ?1",
            PersonalField::Mobile => "SELECT mobile FROM member WHERE id = ?1 AND mobile <> ''",
            PersonalField::BankCard => "SELECT number FROM card WHERE member = ?1 ORDER BY id DESC LIMIT 1",
        };
        let whole: Option<String> =
            sqlx::query_scalar(text).bind(member.0).fetch_optional(&mut *tx).await.map_err(failed)?;
        // The look is recorded also where there is nothing to show.
        tx.commit().await.map_err(failed)?;
        whole.ok_or(StoreError::NotFound)
    }

    /// [`crate::store::Store::claims_of`]
    pub(super) async fn read_claims(&self, member: MemberId) -> Result<Vec<ClaimLine>, StoreError> {
        let mut reader = self.reader.lock().await;
        self.member_in_scope(&mut reader, member).await?;
        claims_of(&mut reader, &self.me, member).await
    }

    /// Records who looked at what. The same ticket twice (a retry) is one look; it can't serve for another one.
    async fn look(
        &self,
        tx: &mut SqliteConnection,
        ticket: Uuid,
        member: MemberId,
        field: &str,
        purpose: &str,
    ) -> Result<(), StoreError> {
        let known = sqlx::query("SELECT who, member, field FROM look WHERE ticket = ?1")
            .bind(ticket.as_bytes().to_vec())
            .fetch_optional(&mut *tx)
            .await
            .map_err(failed)?;
        if let Some(row) = known {
            let same = get::<&str>(&row, 0)? == self.me.login
                && get::<i64>(&row, 1)? == member.0
                && get::<&str>(&row, 2)? == field;
            return if same { Ok(()) } else { Err(StoreError::IdReused) };
        }
        for (span, most) in [(TimeDelta::minutes(1), self.limits.minute), (TimeDelta::days(1), self.limits.day)] {
            self.throttle(tx, span, most).await?;
        }
        sqlx::query(
            "INSERT INTO look (ticket, at, who, office, member, field, purpose) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )
        .bind(ticket.as_bytes().to_vec())
        .bind(moment(self.now()))
        .bind(self.me.login.clone())
        .bind(i64::from(self.me.office.code.get()))
        .bind(member.0)
        .bind(field.to_owned())
        .bind(purpose.to_owned())
        .execute(tx)
        .await
        .map(drop)
        .map_err(failed)
    }

    /// `Throttled` where a person took `most` looks in the last `span` (0: any number).
    async fn throttle(&self, tx: &mut SqliteConnection, span: TimeDelta, most: i64) -> Result<(), StoreError> {
        if most == 0 {
            return Ok(());
        }
        let row = sqlx::query("SELECT at FROM look WHERE who = ?1 AND at > ?2 ORDER BY at DESC LIMIT 1 OFFSET ?3")
            .bind(self.me.login.clone())
            .bind(moment(self.now() - span))
            .bind(most - 1)
            .fetch_optional(tx)
            .await
            .map_err(failed)?;
        match row {
            Some(row) => Err(StoreError::Throttled(local(row::moment(&row, 0)? + span))),
            None => Ok(()),
        }
    }
}

/// Looks that a person may take, 0 for any number: the centre's configuration.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Limits {
    minute: i64,
    day: i64,
    /// Search terms a minute.
    pub terms: usize,
}

impl Limits {
    /// As the settings say.
    pub async fn read(connection: &mut SqliteConnection) -> Result<Limits, StoreError> {
        let minute = open::setting(connection, "looks_a_minute").await?;
        let day = open::setting(connection, "looks_a_day").await?;
        let terms = open::setting(connection, "terms_a_minute").await?;
        let number = |value: Option<String>| value.and_then(|value| value.parse::<u32>().ok()).unwrap_or(0);
        Ok(Limits { minute: number(minute).into(), day: number(day).into(), terms: number(terms) as usize })
    }
}

async fn identity(connection: &mut SqliteConnection, member: MemberId) -> Result<Member, StoreError> {
    let row = sqlx::query(MEMBER).bind(member.0).fetch_one(connection).await.map_err(failed)?;
    Ok(Member {
        id: member,
        name: get(&row, 0)?,
        sex: search::sex(get(&row, 1)?)?,
        birth: row::day(&row, 2)?,
        id_masked: mask::id_number(get(&row, 3)?),
        mobile_masked: mask::mobile(get(&row, 4)?),
        retired: get(&row, 5)?,
        unit: get(&row, 6)?,
        unit_participants: get(&row, 7)?,
        unit_employees: get(&row, 8)?,
        office: row::office(&row, 9)?,
        area: row::area(&row, 10)?,
    })
}

/// A member's claims, those of other leagues only as far as they are told.
async fn claims_of(connection: &mut SqliteConnection, me: &Me, member: MemberId) -> Result<Vec<ClaimLine>, StoreError> {
    let rows = sqlx::query(select_lines!("WHERE c.member = ?1 ORDER BY c.seq DESC"))
        .bind(member.0)
        .fetch_all(connection)
        .await
        .map_err(failed)?;
    let told = |row| {
        let line = record::line(row)?;
        Ok(if me.sees(get(row, 16)?) { line } else { line.outside() })
    };
    rows.iter().map(told).collect()
}

async fn on_file(connection: &mut SqliteConnection, member: MemberId) -> Result<Option<CardOnFile>, StoreError> {
    let row = sqlx::query("SELECT bank, number FROM card WHERE member = ?1 ORDER BY id DESC LIMIT 1")
        .bind(member.0)
        .fetch_optional(connection)
        .await
        .map_err(failed)?;
    match row {
        Some(row) => Ok(Some(CardOnFile { bank: get(&row, 0)?, last4: mask::last(get(&row, 1)?, 4) })),
        None => Ok(None),
    }
}
