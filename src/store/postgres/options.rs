//! Where the centre is. Off this machine a connection is TLS with the centre's name and certificate checked against the
//! authority that is configured; there is no way to ask for less.

use std::path::PathBuf;

use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::domain::secret::Secret;

/// The port of a URL without one.
const PORT: u16 = 5432;
/// What the driver takes from the environment and can't be told to leave.
const ENVIRONMENT: [&str; 4] = ["PGOPTIONS", "PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY"];

/// Where the centre is, and what proves it and this terminal.
#[derive(Clone, Debug)]
pub struct PostgresOptions {
    /// A name or an address.
    host: String,
    port: u16,
    database: String,
    /// A socket's folder goes before the host.
    socket: Option<String>,
    here: bool,
    /// The login that the URL names.
    pub login: Option<String>,
    /// The authority that signed the centre's certificate (PEM). The driver trusts it *beside* the authorities of the
    /// system: where none of those may vouch for the centre's name, `SSL_CERT_FILE` names this file too, and takes the
    /// place of the system's.
    pub root_cert: Option<PathBuf>,
    /// This terminal's certificate (PEM).
    pub client_cert: Option<PathBuf>,
    /// Its key (PEM).
    pub client_key: Option<PathBuf>,
}

/// Why a place is none. Each is a sentence `database-…` in the message files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OptionsError {
    /// Not `postgres://[LOGIN@]HOST[:PORT]/DATABASE`.
    #[error("not a postgres URL")]
    Form,
    /// A password in it: passwords are asked for.
    #[error("a password in the URL")]
    Password,
    /// Parameters other than `host`, a socket's folder.
    #[error("a parameter in the URL")]
    Parameter,
    /// Off this machine the authority's certificate is needed.
    #[error("no root certificate")]
    RootCert,
    /// A terminal's certificate without its key, or a key without its certificate.
    #[error("a certificate without a key")]
    ClientPair,
    /// The environment would have a say in the connection.
    #[error("the environment sets connections up")]
    Environment,
}

impl OptionsError {
    /// The key of its sentence.
    pub const fn key(self) -> &'static str {
        match self {
            OptionsError::Form => "database-url-form",
            OptionsError::Password => "database-url-password",
            OptionsError::Parameter => "database-url-parameter",
            OptionsError::RootCert => "database-root-cert",
            OptionsError::ClientPair => "database-client-pair",
            OptionsError::Environment => "database-environment",
        }
    }
}

impl PostgresOptions {
    /// From a URL `postgres://[LOGIN@]HOST[:PORT]/DATABASE`; a socket's folder as `postgres:///DATABASE?host=/run/postgresql`.
    ///
    /// # Errors
    /// What is wrong with it; nothing was opened.
    pub fn parse(url: &str) -> Result<PostgresOptions, OptionsError> {
        let rest = url.strip_prefix("postgres://").or_else(|| url.strip_prefix("postgresql://"));
        let rest = rest.ok_or(OptionsError::Form)?;
        let (place, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = place.split_once('/').ok_or(OptionsError::Form)?;
        let (login, host) = match authority.rsplit_once('@') {
            Some((login, host)) => (Some(login), host),
            None => (None, authority),
        };
        if login.is_some_and(|login| login.contains(':')) {
            return Err(OptionsError::Password);
        }
        let socket = match parameters.split_once('=') {
            _ if parameters.is_empty() => None,
            Some(("host", folder)) if folder.starts_with('/') && !folder.contains('&') => Some(folder),
            _ => return Err(OptionsError::Parameter),
        };
        // The colons of an address in brackets are not the port's.
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => (name, port.parse().map_err(|_| OptionsError::Form)?),
            _ => (host, PORT),
        };
        let is_none = database.is_empty() || database.contains('/') || (name.is_empty() && socket.is_none());
        // Nothing is written in another way than it is called.
        if is_none || url.contains(['%', '#', ' ']) {
            return Err(OptionsError::Form);
        }
        let address = name.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback());
        let loopback = address || matches!(name, "localhost" | "[::1]");
        Ok(PostgresOptions {
            host: name.trim_matches(['[', ']']).to_owned(),
            port,
            database: database.to_owned(),
            here: socket.is_some() || loopback,
            socket: socket.map(str::to_owned),
            login: login.filter(|login| !login.is_empty()).map(str::to_owned),
            root_cert: None,
            client_cert: None,
            client_key: None,
        })
    }

    /// With the authority that signed the centre's certificate, and this terminal's own certificate and key.
    pub fn with_certificates(
        self,
        root_cert: Option<PathBuf>,
        client_cert: Option<PathBuf>,
        client_key: Option<PathBuf>,
    ) -> PostgresOptions {
        PostgresOptions { root_cert, client_cert, client_key, ..self }
    }

    /// Whether it is a socket of this machine, where the server may know by itself who connects.
    pub fn is_socket(&self) -> bool {
        self.socket.is_some()
    }

    /// Whether a connection would be proved enough, and as it is configured.
    ///
    /// # Errors
    /// [`OptionsError::RootCert`] off this machine without one, [`OptionsError::ClientPair`], [`OptionsError::Environment`].
    pub fn check(&self) -> Result<(), OptionsError> {
        self.check_with(|name| std::env::var_os(name).is_some())
    }

    fn check_with(&self, is_set: impl Fn(&str) -> bool) -> Result<(), OptionsError> {
        if !self.here && self.root_cert.is_none() {
            Err(OptionsError::RootCert)
        } else if self.client_cert.is_some() != self.client_key.is_some() {
            Err(OptionsError::ClientPair)
        } else if ENVIRONMENT.into_iter().any(is_set) {
            Err(OptionsError::Environment)
        } else {
            Ok(())
        }
    }

    /// What the driver connects with. Nothing is taken from the environment.
    pub(super) fn driver(&self, login: &str, password: &Secret) -> Result<PgConnectOptions, OptionsError> {
        self.check()?;
        // All that it takes from the environment is said anew, but for what `check` refuses.
        let options = PgConnectOptions::new_without_pgpass().host(&self.host).port(self.port).database(&self.database);
        let mut options = options.username(login).password(password.expose()).application_name("huzhu");
        if let Some(folder) = &self.socket {
            options = options.socket(folder);
        }
        options = match &self.root_cert {
            Some(authority) => options.ssl_mode(PgSslMode::VerifyFull).ssl_root_cert(authority),
            None => options.ssl_mode(PgSslMode::Prefer),
        };
        if let (Some(certificate), Some(key)) = (&self.client_cert, &self.client_key) {
            options = options.ssl_client_cert(certificate).ssl_client_key(key);
        }
        Ok(options.disable_statement_logging())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        for (url, here, login) in [
            ("postgres://localhost/huzhu", true, None),
            ("postgres://0137@127.0.0.1:5433/huzhu", true, Some("0137")),
            ("postgresql://[::1]:5433/huzhu", true, None),
            ("postgres:///huzhu?host=/run/postgresql", true, None),
            ("postgres://postgres@/huzhu?host=/tmp", true, Some("postgres")),
            ("postgres://centre.example/huzhu", false, None),
            ("postgres://127.example.org/huzhu", false, None),
        ] {
            let options = PostgresOptions::parse(url).unwrap_or_else(|why| panic!("{url}: {why}"));
            assert_eq!((options.here, options.login.as_deref()), (here, login), "{url}");
            assert_eq!(options.check().is_ok(), here, "{url}");
        }
        for (url, why) in [
            ("sqlite:x", OptionsError::Form),
            ("postgres://localhost", OptionsError::Form),
            ("postgres://localhost/", OptionsError::Form),
            ("postgres:///huzhu", OptionsError::Form),
            ("postgres://host:port/huzhu", OptionsError::Form),
            ("postgres://0137:secret@localhost/huzhu", OptionsError::Password),
            ("postgres://centre.example/huzhu?sslmode=disable", OptionsError::Parameter),
            ("postgres://centre.example/huzhu?host=/tmp&sslmode=disable", OptionsError::Parameter),
            ("postgres://centre.example/huzhu%20", OptionsError::Form),
            ("postgres://0137%3Asecret@centre.example/huzhu", OptionsError::Form),
            ("postgres://centre.example/huzhu#x", OptionsError::Form),
        ] {
            assert_eq!(PostgresOptions::parse(url).unwrap_err(), why, "{url}");
        }
        let named = PostgresOptions::parse("postgres://centre.example/huzhu").unwrap();
        assert_eq!(named.driver("0137", &Secret::new("x")).unwrap_err(), OptionsError::RootCert);
        let proved = named.with_certificates(Some("ca.pem".into()), None, None);
        assert!(matches!(proved.driver("0137", &Secret::new("x")).unwrap().get_ssl_mode(), PgSslMode::VerifyFull));
    }

    #[test]
    fn what_the_driver_gets() {
        for (url, host, port, socket) in [
            ("postgres://centre.example/huzhu", "centre.example", 5432, None),
            ("postgres://0137@centre.example:6000/huzhu", "centre.example", 6000, None),
            ("postgres://[::1]:6000/huzhu", "::1", 6000, None),
            ("postgres:///huzhu?host=/run/postgresql", "", 5432, Some("/run/postgresql")),
            ("postgres://:6000/huzhu?host=/tmp", "", 6000, Some("/tmp")),
        ] {
            let options = PostgresOptions::parse(url).unwrap().with_certificates(Some("ca.pem".into()), None, None);
            let driver = options.driver("0138", &Secret::new("x")).unwrap();
            assert_eq!((driver.get_host(), driver.get_port(), driver.get_username()), (host, port, "0138"), "{url}");
            assert_eq!((driver.get_database(), driver.get_options()), (Some("huzhu"), None), "{url}");
            assert_eq!(driver.get_socket().and_then(|path| path.to_str()), socket, "{url}");
        }
    }

    #[test]
    fn halves_and_the_environment_are_refused() {
        let at = |cert: Option<&str>, key: Option<&str>| {
            let options = PostgresOptions::parse("postgres://localhost/huzhu").unwrap();
            options.with_certificates(None, cert.map(PathBuf::from), key.map(PathBuf::from))
        };
        let none = |_: &str| false;
        assert_eq!(at(Some("a"), Some("b")).check_with(none), Ok(()));
        assert_eq!(at(Some("a"), None).check_with(none), Err(OptionsError::ClientPair));
        assert_eq!(at(None, Some("b")).check_with(none), Err(OptionsError::ClientPair));
        for set in ENVIRONMENT {
            assert_eq!(at(None, None).check_with(|name| name == set), Err(OptionsError::Environment), "{set}");
        }
        // What is said anew can't lead anywhere else.
        for set in ["PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "PGSSLMODE", "PGAPPNAME"] {
            assert_eq!(at(None, None).check_with(|name| name == set), Ok(()), "{set}");
        }
    }
}
