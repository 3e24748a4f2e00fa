//! The columns of each row of a world, as COPY takes them.
//!
//! To load one more table: its [`Table`], where its rows are written, and its place in [`Tables::flush`].

use std::fmt::{Display, Write};

use tokio::sync::mpsc;

use crate::domain::canonical::{hex, moment};
use crate::domain::date::to_shanghai;
use crate::store::loading::{Chain, ClaimToLoad, KeyRow, Linked, Load, Scope};
use crate::store::recorded::Personal;
use crate::world::{PersonRow, UnitRow};

/// Bytes of a table that are sent together.
const CHUNK: usize = 1 << 20;

/// Rows of one table.
pub struct Chunk {
    /// The statement.
    pub text: &'static str,
    /// The rows.
    pub rows: Vec<u8>,
    /// Members among them.
    pub members: u64,
    /// Claims among them.
    pub claims: u64,
}

/// The other side is gone: its error is the one to report.
pub struct Gone;

/// What a table's rows count for progress.
#[derive(Clone, Copy)]
enum Counts {
    Nothing,
    Members,
    Claims,
}

/// Rows of one table that wait.
struct Table {
    text: &'static str,
    rows: String,
    count: u64,
    counts: Counts,
}

impl Table {
    fn new(text: &'static str) -> Table {
        Table { text, rows: String::new(), count: 0, counts: Counts::Nothing }
    }

    fn counting(self, counts: Counts) -> Table {
        Table { counts, ..self }
    }

    /// A column that needs no escape: numbers, dates, codes, ids.
    fn plain(&mut self, value: impl Display) -> &mut Table {
        // Writing into a string does not fail.
        let _ = write!(self.rows, "{value}\t");
        self
    }

    fn text(&mut self, value: &str) -> &mut Table {
        for c in value.chars() {
            match c {
                '\\' => self.rows.push_str("\\\\"),
                '\n' => self.rows.push_str("\\n"),
                '\r' => self.rows.push_str("\\r"),
                '\t' => self.rows.push_str("\\t"),
                other => self.rows.push(other),
            }
        }
        self.rows.push('\t');
        self
    }

    fn bytes(&mut self, value: &[u8]) -> &mut Table {
        self.plain(format_args!("\\\\x{}", hex(value)))
    }

    fn maybe(&mut self, value: Option<impl Display>) -> &mut Table {
        match value {
            Some(value) => self.plain(value),
            None => self.plain("\\N"),
        }
    }

    fn end(&mut self) {
        self.rows.pop();
        self.rows.push('\n');
        self.count += 1;
    }

    fn take(&mut self) -> Chunk {
        let count = std::mem::take(&mut self.count);
        Chunk {
            text: self.text,
            rows: std::mem::take(&mut self.rows).into_bytes(),
            members: if matches!(self.counts, Counts::Members) { count } else { 0 },
            claims: if matches!(self.counts, Counts::Claims) { count } else { 0 },
        }
    }
}

/// All tables that a world fills row by row.
pub struct Tables<'a> {
    sender: &'a mpsc::Sender<Chunk>,
    units: Table,
    people: Table,
    ids: Table,
    covers: Table,
    cards: Table,
    keys: Table,
    claims: Table,
    paid: Table,
    bills: Table,
    stays: Table,
    events: Table,
    chains: Table,
}

impl<'a> Tables<'a> {
    /// Empty ones, whose rows go to the writer.
    pub fn new(sender: &'a mpsc::Sender<Chunk>) -> Tables<'a> {
        Tables {
            sender,
            units: Table::new(
                "COPY core.unit (league, id, office, name, name_key, initials, participants, employees) FROM STDIN",
            ),
            people: Table::new(
                "COPY core.member (league, id, office, unit, name, sex, birth, id_number, mobile, retired) FROM STDIN",
            )
            .counting(Counts::Members),
            ids: Table::new("COPY core.id_registry (id_number, member) FROM STDIN"),
            covers: Table::new("COPY core.cover (league, member, period, from_day, to_day) FROM STDIN"),
            cards: Table::new("COPY core.card (league, member, place, bank, number) FROM STDIN"),
            keys: Table::new("COPY core.search_key (league, office, unit, member, kind, key) FROM STDIN"),
            claims: Table::new(
                "COPY core.claim (league, id, office, year, number, member, period, kind, state, rev, submitted_at, day, \
                 clerk, channel, seat, bill_code, bill_number, bill_check, bill_hospital, hospital, diagnosis, \
                 diagnosis_name, standard, mode, admission, discharge, settlement, medical_total, facts, policy, version, \
                 policy_sha256, assessment, total, bank, card, last4, agent, documents, reasons, remark, request, salt, prints) \
                 FROM STDIN",
            )
            .counting(Counts::Claims),
            paid: Table::new("COPY core.claim_paid (league, claim, place, period, benefit, base, days, amount) FROM STDIN"),
            bills: Table::new("COPY core.bill (key, league, claim) FROM STDIN"),
            stays: Table::new("COPY core.stay (member, span, league, claim) FROM STDIN"),
            events: Table::new(
                "COPY core.claim_event (league, office, place, claim, rev, kind, who, at, body, hash) FROM STDIN",
            ),
            chains: Table::new("COPY core.chain (league, office, length, head) FROM STDIN"),
        }
    }

    /// Hands over what waits.
    pub fn flush(&mut self) -> Result<(), Gone> {
        let people =
            [&mut self.units, &mut self.people, &mut self.ids, &mut self.covers, &mut self.cards, &mut self.keys];
        let claims =
            [&mut self.claims, &mut self.paid, &mut self.bills, &mut self.stays, &mut self.events, &mut self.chains];
        people.into_iter().chain(claims).try_for_each(|table| hand_over(self.sender, table, 0))
    }
}

/// Hands a table's rows over where there are more bytes than that.
fn hand_over(sender: &mpsc::Sender<Chunk>, table: &mut Table, more_than: usize) -> Result<(), Gone> {
    if table.rows.len() <= more_than {
        return Ok(());
    }
    sender.blocking_send(table.take()).map_err(|_| Gone)
}

impl Load for Tables<'_> {
    type Error = Gone;
    const SCOPES: &'static [Scope] = &[Scope::League];

    fn unit(&mut self, unit: UnitRow, name_key: String) -> Result<(), Gone> {
        let table = &mut self.units;
        table
            .plain(unit.league)
            .plain(unit.id)
            .plain(unit.office)
            .text(&unit.name)
            .text(&name_key)
            .text(&unit.initials);
        table.plain(unit.participants).plain(unit.employees).end();
        hand_over(self.sender, table, CHUNK)
    }

    fn member(&mut self, person: PersonRow) -> Result<(), Gone> {
        for cover in &person.covers {
            let table = &mut self.covers;
            table.plain(person.league).plain(person.id).plain(cover.period).plain(cover.from).plain(cover.to).end();
        }
        hand_over(self.sender, &mut self.covers, CHUNK)?;
        if let Some((bank, number)) = &person.card {
            self.cards.plain(person.league).plain(person.id).plain(1).text(bank).text(number).end();
            hand_over(self.sender, &mut self.cards, CHUNK)?;
        }
        self.ids.text(&person.id_number).plain(person.id).end();
        hand_over(self.sender, &mut self.ids, CHUNK)?;
        let table = &mut self.people;
        table.plain(person.league).plain(person.id).plain(person.office).plain(person.unit).text(&person.name);
        table.plain(person.sex.code()).plain(person.birth).text(&person.id_number).text(&person.mobile);
        table.plain(person.retired).end();
        hand_over(self.sender, table, CHUNK)
    }

    fn key(&mut self, _scope: Scope, key: &KeyRow<'_>) -> Result<(), Gone> {
        let table = &mut self.keys;
        table
            .plain(key.league)
            .plain(key.office)
            .plain(key.unit)
            .plain(key.member)
            .plain(key.kind as i64)
            .text(key.key);
        table.end();
        hand_over(self.sender, table, CHUNK)
    }

    fn claim(&mut self, to_load: &ClaimToLoad<'_>) -> Result<(), Gone> {
        let recorded = to_load.recorded;
        let (claim, new) = (&recorded.claim, &recorded.claim.claim);
        let personal = |value: &Personal| value.value().unwrap_or_default().to_owned();
        let table = &mut self.claims;
        table.plain(claim.league).plain(new.id).plain(claim.office).plain(claim.number.year);
        table.plain(claim.number.sequence).plain(new.member).plain(new.period).plain(new.kind.code());
        table.plain(new.state.code()).plain(claim.rev).plain(moment(claim.submitted_at));
        table.plain(to_shanghai(claim.submitted_at).date()).text(&claim.clerk).text(&new.channel).plain(new.window);
        table.text(&new.bill.code).text(&new.bill.number).text(&new.bill.check).text(&new.bill.hospital);
        table.text(&new.hospital).text(&new.diagnosis.code).text(&new.diagnosis.name).plain(new.diagnosis.standard);
        table.plain(new.mode.code()).maybe(new.admission).maybe(new.discharge).maybe(new.settlement);
        table.plain(recorded.medical_total).text(&new.facts).text(&new.policy.code).plain(new.policy.version);
        table.text(&new.policy.sha256).text(&new.assessment).plain(new.total).text(new.payee.bank());
        table.maybe(to_load.has_card().then_some(1)).text(&new.payee.last4()).text(&personal(&recorded.agent));
        table.text(&recorded.documents).text(&recorded.reasons).text(&personal(&recorded.remark));
        table.bytes(&to_load.request).plain(recorded.salt.digits()).plain(claim.prints).end();
        hand_over(self.sender, table, CHUNK)?;
        for (place, paid) in to_load.paid.iter().enumerate() {
            let table = &mut self.paid;
            table.plain(claim.league).plain(new.id).plain(place).plain(paid.period).text(&paid.benefit);
            table.plain(paid.base).plain(paid.days).plain(paid.amount).end();
        }
        hand_over(self.sender, &mut self.paid, CHUNK)?;
        if !new.state.is_live() {
            return Ok(());
        }
        self.bills.text(&new.bill.key()).plain(claim.league).plain(new.id).end();
        hand_over(self.sender, &mut self.bills, CHUNK)?;
        if let (Some(from), Some(to)) = (new.admission, new.discharge) {
            let end = to.max(from.succ_opt().unwrap_or(to));
            let table = &mut self.stays;
            table.plain(new.member).plain(format_args!("[{from},{end})")).plain(claim.league).plain(new.id).end();
        }
        hand_over(self.sender, &mut self.stays, CHUNK)
    }

    fn event(&mut self, claim: &ClaimToLoad<'_>, linked: &Linked<'_>) -> Result<(), Gone> {
        let event = &linked.event;
        let table = &mut self.events;
        table
            .plain(claim.recorded.claim.league)
            .plain(event.office)
            .plain(linked.place)
            .plain(event.id)
            .plain(event.rev);
        table.plain(event.kind).text(event.who).plain(moment(event.at)).text(event.body).bytes(&linked.hash).end();
        hand_over(self.sender, table, CHUNK)
    }

    fn chain(&mut self, chain: &Chain) -> Result<(), Gone> {
        let table = &mut self.chains;
        table.plain(chain.league).plain(chain.office).plain(chain.length).bytes(&chain.head).end();
        hand_over(self.sender, table, CHUNK)
    }
}
