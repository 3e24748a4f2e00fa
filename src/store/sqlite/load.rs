//! A generated world as a database: made beside its place without a journal, and put there whole, so that a program killed
//! half-way leaves no half world. One thread makes rows while another writes them; rows go in many at once, in the order
//! of their index; indexes that have another order are made at the end. What the rows are stands in `store::loading`.
//!
//! - `batch` rows of one table on their way into one statement · `tables` the columns of each row

mod batch;
mod tables;

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use tokio::sync::mpsc;

use self::batch::Batch;
use self::tables::Tables;
use super::row::get;
use super::slips::GIVE_MISSING;
use super::{SqliteStore, failed, open, rescue};
use crate::domain::canonical::{hex, moment, sha256};
use crate::policy::Facts;
use crate::store::fixed::Fixed;
use crate::store::loading::{self, Progress};
use crate::store::{PublishedPolicy, StoreError};
use crate::world::{Assessed, World};

/// Statements that wait to be written.
const AHEAD: usize = 16;
/// Pages that are kept while the world is made, in KiB.
const CACHE_KIB: u32 = 32 * 1024;

impl SqliteStore {
    /// Makes the database at `path` from a world. `assess` is the engine with `policies`. A database there is replaced, unless
    /// it holds an account that was not generated (`Refused("account")`).
    pub async fn create<A>(
        path: &Path,
        world: World,
        policies: Vec<PublishedPolicy>,
        assess: A,
        mut progress: impl FnMut(Progress),
    ) -> Result<(), StoreError>
    where
        A: Fn(&Facts) -> Option<Assessed> + Send + Sync + 'static,
    {
        if path.exists() && has_other_accounts(path).await? {
            return Err(StoreError::Refused("account".into()));
        }
        let made = beside(path);
        for file in rescue::with_companions(&made) {
            let _ = std::fs::remove_file(file);
        }
        open::make(&made).await?;
        let mut connection = options(&made).connect().await.map_err(failed)?;
        let indexes = drop_indexes(&mut connection).await?;
        sqlx::query("BEGIN").execute(&mut connection).await.map_err(failed)?;
        fixed_rows(&mut connection, &world, &policies).await?;
        let day = world.day();
        let (sender, mut batches) = mpsc::channel(AHEAD);
        let maker = std::thread::Builder::new().name("world".into()).spawn(move || make_rows(&world, &assess, &sender));
        let maker = maker.map_err(|error| StoreError::Unreachable(error.to_string()))?;
        let mut done = Progress::default();
        while let Some(batch) = batches.recv().await {
            // Full batches of a table share their text, and with it the prepared statement.
            let Batch { text, arguments, rows } = batch;
            sqlx::query_with(AssertSqlSafe(text), arguments).execute(&mut connection).await.map_err(failed)?;
            done.members += rows.members;
            done.claims += rows.claims;
            progress(done);
        }
        if maker.join().is_err() {
            return Err(StoreError::Unknown("the world could not be made".into()));
        }
        for text in &indexes {
            sqlx::query(AssertSqlSafe(text.as_str()))
                .persistent(false)
                .execute(&mut connection)
                .await
                .map_err(failed)?;
        }
        last_rows(&mut connection, day).await?;
        sqlx::query("COMMIT").execute(&mut connection).await.map_err(failed)?;
        connection.close().await.map_err(failed)?;
        put_in_place(&made, path)
    }
}

/// Whether the database holds an account that no world made. One that can't be read is not written over either.
async fn has_other_accounts(path: &Path) -> Result<bool, StoreError> {
    if std::fs::metadata(path).is_ok_and(|file| file.len() == 0) {
        return Ok(false);
    }
    let mut connection = open::options(path).read_only(true).connect().await.map_err(failed)?;
    let others: i64 = sqlx::query_scalar("SELECT count(*) FROM account WHERE generated = 0")
        .fetch_one(&mut connection)
        .await
        .map_err(failed)?;
    Ok(others > 0)
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    PathBuf::from(name)
}

fn options(path: &Path) -> SqliteConnectOptions {
    open::options(path)
        .journal_mode(SqliteJournalMode::Off)
        .synchronous(SqliteSynchronous::Off)
        .foreign_keys(false)
        .pragma("locking_mode", "EXCLUSIVE")
        .pragma("cache_size", format!("-{CACHE_KIB}"))
}

fn put_in_place(made: &Path, path: &Path) -> Result<(), StoreError> {
    let unreachable = |error: std::io::Error| StoreError::Unreachable(error.to_string());
    std::fs::File::open(made).and_then(|file| file.sync_all()).map_err(unreachable)?;
    for file in rescue::with_companions(path)[1..].iter().chain(&rescue::with_companions(made)[1..]) {
        let _ = std::fs::remove_file(file);
    }
    std::fs::rename(made, path).map_err(unreachable)?;
    // The name is on the disk only when its directory is.
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::File::open(directory).and_then(|directory| directory.sync_all()).map_err(unreachable)
}

/// Takes all indexes away; gives their texts.
async fn drop_indexes(connection: &mut SqliteConnection) -> Result<Vec<String>, StoreError> {
    let rows = sqlx::query("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")
        .fetch_all(&mut *connection)
        .await
        .map_err(failed)?;
    let mut indexes = Vec::with_capacity(rows.len());
    for row in &rows {
        let text = format!("DROP INDEX {}", get::<&str>(row, 0)?);
        sqlx::query(AssertSqlSafe(text)).execute(&mut *connection).await.map_err(failed)?;
        indexes.push(get(row, 1)?);
    }
    Ok(indexes)
}

/// Offices, accounts, and the reference data with its version.
async fn fixed_rows(
    connection: &mut SqliteConnection,
    world: &World,
    policies: &[PublishedPolicy],
) -> Result<(), StoreError> {
    let Fixed { offices, reference } = Fixed::new(policies)?;
    for office in offices {
        sqlx::query(
            "INSERT INTO office (code, name, kind, area, league, parent, phone) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )
        .bind(i64::from(office.code.get()))
        .bind(office.name)
        .bind(office.kind)
        .bind(i64::from(office.area.get()))
        .bind(i64::from(office.league.get()))
        .bind(office.parent.map(|parent| i64::from(parent.get())))
        .bind(office.phone)
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    }
    for account in world.accounts() {
        sqlx::query("INSERT INTO account (login, duties, office, seat, generated) VALUES (?1, ?2, ?3, ?4, 1)")
            .bind(account.login)
            .bind(account.duties.join(","))
            .bind(i64::from(account.office.get()))
            .bind(account.window)
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
    }
    for hospital in &reference.hospitals {
        sqlx::query("INSERT INTO hospital (code, name, initials, level, area) VALUES (?1, ?2, ?3, ?4, ?5)")
            .bind(hospital.code.clone())
            .bind(hospital.name.clone())
            .bind(hospital.initials.clone())
            .bind(hospital.level)
            .bind(i64::from(hospital.area.get()))
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
    }
    for diagnosis in &reference.diagnoses {
        sqlx::query("INSERT INTO diagnosis (code, name, initials) VALUES (?1, ?2, ?3)")
            .bind(diagnosis.code.clone())
            .bind(diagnosis.name.clone())
            .bind(diagnosis.initials.clone())
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
    }
    for policy in policies {
        sqlx::query("INSERT INTO policy (code, version, text, sha256, published_at) VALUES (?1, ?2, ?3, ?4, ?5)")
            .bind(policy.code.clone())
            .bind(policy.version)
            .bind(policy.text.clone())
            .bind(hex(&sha256(policy.text.as_bytes())))
            .bind(moment(policy.published_at))
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
    }
    set(connection, "reference", &reference.version).await
}

/// The counters, numbers of notices, and what makes the database a generated one.
async fn last_rows(connection: &mut SqliteConnection, day: NaiveDate) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO counter (office, year, last) SELECT office, year, max(number) FROM claim GROUP BY office, year",
    )
    .execute(&mut *connection)
    .await
    .map_err(failed)?;
    sqlx::query(GIVE_MISSING).execute(&mut *connection).await.map_err(failed)?;
    set(connection, "world_day", &day.to_string()).await?;
    set(connection, "generated", "1").await
}

async fn set(connection: &mut SqliteConnection, name: &str, value: &str) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO setting (name, value) VALUES (?1, ?2)")
        .bind(name.to_owned())
        .bind(value.to_owned())
        .execute(connection)
        .await
        .map(drop)
        .map_err(failed)
}

/// Makes all rows of the world in the order of its iterators.
fn make_rows<A>(world: &World, assess: &A, sender: &mpsc::Sender<Batch>)
where
    A: Fn(&Facts) -> Option<Assessed> + Sync,
{
    let mut tables = Tables::new(sender);
    // Gone: the writer stopped, and reports why itself.
    let _ = loading::load(world, assess, &mut tables).and_then(|()| tables.flush());
}
