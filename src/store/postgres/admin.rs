//! Setting the centre up and bringing its schema up to date, as the superuser of the database; and the session of whoever
//! administers it. The counter never does any of this.
//!
//! To add a migration: a file in `migrations/postgres` with the next number, and its line in [`MIGRATIONS`].

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{Connection, PgConnection, SqlSafeStr};

use super::error::failed;
use super::scram::Verifier;
use super::{PROTOCOL, PostgresOptions, fixed, line};
use crate::domain::account::{Duty, Login};
use crate::domain::canonical::Hash;
use crate::domain::secret::Secret;
use crate::store::fixed::Fixed;
use crate::store::{PublishedPolicy, StoreError};

/// A migration may change who it is; the record that it ran is written as who it began with.
macro_rules! migration {
    ($version:literal, $name:literal) => {
        (
            $version,
            $name,
            concat!(include_str!(concat!("../../../migrations/postgres/", $name, ".sql")), "\nRESET ROLE;\n"),
        )
    };
}

/// The schema's versions, oldest first. An applied one is never edited.
const MIGRATIONS: [(i64, &str, &str); 12] = [
    migration!(1, "0001_roles"),
    migration!(2, "0002_tables"),
    migration!(3, "0003_core"),
    migration!(4, "0004_search"),
    migration!(5, "0005_members"),
    migration!(6, "0006_claims"),
    migration!(7, "0007_accounts"),
    migration!(8, "0008_ledger"),
    migration!(9, "0009_verify"),
    migration!(10, "0010_generated"),
    migration!(11, "0011_window"),
    migration!(12, "0012_slips"),
];

/// Whether a centre is one already.
const SET_UP: &str = "SELECT EXISTS (SELECT FROM core.account) OR EXISTS (SELECT FROM core.office)";

/// What a centre that is set up loses.
const MAKES_GENERATED: [&str; 2] = [
    "DROP FUNCTION core.make_generated(text, bytea, integer, integer, text[], text)",
    "DROP FUNCTION core.generated_login(text, text)",
];

/// An account that is to be made.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The login.
    pub login: Login,
    /// Who it is ([`crate::domain::account::person_hash`]).
    pub person: Hash,
    /// The office's code.
    pub office: u32,
    /// The window's number, 0 without one.
    pub seat: u32,
    /// What the server keeps of the password.
    pub verifier: Verifier,
}

/// A session of somebody who administers the centre: the superuser, or one with the duty for it.
pub struct Administrator {
    pub(super) connection: PgConnection,
}

impl Administrator {
    /// Opens it. On this machine's socket the server may know who it is without a password (`peer`): an empty one.
    ///
    /// # Errors
    /// As logging in at the counter.
    pub async fn open(options: &PostgresOptions, login: &str, password: &Secret) -> Result<Administrator, StoreError> {
        Ok(Administrator { connection: line::open(options, login, password).await? })
    }

    /// Brings the schema up to date; gives how many migrations it took.
    ///
    /// # Errors
    /// `Refused("superuser")` for anybody else, `VersionTooOld` where a newer program was there.
    pub async fn migrate(&mut self) -> Result<usize, StoreError> {
        migrate(&mut self.connection).await
    }

    /// Whether somebody set the centre up already.
    ///
    /// # Errors
    /// As [`Administrator::migrate`].
    pub async fn is_set_up(&mut self) -> Result<bool, StoreError> {
        superuser(&mut self.connection).await?;
        let there = "SELECT to_regclass('core.account') IS NOT NULL";
        if !sqlx::query_scalar::<_, bool>(there).fetch_one(&mut self.connection).await.map_err(failed)? {
            return Ok(false);
        }
        sqlx::query_scalar(SET_UP).fetch_one(&mut self.connection).await.map_err(failed)
    }

    /// The duties of whoever this session is for, as codes.
    ///
    /// # Errors
    /// `NotAllowed` for the superuser, who has no account.
    pub async fn duties(&mut self) -> Result<Vec<String>, StoreError> {
        let text = "SELECT ARRAY(SELECT json_array_elements_text(api_v1.hello($1) -> 'duties'))";
        sqlx::query_scalar(text).bind(PROTOCOL).fetch_one(&mut self.connection).await.map_err(failed)
    }

    /// Sets a new centre up ([`init`]).
    ///
    /// # Errors
    /// As [`init`].
    pub async fn init(
        &mut self,
        policies: &[PublishedPolicy],
        sysadmin: &NewAccount,
        secadmin: &NewAccount,
    ) -> Result<(), StoreError> {
        init(&mut self.connection, policies, sysadmin, secadmin).await
    }
}

/// Brings the schema up to date; gives how many migrations it took. Two at once wait for each other.
///
/// # Errors
/// `Refused("superuser")` for anybody else, `Refused("encoding")` in a database that is not in UTF-8, `VersionTooOld` where
/// a newer program was there.
pub async fn migrate(connection: &mut PgConnection) -> Result<usize, StoreError> {
    superuser(connection).await?;
    let before = applied(connection).await?;
    let encoding: String = sqlx::query_scalar("SELECT current_setting('server_encoding')")
        .fetch_one(&mut *connection)
        .await
        .map_err(failed)?;
    if encoding != "UTF8" {
        // A server that was made without a locale has no notion of a character.
        return Err(StoreError::Refused("encoding".into()));
    }
    migrator().run_direct(None, connection, false).await.map_err(|error| match error {
        MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) | MigrateError::VersionMismatch(_) => {
            StoreError::VersionTooOld
        }
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => failed(error),
        other => StoreError::Unreadable(other.to_string()),
    })?;
    Ok(applied(connection).await?.saturating_sub(before))
}

/// Sets a new centre up: the schema, the offices and reference data, the two administrators, who then make and empower all
/// others. Nobody but the superuser reaches another database of the server any more.
///
/// # Errors
/// `Refused("initialised")` where there is an account already, `Refused("superuser")` for anybody else.
pub async fn init(
    connection: &mut PgConnection,
    policies: &[PublishedPolicy],
    sysadmin: &NewAccount,
    secadmin: &NewAccount,
) -> Result<(), StoreError> {
    migrate(connection).await?;
    let mut tx = connection.begin().await.map_err(failed)?;
    // Two at once: the second waits, and finds the accounts of the first.
    let text =
        "SELECT EXISTS (SELECT FROM core.account) OR EXISTS (SELECT FROM core.office) FROM core.centre FOR UPDATE";
    if sqlx::query_scalar(text).fetch_one(&mut *tx).await.map_err(failed)? {
        return Err(StoreError::Refused("initialised".into()));
    }
    fixed::write(&mut tx, &Fixed::new(policies)?).await?;
    for (account, duty) in [(sysadmin, Duty::Sysadmin), (secadmin, Duty::Secadmin)] {
        super::accounts::add(&mut tx, account).await?;
        super::accounts::duty(&mut tx, &account.login, &[duty]).await?;
    }
    // What makes accounts of a generated world (0010) a real centre does not have.
    for function in MAKES_GENERATED {
        sqlx::query(function).execute(&mut *tx).await.map_err(failed)?;
    }
    tx.commit().await.map_err(failed)
}

pub(super) async fn superuser(connection: &mut PgConnection) -> Result<(), StoreError> {
    let text = "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = session_user";
    let is: bool = sqlx::query_scalar(text).fetch_one(connection).await.map_err(failed)?;
    if is { Ok(()) } else { Err(StoreError::Refused("superuser".into())) }
}

/// How many migrations were applied; none where nobody began.
async fn applied(connection: &mut PgConnection) -> Result<usize, StoreError> {
    let text = "SELECT to_regclass('public._sqlx_migrations') IS NOT NULL";
    if !sqlx::query_scalar::<_, bool>(text).fetch_one(&mut *connection).await.map_err(failed)? {
        return Ok(0);
    }
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM public._sqlx_migrations")
        .fetch_one(connection)
        .await
        .map_err(failed)?;
    Ok(usize::try_from(count).unwrap_or(0))
}

fn migrator() -> Migrator {
    let migration = |(version, name, text): (i64, &'static str, &'static str)| {
        Migration::new(version, name.into(), MigrationType::Simple, text.into_sql_str(), false)
    };
    Migrator::with_migrations(MIGRATIONS.into_iter().map(migration).collect())
}
