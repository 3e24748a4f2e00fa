//! `--db`: where the central database is, and how a command opens it.

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::anyhow;

use super::Global;
use super::password::PasswordFrom;
use super::words;
use crate::config::Config;
use crate::domain::secret::Secret;
use crate::store::Store;
use crate::store::postgres::{PostgresOptions, PostgresStore};
use crate::strings::Strings;

/// A database by its URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// `sqlite:PATH`, or a path alone.
    Sqlite(PathBuf),
    /// `postgres://[LOGIN@]HOST[:PORT]/DATABASE`. What is wrong with it is said when it is opened: the command line's own
    /// words would repeat a password that stands in it.
    Postgres(String),
}

impl FromStr for Database {
    type Err = String;

    fn from_str(url: &str) -> Result<Database, String> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Database::Postgres(url.to_owned()));
        }
        let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"));
        match path {
            Some(path) if !path.is_empty() => Ok(Database::Sqlite(PathBuf::from(path))),
            None if !url.contains("://") && !url.is_empty() => Ok(Database::Sqlite(PathBuf::from(url))),
            _ => Err(format!("{url}: not sqlite:PATH or postgres://HOST/DATABASE")),
        }
    }
}

impl From<PathBuf> for Database {
    fn from(path: PathBuf) -> Database {
        Database::Sqlite(path)
    }
}

/// Where a centre is, with the certificates of the configuration.
///
/// # Errors
/// A sentence that says what to do; the URL is not repeated.
pub fn options(url: &str, config: &Config, strings: &Strings) -> anyhow::Result<PostgresOptions> {
    let path = |key| config.path(key);
    let options = PostgresOptions::parse(url).map(|options| {
        let [root, cert, key] = ["database.root_cert", "database.client_cert", "database.client_key"].map(path);
        options.with_certificates(root, cert, key)
    });
    options.and_then(|options| options.check().map(|()| options)).map_err(|why| anyhow!(strings.get(why.key())))
}

/// The same for a command, whose configuration has not been read yet.
///
/// # Errors
/// As [`options`].
pub fn superuser(url: &str, global: &Global, strings: &Strings) -> anyhow::Result<PostgresOptions> {
    let config = global.config(Vec::new())?.ok_or_else(|| anyhow!(strings.get("start-bad-config")))?;
    options(url, &config, strings)
}

/// Opens a centre for somebody; gives the store back.
///
/// # Errors
/// A sentence that says what to do.
pub async fn log_in(
    store: PostgresStore,
    login: &str,
    password: &Secret,
    strings: &Strings,
) -> anyhow::Result<PostgresStore> {
    store.log_in(login, password).await.map_err(|error| anyhow!(words::centre(&error, strings)))?;
    Ok(store)
}

/// Opens a centre for a command: with the configuration's certificates, the password from where it comes.
///
/// # Errors
/// A sentence that says what to do.
pub async fn centre(
    url: &str,
    login: &str,
    password: &PasswordFrom,
    global: &Global,
    strings: &Strings,
) -> anyhow::Result<PostgresStore> {
    let options = superuser(url, global, strings)?;
    let password = password.read(login, strings)?;
    log_in(PostgresStore::new(options), login, &password, strings).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strings::Lang;

    #[test]
    fn urls_and_paths() {
        for url in ["sqlite:/tmp/a.db", "sqlite:///tmp/a.db", "/tmp/a.db"] {
            assert_eq!(url.parse(), Ok(Database::Sqlite("/tmp/a.db".into())), "{url}");
        }
        assert_eq!("sqlite:a.db".parse(), Ok(Database::Sqlite("a.db".into())));
        for url in ["postgres://centre.example/huzhu", "postgresql://0137@localhost:5433/huzhu"] {
            assert_eq!(url.parse(), Ok(Database::Postgres(url.into())));
        }
        assert!("oracle://x".parse::<Database>().is_err());
        assert!("sqlite:".parse::<Database>().is_err());
    }

    #[test]
    fn a_password_in_the_url_is_refused_and_not_repeated() {
        let config = Config::built_in(Lang::English);
        let strings = Strings::new(Lang::English);
        for url in [
            "postgres://0137:canary@localhost/huzhu",
            "postgres://0137:can/ary@localhost/huzhu",
            "postgres://0137@localhost/huzhu?password=canary",
            "postgres://0137:canary",
        ] {
            assert!(url.parse::<Database>().is_ok(), "{url}");
            let said = format!("{:#}", options(url, &config, &strings).unwrap_err());
            assert!(!said.contains("can") || !said.contains("ary"), "{said}");
        }
        let said = |url| format!("{:#}", options(url, &config, &strings).unwrap_err());
        assert!(said("postgres://0137:canary@localhost/huzhu").contains("must not hold a password"));
        assert!(said("postgres://centre.example/huzhu").contains("database.root_cert"));
        assert!(options("postgres://localhost/huzhu", &config, &strings).is_ok());
    }
}
