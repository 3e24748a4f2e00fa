//! `huzhu policy` and `huzhu assess` as an officer runs them.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn huzhu(arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_huzhu"));
    command.args(["--lang", "en"]).args(arguments).env_remove("LANG").current_dir(env!("CARGO_MANIFEST_DIR"));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // One that ends before it reads is no error here.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// NM-2021 with a change in it, as a file.
fn changed(folder: &Path, from: &str, to: &str) -> PathBuf {
    let good = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/nm-2021.toml")).unwrap();
    assert!(good.contains(from));
    let path = folder.join("changed.toml");
    fs::write(&path, good.replacen(from, to, 1)).unwrap();
    path
}

#[test]
fn a_good_file_shows_its_cases_and_edges() {
    let done = huzhu(&["policy", "check", "policies/nm-2021.toml"], "");
    assert!(done.status.success(), "{}", text(&done.stderr));
    let said = text(&done.stdout);
    assert_eq!(said.lines().filter(|line| line.trim_start().starts_with("holds")).count(), 5);
    // The published edges: at 10,000.00, at the floor, and the day after a subsidy ends.
    for cells in [
        ["inpatient tier 10,000.00", "9,999.99", "4,070.00"],
        ["", "10,000.01", "4,070.01"],
        ["inpatient at least 200.00", "499.98", "270.00"],
        ["valid 2021-01-01", "2020-12-31", "not_covered"],
        ["claim within 365 days", "2022-12-31", "review_due"],
        ["", "2023-01-01", "late"],
        ["", "2021-10-01", "10.00"],
    ] {
        let has_all = |line: &&str| cells.iter().all(|cell| line.contains(cell));
        assert!(said.lines().any(|line| has_all(&line)), "{cells:?} in\n{said}");
    }
}

#[test]
fn a_bad_file_says_file_line_field_reason_and_fix() {
    let folder = tempfile::tempdir().unwrap();
    let path = changed(folder.path(), "rate = \"0.40\"", "rate = 0.40");
    let file = path.to_str().unwrap();
    for arguments in [vec!["policy", "check", file], vec!["policy", "explain", file], vec!["assess", "--policy", file]]
    {
        let done = huzhu(&arguments, "{}");
        assert_eq!(done.status.code(), Some(1));
        let said = text(&done.stderr);
        let line =
            fs::read_to_string(&path).unwrap().lines().position(|line| line.contains("rate = 0.40")).unwrap() + 1;
        let expected = format!("{file}:{line}: benefit[1].steps[2].table[1].rate: ");
        let found = said.lines().find_map(|said| said.strip_prefix(&expected)).unwrap_or_else(|| panic!("{said}"));
        assert!(found.contains("; "), "{found}");
        assert!(done.stdout.is_empty());
    }
    assert_eq!(huzhu(&["policy", "check", "no-such-file.toml"], "").status.code(), Some(1));
}

#[test]
fn nothing_of_a_file_steers_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let path = changed(folder.path(), "[cover]", "\"\\u001b[2J\" = 1\n[cover]");
    let said = text(&huzhu(&["policy", "check", path.to_str().unwrap()], "").stderr);
    assert!(said.contains("no such field") && !said.contains('\u{1b}'), "{said:?}");
}

#[test]
fn a_case_that_does_not_hold_fails_the_check() {
    let folder = tempfile::tempdir().unwrap();
    let path = changed(folder.path(), "total = \"1100.00\"", "total = \"1100.01\"");
    let done = huzhu(&["policy", "check", path.to_str().unwrap()], "");
    assert_eq!(done.status.code(), Some(1));
    assert!(text(&done.stdout).contains("total should be 1100.01, is 1100.00"));
}

#[test]
fn policies_beside_each_other() {
    let both = ["policy", "check", "policies/nm-2021.toml", "--beside", "policies/nm-2020.toml"];
    assert!(huzhu(&both, "").status.success());
    let folder = tempfile::tempdir().unwrap();
    let path = changed(folder.path(), "\"NM-2021\"", "\"NM-X\"");
    let done = huzhu(&["policy", "check", path.to_str().unwrap(), "--beside", "policies/nm-2021.toml"], "");
    assert_eq!(done.status.code(), Some(1));
    assert!(text(&done.stderr).contains("NM-2021"), "{}", text(&done.stderr));
}

#[test]
fn a_claim_is_explained_line_by_line() {
    let facts = r#"{"kind":"inpatient","area":"150802","admission":"2021-03-12","discharge":"2021-03-19","total":"18234.56",
        "out_of_scope":"1320.00","pooled":"11020.30","cover":[{"period":2021,"from":"2021-01-01","to":"2021-12-31"}]}"#;
    let done = huzhu(&["policy", "explain", "policies/nm-2021.toml"], facts);
    assert!(done.status.success());
    let said = text(&done.stdout);
    for (words, figure) in [("Own pay in scope", "5,894.26"), ("To 10,000.00 40%", "2,357.70"), ("Total", "2,427.70")] {
        assert!(said.lines().any(|line| line.contains(words) && line.ends_with(figure)), "{said}");
    }
    let wrong = huzhu(&["policy", "explain", "policies/nm-2021.toml"], "{}");
    assert_eq!(wrong.status.code(), Some(1));
    assert_eq!(text(&wrong.stderr).trim(), "kind: must be there");
}

#[test]
fn a_base_of_several_facts_names_its_parts() {
    let folder = tempfile::tempdir().unwrap();
    let path =
        changed(folder.path(), "of = \"in_scope_self_pay\"", "of = \"in_scope_self_pay\", plus = [\"first_pay\"]");
    let facts = r#"{"kind":"inpatient","area":"150802","admission":"2021-03-12","discharge":"2021-03-19","total":"1000.00",
        "first_pay":"300.00","cover":[{"period":2021,"from":"2021-01-01","to":"2021-12-31"}]}"#;
    let said = text(&huzhu(&["policy", "explain", path.to_str().unwrap()], facts).stdout);
    for (words, figure) in [("Own pay in scope", " 700.00"), ("First pay", "+300.00"), ("Base", " 1,000.00")] {
        assert!(said.lines().any(|line| line.trim_start().starts_with(words) && line.ends_with(figure)), "{said}");
    }
}

#[test]
fn every_kind_of_edge_has_its_words() {
    let done = huzhu(&["policy", "check", "tests/cases/made-up-4.toml"], "");
    let said = text(&done.stdout);
    assert!(said.contains("at most Family account") && !said.contains("edge-"), "{said}");
    let folder = tempfile::tempdir().unwrap();
    let end = "[[total]]\nop = \"period_limit\"\ncount = 2\n[[total]]\nop = \"at_most\"\nof = \"cash\"\n[[benefit]]\ncode = \"v\"\n\
        title = \"v\"\nclaim = [\"haemodialysis\"]\nsteps = [ { op = \"per_visit\", amount = \"1.00\", max_visits = 3 } ]\n[[case]]";
    let path = changed(folder.path(), "[[case]]", end);
    let said = text(&huzhu(&["policy", "check", path.to_str().unwrap()], "").stdout);
    for words in ["total at most 2 a period", "total Cash", "v visits 3"] {
        assert!(said.contains(words), "{words} in\n{said}");
    }
}

#[test]
fn the_filter_ends_with_1_where_a_line_is_in_error() {
    let good = r#"{"kind":"inpatient","area":"150802","settlement":"2021-03-12","total":"10.00"}"#;
    let run = |input: &str| huzhu(&["assess", "--policy", "policies/nm-2021.toml", "--threads", "2"], input);
    assert_eq!(run("").status.code(), Some(0));
    assert_eq!(run(&format!("{good}\n\n{good}")).status.code(), Some(0));
    let done = run(&format!("{good}\nx\n"));
    assert_eq!(done.status.code(), Some(1));
    let out = text(&done.stdout);
    assert!(out.lines().count() == 2 && out.lines().nth(1).unwrap().starts_with(r#"{"line":2,"error":""#), "{out}");
}
