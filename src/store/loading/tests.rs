use super::*;
use crate::domain::canonical::GENESIS;
use crate::domain::claim::ClaimState;
use crate::store::keys::keys_of;
use crate::store::recorded::SubmitBody;
use crate::world::assess::{engine_of, published};
use crate::world::world_day;

/// A key, in the order in which keys come; `within` is the league or the unit.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    scope: Scope,
    within: i64,
    kind: Kind,
    key: String,
    member: MemberId,
    office: u32,
}

/// Takes the rows of a world and keeps what is asked for below.
#[derive(Default)]
struct Kept {
    units: Vec<i64>,
    members: Vec<MemberId>,
    keys: Vec<Key>,
    claims: Vec<(i64, Recorded)>,
    heads: std::collections::BTreeMap<u32, (i64, Hash)>,
    chains: usize,
    withdrawn: usize,
}

impl Load for Kept {
    type Error = ();
    const SCOPES: &'static [Scope] = &[Scope::League, Scope::Unit];

    fn unit(&mut self, unit: UnitRow, name_key: String) -> Result<(), ()> {
        assert_eq!(name_key, unit_key(&unit.name));
        self.units.push(unit.id);
        Ok(())
    }

    fn member(&mut self, person: PersonRow) -> Result<(), ()> {
        self.members.push(person.id);
        Ok(())
    }

    fn key(&mut self, scope: Scope, key: &KeyRow<'_>) -> Result<(), ()> {
        let within = if scope == Scope::League { i64::from(key.league.get()) } else { key.unit };
        let (kind, member, office) = (key.kind, key.member, key.office.get());
        self.keys.push(Key { scope, within, kind, key: key.key.to_owned(), member, office });
        Ok(())
    }

    fn claim(&mut self, claim: &ClaimToLoad<'_>) -> Result<(), ()> {
        self.claims.push((claim.seq, claim.recorded.clone()));
        Ok(())
    }

    fn event(&mut self, claim: &ClaimToLoad<'_>, linked: &Linked<'_>) -> Result<(), ()> {
        let (length, head) = self.heads.get(&linked.event.office).copied().unwrap_or((0, GENESIS));
        assert_eq!((linked.place, linked.hash), (length + 1, linked.event.link(length + 1, &head)));
        self.heads.insert(linked.event.office, (linked.place, linked.hash));
        assert_eq!(linked.event.id, claim.recorded.claim.claim.id);
        match ClaimState::from_code(linked.event.kind).unwrap() {
            ClaimState::Withdrawn => self.withdrawn += 1,
            state_then => assert_eq!(linked.event.body, SubmitBody::of(claim.recorded, state_then).text()),
        }
        Ok(())
    }

    fn chain(&mut self, chain: &Chain) -> Result<(), ()> {
        assert_eq!(self.heads[&chain.office.get()], (chain.length, chain.head));
        self.chains += 1;
        Ok(())
    }
}

#[test]
fn rows_come_sorted_linked_and_whole() {
    let world = World::new(3, 2000, 90, world_day());
    let mut kept = Kept::default();
    load(&world, &engine_of(&published()), &mut kept).unwrap();
    assert_eq!(kept.units, world.units().map(|unit| unit.id).collect::<Vec<_>>());
    let people: Vec<PersonRow> = world.members().collect();
    assert_eq!(kept.members, people.iter().map(|person| person.id).collect::<Vec<_>>());

    // Every key of every member once a scope, in order within a league or unit.
    let mut expected = Vec::new();
    for person in &people {
        let (league, office) = (person.league.get(), person.office.get());
        for (kind, key) in keys_of(&person.name, &person.readings, &person.id_number, &person.mobile) {
            for scope in Kept::SCOPES.iter().filter(|scope| **scope == Scope::League || kind.in_units()) {
                let within = if *scope == Scope::League { i64::from(league) } else { person.unit };
                expected.push(Key { scope: *scope, within, kind, key: key.clone(), member: person.id, office });
            }
        }
    }
    let of_one = |a: &Key, b: &Key| (a.scope, a.within) == (b.scope, b.within);
    assert!(kept.keys.windows(2).all(|two| !of_one(&two[0], &two[1]) || two[0] < two[1]), "in order");
    let pieces = kept.keys.chunk_by(of_one).count();
    expected.sort();
    assert_eq!(pieces, expected.chunk_by(of_one).count(), "all of a league or unit together");
    kept.keys.sort();
    assert!(kept.keys == expected, "each once");

    assert!(kept.claims.len() > 60 && kept.withdrawn > 0 && kept.chains == kept.heads.len() && kept.chains > 1);
    for (seq, (at, recorded)) in (1..).zip(&kept.claims) {
        assert_eq!(seq, *at);
        let person = people.iter().find(|person| person.id == recorded.claim.claim.member).unwrap();
        let card = person.card.as_ref().map(|(_, number)| number.as_str()).unwrap_or_default();
        assert_eq!(recorded.card.value(), Some(card));
        assert!(recorded.card_ends());
    }
    let salts = |kept: &Kept| kept.claims.iter().map(|(_, one)| one.salt.digits().to_owned()).collect::<Vec<_>>();
    let all = salts(&kept);
    assert_eq!(all.iter().collect::<std::collections::HashSet<_>>().len(), all.len(), "each its own");
    assert!(all.iter().all(|salt| salt.len() == 32));
    let mut again = Kept::default();
    load(&world, &engine_of(&published()), &mut again).unwrap();
    assert_eq!((salts(&again), again.heads), (all, kept.heads), "the same world, the same bytes");
}
