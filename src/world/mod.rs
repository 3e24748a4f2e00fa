//! A generated world of any size: offices, accounts, units, members, participations and claims that the real engine
//! assessed, so that a verification of the whole database finds nothing. Pure: same seed, members, claims and day, the
//! same world on every machine; members are made from their index, one at a time, so that no size fills the memory.
//!
//! - `assess` the engine with the policies of the scheme
//! - `plan` how members are shared over leagues, offices and units
//! - `person` one member from an index; the fixed members of the demo
//! - `claims` earlier claims, office by office, in the order of submission
//! - `dice` random numbers that are whole numbers only
//!
//! The words of it (names, units, accounts) are data: `data/names.json` and `data/demo.json`. To add one more fixed member
//! or account: an entry in `demo.json`, and its test.

pub mod assess;
mod claims;
mod dice;
mod person;
mod plan;

#[cfg(test)]
mod tests;

use chrono::{DateTime, NaiveDate, Utc};

use self::plan::Agency;
pub use self::plan::offices;
use crate::data::demo::{FixedAccount, demo};
use crate::domain::area::{AreaCode, OfficeCode};
use crate::domain::claim::{Document, NewClaim, PolicyRef};
use crate::domain::cover::{Cover, Paid};
use crate::domain::member::{MemberId, Sex};
use crate::domain::money::Money;
use crate::domain::number::ClaimNumber;
use crate::domain::romanise::Reading;
use crate::policy::Facts;

/// Password of every generated account.
pub const PASSWORD: &str = "demo-demo-demo";
/// The world's own day where none is given.
pub const WORLD_DAY: (i32, u32, u32) = (2021, 3, 20);
/// Members of a world, at least and at most.
const MEMBERS: (u32, u32) = (1_000, 100_000_000);

/// An office of the scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficeRow {
    /// The code.
    pub code: OfficeCode,
    /// The name of its area (the screens' short name of the office).
    pub name: String,
    /// `association`, `league`, `banner` or `zone`.
    pub kind: &'static str,
    /// The area that it serves.
    pub area: AreaCode,
    /// Its league; the region for the association's own office.
    pub league: AreaCode,
    /// The office above it; none above the association.
    pub parent: Option<OfficeCode>,
    /// The telephone that slips print.
    pub phone: String,
}

/// An account; its password is [`PASSWORD`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRow {
    /// The login.
    pub login: String,
    /// Duties as codes: `clerk`, `reviewer`, `cashier`, `region`.
    pub duties: Vec<String>,
    /// The office.
    pub office: OfficeCode,
    /// The window's number; 0 without one.
    pub window: u32,
}

/// A unit whose workers are members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitRow {
    /// The office's code, then a sequence in it (`15080200001`).
    pub id: i64,
    /// The league.
    pub league: AreaCode,
    /// The office that serves it.
    pub office: OfficeCode,
    /// The name.
    pub name: String,
    /// Pinyin initials of the name.
    pub initials: String,
    /// Members of it.
    pub participants: u32,
    /// Its workers.
    pub employees: u32,
}

/// A member with everything that is stored of one. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// The number.
    pub id: MemberId,
    /// The league.
    pub league: AreaCode,
    /// The office.
    pub office: OfficeCode,
    /// The unit's id.
    pub unit: i64,
    /// The whole name.
    pub name: String,
    /// Every reading of the name.
    pub readings: Vec<Reading>,
    /// Sex.
    pub sex: Sex,
    /// Date of birth.
    pub birth: NaiveDate,
    /// 18 characters with a valid check, unique in the region.
    pub id_number: String,
    /// 11 digits, or empty.
    pub mobile: String,
    /// Retired.
    pub retired: bool,
    /// The card on file: bank and number (16 to 19 digits, Luhn's check fits).
    pub card: Option<(String, String)>,
    /// Participations, oldest first; none that begins after the world's day.
    pub covers: Vec<Cover>,
}

impl std::fmt::Debug for PersonRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PersonRow({}, ***)", self.id)
    }
}

/// What the engine gives for the facts of a generated claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessed {
    /// The policy that applies.
    pub policy: PolicyRef,
    /// Its period.
    pub period: i32,
    /// The facts, JSON, as they are recorded.
    pub facts: String,
    /// The assessment, JSON.
    pub assessment: String,
    /// Its total.
    pub total: Money,
    /// What later claims of the member have in `paid` of this one.
    pub paid: Vec<Paid>,
    /// The policy's documents for this kind, all of them present.
    pub documents: Vec<Document>,
}

/// An earlier claim: rev 1, or 2 where it was withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimRow {
    /// What was submitted; `state` is the claim's state now (`Withdrawn` where `withdrawn` is there).
    pub claim: NewClaim,
    /// The number: gapless per office and year, in the order of the iterator.
    pub number: ClaimNumber,
    /// The league of the office.
    pub league: AreaCode,
    /// The office, which is the member's.
    pub office: OfficeCode,
    /// The server's time; rising within an office.
    pub submitted_at: DateTime<Utc>,
    /// The clerk's login.
    pub clerk: String,
    /// The facts, as the engine got them.
    pub facts: Facts,
    /// What each benefit got.
    pub paid: Vec<Paid>,
    /// When and why it was taken back (before the office's next claim).
    pub withdrawn: Option<(DateTime<Utc>, String)>,
    /// What its personal texts are committed with.
    pub salt: [u8; 16],
}

/// A generated world. Nothing of it is kept in memory but how it is shared out.
#[derive(Clone, Debug)]
pub struct World {
    seed: u64,
    members: u32,
    claims: u32,
    day: NaiveDate,
    agencies: Vec<Agency>,
}

impl World {
    /// A world of `members` members (1,000 to 100 million) and `claims` earlier claims (the fixed ones of the demo at
    /// least) as it stands on the morning of `day` (2021-03-20 at the earliest).
    pub fn new(seed: u64, members: u32, claims: u32, day: NaiveDate) -> World {
        let members = members.clamp(MEMBERS.0, MEMBERS.1);
        let claims = claims.max(claims::fixed_count());
        World { seed, members, claims, day: day.max(world_day()), agencies: plan::agencies(members) }
    }

    /// One claim for every eleven members.
    pub const fn usual_claims(members: u32) -> u32 {
        members / 11
    }

    /// The world's day.
    pub fn day(&self) -> NaiveDate {
        self.day
    }

    /// Number of members.
    pub fn member_count(&self) -> u32 {
        self.members
    }

    /// Number of earlier claims that are planned.
    pub fn claim_count(&self) -> u32 {
        self.claims
    }

    /// The association, 12 leagues, 103 banners, and zones.
    pub fn offices(&self) -> impl Iterator<Item = OfficeRow> + '_ {
        offices()
    }

    /// Six accounts of the demo, and one clerk for every other office that takes claims.
    pub fn accounts(&self) -> impl Iterator<Item = AccountRow> + '_ {
        let fixed = demo().accounts.iter().map(|account| AccountRow {
            login: account.login.clone(),
            duties: account.duties.clone(),
            office: account.office,
            window: account.window,
        });
        let others = self.agencies.iter().filter(|agency| clerks(agency.office).next().is_none());
        fixed.chain(others.map(|agency| AccountRow {
            login: clerk(agency.office, 1),
            duties: vec!["clerk".to_owned()],
            office: agency.office,
            window: 1,
        }))
    }

    /// All units, office by office.
    pub fn units<'a>(&'a self) -> impl Iterator<Item = UnitRow> + 'a {
        let of = move |agency: &'a Agency| (0..agency.unit_ends.len()).map(move |k| plan::unit(self.seed, agency, k));
        self.agencies.iter().flat_map(of)
    }

    /// All members, in the order of their numbers.
    pub fn members<'a>(&'a self) -> impl Iterator<Item = PersonRow> + 'a {
        let of = move |agency: &'a Agency| (0..agency.size()).map(move |local| (agency, local));
        self.agencies.iter().flat_map(of).map(|(agency, local)| person::person(self.seed, self.day, agency, local))
    }

    /// The member with an index from 0 on, which is its place in [`World::members`].
    pub fn member(&self, index: u32) -> Option<PersonRow> {
        let agency = self.agencies.iter().find(|agency| agency.members.contains(&index))?;
        Some(person::person(self.seed, self.day, agency, index - agency.members.start))
    }

    /// All earlier claims, office by office, in each in the order of submission. `assess` is the engine with the published
    /// policies ([`assess::engine_of`]); a claim for which it gives nothing is left out.
    pub fn claims<'a, A>(&'a self, assess: &'a A) -> impl Iterator<Item = ClaimRow> + 'a
    where
        A: Fn(&Facts) -> Option<Assessed>,
    {
        let quotas = self.quotas().into_iter();
        let starts = quotas.scan(0u64, |before, quota| {
            let first = *before;
            *before += u64::from(quota);
            Some((first, quota))
        });
        self.agencies.iter().zip(starts).flat_map(move |(agency, (first, quota))| {
            let planned = claims::plan(self, agency, first, quota);
            claims::Writer::new(self, agency, assess, planned)
        })
    }

    /// Claims of each agency by its members; the office with the fixed claims has those on top.
    fn quotas(&self) -> Vec<u32> {
        let (claims, members) = (u64::from(self.claims), u64::from(self.members));
        let fixed = claims::fixed_count();
        let of_demo = |agency: &Agency| demo().claims.iter().any(|claim| claims::is_of(claim, agency.office));
        let share = |agency: &Agency| (claims * u64::from(agency.size()) / members) as u32;
        let demo_size: u32 = self.agencies.iter().filter(|a| of_demo(a)).map(Agency::size).sum();
        let demo_quota: u32 = self.agencies.iter().filter(|a| of_demo(a)).map(|a| share(a) + fixed).sum();
        let demo_quota = demo_quota.min(self.claims);
        let rest = claims.saturating_sub(u64::from(demo_quota));
        let others = u64::from(self.members - demo_size).max(1);
        let mut before = 0u64;
        let quota = |agency: &Agency| {
            if of_demo(agency) {
                return demo_quota;
            }
            let start = rest * before / others;
            before += u64::from(agency.size());
            (rest * before / others - start) as u32
        };
        self.agencies.iter().map(quota).collect()
    }
}

/// The world's own day where none is given.
pub fn world_day() -> NaiveDate {
    let (year, month, day) = WORLD_DAY;
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

fn clerks(office: OfficeCode) -> impl Iterator<Item = &'static FixedAccount> {
    demo().accounts.iter().filter(move |account| account.office == office && account.window > 0)
}

/// Windows of an office.
fn windows(office: OfficeCode) -> u32 {
    clerks(office).map(|account| account.window).max().unwrap_or(1)
}

/// The login of the clerk at a window.
fn clerk(office: OfficeCode, window: u32) -> String {
    let fixed = clerks(office).find(|account| account.window == window);
    fixed.map_or_else(|| format!("{office}{window:02}"), |account| account.login.clone())
}
