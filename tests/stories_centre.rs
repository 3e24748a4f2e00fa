//! The reference stories on a real PostgreSQL: each through the whole program as clerk 0137, in a centre of its own.

mod central;
#[path = "stories/mod.rs"]
mod reference;

use std::fs;

use central::support::{DATABASE, Options as ServerOptions, SUPERUSER, SUPERUSER_PASSWORD, server_with};
use huzhu::cli::database::Database;
use huzhu::cli::replay::{Options, run_story};
use huzhu::domain::secret::Secret;
use huzhu::store::postgres::{PostgresOptions, PostgresStore};
use huzhu::strings::Lang;
use huzhu::world::assess::{engine_of, published};
use huzhu::world::{PASSWORD, World, world_day};
use reference::{judge, stories};

/// Keys and round trips that the reference task may take.
const LIMITS: (usize, u32) = (66, 4);
/// Members of the world.
const MEMBERS: u32 = 1_000;

#[tokio::test(flavor = "multi_thread")]
async fn every_story_holds_at_a_centre() {
    let server = server_with("stories", ServerOptions::default(), async |server| {
        server.execute("postgres", &format!("CREATE DATABASE {DATABASE}")).await;
        let place = PostgresOptions::parse(&server.url(DATABASE)).unwrap();
        let (password, policies) = (Secret::new(SUPERUSER_PASSWORD), published());
        let engine = engine_of(&policies);
        let world = World::new(1, MEMBERS, World::usual_claims(MEMBERS), world_day());
        PostgresStore::create(&place, SUPERUSER, &password, world, policies, engine, |_| ()).await.unwrap();
    })
    .await;
    let mut wrong = Vec::new();
    for (at, path) in stories().iter().enumerate() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let database = format!("story{at}");
        server.execute("postgres", &format!("CREATE DATABASE {database} TEMPLATE {DATABASE}")).await;
        let place = Database::Postgres(server.url(&database));
        let options = Options {
            password: Some(Secret::new(PASSWORD)),
            ..Options::new(&fs::read_to_string(path).unwrap(), place, Lang::Chinese)
        };
        let outcome = run_story(options).await.unwrap_or_else(|error| panic!("{name}: {error:#}"));
        wrong.extend(judge(&name, &outcome));
        if name == "r1.keys" && (outcome.keys > LIMITS.0 || outcome.round_trips > LIMITS.1) {
            wrong.push(format!("{name}: {} keys, {} round trips", outcome.keys, outcome.round_trips));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
