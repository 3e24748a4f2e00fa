//! What the server and the driver say, in the store's words. The functions of `api_v1` raise standard SQLSTATEs; what goes
//! with one (a reason code, a revision, a moment, a standing claim) is in the detail.

use chrono::{DateTime, Utc};
use sqlx::postgres::{PgDatabaseError, PgSeverity};

use super::answers::StandingAnswer;
use crate::domain::date::to_shanghai;
use crate::store::{Duplicate, StoreError};

/// How the TLS library begins to say that the other side broke off, that its certificate is not trusted, and that the own
/// key is not the own certificate's.
const ALERT: &str = "received fatal alert";
const NOT_TRUSTED: &str = "invalid peer certificate";
const NOT_ITS_KEY: &str = "keys may not be consistent";

/// An answer of the server, or what became of the line.
pub(super) fn failed(error: sqlx::Error) -> StoreError {
    match database(&error) {
        Some(answer) => said(answer),
        None => match error {
            sqlx::Error::Io(why) => StoreError::Unknown(why.to_string()),
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::RowNotFound => {
                StoreError::Unreadable(error.to_string())
            }
            other => StoreError::Unknown(other.to_string()),
        },
    }
}

/// What kept a connection from being opened. Nothing was sent.
pub(super) fn not_opened(error: sqlx::Error) -> StoreError {
    if let Some(answer) = database(&error) {
        return match answer.code() {
            // No word on which of the two is wrong.
            "28P01" => StoreError::wrong_login(),
            "28000" => not_let_in(answer),
            // The role's own limit; a server that is full may have room soon.
            "53300" if answer.routine() == Some("InitializeSessionUserId") => StoreError::too_many_sessions(),
            "42501" => StoreError::NotAllowed,
            _ => StoreError::Unreachable(answer.message().to_owned()),
        };
    }
    let text = error.to_string();
    match &error {
        // The centre's word on what this terminal showed, after the terminal was satisfied with the centre.
        _ if text.split_once(ALERT).is_some_and(|(_, alert)| alert.contains("ertificate") || alert.contains("CA")) => {
            StoreError::terminal_certificate()
        }
        // A key that is none, or of another certificate.
        sqlx::Error::Configuration(_) => StoreError::terminal_certificate(),
        sqlx::Error::Tls(_) if text.contains(NOT_ITS_KEY) => StoreError::terminal_certificate(),
        sqlx::Error::Tls(_) => StoreError::centre_certificate(),
        sqlx::Error::Io(_) if text.contains(NOT_TRUSTED) => StoreError::centre_certificate(),
        _ => StoreError::Unreachable(text),
    }
}

/// A session that was refused before it began. The server's words may be in any language, the place in its source and the
/// name of its file are not.
fn not_let_in(answer: &PgDatabaseError) -> StoreError {
    match answer.routine() {
        Some("ClientAuthentication") if !answer.message().contains("pg_hba.conf") => StoreError::terminal_certificate(),
        Some("ClientAuthentication") => StoreError::Unreachable(answer.message().to_owned()),
        _ => StoreError::account_locked(),
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
    matches!(answer.severity(), PgSeverity::Fatal | PgSeverity::Panic)
}

/// Whether what the session prepared is of another time than the functions are now: nothing was done.
pub(super) fn is_outdated(answer: &PgDatabaseError) -> bool {
    matches!(answer.code(), "0A000" | "26000")
}

/// An error that the server raised.
pub(super) fn said(answer: &PgDatabaseError) -> StoreError {
    let detail = answer.detail().unwrap_or_default();
    let message = || answer.message().to_owned();
    match (answer.code(), answer.message()) {
        ("22023", "refused") => StoreError::Refused(detail.to_owned()),
        ("23505", "duplicate bill") => duplicate(detail, Duplicate::Bill),
        ("23505", "duplicate stay") => duplicate(detail, Duplicate::Stay),
        ("23505", "id reused") => StoreError::IdReused,
        // Two at once wrote the same: the second looks again.
        ("23505", _) => StoreError::Stale(0),
        ("40001", "stale") => StoreError::Stale(detail.parse().unwrap_or(0)),
        ("54000", "throttled") => match detail.parse::<DateTime<Utc>>() {
            Ok(until) => StoreError::Throttled(to_shanghai(until)),
            Err(_) => StoreError::Unreadable("throttled".into()),
        },
        ("42501", "no device") => StoreError::terminal_certificate(),
        ("42501", _) => StoreError::NotAllowed,
        ("P0002", _) => StoreError::NotFound,
        // A function that this program calls is not there, or takes something else.
        ("42883" | "3F000" | "42P01", _) => StoreError::VersionTooOld,
        // Somebody holds what is needed for too long, or the server is one that stands by; nothing was done.
        ("55P03" | "57014" | "40P01" | "40001" | "25006", _) => StoreError::Unreachable(message()),
        (code, _) if code.starts_with("22") || code.starts_with("23") => StoreError::Refused("text".into()),
        (code, _) if code.starts_with("08") || code.starts_with("53") || code.starts_with("57") => {
            StoreError::Unreachable(message())
        }
        _ => StoreError::Unknown(message()),
    }
}

/// A duplicate with what is told of it; where the other one is gone by now, asking again decides.
fn duplicate(detail: &str, what: fn(Box<crate::domain::claim::Standing>) -> Duplicate) -> StoreError {
    match serde_json::from_str::<StandingAnswer>(detail) {
        Ok(answer) => StoreError::Duplicate(what(Box::new(answer.standing()))),
        Err(_) => StoreError::Stale(0),
    }
}
