//! A verification of the centre by its auditor: what the program wrote by COPY and what SQL hashes agree, each change past
//! the program is named and nothing else is, and the auditor is given nothing that a card could be tried against.

mod central;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use central::crowd::clerks;
use central::{AUDITOR, Central, Postgres, postgres, postgres_with_claims};
use chrono::{DateTime, Utc};
use huzhu::domain::canonical::{Canonical, hex};
use huzhu::domain::form::FormId;
use huzhu::store::sealer::{Sealer, new_key};
use huzhu::store::{Difference, Store};
use huzhu::world::PASSWORD;
use sqlx::Row;
use sqlx::postgres::PgRow;

const CLAIMS: u32 = 300;

async fn rows(central: &Postgres, statement: &'static str) -> Vec<PgRow> {
    let mut superuser = central.server().superuser(central::support::DATABASE).await;
    sqlx::query(statement).fetch_all(&mut superuser).await.unwrap()
}

async fn differences(central: &Postgres) -> Vec<Difference> {
    central.verifier().await.verify().await.unwrap().differences
}

/// What is done to a live stay (`$` is its id), and the fields that are named.
const CHANGES: [(&str, &[&str]); 19] = [
    ("UPDATE claim SET salt = gen_random_uuid() WHERE id = $", &["card"]),
    ("UPDATE card k SET number = reverse(k.number) FROM claim c WHERE c.id = $ AND k.member = c.member", &["card"]),
    ("UPDATE claim SET card = NULL WHERE id = $", &["card"]),
    ("UPDATE claim SET remark = 'x' WHERE id = $", &["remark"]),
    ("UPDATE claim SET agent = '{}' WHERE id = $", &["agent"]),
    ("UPDATE claim SET bank = bank || 'x' WHERE id = $", &["bank"]),
    ("UPDATE claim SET last4 = 'x' || last4 WHERE id = $", &["last4"]),
    ("UPDATE claim SET total = total + 0.01 WHERE id = $", &["total"]),
    ("UPDATE claim SET medical_total = medical_total + 1 WHERE id = $", &["medical_total"]),
    ("UPDATE claim SET facts = facts || ' ' WHERE id = $", &["facts"]),
    ("UPDATE claim SET assessment = assessment || ' ' WHERE id = $", &["assessment"]),
    ("UPDATE claim SET clerk = clerk || 'x' WHERE id = $", &["clerk"]),
    ("UPDATE claim SET discharge = discharge + 1 WHERE id = $", &["discharge", "stay"]),
    ("UPDATE claim SET documents = '[]' WHERE id = $", &["documents"]),
    ("UPDATE claim SET state = 'withdrawn' WHERE id = $", &["bill", "state", "stay"]),
    ("UPDATE claim_paid SET amount = amount + 1 WHERE claim = $ AND place = 0", &["paid"]),
    ("DELETE FROM bill WHERE claim = $", &["bill"]),
    ("DELETE FROM stay WHERE claim = $", &["stay"]),
    ("UPDATE claim_event SET at = at + interval '1 microsecond' WHERE claim = $", &["event:submitted"]),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_change_of_a_generated_centre_is_named() {
    let central = postgres_with_claims(CLAIMS).await;
    let whole = central.verifier().await.verify().await.unwrap();
    assert_eq!(whole.differences, []);
    assert!(whole.claims > u64::from(CLAIMS) * 9 / 10 && whole.chains > 5, "{} claims", whole.claims);
    assert!(central.count("SELECT count(*) FROM claim WHERE state = 'withdrawn'").await > 0);

    let stays = "SELECT DISTINCT ON (c.member) core.claim_number(c.office, c.year, c.number), c.id::text
        FROM core.claim c JOIN core.card k ON k.member = c.member
        WHERE c.state = 'submitted' AND c.admission IS NOT NULL AND k.number <> reverse(k.number)
            AND (SELECT count(*) FROM core.claim o WHERE o.member = c.member) = 1 ORDER BY c.member";
    let stays = rows(&central, stays).await;
    assert!(stays.len() > CHANGES.len(), "{}", stays.len());
    // From one end of the region to the other.
    let apart = stays.iter().step_by(stays.len() / CHANGES.len());
    let mut expected: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut expect = |number: String, fields: &[&str]| {
        assert!(expected.insert(number, fields.iter().map(|field| (*field).to_owned()).collect()).is_none());
    };
    // What was taken back stands again.
    let back = "SELECT core.claim_number(office, year, number), admission IS NOT NULL FROM core.claim WHERE state = 'withdrawn'";
    for row in rows(&central, back).await {
        expect(row.get(0), if row.get(1) { &["bill", "state", "stay"] } else { &["bill", "state"] });
    }
    central.tamper_as_owner("UPDATE claim SET state = 'submitted' WHERE state = 'withdrawn'").await;
    for ((change, fields), row) in CHANGES.iter().zip(apart) {
        let (number, id): (String, String) = (row.get(0), row.get(1));
        central.tamper_as_owner(&change.replace('$', &format!("'{id}'"))).await;
        expect(number, fields);
    }
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for one in differences(&central).await {
        found.entry(one.claim).or_default().insert(one.field);
    }
    assert_eq!(found, expected);
}

/// Clerks submit and print, and a sealer seals, while an auditor verifies again and again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_centre_at_work_differs_in_nothing() {
    let central = Arc::new(postgres().await);
    let sealer = format!(
        "SELECT core.make_generated('sealer', sha256('sealer'), 150000, 0, '{{sealer}}', rolpassword)
         FROM pg_authid WHERE rolname = '{AUDITOR}'"
    );
    central.tamper(&sealer).await.unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let mut at_work = Vec::new();
    for clerk in clerks(&central, 3, 400).await {
        let (store, done) = (central.open(&clerk.login).await, Arc::clone(&done));
        at_work.push(tokio::spawn(async move {
            for claim in clerk.claims.iter().take_while(|_| !done.load(Ordering::SeqCst)) {
                let number = store.submit(claim).await.unwrap().claim.number;
                store.record_print(number, FormId::P1).await.unwrap();
            }
        }));
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let key = new_key(&path, "centre.example").unwrap();
    let mut ledger = central.open_by(central.server().address(), "sealer").await;
    let sealing = Arc::clone(&done);
    at_work.push(tokio::spawn(async move {
        let mut sealer = Sealer::open(&path).unwrap();
        while !sealing.load(Ordering::SeqCst) {
            sealer.seal(&mut ledger, DateTime::<Utc>::UNIX_EPOCH).await.unwrap();
        }
    }));
    let auditor = central.open_by(central.server().address(), AUDITOR).await;
    let mut seen = Vec::new();
    while seen.len() < 8 {
        let found = auditor.verify().await.unwrap();
        assert_eq!(found.differences, []);
        let tree = auditor.verify_tree(Some(key.clone()), None).await.unwrap();
        assert_eq!(tree.differences, []);
        if tree.leaves > 0 {
            seen.push((found.claims, tree.leaves));
        }
    }
    done.store(true, Ordering::SeqCst);
    for task in at_work {
        task.await.unwrap();
    }
    assert!(seen[0].0 < seen[7].0 && seen[0].1 < seen[7].1, "nothing came in meanwhile: {seen:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_gone_from_the_end_is_named_by_its_office() {
    let central = postgres_with_claims(CLAIMS).await;
    let office = rows(&central, "SELECT max(office)::text FROM core.claim").await[0].get::<String, _>(0);
    let newest = format!(
        "DELETE FROM claim_event e USING chain h WHERE e.office = {office} AND h.office = e.office AND e.place = h.length"
    );
    central.tamper_as_owner(&newest).await;
    central
        .tamper_as_owner(&format!("UPDATE counter SET last = last + 1 WHERE office = {office} AND year = 2021"))
        .await;
    let found = differences(&central).await;
    for field in ["chain", "counter:2021"] {
        assert!(found.contains(&Difference { claim: office.clone(), field: field.into() }), "{found:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_auditor_is_given_nothing_to_try_a_card_against() {
    let central = postgres_with_claims(CLAIMS).await;
    let asked = |login: &str, sql: &str| {
        let told = central.server().psql(login, PASSWORD, sql);
        assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
        String::from_utf8(told.stdout).unwrap()
    };
    let all = asked(
        AUDITOR,
        "SELECT * FROM api_v1.verify_claims(0, 0, 0, 0, 2000); SELECT * FROM api_v1.verify_events(0, 0, 0, 5000)",
    );
    let claims = "SELECT c.id::text, replace(c.salt::text, '-', ''), k.number, c.office, c.year, c.number
        FROM core.claim c JOIN core.card k ON k.league = c.member_league AND k.member = c.member AND k.place = c.card";
    let claims = rows(&central, claims).await;
    assert!(claims.len() > 100);
    for row in &claims {
        let (id, salt, card): (&str, &str, &str) = (row.get(0), row.get(1), row.get(2));
        let committed = |salt: &str| hex(&Canonical::new("card").text(salt).text(card).hash());
        assert!(all.contains(id) && all.contains(&committed(salt)), "what it verifies by is there");
        for tried in [salt, card, &committed(id), &committed(""), &hex(&Canonical::new("card").text(card).hash())] {
            assert!(!all.contains(tried), "{tried}");
        }
    }
    // Nor is a clerk told a salt, not with the whole claim.
    let own = claims.iter().find(|row| row.get::<i32, _>(3) == 150_802).unwrap();
    let sql = format!("SELECT api_v1.claim(150802, {}, {})", own.get::<i32, _>(4), own.get::<i32, _>(5));
    let told = asked("0137", &sql);
    let salt: &str = own.get(1);
    assert!(told.contains(own.get::<&str, _>(0)) && !told.replace('-', "").contains(salt));
}
