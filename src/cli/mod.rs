//! One file a command. `main` hands the command line here.
//!
//! To add a command: a file with its `Args` and `run`, a variant of [`Command`] with its help, its line in [`run`].

pub mod assess;
mod database;
pub mod generate;
pub mod policy;
pub mod search;
pub mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::strings::{Lang, Strings};

/// The counter program of a workers' mutual-aid association.
#[derive(Debug, Parser)]
#[command(name = "huzhu", version)]
pub struct Cli {
    /// zh-CN (default) or en
    #[arg(long, global = true)]
    lang: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Compute claims: facts in, assessments out, one JSON object a line
    Assess(assess::Args),
    /// What a policy officer does with a policy file
    #[command(subcommand)]
    Policy(policy::Command),
    /// Make a generated world
    Generate(generate::Args),
    /// Find members
    Search(search::Args),
    /// Recompute every claim and walk every chain
    Verify(verify::Args),
}

/// Runs the command line.
pub fn run() -> anyhow::Result<ExitCode> {
    let cli = Cli::parse();
    let from_environment = std::env::var("LANG").ok().and_then(|lang| Lang::parse(&lang));
    let lang = cli.lang.as_deref().and_then(Lang::parse).or(from_environment).unwrap_or_default();
    let strings = Strings::new(lang);
    match cli.command {
        Command::Assess(args) => args.run(&strings),
        Command::Policy(command) => command.run(&strings),
        Command::Generate(args) => wait(generate::run(args, &strings)),
        Command::Search(args) => wait(search::run(args, &strings)),
        Command::Verify(args) => wait(verify::run(args, &strings)),
    }
}

/// Runs a command that waits for the store.
fn wait(command: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(command)
}
