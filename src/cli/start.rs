//! What the counter starts with, the same for the terminal, the demo and `replay`: words, keys, styles, the centre, what
//! is kept, printers.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use async_trait::async_trait;
use chrono::{NaiveDate, NaiveDateTime, Utc};
use tokio::task::JoinHandle;

use super::database::{self, Database};
use super::words;
use crate::app::{Entrance, Setup};
use crate::config::{Config, DataDir};
use crate::domain::ClaimId;
use crate::domain::date::to_shanghai;
use crate::domain::secret::Secret;
use crate::domain::slip_code::SlipKey;
use crate::keymap::{Keymap, SHIPPED};
use crate::runtime::{Keep, Kept, Machine, Outside, Printing};
use crate::slip::paper::Paper;
use crate::slip::{Device, Language, Profile};
use crate::store::journal::{Draft, Journal};
use crate::store::postgres::PostgresStore;
use crate::store::sqlite::SqliteStore;
use crate::store::witness::Witness;
use crate::store::{Reference, Store, StoreError, terminal_keys};
use crate::strings::{Lang, Strings, errors};
use crate::term::guard;
use crate::term::look::Environment;
use crate::ui::theme::Theme;

/// Where the counter works, and as whom.
pub struct Place {
    /// What is in force.
    pub config: Config,
    /// What this terminal keeps.
    pub data: DataDir,
    /// The database.
    pub database: Database,
    /// The login; one that is asked for may be empty.
    pub login: String,
    /// The password, where it is known before the counter opens: then nobody is asked.
    pub password: Option<Secret>,
    /// Another day for a generated world.
    pub today: Option<NaiveDate>,
    /// Styles.
    pub theme: Theme,
    /// Columns and rows.
    pub size: (u16, u16),
    /// Where slips go instead of to a printer, as text.
    pub slips: Option<PathBuf>,
    /// Whether what is asked is remembered.
    pub watched: bool,
}

impl Place {
    /// On this terminal.
    pub fn here(config: Config, data: DataDir, database: Database, login: String, today: Option<NaiveDate>) -> Place {
        let theme = config.theme(&Environment::read());
        let size = guard::size();
        Place { config, data, database, login, password: None, today, theme, size, slips: None, watched: false }
    }

    /// The language.
    pub fn lang(&self) -> Lang {
        self.config.lang()
    }

    /// Opens everything and starts the counter. `over` may put something between the counter and the centre. The handle
    /// ends when everything is written, after the machine was dropped.
    ///
    /// # Errors
    /// A sentence that says what to do.
    pub async fn open(
        &self,
        over: impl FnOnce(Arc<dyn Store>) -> Arc<dyn Store>,
    ) -> anyhow::Result<(Machine, JoinHandle<()>)> {
        let strings = Strings::new(self.lang());
        let keymap = keymap(&self.config, &strings)?;
        self.data.make().map_err(|error| anyhow!(words::data_dir(&error, &strings)))?;
        let (journal, lost) = Journal::open(self.data.root())
            .await
            .map_err(|error| anyhow!(words::journal(&error, self.data.root(), &strings)))?;
        let Centre { store, entrance, damage } = self.centre(&strings).await?;
        let lost = lost.map(|lost| words::lost(&lost, &strings));
        let printing = self.printing(&strings)?;
        let spool = printing.trouble().map(str::to_owned);
        let told = [damage, lost, spool].into_iter().flatten().reduce(|one, other| format!("{one} {other}"));
        let keep = Journalled { journal, damage: told, slip_keys: self.data.slip_keys() };
        let setup = Setup {
            keymap,
            theme: self.theme,
            size: self.size,
            seed: seed()?,
            now: self.guess(),
            lock_minutes: self.config.lock_minutes(),
            printers: printing.profiles(),
            print_after_submit: self.config.print_after_submit(),
            bell: self.config.bell(),
            window: self.config.window(),
            entrance,
            slip_key: self.slip_key(),
            // None were told yet at the first start.
            slip_keys: terminal_keys::known(&self.data.slip_keys()).unwrap_or_default(),
            strings,
        };
        let outside =
            Outside { store: over(store), keep: Arc::new(keep), printing: Arc::new(printing), watched: self.watched };
        Ok(Machine::new(setup, outside))
    }

    /// The database alone, for a command; at a centre the password is known. Damage is told.
    ///
    /// # Errors
    /// A sentence that says what to do.
    pub async fn store(&self, strings: &Strings) -> anyhow::Result<Arc<dyn Store>> {
        self.data.make().map_err(|error| anyhow!(words::data_dir(&error, strings)))?;
        let centre = self.centre(strings).await?;
        if let Some(damage) = centre.damage {
            eprintln!("{}", words::safe(&damage));
        }
        Ok(centre.store)
    }

    async fn centre(&self, strings: &Strings) -> anyhow::Result<Centre> {
        match &self.database {
            Database::Sqlite(path) => self.embedded(path, strings).await,
            Database::Postgres(url) => self.central(url, strings).await,
        }
    }

    /// What this terminal signs slips with. Without it slips carry no code, and everything else goes on.
    pub fn slip_key(&self) -> Option<SlipKey> {
        let path = self.data.slip_key();
        terminal_keys::own(&path)
            .inspect_err(|error| tracing::error!(path = %path.display(), %error, "slips carry no code"))
            .ok()
    }

    /// The database in a file.
    async fn embedded(&self, path: &Path, strings: &Strings) -> anyhow::Result<Centre> {
        let told = |error| anyhow!(words::open(&error, path, &self.login, strings));
        let (store, damage) = SqliteStore::open(path, &self.login, self.today).await.map_err(told)?;
        self.check_office(&store, told, strings).await?;
        let damage = damage.map(|damage| words::damage(&damage, strings));
        Ok(Centre { store: Arc::new(store), entrance: None, damage })
    }

    /// The centre: the counter asks who is there, unless that is known already.
    async fn central(&self, url: &str, strings: &Strings) -> anyhow::Result<Centre> {
        if self.today.is_some() {
            return Err(anyhow!(strings.get("start-no-today")));
        }
        let options = database::options(url, &self.config, strings)?;
        let witness = Witness::open(&self.data.checkpoint(), Some(self.config.get("database.seal_key")))
            .map_err(|why| anyhow!(errors::witness(&why, strings)))?;
        let named = Some(self.login.clone()).filter(|login| !login.is_empty());
        let login = named.or(options.login.clone()).unwrap_or_default();
        let mut entrance = Entrance { login, office: self.config.office(), open: false };
        let mut store = PostgresStore::watched(options, witness);
        if let Some(password) = &self.password {
            store = database::log_in(store, &entrance.login, password, strings).await?;
        }
        entrance.open = self.password.is_some();
        Ok(Centre { store: Arc::new(store), entrance: Some(entrance), damage: None })
    }

    /// A terminal that is told its office serves no account of another.
    async fn check_office(
        &self,
        store: &impl Store,
        told: impl FnOnce(StoreError) -> anyhow::Error,
        strings: &Strings,
    ) -> anyhow::Result<()> {
        let Some(configured) = self.config.office() else { return Ok(()) };
        let hello = store.hello().await.map_err(told)?;
        if hello.office.code == configured {
            return Ok(());
        }
        let args: [(&str, &dyn std::fmt::Display); 4] = [
            ("login", &self.login),
            ("office", &hello.office.name),
            ("code", &hello.office.code),
            ("configured", &configured),
        ];
        Err(anyhow!(strings.with("start-other-office", &args)))
    }

    /// The best guess of the server's time until it tells: its day, where one was given.
    fn guess(&self) -> NaiveDateTime {
        let now = to_shanghai(Utc::now());
        self.today.map_or(now, |day| day.and_time(now.time()))
    }

    /// The printers and the spool.
    ///
    /// # Errors
    /// A sentence that says what to do.
    pub fn printing(&self, strings: &Strings) -> anyhow::Result<Printing> {
        let files = |folder: PathBuf| Profile::new("slips", Paper::Thermal80, Language::Text, Device::File(folder));
        let mut profiles = self.config.printers();
        if let Some(folder) = &self.slips {
            std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
            profiles = vec![files(folder.clone())];
        } else if profiles.is_empty() {
            let folder = self.data.make_slips();
            profiles = vec![files(folder.map_err(|error| anyhow!(words::data_dir(&error, strings)))?)];
        }
        Ok(Printing::new(profiles, &self.data.spool(), self.lang()))
    }
}

/// What the counter works on.
struct Centre {
    store: Arc<dyn Store>,
    entrance: Option<Entrance>,
    /// What was done with a damaged file, in words.
    damage: Option<String>,
}

/// The keymap of the configuration: one that ships, or a file.
///
/// # Errors
/// All that is wrong with the file, a line each.
pub fn keymap(config: &Config, strings: &Strings) -> anyhow::Result<Keymap> {
    let name = config.get("ui.keymap");
    if SHIPPED.iter().any(|(shipped, _)| *shipped == name) {
        return Keymap::load(name, None).map_err(|errors| lines(errors.iter().map(|error| error.sentence(strings))));
    }
    let path = config.path("ui.keymap").unwrap_or_default();
    let text = std::fs::read_to_string(&path)
        .map_err(|error| anyhow!(strings.with("keymap-cant-read", &[("path", &path.display()), ("why", &error)])))?;
    let loaded = Keymap::load("default", Some((&path.display().to_string(), &text)));
    loaded.map_err(|errors| lines(errors.iter().map(|error| error.sentence(strings))))
}

/// Several sentences as one error, a line each.
pub fn lines(sentences: impl Iterator<Item = String>) -> anyhow::Error {
    anyhow!(sentences.collect::<Vec<_>>().join("\n"))
}

fn seed() -> anyhow::Result<u64> {
    getrandom::u64().map_err(|error| anyhow!("{error}"))
}

/// Keeps in the journal. What was found damaged at the start is told once, with what was kept.
struct Journalled {
    journal: Journal,
    damage: Option<String>,
    slip_keys: PathBuf,
}

#[async_trait]
impl Keep for Journalled {
    async fn load(&self) -> Kept {
        let drafts = self.journal.drafts().await;
        let reference = self.journal.reference().await;
        if let Some(error) = drafts.as_ref().err().or(reference.as_ref().err()) {
            tracing::warn!(%error, "the journal was not read");
        }
        Kept {
            drafts: drafts.unwrap_or_default(),
            reference: reference.ok().flatten().map(Box::new),
            damage: self.damage.clone(),
        }
    }

    async fn save_draft(&self, draft: &Draft) -> Result<(), String> {
        self.journal.save_draft(draft).await.map_err(|error| error.to_string())
    }

    async fn drop_draft(&self, id: ClaimId) -> Result<(), String> {
        self.journal.drop_draft(id).await.map_err(|error| error.to_string())
    }

    async fn save_reference(&self, reference: &Reference) -> Result<(), String> {
        self.journal.save_reference(reference).await.map_err(|error| error.to_string())
    }

    async fn save_slip_keys(&self, keys: &[String]) -> Result<(), String> {
        let (path, keys) = (self.slip_keys.clone(), keys.to_vec());
        let kept = tokio::task::spawn_blocking(move || terminal_keys::keep(&path, &keys)).await;
        kept.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
    }
}
