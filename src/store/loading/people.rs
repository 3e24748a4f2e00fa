//! Members, and what they are searched by in the order in which it is looked up.

use super::{KeyRow, Load, Scope};
use crate::domain::area::{AreaCode, OfficeCode};
use crate::domain::member::MemberId;
use crate::store::keys::{Kind, keys_of};
use crate::world::PersonRow;

/// The first member of a league, and its index in the world.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    /// The member's number.
    pub member: MemberId,
    /// Its place among all members.
    pub index: u32,
}

/// Keys of one scope before they are sorted: texts in one string, so that a league's fit into memory.
struct Pile {
    scope: Scope,
    texts: String,
    keys: Vec<Key>,
}

#[derive(Clone, Copy)]
struct Key {
    member: MemberId,
    unit: i64,
    office: OfficeCode,
    start: u32,
    length: u16,
    kind: Kind,
}

impl Pile {
    fn new(scope: Scope) -> Pile {
        Pile { scope, texts: String::new(), keys: Vec::new() }
    }

    fn push(&mut self, kind: Kind, key: &str, person: &PersonRow) {
        if self.scope == Scope::Unit && !kind.in_units() {
            return;
        }
        // A league's texts stay far below 4 GiB, a name's keys below 64 KiB.
        let (start, length) = (self.texts.len() as u32, key.len() as u16);
        self.texts.push_str(key);
        let (member, unit, office) = (person.id, person.unit, person.office);
        self.keys.push(Key { member, unit, office, start, length, kind });
    }

    fn text(&self, key: &Key) -> &str {
        &self.texts[key.start as usize..key.start as usize + key.length as usize]
    }

    /// Hands all keys of a league, an office, or the units of an office over, sorted.
    fn drain<L: Load>(&mut self, league: AreaCode, to: &mut L) -> Result<(), L::Error> {
        let mut keys = std::mem::take(&mut self.keys);
        let unit = |key: &Key| if self.scope == Scope::Unit { key.unit } else { 0 };
        keys.sort_unstable_by(|a, b| {
            (unit(a), a.kind, self.text(a), a.member).cmp(&(unit(b), b.kind, self.text(b), b.member))
        });
        for key in &keys {
            let Key { member, unit, office, kind, .. } = *key;
            to.key(self.scope, &KeyRow { league, office, unit, member, kind, key: self.text(key) })?;
        }
        keys.clear();
        self.keys = keys;
        self.texts.clear();
        Ok(())
    }
}

/// All members with what they are searched by; gives where each league begins.
pub fn members<L: Load>(members: impl Iterator<Item = PersonRow>, to: &mut L) -> Result<Vec<Start>, L::Error> {
    let mut piles: Vec<Pile> = L::SCOPES.iter().copied().map(Pile::new).collect();
    let mut here: Option<(AreaCode, OfficeCode)> = None;
    let mut starts: Vec<Start> = Vec::new();
    for (index, person) in (0..).zip(members) {
        let there = (person.league, person.office);
        if let Some((league, _)) = here.filter(|here| *here != there) {
            let ends = |pile: &&mut Pile| pile.scope != Scope::League || league != there.0;
            piles.iter_mut().filter(ends).try_for_each(|pile| pile.drain(league, to))?;
        }
        if here.is_none_or(|(league, _)| league != there.0) {
            starts.push(Start { member: person.id, index });
        }
        here = Some(there);
        for (kind, key) in keys_of(&person.name, &person.readings, &person.id_number, &person.mobile) {
            piles.iter_mut().for_each(|pile| pile.push(kind, &key, &person));
        }
        to.member(person)?;
    }
    if let Some((league, _)) = here {
        piles.iter_mut().try_for_each(|pile| pile.drain(league, to))?;
    }
    Ok(starts)
}
