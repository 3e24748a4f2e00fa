//! What is appended: what a batch is refused for, what happens with one that was signed and did not get there, and the way
//! on from a checkpoint that nobody signed.

use super::*;

/// A good batch over what is there, to be spoilt.
async fn batch(ledger: &mut PostgresStore, key: &SignerKey) -> Batch {
    let state = ledger.state().await.unwrap();
    let events = ledger.events(100).await.unwrap();
    let mut tree = Appender::resume(state.size, state.frontier).unwrap();
    let mut nodes: Vec<(NodeId, Hash)> = Vec::new();
    for event in &events {
        tree.append(event_leaf(event.office.into(), event.place, &event.hash), |id, hash| nodes.push((id, hash)));
    }
    nodes.retain(|(id, _)| id.level > 0);
    let note = Checkpoint { size: tree.size(), root: tree.root() }.sign(key);
    Batch { first: state.size, events, nodes, note }
}

/// The same checkpoint by another signer.
fn signed_by(note: &str, name: &str, seed: u8) -> String {
    Checkpoint::claimed(note).unwrap().sign(&SignerKey::new(name, &[seed; 32]).unwrap())
}

/// Whoever has the sealer's password and not its key.
#[tokio::test]
async fn a_checkpoint_that_nobody_signed_stops_everybody_and_is_taken_back() {
    let server = centre().await;
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let [signing, desk] = folders.each_ref().map(tempfile::TempDir::path);
    record(&server, 150_802, 5).await;
    seal(&server, signing).await.unwrap();
    let key = sealer(signing).verifier();
    let url = server.url(DATABASE);
    assert_eq!(terminal(&url, desk, &key.to_string()).await, Ok(5));
    record(&server, 150_402, 6).await;
    let mut thief = person(&url, "sealer").await;
    // The name and the key's id are in every checkpoint; the signature is another one's.
    let own = thief.checkpoint().await.unwrap().unwrap();
    let mut forged = batch(&mut thief, &SignerKey::new("centre.example", &[9; 32]).unwrap()).await;
    assert_eq!(thief.append(&forged).await, Err(StoreError::Refused("tree-key".into())));
    let text = forged.note.split_once("\n\n").unwrap().0;
    forged.note = format!("{text}\n\n{}", own.split_once("\n\n").unwrap().1);
    thief.append(&forged).await.unwrap();
    assert_eq!(terminal(&url, desk, &key.to_string()).await, Err(Alarm::BadSignature));
    let told = seal(&server, signing).await;
    assert!(matches!(told, Err(SealError::Alarm(Alarm::BadSignature))), "{told:?}");
    let good = signer(signing);
    assert_eq!(verified(&server, &good, None).await, ["checkpoint 11: note", "leaf 5..10: unsigned"]);

    for login in ["sealer", "0401"] {
        assert_eq!(sqlstates(&server.psql(login, PASSWORD, "SELECT ledger.take_back(5)")), ["42501"], "{login}");
    }
    let superuser = |sql: &str| server.psql("postgres", postgres::SUPERUSER_PASSWORD, sql);
    assert_eq!(sqlstates(&superuser("SELECT ledger.take_back(7)")), ["22023"]);
    assert!(sqlstates(&superuser("SELECT ledger.take_back(5)")).is_empty());
    assert_eq!(sqlstates(&superuser("DELETE FROM ledger.leaf")), ["42501"]);
    assert_eq!(seal(&server, signing).await.unwrap().size, 11);
    assert_eq!(terminal(&url, desk, &key.to_string()).await, Ok(11));
    assert!(verified(&server, &good, None).await.is_empty());
}

/// One page of leaves and what comes after it, while a sealer seals.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tree_that_grows_while_it_is_walked_is_whole() {
    let server = centre().await;
    let folder = tempfile::tempdir().unwrap();
    record(&server, 150_802, 5_000).await;
    assert_eq!(seal(&server, folder.path()).await.unwrap().size, 5_000);
    let (key, auditor) = (signer(folder.path()), person(&server.url(DATABASE), "0401").await);
    let mut ledger = person(&server.url(DATABASE), "sealer").await;
    let mut sealer = sealer(folder.path());
    let grow = async {
        for _ in 0..100_000 {
            record(&server, 150_402, 3).await;
            sealer.seal(&mut ledger, now()).await.unwrap();
        }
    };
    let look = async {
        let mut sizes = Vec::new();
        for _ in 0..8 {
            let found = auditor.verify_tree(Some(key.verifier()), None).await.unwrap();
            assert_eq!(found.differences, []);
            sizes.push(found.leaves);
        }
        sizes
    };
    let sizes = tokio::select! {
        () = grow => panic!("nobody looked"),
        sizes = look => sizes,
    };
    assert!(sizes[0] < sizes[7], "nothing was sealed meanwhile: {sizes:?}");
}

/// A centre that batches do not get to.
struct Lost(PostgresStore);

#[async_trait]
impl Ledger for Lost {
    async fn state(&mut self) -> Result<TreeState, StoreError> {
        self.0.state().await
    }

    async fn events(&mut self, most: usize) -> Result<Vec<SealEvent>, StoreError> {
        self.0.events(most).await
    }

    async fn append(&mut self, _: &Batch) -> Result<(), StoreError> {
        Err(StoreError::Unknown("lost".into()))
    }

    async fn nodes(&mut self, ids: &[NodeId]) -> Result<Vec<Option<Hash>>, StoreError> {
        self.0.nodes(ids).await
    }
}

#[tokio::test]
async fn a_signed_batch_whose_events_are_gone_is_an_alarm() {
    let server = centre().await;
    let folder = tempfile::tempdir().unwrap();
    record(&server, 150_802, 5).await;
    let mut lost = Lost(person(&server.url(DATABASE), "sealer").await);
    let told = sealer(folder.path()).seal(&mut lost, now()).await;
    assert!(matches!(told, Err(SealError::Store(StoreError::Unknown(_)))), "{told:?}");
    let back = "DELETE FROM core.claim_event WHERE place > 3; UPDATE core.chain SET length = 3,
        head = (SELECT hash FROM core.claim_event WHERE place = 3)";
    as_owner(&server, back).await;
    // Other events in their places change nothing.
    for _ in 0..2 {
        let told = seal(&server, folder.path()).await;
        assert!(matches!(told, Err(SealError::Alarm(Alarm::Forked { size: 5 }))), "{told:?}");
        record(&server, 150_802, 2).await;
    }
    assert_eq!(fs::read_to_string(folder.path().join("alarm.log")).unwrap().lines().count(), 2);
}

#[tokio::test]
async fn what_can_not_be_corrected_is_checked_before() {
    let server = centre().await;
    let key = SignerKey::new("centre.example", &[7; 32]).unwrap();
    let mut ledger = person(&server.url(DATABASE), "sealer").await;
    record(&server, 150_802, 6).await;
    let good = batch(&mut ledger, &key).await;
    ledger.append(&good).await.unwrap();
    assert_eq!(ledger.append(&good).await, Err(StoreError::Refused("tree-size".into())));
    record(&server, 150_802, 3).await;
    record(&server, 150_402, 4).await;
    let good = batch(&mut ledger, &key).await;
    type Spoil = fn(&mut Batch);
    let cases: [(&str, Spoil); 19] = [
        ("tree-size", |batch| batch.first += 1),
        ("tree-size", |batch| batch.first -= 1),
        ("tree-many", |batch| batch.events.clear()),
        ("tree-leaf", |batch| batch.events[0].hash[0] ^= 1),
        ("tree-leaf", |batch| batch.events[0].office = 150_000),
        ("tree-leaf", |batch| batch.events[6].place += 1),
        ("tree-leaf", |batch| batch.events.swap(5, 6)),
        ("tree-leaf", |batch| batch.events[6] = batch.events[5].clone()),
        ("tree-node", |batch| batch.nodes.truncate(batch.nodes.len() - 1)),
        ("tree-node", |batch| batch.nodes[2].1[31] ^= 1),
        ("tree-node", |batch| batch.nodes[2].0.index += 100),
        ("tree-node", |batch| batch.nodes.swap_remove(0).0.level = 3),
        ("tree-note", |batch| batch.note = batch.note.replace("\n13\n", "\n14\n")),
        ("tree-note", |batch| batch.note = "nothing".into()),
        ("tree-note", |batch| batch.note.truncate(batch.note.find('\u{2014}').unwrap())),
        ("tree-note", |batch| batch.note = batch.note.replace("\u{2014} centre.", "\u{2014} other.")),
        ("tree-note", |batch| batch.note.push_str("\u{2014} witness.example AAAAAAAA\n")),
        ("tree-key", |batch| batch.note = signed_by(&batch.note, "centre.example", 8)),
        ("tree-key", |batch| batch.note = signed_by(&batch.note, "other.example", 7)),
    ];
    for (n, (code, spoil)) in cases.into_iter().enumerate() {
        let mut spoilt = good.clone();
        spoil(&mut spoilt);
        assert_ne!(spoilt, good);
        assert_eq!(ledger.append(&spoilt).await, Err(StoreError::Refused(code.into())), "case {n}");
    }
    ledger.append(&good).await.unwrap();
    assert_eq!(ledger.state().await.unwrap().waiting, 0);
}

#[tokio::test]
async fn of_two_sealers_at_once_one_is_refused() {
    let server = centre().await;
    record(&server, 150_802, 200).await;
    let key = SignerKey::new("centre.example", &[7; 32]).unwrap();
    let mut one = person(&server.url(DATABASE), "sealer").await;
    let mut other = person(&server.url(DATABASE), "sealer").await;
    let (first, second) = (batch(&mut one, &key).await, batch(&mut other, &key).await);
    let (done, refused) = tokio::join!(one.append(&first), other.append(&second));
    assert_eq!([done.is_ok(), refused.is_ok()].iter().filter(|ok| **ok).count(), 1, "{done:?} {refused:?}");
    assert_eq!(one.state().await.unwrap().size, 100);
}
