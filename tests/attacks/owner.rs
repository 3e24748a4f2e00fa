//! Whoever owns the tables, and whoever replicates: what is recorded is refused to them too. (A superuser who takes the
//! triggers away first is noticed, not stopped: rows 33 to 35 of the design's table are tests of `tests/ledger.rs` and
//! `tests/store_contract.rs`.)

use crate::central::support::SUPERUSER;
use crate::stage::Stage;

/// Tables, and how a row comes into one that the stage left empty.
const TABLES: &[(&str, &str)] = &[
    ("core.claim", ""),
    ("core.claim_event", ""),
    ("core.claim_paid", ""),
    ("core.look", ""),
    ("core.card", ""),
    ("core.policy", ""),
    ("core.counter", ""),
    ("core.chain", ""),
    ("core.account_event", "INSERT INTO core.account_event (login, what) VALUES ('0137', 'x');"),
    ("ledger.leaf", "INSERT INTO ledger.leaf VALUES (0, 150800, 150802, 1, sha256('x'));"),
    ("ledger.node", "INSERT INTO ledger.node VALUES (1, 0, sha256('x'));"),
    ("ledger.checkpoint", "INSERT INTO ledger.checkpoint VALUES (1, sha256('x'), now(), 'x');"),
];

/// Changes of rows that do go on, in a way that they don't.
const CHANGES: &[&str] = &[
    "UPDATE core.claim SET total = total + 1",
    "UPDATE core.claim SET member = member + 1",
    "UPDATE core.claim SET state = 'returned', rev = rev + 1",
    "UPDATE core.claim SET rev = rev + 2",
    "UPDATE core.claim SET prints = prints - 1",
    "UPDATE core.claim SET request = ''",
    "UPDATE core.counter SET last = last - 1",
    "UPDATE core.counter SET year = year + 1",
    "UPDATE core.chain SET length = length + 1",
    "UPDATE core.chain SET head = sha256('x')",
    "UPDATE core.claim_event SET body = ''",
    "UPDATE core.claim_event SET who = '0138'",
    "UPDATE core.look SET purpose = 'x'",
    "UPDATE core.claim_paid SET amount = 0",
    "UPDATE core.card SET number = '6222020000000000123'",
    "UPDATE core.policy SET text = ''",
    "UPDATE core.account_event SET who = '0138'",
    "UPDATE ledger.leaf SET hash = sha256('y')",
    "UPDATE ledger.node SET hash = sha256('y')",
    "UPDATE ledger.checkpoint SET note = 'y'",
];

#[tokio::test]
async fn what_is_recorded_stays_for_the_owner_and_for_replication_too() {
    let stage = Stage::new().await;
    let mut wrong = Vec::new();
    for role in ["SET ROLE huzhu_owner", "SET session_replication_role = replica", "SELECT 1"] {
        let mut statements: Vec<String> = CHANGES.iter().map(|change| (*change).to_owned()).collect();
        for (table, _) in TABLES {
            statements.push(format!("DELETE FROM {table}"));
            statements.push(format!("TRUNCATE {table} CASCADE"));
        }
        for statement in statements {
            let row = TABLES
                .iter()
                .find(|(table, _)| statement.split(' ').any(|word| word == *table))
                .map_or("", |(_, row)| row);
            let (states, answer) = stage.types(SUPERUSER, &format!("{role}; BEGIN; {row} {statement}"));
            if states != ["42501"] {
                wrong.push(format!("{role}: {statement}: {states:?} {answer}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
