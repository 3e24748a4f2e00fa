//! The one connection of a terminal. It is opened when somebody logs in, kept, and opened again when it was lost: at once
//! by who asks next, and beside the work with growing, jittered pauses, so that a thousand terminals don't come back in the
//! same second. A call that is cut off loses its connection: it may hold half an answer. Nobody is given a connection on
//! which the centre has not proved its history (`proof.rs`), whenever and by whom it was opened.
//!
//! A call takes [`ANSWER`] at most, whatever the line does: waiting for the one before it, opening and asking again are
//! all in that. `Unreachable` says that nothing was sent, `Unknown` that something may have been.

use std::sync::{Arc, Mutex as Held, MutexGuard as HeldGuard, PoisonError};
use std::time::Duration;

use sqlx::postgres::{PgArguments, PgConnection, PgRow};
use sqlx::{ConnectOptions, Connection, Executor, SqlSafeStr};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::{Instant, timeout, timeout_at};

use super::PostgresOptions;
use super::error::{database, ends_the_session, failed, is_outdated, not_opened};
use super::proof::prove;
use crate::domain::secret::Secret;
use crate::store::StoreError;
use crate::store::witness::Witness;

/// How long a call may take.
const ANSWER: Duration = Duration::from_secs(10);
/// How long the centre may take to let somebody in.
const OPENING: Duration = Duration::from_secs(8);
/// How long the centre may take to prove its history.
const PROOF: Duration = Duration::from_secs(5);
/// How long a session that ends is waited for.
const CLOSING: Duration = Duration::from_secs(1);
/// Pauses between tries, in milliseconds: from, and at most.
const PAUSE: (u64, u64) = (500, 30_000);

/// Calls whose statements are prepared beside the work after a login, so that the first use is one round trip too.
const PREPARED: [&str; 5] = [
    "SELECT * FROM api_v1.search($1, $2, $3)",
    "SELECT api_v1.ticket($1, $2, $3, $4)::text",
    "SELECT api_v1.open_member($1, $2)::text",
    "SELECT api_v1.check_bill($1, $2, $3)::text",
    "SELECT api_v1.submit($1::json)::text",
];

/// Whether a call may be sent again where it is not known what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    /// It reads, or its id makes it count once.
    Yes,
    /// It counts each time.
    No,
}

/// The arguments of a call.
macro_rules! call {
    ($($value:expr),*) => {{
        #[allow(unused_mut, reason = "a call without arguments")]
        let mut arguments = sqlx::postgres::PgArguments::default();
        $(
            // Numbers, texts, dates and ids are always encoded.
            let _ = sqlx::Arguments::add(&mut arguments, $value);
        )*
        arguments
    }};
}
pub(super) use call;

/// The connection, and who it is for.
pub(super) struct Line {
    inner: Arc<Inner>,
}

struct Inner {
    options: PostgresOptions,
    /// What this terminal remembers of the centre's tree; each connection is held against it.
    witness: Option<Mutex<Witness>>,
    /// Who is at work: told apart from the connection, so that a line which hangs holds up neither a screen that is
    /// unlocked nor a log-out. Set and cleared by whoever logs in and out alone.
    who: Held<Option<Who>>,
    state: Mutex<State>,
}

#[derive(Clone, PartialEq)]
struct Who {
    login: String,
    password: Secret,
}

#[derive(Default)]
struct State {
    connection: Option<PgConnection>,
    /// Somebody is trying beside the work.
    trying: bool,
    /// Until then nobody else tries.
    pause_until: Option<Instant>,
}

impl Line {
    pub fn new(options: PostgresOptions, witness: Option<Witness>) -> Line {
        let witness = witness.map(Mutex::new);
        Line { inner: Arc::new(Inner { options, witness, who: Held::default(), state: Mutex::default() }) }
    }

    /// Whether this terminal should watch over the centre, and has no key to do so.
    pub async fn is_blind(&self) -> bool {
        match &self.inner.witness {
            Some(witness) => witness.lock().await.is_blind(),
            None => false,
        }
    }

    /// Opens the connection for a person. While one is at work it compares: the same person goes on, another is refused.
    pub async fn log_in(&self, login: &str, password: &Secret) -> Result<(), StoreError> {
        let who = Who { login: login.to_owned(), password: password.clone() };
        if let Some(same) = self.inner.is_at_work(&who) {
            return same;
        }
        // The one who was here before may have left a call on a line that hangs.
        let Ok(mut state) = timeout(ANSWER, self.inner.state.lock()).await else {
            return Err(StoreError::Unreachable("the line is busy".into()));
        };
        // Of two at once the second finds the first at work.
        if let Some(same) = self.inner.is_at_work(&who) {
            return same;
        }
        state.connection = Some(self.inner.open(&who).await?);
        state.pause_until = None;
        *self.inner.who() = Some(who);
        drop(state);
        self.prepare();
        Ok(())
    }

    /// Forgets the person; the connection is closed, by whoever uses it where it is in use.
    pub async fn log_out(&self) {
        *self.inner.who() = None;
        let close = async {
            let connection = self.inner.state.lock().await.connection.take();
            if let Some(connection) = connection {
                let _ = connection.close().await;
            }
        };
        let _ = timeout(CLOSING, close).await;
    }

    fn prepare(&self) {
        let inner = Arc::clone(&self.inner);
        tokio::spawn(async move {
            for text in PREPARED {
                // Each takes the line by itself: whoever works goes in between.
                let mut state = inner.state.lock().await;
                let Some(mut connection) = state.connection.take() else { return };
                let alive = match timeout(ANSWER, connection.prepare(text.into_sql_str())).await {
                    Ok(Ok(_)) => true,
                    // One that this centre does not have says so when it is called.
                    Ok(Err(why)) => database(&why).is_some_and(|answer| !ends_the_session(answer)),
                    Err(_) => false,
                };
                if alive {
                    inner.keep(&mut state, connection);
                }
            }
        });
    }

    /// The one row of a call.
    pub async fn one(&self, again: Again, text: &'static str, arguments: PgArguments) -> Result<PgRow, StoreError> {
        first(self.all(again, text, arguments).await?)
    }

    /// The same of a call that reads; on the same connection the centre proves its history once more.
    pub async fn one_and_proof(&self, text: &'static str, arguments: PgArguments) -> Result<PgRow, StoreError> {
        first(self.called(Again::Yes, text, arguments, true).await?)
    }

    /// The rows of a call. A line that was found dead is opened again and the call sent once more, where it may be.
    pub async fn all(
        &self,
        again: Again,
        text: &'static str,
        arguments: PgArguments,
    ) -> Result<Vec<PgRow>, StoreError> {
        self.called(again, text, arguments, false).await
    }

    async fn called(
        &self,
        again: Again,
        text: &'static str,
        arguments: PgArguments,
        proves: bool,
    ) -> Result<Vec<PgRow>, StoreError> {
        let until = Instant::now() + ANSWER;
        let Ok(mut state) = timeout_at(until, self.inner.state.lock()).await else {
            return Err(StoreError::Unreachable("the line is busy".into()));
        };
        // What became of the call on the line that was there.
        let mut lost: Option<String> = None;
        loop {
            let (mut connection, fresh) = match state.connection.take() {
                Some(connection) => (connection, false),
                None => match self.opened(&mut state, until).await {
                    Ok(connection) => (connection, true),
                    Err(why @ StoreError::Alarm(_)) => return Err(why),
                    // It was sent before.
                    Err(_) if let Some(why) = lost => return Err(StoreError::Unknown(why)),
                    Err(why) => return Err(why),
                },
            };
            let asked = sqlx::query_with(text, arguments.clone()).fetch_all(&mut connection);
            let why = match timeout_at(until, asked).await {
                Ok(Ok(rows)) => {
                    // A new one has proved it; one that does not is not kept.
                    if proves && !fresh {
                        self.inner.prove(&mut connection).await?;
                    }
                    self.inner.keep(&mut state, connection);
                    return Ok(rows);
                }
                Ok(Err(error)) => match database(&error) {
                    // Nothing was done, and a new session knows the new form.
                    Some(answer) if is_outdated(answer) && !fresh => continue,
                    Some(answer) if !ends_the_session(answer) => {
                        self.inner.keep(&mut state, connection);
                        return Err(match failed(error) {
                            // Nothing was done this time; the first session may be at it yet, and hold what was needed.
                            StoreError::Unreachable(_) if let Some(why) = lost => StoreError::Unknown(why),
                            told => told,
                        });
                    }
                    _ => error.to_string(),
                },
                Err(_) => "no answer in time".to_owned(),
            };
            drop(connection);
            if fresh || again == Again::No || Instant::now() >= until {
                self.try_beside(&mut state);
                return Err(StoreError::Unknown(why));
            }
            lost = Some(why);
        }
    }

    /// A new connection for the person who is at work.
    async fn opened(&self, state: &mut MutexGuard<'_, State>, until: Instant) -> Result<PgConnection, StoreError> {
        let Some(who) = self.inner.who().clone() else {
            return Err(StoreError::Unreachable("nobody logged in".into()));
        };
        if state.pause_until.is_some_and(|pause| Instant::now() < pause) {
            return Err(StoreError::Unreachable("trying".into()));
        }
        let opened = timeout_at(until, self.inner.open(&who)).await;
        let opened = opened.unwrap_or_else(|_| Err(StoreError::Unreachable("no answer in time".into())));
        if let Err(why) = &opened {
            state.pause_until = Some(Instant::now() + Duration::from_millis(PAUSE.0));
            if why.may_pass() {
                self.try_beside(state);
            }
        }
        opened
    }

    /// Goes on trying beside the work, unless somebody does already. A refusal ends it: a password that was changed is
    /// not tried over and over, and whoever asks next is told.
    fn try_beside(&self, state: &mut MutexGuard<'_, State>) {
        if std::mem::replace(&mut state.trying, true) {
            return;
        }
        let inner = Arc::downgrade(&self.inner);
        tokio::spawn(async move {
            let mut pause = PAUSE.0;
            loop {
                tokio::time::sleep(jittered(pause)).await;
                let Some(inner) = inner.upgrade() else { return };
                let mut state = inner.state.lock().await;
                let who = inner.who().clone();
                if let Some(who) = who
                    && state.connection.is_none()
                {
                    match inner.open(&who).await {
                        Ok(connection) => inner.keep(&mut state, connection),
                        Err(why) if why.may_pass() => {
                            pause = (pause * 2).min(PAUSE.1);
                            state.pause_until = Some(Instant::now() + Duration::from_millis(PAUSE.0));
                            continue;
                        }
                        Err(_) => {}
                    }
                }
                (state.trying, state.pause_until) = (false, None);
                return;
            }
        });
    }
}

impl Inner {
    fn who(&self) -> HeldGuard<'_, Option<Who>> {
        self.who.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where somebody is at work: whether it is this person.
    fn is_at_work(&self, who: &Who) -> Option<Result<(), StoreError>> {
        let same = |at_work: &Who| if at_work == who { Ok(()) } else { Err(StoreError::wrong_login()) };
        self.who().as_ref().map(same)
    }

    /// Keeps the connection, unless who it is for logged out meanwhile. The next one to log in waits for the line, and
    /// opens his own.
    fn keep(&self, state: &mut MutexGuard<'_, State>, connection: PgConnection) {
        state.connection = self.who().is_some().then_some(connection);
    }

    /// Opens a connection on which the centre proves its history.
    async fn open(&self, who: &Who) -> Result<PgConnection, StoreError> {
        let mut connection = open(&self.options, &who.login, &who.password).await?;
        self.prove(&mut connection).await?;
        Ok(connection)
    }

    async fn prove(&self, connection: &mut PgConnection) -> Result<(), StoreError> {
        let Some(witness) = &self.witness else { return Ok(()) };
        let proved = timeout(PROOF, prove(witness, connection)).await;
        proved.unwrap_or_else(|_| Err(StoreError::Unreachable("no proof in time".into())))
    }
}

fn first(rows: Vec<PgRow>) -> Result<PgRow, StoreError> {
    rows.into_iter().next().ok_or_else(|| StoreError::Unreadable("no row".into()))
}

/// Opens a connection.
///
/// # Errors
/// What kept it from being opened; nothing was sent but what a login takes.
pub(super) async fn open(
    options: &PostgresOptions,
    login: &str,
    password: &Secret,
) -> Result<PgConnection, StoreError> {
    let driver = options.driver(login, password).map_err(|why| StoreError::Refused(why.key().to_owned()))?;
    // The driver would tell a file that it can't read as a centre that it can't reach.
    let proofs = [
        (&options.root_cert, StoreError::centre_certificate()),
        (&options.client_cert, StoreError::terminal_certificate()),
        (&options.client_key, StoreError::terminal_certificate()),
    ];
    for (path, why) in proofs {
        if let Some(path) = path
            && tokio::fs::File::open(path).await.is_err()
        {
            return Err(why);
        }
    }
    match timeout(OPENING, driver.connect()).await {
        Ok(opened) => opened.map_err(not_opened),
        Err(_) => Err(StoreError::Unreachable("no answer in time".into())),
    }
}

/// Between half a pause and a whole one.
fn jittered(pause: u64) -> Duration {
    let random = getrandom::u32().unwrap_or(0);
    Duration::from_millis(pause / 2 + u64::from(random) % (pause / 2 + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_differ_and_keep_to_their_half() {
        for pause in [PAUSE.0, PAUSE.1] {
            let pauses: Vec<Duration> = (0..100).map(|_| jittered(pause)).collect();
            let (half, whole) = (Duration::from_millis(pause / 2), Duration::from_millis(pause));
            assert!(pauses.iter().all(|pause| (half..=whole).contains(pause)), "{pauses:?}");
            assert!(pauses.iter().any(|other| *other != pauses[0]), "a thousand terminals in the same moment");
        }
    }
}
