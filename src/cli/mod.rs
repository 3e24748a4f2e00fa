//! One file a command. `main` hands the command line here.
//!
//! To add a command: a file with its `Args` and `run`, a variant of [`Command`] with its help, its line in [`run`].

pub mod assess;
pub mod policy;

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
    }
}
