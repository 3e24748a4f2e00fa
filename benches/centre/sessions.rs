//! A thousand terminals: what sessions take that did the calls of a login and one search and then nothing, and whether those
//! at work notice them. Who works asks once a second, one of every kind of search after another.

use std::time::{Duration, Instant};

use sqlx::Row;
use sqlx::postgres::PgConnection;
use tokio::time::{MissedTickBehavior, interval_at};

use super::Options;
use super::figures::{Times, load};
use super::place::{Place, ask, become_person};
use super::terms::{Ask, KINDS, SEARCH, asks, sample};

/// What a terminal calls when somebody logs in, and prepares beside his work.
const LOGIN: [&str; 3] =
    ["SELECT api_v1.hello(1)::text", "SELECT api_v1.reference('')::text", "SELECT api_v1.desk()::text"];
const PREPARED: [&str; 5] = [
    SEARCH,
    "SELECT api_v1.ticket($1, $2, $3, $4)::text",
    "SELECT api_v1.open_member($1, $2)::text",
    "SELECT api_v1.check_bill($1, $2, $3)::text",
    "SELECT api_v1.submit($1::json)::text",
];
/// Members of each league whose terms are searched.
const PERSONS: usize = 300;
/// Look-ups by primary key a second beside the work.
const PROBES: u64 = 20;
const MIB: f64 = 1024.0;

/// A clerk and what he searches.
#[derive(Clone)]
struct Clerk {
    login: String,
    asks: Vec<Ask>,
}

/// A session at work.
struct Session {
    line: PgConnection,
    asks: Vec<Ask>,
}

/// Measures and prints.
pub async fn run(place: &Place, options: &Options) {
    let mut superuser = place.superuser().await;
    let clerks = clerks(&mut superuser).await;
    let mut active = Vec::new();
    for at in 0..options.active {
        let clerk = &clerks[at % clerks.len()];
        let (line, _) = terminal(place, clerk).await;
        active.push(Session { line, asks: clerk.asks.clone() });
    }
    println!(
        "\nsessions: {} at work, {0} requests a second in all; microseconds, x: of the primary key's beside them",
        options.active
    );
    println!(
        "{:>6} {:>9} {:>8} {:>8} {:>8} {:>9} {:>9} {:>6} {:>6} {:>6}",
        "idle", "requests", "p50", "p95", "p99", "key p50", "key p95", "x p50", "x p95", "load"
    );
    active = work(&mut superuser, active, 0, options).await;
    let before = available();
    let started = Instant::now();
    let mut idle = Vec::new();
    let mut pids = Vec::new();
    for at in 0..options.idle {
        let (line, pid) = terminal(place, &clerks[at % clerks.len()]).await;
        idle.push(line);
        pids.push(pid);
    }
    let took = started.elapsed().as_secs_f64();
    let after = available();
    work(&mut superuser, active, idle.len(), options).await;
    println!("{} idle sessions opened in {took:.1} s one after another", idle.len());
    let parts: Vec<Memory> = pids.iter().filter_map(|pid| Memory::of(*pid)).collect();
    if parts.len() < pids.len() {
        println!("their memory can't be read: the server is on another machine, or we are not root");
        return;
    }
    let sum = |part: fn(&Memory) -> f64| parts.iter().map(part).sum::<f64>() / MIB;
    let count = parts.len() as f64;
    for (what, all) in [
        ("private", sum(|m| m.private)),
        ("Pss (with its share of what is shared)", sum(|m| m.pss)),
        ("page tables", sum(|m| m.tables)),
        ("fall of MemAvailable", (before - after) / MIB),
    ] {
        println!("{what:40} {all:8.0} MiB in all {:7.2} a session", all / count);
    }
}

/// Every clerk with an office, and terms of his league.
async fn clerks(superuser: &mut PgConnection) -> Vec<Clerk> {
    let rows = sqlx::query(
        "SELECT login, league FROM core.account WHERE 'clerk' = ANY (duties) AND NOT region ORDER BY league, login",
    )
    .fetch_all(&mut *superuser)
    .await
    .expect("clerks");
    let mut last = (0, Vec::new());
    let mut clerks = Vec::new();
    for row in &rows {
        let league: i32 = row.get(1);
        if last.0 != league {
            let persons = sample(superuser, league, PERSONS).await;
            let kinds = KINDS.into_iter().filter(|(.., make)| persons.iter().any(|person| make(person).is_some()));
            let kinds: Vec<Vec<Ask>> = kinds.map(|(.., make)| asks(&persons, make)).collect();
            let turn = |at: usize| kinds.iter().map(move |asks| asks[at % asks.len()].clone());
            last = (league, (0..PERSONS).flat_map(turn).collect());
        }
        clerks.push(Clerk { login: row.get(0), asks: last.1.clone() });
    }
    clerks
}

/// A session that did what a terminal does at login, and one search.
async fn terminal(place: &Place, clerk: &Clerk) -> (PgConnection, i32) {
    use sqlx::{Executor, SqlSafeStr};
    let mut line = place.superuser().await;
    let pid = ask(&mut line, "SELECT pg_backend_pid()").await;
    become_person(&mut line, &clerk.login).await;
    for text in LOGIN {
        sqlx::query(text).fetch_one(&mut line).await.expect("an answer");
    }
    for text in PREPARED {
        line.prepare(text.into_sql_str()).await.expect("a statement");
    }
    clerk.asks[pid as usize % clerk.asks.len()].send(&mut line).await;
    (line, pid)
}

/// Lets the active ones work for a while, with a look-up by primary key between them now and then.
async fn work(superuser: &mut PgConnection, active: Vec<Session>, idle: usize, options: &Options) -> Vec<Session> {
    let begin = tokio::time::Instant::now() + Duration::from_millis(500);
    let mut workers = Vec::new();
    let count = active.len() as u32;
    for (at, mut session) in active.into_iter().enumerate() {
        let mut second = interval_at(begin + Duration::from_secs(1) * at as u32 / count, Duration::from_secs(1));
        second.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let seconds = options.seconds as usize;
        workers.push(tokio::spawn(async move {
            let mut times = Times::default();
            for round in 0..seconds {
                second.tick().await;
                let term = &session.asks[(round + at * 7) % session.asks.len()];
                let started = Instant::now();
                term.send(&mut session.line).await;
                times.push(started.elapsed());
            }
            (session, times)
        }));
    }
    let members: Vec<(i32, i64)> =
        sqlx::query_as("SELECT league, id FROM core.member ORDER BY hashint8(id) LIMIT 1000")
            .fetch_all(&mut *superuser)
            .await
            .expect("members");
    let mut probes = Times::default();
    let mut tick = interval_at(begin, Duration::from_millis(1000 / PROBES));
    for at in 0..options.seconds * PROBES {
        tick.tick().await;
        let (league, id) = members[at as usize % members.len()];
        let query = sqlx::query("SELECT name FROM core.member WHERE league = $1 AND id = $2").bind(league).bind(id);
        let started = Instant::now();
        query.fetch_one(&mut *superuser).await.expect("a member");
        probes.push(started.elapsed());
    }
    let mut times = Times::default();
    let mut back = Vec::new();
    for worker in workers {
        let (session, took) = worker.await.expect("a worker");
        times.extend(took);
        back.push(session);
    }
    let [p50, p95, p99] = [50, 95, 99].map(|percent| times.micros(percent));
    let [key50, key95] = [50, 95].map(|percent| probes.micros(percent));
    println!(
        "{idle:6} {:9} {p50:8.0} {p95:8.0} {p99:8.0} {key50:9.0} {key95:9.0} {:6.1} {:6.1} {:>6}",
        times.len(),
        p50 / key50,
        p95 / key95,
        load()
    );
    back
}

/// Memory of a process in KiB.
struct Memory {
    private: f64,
    pss: f64,
    tables: f64,
}

impl Memory {
    fn of(pid: i32) -> Option<Memory> {
        let maps = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let private = field(&maps, "Private_Clean:")? + field(&maps, "Private_Dirty:")?;
        Some(Memory { private, pss: field(&maps, "Pss:")?, tables: field(&status, "VmPTE:")? })
    }
}

/// Memory that the machine could still give, in KiB.
fn available() -> f64 {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    field(&text, "MemAvailable:").unwrap_or(0.0)
}

fn field(text: &str, name: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
}
