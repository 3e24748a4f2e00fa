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
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    /// RFC 6962, 2.1, word by word.
    fn naive_root(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => sha256(&[]),
            [leaf] => *leaf,
            _ => {
                let (left, right) = leaves.split_at(naive_half(leaves.len()));
                node_hash(&naive_root(left), &naive_root(right))
            }
        }
    }

    fn naive_half(n: usize) -> usize {
        let mut k = 1;
        while k * 2 < n {
            k *= 2;
        }
        k
    }

    /// PATH(m, D[n]) of RFC 6962, 2.1.1.
    fn naive_path(m: usize, leaves: &[Hash]) -> Vec<Hash> {
        if leaves.len() <= 1 {
            return Vec::new();
        }
        let k = naive_half(leaves.len());
        let (left, right) = leaves.split_at(k);
        let (mut path, other) = match m < k {
            true => (naive_path(m, left), right),
            false => (naive_path(m - k, right), left),
        };
        path.push(naive_root(other));
        path
    }

    /// SUBPROOF(m, D[n], b) of RFC 6962, 2.1.2.
    fn naive_proof(m: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
        if m == leaves.len() {
            return if whole { Vec::new() } else { vec![naive_root(leaves)] };
        }
        let k = naive_half(leaves.len());
        let (left, right) = leaves.split_at(k);
        let (mut proof, other) = match m <= k {
            true => (naive_proof(m, left, whole), right),
            false => (naive_proof(m - k, right, false), left),
        };
        proof.push(naive_root(other));
        proof
    }

    fn leaves(n: usize) -> Vec<Hash> {
        (0..n).map(|n| leaf_hash(&n.to_be_bytes())).collect()
    }

    fn stored(leaves: &[Hash]) -> (Appender, HashMap<NodeId, Hash>) {
        let (mut tree, mut nodes) = (Appender::default(), HashMap::new());
        for leaf in leaves {
            tree.append(*leaf, |id, hash| assert!(nodes.insert(id, hash).is_none(), "{id:?} is told twice"));
        }
        (tree, nodes)
    }

    fn unhex(text: &str) -> Hash {
        let byte = |at: usize| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap();
        std::array::from_fn(byte)
    }

    /// The leaves that the reference implementations of Certificate Transparency test with.
    const KNOWN: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];

    #[test]
    fn known_roots() {
        let roots = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let leaves = KNOWN.map(leaf_hash);
        for (n, known) in roots.iter().enumerate() {
            assert_eq!(root(&leaves[..n]), unhex(known), "{n} leaves");
        }
    }

    #[test]
    fn known_proofs() {
        let leaves = KNOWN.map(leaf_hash);
        let (_, nodes) = stored(&leaves);
        let made = |plan: Plan| plan.proof(|id| nodes.get(&id).copied()).unwrap();
        let first_of_eight = [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ];
        assert_eq!(made(Plan::inclusion(0, 8).unwrap()), first_of_eight.map(unhex));
        assert_eq!(made(Plan::consistency(1, 8).unwrap()), first_of_eight.map(unhex));
        let six_to_eight = [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ];
        assert_eq!(made(Plan::consistency(6, 8).unwrap()), six_to_eight.map(unhex));
    }

    #[test]
    fn every_small_tree_is_as_the_naive_one() {
        let all = leaves(70);
        let (_, nodes) = stored(&all);
        let stored = |id: NodeId| nodes.get(&id).copied();
        let roots: Vec<Hash> = (0..=all.len()).map(|n| naive_root(&all[..n])).collect();
        for to in 0..=all.len() {
            assert_eq!(root(&all[..to]), roots[to]);
            let frontier = Appender::frontier(to as u64).into_iter().map(|id| stored(id).unwrap()).collect();
            let resumed = Appender::resume(to as u64, frontier).unwrap();
            assert_eq!(resumed.root(), roots[to]);
            for leaf in 0..to {
                let plan = Plan::inclusion(leaf as u64, to as u64).unwrap();
                let proof = plan.proof(stored).unwrap();
                assert_eq!(proof, naive_path(leaf, &all[..to]), "leaf {leaf} of {to}");
                assert!(verify_inclusion(&all[leaf], leaf as u64, to as u64, &roots[to], &proof));
                // What it is made of is there when the tree has `to` leaves.
                assert!(plan.nodes().iter().all(|id| (id.index + 1) << id.level <= to as u64));
            }
            for from in 1..=to {
                let plan = Plan::consistency(from as u64, to as u64).unwrap();
                let proof = plan.proof(stored).unwrap();
                assert_eq!(proof, naive_proof(from, &all[..to], true), "{from} to {to}");
                assert!(verify_consistency(from as u64, &roots[from], to as u64, &roots[to], &proof));
                assert!(plan.nodes().iter().all(|id| (id.index + 1) << id.level <= to as u64));
            }
        }
    }

    #[test]
    fn sizes_without_a_proof() {
        assert_eq!(Plan::consistency(0, 4), None);
        assert_eq!(Plan::consistency(5, 4), None);
        assert_eq!(Plan::consistency(1, MOST + 1), None);
        assert_eq!(Plan::inclusion(4, 4), None);
        assert_eq!(Plan::inclusion(0, u64::MAX), None);
        assert_eq!(Appender::resume(3, vec![[0; 32]]), None);
        let (a, b) = ([1; 32], [2; 32]);
        assert!(verify_consistency(4, &a, 4, &a, &[]));
        assert!(!verify_consistency(4, &a, 4, &b, &[]));
        assert!(!verify_consistency(4, &a, 4, &a, &[b]));
        assert!(!verify_consistency(0, &a, 4, &b, &[]));
        assert!(!verify_consistency(5, &a, 4, &b, &[a]));
        assert!(!verify_consistency(3, &a, 4, &b, &[]));
        assert!(!verify_inclusion(&a, 1, 1, &a, &[]));
        assert!(verify_inclusion(&a, 0, 1, &a, &[]));
    }

    #[test]
    fn the_largest_tree_needs_few_nodes() {
        for (from, to) in [(1, MOST), (MOST - 1, MOST), ((1 << 39) + 1, (1 << 40) - 1), (0x5555_5555, 0xaaaa_aaaa_aa)] {
            let nodes = Plan::consistency(from, to).unwrap().nodes();
            let mut once = nodes.clone();
            once.sort();
            once.dedup();
            assert_eq!(once.len(), nodes.len());
            assert!(nodes.len() < 130, "{from} to {to}: {}", nodes.len());
        }
    }

    #[test]
    fn a_leaf_commits_to_its_place() {
        let event = [7; 32];
        let data = format!("12:huzhu-leaf-16:1508021:964:{}", hex(&event));
        assert_eq!(event_leaf(150_802, 9, &event), leaf_hash(data.as_bytes()));
        assert_ne!(event_leaf(150_802, 9, &event), event_leaf(150_802, 10, &event));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn larger_trees_too(to in 1usize..3000, from in 1usize..3000, leaf in 0usize..3000) {
            let (from, leaf) = (1 + from % to, leaf % to);
            let all = leaves(to);
            let (tree, nodes) = stored(&all);
            let stored = |id: NodeId| nodes.get(&id).copied();
            prop_assert_eq!(tree.root(), naive_root(&all));
            prop_assert_eq!(nodes.len(), 2 * to - to.count_ones() as usize);
            let proof = Plan::consistency(from as u64, to as u64).unwrap().proof(stored).unwrap();
            prop_assert_eq!(&proof, &naive_proof(from, &all, true));
            prop_assert!(verify_consistency(from as u64, &naive_root(&all[..from]), to as u64, &tree.root(), &proof));
            let proof = Plan::inclusion(leaf as u64, to as u64).unwrap().proof(stored).unwrap();
            prop_assert_eq!(&proof, &naive_path(leaf, &all));
            prop_assert!(verify_inclusion(&all[leaf], leaf as u64, to as u64, &tree.root(), &proof));
        }

        #[test]
        fn nothing_else_verifies(
            to in 2usize..300, from in 1usize..300, at in any::<usize>(), bit in 0u8..8, way in 0..6
        ) {
            let from = 1 + from % (to - 1);
            let all = leaves(to);
            let (tree, nodes) = stored(&all);
            let (old, new) = (root(&all[..from]), tree.root());
            let plan = Plan::consistency(from as u64, to as u64).unwrap();
            let good = plan.proof(|id| nodes.get(&id).copied()).unwrap();
            let flip = |hash: &mut Hash| hash[at % 32] ^= 1 << bit;
            let (mut proof, mut old_shown, mut new_shown) = (good, old, new);
            match way {
                0 => { let n = proof.len(); flip(&mut proof[at % n]); }
                1 => { let n = proof.len(); proof.remove(at % n); }
                2 => { let n = proof.len(); proof.insert(at % (n + 1), old); }
                3 => flip(&mut old_shown),
                4 => flip(&mut new_shown),
                // One leaf of the old tree was changed and everything above it made anew.
                _ => {
                    let mut other = all.clone();
                    flip(&mut other[at % from]);
                    let (tree, nodes) = stored(&other);
                    proof = plan.proof(|id| nodes.get(&id).copied()).unwrap();
                    new_shown = tree.root();
                }
            }
            prop_assert!(!verify_consistency(from as u64, &old_shown, to as u64, &new_shown, &proof));
        }

        #[test]
        fn no_proof_of_another_leaf(size in 2usize..300, leaf in any::<usize>(), other in any::<usize>()) {
            let (leaf, other) = (leaf % size, other % size);
            prop_assume!(leaf != other);
            let all = leaves(size);
            let (tree, nodes) = stored(&all);
            let plan = Plan::inclusion(leaf as u64, size as u64).unwrap();
            let proof = plan.proof(|id| nodes.get(&id).copied()).unwrap();
            prop_assert!(!verify_inclusion(&all[other], leaf as u64, size as u64, &tree.root(), &proof));
            prop_assert!(!verify_inclusion(&all[leaf], other as u64, size as u64, &tree.root(), &proof));
        }
    }
}
