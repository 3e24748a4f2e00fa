//! Trees against the RFC's own words, known vectors, and proofs that must not verify.

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
    for (from, to) in [(1, MOST), (MOST - 1, MOST), ((1 << 39) + 1, (1 << 40) - 1), (0x5555_5555, 0xaa_aaaa_aaaa)] {
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
