//! Claims a second, submitted through one call each, against bare durable commits of one row through as many lines. At the
//! end every claim must have its number and its event, no number may be missing, and the auditor's verification of the
//! whole centre must find nothing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use huzhu::store::Store;
use sqlx::Row;
use sqlx::postgres::PgConnection;
use tokio::sync::Barrier;
use tokio::task::JoinHandle;

use super::Options;
use super::claims::{Clerk, clerks, prepare};
use super::figures::{Account, Times, load};
use super::place::{Place, ask, become_person, run as execute};

const SUBMIT: &str = "SELECT api_v1.submit($1::json)::text";
/// Connections, and whether all are of one office.
const TRIALS: [(usize, bool); 5] = [(1, false), (8, false), (64, false), (8, true), (64, true)];

/// What one trial gave.
struct Rate {
    a_second: f64,
    times: Times,
    /// What the server's processes computed for one, in milliseconds.
    computed: f64,
}

/// Measures, prints, and verifies.
pub async fn run(place: &Place, options: &Options) {
    let mut superuser = place.superuser().await;
    execute(&mut superuser, "DROP TABLE IF EXISTS public.bench_row; CREATE TABLE public.bench_row (n bigint NOT NULL)")
        .await;
    let before: i64 = ask(&mut superuser, "SELECT count(*) FROM core.claim").await;
    println!(
        "\nsubmit, {} claims a trial; times in milliseconds, x: of bare commits through as many lines",
        options.claims
    );
    println!(
        "{:>11} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>13} {:>8} {:>6} {:>6}",
        "connections", "offices", "a second", "p50", "p95", "p99", "server", "bare a second", "server", "x", "load"
    );
    let mut sent = 0;
    for (lines, one) in TRIALS {
        let each = options.claims.div_ceil(lines);
        let mut clerks = clerks(&mut superuser, lines, one).await;
        // The first of each line prepares its statement and is not timed.
        prepare(&mut superuser, &mut clerks, each + 1).await;
        // The floor on both sides of what it is for.
        let first = commits(place, lines, each.div_ceil(2)).await;
        let mut rate = submits(place, clerks).await;
        let last = commits(place, lines, each.div_ceil(2)).await;
        let bare = (first.a_second + last.a_second) / 2.0;
        sent += (each + 1) * lines;
        let offices = if one { 1 } else { lines };
        let [p50, p95, p99] = [50, 95, 99].map(|percent| rate.times.micros(percent) / 1e3);
        println!(
            "{lines:11} {offices:8} {:8.0} {p50:8.2} {p95:8.2} {p99:8.2} {:8.2} {bare:13.0} {:8.2} {:6.2} {:>6}",
            rate.a_second,
            rate.computed,
            (first.computed + last.computed) / 2.0,
            rate.a_second / bare,
            load()
        );
    }
    execute(&mut superuser, "DROP TABLE public.bench_row").await;
    check(place, &mut superuser, before, sent).await;
}

async fn submits(place: &Place, clerks: Vec<Clerk>) -> Rate {
    let start = Arc::new(Barrier::new(clerks.len() + 1));
    let mut workers = Vec::new();
    for clerk in clerks {
        let (mut line, account) = counted(place).await;
        become_person(&mut line, &clerk.login).await;
        let start = Arc::clone(&start);
        workers.push(tokio::spawn(async move {
            let (first, claims) = clerk.claims.split_first().expect("a claim");
            submit(&mut line, first).await;
            start.wait().await;
            let (mut times, before) = (Times::default(), account.computed());
            for claim in claims {
                times.push(submit(&mut line, claim).await);
            }
            (times, account.computed() - before)
        }));
    }
    measured(&start, workers).await
}

async fn submit(line: &mut PgConnection, claim: &str) -> Duration {
    let started = Instant::now();
    let row = sqlx::query(SUBMIT).bind(claim).fetch_one(line).await;
    let took = started.elapsed();
    let answer: String = row.unwrap_or_else(|error| panic!("{error}: {claim}")).get(0);
    assert!(answer.contains("\"replay\" : false"), "recorded before: {answer}");
    took
}

/// Bare durable commits a second.
async fn commits(place: &Place, lines: usize, each: usize) -> Rate {
    let start = Arc::new(Barrier::new(lines + 1));
    let mut workers = Vec::new();
    for _ in 0..lines {
        let (mut line, account) = counted(place).await;
        let start = Arc::clone(&start);
        workers.push(tokio::spawn(async move {
            commit(&mut line, 0).await;
            start.wait().await;
            let (mut times, before) = (Times::default(), account.computed());
            for n in 0..each {
                times.push(commit(&mut line, n as i64).await);
            }
            (times, account.computed() - before)
        }));
    }
    measured(&start, workers).await
}

async fn commit(line: &mut PgConnection, n: i64) -> Duration {
    let started = Instant::now();
    sqlx::query("INSERT INTO public.bench_row VALUES ($1)").bind(n).execute(line).await.expect("a row");
    started.elapsed()
}

/// A line, and what the kernel counts for the server's process behind it.
async fn counted(place: &Place) -> (PgConnection, Account) {
    let mut line = place.superuser().await;
    let pid = ask(&mut line, "SELECT pg_backend_pid()").await;
    (line, Account::of(pid))
}

/// Lets all workers begin at once, and waits for the last.
async fn measured(start: &Barrier, workers: Vec<JoinHandle<(Times, Duration)>>) -> Rate {
    start.wait().await;
    let started = Instant::now();
    let (mut times, mut computed) = (Times::default(), Duration::ZERO);
    for worker in workers {
        let (of_line, of_server) = worker.await.expect("a worker");
        times.extend(of_line);
        computed += of_server;
    }
    let count = times.len() as f64;
    let a_second = count / started.elapsed().as_secs_f64();
    Rate { a_second, times, computed: computed.as_secs_f64() * 1e3 / count }
}

/// Count, numbers and events agree, and the auditor finds nothing.
async fn check(place: &Place, superuser: &mut PgConnection, before: i64, sent: usize) {
    let claims: i64 = ask(superuser, "SELECT count(*) FROM core.claim").await;
    assert_eq!(claims - before, sent as i64, "claims");
    for (what, text) in [
        (
            "offices and years whose numbers are not 1, 2, 3, … up to their counter",
            "SELECT count(*) FROM (SELECT office, year, count(*) AS n, count(DISTINCT number) AS d, max(number) AS m \
             FROM core.claim GROUP BY office, year) c FULL JOIN core.counter k USING (office, year) \
             WHERE (c.n, c.d, c.m) IS DISTINCT FROM (k.last::bigint, k.last::bigint, k.last)",
        ),
        (
            "claims without exactly one first event",
            "SELECT count(*) FROM core.claim c LEFT JOIN (SELECT claim, count(*) AS n FROM core.claim_event \
             WHERE kind IN ('submitted', 'returned') GROUP BY claim) e ON e.claim = c.id WHERE e.n IS DISTINCT FROM 1",
        ),
        (
            "chains whose places are not 1, 2, 3, … up to their length",
            "SELECT count(*) FROM (SELECT office, count(*) AS n, max(place) AS m FROM core.claim_event GROUP BY office) e \
             FULL JOIN core.chain h USING (office) WHERE (e.n, e.m) IS DISTINCT FROM (h.length::bigint, h.length)",
        ),
    ] {
        let wrong: i64 = ask(superuser, text).await;
        assert_eq!(wrong, 0, "{what}");
    }
    let started = Instant::now();
    let found = place.auditor().await.verify().await.expect("a verification");
    assert!(found.differences.is_empty(), "{:?}", &found.differences[..found.differences.len().min(10)]);
    println!(
        "{sent} claims: each one number and one event, no gap; {} claims and {} chains verified in {:.1} s, no difference",
        found.claims,
        found.chains,
        started.elapsed().as_secs_f64()
    );
}
