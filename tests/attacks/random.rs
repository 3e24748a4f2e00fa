//! A clerk of each of four leagues x any function x ids of the other leagues, ten thousand calls: never a row, a name or a
//! number of another league in an answer or an error, and nothing changed there. A bill that is claimed in another league
//! tells that claim's office, number and state, which is what the contract tells.

use std::collections::HashSet;

use huzhu::world::{PASSWORD, PersonRow};
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection};
use uuid::Uuid;

use crate::central::support::DATABASE;
use crate::central::{Central, postgres, stay};

const CALLS: usize = 10_000;
/// Members of each league that calls name.
const MEMBERS: usize = 300;
/// Claims of each clerk.
const CLAIMS: usize = 4;
/// The seed, unless this variable holds another.
const SEED: (&str, u64) = ("HUZHU_ATTACK_SEED", 2021);

/// One league, and what stands there.
struct League {
    code: i64,
    login: String,
    members: Vec<PersonRow>,
    units: Vec<String>,
    claims: Vec<(u32, u16, u32, Uuid, String)>,
    tickets: Vec<Uuid>,
}

impl League {
    /// What nobody of another league may read, as it would stand in an answer.
    fn secrets(&self) -> impl Iterator<Item = String> {
        let members = self.members.iter().flat_map(|person| {
            [person.name.clone(), person.id_number.clone(), person.mobile.clone(), person.id.0.to_string()]
        });
        let claims = self.claims.iter().map(|(_, _, _, id, _)| id.to_string());
        members.chain(self.units.clone()).chain(claims).chain(self.tickets.iter().map(Uuid::to_string))
    }
}

/// The words of an answer: letters, digits and what stands inside ids.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '-' || c == '*' || c == '·'))
}

/// The masked form of an ID number, as searches show it.
fn masked(id_number: &str) -> String {
    format!("{}********{}", &id_number[..6], &id_number[14..])
}

/// A call with arguments of a league, and what of it may be told.
fn call(dice: &mut ChaCha8Rng, of: &League) -> String {
    let person = of.members.choose(dice).unwrap();
    let (office, year, number, claim, bill) = of.claims.choose(dice).unwrap();
    let ticket = *of.tickets.choose(dice).unwrap();
    let unit = of.units.choose(dice).unwrap();
    let (member, name) = (person.id.0, &person.name);
    let field = ["sheet", "id_number", "mobile", "bank_card"].choose(dice).unwrap();
    let fresh = Uuid::from_u128(dice.random());
    let tail = &person.id_number[12..];
    match dice.random_range(0..27) {
        0 => format!("SELECT api_v1.ticket('{fresh}', {member}, '{field}', 'x')::text"),
        1 => format!("SELECT api_v1.ticket('{ticket}', {member}, '{field}', 'x')::text"),
        2 => format!("SELECT api_v1.open_member('{ticket}', {member})::text"),
        3 => format!("SELECT api_v1.reveal('{ticket}', {member}, '{field}')"),
        4 => format!("SELECT api_v1.claims_of({member})::text"),
        5 => format!("SELECT api_v1.check_stay({member}, '2020-01-01', '2022-01-01')::text"),
        6 => format!("SELECT s::text FROM api_v1.search('id', '{}', NULL) s", person.id_number),
        7 => format!("SELECT s::text FROM api_v1.search('mobile', '{}', NULL) s", person.mobile),
        8 => format!("SELECT s::text FROM api_v1.search('tail', '{tail}', NULL) s"),
        9 => format!("SELECT s::text FROM api_v1.search('name', '{name}', NULL) s"),
        10 => format!("SELECT s::text FROM api_v1.search('name', '{name}', '{unit}') s"),
        11 => "SELECT s::text FROM api_v1.search('latin', 'wa', NULL) s".to_owned(),
        12 => format!("SELECT s::text FROM api_v1.search('claim', '{office}-{year}-{number}', NULL) s"),
        13 => format!("SELECT api_v1.claim({office}, {year}, {number})::text"),
        14 => format!("SELECT api_v1.withdraw({office}, {year}, {number}, 1, 'x')::text"),
        15 => format!("SELECT api_v1.record_print({office}, {year}, {number}, 'P1')::text"),
        16 => format!("SELECT api_v1.reconcile(ARRAY['{claim}', '{fresh}']::uuid[])::text"),
        17 => format!("SELECT api_v1.check_bill('15060121', '{bill}', '')::text"),
        18 => format!("SELECT api_v1.submit('{{\"id\":\"{claim}\",\"member\":{member},\"total\":\"1.00\"}}')::text"),
        19 => "SELECT api_v1.hello(1)::text".to_owned(),
        20 => "SELECT api_v1.desk()::text".to_owned(),
        21 => format!("SELECT s::text FROM api_v1.verify_claims({office} / 100 * 100, {office}, 0, 0, 100) s"),
        22 => format!("SELECT s::text FROM api_v1.verify_events({office} / 100 * 100, {office}, 0, 100) s"),
        23 => "SELECT s::text FROM api_v1.tree_leaves(0, 100) s".to_owned(),
        25 => {
            format!("SELECT s::text FROM api_v1.search_slip({office}, {year}, {}, {number}, '', 0) s", 1 + number % 2)
        }
        24 => format!("SELECT api_v1.account_events('{}')::text", of.login),
        _ => "SELECT api_v1.tree_nodes('{0,1}', '{0,0}')::text".to_owned(),
    }
}

/// Whether JSON that names an office of another league tells no more of it than the contract.
fn told_too_much(answer: &Value, own: i64) -> bool {
    const TOLD: [&str; 6] = ["office", "year", "number", "office_name", "state", "line"];
    match answer {
        Value::Array(all) => all.iter().any(|one| told_too_much(one, own)),
        Value::Object(all) => {
            let office = all.get("office").and_then(Value::as_str).and_then(|code| code.parse::<i64>().ok());
            let foreign = office.is_some_and(|office| office / 100 * 100 != own);
            let more =
                all.iter().any(|(key, value)| !TOLD.contains(&key.as_str()) || (key == "line" && !value.is_null()));
            (foreign && more) || all.values().any(|value| told_too_much(value, own))
        }
        _ => false,
    }
}

/// An answer or an error in full.
async fn answer_of(session: &mut PgConnection, sql: &str) -> (bool, String) {
    match sqlx::query_scalar::<_, Option<String>>(AssertSqlSafe(sql.to_owned())).fetch_all(session).await {
        Ok(rows) => (true, rows.into_iter().flatten().collect::<Vec<_>>().join("\n")),
        Err(sqlx::Error::Database(error)) => {
            let error = error.downcast::<sqlx::postgres::PgDatabaseError>();
            let parts = [Some(error.message()), error.detail(), error.hint(), error.r#where()];
            (false, parts.into_iter().flatten().collect::<Vec<_>>().join("\n"))
        }
        Err(error) => panic!("{sql}: {error}"),
    }
}

#[tokio::test]
async fn no_call_tells_of_another_league() {
    let seed = std::env::var(SEED.0).ok().and_then(|seed| seed.parse().ok()).unwrap_or(SEED.1);
    println!("seed {seed}: {}={seed} runs it again", SEED.0);
    let central = postgres().await;
    let mut superuser = central.server().superuser(DATABASE).await;
    let clerks = "SELECT DISTINCT ON (a.league) a.league, a.login FROM core.account a \
         WHERE a.duties = '{clerk}' AND a.league <> 150000 AND a.login <> '0138' ORDER BY a.league, a.login LIMIT 4";
    let clerks: Vec<(i32, String)> = sqlx::query_as(clerks).fetch_all(&mut superuser).await.unwrap();
    let mut leagues = Vec::new();
    for (code, login) in clerks {
        let of_league = |person: &PersonRow| i64::from(person.league.get()) == i64::from(code);
        let members: Vec<PersonRow> = central.world().members().filter(of_league).take(MEMBERS).collect();
        let units: HashSet<i64> = members.iter().map(|person| person.unit).collect();
        let units = central.world().units().filter(|unit| units.contains(&unit.id)).map(|unit| unit.name).collect();
        let store = central.open(&login).await;
        let (mut claims, mut tickets) = (Vec::new(), Vec::new());
        for (at, person) in members.iter().take(CLAIMS).enumerate() {
            let ticket = Uuid::now_v7();
            let sheet = store.open_member(ticket, person.id, "test").await.unwrap();
            let bill = format!("{code}{at:04}");
            let claim = stay(&*store, &sheet, &bill, "2021-03-01", "2021-03-08").await;
            let number = store.submit(&claim).await.unwrap().claim.number;
            claims.push((number.office.get(), number.year, number.sequence, claim.id.0, bill));
            tickets.push(ticket);
        }
        leagues.push(League { code: code.into(), login, members, units, claims, tickets });
    }
    // What several leagues have, or the reference data, is no secret of one: common names, names of units and hospitals.
    let all: Vec<PersonRow> = central.world().members().collect();
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let (mut refused, mut answered) = (0, 0);
    for league in &leagues {
        let own: HashSet<&str> = all
            .iter()
            .filter(|person| i64::from(person.league.get()) == league.code)
            .map(|person| &*person.name)
            .collect();
        let own_masks: HashSet<String> = all
            .iter()
            .filter(|person| i64::from(person.league.get()) == league.code)
            .map(|person| masked(&person.id_number))
            .collect();
        let others: Vec<&League> = leagues.iter().filter(|other| other.code != league.code).collect();
        let mut secrets: HashSet<String> = others.iter().flat_map(|other| other.secrets()).collect();
        secrets.retain(|secret| !secret.is_empty() && !own.contains(secret.as_str()) && !league.units.contains(secret));
        let masks = others.iter().flat_map(|other| &other.members).map(|person| masked(&person.id_number));
        secrets.extend(masks.filter(|mask| !own_masks.contains(mask)));
        assert!(secrets.len() > MEMBERS * 6, "{}", secrets.len());
        let mut session =
            PgConnection::connect(&central.server().url_as(&league.login, PASSWORD, DATABASE)).await.unwrap();
        for _ in 0..CALLS / leagues.len() {
            let of = if dice.random_bool(0.8) { *others.choose(&mut dice).unwrap() } else { league };
            let sql = call(&mut dice, of);
            let (ok, answer) = answer_of(&mut session, &sql).await;
            let leak = words(&answer).find(|word| secrets.contains(*word));
            // A member's number by itself: the league stands in it.
            let foreign = words(&answer).find(|word| {
                word.len() == 13
                    && word.parse::<i64>().is_ok_and(|id| id / 10_000_000 != league.code && word.starts_with("15"))
            });
            let json = serde_json::from_str::<Value>(&answer).is_ok_and(|json| told_too_much(&json, league.code));
            assert!(
                leak.is_none() && foreign.is_none() && !json,
                "seed {seed}: {} typed {sql}: {leak:?} {foreign:?}\n{answer}",
                league.login
            );
            if ok { answered += 1 } else { refused += 1 }
        }
        session.close().await.unwrap();
    }
    // The same eyes see it where it is told: to the region.
    let (office, year, number, ..) = &leagues[0].claims[0];
    let mut region = PgConnection::connect(&central.server().url_as("0001", PASSWORD, DATABASE)).await.unwrap();
    let sql = format!("SELECT api_v1.claim({office}, {year}, {number})::text");
    let (_, answer) = answer_of(&mut region, &sql).await;
    let secrets: HashSet<String> = leagues[0].secrets().collect();
    assert!(words(&answer).any(|word| secrets.contains(word)), "{answer}");
    assert!(told_too_much(&serde_json::from_str(&answer).unwrap(), leagues[1].code), "{answer}");

    println!("{answered} answered, {refused} refused");
    assert!(answered > CALLS / 5 && refused > CALLS / 5, "both kinds: {answered} and {refused}");
    for (untouched, count) in [
        (
            "looks",
            "SELECT count(*) FROM core.look l JOIN core.account a ON a.login = l.who WHERE a.league <> l.member / 10000000",
        ),
        (
            "events",
            "SELECT count(*) FROM core.claim_event e JOIN core.account a ON a.login = e.who WHERE a.league <> e.league",
        ),
    ] {
        let found: i64 = sqlx::query_scalar(count).fetch_one(&mut superuser).await.unwrap();
        assert_eq!(found, 0, "{untouched} over a league's border");
    }
}
