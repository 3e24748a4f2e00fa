//! `huzhu settings`: what holds for a whole centre, shown and changed by the superuser of its database.

use std::process::ExitCode;

use clap::value_parser;

use super::centre::{Centre, told};
use super::{Global, words};
use crate::store::postgres::settings::Change;

/// Show and change what holds for a whole centre.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    centre: Centre,
    /// Only terminals with a certificate that was enrolled get in
    #[arg(long, value_name = "ON")]
    devices: Option<Switch>,
    /// Days that the next passwords are good for; 0 is for ever
    #[arg(long, value_name = "N", value_parser = value_parser!(i32).range(0..=3650))]
    password_days: Option<i32>,
    /// Looks at members' data that an account may take in a minute; 0 is any number
    #[arg(long, value_name = "N", value_parser = value_parser!(i32).range(0..))]
    looks_a_minute: Option<i32>,
    /// The same in a day
    #[arg(long, value_name = "N", value_parser = value_parser!(i32).range(0..))]
    looks_a_day: Option<i32>,
    /// Searches of an account in a minute; 0 is any number
    #[arg(long, value_name = "N", value_parser = value_parser!(i32).range(0..))]
    terms_a_minute: Option<i32>,
    /// Programs of a protocol before this one are refused
    #[arg(long, value_name = "PROTOCOL", value_parser = value_parser!(i32).range(1..))]
    oldest_reading: Option<i32>,
    /// Programs of a protocol before this one only look
    #[arg(long, value_name = "PROTOCOL", value_parser = value_parser!(i32).range(1..))]
    oldest_writing: Option<i32>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Switch {
    On,
    Off,
}

/// Changes what is given, and prints what holds as one JSON object.
pub async fn run(args: Args, global: &Global) -> anyhow::Result<ExitCode> {
    let strings = &global.strings();
    let change = Change {
        devices: args.devices.map(|switch| matches!(switch, Switch::On)),
        password_days: args.password_days,
        looks_a_minute: args.looks_a_minute,
        looks_a_day: args.looks_a_day,
        terms_a_minute: args.terms_a_minute,
        oldest_reading: args.oldest_reading,
        oldest_writing: args.oldest_writing,
    };
    let mut open = args.centre.open(None, global, strings).await?;
    let settings = open.administrator.settings(&change).await.map_err(|error| told(error, strings))?;
    words::say(&words::json(&settings)?)?;
    Ok(ExitCode::SUCCESS)
}
