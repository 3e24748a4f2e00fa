//! What every adapter of the store must do about slips: their numbers, prints and keys. Written over `&dyn Store`, and run
//! as `store_contract.rs` is.

#[macro_use]
mod central;

use std::collections::BTreeSet;
use std::sync::Arc;

use central::{Central, Taker, day, sheet_of, stay};
use huzhu::domain::canonical::Hash;
use huzhu::domain::claim::{ClaimState, NewClaim};
use huzhu::domain::form::FormId;
use huzhu::domain::money::Money;
use huzhu::domain::note::SignerKey;
use huzhu::domain::number::SlipNumber;
use huzhu::domain::query::Query;
use huzhu::domain::slip_code::{SlipCode, SlipFacts, SlipKey};
use huzhu::store::{Difference, Found, OnRecord, Store, StoreError};

fn refused<T>(why: &str) -> Result<T, StoreError> {
    Err(StoreError::Refused(why.into()))
}

/// A claim whose documents are missing.
fn incomplete(claim: NewClaim) -> NewClaim {
    let mut claim = NewClaim { state: ClaimState::Returned, ..claim };
    claim.documents[0].present = false;
    claim
}

/// Claims of several members, every second one returned.
async fn taken(store: &dyn Store) -> Vec<huzhu::domain::claim::Claim> {
    let mut claims = Vec::new();
    for (at, name) in [(1, "王秀英"), (2, "王秀芳"), (3, "李玉梅"), (4, "张伟")] {
        let sheet = sheet_of(store, name).await;
        let claim = stay(store, &sheet, &format!("{at:010}"), "2021-03-01", "2021-03-08").await;
        let claim = if at % 2 == 0 { incomplete(claim) } else { claim };
        claims.push(*store.submit(&claim).await.unwrap().claim);
    }
    claims
}

async fn differences(central: &dyn Central) -> Vec<Difference> {
    central.verifier().await.verify().await.unwrap().differences
}

async fn a_notice_has_its_number_from_the_submit(central: &dyn Central) {
    let store = central.open("0137").await;
    let claims = taken(&*store).await;
    let numbers: Vec<Option<String>> =
        claims.iter().map(|claim| claim.notice.map(|notice| notice.number.to_string())).collect();
    let number = |sequence| SlipNumber { form: FormId::P2, sequence, ..claims[0].number.into() }.to_string();
    assert_eq!(numbers, [None, Some(number(1)), None, Some(number(2))]);
    assert!(number(2).starts_with("150802-2021-02-0000002-"));
    // Another clerk of the office goes on; another office begins anew.
    for (login, name, expected) in [("0138", "刘洋", 3), ("0201", "", 1)] {
        let other = central.open(login).await;
        let name = if name.is_empty() {
            let office = other.hello().await.unwrap().office.code;
            central.world().members().find(|person| person.office == office).unwrap().name
        } else {
            name.to_owned()
        };
        let claim = stay(&*other, &sheet_of(&*other, &name).await, "0000000009", "2021-02-01", "2021-02-08").await;
        let claim = incomplete(claim);
        let claim = NewClaim {
            bill: huzhu::domain::bill::Bill { number: format!("000000{login}"), ..claim.bill.clone() },
            ..claim
        };
        let submitted = other.submit(&claim).await.unwrap().claim;
        assert_eq!(submitted.notice.unwrap().number.sequence, expected, "{login}");
        // A retry is told the same.
        assert_eq!(other.submit(&claim).await.unwrap().claim.notice, submitted.notice);
    }
    // Printing gives no number, nor does taking back take one.
    let before = claims[1].notice.unwrap();
    store.record_print(claims[1].number, FormId::P2).await.unwrap();
    store.withdraw(claims[1].number, 1, "x").await.unwrap();
    let after = store.claim(claims[1].number).await.unwrap().notice.unwrap();
    assert_eq!((after.number, after.prints), (before.number, 1));
    assert_eq!(differences(central).await, []);
}

async fn prints_are_counted_for_each_form(central: &dyn Central) {
    let store = central.open("0137").await;
    let claims = taken(&*store).await;
    let (accepted, returned) = (&claims[0], &claims[1]);
    let notice = returned.notice.unwrap().number;
    for copy in 0..3 {
        let p1 = store.record_print(returned.number, FormId::P1).await.unwrap();
        let p2 = store.record_print(returned.number, FormId::P2).await.unwrap();
        assert_eq!((p1.copy, p1.slip), (copy, returned.number.into()));
        assert_eq!((p2.copy, p2.slip), (copy, notice));
        assert_eq!(p1.record, p2.record, "one record, two slips");
    }
    store.record_print(returned.number, FormId::P1).await.unwrap();
    let read = store.claim(returned.number).await.unwrap();
    assert_eq!((read.prints, read.notice.map(|notice| notice.prints)), (4, Some(3)));
    let sheet = sheet_of(&*store, "王秀英").await;
    let claim = stay(&*store, &sheet, "0000000077", "2021-01-01", "2021-01-05").await;
    let submitted = store.submit(&claim).await.unwrap();
    let printed = store.record_print(submitted.claim.number, FormId::P1).await.unwrap();
    assert_eq!(huzhu::domain::canonical::hex(&printed.record), submitted.hash, "the hash that the submit gave");
    assert_eq!(store.record_print(accepted.number, FormId::P2).await, refused("slip-not-returned"));
    for form in FormId::ALL.into_iter().skip(2) {
        assert_eq!(store.record_print(returned.number, form).await, refused("slip-form"), "{form}");
    }
    for form in [FormId::P1, FormId::P2] {
        let other = central.open("0201").await;
        assert_eq!(other.record_print(returned.number, form).await, Err(StoreError::NotFound));
    }
    assert_eq!(store.claim(accepted.number).await.unwrap().prints, 0);
    assert_eq!(differences(central).await, []);
    for _ in 3..99 {
        store.record_print(returned.number, FormId::P2).await.unwrap();
    }
    assert_eq!(store.record_print(returned.number, FormId::P2).await, refused("prints"));
}

async fn of_two_prints_one_is_the_original(central: &dyn Central) {
    let store = central.open("0137").await;
    let returned = taken(&*store).await.remove(1).number;
    let (one, other) = (central.open("0137").await, central.open("0138").await);
    let mut copies = BTreeSet::new();
    for _ in 0..5 {
        let (a, b) = tokio::join!(one.record_print(returned, FormId::P2), other.record_print(returned, FormId::P2));
        copies.extend([a.unwrap().copy, b.unwrap().copy]);
    }
    assert_eq!(copies, (0..10).collect());
}

/// What a clerk prints off the screen may have been taken back at another window.
async fn a_print_says_the_claims_revision(central: &dyn Central) {
    let (store, other) = (central.open("0137").await, central.open("0138").await);
    let returned = &taken(&*store).await[1];
    for form in [FormId::P1, FormId::P2] {
        assert_eq!(store.record_print(returned.number, form).await.unwrap().rev, returned.rev);
    }
    let rev = other.withdraw(returned.number, returned.rev, "x").await.unwrap();
    assert_ne!(rev, returned.rev);
    for form in [FormId::P1, FormId::P2] {
        assert_eq!(store.record_print(returned.number, form).await.unwrap().rev, rev);
    }
    assert_eq!(differences(central).await, []);
}

async fn numbers_have_no_gap_however_many_submit(central: &dyn Central) {
    let store = central.open("0137").await;
    let members: Vec<_> = central.world().members().filter(|person| person.office.get() == 150_802).take(12).collect();
    let taker = Arc::new(Taker::of(&*store).await);
    let mut at_work = Vec::new();
    for (at, person) in (1..).zip(members) {
        let store = central.open(if at % 2 == 0 { "0137" } else { "0138" }).await;
        let taker = Arc::clone(&taker);
        at_work.push(tokio::spawn(async move {
            let sheet = store.open_member(uuid::Uuid::now_v7(), person.id, "test").await.unwrap();
            let claim = taker.stay(&sheet, &format!("{at:010}"), "2021-03-01", "2021-03-08");
            // Of two that fail one takes no number with it.
            let twice = NewClaim { id: huzhu::domain::ClaimId(uuid::Uuid::now_v7()), ..claim.clone() };
            let first = store.submit(&incomplete(claim)).await.unwrap().claim.notice.unwrap().number.sequence;
            assert!(store.submit(&incomplete(twice)).await.is_err());
            first
        }));
    }
    let mut numbers = BTreeSet::new();
    for task in at_work {
        numbers.insert(task.await.unwrap());
    }
    assert_eq!(numbers, (1..=12).collect());
    assert_eq!(differences(central).await, []);
}

/// A slip's code as any terminal of the office can sign it.
fn scan(number: SlipNumber, amount: Money, record: Hash) -> Query {
    let key = SlipKey::new(SignerKey::new("slip.150802", &[3; 32]).unwrap());
    let facts = SlipFacts { number, date: day("2021-03-20"), amount, record };
    Query::parse(&key.code(&facts, "x", "y").unwrap(), day("2021-03-20")).unwrap()
}

async fn a_scanned_slip_finds_its_claim(central: &dyn Central) {
    let store = central.open("0137").await;
    let claims = taken(&*store).await;
    let scan = |slip| scan(slip, Money::ZERO, [1; 32]);
    let p2 = claims[3].notice.unwrap().number;
    for (slip, claim) in [(claims[1].number.into(), &claims[1]), (p2, &claims[3])] {
        let found = store.search(&scan(slip)).await.unwrap();
        let hits: Vec<_> = found.rows.iter().map(|hit| (hit.member, hit.claim)).collect();
        assert_eq!(hits, [(claim.claim.member, Some(claim.number))], "{slip}");
        assert_eq!(central.open("0201").await.search(&scan(slip)).await.unwrap(), Found::default(), "another league");
        assert_eq!(central.open("0001").await.search(&scan(slip)).await.unwrap().rows.len(), 1, "the region");
    }
    let never = SlipNumber { sequence: 3, ..p2 };
    assert_eq!(store.search(&scan(never)).await.unwrap(), Found::default());
    let unknown = SlipNumber { sequence: 5, ..claims[3].number.into() };
    assert_eq!(store.search(&scan(unknown)).await.unwrap(), Found::default());
    let other_form = SlipNumber { form: FormId::P3, ..p2 };
    assert_eq!(store.search(&scan(other_form)).await.unwrap(), Found::default());
}

async fn a_scanned_slip_is_held_against_its_record(central: &dyn Central) {
    let store = central.open("0137").await;
    let claims = taken(&*store).await;
    let (returned, other) = (&claims[1], &claims[3]);
    let total = returned.claim.total;
    let record = store.record_print(returned.number, FormId::P1).await.unwrap().record;
    let others = store.record_print(other.number, FormId::P2).await.unwrap().record;
    let (p1, p2) = (returned.number.into(), returned.notice.unwrap().number);
    assert!(total > Money::ZERO && record != others);
    let more = Money::from_fen(total.fen() + 1);
    for (slip, amount, record, expected) in [
        (p1, total, record, OnRecord::Same),
        (p1, more, record, OnRecord::Differs),
        (p1, Money::ZERO, record, OnRecord::Differs),
        (p1, total, others, OnRecord::Differs),
        (p1, total, [0; 32], OnRecord::Differs),
        // A notice shows no amount.
        (p2, Money::ZERO, record, OnRecord::Same),
        (p2, total, record, OnRecord::Differs),
        (p2, Money::ZERO, others, OnRecord::Differs),
    ] {
        for login in ["0137", "0001"] {
            let found = central.open(login).await.search(&scan(slip, amount, record)).await.unwrap();
            assert_eq!((found.rows.len(), found.slip), (1, Some(expected)), "{login} {slip} {amount}");
        }
    }
    // Nothing that happens to the claim makes its slip a forged one; another search compares nothing.
    store.withdraw(returned.number, 1, "x").await.unwrap();
    assert_eq!(store.search(&scan(p1, total, record)).await.unwrap().slip, Some(OnRecord::Withdrawn));
    assert_eq!(store.search(&scan(p1, more, record)).await.unwrap().slip, Some(OnRecord::Differs));
    assert_eq!(store.search(&Query::Claim(returned.number)).await.unwrap().slip, None);
}

fn key(office: u32, seed: u8) -> String {
    SignerKey::new(&format!("slip.{office}"), &[seed; 32]).unwrap().verifier().to_string()
}

async fn keys_are_enrolled_once_and_told_to_all(central: &dyn Central) {
    let (clerk, other) = (central.open("0137").await, central.open("0201").await);
    assert_eq!(clerk.slip_keys(None).await.unwrap(), Vec::<String>::new());
    assert_eq!(clerk.slip_keys(Some(&key(150_802, 1))).await.unwrap(), [key(150_802, 1)]);
    assert_eq!(clerk.slip_keys(Some(&key(150_802, 1))).await.unwrap(), [key(150_802, 1)], "once");
    // A colleague at the same terminal, a second terminal, another office, the region's own.
    central.open("0138").await.slip_keys(Some(&key(150_802, 1))).await.unwrap();
    clerk.slip_keys(Some(&key(150_802, 2))).await.unwrap();
    other.slip_keys(Some(&key(150_402, 1))).await.unwrap();
    central.open("0001").await.slip_keys(Some(&key(150_000, 3))).await.unwrap();
    let all: BTreeSet<String> = clerk.slip_keys(None).await.unwrap().into_iter().collect();
    assert_eq!(all, [key(150_802, 1), key(150_802, 2), key(150_402, 1), key(150_000, 3)].into());
    for (own, why) in [
        (key(150_402, 1), "slip-key-office"),
        (key(150_800, 1), "slip-key-office"),
        (String::new(), "slip-key"),
        ("slip.150802".to_owned(), "slip-key"),
        (format!("{} ", key(150_802, 9)), "slip-key"),
        (key(150_802, 9).replace("slip.150802+", "slip.150802+0"), "slip-key"),
        // The id of another key.
        (format!("{}+{}", &key(150_802, 1)[..20], &key(150_802, 9)[21..]), "slip-key"),
        // No Ed25519 key: its first byte is 2.
        (format!("{}Ag{}", &key(150_802, 9)[..21], &key(150_802, 9)[23..]), "slip-key"),
        ("x".repeat(1_000_000), "slip-key"),
    ] {
        assert_eq!(clerk.slip_keys(Some(&own)).await, refused(why), "{}", &own[..own.len().min(90)]);
    }
    assert_eq!(clerk.slip_keys(None).await.unwrap().len(), 4);
    // Of 32 bits: somebody may find a key with the id of another.
    let taken = key(150_802, 9);
    let row = format!(
        "INSERT INTO slip_key (id, office, key, who, at) VALUES ('{}', 150802, 'x', 'x', '2021-03-20')",
        &taken[12..20]
    );
    central.tamper(&row).await.unwrap();
    assert_eq!(clerk.slip_keys(Some(&taken)).await, refused("slip-key-id"));
    assert_eq!(central.count("SELECT count(*) FROM slip_key WHERE who = '0137' AND office = 150802").await, 2);
    for statement in ["DELETE FROM slip_key", "UPDATE slip_key SET key = 'x'", "UPDATE slip_key SET who = '0138'"] {
        central.tamper(statement).await.unwrap_err();
    }
}

async fn a_person_enrols_so_many_keys_a_day(central: &dyn Central) {
    let (clerk, colleague) = (central.open("0137").await, central.open("0138").await);
    // Those of another day don't count.
    for at in 0..9 {
        let row = format!(
            "INSERT INTO slip_key (id, office, key, who, at) VALUES ('0000000{at}', 150802, '{at}', '0137', '2021-03-10')"
        );
        central.tamper(&row).await.unwrap();
    }
    for seed in 1..=5 {
        clerk.slip_keys(Some(&key(150_802, seed))).await.unwrap();
    }
    assert_eq!(clerk.slip_keys(Some(&key(150_802, 6))).await, refused("slip-key-day"));
    assert_eq!(clerk.slip_keys(Some(&key(150_802, 3))).await.unwrap().len(), 14, "one of them still comes in");
    assert_eq!(colleague.slip_keys(Some(&key(150_802, 6))).await.unwrap().len(), 15, "as others' do");
    assert_eq!(clerk.slip_keys(Some(&key(150_802, 6))).await.unwrap().len(), 15, "which is his terminal's then");
}

async fn verify_names_what_was_changed_of_slips(central: &dyn Central) {
    let store = central.open("0137").await;
    let claims = taken(&*store).await;
    store.record_print(claims[1].number, FormId::P2).await.unwrap();
    assert_eq!(differences(central).await, []);
    for statement in
        ["DELETE FROM slip", "UPDATE slip SET number = 7", "UPDATE slip SET form = 3", "UPDATE slip SET year = 2020"]
    {
        central.tamper(statement).await.unwrap_err();
    }
    let number = |at: usize| claims[at].number.to_string();
    for (change, back, claim, field) in [
        ("prints = prints + 1 WHERE number = 2", "prints = prints - 1 WHERE number = 2", number(3), "notice_prints"),
        ("prints = 0 WHERE number = 1", "prints = 1 WHERE number = 1", number(1), "notice_prints"),
        ("number = 3 WHERE number = 2", "number = 2 WHERE number = 3", "150802".to_owned(), "notices:2021"),
        ("form = 3 WHERE number = 2", "form = 2 WHERE number = 2", number(3), "notice"),
    ] {
        central.tamper_as_owner(&format!("UPDATE slip SET {change}")).await;
        assert_eq!(differences(central).await, [Difference { claim, field: field.into() }], "{change}");
        central.tamper_as_owner(&format!("UPDATE slip SET {back}")).await;
    }
    assert_eq!(differences(central).await, []);
    central.tamper_as_owner("UPDATE claim_event SET body = replace(body, 'P2', 'P1') WHERE kind = 'printed'").await;
    let fields: BTreeSet<String> = differences(central).await.into_iter().map(|one| one.field).collect();
    let expected = ["event:printed", "prints", "notice_prints"].map(str::to_owned);
    assert_eq!(fields, expected.into());
}

async fn a_slip_is_genuine_to_every_counter(central: &dyn Central) {
    let store = central.open("0137").await;
    let claim = &taken(&*store).await[0];
    let terminal = SlipKey::new(SignerKey::new("slip", &[9; 32]).unwrap()).of_office(claim.office).unwrap();
    store.slip_keys(Some(&terminal.verifier().to_string())).await.unwrap();
    let printed = store.record_print(claim.number, FormId::P1).await.unwrap();
    let facts =
        SlipFacts { number: printed.slip, date: day("2021-03-20"), amount: claim.claim.total, record: printed.record };
    let text = terminal.code(&facts, &claim.member_name, &claim.member_id_masked).unwrap();
    let keys: Vec<_> =
        central.open("0201").await.slip_keys(None).await.unwrap().iter().map(|key| key.parse().unwrap()).collect();
    let code = SlipCode::parse(&text).unwrap();
    assert_eq!(code.check(&keys), Ok(&terminal.verifier()));
    assert!(code.is_of("王秀英", "152801********2264"));
}

/// Numbers of a generated world, and those that a centre gets that had claims before there were numbers, are the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claims_that_were_returned_before_have_numbers() {
    let central = central::postgres_with_claims(400).await;
    let returned = central.count("SELECT count(*) FROM claim_event WHERE kind = 'returned'").await;
    let all = "SELECT hashtextextended(string_agg(concat_ws(' ', league, office, year, form, number, claim), ',' ORDER BY league, office, year, number), 0) FROM slip";
    let generated = central.count(all).await;
    assert!(returned > 2, "{returned}");
    assert_eq!(central.count("SELECT count(*) FROM slip").await, returned);
    assert_eq!(differences(&central).await, []);
    central.tamper_as_owner("DELETE FROM slip").await;
    let missing = differences(&central).await;
    assert_eq!(missing.iter().filter(|one| one.field == "notice").count() as i64, returned);
    let migration = include_str!("../migrations/postgres/0012_slips.sql");
    let gives = &migration[migration.find("INSERT INTO core.slip").unwrap()..];
    central.tamper(&gives[..gives.find(';').unwrap()]).await.unwrap();
    assert_eq!(central.count(all).await, generated);
    assert_eq!(differences(&central).await, []);
}

contract! {
    a_notice_has_its_number_from_the_submit prints_are_counted_for_each_form of_two_prints_one_is_the_original
    a_print_says_the_claims_revision
    numbers_have_no_gap_however_many_submit a_scanned_slip_finds_its_claim a_scanned_slip_is_held_against_its_record
    keys_are_enrolled_once_and_told_to_all a_person_enrols_so_many_keys_a_day verify_names_what_was_changed_of_slips a_slip_is_genuine_to_every_counter
}
