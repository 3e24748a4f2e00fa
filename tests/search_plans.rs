//! Every statement of a search reads by an index: `EXPLAIN QUERY PLAN` says SEARCH, never a scan of a table.

mod central;

use central::Central;
use huzhu::domain::query::{Query, Term};
use huzhu::store::Store;
use huzhu::store::sqlite::SqliteStore;
use huzhu::store::sqlite::search::SearchSql;
use sqlx::{AssertSqlSafe, ConnectOptions, Row};

/// Steps of a plan that read no table from its beginning: rows of a select inside, which its LIMIT bounds.
const INNER: [&str; 3] = ["SCAN walked", "SCAN counted", "SCAN (subquery"];

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
                // Only the keys of a few units are put in order, at most a thousand.
                let sorts = step.contains("TEMP B-TREE") && !statement.contains(") found ORDER BY");
                let automatic = step.contains("AUTOMATIC");
                assert!(!scans && !sorts && !automatic, "{statement}\n{steps:#?}");
            }
        }
    }
    // The test can fail: what no index serves is a scan.
    let steps = plan(&mut connection, "SELECT id FROM member WHERE name = ?1").await;
    assert!(steps.iter().any(|step| step.starts_with("SCAN member")), "{steps:?}");
}

#[tokio::test]
async fn names_in_units_are_found_both_ways() {
    let central = central::sqlite().await;
    for login in ["0137", "0201", "0001"] {
        let (mut each, _) = SqliteStore::open(&central.path(), login, None).await.unwrap();
        let (mut walked, _) = SqliteStore::open(&central.path(), login, None).await.unwrap();
        each.look_into(1_000_000);
        walked.look_into(0);
        let mut found = 0;
        for person in central.world().members().step_by(151) {
            let unit = central.world().units().find(|unit| unit.id == person.unit).unwrap();
            let key: String = person.name.chars().take(2).collect();
            for narrow in [unit.name.chars().take(3).collect(), unit.initials[..2].to_owned()] {
                let names = Query::Name(Term { key: key.clone(), unit: Some(narrow.clone()) });
                let letters = Query::Latin(Term { key: person.readings[0].full[..3].into(), unit: Some(narrow) });
                for query in [names, letters] {
                    let (rows, by_walk) = (each.search(&query).await.unwrap(), walked.search(&query).await.unwrap());
                    // A walk that ends at its bound has the first rows, and says that there are more.
                    let cut = by_walk.more && rows.rows.starts_with(&by_walk.rows);
                    assert!(rows == by_walk || cut, "{login} {query:?}\n{rows:#?}\n{by_walk:#?}");
                    found += by_walk.rows.len();
                }
            }
        }
        assert!(found > 50, "{login}: {found}");
    }
}
