//! The columns of each row of a world.
//!
//! To load one more table: its [`Table`], where its rows are written, and its place in [`Tables::flush`].

use tokio::sync::mpsc;

use super::batch::{Batch, Gone, Rows, Table};
use crate::domain::canonical::moment;
use crate::store::loading::{Chain, ClaimToLoad, KeyRow, Linked, Load, Scope};
use crate::store::sqlite::record::{CLAIM_COLUMNS, claim_arguments, insert_claims};
use crate::world::{PersonRow, UnitRow};

/// Claims in one statement: each is some kilobytes.
const CLAIMS: usize = 64;

/// All tables that a world fills row by row.
pub struct Tables<'a> {
    units: Table<'a>,
    people: Table<'a>,
    covers: Table<'a>,
    cards: Table<'a>,
    in_league: Table<'a>,
    in_office: Table<'a>,
    in_unit: Table<'a>,
    claims: Table<'a>,
    bills: Table<'a>,
    paid: Table<'a>,
    events: Table<'a>,
    chains: Table<'a>,
}

impl<'a> Tables<'a> {
    /// Empty ones, whose rows go to the writer.
    pub fn new(sender: &'a mpsc::Sender<Batch>) -> Tables<'a> {
        let table = |head, columns| Table::new(sender, head, columns);
        let unit = "INSERT INTO unit (id, league, office, name, initials, participants, employees, name_key)";
        let member = "INSERT INTO member (id, league, office, unit, name, sex, birth, id_number, mobile, retired)";
        let paid = "INSERT INTO claim_paid (claim, place, period, benefit, base, days, amount)";
        let event = "INSERT INTO claim_event (office, place, claim, rev, kind, who, at, body, hash)";
        let claims = table(insert_claims!(""), CLAIM_COLUMNS).at_most(CLAIMS);
        Tables {
            units: table(unit, 8),
            people: table(member, 10).counted(|members| Rows { members, claims: 0 }),
            covers: table("INSERT INTO cover (member, period, from_day, to_day)", 4),
            cards: table("INSERT INTO card (id, member, bank, number)", 4),
            in_league: table("INSERT INTO league_key (league, kind, key, member, unit)", 5),
            in_office: table("INSERT INTO office_key (office, kind, key, member, unit)", 5),
            in_unit: table("INSERT INTO unit_key (unit, kind, key, member)", 4),
            claims: claims.counted(|claims| Rows { members: 0, claims }),
            bills: table("INSERT INTO bill (key, claim)", 2),
            paid: table(paid, 7),
            events: table(event, 9),
            chains: table("INSERT INTO chain (office, length, head)", 3),
        }
    }

    /// Hands over what waits.
    pub fn flush(&mut self) -> Result<(), Gone> {
        let people = [&mut self.units, &mut self.people, &mut self.covers, &mut self.cards];
        let keys = [&mut self.in_league, &mut self.in_office, &mut self.in_unit];
        let history = [&mut self.claims, &mut self.bills, &mut self.paid, &mut self.events, &mut self.chains];
        people.into_iter().chain(keys).chain(history).try_for_each(Table::flush)
    }
}

impl Load for Tables<'_> {
    type Error = Gone;
    const SCOPES: &'static [Scope] = &[Scope::Office, Scope::Unit, Scope::League];

    fn unit(&mut self, unit: UnitRow, name_key: String) -> Result<(), Gone> {
        let table = &mut self.units;
        table.add(unit.id);
        table.add(i64::from(unit.league.get()));
        table.add(i64::from(unit.office.get()));
        table.add(unit.name);
        table.add(unit.initials);
        table.add(unit.participants);
        table.add(unit.employees);
        table.add(name_key);
        table.end_row()
    }

    fn member(&mut self, person: PersonRow) -> Result<(), Gone> {
        for cover in &person.covers {
            let table = &mut self.covers;
            table.add(person.id.0);
            table.add(cover.period);
            table.add(cover.from.to_string());
            table.add(cover.to.to_string());
            table.end_row()?;
        }
        if let Some((bank, number)) = person.card {
            // The first card of a member has the member's number; later ones come after all of these.
            let table = &mut self.cards;
            table.add(person.id.0);
            table.add(person.id.0);
            table.add(bank);
            table.add(number);
            table.end_row()?;
        }
        let table = &mut self.people;
        table.add(person.id.0);
        table.add(i64::from(person.league.get()));
        table.add(i64::from(person.office.get()));
        table.add(person.unit);
        table.add(person.name);
        table.add(person.sex.code());
        table.add(person.birth.to_string());
        table.add(person.id_number);
        table.add(person.mobile);
        table.add(person.retired);
        table.end_row()
    }

    fn key(&mut self, scope: Scope, key: &KeyRow<'_>) -> Result<(), Gone> {
        let (table, within) = match scope {
            Scope::League => (&mut self.in_league, i64::from(key.league.get())),
            Scope::Office => (&mut self.in_office, i64::from(key.office.get())),
            Scope::Unit => (&mut self.in_unit, key.unit),
        };
        table.add(within);
        table.add(key.kind as i64);
        table.add(key.key);
        table.add(key.member.0);
        // A unit's own keys don't name it again.
        if scope != Scope::Unit {
            table.add(key.unit);
        }
        table.end_row()
    }

    fn claim(&mut self, claim: &ClaimToLoad<'_>) -> Result<(), Gone> {
        let (seq, new) = (claim.seq, &claim.recorded.claim.claim);
        let card = claim.has_card().then_some(new.member.0);
        claim_arguments(self.claims.arguments(), seq, card, claim.request, claim.recorded);
        self.claims.end_row()?;
        for (place, paid) in (0_i64..).zip(claim.paid) {
            let table = &mut self.paid;
            table.add(seq);
            table.add(place);
            table.add(paid.period);
            table.add(paid.benefit.as_str());
            table.add(paid.base.fen());
            table.add(paid.days);
            table.add(paid.amount.fen());
            table.end_row()?;
        }
        if !new.state.is_live() {
            return Ok(());
        }
        self.bills.add(new.bill.key());
        self.bills.add(seq);
        self.bills.end_row()
    }

    fn event(&mut self, claim: &ClaimToLoad<'_>, linked: &Linked<'_>) -> Result<(), Gone> {
        let (table, event) = (&mut self.events, &linked.event);
        table.add(event.office);
        table.add(linked.place);
        table.add(claim.seq);
        table.add(event.rev);
        table.add(event.kind);
        table.add(event.who);
        table.add(moment(event.at));
        table.add(event.body);
        table.add(linked.hash.to_vec());
        table.end_row()
    }

    fn chain(&mut self, chain: &Chain) -> Result<(), Gone> {
        self.chains.add(chain.office.get());
        self.chains.add(chain.length);
        self.chains.add(chain.head.to_vec());
        self.chains.end_row()
    }
}
