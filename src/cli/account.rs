//! `huzhu account`: who may log in at the centre, and what he may do there. The system administrator makes and locks accounts,
//! the security administrator gives duties; without `--as` it is the superuser of the database.

use std::process::ExitCode;
use std::str::FromStr;

use super::centre::{self, Centre, Open, told};
use super::{Global, words};
use crate::domain::account::{Duty, Login, NotADuty, service_hash};
use crate::domain::area::OfficeCode;
use crate::domain::secret::Secret;
use crate::store::postgres::admin::NewAccount;
use crate::strings::Strings;

/// Accounts of the centre.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Make an account without duties (system administrator)
    Add(Add),
    /// Give an account another password (system administrator; who gives duties, sees all or bears witness: superuser)
    Reset(Named),
    /// Lock an account: no session of it goes on (either administrator)
    Lock(Named),
    /// Let a locked account in again (whose duty locked it)
    Unlock(Named),
    /// Give an account these duties and no others (security administrator)
    Duty(Given),
    /// All accounts, one JSON object a line
    List(All),
    /// What was done to an account, newest first; without one, to terminals (security administrator, auditor)
    Events(Events),
    /// Change one's own password
    Password(Own),
}

/// Who does it, where.
#[derive(Debug, clap::Args)]
pub struct By {
    /// The account that does it; without it the superuser of the database
    #[arg(long = "as", value_name = "LOGIN")]
    who: Option<Login>,
    #[command(flatten)]
    centre: Centre,
}

/// Make an account.
#[derive(Debug, clap::Args)]
pub struct Add {
    /// The new login: small letters and digits
    login: Login,
    /// The office's code
    #[arg(long, value_name = "CODE")]
    office: OfficeCode,
    /// The window's number
    #[arg(long, value_name = "N", default_value_t = 0)]
    window: u32,
    /// It will have another duty than a clerk's: its password has at least 15 characters
    #[arg(long)]
    weighty: bool,
    /// It is for a service (guard, sealer), not for a person
    #[arg(long)]
    service: bool,
    #[command(flatten)]
    by: By,
}

/// An account.
#[derive(Debug, clap::Args)]
pub struct Named {
    /// The account's login
    login: Login,
    #[command(flatten)]
    by: By,
}

/// An account and duties.
#[derive(Debug, clap::Args)]
pub struct Given {
    /// The account's login
    login: Login,
    /// clerk, reviewer, cashier, league, region, policy, sysadmin, secadmin, auditor, guard, sealer; with commas, or none
    duties: Duties,
    #[command(flatten)]
    by: By,
}

/// Nothing but who asks.
#[derive(Debug, clap::Args)]
pub struct All {
    #[command(flatten)]
    by: By,
}

/// An account, or none.
#[derive(Debug, clap::Args)]
pub struct Events {
    /// The account's login
    login: Option<Login>,
    #[command(flatten)]
    by: By,
}

/// One's own account.
#[derive(Debug, clap::Args)]
pub struct Own {
    /// The account
    #[arg(long = "as", value_name = "LOGIN")]
    login: Login,
    #[command(flatten)]
    centre: Centre,
}

/// Duties, as they are written on the command line.
#[derive(Clone, Debug)]
pub struct Duties(Vec<Duty>);

impl FromStr for Duties {
    type Err = NotADuty;

    fn from_str(text: &str) -> Result<Duties, NotADuty> {
        let codes = text.split(',').filter(|_| text != "none");
        codes.map(str::parse).collect::<Result<_, _>>().map(Duties)
    }
}

impl By {
    async fn open(&self, global: &Global, strings: &Strings) -> anyhow::Result<Open> {
        self.centre.open(self.who.as_ref().map(Login::as_str), global, strings).await
    }
}

/// Does it. From a descriptor come, one a line: the password of who does it, then what is asked further.
pub async fn run(command: Command, global: &Global) -> anyhow::Result<ExitCode> {
    let strings = &global.strings();
    let done = |key: &str, login: &Login| words::say(&strings.with(key, &[("login", login)]));
    let failed = |error| told(error, strings);
    match command {
        Command::Add(args) => {
            add(&args, global, strings).await?;
            done("accounts-added", &args.login)?;
        }
        Command::Reset(Named { login, by }) => {
            let Open { mut administrator, mut asked } = by.open(global, strings).await?;
            let all = administrator.list().await.map_err(failed)?;
            let weighty = all.iter().any(|account| account.login == login.as_str() && is_weighty(&account.duties));
            let password = asked.new_password(&login, weighty, strings)?;
            administrator.reset(&login, &centre::verifier(&password, strings)?).await.map_err(failed)?;
            done("accounts-reset", &login)?;
        }
        Command::Lock(Named { login, by }) => {
            by.open(global, strings).await?.administrator.lock(&login).await.map_err(failed)?;
            done("accounts-locked", &login)?;
        }
        Command::Unlock(Named { login, by }) => {
            by.open(global, strings).await?.administrator.unlock(&login).await.map_err(failed)?;
            done("accounts-unlocked", &login)?;
        }
        Command::Duty(Given { login, duties, by }) => {
            by.open(global, strings).await?.administrator.duty(&login, &duties.0).await.map_err(failed)?;
            done("accounts-duty", &login)?;
        }
        Command::List(All { by }) => {
            for account in by.open(global, strings).await?.administrator.list().await.map_err(failed)? {
                words::say(&words::json(&account)?)?;
            }
        }
        Command::Events(Events { login, by }) => {
            let mut open = by.open(global, strings).await?;
            for event in open.administrator.events(login.as_ref()).await.map_err(failed)? {
                words::say(&words::json(&event)?)?;
            }
        }
        Command::Password(Own { login, centre }) => {
            let Open { mut administrator, mut asked } = centre.open(Some(login.as_str()), global, strings).await?;
            let weighty = is_weighty(&administrator.duties().await.map_err(failed)?);
            let password = asked.new_password(&login, weighty, strings)?;
            administrator.password(&centre::verifier(&password, strings)?).await.map_err(failed)?;
            done("accounts-changed", &login)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn add(args: &Add, global: &Global, strings: &Strings) -> anyhow::Result<()> {
    let Open { mut administrator, mut asked } = args.by.open(global, strings).await?;
    let login = args.login.clone();
    let person = if args.service {
        service_hash(&login)
    } else {
        let id: Secret = asked.text(&strings.with("accounts-ask-id", &[("who", &login)]), strings)?;
        centre::person(&id, strings)?
    };
    let password = asked.new_password(&login, args.weighty || args.service, strings)?;
    let verifier = centre::verifier(&password, strings)?;
    let account = NewAccount { login, person, office: args.office.get(), seat: args.window, verifier };
    administrator.add(&account).await.map_err(|error| told(error, strings))
}

/// Whether one of the duties, by their codes, asks for a long password.
fn is_weighty(duties: &[String]) -> bool {
    duties.iter().filter_map(|code| code.parse::<Duty>().ok()).any(Duty::is_weighty)
}
