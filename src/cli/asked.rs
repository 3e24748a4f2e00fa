//! What a command asks for one after the other: at the terminal, or line by line from the descriptor of `--password-fd`, in
//! the same order and each once.

use std::fs::File;
use std::io::Write;

use anyhow::anyhow;

use super::password::{self, PasswordFrom};
use super::words;
use crate::domain::account::Login;
use crate::domain::password::check;
use crate::domain::secret::Secret;
use crate::strings::Strings;

/// Where the answers come from.
pub struct Asked {
    lines: Option<File>,
}

impl Asked {
    /// From the terminal, or from where the command line says.
    ///
    /// # Errors
    /// Where the descriptor can't be read.
    pub fn from(from: &PasswordFrom, strings: &Strings) -> anyhow::Result<Asked> {
        Ok(Asked { lines: from.descriptor(strings)? })
    }

    /// The password of somebody who has one.
    ///
    /// # Errors
    /// A sentence that says what to do.
    pub fn password(&mut self, login: &str, strings: &Strings) -> anyhow::Result<Secret> {
        match &mut self.lines {
            Some(lines) => password::next(lines, strings),
            None => password::ask(&strings.with("password-prompt", &[("login", &login)]), strings),
        }
    }

    /// A password that is to be one: twice at the terminal, and again where it is not taken. `weighty` as
    /// [`crate::domain::password::check`] has it.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the one from a descriptor.
    pub fn new_password(&mut self, login: &Login, weighty: bool, strings: &Strings) -> anyhow::Result<Secret> {
        let wrong = |password: &Secret| {
            let why = check(password.expose(), login, weighty).err()?;
            Some(strings.with(why.key(), &[("length", &why.length())]))
        };
        if let Some(lines) = &mut self.lines {
            let password = password::next(lines, strings)?;
            return wrong(&password).map_or(Ok(password), |why| Err(anyhow!(why)));
        }
        loop {
            let password = password::ask(&strings.with("accounts-new-password", &[("login", &login)]), strings)?;
            let why = match wrong(&password) {
                None if password::ask(&strings.get("accounts-again"), strings)? == password => return Ok(password),
                None => strings.get("accounts-differ"),
                Some(why) => why,
            };
            eprintln!("{}", words::safe(&why));
        }
    }

    /// Something that may be seen while it is typed.
    ///
    /// # Errors
    /// Where there is no terminal, or nothing was typed.
    pub fn text(&mut self, prompt: &str, strings: &Strings) -> anyhow::Result<Secret> {
        if let Some(lines) = &mut self.lines {
            return password::next(lines, strings);
        }
        let tty = File::options().read(true).write(true).open("/dev/tty");
        let mut tty = tty.map_err(|_| anyhow!(strings.get("password-nowhere")))?;
        write!(tty, "{}", words::safe(prompt))?;
        password::next(&mut tty, strings)
    }
}
