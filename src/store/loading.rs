//! A generated world as rows, without any driver: what every adapter writes in the same order, with the keys that members
//! are searched by sorted, claims as their submits recorded them, and events linked into the offices' chains. An adapter
//! says by [`Load`] how one row is written; rows are made one at a time, so that no size fills the memory but a league's
//! keys.
//!
//! - `people` units, members, and what members are searched by · `history` earlier claims and the offices' chains
//!
//! To load one more kind of row: its method of [`Load`], fed where its rows are made, and its columns in the adapters.

mod history;
mod people;

use super::keys::Kind;
use super::recorded::{Event, Recorded};
use crate::domain::area::{AreaCode, OfficeCode};
use crate::domain::canonical::Hash;
use crate::domain::cover::Paid;
use crate::domain::member::MemberId;
use crate::domain::query::unit_key;
use crate::policy::Facts;
use crate::world::{Assessed, PersonRow, UnitRow, World};

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Members that are written.
    pub members: u64,
    /// Claims that are written.
    pub claims: u64,
}

/// How an adapter writes the rows of a world. Units come first, then members with keys between them, then claims, each
/// followed by its events, then the chains.
pub trait Load {
    /// Why nothing more can be written.
    type Error;

    /// In which scopes keys are wanted. All keys of one league, office or unit come together, in the order of kind, key and
    /// member.
    const SCOPES: &'static [Scope];

    /// A unit, and its name as it is searched by.
    fn unit(&mut self, unit: UnitRow, name_key: String) -> Result<(), Self::Error>;
    /// A member with participations and the first card; by number within a league.
    fn member(&mut self, person: PersonRow) -> Result<(), Self::Error>;
    /// What a member is searched by in a scope. The member may come later.
    fn key(&mut self, scope: Scope, key: &KeyRow<'_>) -> Result<(), Self::Error>;
    /// A claim in its last state, in the order of submission within an office.
    fn claim(&mut self, claim: &ClaimToLoad<'_>) -> Result<(), Self::Error>;
    /// An event of the claim before, linked.
    fn event(&mut self, claim: &ClaimToLoad<'_>, event: &Linked<'_>) -> Result<(), Self::Error>;
    /// The end of an office's chain.
    fn chain(&mut self, chain: &Chain) -> Result<(), Self::Error>;
}

/// Where members are searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// In a league.
    League,
    /// In an office.
    Office,
    /// In a unit, by what [`Kind::in_units`] says.
    Unit,
}

/// What a member is searched by.
#[derive(Clone, Copy)]
pub struct KeyRow<'a> {
    /// The member's league.
    pub league: AreaCode,
    /// The member's office.
    pub office: OfficeCode,
    /// The member's unit.
    pub unit: i64,
    /// Whose it is.
    pub member: MemberId,
    /// Its kind.
    pub kind: Kind,
    /// What is searched.
    pub key: &'a str,
}

/// A claim as it is stored.
#[derive(Clone, Copy, Debug)]
pub struct ClaimToLoad<'a> {
    /// Its place among all claims of the world, from 1.
    pub seq: i64,
    /// The claim; the number of the card is the member's first one, or empty.
    pub recorded: &'a Recorded,
    /// What its benefits got, in their order.
    pub paid: &'a [Paid],
    /// The hash of what was sent.
    pub request: Hash,
}

impl ClaimToLoad<'_> {
    /// Whether it was paid to the member's first card; to none otherwise.
    pub fn has_card(&self) -> bool {
        self.recorded.card.value().is_some_and(|card| !card.is_empty())
    }
}

/// An event in its place.
#[derive(Clone, Copy, Debug)]
pub struct Linked<'a> {
    /// What happened.
    pub event: Event<'a>,
    /// Its place in the office's chain, from 1.
    pub place: i64,
    /// Its hash.
    pub hash: Hash,
}

/// The end of an office's chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The office's league.
    pub league: AreaCode,
    /// The office.
    pub office: OfficeCode,
    /// How many events it has.
    pub length: i64,
    /// The hash of the last one.
    pub head: Hash,
}

/// Makes all rows of a world but the fixed ones (offices, accounts, [`reference`]). Claims are assessed on a thread of their
/// own; rows are written on this one.
pub fn load<L, A>(world: &World, assess: &A, to: &mut L) -> Result<(), L::Error>
where
    L: Load,
    A: Fn(&Facts) -> Option<Assessed> + Sync,
{
    for unit in world.units() {
        let key = unit_key(&unit.name);
        to.unit(unit, key)?;
    }
    let starts = people::members(world.members(), to)?;
    history::claims(world, &starts, assess, to)
}

#[cfg(test)]
mod tests;
