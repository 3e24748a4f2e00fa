//! One file a command. `main` hands the command line here; without a command it is the counter.
//!
//! - `database.rs`, `password.rs` what a command opens, and as whom
//! - `start.rs` what the counter starts with · `words.rs` errors at the edge, as sentences
//! - `centre.rs` what the commands of administrators have in common · `asked.rs` what they ask
//! - `story.rs`, `cut.rs` what `replay` reads, and the line to the centre that it cuts
//!
//! To add a command: a file with its `Args` and `run`, a variant of `Command` with its help, its line in [`run`].
//!
//! Exit codes: 0 it went well, 1 a check failed or something went wrong, 2 the command line or the configuration is wrong.

pub mod account;
mod asked;
pub mod assess;
mod centre;
pub mod config;
pub mod cut;
pub mod database;
pub mod demo;
pub mod desk;
pub mod device;
pub mod generate;
pub mod guard;
pub mod init;
pub mod migrate;
pub mod password;
pub mod policy;
pub mod print;
pub mod replay;
pub mod seal;
pub mod search;
pub mod settings;
pub mod start;
pub mod story;
pub mod verify;
pub mod verify_slip;
mod words;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::anyhow;
use clap::{Parser, Subcommand};

use crate::config::{Config, DataDir, Sources};
use crate::strings::Strings;

/// The exit code for a wrong command line or configuration.
const USAGE: u8 = 2;

/// The counter program of a workers' mutual-aid association.
#[derive(Debug, Parser)]
#[command(name = "huzhu", version)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(flatten)]
    desk: desk::Args,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What goes with every command.
#[derive(Debug, clap::Args)]
pub struct Global {
    /// zh-CN (default) or en
    #[arg(long, global = true, value_name = "LANG")]
    lang: Option<String>,
    /// The configuration file
    #[arg(id = "config", long, global = true, value_name = "FILE")]
    config_file: Option<PathBuf>,
    /// What this terminal keeps
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The counter (the default)
    Desk(desk::Args),
    /// The counter in a generated world: nothing else is needed
    Demo(demo::Args),
    /// Run a story of keys through the whole program and print what it cost
    Replay(replay::Args),
    /// What is configured, and where it comes from
    Config(config::Args),
    /// Print slips and test pages, list the printers
    Print(print::Args),
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
    /// Check a slip by its code, without a network
    VerifySlip(verify_slip::Args),
    /// Set a new centre up
    Init(init::Args),
    /// Bring a centre's schema up to date
    Migrate(migrate::Args),
    /// Show and change what holds for a whole centre
    Settings(settings::Args),
    /// Who may log in at the centre
    #[command(subcommand)]
    Account(account::Command),
    /// Which terminals the centre knows
    #[command(subcommand)]
    Device(device::Command),
    /// Watch the centre: end sessions that go too far
    Guard(guard::Args),
    /// Sign what was recorded, with a key that the centre does not have
    Seal(seal::Args),
}

impl Global {
    fn sources(&self, mut flags: Vec<(&'static str, String, &'static str)>) -> Sources {
        flags.extend(self.lang.iter().map(|lang| ("ui.lang", lang.clone(), "--lang")));
        Sources::new(self.config_file.clone(), flags)
    }

    /// The words for a command that has no configuration.
    fn strings(&self) -> Strings {
        Strings::new(self.sources(Vec::new()).first_lang())
    }

    /// What is in force; where something is wrong with it, everything that is has been told and there is nothing.
    fn config(&self, flags: Vec<(&'static str, String, &'static str)>) -> anyhow::Result<Option<Config>> {
        let sources = self.sources(flags);
        match Config::load(&sources) {
            Ok(config) => Ok(Some(config)),
            Err(errors) => {
                let strings = Strings::new(sources.first_lang());
                for error in errors {
                    eprintln!("{}", words::safe(&error.sentence(&strings)));
                }
                Ok(None)
            }
        }
    }

    fn data_dir(&self, strings: &Strings) -> anyhow::Result<DataDir> {
        DataDir::find(self.data.as_deref()).map_err(|error| anyhow!(words::data_dir(&error, strings)))
    }
}

/// Runs the command line.
pub fn run() -> ExitCode {
    // What the program writes holds people's data: nobody else on the machine reads it.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let Cli { global, desk, command } = Cli::parse();
    if let (Some(_), true) = (&command, desk.is_given()) {
        eprintln!("huzhu: {}", words::safe(&global.strings().get("start-flags-first")));
        return USAGE.into();
    }
    let ended = match command {
        None => desk.run(&global),
        Some(Command::Desk(args)) => args.run(&global),
        Some(Command::Demo(args)) => args.run(&global),
        Some(Command::Replay(args)) => args.run(&global),
        Some(Command::Config(args)) => args.run(&global),
        Some(Command::Print(args)) => wait(print::run(args, &global)),
        Some(Command::Assess(args)) => args.run(&global.strings()),
        Some(Command::Policy(command)) => command.run(&global.strings()),
        Some(Command::Generate(args)) => wait(generate::run(args, &global)),
        Some(Command::Search(args)) => wait(search::run(args, &global)),
        Some(Command::Verify(args)) => wait(verify::run(args, &global)),
        Some(Command::VerifySlip(args)) => args.run(&global),
        Some(Command::Init(args)) => wait(init::run(args, &global)),
        Some(Command::Migrate(args)) => wait(migrate::run(args, &global)),
        Some(Command::Settings(args)) => wait(settings::run(args, &global)),
        Some(Command::Account(command)) => wait(account::run(command, &global)),
        Some(Command::Device(command)) => wait(device::run(command, &global)),
        Some(Command::Guard(args)) => wait(guard::run(args, &global)),
        Some(Command::Seal(args)) => args.run(&global),
    };
    ended.unwrap_or_else(|error| {
        eprintln!("huzhu: {}", words::safe(&format!("{error:#}")));
        ExitCode::FAILURE
    })
}

/// Runs a command that waits for the store.
fn wait(command: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(command)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        super::Cli::command().debug_assert();
    }
}
