//! A verification of the tree without any driver: an adapter feeds leaves and checkpoints in their order, and everything is
//! judged here. Each leaf must be that of its event; the root is computed from the leaves alone, never from stored nodes,
//! and must be the one of every checkpoint, and of one that the auditor kept himself. The chains, and that an event is what
//! its hash says, are `verifying.rs`'s.
//!
//! The first difference is the first record that is wrong. Where an event and its leaf were both written anew, what was
//! signed tells between which two checkpoints it happened.
//!
//! To compare one more thing of a leaf: its value in [`WalkedLeaf`], and a difference with its name.

use super::Difference;
use crate::domain::canonical::Hash;
use crate::domain::merkle::{Appender, event_leaf};
use crate::domain::note::{Checkpoint, VerifierKey};

/// The verification of a tree that is under way.
#[derive(Default)]
pub struct TreeWalk {
    key: Option<VerifierKey>,
    held: Option<Checkpoint>,
    tree: Appender,
    /// The last size at which everything was as signed.
    good: u64,
    /// From a wrong root on all are wrong.
    broken: bool,
    checkpoints: u64,
    differences: Vec<Difference>,
}

/// What a verification of the tree found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TreeFound {
    /// Leaves that were walked.
    pub leaves: u64,
    /// Checkpoints that were compared.
    pub checkpoints: u64,
    /// Everything that differs, in the order of the leaves.
    pub differences: Vec<Difference>,
}

/// A leaf as it is stored.
pub struct WalkedLeaf<'a> {
    /// Its number.
    pub seq: u64,
    /// What its record is called: the claim's number where there is one.
    pub name: Option<String>,
    /// The office whose chain the event stands in.
    pub office: i64,
    /// The event's place there.
    pub place: i64,
    /// The leaf's hash.
    pub hash: &'a [u8],
    /// The event's hash as it is stored now: none where there is no such event.
    pub event: Option<&'a [u8]>,
    /// Whether the event is in the scope of who looks; one that is not is no difference.
    pub seen: bool,
}

impl TreeWalk {
    /// A walk that checks signatures with `key`, and compares the checkpoint that the auditor kept. Without a key the
    /// checkpoints' own roots are compared, which somebody who changed them at the centre has changed too.
    pub fn new(key: Option<VerifierKey>, held: Option<Checkpoint>) -> TreeWalk {
        TreeWalk { key, held, ..TreeWalk::default() }
    }

    /// How many leaves were fed: a checkpoint is fed when this is its size.
    pub fn size(&self) -> u64 {
        self.tree.size()
    }

    fn differs(&mut self, what: impl Into<String>, field: &str) {
        self.differences.push(Difference { claim: what.into(), field: field.to_owned() });
    }

    /// The next leaf.
    pub fn leaf(&mut self, leaf: &WalkedLeaf<'_>) {
        let name = leaf.name.clone().unwrap_or_else(|| format!("{}-{}", leaf.office, leaf.place));
        if leaf.seq != self.tree.size() {
            self.differs(format!("leaf {}", self.tree.size()), "seq");
        }
        let hash: Option<Hash> = leaf.hash.try_into().ok();
        let due = |event: &[u8]| Some(event_leaf(leaf.office, leaf.place, &event.try_into().ok()?));
        match leaf.event {
            None if leaf.seen => self.differs(&name, "event"),
            Some(event) if hash.is_none() || due(event) != hash => self.differs(&name, "leaf"),
            _ => {}
        }
        // One that is no hash makes every root after it wrong, as it must.
        self.tree.append(hash.unwrap_or_default(), |_, _| ());
        let held = self.held.take_if(|held| held.size == self.tree.size());
        if held.is_some_and(|held| held.root != self.tree.root()) {
            self.differs(format!("checkpoint {}", self.tree.size()), "kept");
        }
    }

    /// A checkpoint: its size must be that of the leaves so far.
    pub fn checkpoint(&mut self, size: u64, root: &[u8], note: &str) {
        self.checkpoints += 1;
        let name = format!("checkpoint {size}");
        let signed = match &self.key {
            Some(key) => Checkpoint::open(note, key).ok(),
            None => Checkpoint::claimed(note).ok(),
        };
        let Some(signed) = signed else { return self.differs(name, "note") };
        if signed.size != size || signed.root != root {
            self.differs(name, "root");
        } else if size != self.tree.size() {
            self.differs(name, "size");
        } else if signed.root == self.tree.root() {
            self.good = size;
        } else if !std::mem::replace(&mut self.broken, true) {
            self.differs(format!("leaf {}..{}", self.good, size - 1), "root");
        }
    }

    /// The end: nothing unsigned stands after the last checkpoint, and what the auditor kept is there.
    pub fn end(mut self) -> TreeFound {
        let size = self.tree.size();
        if self.good < size && !self.broken {
            self.differs(format!("leaf {}..{}", self.good, size - 1), "unsigned");
        }
        if let Some(held) = self.held.take().filter(|held| held.size > 0) {
            self.differs(format!("checkpoint {}", held.size), "missing");
        }
        TreeFound { leaves: size, checkpoints: self.checkpoints, differences: self.differences }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::note::SignerKey;

    const EVENTS: u8 = 12;

    fn signer(seed: u8) -> SignerKey {
        SignerKey::new("centre.example", &[seed; 32]).unwrap()
    }

    fn leaf(n: u8) -> Hash {
        event_leaf(150_802, n.into(), &[n; 32])
    }

    /// What a centre stores: leaves, events, and a checkpoint every four leaves.
    #[derive(Clone)]
    struct Stored {
        leaves: Vec<Hash>,
        events: Vec<Option<Hash>>,
        checkpoints: Vec<(u64, Hash, String)>,
    }

    fn stored(seed: u8) -> Stored {
        let leaves: Vec<Hash> = (0..EVENTS).map(leaf).collect();
        let mut stored =
            Stored { leaves, events: (0..EVENTS).map(|n| Some([n; 32])).collect(), checkpoints: Vec::new() };
        stored.sign(seed);
        stored
    }

    impl Stored {
        fn sign(&mut self, seed: u8) {
            let point = |size: usize| {
                let root = crate::domain::merkle::root(&self.leaves[..size]);
                (size as u64, root, Checkpoint { size: size as u64, root }.sign(&signer(seed)))
            };
            self.checkpoints = (1..=3).map(|n| point(n * 4)).collect();
        }
    }

    fn walk(stored: &Stored, held: Option<Checkpoint>) -> Vec<String> {
        let mut walk = TreeWalk::new(Some(signer(1).verifier()), held);
        let mut checkpoints = stored.checkpoints.iter().peekable();
        for (n, hash) in stored.leaves.iter().enumerate() {
            let event = stored.events[n].as_ref().map(Hash::as_slice);
            let (seq, place) = (n as u64, n as i64);
            walk.leaf(&WalkedLeaf { seq, name: None, office: 150_802, place, hash, event, seen: true });
            while let Some((size, root, note)) = checkpoints.next_if(|(size, ..)| *size == walk.size()) {
                walk.checkpoint(*size, root, note);
            }
        }
        checkpoints.for_each(|(size, root, note)| walk.checkpoint(*size, root, note));
        walk.end().differences.into_iter().map(|found| format!("{}: {}", found.claim, found.field)).collect()
    }

    #[test]
    fn nothing_wrong_nothing_found() {
        let good = stored(1);
        let (size, root, _) = good.checkpoints[1].clone();
        assert!(walk(&good, None).is_empty());
        assert!(walk(&good, Some(Checkpoint { size, root })).is_empty());
        assert!(TreeWalk::new(None, None).end().differences.is_empty());
    }

    #[test]
    fn the_first_wrong_record_is_named_first() {
        let good = stored(1);
        let spoilt = |spoil: fn(&mut Stored)| {
            let mut stored = good.clone();
            spoil(&mut stored);
            walk(&stored, None)
        };
        assert_eq!(spoilt(|at| at.events[5] = Some([99; 32])), ["150802-5: leaf"]);
        assert_eq!(spoilt(|at| at.events[5] = None), ["150802-5: event"]);
        assert_eq!(spoilt(|at| at.leaves[5][0] ^= 1), ["150802-5: leaf", "leaf 4..7: root"]);
        // The event and its leaf, or the whole chain from there on.
        let both = |at: &mut Stored| {
            at.events[5] = Some([99; 32]);
            at.leaves[5] = event_leaf(150_802, 5, &[99; 32]);
        };
        let mut changed = good.clone();
        both(&mut changed);
        assert_eq!(walk(&changed, None), ["leaf 4..7: root"]);
        // Signed anew with another key, and with the stolen one: then only what the auditor kept tells.
        changed.sign(2);
        assert_eq!(walk(&changed, None)[0], "checkpoint 4: note");
        changed.sign(1);
        assert!(walk(&changed, None).is_empty());
        let (size, root, _) = good.checkpoints[1].clone();
        assert_eq!(walk(&changed, Some(Checkpoint { size, root })), ["checkpoint 8: kept"]);
        assert_eq!(spoilt(|at| at.checkpoints.truncate(2)), ["leaf 8..11: unsigned"]);
        assert_eq!(spoilt(|at| at.leaves.truncate(11)), ["checkpoint 12: size", "leaf 8..10: unsigned"]);
        assert_eq!(spoilt(|at| at.checkpoints[0].1[0] ^= 1), ["checkpoint 4: root"]);
        let kept = Checkpoint { size: 20, root: [0; 32] };
        assert_eq!(walk(&good, Some(kept)), ["checkpoint 20: missing"]);
    }
}
