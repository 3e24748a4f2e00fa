//! When a terminal demands the proof of the centre's history, and what it makes of answers that are none.
//!
//! To add a way to evade it: a case here in which the terminal's next call is refused.

use super::*;

/// A function of the centre that raises an error with this code in place of its answer, and what puts it right again.
fn raising(function: &str, code: &str) -> (String, String) {
    let (name, _) = function.split_once('(').unwrap();
    (
        format!(
            "ALTER FUNCTION api_v1.{function} RENAME TO {name}_kept;
             CREATE FUNCTION api_v1.{function} RETURNS {} LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'broken' USING ERRCODE = '{code}'; END $$;
             GRANT EXECUTE ON FUNCTION api_v1.{function} TO huzhu_person",
            if name == "checkpoint" { "text" } else { "bytea[]" }
        ),
        format!(
            "DROP FUNCTION api_v1.{function}; ALTER FUNCTION api_v1.{} RENAME TO {name}",
            function.replacen(name, &format!("{name}_kept"), 1)
        ),
    )
}

#[tokio::test]
async fn an_error_in_place_of_a_proof_is_an_alarm() {
    let server = centre().await;
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let [signing, desk] = folders.each_ref().map(tempfile::TempDir::path);
    record(&server, 150_802, 4).await;
    seal(&server, signing).await.unwrap();
    let (key, url) = (sealer(signing).verifier().to_string(), server.url(DATABASE));
    assert_eq!(terminal(&url, desk, &key).await, Ok(4));
    record(&server, 150_802, 4).await;
    seal(&server, signing).await.unwrap();
    let nodes = "tree_nodes(levels smallint[], idx bigint[])";
    let mut recorded = 0;
    for (function, code) in [(nodes, "XX000"), (nodes, "P0001"), (nodes, "22023"), ("checkpoint()", "XX000")] {
        let (breaks, mends) = raising(function, code);
        server.execute(DATABASE, &breaks).await;
        assert_eq!(terminal(&url, desk, &key).await, Err(Alarm::NoProof), "{function} {code}");
        recorded += 1;
        assert_eq!(alarms(desk), vec!["no-proof"; recorded], "{function} {code}");
        server.execute(DATABASE, &mends).await;
    }
    // What is no answer proves nothing either, and a function that is gone does not.
    let shorter = "CREATE OR REPLACE FUNCTION api_v1.tree_nodes(levels smallint[], idx bigint[]) RETURNS bytea[]
        LANGUAGE sql AS $$ SELECT array_fill('\\x00'::bytea, ARRAY[cardinality(idx)]) $$";
    server.execute(DATABASE, shorter).await;
    assert_eq!(terminal(&url, desk, &key).await, Err(Alarm::NoProof));
    server.execute(DATABASE, "DROP FUNCTION api_v1.tree_nodes(smallint[], bigint[])").await;
    assert_eq!(terminal(&url, desk, &key).await, Err(Alarm::NoProof));
    assert_eq!(witness(desk, None).held().unwrap().size, 4, "nothing of it is trusted");
}

#[tokio::test]
async fn what_may_pass_is_no_alarm_and_nobody_works() {
    let server = centre().await;
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let [signing, desk] = folders.each_ref().map(tempfile::TempDir::path);
    record(&server, 150_802, 4).await;
    seal(&server, signing).await.unwrap();
    let (key, url) = (sealer(signing).verifier().to_string(), server.url(DATABASE));
    let (breaks, mends) = raising("checkpoint()", "57014");
    let store = watched(&url, desk, Some(&key));
    store.log_in("0137", &Secret::new(PASSWORD)).await.unwrap();
    server.execute(DATABASE, &breaks).await;
    // On the line that is there, and on every new one.
    for _ in 0..3 {
        let told = store.hello().await;
        assert!(matches!(told, Err(StoreError::Unreachable(_))), "{told:?}");
    }
    assert!(store.desk().await.unwrap_err().may_pass());
    server.execute(DATABASE, &mends).await;
    until_it_answers(&store).await.unwrap();
    assert!(alarms(desk).is_empty());
}

/// Asks until an answer comes that is more than a lost line.
async fn until_it_answers(store: &PostgresStore) -> Result<(), StoreError> {
    for _ in 0..400 {
        match store.desk().await {
            Err(error) if error.may_pass() => tokio::time::sleep(Duration::from_millis(50)).await,
            other => return other.map(drop),
        }
    }
    panic!("it does not come back");
}

#[tokio::test]
async fn an_old_backup_put_in_while_a_clerk_works_is_noticed() {
    let mut server = centre().await;
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let [signing, desk] = folders.each_ref().map(tempfile::TempDir::path);
    record(&server, 150_802, 4).await;
    seal(&server, signing).await.unwrap();
    server.stop_in_order();
    server.back_up();
    server.start();
    record(&server, 150_802, 4).await;
    seal(&server, signing).await.unwrap();
    let key = sealer(signing).verifier().to_string();
    let store = watched(&server.url(DATABASE), desk, Some(&key));
    store.log_in("0137", &Secret::new(PASSWORD)).await.unwrap();
    store.desk().await.unwrap();
    // The same centre that comes back is the same.
    server.stop_immediately();
    server.start();
    until_it_answers(&store).await.unwrap();
    server.stop_immediately();
    server.restore();
    server.start();
    let older = StoreError::Alarm(Alarm::Older { held: 8, shown: 4 });
    assert_eq!(until_it_answers(&store).await, Err(older.clone()));
    store.log_out().await.unwrap();
    assert_eq!(store.log_in("0137", &Secret::new(PASSWORD)).await, Err(older));
    assert!(alarms(desk).len() >= 2 && alarms(desk).iter().all(|kind| kind == "older"), "{:?}", alarms(desk));
}

#[tokio::test]
async fn a_line_that_stays_shows_it_again_with_each_hello() {
    let server = centre().await;
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let [signing, desk] = folders.each_ref().map(tempfile::TempDir::path);
    record(&server, 150_802, 4).await;
    seal(&server, signing).await.unwrap();
    let key = sealer(signing).verifier().to_string();
    let store = watched(&server.url(DATABASE), desk, Some(&key));
    store.log_in("0137", &Secret::new(PASSWORD)).await.unwrap();
    store.hello().await.unwrap();
    record(&server, 150_802, 4).await;
    seal(&server, signing).await.unwrap();
    store.hello().await.unwrap();
    assert_eq!(witness(desk, None).held().unwrap().size, 8, "it follows");
    as_owner(&server, "DELETE FROM ledger.checkpoint").await;
    let missing = Err(StoreError::Alarm(Alarm::Missing { held: 8 }));
    assert_eq!(store.hello().await.map(drop), missing);
    // From here on nothing is asked on whatever line.
    assert!(store.desk().await.is_err());
}

#[tokio::test]
async fn a_terminal_without_a_key_says_so_where_records_are_signed() {
    let server = centre().await;
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let [signing, desk] = folders.each_ref().map(tempfile::TempDir::path);
    let unwatched = async |key: Option<&str>| {
        let store = watched(&server.url(DATABASE), desk, key);
        store.log_in("0137", &Secret::new(PASSWORD)).await.unwrap();
        store.hello().await.unwrap().unwatched
    };
    assert!(!unwatched(None).await, "nothing is signed");
    record(&server, 150_802, 4).await;
    seal(&server, signing).await.unwrap();
    assert!(unwatched(None).await);
    assert!(!unwatched(Some(&sealer(signing).verifier().to_string())).await);
    assert!(!unwatched(None).await, "the key is pinned by now");
}
