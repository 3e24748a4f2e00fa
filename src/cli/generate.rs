//! `huzhu generate`: a world of any size as a database. The same members, claims, seed and day give the same world.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use chrono::NaiveDate;

use super::database::Database;
use super::words;
use crate::store::loading::Progress;
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
    /// Where to: sqlite:PATH
    #[arg(long, value_name = "URL")]
    db: Database,
}

/// Makes the world in the place of a generated one, or of none.
pub async fn run(args: Args, strings: &Strings) -> anyhow::Result<ExitCode> {
    let claims = args.claims.unwrap_or(World::usual_claims(args.members));
    let world = World::new(args.seed, args.members, claims, args.today.unwrap_or_else(world_day));
    let policies = published();
    let assess = engine_of(&policies);
    let Database::Sqlite(path) = args.db else {
        return Err(anyhow::anyhow!(strings.get("start-embedded-only")));
    };
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
    let made = SqliteStore::create(&path, world, policies, assess, show).await;
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
