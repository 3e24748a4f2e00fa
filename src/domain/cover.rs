//! Participations and what earlier claims were paid: the two lists of facts that come from the store.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::money::Money;

/// A member's participation in one period, inclusive at both ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cover {
    /// The number of the participation year.
    pub period: i32,
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

/// What one benefit of an earlier claim got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paid {
    /// The period of the policy that paid.
    pub period: i32,
    /// The benefit's code.
    pub benefit: String,
    /// What entered its `tiers` step.
    #[serde(default)]
    pub base: Money,
    /// Days that its `per_day` step paid for.
    #[serde(default)]
    pub days: u32,
    /// What it got in the end.
    #[serde(default)]
    pub amount: Money,
}

/// Years in a row that end with `period`: 1 without the period before; 0 without the period itself.
pub fn years_in_a_row(covers: &[Cover], period: i32) -> u32 {
    (0..).take_while(|back| covers.iter().any(|cover| cover.period == period - back)).count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_year_starts_again() {
        let cover = |period| Cover {
            period,
            from: NaiveDate::from_ymd_opt(period, 1, 1).unwrap(),
            to: NaiveDate::from_ymd_opt(period, 12, 31).unwrap(),
        };
        let covers = [cover(2018), cover(2020), cover(2021)];
        assert_eq!(years_in_a_row(&covers, 2021), 2);
        assert_eq!(years_in_a_row(&covers, 2018), 1);
        assert_eq!(years_in_a_row(&covers, 2019), 0);
    }
}
