//! The ledger on a real PostgreSQL: what a sealer takes and what it is refused, and what terminals notice when somebody who
//! may do anything at the centre changes records: one field, a whole chain, an old backup, with the signer's key too. When
//! terminals look is in `ledger/proof.rs`.

mod postgres;
#[path = "ledger/proof.rs"]
mod proof;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use chrono::{DateTime, Utc};
use huzhu::domain::canonical::{Hash, hex};
use huzhu::domain::merkle::{Appender, NodeId, event_leaf};
use huzhu::domain::note::{Checkpoint, SignerKey};
use huzhu::domain::secret::Secret;
use huzhu::store::postgres::{PostgresOptions, PostgresStore};
use huzhu::store::sealer::{Batch, Ledger, SealError, Sealed, Sealer, new_key};
use huzhu::store::witness::{Alarm, Witness};
use huzhu::store::{Store, StoreError};
use postgres::proxy::{How, Proxy, Way};
use postgres::{DATABASE, Options, Server, server_with, sqlstates};

const PASSWORD: &str = "demo-demo-demo";

/// A centre with two offices, a clerk (`0137`) and a sealer, and no events.
async fn centre() -> Server {
    server_with("ledger", Options::default(), async |server| {
        server.execute("postgres", &format!("CREATE DATABASE {DATABASE}")).await;
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/postgres");
        let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for file in files {
            let text = fs::read_to_string(file).unwrap();
            server.execute(DATABASE, &format!("BEGIN; {text} COMMIT")).await;
        }
        let accounts = "INSERT INTO core.office (code, name, kind, area, league, phone) VALUES
                (150000, 'a', 'association', 150000, 150000, ''),
                (150402, 'b', 'banner', 150402, 150400, ''), (150802, 'c', 'banner', 150802, 150800, '');
            INSERT INTO core.account (login, person, office, league, seat, duties, active, generated) VALUES
                ('0137', '\\x01', 150802, 150800, 1, '{clerk}', true, true),
                ('0401', '\\x02', 150000, 150000, 0, '{auditor}', true, true),
                ('sealer', '\\x03', 150000, 150000, 0, '{sealer}', true, true);
            CREATE ROLE \"0137\" LOGIN PASSWORD 'demo-demo-demo'; GRANT huzhu_clerk TO \"0137\";
            CREATE ROLE \"0401\" LOGIN PASSWORD 'demo-demo-demo'; GRANT huzhu_auditor TO \"0401\";
            CREATE ROLE sealer LOGIN PASSWORD 'demo-demo-demo'; GRANT huzhu_sealer TO sealer";
        server.execute(DATABASE, accounts).await;
    })
    .await
}

/// Events at the end of an office's chain, as the centre appends them. Their claims are not there: the ledger knows none.
async fn record(server: &Server, office: i32, count: i32) {
    server.execute(DATABASE, &recording(office, count)).await;
}

fn recording(office: i32, count: i32) -> String {
    format!(
        "SET session_replication_role = replica; DO $$ DECLARE c core.claim; BEGIN
            c.office := {office}; c.league := {office} / 100 * 100;
            FOR n IN 1..{count} LOOP
                c.id := gen_random_uuid();
                PERFORM core.append_event(c, 1, 'submitted', '{{}}', clock_timestamp());
            END LOOP; END $$; SET session_replication_role = origin;"
    )
}

async fn person(url: &str, login: &str) -> PostgresStore {
    let store = PostgresStore::new(PostgresOptions::parse(url).unwrap());
    store.log_in(login, &Secret::new(PASSWORD)).await.unwrap();
    store
}

fn sealer(folder: &Path) -> Sealer {
    let path = folder.join("key");
    if !path.exists() {
        new_key(&path, "centre.example").unwrap();
    }
    Sealer::open(&path).unwrap()
}

fn signer(folder: &Path) -> SignerKey {
    fs::read_to_string(folder.join("key")).unwrap().trim().parse().unwrap()
}

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}

/// A round of a sealer that is started for it.
async fn seal(server: &Server, folder: &Path) -> Result<Sealed, SealError> {
    let mut ledger = person(&server.url(DATABASE), "sealer").await;
    sealer(folder).seal(&mut ledger, now()).await
}

/// What a terminal started with this key works with.
fn watched(url: &str, folder: &Path, key: Option<&str>) -> PostgresStore {
    PostgresStore::watched(PostgresOptions::parse(url).unwrap(), witness(folder, key))
}

fn witness(folder: &Path, key: Option<&str>) -> Witness {
    Witness::open(&folder.join("checkpoint"), key).unwrap()
}

/// A login of a terminal: the size of the checkpoint that it keeps, or the alarm.
async fn terminal(url: &str, folder: &Path, key: &str) -> Result<u64, Alarm> {
    match watched(url, folder, Some(key)).log_in("0137", &Secret::new(PASSWORD)).await {
        Ok(()) => Ok(witness(folder, None).held().map_or(0, |held| held.size)),
        Err(StoreError::Alarm(alarm)) => Err(alarm),
        Err(other) => panic!("{other:?}"),
    }
}

/// The kinds of the alarms that a terminal recorded.
fn alarms(folder: &Path) -> Vec<String> {
    let log = fs::read_to_string(folder.join("alarm.log")).unwrap_or_default();
    let kind =
        |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["alarm"].as_str().unwrap().to_owned();
    log.lines().map(kind).collect()
}

#[tokio::test]
async fn sealers_seal_and_terminals_follow() {
    let server = centre().await;
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let [signing, desk] = folders.each_ref().map(tempfile::TempDir::path);
    let key = sealer(signing).verifier().to_string();
    let url = server.url(DATABASE);
    assert_eq!(terminal(&url, desk, &key).await, Ok(0));
    let mut size = 0;
    for n in 1..=9 {
        record(&server, 150_802, n).await;
        record(&server, 150_402, 1).await;
        let sealed = seal(&server, signing).await.unwrap();
        size += n as u64 + 1;
        assert_eq!((sealed.size, sealed.leaves as i32, sealed.waiting), (size, n + 1, 0));
        assert_eq!(terminal(&url, desk, &key).await, Ok(size));
        assert_eq!(terminal(&url, desk, &key).await, Ok(size));
    }
    // What is stored is the tree over the events, by hand.
    let auditor = server.psql(
        "0401",
        PASSWORD,
        "SELECT o_seq, o_office, o_place, encode(o_hash, 'hex') FROM api_v1.tree_leaves(0, 1000)",
    );
    let events = server.psql(
        "postgres",
        postgres::SUPERUSER_PASSWORD,
        "SELECT office, place, encode(hash, 'hex') FROM core.claim_event",
    );
    let lines = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let (leaves, events) = (lines(&auditor.stdout), lines(&events.stdout));
    assert_eq!(leaves.lines().count(), size as usize, "{auditor:?}");
    let mut tree = Appender::default();
    for (n, leaf) in leaves.lines().enumerate() {
        let columns: Vec<&str> = leaf.split('|').collect();
        assert_eq!(columns[0], n.to_string());
        let begins = format!("{}|{}|", columns[1], columns[2]);
        let event = events.lines().find_map(|event| event.strip_prefix(&begins)).unwrap();
        let hash = event_leaf(columns[1].parse().unwrap(), columns[2].parse().unwrap(), &unhex(event));
        assert_eq!(columns[3], hex(&hash));
        tree.append(hash, |_, _| ());
    }
    let note = person(&url, "0137").await.checkpoint().await.unwrap().unwrap();
    let checkpoint = Checkpoint::open(&note, &sealer(signing).verifier()).unwrap();
    assert_eq!(checkpoint, Checkpoint { size, root: tree.root() });
}

fn unhex(text: &str) -> Hash {
    huzhu::domain::canonical::unhex(text).unwrap()
}

#[tokio::test]
async fn nothing_comes_in_between() {
    let server = centre().await;
    let folder = tempfile::tempdir().unwrap();
    let mut slow = server.superuser(DATABASE).await;
    let run = |text: String| sqlx::raw_sql(sqlx::AssertSqlSafe(text));
    run("BEGIN; SELECT pg_current_xact_id()".to_owned()).execute(&mut slow).await.unwrap();
    run(recording(150_802, 2)).execute(&mut slow).await.unwrap();
    // Begun later and over earlier: it waits for the slow one.
    record(&server, 150_402, 3).await;
    let sealed = seal(&server, folder.path()).await.unwrap();
    assert_eq!((sealed.leaves, sealed.waiting), (0, 3));
    run("COMMIT".to_owned()).execute(&mut slow).await.unwrap();
    let sealed = seal(&server, folder.path()).await.unwrap();
    assert_eq!((sealed.leaves, sealed.waiting), (5, 0));
    // A later place under an earlier number of a transaction.
    run("BEGIN; SELECT pg_current_xact_id()".to_owned()).execute(&mut slow).await.unwrap();
    record(&server, 150_802, 1).await;
    run(recording(150_802, 1)).execute(&mut slow).await.unwrap();
    run("COMMIT".to_owned()).execute(&mut slow).await.unwrap();
    let sealed = seal(&server, folder.path()).await.unwrap();
    assert_eq!((sealed.leaves, sealed.waiting), (2, 0));
}

#[tokio::test]
async fn a_missing_event_stops_its_office_only() {
    let server = centre().await;
    let folder = tempfile::tempdir().unwrap();
    record(&server, 150_802, 5).await;
    record(&server, 150_402, 5).await;
    as_owner(&server, "DELETE FROM core.claim_event WHERE office = 150802 AND place = 3").await;
    let sealed = seal(&server, folder.path()).await.unwrap();
    assert_eq!((sealed.leaves, sealed.waiting), (7, 3));
}

/// What somebody can do who owns everything: the triggers are away, and there again afterwards.
async fn as_owner(server: &Server, statements: &str) {
    let triggers = |what: &str| {
        format!(
            "DO $$ DECLARE t record; BEGIN FOR t IN SELECT tgrelid::regclass AS of, tgname FROM pg_trigger
                WHERE NOT tgisinternal AND tgrelid::regclass::text ~ '^(core|ledger)[.]' LOOP
                EXECUTE format('ALTER TABLE %s {what} TRIGGER %I', t.of, t.tgname); END LOOP; END $$;"
        )
    };
    let text = format!("{} {statements}; {} COMMIT", triggers("DISABLE"), triggers("ENABLE ALWAYS"));
    server.execute(DATABASE, &format!("BEGIN; {text}")).await;
}

/// Everything above the leaves made anew; with the signer's own key a checkpoint of it is signed too.
async fn make_anew(server: &Server, key: Option<&SignerKey>) {
    let above = "DO $$ BEGIN FOR l IN 1..40 LOOP
            UPDATE ledger.node SET hash = ledger.node_hash(ledger.hash_at(l - 1, idx * 2), ledger.hash_at(l - 1, idx * 2 + 1))
            WHERE level = l; END LOOP; END $$";
    as_owner(server, above).await;
    let Some(key) = key else { return };
    let mut superuser = server.superuser(DATABASE).await;
    let (size, root): (i64, Vec<u8>) =
        sqlx::query_as("SELECT ledger.size(), ledger.root(ledger.size())").fetch_one(&mut superuser).await.unwrap();
    let note = Checkpoint { size: size as u64, root: root.try_into().unwrap() }.sign(key);
    let change =
        format!("UPDATE ledger.checkpoint SET note = '{note}', root = ledger.root({size}) WHERE size = {size}");
    as_owner(server, &change).await;
}

/// What three who don't trust the centre say of it: the sealer, a terminal, and an auditor's verification with the key
/// and with the checkpoint that he kept.
struct Said {
    sealer: Result<Sealed, SealError>,
    terminal: Result<u64, Alarm>,
    auditor: Vec<String>,
    kept: Vec<String>,
}

async fn verified(server: &Server, key: &SignerKey, held: Option<Checkpoint>) -> Vec<String> {
    let auditor = person(&server.url(DATABASE), "0401").await;
    let found = auditor.verify_tree(Some(key.verifier()), held).await.unwrap();
    found.differences.into_iter().map(|found| format!("{}: {}", found.claim, found.field)).collect()
}

/// Five and five events sealed, seen by everybody; then somebody tampers.
async fn tampered(statements: &str, with_the_key: bool) -> Said {
    let server = centre().await;
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let [signing, desk] = folders.each_ref().map(tempfile::TempDir::path);
    for office in [150_802, 150_402] {
        record(&server, office, 5).await;
        seal(&server, signing).await.unwrap();
    }
    let key = sealer(signing).verifier().to_string();
    assert_eq!(terminal(&server.url(DATABASE), desk, &key).await, Ok(10));
    let held = Witness::open(&desk.join("checkpoint"), None).unwrap().held().cloned();
    let signer = signer(signing);
    assert!(verified(&server, &signer, held.clone()).await.is_empty());
    as_owner(&server, statements).await;
    make_anew(&server, Some(&signer).filter(|_| with_the_key)).await;
    let (auditor, kept) = (verified(&server, &signer, None).await, verified(&server, &signer, held).await);
    record(&server, 150_802, 3).await;
    let sealer = seal(&server, signing).await;
    Said { sealer, terminal: terminal(&server.url(DATABASE), desk, &key).await, auditor, kept }
}

#[tokio::test]
async fn one_field_is_found_by_the_verification() {
    let said =
        tampered("UPDATE core.claim_event SET hash = sha256(hash) WHERE office = 150802 AND place = 3", false).await;
    assert_eq!(said.auditor, ["150802-3: leaf"]);
    let said = tampered("DELETE FROM core.claim_event WHERE office = 150402 AND place = 5", false).await;
    assert_eq!(said.auditor, ["150402-5: event"]);
}

const WHOLE_CHAIN: &str = "UPDATE core.claim_event SET body = '{\"x\":1}', hash = sha256(hash) WHERE office = 150802;
    UPDATE core.chain SET head = sha256(head) WHERE office = 150802;
    UPDATE ledger.leaf f SET hash = ledger.leaf_hash(e.office, e.place, e.hash)
    FROM core.claim_event e WHERE e.office = f.office AND e.place = f.place";

#[tokio::test]
async fn a_whole_chain_written_anew_is_not_signed_over() {
    let said = tampered(WHOLE_CHAIN, false).await;
    let sealer = said.sealer;
    assert!(matches!(sealer, Err(SealError::Alarm(Alarm::Inconsistent { from: 10, to: 10 }))), "{sealer:?}");
    assert_eq!(said.auditor, ["leaf 0..4: root"]);
}

#[tokio::test]
async fn a_whole_chain_written_anew_and_signed_is_noticed() {
    let said = tampered(WHOLE_CHAIN, true).await;
    let sealer = said.sealer;
    assert!(matches!(sealer, Err(SealError::Alarm(Alarm::Forked { size: 10 }))), "{sealer:?}");
    assert_eq!(said.terminal, Err(Alarm::Forked { size: 10 }));
    assert_eq!(said.kept, ["leaf 0..4: root", "checkpoint 10: kept"]);
}

#[tokio::test]
async fn the_newest_rows_taken_out_everywhere_are_noticed() {
    let shorter = "DELETE FROM core.claim_event WHERE office = 150402 AND place = 5;
        UPDATE core.chain SET length = 4, head = (SELECT hash FROM core.claim_event WHERE office = 150402 AND place = 4)
        WHERE office = 150402; DELETE FROM ledger.leaf WHERE seq = 9; DELETE FROM ledger.node WHERE (idx + 1) << level > 9;
        UPDATE ledger.checkpoint SET size = 9 WHERE size = 10";
    let said = tampered(shorter, true).await;
    let sealer = said.sealer;
    assert!(matches!(sealer, Err(SealError::Alarm(Alarm::Older { held: 10, shown: 9 }))), "{sealer:?}");
    assert_eq!(said.terminal, Err(Alarm::Older { held: 10, shown: 9 }));
    // Everything fits, but for what was kept elsewhere.
    assert!(said.auditor.is_empty(), "{:?}", said.auditor);
    assert_eq!(said.kept, ["checkpoint 10: missing"]);
}

#[tokio::test]
async fn checkpoints_taken_away_are_noticed() {
    let said = tampered("DELETE FROM ledger.checkpoint", false).await;
    let sealer = said.sealer;
    assert!(matches!(sealer, Err(SealError::Alarm(Alarm::Missing { held: 10 }))), "{sealer:?}");
    assert_eq!(said.terminal, Err(Alarm::Missing { held: 10 }));
    assert_eq!(said.auditor, ["leaf 0..9: unsigned"]);
}

/// Waits until all sessions in a database are gone: theirs end after their terminals'.
async fn nobody_in(server: &Server, database: &str) {
    let mut superuser = server.superuser("postgres").await;
    let sessions = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1";
    while sqlx::query_scalar::<_, i64>(sessions).bind(database).fetch_one(&mut superuser).await.unwrap() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn an_old_backup_is_noticed_however_far_it_went_on() {
    let server = centre().await;
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let [signing, desk] = folders.each_ref().map(tempfile::TempDir::path);
    record(&server, 150_802, 4).await;
    seal(&server, signing).await.unwrap();
    nobody_in(&server, DATABASE).await;
    server.execute("postgres", &format!("CREATE DATABASE backup TEMPLATE {DATABASE}")).await;
    server.execute("backup", "GRANT CONNECT ON DATABASE backup TO huzhu_person").await;
    record(&server, 150_802, 4).await;
    seal(&server, signing).await.unwrap();
    let key = sealer(signing).verifier().to_string();
    assert_eq!(terminal(&server.url(DATABASE), desk, &key).await, Ok(8));
    let backup = server.url("backup");
    assert_eq!(terminal(&backup, desk, &key).await, Err(Alarm::Older { held: 8, shown: 4 }));
    let mut ledger = person(&backup, "sealer").await;
    let refused = sealer(signing).seal(&mut ledger, now()).await;
    assert!(matches!(refused, Err(SealError::Alarm(Alarm::Older { held: 8, shown: 4 }))), "{refused:?}");
    // With the key, by a sealer that remembers nothing.
    let thief = tempfile::tempdir().unwrap();
    fs::copy(signing.join("key"), thief.path().join("key")).unwrap();
    server.execute("backup", &recording(150_802, 7)).await;
    assert_eq!(sealer(thief.path()).seal(&mut ledger, now()).await.unwrap().size, 11);
    assert_eq!(terminal(&backup, desk, &key).await, Err(Alarm::Inconsistent { from: 8, to: 11 }));
    assert_eq!(terminal(&server.url(DATABASE), desk, &key).await, Ok(8));
}

/// A good batch over what is there, to be spoilt.
async fn batch(ledger: &mut PostgresStore, key: &SignerKey) -> Batch {
    let state = ledger.state().await.unwrap();
    let events = ledger.events(100).await.unwrap();
    let mut tree = Appender::resume(state.size, state.frontier).unwrap();
    let mut nodes: Vec<(NodeId, Hash)> = Vec::new();
    for event in &events {
        tree.append(event_leaf(event.office.into(), event.place, &event.hash), |id, hash| nodes.push((id, hash)));
    }
    nodes.retain(|(id, _)| id.level > 0);
    let note = Checkpoint { size: tree.size(), root: tree.root() }.sign(key);
    Batch { first: state.size, events, nodes, note }
}

/// The same checkpoint by another signer.
fn signed_by(note: &str, name: &str, seed: u8) -> String {
    Checkpoint::claimed(note).unwrap().sign(&SignerKey::new(name, &[seed; 32]).unwrap())
}

/// Whoever has the sealer's password and not its key.
#[tokio::test]
async fn a_checkpoint_that_nobody_signed_stops_everybody_and_is_taken_back() {
    let server = centre().await;
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let [signing, desk] = folders.each_ref().map(tempfile::TempDir::path);
    record(&server, 150_802, 5).await;
    seal(&server, signing).await.unwrap();
    let key = sealer(signing).verifier();
    let url = server.url(DATABASE);
    assert_eq!(terminal(&url, desk, &key.to_string()).await, Ok(5));
    record(&server, 150_402, 6).await;
    let mut thief = person(&url, "sealer").await;
    // The name and the key's id are in every checkpoint; the signature is another one's.
    let own = thief.checkpoint().await.unwrap().unwrap();
    let mut forged = batch(&mut thief, &SignerKey::new("centre.example", &[9; 32]).unwrap()).await;
    assert_eq!(thief.append(&forged).await, Err(StoreError::Refused("tree-key".into())));
    let text = forged.note.split_once("\n\n").unwrap().0;
    forged.note = format!("{text}\n\n{}", own.split_once("\n\n").unwrap().1);
    thief.append(&forged).await.unwrap();
    assert_eq!(terminal(&url, desk, &key.to_string()).await, Err(Alarm::BadSignature));
    let told = seal(&server, signing).await;
    assert!(matches!(told, Err(SealError::Alarm(Alarm::BadSignature))), "{told:?}");
    let good = signer(signing);
    assert_eq!(verified(&server, &good, None).await, ["checkpoint 11: note", "leaf 5..10: unsigned"]);

    for login in ["sealer", "0401"] {
        assert_eq!(sqlstates(&server.psql(login, PASSWORD, "SELECT ledger.take_back(5)")), ["42501"], "{login}");
    }
    let superuser = |sql: &str| server.psql("postgres", postgres::SUPERUSER_PASSWORD, sql);
    assert_eq!(sqlstates(&superuser("SELECT ledger.take_back(7)")), ["22023"]);
    assert!(sqlstates(&superuser("SELECT ledger.take_back(5)")).is_empty());
    assert_eq!(sqlstates(&superuser("DELETE FROM ledger.leaf")), ["42501"]);
    assert_eq!(seal(&server, signing).await.unwrap().size, 11);
    assert_eq!(terminal(&url, desk, &key.to_string()).await, Ok(11));
    assert!(verified(&server, &good, None).await.is_empty());
}

/// One page of leaves and what comes after it, while a sealer seals.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tree_that_grows_while_it_is_walked_is_whole() {
    let server = centre().await;
    let folder = tempfile::tempdir().unwrap();
    record(&server, 150_802, 5_000).await;
    assert_eq!(seal(&server, folder.path()).await.unwrap().size, 5_000);
    let (key, auditor) = (signer(folder.path()), person(&server.url(DATABASE), "0401").await);
    let mut ledger = person(&server.url(DATABASE), "sealer").await;
    let mut sealer = sealer(folder.path());
    let grow = async {
        for _ in 0..100_000 {
            record(&server, 150_402, 3).await;
            sealer.seal(&mut ledger, now()).await.unwrap();
        }
    };
    let look = async {
        let mut sizes = Vec::new();
        for _ in 0..8 {
            let found = auditor.verify_tree(Some(key.verifier()), None).await.unwrap();
            assert_eq!(found.differences, []);
            sizes.push(found.leaves);
        }
        sizes
    };
    let sizes = tokio::select! {
        () = grow => panic!("nobody looked"),
        sizes = look => sizes,
    };
    assert!(sizes[0] < sizes[7], "nothing was sealed meanwhile: {sizes:?}");
}

#[tokio::test]
async fn a_signed_batch_whose_events_are_gone_is_an_alarm() {
    let server = centre().await;
    let folder = tempfile::tempdir().unwrap();
    record(&server, 150_802, 5).await;
    let proxy = Proxy::before(server.address(), 7).await;
    let mut ledger = person(&server.url_by(proxy.address(), DATABASE), "sealer").await;
    // It is written down and signed, and never gets there.
    let mut cut = 200;
    while !folder.path().join("pending").exists() {
        proxy.end(Way::Up, cut, How::Close);
        let told = sealer(folder.path()).seal(&mut ledger, now()).await;
        assert!(told.is_err(), "sealed before {cut} bytes were cut");
        cut += 100;
    }
    proxy.set(Default::default());
    assert_eq!(ledger.state().await.unwrap().size, 0);
    let lost = "DELETE FROM core.claim_event WHERE place > 3; UPDATE core.chain SET length = 3,
        head = (SELECT hash FROM core.claim_event WHERE place = 3)";
    as_owner(&server, lost).await;
    let told = seal(&server, folder.path()).await;
    assert!(matches!(told, Err(SealError::Alarm(Alarm::Forked { size: 5 }))), "{told:?}");
    assert!(folder.path().join("alarm.log").exists());
}

#[tokio::test]
async fn what_can_not_be_corrected_is_checked_before() {
    let server = centre().await;
    let key = SignerKey::new("centre.example", &[7; 32]).unwrap();
    let mut ledger = person(&server.url(DATABASE), "sealer").await;
    record(&server, 150_802, 6).await;
    let good = batch(&mut ledger, &key).await;
    ledger.append(&good).await.unwrap();
    assert_eq!(ledger.append(&good).await, Err(StoreError::Refused("tree-size".into())));
    record(&server, 150_802, 3).await;
    record(&server, 150_402, 4).await;
    let good = batch(&mut ledger, &key).await;
    type Spoil = fn(&mut Batch);
    let cases: [(&str, Spoil); 19] = [
        ("tree-size", |batch| batch.first += 1),
        ("tree-size", |batch| batch.first -= 1),
        ("tree-many", |batch| batch.events.clear()),
        ("tree-leaf", |batch| batch.events[0].hash[0] ^= 1),
        ("tree-leaf", |batch| batch.events[0].office = 150_000),
        ("tree-leaf", |batch| batch.events[6].place += 1),
        ("tree-leaf", |batch| batch.events.swap(5, 6)),
        ("tree-leaf", |batch| batch.events[6] = batch.events[5].clone()),
        ("tree-node", |batch| batch.nodes.truncate(batch.nodes.len() - 1)),
        ("tree-node", |batch| batch.nodes[2].1[31] ^= 1),
        ("tree-node", |batch| batch.nodes[2].0.index += 100),
        ("tree-node", |batch| batch.nodes.swap_remove(0).0.level = 3),
        ("tree-note", |batch| batch.note = batch.note.replace("\n13\n", "\n14\n")),
        ("tree-note", |batch| batch.note = "nothing".into()),
        ("tree-note", |batch| batch.note.truncate(batch.note.find('\u{2014}').unwrap())),
        ("tree-note", |batch| batch.note = batch.note.replace("\u{2014} centre.", "\u{2014} other.")),
        ("tree-note", |batch| batch.note.push_str("\u{2014} witness.example AAAAAAAA\n")),
        ("tree-key", |batch| batch.note = signed_by(&batch.note, "centre.example", 8)),
        ("tree-key", |batch| batch.note = signed_by(&batch.note, "other.example", 7)),
    ];
    for (n, (code, spoil)) in cases.into_iter().enumerate() {
        let mut spoilt = good.clone();
        spoil(&mut spoilt);
        assert_ne!(spoilt, good);
        assert_eq!(ledger.append(&spoilt).await, Err(StoreError::Refused(code.into())), "case {n}");
    }
    ledger.append(&good).await.unwrap();
    assert_eq!(ledger.state().await.unwrap().waiting, 0);
}

#[tokio::test]
async fn of_two_sealers_at_once_one_is_refused() {
    let server = centre().await;
    record(&server, 150_802, 200).await;
    let key = SignerKey::new("centre.example", &[7; 32]).unwrap();
    let mut one = person(&server.url(DATABASE), "sealer").await;
    let mut other = person(&server.url(DATABASE), "sealer").await;
    let (first, second) = (batch(&mut one, &key).await, batch(&mut other, &key).await);
    let (done, refused) = tokio::join!(one.append(&first), other.append(&second));
    assert_eq!([done.is_ok(), refused.is_ok()].iter().filter(|ok| **ok).count(), 1, "{done:?} {refused:?}");
    assert_eq!(one.state().await.unwrap().size, 100);
}

#[tokio::test]
async fn who_may_do_what() {
    let server = centre().await;
    let folder = tempfile::tempdir().unwrap();
    record(&server, 150_802, 3).await;
    seal(&server, folder.path()).await.unwrap();
    let denied = [
        ("0137", "SELECT api_v1.seal_state()"),
        ("0137", "SELECT api_v1.seal_leaves(5)"),
        ("0137", "SELECT api_v1.seal_append(3, '{}', '{}', '{}', '{}', '{}', '{}', '')"),
        ("0137", "SELECT api_v1.tree_leaves(0, 5)"),
        ("0137", "SELECT * FROM ledger.leaf"),
        ("0137", "SELECT ledger.unsealed(5)"),
        ("0401", "SELECT api_v1.seal_leaves(5)"),
        ("0401", "INSERT INTO ledger.checkpoint VALUES (9, '\\x00', now(), '')"),
        ("sealer", "SELECT * FROM core.claim_event"),
        ("sealer", "SELECT api_v1.desk()"),
        ("sealer", "INSERT INTO ledger.leaf VALUES (3, 150800, 150802, 4, '\\x00')"),
        ("sealer", "SELECT ledger.hash_at(0, 0)"),
    ];
    for (login, sql) in denied {
        assert_eq!(sqlstates(&server.psql(login, PASSWORD, sql)), ["42501"], "{login}: {sql}");
    }
    let many = "SELECT api_v1.tree_nodes(array_fill(1::smallint, '{201}'), array_fill(0::bigint, '{201}'))";
    assert_eq!(sqlstates(&server.psql("0137", PASSWORD, many)), ["22023"]);
    for sql in ["SELECT api_v1.checkpoint()", "SELECT api_v1.tree_nodes('{0,1,9}', '{2,0,5}')"] {
        assert!(sqlstates(&server.psql("0137", PASSWORD, sql)).is_empty(), "{sql}");
    }
    // Nobody changes what is there, the superuser neither, unless he takes the triggers away.
    for table in ["leaf", "node", "checkpoint"] {
        for sql in [
            format!("UPDATE ledger.{table} SET hash = hash"),
            format!("DELETE FROM ledger.{table}"),
            format!("TRUNCATE ledger.{table}"),
        ] {
            let sql = sql.replace("checkpoint SET hash = hash", "checkpoint SET root = root");
            for role in ["origin", "replica"] {
                let sql = format!("SET session_replication_role = {role}; {sql}");
                let told = server.psql("postgres", postgres::SUPERUSER_PASSWORD, &sql);
                assert_eq!(sqlstates(&told), ["42501"], "{sql}");
            }
        }
    }
}

#[tokio::test]
async fn a_wire_that_is_cut_leaves_one_history() {
    let server = centre().await;
    let folder = tempfile::tempdir().unwrap();
    let proxy = Proxy::before(server.address(), 7).await;
    let mut sealed = 0;
    let mut cuts = 0;
    for n in 0..40_u64 {
        record(&server, 150_802, 3).await;
        record(&server, 150_402, 2).await;
        sealed += 5;
        let mut ledger = person(&server.url_by(proxy.address(), DATABASE), "sealer").await;
        // Somewhere in what is asked and answered from here on.
        let way = if n % 2 == 0 { Way::Up } else { Way::Down };
        proxy.end(way, 60 + n * 53 % 1500, How::Close);
        let told = sealer(folder.path()).seal(&mut ledger, now()).await;
        cuts += u64::from(told.is_err());
        assert!(
            matches!(told, Ok(_) | Err(SealError::Store(StoreError::Unknown(_) | StoreError::Unreachable(_)))),
            "{told:?}"
        );
        proxy.set(Default::default());
    }
    assert!(cuts > 5, "{cuts} cuts");
    let mut last = seal(&server, folder.path()).await.unwrap();
    if last.waiting > 0 {
        last = seal(&server, folder.path()).await.unwrap();
    }
    assert_eq!((last.size, last.waiting), (sealed, 0));
    assert!(!folder.path().join("alarm.log").exists());
}

/// The program with a command, the password by a descriptor: exit status, output, errors.
fn huzhu(folder: &Path, command: &[&str]) -> (bool, String, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_huzhu"));
    program.args(["--lang", "en"]).args(command).env_clear().env("HOME", folder);
    program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = program.spawn().unwrap();
    // One that needs no password does not read it.
    let _ = program.stdin.take().unwrap().write_all(format!("{PASSWORD}\n").as_bytes());
    let output = program.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

#[tokio::test]
async fn the_commands() {
    let server = centre().await;
    record(&server, 150_802, 3).await;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (key, kept, url) = (path("key"), path("checkpoint"), server.url(DATABASE));
    let make = ["seal", "--new-key", &key, "--name", "centre.example"];
    let (made, verifier, said) = huzhu(folder.path(), &make);
    assert!(made && verifier.starts_with("centre.example+"), "{said}");
    let (made, nothing, said) = huzhu(folder.path(), &make);
    assert!(!made && nothing.is_empty() && said.contains("never overwritten"), "{said}");
    let seal = ["seal", "--db", &url, "--key", &key, "--login", "sealer", "--password-fd", "0"];
    let (sealed, line, said) = huzhu(folder.path(), &seal);
    assert!(sealed, "{said}");
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&line["size"], &line["leaves"], &line["waiting"]), (&3.into(), &3.into(), &0.into()));
    let verify =
        ["verify", "--db", &url, "--as", "0401", "--password-fd", "0", "--seal-key", verifier.trim(), "--kept", &kept];
    let found = |said: &str| -> serde_json::Value { serde_json::from_str(said).unwrap() };
    let (_, said, _) = huzhu(folder.path(), &verify);
    assert_eq!((&found(&said)["leaves"], &found(&said)["checkpoints"]), (&3.into(), &1.into()), "{said}");
    assert!(!said.contains("\"leaf") && !said.contains("\"checkpoint "), "{said}");
    as_owner(&server, "UPDATE core.claim_event SET hash = sha256(hash) WHERE place = 2").await;
    let (good, said, _) = huzhu(folder.path(), &verify);
    assert!(!good && said.contains(r#"{"claim":"150802-2","field":"leaf"}"#), "{said}");
    as_owner(&server, "DELETE FROM ledger.checkpoint").await;
    let (good, line, said) = huzhu(folder.path(), &seal);
    assert!(!good && line.is_empty() && said.contains("call the auditor"), "{said}");
    let (good, _, said) = huzhu(folder.path(), &["seal", "--db", &url, "--key", &kept, "--login", "sealer"]);
    assert!(!good && said.contains("no signer's key"), "{said}");
    assert!(folder.path().join("alarm.log").exists());
}
