//! What the functions of `api_v1` answer, as domain values. A value that a function can't have written is damage.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::Deserialize;
use sqlx::postgres::PgRow;
use sqlx::{Decode, Postgres, Row, Type};

use super::error::failed;
use crate::domain::area::{AreaCode, OfficeCode};
use crate::domain::canonical::unhex;
use crate::domain::claim::{Claim, ClaimKind, ClaimLine, ClaimState, Document, NewClaim, Notice, Standing};
use crate::domain::cover::{Cover, Paid};
use crate::domain::form::FormId;
use crate::domain::member::{Member, MemberId, Sex};
use crate::domain::money::Money;
use crate::domain::number::{ClaimNumber, SlipNumber};
use crate::store::{CardOnFile, Desk, Hello, LastUsed, MemberSheet, Mode, Office, Printed, StoreError, Submitted};

fn unreadable(what: &str) -> StoreError {
    StoreError::Unreadable(what.to_owned())
}

/// A column by its place.
pub(super) fn get<'r, T: Decode<'r, Postgres> + Type<Postgres>>(row: &'r PgRow, at: usize) -> Result<T, StoreError> {
    row.try_get(at).map_err(failed)
}

/// A member's sex from its code.
pub(super) fn sex(code: &str) -> Result<Sex, StoreError> {
    [Sex::Female, Sex::Male].into_iter().find(|sex| sex.code() == code).ok_or_else(|| unreadable("sex"))
}

#[derive(Deserialize)]
pub(super) struct NumberAnswer {
    office: OfficeCode,
    year: u16,
    number: u32,
}

impl NumberAnswer {
    pub fn number(self) -> ClaimNumber {
        ClaimNumber { office: self.office, year: self.year, sequence: self.number }
    }
}

#[derive(Deserialize)]
pub(super) struct LineAnswer {
    office: OfficeCode,
    year: u16,
    number: u32,
    rev: u32,
    state: ClaimState,
    submitted: NaiveDate,
    period: i32,
    member: MemberId,
    member_name: String,
    kind: Option<ClaimKind>,
    admission: Option<NaiveDate>,
    until: Option<NaiveDate>,
    hospital: Option<String>,
    medical_total: Option<Money>,
    total: Option<Money>,
    documents: Option<Vec<Document>>,
}

impl LineAnswer {
    pub fn line(self) -> ClaimLine {
        let missing = self.documents.into_iter().flatten().filter(|document| document.required && !document.present);
        ClaimLine {
            number: ClaimNumber { office: self.office, year: self.year, sequence: self.number },
            rev: self.rev,
            kind: self.kind,
            state: self.state,
            submitted: self.submitted,
            admission: self.admission,
            until: self.until,
            period: self.period,
            member_name: self.member_name,
            member: self.member,
            hospital: self.hospital.unwrap_or_default(),
            medical_total: self.medical_total.unwrap_or_default(),
            total: self.total.unwrap_or_default(),
            missing: missing.map(|document| document.title).collect(),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct StandingAnswer {
    office: OfficeCode,
    year: u16,
    number: u32,
    office_name: String,
    state: ClaimState,
    line: Option<LineAnswer>,
}

impl StandingAnswer {
    pub fn standing(self) -> Standing {
        Standing {
            number: ClaimNumber { office: self.office, year: self.year, sequence: self.number },
            office: self.office_name,
            state: self.state,
            line: self.line.map(LineAnswer::line),
        }
    }
}

#[derive(Deserialize)]
struct NoticeAnswer {
    year: u16,
    number: u32,
    prints: u32,
}

impl NoticeAnswer {
    fn notice(self, office: OfficeCode) -> Notice {
        let number = SlipNumber { office, year: self.year, form: FormId::P2, sequence: self.number };
        Notice { number, prints: self.prints }
    }
}

#[derive(Deserialize)]
pub(super) struct PrintAnswer {
    copy: u32,
    #[serde(flatten)]
    number: NumberAnswer,
    record: String,
    rev: u32,
}

impl PrintAnswer {
    pub fn printed(self, form: FormId) -> Result<Printed, StoreError> {
        let ClaimNumber { office, year, sequence } = self.number.number();
        let record = unhex(&self.record).ok_or_else(|| unreadable("record"))?;
        Ok(Printed { copy: self.copy, slip: SlipNumber { office, year, form, sequence }, record, rev: self.rev })
    }
}

#[derive(Deserialize)]
pub(super) struct ClaimAnswer {
    new: NewClaim,
    office: OfficeCode,
    year: u16,
    number: u32,
    league: AreaCode,
    rev: u32,
    submitted_at: DateTime<Utc>,
    clerk: String,
    prints: u32,
    notice: Option<NoticeAnswer>,
    // Auditors get no words beside the codes.
    #[serde(default)]
    member_name: String,
    #[serde(default)]
    id_masked: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    hospital_name: String,
}

impl ClaimAnswer {
    pub fn claim(self) -> Claim {
        Claim {
            claim: self.new,
            number: ClaimNumber { office: self.office, year: self.year, sequence: self.number },
            league: self.league,
            office: self.office,
            rev: self.rev,
            submitted_at: self.submitted_at,
            clerk: self.clerk,
            member_name: self.member_name,
            member_id_masked: self.id_masked,
            unit: self.unit,
            hospital_name: self.hospital_name,
            prints: self.prints,
            notice: self.notice.map(|notice| notice.notice(self.office)),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct SubmitAnswer {
    claim: ClaimAnswer,
    hash: String,
    replay: bool,
}

impl SubmitAnswer {
    pub fn submitted(self) -> Submitted {
        Submitted { claim: Box::new(self.claim.claim()), hash: self.hash, replay: self.replay }
    }
}

#[derive(Deserialize)]
pub(super) struct SheetAnswer {
    member: Member,
    covers: Vec<Cover>,
    paid: Vec<Paid>,
    claims: Vec<LineAnswer>,
    card: Option<CardOnFile>,
}

impl SheetAnswer {
    pub fn sheet(self) -> MemberSheet {
        MemberSheet {
            member: self.member,
            covers: self.covers,
            paid: self.paid,
            claims: self.claims.into_iter().map(LineAnswer::line).collect(),
            card: self.card,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct DeskAnswer {
    accepted_today: u32,
    returned_count: u32,
    returned: Vec<LineAnswer>,
    own_today: Vec<LineAnswer>,
}

impl DeskAnswer {
    pub fn desk(self) -> Desk {
        Desk {
            accepted_today: self.accepted_today,
            returned: self.returned.into_iter().map(LineAnswer::line).collect(),
            returned_count: self.returned_count,
            own_today: self.own_today.into_iter().map(LineAnswer::line).collect(),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct HelloAnswer {
    login: String,
    duties: Vec<String>,
    window: u32,
    office: Office,
    mode: String,
    schema: i64,
    now: NaiveDateTime,
    world_day: bool,
    checkpoint: Option<String>,
    password_until: Option<NaiveDate>,
    last: Option<ClaimAnswer>,
    used: Used,
}

#[derive(Deserialize)]
struct Used {
    bill_code: Option<String>,
    haemodialysis: Option<String>,
    hospitals: Vec<String>,
    diagnoses: Vec<String>,
}

impl HelloAnswer {
    /// `VersionTooOld` where the centre refuses this program; `blind`: this terminal has no key to check signatures with.
    pub fn hello(self, blind: bool) -> Result<Hello, StoreError> {
        let mode = match self.mode.as_str() {
            "ok" => Mode::Full,
            "read-only" => Mode::ReadOnly,
            _ => return Err(StoreError::VersionTooOld),
        };
        let last = self.last.map(|last| last.new);
        Ok(Hello {
            login: self.login,
            duties: self.duties,
            office: self.office,
            window: self.window,
            schema: self.schema,
            now: self.now,
            world_day: self.world_day,
            mode,
            unwatched: blind && self.checkpoint.is_some(),
            password_until: self.password_until,
            last_used: LastUsed {
                kind: last.as_ref().map(|last| last.kind),
                bill_code: self.used.bill_code,
                hospitals: self.used.hospitals,
                diagnoses: self.used.diagnoses,
                haemodialysis: self.used.haemodialysis,
                claim: last.map(Box::new),
            },
        })
    }
}
