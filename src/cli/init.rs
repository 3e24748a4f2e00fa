//! `huzhu init`: a new centre, by the superuser of its database: the schema, offices and reference data, and the first two
//! accounts, who make and empower all others.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, anyhow};
use serde::Deserialize;

use super::asked::Asked;
use super::centre::{self, Centre, Open, told};
use super::{Global, words};
use crate::domain::area::REGION;
use crate::domain::secret::Secret;
use crate::store::StoreError;
use crate::store::postgres::admin::NewAccount;
use crate::strings::Strings;
use crate::world::assess::published;

/// Set a new centre up.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    centre: Centre,
    /// The two administrators as TOML: [sysadmin] and [secadmin], each with login and id_number; without it they are asked
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct First {
    sysadmin: Person,
    secadmin: Person,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Person {
    login: String,
    id_number: String,
}

/// Sets it up. From a descriptor come, one a line: the superuser's password where the server wants one, then for the
/// system administrator and the security administrator each, without `--from`, login and ID number, and the password.
pub async fn run(args: Args, global: &Global) -> anyhow::Result<ExitCode> {
    let strings = &global.strings();
    let first = args.from.as_deref().map(|path| read(path, strings)).transpose()?;
    let (sysadmin, secadmin) = first.map(|first| (first.sysadmin, first.secadmin)).unzip();
    let Open { mut administrator, mut asked } = args.centre.open(None, global, strings).await?;
    if administrator.is_set_up().await.map_err(|error| told(error, strings))? {
        return Err(told(StoreError::Refused("initialised".into()), strings));
    }
    let sysadmin = account(sysadmin, &strings.get("accounts-sysadmin"), &mut asked, strings)?;
    let secadmin = account(secadmin, &strings.get("accounts-secadmin"), &mut asked, strings)?;
    if sysadmin.login == secadmin.login || sysadmin.person == secadmin.person {
        return Err(anyhow!(strings.get("accounts-two-persons")));
    }
    administrator.init(&published(), &sysadmin, &secadmin).await.map_err(|error| told(error, strings))?;
    words::say(&strings.with("accounts-set-up", &[("sysadmin", &sysadmin.login), ("secadmin", &secadmin.login)]))?;
    Ok(ExitCode::SUCCESS)
}

fn read(path: &std::path::Path, strings: &Strings) -> anyhow::Result<First> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    // The parser's own words would repeat what stands in the line.
    toml::from_str(&text).map_err(|_| anyhow!(strings.with("accounts-from", &[("path", &path.display())])))
}

/// One of the two: who he is, and his password, which is a long one.
fn account(known: Option<Person>, who: &str, asked: &mut Asked, strings: &Strings) -> anyhow::Result<NewAccount> {
    let (login, id) = match known {
        Some(Person { login, id_number }) => (login, Secret::new(&id_number)),
        None => {
            let login = asked.text(&strings.with("accounts-ask-login", &[("who", &who)]), strings)?;
            (login.expose().to_owned(), asked.text(&strings.with("accounts-ask-id", &[("who", &who)]), strings)?)
        }
    };
    let login = centre::login(&login, strings)?;
    let person = centre::person(&id, strings)?;
    let password = asked.new_password(&login, true, strings)?;
    let verifier = centre::verifier(&password, strings)?;
    Ok(NewAccount { login, person, office: REGION.get(), seat: 0, verifier })
}
