//! `huzhu migrate`: a centre's schema brought up to date, by the superuser of its database. Terminals go on meanwhile.

use std::process::ExitCode;

use super::centre::{Centre, told};
use super::{Global, words};

/// Bring a centre's schema up to date.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    centre: Centre,
}

/// Migrates, and says how many steps it took.
pub async fn run(args: Args, global: &Global) -> anyhow::Result<ExitCode> {
    let strings = &global.strings();
    let mut open = args.centre.open(None, global, strings).await?;
    let steps = open.administrator.migrate().await.map_err(|error| told(error, strings))?;
    words::say(&strings.with("accounts-migrated", &[("count", &steps)]))?;
    Ok(ExitCode::SUCCESS)
}
