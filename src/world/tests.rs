//! The demo world of any size holds what keys, stories and benches count on.

use std::collections::{HashMap, HashSet};

use chrono::{Datelike, NaiveDate};

use super::assess::{engine_of, published};
use super::*;
use crate::domain::bank_card::luhn;
use crate::domain::claim::{ClaimKind, ClaimState};
use crate::domain::id_number::IdNumber;
use crate::domain::sheet::Line;
use crate::policy::Assessment;

const LINHE: u32 = 150_802;

fn world(members: u32) -> World {
    World::new(2021, members, World::usual_claims(members), world_day())
}

fn linhe(world: &World) -> Vec<PersonRow> {
    world.members().filter(|person| person.office.get() == LINHE).collect()
}

fn found<'a>(people: &'a [PersonRow], key: &str) -> Vec<&'a PersonRow> {
    let hit = |reading: &Reading| {
        [&reading.full, &reading.initials, &reading.surname_initials].iter().any(|text| text.starts_with(key))
    };
    people.iter().filter(|person| person.readings.iter().any(hit)).collect()
}

/// The second participation year's published text, straight down: what the engine gives for these claims.
fn straight(facts: &Facts) -> Option<Assessed> {
    let until = facts.discharge.or(facts.settlement)?;
    let period = until.year();
    facts.cover.iter().find(|cover| cover.period == period && cover.from <= until && until <= cover.to)?;
    let base = facts.amounts.in_scope_self_pay().at_least_zero();
    let (mut rest, mut fen) = (base.fen(), 0);
    let first = if period == 2020 { 30 } else { 40 };
    for (width, percent) in [(1_000_000, first), (4_000_000, 50), (5_000_000, 60), (i64::MAX, 70)] {
        let slice = rest.min(width);
        fen += slice * percent;
        rest -= slice;
    }
    let years = crate::domain::cover::years_in_a_row(&facts.cover, period).min(3);
    let nights = facts.admission.map_or(0, |from| (until - from).num_days().max(1));
    let allowance = if period == 2020 { 0 } else { nights * i64::from(years) * 1_000 };
    let amount = Money::from_fen((fen + 50) / 100);
    let total = amount + Money::from_fen(allowance);
    let paid = Paid { period, benefit: facts.kind.to_string(), base, days: nights as u32, amount: total };
    let document = |code: &str| Document { code: code.into(), title: code.into(), required: true, present: true };
    Some(Assessed {
        policy: PolicyRef { code: format!("NM-{period}"), version: 1, sha256: String::new() },
        period,
        facts: String::new(),
        assessment: String::new(),
        total,
        paid: vec![paid],
        documents: vec![document("bill"), document("discharge_summary")],
    })
}

#[test]
fn wangxiu_finds_exactly_two_at_linhe() {
    for members in [1_000, 20_000] {
        let people = linhe(&world(members));
        let mut hits = found(&people, "wangxiu");
        hits.sort_by(|a, b| a.readings[0].full.cmp(&b.readings[0].full));
        let names: Vec<&str> = hits.iter().map(|person| person.name.as_str()).collect();
        assert_eq!(names, ["王秀芳", "王秀英"]);
        assert_eq!(hits[0].covers.iter().map(|cover| cover.period).collect::<Vec<_>>(), [2019, 2020, 2021]);
        let person = hits[1];
        assert_eq!((person.sex, person.birth.year()), (Sex::Female, 1971));
        assert!(IdNumber::parse(&person.id_number, world_day()).is_ok());
        assert_eq!(person.card.as_ref().map(|(bank, _)| bank.as_str()), Some("内蒙古银行"));
        let date = |m, d| NaiveDate::from_ymd_opt(2021, m, d).unwrap();
        assert_eq!(person.covers, [Cover { period: 2021, from: date(1, 1), to: date(12, 31) }]);
        let world = world(members);
        let unit = |person: &PersonRow| world.units().find(|unit| unit.id == person.unit).unwrap().name;
        assert_eq!((unit(hits[0]), unit(person)), ("临河区第一中学".into(), "巴彦淖尔市医院".into()));
        assert!(world.claims(&straight).all(|row| row.claim.member != person.id));
    }
}

#[test]
fn nobody_in_the_league_stands_before_the_two() {
    let people: Vec<PersonRow> = world(300_000).members().filter(|person| person.league.get() == 150_800).collect();
    assert!(people.len() > 15_000);
    let whole = people.iter().filter(|person| person.readings.iter().any(|reading| reading.full == "wangxiu"));
    assert_eq!(whole.count(), 0);
    assert!(found(&people, "wangxiu").len() > 2, "others of the league have the beginning");
}

#[test]
fn a_mongolian_name_is_there_in_several_leagues() {
    let leagues: HashSet<AreaCode> =
        world(1_000).members().filter(|person| person.name == "乌云其木格").map(|person| person.league).collect();
    assert!(leagues.len() >= 6, "{leagues:?}");
}

#[test]
fn people_are_valid_and_nobody_shares_a_number() {
    let (mut ids, mut numbers, mut mobiles, mut cards) =
        (HashSet::new(), HashSet::new(), HashSet::new(), HashSet::new());
    for person in world(25_000).members() {
        let id = IdNumber::parse(&person.id_number, world_day()).unwrap();
        assert_eq!((id.birth(), id.is_female()), (Some(person.birth), person.sex == Sex::Female));
        assert!(ids.insert(person.id) && numbers.insert(person.id_number.clone()));
        assert!(!person.readings.is_empty(), "{}", person.name);
        assert!(person.covers.iter().all(|cover| cover.from <= world_day() && cover.period == cover.from.year()));
        if !person.mobile.is_empty() {
            assert!(person.mobile.len() == 11 && mobiles.insert(person.mobile.clone()));
        }
        if let Some((bank, card)) = &person.card {
            assert!(luhn(card) && (16..=19).contains(&card.len()) && !bank.is_empty());
            assert!(cards.insert(card.clone()));
        }
    }
    assert_eq!(ids.len(), 25_000);
}

#[test]
fn numbers_stay_unique_where_an_office_is_large() {
    // 40,000 members of one office go more than twice round the days of birth.
    let world = World::new(1, 1_100_000, 0, world_day());
    let agency = world.agencies.iter().max_by_key(|agency| agency.size()).unwrap();
    assert!(agency.size() > 37_300, "{}", agency.size());
    let number = |local| person::person(1, world_day(), agency, local).id_number;
    let numbers: HashSet<String> = (0..agency.size()).map(number).collect();
    assert_eq!(numbers.len() as u32, agency.size());
}

#[test]
fn two_runs_are_equal_and_a_member_can_be_made_again() {
    let (one, two) = (world(2_000), world(2_000));
    assert!(one.members().eq(two.members()));
    assert!(one.units().eq(two.units()));
    assert!(one.claims(&straight).eq(two.claims(&straight)));
    assert_eq!(one.member(1_234), one.members().nth(1_234));
    assert!(!World::new(2022, 2_000, 0, world_day()).members().eq(two.members()));
}

#[test]
fn sizes_follow_what_is_asked() {
    for (members, claims) in [(1_000, 90), (20_000, 1_818), (20_000, 500)] {
        let world = World::new(5, members, claims, world_day());
        assert_eq!(world.members().count() as u32, members);
        assert_eq!(world.claims(&straight).count() as u32, claims);
    }
    assert_eq!(World::new(5, 20_000, 0, world_day()).claims(&straight).count() as u32, claims::fixed_count());
    assert_eq!(World::usual_claims(1_100_000), 100_000);
}

#[test]
fn claims_stand_in_order_with_gapless_numbers_and_frozen_payments() {
    let world = world(20_000);
    let mut last: HashMap<OfficeCode, (DateTime<Utc>, u16, u32)> = HashMap::new();
    let mut paid: HashMap<MemberId, Vec<Paid>> = HashMap::new();
    let mut stays: HashMap<MemberId, Vec<(NaiveDate, NaiveDate)>> = HashMap::new();
    let (mut bills, mut ids) = (HashSet::new(), HashSet::new());
    let people: HashMap<MemberId, PersonRow> = world.members().map(|person| (person.id, person)).collect();
    let mut repeated = 0;
    for row in world.claims(&straight) {
        let before = last.get(&row.office).copied();
        let expected = before.filter(|(_, year, _)| *year == row.number.year).map_or(1, |(_, _, n)| n + 1);
        assert_eq!((row.number.office, row.number.sequence), (row.office, expected));
        assert!(before.is_none_or(|(at, ..)| at < row.submitted_at));
        let end = row.withdrawn.as_ref().map_or(row.submitted_at, |(at, _)| *at);
        last.insert(row.office, (end, row.number.year, row.number.sequence));
        let submitted = row.facts.submitted.unwrap();
        assert!(submitted < world.day() && row.claim.settlement.unwrap() <= submitted);
        assert_eq!(i32::from(row.number.year), submitted.year());

        let person = &people[&row.claim.member];
        assert_eq!((person.office, row.claim.payee.last4().len()), (row.office, 4));
        assert!(person.covers.iter().any(|cover| cover.period == row.claim.period));
        let before = paid.entry(person.id).or_default();
        assert_eq!(&row.facts.paid, before);
        repeated += usize::from(!before.is_empty());
        if row.claim.state.is_live() {
            before.extend(row.paid.clone());
            assert!(bills.insert(row.claim.bill.key()));
        }
        assert!(ids.insert(row.claim.id));
        assert!(row.facts.amounts.difference().is_zero() && row.facts.amounts.get(Line::Cash).fen() >= 0);
        assert_eq!(row.claim.total, row.paid.iter().map(|paid| paid.amount).sum());
        if let (Some(from), Some(to)) = (row.claim.admission, row.claim.discharge) {
            let spans = stays.entry(person.id).or_default();
            assert!(spans.iter().all(|(start, end)| to <= *start || *end <= from));
            spans.push((from, to));
        }
    }
    assert!(repeated > 50, "{repeated}");
    assert!(!bills.contains("E/15060121/0012345678"));
}

#[test]
fn the_demos_claims_are_there() {
    let rows: Vec<ClaimRow> = world(20_000).claims(&straight).collect();
    let mut counts: HashMap<MemberId, u32> = HashMap::new();
    rows.iter().for_each(|row| *counts.entry(row.claim.member).or_default() += 1);
    assert_eq!(counts.values().filter(|count| **count == 35).count(), 1);
    assert_eq!(counts.values().max(), Some(&35));
    let largest: Vec<&ClaimRow> = rows.iter().filter(|row| row.claim.total.to_string() == "345400.00").collect();
    assert_eq!(largest.len(), 1);

    let linhe: Vec<&ClaimRow> = rows.iter().filter(|row| row.office.get() == LINHE).collect();
    let returned: Vec<&&ClaimRow> = linhe.iter().filter(|row| row.claim.state == ClaimState::Returned).collect();
    assert_eq!(returned.len(), 3);
    for row in returned {
        let missing: Vec<&str> =
            row.claim.documents.iter().filter(|d| !d.present).map(|document| document.code.as_str()).collect();
        assert_eq!(missing, ["discharge_summary"]);
    }
    assert_eq!(linhe.iter().filter(|row| row.claim.state == ClaimState::Withdrawn).count(), 1);
    assert!(linhe.iter().all(|row| row.withdrawn.is_some() == (row.claim.state == ClaimState::Withdrawn)));

    let newest = linhe.iter().rfind(|row| row.claim.window == 1).unwrap();
    assert_eq!((newest.claim.kind, newest.clerk.as_str()), (ClaimKind::Inpatient, "0137"));
    assert_eq!((newest.claim.bill.code.as_str(), newest.claim.hospital.as_str()), ("15060121", "H15080290001"));
    assert!(linhe.iter().any(|row| row.clerk == "0138" && row.claim.window == 2));
}

#[test]
fn a_later_day_keeps_the_windows_last_claim() {
    let day = NaiveDate::from_ymd_opt(2021, 9, 1).unwrap();
    let world = World::new(2021, 20_000, 1_800, day);
    let newest = world.claims(&straight).filter(|row| row.office.get() == LINHE && row.claim.window == 1).last();
    assert_eq!(newest.map(|row| row.claim.bill.code), Some("15060121".to_owned()));
    assert!(world.claims(&straight).any(|row| row.facts.submitted > Some(world_day())));
    assert!(world.members().any(|person| person.covers.iter().any(|cover| cover.from > world_day())));
}

#[test]
fn accounts_of_the_demo_and_a_clerk_for_every_office() {
    let world = world(1_000);
    let accounts: Vec<AccountRow> = world.accounts().collect();
    let logins: HashSet<&str> = accounts.iter().map(|account| account.login.as_str()).collect();
    assert_eq!(logins.len(), accounts.len());
    for (login, duty, office, window) in [
        ("0137", "clerk", 150_802, 1),
        ("0138", "clerk", 150_802, 2),
        ("0201", "clerk", 150_402, 1),
        ("0301", "reviewer", 150_800, 0),
        ("0302", "cashier", 150_800, 0),
        ("0001", "clerk,region", 150_000, 0),
    ] {
        let account = accounts.iter().find(|account| account.login == login).unwrap();
        assert_eq!((account.duties.join(",").as_str(), account.office.get()), (duty, office));
        assert_eq!(account.window, window);
    }
    for row in world.claims(&straight) {
        assert!(
            accounts.iter().any(|a| a.login == row.clerk && a.office == row.office && a.window == row.claim.window)
        );
    }
}

#[test]
fn both_policies_are_published_at_the_start_of_their_year() {
    let all = published();
    let codes: Vec<(&str, String)> =
        all.iter().map(|policy| (policy.code.as_str(), policy.published_at.to_rfc3339())).collect();
    assert_eq!(
        codes,
        [("NM-2020", "2019-12-31T16:00:00+00:00".to_owned()), ("NM-2021", "2020-12-31T16:00:00+00:00".to_owned())]
    );
}

#[test]
fn recorded_facts_give_the_recorded_assessment_again() {
    let engine = engine_of(&published());
    let world = world(20_000);
    let (mut claims, mut largest, mut outpatient) = (0, 0, 0);
    for row in world.claims(&engine) {
        claims += 1;
        let facts = Facts::from_json(&row.claim.facts).unwrap();
        assert_eq!(facts, row.facts);
        let again = engine(&facts).unwrap();
        assert_eq!((&again.assessment, again.total), (&row.claim.assessment, row.claim.total));
        let assessment = Assessment::from_json(&row.claim.assessment).unwrap();
        assert!(assessment.covered && assessment.total == row.claim.total);
        assert_eq!(row.claim.policy.code, format!("NM-{}", row.claim.period));
        largest += usize::from(row.claim.total.to_string() == "345400.00");
        outpatient += usize::from(row.claim.kind != ClaimKind::Inpatient && row.claim.total.fen() > 0);
        assert!(row.claim.documents.len() >= 6 && row.claim.documents.iter().all(|document| document.required));
    }
    assert_eq!((claims, largest), (world.claim_count(), 1));
    assert!(outpatient > 35, "{outpatient}");
}
