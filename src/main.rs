//! The command line goes to `cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    huzhu::cli::run()
}
