//! The forms on sample data: golden files under `tests/slips/forms/` (`HUZHU_GOLDEN=write` writes them anew), what must
//! be on every paper, the limits of each paper, and what must never reach one.
//!
//! To add a form: its data in `form_data`.

use huzhu::domain::form::FormId;
use huzhu::slip::Form;
use huzhu::slip::layout::{Layout, Medium, SEAL};
use huzhu::slip::p2::P2;
use huzhu::slip::p3::P3;
use huzhu::slip::p4::P4;
use huzhu::slip::paper::Paper;
use huzhu::slip::samples::sample;
use huzhu::slip::text::render;
use huzhu::strings::{Lang, Strings};
use huzhu::ui::text::Ruler;
use serde_json::{Value, json};

use super::claims;
use super::form_data::{FORMS, REQUIRED, data, form, longest, reprinted};

const LANGUAGES: [(Lang, &str); 2] = [(Lang::Chinese, "zh"), (Lang::English, "en")];

fn lay(form: &dyn Form, paper: Paper, ruler: Ruler, strings: &Strings) -> Layout {
    let medium = Medium { columns: paper.columns(), ruler, codes: true };
    huzhu::slip::set(form, paper, medium, strings, &|_| true)
}

fn squeezed(text: &str) -> String {
    text.replace(['\n', ' '], "")
}

#[test]
fn every_form_is_printed_as_its_golden_file() {
    let mut wrong = Vec::new();
    for name in FORMS {
        let form = form(name, data(name)).unwrap();
        for (lang, tag) in LANGUAGES {
            let strings = Strings::new(lang);
            let mut text = String::new();
            for paper in Paper::ALL {
                text.push_str(&format!("== {paper}, {} columns\n", paper.columns()));
                text.push_str(render(&lay(&*form, paper, Ruler::Narrow, &strings)).trim_end());
                text.push('\n');
            }
            wrong.extend(crate::differs(&format!("forms/{name}.{tag}.txt"), &text));
        }
    }
    assert!(wrong.is_empty(), "differs from its golden file:\n{}", wrong.join("\n"));
}

#[test]
fn what_a_form_must_say_is_on_every_paper() {
    let strings = Strings::new(Lang::Chinese);
    for (name, words) in REQUIRED {
        for data in [data(name), reprinted(data(name))] {
            let again = !data["head"]["copy"].is_null();
            let form = form(name, data).unwrap();
            for ruler in [Ruler::Narrow, Ruler::Wide] {
                for paper in Paper::ALL {
                    let text = squeezed(&render(&lay(&*form, paper, ruler, &strings)));
                    for word in words.iter().filter(|word| !(again && word.contains("第1次"))) {
                        // Beside a seal the words of two places stand on one line.
                        let there = text.contains(word) || beside_the_seal(&*form, paper, ruler, &strings, word);
                        assert!(there, "{name} {paper} {ruler:?}: {word} is missing in {text}");
                    }
                    let marked = text.contains("补打第2次操作员01382021年07月01日10:30");
                    assert_eq!(marked, again, "{name} {paper}: {text}");
                }
            }
        }
    }
}

/// Whether words stand in the columns left of a seal, or in the seal's own.
fn beside_the_seal(form: &dyn Form, paper: Paper, ruler: Ruler, strings: &Strings, word: &str) -> bool {
    let layout = lay(form, paper, ruler, strings);
    let edge = if paper.columns() < 64 { 27 } else { SEAL.0 };
    let halves: Vec<(String, String)> = layout
        .lines()
        .map(|line| {
            let left = ruler.clip(&line.text, layout.columns.saturating_sub(edge));
            let right = line.text[left.len()..].to_owned();
            (left, right)
        })
        .collect();
    let left: String = halves.iter().map(|(left, _)| left.as_str()).collect();
    let right: String = halves.iter().map(|(_, right)| right.as_str()).collect();
    squeezed(&left).contains(word) || squeezed(&right).contains(word)
}

#[test]
fn a_reprint_counts_its_prints() {
    let strings = Strings::new(Lang::Chinese);
    let form = form("p4", reprinted(data("p4"))).unwrap();
    assert!(render(&lay(&*form, Paper::Third, Ruler::Narrow, &strings)).contains("第3次打印"));
}

#[test]
fn forms_keep_the_limits_of_their_paper() {
    for (lang, tag) in LANGUAGES {
        let strings = Strings::new(lang);
        for (name, paper, limit) in [
            ("p4", Paper::Third, 20),
            ("p4", Paper::Half, 30),
            ("p2", Paper::Half, 30),
            ("p5", Paper::Half, 30),
            ("p10", Paper::Half, 30),
            ("p10-receipt", Paper::Half, 30),
        ] {
            let mut longest = longest(name);
            if lang == Lang::English {
                // The association's English name takes the line that the mark of a reprint needs.
                longest["head"]["copy"] = Value::Null;
            }
            for data in [data(name), reprinted(data(name)), longest] {
                let form = form(name, data).unwrap();
                for ruler in [Ruler::Narrow, Ruler::Wide] {
                    let layout = lay(&*form, paper, ruler, &strings);
                    let text = render(&layout);
                    let lines = layout.height();
                    assert!(layout.pages.len() == 1, "{tag} {name} {paper} {ruler:?}: more than a page\n{text}");
                    assert!(lines <= limit, "{tag} {name} {paper} {ruler:?}: {lines} lines\n{text}");
                }
            }
        }
    }
}

/// Nothing stands under a seal but its own words, and nothing under a code.
#[test]
fn places_for_seal_and_code_are_free() {
    let strings = Strings::new(Lang::Chinese);
    for (name, _) in REQUIRED {
        let form = form(name, reprinted(data(name))).unwrap();
        for paper in [Paper::Third, Paper::Half, Paper::A4] {
            let layout = lay(&*form, paper, Ruler::Narrow, &strings);
            for page in &layout.pages {
                for (at, code) in page.iter().enumerate().filter_map(|(at, line)| Some((at, line.code.as_ref()?))) {
                    for line in &page[at..at + code.lines] {
                        assert!(Ruler::Narrow.width(&line.text) <= code.column, "{name} {paper}: {}", line.text);
                    }
                }
            }
            let seals = layout.lines().filter(|line| line.text.contains("章）")).count();
            assert!(seals >= 1, "{name} {paper}: no seal");
        }
    }
}

/// Masked on the way in; no diagnosis but on P3; the mobile has no field at all.
#[test]
fn secrets_stay_off_paper() {
    for (lang, _) in LANGUAGES {
        let strings = Strings::new(lang);
        for (name, _) in REQUIRED {
            let mut data = data(name);
            data["case"]["id"] = json!("11010519491231002X");
            data["diagnosis"] = json!({ "code": "K80.100", "name": "胆囊结石", "standard": true });
            data["mobile"] = json!("13812345678");
            for key in ["card", "payee"] {
                data[key] = json!("6228481234561234");
            }
            if name == "p3" {
                data["agent"]["id"] = json!("44052418800101001X");
            }
            let form = form(name, data).unwrap();
            for paper in Paper::ALL {
                let text = squeezed(&render(&lay(&*form, paper, Ruler::Narrow, &strings)));
                assert!(text.contains("110105********002X"), "{name}: {text}");
                for secret in ["11010519491231002X", "19491231", "18800101", "13812345678", "622848", "81234561234"] {
                    assert!(!text.contains(secret), "{name} {paper}: {secret} in {text}");
                }
                assert_eq!(text.contains("胆囊") && text.contains("K80"), name == "p3", "{name} {paper}");
            }
        }
    }
}

/// The places of all texts in a form's data.
fn texts(data: &Value, path: &str, found: &mut Vec<String>) {
    match data {
        Value::String(_) => found.push(path.to_owned()),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(at, value)| texts(value, &format!("{path}/{at}"), found));
        }
        Value::Object(map) => map.iter().for_each(|(key, value)| texts(value, &format!("{path}/{key}"), found)),
        _ => {}
    }
}

#[test]
fn hostile_text_never_steers_nor_overflows() {
    let steering = "\u{1b}p\u{0}王\u{1d}V\u{1b}@\u{10}\u{14}\u{9b}2J\u{202e}\u{1b}]52;c;x\u{7}\r\n\t\u{200b}\u{feff}";
    let hostile = [
        steering.to_owned(),
        "王".repeat(10_000),
        "x".repeat(10_000),
        "\u{301}".repeat(10_000),
        "1\u{ff0c}·×①".repeat(2_000),
    ];
    for name in FORMS {
        let whole = if name == "p1" { data(name) } else { reprinted(data(name)) };
        let mut places = Vec::new();
        texts(&whole, "", &mut places);
        let set = |places: &[&String], text: &str| {
            let mut data = whole.clone();
            places.iter().for_each(|place| *data.pointer_mut(place).unwrap() = json!(text));
            form(name, data)
        };
        // Names, texts and numbers take what they get; dates, amounts and claim numbers refuse it.
        let free: Vec<&String> = places.iter().filter(|place| set(&[place], steering).is_some()).collect();
        assert!(free.len() >= 10 && free.len() < places.len(), "{name}: {free:?} of {places:?}");
        for place in &free {
            never_steers(name, &*set(&[place], steering).unwrap(), &[Paper::Thermal58]);
        }
        for text in &hostile {
            let papers = [Paper::Thermal58, Paper::Third, Paper::A5, Paper::A4Lying];
            never_steers(name, &*set(&free, text).unwrap(), &papers);
        }
    }
}

fn never_steers(name: &str, form: &dyn Form, papers: &[Paper]) {
    let strings = Strings::new(Lang::Chinese);
    for paper in papers {
        for ruler in [Ruler::Narrow, Ruler::Wide] {
            let layout = lay(form, *paper, ruler, &strings);
            let printed = render(&layout);
            let steers = |c: char| c != '\n' && huzhu::domain::text::is_unsafe(c);
            assert!(!printed.contains(steers), "{name} {paper}: {printed:?}");
            for line in layout.lines() {
                assert!(ruler.width(&line.text) <= layout.columns, "{name} {paper}: {}", line.text);
            }
            // Damage does not fill metres of paper; P1 cuts what comes from a record when it is made.
            assert!(name == "p1" || layout.height() <= 900, "{name} {paper}: {} lines", layout.height());
        }
    }
}

#[test]
fn samples_are_headed_as_such() {
    for id in FormId::ALL {
        let form = sample(id).unwrap_or_else(|| panic!("no sample of {id}"));
        assert_eq!(form.id(), id);
        for (lang, _) in LANGUAGES {
            for paper in Paper::ALL {
                let layout = lay(&*form, paper, Ruler::Narrow, &Strings::new(lang));
                for page in &layout.pages {
                    assert!(page[0].bold && page[0].text.contains("样张"), "{id} {paper}: {}", page[0].text);
                    assert!(layout.page_lines.is_none_or(|lines| page.len() <= lines), "{id} {paper}");
                }
            }
        }
    }
    let pages = lay(&*sample(FormId::P4).unwrap(), Paper::Third, Ruler::Wide, &Strings::new(Lang::Chinese)).pages;
    assert_eq!(pages.len(), 1);
}

#[test]
fn a_returned_claim_gives_its_notice_and_a_claim_its_decision() {
    let mut record = claims::record("incomplete");
    record.member_id_masked = "152801197105062264".into();
    let office = claims::office(&record);
    assert_eq!(P2::from_claim(&claims::record("accepted"), &office, None), None);
    let notice = P2::from_claim(&record, &office, None).unwrap();
    let titles: Vec<&str> = notice.wanted.iter().map(|wanted| wanted.title.as_str()).collect();
    // What is optional is not asked for.
    assert_eq!(titles, ["出院小结"]);
    let strings = Strings::new(Lang::Chinese);
    let text = squeezed(&render(&lay(&notice, Paper::Half, Ruler::Narrow, &strings)));
    for word in [
        "预览（未编号）",
        "日期2021年03月20日",
        "152801********2264",
        "请携带上列材料到受理窗口补正",
        "出院小结未提交，请补交",
    ] {
        assert!(text.contains(word), "{word} is missing in {text}");
    }
    for word in ["30日", "编号15", "胆囊", "****1234", "13812345678"] {
        assert!(!text.contains(word), "{word} is in {text}");
    }

    let mut record = claims::record("accepted");
    record.claim.facts = r#"{"kind":"inpatient","total":"18234.56","out_of_scope":"1320.00","pooled":"11020.30",
        "cash":"7214.26","visits":0,"cover":[]}"#
        .into();
    record.claim.reasons =
        vec![huzhu::domain::claim::Reason { warning: "split".into(), text: "两次住院，已核对".into() }];
    use huzhu::slip::p3::{Review, Stage};
    let reviews = vec![Review::to_come(Stage::First), Review::to_come(Stage::Final)];
    let explanation = claims::slip_of(&record, 0).explanation;
    let decision = P3::from_claim(&record, &office, "第二期", explanation, reviews, claims::day(2021, 3, 22));
    let text = squeezed(&render(&lay(&decision, Paper::A4, Ruler::Narrow, &strings)));
    for word in [
        "K80.100胆囊结石伴胆囊炎",
        "入出院2021年03月05日至2021年03月12日7天",
        "政策范围内个人自付￥5,894.26",
        "结算单核对平",
        "第二期NM-2021-1",
        "张三110105********002X配偶",
        "农业银行****1234",
        "出院小结必备已交",
        "代办人身份证、委托书视情况未交",
        "与另一申领同医院、首尾相接经办说明：两次住院，已核对",
        "核定补助金额*￥2,427.70",
        "*试算口径",
        "初审意见",
        "终审意见",
    ] {
        assert!(text.contains(word), "{word} is missing in {text}");
    }
    for word in ["复审意见", "11010519491231002X", "6228481234561234", "13812345678"] {
        assert!(!text.contains(word), "{word} is in {text}");
    }
    // What can't be read is left out, and the rest is printed.
    record.claim.facts = "{".into();
    record.claim.assessment = String::new();
    let decision = P3::from_claim(&record, &office, "第二期", Vec::new(), Vec::new(), claims::day(2021, 3, 22));
    assert!(!decision.illustrative && decision.settlement == Default::default());
}

/// What P4 says of an amount, from the assessment that was recorded.
#[test]
fn a_voucher_takes_its_parts_from_the_assessment() {
    use huzhu::policy::Assessment;
    use huzhu::slip::p4::Computed;
    let assessment = Assessment::from_json(
        r#"{"form":1,"policy":"X","version":1,"covered":true,"years":2,"days":3,"benefits":[
        {"code":"inpatient","title":"住院医疗补助","amount":"200.00","paid":"150.00","steps":[
         {"op":"base","in":"0.00","out":"320.00","of":"in_scope_self_pay","parts":[]},
         {"op":"tiers","in":"320.00","out":"128.00","slices":[["0.00","320.00","0.40","128.00"]]},
         {"op":"at_least","in":"128.00","out":"200.00","amount":"200.00","held":true}]},
        {"code":"allowance","title":"住院生活补贴","amount":"30.00","paid":"30.00","steps":[
         {"op":"per_day","in":"0.00","out":"30.00","days":3,"amount":"10.00","by":"years","at":1}]},
        {"code":"care","title":"护理补贴","amount":"45.00","paid":"45.00","steps":[
         {"op":"per_day","in":"0.00","out":"45.00","days":3,"amount":"15.00"}]}],
        "total":"225.00","flags":[],"not":[],"total_steps":[]}"#,
    )
    .unwrap();
    let computed = Computed::of(&assessment);
    let mut data = data("p4");
    data["total"] = json!("225.00");
    let mut voucher: P4 = serde_json::from_value(data).unwrap();
    voucher.computed = computed;
    let strings = Strings::new(Lang::Chinese);
    let text = squeezed(&render(&lay(&voucher, Paper::Thermal80, Ruler::Narrow, &strings)));
    let parts = "320.00×40%=128.00保底补差￥72.00住院补贴3天×10.00=30.00住院补贴3天×15.00=45.00住院医疗补助￥-50.00合计*￥225.00";
    assert!(text.contains(parts), "{text}");
}
