//! One server: its folder holds the data, the socket, the log and the certificates; all of it goes with the server.
//!
//! Persons come by 127.0.0.1 with SCRAM; the superuser also by the socket, which only our account may (`peer`).

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions};

use super::machine;

/// The database of the program in a server.
pub const DATABASE: &str = "huzhu";
/// The superuser, who has no name of a person.
pub const SUPERUSER: &str = "postgres";
/// The superuser's password by TCP.
pub const SUPERUSER_PASSWORD: &str = "super-super-super";

/// How a server is set up.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The data are on the disk, and writes reach it before they are acknowledged; without it they may be in memory. A
    /// bench that is not about commits takes it for a world that memory does not hold, and sets `fsync` off.
    pub fsync: bool,
    /// Settings beside ours, which they outrank.
    pub settings: Vec<(String, String)>,
    /// With it nobody comes by TCP without TLS.
    pub tls: Option<Tls>,
}

/// What a server shows and asks for.
#[derive(Clone, Debug)]
pub struct Tls {
    /// The server's certificate and key, PEM.
    pub pair: super::certificates::Pair,
    /// The authority, PEM, whose client certificate everybody must have; nobody needs one without it.
    pub clients: Option<String>,
}

/// A running PostgreSQL; stopped and removed when it is dropped, and when the test process is gone.
pub struct Server {
    folder: tempfile::TempDir,
    port: u16,
    options: Options,
    postgres: Option<Child>,
    watchdog: Child,
}

impl Server {
    /// Starts a server on a data directory that `fill` makes at the path it is given.
    pub(super) fn on(options: Options, fill: impl FnOnce(&Path)) -> Server {
        let folder = machine::folder(options.fsync);
        let watchdog = machine::watchdog(folder.path());
        fill(&folder.path().join("data"));
        let mut server = Server { folder, port: 0, options, postgres: None, watchdog };
        // Another process may take the port between the look and the start.
        for _ in 0..5 {
            server.port = machine::free_port();
            match server.try_start() {
                Ok(()) => return server,
                Err(log) if log.contains("could not bind") => {}
                Err(log) => panic!("PostgreSQL does not start: {log}"),
            }
        }
        panic!("no free port was found");
    }

    /// The folder of the server.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.folder().join("data")
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// Where a database is, without an account.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://127.0.0.1:{}/{database}", self.port)
    }

    /// The same by way of another address, a proxy's.
    pub fn url_by(&self, address: SocketAddr, database: &str) -> String {
        format!("postgres://{address}/{database}")
    }

    /// Where a database is, with an account and password.
    pub fn url_as(&self, login: &str, password: &str, database: &str) -> String {
        format!("postgres://{login}:{password}@127.0.0.1:{}/{database}", self.port)
    }

    /// What the server wrote into its log.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.folder().join("log")).unwrap_or_default()).into_owned()
    }

    /// The superuser's connection to a database.
    pub async fn superuser(&self, database: &str) -> PgConnection {
        let options = PgConnectOptions::new_without_pgpass().socket(self.folder()).port(self.port);
        let options = options.username(SUPERUSER).database(database).ssl_mode(PgSslMode::Disable);
        options.connect().await.unwrap_or_else(|error| panic!("{error}\n{}", self.log()))
    }

    /// Statements as the superuser, one transaction.
    pub async fn execute(&self, database: &str, statements: &str) {
        let mut connection = self.superuser(database).await;
        let done = sqlx::raw_sql(AssertSqlSafe(statements)).execute(&mut connection).await;
        done.unwrap_or_else(|error| panic!("{statements}: {error}"));
    }

    /// Runs `psql` on [`DATABASE`] as an account, each statement by itself until one fails; errors come with their
    /// SQLSTATE (see [`sqlstates`]), rows unaligned.
    pub fn psql(&self, login: &str, password: &str, sql: &str) -> Output {
        let mut command = self.psql_command(login, password);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut psql = command.spawn().unwrap();
        let mut input = psql.stdin.take().unwrap();
        // One that left before it read everything says so in its output.
        let _ = input.write_all(sql.as_bytes());
        drop(input);
        psql.wait_with_output().unwrap()
    }

    /// `psql` as [`Server::psql`] starts it, for other arguments and certificates.
    pub fn psql_command(&self, login: &str, password: &str) -> Command {
        let mut command = machine::program("psql", self.folder());
        command.args(["-X", "-At", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose", "-h", "127.0.0.1", "-p"]);
        command.args([self.port.to_string().as_str(), "-U", login, "-w", DATABASE]).env("PGPASSWORD", password);
        command
    }

    /// Another program of PostgreSQL (`pg_dump`, `pg_basebackup`, …) as the superuser by the socket.
    pub fn tool(&self, name: &str) -> Command {
        let mut command = machine::program(name, self.folder());
        command.arg("-h").arg(self.folder()).args(["-p", &self.port.to_string(), "-U", SUPERUSER]);
        command
    }

    /// Stops at once, as a crash of the server does; nothing happens where it is stopped.
    pub fn stop_immediately(&mut self) {
        self.stop(Signal::QUIT);
    }

    /// Stops in order: transactions are ended, everything is on the disk.
    pub fn stop_in_order(&mut self) {
        self.stop(Signal::INT);
    }

    /// Takes a setting from the next start on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.options.settings.push((name.into(), value.into()));
    }

    /// Starts again, on the same port, with what it had.
    pub fn start(&mut self) {
        assert!(self.postgres.is_none(), "it runs");
        self.try_start().unwrap_or_else(|log| panic!("PostgreSQL does not start: {log}"));
    }

    /// A copy of the data of a server that is stopped, as a backup has it.
    pub fn back_up(&self) {
        assert!(self.postgres.is_none(), "it runs");
        machine::copy(&self.data(), &self.folder().join("backup"));
    }

    /// Puts what [`Server::back_up`] copied in place of the data of a server that is stopped.
    pub fn restore(&self) {
        assert!(self.postgres.is_none(), "it runs");
        fs::remove_dir_all(self.data()).unwrap();
        machine::copy(&self.folder().join("backup"), &self.data());
    }

    fn stop(&mut self, signal: Signal) {
        if let Some(mut postgres) = self.postgres.take() {
            let pid = Pid::from_child(&postgres);
            kill_process(pid, signal).unwrap();
            postgres.wait().unwrap();
        }
    }

    fn try_start(&mut self) -> Result<(), String> {
        self.configure();
        let log = fs::File::create(self.folder().join("log")).unwrap();
        let mut command = machine::as_server("postgres", self.folder());
        command.arg("-D").arg(self.data()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let mut postgres = command.spawn().map_err(|error| error.to_string())?;
        while !self.is_ready(postgres.id()) {
            if postgres.try_wait().unwrap().is_some() {
                return Err(self.log());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        self.postgres = Some(postgres);
        Ok(())
    }

    /// The server's lock file says who runs it, and in its last line how far it is.
    fn is_ready(&self, pid: u32) -> bool {
        let lock = fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
        let mut lines = lock.lines();
        lines.next() == Some(pid.to_string().as_str()) && lines.last().is_some_and(|last| last.trim() == "ready")
    }

    fn configure(&self) {
        // A zone and a form of dates that nobody here has: what depends on the server's own shows at once.
        let mut text = format!(
            "port = {}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '{}'\nunix_socket_permissions = 0700\n\
             shared_buffers = 16MB\nmax_connections = 60\nmax_wal_size = 64MB\nmin_wal_size = 2MB\nmax_wal_senders = 4\n\
             timezone = 'Pacific/Honolulu'\nlog_timezone = 'UTC'\npassword_encryption = 'scram-sha-256'\n",
            self.port,
            self.folder().display()
        );
        if !self.options.fsync {
            text.push_str("fsync = off\nfull_page_writes = off\n");
        }
        let mut by = "host";
        let mut asks = "";
        if let Some(tls) = &self.options.tls {
            by = "hostssl";
            let (certificate, key) = tls.pair.write(self.folder(), "server");
            machine::hand_over(&certificate, 0o600);
            machine::hand_over(&key, 0o600);
            let (certificate, key) = (certificate.display(), key.display());
            writeln!(text, "ssl = on\nssl_cert_file = '{certificate}'\nssl_key_file = '{key}'").unwrap();
            if let Some(clients) = &tls.clients {
                asks = " clientcert=verify-ca";
                self.put("clients.crt", clients);
                writeln!(text, "ssl_ca_file = '{}'", self.folder().join("clients.crt").display()).unwrap();
            }
        }
        for (name, value) in &self.options.settings {
            writeln!(text, "{name} = '{}'", value.replace('\'', "''")).unwrap();
        }
        self.put("data/postgresql.conf", &text);
        self.put(
            "data/pg_hba.conf",
            &format!(
                "local all {SUPERUSER} peer map=tests\nlocal replication {SUPERUSER} peer map=tests\n\
                 {by} all all 127.0.0.1/32 scram-sha-256{asks}\n"
            ),
        );
        self.put("data/pg_ident.conf", &format!("tests {} {SUPERUSER}\n", machine::own_name()));
    }

    /// A file of the server's folder.
    fn put(&self, name: &str, text: &str) {
        let path = self.folder().join(name);
        fs::write(&path, text).unwrap();
        machine::hand_over(&path, 0o600);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop_immediately();
        // It finds no server, and removes the folder.
        drop(self.watchdog.stdin.take());
        let _ = self.watchdog.wait();
    }
}

/// The SQLSTATEs of the errors that `psql` printed, in their order. Of a login that failed it prints words alone.
pub fn sqlstates(output: &Output) -> Vec<String> {
    const LOGIN: [(&str, &str); 6] = [
        ("password authentication failed", "28P01"),
        ("no pg_hba.conf entry", "28000"),
        ("requires a valid client certificate", "28000"),
        ("is not permitted to log in", "28000"),
        ("too many connections for role", "53300"),
        ("permission denied for database", "42501"),
    ];
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if said.contains("connection to server") && output.status.code() == Some(2) {
        let known = LOGIN.iter().find(|(words, _)| said.contains(words));
        return vec![known.map_or("08006", |(_, state)| state).into()];
    }
    let coded = |line: &str| {
        let (_, rest) = ["ERROR:  ", "FATAL:  ", "PANIC:  "].iter().find_map(|mark| line.split_once(mark))?;
        let code = rest.split_once(':')?.0;
        (code.len() == 5).then(|| code.to_owned())
    };
    said.lines().filter_map(coded).collect()
}
