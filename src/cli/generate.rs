//! `huzhu generate`: a world of any size as a database. The same members, claims, seed and day give the same world.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use chrono::NaiveDate;

use super::database::{self, Database};
use super::password::PasswordFrom;
use super::{Global, words};
use crate::store::loading::Progress;
use crate::store::postgres::PostgresStore;
use crate::store::sqlite::SqliteStore;
use crate::strings::Strings;
use crate::strings::errors::store_error;
use crate::world::assess::{engine_of, published};
use crate::world::{World, world_day};

/// How often progress is shown.
const SHOWN_EVERY: Duration = Duration::from_millis(200);

/// Make a generated world.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many members
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    members: u32,
    /// How many earlier claims (default: one for every eleven members)
    #[arg(long, value_name = "M")]
    claims: Option<u32>,
    /// Which world
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// The world's own day (default: 2021-03-20)
    #[arg(long, value_name = "DATE")]
    today: Option<NaiveDate>,
    /// Where to: sqlite:PATH, or postgres://HOST/DATABASE
    #[arg(long, value_name = "URL")]
    db: Database,
    /// The superuser of the centre's server
    #[arg(long = "as", value_name = "LOGIN", default_value = "postgres")]
    login: String,
    #[command(flatten)]
    password: PasswordFrom,
}

/// Makes the world in the place of a generated one, or of none.
pub async fn run(args: Args, global: &Global) -> anyhow::Result<ExitCode> {
    let strings = &global.strings();
    let claims = args.claims.unwrap_or(World::usual_claims(args.members));
    let world = World::new(args.seed, args.members, claims, args.today.unwrap_or_else(world_day));
    let policies = published();
    let assess = engine_of(&policies);
    let shown = std::io::stderr().is_terminal();
    let mut next = Instant::now();
    let mut last = Progress::default();
    let show = |progress: Progress| {
        last = progress;
        if shown && Instant::now() >= next {
            eprint!("\r{}", done(progress, strings));
            let _ = std::io::stderr().flush();
            next = Instant::now() + SHOWN_EVERY;
        }
    };
    let made = match &args.db {
        Database::Sqlite(path) => SqliteStore::create(path, world, policies, assess, show).await,
        Database::Postgres(url) => {
            let options = database::superuser(url, global, strings)?;
            let password = args.password.read_unless(options.is_socket(), &args.login, strings)?;
            PostgresStore::create(&options, &args.login, &password, world, policies, assess, show).await
        }
    };
    if shown {
        eprint!("\r");
    }
    made.map_err(|error| anyhow::anyhow!(store_error(&error, strings)))?;
    words::say(&done(last, strings))?;
    Ok(ExitCode::SUCCESS)
}

fn done(progress: Progress, strings: &Strings) -> String {
    strings.with("generate-done", &[("members", &progress.members), ("claims", &progress.claims)])
}
