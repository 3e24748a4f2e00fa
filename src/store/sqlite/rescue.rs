//! What is done with a damaged file: it is set aside as `….bad-<time>`, a new one takes its place, and every row that can
//! still be read goes over, table by table. What members are searched by is made anew from them, and counters and chains go
//! on behind what was kept: claims can be submitted again.

use std::path::{Path, PathBuf};

use chrono::Utc;
use sqlx::sqlite::{SqliteConnection, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use super::row::get;
use super::slips::GIVE_MISSING;
use super::{failed, open};
use crate::data;
use crate::domain::romanise::readings;
use crate::store::StoreError;
use crate::store::keys::keys_of;

/// What happened to a damaged database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Where the damaged file is now.
    pub set_aside: PathBuf,
    /// Rows that were kept.
    pub kept: u64,
    /// Tables of which something could not be read.
    pub lost: Vec<String>,
}

/// Tables with a number as their key, and that key: they are read around the damage, row by row where need be.
const NUMBERED: [(&str, &str); 6] =
    [("office", "code"), ("unit", "id"), ("member", "id"), ("card", "id"), ("claim", "seq"), ("chain", "office")];
/// The rest, and the columns of their keys: read from both ends.
const KEYED: [(&str, &str); 10] = [
    ("setting", "name"),
    ("account", "login"),
    ("cover", "member, period"),
    ("hospital", "code"),
    ("diagnosis", "code"),
    ("policy", "code, version"),
    ("claim_paid", "claim, place"),
    ("bill", "key"),
    ("counter", "office, year"),
    ("claim_event", "office, place"),
];
/// The same for tables that older files don't have.
const NEWER: [(&str, &str); 2] = [("slip", "office, year, form, number"), ("slip_key", "id")];
/// Rows that are read at once, and one by one where that fails.
const CHUNK: i64 = 500;
/// How far a numbered table is looked through behind a row that can't be read, in steps that double.
const STEPS: u32 = 48;

/// Sets the file aside and keeps what can be read. `Damaged` where nothing can: the file is set aside all the same.
pub(super) async fn rescue(path: &Path) -> Result<Damage, StoreError> {
    let set_aside = set_aside(path, "bad")?;
    open::make(path).await?;
    // Synced once at the end: what is read from is still there.
    let options = open::options(path).foreign_keys(false).synchronous(SqliteSynchronous::Off);
    let mut to = options.connect().await.map_err(failed)?;
    let mut damage = Damage { set_aside: set_aside.clone(), kept: 0, lost: Vec::new() };
    let attached =
        sqlx::query("ATTACH DATABASE ?1 AS old").bind(set_aside.display().to_string()).execute(&mut to).await;
    if attached.is_ok() {
        for (table, key) in NUMBERED {
            numbered(&mut to, table, key, &mut damage).await;
        }
        for (table, key) in KEYED {
            keyed(&mut to, table, key, &mut damage).await;
        }
        for (table, key) in NEWER {
            let there = "SELECT count(*) FROM old.sqlite_schema WHERE name = ?1";
            if !matches!(sqlx::query_scalar(there).bind(table).fetch_one(&mut to).await, Ok(0_i64)) {
                keyed(&mut to, table, key, &mut damage).await;
            }
        }
        looks(&mut to, &mut damage).await;
        let _ = sqlx::query("DETACH DATABASE old").execute(&mut to).await;
    }
    let accounts: i64 = sqlx::query_scalar("SELECT count(*) FROM account").fetch_one(&mut to).await.map_err(failed)?;
    if accounts == 0 {
        drop(to);
        for file in with_companions(path) {
            let _ = std::fs::remove_file(file);
        }
        return Err(StoreError::Damaged(set_aside.display().to_string()));
    }
    open::unit_keys(&mut to).await?;
    keys_anew(&mut to).await?;
    go_on(&mut to).await?;
    to.close().await.map_err(failed)?;
    for file in with_companions(path).iter().filter(|file| file.exists()) {
        let synced = std::fs::File::open(file).and_then(|file| file.sync_all());
        synced.map_err(|error| StoreError::Unreachable(error.to_string()))?;
    }
    Ok(damage)
}

/// The file, its log and its index.
pub(super) fn with_companions(path: &Path) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|suffix| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    })
}

/// Renames the file and its companions.
pub(super) fn set_aside(path: &Path, why: &str) -> Result<PathBuf, StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{why}-{}", Utc::now().format("%Y%m%dT%H%M%S%3f")));
    let target = PathBuf::from(name);
    for (from, to) in with_companions(path).iter().zip(with_companions(&target)) {
        if from.exists() {
            std::fs::rename(from, to).map_err(|error| StoreError::Unreachable(error.to_string()))?;
        }
    }
    Ok(target)
}

async fn run(to: &mut SqliteConnection, text: String) -> Result<u64, sqlx::Error> {
    sqlx::query(AssertSqlSafe(text)).persistent(false).execute(to).await.map(|done| done.rows_affected())
}

/// The columns that a table has in both files: the damaged one may be of an older schema.
async fn columns(to: &mut SqliteConnection, table: &str) -> String {
    let text = "SELECT group_concat(n.name) FROM pragma_table_info(?1, 'main') n \
         WHERE n.name IN (SELECT name FROM pragma_table_info(?1, 'old'))";
    // Where the old schema can't be read, no row of it can.
    let found = sqlx::query_scalar::<_, Option<String>>(text).bind(table.to_owned()).fetch_one(to).await;
    found.ok().flatten().unwrap_or_else(|| "rowid".to_owned())
}

/// Chunk by chunk in the order of the key; where a chunk can't be read, row by row, and then further and further behind.
async fn numbered(to: &mut SqliteConnection, table: &str, key: &str, damage: &mut Damage) {
    let columns = columns(to, table).await;
    let next =
        format!("SELECT max({key}) FROM (SELECT {key} FROM old.{table} WHERE {key} > ?1 ORDER BY {key} LIMIT ?2)");
    let (mut after, mut size, mut step) = (0_i64, CHUNK, 0);
    loop {
        let last = sqlx::query_scalar::<_, Option<i64>>(AssertSqlSafe(next.as_str()))
            .bind(after)
            .bind(size)
            .fetch_one(&mut *to)
            .await;
        let copied = match last {
            Ok(None) => return,
            Ok(Some(last)) => run(
                to,
                format!(
                    "INSERT OR IGNORE INTO {table} ({columns}) SELECT {columns} FROM old.{table} WHERE {key} > {after} AND {key} <= {last}"
                ),
            )
            .await
            .map(|rows| (last, rows)),
            Err(error) => Err(error),
        };
        match copied {
            Ok((last, rows)) => {
                damage.kept += rows;
                (after, step) = (last, 0);
            }
            Err(_) if size > 1 => size = 1,
            Err(_) => {
                lost(damage, table);
                if step >= STEPS {
                    return;
                }
                after = after.saturating_add(1 << step);
                step += 1;
            }
        }
    }
}

/// From the beginning as far as it goes, then from the end.
async fn keyed(to: &mut SqliteConnection, table: &str, key: &str, damage: &mut Damage) {
    // WHERE: without one SQLite copies records as bytes, and with them what the schema does not allow.
    match run(to, format!("INSERT OR IGNORE INTO {table} SELECT * FROM old.{table} WHERE true")).await {
        Ok(rows) => damage.kept += rows,
        Err(_) => {
            lost(damage, table);
            let backwards = key.split(", ").map(|column| format!("{column} DESC")).collect::<Vec<_>>().join(", ");
            for order in [key.to_owned(), backwards] {
                damage.kept += as_far_as(to, table, &order).await;
            }
        }
    }
}

/// The longest beginning in an order that can be read, by halving.
async fn as_far_as(to: &mut SqliteConnection, table: &str, order: &str) -> u64 {
    let (mut kept, mut from, mut size) = (0, 0_u64, 1 << 20);
    while size > 0 {
        let text = format!(
            "INSERT OR IGNORE INTO {table} SELECT * FROM old.{table} ORDER BY {order} LIMIT {size} OFFSET {from}"
        );
        let whole = sqlx::query_scalar::<_, i64>(AssertSqlSafe(format!(
            "SELECT count(*) FROM (SELECT 1 FROM old.{table} ORDER BY {order} LIMIT {size} OFFSET {from})"
        )))
        .persistent(false)
        .fetch_one(&mut *to)
        .await;
        match (whole, run(to, text).await) {
            (Ok(0), _) => break,
            (Ok(read), Ok(rows)) => {
                kept += rows;
                from += read as u64;
            }
            _ => size /= 2,
        }
    }
    kept
}

/// Looks have no order of their own; all or as far as it goes.
async fn looks(to: &mut SqliteConnection, damage: &mut Damage) {
    match run(to, "INSERT OR IGNORE INTO look SELECT * FROM old.look WHERE true".to_owned()).await {
        Ok(rows) => damage.kept += rows,
        Err(_) => {
            lost(damage, "look");
            damage.kept += as_far_as(to, "look", "rowid").await;
        }
    }
}

fn lost(damage: &mut Damage, table: &str) {
    if !damage.lost.iter().any(|name| name == table) {
        damage.lost.push(table.to_owned());
    }
}

/// What the next submit stands on. Numbers and chains go on behind the last that was kept; of a claim that is lost nothing
/// stays that would stand in the way of another.
async fn go_on(to: &mut SqliteConnection) -> Result<(), StoreError> {
    for text in [
        "INSERT INTO counter (office, year, last) SELECT office, year, max(number) FROM claim GROUP BY office, year \
         ON CONFLICT (office, year) DO UPDATE SET last = max(last, excluded.last)",
        // `hash` is that of the row with the greatest place.
        "INSERT INTO chain (office, length, head) SELECT office, max(place), hash FROM claim_event GROUP BY office \
         ON CONFLICT (office) DO UPDATE SET length = excluded.length, head = excluded.head \
         WHERE excluded.length > length",
        "DELETE FROM claim_paid WHERE claim NOT IN (SELECT seq FROM claim)",
        "DELETE FROM bill WHERE claim NOT IN (SELECT seq FROM claim)",
        GIVE_MISSING,
    ] {
        sqlx::query(text).execute(&mut *to).await.map_err(failed)?;
    }
    Ok(())
}

/// What members are searched by.
async fn keys_anew(to: &mut SqliteConnection) -> Result<(), StoreError> {
    let mut after = 0_i64;
    loop {
        let rows = sqlx::query(
            "SELECT id, league, office, unit, name, id_number, mobile FROM member WHERE id > ?1 ORDER BY id LIMIT ?2",
        )
        .bind(after)
        .bind(CHUNK)
        .fetch_all(&mut *to)
        .await
        .map_err(failed)?;
        if rows.is_empty() {
            return Ok(());
        }
        sqlx::query("BEGIN").execute(&mut *to).await.map_err(failed)?;
        for row in &rows {
            after = get(row, 0)?;
            let name: &str = get(row, 4)?;
            for (kind, key) in keys_of(name, &readings(name, data::surnames()), get(row, 5)?, get(row, 6)?) {
                for (at, text) in [
                    (
                        1,
                        "INSERT OR IGNORE INTO league_key (league, kind, key, member, unit) VALUES (?1, ?2, ?3, ?4, ?5)",
                    ),
                    (
                        2,
                        "INSERT OR IGNORE INTO office_key (office, kind, key, member, unit) VALUES (?1, ?2, ?3, ?4, ?5)",
                    ),
                    (3, "INSERT OR IGNORE INTO unit_key (unit, kind, key, member) VALUES (?1, ?2, ?3, ?4)"),
                ] {
                    if at == 3 && !kind.in_units() {
                        continue;
                    }
                    sqlx::query(text)
                        .bind(get::<i64>(row, at)?)
                        .bind(kind as i64)
                        .bind(key.clone())
                        .bind(after)
                        .bind(get::<i64>(row, 3)?)
                        .execute(&mut *to)
                        .await
                        .map_err(failed)?;
                }
            }
        }
        sqlx::query("COMMIT").execute(&mut *to).await.map_err(failed)?;
    }
}
