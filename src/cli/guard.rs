//! `huzhu guard`: a service beside the centre that ends persons' sessions that go too far, and those of locked accounts.
//! What it does goes to standard output, one JSON object a line; nothing of a person is in it but the login.

use std::process::ExitCode;
use std::time::Duration;

use chrono::{SecondsFormat, Utc};
use clap::value_parser;
use serde::Serialize;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;

use super::centre::{Centre, told};
use super::{Global, words};
use crate::domain::account::Login;
use crate::domain::secret::Secret;
use crate::store::StoreError;
use crate::store::postgres::PostgresOptions;
use crate::store::postgres::guard::{Ended, Guard, Limits};

/// How long a round may take.
const ROUND: Duration = Duration::from_secs(10);

/// End sessions that go too far.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    centre: Centre,
    /// The account, whose duty is guard
    #[arg(long, value_name = "LOGIN", default_value = "guard")]
    login: Login,
    /// Seconds between two looks
    #[arg(long, value_name = "S", default_value_t = 5, value_parser = value_parser!(u64).range(1..=10))]
    every: u64,
    /// Seconds that a transaction may take
    #[arg(long, value_name = "S", default_value_t = 20, value_parser = value_parser!(u64).range(1..))]
    transaction: u64,
    /// Seconds that a statement may take
    #[arg(long, value_name = "S", default_value_t = 15, value_parser = value_parser!(u64).range(1..))]
    statement: u64,
    /// Minutes that a session may do nothing
    #[arg(long, value_name = "M", default_value_t = 30, value_parser = value_parser!(u64).range(1..))]
    idle: u64,
    /// Hours that a session may go on
    #[arg(long, value_name = "H", default_value_t = 10, value_parser = value_parser!(u64).range(1..))]
    session: u64,
}

/// What is printed.
#[derive(Serialize)]
struct Said<'a> {
    at: String,
    event: &'a str,
    #[serde(flatten)]
    ended: Option<&'a Ended>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

/// Watches until a signal ends it. A centre that can't be reached is tried again and again; an account that may not is the
/// end.
pub async fn run(args: Args, global: &Global) -> anyhow::Result<ExitCode> {
    let strings = &global.strings();
    let options = args.centre.options(global, strings)?;
    let password = args.centre.password(args.login.as_str(), strings)?;
    let mut watch = Watch {
        options,
        login: args.login.to_string(),
        password,
        limits: Limits {
            transaction: Duration::from_secs(args.transaction),
            statement: Duration::from_secs(args.statement),
            session: Duration::from_secs(args.session.saturating_mul(3600)),
            idle: Duration::from_secs(args.idle.saturating_mul(60)),
        },
        guard: None,
        reached: None,
    };
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    let every = Duration::from_secs(args.every);
    loop {
        // A round that is cut off by a signal ends nothing by halves: it is one statement.
        let done = tokio::select! {
            done = watch.round() => done,
            _ = terminated.recv() => break,
            _ = interrupted.recv() => break,
        };
        done?.map_err(|error| told(error, strings))?;
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            _ = terminated.recv() => break,
            _ = interrupted.recv() => break,
        }
    }
    if let Some(guard) = watch.guard {
        let _ = timeout(Duration::from_secs(1), guard.close()).await;
    }
    Ok(ExitCode::SUCCESS)
}

struct Watch {
    options: PostgresOptions,
    login: String,
    password: Secret,
    limits: Limits,
    guard: Option<Guard>,
    /// What was said last: whether the centre is reached.
    reached: Option<bool>,
}

impl Watch {
    /// One look. Inside is the end of the watch; outside, that nothing can be printed.
    async fn round(&mut self) -> std::io::Result<Result<(), StoreError>> {
        let looked = match timeout(ROUND, self.look()).await {
            Ok(looked) => looked,
            Err(_) => Err(StoreError::Unreachable("no answer in time".into())),
        };
        match looked {
            Ok(ended) => {
                if self.reached.replace(true) != Some(true) {
                    say("watching", None, None)?;
                }
                for one in &ended {
                    say("ended", Some(one), None)?;
                }
                Ok(Ok(()))
            }
            Err(error) => {
                // Half an answer may be on its way.
                self.guard = None;
                if !error.may_pass() {
                    return Ok(Err(error));
                }
                if self.reached.replace(false) != Some(false) {
                    say("unreachable", None, Some(error.to_string()))?;
                }
                Ok(Ok(()))
            }
        }
    }

    async fn look(&mut self) -> Result<Vec<Ended>, StoreError> {
        if self.guard.is_none() {
            self.guard = Some(Guard::open(&self.options, &self.login, &self.password, self.limits).await?);
        }
        match &mut self.guard {
            Some(guard) => guard.round().await,
            None => Ok(Vec::new()),
        }
    }
}

fn say(event: &str, ended: Option<&Ended>, why: Option<String>) -> std::io::Result<()> {
    let at = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
    words::say(&words::json(&Said { at, event, ended, why })?)
}
