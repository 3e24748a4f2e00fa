//! The database is the boundary: somebody with psql, an account and its password gets nothing that the program does not
//! let him do. Cases stand as tables of who types what, what comes of it and why; each runs the real psql.
//!
//! - `reach` tables, catalogs, the server, sessions
//!
//! To add an attack: a line in the table that it belongs to. One that works is a hole (mend the SQL, keep the line) or
//! stands there as `harmless`, with what holds instead.

mod central;
#[path = "attacks/reach.rs"]
mod reach;
#[path = "attacks/stage.rs"]
mod stage;

use stage::Stage;

#[tokio::test]
async fn nothing_is_reached_past_the_functions() {
    let stage = Stage::new().await;
    stage.run(&[reach::TABLES, reach::CATALOGS, reach::SERVER, reach::SESSION]);
}
