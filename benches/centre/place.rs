//! Where the centre of a run is: a server of its own, or the database that the environment names.

use std::str::FromStr;
use std::time::Instant;

use huzhu::domain::secret::Secret;
use huzhu::store::Store;
use huzhu::store::postgres::{PostgresOptions, PostgresStore};
use huzhu::world::assess::{engine_of, published};
use huzhu::world::{PASSWORD, World, world_day};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions};

use super::Options;
use super::postgres::{self, DATABASE, SUPERUSER, SUPERUSER_PASSWORD, Server};

/// Names a database that is there already.
const ENVIRONMENT: &str = "HUZHU_BENCH_CENTRE";
/// Who may verify the whole region.
const AUDITOR: &str = "0091";

/// A centre with a world.
pub struct Place {
    superuser: PgConnectOptions,
    password: Secret,
    url: String,
    _server: Option<Server>,
}

impl Place {
    /// Opens it; makes the world where there is none.
    pub async fn open(options: &Options) -> Place {
        let place = match std::env::var(ENVIRONMENT) {
            Ok(url) => {
                let superuser = PgConnectOptions::from_str(&url).expect("a URL");
                let (host, port) = (superuser.get_host(), superuser.get_port());
                let persons = format!("postgres://{host}:{port}/{}", superuser.get_database().expect("a database"));
                // Where the server trusts us, any password is right.
                let account = url.split_once("://").and_then(|(_, rest)| rest.rsplit_once('@'));
                let password = account.and_then(|(account, _)| account.split_once(':')).map_or("", |(_, it)| it);
                Place { password: Secret::new(password), superuser, url: persons, _server: None }
            }
            Err(_) => Place::own(options).await,
        };
        let mut line = place.superuser().await;
        let there: bool = ask(&mut line, "SELECT to_regclass('core.account') IS NOT NULL").await;
        if !there {
            place.fill(options.members).await;
        }
        // Searches are counted as in any centre, up to what nobody reaches.
        run(&mut line, "UPDATE core.centre SET terms_a_minute = 1000000").await;
        run(&mut line, "SELECT count(*) FROM core.search_key; SELECT count(*) FROM core.member").await;
        let members: i64 = ask(&mut line, "SELECT count(*) FROM core.member").await;
        let claims: i64 = ask(&mut line, "SELECT count(*) FROM core.claim").await;
        let size: String = ask(&mut line, "SELECT pg_size_pretty(pg_database_size(current_database()))").await;
        let mut said = Vec::new();
        for name in ["server_version", "shared_buffers", "fsync", "synchronous_commit", "max_connections"] {
            let value: String = ask(&mut line, &format!("SELECT current_setting('{name}')")).await;
            said.push(format!("{name} {value}"));
        }
        println!("{members} members, {claims} claims, {size}; {}", said.join(", "));
        place
    }

    async fn own(options: &Options) -> Place {
        let connections = options.idle + options.active + 100;
        let settings = [
            ("shared_buffers", "1GB".to_owned()),
            ("max_connections", connections.to_string()),
            ("max_wal_size", "4GB".to_owned()),
            ("maintenance_work_mem", "256MB".to_owned()),
        ];
        let settings = settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let server = Server::empty(postgres::Options { fsync: true, settings, tls: None }).await;
        server.execute("postgres", &format!("CREATE DATABASE {DATABASE}")).await;
        let superuser = server.url_as(SUPERUSER, SUPERUSER_PASSWORD, DATABASE);
        Place {
            superuser: PgConnectOptions::from_str(&superuser).expect("a URL"),
            password: Secret::new(SUPERUSER_PASSWORD),
            url: server.url(DATABASE),
            _server: Some(server),
        }
    }

    async fn fill(&self, members: u32) {
        let world = World::new(1, members, World::usual_claims(members), world_day());
        let policies = published();
        let engine = engine_of(&policies);
        let started = Instant::now();
        let made =
            PostgresStore::create(&self.options(), SUPERUSER, &self.password, world, policies, engine, |_| ()).await;
        made.expect("a world");
        println!("made {members} members in {:.1} s", started.elapsed().as_secs_f64());
    }

    fn options(&self) -> PostgresOptions {
        PostgresOptions::parse(&self.url).expect("a place")
    }

    /// The superuser's line.
    pub async fn superuser(&self) -> PgConnection {
        self.superuser.clone().disable_statement_logging().connect().await.expect("a connection")
    }

    /// The auditor's store.
    pub async fn auditor(&self) -> PostgresStore {
        let store = PostgresStore::new(self.options());
        store.log_in(AUDITOR, &Secret::new(PASSWORD)).await.expect("the auditor");
        store
    }
}

/// Makes a superuser's line that of a person (who may open only few), with the settings that his login would have.
pub async fn become_person(line: &mut PgConnection, login: &str) {
    let settings: Vec<String> = sqlx::query_scalar(
        "SELECT unnest(s.setconfig) FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole WHERE r.rolname = $1",
    )
    .bind(login)
    .fetch_all(&mut *line)
    .await
    .expect("settings");
    for setting in settings {
        let (name, value) = setting.split_once('=').expect("a setting");
        run(line, &format!("SET {name} = '{value}'")).await;
    }
    run(line, &format!("SET SESSION AUTHORIZATION '{login}'")).await;
}

/// Makes it the superuser's again.
pub async fn become_superuser(line: &mut PgConnection) {
    run(line, "RESET SESSION AUTHORIZATION; RESET ALL").await;
}

/// Statements.
pub async fn run(line: &mut PgConnection, text: &str) {
    let done = sqlx::raw_sql(AssertSqlSafe(text)).execute(line).await;
    done.unwrap_or_else(|error| panic!("{text}: {error}"));
}

/// The one value of a question.
pub async fn ask<T>(line: &mut PgConnection, text: &str) -> T
where
    T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + Send + Unpin,
{
    let answer = sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(line).await;
    answer.unwrap_or_else(|error| panic!("{text}: {error}"))
}
