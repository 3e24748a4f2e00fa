//! The support of tests on PostgreSQL by itself: servers start, crash, start again and are gone with their test;
//! certificates are what servers accept; the proxy does what it says.

mod postgres;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use postgres::certificates::{Authority, Pair};
use postgres::proxy::{Fault, How, Proxy, Way};
use postgres::{DATABASE, Options, SUPERUSER, SUPERUSER_PASSWORD, Server, Tls, server_with, sqlstates};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{ConnectOptions, Connection};
use uuid::Uuid;

/// Says to [`holds_a_server`] that it is run to be killed.
const HOLD: &str = "HUZHU_TEST_HOLD";

/// A server with the program's database, a table and a person.
async fn small(options: Options) -> Server {
    server_with("small", options, async |server| {
        server.execute("postgres", &format!("CREATE DATABASE {DATABASE}")).await;
        let table = format!("CREATE TABLE made (id uuid); INSERT INTO made VALUES ('{}')", Uuid::now_v7());
        server.execute(DATABASE, &table).await;
        server.execute(DATABASE, "CREATE ROLE k1 LOGIN PASSWORD 'k1-k1-k1'; CREATE TABLE number (n int)").await;
        server.execute(DATABASE, "GRANT SELECT, INSERT ON number TO k1").await;
    })
    .await
}

fn person(server: &Server) -> PgConnectOptions {
    let address = server.address();
    let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(address.port());
    options.username("k1").password("k1-k1-k1").database(DATABASE).ssl_mode(PgSslMode::Disable)
}

async fn through(proxy: &Proxy, server: &Server) -> PgConnection {
    person(server).port(proxy.address().port()).connect().await.unwrap()
}

async fn one(connection: &mut PgConnection) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar("SELECT 1").fetch_one(connection).await
}

#[tokio::test]
async fn a_server_crashes_and_starts_again() {
    let mut server = small(Options::default()).await;
    let address = server.address();
    let mut connection = person(&server).connect().await.unwrap();
    for n in 0..10 {
        sqlx::query("INSERT INTO number VALUES ($1)").bind(n).execute(&mut connection).await.unwrap();
    }
    server.stop_immediately();
    assert!(one(&mut connection).await.is_err(), "it is cut off");
    assert!(person(&server).connect().await.is_err(), "nobody is there");
    server.start();
    assert_eq!(server.address(), address);
    let mut connection = person(&server).connect().await.unwrap();
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM number").fetch_one(&mut connection).await.unwrap();
    assert_eq!(count, 10, "what was acknowledged is there");
    let folder = server.folder().to_owned();
    drop(server);
    assert!(!folder.exists());
}

#[tokio::test]
async fn settings_are_ours_and_then_the_tests() {
    let settings = vec![("work_mem".to_owned(), "3MB".to_owned())];
    let server = small(Options { fsync: true, settings, ..Options::default() }).await;
    let shown = server.psql(SUPERUSER, SUPERUSER_PASSWORD, "SHOW fsync; SHOW work_mem; SHOW timezone");
    assert_eq!(String::from_utf8(shown.stdout).unwrap(), "on\n3MB\nPacific/Honolulu\n");
    let mut server = small(Options::default()).await;
    server.stop_in_order();
    server.set("work_mem", "5MB");
    server.start();
    let shown = server.psql(SUPERUSER, SUPERUSER_PASSWORD, "SHOW fsync; SHOW work_mem");
    assert_eq!(String::from_utf8(shown.stdout).unwrap(), "off\n5MB\n");
}

#[tokio::test]
async fn psql_tells_states() {
    let server = small(Options::default()).await;
    let asked = |login: &str, password: &str, sql: &str| sqlstates(&server.psql(login, password, sql));
    assert_eq!(asked("k1", "k1-k1-k1", "SELECT 1; INSERT INTO number VALUES (1)"), Vec::<String>::new());
    assert_eq!(asked("k1", "k1-k1-k1", "SELECT 1; UPDATE number SET n = 2; SELECT 1/0"), ["42501"]);
    assert_eq!(asked("k1", "k1-k1-k1", "\\set ON_ERROR_STOP off\nSELECT 1/0;\nTABLE nothing"), ["22012", "42P01"]);
    assert_eq!(asked("k1", "other", "SELECT 1"), ["28P01"]);
    server.execute(DATABASE, "ALTER ROLE k1 CONNECTION LIMIT 0").await;
    assert_eq!(asked("k1", "k1-k1-k1", "SELECT 1"), ["53300"]);
    server.execute(DATABASE, "ALTER ROLE k1 NOLOGIN").await;
    assert_eq!(asked("k1", "k1-k1-k1", "SELECT 1"), ["28000"]);
    // The socket is the superuser's alone.
    let mut socket = server.tool("psql");
    let socket = socket.args(["-w", "-U", "k1", DATABASE, "-c", "SELECT 1"]).output().unwrap();
    assert_eq!(sqlstates(&socket), ["28000"], "{}", String::from_utf8_lossy(&socket.stderr));
}

#[tokio::test]
async fn a_template_is_made_once() {
    let mut made = Vec::new();
    let (one, two) = tokio::join!(small(Options::default()), small(Options::default()));
    for server in [&one, &two] {
        let mut connection = server.superuser(DATABASE).await;
        made.push(sqlx::query_scalar::<_, Uuid>("SELECT id FROM made").fetch_one(&mut connection).await.unwrap());
    }
    assert_eq!(made[0], made[1]);
    assert_ne!(one.address(), two.address());
    one.execute(DATABASE, "DELETE FROM made").await;
    let mut connection = two.superuser(DATABASE).await;
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM made").fetch_one(&mut connection).await.unwrap();
    assert_eq!(count, 1, "each has its own");
}

#[tokio::test]
async fn the_order_of_texts_is_not_that_of_code_points_by_itself() {
    let server = Server::empty(Options::default()).await;
    let mut connection = server.superuser("postgres").await;
    let sorted = "SELECT string_agg(t, '' ORDER BY t), string_agg(t, '' ORDER BY t COLLATE \"C\") FROM (VALUES ('王'), ('安')) v (t)";
    let sorted: (String, String) = sqlx::query_as(sorted).fetch_one(&mut connection).await.unwrap();
    assert_eq!(sorted, ("安王".into(), "安王".into()));
    let sorted = "SELECT string_agg(t, '' ORDER BY t), string_agg(t, '' ORDER BY t COLLATE \"C\") FROM (VALUES ('张'), ('王'), ('李')) v (t)";
    let sorted: (String, String) = sqlx::query_as(sorted).fetch_one(&mut connection).await.unwrap();
    assert_eq!(sorted, ("李王张".into(), "张李王".into()));
}

/// Not a test of its own: what [`a_killed_test_leaves_nothing`] kills.
#[tokio::test]
async fn holds_a_server() {
    if std::env::var_os(HOLD).is_none() {
        return;
    }
    let server = small(Options::default()).await;
    println!("\nfolder {}", server.folder().display());
    std::future::pending().await
}

#[test]
fn a_killed_test_leaves_nothing() {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "holds_a_server", "--nocapture"]).env(HOLD, "1").stdout(Stdio::piped());
    let mut held = command.spawn().unwrap();
    let mut lines = BufReader::new(held.stdout.take().unwrap()).lines().map(Result::unwrap);
    let folder = lines.find_map(|line| line.strip_prefix("folder ").map(str::to_owned)).unwrap();
    let lock = std::fs::read_to_string(Path::new(&folder).join("data/postmaster.pid")).unwrap();
    let process = Path::new("/proc").join(lock.lines().next().unwrap());
    assert!(process.join("stat").exists());
    held.kill().unwrap();
    held.wait().unwrap();
    let alive = || std::fs::read_to_string(process.join("cmdline")).is_ok_and(|line| line.contains(&folder));
    for _ in 0..600 {
        if !Path::new(&folder).exists() && !alive() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{folder} is still there");
}

#[tokio::test]
async fn a_server_shows_its_certificate() {
    let (authority, other) = (Authority::new("centre"), Authority::new("other"));
    let with = async |pair: Pair| small(Options { tls: Some(Tls { pair, clients: None }), ..Options::default() }).await;
    let trusts = |server: &Server, authority: &Authority| {
        let root = authority.certificate().as_bytes().to_vec();
        person(server).ssl_mode(PgSslMode::VerifyFull).ssl_root_cert_from_pem(root)
    };
    let server = with(authority.server()).await;
    let mut connection = trusts(&server, &authority).connect().await.unwrap();
    let version: String = sqlx::query_scalar("SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(version, "TLSv1.3");
    trusts(&server, &authority).host("localhost").connect().await.unwrap();
    let refused = async |server: &Server, authority: &Authority, why: &str| {
        let error = trusts(server, authority).connect().await.unwrap_err();
        assert!(format!("{error:?}").contains(why), "{error:?}");
    };
    refused(&server, &other, "UnknownIssuer").await;
    assert!(person(&server).connect().await.is_err(), "nobody comes without TLS");
    refused(&with(authority.server_of(&["elsewhere.example"])).await, &authority, "NotValidForName").await;
    refused(&with(authority.expired_server()).await, &authority, "Expired").await;
    refused(&with(other.server()).await, &authority, "UnknownIssuer").await;
}

#[tokio::test]
async fn a_terminal_shows_its_certificate() {
    let (authority, terminals, other) =
        (Authority::new("centre"), Authority::new("terminals"), Authority::new("other"));
    let tls = Tls { pair: authority.server(), clients: Some(terminals.certificate().to_owned()) };
    let server = small(Options { tls: Some(tls), ..Options::default() }).await;
    server.execute(DATABASE, "CREATE EXTENSION sslinfo").await;
    let shows = async |pair: Option<Pair>| {
        let root = authority.certificate().as_bytes().to_vec();
        let mut options = person(&server).ssl_mode(PgSslMode::VerifyFull).ssl_root_cert_from_pem(root);
        if let Some(pair) = pair {
            options = options.ssl_client_cert_from_pem(pair.certificate).ssl_client_key_from_pem(pair.key);
        }
        let mut connection = options.connect().await?;
        sqlx::query_scalar::<_, String>("SELECT ssl_client_serial()::text").fetch_one(&mut connection).await
    };
    for serial in [1, 4711, u64::MAX] {
        assert_eq!(shows(Some(terminals.client("15080201", serial))).await.unwrap(), serial.to_string());
    }
    assert!(shows(None).await.is_err());
    assert!(shows(Some(other.client("15080201", 4711))).await.is_err());
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = terminals.client("15080201", 4712).write(folder.path(), "terminal");
    let mut psql = server.psql_command("k1", "k1-k1-k1");
    psql.env("PGSSLMODE", "verify-full").env("PGSSLROOTCERT", authority.write(folder.path(), "centre"));
    psql.env("PGSSLCERT", certificate).env("PGSSLKEY", key).args(["-c", "SELECT ssl_client_serial()"]);
    let output = psql.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "4712\n", "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(sqlstates(&server.psql("k1", "k1-k1-k1", "SELECT 1")), ["28000"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_wire_slices_delays_and_throttles_and_loses_nothing() {
    let server = small(Options::default()).await;
    let proxy = Proxy::before(server.address(), 7).await;
    let millis = Duration::from_millis;
    for fault in [
        Fault::default(),
        Fault { slice: 1, ..Fault::default() },
        Fault { slice: 7, delay: millis(3), jitter: millis(3), ..Fault::default() },
        Fault { speed: 20_000, ..Fault::default() },
    ] {
        proxy.set(fault);
        let mut connection = through(&proxy, &server).await;
        let text = "王".repeat(500);
        let echo: String = sqlx::query_scalar("SELECT $1").bind(&text).fetch_one(&mut connection).await.unwrap();
        assert_eq!(echo, text, "{fault:?}");
        // Prepared once, a question is one round trip.
        let turns = proxy.turns();
        sqlx::query_scalar::<_, String>("SELECT $1").bind(&text).fetch_one(&mut connection).await.unwrap();
        assert_eq!(proxy.turns(), turns + 1, "{fault:?}");
        connection.close().await.unwrap();
    }
    assert_eq!((proxy.connections(), proxy.ended()), (4, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_wire_is_cut_at_a_byte() {
    let server = small(Options::default()).await;
    let proxy = Proxy::before(server.address(), 7).await;
    let mut ended = 0;
    for way in [Way::Up, Way::Down] {
        for after in [0, 1, 13] {
            for how in [How::Close, How::Reset] {
                let mut connection = through(&proxy, &server).await;
                one(&mut connection).await.unwrap();
                let before = proxy.bytes(way);
                proxy.end(way, after, how);
                assert!(one(&mut connection).await.is_err(), "{way:?} {after} {how:?}");
                ended += 1;
                assert_eq!((proxy.bytes(way) - before, proxy.ended()), (after, ended), "{way:?} {after} {how:?}");
                // The next one is whole.
                one(&mut through(&proxy, &server).await).await.unwrap();
            }
        }
    }
    // Also before anybody is logged in.
    proxy.end(Way::Down, 5, How::Reset);
    assert!(person(&server).port(proxy.address().port()).connect().await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_wire_falls_silent() {
    let server = small(Options::default()).await;
    let proxy = Proxy::before(server.address(), 7).await;
    let mut connection = through(&proxy, &server).await;
    one(&mut connection).await.unwrap();
    proxy.end(Way::Up, 3, How::Silence);
    let silent = tokio::spawn(async move { one(&mut connection).await });
    while proxy.ended() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // Whole round trips of another do not bring an answer, and no error either.
    let mut other = through(&proxy, &server).await;
    for _ in 0..20 {
        one(&mut other).await.unwrap();
    }
    assert!(!silent.is_finished());
    drop(proxy);
    assert!(silent.await.unwrap().is_err(), "the proxy is gone");
    let _ = other.close_hard().await;
}
