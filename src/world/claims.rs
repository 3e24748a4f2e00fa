//! Earlier claims, office by office. An office first plans when it took claims for whom, then each is written out in that
//! order, so that `paid` holds what the member's live claims before it got, frozen as at a counter.
//!
//! To add a kind of claim: its share in `kind_of`, and what its sheet holds in `amounts`.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc, Weekday};
use uuid::Builder;

use super::dice::{Dice, For};
use super::person::{fixed, person};
use super::plan::Agency;
use super::{Assessed, ClaimRow, PersonRow, World};
use crate::data::demo::{FixedClaim, demo};
use crate::data::{diagnoses, hospitals};
use crate::domain::area::OfficeCode;
use crate::domain::bill::Bill;
use crate::domain::claim::{ClaimId, ClaimKind, ClaimState, Diagnosis, NewClaim, Payee, SettlementMode};
use crate::domain::cover::Paid;
use crate::domain::mask;
use crate::domain::money::Money;
use crate::domain::number::ClaimNumber;
use crate::domain::sheet::{Line, SettlementSheet};
use crate::policy::Facts;
use crate::store::Hospital;

/// Radiotherapy, chemotherapy and dialysis are answered from this year on.
const OUTPATIENT_FROM: i32 = 2021;
/// Bill numbers have ten digits and no zero before them.
const BILL_FIRST: u64 = 1_000_000_000;
const BILL_COUNT: u64 = 9_000_000_000;

/// A claim before it is written out.
pub struct Planned {
    local: u32,
    index: u64,
    at: NaiveDateTime,
    window: u32,
    kind: ClaimKind,
    admission: Option<NaiveDate>,
    until: NaiveDate,
    fixed: Option<&'static FixedClaim>,
}

/// Number of claims that the demo holds in any world.
pub fn fixed_count() -> u32 {
    demo().claims.iter().map(|claim| claim.repeat).sum()
}

/// Whether a fixed claim is one of an office.
pub fn is_of(claim: &FixedClaim, office: OfficeCode) -> bool {
    demo().members.iter().any(|member| member.key == claim.member && member.office == office)
}

/// When the fixed claims' window took its last one: nothing else came to it after that.
fn last_fixed() -> Option<(u32, NaiveDateTime)> {
    demo().claims.iter().map(|claim| (claim.window, claim.submitted)).max_by_key(|(_, at)| *at)
}

/// Plans `count` claims of an office, in the order of submission; `first` counts claims before it, over all offices.
pub fn plan(world: &World, agency: &Agency, first: u64, count: u32) -> Vec<Planned> {
    let members = fixed(agency);
    let mut planned = Vec::with_capacity(count as usize);
    for claim in &demo().claims {
        let Some((local, _)) = members.iter().find(|(_, member)| member.key == claim.member) else { continue };
        for round in 0..claim.repeat {
            let later = Days::new(u64::from(claim.every * round));
            planned.push(Planned {
                local: *local,
                index: first + planned.len() as u64,
                at: claim.submitted + later,
                window: claim.window,
                kind: claim.kind,
                admission: claim.admission,
                until: claim.discharge + later,
                fixed: Some(claim),
            });
        }
    }
    let taken: HashSet<u32> = members.iter().map(|(local, _)| *local).collect();
    let mut dice = Dice::new(world.seed, For::Office, u64::from(agency.office.get()));
    let mut stays: HashMap<u32, Vec<(NaiveDate, NaiveDate)>> = HashMap::new();
    let windows = super::windows(agency.office);
    let mut throws = 0u64;
    while (planned.len() as u32) < count && throws < 200 * (u64::from(count) + 10) {
        throws += 1;
        let local = dice.below(u64::from(agency.size())) as u32;
        if taken.contains(&local) {
            continue;
        }
        let person = person(world.seed, world.day, agency, local);
        let Some(until) = covered_day(world, &person, &mut dice).filter(|_| person.card.is_some()) else { continue };
        let kind = kind_of(&mut dice, until);
        let admission = kind.is_stay().then(|| until - Days::new(nights(&mut dice)));
        if let Some(from) = admission {
            let spans = stays.entry(local).or_default();
            if spans.iter().any(|(start, end)| from <= *end && *start <= until) {
                continue;
            }
            spans.push((from, until));
        }
        let at = submission(&mut dice, until, world.day);
        let window = dice.between(1, i64::from(windows)) as u32;
        let closed = windows > 1 && last_fixed().is_some_and(|(number, last)| number == window && at >= last);
        let window = if closed { windows } else { window };
        planned.push(Planned {
            local,
            index: first + planned.len() as u64,
            at,
            window,
            kind,
            admission,
            until,
            fixed: None,
        });
    }
    planned.sort_by_key(|claim| (claim.at, claim.index));
    planned
}

/// A day up to four days ago on which the member was covered by a policy that is published.
fn covered_day(world: &World, person: &PersonRow, dice: &mut Dice) -> Option<NaiveDate> {
    let last = world.day - Days::new(4);
    let spans = person.covers.iter().filter(|cover| cover.period >= 2020 && cover.from <= last);
    let spans: Vec<(NaiveDate, i64)> =
        spans.map(|cover| (cover.from, (cover.to.min(last) - cover.from).num_days() + 1)).collect();
    let mut at = dice.below(spans.iter().map(|(_, days)| *days as u64).sum()) as i64;
    for (from, days) in spans {
        if at < days {
            return Some(from + Days::new(at as u64));
        }
        at -= days;
    }
    None
}

fn kind_of(dice: &mut Dice, until: NaiveDate) -> ClaimKind {
    match dice.below(100) {
        _ if until.year() < OUTPATIENT_FROM => ClaimKind::Inpatient,
        0..3 => ClaimKind::Radiotherapy,
        3..8 => ClaimKind::Chemotherapy,
        8..14 => ClaimKind::Haemodialysis,
        _ => ClaimKind::Inpatient,
    }
}

fn nights(dice: &mut Dice) -> u64 {
    if dice.percent(8) { 14 + dice.below(25) } else { 2 + dice.below(11) }
}

/// Some days after the discharge, on a working day before the world's day, in office hours.
fn submission(dice: &mut Dice, until: NaiveDate, day: NaiveDate) -> NaiveDateTime {
    let wished = until + Days::new(3 + dice.below(38));
    let mut date = wished.min(day - Days::new(1));
    while matches!(date.weekday(), Weekday::Sat | Weekday::Sun) {
        date = date - Days::new(1);
    }
    // 08:30 to 16:30, at lunch nobody.
    let second = dice.below(7 * 3600) as u32;
    let second = 30_600 + second + if second >= 3 * 3600 { 3600 } else { 0 };
    date.and_time(NaiveTime::from_num_seconds_from_midnight_opt(second, 0).unwrap_or_default())
}

/// Writes planned claims out, one at a time.
pub struct Writer<'a, A> {
    world: &'a World,
    agency: &'a Agency,
    assess: &'a A,
    planned: std::vec::IntoIter<Planned>,
    paid: HashMap<u32, Vec<Paid>>,
    last: (u16, u32),
    clock: DateTime<Utc>,
}

impl<'a, A: Fn(&Facts) -> Option<Assessed>> Writer<'a, A> {
    /// Writes `planned`, which is in the order of submission.
    pub fn new(world: &'a World, agency: &'a Agency, assess: &'a A, planned: Vec<Planned>) -> Self {
        let planned = planned.into_iter();
        Writer { world, agency, assess, planned, paid: HashMap::new(), last: (0, 0), clock: DateTime::UNIX_EPOCH }
    }

    fn write(&mut self, plan: &Planned) -> Option<ClaimRow> {
        let person = person(self.world.seed, self.world.day, self.agency, plan.local);
        let mut dice = Dice::new(self.world.seed, For::Claim, plan.index);
        let hospital = match plan.fixed {
            Some(claim) => hospitals().iter().find(|hospital| hospital.code == claim.hospital)?,
            None => hospital_of(&mut dice, self.agency)?,
        };
        let code = plan.fixed.map_or_else(|| diagnosis_of(&mut dice, plan.kind), |claim| claim.diagnosis.as_str());
        let entry = diagnoses().iter().find(|entry| entry.code == code)?;
        let visits = match plan.kind {
            ClaimKind::Inpatient => 0,
            _ => plan.fixed.map_or_else(|| dice.between(1, 12) as u32, |claim| claim.visits),
        };
        let amounts = match plan.fixed {
            Some(claim) => fixed_amounts(claim),
            None => amounts(&mut dice, plan.kind, visits),
        };
        let submitted = plan.at.date();
        let facts = Facts {
            kind: plan.kind.code().to_owned(),
            area: self.agency.area,
            admission: plan.admission,
            discharge: plan.admission.map(|_| plan.until),
            settlement: Some(plan.until),
            hospital_level: hospital.level,
            out_of_area: hospital.area.league() != self.agency.league,
            diagnosis: entry.code.clone(),
            amounts,
            visits,
            retired: person.retired,
            birth: Some(person.birth),
            sex: Some(person.sex),
            submitted: Some(submitted),
            cover: person.covers.iter().filter(|cover| cover.from <= submitted).cloned().collect(),
            paid: self.paid.get(&plan.local).cloned().unwrap_or_default(),
        };
        let assessed = (self.assess)(&facts)?;
        let year = submitted.year() as u16;
        self.last = if self.last.0 == year { (year, self.last.1 + 1) } else { (year, 1) };
        let submitted_at = utc(plan.at).max(self.clock + TimeDelta::seconds(1));
        self.clock = submitted_at;
        let missing = plan.fixed.map_or(&[][..], |claim| &claim.missing);
        let mut documents = assessed.documents;
        documents.retain(|document| document.required);
        documents.iter_mut().for_each(|document| document.present = !missing.contains(&document.code));
        let withdrawn = plan.fixed.filter(|claim| claim.withdrawn).map(|_| {
            self.clock += TimeDelta::minutes(20);
            (self.clock, demo().withdrawn.clone())
        });
        if withdrawn.is_none() {
            self.paid.entry(plan.local).or_default().extend(assessed.paid.iter().cloned());
        }
        let state = match (&withdrawn, missing.is_empty()) {
            (Some(_), _) => ClaimState::Withdrawn,
            (None, false) => ClaimState::Returned,
            (None, true) => ClaimState::Submitted,
        };
        let first_key = submitted_at - TimeDelta::seconds(dice.between(40, 200));
        let claim = NewClaim {
            id: ClaimId(
                Builder::from_unix_timestamp_millis(first_key.timestamp_millis().max(0) as u64, &dice.bytes())
                    .into_uuid(),
            ),
            member: person.id,
            period: assessed.period,
            kind: plan.kind,
            state,
            channel: "window".to_owned(),
            window: plan.window,
            bill: bill(&mut dice, plan, hospital),
            hospital: hospital.code.clone(),
            diagnosis: Diagnosis { code: entry.code.clone(), name: entry.name.clone(), standard: true },
            mode: SettlementMode::ByItem,
            admission: facts.admission,
            discharge: facts.discharge,
            settlement: facts.settlement,
            facts: assessed.facts,
            policy: assessed.policy,
            assessment: assessed.assessment,
            total: assessed.total,
            payee: payee(&person),
            agent: None,
            documents,
            reasons: Vec::new(),
            remark: String::new(),
        };
        Some(ClaimRow {
            claim,
            number: ClaimNumber { office: self.agency.office, year: self.last.0, sequence: self.last.1 },
            league: self.agency.league,
            office: self.agency.office,
            submitted_at,
            clerk: super::clerk(self.agency.office, plan.window),
            facts,
            paid: assessed.paid,
            withdrawn,
            salt: dice.bytes(),
        })
    }
}

impl<A: Fn(&Facts) -> Option<Assessed>> Iterator for Writer<'_, A> {
    type Item = ClaimRow;

    fn next(&mut self) -> Option<ClaimRow> {
        loop {
            let plan = self.planned.next()?;
            if let Some(row) = self.write(&plan) {
                return Some(row);
            }
        }
    }
}

/// From the clock of Asia/Shanghai, which is eight hours ahead and has no summer time.
fn utc(local: NaiveDateTime) -> DateTime<Utc> {
    crate::domain::date::from_shanghai(local)
}

/// Mostly one of the area, often the league's best, now and then one of another league.
fn hospital_of(dice: &mut Dice, agency: &Agency) -> Option<&'static Hospital> {
    let throw = dice.below(100);
    let near: Vec<&Hospital> = hospitals()
        .iter()
        .filter(|hospital| match throw {
            0..60 => hospital.area == agency.area,
            60..92 => hospital.area.league() == agency.league && hospital.level == 3,
            _ => hospital.level == 3,
        })
        .collect();
    dice.pick(&near).copied()
}

fn diagnosis_of(dice: &mut Dice, kind: ClaimKind) -> &'static str {
    match kind {
        ClaimKind::Radiotherapy => "Z51.000",
        ClaimKind::Chemotherapy => "Z51.100",
        ClaimKind::Haemodialysis => "N18.001",
        ClaimKind::Inpatient => {
            // Injuries raise questions about other compensation; routine follow-ups are no stay.
            let listed: Vec<&str> = diagnoses()
                .iter()
                .map(|entry| entry.code.as_str())
                .filter(|code| !code.starts_with(['O', 'S', 'T', 'Z']))
                .collect();
            dice.pick(&listed).copied().unwrap_or("I10.x00")
        }
    }
}

fn amounts(dice: &mut Dice, kind: ClaimKind, visits: u32) -> SettlementSheet {
    let median = match kind {
        ClaimKind::Inpatient => 1_050_000,
        ClaimKind::Radiotherapy => 1_800_000,
        ClaimKind::Chemotherapy => 780_000,
        ClaimKind::Haemodialysis => 45_000 * i64::from(visits.max(1)),
    };
    let total = dice.log_normal(median).max(30_000);
    let mut permille = |from: i64, to: i64| total * dice.between(from, to) / 1000;
    let out_of_scope = permille(10, 90);
    let first_pay = permille(0, 50);
    let pooled = permille(540, 760);
    let major = if total > 8_000_000 { permille(40, 100) } else { 0 };
    let personal = permille(0, 40).min(200_000);
    let over_limit = if dice.percent(20) { total / 100 } else { 0 };
    let mut sheet = SettlementSheet::default();
    for (line, fen) in [
        (Line::Total, total),
        (Line::OutOfScope, out_of_scope),
        (Line::OverLimit, over_limit),
        (Line::FirstPay, first_pay),
        (Line::Pooled, pooled),
        (Line::Major, major),
        (Line::PersonalAccount, personal),
    ] {
        sheet.set(line, Money::from_fen(fen));
    }
    sheet.set(Line::Cash, sheet.balancing_cash());
    sheet
}

fn fixed_amounts(claim: &FixedClaim) -> SettlementSheet {
    let mut sheet = SettlementSheet::default();
    for (line, amount) in [
        (Line::Total, claim.total),
        (Line::OutOfScope, claim.out_of_scope),
        (Line::FirstPay, claim.first_pay),
        (Line::Pooled, claim.pooled),
        (Line::Major, claim.major),
        (Line::PersonalAccount, claim.personal_account),
    ] {
        sheet.set(line, amount);
    }
    sheet.set(Line::Cash, sheet.balancing_cash());
    sheet
}

/// An electronic bill: region 15, medical 06, stay 01 or outpatient 02, year; a number that no other claim has.
fn bill(dice: &mut Dice, plan: &Planned, hospital: &Hospital) -> Bill {
    let code = || {
        let kind = if plan.kind.is_stay() { "01" } else { "02" };
        format!("1506{kind}{:02}", plan.until.year() % 100)
    };
    Bill {
        code: plan.fixed.and_then(|claim| claim.bill_code.clone()).unwrap_or_else(code),
        number: (BILL_FIRST + plan.index.wrapping_mul(2_654_435_761) % BILL_COUNT).to_string(),
        check: format!("{:06X}", dice.below(1 << 24)),
        hospital: hospital.code.clone(),
    }
}

fn payee(person: &PersonRow) -> Payee {
    match &person.card {
        Some((bank, number)) => Payee::OnFile { bank: bank.clone(), last4: mask::last(number, 4) },
        None => Payee::OnFile { bank: String::new(), last4: String::new() },
    }
}
