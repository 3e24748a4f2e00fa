//! Claims as clerks send them, ready to go: a stay of a member who has none yet, assessed by the engine.

use std::collections::HashMap;

use chrono::{Datelike, Days, NaiveDate};
use huzhu::data::{diagnoses, hospitals};
use huzhu::domain::area::AreaCode;
use huzhu::domain::bill::Bill;
use huzhu::domain::claim::{ClaimId, ClaimKind, ClaimState, Diagnosis, NewClaim, Payee, SettlementMode};
use huzhu::domain::cover::Cover;
use huzhu::domain::member::{MemberId, Sex};
use huzhu::domain::money::Money;
use huzhu::domain::sheet::{Line, SettlementSheet};
use huzhu::policy::Facts;
use huzhu::world::Assessed;
use huzhu::world::assess::{engine_of, published};
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};
use uuid::Uuid;

use super::place::ask;

/// Stays end so many days before the world's, and take so many.
const ENDED: u64 = 6;
const DAYS: u64 = 7;

/// A clerk, where he works, and what he will submit.
#[derive(Clone, Debug)]
pub struct Clerk {
    /// The login.
    pub login: String,
    league: i32,
    /// His claims as JSON.
    pub claims: Vec<String>,
}

/// Clerks of so many offices, those of the most members first. With `one` they are the same clerk again and again.
pub async fn clerks(superuser: &mut PgConnection, count: usize, one: bool) -> Vec<Clerk> {
    let rows = sqlx::query(
        "SELECT min(a.login), a.league FROM core.account a \
         JOIN (SELECT m.office, count(*) AS members FROM core.member m GROUP BY m.office) o USING (office) \
         WHERE 'clerk' = ANY (a.duties) GROUP BY a.office, a.league, o.members ORDER BY o.members DESC, a.office",
    )
    .fetch_all(superuser)
    .await
    .expect("clerks");
    let clerk = |row: &PgRow| Clerk { login: row.get(0), league: row.get(1), claims: Vec::new() };
    let clerks = rows.iter().map(clerk);
    if one {
        return clerks.take(1).cycle().take(count).collect();
    }
    assert!(clerks.len() >= count, "{count} offices with clerks");
    clerks.take(count).collect()
}

/// Gives each of them claims to submit, of members of his league who have none.
pub async fn prepare(superuser: &mut PgConnection, clerks: &mut [Clerk], each: usize) {
    let day: NaiveDate = ask(superuser, "SELECT world_day FROM core.centre").await;
    let engine = engine_of(&published());
    let mut wanted: HashMap<i32, usize> = HashMap::new();
    for clerk in clerks.iter() {
        *wanted.entry(clerk.league).or_default() += each;
    }
    let mut ready: HashMap<i32, Vec<String>> = HashMap::new();
    for (league, count) in wanted {
        let rows = members(superuser, league, day, count).await;
        let claims = rows.iter().map(|row| claim(row, day, &engine)).collect();
        ready.insert(league, claims);
    }
    for clerk in clerks {
        let of_league = ready.get_mut(&clerk.league).expect("a league");
        assert!(of_league.len() >= each, "too few members of {} have no claim yet: take more --members", clerk.league);
        clerk.claims = of_league.split_off(of_league.len() - each);
    }
}

async fn members(superuser: &mut PgConnection, league: i32, day: NaiveDate, count: usize) -> Vec<PgRow> {
    let rows = sqlx::query(
        "SELECT m.id, m.sex, m.birth, m.retired, o.area, k.bank, right(k.number, 4), core.covers_of(m.id)::text \
         FROM core.member m JOIN core.office o ON o.code = m.office \
         JOIN core.cover v ON v.league = m.league AND v.member = m.id AND v.period = $2 AND v.from_day <= $3 \
         JOIN core.card k ON k.league = m.league AND k.member = m.id AND k.place = 1 \
         WHERE m.league = $1 AND NOT EXISTS (SELECT FROM core.claim c WHERE c.member = m.id) \
         ORDER BY hashint8(m.id) LIMIT $4",
    )
    .bind(league)
    .bind(day.year())
    .bind(day - Days::new(ENDED + DAYS))
    .bind(count as i64);
    rows.fetch_all(superuser).await.expect("members")
}

fn claim(row: &PgRow, day: NaiveDate, engine: &impl Fn(&Facts) -> Option<Assessed>) -> String {
    let member: i64 = row.get(0);
    let area = AreaCode::new(row.get::<i32, _>(4) as u32).expect("an area");
    let league = area.league();
    let near = hospitals().iter().find(|hospital| hospital.area.league() == league && hospital.level == 3);
    let hospital = near.or(hospitals().first()).expect("a hospital");
    let diagnosis = diagnoses().iter().find(|entry| entry.code == "K80.100").expect("a diagnosis");
    let discharge = day - Days::new(ENDED);
    let total = 600_000 + member % 1_000_000;
    let mut amounts = SettlementSheet::default();
    for (line, fen) in [(Line::Total, total), (Line::OutOfScope, total / 20), (Line::Pooled, total * 6 / 10)] {
        amounts.set(line, Money::from_fen(fen));
    }
    amounts.set(Line::Cash, amounts.balancing_cash());
    let covers: Vec<Cover> = serde_json::from_str(row.get(7)).expect("participations");
    let facts = Facts {
        kind: ClaimKind::Inpatient.code().into(),
        area,
        admission: Some(discharge - Days::new(DAYS)),
        discharge: Some(discharge),
        settlement: Some(discharge),
        hospital_level: hospital.level,
        out_of_area: hospital.area.league() != league,
        diagnosis: diagnosis.code.clone(),
        amounts,
        visits: 0,
        retired: row.get(3),
        birth: Some(row.get(2)),
        sex: [Sex::Female, Sex::Male].into_iter().find(|sex| sex.code() == row.get::<&str, _>(1)),
        submitted: Some(day),
        cover: covers,
        paid: Vec::new(),
    };
    let assessed = engine(&facts).expect("an amount");
    let claim = NewClaim {
        id: ClaimId(Uuid::now_v7()),
        member: MemberId(member),
        period: assessed.period,
        kind: ClaimKind::Inpatient,
        state: ClaimState::Submitted,
        channel: "window".into(),
        window: 1,
        // One bill a member, under a code that generated claims don't have.
        bill: Bill {
            code: format!("{}99", league.get()),
            number: format!("{:010}", member % 10_000_000_000),
            check: "7B1C11".into(),
            hospital: hospital.code.clone(),
        },
        hospital: hospital.code.clone(),
        diagnosis: Diagnosis { code: diagnosis.code.clone(), name: diagnosis.name.clone(), standard: true },
        mode: SettlementMode::ByItem,
        admission: facts.admission,
        discharge: facts.discharge,
        settlement: facts.settlement,
        facts: assessed.facts,
        policy: assessed.policy,
        assessment: assessed.assessment,
        total: assessed.total,
        payee: Payee::OnFile { bank: row.get(5), last4: row.get(6) },
        agent: None,
        documents: assessed.documents,
        reasons: Vec::new(),
        remark: String::new(),
    };
    serde_json::to_string(&claim).expect("a claim is JSON")
}
