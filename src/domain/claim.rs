//! A claim as it is submitted and recorded (contract 6), and its states.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::area::{AreaCode, OfficeCode};
use super::bill::Bill;
use super::member::MemberId;
use super::money::Money;
use super::number::{ClaimNumber, SlipNumber};

/// A claim's identity: UUIDv7, made at the sheet's first key, so that a retry can't count twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ClaimId(pub Uuid);

impl fmt::Display for ClaimId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What the claim is for: the kinds that the sheet knows (policies may name more for `assess`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimKind {
    /// 住院
    #[default]
    Inpatient,
    /// 门诊放疗
    Radiotherapy,
    /// 门诊化疗
    Chemotherapy,
    /// 血液透析
    Haemodialysis,
}

impl ClaimKind {
    /// All kinds, in the order of the sheet's list.
    pub const ALL: [ClaimKind; 4] =
        [ClaimKind::Inpatient, ClaimKind::Radiotherapy, ClaimKind::Chemotherapy, ClaimKind::Haemodialysis];

    /// As facts and policies write it.
    pub const fn code(self) -> &'static str {
        match self {
            ClaimKind::Inpatient => "inpatient",
            ClaimKind::Radiotherapy => "radiotherapy",
            ClaimKind::Chemotherapy => "chemotherapy",
            ClaimKind::Haemodialysis => "haemodialysis",
        }
    }

    /// From its code.
    pub fn from_code(code: &str) -> Option<ClaimKind> {
        ClaimKind::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Whether it is a stay, with admission and discharge.
    pub const fn is_stay(self) -> bool {
        matches!(self, ClaimKind::Inpatient)
    }
}

/// States that exist so far; the machine of domain 6.3 is the whole of it and comes with review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimState {
    /// 已受理
    Submitted,
    /// 退回补正: now only 材料不全 at submit.
    Returned,
    /// 已撤回; its bill is free again.
    Withdrawn,
}

impl ClaimState {
    /// As it is recorded.
    pub const fn code(self) -> &'static str {
        match self {
            ClaimState::Submitted => "submitted",
            ClaimState::Returned => "returned",
            ClaimState::Withdrawn => "withdrawn",
        }
    }

    /// From its code.
    pub fn from_code(code: &str) -> Option<ClaimState> {
        [ClaimState::Submitted, ClaimState::Returned, ClaimState::Withdrawn]
            .into_iter()
            .find(|state| state.code() == code)
    }

    /// Whether the claim holds its bill and counts in `paid`.
    pub const fn is_live(self) -> bool {
        !matches!(self, ClaimState::Withdrawn)
    }
}

/// How the insurance settled: the two latter open `hospital_pay`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettlementMode {
    /// 按项目
    #[default]
    ByItem,
    /// 病种包干
    DiseasePackage,
    /// DRG / DIP
    DrgDip,
}

impl SettlementMode {
    /// All, in the order of the sheet's list.
    pub const ALL: [SettlementMode; 3] =
        [SettlementMode::ByItem, SettlementMode::DiseasePackage, SettlementMode::DrgDip];

    /// As it is recorded.
    pub const fn code(self) -> &'static str {
        match self {
            SettlementMode::ByItem => "by_item",
            SettlementMode::DiseasePackage => "disease_package",
            SettlementMode::DrgDip => "drg_dip",
        }
    }

    /// From its code.
    pub fn from_code(code: &str) -> Option<SettlementMode> {
        SettlementMode::ALL.into_iter().find(|mode| mode.code() == code)
    }
}

/// A diagnosis: a code of the list, or a code and free text marked 非标准码.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// ICD-10 code, such as `K80.100`.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Whether it is on the list.
    pub standard: bool,
}

/// Who is paid.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "payee")]
pub enum Payee {
    /// The card that the store has on file; its last 4 digits as they were shown.
    OnFile {
        /// The bank's name.
        bank: String,
        /// The last 4 digits.
        last4: String,
    },
    /// A card typed on this sheet; it becomes the one on file.
    New {
        /// The bank's name.
        bank: String,
        /// The whole number.
        card: String,
    },
}

impl Payee {
    /// The bank's name.
    pub fn bank(&self) -> &str {
        match self {
            Payee::OnFile { bank, .. } | Payee::New { bank, .. } => bank,
        }
    }

    /// The last 4 digits of the card.
    pub fn last4(&self) -> String {
        match self {
            Payee::OnFile { last4, .. } => last4.clone(),
            Payee::New { card, .. } => super::mask::last(card, 4),
        }
    }
}

impl fmt::Debug for Payee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Payee(***)")
    }
}

/// 代办人: who claims in the member's place.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// The name.
    pub name: String,
    /// The ID number, valid.
    pub id_number: String,
    /// The relation's code: spouse, child, parent, colleague, other, heir.
    pub relation: String,
}

impl fmt::Debug for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Agent(***)")
    }
}

/// One document of the checklist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// The policy's code for it.
    pub code: String,
    /// Its title.
    pub title: String,
    /// Whether it must be there.
    pub required: bool,
    /// Whether it was there.
    pub present: bool,
}

/// Why a warning was overridden.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The warning's code.
    pub warning: String,
    /// The clerk's words.
    pub text: String,
}

/// The policy that computed the amount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyRef {
    /// Its code.
    pub code: String,
    /// Its version.
    pub version: u32,
    /// SHA-256 of the file's bytes, in hexadecimal.
    pub sha256: String,
}

/// What the counter submits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewClaim {
    /// Made at the sheet's first key.
    pub id: ClaimId,
    /// Whose claim.
    pub member: MemberId,
    /// The period of the policy and of the cover that it falls under.
    pub period: i32,
    /// The kind.
    pub kind: ClaimKind,
    /// `Submitted`, or `Returned` where required documents are missing.
    pub state: ClaimState,
    /// How it came in: `window`.
    pub channel: String,
    /// The window's number.
    pub window: u32,
    /// The bill.
    pub bill: Bill,
    /// The hospital's code (12 characters).
    pub hospital: String,
    /// The diagnosis.
    pub diagnosis: Diagnosis,
    /// How the insurance settled.
    pub mode: SettlementMode,
    /// First day of a stay.
    pub admission: Option<NaiveDate>,
    /// Last day of a stay.
    pub discharge: Option<NaiveDate>,
    /// Day of the settlement.
    pub settlement: Option<NaiveDate>,
    /// The facts as given to the engine, JSON, `paid` and `cover` frozen.
    pub facts: String,
    /// The policy.
    pub policy: PolicyRef,
    /// The assessment, JSON of policy.md.
    pub assessment: String,
    /// Its total.
    pub total: Money,
    /// Who is paid.
    pub payee: Payee,
    /// Who came in the member's place.
    pub agent: Option<Agent>,
    /// The checklist.
    pub documents: Vec<Document>,
    /// Reasons for overridden warnings.
    pub reasons: Vec<Reason>,
    /// Free text.
    pub remark: String,
}

/// A recorded claim, with the words that slips and screens need beside the codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// What was submitted. A card that was typed comes back as the one on file.
    pub claim: NewClaim,
    /// The number.
    pub number: ClaimNumber,
    /// The league of the office.
    pub league: AreaCode,
    /// The office that took it.
    pub office: OfficeCode,
    /// Counts changes; a change names the one that it saw.
    pub rev: u32,
    /// The server's time.
    pub submitted_at: DateTime<Utc>,
    /// The clerk's login.
    pub clerk: String,
    /// The member's name.
    pub member_name: String,
    /// The member's ID number, masked.
    pub member_id_masked: String,
    /// The unit's name.
    pub unit: String,
    /// The hospital's name.
    pub hospital_name: String,
    /// How often its acknowledgement (P1) was printed.
    pub prints: u32,
    /// Its notice of what is missing (P2), where it was returned.
    pub notice: Option<Notice>,
}

/// 材料补正通知书 (P2) of a returned claim: it has a number from then on, printed or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The number.
    pub number: SlipNumber,
    /// How often it was printed.
    pub prints: u32,
}

/// An earlier claim on a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimLine {
    /// The number.
    pub number: ClaimNumber,
    /// Counts changes.
    pub rev: u32,
    /// The kind; none of a claim of another league, of which only number, office, state and day are told.
    pub kind: Option<ClaimKind>,
    /// The state.
    pub state: ClaimState,
    /// The day of submission (Asia/Shanghai).
    pub submitted: NaiveDate,
    /// First day of a stay.
    pub admission: Option<NaiveDate>,
    /// Last day of a stay, or the settlement of an outpatient claim.
    pub until: Option<NaiveDate>,
    /// The period.
    pub period: i32,
    /// The member's name.
    pub member_name: String,
    /// Whose claim.
    pub member: MemberId,
    /// The hospital's name.
    pub hospital: String,
    /// 医疗费总额
    pub medical_total: Money,
    /// What the assessment gave.
    pub total: Money,
    /// Titles of the documents that are missing.
    pub missing: Vec<String>,
}

impl ClaimLine {
    /// Whether it is told what was treated, when and for how much: not so of a claim of another league.
    pub const fn is_told(&self) -> bool {
        self.kind.is_some()
    }

    /// What is told of a claim of another league: its number, with it the office, its state and its day. What says what was
    /// treated, when and for how much is empty, and nothing of it is to be shown.
    pub fn outside(self) -> ClaimLine {
        ClaimLine {
            kind: None,
            admission: None,
            until: None,
            hospital: String::new(),
            medical_total: Money::ZERO,
            total: Money::ZERO,
            missing: Vec::new(),
            ..self
        }
    }
}

/// What stands against a bill or a stay. Of another league only office, number and state are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The number of the claim that stands.
    pub number: ClaimNumber,
    /// The name of its office.
    pub office: String,
    /// Its state.
    pub state: ClaimState,
    /// The claim, where it lies in the clerk's scope.
    pub line: Option<ClaimLine>,
}
