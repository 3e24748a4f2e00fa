//! The adapter for PostgreSQL on a server of its own, a copy of one that is made once.

use std::net::SocketAddr;
use std::sync::Arc;

use async_trait::async_trait;
use huzhu::domain::query::unit_key;
use huzhu::domain::secret::Secret;
use huzhu::store::Store;
use huzhu::store::postgres::{PostgresOptions, PostgresStore};
use huzhu::world::assess::{engine_of, published};
use huzhu::world::{PASSWORD, World};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection};

use super::support::{DATABASE, Options, SUPERUSER, SUPERUSER_PASSWORD, Server, server_with};
use super::{Central, Tampered, day, world};

/// Who may verify the whole region.
pub const AUDITOR: &str = "0091";

/// The adapter for PostgreSQL.
pub struct Postgres {
    server: Server,
    world: World,
}

/// A server with the world, in which nobody has limits.
pub async fn postgres() -> Postgres {
    postgres_with(Options::default()).await
}

/// The same, set up otherwise.
pub async fn postgres_with(options: Options) -> Postgres {
    let server = server_with("world", options, async |server| {
        server.execute("postgres", &format!("CREATE DATABASE {DATABASE}")).await;
        let (place, password) = (place(server), Secret::new(SUPERUSER_PASSWORD));
        let made = PostgresStore::create(&place, SUPERUSER, &password, world(), published(), |_| None, |_| ()).await;
        made.unwrap_or_else(|error| panic!("{error}\n{}", server.log()));
    })
    .await;
    Postgres { server, world: world() }
}

/// A server with a world of 2000 members and so many claims, assessed by the engine.
pub async fn postgres_with_claims(claims: u32) -> Postgres {
    let world = || World::new(7, 2000, claims, day("2021-03-20"));
    let server = server_with(&format!("claims-{claims}"), Options::default(), async |server| {
        server.execute("postgres", &format!("CREATE DATABASE {DATABASE}")).await;
        let (place, password, policies) = (place(server), Secret::new(SUPERUSER_PASSWORD), published());
        let engine = engine_of(&policies);
        let made = PostgresStore::create(&place, SUPERUSER, &password, world(), policies, engine, |_| ()).await;
        made.unwrap_or_else(|error| panic!("{error}\n{}", server.log()));
    })
    .await;
    Postgres { server, world: world() }
}

fn place(server: &Server) -> PostgresOptions {
    PostgresOptions::parse(&server.url(DATABASE)).unwrap()
}

impl Postgres {
    /// The server.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The same, to stop and start.
    pub fn server_mut(&mut self) -> &mut Server {
        &mut self.server
    }

    /// A store by way of another address, a proxy's.
    pub async fn open_by(&self, address: SocketAddr, login: &str) -> PostgresStore {
        let place = PostgresOptions::parse(&self.server.url_by(address, DATABASE)).unwrap();
        let store = PostgresStore::new(place);
        store.log_in(login, &Secret::new(PASSWORD)).await.unwrap();
        store
    }

    async fn raw(&self) -> PgConnection {
        let mut raw = self.server.superuser(DATABASE).await;
        sqlx::raw_sql("SET search_path = core").execute(&mut raw).await.unwrap();
        raw
    }

    async fn set(&self, limit: &str, minute: u32) {
        self.tamper(&format!("UPDATE centre SET {limit} = {minute}")).await.unwrap();
    }
}

#[async_trait]
impl Central for Postgres {
    async fn open(&self, login: &str) -> Arc<dyn Store> {
        Arc::new(self.open_by(self.server.address(), login).await)
    }

    async fn verifier(&self) -> Arc<dyn Store> {
        self.open(AUDITOR).await
    }

    fn world(&self) -> &World {
        &self.world
    }

    async fn limit_looks(&self, minute: u32) {
        self.set("looks_a_minute", minute).await;
    }

    async fn limit_terms(&self, minute: u32) {
        self.set("terms_a_minute", minute).await;
    }

    async fn rename_unit(&self, name: &str, new: &str) {
        let key = unit_key(new);
        self.tamper(&format!("UPDATE unit SET name = '{new}', name_key = '{key}' WHERE name = '{name}'"))
            .await
            .unwrap();
    }

    async fn count(&self, statement: &str) -> i64 {
        sqlx::query_scalar(AssertSqlSafe(statement)).fetch_one(&mut self.raw().await).await.unwrap()
    }

    async fn tamper(&self, statement: &str) -> Result<(), String> {
        let done = sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut self.raw().await).await;
        done.map(drop).map_err(|error| error.to_string())
    }

    /// As whoever runs the database can: no trigger and no foreign key is in the way, and afterwards nothing shows it.
    async fn tamper_as_owner(&self, statement: &str) {
        let mut raw = self.raw().await;
        let mut all = raw.begin().await.unwrap();
        sqlx::raw_sql("SET LOCAL session_replication_role = replica").execute(&mut *all).await.unwrap();
        let always: Vec<(String, String)> = sqlx::query_as(
            "SELECT tgrelid::regclass::text, quote_ident(tgname) FROM pg_trigger WHERE tgenabled = 'A' AND NOT tgisinternal",
        )
        .fetch_all(&mut *all)
        .await
        .unwrap();
        let alter = async |all: &mut PgConnection, how: &str| {
            for (table, trigger) in &always {
                let alter = format!("ALTER TABLE {table} {how} TRIGGER {trigger}");
                sqlx::raw_sql(AssertSqlSafe(alter)).execute(&mut *all).await.unwrap();
            }
        };
        alter(&mut all, "DISABLE").await;
        let done = sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *all).await;
        let done = done.unwrap_or_else(|error| panic!("{statement}: {error}"));
        assert!(done.rows_affected() > 0, "{statement}");
        alter(&mut all, "ENABLE ALWAYS").await;
        all.commit().await.unwrap();
    }

    fn tampered(&self) -> &'static [Tampered] {
        TAMPERED
    }

    fn lone_paid(&self) -> (&'static str, &'static str) {
        (
            "INSERT INTO claim_paid VALUES (150800, '00000000-0000-0000-0000-000000000099', 0, 2021, 'inpatient', 1, 1, 1)",
            "claim 00000000-0000-0000-0000-000000000099",
        )
    }
}

/// What is written otherwise here, or is only here.
const TAMPERED: &[Tampered] = &[
    (
        "UPDATE claim SET last4 = last4 || '9' WHERE number = 2",
        "UPDATE claim SET last4 = left(last4, 4) WHERE number = 2",
        "last4",
    ),
    (
        "UPDATE claim SET salt = reverse(replace(salt::text, '-', ''))::uuid WHERE number = 2",
        "UPDATE claim SET salt = reverse(replace(salt::text, '-', ''))::uuid WHERE number = 2",
        "card",
    ),
    ("UPDATE card SET number = number || '9'", "UPDATE card SET number = left(number, -1)", "card"),
    (
        "DELETE FROM bill b USING claim c WHERE b.claim = c.id AND c.number = 2",
        "INSERT INTO bill SELECT 'E/' || bill_code || '/' || bill_number, league, id FROM claim WHERE number = 2",
        "bill",
    ),
    (
        "UPDATE claim_paid p SET amount = amount + 1 FROM claim c WHERE p.claim = c.id AND c.number = 2 AND place = 0",
        "UPDATE claim_paid p SET amount = amount - 1 FROM claim c WHERE p.claim = c.id AND c.number = 2 AND place = 0",
        "paid",
    ),
    (
        "INSERT INTO bill SELECT 'E/1/' || bill_number, league, id FROM claim WHERE number = 2",
        "DELETE FROM bill WHERE key LIKE 'E/1/%'",
        "bill",
    ),
    (
        "INSERT INTO bill VALUES ('HZ150802-2021-0000002', 150800, gen_random_uuid())",
        "DELETE FROM bill WHERE key = 'HZ150802-2021-0000002'",
        "bill",
    ),
    (
        "INSERT INTO claim_paid SELECT p.league, claim, 9, p.period, benefit, base, days, amount \
         FROM claim_paid p JOIN claim c ON p.claim = c.id WHERE c.number = 2 AND place = 0",
        "DELETE FROM claim_paid WHERE place = 9",
        "paid",
    ),
    (
        "UPDATE claim SET period = period + 99999999 WHERE number = 2",
        "UPDATE claim SET period = period - 99999999 WHERE number = 2",
        "cover",
    ),
    ("UPDATE claim SET rev = 9 WHERE number = 2", "UPDATE claim SET rev = 1 WHERE number = 2", "rev"),
    (
        "UPDATE claim SET documents = documents || '#' WHERE number = 2",
        "UPDATE claim SET documents = rtrim(documents, '#') WHERE number = 2",
        "documents",
    ),
    (
        "UPDATE claim SET submitted_at = submitted_at + interval '1 microsecond' WHERE number = 2",
        "UPDATE claim SET submitted_at = submitted_at - interval '1 microsecond' WHERE number = 2",
        "submitted_at",
    ),
    (
        "UPDATE claim_paid p SET days = days - 99999999 FROM claim c WHERE p.claim = c.id AND c.number = 2 AND place = 0",
        "UPDATE claim_paid p SET days = days + 99999999 FROM claim c WHERE p.claim = c.id AND c.number = 2 AND place = 0",
        "paid",
    ),
    (
        "UPDATE stay s SET span = daterange(lower(span), upper(span) - 1) FROM claim c WHERE s.claim = c.id AND c.number = 2",
        "UPDATE stay s SET span = daterange(lower(span), upper(span) + 1) FROM claim c WHERE s.claim = c.id AND c.number = 2",
        "stay",
    ),
];
