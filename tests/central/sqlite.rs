//! The embedded adapter on a copy of one file.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use huzhu::store::Store;
use huzhu::store::sqlite::SqliteStore;
use huzhu::world::World;
use huzhu::world::assess::published;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions};
use tokio::sync::OnceCell;

use super::{Central, Tampered, world};

/// The embedded adapter.
pub struct Sqlite {
    directory: tempfile::TempDir,
    world: World,
}

/// A copy of a world that is made once for all cases.
pub async fn sqlite() -> Sqlite {
    static MADE: OnceCell<(tempfile::TempDir, PathBuf)> = OnceCell::const_new();
    let (_, made) = MADE
        .get_or_init(|| async {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("world.db");
            SqliteStore::create(&path, world(), published(), |_| None, |_| ()).await.unwrap();
            (directory, path)
        })
        .await;
    let directory = tempfile::tempdir().unwrap();
    std::fs::copy(made, directory.path().join("central.db")).unwrap();
    Sqlite { directory, world: world() }
}

impl Sqlite {
    /// The file.
    pub fn path(&self) -> PathBuf {
        self.directory.path().join("central.db")
    }

    async fn raw(&self) -> SqliteConnection {
        SqliteConnectOptions::new().filename(self.path()).foreign_keys(false).connect().await.unwrap()
    }
}

#[async_trait]
impl Central for Sqlite {
    async fn open(&self, login: &str) -> Arc<dyn Store> {
        let (store, damage) = SqliteStore::open(&self.path(), login, None).await.unwrap();
        assert_eq!(damage, None);
        Arc::new(store)
    }

    async fn verifier(&self) -> Arc<dyn Store> {
        self.open("0137").await
    }

    fn world(&self) -> &World {
        &self.world
    }

    async fn limit_looks(&self, minute: u32) {
        self.tamper(&format!("INSERT INTO setting VALUES ('looks_a_minute', '{minute}')")).await.unwrap();
    }

    async fn limit_terms(&self, minute: u32) {
        self.tamper(&format!("INSERT INTO setting VALUES ('terms_a_minute', '{minute}')")).await.unwrap();
    }

    /// As a database has it whose units have no keys yet.
    async fn rename_unit(&self, name: &str, new: &str) {
        self.tamper_as_owner(&format!("UPDATE unit SET name_key = '', name = '{new}' WHERE name = '{name}'")).await;
    }

    async fn count(&self, statement: &str) -> i64 {
        sqlx::query_scalar(AssertSqlSafe(statement)).fetch_one(&mut self.raw().await).await.unwrap()
    }

    async fn tamper(&self, statement: &str) -> Result<(), String> {
        let done = sqlx::query(AssertSqlSafe(statement)).execute(&mut self.raw().await).await;
        done.map(drop).map_err(|error| error.to_string())
    }

    async fn tamper_as_owner(&self, statement: &str) {
        let mut raw = self.raw().await;
        let triggers: Vec<String> = sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
            .fetch_all(&mut raw)
            .await
            .unwrap();
        for trigger in triggers {
            sqlx::query(AssertSqlSafe(format!("DROP TRIGGER {trigger}"))).execute(&mut raw).await.unwrap();
        }
        let done = sqlx::query(AssertSqlSafe(statement)).execute(&mut raw).await.unwrap();
        assert!(done.rows_affected() > 0, "{statement}");
    }

    fn tampered(&self) -> &'static [Tampered] {
        TAMPERED
    }

    fn lone_paid(&self) -> (&'static str, &'static str) {
        ("INSERT INTO claim_paid VALUES (99, 0, 2021, 'inpatient', 1, 1, 1)", "claim 99")
    }
}

/// What is written otherwise here, or is only here.
const TAMPERED: &[Tampered] = &[
    (
        "UPDATE claim SET last4 = last4 || '9' WHERE number = 2",
        "UPDATE claim SET last4 = substr(last4, 1, 4) WHERE number = 2",
        "last4",
    ),
    (
        "UPDATE claim SET salt = salt || '0' WHERE number = 2",
        "UPDATE claim SET salt = substr(salt, 1, 32) WHERE number = 2",
        "card",
    ),
    (
        "UPDATE card SET number = number || '9'",
        "UPDATE card SET number = substr(number, 1, length(number) - 1)",
        "card",
    ),
    (
        "DELETE FROM bill WHERE claim = 2",
        "INSERT INTO bill SELECT 'E/' || bill_code || '/' || bill_number, seq FROM claim WHERE number = 2",
        "bill",
    ),
    (
        "UPDATE claim_paid SET amount = amount + 1 WHERE claim = 2 AND place = 0",
        "UPDATE claim_paid SET amount = amount - 1 WHERE claim = 2 AND place = 0",
        "paid",
    ),
    (
        "INSERT INTO bill SELECT 'E/1/' || bill_number, seq FROM claim WHERE number = 2",
        "DELETE FROM bill WHERE key LIKE 'E/1/%'",
        "bill",
    ),
    ("INSERT INTO bill VALUES ('HZ150802-2021-0000002', 99)", "DELETE FROM bill WHERE claim = 99", "bill"),
    (
        "INSERT INTO claim_paid SELECT claim, 9, period, benefit, base, days, amount FROM claim_paid WHERE claim = 2 AND place = 0",
        "DELETE FROM claim_paid WHERE place = 9",
        "paid",
    ),
    (
        "UPDATE claim SET period = period + 99999999999 WHERE number = 2",
        "UPDATE claim SET period = period - 99999999999 WHERE number = 2",
        "period",
    ),
    ("UPDATE claim SET rev = -1 WHERE number = 2", "UPDATE claim SET rev = 1 WHERE number = 2", "rev"),
    (
        "UPDATE claim SET documents = '' || documents || '#' WHERE number = 2",
        "UPDATE claim SET documents = rtrim(documents, '#') WHERE number = 2",
        "documents",
    ),
    (
        "UPDATE claim SET submitted_at = submitted_at || '#' WHERE number = 2",
        "UPDATE claim SET submitted_at = rtrim(submitted_at, '#') WHERE number = 2",
        "submitted_at",
    ),
    (
        "UPDATE claim_paid SET days = days - 99999999999 WHERE claim = 2 AND place = 0",
        "UPDATE claim_paid SET days = days + 99999999999 WHERE claim = 2 AND place = 0",
        "paid",
    ),
];
