//! The one connection of a terminal. It is opened when somebody logs in, kept, and opened again when it was lost: at once
//! by who asks next, and beside the work with growing, jittered pauses, so that a thousand terminals don't come back in the
//! same second. A call that is cut off loses its connection: it may hold half an answer.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgArguments, PgConnection, PgRow};
use sqlx::{ConnectOptions, Connection, Executor, SqlSafeStr};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::{Instant, timeout};

use super::PostgresOptions;
use super::error::{database, ends_the_session, failed, not_opened};
use crate::domain::secret::Secret;
use crate::store::StoreError;

/// How long the centre may take to answer, and to let somebody in.
const ANSWER: Duration = Duration::from_secs(10);
pub(super) const OPENING: Duration = Duration::from_secs(8);
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
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    who: Option<(String, Secret)>,
    connection: Option<PgConnection>,
    /// Somebody is trying beside the work.
    trying: bool,
    /// Until then nobody else tries.
    pause_until: Option<Instant>,
}

impl Line {
    pub fn new(options: PostgresOptions) -> Line {
        Line { inner: Arc::new(Inner { options, state: Mutex::default() }) }
    }

    /// Opens the connection for a person. While one is at work it compares: the same person goes on, another is refused.
    pub async fn log_in(&self, login: &str, password: &Secret) -> Result<(), StoreError> {
        let mut state = self.inner.state.lock().await;
        if let Some((at_work, held)) = &state.who {
            let same = at_work == login && held == password;
            return if same { Ok(()) } else { Err(StoreError::wrong_login()) };
        }
        state.connection = Some(self.inner.open(login, password).await?);
        state.who = Some((login.to_owned(), password.clone()));
        state.pause_until = None;
        drop(state);
        self.prepare();
        Ok(())
    }

    /// Forgets the person; the connection is closed.
    pub async fn log_out(&self) {
        let mut state = self.inner.state.lock().await;
        state.who = None;
        if let Some(connection) = state.connection.take() {
            let _ = timeout(Duration::from_secs(1), connection.close()).await;
        }
    }

    fn prepare(&self) {
        let inner = Arc::clone(&self.inner);
        tokio::spawn(async move {
            for text in PREPARED {
                // Each takes the line by itself: whoever works goes in between.
                let mut state = inner.state.lock().await;
                let Some(mut connection) = state.connection.take() else { return };
                if let Ok(Ok(_)) = timeout(ANSWER, connection.prepare(text.into_sql_str())).await {
                    state.connection = Some(connection);
                }
            }
        });
    }

    /// The one row of a call.
    pub async fn one(&self, again: Again, text: &'static str, arguments: PgArguments) -> Result<PgRow, StoreError> {
        let rows = self.all(again, text, arguments).await?;
        rows.into_iter().next().ok_or_else(|| StoreError::Damaged("no row".into()))
    }

    /// The rows of a call. A line that was found dead is opened again and the call sent once more, where it may be.
    pub async fn all(
        &self,
        again: Again,
        text: &'static str,
        arguments: PgArguments,
    ) -> Result<Vec<PgRow>, StoreError> {
        let mut state = self.inner.state.lock().await;
        loop {
            let (mut connection, fresh) = match state.connection.take() {
                Some(connection) => (connection, false),
                None => (self.opened(&mut state).await?, true),
            };
            let asked = sqlx::query_with(text, arguments.clone()).fetch_all(&mut connection);
            let why = match timeout(ANSWER, asked).await {
                Ok(Ok(rows)) => {
                    state.connection = Some(connection);
                    return Ok(rows);
                }
                Ok(Err(error)) => match database(&error) {
                    Some(answer) if !ends_the_session(answer) => {
                        state.connection = Some(connection);
                        return Err(failed(error));
                    }
                    _ => error.to_string(),
                },
                Err(_) => "no answer in time".to_owned(),
            };
            drop(connection);
            if fresh || again == Again::No {
                self.try_beside(&mut state);
                return Err(StoreError::Unknown(why));
            }
        }
    }

    /// A new connection for the person who is at work.
    async fn opened(&self, state: &mut MutexGuard<'_, State>) -> Result<PgConnection, StoreError> {
        let Some((login, password)) = state.who.clone() else {
            return Err(StoreError::Unreachable("nobody logged in".into()));
        };
        if state.pause_until.is_some_and(|until| Instant::now() < until) {
            return Err(StoreError::Unreachable("trying".into()));
        }
        let opened = self.inner.open(&login, &password).await;
        if opened.is_err() {
            state.pause_until = Some(Instant::now() + Duration::from_millis(PAUSE.0));
            self.try_beside(state);
        }
        opened
    }

    /// Goes on trying beside the work, unless somebody does already.
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
                let Some((login, password)) = state.who.clone() else {
                    state.trying = false;
                    return;
                };
                if state.connection.is_none() {
                    match inner.open(&login, &password).await {
                        Ok(connection) => state.connection = Some(connection),
                        Err(_) => {
                            pause = (pause * 2).min(PAUSE.1);
                            state.pause_until = Some(Instant::now() + Duration::from_millis(PAUSE.0));
                            continue;
                        }
                    }
                }
                (state.trying, state.pause_until) = (false, None);
                return;
            }
        });
    }
}

impl Inner {
    async fn open(&self, login: &str, password: &Secret) -> Result<PgConnection, StoreError> {
        let options = self.options.driver(login, password);
        let options = options.map_err(|why| StoreError::Refused(why.key().to_owned()))?;
        match timeout(OPENING, options.connect()).await {
            Ok(opened) => opened.map_err(not_opened),
            Err(_) => Err(StoreError::Unreachable("no answer in time".into())),
        }
    }
}

/// Between half a pause and a whole one.
fn jittered(pause: u64) -> Duration {
    let random = getrandom::u32().unwrap_or(0);
    Duration::from_millis(pause / 2 + u64::from(random) % (pause / 2 + 1))
}
