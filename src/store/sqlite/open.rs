//! Opening the file: who works with it, on which day, and its connections (one that reads, one that writes).

use std::cmp::Ordering;
use std::fs::{OpenOptions, Permissions};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{NaiveDate, Utc};
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Row, SqlSafeStr};
use tokio::sync::Mutex;

use super::member::Limits;
use super::rescue::{self, Damage};
use super::search::SearchSql;
use super::submit::begin;
use super::terms::Terms;
use super::{Me, SqliteStore, failed};
use crate::domain::area::REGION;
use crate::domain::query::unit_key;
use crate::store::{Office, StoreError};

/// The schema's versions, oldest first. An applied one is never edited.
const MIGRATIONS: [(i64, &str, &str); 4] = [
    (1, "schema", include_str!("../../../migrations/sqlite/0001_schema.sql")),
    (2, "unit key", include_str!("../../../migrations/sqlite/0002_unit_key.sql")),
    (3, "salt", include_str!("../../../migrations/sqlite/0003_salt.sql")),
    (4, "slips", include_str!("../../../migrations/sqlite/0004_slips.sql")),
];
/// How long a statement waits for another program's write.
const BUSY: Duration = Duration::from_secs(5);
/// Pages that a connection keeps, in KiB; the rest is the system's cache.
const CACHE_KIB: u32 = 2048;
/// How much of a large file is read without copying; what was read of it counts in the process' size.
const MMAP_BYTES: u64 = 1 << 30;
/// Files up to here are checked whole at every start (a few milliseconds); larger ones by `verify`.
const CHECKED_BYTES: u64 = 32 << 20;

impl SqliteStore {
    /// Opens the database at `path` as `login`. `today` is another day for a generated world; a database with the real day
    /// refuses it. A damaged file is set aside, what can be read of it is kept, and what was done comes back beside the
    /// store. `NotFound`: there is no database yet; `NotAllowed`: the login has no account.
    pub async fn open(
        path: &Path,
        login: &str,
        today: Option<NaiveDate>,
    ) -> Result<(SqliteStore, Option<Damage>), StoreError> {
        if length(path) == 0 {
            return Err(StoreError::NotFound);
        }
        let damage = match sound(path, true).await {
            Ok(()) => None,
            Err(StoreError::Damaged(_)) => Some(rescue::rescue(path).await?),
            Err(other) => return Err(other),
        };
        let writer = connect(path, true).await?;
        let reader = connect(path, false).await?;
        let _ = std::fs::set_permissions(path, Permissions::from_mode(0o600));
        Ok((SqliteStore::of(path, login, today, reader, writer).await?, damage))
    }

    /// Opens only to read: a damaged file stays as it is, and what writes fails (`Unreachable`). `Refused("schema")`: no
    /// counter has opened the database since the schema changed; `VersionTooOld`: a newer program has.
    pub async fn open_to_read(path: &Path, login: &str) -> Result<SqliteStore, StoreError> {
        if length(path) == 0 {
            return Err(StoreError::NotFound);
        }
        let mut reader = connect(path, false).await?;
        let version: i64 = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations")
            .fetch_one(&mut reader)
            .await
            .map_err(failed)?;
        let newest = MIGRATIONS.iter().map(|(version, ..)| *version).max().unwrap_or(0);
        match version.cmp(&newest) {
            Ordering::Less => return Err(StoreError::Refused("schema".into())),
            Ordering::Greater => return Err(StoreError::VersionTooOld),
            Ordering::Equal => {}
        }
        let second = connect(path, false).await?;
        SqliteStore::of(path, login, None, reader, second).await
    }

    /// Whether the file can be read: `Damaged` where it can't. Changes nothing.
    pub async fn check(&self) -> Result<(), StoreError> {
        sound(&self.path, false).await
    }

    async fn of(
        path: &Path,
        login: &str,
        today: Option<NaiveDate>,
        mut reader: SqliteConnection,
        writer: SqliteConnection,
    ) -> Result<SqliteStore, StoreError> {
        let me = account(&mut reader, login).await?;
        let world_day = setting(&mut reader, "world_day").await?;
        let world_day: Option<NaiveDate> = match world_day {
            Some(text) => Some(text.parse().map_err(|_| StoreError::Damaged("world_day".into()))?),
            None if today.is_some() => return Err(StoreError::Refused("today".into())),
            None => None,
        };
        let leagues: Vec<i64> =
            sqlx::query_scalar("SELECT DISTINCT league FROM office WHERE league <> ?1 ORDER BY league")
                .bind(i64::from(REGION.get()))
                .fetch_all(&mut reader)
                .await
                .map_err(failed)?;
        let scope = if me.region { leagues } else { vec![i64::from(me.office.league.get())] };
        Ok(SqliteStore {
            path: path.to_owned(),
            search: SearchSql::new(&scope),
            limits: Limits::read(&mut reader).await?,
            terms: Terms::default(),
            me,
            day: today.or(world_day),
            reader: Mutex::new(reader),
            writer: Mutex::new(writer),
        })
    }
}

impl SqliteStore {
    /// Whether another version of the program made the database: not so where there is none, where it is only to be brought
    /// up to date, or where it can't be read.
    pub async fn is_of_other_version(path: &Path) -> bool {
        length(path) > 0 && is_other_version(path).await.unwrap_or(false)
    }

    /// Sets a database aside as `PATH.old-TIME`; gives where it is.
    ///
    /// # Errors
    /// `Unreachable` where it can't be moved.
    pub fn set_aside(path: &Path) -> Result<PathBuf, StoreError> {
        rescue::set_aside(path, "old")
    }
}

/// Whether a migration was applied that this program does not have, or has with another text.
async fn is_other_version(path: &Path) -> Result<bool, sqlx::Error> {
    let mut connection = options(path).read_only(true).connect().await?;
    let applied: Vec<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT version, checksum FROM _sqlx_migrations").fetch_all(&mut connection).await?;
    connection.close().await?;
    let own = migrator();
    let is_own = |version: i64, checksum: &[u8]| {
        own.iter().any(|migration| migration.version == version && *migration.checksum == *checksum)
    };
    Ok(applied.iter().any(|(version, checksum)| !is_own(*version, checksum)))
}

/// Makes an empty database with the newest schema; the file is for its owner only.
pub(super) async fn make(path: &Path) -> Result<(), StoreError> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| StoreError::Unreachable(error.to_string()))?;
    // Closed, not only let go of: nothing of it is left when another connection comes.
    connect(path, true).await?.close().await.map_err(failed)
}

/// A connection. The writing one brings the schema up to date first.
pub(super) async fn connect(path: &Path, writes: bool) -> Result<SqliteConnection, StoreError> {
    let options = options(path).read_only(!writes);
    let options = if writes { options.journal_mode(SqliteJournalMode::Wal) } else { options };
    let mut connection = options.connect().await.map_err(failed)?;
    if writes {
        migrator().run_direct(None, &mut connection, false).await.map_err(|error| match error {
            MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) | MigrateError::VersionMismatch(_) => {
                StoreError::VersionTooOld
            }
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => failed(error),
            other => StoreError::Damaged(other.to_string()),
        })?;
        unit_keys(&mut connection).await?;
    }
    Ok(connection)
}

/// What units are searched by, where it is not there yet.
pub(super) async fn unit_keys(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let new = sqlx::query("SELECT 1 FROM unit WHERE name_key = '' LIMIT 1")
        .fetch_optional(&mut *connection)
        .await
        .map_err(failed)?;
    if new.is_none() {
        return Ok(());
    }
    let mut tx = begin(connection).await?;
    let units: Vec<(i64, String)> =
        sqlx::query_as("SELECT id, name FROM unit WHERE name_key = ''").fetch_all(&mut *tx).await.map_err(failed)?;
    for (id, name) in units {
        sqlx::query("UPDATE unit SET name_key = ?2 WHERE id = ?1")
            .bind(id)
            .bind(unit_key(&name))
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
    }
    tx.commit().await.map_err(failed)
}

/// What all connections have in common.
pub(super) fn options(path: &Path) -> SqliteConnectOptions {
    // A small file stays out of the process' size.
    let mapped = if length(path) > CHECKED_BYTES { MMAP_BYTES } else { 0 };
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(BUSY)
        .synchronous(SqliteSynchronous::Full)
        .pragma("cache_size", format!("-{CACHE_KIB}"))
        .pragma("mmap_size", mapped.to_string())
        .disable_statement_logging()
}

fn migrator() -> Migrator {
    let migration = |(version, name, text): (i64, &'static str, &'static str)| {
        Migration::new(version, name.into(), MigrationType::Simple, text.into_sql_str(), false)
    };
    Migrator::with_migrations(MIGRATIONS.into_iter().map(migration).collect())
}

/// Bytes in the file; 0 without one.
fn length(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |file| file.len())
}

/// Whether the file can be read: the schema always, every page of a small file.
async fn sound(path: &Path, writes: bool) -> Result<(), StoreError> {
    // Read through a mapping, which goes with the connection: the whole file in a few milliseconds.
    let mapped = options(path).read_only(!writes).pragma("mmap_size", CHECKED_BYTES.to_string());
    let mut connection = mapped.connect().await.map_err(failed)?;
    let check =
        if length(path) <= CHECKED_BYTES { "PRAGMA quick_check(1)" } else { "SELECT count(*) FROM sqlite_schema" };
    let row = sqlx::query(check).fetch_one(&mut connection).await.map_err(failed)?;
    match row.try_get::<String, _>(0) {
        Ok(found) if found != "ok" => Err(StoreError::Damaged(found)),
        _ => Ok(()),
    }
}

/// A setting's value.
pub(super) async fn setting(connection: &mut SqliteConnection, name: &str) -> Result<Option<String>, StoreError> {
    sqlx::query_scalar("SELECT value FROM setting WHERE name = ?1")
        .bind(name)
        .fetch_optional(connection)
        .await
        .map_err(failed)
}

async fn account(connection: &mut SqliteConnection, login: &str) -> Result<Me, StoreError> {
    let row = sqlx::query(
        "SELECT a.duties, a.seat, o.code, o.name, o.area, o.league, o.phone
         FROM account a JOIN office o ON o.code = a.office WHERE a.login = ?1",
    )
    .bind(login)
    .fetch_optional(connection)
    .await
    .map_err(failed)?
    .ok_or(StoreError::NotAllowed)?;
    let duties: String = row.try_get(0).map_err(failed)?;
    let duties: Vec<String> = duties.split(',').filter(|duty| !duty.is_empty()).map(str::to_owned).collect();
    let office = Office {
        code: super::row::office(&row, 2)?,
        name: row.try_get(3).map_err(failed)?,
        area: super::row::area(&row, 4)?,
        league: super::row::area(&row, 5)?,
        phone: row.try_get(6).map_err(failed)?,
    };
    // As at the centre (migrations/postgres/0002_tables.sql).
    let sees_all = duties.iter().any(|duty| matches!(duty.as_str(), "region" | "auditor" | "sealer"));
    let region = office.league == REGION && sees_all;
    Ok(Me { login: login.to_owned(), duties, region, window: row.try_get(1).map_err(failed)?, office })
}

/// The moment by the server's clock: in a generated world its own day with the real time of day.
pub(super) fn moment(day: Option<NaiveDate>) -> chrono::DateTime<Utc> {
    let now = Utc::now();
    match day {
        None => now,
        Some(day) => crate::domain::date::from_shanghai(day.and_time(super::local(now).time())),
    }
}
