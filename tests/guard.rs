//! The guard on a real PostgreSQL: what it ends, with the reason, and what it lets be. How long something takes is nowhere
//! asserted: it looks until it finds something, or with limits that nothing reaches.

mod office;

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use huzhu::domain::secret::Secret;
use huzhu::store::StoreError;
use huzhu::store::postgres::guard::{Ended, Guard, Limits};
use office::{CLERK, DATABASE, GUARD, Options, SECADMIN, SYSADMIN, Server, administrator, login, office, place};
use rustix::process::{Pid, Signal, kill_process};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions};

/// Nothing takes as long.
const NEVER: Duration = Duration::from_secs(1 << 20);
const FREE: Limits = Limits { transaction: NEVER, statement: NEVER, session: NEVER, idle: NEVER };
/// Everything takes longer.
const SHORT: Duration = Duration::from_millis(50);

async fn guard(server: &Server, limits: Limits) -> Guard {
    Guard::open(&place(server), GUARD.0, &Secret::new(GUARD.1), limits).await.unwrap()
}

/// A session as somebody with `psql` has it: nothing of its own ends it.
async fn session(server: &Server, (name, password): (&str, &str)) -> PgConnection {
    let options: PgConnectOptions = server.url_as(name, password, DATABASE).parse().unwrap();
    let mut session = options.connect().await.unwrap();
    run(&mut session, "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0").await.unwrap();
    session
}

async fn run(session: &mut PgConnection, text: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(text.to_owned())).execute(session).await.map(drop)
}

/// Looks until something was ended.
async fn found(guard: &mut Guard) -> Vec<Ended> {
    loop {
        let ended = guard.round().await.unwrap();
        if !ended.is_empty() {
            return ended;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn reasons(ended: &[Ended]) -> Vec<(&str, &str)> {
    ended.iter().map(|one| (one.login.as_str(), one.reason.as_str())).collect()
}

#[tokio::test]
async fn what_goes_too_far_is_ended_for_its_reason() {
    let server = office(Options::default()).await;
    let mut open = session(&server, CLERK).await;
    run(&mut open, "BEGIN; SELECT 1").await.unwrap();
    // Who does nothing in a transaction is not idle, who has none is in no transaction.
    let mut other = session(&server, SYSADMIN).await;
    let mut watch = guard(&server, Limits { transaction: SHORT, ..FREE }).await;
    assert_eq!(reasons(&found(&mut watch).await), [("0137", "transaction")]);
    watch.close().await;
    assert!(run(&mut open, "SELECT 1").await.is_err());
    run(&mut other, "SELECT 1").await.unwrap();

    let mut busy = session(&server, CLERK).await;
    let burning = tokio::spawn(async move { run(&mut busy, "SELECT count(*) FROM generate_series(1, 1e12)").await });
    let mut watch = guard(&server, Limits { statement: SHORT, ..FREE }).await;
    assert_eq!(reasons(&found(&mut watch).await), [("0137", "statement")]);
    watch.close().await;
    let error = burning.await.unwrap().unwrap_err();
    assert_eq!(error.as_database_error().and_then(|error| error.code()).as_deref(), Some("57P01"));

    run(&mut other, "SELECT 1").await.unwrap();
    let mut watch = guard(&server, Limits { idle: SHORT, ..FREE }).await;
    assert_eq!(reasons(&found(&mut watch).await), [("boss1", "idle")]);
    watch.close().await;
    assert!(run(&mut other, "SELECT 1").await.is_err());

    let mut long = session(&server, CLERK).await;
    run(&mut long, "BEGIN").await.unwrap();
    let mut watch = guard(&server, Limits { session: SHORT, ..FREE }).await;
    assert_eq!(reasons(&found(&mut watch).await), [("0137", "session")]);
    assert!(run(&mut long, "SELECT 1").await.is_err());
}

#[tokio::test]
async fn locked_and_expired_accounts_lose_their_sessions() {
    let server = office(Options::default()).await;
    let mut watch = guard(&server, FREE).await;
    let mut clerk = session(&server, CLERK).await;
    assert_eq!(watch.round().await, Ok(vec![]));
    administrator(&server, SECADMIN).await.lock(&login(CLERK.0)).await.unwrap();
    assert_eq!(reasons(&watch.round().await.unwrap()), [("0137", "locked")]);
    assert!(run(&mut clerk, "SELECT 1").await.is_err());
    // A role that was opened again behind the account's back does not help.
    server.execute(DATABASE, "ALTER ROLE \"0137\" LOGIN").await;
    let mut clerk = session(&server, CLERK).await;
    assert_eq!(reasons(&watch.round().await.unwrap()), [("0137", "locked")]);
    assert!(run(&mut clerk, "SELECT 1").await.is_err());
    administrator(&server, SECADMIN).await.unlock(&login(CLERK.0)).await.unwrap();
    let mut clerk = session(&server, CLERK).await;
    assert_eq!(watch.round().await, Ok(vec![]));
    server.execute(DATABASE, "ALTER ROLE \"0137\" VALID UNTIL '2021-01-01'").await;
    assert_eq!(reasons(&watch.round().await.unwrap()), [("0137", "expired")]);
    assert!(run(&mut clerk, "SELECT 1").await.is_err());
}

#[tokio::test]
async fn services_and_the_superuser_are_let_be() {
    let server = office(Options::default()).await;
    administrator(&server, SYSADMIN)
        .await
        .add(&office::account(("seals", "sealing wax and string"), 150_000, 0))
        .await
        .unwrap();
    let sealer = [huzhu::domain::account::Duty::Sealer];
    administrator(&server, SECADMIN).await.duty(&login("seals"), &sealer).await.unwrap();
    let mut superuser = server.superuser(DATABASE).await;
    let mut seals = session(&server, ("seals", "sealing wax and string")).await;
    let mut second = session(&server, GUARD).await;
    for kept in [&mut superuser, &mut seals, &mut second] {
        run(kept, "BEGIN; SELECT 1").await.unwrap();
    }
    let mut clerk = session(&server, CLERK).await;
    run(&mut clerk, "BEGIN").await.unwrap();
    let limits = Limits { transaction: SHORT, statement: SHORT, session: SHORT, idle: SHORT };
    let mut watch = guard(&server, limits).await;
    let ended = found(&mut watch).await;
    // The administrators' sessions of above may still be on their way out.
    assert!(reasons(&ended).contains(&("0137", "transaction")), "{ended:?}");
    for _ in 0..3 {
        watch.round().await.unwrap();
    }
    for kept in [&mut superuser, &mut seals, &mut second] {
        run(kept, "SELECT 1").await.unwrap();
    }
}

#[tokio::test]
async fn only_the_guard_guards() {
    let server = office(Options::default()).await;
    for (name, password) in [CLERK, SYSADMIN, SECADMIN] {
        let opened = Guard::open(&place(&server), name, &Secret::new(password), FREE).await;
        assert_eq!(opened.err(), Some(StoreError::NotAllowed), "{name}");
    }
    let mut watch = guard(&server, FREE).await;
    administrator(&server, SECADMIN).await.duty(&login(GUARD.0), &[]).await.unwrap();
    assert_eq!(watch.round().await, Err(StoreError::NotAllowed));
}

#[tokio::test]
async fn the_service_says_what_it_does_and_ends_when_told() {
    let mut server = office(Options::default()).await;
    let mut command = Command::new(env!("CARGO_BIN_EXE_huzhu"));
    command.args(["guard", "--every", "1", "--login", GUARD.0, "--password-fd", "0", "--db", &server.url(DATABASE)]);
    let mut service = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    writeln!(service.stdin.take().unwrap(), "{}", GUARD.1).unwrap();
    let mut lines = BufReader::new(service.stdout.take().unwrap()).lines();
    let mut next = move || {
        let line = lines.next().unwrap().unwrap();
        serde_json::from_str::<serde_json::Value>(&line).unwrap_or_else(|why| panic!("{line}: {why}"))
    };
    assert_eq!(next()["event"], "watching");
    let mut clerk = session(&server, CLERK).await;
    administrator(&server, SECADMIN).await.lock(&login(CLERK.0)).await.unwrap();
    let said = next();
    assert_eq!((&said["event"], &said["login"], &said["reason"]), (&"ended".into(), &"0137".into(), &"locked".into()));
    assert!(run(&mut clerk, "SELECT 1").await.is_err());
    // A centre that is away is waited for.
    server.stop_immediately();
    assert_eq!(next()["event"], "unreachable");
    server.start();
    assert_eq!(next()["event"], "watching");
    kill_process(Pid::from_child(&service), Signal::TERM).unwrap();
    assert_eq!(service.wait().unwrap().code(), Some(0));
}
