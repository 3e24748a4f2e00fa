//! A generated world as the centre: by the superuser, in one transaction. One thread makes rows while another sends them
//! by COPY; indexes of what is searched are made at the end. A centre that holds an account of a person is not touched.
//!
//! - `tables` the columns of each row

mod tables;

use chrono::NaiveDate;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, Row};
use tokio::sync::mpsc;

use self::tables::{Chunk, Tables};
use super::admin::{self, Administrator};
use super::error::failed;
use super::scram::Verifier;
use super::{PostgresOptions, PostgresStore, fixed};
use crate::domain::canonical::{Canonical, Hash};
use crate::domain::secret::Secret;
use crate::policy::Facts;
use crate::store::fixed::Fixed;
use crate::store::loading::{self, Progress};
use crate::store::{PublishedPolicy, StoreError};
use crate::world::{Assessed, PASSWORD, World};

/// What is said of the role of a generated account: roles belong to the whole server, and another world of it may have
/// made this one.
const GENERATED: &str = "huzhu: of a generated world";
/// Chunks that wait to be sent.
const AHEAD: usize = 16;

impl PostgresStore {
    /// Makes the centre at a place from a world, as its superuser. `assess` is the engine with `policies`. A generated
    /// centre there is replaced; one with accounts of persons is refused (`Refused("account")`), and so is a server where
    /// a login of the world belongs to somebody else (`Refused("server")`): he would get the world's password.
    pub async fn create<A>(
        options: &PostgresOptions,
        login: &str,
        password: &Secret,
        world: World,
        policies: Vec<PublishedPolicy>,
        assess: A,
        mut progress: impl FnMut(Progress),
    ) -> Result<(), StoreError>
    where
        A: Fn(&Facts) -> Option<Assessed> + Send + Sync + 'static,
    {
        let Administrator { mut connection } = Administrator::open(options, login, password).await?;
        nobodys_login(&mut connection, &world).await?;
        clear(&mut connection).await?;
        admin::migrate(&mut connection).await?;
        let verifier = Verifier::of(&Secret::new(PASSWORD)).map_err(|_| StoreError::Refused("text".into()))?;
        run(&mut connection, "BEGIN").await?;
        // Rows refer to what comes later in the same transaction, and all of it is made here.
        run(&mut connection, "SET LOCAL session_replication_role = replica").await?;
        let indexes = drop_indexes(&mut connection).await?;
        let day = world.day();
        fixed::write(&mut connection, &Fixed::new(&policies)?).await?;
        // The demo's password is good for ever.
        run(&mut connection, "UPDATE core.centre SET password_days = 0").await?;
        for account in world.accounts() {
            sqlx::query("SELECT core.make_generated($1, $2, $3, $4, $5, $6)")
                .bind(account.login.clone())
                .bind(person_of(&account.login).to_vec())
                .bind(account.office.get() as i32)
                .bind(account.window as i32)
                .bind(account.duties.clone())
                .bind(verifier.as_str())
                .execute(&mut connection)
                .await
                .map_err(failed)?;
            // The function took only logins of small letters and digits.
            run(&mut connection, &format!("COMMENT ON ROLE \"{}\" IS '{GENERATED}'", account.login)).await?;
        }
        let (sender, mut chunks) = mpsc::channel(AHEAD);
        let make = move || {
            let mut tables = Tables::new(&sender);
            // Gone: the writer stopped, and reports why itself.
            let _ = loading::load(&world, &assess, &mut tables).and_then(|()| tables.flush());
        };
        let maker = std::thread::Builder::new().name("world".into()).spawn(make);
        let maker = maker.map_err(|error| StoreError::Unreachable(error.to_string()))?;
        let mut done = Progress::default();
        while let Some(chunk) = chunks.recv().await {
            done.members += chunk.members;
            done.claims += chunk.claims;
            send(&mut connection, chunk).await?;
            progress(done);
        }
        if maker.join().is_err() {
            return Err(StoreError::Unknown("the world could not be made".into()));
        }
        for text in &indexes {
            run(&mut connection, text).await?;
        }
        last_rows(&mut connection, day).await?;
        run(&mut connection, "COMMIT").await?;
        run(&mut connection, "VACUUM (ANALYZE)").await?;
        connection.close().await.map_err(failed)
    }
}

/// The person behind a generated account: nobody.
fn person_of(login: &str) -> Hash {
    Canonical::new("huzhu-person-1").text("generated").text(login).hash()
}

/// A statement of this file.
async fn run(connection: &mut PgConnection, text: &str) -> Result<(), StoreError> {
    sqlx::raw_sql(AssertSqlSafe(text.to_owned())).execute(connection).await.map(drop).map_err(failed)
}

/// Goes on where no login of a world belongs to somebody: a role that is there already was made by another world.
async fn nobodys_login(connection: &mut PgConnection, world: &World) -> Result<(), StoreError> {
    let logins: Vec<String> = world.accounts().map(|account| account.login).collect();
    let text = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = ANY ($1) \
        AND shobj_description(oid, 'pg_authid') IS DISTINCT FROM $2)";
    let others: bool =
        sqlx::query_scalar(text).bind(logins).bind(GENERATED).fetch_one(connection).await.map_err(failed)?;
    if others { Err(StoreError::Refused("server".into())) } else { Ok(()) }
}

/// Takes a generated centre away, with the roles of its accounts that a world made.
async fn clear(connection: &mut PgConnection) -> Result<(), StoreError> {
    let there: bool = sqlx::query_scalar("SELECT to_regclass('core.account') IS NOT NULL")
        .fetch_one(&mut *connection)
        .await
        .map_err(failed)?;
    if !there {
        return Ok(());
    }
    let persons: i64 = sqlx::query_scalar("SELECT count(*) FROM core.account WHERE NOT generated")
        .fetch_one(&mut *connection)
        .await
        .map_err(failed)?;
    if persons > 0 {
        return Err(StoreError::Refused("account".into()));
    }
    let text = "SELECT a.login FROM core.account a JOIN pg_roles r ON r.rolname = a.login \
        WHERE shobj_description(r.oid, 'pg_authid') = $1";
    let logins: Vec<String> =
        sqlx::query_scalar(text).bind(GENERATED).fetch_all(&mut *connection).await.map_err(failed)?;
    run(connection, "DROP SCHEMA api_v1, ledger, core, tls CASCADE; DROP TABLE public._sqlx_migrations").await?;
    for login in logins {
        // The table took only logins of small letters and digits.
        run(connection, &format!("DROP ROLE \"{login}\"")).await?;
    }
    Ok(())
}

/// Takes the indexes of what is searched away; gives their texts.
async fn drop_indexes(connection: &mut PgConnection) -> Result<Vec<String>, StoreError> {
    let rows = sqlx::query(
        "SELECT indexdef, format('%I.%I', schemaname, indexname) FROM pg_indexes \
         WHERE schemaname = 'core' AND tablename IN ('search_key', 'claim', 'claim_event') \
         AND indexname NOT IN (SELECT conname FROM pg_constraint)",
    )
    .fetch_all(&mut *connection)
    .await
    .map_err(failed)?;
    let mut texts = Vec::with_capacity(rows.len());
    for row in &rows {
        texts.push(row.try_get(0).map_err(failed)?);
        let name: String = row.try_get(1).map_err(failed)?;
        run(connection, &format!("DROP INDEX {name}")).await?;
    }
    Ok(texts)
}

async fn send(connection: &mut PgConnection, chunk: Chunk) -> Result<(), StoreError> {
    let mut copy = connection.copy_in_raw(chunk.text).await.map_err(failed)?;
    copy.send(chunk.rows).await.map_err(failed)?;
    copy.finish().await.map(drop).map_err(failed)
}

/// The counters, numbers of notices, and what makes the centre a generated one.
async fn last_rows(connection: &mut PgConnection, day: NaiveDate) -> Result<(), StoreError> {
    run(
        connection,
        "INSERT INTO core.counter (league, office, year, last) \
         SELECT league, office, year, max(number) FROM core.claim GROUP BY league, office, year",
    )
    .await?;
    run(
        connection,
        "INSERT INTO core.slip (league, office, year, form, number, claim) \
         SELECT c.league, c.office, c.year, 2, \
         row_number() OVER (PARTITION BY c.league, c.office, c.year ORDER BY c.number), c.id FROM core.claim c \
         WHERE EXISTS (SELECT FROM core.claim_event e \
             WHERE e.league = c.league AND e.claim = c.id AND e.kind = 'returned')",
    )
    .await?;
    sqlx::query(
        "UPDATE core.centre SET world_day = $1, generated = true, looks_a_minute = 0, looks_a_day = 0, terms_a_minute = 0",
    )
    .bind(day)
    .execute(connection)
    .await
    .map(drop)
    .map_err(failed)
}
