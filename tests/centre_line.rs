//! The one line to the centre, under everything that lines and servers do: what goes on by itself, what is told, and that
//! nothing counts twice or hangs. To add a fault: a field of the proxy's `Fault`, and its case here.

mod central;

use std::sync::Arc;
use std::time::Duration;

use central::crowd::store_at;
use central::support::proxy::{Fault, How, Proxy, Way};
use central::support::{DATABASE, free_port};
use central::{Central, Postgres, Taker, postgres, sheet_of};
use huzhu::domain::claim::NewClaim;
use huzhu::domain::form::FormId;
use huzhu::domain::query::{Query, Term};
use huzhu::domain::secret::Secret;
use huzhu::store::postgres::{PostgresOptions, PostgresStore};
use huzhu::store::{Store, StoreError};
use huzhu::strings::errors::store_error;
use huzhu::strings::{Lang, Strings};
use huzhu::world::PASSWORD;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep, timeout};

/// Nothing may hang for ever; no measure.
const HANGS: Duration = Duration::from_secs(60);
const MOMENT: Duration = Duration::from_millis(20);

/// A clerk's store by way of a proxy.
async fn through(central: &Postgres) -> (Arc<PostgresStore>, Proxy) {
    let proxy = Proxy::before(central.server().address(), 7).await;
    let store = store_at(central, proxy.address());
    store.log_in("0137", &password()).await.unwrap();
    (store, proxy)
}

fn password() -> Secret {
    Secret::new(PASSWORD)
}

async fn claim_of(store: &dyn Store, bill: u32) -> NewClaim {
    let sheet = sheet_of(store, "王秀英").await;
    let day = format!("2021-03-{:02}", bill % 20 + 1);
    Taker::of(store).await.stay(&sheet, &format!("{bill:010}"), &day, &day)
}

fn wang() -> Query {
    Query::Name(Term { key: "王秀".into(), unit: None })
}

async fn sessions(central: &Postgres) -> i64 {
    central.count("SELECT count(*) FROM pg_stat_activity WHERE usename = '0137'").await
}

async fn end_sessions(central: &Postgres) {
    central.count("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = '0137'").await;
    while sessions(central).await > 0 {
        sleep(MOMENT).await;
    }
}

async fn claims(central: &Postgres) -> i64 {
    central.count("SELECT count(*) FROM claim").await
}

/// A call, again until it is answered.
async fn until_answered<T>(call: impl AsyncFn() -> Result<T, StoreError>) -> T {
    let answered = timeout(HANGS, async {
        loop {
            match call().await {
                Ok(answer) => return answer,
                Err(why) => assert!(why.may_pass(), "{why:?}"),
            }
            sleep(MOMENT).await;
        }
    });
    answered.await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_was_started_anew_is_gone_on_with() {
    let mut central = postgres().await;
    let store = central.open("0137").await;
    let first = claim_of(&*store, 1).await;
    let answer = store.submit(&first).await.unwrap();
    for in_order in [true, false] {
        let restart = |central: &mut Postgres| {
            if in_order {
                central.server_mut().stop_in_order();
            } else {
                central.server_mut().stop_immediately();
            }
            central.server_mut().start();
        };
        restart(&mut central);
        assert_eq!(store.hello().await.unwrap().login, "0137", "a read goes on by itself");
        assert!(!store.search(&wang()).await.unwrap().rows.is_empty());
        restart(&mut central);
        let again = store.submit(&first).await.unwrap();
        assert_eq!((again.replay, &again.claim, &again.hash), (true, &answer.claim, &answer.hash));
        let next = claim_of(&*store, 2 + u32::from(in_order)).await;
        restart(&mut central);
        assert!(!store.submit(&next).await.unwrap().replay);
    }
    assert_eq!(claims(&central).await, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_was_ended_is_opened_again() {
    let central = postgres().await;
    let store = central.open("0137").await;
    let claim = claim_of(&*store, 1).await;
    for _ in 0..3 {
        end_sessions(&central).await;
        store.hello().await.unwrap();
    }
    end_sessions(&central).await;
    let number = store.submit(&claim).await.unwrap().claim.number;
    end_sessions(&central).await;
    // A print counts each time: it is not sent again by itself.
    assert!(matches!(store.record_print(number, FormId::P1).await, Err(StoreError::Unknown(_))));
    assert_eq!(store.claim(number).await.unwrap().prints, 0);
    assert_eq!(store.record_print(number, FormId::P1).await.unwrap().copy, 0);
    assert_eq!((claims(&central).await, sessions(&central).await), (1, 1));
}

/// The line is there and nothing comes: every call is told so in the end, and neither a screen that is unlocked nor a
/// log-out waits for one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_line_is_told_and_holds_nothing_up() {
    let central = postgres().await;
    let (store, proxy) = through(&central).await;
    for (round, way) in [(1, Way::Up), (2, Way::Down)] {
        let claim = claim_of(&*store, round).await;
        proxy.end(way, 100, How::Silence);
        let began = Instant::now();
        let call = tokio::spawn({
            let (store, claim) = (Arc::clone(&store), claim.clone());
            async move { store.submit(&claim).await }
        });
        while proxy.ended() < u64::from(round) {
            sleep(MOMENT).await;
        }
        let others = [(); 3].map(|()| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.hello().await })
        });
        store.log_in("0137", &password()).await.unwrap();
        assert!(store.log_in("0137", &Secret::new("other")).await.unwrap_err().is_wrong_login());
        assert!(!call.is_finished(), "the screen was unlocked meanwhile");
        let told = timeout(HANGS, call).await.unwrap().unwrap();
        println!("silent {way:?}: told after {:.2} s", began.elapsed().as_secs_f64());
        assert!(matches!(told, Err(StoreError::Unknown(_))), "{told:?}");
        for other in others {
            // It was not sent, or went on a new line.
            let told = timeout(HANGS, other).await.unwrap().unwrap();
            assert!(matches!(told, Ok(_) | Err(StoreError::Unreachable(_))), "{told:?}");
        }
        let answer = until_answered(async || store.submit(&claim).await).await;
        assert_eq!(answer.claim.number.sequence, round);
        // Upwards nothing came; downwards it had been recorded.
        assert_eq!(answer.replay, way == Way::Down);
    }
    assert_eq!(claims(&central).await, 2);
    proxy.end(Way::Up, 0, How::Silence);
    let call = tokio::spawn({
        let store = Arc::clone(&store);
        async move { store.hello().await }
    });
    while proxy.ended() < 3 {
        sleep(MOMENT).await;
    }
    store.log_out().await.unwrap();
    assert!(!call.is_finished(), "who leaves does not wait");
    call.abort();
    let _ = call.await;
    assert!(matches!(store.hello().await, Err(StoreError::Unreachable(_))), "nobody is at work");
    store.log_in("0138", &password()).await.unwrap();
    assert_eq!(store.hello().await.unwrap().login, "0138");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_is_cut_or_reset_is_opened_again() {
    let central = postgres().await;
    let (store, proxy) = through(&central).await;
    let number = store.submit(&claim_of(&*store, 1).await).await.unwrap().claim.number;
    let mut prints = 0;
    for way in [Way::Up, Way::Down] {
        for how in [How::Close, How::Reset] {
            for after in [0, 1, 20] {
                let ended = proxy.ended();
                proxy.end(way, after, how);
                store.hello().await.unwrap_or_else(|why| panic!("{way:?} {how:?} {after}: {why:?}"));
                assert_eq!(proxy.ended(), ended + 1);
                proxy.end(way, after, how);
                let told = store.record_print(number, FormId::P1).await;
                assert!(matches!(told, Err(StoreError::Unknown(_))), "{way:?} {how:?} {after}: {told:?}");
                let counted = store.claim(number).await.unwrap().prints;
                assert!(counted == prints || (counted == prints + 1 && way == Way::Down), "{way:?} {how:?} {after}");
                prints = counted;
            }
        }
    }
    // Cut while it is opened again, too.
    proxy.end(Way::Down, 0, How::Reset);
    let cut = tokio::spawn({
        let store = Arc::clone(&store);
        async move { store.hello().await }
    });
    let ended = proxy.ended();
    while proxy.ended() == ended && !cut.is_finished() {
        sleep(Duration::from_micros(200)).await;
    }
    proxy.end(Way::Down, 10, How::Close);
    let told = cut.await.unwrap();
    assert!(told.is_ok() || told.is_err_and(|why| why.may_pass()));
    until_answered(async || store.hello().await).await;
}

/// What became of the first try is not known, whatever keeps the second one from being done.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_submit_that_was_cut_and_then_kept_out_may_have_been_sent() {
    let central = postgres().await;
    let (store, proxy) = through(&central).await;
    let claim = claim_of(&*store, 1).await;
    let mut other = central.server().superuser(DATABASE).await;
    for held in ["BEGIN", "LOCK TABLE core.chain"] {
        sqlx::query(held).execute(&mut other).await.unwrap();
    }
    let kept_out = store.submit(&claim).await;
    assert!(matches!(kept_out, Err(StoreError::Unreachable(_))), "{kept_out:?}");
    let ended = proxy.ended();
    proxy.end(Way::Down, 0, How::Reset);
    let told = store.submit(&claim).await;
    assert_eq!(proxy.ended(), ended + 1);
    assert!(matches!(told, Err(StoreError::Unknown(_))), "{told:?}");
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    assert!(!until_answered(async || store.submit(&claim).await).await.replay);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_server_that_stands_by_and_one_that_talks_nonsense_say() {
    let central = postgres().await;
    let number = {
        let (store, _proxy) = through(&central).await;
        store.submit(&claim_of(&*store, 1).await).await.unwrap().claim.number
    };
    central.tamper("ALTER ROLE \"0137\" SET default_transaction_read_only = on").await.unwrap();
    let (store, _proxy) = through(&central).await;
    store.claim(number).await.unwrap();
    let told = store.record_print(number, FormId::P1).await;
    assert!(matches!(told, Err(StoreError::Unreachable(_))), "{told:?}");
    let nonsense = "CREATE OR REPLACE FUNCTION api_v1.hello(protocol integer) RETURNS json LANGUAGE sql AS $$ SELECT '{}'::json $$";
    central.tamper(nonsense).await.unwrap();
    let told = store.hello().await.unwrap_err();
    assert!(matches!(told, StoreError::Unreadable(_)), "{told:?}");
    let said = store_error(&told, &Strings::new(Lang::Chinese));
    assert!(said.contains("中心的答复") && !said.contains("文件"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_line_is_a_line() {
    let central = postgres().await;
    let (store, proxy) = through(&central).await;
    let millis = Duration::from_millis;
    for (bill, fault) in [
        (1, Fault { delay: millis(200), jitter: millis(200), ..Fault::default() }),
        (2, Fault { slice: 3, ..Fault::default() }),
        (3, Fault { speed: 4_000, ..Fault::default() }),
    ] {
        let claim = claim_of(&*store, bill).await;
        proxy.set(fault);
        let (began, turns) = (Instant::now(), proxy.turns());
        assert!(!store.submit(&claim).await.unwrap().replay, "{fault:?}");
        println!("{fault:?}: {:.2} s, {} round trip", began.elapsed().as_secs_f64(), proxy.turns() - turns);
        store.hello().await.unwrap();
        proxy.set(Fault::default());
    }
    assert_eq!((proxy.connections(), claims(&central).await), (1, 3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_under_way_share_one_line() {
    let central = postgres().await;
    let (store, proxy) = through(&central).await;
    let claim = claim_of(&*store, 1).await;
    for after in [0, 500, 5_000] {
        proxy.end(Way::Down, after, How::Reset);
        let calls: Vec<_> = (0..24)
            .map(|n| {
                let (store, claim) = (Arc::clone(&store), claim.clone());
                tokio::spawn(async move {
                    match n % 3 {
                        0 => store.hello().await.map(drop),
                        1 => store.search(&wang()).await.map(drop),
                        _ => store.submit(&claim).await.map(drop),
                    }
                })
            })
            .collect();
        for call in calls {
            call.await.unwrap().unwrap();
        }
    }
    assert_eq!((claims(&central).await, proxy.ended()), (1, 3));
    assert_eq!(proxy.connections(), 4, "one at the log-in, one for each that was cut");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_nobody_waits_for_any_more_leaves_a_line() {
    let central = postgres().await;
    let (store, proxy) = through(&central).await;
    let mut dice = ChaCha8Rng::seed_from_u64(central::crowd::seed());
    for round in 1..=12_u32 {
        let claim = claim_of(&*store, round).await;
        proxy.set(Fault { slice: 200, ..Fault::default() });
        let call = tokio::spawn({
            let (store, claim) = (Arc::clone(&store), claim.clone());
            async move { store.submit(&claim).await }
        });
        sleep(Duration::from_micros(dice.random_range(0..40_000))).await;
        call.abort();
        let _ = call.await;
        proxy.set(Fault::default());
        let answer = until_answered(async || store.submit(&claim).await).await;
        assert_eq!(answer.claim.number.sequence, round);
    }
    println!("{} lines for 12 calls that were dropped", proxy.connections());
    assert_eq!(claims(&central).await, 12);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_not_let_in_is_told_why() {
    let mut central = postgres().await;
    let store = || store_at(&central, central.server().address());
    let refused = async |login: &str, password: &str| store().log_in(login, &Secret::new(password)).await.unwrap_err();
    let wrong = refused("0137", "wrong").await;
    assert!(wrong.is_wrong_login());
    // Nobody learns which of the two is wrong.
    assert_eq!(refused("9999", "wrong").await, wrong);
    assert_eq!(refused("9999", PASSWORD).await, wrong);
    let said = |login| String::from_utf8_lossy(&central.server().psql(login, "wrong", "SELECT 1").stderr).into_owned();
    assert_eq!(said("0137").replace("0137", "9999"), said("9999"));
    for (change, back, why) in [
        ("ALTER ROLE \"0137\" NOLOGIN", "ALTER ROLE \"0137\" LOGIN", StoreError::account_locked()),
        ("ALTER ROLE \"0137\" VALID UNTIL '2020-01-01'", "ALTER ROLE \"0137\" VALID UNTIL 'infinity'", wrong.clone()),
        (
            "REVOKE CONNECT ON DATABASE huzhu FROM PUBLIC, huzhu_person",
            "GRANT CONNECT ON DATABASE huzhu TO huzhu_person",
            StoreError::NotAllowed,
        ),
    ] {
        central.tamper(change).await.unwrap();
        assert_eq!(refused("0137", PASSWORD).await, why, "{change}");
        central.tamper(back).await.unwrap();
        store().log_in("0137", &password()).await.unwrap();
    }
    while sessions(&central).await > 0 {
        sleep(MOMENT).await;
    }
    let mut stores = Vec::new();
    let too_many = loop {
        let next = store();
        match next.log_in("0137", &password()).await {
            Ok(()) => stores.push(next),
            Err(why) => break why,
        }
    };
    assert_eq!((too_many, stores.len()), (StoreError::too_many_sessions(), 3));
    stores[0].log_out().await.unwrap();
    while sessions(&central).await > 2 {
        sleep(MOMENT).await;
    }
    store().log_in("0137", &password()).await.unwrap();
    // A server that is full may have room soon; how often a person is at work is his own matter.
    central.tamper("ALTER DATABASE huzhu CONNECTION LIMIT 0").await.unwrap();
    let told = store().log_in("0138", &password()).await;
    assert!(matches!(told, Err(StoreError::Unreachable(_))), "{told:?}");
    central.tamper("ALTER DATABASE huzhu CONNECTION LIMIT -1").await.unwrap();
    let gone = PostgresOptions::parse(&central.server().url("gone")).unwrap();
    let told = PostgresStore::new(gone).log_in("0137", &password()).await;
    assert!(matches!(told, Err(StoreError::Unreachable(_))), "{told:?}");
    // It takes nobody any more and lets those end who are there.
    let lock = std::fs::read_to_string(central.server().data().join("postmaster.pid")).unwrap();
    let pid = rustix::process::Pid::from_raw(lock.lines().next().unwrap().parse().unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    let told = timeout(HANGS, async {
        loop {
            match store().log_in("0137", &password()).await {
                Err(StoreError::Unreachable(why)) => break why,
                // It did not hear yet.
                _ => sleep(MOMENT).await,
            }
        }
    });
    println!("stopping: {}", told.await.unwrap());
    assert_eq!(stores[1].hello().await.unwrap().login, "0137", "who is there is served to the end");
    drop(stores);
    central.server_mut().stop_immediately();
    let nobody = central.server().address();
    let told = store_at(&central, nobody).log_in("0137", &password()).await;
    assert!(matches!(told, Err(StoreError::Unreachable(_))), "{told:?}");
}

/// What a server says while it starts, and one that is no server.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_starts_is_waited_for() {
    let starting =
        b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0Fpostmaster.c\0L2327\0RProcessStartupPacket\0\0";
    let mut answer = vec![b'E'];
    answer.extend_from_slice(&(starting.len() as u32 + 4).to_be_bytes());
    answer.extend_from_slice(starting);
    for answer in [answer, b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(), Vec::new()] {
        let listener = TcpListener::bind(("127.0.0.1", free_port())).await.unwrap();
        let url = format!("postgres://{}/{DATABASE}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            let (mut terminal, _) = listener.accept().await.unwrap();
            let mut bytes = [0; 1024];
            let _ = terminal.read(&mut bytes).await;
            let _ = terminal.write_all(b"N").await;
            let _ = terminal.read(&mut bytes).await;
            let _ = terminal.write_all(&answer).await;
        });
        let store = PostgresStore::new(PostgresOptions::parse(&url).unwrap());
        let told = store.log_in("0137", &password()).await;
        assert!(matches!(told, Err(StoreError::Unreachable(_))), "{told:?}");
        server.await.unwrap();
    }
}

/// Nobody is there for a while: whoever asks is told at once, the server is not stormed, and the line comes back by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tries_are_few_and_go_on_beside_the_work() {
    let mut central = postgres().await;
    let (store, proxy) = through(&central).await;
    store.hello().await.unwrap();
    central.server_mut().stop_immediately();
    let before = proxy.connections();
    for _ in 0..100 {
        assert!(store.hello().await.unwrap_err().may_pass());
        sleep(MOMENT).await;
    }
    let tries = proxy.connections() - before;
    println!("100 calls while nobody was there: {tries} tries");
    assert!((1..25).contains(&tries), "{tries}");
    let (mut seen, mut last, mut pauses) = (proxy.connections(), Instant::now(), Vec::new());
    while pauses.len() < 2 {
        sleep(Duration::from_millis(5)).await;
        if proxy.connections() > seen {
            pauses.push(last.elapsed().as_millis());
            (seen, last) = (proxy.connections(), Instant::now());
        }
    }
    println!("pauses beside the work: {pauses:?} ms");
    central.server_mut().start();
    let back = timeout(HANGS, async {
        while sessions(&central).await == 0 {
            sleep(MOMENT).await;
        }
    });
    back.await.unwrap();
    let connections = proxy.connections();
    store.hello().await.unwrap();
    assert_eq!((proxy.connections(), sessions(&central).await), (connections, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_that_was_changed_is_not_tried_over_and_over() {
    let central = postgres().await;
    let (store, proxy) = through(&central).await;
    central.tamper("ALTER ROLE \"0137\" PASSWORD 'another-one'").await.unwrap();
    end_sessions(&central).await;
    assert!(store.hello().await.is_err());
    let told = timeout(HANGS, async {
        loop {
            match store.hello().await {
                Err(why) if why.may_pass() => sleep(MOMENT).await,
                told => return told.map(drop),
            }
        }
    });
    assert_eq!(told.await.unwrap(), Err(StoreError::wrong_login()));
    let connections = proxy.connections();
    sleep(Duration::from_secs(2)).await;
    assert_eq!(proxy.connections(), connections, "nobody tries beside the work");
    store.log_out().await.unwrap();
    store.log_in("0137", &Secret::new("another-one")).await.unwrap();
    store.hello().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_prepared_is_prepared_again() {
    let central = postgres().await;
    let (store, proxy) = through(&central).await;
    let all = async || {
        store.hello().await.unwrap();
        store.search(&wang()).await.unwrap();
        store.desk().await.unwrap();
        sheet_of(&*store, "王秀英").await;
    };
    for _ in 0..2 {
        all().await;
        let turns = proxy.turns();
        store.search(&wang()).await.unwrap();
        assert_eq!(proxy.turns(), turns + 1, "one round trip");
        end_sessions(&central).await;
    }
    all().await;
    // Another form of an answer under a session that prepared the old one.
    central
        .tamper(
            "DO $$ DECLARE result text := pg_get_function_result('api_v1.search(text, text, text)'::regprocedure); BEGIN
                ALTER FUNCTION api_v1.search(text, text, text) RENAME TO search_before;
                EXECUTE format('CREATE FUNCTION api_v1.search(text, text, text) RETURNS %s LANGUAGE sql AS
                    ''SELECT *, 1 FROM api_v1.search_before($1, $2, $3)''', left(result, -1) || ', one integer)');
            END $$",
        )
        .await
        .unwrap();
    assert!(!store.search(&wang()).await.unwrap().rows.is_empty());
    all().await;
}
