//! What the system administrator and the security administrator do to accounts and terminals, each one call; the functions
//! of `migrations/postgres/0007_accounts.sql` decide who may.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use sqlx::postgres::PgArguments;

use super::admin::{Administrator, NewAccount};
use super::error::failed;
use super::line::call;
use super::scram::Verifier;
use crate::domain::account::{Duty, Login};
use crate::store::StoreError;

/// An account as administrators see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountLine {
    /// The login.
    pub login: String,
    /// The office's code.
    pub office: String,
    /// The window's number, 0 without one.
    pub seat: u32,
    /// Its duties, as codes.
    pub duties: Vec<String>,
    /// Not locked.
    pub active: bool,
    /// The last day of its password; none where it is for ever.
    pub until: Option<NaiveDate>,
}

/// Something that was done to an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountEvent {
    /// When, in Asia/Shanghai.
    pub at: String,
    /// Who did it.
    pub who: String,
    /// What.
    pub what: String,
}

/// A terminal's key as administrators see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlipKeyLine {
    /// Its id: what slips name.
    pub id: String,
    /// The office's code.
    pub office: String,
    /// The key itself.
    pub key: String,
    /// Who worked at the terminal when it was enrolled.
    pub who: String,
    /// When, in Asia/Shanghai.
    pub at: String,
    /// The serial number of the terminal's certificate, in decimal, where it showed one.
    pub device: Option<String>,
    /// Since when it is revoked.
    pub revoked: Option<String>,
}

impl Administrator {
    /// Makes an account without duties.
    ///
    /// # Errors
    /// `Refused` with what is wrong; `NotAllowed` without the duty.
    pub async fn add(&mut self, account: &NewAccount) -> Result<(), StoreError> {
        add(&mut self.connection, account).await
    }

    /// Gives an account another password.
    ///
    /// # Errors
    /// As [`Administrator::add`]; `NotFound` without such an account. The same for the operations below.
    pub async fn reset(&mut self, login: &Login, verifier: &Verifier) -> Result<(), StoreError> {
        self.done("SELECT api_v1.account_reset($1, $2)::text", call!(login.as_str(), verifier.as_str())).await
    }

    /// Changes the password of whoever this session is for.
    ///
    /// # Errors
    /// `Throttled` after ten a day.
    pub async fn password(&mut self, verifier: &Verifier) -> Result<(), StoreError> {
        self.done("SELECT api_v1.account_password($1)::text", call!(verifier.as_str())).await
    }

    /// Locks an account: no function serves it any more, and the guard ends its sessions.
    ///
    /// # Errors
    /// As [`Administrator::reset`].
    pub async fn lock(&mut self, login: &Login) -> Result<(), StoreError> {
        self.done("SELECT api_v1.account_lock($1)::text", call!(login.as_str())).await
    }

    /// Lets a locked account in again.
    ///
    /// # Errors
    /// As [`Administrator::reset`].
    pub async fn unlock(&mut self, login: &Login) -> Result<(), StoreError> {
        self.done("SELECT api_v1.account_unlock($1)::text", call!(login.as_str())).await
    }

    /// Gives an account these duties and no others.
    ///
    /// # Errors
    /// As [`Administrator::reset`].
    pub async fn duty(&mut self, login: &Login, duties: &[Duty]) -> Result<(), StoreError> {
        duty(&mut self.connection, login, duties).await
    }

    /// All accounts.
    ///
    /// # Errors
    /// `NotAllowed` without a duty for it.
    pub async fn list(&mut self) -> Result<Vec<AccountLine>, StoreError> {
        self.told("SELECT api_v1.account_list()::text", call!()).await
    }

    /// What was done to an account, or without a login to terminals; the newest first.
    ///
    /// # Errors
    /// `NotAllowed` without a duty for it.
    pub async fn events(&mut self, login: Option<&Login>) -> Result<Vec<AccountEvent>, StoreError> {
        self.told("SELECT api_v1.account_events($1)::text", call!(login.map(Login::as_str))).await
    }

    /// Enrols a terminal by the serial number of its certificate, in decimal.
    ///
    /// # Errors
    /// As [`Administrator::reset`].
    pub async fn device_add(&mut self, serial: &str, office: u32) -> Result<(), StoreError> {
        self.done("SELECT api_v1.device_add($1::text::numeric, $2)::text", call!(serial, office as i32)).await
    }

    /// Shuts a terminal out, for ever.
    ///
    /// # Errors
    /// As [`Administrator::reset`].
    pub async fn device_revoke(&mut self, serial: &str) -> Result<(), StoreError> {
        self.done("SELECT api_v1.device_revoke($1::text::numeric)::text", call!(serial)).await
    }

    /// Keys of terminals, the newest first.
    ///
    /// # Errors
    /// `NotAllowed` without a duty for it.
    pub async fn slip_keys(&mut self) -> Result<Vec<SlipKeyLine>, StoreError> {
        self.told("SELECT api_v1.slip_key_list()::text", call!()).await
    }

    /// Lets no slip pass any more that a terminal's key signed; the key by its id.
    ///
    /// # Errors
    /// As [`Administrator::reset`].
    pub async fn slip_key_revoke(&mut self, id: &str) -> Result<(), StoreError> {
        self.done("SELECT api_v1.slip_key_revoke($1)::text", call!(id)).await
    }

    async fn done(&mut self, text: &'static str, arguments: PgArguments) -> Result<(), StoreError> {
        done(&mut self.connection, text, arguments).await
    }

    async fn told<T: for<'a> Deserialize<'a>>(
        &mut self,
        text: &'static str,
        arguments: PgArguments,
    ) -> Result<T, StoreError> {
        let json: String =
            sqlx::query_scalar_with(text, arguments).fetch_one(&mut self.connection).await.map_err(failed)?;
        serde_json::from_str(&json).map_err(|error| StoreError::Unreadable(error.to_string()))
    }
}

pub(super) async fn add(connection: &mut PgConnection, account: &NewAccount) -> Result<(), StoreError> {
    let NewAccount { login, person, office, seat, verifier } = account;
    let arguments = call!(login.as_str(), &person[..], *office as i32, *seat as i32, verifier.as_str());
    done(connection, "SELECT api_v1.account_add($1, $2, $3, $4, $5)::text", arguments).await
}

pub(super) async fn duty(connection: &mut PgConnection, login: &Login, duties: &[Duty]) -> Result<(), StoreError> {
    let codes: Vec<&str> = duties.iter().map(|duty| duty.code()).collect();
    done(connection, "SELECT api_v1.account_duty($1, $2)::text", call!(login.as_str(), codes)).await
}

async fn done(connection: &mut PgConnection, text: &'static str, arguments: PgArguments) -> Result<(), StoreError> {
    sqlx::query_with(text, arguments).execute(connection).await.map(drop).map_err(failed)
}
