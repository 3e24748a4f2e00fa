//! A claim as rows: how it is written, read back, put into canonical bytes, and linked into its office's chain.
//!
//! The event of a submit carries the hash of the claim's canonical bytes and a short hash of each field, so that a
//! verification can name the field that was changed.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteRow};
use uuid::Uuid;

use super::row::{self, add, damaged, get};
use super::{failed, local};
use crate::domain::area::AreaCode;
use crate::domain::bill::Bill;
use crate::domain::canonical::{Canonical, GENESIS, Hash, hex, moment, sha256};
use crate::domain::claim::{
    Agent, Claim, ClaimId, ClaimKind, ClaimLine, ClaimState, Diagnosis, Document, NewClaim, Payee, PolicyRef,
    SettlementMode,
};
use crate::domain::cover::Paid;
use crate::domain::mask;
use crate::domain::member::MemberId;
use crate::domain::money::Money;
use crate::domain::number::ClaimNumber;
use crate::policy::Assessment;
use crate::store::StoreError;

/// Version of the canonical form of a claim and of an event.
const CLAIM_TAG: &str = "huzhu-claim-1";
const EVENT_TAG: &str = "huzhu-event-1";

/// Selects whole claims with the words beside their codes; `$tail` is the rest of the statement.
macro_rules! select_claims {
    ($tail:literal) => {
        concat!(
            "SELECT c.seq, c.id, c.league, c.office, c.year, c.number, c.member, c.period, c.kind, c.state, c.rev, ",
            "c.submitted_at, c.day, c.clerk, c.channel, c.seat, c.bill_code, c.bill_number, c.bill_check, ",
            "c.bill_hospital, c.hospital, c.diagnosis, c.diagnosis_name, c.standard, c.mode, c.admission, c.discharge, ",
            "c.settlement, c.medical_total, c.facts, c.policy, c.version, c.policy_sha256, c.assessment, c.total, ",
            "c.bank, k.number, c.last4, c.agent, c.documents, c.reasons, c.remark, c.prints, ",
            "m.name, m.id_number, u.name, coalesce(h.name, '') ",
            "FROM claim c JOIN member m ON m.id = c.member JOIN unit u ON u.id = m.unit ",
            "LEFT JOIN hospital h ON h.code = c.hospital LEFT JOIN card k ON k.id = c.card ",
            $tail
        )
    };
}

/// Selects claims as lists show them.
macro_rules! select_lines {
    ($tail:literal) => {
        concat!(
            "SELECT c.office, c.year, c.number, c.rev, c.kind, c.state, c.day, c.admission, ",
            "coalesce(c.discharge, c.settlement), c.period, m.name, c.member, coalesce(h.name, ''), c.medical_total, ",
            "c.total, c.documents FROM claim c JOIN member m ON m.id = c.member ",
            "LEFT JOIN hospital h ON h.code = c.hospital ",
            $tail
        )
    };
}

/// Writes claims; `$rows` is what follows VALUES. The columns of [`claim_arguments`].
macro_rules! insert_claims {
    ($rows:literal) => {
        concat!(
            "INSERT INTO claim (seq, id, league, office, year, number, member, period, kind, state, rev, submitted_at, ",
            "day, clerk, channel, seat, bill_code, bill_number, bill_check, bill_hospital, hospital, diagnosis, ",
            "diagnosis_name, standard, mode, admission, discharge, settlement, medical_total, facts, policy, version, ",
            "policy_sha256, assessment, total, bank, card, last4, agent, documents, reasons, remark, request)",
            $rows
        )
    };
}

pub(super) use {insert_claims, select_claims, select_lines};

/// Columns that `insert_claims!` names.
pub(super) const CLAIM_COLUMNS: usize = 43;

/// A stored claim, column by column.
pub(super) struct Stored {
    pub seq: i64,
    pub claim: Claim,
    day: String,
    submitted_at: String,
    medical_total: Money,
    card: String,
    texts: Texts,
}

/// The JSON columns.
pub(super) struct Texts {
    agent: String,
    documents: String,
    reasons: String,
}

impl Texts {
    /// As they are stored.
    pub fn of(claim: &NewClaim) -> Result<Texts, StoreError> {
        let text = |value: serde_json::Result<String>| value.map_err(|_| StoreError::Refused("text".into()));
        Ok(Texts {
            agent: claim.agent.as_ref().map_or(Ok(String::new()), |agent| text(serde_json::to_string(agent)))?,
            documents: text(serde_json::to_string(&claim.documents))?,
            reasons: text(serde_json::to_string(&claim.reasons))?,
        })
    }
}

impl Stored {
    /// From a row of `select_claims!`.
    pub fn read(row: &SqliteRow) -> Result<Stored, StoreError> {
        let id: &[u8] = get(row, 1)?;
        let bank: String = get(row, 35)?;
        let card: Option<String> = get(row, 36)?;
        let (agent, documents, reasons): (String, String, String) = (get(row, 38)?, get(row, 39)?, get(row, 40)?);
        let new = NewClaim {
            id: ClaimId(Uuid::from_slice(id).map_err(|_| damaged("id"))?),
            member: MemberId(get(row, 6)?),
            period: get(row, 7)?,
            kind: row::code(row, 8, ClaimKind::from_code)?,
            state: row::code(row, 9, ClaimState::from_code)?,
            channel: get(row, 14)?,
            window: get(row, 15)?,
            bill: Bill { code: get(row, 16)?, number: get(row, 17)?, check: get(row, 18)?, hospital: get(row, 19)? },
            hospital: get(row, 20)?,
            diagnosis: Diagnosis { code: get(row, 21)?, name: get(row, 22)?, standard: get(row, 23)? },
            mode: row::code(row, 24, SettlementMode::from_code)?,
            admission: row::maybe_day(row, 25)?,
            discharge: row::maybe_day(row, 26)?,
            settlement: row::maybe_day(row, 27)?,
            facts: get(row, 29)?,
            policy: PolicyRef { code: get(row, 30)?, version: get(row, 31)?, sha256: get(row, 32)? },
            assessment: get(row, 33)?,
            total: row::money(row, 34)?,
            payee: Payee::OnFile { bank, last4: get(row, 37)? },
            agent: if agent.is_empty() {
                None
            } else {
                Some(row::json::<Agent>(&agent).map_err(|_| damaged("agent"))?)
            },
            documents: row::json::<Vec<Document>>(&documents).map_err(|_| damaged("documents"))?,
            reasons: row::json(&reasons).map_err(|_| damaged("reasons"))?,
            remark: get(row, 41)?,
        };
        Ok(Stored {
            seq: get(row, 0)?,
            claim: Claim {
                claim: new,
                number: ClaimNumber { office: row::office(row, 3)?, year: get(row, 4)?, sequence: get(row, 5)? },
                league: row::area(row, 2)?,
                office: row::office(row, 3)?,
                rev: get(row, 10)?,
                submitted_at: row::moment(row, 11)?,
                clerk: get(row, 13)?,
                member_name: get(row, 43)?,
                member_id_masked: mask::id_number(get(row, 44)?),
                unit: get(row, 45)?,
                hospital_name: get(row, 46)?,
                prints: get(row, 42)?,
            },
            day: get(row, 12)?,
            submitted_at: get(row, 11)?,
            medical_total: row::money(row, 28)?,
            card: card.unwrap_or_default(),
            texts: Texts { agent, documents, reasons },
        })
    }

    /// What will be stored, where many are written at once; words beside codes stay empty.
    pub fn to_be(seq: i64, entry: &Entry<'_>, texts: Texts, card: String) -> Option<Stored> {
        Some(Stored {
            seq,
            claim: Claim {
                claim: entry.claim.clone(),
                number: entry.number,
                league: AreaCode::new(u32::try_from(entry.league).ok()?)?,
                office: entry.number.office,
                rev: entry.rev,
                submitted_at: entry.at,
                clerk: entry.clerk.to_owned(),
                member_name: String::new(),
                member_id_masked: String::new(),
                unit: String::new(),
                hospital_name: String::new(),
                prints: 0,
            },
            day: local(entry.at).date().to_string(),
            submitted_at: moment(entry.at),
            medical_total: entry.medical_total,
            card,
            texts,
        })
    }

    /// The JSON columns.
    pub fn texts(&self) -> &Texts {
        &self.texts
    }

    /// Whether the card that is paid to ends with what is shown of it.
    pub fn card_ends(&self) -> bool {
        self.card.is_empty() || self.card.ends_with(&self.claim.claim.payee.last4())
    }

    /// The recorded fields in the order of contract 6, then those that were derived for lists, as they stood at submit.
    pub fn fields(&self, state_then: ClaimState) -> Vec<(&'static str, String)> {
        let (claim, new) = (&self.claim, &self.claim.claim);
        let date = |date: Option<chrono::NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
        vec![
            ("id", new.id.to_string()),
            ("league", claim.league.to_string()),
            ("office", claim.office.to_string()),
            ("number", claim.number.to_string()),
            ("member", new.member.to_string()),
            ("cover", new.period.to_string()),
            ("kind", new.kind.code().to_owned()),
            ("state", state_then.code().to_owned()),
            ("rev", "1".to_owned()),
            ("submitted_at", self.submitted_at.clone()),
            ("clerk", claim.clerk.clone()),
            ("channel", new.channel.clone()),
            ("bill_code", new.bill.code.clone()),
            ("bill_number", new.bill.number.clone()),
            ("bill_check", new.bill.check.clone()),
            ("bill_hospital", new.bill.hospital.clone()),
            ("hospital", new.hospital.clone()),
            ("diagnosis", new.diagnosis.code.clone()),
            ("diagnosis_name", new.diagnosis.name.clone()),
            ("standard", i64::from(new.diagnosis.standard).to_string()),
            ("mode", new.mode.code().to_owned()),
            ("facts", new.facts.clone()),
            ("policy", new.policy.code.clone()),
            ("version", new.policy.version.to_string()),
            ("policy_sha256", new.policy.sha256.clone()),
            ("assessment", new.assessment.clone()),
            ("total", new.total.to_string()),
            ("bank", new.payee.bank().to_owned()),
            ("card", self.card.clone()),
            ("last4", new.payee.last4()),
            ("agent", self.texts.agent.clone()),
            ("documents", self.texts.documents.clone()),
            ("reasons", self.texts.reasons.clone()),
            ("remark", new.remark.clone()),
            ("window", new.window.to_string()),
            ("day", self.day.clone()),
            ("admission", date(new.admission)),
            ("discharge", date(new.discharge)),
            ("settlement", date(new.settlement)),
            ("medical_total", self.medical_total.to_string()),
        ]
    }
}

/// What the event of a submit carries.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(super) struct SubmitBody {
    /// SHA-256 of the claim's canonical bytes, hexadecimal.
    pub claim: String,
    /// Eight hexadecimal digits a field, in the order of the canonical bytes.
    pub fields: String,
}

impl SubmitBody {
    /// From a claim's fields. The short hashes are salted with the claim's id, so that equal values look different.
    pub fn of(fields: &[(&'static str, String)]) -> SubmitBody {
        let mut canonical = Canonical::new(CLAIM_TAG);
        let mut short = String::with_capacity(fields.len() * 8);
        let id = &fields[0].1;
        for (name, value) in fields {
            canonical = canonical.text(value);
            short.push_str(&hex(&Canonical::new(name).text(id).text(value).hash()[..4]));
        }
        SubmitBody { claim: hex(&canonical.hash()), fields: short }
    }

    /// As the event stores it.
    pub fn text(&self) -> String {
        serde_json::json!({ "claim": self.claim, "fields": self.fields }).to_string()
    }
}

/// A claim to be written; what the server adds to what was sent.
pub(super) struct Entry<'a> {
    pub claim: &'a NewClaim,
    pub number: ClaimNumber,
    pub league: i64,
    pub at: DateTime<Utc>,
    pub clerk: &'a str,
    pub medical_total: Money,
    /// The card's row.
    pub card: Option<i64>,
    pub request: Hash,
    /// The state at submit: `Submitted` or `Returned`.
    pub state: ClaimState,
    /// The revision that is written, with the claim's own state.
    pub rev: u32,
}

/// The values of a claim's columns, in the order of `insert_claims!`.
pub(super) fn claim_arguments(to: &mut SqliteArguments, seq: Option<i64>, entry: &Entry<'_>, texts: &Texts) {
    let claim = entry.claim;
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string());
    add(to, seq);
    add(to, claim.id.0.as_bytes().to_vec());
    add(to, entry.league);
    add(to, entry.number.office.get());
    add(to, entry.number.year);
    add(to, entry.number.sequence);
    add(to, claim.member.0);
    add(to, claim.period);
    add(to, claim.kind.code());
    add(to, claim.state.code());
    add(to, entry.rev);
    add(to, moment(entry.at));
    add(to, local(entry.at).date().to_string());
    add(to, entry.clerk);
    add(to, claim.channel.as_str());
    add(to, claim.window);
    add(to, claim.bill.code.as_str());
    add(to, claim.bill.number.as_str());
    add(to, claim.bill.check.as_str());
    add(to, claim.bill.hospital.as_str());
    add(to, claim.hospital.as_str());
    add(to, claim.diagnosis.code.as_str());
    add(to, claim.diagnosis.name.as_str());
    add(to, claim.diagnosis.standard);
    add(to, claim.mode.code());
    add(to, day(claim.admission));
    add(to, day(claim.discharge));
    add(to, day(claim.settlement));
    add(to, entry.medical_total.fen());
    add(to, claim.facts.as_str());
    add(to, claim.policy.code.as_str());
    add(to, claim.policy.version);
    add(to, claim.policy.sha256.as_str());
    add(to, claim.assessment.as_str());
    add(to, claim.total.fen());
    add(to, claim.payee.bank());
    add(to, entry.card);
    add(to, claim.payee.last4());
    add(to, texts.agent.as_str());
    add(to, texts.documents.as_str());
    add(to, texts.reasons.as_str());
    add(to, claim.remark.as_str());
    add(to, entry.request.to_vec());
}

/// Writes a claim, its bill and what it paid, and links its first event. Gives the row and the event's hash.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    entry: &Entry<'_>,
    paid: &[Paid],
) -> Result<(Stored, Hash), StoreError> {
    let claim = entry.claim;
    let mut arguments = SqliteArguments::default();
    // Behind every event too: one of a claim that a damaged file lost is never another claim's.
    let seq: i64 = sqlx::query_scalar(
        "SELECT 1 + max(coalesce((SELECT max(seq) FROM claim), 0), coalesce((SELECT max(claim) FROM claim_event), 0))",
    )
    .fetch_one(&mut *connection)
    .await
    .map_err(failed)?;
    claim_arguments(&mut arguments, Some(seq), entry, &Texts::of(claim)?);
    let text = insert_claims!(
        " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
    );
    sqlx::query_with(text, arguments).execute(&mut *connection).await.map_err(failed)?;
    sqlx::query("INSERT INTO bill (key, claim) VALUES (?1, ?2)")
        .bind(claim.bill.key())
        .bind(seq)
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    for (place, paid) in paid.iter().enumerate() {
        sqlx::query(
            "INSERT INTO claim_paid (claim, place, period, benefit, base, days, amount) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )
        .bind(seq)
        .bind(place as i64)
        .bind(paid.period)
        .bind(paid.benefit.clone())
        .bind(paid.base.fen())
        .bind(paid.days)
        .bind(paid.amount.fen())
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    }
    let stored = sqlx::query(select_claims!("WHERE c.seq = ?1"))
        .bind(seq)
        .fetch_one(&mut *connection)
        .await
        .map_err(failed)
        .and_then(|row| Stored::read(&row))?;
    let body = SubmitBody::of(&stored.fields(entry.state)).text();
    let event = Event {
        claim: seq,
        id: claim.id,
        office: entry.number.office.get(),
        rev: 1,
        kind: entry.state.code(),
        who: entry.clerk,
        at: entry.at,
        body: &body,
    };
    let hash = append(connection, &event).await?;
    Ok((stored, hash))
}

/// One link of an office's chain.
pub(super) struct Event<'a> {
    pub claim: i64,
    pub id: ClaimId,
    pub office: u32,
    pub rev: u32,
    pub kind: &'a str,
    pub who: &'a str,
    pub at: DateTime<Utc>,
    pub body: &'a str,
}

impl Event<'_> {
    /// The hash of this event at a place of its chain, behind its head.
    pub fn link(&self, place: i64, at: &str, head: &Hash) -> Hash {
        let text = EventText {
            office: i64::from(self.office),
            place,
            claim: &self.id.to_string(),
            rev: i64::from(self.rev),
            kind: self.kind,
            who: self.who,
            at,
            body: self.body,
        };
        text.link(head)
    }
}

/// An event's fields as they are stored.
pub(super) struct EventText<'a> {
    pub office: i64,
    pub place: i64,
    pub claim: &'a str,
    pub rev: i64,
    pub kind: &'a str,
    pub who: &'a str,
    pub at: &'a str,
    pub body: &'a str,
}

impl EventText<'_> {
    /// The hash of this event behind the head of its chain.
    pub fn link(&self, head: &Hash) -> Hash {
        Canonical::new(EVENT_TAG)
            .number(self.office)
            .number(self.place)
            .text(self.claim)
            .number(self.rev)
            .text(self.kind)
            .text(self.who)
            .text(self.at)
            .text(self.body)
            .link(head)
    }
}

/// Links an event at the end of its office's chain. The caller holds the write lock.
pub(super) async fn append(connection: &mut SqliteConnection, event: &Event<'_>) -> Result<Hash, StoreError> {
    let row = sqlx::query("SELECT length, head FROM chain WHERE office = ?1")
        .bind(event.office)
        .fetch_optional(&mut *connection)
        .await
        .map_err(failed)?;
    let (length, head): (i64, Hash) = match &row {
        Some(row) => (get(row, 0)?, get::<&[u8]>(row, 1)?.try_into().map_err(|_| damaged("chain"))?),
        None => (0, GENESIS),
    };
    let (place, at) = (length + 1, moment(event.at));
    let hash = event.link(place, &at, &head);
    sqlx::query(
        "INSERT INTO claim_event (office, place, claim, rev, kind, who, at, body, hash) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )
    .bind(event.office)
    .bind(place)
    .bind(event.claim)
    .bind(event.rev)
    .bind(event.kind.to_owned())
    .bind(event.who.to_owned())
    .bind(at)
    .bind(event.body.to_owned())
    .bind(hash.to_vec())
    .execute(&mut *connection)
    .await
    .map_err(failed)?;
    sqlx::query(
        "INSERT INTO chain (office, length, head) VALUES (?1, ?2, ?3) \
         ON CONFLICT (office) DO UPDATE SET length = excluded.length, head = excluded.head",
    )
    .bind(event.office)
    .bind(place)
    .bind(hash.to_vec())
    .execute(&mut *connection)
    .await
    .map_err(failed)?;
    Ok(hash)
}

/// What the event of a withdrawal carries.
pub(super) fn withdrawal(reason: &str) -> String {
    serde_json::json!({ "reason": reason }).to_string()
}

/// A claim from a row of `select_lines!`.
pub(super) fn line(row: &SqliteRow) -> Result<ClaimLine, StoreError> {
    let documents: Vec<Document> = row::json(get(row, 15)?)?;
    let missing = documents.into_iter().filter(|document| document.required && !document.present);
    Ok(ClaimLine {
        number: row::number(row, 0)?,
        rev: get(row, 3)?,
        kind: row::code(row, 4, ClaimKind::from_code)?,
        state: row::code(row, 5, ClaimState::from_code)?,
        submitted: row::day(row, 6)?,
        admission: row::maybe_day(row, 7)?,
        until: row::maybe_day(row, 8)?,
        period: get(row, 9)?,
        member_name: get(row, 10)?,
        member: MemberId(get(row, 11)?),
        hospital: get(row, 12)?,
        medical_total: row::money(row, 13)?,
        total: row::money(row, 14)?,
        missing: missing.map(|document| document.title).collect(),
    })
}

/// The total of an assessment, and what each of its benefits got, as later claims see it.
pub(super) fn paid_of(assessment: &str, period: i32) -> Option<(Money, Vec<Paid>)> {
    let assessment = Assessment::from_json(assessment).ok()?;
    Some((assessment.total, assessment.entries(period)))
}

/// SHA-256 of what was sent, with who sent it: a retry has the same.
pub(super) fn request_hash(claim: &NewClaim, login: &str) -> Result<Hash, StoreError> {
    let bytes = serde_json::to_vec(&(claim, login)).map_err(|_| StoreError::Refused("text".into()))?;
    Ok(sha256(&bytes))
}
