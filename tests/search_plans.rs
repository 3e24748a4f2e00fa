//! Every statement of a search reads by an index: `EXPLAIN QUERY PLAN` says SEARCH, never a scan of a table.

mod central;

use huzhu::store::sqlite::search::SearchSql;
use sqlx::{AssertSqlSafe, ConnectOptions, Row};

/// Steps of a plan that read no table from its beginning: rows of a select inside, which its LIMIT bounds.
const INNER: [&str; 2] = ["SCAN k", "SCAN (subquery"];

async fn plan(connection: &mut sqlx::SqliteConnection, statement: &str) -> Vec<String> {
    let rows =
        sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"))).fetch_all(connection).await.unwrap();
    rows.iter().map(|row| row.get::<String, _>("detail")).collect()
}

#[tokio::test]
async fn every_search_goes_by_its_index() {
    let central = central::sqlite().await;
    let mut connection =
        sqlx::sqlite::SqliteConnectOptions::new().filename(central.path()).read_only(true).connect().await.unwrap();
    let scopes: [Vec<i64>; 2] = [vec![150_800], (1501..=1509).map(|league| league * 100).collect()];
    for scope in scopes {
        for statement in SearchSql::new(&scope).all() {
            let steps = plan(&mut connection, statement).await;
            assert!(steps.iter().any(|step| step.starts_with("SEARCH")), "{statement}\n{steps:#?}");
            for step in &steps {
                let scans = step.starts_with("SCAN") && !INNER.iter().any(|inner| step.starts_with(inner));
                let sorts = step.contains("TEMP B-TREE");
                let automatic = step.contains("AUTOMATIC");
                assert!(!scans && !sorts && !automatic, "{statement}\n{steps:#?}");
            }
        }
    }
    // The test can fail: what no index serves is a scan.
    let steps = plan(&mut connection, "SELECT id FROM member WHERE name = ?1").await;
    assert!(steps.iter().any(|step| step.starts_with("SCAN member")), "{steps:?}");
}
