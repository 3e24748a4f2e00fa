//! Claims as a clerk's program sends them.

use huzhu::domain::bill::Bill;
use huzhu::domain::claim::{
    ClaimId, ClaimKind, ClaimState, Diagnosis, Document, NewClaim, Payee, PolicyRef, SettlementMode,
};
use huzhu::domain::query::{Query, Term};
use huzhu::policy::{Facts, Policy, assess};
use huzhu::store::{MemberSheet, Store};
use uuid::Uuid;

use super::day;

/// The sheet of the member of the clerk's office with a name.
pub async fn sheet_of(store: &dyn Store, name: &str) -> MemberSheet {
    let found = store.search(&Query::Name(Term { key: name.into(), unit: None })).await.unwrap();
    let hit = found.rows.first().unwrap_or_else(|| panic!("no {name}"));
    store.open_member(Uuid::now_v7(), hit.member, "test").await.unwrap()
}

/// A stay of a member that costs 10,000.00, assessed by the engine.
pub async fn stay(store: &dyn Store, sheet: &MemberSheet, bill: &str, from: &str, to: &str) -> NewClaim {
    Taker::of(store).await.stay(sheet, bill, from, to)
}

/// Who takes many claims: asks the centre once for what they have in common.
pub struct Taker {
    policy: Policy,
    policy_ref: PolicyRef,
    window: u32,
}

impl Taker {
    /// At the window that a store is for.
    pub async fn of(store: &dyn Store) -> Taker {
        let policies = store.reference("").await.unwrap().unwrap().policies;
        let policy = policies.into_iter().find(|policy| policy.code == "NM-2021").unwrap();
        Taker {
            policy: Policy::parse(&policy.text).unwrap(),
            policy_ref: PolicyRef { code: policy.code, version: policy.version, sha256: policy.sha256 },
            window: store.hello().await.unwrap().window,
        }
    }

    /// As [`stay`].
    pub fn stay(&self, sheet: &MemberSheet, bill: &str, from: &str, to: &str) -> NewClaim {
        let facts = serde_json::json!({
            "kind": "inpatient", "area": sheet.member.area, "admission": from, "discharge": to, "settlement": to,
            "hospital_level": 3, "diagnosis": "K80.100", "total": "10000.00", "cash": "10000.00",
            "out_of_area": sheet.member.area.league().get() != 150_800, "retired": sheet.member.retired,
        "sex": sheet.member.sex, "birth": sheet.member.birth, "submitted": "2021-03-20",
            "cover": sheet.covers, "paid": sheet.paid,
        })
        .to_string();
        let assessment = assess(&self.policy, &Facts::from_json(&facts).unwrap()).unwrap();
        NewClaim {
            id: ClaimId(Uuid::now_v7()),
            member: sheet.member.id,
            period: 2021,
            kind: ClaimKind::Inpatient,
            state: ClaimState::Submitted,
            channel: "window".into(),
            window: self.window,
            bill: Bill {
                code: "15060121".into(),
                number: bill.into(),
                check: "7B1C11".into(),
                hospital: "H15080290001".into(),
            },
            hospital: "H15080290001".into(),
            diagnosis: Diagnosis {
                code: "K80.100".into(), name: "胆囊结石伴慢性胆囊炎".into(), standard: true
            },
            mode: SettlementMode::ByItem,
            admission: Some(day(from)),
            discharge: Some(day(to)),
            settlement: Some(day(to)),
            facts,
            policy: self.policy_ref.clone(),
            total: assessment.total.to_string().parse().unwrap(),
            assessment: assessment.to_json(),
            payee: match &sheet.card {
                Some(card) => Payee::OnFile { bank: card.bank.clone(), last4: card.last4.clone() },
                None => Payee::New { bank: "内蒙古银行".into(), card: "6221470001234561111".into() },
            },
            agent: None,
            documents: vec![Document { code: "invoice".into(), title: "发票".into(), required: true, present: true }],
            reasons: Vec::new(),
            remark: String::new(),
        }
    }
}
