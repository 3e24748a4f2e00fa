//! What was acknowledged is there, once, whatever happens to the line and to the server: submits by many clerks through
//! lines that are cut at random bytes, with a server that stops at once again and again, and with sessions that are ended
//! under them.
//!
//! `HUZHU_SEED` repeats a run; `HUZHU_CUTS`, `HUZHU_STOPS` and `HUZHU_ENDS` say how many submits, stops and ended
//! sessions there are where the suite's few are not enough.

mod central;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use central::crowd::{Told, assert_whole, clerks, how_many, seed, store_at, told};
use central::support::proxy::{End, Fault, How, Proxy, Way};
use central::support::{DATABASE, Options};
use central::{Central, Postgres, postgres, postgres_with};
use huzhu::domain::claim::NewClaim;
use huzhu::domain::secret::Secret;
use huzhu::store::postgres::PostgresStore;
use huzhu::store::{Duplicate, Store, StoreError, Submitted};
use huzhu::world::PASSWORD;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio::time::{Instant, sleep};

/// Clerks at once.
const CLERKS: usize = 8;

/// What happened to a clerk.
#[derive(Default)]
struct Seen {
    told: Vec<Told>,
    /// Answers that had been recorded before: the first one was lost.
    replays: u64,
    /// Calls that were asked again by who called.
    again: u64,
}

impl Seen {
    fn of(all: Vec<Seen>) -> Seen {
        all.into_iter().fold(Seen::default(), |mut sum, seen| {
            sum.told.extend(seen.told);
            sum.replays += seen.replays;
            sum.again += seen.again;
            sum
        })
    }

    /// A claim again and again with the same id, until it is answered.
    async fn submit(&mut self, store: &dyn Store, claim: &NewClaim) -> Submitted {
        loop {
            match store.submit(claim).await {
                Ok(answer) => {
                    self.replays += u64::from(answer.replay);
                    self.told.push(told(&answer));
                    return answer;
                }
                Err(why) if why.may_pass() => self.again += 1,
                Err(why) => panic!("{why:?}"),
            }
            sleep(Duration::from_millis(20)).await;
        }
    }
}

async fn logged_in(central: &Postgres, login: &str, address: std::net::SocketAddr) -> Arc<PostgresStore> {
    let store = store_at(central, address);
    store.log_in(login, &Secret::new(PASSWORD)).await.unwrap();
    store
}

async fn joined<T: 'static>(tasks: Vec<tokio::task::JoinHandle<T>>) -> Vec<T> {
    let mut all = Vec::new();
    for task in tasks {
        all.push(task.await.unwrap());
    }
    all
}

/// An end within so many bytes upwards and downwards.
fn somewhere(dice: &mut ChaCha8Rng, up: u64, down: u64) -> Fault {
    let (way, bytes) = if dice.random() { (Way::Up, up) } else { (Way::Down, down) };
    let how = if dice.random() { How::Close } else { How::Reset };
    Fault { end: Some(End { way, after: dice.random_range(0..=bytes), how }), ..Fault::default() }
}

/// Each submit is cut at a byte of its own; every fourth time the line that is opened after that is cut as well.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_submit_that_is_cut_at_any_byte_counts_once() {
    let submits = how_many("HUZHU_CUTS", 200);
    let seed = seed();
    let central = Arc::new(postgres().await);
    let began = Instant::now();
    let mut tasks = Vec::new();
    for (at, clerk) in clerks(&central, CLERKS, submits / CLERKS + 1).await.into_iter().enumerate() {
        let central = Arc::clone(&central);
        tasks.push(tokio::spawn(async move {
            let mut dice = ChaCha8Rng::seed_from_u64(seed.wrapping_add(at as u64));
            let proxy = Proxy::before(central.server().address(), seed).await;
            let store = logged_in(&central, &clerk.login, proxy.address()).await;
            let (whole, claims) = clerk.claims.split_first().unwrap();
            let mut seen = Seen::default();
            // How long a submit is: two in a row that are as long, as they are when nothing is prepared beside any more.
            seen.submit(&*store, whole).await;
            let mut last = [0, 0];
            let [up, down] = loop {
                let before = [Way::Up, Way::Down].map(|way| proxy.bytes(way));
                seen.submit(&*store, whole).await;
                let this = [(Way::Up, 0), (Way::Down, 1)].map(|(way, n)| proxy.bytes(way) - before[n]);
                if std::mem::replace(&mut last, this) == this {
                    break this;
                }
            };
            seen = Seen::default();
            for claim in claims {
                proxy.set(somewhere(&mut dice, up, down));
                let ended = proxy.ended();
                let cut_again = async {
                    while proxy.ended() == ended {
                        sleep(Duration::from_millis(1)).await;
                    }
                    if dice.random_ratio(1, 4) {
                        proxy.set(somewhere(&mut dice, 1_000, 1_000));
                    }
                    std::future::pending::<()>().await;
                };
                tokio::select! {
                    _ = seen.submit(&*store, claim) => {}
                    () = cut_again => {}
                }
            }
            (seen, proxy.ended())
        }));
    }
    let all = joined(tasks).await;
    let cut: u64 = all.iter().map(|(_, cut)| cut).sum();
    let seen = Seen::of(all.into_iter().map(|(seen, _)| seen).collect());
    println!(
        "{} submits, {cut} lines cut, {} answers that were lost and given again, {} asked again by the caller, {:.1} s",
        seen.told.len(),
        seen.replays,
        seen.again,
        began.elapsed().as_secs_f64()
    );
    assert!(cut >= submits as u64 / 2 && seen.replays > 0, "nothing was cut");
    let stored = assert_whole(&central, &seen.told).await;
    assert_eq!(stored as usize, seen.told.len() + CLERKS);
}

/// Eight clerks submit while `disturb` works; gives what they were told.
async fn under_load<T>(
    central: &mut Postgres,
    each: usize,
    disturb: impl AsyncFnOnce(&mut Postgres, &Load) -> T,
) -> (Seen, T) {
    let load = Arc::new(Load::default());
    let mut at_work = Vec::new();
    for clerk in clerks(central, CLERKS, each).await {
        at_work.push((central.open(&clerk.login).await, clerk.claims));
    }
    load.at_work.store(CLERKS as u64, Ordering::SeqCst);
    let clerk = |(store, claims): (Arc<dyn Store>, Vec<NewClaim>)| {
        let load = Arc::clone(&load);
        tokio::spawn(async move {
            let mut seen = Seen::default();
            for claim in &claims {
                if load.done.load(Ordering::SeqCst) {
                    break;
                }
                seen.submit(&*store, claim).await;
                load.answered.fetch_add(1, Ordering::SeqCst);
            }
            load.at_work.fetch_sub(1, Ordering::SeqCst);
            seen
        })
    };
    let tasks = at_work.into_iter().map(clerk).collect();
    let disturbed = disturb(central, &load).await;
    load.done.store(true, Ordering::SeqCst);
    (Seen::of(joined(tasks).await), disturbed)
}

#[derive(Default)]
struct Load {
    /// The clerks go home.
    done: AtomicBool,
    /// Clerks who have something to submit.
    at_work: AtomicU64,
    answered: AtomicU64,
}

impl Load {
    fn is_over(&self) -> bool {
        self.at_work.load(Ordering::SeqCst) == 0
    }

    /// Waits for so many more answers; `false` where the claims ran out.
    async fn more(&self, count: u64) -> bool {
        let until = self.answered.load(Ordering::SeqCst) + count;
        while self.answered.load(Ordering::SeqCst) < until {
            if self.is_over() {
                return false;
            }
            sleep(Duration::from_millis(1)).await;
        }
        true
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_outlives_a_server_that_stops_at_once() {
    let stops = how_many("HUZHU_STOPS", 3);
    let seed = seed();
    let mut central = postgres_with(Options { fsync: true, ..Options::default() }).await;
    let (seen, times) = under_load(&mut central, stops * 30, async |central, load| {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let mut times = Vec::new();
        for stop in 0..stops {
            assert!(load.more(dice.random_range(20..120)).await, "nothing to submit after {stop} stops");
            sleep(Duration::from_micros(dice.random_range(0..20_000))).await;
            let began = Instant::now();
            tokio::task::block_in_place(|| {
                central.server_mut().stop_immediately();
                central.server_mut().start();
            });
            let started = began.elapsed().as_millis();
            assert!(load.more(1).await, "nothing to submit after {stop} stops");
            times.push((started, began.elapsed().as_millis()));
        }
        times
    })
    .await;
    println!(
        "{} acknowledged over {stops} stops, {} given again, {} asked again by the caller; ms until the server was ready, and \
         until somebody was answered: {times:?}",
        seen.told.len(),
        seen.replays,
        seen.again
    );
    assert!(seen.again + seen.replays > 0, "nobody noticed a stop");
    assert_eq!(assert_whole(&central, &seen.told).await as usize, seen.told.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_that_are_ended_under_load_lose_nothing() {
    let ends = how_many("HUZHU_ENDS", 10);
    let seed = seed();
    let mut central = postgres().await;
    let (seen, ended) = under_load(&mut central, ends * 20 + 50, async |central, load| {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let mut raw = central.server().superuser(DATABASE).await;
        let mut ended = 0;
        while ended < ends && !load.is_over() {
            let statement = "SELECT pid FROM pg_stat_activity WHERE usename ~ '^[0-9]' ORDER BY usename, pid";
            let pids: Vec<i32> = sqlx::query_scalar(statement).fetch_all(&mut raw).await.unwrap();
            if !pids.is_empty() {
                let pid = pids[dice.random_range(0..pids.len())];
                let gone: bool =
                    sqlx::query_scalar("SELECT pg_terminate_backend($1)").bind(pid).fetch_one(&mut raw).await.unwrap();
                ended += usize::from(gone);
            }
            sleep(Duration::from_millis(200)).await;
        }
        ended
    })
    .await;
    println!(
        "{} acknowledged, {ended} sessions ended, {} given again, {} asked again by the caller",
        seen.told.len(),
        seen.replays,
        seen.again
    );
    assert!(ended >= ends / 2, "nothing to submit after {ended} ends");
    assert_eq!(assert_whole(&central, &seen.told).await as usize, seen.told.len());
}

/// Sixteen windows of one office in the same moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_windows_of_one_office() {
    const WINDOWS: usize = 16;
    let central = postgres().await;
    central.tamper("ALTER ROLE \"0137\" CONNECTION LIMIT -1").await.unwrap();
    let clerk = clerks(&central, 1, WINDOWS * 6).await.remove(0);
    let mut stores = Vec::new();
    for _ in 0..WINDOWS {
        stores.push(logged_in(&central, &clerk.login, central.server().address()).await);
    }
    let mut rounds = clerk.claims.chunks(WINDOWS);
    let at_once = async |claims: Vec<NewClaim>| {
        let start = Arc::new(tokio::sync::Barrier::new(WINDOWS));
        let window = |(store, claim): (&Arc<PostgresStore>, NewClaim)| {
            let (store, start) = (Arc::clone(store), Arc::clone(&start));
            tokio::spawn(async move {
                start.wait().await;
                store.submit(&claim).await
            })
        };
        joined(stores.iter().zip(claims).map(window).collect()).await
    };
    let mut answers = Vec::new();
    for round in 0..3 {
        // One bill for all: one gets it, and the others are told which claim has it.
        let mut claims = rounds.next().unwrap().to_vec();
        for claim in &mut claims {
            claim.bill.number = format!("99{round:08}");
        }
        let told_round = at_once(claims).await;
        let won: Vec<Told> = told_round.iter().flatten().map(told).collect();
        assert_eq!(won.len(), 1, "{told_round:?}");
        for lost in told_round.into_iter().filter_map(Result::err) {
            match lost {
                StoreError::Duplicate(Duplicate::Bill(standing)) => {
                    assert_eq!(standing.number.sequence as i32, won[0].2);
                }
                other => panic!("{other:?}"),
            }
        }
        answers.extend(won);
        // A bill for each: all are in.
        let told_round = at_once(rounds.next().unwrap().to_vec()).await;
        answers.extend(told_round.into_iter().map(|answer| told(&answer.unwrap())));
    }
    let mut numbers: Vec<i32> = answers.iter().map(|told| told.2).collect();
    numbers.sort_unstable();
    assert!(numbers.iter().copied().eq(1..=3 * (WINDOWS as i32 + 1)), "{numbers:?}");
    assert_eq!(assert_whole(&central, &answers).await as usize, answers.len());
}
