//! Who may call what: every function of `api_v1` with every duty, complete on both sides.
//!
//! A new function or duty fails here until it stands in the table.

use sqlx::{AssertSqlSafe, Connection, Row};

use crate::central::support::DATABASE;
use crate::stage::Stage;
use huzhu::world::PASSWORD;

/// Duties, each with the login of an account that has no other. `none` has an account and nothing else.
const DUTIES: [(&str, &str); 12] = [
    ("none", "m00"),
    ("clerk", "m01"),
    ("reviewer", "m02"),
    ("cashier", "m03"),
    ("league", "m04"),
    ("region", "m05"),
    ("policy", "m06"),
    ("sysadmin", "m07"),
    ("secadmin", "m08"),
    ("auditor", "m09"),
    ("guard", "m10"),
    ("sealer", "m11"),
];
const EVERYBODY: &str = "none clerk reviewer cashier league region policy sysadmin secadmin auditor guard sealer";
const COUNTER: &str = "clerk reviewer cashier league region";

/// Functions, and the duties that may call them.
const MAY: &[(&str, &str)] = &[
    ("hello", EVERYBODY),
    ("reference", EVERYBODY),
    ("checkpoint", EVERYBODY),
    ("tree_nodes", EVERYBODY),
    ("account_password", EVERYBODY),
    ("search", COUNTER),
    ("claim", COUNTER),
    ("record_print", COUNTER),
    ("search_slip", COUNTER),
    ("slip_keys", EVERYBODY),
    ("desk", COUNTER),
    ("ticket", "clerk reviewer league region"),
    ("open_member", "clerk reviewer league region"),
    ("reveal", "clerk reviewer league region"),
    ("claims_of", "clerk reviewer league region"),
    ("check_bill", "clerk"),
    ("check_stay", "clerk"),
    ("submit", "clerk"),
    ("withdraw", "clerk"),
    ("reconcile", "clerk"),
    ("account_add", "sysadmin"),
    ("account_reset", "sysadmin"),
    ("account_unlock", "sysadmin secadmin"),
    ("device_add", "sysadmin"),
    ("account_lock", "sysadmin secadmin"),
    ("device_revoke", "sysadmin secadmin"),
    ("slip_key_revoke", "sysadmin secadmin"),
    ("slip_key_list", "sysadmin secadmin auditor"),
    ("account_duty", "secadmin"),
    ("account_list", "sysadmin secadmin auditor"),
    ("account_events", "secadmin auditor"),
    ("locked", "guard"),
    ("seal_state", "sealer"),
    ("seal_leaves", "sealer"),
    ("seal_append", "sealer"),
    ("tree_leaves", "region auditor"),
    ("tree_checkpoints", "region auditor"),
    ("verify_policies", "auditor"),
    ("verify_events", "auditor"),
    ("verify_heads", "auditor"),
    ("verify_claims", "auditor"),
    ("verify_counters", "auditor"),
    ("verify_beside", "auditor"),
];

#[tokio::test]
async fn a_duty_calls_its_functions_and_no_other() {
    let stage = Stage::new().await;
    for (duty, login) in DUTIES {
        let duties = if duty == "none" { "" } else { duty };
        let office = if duty == "region" { 150_000 } else { 150_802 };
        let make = format!(
            "SELECT core.make_generated('{login}', sha256('{login}'), {office}, 9, '{{{duties}}}', '{{verifier}}')"
        );
        stage.superuser(&make).await;
    }
    let mut superuser = stage.server().superuser(DATABASE).await;
    let functions = "SELECT p.proname::text, format('SELECT api_v1.%I(%s)', p.proname, \
         (SELECT string_agg('NULL::' || format_type(t.type, NULL), ', ' ORDER BY t.at) FROM unnest(p.proargtypes) WITH ORDINALITY t(type, at))) \
         FROM pg_proc p WHERE p.pronamespace = 'api_v1'::regnamespace ORDER BY p.proname";
    let functions: Vec<(String, String)> = sqlx::query(functions)
        .fetch_all(&mut superuser)
        .await
        .unwrap()
        .iter()
        .map(|row| (row.get(0), row.get(1)))
        .collect();
    superuser.close().await.unwrap();
    let listed: Vec<&str> = MAY.iter().map(|(name, _)| *name).collect();
    let unlisted: Vec<&String> =
        functions.iter().map(|(name, _)| name).filter(|name| !listed.contains(&name.as_str())).collect();
    assert!(unlisted.is_empty() && functions.len() == MAY.len(), "not in the table: {unlisted:?}");

    let mut wrong = Vec::new();
    for (duty, login) in DUTIES {
        let url = stage.server().url_as(login, PASSWORD, DATABASE);
        let mut session = sqlx::PgConnection::connect(&url).await.unwrap();
        for (name, call) in &functions {
            // What is called with nothing changes nothing; whether it may be called is said before it is.
            let answer = sqlx::raw_sql(AssertSqlSafe(call.clone())).execute(&mut session).await;
            let told = answer.err().map(|error| error.to_string()).unwrap_or_default();
            let may = !told.contains("permission denied for function") && !told.contains("not allowed");
            let should = MAY.iter().any(|(listed, duties)| listed == name && duties.split(' ').any(|one| one == duty));
            if may != should {
                wrong.push(format!("{duty} {} {name}: {told}", if may { "may call" } else { "may not call" }));
            }
        }
        session.close().await.unwrap();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
