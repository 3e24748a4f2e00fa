//! The facts of a claim: all that the engine sees.

use chrono::NaiveDate;

use crate::domain::area::AreaCode;
use crate::domain::cover::{Cover, Paid};
use crate::domain::member::Sex;
use crate::domain::sheet::SettlementSheet;

/// The facts of one claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The kind's code: `inpatient`, `radiotherapy`, … or another that a policy names.
    pub kind: String,
    /// The area of the member's office.
    pub area: AreaCode,
    /// First day of a stay.
    pub admission: Option<NaiveDate>,
    /// Last day of a stay.
    pub discharge: Option<NaiveDate>,
    /// Day of the settlement; for a stay without it, the discharge.
    pub settlement: Option<NaiveDate>,
    /// 1, 2, 3; 0 (unknown) counts as 3.
    pub hospital_level: u8,
    /// Treated outside the league.
    pub out_of_area: bool,
    /// ICD-10 code, or empty.
    pub diagnosis: String,
    /// All amounts of the settlement sheet.
    pub amounts: SettlementSheet,
    /// Outpatient treatments on the claim.
    pub visits: u32,
    /// The member is retired.
    pub retired: bool,
    /// The member's date of birth.
    pub birth: Option<NaiveDate>,
    /// The member's sex.
    pub sex: Option<Sex>,
    /// The day of submission.
    pub submitted: Option<NaiveDate>,
    /// The member's participations.
    pub cover: Vec<Cover>,
    /// What earlier claims were paid.
    pub paid: Vec<Paid>,
}
