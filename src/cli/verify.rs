//! `huzhu verify`: the whole database recomputed. Exit status 1 where anything differs. It only reads: a damaged file stays
//! as it is, and what can't be read of it is a difference.

use std::process::ExitCode;
use std::sync::Arc;

use super::Global;
use super::database::{self, Database};
use super::password::PasswordFrom;
use super::words;
use crate::store::Store;
use crate::store::sqlite::SqliteStore;
use crate::strings::errors::store_error;

/// Recompute every claim and walk every chain.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The database: sqlite:PATH or postgres://HOST/DATABASE
    #[arg(long, value_name = "URL")]
    db: Database,
    /// The account
    #[arg(long = "as", value_name = "LOGIN", alias = "login", default_value = "0001")]
    login: String,
    #[command(flatten)]
    password: PasswordFrom,
}

/// Prints one JSON object: `{"claims","chains","differences":[{"claim","field"}]}`.
pub async fn run(args: Args, global: &Global) -> anyhow::Result<ExitCode> {
    let strings = &global.strings();
    let told = |error| anyhow::anyhow!(store_error(&error, strings));
    let store: Arc<dyn Store> = match &args.db {
        Database::Sqlite(path) => Arc::new(SqliteStore::open_to_read(path, &args.login).await.map_err(told)?),
        Database::Postgres(url) => database::centre(url, &args.login, &args.password, global, strings).await?,
    };
    let found = store.verify().await.map_err(told)?;
    words::say(&words::json(&found)?)?;
    Ok(if found.differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
