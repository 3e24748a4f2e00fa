//! What the commands of a centre's administrators have in common: where the centre is, and the session of whoever
//! administers it.

use anyhow::anyhow;
use chrono::Utc;

use super::asked::Asked;
use super::database::{self, Database};
use super::password::PasswordFrom;
use super::{Global, words};
use crate::domain::account::Login;
use crate::domain::canonical::Hash;
use crate::domain::date::to_shanghai;
use crate::domain::id_number::{IdError, IdNumber};
use crate::domain::secret::Secret;
use crate::store::StoreError;
use crate::store::postgres::PostgresOptions;
use crate::store::postgres::admin::Administrator;
use crate::store::postgres::scram::{ScramError, Verifier};
use crate::strings::Strings;

/// The superuser where the address names none.
const SUPERUSER: &str = "postgres";

/// Where the centre is.
#[derive(Debug, clap::Args)]
pub struct Centre {
    /// The centre: postgres://HOST/DATABASE, or by the socket of this machine postgres:///DATABASE?host=/run/postgresql
    #[arg(long, value_name = "URL")]
    db: Database,
    #[command(flatten)]
    password: PasswordFrom,
}

/// A centre that is open, and where answers come from.
pub struct Open {
    /// The session.
    pub administrator: Administrator,
    /// What is asked further.
    pub asked: Asked,
}

impl Centre {
    /// Opens it for an account, or for the superuser of the database where there is none. On this machine's socket the
    /// superuser is asked for a password only where the server wants one.
    ///
    /// # Errors
    /// A sentence that says what to do.
    pub async fn open(&self, login: Option<&str>, global: &Global, strings: &Strings) -> anyhow::Result<Open> {
        let options = self.options(global, strings)?;
        let mut asked = Asked::from(&self.password, strings)?;
        let told = |error| anyhow!(words::centre(&error, strings));
        let login = match login {
            Some(login) => login.to_owned(),
            None => {
                let superuser = options.login.clone().unwrap_or(SUPERUSER.into());
                if options.is_socket() {
                    match Administrator::open(&options, &superuser, &Secret::default()).await {
                        Ok(administrator) => return Ok(Open { administrator, asked }),
                        Err(error) if error.is_wrong_login() => {}
                        Err(error) => return Err(told(error)),
                    }
                }
                superuser
            }
        };
        let password = asked.password(&login, strings)?;
        let administrator = Administrator::open(&options, &login, &password).await.map_err(told)?;
        Ok(Open { administrator, asked })
    }

    /// Where it is, with the certificates of the configuration.
    ///
    /// # Errors
    /// A sentence that says what to do.
    pub fn options(&self, global: &Global, strings: &Strings) -> anyhow::Result<PostgresOptions> {
        let Database::Postgres(url) = &self.db else {
            return Err(anyhow!(strings.get("accounts-centre-only")));
        };
        database::superuser(url, global, strings)
    }

    /// The password of a login.
    ///
    /// # Errors
    /// A sentence that says what to do.
    pub fn password(&self, login: &str, strings: &Strings) -> anyhow::Result<Secret> {
        self.password.read(login, strings)
    }
}

/// Why an administrator's operation failed.
pub fn told(error: StoreError, strings: &Strings) -> anyhow::Error {
    match error {
        StoreError::NotFound => anyhow!(strings.get("accounts-not-found")),
        StoreError::NotAllowed => anyhow!(strings.get("accounts-not-allowed")),
        other => anyhow!(words::centre(&other, strings)),
    }
}

/// What is kept of a password.
///
/// # Errors
/// Where the system gives no random bytes.
pub fn verifier(password: &Secret, strings: &Strings) -> anyhow::Result<Verifier> {
    Verifier::of(password).map_err(|why| match why {
        ScramError::Characters => anyhow!(strings.get("weak-characters")),
        ScramError::Random => anyhow!(why),
    })
}

/// Who a person is, by his ID number.
///
/// # Errors
/// A sentence that says what is wrong with it; it is not repeated.
pub fn person(id: &Secret, strings: &Strings) -> anyhow::Result<Hash> {
    let id = IdNumber::parse(id.expose(), to_shanghai(Utc::now()).date());
    let key = |error| match error {
        IdError::Length(_) => "check-id-length",
        IdError::NotDigits => "check-id-digits",
        IdError::Birth => "check-id-birth",
        IdError::Check => "check-id-check",
    };
    id.map(|id| crate::domain::account::person_hash(&id)).map_err(|error| anyhow!(strings.get(key(error))))
}

/// A login that was typed.
///
/// # Errors
/// A sentence that says what a login is.
pub fn login(text: &str, strings: &Strings) -> anyhow::Result<Login> {
    text.trim().parse().map_err(|_| anyhow!(strings.get("refused-account-login")))
}
