//! A generated world as a database: made beside its place without a journal, and put there whole, so that a program killed
//! half-way leaves no half world. One thread makes rows while another writes them; rows go in many at once, in the order
//! of their index; indexes that have another order are made at the end.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Arguments, AssertSqlSafe, ConnectOptions, Connection};
use tokio::sync::mpsc;

use super::keys::{Kind, keys_of};
use super::record::{self, Entry};
use super::row::get;
use super::{SqliteStore, desk, failed, open, rescue, submit};
use crate::data;
use crate::domain::canonical::{hex, moment, sha256};
use crate::domain::claim::ClaimState;
use crate::domain::sheet::Line;
use crate::policy::Facts;
use crate::store::{Office, PublishedPolicy, Reference, StoreError};
use crate::world::{Assessed, ClaimRow, OfficeRow, PersonRow, UnitRow, World};

/// Rows in one statement.
const ROWS: usize = 512;
/// Statements that wait to be written.
const AHEAD: usize = 16;
/// Pages that are kept while the world is made, in KiB.
const CACHE_KIB: u32 = 32 * 1024;

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Members that are written.
    pub members: u64,
    /// Claims that are written.
    pub claims: u64,
}

impl SqliteStore {
    /// Makes the database at `path` from a world. `assess` is the engine with `policies`. A database there is replaced, unless
    /// it holds an account that was not generated (`Refused("account")`).
    pub async fn create<A>(
        path: &Path,
        world: World,
        policies: Vec<PublishedPolicy>,
        assess: A,
        mut progress: impl FnMut(Progress),
    ) -> Result<(), StoreError>
    where
        A: Fn(&Facts) -> Option<Assessed> + Send + 'static,
    {
        if path.exists() && has_other_accounts(path).await? {
            return Err(StoreError::Refused("account".into()));
        }
        let made = beside(path);
        for file in rescue::with_companions(&made) {
            let _ = std::fs::remove_file(file);
        }
        open::make(&made).await?;
        let mut connection = options(&made).connect().await.map_err(failed)?;
        let indexes = drop_indexes(&mut connection).await?;
        sqlx::query("BEGIN").execute(&mut connection).await.map_err(failed)?;
        fixed_rows(&mut connection, &world, &policies).await?;
        let day = world.day();
        let (sender, mut batches) = mpsc::channel(AHEAD);
        let maker = std::thread::Builder::new().name("world".into()).spawn(move || make_rows(&world, &assess, &sender));
        let maker = maker.map_err(|error| StoreError::Unreachable(error.to_string()))?;
        let mut done = Progress::default();
        let mut looked_up = false;
        while let Some(batch) = batches.recv().await {
            match batch {
                Batch::Rows { text, arguments, members } => {
                    // Full batches share their text, and with it the prepared statement.
                    sqlx::query_with(AssertSqlSafe(text), arguments).execute(&mut connection).await.map_err(failed)?;
                    done.members += members;
                }
                Batch::Claim(claim) => {
                    if !looked_up {
                        make_indexes(&mut connection, &indexes, false).await?;
                        looked_up = true;
                    }
                    write_claim(&mut connection, &claim).await?;
                    done.claims += 1;
                }
            }
            progress(done);
        }
        if maker.join().is_err() {
            return Err(StoreError::Unknown("the world could not be made".into()));
        }
        if !looked_up {
            make_indexes(&mut connection, &indexes, false).await?;
        }
        make_indexes(&mut connection, &indexes, true).await?;
        last_rows(&mut connection, day).await?;
        sqlx::query("COMMIT").execute(&mut connection).await.map_err(failed)?;
        connection.close().await.map_err(failed)?;
        put_in_place(&made, path)
    }
}

/// Whether the database holds an account that no world made. One that can't be read is not written over either.
async fn has_other_accounts(path: &Path) -> Result<bool, StoreError> {
    if std::fs::metadata(path).is_ok_and(|file| file.len() == 0) {
        return Ok(false);
    }
    let mut connection = open::options(path).read_only(true).connect().await.map_err(failed)?;
    let others: i64 = sqlx::query_scalar("SELECT count(*) FROM account WHERE generated = 0")
        .fetch_one(&mut connection)
        .await
        .map_err(failed)?;
    Ok(others > 0)
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    PathBuf::from(name)
}

fn options(path: &Path) -> SqliteConnectOptions {
    open::options(path)
        .journal_mode(SqliteJournalMode::Off)
        .synchronous(SqliteSynchronous::Off)
        .foreign_keys(false)
        .pragma("locking_mode", "EXCLUSIVE")
        .pragma("cache_size", format!("-{CACHE_KIB}"))
}

fn put_in_place(made: &Path, path: &Path) -> Result<(), StoreError> {
    let unreachable = |error: std::io::Error| StoreError::Unreachable(error.to_string());
    std::fs::File::open(made).and_then(|file| file.sync_all()).map_err(unreachable)?;
    for file in &rescue::with_companions(path)[1..] {
        let _ = std::fs::remove_file(file);
    }
    std::fs::rename(made, path).map_err(unreachable)?;
    // The name is on the disk only when its directory is.
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::File::open(directory).and_then(|directory| directory.sync_all()).map_err(unreachable)
}

/// Takes all indexes away; gives their tables and texts.
async fn drop_indexes(connection: &mut SqliteConnection) -> Result<Vec<(String, String)>, StoreError> {
    let rows = sqlx::query("SELECT name, tbl_name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")
        .fetch_all(&mut *connection)
        .await
        .map_err(failed)?;
    let mut indexes = Vec::with_capacity(rows.len());
    for row in &rows {
        let text = format!("DROP INDEX {}", get::<&str>(row, 0)?);
        sqlx::query(AssertSqlSafe(text)).execute(&mut *connection).await.map_err(failed)?;
        indexes.push((get(row, 1)?, get(row, 2)?));
    }
    Ok(indexes)
}

/// Makes the indexes of claims and their events, or all others.
async fn make_indexes(
    connection: &mut SqliteConnection,
    indexes: &[(String, String)],
    of_claims: bool,
) -> Result<(), StoreError> {
    for (table, text) in indexes {
        if table.starts_with("claim") == of_claims {
            sqlx::query(AssertSqlSafe(text.as_str()))
                .persistent(false)
                .execute(&mut *connection)
                .await
                .map_err(failed)?;
        }
    }
    Ok(())
}

/// Offices, accounts, and the reference data with its version.
async fn fixed_rows(
    connection: &mut SqliteConnection,
    world: &World,
    policies: &[PublishedPolicy],
) -> Result<(), StoreError> {
    let mut reference = Reference {
        hospitals: data::hospitals().to_vec(),
        diagnoses: data::diagnoses().to_vec(),
        policies: policies.to_vec(),
        ..Reference::default()
    };
    for office in world.offices() {
        sqlx::query(
            "INSERT INTO office (code, name, kind, area, league, parent, phone) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )
        .bind(i64::from(office.code.get()))
        .bind(office.name.clone())
        .bind(office.kind)
        .bind(i64::from(office.area.get()))
        .bind(i64::from(office.league.get()))
        .bind(office.parent.map(|parent| i64::from(parent.get())))
        .bind(office.phone.clone())
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
        let OfficeRow { code, name, area, league, phone, .. } = office;
        reference.offices.push(Office { code, name, area, league, phone });
    }
    for account in world.accounts() {
        sqlx::query("INSERT INTO account (login, duties, office, seat, generated) VALUES (?1, ?2, ?3, ?4, 1)")
            .bind(account.login)
            .bind(account.duties.join(","))
            .bind(i64::from(account.office.get()))
            .bind(account.window)
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
    }
    for hospital in &reference.hospitals {
        sqlx::query("INSERT INTO hospital (code, name, initials, level, area) VALUES (?1, ?2, ?3, ?4, ?5)")
            .bind(hospital.code.clone())
            .bind(hospital.name.clone())
            .bind(hospital.initials.clone())
            .bind(hospital.level)
            .bind(i64::from(hospital.area.get()))
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
    }
    for diagnosis in &reference.diagnoses {
        sqlx::query("INSERT INTO diagnosis (code, name, initials) VALUES (?1, ?2, ?3)")
            .bind(diagnosis.code.clone())
            .bind(diagnosis.name.clone())
            .bind(diagnosis.initials.clone())
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
    }
    for policy in policies {
        sqlx::query("INSERT INTO policy (code, version, text, sha256, published_at) VALUES (?1, ?2, ?3, ?4, ?5)")
            .bind(policy.code.clone())
            .bind(policy.version)
            .bind(policy.text.clone())
            .bind(hex(&sha256(policy.text.as_bytes())))
            .bind(moment(policy.published_at))
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
    }
    reference.offices.sort_by_key(|office| office.code);
    set(connection, "reference", &desk::version_of(&reference)?).await
}

/// The counters, and what makes the database a generated one.
async fn last_rows(connection: &mut SqliteConnection, day: NaiveDate) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO counter (office, year, last) SELECT office, year, max(number) FROM claim GROUP BY office, year",
    )
    .execute(&mut *connection)
    .await
    .map_err(failed)?;
    set(connection, "world_day", &day.to_string()).await?;
    set(connection, "generated", "1").await
}

async fn set(connection: &mut SqliteConnection, name: &str, value: &str) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO setting (name, value) VALUES (?1, ?2)")
        .bind(name.to_owned())
        .bind(value.to_owned())
        .execute(connection)
        .await
        .map(drop)
        .map_err(failed)
}

/// An earlier claim, as the submit of its day wrote it, and taken back where it was.
async fn write_claim(connection: &mut SqliteConnection, row: &ClaimRow) -> Result<(), StoreError> {
    let missing = row.claim.documents.iter().any(|document| document.required && !document.present);
    let mut claim = row.claim.clone();
    claim.state = if missing { ClaimState::Returned } else { ClaimState::Submitted };
    let entry = Entry {
        claim: &claim,
        number: row.number,
        league: i64::from(row.league.get()),
        at: row.submitted_at,
        clerk: &row.clerk,
        medical_total: row.facts.amounts.get(Line::Total),
        card: submit::card_of(connection, &claim).await?,
        request: record::request_hash(&claim, &row.clerk)?,
        state: claim.state,
    };
    let (stored, _) = record::insert(connection, &entry, &row.paid).await?;
    if let Some((at, reason)) = &row.withdrawn {
        submit::withdraw(connection, stored.seq, &stored.claim, &row.clerk, *at, reason).await?;
    }
    Ok(())
}

/// What the making thread hands over.
enum Batch {
    Rows { text: String, arguments: SqliteArguments, members: u64 },
    Claim(Box<ClaimRow>),
}

/// Rows of one table on their way into one statement.
struct Table<'a> {
    sender: &'a mpsc::Sender<Batch>,
    head: &'static str,
    columns: usize,
    rows: usize,
    arguments: SqliteArguments,
}

/// The other side is gone: its error is the one to report.
struct Gone;

impl<'a> Table<'a> {
    fn new(sender: &'a mpsc::Sender<Batch>, head: &'static str, columns: usize) -> Table<'a> {
        Table { sender, head, columns, rows: 0, arguments: SqliteArguments::default() }
    }

    /// A column's value; columns come in their order, row by row.
    fn add<'t, T>(&mut self, value: T)
    where
        T: sqlx::Encode<'t, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
    {
        // Whole numbers and texts are always encoded.
        let _ = self.arguments.add(value);
    }

    fn end_row(&mut self, members: u64) -> Result<(), Gone> {
        self.rows += 1;
        if self.rows == ROWS { self.flush(members) } else { Ok(()) }
    }

    fn flush(&mut self, members: u64) -> Result<(), Gone> {
        if self.rows == 0 {
            return Ok(());
        }
        let row = format!("({})", vec!["?"; self.columns].join(","));
        let text = format!("{} VALUES {}", self.head, vec![row.as_str(); self.rows].join(","));
        let arguments = std::mem::take(&mut self.arguments);
        self.rows = 0;
        self.sender.blocking_send(Batch::Rows { text, arguments, members }).map_err(|_| Gone)
    }
}

/// Keys of one office or league before they are sorted: texts in one string, so that a league's fit into memory.
#[derive(Default)]
struct Pile {
    texts: String,
    keys: Vec<Key>,
}

#[derive(Clone, Copy)]
struct Key {
    scope: i64,
    member: i64,
    start: u32,
    length: u16,
    kind: Kind,
}

impl Pile {
    fn push(&mut self, scope: i64, kind: Kind, key: &str, member: i64) {
        // A league's texts stay far below 4 GiB, a name's keys below 64 KiB.
        let (start, length) = (self.texts.len() as u32, key.len() as u16);
        self.texts.push_str(key);
        self.keys.push(Key { scope, member, start, length, kind });
    }

    fn text(&self, key: &Key) -> &str {
        &self.texts[key.start as usize..key.start as usize + key.length as usize]
    }

    /// Hands all keys over in the order of the table's primary key.
    fn drain(&mut self, table: &mut Table<'_>) -> Result<(), Gone> {
        let mut keys = std::mem::take(&mut self.keys);
        keys.sort_unstable_by(|a, b| {
            (a.scope, a.kind, self.text(a), a.member).cmp(&(b.scope, b.kind, self.text(b), b.member))
        });
        for key in &keys {
            table.add(key.scope);
            table.add(key.kind as i64);
            table.add(self.text(key));
            table.add(key.member);
            table.end_row(0)?;
        }
        keys.clear();
        self.keys = keys;
        self.texts.clear();
        Ok(())
    }
}

/// Makes all rows of the world in the order of its iterators.
fn make_rows<A>(world: &World, assess: &A, sender: &mpsc::Sender<Batch>)
where
    A: Fn(&Facts) -> Option<Assessed>,
{
    // Gone: the writer stopped, and reports why itself.
    let _ = make_units(world.units(), sender).and_then(|()| make_members(world.members(), sender)).and_then(|()| {
        world.claims(assess).try_for_each(|claim| sender.blocking_send(Batch::Claim(Box::new(claim))).map_err(|_| Gone))
    });
}

fn make_units(units: impl Iterator<Item = UnitRow>, sender: &mpsc::Sender<Batch>) -> Result<(), Gone> {
    let head = "INSERT INTO unit (id, league, office, name, initials, participants, employees)";
    let mut table = Table::new(sender, head, 7);
    for unit in units {
        table.add(unit.id);
        table.add(i64::from(unit.league.get()));
        table.add(i64::from(unit.office.get()));
        table.add(unit.name);
        table.add(unit.initials);
        table.add(unit.participants);
        table.add(unit.employees);
        table.end_row(0)?;
    }
    table.flush(0)
}

fn make_members(members: impl Iterator<Item = PersonRow>, sender: &mpsc::Sender<Batch>) -> Result<(), Gone> {
    let head = "INSERT INTO member (id, league, office, unit, name, sex, birth, id_number, mobile, retired)";
    let mut people = Table::new(sender, head, 10);
    let mut covers = Table::new(sender, "INSERT INTO cover (member, period, from_day, to_day)", 4);
    let mut cards = Table::new(sender, "INSERT INTO card (member, bank, number)", 3);
    let mut in_league = Table::new(sender, "INSERT INTO league_key (league, kind, key, member)", 4);
    let mut in_office = Table::new(sender, "INSERT INTO office_key (office, kind, key, member)", 4);
    let mut in_unit = Table::new(sender, "INSERT INTO unit_key (unit, kind, key, member)", 4);
    let (mut league, mut office, mut unit) = (Pile::default(), Pile::default(), Pile::default());
    let mut here = None;
    for person in members {
        let there = (person.league.get(), person.office.get());
        if here.is_some_and(|here| here != there) {
            office.drain(&mut in_office)?;
            unit.drain(&mut in_unit)?;
        }
        if here.is_some_and(|(league, _)| league != there.0) {
            league.drain(&mut in_league)?;
        }
        here = Some(there);
        for (kind, key) in keys_of(&person.name, &person.readings, &person.id_number, &person.mobile) {
            league.push(i64::from(there.0), kind, &key, person.id.0);
            office.push(i64::from(there.1), kind, &key, person.id.0);
            if kind.in_units() {
                unit.push(person.unit, kind, &key, person.id.0);
            }
        }
        for cover in &person.covers {
            covers.add(person.id.0);
            covers.add(cover.period);
            covers.add(cover.from.to_string());
            covers.add(cover.to.to_string());
            covers.end_row(0)?;
        }
        if let Some((bank, number)) = &person.card {
            cards.add(person.id.0);
            cards.add(bank.as_str());
            cards.add(number.as_str());
            cards.end_row(0)?;
        }
        people.add(person.id.0);
        people.add(i64::from(there.0));
        people.add(i64::from(there.1));
        people.add(person.unit);
        people.add(person.name);
        people.add(person.sex.code());
        people.add(person.birth.to_string());
        people.add(person.id_number);
        people.add(person.mobile);
        people.add(person.retired);
        people.end_row(ROWS as u64)?;
    }
    let rest = people.rows as u64;
    people.flush(rest)?;
    office.drain(&mut in_office)?;
    unit.drain(&mut in_unit)?;
    league.drain(&mut in_league)?;
    for table in [&mut covers, &mut cards, &mut in_league, &mut in_office, &mut in_unit] {
        table.flush(0)?;
    }
    Ok(())
}
