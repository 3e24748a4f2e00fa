//! Earlier claims as their submits wrote them, each in its last state, and the offices' chains.

use std::collections::BTreeMap;
use std::sync::mpsc::sync_channel;

use super::people::Start;
use super::{Chain, ClaimToLoad, Linked, Load};
use crate::domain::canonical::GENESIS;
use crate::domain::claim::ClaimState;
use crate::domain::member::MemberId;
use crate::domain::sheet::Line;
use crate::policy::Facts;
use crate::store::recorded::{Entry, Event, Recorded, Salt, SubmitBody, request_hash, withdrawal};
use crate::world::{Assessed, ClaimRow, World};

/// Assessed claims that wait to be written down.
const ASSESSED: usize = 256;

/// All earlier claims.
pub fn claims<L, A>(world: &World, starts: &[Start], assess: &A, to: &mut L) -> Result<(), L::Error>
where
    L: Load,
    A: Fn(&Facts) -> Option<Assessed> + Sync,
{
    let mut chains: BTreeMap<u32, Chain> = BTreeMap::new();
    // One thread assesses, this one writes down and hashes.
    let (assessed, rows) = sync_channel(ASSESSED);
    std::thread::scope(|scope| {
        let rows = rows;
        let assessing = move || world.claims(assess).try_for_each(|row| assessed.send(Box::new(row)));
        // It ends early only where this thread did, which has the reason.
        let _ = scope.spawn(assessing);
        (1..).zip(rows).try_for_each(|(seq, row)| {
            let (league, office) = (row.league, row.office);
            let start = Chain { league, office, length: 0, head: GENESIS };
            let chain = chains.entry(office.get()).or_insert(start);
            claim(seq, &row, card_of(world, starts, row.claim.member), chain, to)
        })
    })?;
    chains.values().try_for_each(|chain| to.chain(chain))
}

/// The number of a member's first card.
fn card_of(world: &World, starts: &[Start], member: MemberId) -> Option<String> {
    let start = starts.iter().rev().find(|start| start.member <= member)?;
    let index = i64::from(start.index) + member.0 - start.member.0;
    let person = world.member(u32::try_from(index).ok()?).filter(|person| person.id == member)?;
    person.card.map(|(_, number)| number)
}

fn claim<L: Load>(
    seq: i64,
    row: &ClaimRow,
    card: Option<String>,
    chain: &mut Chain,
    to: &mut L,
) -> Result<(), L::Error> {
    let new = &row.claim;
    let missing = new.documents.iter().any(|document| document.required && !document.present);
    let state_then = if missing { ClaimState::Returned } else { ClaimState::Submitted };
    let entry = Entry {
        claim: new,
        number: row.number,
        league: row.league,
        rev: if row.withdrawn.is_some() { 2 } else { 1 },
        at: row.submitted_at,
        clerk: &row.clerk,
        medical_total: row.facts.amounts.get(Line::Total),
        salt: &Salt::of(row.salt),
        card: card.as_deref().unwrap_or_default(),
    };
    let Ok(recorded) = Recorded::to_be(&entry) else { return Ok(()) };
    // Plain structs with text keys can be written as JSON; their hash is then that of nothing at worst.
    let request = request_hash(new, &row.clerk).unwrap_or(GENESIS);
    let claim = ClaimToLoad { seq, recorded: &recorded, paid: &row.paid, request };
    to.claim(&claim)?;
    let mut linked = |event: Event<'_>| {
        let place = chain.length + 1;
        let hash = event.link(place, &chain.head);
        (chain.length, chain.head) = (place, hash);
        to.event(&claim, &Linked { event, place, hash })
    };
    let submit = Event {
        id: new.id,
        office: row.office.get(),
        rev: 1,
        kind: state_then.code(),
        who: &row.clerk,
        at: row.submitted_at,
        body: &SubmitBody::of(&recorded, state_then).text(),
    };
    linked(submit)?;
    match &row.withdrawn {
        Some((at, reason)) => {
            let body = withdrawal(reason);
            linked(Event { rev: 2, kind: ClaimState::Withdrawn.code(), at: *at, body: &body, ..submit })
        }
        None => Ok(()),
    }
}
