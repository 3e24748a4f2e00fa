//! `huzhu demo`: a world of another version of the program is kept aside and made anew.

use std::path::{Path, PathBuf};
use std::process::Command;

use sqlx::{ConnectOptions, Connection};

fn demo(data: &Path) -> String {
    let made = Command::new(env!("CARGO_BIN_EXE_huzhu"))
        .args(["demo", "--make-only", "--members", "1000", "--lang", "en", "--data"])
        .arg(data)
        .output()
        .unwrap();
    let said = String::from_utf8(made.stderr).unwrap();
    assert!(made.status.success(), "{said}");
    said
}

fn set_aside(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut found: Vec<PathBuf> = files.filter(|path| path.display().to_string().contains("central.db.old-")).collect();
    found.retain(|path| !path.display().to_string().ends_with("-wal") && !path.display().to_string().ends_with("-shm"));
    found
}

async fn change(database: &Path, statement: &'static str) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(database);
    let mut connection = options.connect().await.unwrap();
    assert_eq!(sqlx::query(statement).execute(&mut connection).await.unwrap().rows_affected(), 1);
    connection.close().await.unwrap();
}

#[tokio::test]
async fn a_world_of_another_version_is_made_anew() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("demo");
    let database = folder.join("central.db");
    demo(data.path());
    assert!(!demo(data.path()).contains("another version"));
    assert!(set_aside(&folder).is_empty());

    // Another text of a migration, then one that this program does not have.
    let modified = "UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 1";
    let unknown = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                   VALUES (99, 'later', 1, x'00', 0)";
    for (n, statement) in [modified, unknown].into_iter().enumerate() {
        change(&database, statement).await;
        let said = demo(data.path());
        assert!(said.contains("another version") && said.contains("central.db.old-"), "{said}");
        assert_eq!(set_aside(&folder).len(), n + 1);
        assert!(!demo(data.path()).contains("another version"), "it is of this version now");
    }
}
