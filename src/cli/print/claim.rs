//! `huzhu print --claim`: a recorded claim's slip. As at the counter the print is recorded first, so that it has its place
//! among the others (the original, or a copy that is marked); then it goes through the spool, where it stays if it does not
//! arrive.
//!
//! To print another form: its way from the claim in `slip::of_claim`, and its line in `form`.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::anyhow;
use chrono::NaiveDateTime;

use super::{Args, chosen, say, text};
use crate::cli::database::Database;
use crate::cli::start::Place;
use crate::cli::{Global, words};
use crate::config::Config;
use crate::domain::account::Duty;
use crate::domain::claim::Claim;
use crate::domain::form::FormId;
use crate::domain::number::ClaimNumber;
use crate::domain::slip_code::SlipKey;
use crate::slip::of_claim::{self, Print};
use crate::slip::{Form, Job, PrintError, PrintOutcome, Profile};
use crate::store::{Hello, Office, Store, StoreError, terminal_keys};
use crate::strings::errors::store_error;
use crate::strings::{Lang, Strings};

/// Prints the slip, or shows it.
///
/// # Errors
/// A sentence that says what to do.
pub async fn run(args: &Args, number: &str, config: Config, global: &Global) -> anyhow::Result<ExitCode> {
    let lang = config.lang();
    let strings = &Strings::new(lang);
    let number: ClaimNumber =
        number.parse().map_err(|_| anyhow!(strings.with("print-no-number", &[("number", &number)])))?;
    if !matches!(args.form, FormId::P1 | FormId::P2) {
        let form = args.form.to_string();
        return Err(anyhow!(strings.get(&format!("print-comes-with-{}", form.to_ascii_lowercase()))));
    }
    let place = place(args, config, global, strings)?;
    let printing = place.printing(strings)?;
    if let Some(trouble) = printing.trouble() {
        eprintln!("{}", words::safe(trouble));
    }
    let printers = printing.profiles();
    let printer = match &args.to {
        Some(name) => chosen(&printers, name, strings)?,
        None => printers.first().ok_or_else(|| anyhow!(strings.get("print-none-configured")))?,
    };
    let told = |error: StoreError| anyhow!(store_error(&error, strings));
    let store = place.store(strings).await?;
    let hello = store.hello().await.map_err(told)?;
    let claim = store.claim(number).await.map_err(told)?;
    let office = office(store.as_ref(), &hello, &claim).await.map_err(told)?;
    let print =
        Print { office: &office, copy: of_claim::prints(&claim, args.form), operator: &hello.login, at: hello.now };
    // What can't be made is told before anything is recorded.
    let preview = form(args.form, &claim, print, None, strings)?;
    if args.dry_run {
        return show(preview.as_ref(), printer, hello.now, strings);
    }
    trial(preview, printer, lang).await.map_err(|error| anyhow!(error.sentence(strings)))?;
    let key = slip_key(&place, store.as_ref(), &hello, strings).await;
    let printed = store.record_print(number, args.form).await.map_err(told)?;
    let code = key.and_then(|key| of_claim::code(&key, &claim, &printed));
    let slip = form(args.form, &claim, Print { copy: printed.copy, ..print }, code, strings)?;
    say(&match printed.copy {
        0 => strings.with("print-recorded-original", &[("form", &args.form), ("number", &printed.slip)]),
        copy => strings.with("print-recorded-copy", &[("form", &args.form), ("number", &printed.slip), ("n", &copy)]),
    })?;
    let mut holds = |why: &str| eprintln!("{}", words::safe(&strings.with("print-waits", &[("why", &why)])));
    match printing.print_once(slip, Some(printer.name.clone()), &mut holds).await {
        PrintOutcome::Done(place) => {
            say(&strings.with(
                "slip-printed",
                &[("number", &printed.slip), ("form", &of_claim::word(args.form, strings)), ("place", &place)],
            ))?;
            Ok(ExitCode::SUCCESS)
        }
        PrintOutcome::Waiting(why) => Err(anyhow!(strings.with("print-stays", &[("why", &why)]))),
        PrintOutcome::Unknown(doubt) => Err(anyhow!(strings.with("print-in-doubt", &[("why", &doubt.why)]))),
        PrintOutcome::Failed(why) => Err(anyhow!(why)),
        // Another one of this slip was printed meanwhile.
        PrintOutcome::Superseded => Ok(ExitCode::SUCCESS),
    }
}

/// Makes the bytes as they will be, but for the copy's number and the code.
async fn trial(form: Arc<dyn Form>, printer: &Profile, lang: Lang) -> Result<(), PrintError> {
    let printer = printer.clone();
    let made = tokio::task::spawn_blocking(move || Job::make(form.as_ref(), &printer, &Strings::new(lang))).await;
    made.unwrap_or_else(|error| Err(PrintError::Pdf(error.to_string()))).map(drop)
}

/// Where the claim is, and as whom.
fn place(args: &Args, config: Config, global: &Global, strings: &Strings) -> anyhow::Result<Place> {
    let data = global.data_dir(strings)?;
    let database = args.db.clone().or_else(|| config.get("database.url").parse().ok());
    let database = database.unwrap_or_else(|| Database::Sqlite(data.central()));
    let login = config.get("database.login").to_owned();
    if login.is_empty() {
        return Err(anyhow!(strings.get("start-no-login")));
    }
    let password = match database {
        Database::Postgres(_) => Some(args.password.read(&login, strings)?),
        Database::Sqlite(_) => {
            args.password.take(strings)?;
            None
        }
    };
    Ok(Place { password, ..Place::here(config, data, database, login, None) })
}

/// The office that took the claim; the reference knows those that are not one's own.
async fn office(store: &dyn Store, hello: &Hello, claim: &Claim) -> Result<Office, StoreError> {
    if hello.office.code == claim.office {
        return Ok(hello.office.clone());
    }
    let reference = store.reference("").await?.unwrap_or_default();
    reference.offices.into_iter().find(|office| office.code == claim.office).ok_or(StoreError::NotFound)
}

/// What this terminal signs with, enrolled as the counter does it. Without it the slip has no code, which is said.
async fn slip_key(place: &Place, store: &dyn Store, hello: &Hello, strings: &Strings) -> Option<SlipKey> {
    let at_counter = hello.duties.iter().any(|duty| duty.parse().is_ok_and(Duty::is_at_the_counter));
    let key = place.slip_key().filter(|_| at_counter).and_then(|key| key.of_office(hello.office.code).ok());
    let taken = match &key {
        Some(key) => store.slip_keys(Some(&key.verifier().to_string())).await,
        None => Err(StoreError::NotAllowed),
    };
    match taken {
        Ok(keys) => {
            // The list is asked for again at the next start of the counter.
            drop(terminal_keys::keep(&place.data.slip_keys(), &keys));
            key
        }
        Err(error) => {
            let why = store_error(&error, strings);
            eprintln!("{}", words::safe(&strings.with("print-without-code", &[("why", &why)])));
            None
        }
    }
}

/// The form of a claim.
fn form(
    form: FormId,
    claim: &Claim,
    print: Print,
    code: Option<String>,
    strings: &Strings,
) -> anyhow::Result<Arc<dyn Form>> {
    of_claim::form(form, claim, print, code, strings).ok_or_else(|| anyhow!(strings.get("print-not-returned")))
}

/// The slip as text, and that it is none.
fn show(form: &dyn Form, printer: &Profile, at: NaiveDateTime, strings: &Strings) -> anyhow::Result<ExitCode> {
    say(&strings.with("print-preview", &[("printer", &printer.name), ("time", &at.format("%F %H:%M"))]))?;
    say(text(form, printer.paper, printer.columns, strings).trim_end())?;
    Ok(ExitCode::SUCCESS)
}
