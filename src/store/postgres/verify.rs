//! A verification of the centre: pages of the functions for auditors, fed to `store::verifying`, which judges. The auditor
//! sees no person: card, agent and remark come as what they were committed to.

use serde::Deserialize;
use sqlx::postgres::PgRow;

use super::answers::{ClaimAnswer, get};
use super::line::{Again, Line, call};
use crate::domain::area::OfficeCode;
use crate::domain::cover::Paid;
use crate::domain::money::Money;
use crate::store::recorded::{EventText, Personal, Recorded, Salt};
use crate::store::verifying::{History, Verifying, Walked, name_of};
use crate::store::{PublishedPolicy, StoreError, Verification};

/// Rows of one page.
const EVENTS: i32 = 5000;
const CLAIMS: i32 = 1000;

/// Verifies everything in the auditor's scope. The centre works on meanwhile: each page is of a moment of its own.
pub(super) async fn verify(line: &Line) -> Result<Verification, StoreError> {
    let mut verifying = Verifying::new();
    policies(line, &mut verifying).await?;
    for row in &heads(line).await? {
        verifying.head(get::<i32>(row, 0)?.into(), get(row, 1)?, get(row, 2)?);
    }
    events(line, &mut verifying).await?;
    for row in &heads(line).await? {
        verifying.head_after(get::<i32>(row, 0)?.into(), get(row, 1)?, get(row, 2)?);
    }
    verifying.heads_end();
    for row in &counters(line).await? {
        verifying.counter(get::<i32>(row, 0)?.into(), get::<i32>(row, 1)?.into(), get::<i32>(row, 2)?.into());
    }
    claims(line, &mut verifying).await?;
    for row in &counters(line).await? {
        verifying.counter_after(get::<i32>(row, 0)?.into(), get::<i32>(row, 1)?.into(), get::<i32>(row, 2)?.into());
    }
    verifying.counters_end();
    for row in &line.all(Again::Yes, "SELECT * FROM api_v1.verify_beside()", call!()).await? {
        let (what, key): (&str, &str) = (get(row, 0)?, get(row, 1)?);
        match (what, name(row, 2)?) {
            ("paid", _) => verifying.lone_paid(key),
            (what, Some(claim)) => verifying.differs(claim, what),
            (what, None) => verifying.differs(key, what),
        }
    }
    Ok(verifying.end())
}

async fn policies(line: &Line, verifying: &mut Verifying) -> Result<(), StoreError> {
    for row in &line.all(Again::Yes, "SELECT * FROM api_v1.verify_policies()", call!()).await? {
        let name = format!("{}-{}", get::<&str>(row, 0)?, get::<i32>(row, 1)?);
        verifying.policy(&name, policy(row))?;
    }
    Ok(())
}

async fn heads(line: &Line) -> Result<Vec<PgRow>, StoreError> {
    line.all(Again::Yes, "SELECT * FROM api_v1.verify_heads()", call!()).await
}

async fn counters(line: &Line) -> Result<Vec<PgRow>, StoreError> {
    line.all(Again::Yes, "SELECT * FROM api_v1.verify_counters()", call!()).await
}

/// What a claim is called whose office, year and number stand from `at` on, where there is one.
fn name(row: &PgRow, at: usize) -> Result<Option<String>, StoreError> {
    let office: Option<i32> = get(row, at)?;
    let part = |at| get::<i32>(row, at).ok().map(i64::from);
    Ok(office.map(|office| name_of(Some(office.into()), part(at + 1), part(at + 2))))
}

fn policy(row: &PgRow) -> Result<PublishedPolicy, StoreError> {
    let published_at: &str = get(row, 4)?;
    Ok(PublishedPolicy {
        code: get(row, 0)?,
        version: get::<i32>(row, 1)? as u32,
        text: get(row, 2)?,
        sha256: get(row, 3)?,
        published_at: published_at.parse().map_err(|_| StoreError::Damaged("published_at".into()))?,
    })
}

async fn events(line: &Line, verifying: &mut Verifying) -> Result<(), StoreError> {
    // Pages go by the keys, which begin with the league: an office's events stand together.
    let mut last = (0_i32, 0_i32, 0_i64);
    loop {
        let text = "SELECT * FROM api_v1.verify_events($1, $2, $3, $4)";
        let rows = line.all(Again::Yes, text, call!(last.0, last.1, last.2, EVENTS)).await?;
        for row in &rows {
            last = (get(row, 0)?, get(row, 1)?, get(row, 2)?);
            verifying.event(Walked {
                office: last.1.into(),
                place: last.2,
                claim: name(row, 10)?,
                text: Ok(EventText {
                    office: last.1.into(),
                    place: last.2,
                    claim: get(row, 3)?,
                    rev: get::<i32>(row, 4)?.into(),
                    kind: get(row, 5)?,
                    who: get(row, 6)?,
                    at: get(row, 7)?,
                    body: get(row, 8)?,
                }),
                hash: get(row, 9)?,
            })?;
        }
        if rows.len() < EVENTS as usize {
            return Ok(());
        }
    }
}

async fn claims(line: &Line, verifying: &mut Verifying) -> Result<(), StoreError> {
    let mut last = (0_i32, 0_i32, 0_i32, 0_i32);
    loop {
        let text = "SELECT * FROM api_v1.verify_claims($1, $2, $3, $4, $5)";
        let rows = line.all(Again::Yes, text, call!(last.0, last.1, last.2, last.3, CLAIMS)).await?;
        // A policy may have been published since: asked for once a page.
        let mut asked = false;
        for row in &rows {
            last = (get(row, 0)?, get(row, 1)?, get(row, 2)?, get(row, 3)?);
            let is_office = u32::try_from(last.1).ok().and_then(OfficeCode::new).is_some();
            let read = match serde_json::from_str::<Verified>(get(row, 4)?) {
                _ if !is_office => Err(StoreError::Damaged("office".into())),
                read => read.map_err(|why| StoreError::Damaged(why.to_string())),
            };
            let read = read.and_then(Verified::split);
            if let Ok((recorded, _)) = &read
                && !verifying.knows(&recorded.claim.claim.policy)
                && !std::mem::replace(&mut asked, true)
            {
                policies(line, verifying).await?;
            }
            verifying.claim((last.1.into(), last.2.into(), last.3.into()), read)?;
        }
        if rows.len() < CLAIMS as usize {
            return Ok(());
        }
    }
}

/// A claim as auditors see it, with what stands around it.
#[derive(Deserialize)]
struct Verified {
    #[serde(flatten)]
    claim: ClaimAnswer,
    day: String,
    submitted_at_text: String,
    medical_total: Money,
    documents: String,
    reasons: String,
    card: String,
    agent: String,
    remark: String,
    first_kind: Option<String>,
    first_body: Option<String>,
    state: Option<String>,
    last_rev: Option<i64>,
    printed: i64,
    noticed: i64,
    returned: bool,
    holds_bill: bool,
    holds_stay: bool,
    /// What can't be read of it is a difference of that field alone.
    paid: serde_json::Value,
}

impl Verified {
    fn split(self) -> Result<(Recorded, History), StoreError> {
        let recorded = Recorded {
            claim: self.claim.claim(),
            day: self.day,
            submitted_at: self.submitted_at_text,
            medical_total: self.medical_total,
            salt: Salt::default(),
            card: Personal::Commitment(self.card),
            agent: Personal::Commitment(self.agent),
            remark: Personal::Commitment(self.remark),
            documents: self.documents,
            reasons: self.reasons,
        };
        let history = History {
            first: self.first_kind.zip(self.first_body),
            state: self.state,
            rev: self.last_rev,
            printed: self.printed,
            noticed: self.noticed,
            returned: self.returned,
            holds_bill: self.holds_bill,
            holds_stay: Some(self.holds_stay),
            paid: serde_json::from_value::<Vec<Paid>>(self.paid).ok(),
        };
        Ok((recorded, history))
    }
}
