//! A small generated world behind each adapter, and claims to submit.
//!
//! - `sqlite` the embedded adapter, on a copy of one file · `postgres` the centre's, on a server of its own
//! - `claims` what is submitted, and by which sheet · `crowd` many clerks at once, and what must be there afterwards
//!
//! To add an adapter: a file with its [`Central`], and its line in `contract!` below.

#![allow(dead_code, unused_imports, unused_macros, reason = "each test file uses its part")]

/// Every case on each database, as a test of its own.
macro_rules! contract {
    (@ $central:ident, $($case:ident)*) => {
        mod $central {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                super::$case(&crate::central::$central().await).await;
            })*
        }
    };
    ($($case:ident)*) => {
        contract!(@ sqlite, $($case)*);
        contract!(@ postgres, $($case)*);
    };
}

mod claims;
pub mod crowd;
mod postgres;
mod sqlite;
#[path = "../postgres/mod.rs"]
pub mod support;

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::NaiveDate;
use huzhu::domain::member::MemberId;
use huzhu::domain::text::name_key;
use huzhu::store::Store;
use huzhu::world::{PersonRow, World};

pub use self::claims::{Taker, sheet_of, stay};
pub use self::postgres::{AUDITOR, Postgres, postgres, postgres_with, postgres_with_claims};
pub use self::sqlite::{Sqlite, sqlite};

/// Members of the world that cases run in.
const MEMBERS: u32 = 10_000;

/// A central database of its own for one case. Statements name tables as both databases do.
#[async_trait]
pub trait Central: Send + Sync {
    /// A store as an account sees it; each call is another terminal.
    async fn open(&self, login: &str) -> Arc<dyn Store>;
    /// A store that may verify the whole database.
    async fn verifier(&self) -> Arc<dyn Store>;
    /// The world in it, to know what must be found.
    fn world(&self) -> &World;
    /// Lets a person take so many looks a minute.
    async fn limit_looks(&self, minute: u32);
    /// Lets a person ask so many search terms a minute.
    async fn limit_terms(&self, minute: u32);
    /// Gives a unit another name.
    async fn rename_unit(&self, name: &str, new: &str);
    /// A count by a statement of the database's own.
    async fn count(&self, statement: &str) -> i64;
    /// A statement that goes past the program.
    async fn tamper(&self, statement: &str) -> Result<(), String>;
    /// The same by someone who takes the triggers away first.
    async fn tamper_as_owner(&self, statement: &str);
    /// What is changed past the program beside [`TAMPERED`].
    fn tampered(&self) -> &'static [Tampered];
    /// A statement that leaves a benefit of no claim, and how a verification names that claim.
    fn lone_paid(&self) -> (&'static str, &'static str);
}

/// What is changed past the program, how it is put back, and the field that a verification must name.
pub type Tampered = (&'static str, &'static str, &'static str);

/// Those that both databases take in the same words.
pub const TAMPERED: &[Tampered] = &[
    (
        "UPDATE claim SET total = total + 1 WHERE number = 2",
        "UPDATE claim SET total = total - 1 WHERE number = 2",
        "total",
    ),
    ("UPDATE claim SET remark = 'x' WHERE number = 2", "UPDATE claim SET remark = '' WHERE number = 2", "remark"),
    (
        "UPDATE claim SET facts = replace(facts, '10000.00', '10001.00') WHERE number = 2",
        "UPDATE claim SET facts = replace(facts, '10001.00', '10000.00') WHERE number = 2",
        "facts",
    ),
    (
        "UPDATE claim SET facts = replace(facts, '10000.00', '10001.00') WHERE number = 2",
        "UPDATE claim SET facts = replace(facts, '10001.00', '10000.00') WHERE number = 2",
        "assessment",
    ),
    (
        "UPDATE claim SET assessment = replace(assessment, '0.40', '0.41') WHERE number = 2",
        "UPDATE claim SET assessment = replace(assessment, '0.41', '0.40') WHERE number = 2",
        "assessment",
    ),
    (
        "UPDATE claim SET state = 'withdrawn' WHERE number = 2",
        "UPDATE claim SET state = 'submitted' WHERE number = 2",
        "state",
    ),
    ("UPDATE claim SET prints = 1 WHERE number = 2", "UPDATE claim SET prints = 0 WHERE number = 2", "prints"),
    ("UPDATE claim SET clerk = '0138' WHERE number = 2", "UPDATE claim SET clerk = '0137' WHERE number = 2", "clerk"),
    (
        "UPDATE claim_event SET who = '0138' WHERE place = 2",
        "UPDATE claim_event SET who = '0137' WHERE place = 2",
        "event:submitted",
    ),
    (
        "UPDATE claim_event SET rev = -5 WHERE place = 2",
        "UPDATE claim_event SET rev = 1 WHERE place = 2",
        "event:submitted",
    ),
    ("UPDATE chain SET length = length + 1", "UPDATE chain SET length = length - 1", "chain"),
    ("UPDATE counter SET last = last + 1", "UPDATE counter SET last = last - 1", "counter:2021"),
];

fn world() -> World {
    World::new(7, MEMBERS, 0, day("2021-03-20"))
}

/// A date.
pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The members of a league whose name begins with or holds a key, in the order of contract 2, from all members.
pub fn expected_by_name(world: &World, key: &str, league: u32, office: u32) -> Vec<MemberId> {
    let mut found: Vec<(u8, bool, String, MemberId)> = Vec::new();
    for person in world.members().filter(|person: &PersonRow| person.league.get() == league) {
        let name = name_key(&person.name);
        let rests = name.char_indices().skip(1).map(|(at, _)| &name[at..]).filter(|rest| rest.starts_with(key));
        let inside = rests.min();
        let (rank, sorted) = match inside {
            _ if name == key => (0, name.clone()),
            _ if name.starts_with(key) => (1, name.clone()),
            Some(rest) => (if rest == key { 2 } else { 3 }, rest.to_owned()),
            None => continue,
        };
        found.push((rank, person.office.get() != office, sorted, person.id));
    }
    found.sort();
    found.into_iter().map(|(_, _, _, member)| member).collect()
}

/// Those of them whose unit's name begins so.
pub fn in_units(world: &World, members: Vec<MemberId>, name: &str) -> Vec<MemberId> {
    let units: Vec<i64> = world.units().filter(|unit| unit.name.starts_with(name)).map(|unit| unit.id).collect();
    let fit: HashSet<MemberId> =
        world.members().filter(|person| units.contains(&person.unit)).map(|person| person.id).collect();
    members.into_iter().filter(|member| fit.contains(member)).collect()
}
