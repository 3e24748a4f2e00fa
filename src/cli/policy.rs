//! `huzhu policy`: what a policy officer does with a file.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;

use crate::policy::Policy;
use crate::strings::Strings;

/// What a policy officer does with a policy file.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Check a file: what can't be right, its own cases, and cases at every edge of it
    Check(Check),
    /// One claim, line by line, as the panel and the slip show it
    Explain(Explain),
}

/// Check a file.
#[derive(Debug, clap::Args)]
pub struct Check {
    /// The policy's file
    file: PathBuf,
}

/// Explain one claim.
#[derive(Debug, clap::Args)]
pub struct Explain {
    /// The policy's file
    file: PathBuf,
}

impl Command {
    /// Runs it.
    pub fn run(&self, strings: &Strings) -> anyhow::Result<ExitCode> {
        let _ = strings;
        Ok(ExitCode::SUCCESS)
    }
}

/// Reads a policy; where it can't be right, every error goes to standard error, and `None` comes back.
pub fn read(path: &Path, _strings: &Strings) -> anyhow::Result<Option<Policy>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|mut file| file.read_to_end(&mut bytes))
        .with_context(|| path.display().to_string())?;
    match Policy::parse_bytes(&bytes) {
        Ok((policy, _)) => Ok(Some(policy)),
        Err(errors) => {
            for error in errors {
                eprintln!("{}:{}: {}: {:?}", path.display(), error.line, error.field, error.problem);
            }
            Ok(None)
        }
    }
}
