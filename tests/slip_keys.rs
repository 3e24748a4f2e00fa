//! Keys of terminals at a centre, by the program: a counter enrols one, an administrator sees and revokes it, and no slip that
//! it signed passes any more.

mod office;

use std::fs;
use std::io::Write;
use std::process::{Command, Output, Stdio};

use huzhu::domain::note::SignerKey;
use huzhu::domain::secret::Secret;
use huzhu::domain::slip_code::{SlipFacts, SlipKey};
use huzhu::store::postgres::PostgresStore;
use huzhu::store::{Store, StoreError};
use office::{CLERK, DATABASE, Options, SECADMIN, SYSADMIN, office, place};

/// The program, with lines on its standard input.
fn huzhu(arguments: &[&str], lines: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_huzhu"));
    command.args(["--lang", "en"]).args(arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // One that ends before it reads is no error here.
    let _ = child.stdin.take().unwrap().write_all(format!("{}\n", lines.join("\n")).as_bytes());
    child.wait_with_output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stolen_terminals_slips_pass_no_more() {
    let server = office(Options::default()).await;
    let url = server.url(DATABASE);
    let run = |arguments: &[&str], who: (&str, &str)| {
        let by = ["--db", url.as_str(), "--as", who.0, "--password-fd", "0"];
        huzhu(&[arguments, &by].concat(), &[who.1])
    };
    let list = run(&["device", "slip-keys"], SYSADMIN);
    assert!(list.status.success() && said(&list).contains("No terminal has enrolled a key"), "{}", said(&list));

    let store = PostgresStore::new(place(&server));
    store.log_in(CLERK.0, &Secret::new(CLERK.1)).await.unwrap();
    let key = |seed| SignerKey::new("slip.150802", &[seed; 32]).unwrap();
    let [stolen, other] = [1, 2].map(|seed| key(seed).verifier());
    store.slip_keys(Some(&stolen.to_string())).await.unwrap();
    let known = store.slip_keys(Some(&other.to_string())).await.unwrap();
    assert_eq!(known.len(), 2);
    let id = huzhu::domain::canonical::hex(&stolen.id());

    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("slip-keys");
    fs::write(&keys, known.join("\n")).unwrap();
    let facts = SlipFacts {
        number: "HZ150802-2021-0000412-95".parse().unwrap(),
        date: "2021-03-20".parse().unwrap(),
        amount: "1.00".parse().unwrap(),
        record: [1; 32],
    };
    let code = SlipKey::new(key(1)).code(&facts, "x", "y").unwrap();
    let verify = ["verify-slip", code.as_str(), "--keys", keys.to_str().unwrap()];
    assert!(huzhu(&verify, &[]).status.success());

    let list = run(&["device", "slip-keys"], SYSADMIN);
    let line = said(&list).lines().find(|line| line.starts_with(&id)).unwrap().to_owned();
    let columns: Vec<&str> = line.split('\t').collect();
    assert_eq!((columns.len(), columns[1], columns[2], columns[5]), (6, "150802", CLERK.0, "-"), "{line}");
    for who in [CLERK, SYSADMIN] {
        let id = if who == CLERK { id.as_str() } else { "00000000" };
        assert!(!run(&["device", "revoke-key", id], who).status.success(), "{}", who.0);
    }
    let done = run(&["device", "revoke-key", &id.to_uppercase()], SECADMIN);
    assert!(done.status.success() && said(&done).contains("is revoked"), "{}", said(&done));
    let list = run(&["device", "slip-keys"], SYSADMIN);
    let line = said(&list).lines().find(|line| line.starts_with(&id)).unwrap().to_owned();
    assert!(!line.ends_with("\t-"), "{line}");

    let known = store.slip_keys(None).await.unwrap();
    assert_eq!(known, [other.to_string()]);
    let refused = Err(StoreError::Refused("slip-key-revoked".into()));
    assert_eq!(store.slip_keys(Some(&stolen.to_string())).await, refused);
    // What a terminal is told at its next log-in.
    fs::write(&keys, known.join("\n")).unwrap();
    let after = huzhu(&verify, &[]);
    assert!(!after.status.success() && said(&after).contains(r#""why":"key""#), "{}", said(&after));
}
