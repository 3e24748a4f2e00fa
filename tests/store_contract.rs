//! What every adapter of the store must do, written over `&dyn Store`: each case runs once for each line of
//! `contract!` at the end. To add a case: a function here and its name there.

#[macro_use]
mod central;

use std::sync::Arc;

use central::{Central, day, sheet_of, stay};
use huzhu::domain::canonical::{hex, sha256};
use huzhu::domain::claim::{Agent, ClaimId, ClaimState, NewClaim, Payee};
use huzhu::domain::form::FormId;
use huzhu::domain::member::PersonalField;
use huzhu::domain::query::{Query, Term};
use huzhu::store::{Difference, Duplicate, Found, Store, StoreError};
use uuid::Uuid;

async fn find(store: &dyn Store, typed: &str) -> Found {
    let query = Query::parse(typed, day("2021-03-20")).unwrap_or_else(|why| panic!("{typed}: {why:?}"));
    store.search(&query).await.unwrap()
}

fn names(found: &Found) -> Vec<&str> {
    found.rows.iter().map(|hit| hit.name.as_str()).collect()
}

async fn hello_tells_who_where_and_when(central: &dyn Central) {
    let hello = central.open("0137").await.hello().await.unwrap();
    assert_eq!((hello.login.as_str(), hello.window, hello.office.code.get()), ("0137", 1, 150_802));
    assert_eq!(hello.office.league.get(), 150_800);
    assert_eq!(hello.now.date(), day("2021-03-20"));
    assert!(hello.world_day && hello.schema >= 1);
    assert_eq!(hello.duties, ["clerk"]);
    assert!(hello.last_used.claim.is_none());
}

async fn every_kind_of_search_finds_the_member(central: &dyn Central) {
    let store = central.open("0137").await;
    for typed in [
        "152801197105062264",
        "13812345678",
        "062264",
        "2264",
        "王秀英",
        "王秀",
        "秀英",
        "wxy",
        "WANGXIUY",
        "wangxy",
        "王秀 巴彦淖尔市医院",
        "wangx bynesyy",
        "秀英 byne",
    ] {
        let found = find(&*store, typed).await;
        let hit = found.rows.iter().find(|hit| hit.id_masked == "152801********2264");
        let hit = hit.unwrap_or_else(|| panic!("{typed}: {:?}", names(&found)));
        assert_eq!((hit.name.as_str(), hit.birth_year, hit.unit.as_str()), ("王秀英", 1971, "巴彦淖尔市医院"));
        assert_eq!((hit.period, hit.years, hit.claim), (2021, 1, None));
        assert!(!found.elsewhere);
    }
    let found = find(&*store, "wangxiu").await;
    assert_eq!(names(&found)[..2], ["王秀芳", "王秀英"]);
}

async fn the_own_office_comes_first_and_exact_before_beginning(central: &dyn Central) {
    let store = central.open("0137").await;
    for typed in ["zhang", "zh", "王", "李", "wang"] {
        let Ok(query) = Query::parse(typed, day("2021-03-20")) else { continue };
        let found = store.search(&query).await.unwrap();
        assert!(found.rows.len() == 20 && found.more, "{typed}");
        let league = |hit: &huzhu::store::Hit| hit.member.0 / 10_000_000;
        assert!(found.rows.iter().all(|hit| league(hit) == 150_800), "{typed}");
        let mut ids: Vec<_> = found.rows.iter().map(|hit| hit.member).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 20, "{typed}: a member twice");
    }
    // Over the whole world: what a search must give, by the rules, from all members.
    for person in central.world().members().filter(|person| person.league.get() == 150_800).step_by(61) {
        let typed: String = person.name.chars().take(2).collect();
        let query = Query::Name(Term { key: typed.clone(), unit: None });
        let found = store.search(&query).await.unwrap();
        let expected = central::expected_by_name(central.world(), &typed, 150_800, 150_802);
        let ids: Vec<_> = found.rows.iter().map(|hit| hit.member).collect();
        assert_eq!(ids, expected[..expected.len().min(20)], "{typed}");
        assert_eq!(found.more, expected.len() > 20, "{typed}");
        let unit = central.world().units().find(|unit| unit.id == person.unit).unwrap();
        let narrow: String = unit.name.chars().take(4).collect();
        let query = Query::Name(Term { key: typed.clone(), unit: Some(narrow.clone()) });
        let found = store.search(&query).await.unwrap();
        let expected = central::in_units(central.world(), expected, &narrow);
        let ids: Vec<_> = found.rows.iter().map(|hit| hit.member).collect();
        assert_eq!(ids, expected[..expected.len().min(20)], "{typed} {narrow}");
    }
}

async fn a_unit_narrows_a_name(central: &dyn Central) {
    let store = central.open("0137").await;
    let all = find(&*store, "wang").await;
    assert!(all.more);
    let narrowed = find(&*store, "wang 巴彦淖尔市医院").await;
    assert!(!narrowed.rows.is_empty());
    assert!(narrowed.rows.iter().all(|hit| hit.unit.starts_with("巴彦淖尔市医院")));
    assert_eq!(find(&*store, "王秀 没有这个").await, Found::default());
    // One character more does not narrow yet.
    assert_eq!(find(&*store, "wang 巴").await, all);
    // The region's units are many: names are walked through.
    let region = central.open("0001").await;
    let walked = find(&*region, "wangxiuying byne").await;
    assert!(names(&walked).contains(&"王秀英"), "{:?}", names(&walked));
}

async fn units_are_found_as_they_are_typed(central: &dyn Central) {
    central.rename_unit("巴彦淖尔市医院", "内蒙古某某（集团）ABC·公司").await;
    let store = central.open("0137").await;
    for typed in [
        "王秀 内蒙古某某（集",
        "王秀 内蒙古某某(集",
        "wangxiu 内蒙古某某（集团）abc公司",
        "王秀 内蒙古某某（集团） ＡＢＣ．公",
    ] {
        assert!(names(&find(&*store, typed).await).contains(&"王秀英"), "{typed}");
    }
    assert_eq!(find(&*store, "王秀 内蒙古某某（团").await, Found::default());
}

async fn other_leagues_are_out_of_scope(central: &dyn Central) {
    let store = central.open("0137").await;
    let other = central.world().members().find(|person| person.league.get() == 150_400).unwrap();
    let found = find(&*store, &other.id_number).await;
    assert_eq!(found, Found { elsewhere: true, ..Found::default() });
    assert!(find(&*store, &other.mobile).await.rows.iter().all(|hit| hit.member != other.id));
    let sheet = store.open_member(Uuid::now_v7(), other.id, "test").await;
    assert_eq!(sheet, Err(StoreError::NotFound));
    assert_eq!(store.claims_of(other.id).await, Err(StoreError::NotFound));
    let reveal = store.reveal(Uuid::now_v7(), other.id, PersonalField::Mobile).await;
    assert_eq!(reveal, Err(StoreError::NotFound));
    assert_eq!(find(&*central.open("0201").await, &other.id_number).await.rows.len(), 1);
    assert_eq!(find(&*central.open("0001").await, &other.id_number).await.rows.len(), 1);
    // The region sees every league, in one order.
    let found = find(&*central.open("0001").await, "wyqmg").await;
    let leagues: std::collections::HashSet<_> = found.rows.iter().map(|hit| hit.member.0 / 10_000_000).collect();
    assert!(leagues.len() > 2, "{leagues:?}");
}

async fn claims_of_another_league_are_told_by_number_and_state(central: &dyn Central) {
    // The region's own office takes a claim of a member of the clerk's league.
    let region = central.open("0001").await;
    let sheet = sheet_of(&*region, "王秀英").await;
    let claim = stay(&*region, &sheet, "0000000001", "2021-03-01", "2021-03-08").await;
    let number = region.submit(&claim).await.unwrap().claim.number;
    let whole = region.claims_of(sheet.member.id).await.unwrap();
    assert_eq!((whole[0].total, whole[0].admission, whole[0].kind), (claim.total, claim.admission, Some(claim.kind)));
    let store = central.open("0137").await;
    let told = store.claims_of(sheet.member.id).await.unwrap();
    assert_eq!((told[0].number, told[0].state, told[0].hospital.as_str()), (number, ClaimState::Submitted, ""));
    assert!(!told[0].is_told() && told[0].total.is_zero() && told[0].medical_total.is_zero());
    assert_eq!((told[0].kind, told[0].admission, told[0].until), (None, None, None));
    assert_eq!(sheet_of(&*store, "王秀英").await.claims, told);
}

async fn heteronyms_dots_and_literals(central: &dyn Central) {
    let store = central.open("0137").await;
    for typed in ["shanguil", "dangl", "shangl", "单桂兰"] {
        assert!(names(&find(&*store, typed).await).contains(&"单桂兰"), "{typed}");
    }
    for typed in ["王%", "王_英", "%王", "王秀\\", "'王' or '1'='1"] {
        if let Ok(query) = Query::parse(typed, day("2021-03-20")) {
            assert_eq!(store.search(&query).await.unwrap(), Found::default(), "{typed}");
        }
    }
    for typed in ["乌云·其木格", "乌云・其木格"] {
        assert!(names(&find(&*store, typed).await).contains(&"乌云其木格"), "{typed}");
    }
    assert_eq!(find(&*store, "152801197105062000".replace("2000", "2264").as_str()).await.rows.len(), 1);
    let nobody = Query::IdNumber("150102198001010014".into());
    assert_eq!(store.search(&nobody).await.unwrap(), Found::default());
}

async fn a_sheet_is_whole_and_masked(central: &dyn Central) {
    let store = central.open("0137").await;
    let sheet = sheet_of(&*store, "王秀英").await;
    assert_eq!((sheet.member.name.as_str(), sheet.member.unit.as_str()), ("王秀英", "巴彦淖尔市医院"));
    assert_eq!(
        (sheet.member.id_masked.as_str(), sheet.member.mobile_masked.as_str()),
        ("152801********2264", "138****5678")
    );
    assert_eq!((sheet.member.office.get(), sheet.member.area.get()), (150_802, 150_802));
    assert_eq!(sheet.covers.iter().map(|cover| cover.period).collect::<Vec<_>>(), [2021]);
    assert_eq!((sheet.paid.len(), sheet.claims.len()), (0, 0));
    assert_eq!(sheet.card.unwrap().last4, "1234");
}

async fn looks_are_recorded_once_a_ticket(central: &dyn Central) {
    let store = central.open("0137").await;
    let member = sheet_of(&*store, "王秀英").await.member.id;
    let looks = central.count("SELECT count(*) FROM look").await;
    let ticket = Uuid::now_v7();
    let id = store.reveal(ticket, member, PersonalField::IdNumber).await.unwrap();
    assert_eq!(id, "152801197105062264");
    assert_eq!(store.reveal(ticket, member, PersonalField::IdNumber).await.unwrap(), id);
    assert_eq!(central.count("SELECT count(*) FROM look").await, looks + 1);
    // A ticket is for one look.
    assert_eq!(store.reveal(ticket, member, PersonalField::Mobile).await, Err(StoreError::IdReused));
    assert_eq!(store.reveal(Uuid::now_v7(), member, PersonalField::Mobile).await.unwrap(), "13812345678");
    assert!(store.reveal(Uuid::now_v7(), member, PersonalField::BankCard).await.unwrap().ends_with("1234"));
    assert_eq!(central.count("SELECT count(*) FROM look").await, looks + 3);
    for statement in ["UPDATE look SET who = 'x'", "DELETE FROM look"] {
        assert!(central.tamper(statement).await.is_err(), "{statement}");
    }
}

async fn looks_have_a_limit(central: &dyn Central) {
    central.limit_looks(3).await;
    let store = central.open("0137").await;
    let sheet = sheet_of(&*store, "王秀英").await;
    let ticket = Uuid::now_v7();
    for ticket in [ticket, Uuid::now_v7()] {
        store.reveal(ticket, sheet.member.id, PersonalField::Mobile).await.unwrap();
    }
    let fourth = store.open_member(Uuid::now_v7(), sheet.member.id, "test").await;
    assert!(matches!(fourth, Err(StoreError::Throttled(until)) if until > store.hello().await.unwrap().now));
    // A look that was recorded may be asked for again, and another clerk has looks of his own.
    store.reveal(ticket, sheet.member.id, PersonalField::Mobile).await.unwrap();
    sheet_of(&*central.open("0138").await, "王秀英").await;
}

async fn search_terms_have_a_limit(central: &dyn Central) {
    central.limit_terms(2).await;
    let store = central.open("0137").await;
    let search = async |typed: &str| store.search(&Query::parse(typed, day("2021-03-20")).unwrap()).await;
    for typed in ["wang", "wangx", "wangxi", "wangxiu", "zhang"] {
        search(typed).await.unwrap();
    }
    let now = store.hello().await.unwrap().now;
    assert!(matches!(search("liu").await, Err(StoreError::Throttled(until)) if until > now));
    assert!(matches!(search("152801197105062264").await, Err(StoreError::Throttled(_))));
    // Another clerk has terms of his own.
    central.open("0138").await.search(&Query::parse("liu", day("2021-03-20")).unwrap()).await.unwrap();
}

async fn a_submit_is_recorded_once(central: &dyn Central) {
    let store = central.open("0137").await;
    let sheet = sheet_of(&*store, "王秀英").await;
    let claim = stay(&*store, &sheet, "0000000001", "2021-03-01", "2021-03-08").await;
    let first = store.submit(&claim).await.unwrap();
    assert_eq!(first.claim.number.to_string(), "HZ150802-2021-0000001-67");
    assert!(!first.replay);
    assert_eq!((first.claim.rev, first.claim.clerk.as_str(), first.claim.prints), (1, "0137", 0));
    assert_eq!(first.claim.claim, claim);
    let again = store.submit(&claim).await.unwrap();
    assert!(again.replay);
    assert_eq!((&again.claim, &again.hash), (&first.claim, &first.hash));
    let other = NewClaim { remark: "other".into(), ..claim.clone() };
    assert_eq!(store.submit(&other).await, Err(StoreError::IdReused));
    // Another clerk's id is not told apart from one that was used.
    assert_eq!(central.open("0138").await.submit(&claim).await, Err(StoreError::IdReused));
    assert_eq!(store.claim(first.claim.number).await.unwrap(), *first.claim);
    assert_eq!(
        store.reconcile(&[claim.id, ClaimId(Uuid::nil())]).await.unwrap(),
        [(claim.id, Some(first.claim.number)), (ClaimId(Uuid::nil()), None),]
    );
    let sheet = sheet_of(&*store, "王秀英").await;
    assert_eq!(sheet.claims.len(), 1);
    assert_eq!(sheet.paid.iter().map(|paid| paid.benefit.as_str()).collect::<Vec<_>>(), ["inpatient", "allowance"]);
    assert_eq!((sheet.paid[0].base.to_string(), sheet.paid[1].days), ("10000.00".to_owned(), 7));
    let found = find(&*store, &first.claim.number.to_string()).await;
    assert_eq!((found.rows.len(), found.rows[0].claim), (1, Some(first.claim.number)));
    assert_eq!(find(&*central.open("0201").await, &first.claim.number.to_string()).await, Found::default());
    assert_eq!(central.open("0201").await.claim(first.claim.number).await, Err(StoreError::NotFound));
}

async fn facts_must_be_those_of_now(central: &dyn Central) {
    let store = central.open("0137").await;
    let sheet = sheet_of(&*store, "王秀英").await;
    let first = stay(&*store, &sheet, "0000000001", "2021-03-01", "2021-03-08").await;
    let late = stay(&*store, &sheet, "0000000002", "2021-02-01", "2021-02-03").await;
    store.submit(&first).await.unwrap();
    assert_eq!(store.submit(&late).await, Err(StoreError::Stale(0)));
    let refuse = |claim: NewClaim, reason: &'static str| {
        let store = store.clone();
        async move { assert_eq!(store.submit(&claim).await, Err(StoreError::Refused(reason.into()))) }
    };
    let sheet = sheet_of(&*store, "王秀英").await;
    let good = stay(&*store, &sheet, "0000000002", "2021-02-01", "2021-02-03").await;
    let mut policy = good.clone();
    policy.policy.sha256 = "0".repeat(64);
    refuse(policy, "policy").await;
    refuse(NewClaim { facts: "{}".into(), ..good.clone() }, "facts").await;
    refuse(NewClaim { discharge: Some(day("2021-02-04")), ..good.clone() }, "facts").await;
    refuse(NewClaim { total: "1.00".parse().unwrap(), ..good.clone() }, "assessment").await;
    refuse(NewClaim { state: ClaimState::Withdrawn, ..good.clone() }, "documents").await;
    let mut bill = good.clone();
    bill.bill.number = String::new();
    refuse(bill, "bill").await;
    let card = Payee::OnFile { bank: "内蒙古银行".into(), last4: "0000".into() };
    assert_eq!(store.submit(&NewClaim { payee: card, ..good.clone() }).await, Err(StoreError::Stale(0)));
    // Nothing of all this took a number.
    assert_eq!(store.submit(&good).await.unwrap().claim.number.sequence, 2);
}

async fn a_bill_is_claimed_once_in_the_region(central: &dyn Central) {
    let store = central.open("0137").await;
    let sheet = sheet_of(&*store, "王秀英").await;
    let claim = stay(&*store, &sheet, "0000000001", "2021-03-01", "2021-03-08").await;
    assert_eq!(store.check_bill(&claim.bill).await.unwrap(), None);
    let number = store.submit(&claim).await.unwrap().claim.number;
    let mut written = claim.bill.clone();
    written.number = "００００ 000-001".into();
    let standing = store.check_bill(&written).await.unwrap().unwrap();
    assert_eq!((standing.number, standing.state), (number, ClaimState::Submitted));
    assert_eq!(standing.line.unwrap().member_name, "王秀英");
    let sheet = sheet_of(&*store, "王秀芳").await;
    let second = stay(&*store, &sheet, "0000000001", "2021-01-01", "2021-01-02").await;
    match store.submit(&second).await {
        Err(StoreError::Duplicate(Duplicate::Bill(standing))) => assert_eq!(standing.number, number),
        other => panic!("{other:?}"),
    }
    // Another league is told the office, the number and the state alone.
    let elsewhere = central.open("0201").await;
    let standing = elsewhere.check_bill(&claim.bill).await.unwrap().unwrap();
    assert_eq!((standing.number, standing.line.is_none()), (number, true));
    assert!(!standing.office.is_empty());
}

async fn paper_bills_are_told_apart_by_their_words(central: &dyn Central) {
    let store = central.open("0137").await;
    let submit = async |number: &str, from: &str| {
        let sheet = sheet_of(&*store, "王秀英").await;
        let mut claim = stay(&*store, &sheet, number, from, from).await;
        (claim.bill.code, claim.bill.check) = (String::new(), String::new());
        store.submit(&claim).await
    };
    submit("甲字12", "2021-03-01").await.unwrap();
    submit("乙字12", "2021-03-02").await.unwrap();
    submit("é12", "2021-03-03").await.unwrap();
    submit("É12", "2021-03-04").await.unwrap();
    for same in ["甲字-１２", " 甲 字 12", "乙字（12）"] {
        let again = submit(same, "2021-03-05").await;
        assert!(matches!(again, Err(StoreError::Duplicate(Duplicate::Bill(_)))), "{same}: {again:?}");
    }
}

async fn stays_may_touch_and_not_overlap(central: &dyn Central) {
    let store = central.open("0137").await;
    let sheet = sheet_of(&*store, "王秀英").await;
    let member = sheet.member.id;
    store.submit(&stay(&*store, &sheet, "0000000001", "2021-03-01", "2021-03-08").await).await.unwrap();
    for (from, to, stands) in [
        ("2021-02-01", "2021-03-01", 0),
        ("2021-02-01", "2021-03-02", 1),
        ("2021-03-01", "2021-03-01", 1),
        ("2021-03-07", "2021-03-07", 1),
        ("2021-03-08", "2021-03-08", 0),
        ("2021-03-08", "2021-03-15", 0),
        ("2021-02-01", "2021-03-20", 1),
    ] {
        let found = store.check_stay(member, day(from), day(to)).await.unwrap();
        assert_eq!(found.len(), stands, "{from} {to}");
    }
    let sheet = sheet_of(&*store, "王秀英").await;
    let overlap = stay(&*store, &sheet, "0000000002", "2021-03-07", "2021-03-07").await;
    assert!(matches!(store.submit(&overlap).await, Err(StoreError::Duplicate(Duplicate::Stay(_)))));
    let same_day = stay(&*store, &sheet, "0000000002", "2021-03-08", "2021-03-08").await;
    store.submit(&same_day).await.unwrap();
    let found = store.check_stay(member, day("2021-03-08"), day("2021-03-08")).await.unwrap();
    assert_eq!(found.len(), 1, "a stay of one day is one day");
}

async fn of_two_windows_one_wins(central: &dyn Central) {
    let (one, two) = (central.open("0137").await, central.open("0138").await);
    let names = ["王秀英", "王秀芳"];
    for round in 1..=5_u32 {
        let bill = format!("{round:010}");
        let mut claims = Vec::new();
        for (store, name) in [(&one, names[0]), (&two, names[1])] {
            let sheet = sheet_of(&**store, name).await;
            let from = format!("2021-02-{:02}", round * 2);
            claims.push((Arc::clone(store), stay(&**store, &sheet, &bill, &from, &from).await));
        }
        let tasks = claims.into_iter().map(|(store, claim)| tokio::spawn(async move { store.submit(&claim).await }));
        let mut won = 0;
        for task in tasks.collect::<Vec<_>>() {
            match task.await.unwrap() {
                Ok(submitted) => {
                    won += 1;
                    assert_eq!(submitted.claim.number.sequence, round);
                }
                Err(StoreError::Duplicate(Duplicate::Bill(_))) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(won, 1);
    }
}

async fn a_withdrawn_claim_frees_its_bill(central: &dyn Central) {
    let store = central.open("0137").await;
    let sheet = sheet_of(&*store, "王秀英").await;
    let claim = stay(&*store, &sheet, "0000000001", "2021-03-01", "2021-03-08").await;
    let number = store.submit(&claim).await.unwrap().claim.number;
    assert_eq!(store.withdraw(number, 7, "x").await, Err(StoreError::Stale(1)));
    assert_eq!(store.withdraw(number, 1, " ").await, Err(StoreError::Refused("reason".into())));
    assert_eq!(central.open("0201").await.withdraw(number, 1, "x").await, Err(StoreError::NotFound));
    assert_eq!(central.open("0001").await.withdraw(number, 1, "x").await, Err(StoreError::NotAllowed));
    assert_eq!(store.withdraw(number, 1, "本人要求").await.unwrap(), 2);
    assert_eq!(store.withdraw(number, 1, "x").await, Err(StoreError::Stale(2)));
    assert_eq!(store.withdraw(number, 2, "x").await, Err(StoreError::Refused("withdrawn".into())));
    assert_eq!(store.check_bill(&claim.bill).await.unwrap(), None);
    let sheet = sheet_of(&*store, "王秀英").await;
    assert_eq!((sheet.paid.len(), sheet.claims[0].state), (0, ClaimState::Withdrawn));
    let anew = stay(&*store, &sheet, "0000000001", "2021-03-01", "2021-03-08").await;
    assert_eq!(store.submit(&anew).await.unwrap().claim.number.sequence, 2);
}

async fn prints_are_counted_before_they_go_out(central: &dyn Central) {
    let store = central.open("0137").await;
    let sheet = sheet_of(&*store, "王秀英").await;
    let number = store
        .submit(&stay(&*store, &sheet, "0000000001", "2021-03-01", "2021-03-08").await)
        .await
        .unwrap()
        .claim
        .number;
    for copy in 0..3 {
        assert_eq!(store.record_print(number, FormId::P1).await.unwrap().copy, copy);
    }
    assert_eq!(store.claim(number).await.unwrap().prints, 3);
    // A print is no change of the claim.
    assert_eq!(store.withdraw(number, 1, "x").await.unwrap(), 2);
    assert_eq!(central.open("0201").await.record_print(number, FormId::P1).await, Err(StoreError::NotFound));
}

async fn a_new_card_is_the_one_on_file(central: &dyn Central) {
    let store = central.open("0137").await;
    let sheet = sheet_of(&*store, "王秀英").await;
    let mut claim = stay(&*store, &sheet, "0000000001", "2021-03-01", "2021-03-08").await;
    claim.payee = Payee::New { bank: "中国工商银行".into(), card: "6222020000000000123".into() };
    let submitted = store.submit(&claim).await.unwrap();
    assert_eq!(submitted.claim.claim.payee, Payee::OnFile { bank: "中国工商银行".into(), last4: "0123".into() });
    assert!(store.submit(&claim).await.unwrap().replay);
    let sheet = sheet_of(&*store, "王秀英").await;
    assert_eq!(sheet.card.unwrap().last4, "0123");
}

async fn the_desk_and_what_was_used_last(central: &dyn Central) {
    let store = central.open("0137").await;
    for (at, name, from) in [(1, "王秀英", "2021-03-01"), (2, "王秀芳", "2021-03-02")] {
        let sheet = sheet_of(&*store, name).await;
        let mut claim = stay(&*store, &sheet, &format!("{at:010}"), from, "2021-03-08").await;
        if at == 2 {
            claim.state = ClaimState::Returned;
            claim.documents[0].present = false;
        }
        store.submit(&claim).await.unwrap();
    }
    let desk = store.desk().await.unwrap();
    assert_eq!((desk.accepted_today, desk.returned_count), (2, 1));
    assert_eq!(desk.own_today.iter().map(|line| line.member_name.as_str()).collect::<Vec<_>>(), ["王秀芳", "王秀英"]);
    assert_eq!(desk.returned[0].missing, ["发票"]);
    let other = central.open("0138").await.desk().await.unwrap();
    assert_eq!((other.accepted_today, other.returned_count, other.own_today.len()), (0, 1, 0));
    let used = store.hello().await.unwrap().last_used;
    assert_eq!(used.bill_code.as_deref(), Some("15060121"));
    assert_eq!((used.hospitals.len(), used.diagnoses.as_slice()), (1, ["K80.100".to_owned()].as_slice()));
    assert_eq!(used.claim.unwrap().bill.number, "0000000002");
    assert!(central.open("0138").await.hello().await.unwrap().last_used.claim.is_none());
}

async fn reference_data_come_once(central: &dyn Central) {
    let store = central.open("0137").await;
    let reference = store.reference("").await.unwrap().unwrap();
    assert!(reference.offices.len() > 103 && reference.hospitals.len() > 10 && reference.diagnoses.len() > 100);
    assert!(reference.policies.len() >= 2);
    assert_eq!(store.reference(&reference.version).await.unwrap(), None);
    assert!(store.reference("other").await.unwrap().is_some());
}

async fn what_is_hashed_is_what_the_program_hashes(central: &dyn Central) {
    let store = central.open("0137").await;
    // A character of four bytes, one that is written in two ways and goes in as the longer, quotes and a line's end.
    let agent = Agent {
        name: "\u{20bb7}\u{5c71}·e\u{301}".into(),
        id_number: "152801197105062264".into(),
        relation: "spouse".into(),
    };
    for (at, who) in [(1, "王秀英"), (2, "王秀芳"), (3, "李玉梅")] {
        let sheet = sheet_of(&*store, who).await;
        let mut claim = stay(&*store, &sheet, &format!("{at:010}"), "2021-03-01", "2021-03-08").await;
        if at < 3 {
            claim.agent = Some(agent.clone());
            claim.remark = "cafe\u{301} \u{1112}\u{1161}\u{11ab} \"急\"\n\\".into();
            claim.payee = Payee::New { bank: "中国工商银行".into(), card: "6222020000000000123".into() };
        }
        let submitted = store.submit(&claim).await.unwrap().claim;
        // Whole in the record, masked to whoever reads it.
        let told = claim.agent.as_ref().map(|agent| Agent { id_number: "152801********2264".into(), ..agent.clone() });
        assert_eq!((&submitted.claim.agent, &submitted.claim.remark), (&told, &claim.remark));
        store.record_print(submitted.number, FormId::P1).await.unwrap();
        if at == 2 {
            store.withdraw(submitted.number, 1, "e\u{301} \"").await.unwrap();
        }
    }
    let found = central.verifier().await.verify().await.unwrap();
    assert_eq!((found.claims, found.chains, found.differences), (3, 1, Vec::new()));
    // Each claim has a salt of its own.
    let salts = "SELECT count(DISTINCT replace(CAST(salt AS text), '-', '')) FROM claim \
                 WHERE length(replace(CAST(salt AS text), '-', '')) = 32";
    assert_eq!(central.count(salts).await, 3);
}

async fn verify_names_what_was_changed(central: &dyn Central) {
    let store = central.open("0137").await;
    for (at, who) in [(1, "王秀英"), (2, "王秀芳"), (3, "李玉梅")] {
        let sheet = sheet_of(&*store, who).await;
        store.submit(&stay(&*store, &sheet, &format!("{at:010}"), "2021-03-01", "2021-03-08").await).await.unwrap();
    }
    let number = "HZ150802-2021-0000002";
    let store = central.verifier().await;
    let whole = store.verify().await.unwrap();
    assert_eq!((whole.claims, whole.chains, whole.differences), (3, 1, Vec::new()));
    for edit in ["total = total + 1", "salt = '00000000-0000-0000-0000-000000000000'"] {
        assert!(central.tamper(&format!("UPDATE claim SET {edit} WHERE number = 2")).await.is_err(), "never edited");
    }
    for (statement, back, field) in central::TAMPERED.iter().chain(central.tampered()) {
        central.tamper_as_owner(statement).await;
        let found = store.verify().await.unwrap().differences;
        assert!(
            found.iter().any(|difference| {
                difference.field == *field && (difference.claim.starts_with(number) || difference.claim == "150802")
            }),
            "{statement}: {found:?}"
        );
        central.tamper_as_owner(back).await;
        assert_eq!(store.verify().await.unwrap().differences, [], "{back}");
    }
    let (statement, claim) = central.lone_paid();
    central.tamper_as_owner(statement).await;
    let lone = Difference { claim: claim.into(), field: "paid".into() };
    assert_eq!(store.verify().await.unwrap().differences, [lone]);
    central.tamper_as_owner("UPDATE claim SET office = 5 WHERE number = 2").await;
    let found = store.verify().await.unwrap();
    assert_eq!(found.claims, 3);
    let named = |field: &str| found.differences.iter().any(|one| one.claim == "5-2021-2" && one.field == field);
    assert!(named("office") && named("number"), "{:?}", found.differences);
}

async fn verify_finds_a_policy_that_was_changed_with_its_hash(central: &dyn Central) {
    let store = central.open("0137").await;
    let sheet = sheet_of(&*store, "王秀英").await;
    let claim = stay(&*store, &sheet, "0000000001", "2021-03-01", "2021-03-08").await;
    let number = store.submit(&claim).await.unwrap().claim.number.to_string();
    let policies = store.reference("").await.unwrap().unwrap().policies;
    let policy = policies.iter().find(|policy| policy.code == claim.policy.code).unwrap();
    // Another text that computes the same.
    let text = format!("{}\n# changed\n", policy.text);
    let hash = hex(&sha256(text.as_bytes()));
    let (literal, code) = (text.replace('\'', "''"), &policy.code);
    let change = format!("UPDATE policy SET text = '{literal}', sha256 = '{hash}' WHERE code = '{code}'");
    central.tamper_as_owner(&change).await;
    let found = central.verifier().await.verify().await.unwrap().differences;
    assert_eq!(found, [Difference { claim: number, field: "policy_sha256".into() }]);
}

contract! {
    hello_tells_who_where_and_when every_kind_of_search_finds_the_member
    the_own_office_comes_first_and_exact_before_beginning a_unit_narrows_a_name units_are_found_as_they_are_typed
    other_leagues_are_out_of_scope claims_of_another_league_are_told_by_number_and_state
    heteronyms_dots_and_literals a_sheet_is_whole_and_masked looks_are_recorded_once_a_ticket
    looks_have_a_limit search_terms_have_a_limit a_submit_is_recorded_once facts_must_be_those_of_now a_bill_is_claimed_once_in_the_region
    paper_bills_are_told_apart_by_their_words stays_may_touch_and_not_overlap of_two_windows_one_wins a_withdrawn_claim_frees_its_bill
    prints_are_counted_before_they_go_out a_new_card_is_the_one_on_file the_desk_and_what_was_used_last
    reference_data_come_once what_is_hashed_is_what_the_program_hashes verify_names_what_was_changed
    verify_finds_a_policy_that_was_changed_with_its_hash
}
