//! `huzhu verify-slip` as anybody runs it who holds a slip: without a network, an account or a database.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use huzhu::cli::demo;
use huzhu::cli::replay::{Options, run_story};
use huzhu::domain::form::FormId;
use huzhu::domain::note::SignerKey;
use huzhu::domain::number::SlipNumber;
use huzhu::domain::slip_code::{LENGTH, SlipCode, SlipFacts, SlipKey};
use huzhu::strings::{Lang, Strings};
use serde_json::Value;

const NAME: &str = "王秀英";
const ID: &str = "152801********2264";

/// What a run said: its exit code, its JSON, its sentence.
fn verify(data: &Path, args: &[&str], input: &[u8]) -> (Option<i32>, Value, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_huzhu"));
    command.args(["verify-slip", "--lang", "en", "--data"]).arg(data).args(args).env_remove("LANG");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // One that has read enough is no error here.
    let _ = child.stdin.take().unwrap().write_all(input);
    let done = child.wait_with_output().unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    let json = serde_json::from_str(&said).unwrap_or(Value::Null);
    (done.status.code(), json, String::from_utf8(done.stderr).unwrap())
}

fn key(office: u32, seed: u8) -> SlipKey {
    let key = SlipKey::new(SignerKey::new("slip", &[seed; 32]).unwrap());
    key.of_office(office.to_string().parse().unwrap()).unwrap()
}

fn facts() -> SlipFacts {
    SlipFacts {
        number: "HZ150802-2021-0000412-95".parse().unwrap(),
        date: "2021-03-20".parse().unwrap(),
        amount: "2427.70".parse().unwrap(),
        record: [0xab; 32],
    }
}

/// A terminal's directory with the keys of its last log-in, and a slip that one of them signed.
fn terminal() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let keys = [key(150_402, 2), key(150_802, 1)].map(|key| key.verifier().to_string());
    fs::write(folder.path().join("slip-keys"), keys.join("\n")).unwrap();
    (folder, key(150_802, 1).code(&facts(), NAME, ID).unwrap())
}

#[track_caller]
fn refuses(data: &Path, args: &[&str], input: &[u8], why: &str) -> String {
    let (code, json, said) = verify(data, args, input);
    assert_eq!((code, &json), (Some(1), &serde_json::json!({ "valid": false, "why": why })), "{said}");
    assert!(!said.is_empty());
    said
}

#[test]
fn a_genuine_slip_says_what_it_is() {
    let (data, code) = terminal();
    let expected = serde_json::json!({
        "valid": true, "form": "P1", "number": "HZ150802-2021-0000412-95", "office": "150802", "date": "2021-03-20",
        "amount": "2427.70", "record": "ab".repeat(32), "key": key(150_802, 1).verifier().to_string(),
    });
    let list = data.path().join("slip-keys");
    let elsewhere = tempfile::tempdir().unwrap();
    for (data, args, input) in [
        (data.path(), vec![code.as_str()], String::new()),
        (data.path(), vec![], format!("{code}\r\n")),
        (data.path(), vec![code.as_str(), "--name", NAME, "--id", ID], String::new()),
        (elsewhere.path(), vec![code.as_str(), "--keys", list.to_str().unwrap()], String::new()),
        (data.path(), vec![], code.to_lowercase()),
    ] {
        let (done, json, said) = verify(data, &args, input.as_bytes());
        assert_eq!((done, &json), (Some(0), &expected), "{said}");
        assert!(said.contains("Genuine: P1 HZ150802-2021-0000412-95, 2021-03-20, 2,427.70 yuan"), "{said}");
        assert!(said.contains("Compare all of this with the paper"), "{said}");
        assert!(said.contains("withdrawn or paid only the centre knows"), "{said}");
    }
    // Scripts find the keys in this order.
    let text =
        Command::new(env!("CARGO_BIN_EXE_huzhu")).args(["verify-slip", &code, "--data"]).arg(data.path()).output();
    let begins = r#"{"valid":true,"form":"P1","number":"HZ150802-2021-0000412-95","office":"150802","date":"2021-03-20","amount":"2427.70","record":"#;
    assert!(String::from_utf8(text.unwrap().stdout).unwrap().starts_with(begins));
}

/// A notice shows no amount: none is said of it.
#[test]
fn a_form_without_an_amount_says_none() {
    let (data, _) = terminal();
    let number = SlipNumber { form: FormId::P2, sequence: 17, ..facts().number };
    let facts = SlipFacts { number, amount: FormId::P2.shown(facts().amount), ..facts() };
    let code = key(150_802, 1).code(&facts, NAME, ID).unwrap();
    let (done, json, said) = verify(data.path(), &[&code], b"");
    assert_eq!((done, json["form"].as_str(), json["amount"].as_str()), (Some(0), Some("P2"), Some("0.00")), "{said}");
    assert!(said.contains(&format!("Genuine: P2 {number}, 2021-03-20, signed by slip.150802.")), "{said}");
    assert!(said.contains("Compare all of this with the paper") && !said.contains("yuan"), "{said}");
}

#[test]
fn any_other_is_refused_with_its_reason() {
    let (data, code) = terminal();
    let (path, none) = (data.path(), b"".as_slice());
    let mut bytes = base45::decode(&code[4..]).unwrap();
    bytes[18] ^= 1;
    let dearer = format!("HZ1:{}", base45::encode(&bytes));
    assert!(refuses(path, &[&dearer], none, "signature").contains("Forged"));
    let unknown = key(150_802, 9).code(&facts(), NAME, ID).unwrap();
    let id = SlipCode::parse(&unknown).unwrap().key_id();
    assert!(refuses(path, &[&unknown], none, "key").contains(&id));
    for (name, id) in [("王秀芳", ID), (NAME, "152801********2265"), ("", "")] {
        assert!(refuses(path, &[&code, "--name", name, "--id", id], none, "name").contains("somebody else"));
    }
    // Another office's terminal: its key signs, and no slip of this office.
    let mut forged = base45::decode(&code[4..]).unwrap();
    let foreign = SignerKey::new("slip.150402", &[2; 32]).unwrap();
    forged[75..79].copy_from_slice(&foreign.verifier().id());
    let signature = foreign.sign_bytes(&[b"huzhu-slip-1\0", &forged[..79]].concat());
    forged[79..].copy_from_slice(&signature);
    refuses(path, &[&format!("HZ1:{}", base45::encode(&forged))], none, "office");
    for text in ["HZ150802-2021-0000412-95", "HZ1:", "x", &code[..LENGTH - 1]] {
        refuses(path, &[text], none, "malformed");
    }
    refuses(path, &[], none, "malformed");
    refuses(path, &[], &[0xff, 0xfe, 0, 0x1b, b'[', b'2', b'J'], "malformed");
    refuses(path, &[], &b"HZ1:".repeat(2_000_000), "malformed");
    refuses(path, &[], &vec![0; 8_000_000], "malformed");
    refuses(path, &[], format!("{code}{}", "A".repeat(5_000_000)).as_bytes(), "malformed");
}

#[test]
fn without_keys_it_says_where_they_are() {
    let (_data, code) = terminal();
    let empty = tempfile::tempdir().unwrap();
    let (done, json, said) = verify(empty.path(), &[&code], b"");
    assert_eq!((done, json), (Some(1), Value::Null));
    assert!(said.contains("slip-keys") && said.contains("--keys"), "{said}");
    // A list of nothing but nonsense knows no key.
    fs::write(empty.path().join("slip-keys"), "nonsense\n\u{1b}[2J\n").unwrap();
    refuses(empty.path(), &[&code], b"", "key");
}

/// From the keys of a clerk to the paper, and back.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_counter_printed_is_genuine() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    demo::make(&at("world.db"), 1_000, huzhu::world::world_day(), &Strings::new(Lang::Chinese)).await.unwrap();
    let story = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories/r1.keys")).unwrap();
    let options = Options {
        slips: Some(at("slips")),
        data: Some(at("data")),
        ..Options::new(&story, at("world.db"), Lang::Chinese)
    };
    let outcome = run_story(options).await.unwrap();
    assert!(outcome.failed.is_empty());
    let printed: Vec<PathBuf> = fs::read_dir(at("slips")).unwrap().map(|entry| entry.unwrap().path()).collect();
    let slip = fs::read_to_string(&printed[0]).unwrap();
    let code = &slip[slip.find("HZ1:").unwrap()..];
    let (done, json, said) = verify(&at("data"), &[code, "--name", NAME, "--id", ID], b"");
    assert_eq!(done, Some(0), "{said}");
    assert_eq!((json["amount"].as_str(), json["office"].as_str()), (Some("2427.70"), Some("150802")));
}
