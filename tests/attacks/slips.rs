//! Slips: no number but by a claim that was returned, no print that is not counted, no key but a terminal's of one's own
//! office, and none that was revoked.

use std::time::Duration;

use crate::central::Central;
use crate::stage::{Case, Stage, gives, refused};

const CLERK: &str = "0137";
const AUDITOR: &str = "0091";
const SYSADMIN: &str = "0092";
const OWNER: &str = "postgres";

/// Numbers and prints.
pub const SLIPS: &[Case] = &[
    refused(CLERK, "SELECT api_v1.record_print({claim}, 'P2')", "22023", "a claim that was not returned has no notice"),
    refused(CLERK, "SELECT api_v1.record_print({claim}, 'P4')", "22023", "nothing was paid"),
    refused(CLERK, "SELECT api_v1.record_print({claim}, NULL)", "22023", "no form"),
    refused(CLERK, "SELECT api_v1.record_print({foreign_claim}, 'P2')", "P0002", "another league's claim is nobody's"),
    refused(CLERK, "SELECT api_v1.record_print({claim})", "42883", "a print that names no form is not taken any more"),
    refused(
        CLERK,
        "INSERT INTO core.slip VALUES (150800, 150802, 2021, 2, 1, '{claim_id}', 0)",
        "42501",
        "no number of his own",
    ),
    refused(CLERK, "UPDATE core.slip SET prints = 0", "42501", "no print is taken back"),
    refused(CLERK, "SELECT core.give_notice()", "42501", "what gives numbers is not for him"),
    gives(
        CLERK,
        "SELECT count(*) FROM api_v1.search_slip(150402, 2021, 2, 1, '', 0)",
        "0",
        "another league's slip is nobody's",
    ),
    gives(
        CLERK,
        "SELECT count(*) FROM api_v1.search_slip(NULL, NULL, NULL, NULL, NULL, NULL)",
        "0",
        "nothing is found by nothing",
    ),
    gives(
        CLERK,
        "SELECT count(*) FROM api_v1.search_slip({foreign_claim_p1}, '', 0)",
        "0",
        "nor another league's claim, by its acknowledgement",
    ),
    gives(
        CLERK,
        "SELECT o_same FROM api_v1.search_slip({claim_p1}, '{claim_record}', {claim_fen})",
        "t",
        "what is recorded is the same",
    ),
    gives(
        CLERK,
        "SELECT o_same FROM api_v1.search_slip({claim_p1}, '{claim_record}', {claim_fen} + 1)",
        "f",
        "a fen more",
    ),
    gives(
        CLERK,
        "SELECT o_same FROM api_v1.search_slip({claim_p1}, repeat('0', 64), {claim_fen})",
        "f",
        "the right amount of another record: any key of a terminal signs it",
    ),
    gives(
        CLERK,
        "SELECT o_same FROM api_v1.search_slip({claim_p1}, NULL, NULL)",
        "f",
        "nothing is the same as nothing",
    ),
    refused(CLERK, "SELECT api_v1.search_slip(150802, 2021, 2, 1)", "42883", "a search that compares nothing"),
    refused(
        OWNER,
        "BEGIN; INSERT INTO core.slip VALUES (150800, 150802, 2021, 2, 1, '{claim_id}', 0); UPDATE core.slip SET prints = 7",
        "42501",
        "prints are counted one by one, by everybody",
    ),
    refused(
        OWNER,
        "BEGIN; INSERT INTO core.slip VALUES (150800, 150802, 2021, 2, 1, '{claim_id}', 0); DELETE FROM core.slip",
        "42501",
        "a number stays given",
    ),
    refused(
        OWNER,
        "BEGIN; INSERT INTO core.slip VALUES (150800, 150802, 2021, 2, 1, '{claim_id}', 0), (150800, 150802, 2021, 2, 2, '{claim_id}', 0)",
        "23505",
        "one notice a claim",
    ),
    refused(OWNER, "TRUNCATE core.slip", "42501", "all of them"),
];

/// Keys of terminals, one after the other.
pub const KEYS: &[Case] = &[
    refused(CLERK, "SELECT api_v1.slip_keys('{foreign_slip_key}')", "22023", "a key of another office"),
    refused(CLERK, "SELECT api_v1.slip_keys('{region_slip_key}')", "22023", "nor of the region's"),
    refused(AUDITOR, "SELECT api_v1.slip_keys('{region_slip_key}')", "42501", "an auditor prints no slips"),
    refused(SYSADMIN, "SELECT api_v1.slip_keys('{region_slip_key}')", "42501", "nor who makes accounts"),
    gives(AUDITOR, "SELECT api_v1.slip_keys(NULL)", "[]", "what slips are checked with is public"),
    gives(CLERK, "SELECT api_v1.slip_keys('{slip_key}') ->> 0", "{slip_key}", "his own terminal's"),
    refused(
        CLERK,
        "SELECT api_v1.slip_keys('slip.150802+{slip_key_id}+{other_public}')",
        "22023",
        "another key under the id of the first: slips of one would pass for the other's",
    ),
    refused(CLERK, "SELECT api_v1.slip_keys('{slip_key}' || E'\\n')", "22023", "nor the same in another way"),
    refused(CLERK, "SELECT api_v1.slip_keys('slip.150802+00000000+' || repeat('A', 44))", "22023", "no key at all"),
    refused(CLERK, "SELECT api_v1.slip_keys('')", "22023", "nothing"),
    refused(CLERK, "SELECT api_v1.slip_keys(repeat('A', 10000000))", "22023", "ten megabytes"),
    refused(
        CLERK,
        "INSERT INTO core.slip_key (id, office, key, who) VALUES ('00000000', 150802, 'x', '0138')",
        "42501",
        "past the function",
    ),
    refused(
        CLERK,
        "UPDATE core.slip_key SET revoked = clock_timestamp()",
        "42501",
        "no colleague's terminal is shut out",
    ),
    refused(CLERK, "DELETE FROM core.slip_key", "42501", "nor taken away"),
    refused(CLERK, "SELECT * FROM core.slip_key", "42501", "who enrolled them is not told"),
    refused(CLERK, "SELECT core.enrol_slip_key('{slip_key}', NULL)", "42501", "for nobody else"),
    refused(CLERK, "SELECT api_v1.slip_key_list()", "42501", "the administrators'"),
    refused(CLERK, "SELECT api_v1.slip_key_revoke('{slip_key_id}')", "42501", "the administrators'"),
    refused(AUDITOR, "SELECT api_v1.slip_key_revoke('{slip_key_id}')", "42501", "an auditor changes nothing"),
    refused(SYSADMIN, "SELECT api_v1.slip_key_revoke('00000000')", "P0002", "no such key"),
    refused(SYSADMIN, "SELECT api_v1.slip_key_revoke(NULL)", "P0002", "none"),
    gives(
        "0001",
        "SELECT json_array_length(api_v1.slip_keys('{region_slip_key}'))",
        "2",
        "the same under another name",
    ),
    gives(CLERK, "SELECT json_array_length(api_v1.slip_keys('{other_slip_key}'))", "3", "a second terminal"),
    gives(SYSADMIN, "SELECT api_v1.slip_key_list() -> 0 ->> 'who'", CLERK, "who enrolled one is kept"),
    gives(SYSADMIN, "SELECT api_v1.slip_key_revoke('{slip_key_id}'); SELECT 1", "1", "it was stolen"),
    gives(SYSADMIN, "SELECT api_v1.slip_key_revoke('{slip_key_id}'); SELECT 1", "1", "once more changes nothing"),
    gives(
        OWNER,
        "SELECT string_agg(who || ' ' || what, ';') FROM core.account_event WHERE what LIKE 'slip%'",
        "0092 slip-key-revoke {revoked_ids}",
        "it is written down, once",
    ),
    gives(
        CLERK,
        "SELECT api_v1.slip_keys(NULL)",
        "[\"{other_slip_key}\"]",
        "it passes nowhere any more, under no name that it was enrolled by",
    ),
    refused(CLERK, "SELECT api_v1.slip_keys('{slip_key}')", "22023", "and does not come back"),
    refused("0001", "SELECT api_v1.slip_keys('{region_slip_key}')", "22023", "nor under another office's name"),
    refused("neighbour", "SELECT api_v1.slip_keys('{neighbour_slip_key}')", "22023", "nor under one that is new to it"),
    refused(OWNER, "UPDATE core.slip_key SET revoked = NULL", "42501", "nor by the owner's hand"),
    refused(OWNER, "UPDATE core.slip_key SET key = 'x'", "42501", "nor becomes another"),
    refused(OWNER, "DELETE FROM core.slip_key", "42501", "nor goes"),
    refused(OWNER, "TRUNCATE core.slip_key", "42501", "nor do all"),
];

/// A key that is revoked while it is enrolled under another office's name: whichever comes first, it passes under neither.
#[tokio::test]
async fn no_name_of_a_key_slips_past_its_revocation() {
    let revoke = "SELECT api_v1.slip_key_revoke('{slip_key_id}')";
    let enrol = "SELECT api_v1.slip_keys('{region_slip_key}')";
    let live = "SELECT count(*) FROM core.slip_key WHERE revoked IS NULL";
    for enrols_first in [true, false] {
        let stage = Stage::new().await;
        let (states, _) = stage.types(CLERK, "SELECT api_v1.slip_keys('{slip_key}')");
        assert!(states.is_empty(), "{states:?}");
        let (mut terminal, mut administrator) = (stage.session("0001").await, stage.session(SYSADMIN).await);
        let (first, other, statements) = if enrols_first {
            (&mut terminal, &mut administrator, [enrol, revoke])
        } else {
            (&mut administrator, &mut terminal, [revoke, enrol])
        };
        assert_eq!(stage.in_session(first, &format!("BEGIN; {}", statements[0])).await, "ok");
        let waits = stage.in_session(other, statements[1]);
        let ends = async {
            while stage.central.count("SELECT count(*) FROM pg_locks WHERE NOT granted").await == 0 {
                tokio::task::yield_now().await;
            }
            stage.in_session(first, "COMMIT").await
        };
        let told = tokio::time::timeout(Duration::from_secs(20), async { tokio::join!(waits, ends) }).await;
        let (told, ended) = told.expect("it waits for the other");
        assert_eq!(ended, "ok");
        assert_eq!(told, if enrols_first { "ok" } else { "22023 refused" });
        assert_eq!(stage.central.count(live).await, 0, "{enrols_first}");
    }
}

/// What was revoked takes no place in the office's list.
#[tokio::test]
async fn a_revoked_key_makes_room() {
    let stage = Stage::new().await;
    let fill = "INSERT INTO core.slip_key (id, office, key, who) \
        SELECT lpad(to_hex(n), 8, '0'), 150802, 'x' || n, '0138' FROM generate_series(1, 300) n";
    stage.superuser(fill).await;
    let case = refused(CLERK, "SELECT api_v1.slip_keys('{slip_key}')", "22023", "300 terminals");
    stage.run(&[&[case]]);
    stage.run(&[&[
        gives(SYSADMIN, "SELECT api_v1.slip_key_revoke('00000007'); SELECT 1", "1", "one is not in use any more"),
        gives(CLERK, "SELECT json_array_length(api_v1.slip_keys('{slip_key}'))", "300", "another takes its place"),
        refused(CLERK, "SELECT api_v1.slip_keys('{other_slip_key}')", "22023", "one place"),
    ]]);
}
