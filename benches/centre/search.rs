//! Searches of a clerk of the largest league, and of the region, against a bare look-up by primary key. Both go through one
//! line in turn: what disturbs one disturbs the other. Beside the times stands what the server computed for one (from the
//! kernel's account of its process), which other work on the machine hardly changes.

use std::process::Command;
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnection;

use super::Options;
use super::figures::{Account, Times, load};
use super::place::{Place, ask, become_person, become_superuser};
use super::terms::{Ask, KINDS, asks, sample};

/// The largest league, its clerk, and the region's.
const LEAGUE: i32 = 150_400;
const CLERK: &str = "0201";
const REGION: &str = "0001";
/// Members whose terms are searched.
const PERSONS: usize = 3_000;
/// Searches of one kind, and probes for each of them, before the line changes hands.
const TURN: usize = 10;
const PROBES: usize = 6;

/// One kind, as one person asks it.
struct Row {
    kind: &'static str,
    asks: Vec<Ask>,
    times: Times,
    computed: Duration,
    found: usize,
}

/// Measures and prints.
pub async fn run(place: &Place, options: &Options) {
    let mut line = place.superuser().await;
    let pid: i32 = ask(&mut line, "SELECT pg_backend_pid()").await;
    let persons = sample(&mut line, LEAGUE, PERSONS).await;
    let members: Vec<i64> =
        sqlx::query_scalar("SELECT id FROM core.member WHERE league = $1 ORDER BY hashint8(id) LIMIT $2")
            .bind(LEAGUE)
            .bind(PERSONS as i64)
            .fetch_all(&mut line)
            .await
            .expect("members");
    let row = |(kind, _, make): (&'static str, bool, _)| Row {
        kind,
        asks: asks(&persons, make),
        times: Times::default(),
        computed: Duration::ZERO,
        found: 0,
    };
    let mut of_clerk: Vec<Row> = KINDS.into_iter().map(row).collect();
    let mut of_region: Vec<Row> = KINDS.into_iter().filter(|(_, region, _)| *region).map(row).collect();
    let account = Account::of(pid);
    let ahead = options.fifo && get_ahead(pid);
    let mut probes =
        Row { kind: "primary key", asks: Vec::new(), times: Times::default(), computed: Duration::ZERO, found: 0 };
    let mut at = 0;
    for turn in 0..=options.rounds.div_ceil(TURN) {
        // The first turn warms what is kept.
        let counts = turn > 0;
        probe(&mut line, members[0]).await;
        for _ in 0..TURN * PROBES {
            at += 1;
            let (before, started) = (account.computed(), Instant::now());
            probe(&mut line, members[at % members.len()]).await;
            let took = started.elapsed();
            if counts {
                probes.times.push(took);
                probes.computed += account.computed() - before;
                probes.found += 1;
            }
        }
        for (login, rows) in [(CLERK, &mut of_clerk), (REGION, &mut of_region)] {
            become_person(&mut line, login).await;
            rows[0].asks[0].send(&mut line).await;
            for round in turn * TURN..(turn + 1) * TURN {
                for row in rows.iter_mut() {
                    let term = &row.asks[round % row.asks.len()];
                    let (before, started) = (account.computed(), Instant::now());
                    let found = term.send(&mut line).await;
                    let took = started.elapsed();
                    if counts {
                        row.times.push(took);
                        row.computed += account.computed() - before;
                        row.found += found;
                    }
                }
            }
            become_superuser(&mut line).await;
        }
    }
    let ahead = if ahead { "ahead of other processes" } else { "as any process" };
    println!(
        "\nsearch, {} of each kind, load {}, {ahead}; microseconds, x: of the primary key's",
        probes.found / PROBES,
        load()
    );
    println!(
        "{:26} {:>5} {:>8} {:>8} {:>8} {:>8}   {:>6} {:>6} {:>6}",
        "", "rows", "p50", "p95", "p99", "server", "x p50", "x p99", "x server"
    );
    let floor = show(&mut probes, None);
    println!("clerk {CLERK} ({LEAGUE})");
    for row in &mut of_clerk {
        show(row, Some(&floor));
    }
    println!("region {REGION}");
    for row in &mut of_region {
        show(row, Some(&floor));
    }
}

/// p50, p99 and what the server computed.
type Floor = (f64, f64, f64);

fn show(row: &mut Row, floor: Option<&Floor>) -> Floor {
    let count = row.times.len() as f64;
    let (p50, p95, p99) = (row.times.micros(50), row.times.micros(95), row.times.micros(99));
    let computed = row.computed.as_secs_f64() * 1e6 / count;
    let found = row.found as f64 / count;
    print!("{:26} {found:5.1} {p50:8.1} {p95:8.1} {p99:8.1} {computed:8.1}", row.kind);
    match floor {
        Some((f50, f99, fs)) => println!("   {:6.1} {:6.1} {:6.1}", p50 / f50, p99 / f99, computed / fs),
        None => println!(),
    }
    (p50, p99, computed)
}

async fn probe(line: &mut PgConnection, member: i64) {
    let query = sqlx::query("SELECT name FROM core.member WHERE league = $1 AND id = $2").bind(LEAGUE).bind(member);
    query.fetch_one(line).await.expect("a member");
}

/// Puts ourselves and the server's process ahead of everything else; whether that was granted.
fn get_ahead(backend: i32) -> bool {
    [backend, std::process::id() as i32].into_iter().all(|pid| {
        let done = Command::new("chrt").args(["-a", "-f", "-p", "10", &pid.to_string()]).status();
        done.is_ok_and(|status| status.success())
    })
}
