//! Searches on a generated world against a bare probe of a primary key through the same driver, taken in turn in the same
//! run. Prints p50 and p99 of each kind, and their ratio to the probe's.
//!
//! `cargo bench --bench search -- [--members N] [--rounds N] [--db FILE]`; the file is made where it is not there.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use huzhu::domain::query::{Query, Term};
use huzhu::store::Store;
use huzhu::store::sqlite::SqliteStore;
use huzhu::world::assess::{engine_of, published};
use huzhu::world::{PersonRow, World, world_day};
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

/// The largest league's clerk.
const CLERK: &str = "0201";
const LEAGUE: u32 = 150_400;

struct Options {
    members: u32,
    rounds: u32,
    db: Option<PathBuf>,
}

fn options() -> Options {
    let mut options = Options { members: 1_100_000, rounds: 1000, db: None };
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut value = || args.next().expect("a value");
        match arg.as_str() {
            "--members" => options.members = value().parse().expect("a number"),
            "--rounds" => options.rounds = value().parse().expect("a number"),
            "--db" => options.db = Some(PathBuf::from(value())),
            _ => {}
        }
    }
    options
}

/// The searches of one member: kind and query.
fn queries(person: &PersonRow, unit: &str, initials: &str) -> Vec<(&'static str, Query)> {
    let term = |key: &str, unit: Option<&str>| Term { key: key.into(), unit: unit.map(Into::into) };
    let chars: Vec<char> = person.name.chars().collect();
    let first: String = chars.iter().take(2).collect();
    let last: String = chars[chars.len() - 2..].iter().collect();
    let reading = &person.readings[0];
    let end = |text: &str, count: usize| text[text.len() - count..].to_owned();
    let unit_head: String = unit.chars().take(4).collect();
    vec![
        ("id", Query::IdNumber(person.id_number.clone())),
        ("mobile", Query::Mobile(person.mobile.clone())),
        ("end of 4", Query::Tail(end(&person.id_number, 4))),
        ("end of 6", Query::Tail(end(&person.id_number, 6))),
        ("name", Query::Name(term(&person.name, None))),
        ("name, 2 first", Query::Name(term(&first, None))),
        ("name, 2 last", Query::Name(term(&last, None))),
        ("initials", Query::Latin(term(&reading.initials, None))),
        ("2 letters", Query::Latin(term(&reading.full[..2], None))),
        ("4 letters", Query::Latin(term(&reading.full[..reading.full.len().min(4)], None))),
        ("pinyin", Query::Latin(term(&reading.full, None))),
        ("surname, initials", Query::Latin(term(&reading.surname_initials, None))),
        ("name and unit", Query::Name(term(&first, Some(&unit_head)))),
        ("name and unit, 2", Query::Name(term(&first, Some(&initials[..2])))),
        ("letters and unit, 2", Query::Latin(term(&reading.full[..2], Some(&initials[..2])))),
    ]
}

fn percentile(times: &mut [Duration], percent: usize) -> f64 {
    times.sort();
    times[(times.len() * percent / 100).min(times.len() - 1)].as_secs_f64() * 1e6
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let options = options();
    let directory = tempfile::tempdir().expect("a directory");
    let path = options.db.clone().unwrap_or_else(|| directory.path().join("world.db"));
    let claims = World::usual_claims(options.members);
    let world = World::new(1, options.members, claims, world_day());
    if !path.exists() {
        let policies = published();
        let engine = engine_of(&policies);
        let started = Instant::now();
        SqliteStore::create(&path, world.clone(), policies, engine, |_| ()).await.expect("a world");
        println!("made {} members in {:.1} s", options.members, started.elapsed().as_secs_f64());
    }
    let (store, _) = SqliteStore::open(&path, CLERK, None).await.expect("a store");
    let (region, _) = SqliteStore::open(&path, "0001", None).await.expect("a store");
    let mut probe = SqliteConnectOptions::new()
        .filename(&path)
        .read_only(true)
        .pragma("mmap_size", (1_u64 << 30).to_string())
        .disable_statement_logging()
        .connect()
        .await
        .expect("a connection");
    let units: std::collections::HashMap<i64, (String, String)> =
        world.units().map(|unit| (unit.id, (unit.name, unit.initials))).collect();
    // Every n-th member of the largest league, in an order that jumps about.
    let members: Vec<u32> = (0..options.members)
        .filter(|index| index % 97 == 0)
        .filter(|index| {
            world.member(*index).is_some_and(|person| person.league.get() == LEAGUE && !person.mobile.is_empty())
        })
        .collect();
    let mut times: Vec<(&str, Vec<Duration>, usize)> = Vec::new();
    let mut probes = Vec::new();
    let rounds = options.rounds + options.rounds / 10;
    for round in 0..rounds {
        let index = members[(u64::from(round) * 7919 % members.len() as u64) as usize];
        let person = world.member(index).expect("a member");
        let (unit, initials) = &units[&person.unit];
        let mut asked = queries(&person, unit, initials);
        let wide = asked[8].1.clone();
        asked.push(("2 letters, region", wide));
        for (at, (kind, query)) in asked.into_iter().enumerate() {
            let store: &dyn Store = if kind.ends_with("region") { &region } else { &store };
            let started = Instant::now();
            let found = store.search(&query).await.expect("an answer");
            let took = started.elapsed();
            let started = Instant::now();
            let row = sqlx::query("SELECT id FROM member WHERE id = ?1")
                .bind(person.id.0)
                .fetch_optional(&mut probe)
                .await
                .expect("an answer");
            let probed = started.elapsed();
            assert!(row.is_some());
            // The first tenth warms the caches.
            if round < rounds - options.rounds {
                continue;
            }
            probes.push(probed);
            if times.len() <= at {
                times.push((kind, Vec::new(), 0));
            }
            times[at].1.push(took);
            times[at].2 += found.rows.len();
        }
    }
    let (floor50, floor99) = (percentile(&mut probes, 50), percentile(&mut probes, 99));
    println!("{:22} {:>7} {:>9} {:>9} {:>7} {:>7}", "", "rows", "p50 us", "p99 us", "x p50", "x p99");
    println!("{:22} {:7.1} {floor50:9.1} {floor99:9.1}", "primary key", 1.0);
    for (kind, mut times, rows) in times {
        let rows = rows as f64 / times.len() as f64;
        let (p50, p99) = (percentile(&mut times, 50), percentile(&mut times, 99));
        println!("{kind:22} {rows:7.1} {p50:9.1} {p99:9.1} {:7.1} {:7.1}", p50 / floor50, p99 / floor99);
    }
}
