//! `huzhu device`: which terminals the centre knows, by the serial number of their certificate (system administrator).

use std::process::ExitCode;

use super::centre::{Centre, told};
use super::{Global, words};
use crate::domain::account::Login;
use crate::domain::area::OfficeCode;
use crate::domain::serial::Serial;

/// Terminals of the centre.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Enrol a terminal
    Add(Add),
    /// Shut a terminal out, for ever
    Revoke(Revoke),
}

/// Enrol a terminal.
#[derive(Debug, clap::Args)]
pub struct Add {
    #[command(flatten)]
    device: Device,
    /// The office that it stands in
    #[arg(long, value_name = "CODE")]
    office: OfficeCode,
}

/// Shut a terminal out.
#[derive(Debug, clap::Args)]
pub struct Revoke {
    #[command(flatten)]
    device: Device,
}

/// Which terminal, and who does it.
#[derive(Debug, clap::Args)]
struct Device {
    /// The serial number, as `openssl x509 -noout -serial` prints it
    serial: Serial,
    /// The account that does it; without it the superuser of the database
    #[arg(long = "as", value_name = "LOGIN")]
    login: Option<Login>,
    #[command(flatten)]
    centre: Centre,
}

/// Does it.
pub async fn run(command: Command, global: &Global) -> anyhow::Result<ExitCode> {
    let strings = &global.strings();
    let (Command::Add(Add { device, .. }) | Command::Revoke(Revoke { device })) = &command;
    let login = device.login.as_ref().map(Login::as_str);
    let mut administrator = device.centre.open(login, global, strings).await?.administrator;
    let serial = device.serial.to_string();
    let (done, key) = match &command {
        Command::Add(add) => (administrator.device_add(&serial, add.office.get()).await, "accounts-device-added"),
        Command::Revoke(_) => (administrator.device_revoke(&serial).await, "accounts-device-revoked"),
    };
    done.map_err(|error| told(error, strings))?;
    // In the form that these commands take.
    words::say(&strings.with(key, &[("serial", &format_args!("{:X}", device.serial))]))?;
    Ok(ExitCode::SUCCESS)
}
