//! Columns as domain values. A value that the schema can't hold by itself is damage, never a panic.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments, Column, Decode, Encode, Row, Sqlite, Type};

use super::failed;
use crate::domain::area::{AreaCode, OfficeCode};
use crate::domain::money::Money;
use crate::domain::number::ClaimNumber;
use crate::store::StoreError;

/// A column by its place. A value that its type can't hold is damage, named by the column.
pub fn get<'r, T>(row: &'r SqliteRow, at: usize) -> Result<T, StoreError>
where
    T: Decode<'r, Sqlite> + Type<Sqlite>,
{
    row.try_get(at).map_err(|error| match error {
        sqlx::Error::ColumnDecode { .. } => unfit(row, at),
        other => failed(other),
    })
}

/// What a column holds that it must not, by the column's name.
fn unfit(row: &SqliteRow, at: usize) -> StoreError {
    damaged(row.try_column(at).map_or("column", |column| column.name()))
}

/// Adds a value to a statement's arguments; whole numbers, texts and bytes are always encoded.
pub fn add<'t, T: Encode<'t, Sqlite> + Type<Sqlite>>(arguments: &mut SqliteArguments, value: T) {
    let _ = arguments.add(value);
}

/// What a column holds that it must not.
pub fn damaged(what: &str) -> StoreError {
    StoreError::Damaged(what.to_owned())
}

/// An office's code.
pub fn office(row: &SqliteRow, at: usize) -> Result<OfficeCode, StoreError> {
    OfficeCode::new(get(row, at)?).ok_or_else(|| unfit(row, at))
}

/// An area's code.
pub fn area(row: &SqliteRow, at: usize) -> Result<AreaCode, StoreError> {
    AreaCode::new(get(row, at)?).ok_or_else(|| unfit(row, at))
}

/// Fen.
pub fn money(row: &SqliteRow, at: usize) -> Result<Money, StoreError> {
    get(row, at).map(Money::from_fen)
}

/// A day.
pub fn day(row: &SqliteRow, at: usize) -> Result<NaiveDate, StoreError> {
    get::<&str>(row, at)?.parse().map_err(|_| unfit(row, at))
}

/// A day, where there is one.
pub fn maybe_day(row: &SqliteRow, at: usize) -> Result<Option<NaiveDate>, StoreError> {
    match get::<Option<&str>>(row, at)? {
        Some(text) => text.parse().map(Some).map_err(|_| unfit(row, at)),
        None => Ok(None),
    }
}

/// A moment.
pub fn moment(row: &SqliteRow, at: usize) -> Result<DateTime<Utc>, StoreError> {
    get::<&str>(row, at)?.parse().map_err(|_| unfit(row, at))
}

/// A claim's number: office, year and sequence from `at` on.
pub fn number(row: &SqliteRow, at: usize) -> Result<ClaimNumber, StoreError> {
    Ok(ClaimNumber { office: office(row, at)?, year: get(row, at + 1)?, sequence: get(row, at + 2)? })
}

/// A code that the domain knows.
pub fn code<T>(row: &SqliteRow, at: usize, read: impl Fn(&str) -> Option<T>) -> Result<T, StoreError> {
    read(get(row, at)?).ok_or_else(|| unfit(row, at))
}

/// A stored JSON text.
pub fn json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| damaged("json"))
}
