//! `huzhu verify-slip`: whether a slip is genuine, by its code alone: no network, no account, no database. The keys are
//! those that a terminal was told at its last log-in, or a list.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::anyhow;
use serde::Serialize;

use super::{Global, words};
use crate::domain::canonical::hex;
use crate::domain::note::VerifierKey;
use crate::domain::slip_code::{SlipCode, SlipCodeError};
use crate::store::terminal_keys;
use crate::strings::Strings;

/// Bytes of a text that are looked at: a code takes a few hundred.
const TEXT_MAX: u64 = 64 * 1024;

/// Check a slip by its code.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What the QR code says (HZ1:…); without it the standard input
    text: Option<String>,
    /// The offices' keys, one a line; without it those of the data directory as of the last log-in (the demo's: --data DIR/demo)
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// The name on the slip: is it the one that the slip was made out to?
    #[arg(long, requires = "id")]
    name: Option<String>,
    /// The ID number as the slip shows it, masked
    #[arg(long, value_name = "MASKED", requires = "name")]
    id: Option<String>,
}

/// What is printed of a genuine slip. The names of its keys stay as they are.
#[derive(Serialize)]
struct Valid {
    valid: bool,
    form: String,
    number: String,
    office: String,
    date: String,
    amount: String,
    record: String,
    key: String,
}

/// What is printed of any other.
#[derive(Serialize)]
struct Invalid {
    valid: bool,
    why: &'static str,
}

/// Why a slip does not pass.
enum Why {
    Code(SlipCodeError),
    Name,
}

impl Args {
    /// Prints one JSON object: `{"valid":true,"form","number","office","date","amount","record","key"}`
    /// (`amount` 0.00 of a form that shows none), or
    /// `{"valid":false,"why"}` with `malformed`, `key`, `signature`, `office` or `name` and exit status 1. The sentence for
    /// people goes to the standard error.
    ///
    /// # Errors
    /// A sentence that says what to do, where there are no keys or nothing can be read.
    pub fn run(self, global: &Global) -> anyhow::Result<ExitCode> {
        let strings = &global.strings();
        let text = match &self.text {
            Some(text) => text.clone(),
            None => read(std::io::stdin())?,
        };
        let path = match self.keys.clone() {
            Some(path) => path,
            None => global.data_dir(strings)?.slip_keys(),
        };
        let code = match SlipCode::parse(&text) {
            Ok(code) => code,
            Err(error) => return refuse(&Why::Code(error), None, &path, strings),
        };
        let keys = terminal_keys::known(&path).map_err(|error| {
            anyhow!(strings.with("verify-slip-no-keys", &[("path", &path.display()), ("why", &error)]))
        })?;
        match self.judge(&code, &keys) {
            Ok(key) => pass(&code, key, strings),
            Err(why) => refuse(&why, Some(&code), &path, strings),
        }
    }

    fn judge<'a>(&self, code: &SlipCode, keys: &'a [VerifierKey]) -> Result<&'a VerifierKey, Why> {
        let key = code.check(keys).map_err(Why::Code)?;
        match (&self.name, &self.id) {
            (Some(name), Some(id)) if !code.is_of(name, id) => Err(Why::Name),
            _ => Ok(key),
        }
    }
}

/// What comes in, as far as a code could go; bytes that are no text make it none.
fn read(from: impl Read) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    from.take(TEXT_MAX).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn pass(code: &SlipCode, key: &VerifierKey, strings: &Strings) -> anyhow::Result<ExitCode> {
    let facts = code.facts();
    let valid = Valid {
        valid: true,
        form: facts.number.form.to_string(),
        number: facts.number.to_string(),
        office: facts.number.office.to_string(),
        date: facts.date.to_string(),
        amount: facts.amount.to_string(),
        record: hex(&facts.record),
        key: key.to_string(),
    };
    words::say(&words::json(&valid)?)?;
    let amount = facts.amount.grouped();
    let args: [(&str, &dyn std::fmt::Display); 5] = [
        ("form", &valid.form),
        ("number", &valid.number),
        ("date", &valid.date),
        ("amount", &amount),
        ("key", &key.name()),
    ];
    let sentence = if facts.number.form.shows_an_amount() {
        strings.with("verify-slip-valid", &args)
    } else {
        strings.with("verify-slip-valid-plain", &args)
    };
    eprintln!("{} {}", words::safe(&sentence), strings.get("verify-slip-compare"));
    Ok(ExitCode::SUCCESS)
}

fn refuse(why: &Why, code: Option<&SlipCode>, path: &Path, strings: &Strings) -> anyhow::Result<ExitCode> {
    let (told, sentence) = match why {
        Why::Name => ("name", strings.get("verify-slip-name")),
        Why::Code(error) => (
            error.code(),
            match error {
                SlipCodeError::NoCode | SlipCodeError::Damaged => strings.get("verify-slip-malformed"),
                SlipCodeError::Signature => strings.get("verify-slip-signature"),
                SlipCodeError::OtherOffice => strings.get("verify-slip-office"),
                SlipCodeError::UnknownKey => {
                    let id = code.map(SlipCode::key_id).unwrap_or_default();
                    strings.with("verify-slip-key", &[("id", &id), ("path", &path.display())])
                }
            },
        ),
    };
    words::say(&words::json(&Invalid { valid: false, why: told })?)?;
    eprintln!("{}", words::safe(&sentence));
    Ok(ExitCode::FAILURE)
}
