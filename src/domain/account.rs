//! Accounts of the centre: how a login looks, which duties there are, and how a person is told from another without his ID
//! number being kept.
//!
//! To add a duty: a line in [`Duty`], its role and the functions that it may call in `migrations/postgres`.

use std::fmt;
use std::str::FromStr;

use super::canonical::{Canonical, Hash};
use super::id_number::IdNumber;

/// A login: 2 to 20 lower-case letters and digits. It is the name of a role of the database too.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Login(String);

/// A text that is no login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a login: 2 to 20 lower-case letters and digits")]
pub struct NotALogin;

impl FromStr for Login {
    type Err = NotALogin;

    fn from_str(text: &str) -> Result<Login, NotALogin> {
        let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        // The database's own roles.
        let taken = ["huzhu", "postgres", "pg"].iter().any(|start| text.starts_with(start));
        if plain && !taken && (2..=20).contains(&text.len()) { Ok(Login(text.to_owned())) } else { Err(NotALogin) }
    }
}

impl Login {
    /// The login itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Duty {
    /// Takes claims at the counter.
    Clerk,
    /// Reviews them.
    Reviewer,
    /// Pays them.
    Cashier,
    /// Looks after a league's offices.
    League,
    /// Sees the whole region.
    Region,
    /// Publishes policies.
    Policy,
    /// Makes and locks accounts.
    Sysadmin,
    /// Gives duties.
    Secadmin,
    /// Reads what was done.
    Auditor,
    /// The guard's service.
    Guard,
    /// The sealer's service.
    Sealer,
}

/// A text that is no duty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a duty")]
pub struct NotADuty;

impl Duty {
    /// All of them.
    pub const ALL: [Duty; 11] = [
        Duty::Clerk,
        Duty::Reviewer,
        Duty::Cashier,
        Duty::League,
        Duty::Region,
        Duty::Policy,
        Duty::Sysadmin,
        Duty::Secadmin,
        Duty::Auditor,
        Duty::Guard,
        Duty::Sealer,
    ];

    /// The code; the role of the database is `huzhu_CODE`.
    pub const fn code(self) -> &'static str {
        match self {
            Duty::Clerk => "clerk",
            Duty::Reviewer => "reviewer",
            Duty::Cashier => "cashier",
            Duty::League => "league",
            Duty::Region => "region",
            Duty::Policy => "policy",
            Duty::Sysadmin => "sysadmin",
            Duty::Secadmin => "secadmin",
            Duty::Auditor => "auditor",
            Duty::Guard => "guard",
            Duty::Sealer => "sealer",
        }
    }

    /// Whether whoever has it works at a counter: takes claims, reviews or pays them, or looks after offices.
    pub const fn is_at_the_counter(self) -> bool {
        matches!(self, Duty::Clerk | Duty::Reviewer | Duty::Cashier | Duty::League | Duty::Region)
    }

    /// Whether its password has to be a long one: whoever has it moves money, or what others may do.
    pub const fn is_weighty(self) -> bool {
        !matches!(self, Duty::Clerk)
    }
}

impl FromStr for Duty {
    type Err = NotADuty;

    fn from_str(code: &str) -> Result<Duty, NotADuty> {
        Duty::ALL.into_iter().find(|duty| duty.code() == code).ok_or(NotADuty)
    }
}

/// A person as accounts are compared: one active account each, and nobody handles his own claim.
pub fn person_hash(id: &IdNumber) -> Hash {
    Canonical::new("huzhu-person-1").text(id.as_str()).hash()
}

/// The same for a service that is no person.
pub fn service_hash(login: &Login) -> Hash {
    Canonical::new("huzhu-service-1").text(login.as_str()).hash()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::canonical::hex;

    #[test]
    fn logins() {
        for good in ["0137", "sys1", "ab"] {
            assert_eq!(good.parse::<Login>().map(|login| login.to_string()), Ok(good.to_owned()));
        }
        for bad in ["a", "", "ABC", "a b", "a\"b", "张三", "huzhu1", "postgres", "pg12", "abcdefghijklmnopqrstu", "a_b"]
        {
            assert_eq!(bad.parse::<Login>(), Err(NotALogin), "{bad}");
        }
    }

    #[test]
    fn duties_have_their_codes() {
        for duty in Duty::ALL {
            assert_eq!(duty.code().parse(), Ok(duty));
        }
        assert_eq!("postgres".parse::<Duty>(), Err(NotADuty));
    }

    #[test]
    fn a_person_is_hashed_as_the_database_does() {
        let day = chrono::NaiveDate::from_ymd_opt(2021, 3, 20).unwrap();
        let id = IdNumber::parse("11010519491231002X", day).unwrap();
        let bytes = "14:huzhu-person-118:11010519491231002X";
        assert_eq!(hex(&person_hash(&id)), hex(&crate::domain::canonical::sha256(bytes.as_bytes())));
        assert_ne!(service_hash(&"ab".parse().unwrap()), service_hash(&"ac".parse().unwrap()));
    }
}
