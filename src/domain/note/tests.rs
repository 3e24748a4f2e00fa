//! The specifications' examples, and everything that is no note, no checkpoint and no key.

use proptest::prelude::*;

use super::*;

/// The example of C2SP signed-note.
const SPEC_KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const SPEC_NOTE: &str = "This is an example message.\n\n\u{2014} example.com/foo \
    Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
/// The example of the format's first implementation, golang.org/x/mod/sumdb/note.
const GO_SIGNER: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const GO_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const GO_TEXT: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n";
const GO_LINE: &str = "\u{2014} PeterNeumann \
    x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

fn signer(name: &str, seed: u8) -> SignerKey {
    SignerKey::new(name, &[seed; 32]).unwrap()
}

#[test]
fn the_specifications_examples() {
    let key: VerifierKey = SPEC_KEY.parse().unwrap();
    assert_eq!((key.name(), key.to_string().as_str()), ("example.com/foo", SPEC_KEY));
    assert_eq!(open(SPEC_NOTE, &key), Ok("This is an example message.\n"));

    let signer: SignerKey = GO_SIGNER.parse().unwrap();
    assert_eq!(signer.verifier().to_string(), GO_KEY);
    assert_eq!(signer.secret().as_str(), GO_SIGNER);
    assert_eq!(signer.sign(GO_TEXT), format!("{GO_TEXT}\n{GO_LINE}"));
    assert!(!format!("{signer:?}").contains("AYEK"));
}

#[test]
fn a_real_checkpoint_is_read() {
    let text = "go.sum database tree\n63570315\nOa4zLf66dXzZgbR+qL05aDrDMhePwydC3HqpTx4Mt+k=\n";
    let (origin, checkpoint) = Checkpoint::read(text).unwrap();
    assert_eq!((origin, checkpoint.size), ("go.sum database tree", 63_570_315));
    assert_eq!(hex(&checkpoint.root[..4]), "39ae332d");
}

#[test]
fn a_checkpoint_round_trips() {
    let signer = signer("huzhu.example/2021", 5);
    let checkpoint = Checkpoint { size: 85_000, root: [9; 32] };
    let note = checkpoint.sign(&signer);
    assert_eq!(Checkpoint::open(&note, &signer.verifier()), Ok(checkpoint.clone()));
    assert_eq!(Checkpoint::claimed(&note), Ok(checkpoint.clone()));
    // The line of a witness more, before or after, changes nothing.
    let (text, line) = note.split_once("\n\n").unwrap();
    let witness = GO_LINE;
    for lines in [format!("{line}{witness}"), format!("{witness}{line}")] {
        assert_eq!(Checkpoint::open(&format!("{text}\n\n{lines}"), &signer.verifier()), Ok(checkpoint.clone()));
    }
}

#[test]
fn who_else_signed_is_told_from_a_wrong_signature() {
    let ours = signer("huzhu.example/2021", 5);
    let checkpoint = Checkpoint { size: 3, root: [9; 32] };
    let note = checkpoint.sign(&ours);
    let open = |note: &str, key: &SignerKey| Checkpoint::open(note, &key.verifier());
    assert_eq!(open(&note, &signer("huzhu.example/2021", 6)), Err(NoteError::OtherKey));
    assert_eq!(open(&note, &signer("huzhu.example/2022", 5)), Err(NoteError::OtherKey));
    assert_eq!(open(&note.replace("\n3\n", "\n4\n"), &ours), Err(NoteError::Signature));
    // Signed well, but for another origin.
    let text = format!("elsewhere\n3\n{}\n", STANDARD.encode([9; 32]));
    assert_eq!(open(&ours.sign(&text), &ours), Err(NoteError::Malformed));
    // A good line does not help where another of the same key is wrong.
    let wrong = note.replace("\n3\n", "\n4\n");
    let line = &wrong[wrong.find(DASH).unwrap()..];
    let other = Checkpoint { size: 4, root: [8; 32] }.sign(&ours);
    let other = &other[other.find(DASH).unwrap()..];
    assert_eq!(open(&format!("{note}{line}"), &ours), Ok(checkpoint));
    assert_eq!(open(&format!("{note}{other}"), &ours), Err(NoteError::Signature));
}

#[test]
fn what_is_no_checkpoint() {
    let root = STANDARD.encode([9; 32]);
    let ours = signer("o", 5);
    for text in [
        "o\n3\n".to_owned(),
        format!("o\n03\n{root}\n"),
        format!("o\n+3\n{root}\n"),
        format!("o\n-3\n{root}\n"),
        format!("o\n 3\n{root}\n"),
        format!("o\n\n{root}\n"),
        format!("o\n{}\n{root}\n", MOST + 1),
        format!("\n3\n{root}\n"),
        format!("o\n3\n{}\n", &root[..root.len() - 1]),
        format!("o\n3\n{}\n", STANDARD.encode([9; 31])),
        // The bits that base64 leaves over are not nought.
        format!("o\n3\n{}\n", root.replace("k=", "l=")),
        format!("o\n3\n{root}\n\nx\n"),
    ] {
        assert_eq!(Checkpoint::open(&ours.sign(&text), &ours.verifier()), Err(NoteError::Malformed), "{text:?}");
    }
    let more = ours.sign(&format!("o\n3\n{root}\nan extension\n"));
    assert_eq!(Checkpoint::open(&more, &ours.verifier()), Ok(Checkpoint { size: 3, root: [9; 32] }));
}

#[test]
fn what_is_no_note() {
    let ours = signer("o", 5);
    let note = Checkpoint { size: 3, root: [9; 32] }.sign(&ours);
    let line = &note[note.find(DASH).unwrap()..];
    for wrong in [
        String::new(),
        note.trim_end().to_owned(),
        note.replace('\u{2014}', "-"),
        note.replace("\u{2014} ", "\u{2014}"),
        format!("{note}\n"),
        format!("{note}trailing\n"),
        note.replace('\n', "\r\n"),
        note.replace("\n\n", "\n"),
        format!("{}{}", note, line.repeat(LINES_MAX)),
        format!("{}\n{note}", "x".repeat(NOTE_MAX)),
        note.replace(line, "\u{2014} o AAAA\n"),
        note.replace(line, "\u{2014} o AAAAAA==\n"),
    ] {
        assert_eq!(open(&wrong, &ours.verifier()), Err(NoteError::Malformed), "{wrong:?}");
    }
}

#[test]
fn what_is_no_key() {
    for (from, to) in [("foo+", "bar+"), ("530d", "530D"), ("Aeky", "Aekz"), ("+Aeky", "+Auky"), ("3U2k", "3U2")] {
        let wrong = SPEC_KEY.replace(from, to);
        assert_ne!(wrong, SPEC_KEY);
        assert_eq!(wrong.parse::<VerifierKey>(), Err(NoteError::Key), "{wrong}");
    }
    for wrong in ["", "a", "a+b", "a+b+c", "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", GO_SIGNER] {
        assert_eq!(wrong.parse::<VerifierKey>(), Err(NoteError::Key), "{wrong}");
    }
    for wrong in [GO_KEY, &GO_SIGNER.replace("c74f", "c74e"), &GO_SIGNER[..GO_SIGNER.len() - 4]] {
        assert!(wrong.parse::<SignerKey>().is_err(), "{wrong}");
    }
    for name in ["", "a b", "a+b", "a\u{3000}b", "a\u{202e}b", "a\nb"] {
        assert_eq!(SignerKey::new(name, &[1; 32]).err(), Some(NoteError::Key), "{name:?}");
    }
    // The neutral point signs everything.
    let mut weak = vec![ED25519, 1];
    weak.resize(33, 0);
    let neutral = VerifyingKey::from_bytes(weak[1..].try_into().unwrap()).unwrap();
    let text = format!("o+{}+{}", hex(&key_id("o", &neutral)), STANDARD.encode(weak));
    assert_eq!(text.parse::<VerifierKey>(), Err(NoteError::Key));
}

proptest! {
    #[test]
    fn a_changed_byte_is_found(at in any::<usize>(), to in any::<char>()) {
        let ours = signer("huzhu.example/2021", 5);
        let note = Checkpoint { size: 12_345, root: [9; 32] }.sign(&ours);
        let chars: Vec<char> = note.chars().collect();
        let at = at % chars.len();
        prop_assume!(chars[at] != to);
        let mut changed = chars;
        changed[at] = to;
        let changed: String = changed.into_iter().collect();
        prop_assert!(Checkpoint::open(&changed, &ours.verifier()).is_err());
    }

    #[test]
    fn nothing_makes_it_stop(note in "\\PC*", lines in proptest::collection::vec("[—+ a-z0-9=/\n]*", 0..6)) {
        let key = signer("o", 5).verifier();
        prop_assert!(open(&note, &key).is_err());
        prop_assert!(open(&lines.join("\n"), &key).is_err());
        prop_assert!(note.parse::<VerifierKey>().is_err());
    }
}
