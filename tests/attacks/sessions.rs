//! Several sessions at once: limits that hold over all of them, locks that are held on purpose, a person who is locked out
//! while he works. What a session can keep up, the guard ends.

use std::time::Duration;

use huzhu::domain::account::person_hash;
use huzhu::domain::canonical::hex;
use huzhu::domain::id_number::IdNumber;
use huzhu::domain::secret::Secret;
use huzhu::store::postgres::PostgresOptions;
use huzhu::store::postgres::guard::{Guard, Limits};
use huzhu::world::PASSWORD;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection};

use crate::central::support::DATABASE;
use crate::central::{Central, day};
use crate::stage::Stage;

impl Stage {
    /// A session of a person.
    pub async fn session(&self, login: &str) -> PgConnection {
        PgConnection::connect(&self.server().url_as(login, PASSWORD, DATABASE)).await.unwrap()
    }

    /// A statement in a session: `ok`, or its SQLSTATE and message.
    pub async fn in_session(&self, session: &mut PgConnection, sql: &str) -> String {
        match sqlx::raw_sql(AssertSqlSafe(self.fill(sql))).execute(session).await {
            Ok(_) => "ok".into(),
            Err(sqlx::Error::Database(error)) => format!("{} {}", error.code().unwrap_or_default(), error.message()),
            Err(error) => error.to_string(),
        }
    }
}

#[tokio::test]
async fn a_person_has_three_sessions() {
    let stage = Stage::new().await;
    stage.superuser("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '0137'").await;
    let mut open = Vec::new();
    while open.len() < 3 {
        // The stage's own sessions are on their way out.
        match PgConnection::connect(&stage.server().url_as("0137", PASSWORD, DATABASE)).await {
            Ok(session) => open.push(session),
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
    let (states, _) = stage.types("0137", "SELECT 1");
    assert_eq!(states, ["53300"]);
    let (states, _) = stage.types("0138", "SELECT 1");
    assert!(states.is_empty(), "{states:?}");
    // None of them ends a colleague's.
    let mut colleague = stage.session("0138").await;
    let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut colleague).await.unwrap();
    for function in ["pg_terminate_backend", "pg_cancel_backend"] {
        let told = stage.in_session(&mut open[0], &format!("SELECT {function}({pid})")).await;
        assert!(told.starts_with("42501"), "{told}");
    }
}

#[tokio::test]
async fn looks_are_counted_over_all_sessions() {
    let stage = Stage::new().await;
    stage.superuser("UPDATE core.centre SET looks_a_minute = 30, looks_a_day = 300").await;
    let tickets = |count: u32| {
        format!("SELECT api_v1.ticket(gen_random_uuid(), {{mine}}, 'mobile', 'x') FROM generate_series(1, {count})")
    };
    let (mut one, mut other) = (stage.session("0138").await, stage.session("0138").await);
    // The stage took one of 0138's.
    assert_eq!(stage.in_session(&mut one, &format!("BEGIN; {}", tickets(20))).await, "ok");
    let told = stage.in_session(&mut other, &tickets(1)).await;
    assert!(told.starts_with("55P03"), "a session that does not see them yet waits: {told}");
    assert_eq!(stage.in_session(&mut one, "COMMIT").await, "ok");
    let told = stage.in_session(&mut other, &tickets(10)).await;
    assert!(told.starts_with("54000 throttled"), "{told}");
    assert_eq!(stage.in_session(&mut other, &tickets(9)).await, "ok");
    let told = stage.in_session(&mut one, &tickets(1)).await;
    assert!(told.starts_with("54000 throttled"), "16: the 31st in a minute: {told}");
    // Tickets that are taken back count no more, and were worth nothing.
    let (states, _) = stage.types("0137", "SELECT api_v1.ticket('{own_ticket}', {mine}, 'sheet', 'x')");
    assert!(states.is_empty(), "a known ticket is not counted again: {states:?}");
}

#[tokio::test]
async fn search_terms_are_counted_whatever_becomes_of_the_transaction() {
    let stage = Stage::new().await;
    let limit = |count: u32| format!("UPDATE core.centre SET terms_a_minute = {count}");
    stage.superuser(&limit(120)).await;
    let search = "SELECT count(*) FROM generate_series({from}, {to}) n, api_v1.search('tail', n::text, NULL)";
    let terms = |from: u32, to: u32| search.replace("{from}", &from.to_string()).replace("{to}", &to.to_string());
    let mut session = stage.session("0137").await;
    assert_eq!(stage.in_session(&mut session, &format!("BEGIN; {}; ROLLBACK", terms(1000, 1118))).await, "ok");
    let told = stage.in_session(&mut session, &terms(2000, 2004)).await;
    assert!(told.starts_with("54000 throttled"), "{told}");
    // What is refused counts too, and so does everything else that tells of members: two a minute, three asked.
    for (login, calls) in [
        (
            "0138",
            ["SELECT api_v1.claims_of({mine})", "SELECT api_v1.claims_of({next})", "SELECT api_v1.claim({claim})"],
        ),
        (
            "15082101",
            [
                "SELECT api_v1.check_stay({mine}, '2021-01-01', '2021-12-31')",
                "SELECT api_v1.check_stay({next}, '2021-01-01', '2021-12-31')",
                "SELECT api_v1.check_bill('1', '1', '')",
            ],
        ),
        // One number is the beginning of the next: typed on, they would be one term.
        (
            "15082201",
            [
                "SELECT api_v1.check_bill('1506', '1', '')",
                "SELECT api_v1.check_bill('1506', '12', '')",
                "SELECT api_v1.check_bill('1506', '123', '')",
            ],
        ),
    ] {
        stage.superuser(&limit(2)).await;
        let mut session = stage.session(login).await;
        assert_eq!(stage.in_session(&mut session, calls[0]).await, "ok");
        assert_eq!(stage.in_session(&mut session, calls[1]).await, "ok");
        let told = stage.in_session(&mut session, calls[2]).await;
        assert!(told.starts_with("54000 throttled"), "{login}: {told}");
    }
}

#[tokio::test]
async fn who_holds_a_transaction_holds_his_own_office_until_the_guard_comes() {
    let stage = Stage::new().await;
    let mut clerk = stage.session("0137").await;
    let told = stage.in_session(&mut clerk, "BEGIN; SELECT api_v1.submit('{next_json}')").await;
    assert_eq!(told, "ok");
    // 29: a colleague of the office waits for three seconds, no longer; another office works on.
    let (states, _) = stage.types("0138", "SELECT api_v1.record_print({claim}, 'P1')");
    assert_eq!(states, ["55P03"]);
    let (states, _) = stage
        .types("neighbour", "SET statement_timeout = '1s'; SELECT count(*) FROM api_v1.search('latin', 'wa', NULL)");
    assert!(states.is_empty(), "{states:?}");
    let options = PostgresOptions::parse(&stage.server().url(DATABASE)).unwrap();
    let limits = Limits { transaction: Duration::from_millis(1), ..Limits::default() };
    let mut guard = Guard::open(&options, "0094", &Secret::new(PASSWORD), limits).await.unwrap();
    let ended = guard.round().await.unwrap();
    assert!(ended.iter().any(|one| one.login == "0137" && one.reason == "transaction"), "{ended:?}");
    while stage.central.count("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").await > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (states, _) = stage.types("0138", "SELECT api_v1.record_print({claim}, 'P1')");
    assert!(states.is_empty(), "{states:?}");
    assert_eq!(stage.central.count("SELECT count(*) FROM core.claim").await, 2, "what was not committed is not there");
}

#[tokio::test]
async fn who_holds_his_own_role_is_locked_all_the_same() {
    let stage = Stage::new().await;
    let mut clerk = stage.session("0137").await;
    assert_eq!(stage.in_session(&mut clerk, "BEGIN; ALTER ROLE \"0137\" PASSWORD 'mine-mine-mine'").await, "ok");
    let (states, _) = stage.types("0092", "SELECT api_v1.account_lock('0137')");
    assert!(states.is_empty(), "{states:?}");
    let told = stage.in_session(&mut clerk, "SELECT api_v1.desk()").await;
    assert!(told.starts_with("42501 no account"), "69: in the transaction that was open before: {told}");
    assert_eq!(stage.in_session(&mut clerk, "ROLLBACK").await, "ok");
    // The role is closed by the next time that he is locked; his session is the guard's.
    let (states, _) = stage.types("0092", "SELECT api_v1.account_lock('0137')");
    assert!(states.is_empty(), "{states:?}");
    let (states, _) = stage.types("0137", "SELECT 1");
    assert_eq!(states, ["28000"]);
}

#[tokio::test]
async fn nobody_handles_his_own_claim() {
    let stage = Stage::new().await;
    let id = stage.central.world().members().find(|person| person.id == stage.next.member).unwrap().id_number;
    let parsed = IdNumber::parse(&id, day("2021-03-20")).unwrap();
    let mut superuser = stage.server().superuser(DATABASE).await;
    let of_database: String = sqlx::query_scalar("SELECT encode(core.person_hash($1), 'hex')")
        .bind(&id)
        .fetch_one(&mut superuser)
        .await
        .unwrap();
    assert_eq!(of_database, hex(&person_hash(&parsed)), "the program and the database make one hash of a person");
    superuser.close().await.unwrap();
    stage.superuser(&format!("UPDATE core.account SET person = '\\x{of_database}' WHERE login = '0137'")).await;
    let mut clerk = stage.session("0137").await;
    let told =
        sqlx::raw_sql(AssertSqlSafe(stage.fill("SELECT api_v1.submit('{next_json}')"))).execute(&mut clerk).await;
    let told = told.unwrap_err().into_database_error().unwrap();
    let told = told.downcast_ref::<sqlx::postgres::PgDatabaseError>();
    assert_eq!((told.code(), told.detail()), ("22023", Some("own")), "25 and 79");
}
