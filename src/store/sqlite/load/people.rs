//! Units, members with their participations and cards, and what members are searched by.

use tokio::sync::mpsc;

use super::batch::{Batch, Gone, Rows, Table};
use crate::domain::member::MemberId;
use crate::domain::query::unit_key;
use crate::store::keys::{Kind, keys_of};
use crate::world::{PersonRow, UnitRow};

/// The first member of a league, and its index in the world.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    /// The member's number.
    pub member: MemberId,
    /// Its place among all members.
    pub index: u32,
}

/// Keys of one office or league before they are sorted: texts in one string, so that a league's fit into memory.
#[derive(Default)]
struct Pile {
    texts: String,
    keys: Vec<Key>,
}

#[derive(Clone, Copy)]
struct Key {
    scope: i64,
    member: i64,
    unit: i64,
    start: u32,
    length: u16,
    kind: Kind,
}

impl Pile {
    fn push(&mut self, scope: i64, kind: Kind, key: &str, person: &PersonRow) {
        // A league's texts stay far below 4 GiB, a name's keys below 64 KiB.
        let (start, length) = (self.texts.len() as u32, key.len() as u16);
        self.texts.push_str(key);
        self.keys.push(Key { scope, member: person.id.0, unit: person.unit, start, length, kind });
    }

    fn text(&self, key: &Key) -> &str {
        &self.texts[key.start as usize..key.start as usize + key.length as usize]
    }

    /// Hands all keys over in the order of the table's primary key; a unit's own keys don't name it again.
    fn drain(&mut self, table: &mut Table<'_>) -> Result<(), Gone> {
        let mut keys = std::mem::take(&mut self.keys);
        keys.sort_unstable_by(|a, b| {
            (a.scope, a.kind, self.text(a), a.member).cmp(&(b.scope, b.kind, self.text(b), b.member))
        });
        for key in &keys {
            table.add(key.scope);
            table.add(key.kind as i64);
            table.add(self.text(key));
            table.add(key.member);
            if key.scope != key.unit {
                table.add(key.unit);
            }
            table.end_row()?;
        }
        keys.clear();
        self.keys = keys;
        self.texts.clear();
        Ok(())
    }
}

/// All units.
pub fn units(units: impl Iterator<Item = UnitRow>, sender: &mpsc::Sender<Batch>) -> Result<(), Gone> {
    let head = "INSERT INTO unit (id, league, office, name, initials, participants, employees, name_key)";
    let mut table = Table::new(sender, head, 8);
    for unit in units {
        table.add(unit.id);
        table.add(i64::from(unit.league.get()));
        table.add(i64::from(unit.office.get()));
        let key = unit_key(&unit.name);
        table.add(unit.name);
        table.add(unit.initials);
        table.add(unit.participants);
        table.add(unit.employees);
        table.add(key);
        table.end_row()?;
    }
    table.flush()
}

/// All members with what belongs to them; gives where each league begins.
pub fn members(members: impl Iterator<Item = PersonRow>, sender: &mpsc::Sender<Batch>) -> Result<Vec<Start>, Gone> {
    let head = "INSERT INTO member (id, league, office, unit, name, sex, birth, id_number, mobile, retired)";
    let mut people = Table::new(sender, head, 10).counted(|members| Rows { members, claims: 0 });
    let mut covers = Table::new(sender, "INSERT INTO cover (member, period, from_day, to_day)", 4);
    let mut cards = Table::new(sender, "INSERT INTO card (id, member, bank, number)", 4);
    let mut in_league = Table::new(sender, "INSERT INTO league_key (league, kind, key, member, unit)", 5);
    let mut in_office = Table::new(sender, "INSERT INTO office_key (office, kind, key, member, unit)", 5);
    let mut in_unit = Table::new(sender, "INSERT INTO unit_key (unit, kind, key, member)", 4);
    let (mut league, mut office, mut unit) = (Pile::default(), Pile::default(), Pile::default());
    let mut here = None;
    let mut starts: Vec<Start> = Vec::new();
    for (index, person) in (0..).zip(members) {
        let there = (person.league.get(), person.office.get());
        if here.is_some_and(|here| here != there) {
            office.drain(&mut in_office)?;
            unit.drain(&mut in_unit)?;
        }
        if here.is_some_and(|(league, _)| league != there.0) {
            league.drain(&mut in_league)?;
        }
        if here.is_none_or(|(league, _)| league != there.0) {
            starts.push(Start { member: person.id, index });
        }
        here = Some(there);
        for (kind, key) in keys_of(&person.name, &person.readings, &person.id_number, &person.mobile) {
            league.push(i64::from(there.0), kind, &key, &person);
            office.push(i64::from(there.1), kind, &key, &person);
            if kind.in_units() {
                unit.push(person.unit, kind, &key, &person);
            }
        }
        for cover in &person.covers {
            covers.add(person.id.0);
            covers.add(cover.period);
            covers.add(cover.from.to_string());
            covers.add(cover.to.to_string());
            covers.end_row()?;
        }
        if let Some((bank, number)) = &person.card {
            // The first card of a member has the member's number; later ones come after all of these.
            cards.add(person.id.0);
            cards.add(person.id.0);
            cards.add(bank.as_str());
            cards.add(number.as_str());
            cards.end_row()?;
        }
        people.add(person.id.0);
        people.add(i64::from(there.0));
        people.add(i64::from(there.1));
        people.add(person.unit);
        people.add(person.name);
        people.add(person.sex.code());
        people.add(person.birth.to_string());
        people.add(person.id_number);
        people.add(person.mobile);
        people.add(person.retired);
        people.end_row()?;
    }
    people.flush()?;
    office.drain(&mut in_office)?;
    unit.drain(&mut in_unit)?;
    league.drain(&mut in_league)?;
    for table in [&mut covers, &mut cards, &mut in_league, &mut in_office, &mut in_unit] {
        table.flush()?;
    }
    Ok(starts)
}
