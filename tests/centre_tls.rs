//! Off this machine: the centre proves itself with a certificate or nobody talks to it, and where it asks for it the
//! terminal proves itself too. Certificates are made here. To add a case: a pair of `certificates`, and who is refused.

mod central;

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use central::support::certificates::{Authority, Pair};
use central::support::proxy::{How, Proxy, Way};
use central::support::{DATABASE, Options, SUPERUSER, SUPERUSER_PASSWORD, Tls};
use central::{Central, Postgres, postgres, postgres_with, sheet_of, stay};
use huzhu::domain::secret::Secret;
use huzhu::store::postgres::admin::Administrator;
use huzhu::store::postgres::{OptionsError, PostgresOptions, PostgresStore};
use huzhu::store::{Store, StoreError};
use huzhu::world::PASSWORD;

/// A name of this machine that the program does not know to be one, resolvers do: what holds off it holds here.
const ELSEWHERE: &str = "LocalHost";

/// Files of a terminal.
struct Files {
    folder: tempfile::TempDir,
    made: std::cell::Cell<u32>,
}

impl Files {
    fn new() -> Files {
        Files { folder: tempfile::tempdir().unwrap(), made: std::cell::Cell::new(0) }
    }

    fn next(&self) -> String {
        self.made.set(self.made.get() + 1);
        format!("{}", self.made.get())
    }

    fn root(&self, authority: &Authority) -> PathBuf {
        authority.write(self.folder.path(), &self.next())
    }

    fn pair(&self, pair: &Pair) -> (Option<PathBuf>, Option<PathBuf>) {
        let (certificate, key) = pair.write(self.folder.path(), &self.next());
        (Some(certificate), Some(key))
    }
}

async fn centre(pair: Pair, clients: Option<&Authority>) -> Postgres {
    let clients = clients.map(|authority| authority.certificate().to_owned());
    postgres_with(Options { tls: Some(Tls { pair, clients }), ..Options::default() }).await
}

fn options(central: &Postgres, host: &str) -> PostgresOptions {
    PostgresOptions::parse(&format!("postgres://{host}:{}/{DATABASE}", central.server().address().port())).unwrap()
}

/// A store of a host's centre, with a root certificate and perhaps a terminal's.
fn store(central: &Postgres, host: &str, root: PathBuf, terminal: (Option<PathBuf>, Option<PathBuf>)) -> PostgresStore {
    PostgresStore::new(options(central, host).with_certificates(Some(root), terminal.0, terminal.1))
}

async fn log_in(store: &PostgresStore, login: &str) -> Result<(), StoreError> {
    store.log_in(login, &Secret::new(PASSWORD)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_centre_proves_itself() {
    let (authority, other, files) = (Authority::new("centre"), Authority::new("other"), Files::new());
    let names = ["localhost", "127.0.0.1", ELSEWHERE];
    let central = centre(authority.server_of(&names), None).await;
    let root = files.root(&authority);
    for host in names {
        let store = store(&central, host, root.clone(), (None, None));
        log_in(&store, "0137").await.unwrap_or_else(|why| panic!("{host}: {why:?}"));
        assert_eq!(store.hello().await.unwrap().login, "0137");
        let tls = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE ssl AND usename = '0137'";
        assert!(central.count(tls).await > 0, "{host}");
    }
    let refused = async |central: &Postgres, host: &str, root: PathBuf| {
        log_in(&store(central, host, root, (None, None)), "0137").await.unwrap_err()
    };
    let distrusted = StoreError::centre_certificate();
    // Another authority; a certificate that is not there; one that is none.
    assert_eq!(refused(&central, ELSEWHERE, files.root(&other)).await, distrusted);
    let nothing = files.folder.path().join("nothing");
    assert_eq!(refused(&central, ELSEWHERE, nothing.clone()).await, distrusted);
    std::fs::write(&nothing, "-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n").unwrap();
    assert_eq!(refused(&central, ELSEWHERE, nothing).await, distrusted);
    // Another name, an old certificate, a server without one. On this machine as well, where an authority is configured.
    let wrong = centre(authority.server_of(&["centre.example"]), None).await;
    let plain = postgres().await;
    for host in ["localhost", ELSEWHERE] {
        assert_eq!(refused(&wrong, host, root.clone()).await, distrusted, "{host}");
        assert_eq!(refused(&plain, host, root.clone()).await, distrusted, "{host}");
    }
    let old = centre(authority.expired_server(), None).await;
    assert_eq!(refused(&old, "localhost", root.clone()).await, distrusted);
    let forged = centre(other.server_of(&names), None).await;
    assert_eq!(refused(&forged, ELSEWHERE, root).await, distrusted);
    for central in [&central, &old, &forged] {
        assert!(!central.server().log().contains("password authentication failed"));
    }
}

/// The driver trusts the system's authorities too; `SSL_CERT_FILE` takes their place.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_other_authority_vouches_where_the_systems_are_left_out() {
    let (authority, system, files) = (Authority::new("centre"), Authority::new("system"), Files::new());
    let own = centre(authority.server_of(&[ELSEWHERE]), None).await;
    let forged = centre(system.server_of(&[ELSEWHERE]), None).await;
    let (root, systems) = (files.root(&authority), files.root(&system));
    let config = files.folder.path().join("config.toml");
    std::fs::write(&config, format!("[database]\nroot_cert = {root:?}\n")).unwrap();
    let lets_in = |central: &Postgres, trusted: &PathBuf| {
        let url = format!("postgres://{ELSEWHERE}:{}/{DATABASE}", central.server().address().port());
        let mut command = Command::new(env!("CARGO_BIN_EXE_huzhu"));
        command.arg("--config").arg(&config).args(["account", "list", "--as", "0092", "--db", &url]);
        command.args(["--password-fd", "0"]).env("SSL_CERT_FILE", trusted).env_remove("SSL_CERT_DIR");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let _ = writeln!(child.stdin.take().unwrap(), "{PASSWORD}");
        let output = child.wait_with_output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for trusted in [&root, &systems] {
        let (well, said) = lets_in(&own, trusted);
        assert!(well, "{said}");
    }
    let (well, said) = lets_in(&forged, &root);
    assert!(!well && said.contains("database.root_cert"), "{said}");
    // Why it takes `SSL_CERT_FILE`.
    assert!(lets_in(&forged, &systems).0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn off_this_machine_nothing_is_said_without_an_authority() {
    let central = postgres().await;
    let elsewhere = options(&central, ELSEWHERE);
    assert_eq!(elsewhere.check(), Err(OptionsError::RootCert));
    let told = log_in(&PostgresStore::new(elsewhere.clone()), "0137").await;
    assert_eq!(told, Err(StoreError::Refused("database-root-cert".into())));
    let told = Administrator::open(&elsewhere, SUPERUSER, &Secret::new(SUPERUSER_PASSWORD)).await.map(drop);
    assert_eq!(told, Err(StoreError::Refused("database-root-cert".into())));
    // The same place by the name that the program knows.
    let here = PostgresStore::new(options(&central, "127.0.0.1"));
    log_in(&here, "0137").await.unwrap();
    let asked = "SELECT count(*) FROM pg_stat_activity WHERE client_addr IS NOT NULL";
    assert_eq!(central.count(asked).await, 1, "one session came by the network");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_needs_a_certificate_where_the_centre_asks_for_one() {
    let (authority, terminals, other) =
        (Authority::new("centre"), Authority::new("terminals"), Authority::new("other"));
    let files = Files::new();
    let central = centre(authority.server_of(&[ELSEWHERE]), Some(&terminals)).await;
    let root = files.root(&authority);
    let shows = async |terminal| log_in(&store(&central, ELSEWHERE, root.clone(), terminal), "0137").await;
    let refused = Err(StoreError::terminal_certificate());
    assert_eq!(shows(files.pair(&terminals.client("15080201", 4711))).await, Ok(()));
    assert_eq!(shows((None, None)).await, refused);
    assert_eq!(shows(files.pair(&other.client("15080201", 4711))).await, refused);
    // A server's certificate is no terminal's, and a certificate without its own key is nobody's.
    assert_eq!(shows(files.pair(&terminals.server())).await, refused);
    let mut stolen = terminals.client("15080201", 4711);
    stolen.key = terminals.client("15080202", 4712).key;
    assert_eq!(shows(files.pair(&stolen)).await, refused);
    let nothing = files.folder.path().join("nothing");
    let (certificate, _) = files.pair(&terminals.client("15080201", 4711));
    assert_eq!(shows((certificate.clone(), Some(nothing))).await, refused);
    assert_eq!(shows((certificate.clone(), certificate)).await, refused);
    // The certificate lets nobody in without the password.
    let terminal = files.pair(&terminals.client("15080201", 4711));
    let wrong = store(&central, ELSEWHERE, root.clone(), terminal);
    assert_eq!(wrong.log_in("0137", &Secret::new("wrong")).await, Err(StoreError::wrong_login()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_is_one_that_the_centre_knows() {
    let (authority, terminals, files) = (Authority::new("centre"), Authority::new("terminals"), Files::new());
    let central = centre(authority.server_of(&[ELSEWHERE]), Some(&terminals)).await;
    let root = files.root(&authority);
    let terminal = |serial: u64| {
        store(&central, ELSEWHERE, root.clone(), files.pair(&terminals.client(&serial.to_string(), serial)))
    };
    let refused = Err(StoreError::terminal_certificate());
    let hello = async |store: &PostgresStore| store.hello().await.map(drop);
    // Known ones of the clerk's office (twice), of another office, and of none.
    for (serial, office) in [(1_u64, 150_802), (u64::MAX, 150_802), (2, 150_402)] {
        central.tamper(&format!("INSERT INTO device (serial, office) VALUES ({serial}, {office})")).await.unwrap();
    }
    let (known, largest, elsewhere, unknown) = (terminal(1), terminal(u64::MAX), terminal(2), terminal(3));
    for store in [&known, &elsewhere, &unknown] {
        log_in(store, "0137").await.unwrap();
        assert_eq!(hello(store).await, Ok(()), "nobody asks yet");
    }
    central.tamper("UPDATE centre SET devices = true").await.unwrap();
    assert_eq!(hello(&known).await, Ok(()));
    known.desk().await.unwrap();
    assert_eq!(hello(&elsewhere).await, refused);
    assert_eq!(hello(&unknown).await, refused);
    assert_eq!(unknown.desk().await.map(drop), refused);
    assert_eq!(unknown.reference("").await.map(drop), refused);
    // The region works at every known terminal, and at no other.
    known.log_out().await.unwrap();
    elsewhere.log_out().await.unwrap();
    unknown.log_out().await.unwrap();
    for (store, told) in [(&elsewhere, Ok(())), (&unknown, refused.clone())] {
        log_in(store, "0001").await.unwrap();
        assert_eq!(hello(store).await, told);
    }
    log_in(&largest, "0138").await.unwrap();
    assert_eq!(hello(&largest).await, Ok(()));
    log_in(&known, "0137").await.unwrap();
    assert_eq!(hello(&known).await, Ok(()));
    // Out at once, in the session that is open; the others stay, and a new session is no way in.
    central.tamper("UPDATE device SET revoked = clock_timestamp() WHERE serial = 1").await.unwrap();
    assert_eq!(hello(&known).await, refused);
    assert_eq!(known.desk().await.map(drop), refused);
    assert_eq!(hello(&largest).await, Ok(()));
    known.log_out().await.unwrap();
    log_in(&known, "0137").await.unwrap();
    assert_eq!(hello(&known).await, refused);
}

/// TLS has an end of its own, which a line that is cut does not bring.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proved_line_that_is_cut_is_opened_again() {
    let (authority, files) = (Authority::new("centre"), Files::new());
    let central = centre(authority.server_of(&[ELSEWHERE]), None).await;
    let proxy = Proxy::before(central.server().address(), 7).await;
    let url = format!("postgres://{ELSEWHERE}:{}/{DATABASE}", proxy.address().port());
    let options = PostgresOptions::parse(&url).unwrap().with_certificates(Some(files.root(&authority)), None, None);
    let store = PostgresStore::new(options);
    log_in(&store, "0137").await.unwrap();
    let sheet = sheet_of(&store, "王秀英").await;
    let claim = stay(&store, &sheet, "0000000001", "2021-03-01", "2021-03-08").await;
    for how in [How::Close, How::Reset] {
        for (way, after) in [(Way::Up, 0), (Way::Up, 30), (Way::Down, 0), (Way::Down, 3), (Way::Down, 300)] {
            let ended = proxy.ended();
            proxy.end(way, after, how);
            let answer = store.submit(&claim).await;
            let answer = answer.unwrap_or_else(|why| panic!("{way:?} {after} {how:?}: {why:?}"));
            assert_eq!((answer.claim.number.sequence, proxy.ended()), (1, ended + 1), "{way:?} {after} {how:?}");
        }
    }
    assert_eq!(central.count("SELECT count(*) FROM claim").await, 1);
    // Cut while it is being proved, it is no certificate that nobody trusts.
    let cut = async |after| {
        store.log_out().await.unwrap();
        proxy.end(Way::Down, after, How::Reset);
        log_in(&store, "0137").await
    };
    for after in [0, 1, 2, 100, 700] {
        let told = cut(after).await;
        assert!(matches!(told, Err(StoreError::Unreachable(_))), "{after}: {told:?}");
    }
}
