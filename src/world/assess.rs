//! The engine as generated claims meet it: the policies of the scheme as they were published, and what the one that
//! applies gives.

use std::sync::Arc;

use chrono::{NaiveDate, NaiveTime};

use super::Assessed;
use crate::data::POLICIES;
use crate::domain::canonical::{hex, sha256};
use crate::domain::claim::{Document, PolicyRef};
use crate::policy::model::{DocumentRule, Need};
use crate::policy::{Assessment, Facts, Policy, Published, applicable, engine, record::Record};
use crate::store::PublishedPolicy;

/// The embedded policies, each published at 00:00 (Asia/Shanghai) of its day.
pub fn published() -> Vec<PublishedPolicy> {
    let read = |(text, (year, month, day)): &(&'static str, (i32, u32, u32))| {
        let policy = Policy::parse(text).ok()?;
        let midnight = NaiveDate::from_ymd_opt(*year, *month, *day)?.and_time(NaiveTime::MIN);
        Some(PublishedPolicy {
            code: policy.code.to_string(),
            version: policy.version,
            text: (*text).to_owned(),
            sha256: hex(&sha256(text.as_bytes())),
            published_at: crate::domain::date::from_shanghai(midnight),
        })
    };
    POLICIES.iter().filter_map(read).collect()
}

/// What the engine gives under the policy that applies at noon of the day of submission; nothing where none does.
pub fn engine_of(policies: &[PublishedPolicy]) -> impl Fn(&Facts) -> Option<Assessed> + Send + Sync + use<> {
    let read = |published: &PublishedPolicy| {
        Some(Published {
            policy: Arc::new(Policy::parse(&published.text).ok()?),
            sha256: published.sha256.clone(),
            published_at: published.published_at,
        })
    };
    let published: Vec<Published> = policies.iter().filter_map(read).collect();
    move |facts| {
        let moment = facts.submitted?.and_hms_opt(4, 0, 0)?.and_utc();
        assessed(applicable(&published, facts, moment)?, facts)
    }
}

fn assessed(published: &Published, facts: &Facts) -> Option<Assessed> {
    let policy = &published.policy;
    let mut record = Record::default();
    engine::run::<true>(policy, facts, &mut record).ok()?;
    let text = record.to_json(policy, facts);
    let assessment = Assessment::from_json(&text).ok()?;
    // Nobody came in a generated member's place, and nothing was asked.
    let documents = policy.documents_of(&facts.kind).filter(|rule| rule.need == Need::Always);
    let present = |rule: &DocumentRule| Document {
        code: rule.code.clone(),
        title: rule.title.clone(),
        required: true,
        present: true,
    };
    Some(Assessed {
        policy: PolicyRef { code: policy.code.to_string(), version: policy.version, sha256: published.sha256.clone() },
        period: policy.period,
        facts: facts.to_json(),
        total: assessment.total,
        paid: assessment.entries(policy.period),
        assessment: text,
        documents: documents.map(present).collect(),
    })
}
