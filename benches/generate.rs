//! `generate` against a raw load: the same rows, ready in memory, through the same driver into the same indexes.
//!
//! `cargo bench --bench generate -- [--members N]`

use std::time::{Duration, Instant};

use huzhu::store::sqlite::SqliteStore;
use huzhu::world::assess::{engine_of, published};
use huzhu::world::{World, world_day};
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqliteConnection};
use sqlx::{Arguments, AssertSqlSafe, Column, ConnectOptions, Decode, Row, TypeInfo, ValueRef};

/// Rows in one statement, as `generate` has them.
const ROWS: usize = 512;

fn members() -> u32 {
    let args: Vec<String> = std::env::args().collect();
    let at = args.iter().position(|arg| arg == "--members");
    at.and_then(|at| args.get(at + 1)).map_or(1_100_000, |value| value.parse().expect("a number"))
}

async fn open(path: &std::path::Path) -> SqliteConnection {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .foreign_keys(false)
        .pragma("journal_mode", "OFF")
        .pragma("synchronous", "OFF")
        .pragma("locking_mode", "EXCLUSIVE")
        .pragma("cache_size", "-32768")
        .pragma("mmap_size", (1_u64 << 30).to_string())
        .disable_statement_logging()
        .connect()
        .await
        .expect("a connection")
}

async fn texts(from: &mut SqliteConnection, kind: &str) -> Vec<(String, String)> {
    let text = format!(
        "SELECT name, sql FROM sqlite_schema WHERE type = '{kind}' AND sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
    );
    let rows = sqlx::query(AssertSqlSafe(text)).fetch_all(from).await.expect("a schema");
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

async fn run(to: &mut SqliteConnection, text: &str) -> Duration {
    let started = Instant::now();
    sqlx::query(AssertSqlSafe(text)).persistent(false).execute(to).await.expect("a statement");
    started.elapsed()
}

/// Copies a table; only what writes is timed.
async fn load(from: &mut SqliteConnection, to: &mut SqliteConnection, table: &str) -> Duration {
    use futures_util::TryStreamExt;
    let mut rows = sqlx::query(AssertSqlSafe(format!("SELECT * FROM {table}"))).fetch(from);
    let (mut took, mut waiting, mut arguments, mut columns) = (Duration::ZERO, 0, SqliteArguments::default(), 0);
    loop {
        let row = rows.try_next().await.expect("a row");
        if row.is_none() || waiting == ROWS {
            if waiting > 0 {
                let one = format!("({})", vec!["?"; columns].join(","));
                let text = format!("INSERT INTO {table} VALUES {}", vec![one; waiting].join(","));
                let full = std::mem::take(&mut arguments);
                let started = Instant::now();
                sqlx::query_with(AssertSqlSafe(text), full).execute(&mut *to).await.expect("rows");
                took += started.elapsed();
                waiting = 0;
            }
            if row.is_none() {
                return took;
            }
        }
        let Some(row) = row else { return took };
        columns = row.columns().len();
        for column in row.columns() {
            let value = row.try_get_raw(column.ordinal()).expect("a value");
            let name = value.type_info().name().to_owned();
            let added = match name.as_str() {
                _ if value.is_null() => arguments.add(None::<i64>),
                "INTEGER" => arguments.add(<i64 as Decode<sqlx::Sqlite>>::decode(value).expect("a number")),
                "BLOB" => arguments.add(<Vec<u8> as Decode<sqlx::Sqlite>>::decode(value).expect("bytes")),
                _ => arguments.add(<String as Decode<sqlx::Sqlite>>::decode(value).expect("text")),
            };
            added.expect("a value");
        }
        waiting += 1;
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let members = members();
    let directory = tempfile::tempdir().expect("a directory");
    let (made, raw) = (directory.path().join("made.db"), directory.path().join("raw.db"));
    let world = World::new(1, members, World::usual_claims(members), world_day());
    let policies = published();
    let engine = engine_of(&policies);
    let started = Instant::now();
    let mut members_done = None;
    SqliteStore::create(&made, world, policies, engine, |progress| {
        if progress.claims > 0 && members_done.is_none() {
            members_done = Some(started.elapsed());
        }
    })
    .await
    .expect("a world");
    let generated = started.elapsed();
    let size = std::fs::metadata(&made).expect("a file").len() >> 20;
    let members_done = members_done.unwrap_or_default().as_secs_f64();
    println!(
        "generate {members}: {:.1} s ({members_done:.1} s to the first claim), {size} MiB",
        generated.as_secs_f64()
    );

    let (mut from, mut to) = (open(&made).await, open(&raw).await);
    let mut took = Duration::ZERO;
    let tables = texts(&mut from, "table").await;
    for (_, text) in &tables {
        took += run(&mut to, text).await;
    }
    took += run(&mut to, "BEGIN").await;
    for (table, _) in &tables {
        let one = load(&mut from, &mut to, table).await;
        println!("  {table:16} {:8.2} s", one.as_secs_f64());
        took += one;
    }
    for (_, text) in texts(&mut from, "index").await {
        took += run(&mut to, &text).await;
    }
    took += run(&mut to, "COMMIT").await;
    println!("raw load {members}: {:.1} s", took.as_secs_f64());
    println!("ratio {:.2}", generated.as_secs_f64() / took.as_secs_f64());
}
