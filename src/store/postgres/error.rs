//! What the server and the driver say, in the store's words. The functions of `api_v1` raise standard SQLSTATEs; what goes
//! with one (a reason code, a revision, a moment, a standing claim) is in the detail.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgDatabaseError;

use super::answers::StandingAnswer;
use crate::domain::date::to_shanghai;
use crate::store::{Duplicate, StoreError};

/// An answer of the server, or what became of the line.
pub(super) fn failed(error: sqlx::Error) -> StoreError {
    match database(&error) {
        Some(answer) => said(answer),
        None => match error {
            sqlx::Error::Io(why) => StoreError::Unknown(why.to_string()),
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::RowNotFound => {
                StoreError::Damaged(error.to_string())
            }
            other => StoreError::Unknown(other.to_string()),
        },
    }
}

/// What kept a connection from being opened. Nothing was sent.
pub(super) fn not_opened(error: sqlx::Error) -> StoreError {
    match (&error, database(&error).map(PgDatabaseError::code)) {
        // No word on which of the two is wrong.
        (_, Some("28P01")) => StoreError::wrong_login(),
        (_, Some("28000")) => StoreError::account_locked(),
        (_, Some("53300")) => StoreError::too_many_sessions(),
        (sqlx::Error::Tls(_), _) => StoreError::centre_certificate(),
        (sqlx::Error::Io(why), _) if why.to_string().contains("ertificate") => StoreError::centre_certificate(),
        _ => StoreError::Unreachable(error.to_string()),
    }
}

/// The server's answer, where it is one.
pub(super) fn database(error: &sqlx::Error) -> Option<&PgDatabaseError> {
    match error {
        sqlx::Error::Database(answer) => answer.try_downcast_ref::<PgDatabaseError>(),
        _ => None,
    }
}

/// Whether the connection is gone with this answer: the server stops, or ended the session.
pub(super) fn ends_the_session(answer: &PgDatabaseError) -> bool {
    matches!(answer.code(), "57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "28000")
}

fn said(answer: &PgDatabaseError) -> StoreError {
    let detail = answer.detail().unwrap_or_default();
    let message = || answer.message().to_owned();
    match (answer.code(), answer.message()) {
        ("22023", "refused") => StoreError::Refused(detail.to_owned()),
        ("23505", "duplicate bill") => duplicate(detail, Duplicate::Bill),
        ("23505", "duplicate stay") => duplicate(detail, Duplicate::Stay),
        ("23505", _) => StoreError::IdReused,
        ("40001", "stale") => StoreError::Stale(detail.parse().unwrap_or(0)),
        ("54000", "throttled") => match detail.parse::<DateTime<Utc>>() {
            Ok(until) => StoreError::Throttled(to_shanghai(until)),
            Err(_) => StoreError::Damaged("throttled".into()),
        },
        ("42501", "no device") => StoreError::terminal_certificate(),
        ("42501", _) => StoreError::NotAllowed,
        ("P0002", _) => StoreError::NotFound,
        // A function that this program calls is not there, or takes something else.
        ("42883" | "3F000" | "42P01", _) => StoreError::VersionTooOld,
        // Somebody holds what is needed for too long; nothing was done.
        ("55P03" | "57014" | "40P01" | "40001", _) => StoreError::Unreachable(message()),
        (code, _) if code.starts_with("22") || code.starts_with("23") => StoreError::Refused("text".into()),
        (code, _) if code.starts_with("08") || code.starts_with("53") || code.starts_with("57") => {
            StoreError::Unreachable(message())
        }
        _ => StoreError::Unknown(message()),
    }
}

/// A duplicate with what is told of it; where the other one is gone by now, asking again decides.
fn duplicate(detail: &str, what: fn(Box<crate::domain::claim::Standing>) -> Duplicate) -> StoreError {
    match serde_json::from_str::<StandingAnswer>(detail).ok().and_then(|answer| answer.standing().ok()) {
        Some(standing) => StoreError::Duplicate(what(Box::new(standing))),
        None => StoreError::Stale(0),
    }
}
