//! Files that can't be right: a good file, one change in it, and what must be said about it, at which field and line.

#[path = "policy/bad_files.rs"]
mod bad_files;

use std::fs;
use std::path::Path;

use bad_files::{GOOD, ROWS};
use huzhu::policy::problem::{FileError, Problem};
use huzhu::policy::published::{conflicts, gaps};
use huzhu::policy::{Policy, facts::FactProblem};
use huzhu::strings::{Lang, Strings, policy as words};

/// The first word of a problem's debug text: its variant.
fn variant(problem: &Problem) -> String {
    let text = format!("{problem:?}");
    text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned()
}

fn errors(text: &str) -> Vec<FileError> {
    Policy::parse(text).err().unwrap_or_default()
}

#[test]
fn the_good_file_is_good() {
    let (_, warnings) = Policy::parse_with_warnings(GOOD).unwrap_or_else(|errors| panic!("{errors:#?}"));
    assert_eq!(warnings, []);
}

#[test]
fn every_change_is_found_at_its_field_and_line() {
    for &(from, to, field, code) in ROWS {
        let at = GOOD.find(from).unwrap_or_else(|| panic!("the good file has no {from}"));
        let changed = GOOD.replacen(from, to, 1);
        let found = errors(&changed);
        let error = found.iter().find(|error| error.field == field && variant(&error.problem) == code);
        let Some(error) = error else { panic!("{from} -> {to}: expected {field} {code}, found {found:#?}") };
        let first = GOOD[..at].matches('\n').count() + 1;
        let lines = changed.lines().count();
        assert!(error.line >= 1 && error.line <= lines, "{from} -> {to}: line {}", error.line);
        // What stands on one line in both is reported on that line; a missing field at its table; duplicates at the later one.
        if !matches!(code, "Missing" | "Duplicate" | "SubsidyOverlap" | "SubsidiesAbovePremium" | "OneOf" | "NotToml")
            && !from.contains('\n')
            && !to.contains('\n')
        {
            assert_eq!(error.line, first, "{from} -> {to}");
        }
        assert_eq!(found.iter().filter(|other| **other == *error).count(), 1, "{from} -> {to}: said twice");
    }
}

#[test]
fn all_errors_come_at_once() {
    let mut changed = GOOD.to_owned();
    for (from, to) in [
        ("version  = 1", "version = 0"),
        ("issuer   = \"150000\"", "issuer = \"000000\""),
        ("amount = \"30.00\"", "amount = 30.0"),
        ("code = \"summary\"", "code = \"card\""),
        ("to = \"50000.00\"", "to = \"5.00\""),
        ("of = \"self_pay\"", "of = \"self\""),
        ("once = \"period\"", "once = \"day\""),
        ("discharge = 2021-07-08\ntotal", "discharge = 2022-07-08\ntotal"),
    ] {
        changed = changed.replacen(from, to, 1);
    }
    let found: Vec<String> = errors(&changed).iter().map(|error| variant(&error.problem)).collect();
    let expected =
        ["CountRange", "UnknownArea", "Float", "Duplicate", "TiersNotRising", "UnknownFact", "Choice", "CaseDate"];
    assert_eq!(found, expected);
    let lines: Vec<usize> = errors(&changed).iter().map(|error| error.line).collect();
    assert!(lines.is_sorted(), "{lines:?}");
}

#[test]
fn one_mistake_is_said_once_and_says_what_is_there() {
    let said = |from: &str, to: &str| {
        let changed = GOOD.replacen(from, to, 1);
        assert_ne!(changed, GOOD);
        let found = errors(&changed);
        let line = GOOD[..GOOD.find(from).unwrap()].matches('\n').count() + 1;
        assert!(found.len() == 1 && found[0].line == line, "{from} -> {to}: {found:#?}");
        words::sentence(&found[0], &Strings::new(Lang::English))
    };
    assert!(said("version  = 1", "x = = 1").starts_with("not TOML"));
    for text in ["99999999999999999999", "-99999999999999999999", "0xfffffffffffffffffff"] {
        assert!(said("version  = 1", &format!("version = {text}")).starts_with(text));
        assert!(said("format   = 1", &format!("format = {text}")).contains(text));
    }
    assert!(said("total = \"100.00\"\n[case", "total = 99999999999999999999\n[case").contains("too large"));
    assert!(said("amount = \"90000.00\"", "amount = \"1234567890123\"").contains("12 digits before the point"));
    assert_eq!(Policy::parse(&GOOD.replacen("90000.00", "999999999999.99", 1)).err(), None);
    // One pair of brackets where there should be two.
    let head = &GOOD[..GOOD.find("[[benefit]]").unwrap()];
    let benefit =
        "code = \"b\"\ntitle = \"b\"\nclaim = [\"inpatient\"]\nsteps = [ { op = \"base\", of = \"cash\" } ]\n";
    let cases = &GOOD[GOOD.find("[[case]]").unwrap()..];
    let found = errors(&format!("{head}[benefit]\n{benefit}{cases}"));
    assert!(found.len() == 1 && found[0].field == "benefit", "{found:#?}");
    assert!(words::sentence(&found[0], &Strings::new(Lang::English)).contains("[[…]]"));
    for list in ["document", "exclusion", "case", "total"] {
        let text = format!("{}[{list}]\n[[benefit]]\n{benefit}", &head[..head.find("[[document]]").unwrap()]);
        let found = errors(&text);
        assert!(found.len() == 1 && found[0].field == list, "{found:#?}");
    }
}

#[test]
fn what_is_no_file_at_all() {
    let found = Policy::parse_bytes(b"format = 1\ntitle = \"\xff\"\n").unwrap_err();
    assert_eq!((found[0].line, variant(&found[0].problem).as_str()), (2, "NotUtf8"));
    let long = format!("{GOOD}# {}\n", "x".repeat(1 << 20));
    assert_eq!(variant(&errors(&long)[0].problem), "TooBig");
    assert_eq!(variant(&errors("")[0].problem), "Missing");
    let no_benefit = &GOOD[..GOOD.find("[[benefit]]").unwrap()];
    assert!(errors(no_benefit).iter().any(|error| error.field == "benefit" && error.problem == Problem::Missing));
    let empty = errors(&format!("benefit = []\n{no_benefit}"));
    assert!(empty.iter().any(|error| error.field == "benefit" && error.problem == Problem::Empty), "{empty:?}");
}

#[test]
fn warnings_do_not_stand_in_the_way() {
    for (from, to, field, code) in [
        (
            "  { op = \"period_limit\", amount = \"90000.00\", count = 9 },",
            "  { op = \"lump_sum\", amount = \"1.00\" },",
            "benefit[1].steps[7]",
            "RisesOverCap",
        ),
        (
            "  { op = \"at_most\", of = \"self_pay\" },",
            "  { op = \"at_most\", amount = \"1.00\" }, { op = \"at_least\", amount = \"1.01\" },",
            "benefit[1].steps[7]",
            "RisesOverCap",
        ),
        (
            "op = \"period_limit\"\namount = \"500000.00\"",
            "op = \"at_most\"\namount = \"5.00\"\n[[total]]\nop = \"at_least\"\namount = \"6.00\"",
            "total[2]",
            "RisesOverCap",
        ),
        ("hospital_level = [1, 2, 3]", "years = { max = 0 }", "benefit[1].when.years", "NeverMet"),
    ] {
        let changed = GOOD.replacen(from, to, 1);
        let (_, warnings) = Policy::parse_with_warnings(&changed).unwrap_or_else(|errors| panic!("{errors:#?}"));
        let found: Vec<(&str, String)> =
            warnings.iter().map(|warning| (warning.field.as_str(), variant(&warning.problem))).collect();
        assert_eq!(found, [(field, code.to_owned())], "{to}");
    }
    let small = GOOD
        .replacen("issuer   = \"150000\"", "issuer = \"150800\"", 1)
        .replace("area = \"150000\"", "area = \"150800\"")
        .replacen("area = [\"15*\"]", "area = [\"1501*\"]", 1);
    let (_, warnings) = Policy::parse_with_warnings(&small).unwrap_or_else(|errors| panic!("{errors:#?}"));
    assert!(warnings.iter().any(|warning| warning.problem == Problem::NeverMet), "{warnings:?}");
}

#[test]
fn a_subsidy_lies_inside_the_issuer() {
    let changed = GOOD.replacen("issuer   = \"150000\"", "issuer = \"150800\"", 1);
    let outside: Vec<String> = errors(&changed)
        .into_iter()
        .filter(|error| matches!(error.problem, Problem::AreaOutside(..)))
        .map(|error| error.field)
        .collect();
    assert_eq!(outside, ["premium.subsidy[1].area", "premium.subsidy[5].area"]);
}

#[test]
fn subsidies_add_up_where_and_when_they_can_apply() {
    // 10 + 15 + 30 at 150802 from 25 May; the unit's own amount does not count.
    let with = |premium: &str| errors(&GOOD.replacen("amount = \"100.00\"", &format!("amount = \"{premium}\""), 1));
    assert_eq!(with("55.00"), []);
    let found = with("54.99");
    assert!(matches!(&found[0].problem, Problem::SubsidiesAbovePremium(area, sum, _)
        if area.to_string() == "150802" && sum.to_string() == "55.00"));
}

#[test]
fn versions_conflicts_and_gaps() {
    let read = |change: &[(&str, &str)]| {
        let text = change
            .iter()
            .fold(GOOD[..GOOD.find("[[case]]").unwrap()].to_owned(), |text, (from, to)| text.replacen(from, to, 1));
        Policy::parse(&text).unwrap_or_else(|errors| panic!("{errors:#?}"))
    };
    let own = read(&[]);
    let same = read(&[]);
    let next_version = read(&[("version  = 1", "version = 2")]);
    let other_code = read(&[("\"GOOD\"", "\"OTHER\"")]);
    let league = read(&[
        ("\"GOOD\"", "\"LEAGUE\""),
        ("issuer   = \"150000\"", "issuer = \"150800\""),
        ("area = \"150000\"", "area = \"150800\""),
        ("area = \"150000\"", "area = \"150800\""),
    ]);
    let other_scheme = read(&[("\"GOOD\"", "\"OTHER\""), ("format   = 1", "format = 1\nscheme = \"x\"")]);
    let later = read(&[
        ("\"GOOD\"", "\"LATER\""),
        ("period   = 2021", "period = 2022"),
        ("from = 2021-01-01, to = 2021-12-31", "from = 2022-02-01, to = 2022-12-31"),
    ]);
    let against = |other: &Policy, hash: &str| {
        conflicts(&own, "a", std::iter::once((other, hash))).iter().map(variant).collect::<Vec<_>>()
    };
    assert_eq!(against(&same, "a"), [] as [&str; 0]);
    assert_eq!(against(&same, "b"), ["VersionTaken"]);
    assert_eq!(against(&next_version, "b"), [] as [&str; 0]);
    assert_eq!(against(&other_code, "b"), ["Conflict"]);
    assert_eq!(against(&league, "b"), [] as [&str; 0]);
    assert_eq!(against(&other_scheme, "b"), [] as [&str; 0]);
    assert_eq!(against(&later, "b"), [] as [&str; 0]);
    let found = gaps(&own, [&later, &league].into_iter());
    let [Problem::Gap(gap)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((gap.from.to_string(), gap.to.to_string()), ("2022-01-01".into(), "2022-01-31".into()));
}

#[test]
fn every_sentence_has_a_reason_and_a_fix_in_both_languages() {
    for lang in [Lang::Chinese, Lang::English] {
        let strings = Strings::new(lang);
        for &(from, to, ..) in ROWS {
            for error in errors(&GOOD.replacen(from, to, 1)) {
                let sentence = words::sentence(&error, &strings);
                assert!(sentence.contains([';', '；']), "{sentence}");
                assert!(!sentence.contains("problem-") && !sentence.contains('{'), "{sentence}");
            }
        }
        let fact = Problem::CaseFact(FactProblem::Missing);
        assert!(!words::problem(&fact, &strings).contains("fact-error"));
    }
}

#[test]
fn the_shipped_policies_are_good_and_their_cases_hold() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
    let mut count = 0;
    for entry in fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let (policy, warnings) =
            Policy::parse_bytes(&fs::read(&path).unwrap()).unwrap_or_else(|errors| panic!("{errors:#?}"));
        assert_eq!(warnings, [], "{}", path.display());
        assert!(!policy.cases.is_empty());
        for result in huzhu::policy::cases::run_cases(&policy).unwrap() {
            assert_eq!(result.differs, [], "{}: {}", path.display(), result.case.name);
        }
        for edge in huzhu::policy::edges::edges(&policy) {
            assert!(!edge.rows.is_empty(), "{}: {:?} is not reached", path.display(), edge.label);
        }
        count += 1;
    }
    assert_eq!(count, 3);
}

#[test]
fn the_page_of_the_format_says_what_is_computed() {
    let page = include_str!("../policies/README.md");
    let block = |language: &str| {
        let begin = format!("```{language}\n");
        let from = page.find(&begin).unwrap() + begin.len();
        &page[from..from + page[from..].find("```").unwrap()]
    };
    let (policy, warnings) = Policy::parse_with_warnings(block("toml")).unwrap_or_else(|errors| panic!("{errors:#?}"));
    assert_eq!(warnings, []);
    let results = huzhu::policy::cases::run_cases(&policy).unwrap();
    assert!(results.len() == 1 && results[0].differs.is_empty(), "{results:?}");
    // The example on the page is broken into lines; what is computed has no blanks between its tokens.
    let example: String = block("json").lines().map(str::trim_start).collect();
    assert_eq!(huzhu::policy::assess(&policy, &policy.cases[0].facts).unwrap().to_json(), example);
}
