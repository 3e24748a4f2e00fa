//! A claim as rows: how it is written, read back, and linked into its office's chain. What its canonical bytes are stands in
//! `store::recorded`.
//!
//! To store one more field: its column in the three statements, its value in [`read`] and in [`claim_arguments`].

use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteRow};
use uuid::Uuid;

use super::row::{self, add, damaged, get};
use super::{failed, slips};
use crate::domain::bill::Bill;
use crate::domain::canonical::{GENESIS, Hash, moment};
use crate::domain::claim::{
    Agent, Claim, ClaimId, ClaimKind, ClaimLine, ClaimState, Diagnosis, Document, NewClaim, Notice, Payee, PolicyRef,
    SettlementMode,
};
use crate::domain::cover::Paid;
use crate::domain::form::FormId;
use crate::domain::mask;
use crate::domain::member::MemberId;
use crate::domain::number::{ClaimNumber, SlipNumber};
use crate::store::StoreError;
use crate::store::recorded::{Entry, Event, Personal, Recorded, Salt, SubmitBody};

/// Selects whole claims with the words beside their codes; `$tail` is the rest of the statement.
macro_rules! select_claims {
    ($tail:literal) => {
        concat!(
            "SELECT c.seq, c.id, c.league, c.office, c.year, c.number, c.member, c.period, c.kind, c.state, c.rev, ",
            "c.submitted_at, c.day, c.clerk, c.channel, c.seat, c.bill_code, c.bill_number, c.bill_check, ",
            "c.bill_hospital, c.hospital, c.diagnosis, c.diagnosis_name, c.standard, c.mode, c.admission, c.discharge, ",
            "c.settlement, c.medical_total, c.facts, c.policy, c.version, c.policy_sha256, c.assessment, c.total, ",
            "c.bank, k.number, c.last4, c.agent, c.documents, c.reasons, c.remark, c.prints, ",
            "m.name, m.id_number, u.name, coalesce(h.name, ''), c.salt, s.year, s.number, s.prints ",
            "FROM claim c JOIN member m ON m.id = c.member JOIN unit u ON u.id = m.unit ",
            "LEFT JOIN hospital h ON h.code = c.hospital LEFT JOIN card k ON k.id = c.card ",
            "LEFT JOIN slip s ON s.claim = c.seq AND s.form = 2 ",
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
            "c.total, c.documents, c.league FROM claim c JOIN member m ON m.id = c.member ",
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
            "policy_sha256, assessment, total, bank, card, last4, agent, documents, reasons, remark, request, ",
            "salt)",
            $rows
        )
    };
}

pub(super) use {insert_claims, select_claims, select_lines};

/// Columns that `insert_claims!` names.
pub(super) const CLAIM_COLUMNS: usize = 44;

/// From a row of `select_claims!`; the row's own key is its first column.
pub(super) fn read(row: &SqliteRow) -> Result<Recorded, StoreError> {
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
        agent: if agent.is_empty() { None } else { Some(told(row::json(&agent).map_err(|_| damaged("agent"))?)) },
        documents: row::json::<Vec<Document>>(&documents).map_err(|_| damaged("documents"))?,
        reasons: row::json(&reasons).map_err(|_| damaged("reasons"))?,
        remark: get(row, 41)?,
    };
    Ok(Recorded {
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
            notice: notice(row)?,
        },
        day: get(row, 12)?,
        submitted_at: get(row, 11)?,
        medical_total: row::money(row, 28)?,
        salt: Salt::stored(get(row, 47)?),
        card: Personal::Value(card.unwrap_or_default()),
        agent: Personal::Value(agent),
        remark: Personal::Value(get(row, 41)?),
        documents,
        reasons,
    })
}

/// The claim's P2, where it was returned.
fn notice(row: &SqliteRow) -> Result<Option<Notice>, StoreError> {
    let Some(year) = get(row, 48)? else { return Ok(None) };
    let number = SlipNumber { office: row::office(row, 3)?, year, form: FormId::P2, sequence: get(row, 49)? };
    Ok(Some(Notice { number, prints: get(row, 50)? }))
}

/// The values of a claim's columns, in the order of `insert_claims!`: its row, the row of its card, the hash of what was
/// sent, and the rest.
pub(super) fn claim_arguments(to: &mut SqliteArguments, seq: i64, card: Option<i64>, request: Hash, stored: &Recorded) {
    let (recorded, claim) = (&stored.claim, &stored.claim.claim);
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string());
    add(to, seq);
    add(to, claim.id.0.as_bytes().to_vec());
    add(to, recorded.league.get());
    add(to, recorded.office.get());
    add(to, recorded.number.year);
    add(to, recorded.number.sequence);
    add(to, claim.member.0);
    add(to, claim.period);
    add(to, claim.kind.code());
    add(to, claim.state.code());
    add(to, recorded.rev);
    add(to, stored.submitted_at.as_str());
    add(to, stored.day.as_str());
    add(to, recorded.clerk.as_str());
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
    add(to, stored.medical_total.fen());
    add(to, claim.facts.as_str());
    add(to, claim.policy.code.as_str());
    add(to, claim.policy.version);
    add(to, claim.policy.sha256.as_str());
    add(to, claim.assessment.as_str());
    add(to, claim.total.fen());
    add(to, claim.payee.bank());
    add(to, card);
    add(to, claim.payee.last4());
    add(to, stored.agent.value().unwrap_or_default());
    add(to, stored.documents.as_str());
    add(to, stored.reasons.as_str());
    add(to, stored.remark.value().unwrap_or_default());
    add(to, request.to_vec());
    add(to, stored.salt.digits());
}

/// Writes a claim as it is submitted, its bill, what it paid and its notice, and links its first event. Gives the stored claim, read
/// back, and the event's hash.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    entry: &Entry<'_>,
    card: Option<i64>,
    request: Hash,
    paid: &[Paid],
) -> Result<(Claim, Hash), StoreError> {
    let claim = entry.claim;
    let mut arguments = SqliteArguments::default();
    // Behind every event too: one of a claim that a damaged file lost is never another claim's.
    let seq: i64 = sqlx::query_scalar(
        "SELECT 1 + max(coalesce((SELECT max(seq) FROM claim), 0), coalesce((SELECT max(claim) FROM claim_event), 0))",
    )
    .fetch_one(&mut *connection)
    .await
    .map_err(failed)?;
    claim_arguments(&mut arguments, seq, card, request, &Recorded::to_be(entry)?);
    let text = insert_claims!(
        " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
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
    if claim.state == ClaimState::Returned {
        slips::give(connection, seq, entry.number, FormId::P2).await?;
    }
    let stored = sqlx::query(select_claims!("WHERE c.seq = ?1"))
        .bind(seq)
        .fetch_one(&mut *connection)
        .await
        .map_err(failed)
        .and_then(|row| read(&row))?;
    let event = Event {
        id: claim.id,
        office: entry.number.office.get(),
        rev: 1,
        kind: claim.state.code(),
        who: entry.clerk,
        at: entry.at,
        body: &SubmitBody::of(&stored, claim.state).text(),
    };
    let hash = append(connection, seq, &event).await?;
    Ok((stored.claim, hash))
}

/// Links an event of a claim's row at the end of its office's chain. The caller holds the write lock.
pub(super) async fn append(connection: &mut SqliteConnection, seq: i64, event: &Event<'_>) -> Result<Hash, StoreError> {
    let row = sqlx::query("SELECT length, head FROM chain WHERE office = ?1")
        .bind(event.office)
        .fetch_optional(&mut *connection)
        .await
        .map_err(failed)?;
    let (length, head): (i64, Hash) = match &row {
        Some(row) => (get(row, 0)?, get::<&[u8]>(row, 1)?.try_into().map_err(|_| damaged("chain"))?),
        None => (0, GENESIS),
    };
    let place = length + 1;
    let hash = event.link(place, &head);
    sqlx::query(
        "INSERT INTO claim_event (office, place, claim, rev, kind, who, at, body, hash) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )
    .bind(event.office)
    .bind(place)
    .bind(seq)
    .bind(event.rev)
    .bind(event.kind.to_owned())
    .bind(event.who.to_owned())
    .bind(moment(event.at))
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

/// A claim from a row of `select_lines!`.
pub(super) fn line(row: &SqliteRow) -> Result<ClaimLine, StoreError> {
    let documents: Vec<Document> = row::json(get(row, 15)?)?;
    let missing = documents.into_iter().filter(|document| document.required && !document.present);
    Ok(ClaimLine {
        number: row::number(row, 0)?,
        rev: get(row, 3)?,
        kind: Some(row::code(row, 4, ClaimKind::from_code)?),
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

/// An agent as claims tell of one: the ID number masked (contract 3).
fn told(agent: Agent) -> Agent {
    Agent { id_number: mask::id_number(&agent.id_number), ..agent }
}
