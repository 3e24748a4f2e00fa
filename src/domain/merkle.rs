//! The Merkle tree over the recorded events, as RFC 6962 and RFC 9162 define it, with SHA-256: leaves and nodes are hashed
//! under different prefixes, and a tree of n leaves is split at the largest power of two below n.
//!
//! What is stored are the complete subtrees only, by [`NodeId`]: they never change once they are there. [`Appender`] makes
//! them; [`Plan`] says which of them a proof needs and folds them into it; the two `verify_` functions are what a terminal
//! that trusts nobody runs. No other construction stands here: short cuts between chains and trees have been broken.
//!
//! To add one more proof: a constructor of [`Plan`] that lists the ranges whose hashes the proof is made of.

use sha2::{Digest, Sha256};

use super::canonical::{Canonical, Hash, hex, sha256};

/// Leaves that a tree has at most: what a database's signed 64-bit number counts, and no shift overflows below it.
pub const MOST: u64 = 1 << 62;

/// A complete subtree: the 2^`level` leaves from `index` * 2^`level` on. Level 0 is a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId {
    /// Its height.
    pub level: u8,
    /// Which one of its level, from 0.
    pub index: u64,
}

/// The hash of a leaf's data.
pub fn leaf_hash(data: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([0]);
    hasher.update(data);
    hasher.finalize().into()
}

/// The leaf of a recorded event: it commits to the event's place in its office's chain and to the chain's hash there, and
/// holds nothing of a person.
pub fn event_leaf(office: i64, place: i64, event: &Hash) -> Hash {
    leaf_hash(&Canonical::new("huzhu-leaf-1").number(office).number(place).text(&hex(event)).bytes())
}

/// The hash of a node over its two halves.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([1]);
    hasher.update(left);
    hasher.update(right);
    hasher.finalize().into()
}

/// The root of a tree from its leaves' hashes; an empty tree's is the hash of nothing.
pub fn root(leaves: &[Hash]) -> Hash {
    let mut tree = Appender::default();
    for leaf in leaves {
        tree.append(*leaf, |_, _| ());
    }
    tree.root()
}

/// The complete subtrees that make up the leaves `start..end`, the largest first. `start` must be a multiple of the largest
/// one's size, as it is for every range that a tree is split into.
fn complete(start: u64, end: u64) -> Vec<NodeId> {
    let mut nodes = Vec::new();
    let mut at = start;
    for level in (0..=62).rev() {
        if (end - start) >> level & 1 == 1 {
            nodes.push(NodeId { level, index: at >> level });
            at += 1 << level;
        }
    }
    nodes
}

/// The hash over neighbouring subtrees, the largest first.
fn fold(hashes: &[Hash]) -> Option<Hash> {
    let (last, before) = hashes.split_last()?;
    Some(before.iter().rev().fold(*last, |right, left| node_hash(left, &right)))
}

/// A tree that grows at its end: it holds the complete subtrees that the next leaf can complete further, nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Appender {
    size: u64,
    frontier: Vec<Hash>,
}

impl Appender {
    /// The nodes that a tree of `size` leaves is taken up again from, the largest first.
    pub fn frontier(size: u64) -> Vec<NodeId> {
        complete(0, size)
    }

    /// Takes up a tree of `size` leaves again; `hashes` are those of [`Appender::frontier`]. Nothing where their number is
    /// wrong or the tree too large.
    pub fn resume(size: u64, hashes: Vec<Hash>) -> Option<Appender> {
        (size <= MOST && hashes.len() == size.count_ones() as usize).then_some(Appender { size, frontier: hashes })
    }

    /// Appends a leaf and tells every node that it completes, the leaf itself first.
    pub fn append(&mut self, leaf: Hash, mut done: impl FnMut(NodeId, Hash)) {
        let mut id = NodeId { level: 0, index: self.size };
        let mut hash = leaf;
        done(id, hash);
        while self.size >> id.level & 1 == 1 {
            let Some(left) = self.frontier.pop() else { break };
            hash = node_hash(&left, &hash);
            id = NodeId { level: id.level + 1, index: id.index >> 1 };
            done(id, hash);
        }
        self.frontier.push(hash);
        self.size += 1;
    }

    /// How many leaves there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root.
    pub fn root(&self) -> Hash {
        fold(&self.frontier).unwrap_or_else(|| sha256(&[]))
    }
}

/// What a proof is made of: for each of its hashes, the complete subtrees that it is folded from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan(Vec<Vec<NodeId>>);

impl Plan {
    /// That the tree of `from` leaves is the beginning of the one of `to` (RFC 9162, 2.1.4.1). Nothing where `from` is 0,
    /// or larger than `to`, or `to` too large. The proof from a size to itself is empty.
    pub fn consistency(from: u64, to: u64) -> Option<Plan> {
        if from == 0 || from > to || to > MOST {
            return None;
        }
        let (mut start, mut end) = (0, to);
        let mut pieces = Vec::new();
        while from < end {
            let middle = start + half(end - start);
            if from <= middle {
                pieces.push(complete(middle, end));
                end = middle;
            } else {
                pieces.push(complete(start, middle));
                start = middle;
            }
        }
        // What is left ends where the old tree did; the verifier has it where it is the whole old tree.
        if start > 0 {
            pieces.push(complete(start, end));
        }
        pieces.reverse();
        Some(Plan(pieces))
    }

    /// That a leaf is in the tree of `size` leaves (RFC 9162, 2.1.3.1). Nothing where it can't be.
    pub fn inclusion(leaf: u64, size: u64) -> Option<Plan> {
        if leaf >= size || size > MOST {
            return None;
        }
        let (mut start, mut end) = (0, size);
        let mut pieces = Vec::new();
        while end - start > 1 {
            let middle = start + half(end - start);
            if leaf < middle {
                pieces.push(complete(middle, end));
                end = middle;
            } else {
                pieces.push(complete(start, middle));
                start = middle;
            }
        }
        pieces.reverse();
        Some(Plan(pieces))
    }

    /// The stored nodes that are needed; none stands here twice, and a tree of 2^40 leaves needs fewer than 100.
    pub fn nodes(&self) -> Vec<NodeId> {
        self.0.concat()
    }

    /// The proof; nothing where a node is missing.
    pub fn proof(&self, hash: impl Fn(NodeId) -> Option<Hash>) -> Option<Vec<Hash>> {
        let piece = |nodes: &Vec<NodeId>| fold(&nodes.iter().map(|id| hash(*id)).collect::<Option<Vec<_>>>()?);
        self.0.iter().map(piece).collect()
    }
}

/// The largest power of two below `n`, for n above 1.
fn half(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

/// Whether `proof` shows that the tree of `from` leaves with `from_root` is the beginning of the tree of `to` leaves with
/// `to_root` (RFC 9162, 2.1.4.2; equal sizes: equal roots and nothing to show).
pub fn verify_consistency(from: u64, from_root: &Hash, to: u64, to_root: &Hash, proof: &[Hash]) -> bool {
    if from == to {
        return proof.is_empty() && from_root == to_root;
    }
    if from == 0 || from > to {
        return false;
    }
    let mut path = proof.iter();
    let first = match from.is_power_of_two() {
        true => Some(from_root),
        false => path.next(),
    };
    let Some(first) = first else { return false };
    let shift = (from - 1).trailing_ones();
    let (mut old, mut new) = ((from - 1) >> shift, (to - 1) >> shift);
    let (mut old_hash, mut new_hash) = (*first, *first);
    for hash in path {
        if new == 0 {
            return false;
        }
        if old & 1 == 1 || old == new {
            old_hash = node_hash(hash, &old_hash);
            new_hash = node_hash(hash, &new_hash);
            climb(&mut old, &mut new);
        } else {
            new_hash = node_hash(&new_hash, hash);
        }
        old >>= 1;
        new >>= 1;
    }
    new == 0 && old_hash == *from_root && new_hash == *to_root
}

/// Whether `proof` shows that `hash` is leaf number `leaf` of the tree of `size` leaves with `root` (RFC 9162, 2.1.3.2).
pub fn verify_inclusion(hash: &Hash, leaf: u64, size: u64, root: &Hash, proof: &[Hash]) -> bool {
    if leaf >= size {
        return false;
    }
    let (mut at, mut last) = (leaf, size - 1);
    let mut made = *hash;
    for hash in proof {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            made = node_hash(hash, &made);
            climb(&mut at, &mut last);
        } else {
            made = node_hash(&made, hash);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && made == *root
}

/// Past the levels at which a node on the right edge has no sibling.
fn climb(at: &mut u64, last: &mut u64) {
    while *at & 1 == 0 && *at != 0 {
        *at >>= 1;
        *last >>= 1;
    }
}

#[cfg(test)]
mod tests;
