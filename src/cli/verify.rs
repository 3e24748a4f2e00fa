//! `huzhu verify`: the whole database recomputed. Exit status 1 where anything differs. It only reads: a damaged file stays
//! as it is, and what can't be read of it is a difference.

use std::process::ExitCode;

use super::database::Database;
use super::words;
use crate::store::Store;
use crate::store::sqlite::SqliteStore;
use crate::strings::Strings;
use crate::strings::errors::store_error;

/// Recompute every claim and walk every chain.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The database: sqlite:PATH
    #[arg(long, value_name = "URL")]
    db: Database,
    /// The account
    #[arg(long = "as", value_name = "LOGIN", default_value = "0001")]
    login: String,
}

/// Prints one JSON object: `{"claims","chains","differences":[{"claim","field"}]}`.
pub async fn run(args: Args, strings: &Strings) -> anyhow::Result<ExitCode> {
    let Database::Sqlite(path) = &args.db;
    let told = |error| anyhow::anyhow!(store_error(&error, strings));
    let store = SqliteStore::open_to_read(path, &args.login).await.map_err(told)?;
    let found = store.verify().await.map_err(told)?;
    words::say(&serde_json::to_string(&found)?)?;
    Ok(if found.differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
