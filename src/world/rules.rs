//! The engine as a generated world uses it: the published policies, and what they give for the facts of a claim.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::Assessed;
use crate::data;
use crate::domain::canonical::{hex, sha256};
use crate::domain::claim::{Document, PolicyRef};
use crate::policy::model::Need;
use crate::policy::{Facts, Policy, Published, applicable, assess};
use crate::store::PublishedPolicy;

/// The embedded policies of the scheme, as they were published.
pub fn policies() -> Vec<PublishedPolicy> {
    let published = |(text, day): &(&str, (i32, u32, u32))| {
        let policy = Policy::parse(text).ok()?;
        Some(PublishedPolicy {
            code: policy.code.to_string(),
            version: policy.version,
            text: (*text).to_owned(),
            sha256: hex(&sha256(text.as_bytes())),
            published_at: start_of(NaiveDate::from_ymd_opt(day.0, day.1, day.2)?),
        })
    };
    data::POLICIES.iter().filter_map(published).collect()
}

/// The engine with these policies: which one applies on the evening of the day of submission, and what it gives. Nothing
/// where no policy applies or the facts are in error.
pub fn assessor(policies: &[PublishedPolicy]) -> impl Fn(&Facts) -> Option<Assessed> + Send + Sync + 'static {
    let read = |published: &PublishedPolicy| {
        Some(Published {
            policy: Policy::parse(&published.text).ok()?.into(),
            sha256: published.sha256.clone(),
            published_at: published.published_at,
        })
    };
    let published: Vec<Published> = policies.iter().filter_map(read).collect();
    move |facts| {
        let evening = start_of(facts.submitted? + Days::new(1));
        let Published { policy, sha256, .. } = applicable(&published, facts, evening)?;
        let assessment = assess(policy, facts).ok()?;
        let document = |rule: &crate::policy::model::DocumentRule| Document {
            code: rule.code.clone(),
            title: rule.title.clone(),
            required: rule.need == Need::Always,
            present: true,
        };
        Some(Assessed {
            policy: PolicyRef { code: policy.code.to_string(), version: policy.version, sha256: sha256.clone() },
            period: policy.period,
            facts: facts.to_json(),
            assessment: assessment.to_json(),
            total: assessment.total,
            paid: assessment.entries(policy.period),
            documents: policy.documents_of(&facts.kind).map(document).collect(),
        })
    }
}

/// Midnight in Asia/Shanghai.
fn start_of(day: NaiveDate) -> DateTime<Utc> {
    (day.and_time(NaiveTime::MIN) - TimeDelta::hours(8)).and_utc()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::claim::ClaimKind;
    use crate::policy::Assessment;
    use crate::world::{World, world_day};

    #[test]
    fn both_policies_are_published_at_the_start_of_their_year() {
        let all = policies();
        let codes: Vec<(&str, String)> =
            all.iter().map(|policy| (policy.code.as_str(), policy.published_at.to_rfc3339())).collect();
        assert_eq!(
            codes,
            [("NM-2020", "2019-12-31T16:00:00+00:00".to_owned()), ("NM-2021", "2020-12-31T16:00:00+00:00".to_owned())]
        );
    }

    #[test]
    fn recorded_facts_give_the_recorded_assessment_again() {
        let engine = assessor(&policies());
        let world = World::new(2021, 20_000, World::usual_claims(20_000), world_day());
        let (mut claims, mut largest, mut outpatient) = (0, 0, 0);
        for row in world.claims(&engine) {
            claims += 1;
            let facts = Facts::from_json(&row.claim.facts).unwrap();
            assert_eq!(facts, row.facts);
            let again = engine(&facts).unwrap();
            assert_eq!((&again.assessment, again.total), (&row.claim.assessment, row.claim.total));
            let assessment = Assessment::from_json(&row.claim.assessment).unwrap();
            assert!(assessment.covered && assessment.total == row.claim.total);
            assert_eq!(row.claim.policy.code, format!("NM-{}", row.claim.period));
            largest += usize::from(row.claim.total.to_string() == "345400.00");
            outpatient += usize::from(row.claim.kind != ClaimKind::Inpatient && row.claim.total.fen() > 0);
            assert!(row.claim.documents.len() >= 6 && row.claim.documents.iter().all(|document| document.required));
        }
        assert_eq!((claims, largest), (world.claim_count(), 1));
        assert!(outpatient > 35, "{outpatient}");
    }
}
