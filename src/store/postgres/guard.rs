//! What holds the limits that a person's own session can't be trusted with: who logs in may change every setting of his
//! session, so another session looks, and ends what goes too far.

use std::time::Duration;

use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::postgres::types::PgInterval;
use sqlx::{Connection, Row};

use super::PostgresOptions;
use super::admin::Administrator;
use super::error::failed;
use crate::domain::secret::Secret;
use crate::store::StoreError;

/// Persons' sessions that went too far, each with the first reason that holds, ended in the same statement. The services
/// and the superuser are let be.
const ROUND: &str = "
    WITH clock AS (SELECT clock_timestamp() AS now, api_v1.locked() AS locked),
    gone AS MATERIALIZED (
        SELECT a.pid, a.usename::text AS login, why.reason, why.since, c.now
        FROM clock c CROSS JOIN pg_catalog.pg_stat_activity a JOIN pg_catalog.pg_roles r ON r.oid = a.usesysid
        CROSS JOIN LATERAL (
            SELECT v.reason, v.since FROM (VALUES
                (1, NOT r.rolcanlogin OR a.usename::text = ANY (c.locked), 'locked', c.now),
                (2, r.rolvaliduntil < c.now, 'expired', r.rolvaliduntil),
                (3, a.xact_start < c.now - $1, 'transaction', a.xact_start),
                (4, a.state IN ('active', 'fastpath function call') AND a.query_start < c.now - $2, 'statement', a.query_start),
                (5, a.backend_start < c.now - $3, 'session', a.backend_start),
                (6, a.state = 'idle' AND a.state_change < c.now - $4, 'idle', a.state_change)
            ) v(place, holds, reason, since) WHERE v.holds ORDER BY v.place LIMIT 1) why
        WHERE a.backend_type = 'client backend' AND a.pid <> pg_catalog.pg_backend_pid() AND NOT r.rolsuper
            AND pg_catalog.pg_has_role(r.oid, 'huzhu_person', 'MEMBER')
            AND NOT pg_catalog.pg_has_role(r.oid, 'huzhu_guard', 'MEMBER')
            AND NOT pg_catalog.pg_has_role(r.oid, 'huzhu_sealer', 'MEMBER'))
    SELECT g.pid, g.login, g.reason, extract(epoch FROM g.now - g.since)::bigint, pg_catalog.pg_terminate_backend(g.pid)
    FROM gone g ORDER BY g.pid";

/// How far a person's session may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A transaction, from its begin.
    pub transaction: Duration,
    /// A statement.
    pub statement: Duration,
    /// A session.
    pub session: Duration,
    /// Doing nothing.
    pub idle: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            transaction: Duration::from_secs(20),
            statement: Duration::from_secs(15),
            session: Duration::from_secs(10 * 3600),
            idle: Duration::from_secs(30 * 60),
        }
    }
}

/// A session that was ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ended {
    /// The server's process.
    pub pid: i32,
    /// Whose it was.
    pub login: String,
    /// `locked`, `expired`, `transaction`, `statement`, `session`, `idle`.
    pub reason: String,
    /// How long that had been so; 0 for `locked`.
    pub seconds: i64,
}

/// The guard's session.
pub struct Guard {
    administrator: Administrator,
    limits: Limits,
}

impl Guard {
    /// Opens it, and looks whether it may do its work.
    ///
    /// # Errors
    /// As logging in; `NotAllowed` for an account without the duty `guard`.
    pub async fn open(
        options: &PostgresOptions,
        login: &str,
        password: &Secret,
        limits: Limits,
    ) -> Result<Guard, StoreError> {
        let mut administrator = Administrator::open(options, login, password).await?;
        sqlx::query("SELECT api_v1.locked()").execute(&mut administrator.connection).await.map_err(failed)?;
        Ok(Guard { administrator, limits })
    }

    /// Looks once, and ends what went too far.
    ///
    /// # Errors
    /// Where the server does not answer, or the duty is gone.
    pub async fn round(&mut self) -> Result<Vec<Ended>, StoreError> {
        let Limits { transaction, statement, session, idle } = self.limits;
        let rows = sqlx::query(ROUND)
            .bind(interval(transaction))
            .bind(interval(statement))
            .bind(interval(session))
            .bind(interval(idle))
            .fetch_all(&mut self.administrator.connection)
            .await
            .map_err(failed)?;
        rows.iter().map(ended).collect()
    }

    /// Ends the guard's own session in order.
    pub async fn close(self) {
        let _ = self.administrator.connection.close().await;
    }
}

fn ended(row: &PgRow) -> Result<Ended, StoreError> {
    Ok(Ended {
        pid: row.try_get(0).map_err(failed)?,
        login: row.try_get(1).map_err(failed)?,
        reason: row.try_get(2).map_err(failed)?,
        seconds: row.try_get(3).map_err(failed)?,
    })
}

fn interval(duration: Duration) -> PgInterval {
    PgInterval { months: 0, days: 0, microseconds: i64::try_from(duration.as_micros()).unwrap_or(i64::MAX) }
}
