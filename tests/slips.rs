//! Slips as they are printed: golden files under `tests/slips/` (`HUZHU_GOLDEN=write` writes them anew; read the
//! difference), the limits of each paper, and what must never reach one.

#[path = "slips/claims.rs"]
mod claims;
#[path = "slips/delivery.rs"]
mod delivery;
#[path = "slips/escp.rs"]
mod escp;
#[path = "slips/escpos.rs"]
mod escpos;
#[path = "slips/form_data.rs"]
mod form_data;
#[path = "slips/forms.rs"]
mod forms;
#[path = "slips/forms_office.rs"]
mod forms_office;
#[path = "slips/left.rs"]
mod left;
#[path = "slips/outcomes.rs"]
mod outcomes;
#[path = "slips/papers.rs"]
mod papers;
#[path = "slips/pdf.rs"]
mod pdf;
#[path = "slips/printer.rs"]
mod printer;
#[path = "slips/states.rs"]
mod states;

use std::path::PathBuf;

use claims::{CASES, acknowledgement, longest};
use huzhu::slip::layout::Medium;
use huzhu::slip::p1::Acknowledgement;
use huzhu::slip::paper::Paper;
use huzhu::slip::text::render;
use huzhu::strings::{Lang, Strings};
use huzhu::ui::text::width;

const LANGUAGES: [(Lang, &str); 2] = [(Lang::Chinese, "zh"), (Lang::English, "en")];

fn printed(slip: &Acknowledgement, paper: Paper, strings: &Strings) -> String {
    render(&huzhu::slip::set(slip, paper, Medium::of(paper.columns()), strings, &|_| true))
}

/// What differs from its golden file, with its name, where anything does.
pub fn differs(name: &str, text: &str) -> Option<String> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/slips").join(name);
    if std::env::var("HUZHU_GOLDEN").as_deref() == Ok("write") {
        std::fs::write(&file, text).unwrap();
    }
    (std::fs::read_to_string(&file).unwrap_or_default() != text).then(|| format!("{name}\n{text}"))
}

#[test]
fn every_case_is_printed_as_its_golden_file() {
    let mut wrong = Vec::new();
    for case in CASES {
        for (lang, tag) in LANGUAGES {
            let strings = Strings::new(lang);
            let mut text = String::new();
            for paper in Paper::ALL {
                text.push_str(&format!("== {paper}, {} columns\n", paper.columns()));
                text.push_str(printed(&acknowledgement(case), paper, &strings).trim_end());
                text.push('\n');
            }
            wrong.extend(differs(&format!("{case}.{tag}.txt"), &text));
        }
    }
    assert!(wrong.is_empty(), "differs from its golden file:\n{}", wrong.join("\n"));
}

#[test]
fn the_longest_slip_keeps_the_limits_of_each_paper() {
    for (lang, tag) in LANGUAGES {
        let strings = Strings::new(lang);
        for slip in [longest(), Acknowledgement { missing: Vec::new(), copy: None, ..longest() }] {
            for (columns, explained, limit) in [(32, true, 60), (48, true, 40), (80, false, 20), (80, true, 30)] {
                let layout = slip.sheet(explained, &strings).set(Medium::of(columns));
                let text = render(&layout);
                assert!(layout.height() <= limit, "{tag} {columns}: {} lines\n{text}", layout.height());
                assert!(text.lines().all(|line| width(line) <= columns), "{text}");
            }
            // On continuous paper that is one page, with the lines that the tear-off needs.
            for (paper, lines) in [(Paper::Third, 22), (Paper::Half, 33)] {
                assert_eq!(printed(&slip, paper, &strings).lines().count(), lines);
            }
        }
    }
}

#[test]
fn what_a_member_must_read_is_on_every_paper() {
    let strings = Strings::new(Lang::Chinese);
    for paper in Paper::ALL {
        let text = printed(&acknowledgement("incomplete"), paper, &strings).replace(['\n', ' '], "");
        for word in [
            "内蒙古职工互助保障协会",
            "受理回执",
            "材料不全",
            "HZ150802-2021-0000412-95",
            "2021年03月20日09:15",
            "王秀英",
            "152801********2264",
            "医疗费总额￥18,234.56",
            "补助基数￥5,894.26",
            "￥2,427.70",
            "人民币贰仟肆佰贰拾柒元柒角",
            "预计补助金额,以审核为准",
            "试算口径",
            "尚缺出院小结",
            "0478-8221234",
        ] {
            assert!(text.contains(word), "{paper}: {word} is missing in {text}");
        }
    }
}

/// A record holds more than a slip may show: the diagnosis, the card, the agent's number, a remark.
#[test]
fn nothing_else_of_a_record_is_printed() {
    for (lang, _) in LANGUAGES {
        let strings = Strings::new(lang);
        for case in CASES {
            for paper in Paper::ALL {
                let text = printed(&acknowledgement(case), paper, &strings);
                for secret in
                    ["K80", "胆囊", "N18", "1234561234", "****1234", "农业银行", "13812345678", "备注", "张三"]
                {
                    assert!(!text.contains(secret), "{case}: {secret} is on {paper}\n{text}");
                }
            }
        }
    }
    // A whole number that came where a masked one belongs is masked.
    let mut record = claims::record("accepted");
    record.member_id_masked = "152801197105062264".into();
    let slip = claims::slip_of(&record, 0);
    assert_eq!(slip.id_masked, "152801********2264");
}

#[test]
fn hostile_text_never_steers_a_device() {
    let hostile = "\u{1b}p\u{0}王\u{1d}V\u{1b}@\u{10}\u{14}\u{9b}2J\u{202e}\u{1b}]52;c;x\u{7}\r\n\t\u{200b}";
    let mut record = claims::record("accepted");
    record.member_name = hostile.into();
    record.unit = hostile.into();
    record.hospital_name = hostile.into();
    record.clerk = hostile.into();
    record.claim.bill.number = hostile.into();
    record.claim.documents.iter_mut().for_each(|document| document.title = hostile.into());
    let mut slip = claims::slip_of(&record, 1);
    slip.office = hostile.into();
    slip.phone = hostile.into();
    slip.policy = hostile.into();
    slip.explanation.iter_mut().for_each(|line| {
        line.text = hostile.into();
        line.figure = hostile.into();
        line.clause = hostile.into();
    });
    for (lang, _) in LANGUAGES {
        for paper in Paper::ALL {
            let text = printed(&slip, paper, &Strings::new(lang));
            let steers = |c: char| c != '\n' && huzhu::domain::text::is_unsafe(c);
            assert!(!text.contains(steers), "{text:?}");
            assert!(text.lines().all(|line| width(line) <= paper.columns()), "{text}");
        }
    }
}

#[test]
fn a_damaged_record_does_not_fill_the_roll() {
    let mut record = claims::record("accepted");
    record.member_name = "王".repeat(10_000);
    record.unit = "\u{301}".repeat(10_000);
    let text = printed(&claims::slip_of(&record, 0), Paper::Thermal58, &Strings::new(Lang::Chinese));
    assert_eq!(text.matches('王').count(), 59);
    assert!(text.lines().count() <= 60 && text.contains(".."), "{text}");
    // A record that can't be read says nothing wrong: no "not covered", no basis.
    record.claim.assessment = "{".into();
    record.claim.facts = String::new();
    let slip = claims::slip_of(&record, 0);
    assert!(slip.covered && slip.basis.is_none() && slip.medical_total.is_none());
}

#[test]
fn rare_characters_are_named() {
    let mut slip = acknowledgement("accepted");
    slip.name = "\u{2cb7c}·\u{2cb7c}龘".into();
    let strings = Strings::new(Lang::Chinese);
    let has = |c: char| c != '\u{2cb7c}' && c != '龘';
    let text = render(&huzhu::slip::set(&slip, Paper::Thermal58, Medium::of(32), &strings, &has));
    assert!(text.contains("姓名 〓·〓〓"), "{text}");
    assert!(text.contains("生僻字：U+2CB7C U+9F98\n"), "{text}");
}
