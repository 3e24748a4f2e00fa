//! `huzhu print`: slips and test pages without the counter's screen, for setting a printer up and for scripts.
//!
//! - `claim` the slip of a claim
//!
//! To add something to print: a flag of the group `what`, and its way to a sheet or a form here.

mod claim;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::anyhow;
use chrono::{NaiveDateTime, Utc};
use futures_util::future::join_all;

use super::database::Database;
use super::password::PasswordFrom;
use super::{Global, words};
use crate::config::Config;
use crate::domain::date::to_shanghai;
use crate::domain::form::FormId;
use crate::slip::deliver::{Courier, Delivered};
use crate::slip::job::font_error;
use crate::slip::layout::{Medium, Sheet};
use crate::slip::paper::Paper;
use crate::slip::samples::sample;
use crate::slip::test_page::test_page;
use crate::slip::text::render;
use crate::slip::{Form, Job, PrintError, PrinterState, Profile, set};
use crate::strings::Strings;
use crate::ui::text::{pad, width};

/// How long a queue may take to notice that its printer is not there.
const QUEUE: Duration = Duration::from_secs(2);

/// Print slips and test pages, list the printers.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("what").required(true)))]
pub struct Args {
    /// Print a test page on this printer of the configuration
    #[arg(long, group = "what", value_name = "PROFILE")]
    test: Option<String>,
    /// List the printers of the configuration, the one that is used first
    #[arg(long, group = "what")]
    list: bool,
    /// Print the slip of this claim: recorded first, as at the counter
    #[arg(long, group = "what", value_name = "NUMBER")]
    claim: Option<String>,
    /// Print a sample of this form, of people who don't exist and marked as one: P1 to P10
    #[arg(long, group = "what", value_name = "FORM")]
    sample: Option<FormId>,
    /// Show the sample as text on this paper, and print nothing
    #[arg(long, value_name = "PAPER", requires = "sample", conflicts_with = "to")]
    text: Option<Paper>,
    /// Which form of the claim
    #[arg(long, value_name = "FORM", default_value = "P1", requires = "claim")]
    form: FormId,
    /// On this printer of the configuration; without it on the one that is used first
    #[arg(long, value_name = "PROFILE", conflicts_with_all = ["test", "list"])]
    to: Option<String>,
    /// Only show the slip as text, and record nothing
    #[arg(long, requires = "claim")]
    dry_run: bool,
    /// The database: sqlite:PATH or postgres://HOST/DATABASE
    #[arg(long, value_name = "URL", requires = "claim")]
    db: Option<Database>,
    /// The account
    #[arg(long = "as", value_name = "LOGIN", alias = "login", requires = "claim")]
    login: Option<String>,
    #[command(flatten)]
    password: PasswordFrom,
}

/// Prints, and says how it went.
///
/// # Errors
/// A sentence that says what to do.
pub async fn run(args: Args, global: &Global) -> anyhow::Result<ExitCode> {
    let mut flags = Vec::new();
    flags.extend(args.login.iter().map(|login| ("database.login", login.clone(), "--as")));
    let Some(config) = global.config(flags)? else { return Ok(super::USAGE.into()) };
    let strings = Strings::new(config.lang());
    for warning in config.warnings() {
        eprintln!("{}", words::safe(&warning.sentence(&strings)));
    }
    if let Some(number) = &args.claim {
        return claim::run(&args, number, config, global).await;
    }
    let printers = config.printers();
    if let Some(name) = &args.test {
        return test(chosen(&printers, name, &strings)?, &strings).await;
    }
    if let Some(form) = args.sample {
        let form = sample(form).ok_or_else(|| anyhow!("{form}"))?;
        let Some(paper) = args.text else {
            let printer = match &args.to {
                Some(name) => chosen(&printers, name, &strings)?,
                None => printers.first().ok_or_else(|| anyhow!(strings.get("print-none-configured")))?,
            };
            return specimen(form.as_ref(), printer, &strings).await;
        };
        say(text(form.as_ref(), paper, paper.columns(), &strings).trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    list(&config, &printers, &strings).await
}

/// The printer of a name.
fn chosen<'a>(printers: &'a [Profile], name: &str, strings: &Strings) -> anyhow::Result<&'a Profile> {
    if printers.is_empty() {
        return Err(anyhow!(strings.get("print-none-configured")));
    }
    printers.iter().find(|printer| printer.name == name).ok_or_else(|| {
        let names: Vec<&str> = printers.iter().map(|printer| printer.name.as_str()).collect();
        anyhow!(strings.with("print-unknown-printer", &[("name", &name), ("names", &names.join(" "))]))
    })
}

/// Prints the test page.
async fn test(printer: &Profile, strings: &Strings) -> anyhow::Result<ExitCode> {
    let now = to_shanghai(Utc::now());
    say(&strings.with("print-test-goes", &[("printer", &printer.name), ("device", &printer.device)]))?;
    say_fonts(std::slice::from_ref(printer), strings)?;
    carry("test", test_page(printer, now, strings), printer, now, strings).await?;
    say(&strings.get("print-test-look"))?;
    Ok(ExitCode::SUCCESS)
}

/// Prints a sample.
async fn specimen(form: &dyn Form, printer: &Profile, strings: &Strings) -> anyhow::Result<ExitCode> {
    let sheet = form.sheet(printer.paper, strings);
    carry(&format!("sample-{}", form.id()), sheet, printer, to_shanghai(Utc::now()), strings).await?;
    Ok(ExitCode::SUCCESS)
}

/// Carries what nobody waits for: it is not kept where it does not arrive, whoever sets the printer up prints another.
async fn carry(
    what: &str,
    sheet: Sheet,
    printer: &Profile,
    now: NaiveDateTime,
    strings: &Strings,
) -> anyhow::Result<()> {
    // Two of them are two files in a folder.
    let name = format!("{what}-{}-{}", now.format("%Y%m%d-%H%M%S"), printer.name);
    let told = |error: PrintError| anyhow!(error.sentence(strings));
    let courier = Courier::default();
    let job = Job::of_sheet(&name, sheet, printer, strings).map_err(told)?;
    let way = courier.open(printer, &job).await.map_err(told)?;
    let mut holds = |why: Option<&PrintError>| {
        if let Some(why) = why {
            eprintln!("{}", words::safe(&strings.with("print-waits", &[("why", &why.sentence(strings))])));
        }
    };
    let delivered = courier.carry(way, &job, &mut holds).await.map_err(told)?;
    say(&arrived(&delivered, strings))?;
    if matches!(delivered, Delivered::Queued(..)) {
        tokio::time::sleep(QUEUE).await;
    }
    let state = courier.state(printer).await;
    if state != PrinterState::Unknown {
        say(&strings.with("print-test-state", &[("printer", &printer.name), ("state", &state.sentence(strings))]))?;
    }
    Ok(())
}

/// A form as text for the terminal, without the code.
fn text(form: &dyn Form, paper: Paper, columns: usize, strings: &Strings) -> String {
    let medium = Medium { codes: false, ..Medium::of(columns) };
    render(&set(form, paper, medium, strings, &|_| true))
}

/// How a job arrived, in words.
fn arrived(delivered: &Delivered, strings: &Strings) -> String {
    match delivered {
        Delivered::File(path) => strings.with("print-arrived-file", &[("path", &path.display())]),
        Delivered::Queued(said, _) => strings.with("print-arrived-queue", &[("said", said)]),
        Delivered::Printed => strings.get("print-arrived-printed"),
        Delivered::Taken => strings.get("print-arrived-taken"),
        Delivered::Handed => strings.get("print-arrived-handed"),
    }
}

/// One line a printer, in columns; each is asked how it is.
async fn list(config: &Config, printers: &[Profile], strings: &Strings) -> anyhow::Result<ExitCode> {
    if printers.is_empty() {
        say(&strings.get("print-none-configured"))?;
        return Ok(ExitCode::SUCCESS);
    }
    let courier = Courier::default();
    let states = join_all(printers.iter().map(|printer| courier.state(printer))).await;
    let head = ["printer", "paper", "columns", "language", "encoding", "device", "state"];
    let head = head.map(|key| strings.get(&format!("slip-test-{key}")));
    let row = |(printer, state): (&Profile, PrinterState)| {
        let encoding = if printer.language.has_code_page() { printer.encoding.code() } else { "-" };
        [
            printer.name.clone(),
            printer.paper.to_string(),
            printer.columns.to_string(),
            printer.language.to_string(),
            encoding.to_owned(),
            printer.device.to_string(),
            state.sentence(strings),
        ]
    };
    let rows: Vec<[String; 7]> = std::iter::once(head).chain(printers.iter().zip(states).map(row)).collect();
    let widths: [usize; 7] = std::array::from_fn(|at| rows.iter().map(|row| width(&row[at])).max().unwrap_or(0));
    for row in &rows {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| pad(cell, width)).collect();
        say(cells.join("  ").trim_end())?;
    }
    say_fonts(printers, strings)?;
    if config.get("print.profile").is_empty() && printers.len() > 1 {
        say(&strings.with("print-first-is-used", &[("printer", &printers[0].name)]))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Says of each printer why its own font is not used, where it has one that can't be read.
fn say_fonts(printers: &[Profile], strings: &Strings) -> std::io::Result<()> {
    for printer in printers {
        if let Some(error) = font_error(printer) {
            let args: [(&str, &dyn std::fmt::Display); 2] =
                [("printer", &printer.name), ("why", &error.sentence(strings))];
            say(&strings.with("print-font-embedded", &args))?;
        }
    }
    Ok(())
}

fn say(line: &str) -> std::io::Result<()> {
    words::say(&words::safe(line))
}
