//! A terminal against a centre that grows honestly, and against one that does not.

use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt;

use chrono::TimeZone;

use super::*;
use crate::domain::merkle::{Appender, leaf_hash};
use crate::domain::note::SignerKey;

/// A centre's tree with its key.
struct Centre {
    key: SignerKey,
    tree: Appender,
    nodes: HashMap<NodeId, Hash>,
}

impl Centre {
    fn new(leaves: &[&str]) -> Centre {
        let key = SignerKey::new("centre.example", &[3; 32]).unwrap();
        let mut centre = Centre { key, tree: Appender::default(), nodes: HashMap::new() };
        centre.grow(leaves);
        centre
    }

    fn grow(&mut self, leaves: &[&str]) {
        for leaf in leaves {
            self.tree.append(leaf_hash(leaf.as_bytes()), |id, hash| {
                self.nodes.insert(id, hash);
            });
        }
    }

    fn note(&self) -> String {
        Checkpoint { size: self.tree.size(), root: self.tree.root() }.sign(&self.key)
    }

    fn answer(&self) -> impl Fn(NodeId) -> Option<Hash> + '_ {
        |id| self.nodes.get(&id).copied()
    }
}

/// A terminal that has seen `centre`.
fn seen(folder: &Path, centre: &Centre) -> Witness {
    let mut witness = Witness::open(&folder.join("checkpoint"), Some(&centre.key.verifier().to_string())).unwrap();
    match witness.judge(Some(&centre.note())) {
        Verdict::First(trusted) => witness.keep(trusted).unwrap(),
        Verdict::Prove(demand) => {
            let trusted = demand.prove(centre.answer()).unwrap();
            witness.keep(trusted).unwrap();
        }
        other => panic!("{other:?}"),
    }
    // What counts is what the next start reads.
    Witness::open(&folder.join("checkpoint"), None).unwrap()
}

fn alarm(verdict: Verdict) -> Alarm {
    match verdict {
        Verdict::Alarm(alarm) => alarm,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_honest_centre_is_trusted_through_restarts() {
    let folder = tempfile::tempdir().unwrap();
    let mut centre = Centre::new(&["a"]);
    for leaves in [&["b", "c"][..], &["d"], &["e", "f", "g", "h", "i"]] {
        let witness = seen(folder.path(), &centre);
        assert_eq!(witness.judge(Some(&centre.note())), Verdict::Same);
        centre.grow(leaves);
    }
    let witness = seen(folder.path(), &centre);
    assert_eq!(witness.held().unwrap().size, 9);
    let mode = fs::metadata(folder.path().join("checkpoint")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_centre_without_checkpoints() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint");
    let centre = Centre::new(&["a"]);
    let none = Witness::open(&path, None).unwrap();
    assert_eq!(none.judge(None), Verdict::NoKey);
    assert_eq!(none.judge(Some(&centre.note())), Verdict::NoKey);
    let some = Witness::open(&path, Some(&centre.key.verifier().to_string())).unwrap();
    assert_eq!(some.judge(None), Verdict::Nothing);
    let witness = seen(folder.path(), &centre);
    assert_eq!(alarm(witness.judge(None)), Alarm::Missing { held: 1 });
}

#[test]
fn an_empty_tree_may_become_any() {
    let folder = tempfile::tempdir().unwrap();
    seen(folder.path(), &Centre::new(&[]));
    let witness = seen(folder.path(), &Centre::new(&["a", "b"]));
    assert_eq!(witness.held().unwrap().size, 2);
}

#[test]
fn an_old_backup() {
    let folder = tempfile::tempdir().unwrap();
    let witness = seen(folder.path(), &Centre::new(&["a", "b", "c"]));
    let old = Centre::new(&["a", "b"]);
    assert_eq!(alarm(witness.judge(Some(&old.note()))), Alarm::Older { held: 3, shown: 2 });
}

#[test]
fn an_old_backup_that_grew_past_what_was_known() {
    let folder = tempfile::tempdir().unwrap();
    let witness = seen(folder.path(), &Centre::new(&["a", "b", "c"]));
    let other = Centre::new(&["a", "b", "x"]);
    assert_eq!(alarm(witness.judge(Some(&other.note()))), Alarm::Forked { size: 3 });
    let other = Centre::new(&["a", "b", "x", "y", "z"]);
    let Verdict::Prove(demand) = witness.judge(Some(&other.note())) else { panic!("no demand") };
    assert_eq!(demand.prove(other.answer()), Err(Alarm::Inconsistent { from: 3, to: 5 }));
}

#[test]
fn one_record_changed_and_everything_above_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let leaves: Vec<String> = (0..40).map(|n| n.to_string()).collect();
    let leaves: Vec<&str> = leaves.iter().map(String::as_str).collect();
    let honest = Centre::new(&leaves[..23]);
    let witness = seen(folder.path(), &honest);
    for changed in 0..23 {
        let mut other = leaves.clone();
        other[changed] = "x";
        let other = Centre::new(&other);
        let Verdict::Prove(demand) = witness.judge(Some(&other.note())) else { panic!("no demand") };
        // With its own nodes, with the honest ones where there are any, and with none.
        assert!(demand.clone().prove(other.answer()).is_err(), "leaf {changed}");
        let both = |id: NodeId| honest.answer()(id).or_else(|| other.answer()(id));
        assert!(demand.clone().prove(both).is_err(), "leaf {changed}");
        assert!(demand.prove(|_| None).is_err());
    }
    let honest = Centre::new(&leaves);
    let Verdict::Prove(demand) = witness.judge(Some(&honest.note())) else { panic!("no demand") };
    assert!(demand.prove(honest.answer()).is_ok());
}

#[test]
fn keys_and_signatures() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint");
    let centre = Centre::new(&["a", "b"]);
    let witness = seen(folder.path(), &centre);
    let mut thief = Centre::new(&["a", "b", "c"]);
    thief.key = SignerKey::new("centre.example", &[4; 32]).unwrap();
    assert_eq!(alarm(witness.judge(Some(&thief.note()))), Alarm::OtherKey);
    assert_eq!(alarm(witness.judge(Some(&centre.note().replace("\n2\n", "\n3\n")))), Alarm::BadSignature);
    assert_eq!(alarm(witness.judge(Some("nonsense"))), Alarm::BadSignature);
    // The key in the configuration was changed for the thief's.
    let changed = Witness::open(&path, Some(&thief.key.verifier().to_string())).unwrap();
    assert_eq!(alarm(changed.judge(Some(&thief.note()))), Alarm::OtherKey);
    assert!(matches!(Witness::open(&path, Some("no key")), Err(WitnessError::Key)));
}

#[test]
fn a_damaged_file_is_no_fresh_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint");
    seen(folder.path(), &Centre::new(&["a", "b"]));
    let whole = fs::read(&path).unwrap();
    let cuts = [0, 1, whole.len() / 2, whole.len() - 1].map(|at| whole[..at].to_vec());
    let mut turned = whole.clone();
    turned[whole.len() - 10] ^= 1;
    for bytes in cuts.into_iter().chain([turned]) {
        fs::write(&path, bytes).unwrap();
        assert!(matches!(Witness::open(&path, None), Err(WitnessError::Damaged(_))));
    }
    fs::write(&path, whole).unwrap();
    // What a power cut left beside it is passed over.
    fs::write(folder.path().join("checkpoint.new"), "half").unwrap();
    seen(folder.path(), &Centre::new(&["a", "b", "c"]));
}

#[test]
fn an_alarm_is_recorded_with_both_notes() {
    let folder = tempfile::tempdir().unwrap();
    let centre = Centre::new(&["a", "b"]);
    let witness = seen(folder.path(), &centre);
    let at = Utc.with_ymd_and_hms(2021, 3, 20, 1, 2, 3).unwrap();
    let other = Centre::new(&["a", "x"]).note();
    witness.record(Alarm::Forked { size: 2 }, Some(&other), at).unwrap();
    witness.record(Alarm::Missing { held: 2 }, None, at).unwrap();
    witness.record(Alarm::BadSignature, Some(&"好".repeat(10_000)), at).unwrap();
    let log = fs::read_to_string(folder.path().join("alarm.log")).unwrap();
    let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0]["at"], "2021-03-20T01:02:03.000000Z");
    assert_eq!(lines[0]["alarm"], "forked");
    assert_eq!(lines[0]["held"], centre.note());
    assert_eq!(lines[0]["shown"], other);
    assert_eq!(lines[1]["shown"], serde_json::Value::Null);
    assert_eq!(lines[2]["shown"].as_str().unwrap().chars().count(), SHOWN_MAX);
}
