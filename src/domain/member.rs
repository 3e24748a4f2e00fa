//! Members of the scheme as the counter sees them: masked, with what the engine needs.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::area::{AreaCode, OfficeCode};

/// A member's number: the league's code, then a sequence in it (`1508000000123`). Given by the client that enrols.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MemberId(pub i64);

impl MemberId {
    /// The member with a sequence number in a league.
    pub fn new(league: AreaCode, sequence: u32) -> MemberId {
        MemberId(i64::from(league.get()) * 10_000_000 + i64::from(sequence))
    }
}

impl fmt::Display for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// GB/T 2261: as facts write it, `F` or `M`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Sex {
    /// A woman.
    #[serde(rename = "F")]
    Female,
    /// A man.
    #[serde(rename = "M")]
    Male,
}

impl Sex {
    /// `F` or `M`.
    pub const fn code(self) -> &'static str {
        match self {
            Sex::Female => "F",
            Sex::Male => "M",
        }
    }
}

/// A member's identity as a sheet shows it: ID number and mobile masked (contract 3). `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The number.
    pub id: MemberId,
    /// The whole name.
    pub name: String,
    /// Sex.
    pub sex: Sex,
    /// Date of birth (a fact: ages are conditions of policies).
    pub birth: NaiveDate,
    /// `152801********2264`
    pub id_masked: String,
    /// `138****5678`, or empty.
    pub mobile_masked: String,
    /// Retired (a fact).
    pub retired: bool,
    /// The unit's name.
    pub unit: String,
    /// Participants and employees of the unit in the current period.
    pub unit_participants: u32,
    /// Employees of the unit.
    pub unit_employees: u32,
    /// The office that serves the member.
    pub office: OfficeCode,
    /// The area of that office (a fact).
    pub area: AreaCode,
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Member({}, ***)", self.id)
    }
}

/// What a reveal may show whole, for 30 seconds, recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonalField {
    /// The ID number.
    IdNumber,
    /// The mobile number.
    Mobile,
    /// The bank card on file.
    BankCard,
}

impl PersonalField {
    /// As it is recorded.
    pub const fn code(self) -> &'static str {
        match self {
            PersonalField::IdNumber => "id_number",
            PersonalField::Mobile => "mobile",
            PersonalField::BankCard => "bank_card",
        }
    }
}
