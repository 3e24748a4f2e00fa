//! A damaged database file: it is set aside, what can be read is kept, and the program starts; no byte of it can make it
//! panic.

mod central;

use std::path::{Path, PathBuf};

use huzhu::domain::query::Query;
use huzhu::store::sqlite::SqliteStore;
use huzhu::store::sqlite::rescue::Damage;
use huzhu::store::{Store, StoreError};
use huzhu::world::World;
use huzhu::world::assess::{engine_of, published};

/// A block of the disk.
const BLOCK: usize = 512;

async fn made(path: &Path) {
    let policies = published();
    let engine = engine_of(&policies);
    let world = World::new(3, 1000, 60, central::day("2021-03-20"));
    SqliteStore::create(path, world, policies, engine, |_| ()).await.unwrap();
}

async fn open(path: &Path) -> Result<(SqliteStore, Option<Damage>), StoreError> {
    SqliteStore::open(path, "0137", None).await
}

fn set_aside(directory: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(directory).unwrap().map(|file| file.unwrap().path());
    files.filter(|path| path.display().to_string().contains(".bad-")).collect()
}

#[tokio::test]
async fn a_flipped_block_costs_what_is_in_it() {
    let directory = tempfile::tempdir().unwrap();
    let whole = directory.path().join("whole.db");
    made(&whole).await;
    let bytes = std::fs::read(&whole).unwrap();
    let blocks = bytes.len() / BLOCK;
    let (mut rescued, mut unseen) = (0, 0);
    for at in (1..blocks).step_by(blocks / 20) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("central.db");
        let mut damaged = bytes.clone();
        damaged[at * BLOCK..(at + 1) * BLOCK].iter_mut().for_each(|byte| *byte ^= 0x5a);
        std::fs::write(&path, damaged).unwrap();
        match open(&path).await {
            Ok((store, Some(damage))) => {
                rescued += 1;
                assert!(damage.set_aside.exists() && damage.kept > 1000, "{at}: {damage:?}");
                let query = Query::parse("wang", central::day("2021-03-20")).unwrap();
                store.search(&query).await.unwrap();
                store.hello().await.unwrap();
                store.desk().await.unwrap();
                store.verify().await.unwrap();
                assert_eq!(open(&path).await.unwrap().1, None, "{at}: it is sound now");
            }
            // Inside a text: only a verification can tell.
            Ok((store, None)) => {
                unseen += 1;
                drop(store.verify().await);
            }
            Err(StoreError::Damaged(_)) => assert_eq!(set_aside(directory.path()).len(), 1, "{at}"),
            Err(other) => panic!("{at}: {other:?}"),
        }
    }
    assert!(rescued > 5, "{rescued} rescued, {unseen} not seen");
}

/// Overwrites the first page of a table.
async fn lose(path: &Path, table: &str) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
    let mut connection = sqlx::ConnectOptions::connect(&options).await.unwrap();
    let text = "SELECT (rootpage - 1) * (SELECT page_size FROM pragma_page_size), (SELECT page_size FROM pragma_page_size) \
         FROM sqlite_schema WHERE name = ?1";
    let (from, size): (i64, i64) = sqlx::query_as(text).bind(table).fetch_one(&mut connection).await.unwrap();
    sqlx::Connection::close(connection).await.unwrap();
    let mut bytes = std::fs::read(path).unwrap();
    bytes[from as usize..(from + size) as usize].fill(0xff);
    std::fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn claims_are_submitted_after_a_rescue() {
    for table in ["chain", "counter", "claim_paid", "bill", "claim_number"] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("central.db");
        made(&path).await;
        lose(&path, table).await;
        let (store, damage) = open(&path).await.unwrap();
        assert!(damage.is_some(), "{table}");
        let last = store.hello().await.unwrap().last_used.claim.unwrap();
        let sheet = central::sheet_of(&store, "王秀英").await;
        let claim = central::stay(&store, &sheet, "0000000001", "2021-03-01", "2021-03-08").await;
        let submitted = store.submit(&claim).await.unwrap_or_else(|error| panic!("{table}: {error:?}"));
        let before = store.reconcile(&[last.id]).await.unwrap()[0].1.unwrap();
        assert_eq!(submitted.claim.number.sequence, before.sequence + 1, "{table}");
        let lost_too = ["claim_paid", "bill"].contains(&table);
        assert_eq!(store.verify().await.unwrap().differences.is_empty(), !lost_too, "{table}");
    }
}

/// Runs the program with a database; gives its exit code and what it said.
fn run(path: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_huzhu"));
    let done = command.args(args).arg("--db").arg(path).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (done.status.code(), text(done.stdout), text(done.stderr))
}

#[tokio::test]
async fn commands_that_only_read_leave_a_damaged_file_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("central.db");
    made(&path).await;
    assert_eq!(run(&path, &["verify"]).0, Some(0));
    assert_eq!(run(&path, &["search", "wang"]).0, Some(0));
    lose(&path, "claim_paid").await;
    let bytes = std::fs::read(&path).unwrap();
    let (code, out, _) = run(&path, &["verify"]);
    let told: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert!(
        code == Some(1) && told["differences"].as_array().unwrap().iter().any(|one| one["claim"] == "file"),
        "{out}"
    );
    let (code, out, error) = run(&path, &["search", "wang"]);
    assert!(code == Some(1) && out.is_empty() && !error.trim().is_empty(), "{out} {error}");
    assert_eq!(set_aside(directory.path()), Vec::<PathBuf>::new());
    assert!(std::fs::read(&path).unwrap() == bytes, "not a byte is changed");
}

#[tokio::test]
async fn what_contradicts_itself_is_no_missing_answer() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("central.db");
    made(&path).await;
    let (store, _) = open(&path).await.unwrap();
    let sheet = central::sheet_of(&store, "王秀英").await;
    let claim = central::stay(&store, &sheet, "0000000001", "2021-03-01", "2021-03-08").await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
    let mut connection = sqlx::ConnectOptions::connect(&options).await.unwrap();
    // The next event has a place that is taken; then there is no table to look into.
    for statement in ["DELETE FROM chain", "DROP TABLE chain"] {
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut connection).await.unwrap();
        assert!(matches!(store.submit(&claim).await, Err(StoreError::Damaged(_))), "{statement}");
    }
}

#[tokio::test]
async fn what_is_no_database_is_set_aside() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("central.db");
    assert_eq!(open(&path).await.err(), Some(StoreError::NotFound));
    std::fs::write(&path, b"").unwrap();
    assert_eq!(open(&path).await.err(), Some(StoreError::NotFound));
    std::fs::write(&path, vec![7; 100_000]).unwrap();
    assert!(matches!(open(&path).await.err(), Some(StoreError::Damaged(_))));
    assert_eq!(set_aside(directory.path()).len(), 1);
    assert!(!path.exists());
    made(&path).await;
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    match open(&path).await {
        Ok((_, Some(damage))) => assert!(!damage.lost.is_empty() && damage.kept > 0),
        Err(StoreError::Damaged(_)) => {}
        other => panic!("{:?}", other.map(|(_, damage)| damage)),
    }
}

#[tokio::test]
async fn a_world_is_whole_or_not_there() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("central.db");
    // What a killed program leaves beside is no hindrance.
    for name in ["central.db.new", "central.db.new-wal", "central.db.new-shm"] {
        std::fs::write(directory.path().join(name), b"half").unwrap();
    }
    made(&path).await;
    let (store, damage) = open(&path).await.unwrap();
    assert_eq!(damage, None);
    let found = store.verify().await.unwrap();
    assert!(found.claims >= 40 && found.chains > 1);
    assert_eq!(found.differences, []);
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let names: Vec<_> = std::fs::read_dir(directory.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert!(!names.iter().any(|name| name.to_string_lossy().contains(".new")), "{names:?}");
    drop(store);
    // A generated database may be made anew, one with another account never.
    made(&path).await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
    let mut connection = sqlx::ConnectOptions::connect(&options).await.unwrap();
    sqlx::query("INSERT INTO account VALUES ('zhang', 'clerk', 150802, 3, 0)").execute(&mut connection).await.unwrap();
    drop(connection);
    let (policies, world) = (published(), World::new(3, 1000, 60, central::day("2021-03-20")));
    let again = SqliteStore::create(&path, world, policies, |_| None, |_| ()).await;
    assert_eq!(again, Err(StoreError::Refused("account".into())));
    assert_eq!(open(&path).await.map(|(_, damage)| damage), Ok(None));
}

#[tokio::test]
async fn the_day_is_the_worlds_or_another_one_that_is_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("central.db");
    made(&path).await;
    let day = central::day("2021-06-01");
    let (store, _) = SqliteStore::open(&path, "0137", Some(day)).await.unwrap();
    assert_eq!(store.hello().await.unwrap().now.date(), day);
    assert_eq!(open(&path).await.unwrap().0.hello().await.unwrap().now.date(), central::day("2021-03-20"));
    assert_eq!(SqliteStore::open(&path, "nobody", None).await.err(), Some(StoreError::NotAllowed));
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
    let mut connection = sqlx::ConnectOptions::connect(&options).await.unwrap();
    sqlx::query("DELETE FROM setting WHERE name = 'world_day'").execute(&mut connection).await.unwrap();
    let refused = SqliteStore::open(&path, "0137", Some(day)).await.err();
    assert_eq!(refused, Some(StoreError::Refused("today".into())));
    assert!(!open(&path).await.unwrap().0.hello().await.unwrap().world_day);
}
