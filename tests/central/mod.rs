//! A small generated world behind each adapter, and claims to submit.

#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::NaiveDate;
use huzhu::domain::bill::Bill;
use huzhu::domain::claim::{
    ClaimId, ClaimKind, ClaimState, Diagnosis, Document, NewClaim, Payee, PolicyRef, SettlementMode,
};
use huzhu::domain::member::MemberId;
use huzhu::domain::query::{Query, Term};
use huzhu::domain::text::name_key;
use huzhu::policy::{Facts, Policy, assess};
use huzhu::store::sqlite::SqliteStore;
use huzhu::store::{MemberSheet, Store};
use huzhu::world::assess::published;
use huzhu::world::{PersonRow, World};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions};
use tokio::sync::OnceCell;
use uuid::Uuid;

/// Members of the world that cases run in.
const MEMBERS: u32 = 10_000;

/// A central database of its own for one case.
#[async_trait]
pub trait Central: Send + Sync {
    /// A store as an account sees it; each call is another terminal.
    async fn open(&self, login: &str) -> Arc<dyn Store>;
    /// The world in it, to know what must be found.
    fn world(&self) -> &World;
    /// Lets a person take so many looks a minute.
    async fn limit_looks(&self, minute: u32);
    /// Lets a person ask so many search terms a minute.
    async fn limit_terms(&self, minute: u32);
    /// A count by a statement of the database's own.
    async fn count(&self, statement: &str) -> i64;
    /// A statement that goes past the program.
    async fn tamper(&self, statement: &str) -> Result<(), String>;
    /// The same by someone who takes the triggers away first.
    async fn tamper_as_owner(&self, statement: &str);
}

/// The embedded adapter.
pub struct Sqlite {
    directory: tempfile::TempDir,
    world: World,
}

fn world() -> World {
    World::new(7, MEMBERS, 0, day("2021-03-20"))
}

/// A copy of a world that is made once for all cases.
pub async fn sqlite() -> Sqlite {
    static MADE: OnceCell<(tempfile::TempDir, PathBuf)> = OnceCell::const_new();
    let (_, made) = MADE
        .get_or_init(|| async {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("world.db");
            SqliteStore::create(&path, world(), published(), |_| None, |_| ()).await.unwrap();
            (directory, path)
        })
        .await;
    let directory = tempfile::tempdir().unwrap();
    std::fs::copy(made, directory.path().join("central.db")).unwrap();
    Sqlite { directory, world: world() }
}

impl Sqlite {
    /// The file.
    pub fn path(&self) -> PathBuf {
        self.directory.path().join("central.db")
    }

    async fn raw(&self) -> SqliteConnection {
        SqliteConnectOptions::new().filename(self.path()).foreign_keys(false).connect().await.unwrap()
    }
}

#[async_trait]
impl Central for Sqlite {
    async fn open(&self, login: &str) -> Arc<dyn Store> {
        let (store, damage) = SqliteStore::open(&self.path(), login, None).await.unwrap();
        assert_eq!(damage, None);
        Arc::new(store)
    }

    fn world(&self) -> &World {
        &self.world
    }

    async fn limit_looks(&self, minute: u32) {
        self.tamper(&format!("INSERT INTO setting VALUES ('looks_a_minute', '{minute}')")).await.unwrap();
    }

    async fn limit_terms(&self, minute: u32) {
        self.tamper(&format!("INSERT INTO setting VALUES ('terms_a_minute', '{minute}')")).await.unwrap();
    }

    async fn count(&self, statement: &str) -> i64 {
        sqlx::query_scalar(AssertSqlSafe(statement)).fetch_one(&mut self.raw().await).await.unwrap()
    }

    async fn tamper(&self, statement: &str) -> Result<(), String> {
        let done = sqlx::query(AssertSqlSafe(statement)).execute(&mut self.raw().await).await;
        done.map(drop).map_err(|error| error.to_string())
    }

    async fn tamper_as_owner(&self, statement: &str) {
        let mut raw = self.raw().await;
        let triggers: Vec<String> = sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
            .fetch_all(&mut raw)
            .await
            .unwrap();
        for trigger in triggers {
            sqlx::query(AssertSqlSafe(format!("DROP TRIGGER {trigger}"))).execute(&mut raw).await.unwrap();
        }
        let done = sqlx::query(AssertSqlSafe(statement)).execute(&mut raw).await.unwrap();
        assert!(done.rows_affected() > 0, "{statement}");
    }
}

/// What is changed past the program, how it is put back, and the field that a verification must name.
pub const TAMPERED: &[(&str, &str, &str)] = &[
    (
        "UPDATE claim SET total = total + 1 WHERE number = 2",
        "UPDATE claim SET total = total - 1 WHERE number = 2",
        "total",
    ),
    ("UPDATE claim SET remark = 'x' WHERE number = 2", "UPDATE claim SET remark = '' WHERE number = 2", "remark"),
    (
        "UPDATE claim SET facts = replace(facts, '10000.00', '10001.00') WHERE number = 2",
        "UPDATE claim SET facts = replace(facts, '10001.00', '10000.00') WHERE number = 2",
        "facts",
    ),
    (
        "UPDATE claim SET facts = replace(facts, '10000.00', '10001.00') WHERE number = 2",
        "UPDATE claim SET facts = replace(facts, '10001.00', '10000.00') WHERE number = 2",
        "assessment",
    ),
    (
        "UPDATE claim SET assessment = replace(assessment, '0.40', '0.41') WHERE number = 2",
        "UPDATE claim SET assessment = replace(assessment, '0.41', '0.40') WHERE number = 2",
        "assessment",
    ),
    (
        "UPDATE claim SET state = 'withdrawn' WHERE number = 2",
        "UPDATE claim SET state = 'submitted' WHERE number = 2",
        "state",
    ),
    ("UPDATE claim SET prints = 1 WHERE number = 2", "UPDATE claim SET prints = 0 WHERE number = 2", "prints"),
    (
        "UPDATE claim SET last4 = last4 || '9' WHERE number = 2",
        "UPDATE claim SET last4 = substr(last4, 1, 4) WHERE number = 2",
        "last4",
    ),
    ("UPDATE claim SET clerk = '0138' WHERE number = 2", "UPDATE claim SET clerk = '0137' WHERE number = 2", "clerk"),
    (
        "UPDATE card SET number = number || '9'",
        "UPDATE card SET number = substr(number, 1, length(number) - 1)",
        "card",
    ),
    (
        "DELETE FROM bill WHERE claim = 2",
        "INSERT INTO bill SELECT 'E/' || bill_code || '/' || bill_number, seq FROM claim WHERE number = 2",
        "bill",
    ),
    (
        "UPDATE claim_paid SET amount = amount + 1 WHERE claim = 2 AND place = 0",
        "UPDATE claim_paid SET amount = amount - 1 WHERE claim = 2 AND place = 0",
        "paid",
    ),
    (
        "UPDATE claim_event SET who = '0138' WHERE place = 2",
        "UPDATE claim_event SET who = '0137' WHERE place = 2",
        "event:submitted",
    ),
    (
        "INSERT INTO bill SELECT 'E/1/' || bill_number, seq FROM claim WHERE number = 2",
        "DELETE FROM bill WHERE key LIKE 'E/1/%'",
        "bill",
    ),
    ("INSERT INTO bill VALUES ('HZ150802-2021-0000002', 99)", "DELETE FROM bill WHERE claim = 99", "bill"),
    (
        "INSERT INTO claim_paid SELECT claim, 9, period, benefit, base, days, amount FROM claim_paid WHERE claim = 2 AND place = 0",
        "DELETE FROM claim_paid WHERE place = 9",
        "paid",
    ),
    (
        "UPDATE claim SET period = period + 99999999999 WHERE number = 2",
        "UPDATE claim SET period = period - 99999999999 WHERE number = 2",
        "period",
    ),
    ("UPDATE claim SET rev = -1 WHERE number = 2", "UPDATE claim SET rev = 1 WHERE number = 2", "rev"),
    (
        "UPDATE claim SET documents = '' || documents || '#' WHERE number = 2",
        "UPDATE claim SET documents = rtrim(documents, '#') WHERE number = 2",
        "documents",
    ),
    (
        "UPDATE claim SET submitted_at = submitted_at || '#' WHERE number = 2",
        "UPDATE claim SET submitted_at = rtrim(submitted_at, '#') WHERE number = 2",
        "submitted_at",
    ),
    (
        "UPDATE claim_event SET rev = -5 WHERE place = 2",
        "UPDATE claim_event SET rev = 1 WHERE place = 2",
        "event:submitted",
    ),
    (
        "UPDATE claim_paid SET days = days - 99999999999 WHERE claim = 2 AND place = 0",
        "UPDATE claim_paid SET days = days + 99999999999 WHERE claim = 2 AND place = 0",
        "paid",
    ),
    ("UPDATE chain SET length = length + 1", "UPDATE chain SET length = length - 1", "chain"),
    ("UPDATE counter SET last = last + 1", "UPDATE counter SET last = last - 1", "counter:2021"),
];

/// A date.
pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The members of a league whose name begins with or holds a key, in the order of contract 2, from all members.
pub fn expected_by_name(world: &World, key: &str, league: u32, office: u32) -> Vec<MemberId> {
    let mut found: Vec<(u8, bool, String, MemberId)> = Vec::new();
    for person in world.members().filter(|person: &PersonRow| person.league.get() == league) {
        let name = name_key(&person.name);
        let rests = name.char_indices().skip(1).map(|(at, _)| &name[at..]).filter(|rest| rest.starts_with(key));
        let inside = rests.min();
        let (rank, sorted) = match inside {
            _ if name == key => (0, name.clone()),
            _ if name.starts_with(key) => (1, name.clone()),
            Some(rest) => (if rest == key { 2 } else { 3 }, rest.to_owned()),
            None => continue,
        };
        found.push((rank, person.office.get() != office, sorted, person.id));
    }
    found.sort();
    found.into_iter().map(|(_, _, _, member)| member).collect()
}

/// Those of them whose unit's name begins so.
pub fn in_units(world: &World, members: Vec<MemberId>, name: &str) -> Vec<MemberId> {
    let units: Vec<i64> = world.units().filter(|unit| unit.name.starts_with(name)).map(|unit| unit.id).collect();
    let fit: HashSet<MemberId> =
        world.members().filter(|person| units.contains(&person.unit)).map(|person| person.id).collect();
    members.into_iter().filter(|member| fit.contains(member)).collect()
}

/// The sheet of the member of the clerk's office with a name.
pub async fn sheet_of(store: &dyn Store, name: &str) -> MemberSheet {
    let found = store.search(&Query::Name(Term { key: name.into(), unit: None })).await.unwrap();
    let hit = found.rows.first().unwrap_or_else(|| panic!("no {name}"));
    store.open_member(Uuid::now_v7(), hit.member, "test").await.unwrap()
}

/// A stay of a member that costs 10,000.00, assessed by the engine.
pub async fn stay(store: &dyn Store, sheet: &MemberSheet, bill: &str, from: &str, to: &str) -> NewClaim {
    let policies = store.reference("").await.unwrap().unwrap().policies;
    let policy = policies.iter().find(|policy| policy.code == "NM-2021").unwrap();
    let facts = serde_json::json!({
        "kind": "inpatient", "area": sheet.member.area, "admission": from, "discharge": to, "settlement": to,
        "hospital_level": 3, "diagnosis": "K80.100", "total": "10000.00", "cash": "10000.00",
        "sex": sheet.member.sex, "birth": sheet.member.birth, "submitted": "2021-03-20",
        "cover": sheet.covers, "paid": sheet.paid,
    })
    .to_string();
    let (assessment, total) = assessed(&policy.text, &facts);
    NewClaim {
        id: ClaimId(Uuid::now_v7()),
        member: sheet.member.id,
        period: 2021,
        kind: ClaimKind::Inpatient,
        state: ClaimState::Submitted,
        channel: "window".into(),
        window: store.hello().await.unwrap().window,
        bill: Bill {
            code: "15060121".into(),
            number: bill.into(),
            check: "7B1C11".into(),
            hospital: "H15080290001".into(),
        },
        hospital: "H15080290001".into(),
        diagnosis: Diagnosis { code: "K80.100".into(), name: "胆囊结石伴慢性胆囊炎".into(), standard: true },
        mode: SettlementMode::ByItem,
        admission: Some(day(from)),
        discharge: Some(day(to)),
        settlement: Some(day(to)),
        facts,
        policy: PolicyRef { code: policy.code.clone(), version: policy.version, sha256: policy.sha256.clone() },
        assessment,
        total: total.parse().unwrap(),
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

/// What the engine gives, and its total.
fn assessed(policy: &str, facts: &str) -> (String, String) {
    let policy = Policy::parse(policy).unwrap();
    let assessment = assess(&policy, &Facts::from_json(facts).unwrap()).unwrap();
    (assessment.to_json(), assessment.total.to_string())
}
