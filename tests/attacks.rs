//! The database is the boundary: somebody with psql, an account and its password gets nothing that the program does not
//! let him do. Cases stand as tables of who types what, what comes of it and why; each runs the real psql.
//!
//! - `reach` tables, catalogs, the server, settings · `looks` members' data · `forged` claims · `slips` · `accounts`
//! - `matrix` every duty with every function · `sessions` several sessions at once · `owner` the tables' owner
//! - `random` ten thousand calls over the leagues' borders
//! - `privileges` the snapshot of all rights · `lints` rules that the catalogs keep
//!
//! What still works for a clerk with psql is `harmless` in these tables; what holds it is the guard (`sessions`).
//!
//! To add an attack: a line in the table that it belongs to. One that works is a hole (mend the SQL, keep the line) or
//! stands there as `harmless`, with what holds instead.

#[path = "attacks/accounts.rs"]
mod accounts;
mod central;
#[path = "attacks/forged.rs"]
mod forged;
#[path = "attacks/lints.rs"]
mod lints;
#[path = "attacks/looks.rs"]
mod looks;
#[path = "attacks/matrix.rs"]
mod matrix;
#[path = "attacks/owner.rs"]
mod owner;
#[path = "attacks/privileges.rs"]
mod privileges;
#[path = "attacks/random.rs"]
mod random;
#[path = "attacks/reach.rs"]
mod reach;
#[path = "attacks/sessions.rs"]
mod sessions;
#[path = "attacks/slips.rs"]
mod slips;
#[path = "attacks/stage.rs"]
mod stage;

use central::Central;
use stage::Stage;

#[tokio::test]
async fn nothing_is_reached_past_the_functions() {
    let stage = Stage::new().await;
    stage.run(&[reach::TABLES, reach::CATALOGS, reach::SERVER, reach::SESSION]);
}

#[tokio::test]
async fn a_look_takes_a_ticket_and_other_leagues_are_nobody() {
    let stage = Stage::new().await;
    stage.run(&[looks::TICKETS, looks::SCOPES, looks::SEARCHES]);
}

#[tokio::test]
async fn forged_claims_are_refused() {
    let stage = Stage::new().await;
    stage.send("0137", forged::FORGED);
    stage.run(&[forged::CHANGES]);
    let claims = "SELECT count(*) FROM core.claim";
    assert_eq!(stage.central.count(claims).await, 2, "nothing was recorded beside the stage's own");
}

/// What a database can't refuse: an explanation that agrees with itself and not with the policy. It is what a review looks
/// at, and a verification, which computes every amount again, names it.
#[tokio::test]
async fn an_amount_that_agrees_with_itself_is_recorded_and_named() {
    let stage = Stage::new().await;
    let verifier = stage.central.verifier().await;
    assert!(verifier.verify().await.unwrap().differences.is_empty());
    let assessment: serde_json::Value = serde_json::from_str(&stage.next.assessment).unwrap();
    let more = |value: &serde_json::Value| {
        let amount: rust_decimal::Decimal = value.as_str().unwrap().parse().unwrap();
        format!("\"{}\"", amount + rust_decimal::Decimal::ONE)
    };
    let (total, paid) = (more(&assessment["total"]), more(&assessment["benefits"][0]["paid"]));
    let changes = [("/total", &*total), ("/assessment/total", &*total), ("/assessment/benefits/0/paid", &*paid)];
    let (states, _) = stage.types("0137", &format!("SELECT api_v1.submit($claim${}$claim$)", stage.forge(&changes)));
    assert!(states.is_empty(), "{states:?}");
    let found = verifier.verify().await.unwrap().differences;
    let fields: Vec<&str> = found.iter().map(|one| one.field.as_str()).collect();
    assert!(fields.contains(&"assessment"), "{found:?}");
}

#[tokio::test]
async fn slips_are_numbered_by_claims_and_signed_by_terminals() {
    let stage = Stage::new().await;
    stage.run(&[slips::SLIPS, slips::KEYS]);
    assert_eq!(stage.central.count("SELECT count(*) FROM core.slip_key").await, 3);
    assert_eq!(stage.central.verifier().await.verify().await.unwrap().differences, []);
}

#[tokio::test]
async fn accounts_are_made_by_one_and_empowered_by_another() {
    let stage = Stage::new().await;
    stage.run(&[accounts::ACCOUNTS]);
}
