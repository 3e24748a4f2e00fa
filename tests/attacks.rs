//! The database is the boundary: somebody with psql, an account and its password gets nothing that the program does not
//! let him do. Cases stand as tables of who types what, what comes of it and why; each runs the real psql.
//!
//! - `reach` tables, catalogs, the server, sessions · `looks` members' data · `forged` claims · `accounts`
//!
//! To add an attack: a line in the table that it belongs to. One that works is a hole (mend the SQL, keep the line) or
//! stands there as `harmless`, with what holds instead.

#[path = "attacks/accounts.rs"]
mod accounts;
mod central;
#[path = "attacks/forged.rs"]
mod forged;
#[path = "attacks/looks.rs"]
mod looks;
#[path = "attacks/reach.rs"]
mod reach;
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

#[tokio::test]
async fn accounts_are_made_by_one_and_empowered_by_another() {
    let stage = Stage::new().await;
    stage.run(&[accounts::ACCOUNTS]);
}
