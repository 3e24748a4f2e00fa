//! `huzhu device`: which terminals the centre knows, by the serial number of their certificate, and the keys that their
//! slips are checked with (system administrator).

use std::process::ExitCode;

use super::centre::{Centre, Open, told};
use super::{Global, words};
use crate::domain::account::Login;
use crate::domain::area::OfficeCode;
use crate::domain::serial::Serial;
use crate::domain::text::display_safe;
use crate::store::postgres::accounts::SlipKeyLine;
use crate::strings::Strings;

/// Terminals of the centre.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Enrol a terminal
    Add(Add),
    /// Shut a terminal out, for ever
    Revoke(Revoke),
    /// The keys that terminals sign slips with, one a line, the newest first: id, office, who enrolled it and when, the
    /// terminal's serial number (in decimal), since when it is revoked
    SlipKeys(SlipKeys),
    /// Let no slip pass any more that a terminal's key signed, for ever
    RevokeKey(RevokeKey),
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

/// The keys of slips.
#[derive(Debug, clap::Args)]
pub struct SlipKeys {
    #[command(flatten)]
    by: By,
}

/// Revoke a key.
#[derive(Debug, clap::Args)]
pub struct RevokeKey {
    /// Its id, as `slip-keys` and `verify-slip` tell it: 8 hexadecimal digits
    #[arg(value_name = "KEYID")]
    id: String,
    #[command(flatten)]
    by: By,
}

/// Which terminal, and who does it.
#[derive(Debug, clap::Args)]
struct Device {
    /// The serial number, as `openssl x509 -noout -serial` prints it
    serial: Serial,
    #[command(flatten)]
    by: By,
}

/// Who does it, and where.
#[derive(Debug, clap::Args)]
struct By {
    /// The account that does it; without it the superuser of the database
    #[arg(long = "as", value_name = "LOGIN")]
    login: Option<Login>,
    #[command(flatten)]
    centre: Centre,
}

impl By {
    async fn open(&self, global: &Global, strings: &Strings) -> anyhow::Result<Open> {
        self.centre.open(self.login.as_ref().map(Login::as_str), global, strings).await
    }
}

/// Does it.
pub async fn run(command: Command, global: &Global) -> anyhow::Result<ExitCode> {
    let strings = &global.strings();
    let by = match &command {
        Command::Add(Add { device, .. }) | Command::Revoke(Revoke { device }) => &device.by,
        Command::SlipKeys(SlipKeys { by }) | Command::RevokeKey(RevokeKey { by, .. }) => by,
    };
    let mut administrator = by.open(global, strings).await?.administrator;
    // In the form that these commands take.
    let serial = |device: &Device| format!("{:X}", device.serial);
    let said = match &command {
        Command::Add(Add { device, office }) => {
            let done = administrator.device_add(&device.serial.to_string(), office.get()).await;
            done.map(|()| strings.with("accounts-device-added", &[("serial", &serial(device))]))
        }
        Command::Revoke(Revoke { device }) => {
            let done = administrator.device_revoke(&device.serial.to_string()).await;
            done.map(|()| strings.with("accounts-device-revoked", &[("serial", &serial(device))]))
        }
        Command::RevokeKey(RevokeKey { id, .. }) => {
            let done = administrator.slip_key_revoke(&id.trim().to_ascii_lowercase()).await;
            done.map(|()| strings.with("accounts-slip-key-revoked", &[("id", id)]))
        }
        Command::SlipKeys(_) => administrator.slip_keys().await.map(|keys| match keys.as_slice() {
            [] => strings.get("accounts-slip-keys-none"),
            keys => keys.iter().map(line).collect::<Vec<_>>().join("\n"),
        }),
    };
    for line in said.map_err(|error| told(error, strings))?.lines() {
        words::say(line)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A key as a line of columns between tabs.
fn line(key: &SlipKeyLine) -> String {
    let SlipKeyLine { id, office, who, at, device, revoked, .. } = key;
    let [device, revoked] = [device, revoked].map(|text| text.as_deref().unwrap_or("-"));
    [id, office, who, at, device, revoked].map(display_safe).join("\t")
}
