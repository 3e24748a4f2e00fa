//! Earlier claims as their submits wrote them, each in its last state, and the offices' chains.

use std::collections::BTreeMap;
use std::sync::mpsc::sync_channel;

use tokio::sync::mpsc;

use super::batch::{Batch, Gone, Rows, Table};
use super::people::Start;
use crate::domain::canonical::{GENESIS, Hash, moment};
use crate::domain::claim::ClaimState;
use crate::domain::member::MemberId;
use crate::domain::sheet::Line;
use crate::policy::Facts;
use crate::store::recorded::{Entry, Event, Recorded, SubmitBody, request_hash, withdrawal};
use crate::store::sqlite::record::{CLAIM_COLUMNS, claim_arguments, insert_claims};
use crate::world::{Assessed, ClaimRow, World};

/// Claims in one statement: each is some kilobytes.
const CLAIMS: usize = 64;
/// Assessed claims that wait to be written down.
const ASSESSED: usize = 256;

struct Tables<'a> {
    claims: Table<'a>,
    bills: Table<'a>,
    paid: Table<'a>,
    events: Table<'a>,
    /// Length and head of each office's chain.
    chains: BTreeMap<u32, (i64, Hash)>,
}

/// All earlier claims.
pub fn claims<A>(world: &World, starts: &[Start], assess: &A, sender: &mpsc::Sender<Batch>) -> Result<(), Gone>
where
    A: Fn(&Facts) -> Option<Assessed> + Sync,
{
    let count = |claims| Rows { members: 0, claims };
    let paid = "INSERT INTO claim_paid (claim, place, period, benefit, base, days, amount)";
    let event = "INSERT INTO claim_event (office, place, claim, rev, kind, who, at, body, hash)";
    let mut tables = Tables {
        claims: Table::new(sender, insert_claims!(""), CLAIM_COLUMNS).at_most(CLAIMS).counted(count),
        bills: Table::new(sender, "INSERT INTO bill (key, claim)", 2),
        paid: Table::new(sender, paid, 7),
        events: Table::new(sender, event, 9),
        chains: BTreeMap::new(),
    };
    // One thread assesses, this one writes down and hashes.
    let (assessed, rows) = sync_channel(ASSESSED);
    std::thread::scope(|scope| {
        let rows = rows;
        let assessing = move || world.claims(assess).try_for_each(|row| assessed.send(Box::new(row)));
        // It ends early only where this thread did, which has the reason.
        let _ = scope.spawn(assessing);
        (1..).zip(rows).try_for_each(|(seq, row)| tables.claim(seq, &row, card_of(world, starts, row.claim.member)))
    })?;
    let mut chains = Table::new(sender, "INSERT INTO chain (office, length, head)", 3);
    for (office, (length, head)) in &tables.chains {
        chains.add(*office);
        chains.add(*length);
        chains.add(head.to_vec());
        chains.end_row()?;
    }
    for table in [&mut tables.claims, &mut tables.bills, &mut tables.paid, &mut tables.events, &mut chains] {
        table.flush()?;
    }
    Ok(())
}

/// The number of a member's first card.
fn card_of(world: &World, starts: &[Start], member: MemberId) -> Option<String> {
    let start = starts.iter().rev().find(|start| start.member <= member)?;
    let index = i64::from(start.index) + member.0 - start.member.0;
    let person = world.member(u32::try_from(index).ok()?).filter(|person| person.id == member)?;
    person.card.map(|(_, number)| number)
}

impl Tables<'_> {
    fn claim(&mut self, seq: i64, row: &ClaimRow, card: Option<String>) -> Result<(), Gone> {
        let claim = &row.claim;
        let missing = claim.documents.iter().any(|document| document.required && !document.present);
        let entry = Entry {
            claim,
            number: row.number,
            league: row.league,
            rev: if row.withdrawn.is_some() { 2 } else { 1 },
            at: row.submitted_at,
            clerk: &row.clerk,
            medical_total: row.facts.amounts.get(Line::Total),
            card: card.as_deref().unwrap_or_default(),
        };
        let state_then = if missing { ClaimState::Returned } else { ClaimState::Submitted };
        // Plain structs with text keys can be written as JSON; their hash is then that of nothing at worst.
        let request = request_hash(claim, &row.clerk).unwrap_or(GENESIS);
        let Ok(stored) = Recorded::to_be(&entry) else { return Ok(()) };
        claim_arguments(self.claims.arguments(), seq, card.is_some().then_some(claim.member.0), request, &stored);
        self.claims.end_row()?;
        for (place, paid) in (0_i64..).zip(&row.paid) {
            self.paid.add(seq);
            self.paid.add(place);
            self.paid.add(paid.period);
            self.paid.add(paid.benefit.as_str());
            self.paid.add(paid.base.fen());
            self.paid.add(paid.days);
            self.paid.add(paid.amount.fen());
            self.paid.end_row()?;
        }
        let mut event = Event {
            id: claim.id,
            office: row.office.get(),
            rev: 1,
            kind: state_then.code(),
            who: &row.clerk,
            at: row.submitted_at,
            body: &SubmitBody::of(&stored, state_then).text(),
        };
        self.event(seq, &event)?;
        if let Some((at, reason)) = &row.withdrawn {
            let body = withdrawal(reason);
            event = Event { rev: 2, kind: ClaimState::Withdrawn.code(), at: *at, body: &body, ..event };
            return self.event(seq, &event);
        }
        self.bills.add(claim.bill.key());
        self.bills.add(seq);
        self.bills.end_row()
    }

    fn event(&mut self, seq: i64, event: &Event<'_>) -> Result<(), Gone> {
        let (length, head) = self.chains.entry(event.office).or_insert((0, GENESIS));
        let place = *length + 1;
        let hash = event.link(place, head);
        (*length, *head) = (place, hash);
        self.events.add(event.office);
        self.events.add(place);
        self.events.add(seq);
        self.events.add(event.rev);
        self.events.add(event.kind);
        self.events.add(event.who);
        self.events.add(moment(event.at));
        self.events.add(event.body);
        self.events.add(hash.to_vec());
        self.events.end_row()
    }
}
