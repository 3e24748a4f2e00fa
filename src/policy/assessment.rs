//! The result of an assessment, typed: what its JSON says, in the order in which it says it.
//!
//! A recorded assessment is read with [`Assessment::from_json`] for ever: a new form gets a new number, and this one stays.

use serde::{Deserialize, Serialize};

use super::figure::Rate;
use crate::domain::cover::Paid;
use crate::domain::money::Money;

/// What a policy gives for the facts of one claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assessment {
    /// The version of this form: 1.
    pub form: u32,
    /// The policy's code.
    pub policy: String,
    /// Its version.
    pub version: u32,
    /// Whether a participation covers the claim.
    pub covered: bool,
    /// Years of participation.
    pub years: u32,
    /// Length of the stay; 0 for outpatient.
    pub days: u32,
    /// Benefits that answered, in the policy's order.
    pub benefits: Vec<BenefitResult>,
    /// What the claim gets.
    pub total: Money,
    /// `not_covered`, `late`, `review_due`, `illustrative`, in this order.
    pub flags: Vec<String>,
    /// Benefits that are not paid, and why.
    pub not: Vec<Not>,
    /// Steps over the sum of all benefits.
    pub total_steps: Vec<StepResult>,
}

/// One benefit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BenefitResult {
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// The clause of the printed rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
    /// What its own steps gave.
    pub amount: Money,
    /// What it gets.
    pub paid: Money,
    /// What it ran.
    pub steps: Vec<StepResult>,
}

/// A benefit that is not paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Not {
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// A key of `when`, `kind`, or `exclusive`.
    pub why: String,
}

/// One step. Keys that don't apply to its `op` are absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepResult {
    /// What it does.
    pub op: String,
    /// The running amount before.
    #[serde(rename = "in")]
    pub input: Money,
    /// The running amount after.
    #[serde(rename = "out")]
    pub output: Money,
    /// Days that were paid for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// Treatments that were paid for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visits: Option<u32>,
    /// The rate.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "optional_rate")]
    pub rate: Option<Rate>,
    /// The step's amount for this claim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// The fact that it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// What the base is made of, signed as it is added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Vec<(String, Money)>>,
    /// What the amount or rate was looked up by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Its place in the list, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<u32>,
    /// What entered the table before in the period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<Money>,
    /// The slices of the table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slices: Option<Vec<Slice>>,
    /// The next slice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Next>,
    /// What is left of a limit after this claim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Money>,
    /// How often a limit allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// What was had before: whether, of a lump sum; how often, of a limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub had: Option<Had>,
    /// Whether the floor raised, the cap or limit lowered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<bool>,
    /// The clause of the printed rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
    /// The policy's note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// One slice of a table: from, to, rate, and what it gives, not rounded (a decimal, at least two places).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slice(pub Money, pub Money, #[serde(with = "rate")] pub Rate, pub String);

/// The slice after the one in which the amount ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Next {
    /// Where it begins.
    pub from: Money,
    /// Its rate.
    #[serde(with = "rate")]
    pub rate: Rate,
}

/// What was had before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Had {
    /// A lump sum was had.
    Before(bool),
    /// So many entries above 0.00.
    Times(u32),
}

impl Assessment {
    /// Reads form 1.
    pub fn from_json(text: &str) -> serde_json::Result<Assessment> {
        serde_json::from_str(text)
    }

    /// Writes form 1: the same bytes as were read or computed.
    pub fn to_json(&self) -> String {
        // Plain structs with text keys: it can't fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Whether a flag is set.
    pub fn has_flag(&self, flag: &str) -> bool {
        self.flags.iter().any(|set| set == flag)
    }

    /// What later claims see of this one in `paid`: one entry a benefit.
    pub fn entries(&self, period: i32) -> Vec<Paid> {
        let step = |benefit: &BenefitResult, op: &str| benefit.steps.iter().find(|step| step.op == op).cloned();
        let entry = |benefit: &BenefitResult| Paid {
            period,
            benefit: benefit.code.clone(),
            base: step(benefit, "tiers").map_or(Money::ZERO, |tiers| tiers.input),
            days: step(benefit, "per_day").and_then(|per_day| per_day.days).unwrap_or(0),
            amount: benefit.paid,
        };
        self.benefits.iter().map(entry).collect()
    }
}

mod rate {
    use super::Rate;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub fn serialize<S: Serializer>(rate: &Rate, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(rate)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Rate, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|_| de::Error::custom("not a rate"))
    }
}

mod optional_rate {
    use super::Rate;
    use serde::{Deserializer, Serializer};

    pub fn serialize<S: Serializer>(rate: &Option<Rate>, serializer: S) -> Result<S::Ok, S::Error> {
        match rate {
            Some(rate) => serializer.collect_str(rate),
            None => serializer.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Rate>, D::Error> {
        super::rate::deserialize(deserializer).map(Some)
    }
}
