//! The snapshot of every right in the database, line by line, and what PUBLIC has otherwise than in an untouched database.
//! `privileges.sql` and `public.sql` make it; a change shows as a difference that somebody reads.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use sqlx::{AssertSqlSafe, Connection};

use crate::central::postgres;
use crate::central::support::{DATABASE, Server};

/// Set to anything, the test writes the snapshot anew.
const RENEW: &str = "HUZHU_RENEW_PRIVILEGES";

async fn lines(server: &Server, database: &str, query: &str) -> BTreeSet<String> {
    let mut superuser = server.superuser(database).await;
    let lines: Vec<String> = sqlx::query_scalar(AssertSqlSafe(query)).fetch_all(&mut superuser).await.unwrap();
    superuser.close().await.unwrap();
    lines.into_iter().collect()
}

#[tokio::test]
async fn every_right_is_one_that_somebody_read() {
    let central = postgres().await;
    let server = central.server();
    server.execute("postgres", "CREATE DATABASE untouched TEMPLATE template0").await;
    let public = include_str!("public.sql");
    let (before, after) = (lines(server, "untouched", public).await, lines(server, DATABASE, public).await);
    server.execute("postgres", "DROP DATABASE untouched").await;
    let mut rights = lines(server, DATABASE, include_str!("privileges.sql")).await;
    rights.extend(before.difference(&after).map(|line| format!("public has no more: {line}")));
    rights.extend(after.difference(&before).map(|line| format!("public has beside: {line}")));

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacks/privileges.txt");
    if std::env::var_os(RENEW).is_some() {
        let text: String = rights.iter().map(|line| format!("{line}\n")).collect();
        fs::write(&path, text).unwrap();
    }
    let known: BTreeSet<String> = fs::read_to_string(&path).unwrap_or_default().lines().map(str::to_owned).collect();
    let gone = known.difference(&rights).map(|line| format!("- {line}"));
    let new = rights.difference(&known).map(|line| format!("+ {line}"));
    let diff: Vec<String> = gone.chain(new).collect();
    assert!(
        diff.is_empty(),
        "rights in the database changed:\n{}\nIf every line is meant: {RENEW}=1 cargo test --test attacks every_right",
        diff.join("\n")
    );
}
