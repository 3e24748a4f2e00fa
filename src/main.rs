//! The command line goes to `cli`; an error goes to the terminal.

use std::process::ExitCode;

fn main() -> ExitCode {
    match huzhu::cli::run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("huzhu: {error:#}");
            ExitCode::FAILURE
        }
    }
}
