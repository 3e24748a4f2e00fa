//! The golden cases: facts and the expected result, from a second implementation written apart from this program. Each file
//! of `tests/cases` goes through the filter, and through `assess` one by one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use huzhu::cli::assess::{filter, run};
use huzhu::policy::{Assessment, Facts, Policy, Published, applicable, assess};
use serde_json::{Value, json};

struct Golden {
    name: String,
    policy_file: PathBuf,
    policy: Policy,
    cases: Vec<(Value, Value)>,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn golden() -> Vec<Golden> {
    let mut files: Vec<PathBuf> = fs::read_dir(root().join("tests/cases"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .collect();
    files.sort();
    let read = |file: &PathBuf| {
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let beside = file.with_extension("toml");
        let policy_file = if beside.exists() { beside } else { root().join("policies").join(format!("{name}.toml")) };
        let policy =
            Policy::parse(&fs::read_to_string(&policy_file).unwrap()).unwrap_or_else(|e| panic!("{name}: {e:?}"));
        let text = fs::read_to_string(file).unwrap();
        let cases = text.lines().map(|line| {
            let case: Value = serde_json::from_str(line).unwrap();
            (case["facts"].clone(), case["expect"].clone())
        });
        Golden { name, policy_file, policy, cases: cases.collect() }
    };
    files.iter().map(read).collect()
}

/// What a golden case says of a result.
fn outline(result: &Value) -> Value {
    let benefit =
        |benefit: &Value| json!({"code": benefit["code"], "amount": benefit["amount"], "paid": benefit["paid"]});
    let benefits: Vec<Value> = result["benefits"].as_array().unwrap().iter().map(benefit).collect();
    json!({
        "covered": result["covered"], "years": result["years"], "days": result["days"],
        "benefits": benefits, "total": result["total"], "flags": result["flags"],
    })
}

fn lines(cases: &[(Value, Value)]) -> String {
    cases.iter().map(|(facts, _)| format!("{facts}\n")).collect()
}

#[test]
fn every_golden_case_holds_through_the_filter() {
    let mut count = 0;
    for golden in golden() {
        let mut out = Vec::new();
        let code = run(&golden.policy_file, lines(&golden.cases).as_bytes(), &mut out).unwrap();
        assert_eq!(format!("{code:?}"), format!("{:?}", ExitCode::SUCCESS), "{}", golden.name);
        let results: Vec<Value> =
            String::from_utf8(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(results.len(), golden.cases.len(), "{}", golden.name);
        for (at, (result, (_, expect))) in results.iter().zip(&golden.cases).enumerate() {
            assert_eq!(&outline(result), expect, "{} line {}", golden.name, at + 1);
            count += 1;
        }
    }
    assert!(count >= 550, "only {count} cases were found");
}

#[test]
fn one_by_one_gives_the_same_bytes_and_reads_back() {
    for golden in golden() {
        let mut out = Vec::new();
        filter(&golden.policy, 1, lines(&golden.cases).as_bytes(), &mut out).unwrap();
        let filtered = String::from_utf8(out).unwrap();
        for (line, (facts, _)) in filtered.lines().zip(&golden.cases) {
            let facts = Facts::from_json(&facts.to_string()).unwrap();
            let assessment = assess(&golden.policy, &facts).unwrap();
            assert_eq!(assessment.to_json(), line);
            assert_eq!(Assessment::from_json(line).unwrap(), assessment);
            assert_eq!(Facts::from_json(&facts.to_json()).unwrap(), facts);
        }
    }
}

#[test]
fn threads_keep_the_order_and_the_bytes() {
    for golden in golden().into_iter().filter(|golden| golden.name.starts_with("nm-")) {
        // Over many chunks, with empty lines and errors between.
        let input = format!("\n{}not json\r\n \n", lines(&golden.cases)).repeat(40);
        let mut alone = Vec::new();
        let errors = filter(&golden.policy, 1, input.as_bytes(), &mut alone).unwrap();
        assert_eq!(errors, 40);
        for threads in [2, 3, 7] {
            let mut out = Vec::new();
            assert_eq!(filter(&golden.policy, threads, input.as_bytes(), &mut out).unwrap(), errors);
            assert!(out == alone, "{threads} threads differ");
        }
    }
}

#[test]
fn bytes_of_the_form() {
    let golden = golden().into_iter().find(|golden| golden.name == "nm-2021").unwrap();
    // The reference task.
    let facts = r#"{"kind":"inpatient","area":"150802","admission":"2021-03-12","discharge":"2021-03-19","hospital_level":3,
        "total":"18234.56","out_of_scope":"1320.00","pooled":"11020.30","cash":"7214.26",
        "cover":[{"period":2021,"from":"2021-01-01","to":"2021-12-31"}]}"#;
    let assessment = assess(&golden.policy, &Facts::from_json(facts).unwrap()).unwrap();
    assert_eq!(
        assessment.to_json(),
        concat!(
            r#"{"form":1,"policy":"NM-2021","version":1,"covered":true,"years":1,"days":7,"benefits":["#,
            r#"{"code":"inpatient","title":"住院医疗补助","clause":"住院补助","amount":"2357.70","paid":"2357.70","steps":["#,
            r#"{"op":"base","in":"0.00","out":"5894.26","of":"in_scope_self_pay","parts":[["self_pay","7214.26"],"#,
            r#"["out_of_scope","-1320.00"],["over_limit","0.00"],["first_pay","0.00"],["other_compensation","0.00"]]},"#,
            r#"{"op":"tiers","in":"5894.26","out":"2357.70","slices":[["0.00","5894.26","0.40","2357.704"]],"#,
            r#""next":{"from":"10000.00","rate":"0.50"}},"#,
            r#"{"op":"at_least","in":"2357.70","out":"2357.70","amount":"200.00","held":false}]},"#,
            r#"{"code":"allowance","title":"住院生活补贴","clause":"住院补贴","amount":"70.00","paid":"70.00","steps":["#,
            r#"{"op":"per_day","in":"0.00","out":"70.00","days":7,"amount":"10.00","by":"years","at":1}]}],"#,
            r#""total":"2427.70","flags":["illustrative"],"#,
            r#""not":[{"code":"outpatient","title":"门诊特慢病补助","why":"kind"}],"total_steps":[]}"#,
        )
    );
    let entries: Vec<String> = assessment
        .entries(2021)
        .iter()
        .map(|paid| format!("{} {} {} {}", paid.benefit, paid.base, paid.days, paid.amount))
        .collect();
    assert_eq!(entries, ["inpatient 5894.26 0 2357.70", "allowance 0.00 7 70.00"]);
}

#[test]
fn facts_in_error_take_their_place() {
    let policy = Policy::parse(&fs::read_to_string(root().join("policies/nm-2021.toml")).unwrap()).unwrap();
    let good =
        r#"{"kind":"inpatient","area":"150802","admission":"2021-03-12","discharge":"2021-03-19","total":"10.00"}"#;
    let with = |from: &str, to: &str| {
        assert!(good.contains(from));
        good.replace(from, to)
    };
    let rows = [
        ("nonsense".to_owned(), "json: "),
        ("[]".to_owned(), "facts: expected an object"),
        ("[".repeat(100_000), "json: nested too deep"),
        (
            with(r#""10.00""#, &format!(r#""10.00","paid":[{{"period":{}"#, r#"{"a":"#.repeat(100_000))),
            "json: nested too deep",
        ),
        (with(r#""10.00""#, r#""10.00","cover":[1]"#), "cover: expected an object"),
        (format!("{good} x"), "json: "),
        (with(r#""kind":"inpatient","#, ""), "kind: missing"),
        (with(r#""area":"150802","#, ""), "area: missing"),
        (with(r#","total":"10.00""#, ""), "total: missing"),
        (with(r#""10.00""#, "10.00"), "total: expected a string"),
        (with(r#""10.00""#, "10"), "total: expected a string"),
        (with(r#""10.00""#, "null"), "total: expected a string"),
        (with("10.00", "10.001"), "total: more than two places"),
        (with("10.00", "1e3"), "total: not an amount"),
        (with("10.00", "-0.01"), "total: negative"),
        (with("10.00", "1000000000000.00"), "total: too large"),
        (with(r#""10.00""#, r#""10.00","cash":"-1.00""#), "cash: negative"),
        (with(r#""10.00""#, r#""10.00","pooled":"10.01""#), "self_pay: negative"),
        (with(r#""10.00""#, r#""10.00","colour":"red""#), "colour: unknown fact"),
        (with(r#""10.00""#, r#""10.00","total":"1.00""#), "total: given twice"),
        (with(r#""10.00""#, r#""10.00","hospital_level":4"#), "hospital_level: not a possible value"),
        (with(r#""10.00""#, r#""10.00","hospital_level":"3""#), "hospital_level: expected a whole number"),
        (with(r#""10.00""#, r#""10.00","visits":-1"#), "visits: negative"),
        (with(r#""10.00""#, r#""10.00","visits":1.5"#), "visits: expected a whole number"),
        (with(r#""10.00""#, r#""10.00","retired":1"#), "retired: expected true or false"),
        (with(r#""10.00""#, r#""10.00","sex":"X""#), "sex: not a possible value"),
        (with(r#""10.00""#, r#""10.00","birth":"1980-02-30""#), "birth: not a date"),
        (with(r#""10.00""#, r#""10.00","birth":"19800228""#), "birth: not a date"),
        (with("150802", "15080"), "area: not a possible value"),
        (with("2021-03-19", "2021-03-11"), "discharge: ends before it begins"),
        (with(r#""admission":"2021-03-12","#, ""), "admission: missing"),
        (with(r#""discharge":"2021-03-19","#, ""), "discharge: missing"),
        (with(r#""admission":"2021-03-12","discharge":"2021-03-19","#, ""), "settlement: missing"),
        (with(r#""10.00""#, r#""10.00","cover":{}"#), "cover: expected a list"),
        (with(r#""10.00""#, r#""10.00","cover":[{"period":2021}]"#), "cover.from: missing"),
        (
            with(r#""10.00""#, r#""10.00","cover":[{"period":2021,"from":"2021-02-01","to":"2021-01-01"}]"#),
            "cover: ends before it begins",
        ),
        (
            with(
                r#""10.00""#,
                r#""10.00","cover":[{"period":1,"from":"2021-02-01","to":"2021-02-01"},{"period":1,"from":"2021-02-02","to":"2021-02-02"}]"#,
            ),
            "cover: two of one period",
        ),
        (
            with(r#""10.00""#, r#""10.00","paid":[{"period":2021,"benefit":"b","amount":1}]"#),
            "paid.amount: expected a string",
        ),
        (with(r#""10.00""#, r#""10.00","paid":[{"period":2021,"benefit":"b","base":"-1.00"}]"#), "paid.base: negative"),
        (
            with(r#""10.00""#, r#""10.00","paid":[{"period":2021,"benefit":"b","extra":"1"}]"#),
            "paid.extra: unknown fact",
        ),
        (with(r#""10.00""#, r#""10.00","paid":[{"benefit":"b"}]"#), "paid.period: missing"),
    ];
    // Two lines before, one of them empty: lines are counted from 1, all of them.
    for (line, error) in rows {
        let input = format!("{good}\n\n{line}\n{good}\n");
        let mut out = Vec::new();
        assert_eq!(filter(&policy, 1, input.as_bytes(), &mut out).unwrap(), 1, "{line}");
        let out = String::from_utf8(out).unwrap();
        let results: Vec<&str> = out.lines().collect();
        assert_eq!(results.len(), 3, "{line}");
        assert_eq!(results[0], results[2]);
        let found: Value = serde_json::from_str(results[1]).unwrap();
        assert_eq!(found["line"], 3, "{line}");
        let words = found["error"].as_str().unwrap();
        assert!(words.starts_with(error), "{line}: {words}");
    }
}

#[test]
fn lines_that_are_no_text_or_too_long() {
    let policy = Policy::parse(&fs::read_to_string(root().join("policies/nm-2021.toml")).unwrap()).unwrap();
    let good = br#"{"kind":"inpatient","area":"150802","settlement":"2021-03-12","total":"10.00"}"#;
    let mut input = vec![b'"'; 3 << 20];
    input.extend_from_slice(b"\n");
    input.extend_from_slice(good);
    input.extend_from_slice(b"\n\xff\xfe\n");
    input.extend_from_slice(good);
    for threads in [1, 2] {
        let mut out = Vec::new();
        assert_eq!(filter(&policy, threads, input.as_slice(), &mut out).unwrap(), 2);
        let out = String::from_utf8(out).unwrap();
        let rows: Vec<&str> = out.lines().collect();
        assert_eq!(rows.len(), 4);
        assert_eq!(rows[0], r#"{"line":1,"error":"longer than 1 MiB"}"#);
        assert_eq!(rows[2], r#"{"line":3,"error":"not UTF-8"}"#);
        assert!(rows[1].starts_with(r#"{"form":1"#) && rows[1] == rows[3]);
    }
}

#[test]
fn the_policy_that_applies() {
    let text = fs::read_to_string(root().join("policies/nm-2021.toml")).unwrap();
    let publish = |change: &[(&str, &str)], at: &str| {
        let changed = change.iter().fold(text.clone(), |text, (from, to)| {
            assert!(text.contains(from), "{from}");
            text.replace(from, to)
        });
        // Other versions and areas need no cases.
        let cut = changed.find("[[case]]").unwrap();
        let policy = Policy::parse(&changed[..cut]).unwrap_or_else(|errors| panic!("{errors:?}"));
        let sha256 = format!("{} {}", policy.code, policy.version);
        Published { policy: policy.into(), sha256, published_at: at.parse().unwrap() }
    };
    let published = [
        publish(&[], "2021-01-01T00:00:00Z"),
        publish(&[("version   = 1", "version   = 2")], "2021-06-01T00:00:00Z"),
        publish(
            &[
                ("NM-2021", "LEAGUE-2021"),
                ("\"150000\"\nsource", "\"150800\"\nsource"),
                ("area = \"150000\"", "area = \"150800\""),
            ],
            "2021-02-01T00:00:00Z",
        ),
    ];
    let facts = |area: &str, discharge: &str| {
        let json = format!(
            r#"{{"kind":"inpatient","area":"{area}","admission":"2020-12-30","discharge":"{discharge}","total":"1.00"}}"#
        );
        Facts::from_json(&json).unwrap()
    };
    let which = |area: &str, discharge: &str, moment: &str| {
        applicable(&published, &facts(area, discharge), moment.parse().unwrap()).map(|found| found.sha256.clone())
    };
    let day = "2021-05-01";
    assert_eq!(which("150402", day, "2021-05-02T00:00:00Z").as_deref(), Some("NM-2021 1"));
    assert_eq!(which("150402", day, "2021-06-01T00:00:00Z").as_deref(), Some("NM-2021 1"));
    assert_eq!(which("150402", day, "2021-06-01T00:00:01Z").as_deref(), Some("NM-2021 2"));
    assert_eq!(which("150802", day, "2021-05-02T00:00:00Z").as_deref(), Some("LEAGUE-2021 1"));
    assert_eq!(which("150802", day, "2021-01-15T00:00:00Z").as_deref(), Some("NM-2021 1"));
    assert_eq!(which("150802", day, "2020-12-31T00:00:00Z"), None);
    assert_eq!(which("150402", "2020-12-31", "2021-05-02T00:00:00Z"), None);
}
