//! `demo.json` and the names of generated people as plain structs.
//!
//! To add a fixed member, account or claim of the demo: an entry in `demo.json`. A member's `key` is what claims name it by.

use std::collections::HashMap;
use std::sync::LazyLock;

use chrono::{NaiveDate, NaiveDateTime};
use serde::Deserialize;

use crate::domain::area::{AreaCode, OfficeCode};
use crate::domain::claim::ClaimKind;
use crate::domain::member::Sex;
use crate::domain::money::Money;

/// The fixed part of a generated world.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Demo {
    /// The region's name.
    pub region: String,
    /// Telephone codes of leagues.
    pub phones: HashMap<AreaCode, String>,
    /// Accounts.
    pub accounts: Vec<FixedAccount>,
    /// Units with fixed names.
    pub units: Vec<FixedUnit>,
    /// Names of firms.
    pub brands: Vec<String>,
    /// Why the withdrawn claim was taken back.
    pub withdrawn: String,
    /// Characters of given names of women.
    pub women_only: String,
    /// Characters of given names of men.
    pub men_only: String,
    /// Members.
    pub members: Vec<FixedMember>,
    /// Claims, in the order of submission.
    pub claims: Vec<FixedClaim>,
}

/// An account of the demo.
#[derive(Clone, Debug, Deserialize)]
pub struct FixedAccount {
    /// The login.
    pub login: String,
    /// Duties.
    pub duties: Vec<String>,
    /// The office.
    pub office: OfficeCode,
    /// The window; 0 without one.
    pub window: u32,
}

/// A unit with a fixed name.
#[derive(Clone, Debug, Deserialize)]
pub struct FixedUnit {
    /// The office.
    pub office: OfficeCode,
    /// Which unit of the office, from 0.
    pub unit: usize,
    /// The name.
    pub name: String,
    /// Members in a thousand workers.
    pub joined_permille: Option<u32>,
}

/// A member of whom something is fixed.
#[derive(Clone, Debug, Deserialize)]
pub struct FixedMember {
    /// What claims name the member by.
    pub key: String,
    /// The office.
    pub office: OfficeCode,
    /// Which unit of the office, from 0.
    pub unit: usize,
    /// The name.
    pub name: String,
    /// The sex, where no ID number says it.
    pub sex: Option<Sex>,
    /// The ID number.
    pub id: Option<String>,
    /// The mobile.
    pub mobile: Option<String>,
    /// The bank of the card on file.
    pub bank: Option<String>,
    /// The card on file.
    pub card: Option<String>,
    /// First and last days of participations.
    pub covers: Option<Vec<(NaiveDate, NaiveDate)>>,
}

/// A claim of the demo. Cash is what balances the sheet.
#[derive(Clone, Debug, Deserialize)]
pub struct FixedClaim {
    /// Whose.
    pub member: String,
    /// That many claims …
    #[serde(default = "one")]
    pub repeat: u32,
    /// … one after so many days each.
    #[serde(default)]
    pub every: u32,
    /// The window that took it.
    pub window: u32,
    /// The kind.
    pub kind: ClaimKind,
    /// The hospital's code.
    pub hospital: String,
    /// The diagnosis' code.
    pub diagnosis: String,
    /// First day of a stay.
    pub admission: Option<NaiveDate>,
    /// Last day of a stay, or the settlement of an outpatient claim.
    pub discharge: NaiveDate,
    /// When it was submitted (Asia/Shanghai).
    pub submitted: NaiveDateTime,
    /// The bill's code where it is fixed.
    pub bill_code: Option<String>,
    /// Outpatient treatments.
    #[serde(default)]
    pub visits: u32,
    /// 医疗费总额
    pub total: Money,
    /// 统筹
    #[serde(default)]
    pub pooled: Money,
    /// 大额
    #[serde(default)]
    pub major: Money,
    /// 全自费
    #[serde(default)]
    pub out_of_scope: Money,
    /// 先行自付
    #[serde(default)]
    pub first_pay: Money,
    /// 个人账户
    #[serde(default)]
    pub personal_account: Money,
    /// Codes of documents that are missing: the claim is returned.
    #[serde(default)]
    pub missing: Vec<String>,
    /// Taken back a little later.
    #[serde(default)]
    pub withdrawn: bool,
}

fn one() -> u32 {
    1
}

/// Names of people with their shares.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Names {
    /// Surnames.
    pub surnames: Vec<Surname>,
    /// Characters of given names, the most frequent first.
    pub given: Vec<String>,
    /// Mongolian names, the most frequent first.
    pub mongolian: Vec<String>,
    /// Second parts of Mongolian names.
    pub mongolian_suffixes: Vec<String>,
    /// Kinds of units.
    pub unit_kinds: Vec<String>,
}

/// A surname.
#[derive(Clone, Debug, Deserialize)]
pub struct Surname {
    /// The surname.
    pub name: String,
    /// Its share in hundredths of a percent.
    #[serde(deserialize_with = "hundredths")]
    pub share: u32,
}

/// `7.25` as 725.
fn hundredths<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let percent = f64::deserialize(deserializer)?;
    Ok((percent * 100.0).round() as u32)
}

/// The fixed part of every generated world.
pub fn demo() -> &'static Demo {
    static DEMO: LazyLock<Demo> = LazyLock::new(|| serde_json::from_str(super::DEMO).unwrap_or_default());
    &DEMO
}

/// Names of generated people.
pub fn names() -> &'static Names {
    static NAMES: LazyLock<Names> = LazyLock::new(|| serde_json::from_str(super::NAMES).unwrap_or_default());
    &NAMES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{bank_of, diagnoses, hospitals};
    use crate::domain::bank_card::luhn;
    use crate::domain::id_number::IdNumber;

    #[test]
    fn both_files_are_read_whole() {
        assert!(serde_json::from_str::<Demo>(crate::data::DEMO).is_ok());
        assert!(serde_json::from_str::<Names>(crate::data::NAMES).is_ok());
        assert_eq!(names().surnames[0].share, 725);
    }

    #[test]
    fn what_is_fixed_is_right() {
        let today = NaiveDate::from_ymd_opt(2021, 3, 20).unwrap();
        for member in &demo().members {
            if let Some(id) = &member.id {
                assert!(IdNumber::parse(id, today).is_ok(), "{}", member.name);
            }
            if let Some(card) = &member.card {
                assert!(luhn(card) && bank_of(card) == member.bank.as_deref());
            }
        }
        for claim in &demo().claims {
            assert!(demo().members.iter().any(|member| member.key == claim.member));
            assert!(hospitals().iter().any(|hospital| hospital.code == claim.hospital));
            assert!(diagnoses().iter().any(|entry| entry.code == claim.diagnosis));
            assert!(claim.discharge <= claim.submitted.date() && claim.submitted.date() < today);
        }
    }
}
