//! The central database as the program sees it: one trait, [`Store`], whose operations have the same names in the
//! database's own functions. Everything above speaks plain domain types; SQL, drivers and pools stay in this room.
//!
//! - `sqlite/` the embedded default
//! - `postgres/` the centre
//! - `login.rs` logging in, where the centre asks who is there
//! - `fixed.rs` what a centre holds before anybody is entered
//! - `keys.rs` what members are searched by, in every adapter
//! - `recorded.rs` a recorded claim and its canonical form, in every adapter
//! - `verifying.rs` what a verification of the whole database finds, fed by every adapter
//! - `loading.rs` a generated world as rows, for every adapter
//! - `journal.rs` what this terminal keeps for itself: drafts, the last reference snapshot
//! - `witness.rs` what it remembers of the centre's tree
//! - `terminal_keys.rs` the keys of slips that it keeps
//! - `sealer.rs` who signs that tree · `tree_walk.rs` a verification of it
//!
//! To add an operation: a method here, a variant of [`Request`] and [`Reply`] with its line in [`answer`], both adapters,
//! and its cases in `tests/store_contract.rs`.

mod fixed;
pub mod journal;
pub mod keys;
pub mod loading;
mod login;
pub mod postgres;
pub mod recorded;
pub mod sealer;
pub mod sqlite;
pub mod terminal_keys;
pub mod tree_walk;
pub mod verifying;
pub mod witness;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::area::{AreaCode, OfficeCode};
use crate::domain::bill::Bill;
use crate::domain::canonical::Hash;
use crate::domain::claim::{Claim, ClaimId, ClaimKind, ClaimLine, NewClaim, Standing};
use crate::domain::cover::{Cover, Paid};
use crate::domain::form::FormId;
use crate::domain::member::{Member, MemberId, PersonalField, Sex};
use crate::domain::number::{ClaimNumber, SlipNumber};
use crate::domain::query::Query;
use crate::domain::secret::Secret;

pub use login::Mode;

/// Rows of a search at most; more are only counted as "more".
pub const SEARCH_ROWS: usize = 20;

/// Prints of one slip at most.
const PRINTS_MAX: u32 = 99;
/// Keys of terminals that one person enrols in a day and night at most.
const KEYS_A_DAY: i64 = 5;

/// Who logged in, where, and what the window used last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello {
    /// The login.
    pub login: String,
    /// Duties, as codes (`clerk`, `reviewer`, …).
    pub duties: Vec<String>,
    /// The office.
    pub office: Office,
    /// The window's number.
    pub window: u32,
    /// The version of the database's schema.
    pub schema: i64,
    /// The server's date and time in Asia/Shanghai; in a generated world its own day with the real time of day.
    pub now: NaiveDateTime,
    /// Whether the day is a generated world's.
    pub world_day: bool,
    /// What this window used last, from its stored claims.
    pub last_used: LastUsed,
    /// What can be done with this version of the program.
    pub mode: Mode,
    /// The centre's records are signed, and this terminal has no key to check that with: it can't notice changed ones.
    pub unwatched: bool,
    /// The day until which the password is good, by the calendar; none where it is for ever or there is none.
    pub password_until: Option<NaiveDate>,
}

/// An office of the scheme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Office {
    /// The code.
    pub code: OfficeCode,
    /// The name.
    pub name: String,
    /// The area that it serves.
    pub area: AreaCode,
    /// Its league's code.
    pub league: AreaCode,
    /// The telephone that slips print.
    pub phone: String,
}

/// What a window used last: offers on the next sheet. Lists have the newest first, without repeats.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastUsed {
    /// The kind of the last claim.
    pub kind: Option<ClaimKind>,
    /// Its bill code.
    pub bill_code: Option<String>,
    /// Codes of hospitals.
    pub hospitals: Vec<String>,
    /// Codes of diagnoses.
    pub diagnoses: Vec<String>,
    /// The diagnosis of the last haemodialysis claim.
    pub haemodialysis: Option<String>,
    /// The last claim whole, for "as on the claim before" (F4).
    pub claim: Option<Box<NewClaim>>,
}

/// One row of a search, masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The member.
    pub member: MemberId,
    /// The whole name.
    pub name: String,
    /// Sex.
    pub sex: Sex,
    /// Year of birth.
    pub birth_year: i32,
    /// The ID number, masked.
    pub id_masked: String,
    /// The unit's name.
    pub unit: String,
    /// The newest period with a cover, 0 without any.
    pub period: i32,
    /// Years in a row that end with it.
    pub years: u32,
    /// The claim that was searched, where one was.
    pub claim: Option<ClaimNumber>,
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// At most [`SEARCH_ROWS`], in the order of contract 2.
    pub rows: Vec<Hit>,
    /// There are more: narrow it.
    pub more: bool,
    /// The ID number belongs to a member of another league; nothing else is told.
    pub elsewhere: bool,
    /// Of a scanned slip whose claim is there: what the record is to its code.
    pub slip: Option<OnRecord>,
}

/// What a record is to the code of a slip, whoever signed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnRecord {
    /// The claim's first event has the hash that the code says, and the slip shows the amount that it says.
    Same,
    /// The same, of a claim that was withdrawn since: the slip is genuine, and stands for nothing any more.
    Withdrawn,
    /// The number is given, to another record or with another amount: the slip is forged, or this database was restored
    /// and has given the number once more.
    Differs,
}

impl OnRecord {
    /// Whether hash and amount are the record's, and the claim is withdrawn.
    fn of(same: bool, withdrawn: bool) -> OnRecord {
        match (same, withdrawn) {
            (false, _) => OnRecord::Differs,
            (true, true) => OnRecord::Withdrawn,
            (true, false) => OnRecord::Same,
        }
    }
}

/// The member's sheet in one answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberSheet {
    /// Identity, masked.
    pub member: Member,
    /// Participations, oldest first.
    pub covers: Vec<Cover>,
    /// What live claims were paid, in the order of submission.
    pub paid: Vec<Paid>,
    /// Earlier claims, newest first, withdrawn ones included.
    pub claims: Vec<ClaimLine>,
    /// The bank and the last 4 digits of the card on file.
    pub card: Option<CardOnFile>,
}

/// The card on file, masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardOnFile {
    /// The bank's name.
    pub bank: String,
    /// The last 4 digits.
    pub last4: String,
}

/// Reference data: fetched after login, kept in the journal, looked up locally.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// Changes when anything in it changes.
    pub version: String,
    /// All offices.
    pub offices: Vec<Office>,
    /// Hospitals.
    pub hospitals: Vec<Hospital>,
    /// Diagnoses.
    pub diagnoses: Vec<DiagnosisEntry>,
    /// Published policies.
    pub policies: Vec<PublishedPolicy>,
}

/// A contracted hospital.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hospital {
    /// 医保定点医疗机构编码, 12 characters.
    pub code: String,
    /// The name.
    pub name: String,
    /// Pinyin initials of the name.
    pub initials: String,
    /// 1, 2, 3; 0 unknown.
    pub level: u8,
    /// The area that it lies in.
    pub area: AreaCode,
}

/// A diagnosis of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiagnosisEntry {
    /// ICD-10 code.
    pub code: String,
    /// The name.
    pub name: String,
    /// Pinyin initials of the name.
    pub initials: String,
}

/// A policy that was published: immutable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedPolicy {
    /// Its code.
    pub code: String,
    /// Its version.
    pub version: u32,
    /// The file.
    pub text: String,
    /// SHA-256 of the file's bytes, hexadecimal.
    pub sha256: String,
    /// When it was published.
    pub published_at: DateTime<Utc>,
}

/// The answer to a submit; the same for every retry of the same claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted {
    /// The recorded claim with its number.
    pub claim: Box<Claim>,
    /// The hash of its event in the office's chain, hexadecimal.
    pub hash: String,
    /// Whether it had been recorded before (a retry).
    pub replay: bool,
}

/// A print that was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Printed {
    /// 0 the original, n: 补打 第n次; counted for each form.
    pub copy: u32,
    /// The slip's number.
    pub slip: SlipNumber,
    /// The hash of the claim's first event in its office's chain.
    pub record: Hash,
    /// The claim's revision of that moment: where the one at hand has another, the slip would say what is not so any more.
    pub rev: u32,
}

/// The desk's counts and lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Desk {
    /// Claims that this clerk took today.
    pub accepted_today: u32,
    /// Returned claims of the office that wait for documents, newest first, at most 20.
    pub returned: Vec<ClaimLine>,
    /// How many there are in all.
    pub returned_count: u32,
    /// Claims that this clerk took today, newest first, at most 20.
    pub own_today: Vec<ClaimLine>,
}

/// What a verification of the whole database found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// Claims that were recomputed.
    pub claims: u64,
    /// Chains that were walked.
    pub chains: u64,
    /// Everything that differs.
    pub differences: Vec<Difference>,
}

/// One record that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The claim's number, or the chain's office.
    pub claim: String,
    /// Which field.
    pub field: String,
}

/// What stands in a submit's way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Duplicate {
    /// The bill was claimed.
    Bill(Box<Standing>),
    /// The stay overlaps with another of the member.
    Stay(Box<Standing>),
}

/// Why an operation did not happen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The account may not do this.
    #[error("not allowed")]
    NotAllowed,
    /// There is no such record in the clerk's scope.
    #[error("not found")]
    NotFound,
    /// Somebody changed it meanwhile; the revision that is there now (0: the member's facts changed).
    #[error("changed meanwhile, now revision {0}")]
    Stale(u32),
    /// Claimed before.
    #[error("a duplicate")]
    Duplicate(Duplicate),
    /// The id was used with other content.
    #[error("the id was used with other content")]
    IdReused,
    /// Refused, with a reason code; its sentence is `refused-CODE` in the message files.
    #[error("refused: {0}")]
    Refused(String),
    /// Too many; when it goes on.
    #[error("throttled until {0}")]
    Throttled(NaiveDateTime),
    /// The centre can't be reached; nothing was sent.
    #[error("unreachable: {0}")]
    Unreachable(String),
    /// No answer came: ask again with the same id.
    #[error("no answer: {0}")]
    Unknown(String),
    /// The database's schema is of another version of the program, which this one does not know.
    #[error("the database is of another version of the program")]
    VersionTooOld,
    /// The centre shows another history than this terminal has seen: nobody works on.
    #[error("the centre's records: {}", .0.code())]
    Alarm(witness::Alarm),
    /// What the centre answered can't be read.
    #[error("unreadable: {0}")]
    Unreadable(String),
    /// The file is damaged; what was done about it.
    #[error("damaged: {0}")]
    Damaged(String),
}

/// The operations. Every call is one statement or one transaction on the other side; none is held over two calls.
#[async_trait]
pub trait Store: Send + Sync {
    /// Whether it has to be told who is there before anything else.
    fn asks_login(&self) -> bool {
        false
    }
    /// Says who is there. Asked while that person is at work, it compares: another password, or another login's, is
    /// [`StoreError::wrong_login`], and the session stays.
    async fn log_in(&self, login: &str, password: &Secret) -> Result<(), StoreError> {
        let _ = (login, password);
        Ok(())
    }
    /// Ends the session: what was held of the password is forgotten, and everything has to be told anew.
    async fn log_out(&self) -> Result<(), StoreError> {
        Ok(())
    }
    /// Who, where, when, and what the window used last. A centre that is watched over shows once more what it records: asked
    /// at the beginning of a session, and from time to time.
    async fn hello(&self) -> Result<Hello, StoreError>;
    /// Members or a claim, masked, in the clerk's scope. A scanned slip is held against its record.
    async fn search(&self, query: &Query) -> Result<Found, StoreError>;
    /// The member's sheet; the look is recorded with its purpose, for ever.
    async fn open_member(&self, ticket: Uuid, member: MemberId, purpose: &str) -> Result<MemberSheet, StoreError>;
    /// One whole number; recorded, for ever.
    async fn reveal(&self, ticket: Uuid, member: MemberId, field: PersonalField) -> Result<String, StoreError>;
    /// What stands against a bill, anywhere in the region.
    async fn check_bill(&self, bill: &Bill) -> Result<Option<Standing>, StoreError>;
    /// What stands against a stay of a member: live claims whose half-open span overlaps.
    async fn check_stay(
        &self,
        member: MemberId,
        admission: NaiveDate,
        discharge: NaiveDate,
    ) -> Result<Vec<Standing>, StoreError>;
    /// The reference data, or `None` where `version` is still the newest.
    async fn reference(&self, version: &str) -> Result<Option<Reference>, StoreError>;
    /// Records a claim: once per id, with the next number of the office and year.
    async fn submit(&self, claim: &NewClaim) -> Result<Submitted, StoreError>;
    /// One claim whole.
    async fn claim(&self, number: ClaimNumber) -> Result<Claim, StoreError>;
    /// A member's claims, newest first.
    async fn claims_of(&self, member: MemberId) -> Result<Vec<ClaimLine>, StoreError>;
    /// Counts and lists of the desk.
    async fn desk(&self) -> Result<Desk, StoreError>;
    /// Takes a claim back before review, at the member's wish; gives its new revision.
    async fn withdraw(&self, number: ClaimNumber, rev: u32, reason: &str) -> Result<u32, StoreError>;
    /// Records a print of a claim's slip before bytes go out. P2 only of a claim that was returned
    /// (`Refused("slip-not-returned")`), other forms not yet (`slip-form`).
    async fn record_print(&self, number: ClaimNumber, form: FormId) -> Result<Printed, StoreError>;
    /// The keys that slips' codes are checked with, those of the region that are not revoked. `own` is this terminal's key,
    /// which is enrolled, once: its name is that of the caller's office. A refusal says by its code, which begins with
    /// `slip-key`, why it is not taken.
    async fn slip_keys(&self, own: Option<&str>) -> Result<Vec<String>, StoreError>;
    /// Which of these ids are recorded, and under which number.
    async fn reconcile(&self, ids: &[ClaimId]) -> Result<Vec<(ClaimId, Option<ClaimNumber>)>, StoreError>;
    /// Recomputes every claim and walks every chain.
    async fn verify(&self) -> Result<Verification, StoreError>;
    /// How many round trips an operation takes (1, unless the adapter records a ticket first).
    fn trips(&self, request: &Request) -> u32 {
        let _ = request;
        1
    }
}

/// An operation as the counter asks for it; the reply carries what it gave.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// [`Store::log_in`]
    LogIn {
        /// Who.
        login: String,
        /// The password.
        password: Secret,
    },
    /// [`Store::log_out`]
    LogOut,
    /// [`Store::hello`]
    Hello,
    /// [`Store::search`]
    Search(Query),
    /// [`Store::open_member`]
    OpenMember {
        /// One per look.
        ticket: Uuid,
        /// Whose sheet.
        member: MemberId,
        /// Why.
        purpose: String,
    },
    /// [`Store::reveal`]
    Reveal {
        /// One per look.
        ticket: Uuid,
        /// Whose.
        member: MemberId,
        /// What.
        field: PersonalField,
    },
    /// [`Store::check_bill`]
    CheckBill(Bill),
    /// [`Store::check_stay`]
    CheckStay {
        /// Whose.
        member: MemberId,
        /// First day.
        admission: NaiveDate,
        /// Last day.
        discharge: NaiveDate,
    },
    /// [`Store::reference`]
    Reference {
        /// The version that is there.
        version: String,
    },
    /// [`Store::submit`]
    Submit(Box<NewClaim>),
    /// [`Store::claim`]
    Claim(ClaimNumber),
    /// [`Store::claims_of`]
    ClaimsOf(MemberId),
    /// [`Store::desk`]
    Desk,
    /// [`Store::withdraw`]
    Withdraw {
        /// Which.
        number: ClaimNumber,
        /// The revision that was seen.
        rev: u32,
        /// Why.
        reason: String,
    },
    /// [`Store::record_print`]
    RecordPrint(ClaimNumber, FormId),
    /// [`Store::slip_keys`]
    SlipKeys {
        /// This terminal's.
        own: Option<String>,
    },
    /// [`Store::reconcile`]
    Reconcile(Vec<ClaimId>),
}

/// What an operation gave.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// [`Store::log_in`]
    LoggedIn,
    /// [`Store::log_out`]
    LoggedOut,
    /// [`Store::hello`]
    Hello(Box<Hello>),
    /// [`Store::search`]
    Found(Found),
    /// [`Store::open_member`]
    Member(Box<MemberSheet>),
    /// [`Store::reveal`]
    Revealed(PersonalField, String),
    /// [`Store::check_bill`]
    Bill(Option<Box<Standing>>),
    /// [`Store::check_stay`]
    Stay(Vec<Standing>),
    /// [`Store::reference`]
    Reference(Option<Box<Reference>>),
    /// [`Store::submit`]
    Submitted(Submitted),
    /// [`Store::claim`]
    Claim(Box<Claim>),
    /// [`Store::claims_of`]
    Claims(Vec<ClaimLine>),
    /// [`Store::desk`]
    Desk(Box<Desk>),
    /// [`Store::withdraw`]
    Withdrawn(ClaimNumber, u32),
    /// [`Store::record_print`]
    PrintRecorded(ClaimNumber, Printed),
    /// [`Store::slip_keys`]
    SlipKeys(Vec<String>),
    /// [`Store::reconcile`]
    Reconciled(Vec<(ClaimId, Option<ClaimNumber>)>),
}

impl Reply {
    /// The claim, where it is one.
    pub fn claim(&self) -> Option<Box<Claim>> {
        match self {
            Reply::Claim(claim) => Some(claim.clone()),
            _ => None,
        }
    }

    /// The member's sheet, where it is one.
    pub fn member(&self) -> Option<Box<MemberSheet>> {
        match self {
            Reply::Member(sheet) => Some(sheet.clone()),
            _ => None,
        }
    }
}

/// Carries out a request.
pub async fn answer(store: &dyn Store, request: Request) -> Result<Reply, StoreError> {
    Ok(match request {
        Request::LogIn { login, password } => store.log_in(&login, &password).await.map(|()| Reply::LoggedIn)?,
        Request::LogOut => store.log_out().await.map(|()| Reply::LoggedOut)?,
        Request::Hello => Reply::Hello(Box::new(store.hello().await?)),
        Request::Search(query) => Reply::Found(store.search(&query).await?),
        Request::OpenMember { ticket, member, purpose } => {
            Reply::Member(Box::new(store.open_member(ticket, member, &purpose).await?))
        }
        Request::Reveal { ticket, member, field } => Reply::Revealed(field, store.reveal(ticket, member, field).await?),
        Request::CheckBill(bill) => Reply::Bill(store.check_bill(&bill).await?.map(Box::new)),
        Request::CheckStay { member, admission, discharge } => {
            Reply::Stay(store.check_stay(member, admission, discharge).await?)
        }
        Request::Reference { version } => Reply::Reference(store.reference(&version).await?.map(Box::new)),
        Request::Submit(claim) => Reply::Submitted(store.submit(&claim).await?),
        Request::Claim(number) => Reply::Claim(Box::new(store.claim(number).await?)),
        Request::ClaimsOf(member) => Reply::Claims(store.claims_of(member).await?),
        Request::Desk => Reply::Desk(Box::new(store.desk().await?)),
        Request::Withdraw { number, rev, reason } => {
            Reply::Withdrawn(number, store.withdraw(number, rev, &reason).await?)
        }
        Request::RecordPrint(number, form) => Reply::PrintRecorded(number, store.record_print(number, form).await?),
        Request::SlipKeys { own } => Reply::SlipKeys(store.slip_keys(own.as_deref()).await?),
        Request::Reconcile(ids) => Reply::Reconciled(store.reconcile(&ids).await?),
    })
}
