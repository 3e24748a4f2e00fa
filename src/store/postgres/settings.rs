//! What holds for a whole centre, as the superuser of its database sees and changes it. Each change is an event, beside
//! those of the terminals.
//!
//! To add one: a column of `core.centre`, a field of [`Settings`] and [`Change`], its place in the two statements and in
//! [`Change::events`].

use serde::Serialize;
use sqlx::Connection;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};

use super::PROTOCOL;
use super::admin::{Administrator, superuser};
use super::error::failed;
use crate::store::StoreError;

/// What holds. Limits: 0 is any number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Settings {
    /// Only terminals with a certificate that was enrolled.
    pub devices: bool,
    /// Days that a password is good for, from the next one on; 0 is for ever.
    pub password_days: i32,
    /// Looks at members' data that an account may take in a minute.
    pub looks_a_minute: i32,
    /// The same in a day.
    pub looks_a_day: i32,
    /// Searches of an account in a minute.
    pub terms_a_minute: i32,
    /// Programs of an older protocol are refused.
    pub oldest_reading: i32,
    /// Programs of an older protocol only look.
    pub oldest_writing: i32,
    /// The protocol of this program.
    pub protocol: i32,
}

/// What is to hold from now on; what is not named stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct Change {
    /// As in [`Settings`].
    pub devices: Option<bool>,
    /// As in [`Settings`].
    pub password_days: Option<i32>,
    /// As in [`Settings`].
    pub looks_a_minute: Option<i32>,
    /// As in [`Settings`].
    pub looks_a_day: Option<i32>,
    /// As in [`Settings`].
    pub terms_a_minute: Option<i32>,
    /// As in [`Settings`]; not above this program's own.
    pub oldest_reading: Option<i32>,
    /// As in [`Settings`]; not above this program's own.
    pub oldest_writing: Option<i32>,
}

impl FromRow<'_, PgRow> for Settings {
    fn from_row(row: &PgRow) -> Result<Settings, sqlx::Error> {
        Ok(Settings {
            devices: row.try_get(0)?,
            password_days: row.try_get(1)?,
            looks_a_minute: row.try_get(2)?,
            looks_a_day: row.try_get(3)?,
            terms_a_minute: row.try_get(4)?,
            oldest_reading: row.try_get(5)?,
            oldest_writing: row.try_get(6)?,
            protocol: PROTOCOL,
        })
    }
}

impl Change {
    /// What is written down of it.
    fn events(&self) -> Vec<String> {
        let numbers = [
            ("password-days", self.password_days),
            ("looks-a-minute", self.looks_a_minute),
            ("looks-a-day", self.looks_a_day),
            ("terms-a-minute", self.terms_a_minute),
            ("oldest-reading", self.oldest_reading),
            ("oldest-writing", self.oldest_writing),
        ];
        let devices = self.devices.map(|on| format!("devices {}", if on { "on" } else { "off" }));
        let numbers = numbers.into_iter().filter_map(|(name, to)| Some(format!("{name} {}", to?)));
        devices.into_iter().chain(numbers).collect()
    }
}

impl Administrator {
    /// Changes what is named, and tells what holds then.
    ///
    /// # Errors
    /// `Refused("superuser")` for anybody else, `Refused("protocol")` for a protocol that this program is too old for.
    pub async fn settings(&mut self, change: &Change) -> Result<Settings, StoreError> {
        superuser(&mut self.connection).await?;
        if change.oldest_reading.max(change.oldest_writing).is_some_and(|oldest| oldest > PROTOCOL) {
            return Err(StoreError::Refused("protocol".into()));
        }
        let mut tx = self.connection.begin().await.map_err(failed)?;
        for event in change.events() {
            let text = "INSERT INTO core.account_event (login, what) VALUES ('', $1)";
            sqlx::query(text).bind(event).execute(&mut *tx).await.map_err(failed)?;
        }
        let text = "UPDATE core.centre SET devices = coalesce($1, devices), password_days = coalesce($2, password_days),
                looks_a_minute = coalesce($3, looks_a_minute), looks_a_day = coalesce($4, looks_a_day),
                terms_a_minute = coalesce($5, terms_a_minute), oldest_reading = coalesce($6, oldest_reading),
                oldest_writing = coalesce($7, oldest_writing)
            RETURNING devices, password_days, looks_a_minute, looks_a_day, terms_a_minute, oldest_reading, oldest_writing";
        let settings = sqlx::query_as(text)
            .bind(change.devices)
            .bind(change.password_days)
            .bind(change.looks_a_minute)
            .bind(change.looks_a_day)
            .bind(change.terms_a_minute)
            .bind(change.oldest_reading)
            .bind(change.oldest_writing)
            .fetch_one(&mut *tx)
            .await
            .map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(settings)
    }
}
