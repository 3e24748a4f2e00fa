//! Assessments in words: what the panel, the slip and `policy explain` show.

use std::fs;
use std::path::Path;

use huzhu::policy::{Facts, Policy, assess};
use huzhu::strings::explain::{ExplainLine, LineKind, lines, notes};
use huzhu::strings::{Lang, Strings};
use huzhu::ui::text::width;

/// Columns of the panel.
const PANEL: usize = 34;

fn policy(path: &str) -> Policy {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    Policy::parse(&text).unwrap()
}

fn explained(policy: &Policy, facts: &str, lang: Lang) -> Vec<ExplainLine> {
    lines(&assess(policy, &Facts::from_json(facts).unwrap()).unwrap(), &Strings::new(lang))
}

fn shown(lines: &[ExplainLine]) -> Vec<String> {
    lines.iter().map(|line| format!("{} | {}", line.text, line.figure)).collect()
}

/// The reference task, with another total.
fn stay(total: &str, more: &str) -> String {
    format!(
        r#"{{"kind":"inpatient","area":"150802","admission":"2021-03-12","discharge":"2021-03-19","hospital_level":3,
        "total":"{total}","out_of_scope":"1320.00","pooled":"11020.30","submitted":"2021-03-20"{more},
        "cover":[{{"period":2021,"from":"2021-01-01","to":"2021-12-31"}}]}}"#
    )
}

#[test]
fn the_reference_task_in_both_languages() {
    let policy = policy("policies/nm-2021.toml");
    let chinese = explained(&policy, &stay("18234.56", ""), Lang::Chinese);
    assert_eq!(
        shown(&chinese),
        [
            "政策范围内个人自付 | 5,894.26",
            "10,000.00以内 40% | 2,357.70",
            "最低 200.00 | 已超过",
            "住院补贴 7天 每天10.00 | 70.00",
            "合计 | 2,427.70",
            "再高一段还差 | 4,105.74",
            "含试算口径，以公布为准 | ",
        ]
    );
    assert_eq!(chinese[0].clause, "住院补助");
    assert!(chinese[4].illustrative && chinese[4].kind == LineKind::Total);
    let english = explained(&policy, &stay("18234.56", ""), Lang::English);
    assert_eq!(
        shown(&english),
        [
            "Own pay in scope | 5,894.26",
            "To 10,000.00 40% | 2,357.70",
            "At least 200.00 | passed",
            "住院补贴 7d at 10.00 | 70.00",
            "Total | 2,427.70",
            "To the next tier | 4,105.74",
            "Illustrative figures in it | ",
        ]
    );
}

#[test]
fn several_tiers_have_a_subtotal_and_a_floor_shows_what_it_gave() {
    let policy = policy("policies/nm-2021.toml");
    let two = shown(&explained(&policy, &stay("24685.97", ""), Lang::Chinese));
    assert_eq!(
        two[..5],
        [
            "政策范围内个人自付 | 12,345.67",
            "10,000.00以内 40% | 4,000.00",
            "10,000至50,000 50% | 1,172.835",
            "最低 200.00 | 已超过",
            "小计 | 5,172.84",
        ]
    );
    let little = shown(&explained(&policy, &stay("12440.30", ""), Lang::Chinese));
    assert_eq!(little[..3], ["政策范围内个人自付 | 100.00", "10,000.00以内 40% | 40.00", "最低 200.00 | 200.00"]);
    let nothing = shown(&explained(&policy, &stay("12340.30", ""), Lang::Chinese));
    assert_eq!(nothing[..2], ["政策范围内个人自付 | 0.00", "最低 200.00 | 不适用"]);
}

#[test]
fn a_base_of_several_facts_names_each() {
    let policy = policy("tests/cases/corner-base.toml");
    let facts = |more: &str| {
        format!(
            r#"{{"kind":"inpatient","area":"150102","admission":"2021-06-01","discharge":"2021-06-08","total":"1000.00",
            "cash":"2000.00"{more},"cover":[{{"period":2021,"from":"2021-01-01","to":"2021-12-31"}}]}}"#
        )
    };
    let more = r#","first_pay":"100.00","out_of_scope":"50.00","personal_account":"30.00""#;
    assert_eq!(
        shown(&explained(&policy, &facts(more), Lang::Chinese)),
        [
            "政策范围内个人自付 | 850.00",
            "乙类先行自付 | +100.00",
            "超限价自费 | 0.00",
            "个人账户 | -30.00",
            "补助基数 | 920.00",
            "最高 2,000.00 | 未达到",
            "合计 | 920.00",
        ]
    );
    // What others paid is named where there is some; a fact below 0 stands at 0.
    let more = r#","first_pay":"10.00","out_of_scope":"1200.00","other_compensation":"4.00""#;
    assert_eq!(
        shown(&explained(&policy, &facts(more), Lang::English))[..6],
        [
            "Own pay in scope | 0.00",
            "First pay | +10.00",
            "Over the limit | 0.00",
            "Personal account | 0.00",
            "Other compensation | -4.00",
            "Base | 6.00",
        ]
    );
    let more = r#","first_pay":"10.00","out_of_scope":"400.00","personal_account":"700.00""#;
    let none = shown(&explained(&policy, &facts(more), Lang::English));
    assert_eq!((none[0].as_str(), none[4].as_str()), ("Own pay in scope | 590.00", "Base | 0.00"));
}

#[test]
fn why_there_is_not_more() {
    let limit = policy("policies/avic-care.toml");
    let facts = r#"{"kind":"inpatient","area":"150202","admission":"2021-03-01","discharge":"2021-03-05","total":"30000.00",
        "cover":[{"period":2021,"from":"2021-01-01","to":"2021-12-31"}],
        "paid":[{"period":2021,"benefit":"inpatient","amount":"49000.00"}]}"#;
    let cut = shown(&explained(&limit, facts, Lang::Chinese));
    assert_eq!(
        cut,
        [
            "个人负担总金额 | 30,000.00",
            "全额 50% | 15,000.00",
            "限额后实得 | 1,000.00",
            "本期限额 50,000.00 | 1,000.00",
            "合计 | 1,000.00",
        ]
    );
    let when = policy("tests/cases/corner-when.toml");
    let facts = r#"{"kind":"inpatient","area":"150102","admission":"2021-06-01","discharge":"2021-06-08","total":"1.00",
        "sex":"M","cover":[{"period":2021,"from":"2021-01-01","to":"2021-12-31"}]}"#;
    assert_eq!(shown(&explained(&when, facts, Lang::Chinese)), ["合计 | 0.00", "无补助：诊断不在范围 | "]);
}

#[test]
fn flags_are_sentences() {
    let policy = policy("policies/nm-2021.toml");
    let strings = Strings::new(Lang::Chinese);
    let late = stay("18234.56", "").replace("\"2021-03-20\"", "\"2022-07-01\"");
    let assessment = assess(&policy, &Facts::from_json(&late).unwrap()).unwrap();
    assert_eq!(
        notes(&assessment, &strings),
        ["已过申领期限：由审核定", "政策待复核：请告知政策员", "含试算口径，以公布为准"]
    );
    let uncovered = stay("18234.56", "").replace("\"2021-01-01\"", "\"2021-04-01\"");
    let assessment = assess(&policy, &Facts::from_json(&uncovered).unwrap()).unwrap();
    assert_eq!(notes(&assessment, &strings), ["不在保障期：可提交，由审核定"]);
    let never = stay("18234.56", "").replace("\"period\":2021", "\"period\":2020");
    let assessment = assess(&policy, &Facts::from_json(&never).unwrap()).unwrap();
    assert_eq!(notes(&assessment, &strings), ["本期未参互：可提交，由审核定"]);
}

#[test]
fn lines_fit_the_panel() {
    for name in ["nm-2020", "nm-2021", "avic-care"] {
        let policy = policy(&format!("policies/{name}.toml"));
        let cases = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/cases/{name}.jsonl")));
        for case in cases.unwrap().lines() {
            let case: serde_json::Value = serde_json::from_str(case).unwrap();
            for lang in [Lang::Chinese, Lang::English] {
                for line in explained(&policy, &case["facts"].to_string(), lang) {
                    let indent = usize::from(line.kind == LineKind::Step);
                    let columns = indent + width(&line.text) + 1 + width(&line.figure);
                    assert!(columns <= PANEL + 1, "{columns}: {} {}", line.text, line.figure);
                    assert!(!line.text.contains("explain-") && !line.text.contains("fact-"), "{}", line.text);
                }
            }
        }
    }
}
