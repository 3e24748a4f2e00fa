//! Who may log in at a centre, on a real PostgreSQL: what each administrator may do and what not, by the program and by
//! `psql`, and that each change is kept.

mod office;
mod terminal;

use std::io::Write;
use std::process::{Command, Output, Stdio};

use huzhu::domain::account::Duty;
use huzhu::domain::secret::Secret;
use huzhu::store::postgres::admin::{Administrator, init, migrate};
use huzhu::store::postgres::scram::Verifier;
use huzhu::store::postgres::settings::{Change, Settings};
use huzhu::store::postgres::{PostgresOptions, PostgresStore};
use huzhu::store::{Store, StoreError};
use huzhu::world::assess::published;
use huzhu::world::{PASSWORD, World};
use office::{
    CLERK, DATABASE, GUARD, Options, SECADMIN, SYSADMIN, Server, account, administrator, login, office, opened, place,
    sqlstates,
};
use terminal::Counter;

fn refused(code: &str) -> Result<(), StoreError> {
    Err(StoreError::Refused(code.into()))
}

/// Statements as `psql` runs them, and the SQLSTATE of each (none: it went well).
#[track_caller]
fn tried(server: &Server, who: (&str, &str), cases: &[(&str, &str)]) {
    for (statement, state) in cases {
        let states = sqlstates(&server.psql(who.0, who.1, statement));
        let expected: Vec<&str> = Some(*state).filter(|state| !state.is_empty()).into_iter().collect();
        assert_eq!(states, expected, "{}: {statement}", who.0);
    }
}

const VERIFIER: &str = "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:\
    wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

#[tokio::test]
async fn each_does_his_part_and_nobody_his_own() {
    let server = office(Options::default()).await;
    let (mut boss1, mut boss2) = (administrator(&server, SYSADMIN).await, administrator(&server, SECADMIN).await);
    let new = account(("0138", "five-brown-goats"), 150_802, 4);
    boss1.add(&new).await.unwrap();
    assert_eq!(boss1.add(&new).await, refused("account-exists"));
    assert_eq!(boss1.add(&account(("0139", "five-brown-goats"), 150_899, 4)).await, refused("account-office"));
    assert_eq!(boss1.add(&account(("0139", "five-brown-goats"), 150_802, 100)).await, refused("account-seat"));
    let same = huzhu::store::postgres::admin::NewAccount { login: login("0139"), ..new };
    assert_eq!(boss1.add(&same).await, refused("account-person"));
    boss1.lock(&login("0138")).await.unwrap();
    boss1.add(&same).await.unwrap();
    assert_eq!(boss1.unlock(&login("0138")).await, refused("account-person"));

    assert_eq!(boss1.duty(&login("0139"), &[Duty::Clerk]).await, Err(StoreError::NotAllowed));
    assert_eq!(boss2.add(&account(("0140", "five-brown-goats"), 150_802, 4)).await, Err(StoreError::NotAllowed));
    assert_eq!(boss2.duty(&login("nobody"), &[Duty::Clerk]).await, Err(StoreError::NotFound));
    assert_eq!(boss2.duty(&login(SECADMIN.0), &[Duty::Clerk]).await, refused("account-self"));
    assert_eq!(boss1.lock(&login(SYSADMIN.0)).await, refused("account-self"));
    for apart in [Duty::Sysadmin, Duty::Secadmin, Duty::Auditor, Duty::Guard, Duty::Sealer] {
        assert_eq!(boss2.duty(&login("0139"), &[Duty::Clerk, apart]).await, refused("duty-separate"));
    }
    boss2.duty(&login("0139"), &[Duty::Clerk, Duty::Cashier, Duty::Clerk]).await.unwrap();
    let roles = "SELECT string_agg(r.rolname, ',' ORDER BY r.rolname) FROM pg_auth_members m \
        JOIN pg_roles r ON r.oid = m.roleid JOIN pg_roles p ON p.oid = m.member WHERE p.rolname = '0139'";
    assert_eq!(text(&server, roles).await, "huzhu_cashier,huzhu_clerk,huzhu_person");
    boss2.duty(&login("0139"), &[Duty::Reviewer]).await.unwrap();
    assert_eq!(text(&server, roles).await, "huzhu_person,huzhu_reviewer");

    let all = boss2.list().await.unwrap();
    let line = all.iter().find(|line| line.login == "0139").unwrap();
    assert_eq!((line.office.as_str(), line.seat, line.active), ("150802", 4, true));
    assert_eq!(line.duties, ["reviewer"]);
    assert!(line.until.is_some());
    assert!(!all.iter().find(|line| line.login == "0138").unwrap().active);
    let said: Vec<String> =
        boss2.events(Some(&login("0139"))).await.unwrap().into_iter().map(|event| event.what).collect();
    assert_eq!(said, ["duty reviewer", "duty cashier,clerk", "add 150802 4"]);
}

#[tokio::test]
async fn who_gives_duties_is_not_had_by_who_makes_accounts() {
    let server = office(Options::default()).await;
    let other = Verifier::of(&Secret::new("hay-99-Bayan lake")).unwrap();
    let mut boss1 = administrator(&server, SYSADMIN).await;
    assert_eq!(boss1.reset(&login(SECADMIN.0), &other).await, refused("account-reset"));
    assert_eq!(boss1.lock(&login(SECADMIN.0)).await, refused("account-lock"));
    assert_eq!(boss1.reset(&login(GUARD.0), &other).await, refused("account-reset"));
    let mut boss2 = administrator(&server, SECADMIN).await;
    boss1.add(&account(("0140", "five-brown-goats"), 150_000, 0)).await.unwrap();
    for (duty, may_lock) in [(Duty::Auditor, false), (Duty::Sealer, true), (Duty::Region, true), (Duty::Policy, true)] {
        boss2.duty(&login("0140"), &[duty]).await.unwrap();
        let may_reset = duty == Duty::Policy;
        let reset = boss1.reset(&login("0140"), &other).await;
        assert_eq!(reset, if may_reset { Ok(()) } else { refused("account-reset") }, "{duty:?}");
        let lock = boss1.lock(&login("0140")).await;
        assert_eq!(lock, if may_lock { Ok(()) } else { refused("account-lock") }, "{duty:?}");
        boss1.unlock(&login("0140")).await.unwrap();
    }
    boss1.reset(&login(CLERK.0), &other).await.unwrap();
    assert!(opened(&server, CLERK).await.is_err_and(|error| error.is_wrong_login()));
    assert!(opened(&server, (CLERK.0, "hay-99-Bayan lake")).await.is_ok());
    let reset = format!("SELECT api_v1.account_reset('{}', '{VERIFIER}')", SECADMIN.0);
    server.execute(DATABASE, &reset).await;
    assert!(opened(&server, (SECADMIN.0, "pencil")).await.is_ok());
    assert!(opened(&server, SECADMIN).await.is_err_and(|error| error.is_wrong_login()));
}

#[tokio::test]
async fn all_is_seen_by_a_duty_not_by_an_office() {
    let server = office(Options::default()).await;
    let (mut boss1, mut boss2) = (administrator(&server, SYSADMIN).await, administrator(&server, SECADMIN).await);
    boss1.add(&account(("0140", "five-brown-goats"), 150_000, 0)).await.unwrap();
    let sees = async || text(&server, "SELECT region::text FROM core.account WHERE login = '0140'").await;
    let all = "SELECT string_agg(login, ',') FROM core.account WHERE region";
    for duty in Duty::ALL {
        boss2.duty(&login("0140"), &[duty]).await.unwrap();
        let expected = matches!(duty, Duty::Region | Duty::Auditor | Duty::Sealer);
        assert_eq!(sees().await, expected.to_string(), "{duty:?}");
    }
    boss2.duty(&login("0140"), &[Duty::Clerk, Duty::Region]).await.unwrap();
    assert_eq!(text(&server, all).await, "0140", "neither administrator does");
    // A league's office sees its league, whatever its duty.
    assert_eq!(boss2.duty(&login(CLERK.0), &[Duty::Region]).await, refused("duty-region"));
    assert_eq!(boss2.duty(&login(CLERK.0), &[Duty::Clerk, Duty::Region]).await, refused("duty-region"));
    boss2.duty(&login(CLERK.0), &[Duty::Auditor]).await.unwrap();
    assert_eq!(text(&server, all).await, "0140");
}

#[tokio::test]
async fn a_services_password_is_for_ever_a_persons_is_told() {
    let server = office(Options::default()).await;
    let (mut boss1, mut boss2) = (administrator(&server, SYSADMIN).await, administrator(&server, SECADMIN).await);
    let until = async |boss: &mut Administrator, name: &str| {
        boss.list().await.unwrap().into_iter().find(|line| line.login == name).unwrap().until
    };
    assert_eq!(until(&mut boss1, GUARD.0).await, None);
    boss1.add(&account(("0140", "five-brown-goats"), 150_000, 0)).await.unwrap();
    let persons = until(&mut boss1, "0140").await;
    assert!(persons.is_some());
    for (duty, expected) in [(Duty::Sealer, None), (Duty::Guard, None), (Duty::Auditor, persons)] {
        boss2.duty(&login("0140"), &[duty]).await.unwrap();
        assert_eq!(until(&mut boss1, "0140").await, expected, "{duty:?}");
    }
    // A password that the service itself changes goes on for ever too.
    let verifier = Verifier::of(&Secret::new(GUARD.1)).unwrap();
    administrator(&server, GUARD).await.password(&verifier).await.unwrap();
    assert_eq!(until(&mut boss1, GUARD.0).await, None);
    let hello = async || {
        let store = PostgresStore::new(place(&server));
        store.log_in(CLERK.0, &Secret::new(CLERK.1)).await.unwrap();
        store.hello().await.unwrap().password_until
    };
    assert_eq!(hello().await, until(&mut boss1, CLERK.0).await);
    server.execute(DATABASE, "ALTER ROLE \"0137\" VALID UNTIL '2099-03-01 12:00+08'").await;
    assert_eq!(hello().await, "2099-03-01".parse().ok());
    server.execute(DATABASE, "ALTER ROLE \"0137\" VALID UNTIL 'infinity'").await;
    assert_eq!(hello().await, None);
}

#[tokio::test]
async fn psql_gets_no_further() {
    let server = office(Options::default()).await;
    let add = |login: &str, verifier: &str| {
        format!("SELECT api_v1.account_add($q${login}$q$, sha256('x'), 150802, 1, $v${verifier}$v$)")
    };
    let weak_rounds = VERIFIER.replace("4096", "1");
    tried(
        &server,
        SYSADMIN,
        &[
            (&add("0200", "my password in clear"), "22023"),
            (&add("0200", ""), "22023"),
            (&add("0200", "md5d4c74594d841139328695756648b6bd6"), "22023"),
            (&add("0200", &weak_rounds), "22023"),
            (&add("0200", &format!("{VERIFIER}\n")), "22023"),
            (&add("x\" SUPERUSER; --", VERIFIER), "22023"),
            (&add("HUZHU", VERIFIER), "22023"),
            (&add("huzhu_region", VERIFIER), "22023"),
            (&add("postgres", VERIFIER), "22023"),
            ("SELECT api_v1.account_add(NULL, NULL, NULL, NULL, NULL)", "22023"),
            ("SELECT api_v1.account_reset('postgres', NULL)", "P0002"),
            (&format!("SELECT api_v1.account_reset('huzhu_owner', '{VERIFIER}')"), "P0002"),
            ("SELECT api_v1.account_lock('postgres')", "P0002"),
            ("SELECT api_v1.account_duty('0137', '{sysadmin}')", "42501"),
            ("SELECT api_v1.account_events('0137')", "42501"),
            ("SELECT api_v1.locked()", "42501"),
            ("CREATE ROLE mine LOGIN", "42501"),
            ("ALTER ROLE \"0137\" PASSWORD 'x'", "42501"),
            ("GRANT huzhu_region TO boss1", "42501"),
            ("SET ROLE huzhu_accounts", "42501"),
            ("SELECT * FROM core.account", "42501"),
            ("SELECT core.make_login('x1', '')", "42501"),
            ("SELECT api_v1.device_add(0, 150802)", "22023"),
            ("SELECT api_v1.device_add(1.5, 150802)", "22023"),
            ("SELECT api_v1.device_add('NaN', 150802)", "22023"),
            ("SELECT api_v1.device_add(2::numeric ^ 160, 150802)", "22023"),
            ("SELECT api_v1.device_revoke(77)", "P0002"),
            ("SELECT api_v1.device_add(77, 150802)", ""),
            ("SELECT api_v1.device_add(77, 150802)", "22023"),
            ("SELECT api_v1.device_revoke(77)", ""),
        ],
    );
    tried(
        &server,
        SECADMIN,
        &[
            (&add("0200", VERIFIER), "42501"),
            (&format!("SELECT api_v1.account_reset('0137', '{VERIFIER}')"), "42501"),
            ("SELECT api_v1.account_duty('0137', '{superuser}')", "22023"),
            ("SELECT api_v1.account_duty('0137', ARRAY['clerk', NULL])", "22023"),
            ("SELECT api_v1.account_duty('0137', ARRAY['accounts'])", "22023"),
            ("SELECT api_v1.account_duty('0137', NULL)", "22023"),
            ("SELECT api_v1.account_duty('huzhu_person', '{clerk}')", "P0002"),
            ("SELECT api_v1.device_add(78, 150802)", "42501"),
            ("GRANT huzhu_secadmin TO \"0137\"", "42501"),
        ],
    );
    let _at_work = administrator(&server, SYSADMIN).await;
    tried(
        &server,
        CLERK,
        &[
            ("SELECT api_v1.account_list()", "42501"),
            ("SELECT api_v1.account_lock('boss1')", "42501"),
            ("SELECT api_v1.account_password('in clear')", "22023"),
            ("ALTER ROLE \"0137\" VALID UNTIL 'infinity'", "42501"),
            ("ALTER ROLE \"0137\" CONNECTION LIMIT 100", "42501"),
            ("ALTER ROLE boss1 PASSWORD 'x'", "42501"),
            ("SELECT nextval('core.terms_0137')", "42501"),
            ("SELECT setval('core.typed_0137', 1)", "42501"),
            ("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'boss1'", "42501"),
        ],
    );
    for database in ["postgres", "template1"] {
        let output = server.psql_command(CLERK.0, CLERK.1).args(["-d", database, "-c", "SELECT 1"]).output().unwrap();
        assert_eq!(sqlstates(&output), ["42501"], "{database}");
    }
    // What was done stays written, whoever wants it away.
    for change in
        ["DELETE FROM core.account_event", "UPDATE core.account_event SET who = 'x'", "TRUNCATE core.account_event"]
    {
        let change = format!("SET session_replication_role = replica; SET ROLE huzhu_owner; {change}");
        let mut superuser = server.superuser(DATABASE).await;
        let done = sqlx::raw_sql(sqlx::AssertSqlSafe(change)).execute(&mut superuser).await;
        assert!(done.unwrap_err().to_string().contains("append-only"));
    }
}

#[tokio::test]
async fn a_locked_account_is_out_and_comes_back() {
    let server = office(Options::default()).await;
    let mut clerk = administrator(&server, CLERK).await;
    assert_eq!(clerk.duties().await.unwrap(), ["clerk"]);
    let mut boss2 = administrator(&server, SECADMIN).await;
    boss2.lock(&login(CLERK.0)).await.unwrap();
    assert_eq!(clerk.duties().await, Err(StoreError::NotAllowed));
    assert_eq!(opened(&server, CLERK).await.err(), Some(StoreError::account_locked()));
    // Whose duty locked it unlocks it; locking it once more gives nobody else the key.
    let mut boss1 = administrator(&server, SYSADMIN).await;
    boss1.lock(&login(CLERK.0)).await.unwrap();
    assert_eq!(boss1.unlock(&login(CLERK.0)).await, refused("account-unlock"));
    assert_eq!(clerk.duties().await, Err(StoreError::NotAllowed));
    boss2.unlock(&login(CLERK.0)).await.unwrap();
    assert_eq!(clerk.duties().await.unwrap(), ["clerk"]);
    assert!(opened(&server, CLERK).await.is_ok());
    boss1.lock(&login(CLERK.0)).await.unwrap();
    assert_eq!(boss2.unlock(&login(CLERK.0)).await, refused("account-unlock"));
    boss1.unlock(&login(CLERK.0)).await.unwrap();
    // The superuser's lock is his alone, and he opens every one.
    server.execute(DATABASE, "SELECT api_v1.account_lock('0137')").await;
    for boss in [&mut boss1, &mut boss2] {
        assert_eq!(boss.unlock(&login(CLERK.0)).await, refused("account-unlock"));
    }
    server.execute(DATABASE, "SELECT api_v1.account_unlock('0137')").await;
    assert!(opened(&server, CLERK).await.is_ok());
    // Duties hold for what is open too.
    boss2.duty(&login(CLERK.0), &[]).await.unwrap();
    tried(&server, CLERK, &[("SELECT api_v1.check_bill('1', '2', '3')", "42501")]);
}

#[tokio::test]
async fn ones_own_password_ten_times_a_day() {
    let server = office(Options::default()).await;
    let mut clerk = administrator(&server, CLERK).await;
    let verifier = Verifier::of(&Secret::new("another-four-goats")).unwrap();
    for _ in 0..10 {
        clerk.password(&verifier).await.unwrap();
    }
    let eleventh = clerk.password(&verifier).await;
    assert!(matches!(eleventh, Err(StoreError::Throttled(_))), "{eleventh:?}");
    assert!(opened(&server, CLERK).await.is_err_and(|error| error.is_wrong_login()));
    assert!(opened(&server, (CLERK.0, "another-four-goats")).await.is_ok());
    // A password that is over lets nobody in; its owner can't make it last.
    server.execute(DATABASE, "ALTER ROLE \"0137\" VALID UNTIL '2021-01-01'").await;
    assert!(opened(&server, (CLERK.0, "another-four-goats")).await.is_err_and(|error| error.is_wrong_login()));
}

#[tokio::test]
async fn what_was_written_at_once_is_no_id_that_was_reused() {
    let server = office(Options::default()).await;
    server.execute(DATABASE, "CREATE UNIQUE INDEX once ON core.account_event (login, what)").await;
    let mut clerk = administrator(&server, CLERK).await;
    let verifier = Verifier::of(&Secret::new("another-four-goats")).unwrap();
    clerk.password(&verifier).await.unwrap();
    assert_eq!(clerk.password(&verifier).await, Err(StoreError::Stale(0)));
}

#[tokio::test]
async fn nothing_of_the_environment_has_a_say() {
    let server = office(Options::default()).await;
    let url = server.url(DATABASE);
    let list = ["account", "list", "--as", SYSADMIN.0, "--password-fd", "0", "--db", &url];
    // What is said anew leads nowhere else.
    let elsewhere = [("PGPORT", "1"), ("PGHOST", "nowhere.example"), ("PGDATABASE", "nothing"), ("PGUSER", "nobody")];
    let output = huzhu_with(&elsewhere, &list, &[SYSADMIN.1]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for set in ["PGOPTIONS", "PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY"] {
        let output = huzhu_with(&[(set, "-c search_path=x")], &list, &[SYSADMIN.1]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains("nothing of a connection is taken"), "{set}: {said}");
    }
    // The port that nobody names is the usual one, not the environment's.
    let nowhere = ["account", "list", "--as", SYSADMIN.0, "--password-fd", "0", "--db", "postgres://127.0.0.1/huzhu"];
    let port = server.address().port().to_string();
    assert!(!huzhu_with(&[("PGPORT", &port)], &nowhere, &[SYSADMIN.1]).status.success());
}

#[tokio::test]
async fn a_centre_is_set_up_once_by_the_superuser() {
    let server = office(Options::default()).await;
    let (one, other) = (account(("boss3", "hay-17-Bayan lake"), 150_000, 0), account(("boss4", "hay"), 150_000, 0));
    let mut superuser = server.superuser(DATABASE).await;
    assert_eq!(init(&mut superuser, &published(), &one, &other).await, refused("initialised"));
    assert_eq!(migrate(&mut superuser).await, Ok(0));
    let mut boss1 = administrator(&server, SYSADMIN).await;
    assert_eq!(boss1.migrate().await, Err(StoreError::Refused("superuser".into())));
    assert_eq!(boss1.init(&published(), &one, &other).await, refused("superuser"));
    let version = text(&server, "SELECT reference FROM core.centre").await;
    assert_eq!(version.len(), 16);
    let offices = huzhu::world::offices().count().to_string();
    assert_eq!(text(&server, "SELECT count(*)::text FROM core.office").await, offices);
    let without = "CREATE DATABASE plain TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C'";
    server.execute(DATABASE, without).await;
    assert_eq!(migrate(&mut server.superuser("plain").await).await.err(), Some(StoreError::Refused("encoding".into())));
    // A program that is older than the schema does nothing to it.
    server.execute(DATABASE, "INSERT INTO public._sqlx_migrations SELECT 9999, 'x', now(), true, '', 0").await;
    assert_eq!(migrate(&mut superuser).await, Err(StoreError::VersionTooOld));
}

#[tokio::test]
async fn what_holds_for_the_centre_the_superuser_says() {
    let server = office(Options::default()).await;
    let mut superuser = administrator(&server, ("postgres", "super-super-super")).await;
    let before = superuser.settings(&Change::default()).await.unwrap();
    assert!(!before.devices && before.password_days == 90 && before.oldest_writing == 1, "{before:?}");
    let mut clerk = administrator(&server, CLERK).await;
    let change = Change { devices: Some(true), looks_a_day: Some(7), ..Change::default() };
    let after = superuser.settings(&change).await.unwrap();
    assert_eq!(after, Settings { devices: true, looks_a_day: 7, ..before.clone() });
    assert_eq!(clerk.duties().await, Err(StoreError::terminal_certificate()));
    let off = Change { devices: Some(false), ..Change::default() };
    assert_eq!(superuser.settings(&off).await, Ok(Settings { looks_a_day: 7, ..before.clone() }));
    assert_eq!(clerk.duties().await.unwrap(), ["clerk"]);
    // Nobody could log in any more to a centre that asks for a program that is not there yet.
    let newer = Change { devices: Some(true), oldest_writing: Some(before.protocol + 1), ..Change::default() };
    assert_eq!(superuser.settings(&newer).await, refused("protocol").map(|()| before));
    let mut boss1 = administrator(&server, SYSADMIN).await;
    assert_eq!(boss1.settings(&Change::default()).await.err(), Some(StoreError::Refused("superuser".into())));
    let events = administrator(&server, SECADMIN).await.events(None).await.unwrap();
    let said: Vec<&str> = events.iter().map(|event| event.what.as_str()).collect();
    assert_eq!(said[0], "devices off");
    assert!(said.contains(&"devices on") && said.contains(&"looks-a-day 7") && said.len() == 3, "{said:?}");
}

#[tokio::test]
async fn a_generated_world_takes_nobodys_login() {
    let server = office(Options::default()).await;
    let make = async |database: &str| {
        server.execute(DATABASE, &format!("CREATE DATABASE {database}")).await;
        let place = PostgresOptions::parse(&server.url(database)).unwrap();
        let world = World::new(1, 50, 0, "2021-03-20".parse().unwrap());
        let password = Secret::new("super-super-super");
        PostgresStore::create(&place, "postgres", &password, world, published(), |_| None, |_| ()).await
    };
    assert_eq!(make("one").await, refused("server"));
    assert!(opened(&server, CLERK).await.is_ok());
    assert!(opened(&server, (CLERK.0, PASSWORD)).await.is_err_and(|error| error.is_wrong_login()));
    let makes = "SELECT count(*)::text FROM pg_proc WHERE proname IN ('make_generated', 'generated_login')";
    assert_eq!(text(&server, makes).await, "0", "a real centre can't make such an account");
    // Worlds share their accounts; their passwords are good for ever.
    server.execute(DATABASE, "ALTER ROLE \"0137\" RENAME TO \"9137\"").await;
    assert_eq!((make("two").await, make("three").await), (Ok(()), Ok(())));
    let until =
        "SELECT string_agg(DISTINCT rolvaliduntil::text, ',') FROM pg_roles WHERE rolname IN ('0137', '0138', '0001')";
    assert_eq!(text(&server, until).await, "infinity");
    // A world that is made anew takes away what worlds made, and nobody's login: not one that was given the name since.
    server.execute(DATABASE, "ALTER ROLE \"0138\" RENAME TO \"9138\"; CREATE ROLE \"0138\" LOGIN").await;
    let place = PostgresOptions::parse(&server.url("three")).unwrap();
    let again = async || {
        let world = World::new(1, 50, 0, "2021-03-20".parse().unwrap());
        let password = Secret::new("super-super-super");
        PostgresStore::create(&place, "postgres", &password, world, published(), |_| None, |_| ()).await
    };
    assert_eq!(again().await, refused("server"));
    let store = PostgresStore::new(place.clone());
    assert_eq!(store.log_in("0201", &Secret::new(PASSWORD)).await, Ok(()), "and the world that is there stays");
    store.log_out().await.unwrap();
    // An account of that world whose role is somebody else's by now: the role stays.
    server
        .execute(
            "three",
            "CREATE ROLE real1 LOGIN; INSERT INTO core.account (login, person, office, league, seat, duties, active, \
        generated) VALUES ('real1', sha256('real1'), 150802, 150800, 9, '{}', true, true)",
        )
        .await;
    // Once the name is free it is made anew, with what was there of it.
    server.execute(DATABASE, "DROP ROLE \"0138\"; ALTER ROLE \"9138\" RENAME TO \"0138\"").await;
    assert_eq!(again().await, Ok(()));
    assert_eq!(store.log_in("0138", &Secret::new(PASSWORD)).await, Ok(()));
    assert_eq!(text(&server, "SELECT count(*)::text FROM pg_roles WHERE rolname = 'real1'").await, "1");
}

#[tokio::test]
async fn by_the_command_line_from_the_first_to_the_clerk() {
    let settings = vec![("log_statement".into(), "all".into())];
    let server = huzhu_empty(Options { settings, ..Options::default() }).await;
    let folder = tempfile::tempdir().unwrap();
    let first = folder.path().join("first.toml");
    std::fs::write(
        &first,
        "[sysadmin]\nlogin = \"boss1\"\nid_number = \"11010519491231002X\"\n\
         [secadmin]\nlogin = \"boss2\"\nid_number = \"440524188001010014\"\n",
    )
    .unwrap();
    let first = first.to_str().unwrap();
    let superuser = server.url(DATABASE).replace("postgres://", "postgres://postgres@");
    let url = server.url(DATABASE);
    let mut log = String::new();
    let mut run = |arguments: &[&str], lines: &[&str]| {
        let output = huzhu(arguments, lines);
        log += &String::from_utf8_lossy(&output.stderr);
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let init = ["init", "--db", &superuser, "--from", first, "--password-fd", "0"];
    assert_eq!(run(&init, &["super-super-super", SYSADMIN.1, "short"]).0, Some(1));
    assert_eq!(run(&init, &["super-super-super", SYSADMIN.1, SECADMIN.1]).0, Some(0));
    assert_eq!(run(&init, &["super-super-super", SYSADMIN.1, SECADMIN.1]).0, Some(1));
    let by = |who: (&'static str, &str)| ["--db", url.as_str(), "--as", who.0, "--password-fd", "0"];
    let add = [&["account", "add", "0137", "--office", "150802", "--window", "3"], &by(SYSADMIN)[..]].concat();
    assert_eq!(run(&add, &[SYSADMIN.1, "110105194912310021", CLERK.1]).0, Some(1));
    assert_eq!(run(&add, &[SYSADMIN.1, "15280119880505001X", "0137-0137-0137"]).0, Some(1));
    assert_eq!(run(&add, &[SYSADMIN.1, "11010519491231002X", CLERK.1]).0, Some(1));
    assert_eq!(run(&add, &[SYSADMIN.1, &id_number("15280119880505001"), CLERK.1]).0, Some(0));
    let duty = [&["account", "duty", "0137", "clerk,cashier"], &by(SECADMIN)[..]].concat();
    assert_eq!(run(&duty, &[SECADMIN.1]).0, Some(0));
    // With another duty than a clerk's it has to be a longer one.
    let password = [&["account", "password"], &by(CLERK)[..]].concat();
    assert_eq!(run(&password, &[CLERK.1, "six-grey-goats"]).0, Some(1));
    assert_eq!(run(&password, &[CLERK.1, "six-grey-goats-and-more"]).0, Some(0));
    let list = [&["account", "list"], &by(SECADMIN)[..]].concat();
    let (code, said) = run(&list, &[SECADMIN.1]);
    assert_eq!((code, said.lines().count()), (Some(0), 3));
    assert!(said.starts_with(
        r#"{"login":"0137","office":"150802","seat":3,"duties":["cashier","clerk"],"active":true,"until":"#
    ));
    let device = [&["device", "add", "serial=4A3F", "--office", "150802"], &by(SYSADMIN)[..]].concat();
    assert_eq!(run(&device, &[SYSADMIN.1]).0, Some(0));
    assert!(opened(&server, (CLERK.0, "six-grey-goats-and-more")).await.is_ok());
    // No password and no ID number is written anywhere.
    log += &server.log();
    for canary in
        [SYSADMIN.1, SECADMIN.1, CLERK.1, "six-grey-goats", "super-super-super", "15280119880505001", "1101051949"]
    {
        assert!(!log.contains(canary), "{canary}");
    }
    assert!(log.contains("account_add"));
}

#[tokio::test(flavor = "multi_thread")]
async fn at_a_terminal_everything_is_asked_and_no_password_is_seen() {
    let server = huzhu_empty(Options::default()).await;
    let url = server.url(DATABASE).replace("postgres://", "postgres://postgres@");
    let folder = tempfile::tempdir().unwrap();
    let words = [env!("CARGO_BIN_EXE_huzhu"), "--lang", "en", "init", "--db", url.as_str()];
    let mut terminal = Counter::start(&words, folder.path(), &[]);
    // What is typed before the question is thrown away: each is waited for.
    let mut answer = |question: &str, times: usize, answer: &str| {
        let asked = |screen: &vt100::Screen| {
            let said = screen.contents().split_whitespace().collect::<Vec<_>>().join(" ");
            said.matches(question).count() == times && said.ends_with(':')
        };
        terminal.wait_for(question, asked);
        terminal.types(&format!("{answer}\r"));
    };
    answer("Password of postgres", 1, "super-super-super");
    answer("Login of the system administrator", 1, SYSADMIN.0);
    answer("ID number of the system administrator", 1, "11010519491231002X");
    answer("New password of boss1", 1, "too short");
    answer("New password of boss1", 2, SYSADMIN.1);
    answer("The same once more", 1, "something else");
    answer("New password of boss1", 3, SYSADMIN.1);
    answer("The same once more", 2, SYSADMIN.1);
    answer("Login of the security administrator", 1, SECADMIN.0);
    answer("ID number of the security administrator", 1, "440524188001010014");
    answer("New password of boss2", 1, SECADMIN.1);
    answer("The same once more", 3, SECADMIN.1);
    terminal.shows("The centre is set up.");
    let text = terminal.text();
    assert!(text.contains("at least 15 characters") && text.contains("The two differ"), "{text}");
    assert!(["super-super", "hay-1", "too short", "something"].iter().all(|canary| !text.contains(canary)), "{text}");
    assert_eq!(terminal.ends(), 0);
    assert!(opened(&server, SECADMIN).await.is_ok());
}

async fn huzhu_empty(options: Options) -> Server {
    let server = Server::empty(options).await;
    server.execute("postgres", &format!("CREATE DATABASE {DATABASE}")).await;
    server
}

/// The program with lines on its standard input.
fn huzhu(arguments: &[&str], lines: &[&str]) -> Output {
    huzhu_with(&[], arguments, lines)
}

/// The same in an environment.
fn huzhu_with(environment: &[(&str, &str)], arguments: &[&str], lines: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_huzhu"));
    command.args(["--lang", "en"]).args(arguments).env_remove("PGPASSWORD").envs(environment.iter().copied());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    // One that stops early does not read all of it.
    let _ = input.write_all((lines.join("\n") + "\n").as_bytes());
    drop(input);
    child.wait_with_output().unwrap()
}

/// With its check character.
fn id_number(digits: &str) -> String {
    format!("{digits}{}", huzhu::domain::id_number::check_character(digits))
}

async fn text(server: &Server, query: &str) -> String {
    let mut superuser = server.superuser(DATABASE).await;
    sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_one(&mut superuser).await.unwrap()
}
