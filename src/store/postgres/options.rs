//! Where the centre is. Off this machine a connection is TLS with the centre's name and certificate checked against the
//! authority that is configured; there is no way to ask for less.

use std::path::PathBuf;
use std::str::FromStr;

use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::domain::secret::Secret;

/// Where the centre is, and what proves it and this terminal.
#[derive(Clone, Debug)]
pub struct PostgresOptions {
    url: String,
    here: bool,
    socket: bool,
    /// The login that the URL names.
    pub login: Option<String>,
    /// The authority that signed the centre's certificate (PEM).
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
}

impl OptionsError {
    /// The key of its sentence.
    pub const fn key(self) -> &'static str {
        match self {
            OptionsError::Form => "database-url-form",
            OptionsError::Password => "database-url-password",
            OptionsError::Parameter => "database-url-parameter",
            OptionsError::RootCert => "database-root-cert",
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
        let name = match host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => {
                if port.parse::<u16>().is_err() {
                    return Err(OptionsError::Form);
                }
                name
            }
            _ => host,
        };
        if database.is_empty() || database.contains('/') || (name.is_empty() && socket.is_none()) {
            return Err(OptionsError::Form);
        }
        let address = name.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback());
        let loopback = address || matches!(name, "localhost" | "[::1]");
        Ok(PostgresOptions {
            url: url.to_owned(),
            // A socket's folder goes before the name.
            here: socket.is_some() || loopback,
            socket: socket.is_some(),
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
        self.socket
    }

    /// Whether a connection would be proved enough.
    ///
    /// # Errors
    /// [`OptionsError::RootCert`] off this machine without one.
    pub fn check(&self) -> Result<(), OptionsError> {
        if self.here || self.root_cert.is_some() { Ok(()) } else { Err(OptionsError::RootCert) }
    }

    /// What the driver connects with. Nothing is taken from the environment.
    pub(super) fn driver(&self, login: &str, password: &Secret) -> Result<PgConnectOptions, OptionsError> {
        self.check()?;
        let options = PgConnectOptions::from_str(&self.url).map_err(|_| OptionsError::Form)?;
        let mut options = options.username(login).password(password.expose()).application_name("huzhu");
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
        ] {
            assert_eq!(PostgresOptions::parse(url).unwrap_err(), why, "{url}");
        }
        let named = PostgresOptions::parse("postgres://centre.example/huzhu").unwrap();
        assert_eq!(named.driver("0137", &Secret::new("x")).unwrap_err(), OptionsError::RootCert);
        let proved = named.with_certificates(Some("ca.pem".into()), None, None);
        assert!(matches!(proved.driver("0137", &Secret::new("x")).unwrap().get_ssl_mode(), PgSslMode::VerifyFull));
    }
}
