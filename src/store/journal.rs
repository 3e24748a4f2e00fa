//! What this terminal keeps for itself, encrypted: drafts of claim sheets and the last reference snapshot. Nothing in the
//! file tells a name or a number; the key lies beside it, readable for its owner only.
//!
//! A damaged file never stops the program: it is set aside, what can be read of it is kept, and a new one is made.
//!
//! To add something that is kept: a kind in `seal`, a table in a new file of `migrations/journal`, a pair of functions
//! here, its line in `Found`, and its case in the tests.

mod seal;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use uuid::Uuid;

use self::seal::{Kind, MAGIC, Opened, Seal};
use super::Reference;
use crate::domain::area::OfficeCode;
use crate::domain::claim::{ClaimId, ClaimKind};
use crate::domain::member::MemberId;

/// The version of the schema, and what makes each version of the one before.
const MIGRATIONS: [&str; 1] = [include_str!("../../migrations/journal/0001_schema.sql")];
/// A page holds a whole draft, so that it can be found in a file whose index is gone.
const PAGE: u32 = 16_384;

/// A half-typed claim sheet, as it stands in the fields.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The id that its submit will carry.
    pub id: ClaimId,
    /// Whose claim.
    pub member: MemberId,
    /// The office of who typed it, where the centre asks who is there: another office's people don't see it.
    #[serde(default)]
    pub office: Option<OfficeCode>,
    /// The member's name, for the desk's list.
    pub member_name: String,
    /// The kind, for the desk's list.
    pub kind: ClaimKind,
    /// When it was last saved (server's day and time).
    pub saved_at: NaiveDateTime,
    /// The field that had the cursor.
    pub focus: String,
    /// Field names and what was typed in each.
    pub fields: Vec<(String, String)>,
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Draft({}, ***)", self.id)
    }
}

/// Why the journal can't be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Another program works with this directory.
    #[error("another program uses this data directory")]
    InUse,
    /// The key file can be read by others.
    #[error("{} can be read by others (it must be 0600)", .0.display())]
    KeyReadable(PathBuf),
    /// The system refused.
    #[error("{0}")]
    Io(String),
    /// The database refused.
    #[error("{0}")]
    Database(String),
}

impl From<std::io::Error> for JournalError {
    fn from(error: std::io::Error) -> JournalError {
        JournalError::Io(error.to_string())
    }
}

impl From<sqlx::Error> for JournalError {
    fn from(error: sqlx::Error) -> JournalError {
        JournalError::Database(error.to_string())
    }
}

/// What was found damaged at the start, and what was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Damage {
    /// The damaged files, under the names that they have now.
    pub set_aside: Vec<PathBuf>,
    /// Drafts that were kept.
    pub rescued: usize,
    /// Drafts that were seen and can't be read. There may have been more.
    pub lost: usize,
}

/// This terminal's own records. One program at a time has it.
#[derive(Debug)]
pub struct Journal {
    pool: SqlitePool,
    seal: Seal,
    _lock: File,
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal(***)")
    }
}

/// What a file holds.
#[derive(Default)]
struct Found {
    drafts: HashMap<Uuid, Draft>,
    reference: Option<Reference>,
    unreadable: Vec<Uuid>,
}

impl Journal {
    /// Opens the journal of a data directory, or makes both. Damage is repaired as far as possible and told.
    pub async fn open(dir: &Path) -> Result<(Journal, Option<Damage>), JournalError> {
        seal::make_directory(dir)?;
        let lock = lock(&dir.join("lock"))?;
        let mut damage = Damage::default();
        let key = dir.join("journal.key");
        let seal = match Seal::load(&key)? {
            Some(seal) => seal,
            None => {
                damage.set_aside.push(set_aside(&key)?);
                Seal::load(&key)?.ok_or_else(|| JournalError::Io("no key can be made".to_owned()))?
            }
        };
        let path = dir.join("journal.db");
        // A file without a page is what a failed disk leaves: the database would take it for a new one.
        let emptied = std::fs::metadata(&path).is_ok_and(|file| file.is_file() && file.len() < u64::from(PAGE));
        let opened = if emptied { Err(sqlx::Error::Protocol("empty".to_owned())) } else { connect(&path).await };
        let kept = match opened {
            Ok(pool) => {
                let mut found = Found::default();
                let read = match found.read_tables(&pool, &seal).await {
                    Ok(()) => sound(&pool).await,
                    Err(error) => Err(error),
                };
                match read {
                    Ok(true) if found.unreadable.is_empty() => {
                        let damage = Some(damage).filter(|damage| !damage.set_aside.is_empty());
                        return Ok((Journal { pool, seal, _lock: lock }, damage));
                    }
                    Err(error) if !is_damage(&error) => return Err(error.into()),
                    _ => pool.close().await,
                }
                found
            }
            Err(error) if !is_damage(&error) => return Err(error.into()),
            Err(_) => Found::default(),
        };
        let (pool, kept) = rebuild(&path, &seal, kept, &mut damage).await?;
        let journal = Journal { pool, seal, _lock: lock };
        for draft in kept.drafts.values() {
            journal.save_draft(draft).await?;
        }
        if let Some(reference) = &kept.reference {
            journal.save_reference(reference).await?;
        }
        Ok((journal, Some(damage)))
    }

    /// Keeps a draft in the place of the one that has its id.
    pub async fn save_draft(&self, draft: &Draft) -> Result<(), JournalError> {
        let content = serde_json::to_vec(draft).map_err(|error| JournalError::Io(error.to_string()))?;
        let record = self.seal.close(Kind::Draft, draft.id.0, &content)?;
        sqlx::query("INSERT INTO draft (id, record) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET record = ?2")
            .bind(draft.id.0.to_string())
            .bind(record)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// All drafts, the newest first. One that can't be read is left out; the next start tells of it.
    pub async fn drafts(&self) -> Result<Vec<Draft>, JournalError> {
        let mut found = Found::default();
        found.read_table(&self.pool, &self.seal, "SELECT record FROM draft").await?;
        let mut drafts: Vec<Draft> = found.drafts.into_values().collect();
        drafts.sort_by_key(|draft| Reverse((draft.saved_at, draft.id)));
        Ok(drafts)
    }

    /// Forgets a draft: its bytes are overwritten.
    pub async fn drop_draft(&self, id: ClaimId) -> Result<(), JournalError> {
        sqlx::query("DELETE FROM draft WHERE id = ?1").bind(id.0.to_string()).execute(&self.pool).await?;
        Ok(())
    }

    /// Keeps a reference snapshot in the place of the last one.
    pub async fn save_reference(&self, reference: &Reference) -> Result<(), JournalError> {
        let content = serde_json::to_vec(reference).map_err(|error| JournalError::Io(error.to_string()))?;
        let record = self.seal.close(Kind::Reference, Uuid::nil(), &content)?;
        sqlx::query("INSERT INTO reference (one, record) VALUES (1, ?1) ON CONFLICT (one) DO UPDATE SET record = ?1")
            .bind(record)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The last reference snapshot; none where it can't be read (it is fetched again).
    pub async fn reference(&self) -> Result<Option<Reference>, JournalError> {
        let mut found = Found::default();
        found.read_table(&self.pool, &self.seal, "SELECT record FROM reference").await?;
        Ok(found.reference)
    }

    /// Writes everything to the file and lets the directory go.
    pub async fn close(self) {
        self.pool.close().await;
    }
}

impl Found {
    async fn read_tables(&mut self, pool: &SqlitePool, seal: &Seal) -> Result<(), sqlx::Error> {
        let drafts = self.read_table(pool, seal, "SELECT record FROM draft").await;
        let reference = self.read_table(pool, seal, "SELECT record FROM reference").await;
        drafts.and(reference)
    }

    /// Takes row after row, up to one that the database can't give.
    async fn read_table(&mut self, pool: &SqlitePool, seal: &Seal, query: &'static str) -> Result<(), sqlx::Error> {
        use futures_util::TryStreamExt;
        let mut rows = sqlx::query(query).fetch(pool);
        while let Some(row) = rows.try_next().await? {
            let record: &[u8] = row.try_get(0)?;
            match seal.open(record) {
                Some(opened) => drop(self.take(opened)),
                None => self.unreadable.push(Uuid::nil()),
            }
        }
        Ok(())
    }

    /// Looks for records in the bytes of a file whose structure is gone.
    fn carve(&mut self, seal: &Seal, bytes: &[u8]) {
        let mut at = 0;
        while let Some(next) = bytes[at..].windows(MAGIC.len()).position(|window| window == MAGIC) {
            at += next;
            let taken = seal.open(&bytes[at..]).map_or(0, |opened| self.take(opened));
            at += taken.max(MAGIC.len());
        }
    }

    /// Keeps what a record holds, of two drafts with one id the later; gives the bytes that it took.
    fn take(&mut self, opened: Opened<'_>) -> usize {
        let (kind, id, content, bytes) = match opened {
            Opened::Whole(kind, id, content, bytes) => (kind, id, content, bytes),
            Opened::Unreadable(id) => {
                self.unreadable.push(id);
                return 0;
            }
        };
        if kind == Kind::Draft as u8 {
            match serde_json::from_slice::<Draft>(&content) {
                Ok(draft) if self.drafts.get(&id).is_none_or(|other| other.saved_at <= draft.saved_at) => {
                    self.drafts.insert(id, draft);
                }
                Ok(_) => {}
                Err(_) => self.unreadable.push(id),
            }
        } else if let Ok(reference) = serde_json::from_slice(&content) {
            self.reference = Some(reference);
        }
        bytes.len()
    }

    /// Drafts that were seen and are not among those that could be read.
    fn lost(&self) -> usize {
        let mut lost: Vec<Uuid> = self.unreadable.iter().filter(|id| !self.drafts.contains_key(id)).copied().collect();
        lost.sort_unstable();
        lost.dedup();
        lost.retain(|id| !id.is_nil());
        lost.len()
    }
}

/// Sets the damaged file aside, makes a new one, and gives what can be kept.
async fn rebuild(
    path: &Path,
    seal: &Seal,
    mut found: Found,
    damage: &mut Damage,
) -> Result<(SqlitePool, Found), JournalError> {
    for file in [path.to_owned(), path.with_extension("db-wal")] {
        if file.exists() {
            // What the disk can't read at all is set aside unread.
            found.carve(seal, &std::fs::read(&file).unwrap_or_default());
            damage.set_aside.push(set_aside(&file)?);
        }
    }
    // What the index of a log's pages held is worthless without the log.
    let _ = std::fs::remove_file(path.with_extension("db-shm"));
    damage.rescued = found.drafts.len();
    damage.lost = found.lost();
    Ok((connect(path).await?, found))
}

/// Gives a file the name `….bad-…` with the time; one that is there already is never overwritten.
fn set_aside(path: &Path) -> Result<PathBuf, JournalError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let time = chrono::Utc::now().format("%Y%m%d-%H%M%S");
    let free = (0..).map(|n| match n {
        0 => path.with_file_name(format!("{name}.bad-{time}")),
        n => path.with_file_name(format!("{name}.bad-{time}-{n}")),
    });
    let Some(target) = free.into_iter().find(|target: &PathBuf| !target.exists()) else {
        return Err(JournalError::Io("no free name".to_owned()));
    };
    std::fs::rename(path, &target)?;
    seal::sync_directory(&target)?;
    Ok(target)
}

/// The directory's lock, held as long as the file is open.
fn lock(path: &Path) -> Result<File, JournalError> {
    let file = File::options().create(true).truncate(false).write(true).open(path)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(error) if error == rustix::io::Errno::WOULDBLOCK => Err(JournalError::InUse),
        Err(error) => Err(JournalError::Io(error.to_string())),
    }
}

/// One connection with the newest schema. It alone has the file, so no index of the log lies beside it.
async fn connect(path: &Path) -> Result<SqlitePool, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .locking_mode(SqliteLockingMode::Exclusive)
        .page_size(PAGE)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("wal_autocheckpoint", "64")
        .pragma("secure_delete", "ON");
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options)
        .await?;
    match migrate(&pool).await {
        Ok(()) => Ok(pool),
        Err(error) => {
            pool.close().await;
            Err(error)
        }
    }
}

async fn migrate(pool: &SqlitePool) -> Result<(), sqlx::Error> {
    let version: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(pool).await?;
    let known = usize::try_from(version).ok().filter(|version| *version <= MIGRATIONS.len());
    let known = known.ok_or_else(|| sqlx::Error::Protocol(format!("schema {version}")))?;
    for migration in &MIGRATIONS[known..] {
        sqlx::raw_sql(*migration).execute(pool).await?;
    }
    Ok(())
}

/// Whether every page is what it should be.
async fn sound(pool: &SqlitePool) -> Result<bool, sqlx::Error> {
    let found: String = sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(pool).await?;
    Ok(found == "ok")
}

/// Whether an error speaks of the file's content. A full disk, a forbidden or a busy file is none of its own.
fn is_damage(error: &sqlx::Error) -> bool {
    /// A failed statement (a table is gone), corrupt, mismatch, format, no database.
    const CONTENT: [u32; 5] = [1, 11, 20, 24, 26];
    /// The disk can't read, or gives less than there should be.
    const READING: [u32; 2] = [266, 522];
    match error {
        sqlx::Error::Database(error) => {
            let code = error.code().and_then(|code| code.parse::<u32>().ok()).unwrap_or(0);
            CONTENT.contains(&(code & 0xff)) || READING.contains(&code)
        }
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => false,
        _ => true,
    }
}
