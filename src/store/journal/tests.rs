use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;

use super::*;
use crate::store::Hospital;

const NAME: &str = "王秀英";
const NUMBER: &str = "152801197105062264";

fn draft(n: u8) -> Draft {
    let day = chrono::NaiveDate::from_ymd_opt(2021, 3, 20).unwrap();
    Draft {
        office: None,
        id: ClaimId(Uuid::from_bytes([n; 16])),
        member: MemberId(1_508_000_000_000 + i64::from(n)),
        member_name: NAME.into(),
        kind: ClaimKind::Inpatient,
        saved_at: day.and_hms_opt(9, n.into(), 0).unwrap(),
        focus: "pooled".into(),
        fields: (0..22).map(|field| (format!("field-{field}"), format!("{NUMBER} {NAME} {n}"))).collect(),
    }
}

fn reference() -> Reference {
    let hospital = Hospital {
        code: "H15080290001".into(),
        name: "巴彦淖尔市医院".into(),
        initials: "bynesyy".into(),
        level: 3,
        area: "150802".parse().unwrap(),
    };
    Reference { version: "7".into(), hospitals: vec![hospital; 300], ..Reference::default() }
}

/// A directory with five drafts and a snapshot, closed in good order.
async fn filled() -> TempDir {
    let dir = TempDir::new().unwrap();
    let (journal, damage) = Journal::open(dir.path()).await.unwrap();
    assert_eq!(damage, None);
    for n in 1..=6 {
        journal.save_draft(&draft(n)).await.unwrap();
    }
    journal.drop_draft(draft(6).id).await.unwrap();
    journal.save_reference(&reference()).await.unwrap();
    journal.close().await;
    dir
}

fn copy(from: &TempDir) -> TempDir {
    let to = TempDir::new().unwrap();
    for file in ["journal.db", "journal.key"] {
        std::fs::copy(from.path().join(file), to.path().join(file)).unwrap();
    }
    to
}

async fn ids(journal: &Journal) -> Vec<u8> {
    journal.drafts().await.unwrap().iter().map(|draft| draft.id.0.as_bytes()[0]).collect()
}

#[tokio::test]
async fn drafts_and_the_snapshot_come_back() {
    let dir = filled().await;
    let (journal, damage) = Journal::open(dir.path()).await.unwrap();
    assert_eq!(damage, None);
    assert_eq!(journal.drafts().await.unwrap(), (1..=5).rev().map(draft).collect::<Vec<_>>());
    assert_eq!(journal.reference().await.unwrap(), Some(reference()));
    let changed = Draft { focus: "cash".into(), ..draft(3) };
    journal.save_draft(&changed).await.unwrap();
    assert!(journal.drafts().await.unwrap().contains(&changed));
    assert_eq!(ids(&journal).await, [5, 4, 3, 2, 1]);
}

#[tokio::test]
async fn what_was_saved_survives_without_a_close() {
    let dir = TempDir::new().unwrap();
    let (journal, _) = Journal::open(dir.path()).await.unwrap();
    journal.save_draft(&draft(1)).await.unwrap();
    // As after a power cut: the files as they are at this moment.
    let cut = TempDir::new().unwrap();
    for file in ["journal.db", "journal.db-wal", "journal.key"] {
        std::fs::copy(dir.path().join(file), cut.path().join(file)).unwrap();
    }
    let (journal, damage) = Journal::open(cut.path()).await.unwrap();
    assert_eq!(damage, None);
    assert_eq!(journal.drafts().await.unwrap(), [draft(1)]);
}

#[tokio::test]
async fn nothing_on_the_disk_tells_who_it_is() {
    let dir = TempDir::new().unwrap();
    let (journal, _) = Journal::open(dir.path()).await.unwrap();
    journal.save_draft(&draft(1)).await.unwrap();
    journal.save_reference(&reference()).await.unwrap();
    let mut read = 0;
    for entry in std::fs::read_dir(dir.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        read += bytes.len();
        for clear in [NAME, NUMBER, "pooled", "1508000000001", "巴彦淖尔市医院", "field-"] {
            assert!(!bytes.windows(clear.len()).any(|window| window == clear.as_bytes()), "{clear}");
        }
    }
    assert!(read > 40_000, "{read}");
}

#[tokio::test]
async fn one_program_at_a_time() {
    let dir = TempDir::new().unwrap();
    let (journal, _) = Journal::open(dir.path()).await.unwrap();
    assert!(matches!(Journal::open(dir.path()).await, Err(JournalError::InUse)));
    journal.close().await;
    assert!(Journal::open(dir.path()).await.is_ok());
}

#[tokio::test]
async fn a_key_that_others_can_read_is_refused() {
    let dir = filled().await;
    let key = dir.path().join("journal.key");
    assert_eq!(key.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::set_permissions(&key, Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(Journal::open(dir.path()).await, Err(JournalError::KeyReadable(_))));
}

#[tokio::test]
async fn every_flipped_block_is_survived_and_told() {
    let whole = filled().await;
    let bytes = std::fs::read(whole.path().join("journal.db")).unwrap();
    assert!(bytes.len() >= 4 * PAGE as usize);
    let mut told = 0;
    for block in 0..bytes.len() / 512 {
        let dir = copy(&whole);
        let mut flipped = bytes.clone();
        flipped[block * 512..][..512].iter_mut().for_each(|byte| *byte ^= 0xff);
        std::fs::write(dir.path().join("journal.db"), &flipped).unwrap();
        let (journal, damage) = Journal::open(dir.path()).await.unwrap();
        let kept = ids(&journal).await;
        // A block lies in two drafts at most.
        assert!(kept.len() >= 3, "block {block}: {kept:?}");
        assert!(!kept.contains(&6), "block {block}: a dropped draft is back");
        if kept.len() < 5 || journal.reference().await.unwrap().is_none() {
            let damage = damage.unwrap_or_else(|| panic!("block {block} is not told"));
            assert_eq!(damage.rescued, kept.len());
            assert_eq!(std::fs::metadata(&damage.set_aside[0]).unwrap().len(), flipped.len() as u64);
            told += 1;
        }
        // The new file is a good one.
        journal.save_draft(&draft(7)).await.unwrap();
        journal.close().await;
        let (journal, damage) = Journal::open(dir.path()).await.unwrap();
        assert_eq!((damage, ids(&journal).await.len()), (None, kept.len() + 1));
    }
    assert!(told > 10, "{told}");
}

#[tokio::test]
async fn a_shortened_file_is_told() {
    let whole = filled().await;
    let bytes = std::fs::read(whole.path().join("journal.db")).unwrap();
    for length in [0, 1, 100, 512, 4_096, PAGE as usize, bytes.len() / 2, bytes.len() - 512] {
        let dir = copy(&whole);
        std::fs::write(dir.path().join("journal.db"), &bytes[..length]).unwrap();
        let (journal, damage) = Journal::open(dir.path()).await.unwrap();
        let damage = damage.unwrap_or_else(|| panic!("{length} bytes are not told"));
        assert!(damage.set_aside[0].to_string_lossy().contains("journal.db.bad-"));
        assert_eq!(damage.rescued, ids(&journal).await.len());
        if length >= bytes.len() / 2 {
            assert_eq!(damage.rescued, 5, "{length}");
        }
    }
}

#[tokio::test]
async fn another_key_loses_the_drafts_but_not_the_file() {
    for key in [vec![7; 32], vec![7; 5], Vec::new()] {
        let dir = filled().await;
        let path = dir.path().join("journal.key");
        std::fs::write(&path, &key).unwrap();
        let (journal, damage) = Journal::open(dir.path()).await.unwrap();
        let damage = damage.unwrap();
        assert_eq!((damage.rescued, damage.lost), (0, 5));
        assert_eq!(damage.set_aside.len(), if key.len() == 32 { 1 } else { 2 });
        assert!(ids(&journal).await.is_empty());
        journal.save_draft(&draft(1)).await.unwrap();
        assert_eq!(ids(&journal).await, [1]);
    }
}

#[tokio::test]
async fn what_is_no_damage_is_an_error_and_nothing_is_moved() {
    let dir = TempDir::new().unwrap();
    std::fs::create_dir(dir.path().join("journal.db")).unwrap();
    assert!(matches!(Journal::open(dir.path()).await, Err(JournalError::Database(_))));
    assert!(dir.path().join("journal.db").is_dir());
}

#[tokio::test]
async fn a_record_is_tied_to_its_place() {
    let dir = filled().await;
    let (journal, _) = Journal::open(dir.path()).await.unwrap();
    let record = journal.seal.close(Kind::Draft, Uuid::from_bytes([9; 16]), b"{}").unwrap();
    let mut moved = record.clone();
    moved[9..25].copy_from_slice(&[8; 16]);
    assert!(matches!(journal.seal.open(&record), Some(Opened::Whole(1, ..))));
    assert!(matches!(journal.seal.open(&moved), Some(Opened::Unreadable(_))));
    assert!(journal.seal.open(b"huzhu").is_none());
}
