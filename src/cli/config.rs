//! `huzhu config`: what is in force, and where it comes from.

use std::process::ExitCode;

use super::{Global, words};
use crate::strings::Strings;

/// What is in force.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print every value and where it comes from
    #[arg(long, required = true)]
    print: bool,
}

impl Args {
    /// Runs it.
    ///
    /// # Errors
    /// None but those of the output.
    pub fn run(&self, global: &Global) -> anyhow::Result<ExitCode> {
        let Some(config) = global.config(Vec::new())? else { return Ok(super::USAGE.into()) };
        let strings = Strings::new(config.lang());
        // The keymap is part of it: a file that can't be used is told here too.
        if let Err(error) = super::start::keymap(&config, &strings) {
            eprintln!("{}", words::safe(&format!("{error:#}")));
            return Ok(super::USAGE.into());
        }
        for warning in config.warnings() {
            eprintln!("{}", words::safe(&warning.sentence(&strings)));
        }
        words::say(&words::safe(&config.print(&strings)))?;
        Ok(ExitCode::SUCCESS)
    }
}
