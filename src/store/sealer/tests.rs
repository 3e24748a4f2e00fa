//! The sealer against a centre in memory: an honest one, one that loses answers, one that was tampered with.

use std::collections::BTreeMap;

use super::*;
use crate::domain::merkle::root;

/// A centre, and what goes wrong there.
#[derive(Clone, Default)]
struct Centre {
    events: Vec<SealEvent>,
    sealed: Vec<SealEvent>,
    nodes: BTreeMap<NodeId, Hash>,
    notes: Vec<String>,
    /// The next append is done and its answer lost, or is lost before it is done.
    lose: Option<bool>,
    /// Between being asked for events and being given them the centre loses them.
    changing: bool,
    /// Notes that somebody at the centre has seen, stored or not.
    seen: Vec<String>,
}

impl Centre {
    fn record(&mut self, office: i32, count: i64) {
        let last = self.events.iter().filter(|event| event.office == office).count() as i64;
        for place in last + 1..=last + count {
            self.events.push(SealEvent { office, place, hash: [place as u8; 32] });
        }
    }

    fn apply(&mut self, batch: &Batch) {
        self.sealed.extend(batch.events.iter().cloned());
        self.notes.push(batch.note.clone());
        self.rebuild();
    }

    fn rebuild(&mut self) {
        let mut tree = Appender::default();
        self.nodes.clear();
        for event in &self.sealed {
            tree.append(event_leaf(event.office.into(), event.place, &event.hash), |id, hash| {
                self.nodes.insert(id, hash);
            });
        }
    }
}

#[async_trait]
impl Ledger for Centre {
    async fn state(&mut self) -> Result<TreeState, StoreError> {
        let size = self.sealed.len() as u64;
        let frontier = Appender::frontier(size).iter().map(|id| self.nodes[id]).collect();
        let waiting = (self.events.len() - self.sealed.len()) as u64;
        Ok(TreeState { size, waiting, note: self.notes.last().cloned(), frontier })
    }

    async fn events(&mut self, most: usize) -> Result<Vec<SealEvent>, StoreError> {
        // In another order each time: nothing may depend on it.
        let mut next: Vec<_> = self.events.iter().filter(|event| !self.sealed.contains(event)).cloned().collect();
        next.sort_by_key(|event| if self.seen.len().is_multiple_of(2) { event.office } else { -event.office });
        next.truncate(most);
        Ok(next)
    }

    async fn append(&mut self, batch: &Batch) -> Result<(), StoreError> {
        self.seen.push(batch.note.clone());
        if batch.first != self.sealed.len() as u64 {
            return Err(StoreError::Stale(0));
        }
        if self.changing || batch.events.iter().any(|event| !self.events.contains(event)) {
            return Err(StoreError::Refused("tree-leaf".to_owned()));
        }
        match self.lose.take() {
            Some(false) => return Err(StoreError::Unknown("cut".to_owned())),
            Some(true) => {
                self.apply(batch);
                return Err(StoreError::Unknown("cut".to_owned()));
            }
            None => self.apply(batch),
        }
        for (id, hash) in &batch.nodes {
            assert_eq!(self.nodes[id], *hash);
        }
        Ok(())
    }

    async fn nodes(&mut self, ids: &[NodeId]) -> Result<Vec<Option<Hash>>, StoreError> {
        Ok(ids.iter().map(|id| self.nodes.get(id).copied()).collect())
    }
}

fn sealer(folder: &Path) -> Sealer {
    let path = folder.join("key");
    if !path.exists() {
        new_key(&path, "centre.example").unwrap();
    }
    Sealer::open(&path).unwrap()
}

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}

fn alarms(folder: &Path) -> usize {
    fs::read_to_string(folder.join("alarm.log")).map_or(0, |log| log.lines().count())
}

#[tokio::test]
async fn it_seals_what_was_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let mut centre = Centre::default();
    let sealed = sealer(folder.path()).seal(&mut centre, now()).await.unwrap();
    assert_eq!((sealed.size, sealed.leaves), (0, 0));
    for n in 1..=20 {
        centre.record(150_802, n);
        centre.record(150_402, 1);
        // Each time as after a restart.
        let mut sealer = sealer(folder.path());
        let sealed = sealer.seal(&mut centre, now()).await.unwrap();
        assert_eq!((sealed.leaves as i64, sealed.waiting), (n + 1, 0));
        let leaves: Vec<Hash> =
            centre.sealed.iter().map(|event| event_leaf(event.office.into(), event.place, &event.hash)).collect();
        assert_eq!(sealed.root, hex(&root(&leaves)));
        let checkpoint = Checkpoint::open(centre.notes.last().unwrap(), &sealer.verifier()).unwrap();
        assert_eq!((checkpoint.size, hex(&checkpoint.root)), (sealed.size, sealed.root));
        assert_eq!(sealer.seal(&mut centre, now()).await.unwrap().leaves, 0);
    }
    assert_eq!(centre.notes.len(), 20);
    assert!(!folder.path().join("pending").exists());
}

#[tokio::test]
async fn a_lost_answer_never_makes_two_trees_of_one_size() {
    for done in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let mut centre = Centre::default();
        centre.record(150_802, 3);
        centre.record(150_402, 3);
        centre.lose = Some(done);
        let lost = sealer(folder.path()).seal(&mut centre, now()).await;
        assert!(matches!(lost, Err(SealError::Store(StoreError::Unknown(_)))));
        centre.record(150_402, 2);
        let sealed = sealer(folder.path()).seal(&mut centre, now()).await.unwrap();
        let sealed =
            if sealed.waiting > 0 { sealer(folder.path()).seal(&mut centre, now()).await.unwrap() } else { sealed };
        assert_eq!((sealed.size, sealed.waiting), (8, 0));
        let key = sealer(folder.path()).verifier();
        let mut roots = BTreeMap::new();
        for note in &centre.seen {
            let checkpoint = Checkpoint::open(note, &key).unwrap();
            assert_eq!(*roots.entry(checkpoint.size).or_insert(checkpoint.root), checkpoint.root, "two of one size");
        }
        assert_eq!(alarms(folder.path()), 0);
    }
}

/// Seals twice, tampers, and tells what the sealer says of it.
async fn after(tamper: impl FnOnce(&mut Centre)) -> Alarm {
    let folder = tempfile::tempdir().unwrap();
    let mut centre = Centre::default();
    for _ in 0..2 {
        centre.record(150_802, 5);
        sealer(folder.path()).seal(&mut centre, now()).await.unwrap();
    }
    tamper(&mut centre);
    centre.record(150_402, 1);
    let notes = centre.seen.len();
    let told = sealer(folder.path()).seal(&mut centre, now()).await;
    assert_eq!(centre.seen.len(), notes, "it signed");
    assert_eq!(alarms(folder.path()), 1);
    match told {
        Err(SealError::Alarm(alarm)) => alarm,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn it_does_not_sign_over_a_change() {
    // A leaf was changed and the tree above it made anew; the note could not be.
    let changed = after(|centre| {
        centre.sealed[2].hash = [99; 32];
        centre.rebuild();
    });
    assert_eq!(changed.await, Alarm::Inconsistent { from: 10, to: 10 });
    // An old backup, with its own note.
    let older = after(|centre| {
        centre.sealed.truncate(5);
        centre.notes.truncate(1);
        centre.rebuild();
    });
    assert_eq!(older.await, Alarm::Older { held: 10, shown: 5 });
    // The newest leaf is gone.
    let shorter = after(|centre| {
        centre.sealed.pop();
        centre.rebuild();
    });
    assert_eq!(shorter.await, Alarm::Inconsistent { from: 10, to: 9 });
    // More leaves than were signed.
    let longer = after(|centre| {
        centre.sealed.push(SealEvent { office: 150_802, place: 11, hash: [0; 32] });
        centre.events.push(SealEvent { office: 150_802, place: 11, hash: [0; 32] });
        centre.rebuild();
    });
    assert_eq!(longer.await, Alarm::Inconsistent { from: 10, to: 11 });
    let gone = after(|centre| *centre = Centre { seen: centre.seen.clone(), ..Centre::default() });
    assert_eq!(gone.await, Alarm::Missing { held: 10 });
    let forged = after(|centre| {
        let thief = SignerKey::new("centre.example", &[4; 32]).unwrap();
        *centre.notes.last_mut().unwrap() = Checkpoint { size: 10, root: [1; 32] }.sign(&thief);
    });
    assert_eq!(forged.await, Alarm::OtherKey);
}

#[tokio::test]
async fn a_signed_batch_whose_events_are_gone_is_an_alarm() {
    // Changed, or lost with the end of what was recorded: the centre was put back to an earlier moment.
    let spoils: [fn(&mut Centre); 2] = [|centre| centre.events[0].hash = [99; 32], |centre| centre.events.truncate(3)];
    for spoil in spoils {
        let folder = tempfile::tempdir().unwrap();
        let mut centre = Centre::default();
        centre.record(150_802, 5);
        centre.lose = Some(false);
        assert!(sealer(folder.path()).seal(&mut centre, now()).await.is_err());
        spoil(&mut centre);
        for round in 1..=2 {
            let told = sealer(folder.path()).seal(&mut centre, now()).await;
            assert!(matches!(told, Err(SealError::Alarm(Alarm::Forked { size: 5 }))), "{told:?}");
            assert_eq!(alarms(folder.path()), round);
        }
        assert!(centre.sealed.is_empty() && folder.path().join("pending").exists(), "what was signed is kept");
        let log = fs::read_to_string(folder.path().join("alarm.log")).unwrap();
        assert!(log.contains("forked") && log.contains("centre.example"), "the note that was signed is in it: {log}");
    }
}

#[tokio::test]
async fn a_batch_that_is_refused_at_once_is_no_alarm() {
    let folder = tempfile::tempdir().unwrap();
    let mut centre = Centre::default();
    centre.record(150_802, 5);
    centre.changing = true;
    let told = sealer(folder.path()).seal(&mut centre, now()).await;
    assert!(matches!(told, Err(SealError::Store(StoreError::Refused(_)))), "{told:?}");
    assert_eq!(alarms(folder.path()), 0);
}

#[test]
fn keys_in_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let made = new_key(&path, "centre.example").unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(matches!(new_key(&path, "centre.example"), Err(SealError::KeyExists(_))));
    assert!(matches!(new_key(&folder.path().join("other"), "two words"), Err(SealError::Name)));
    let first = Sealer::open(&path).unwrap();
    assert_eq!(first.verifier(), made);
    assert!(matches!(Sealer::open(&path), Err(SealError::InUse)));
    drop(first);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(Sealer::open(&path), Err(SealError::KeyReadable(_))));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&path, made.to_string()).unwrap();
    assert!(matches!(Sealer::open(&path), Err(SealError::Key(_))));
}

#[tokio::test]
async fn a_pending_batch_that_cannot_be_read_stops_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut centre = Centre::default();
    centre.record(150_802, 5);
    fs::write(folder.path().join("pending"), "{").unwrap();
    let told = sealer(folder.path()).seal(&mut centre, now()).await;
    assert!(matches!(told, Err(SealError::Kept(WitnessError::Damaged(_)))));
    assert!(centre.seen.is_empty());
}
