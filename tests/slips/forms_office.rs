//! The office's own forms, P6 to P9: golden files under `tests/slips/forms/`, what must stand on every paper, and what must
//! never happen: a payment lost, a name that steers, a line that is too wide.

use std::collections::BTreeMap;

use huzhu::domain::money::{MAX_FEN, Money};
use huzhu::domain::number::ClaimNumber;
use huzhu::slip::layout::Medium;
use huzhu::slip::p6::{PaymentError, PaymentSlip};
use huzhu::slip::p7::DayClose;
use huzhu::slip::p8::HandOver;
use huzhu::slip::p9::{Batch, BatchError, BatchSheet};
use huzhu::slip::paper::Paper;
use huzhu::slip::text::render;
use huzhu::slip::{Device, Form, Job, Language, Profile, p6, set};
use huzhu::strings::{Lang, Strings};
use huzhu::ui::text::Ruler;
use serde_json::Value;

use crate::LANGUAGES;

/// The forms by their samples' files.
const SAMPLES: [(&str, &str); 4] = [
    ("p6", include_str!("../../src/data/slips/p6.json")),
    ("p7", include_str!("../../src/data/slips/p7.json")),
    ("p8", include_str!("../../src/data/slips/p8.json")),
    ("p9", include_str!("../../src/data/slips/p9.json")),
];

/// A form of its data; an error where the data can't be one.
fn form(name: &str, data: &Value) -> Result<Box<dyn Form>, serde_json::Error> {
    let data = data.clone();
    Ok(match name {
        "p6" => Box::new(serde_json::from_value::<PaymentSlip>(data)?),
        "p7" => Box::new(serde_json::from_value::<DayClose>(data)?),
        "p8" => Box::new(serde_json::from_value::<HandOver>(data)?),
        _ => Box::new(serde_json::from_value::<BatchSheet>(data)?),
    })
}

fn sample(name: &str) -> Value {
    let (_, text) = SAMPLES.iter().find(|(id, _)| *id == name).unwrap();
    serde_json::from_str(text).unwrap()
}

fn printed(form: &dyn Form, paper: Paper, strings: &Strings) -> String {
    render(&set(form, paper, Medium::of(paper.columns()), strings, &|_| true))
}

/// Without spaces and line breaks: words may be broken at a line's end.
fn bare(text: &str) -> String {
    text.replace(['\n', ' '], "")
}

#[test]
fn every_form_is_printed_as_its_golden_file() {
    let mut wrong = Vec::new();
    for (name, _) in SAMPLES {
        let form = form(name, &sample(name)).unwrap();
        for (lang, tag) in LANGUAGES {
            let strings = Strings::new(lang);
            let mut text = String::new();
            for paper in Paper::ALL {
                text.push_str(&format!("== {paper}, {} columns\n", paper.columns()));
                text.push_str(printed(&*form, paper, &strings).trim_end());
                text.push('\n');
            }
            wrong.extend(crate::differs(&format!("forms/{name}.{tag}.txt"), &text));
        }
    }
    assert!(wrong.is_empty(), "differ from what is printed now: {wrong:#?}");
}

#[test]
fn the_samples_are_the_forms_that_they_are_named_after() {
    for (name, _) in SAMPLES {
        let made = form(name, &sample(name)).unwrap();
        assert_eq!(made.id().to_string().to_lowercase(), name);
        // The numbers are the contract's: office, year, form, sequence, and digits that check them.
        let number = made.number().unwrap();
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        let (body, check) = digits.split_at(digits.len() - 2);
        assert_eq!(check.parse(), Ok(huzhu::domain::number::check_digits(body)), "{number}");
        assert_eq!(number.split('-').nth(2), Some(format!("{:02}", made.id().number()).as_str()));
    }
}

/// What must be read on each form, whatever it is printed on.
const REQUIRED: [(&str, &[&str]); 4] = [
    (
        "p6",
        &[
            "内蒙古职工互助保障协会",
            "临河区代办点",
            "参互缴费凭条",
            "编号150802-2021-06-0000031-",
            "日期2021年06月01日",
            "窗口1，经办0137",
            "期别2021年度",
            "临河区样例机械厂工会委员会",
            "参互人数30人",
            "职工人数40人",
            "首年12人，第二年8人，第三年及以上10人",
            "2021年06月01日至2022年05月31日",
            "互助金￥100.00×30人￥3,000.00",
            "自治区补贴自治区总工会￥10.00×30人￥300.00",
            "盟市补贴巴彦淖尔市总工会￥10.00×30人￥300.00",
            "旗县区补贴临河区总工会￥30.00×30人￥900.00",
            "单位补贴临河区样例机械厂工会委员会￥200.00",
            "个人缴纳￥1,300.00",
            "本次实收￥1,500.00",
            "人民币壹仟伍佰元整",
            "资金往来结算票据（电子）",
            "票据代码15040121",
            "票据号码0000123456",
            "校验码a1b2c3",
            "本凭条非财政票据",
        ],
    ),
    (
        "p7",
        &[
            "内蒙古职工互助保障协会",
            "窗口日结单",
            "编号150802-2021-07-0000052-",
            "窗口1，经办0137",
            "日结日期2021年03月20日",
            "已受理9笔",
            "退回补正1笔",
            "已撤回1笔",
            "首号HZ150802-2021-0000412-95",
            "末号HZ150802-2021-0000422-",
            "打印张数11",
            "补打张数1",
            "3f7a0c1e9b52d846a1f0e3c7588b2d946e1a7f30c4d9b8526f0e1d2c3b4a5968",
            "账本记录数21278",
            "乌云例格乐",
            "经办人__",
            "复核人__",
            "第一联窗口留存",
            "第二联办公室存档",
        ],
    ),
    (
        "p8",
        &[
            "内蒙古职工互助保障协会",
            "交班表",
            "编号150802-2021-08-0000012-",
            "周一交班",
            "日期2021年03月22日",
            "赵例甲（0137）",
            "钱例乙（0138）",
            "待办7笔",
            "超时未办3笔",
            "退回补正2笔",
            "拨付失败待重发2笔",
            "账户不存在",
            "户名不符",
            "****0021",
            "拨付失败合计￥1,734.54",
            "公章、票据专用章已当面点清",
            "交班人__",
            "接班人__",
            "监交人__",
        ],
    ),
    (
        "p9",
        &[
            "内蒙古职工互助保障协会",
            "拨付汇总表及明细",
            "编号150000-2021-09-0000007-",
            "批次号150000-20210326-01",
            "拨付日期2021年03月26日",
            "笔数60",
            "9c4e1f0a7b3d5826",
            "人民币",
            "￥345,400.00",
            "152921",
            "制表__",
            "复核__",
            "出纳__",
            "审批__",
            "（财务专用章）",
            "第一联财务记账",
            "第二联财务存档",
        ],
    ),
];

#[test]
fn what_must_be_read_is_on_every_paper() {
    let strings = Strings::new(Lang::Chinese);
    for (name, words) in REQUIRED {
        let form = form(name, &sample(name)).unwrap();
        for paper in Paper::ALL {
            let text = bare(&printed(&*form, paper, &strings));
            for word in words {
                assert!(text.contains(word), "{name}, {paper}: {word} is missing in {text}");
            }
        }
    }
}

/// Numbers are read out and typed: on no paper are they broken, whatever else gives way.
#[test]
fn numbers_and_amounts_stay_in_one_piece() {
    for (name, lists) in [("p7", vec!["claims"]), ("p8", vec!["returned", "failed"]), ("p9", vec!["payments"])] {
        let data = sample(name);
        let form = form(name, &data).unwrap();
        for (lang, tag) in LANGUAGES {
            for paper in Paper::ALL {
                let text = printed(&*form, paper, &Strings::new(lang));
                for row in lists.iter().flat_map(|list| data[list].as_array().unwrap()) {
                    for field in ["number", "id_masked"] {
                        let Some(value) = row[field].as_str() else { continue };
                        assert!(text.contains(value), "{name}.{tag}, {paper}: {value} is broken\n{text}");
                    }
                    let Some(amount) = row["amount"].as_str() else { continue };
                    let amount = format!("\u{ffe5}{}", amount.parse::<Money>().unwrap().grouped());
                    assert!(text.contains(&amount), "{name}.{tag}, {paper}: {amount}\n{text}");
                }
            }
        }
    }
}

#[test]
fn a_payment_that_does_not_add_up_has_no_slip() {
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut data = sample("p6");
        change(&mut data);
        PaymentSlip::try_from(serde_json::from_value::<p6::Payment>(data).unwrap()).unwrap_err()
    };
    let fen = Money::from_fen;
    assert_eq!(
        refused(&|data| data["self_paid"] = "1300.01".into()),
        PaymentError::Sum { premium: fen(300_000), borne: fen(300_001) }
    );
    assert_eq!(
        refused(&|data| drop(data["subsidies"].as_array_mut().unwrap().pop())),
        PaymentError::Sum { premium: fen(300_000), borne: fen(280_000) }
    );
    assert_eq!(refused(&|data| data["subsidies"][1]["amount"] = "299.00".into()), PaymentError::Subsidy(1));
    assert_eq!(refused(&|data| data["subsidies"][0]["per_head"]["people"] = 31.into()), PaymentError::People);
    assert_eq!(refused(&|data| data["payer"]["unit"]["years"][0] = 11.into()), PaymentError::People);
    assert_eq!(refused(&|data| data["payer"]["unit"]["employees"] = 29.into()), PaymentError::People);
    assert_eq!(refused(&|data| data["premium"]["people"] = 0.into()), PaymentError::People);
    assert_eq!(refused(&|data| data["self_paid"] = "-1.00".into()), PaymentError::Amount);
    assert_eq!(refused(&|data| data["premium"]["each"] = "999999999999.99".into()), PaymentError::Amount);
    assert_eq!(refused(&|data| data["cover"][1] = "2021-05-31".into()), PaymentError::Cover);
    // The same is refused where a slip is read, and what a slip doesn't show can't come with it.
    let mut data = sample("p6");
    data["self_paid"] = "0.00".into();
    assert!(serde_json::from_value::<PaymentSlip>(data).unwrap_err().to_string().contains("borne of a premium"));
    let mut data = sample("p6");
    data["diagnosis"] = "K80.100".into();
    assert!(serde_json::from_value::<PaymentSlip>(data).is_err());
}

/// A member pays for nobody else: the unit's share does not pass through the window.
#[test]
fn a_member_pays_the_own_part_only() {
    let mut data = sample("p6");
    data["payer"] = serde_json::json!({"member": {"name": "赵例一", "id_masked": "150802199001010014", "years": 2}});
    data["premium"] = serde_json::json!({"each": "100.00", "people": 1});
    data["subsidies"] = serde_json::json!([
        {"level": "region", "payer": "自治区总工会", "per_head": {"each": "10.00", "people": 1}, "amount": "10.00"},
        {"level": "industrial", "payer": "样例产业工会", "amount": "5.00"},
        {"level": "unit", "payer": "样例机械厂", "amount": "20.00"},
    ]);
    data["self_paid"] = "65.00".into();
    let slip: PaymentSlip = serde_json::from_value(data).unwrap();
    assert_eq!((slip.premium(), slip.received()), (Money::from_fen(10_000), Money::from_fen(6_500)));
    for paper in Paper::ALL {
        let text = bare(&printed(&slip, paper, &Strings::new(Lang::Chinese)));
        for word in
            ["姓名赵例一", "150802********0014", "连续参互第2年", "产业工会补贴样例产业工会￥5.00", "人民币陆拾伍元整"]
        {
            assert!(text.contains(word), "{paper}: {word} is missing in {text}");
        }
        assert!(!text.contains("199001010014"));
    }
}

#[test]
fn the_day_is_counted_from_its_claims() {
    let mut data = sample("p7");
    let text = bare(&printed(&*form("p7", &data).unwrap(), Paper::A4, &Strings::new(Lang::Chinese)));
    let sum = |state: &str| {
        let of = |claim: &&Value| claim["state"] == state;
        let amounts = data["claims"].as_array().unwrap().iter().filter(of);
        amounts.map(|claim| claim["amount"].as_str().unwrap().parse::<Money>().unwrap()).sum::<Money>().grouped()
    };
    for (word, state) in [("已受理9笔", "submitted"), ("退回补正1笔", "returned"), ("已撤回1笔", "withdrawn")]
    {
        assert!(text.contains(&format!("{word}￥{}", sum(state))), "{text}");
    }
    // A day without a claim is closed like any other: the ledger's root is signed.
    data["claims"] = serde_json::json!([]);
    let form = form("p7", &data).unwrap();
    for paper in Paper::ALL {
        let text = bare(&printed(&*form, paper, &Strings::new(Lang::Chinese)));
        for word in ["已受理0笔￥0.00", "人民币零元整", "账本根3f7a0c1e", "复核人__"] {
            assert!(text.contains(word), "{paper}: {word} is missing in {text}");
        }
        assert!(!text.contains("首号"), "{text}");
    }
}

#[test]
fn ages_are_counted_from_the_day_of_the_hand_over() {
    let mut data = sample("p8");
    let text = printed(&*form("p8", &data).unwrap(), Paper::A4, &Strings::new(Lang::Chinese));
    let row = |text: &str, clerk: &str| -> Vec<usize> {
        let line = text.lines().find(|line| line.starts_with(&format!("{clerk} "))).unwrap();
        line.split_whitespace().skip(1).map(|count| count.parse().unwrap()).collect()
    };
    assert_eq!(row(&text, "0137"), [2, 1, 1, 0, 4, 2], "{text}");
    assert_eq!(row(&text, "0138"), [1, 1, 0, 1, 3, 1], "{text}");
    assert_eq!(row(&text, "合计"), [3, 2, 1, 1, 7, 3], "{text}");
    // The bounds of the bands.
    let case = data["open"][0].clone();
    let days = ["2021-03-23", "2021-03-22", "2021-03-21", "2021-03-19", "2021-03-18", "2021-03-15", "2021-03-14"];
    let cases = days.map(|day| {
        let mut case = case.clone();
        case["since"] = day.into();
        case
    });
    data["open"] = Value::Array(cases.to_vec());
    let text = printed(&*form("p8", &data).unwrap(), Paper::A4, &Strings::new(Lang::Chinese));
    assert_eq!(row(&text, "0137"), [2, 2, 2, 1, 7, 0], "{text}");
    // Where nothing is left, that is said.
    for list in ["open", "returned", "failed"] {
        data[list] = serde_json::json!([]);
    }
    data["remark"] = "".into();
    let text = bare(&printed(&*form("p8", &data).unwrap(), Paper::Thermal58, &Strings::new(Lang::Chinese)));
    for word in ["待办0笔无", "超时未办0笔无", "退回补正0笔无", "拨付失败待重发0笔无", "备注无"]
    {
        assert!(text.contains(word), "{text}");
    }
}

/// A batch of so many payments, made of the sample's.
fn batch(count: usize) -> Value {
    let mut data = sample("p9");
    let payments = data["payments"].as_array().unwrap().clone();
    let made = (0..count).map(|at| {
        let mut payment = payments[at % payments.len()].clone();
        let first: ClaimNumber = payments[0]["number"].as_str().unwrap().parse().unwrap();
        payment["number"] = ClaimNumber { sequence: at as u32 + 1, ..first }.to_string().into();
        payment["amount"] = Money::from_fen(20_001 + 137 * at as i64).to_string().into();
        payment
    });
    data["payments"] = Value::Array(made.collect());
    data
}

#[test]
fn no_payment_is_lost_and_none_is_there_twice() {
    let strings = Strings::new(Lang::Chinese);
    for count in [1, 60, 500] {
        let data = batch(count);
        let form: BatchSheet = serde_json::from_value(data.clone()).unwrap();
        for paper in Paper::ALL {
            let layout = set(&form, paper, Medium::of(paper.columns()), &strings, &|_| true);
            let text = render(&layout);
            // On paper in parts one print is on both copies.
            let copies = if paper.parts() { 1 } else { 2 };
            let mut total = Money::ZERO;
            for payment in data["payments"].as_array().unwrap() {
                let number = payment["number"].as_str().unwrap();
                assert_eq!(text.matches(number).count(), copies, "{count} on {paper}: {number}");
                total += payment["amount"].as_str().unwrap().parse().unwrap();
            }
            assert_eq!(form.total(), total);
            let amount = format!("\u{ffe5}{}", total.grouped());
            // In the summary and as the last row.
            assert!(text.matches(&amount).count() >= 2 * copies, "{count} on {paper}: {amount}\n{text}");
            let Some(page) = paper.page() else { continue };
            for lines in &layout.pages {
                assert!(lines.len() <= page.used, "{count} on {paper}: {} lines", lines.len());
                // Where payments stand in columns, they stand under the columns' heads on each page.
                let first = lines.iter().position(|line| line.text.contains("HZ150802"));
                if let (Some(first), true) = (first, paper.columns() >= 80) {
                    let heads = |at: usize| lines[at].text.contains("受理号") && lines[at].text.contains("金额");
                    assert!((0..first).any(heads), "{count} on {paper}: no heads over\n{:#?}", lines[first]);
                }
            }
            let per_copy = layout.pages.len() / copies;
            if per_copy > 1 {
                for (at, lines) in layout.pages.iter().enumerate() {
                    let foot = format!("- {}/{per_copy} -", at % per_copy + 1);
                    assert_eq!(lines.last().unwrap().text.trim(), foot, "{count} on {paper}");
                }
            }
        }
    }
}

/// The sums by bank and by league are those of the rows.
#[test]
fn banks_and_leagues_add_up_to_the_total() {
    let data = batch(500);
    let form: BatchSheet = serde_json::from_value(data.clone()).unwrap();
    let text = printed(&form, Paper::A4Lying, &Strings::new(Lang::English));
    for key in ["bank", "league"] {
        let mut sums: BTreeMap<&str, (usize, Money)> = BTreeMap::new();
        for payment in data["payments"].as_array().unwrap() {
            let group = sums.entry(payment[key].as_str().unwrap()).or_default();
            group.0 += 1;
            group.1 += payment["amount"].as_str().unwrap().parse().unwrap();
        }
        assert_eq!(sums.values().map(|(_, amount)| *amount).sum::<Money>(), form.total());
        for (name, (count, amount)) in sums {
            let row = [name, &count.to_string(), &format!("\u{ffe5}{}", amount.grouped())].join(" ");
            let found = text.lines().any(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") == row);
            assert!(found, "{row} is missing in\n{text}");
        }
    }
}

#[test]
fn a_batch_that_can_not_be_paid_has_no_sheet() {
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut data = batch(3);
        change(&mut data);
        BatchSheet::try_from(serde_json::from_value::<Batch>(data).unwrap()).unwrap_err()
    };
    assert_eq!(refused(&|data| data["payments"] = serde_json::json!([])), BatchError::Empty);
    assert_eq!(refused(&|data| data["payments"][1]["amount"] = "0.00".into()), BatchError::Amount(1));
    assert_eq!(refused(&|data| data["payments"][2]["amount"] = "-0.01".into()), BatchError::Amount(2));
    let most = Money::from_fen(MAX_FEN).to_string();
    assert_eq!(refused(&|data| data["payments"][0]["amount"] = most.clone().into()), BatchError::TooLarge);
}

/// The places of all texts in data, as JSON pointers.
fn texts(data: &Value, at: &str, found: &mut Vec<String>) {
    match data {
        Value::String(_) => found.push(at.to_owned()),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, item)| texts(item, &format!("{at}/{n}"), found));
        }
        Value::Object(fields) => fields.iter().for_each(|(key, value)| texts(value, &format!("{at}/{key}"), found)),
        _ => {}
    }
}

const HOSTILE: &str = "\u{1b}p\u{0}王\u{1d}V\u{1b}@\u{10}\u{14}\u{9b}2J\u{202e}\u{1b}]52;c;x\u{7}\r\n\t\u{200b}";

/// Each text in turn is what steers a device, or fills a roll: a form that can still be read keeps to its paper.
#[test]
fn hostile_text_never_steers_nor_overflows() {
    let long = "王".repeat(10_000);
    let tower = format!("a{}", "\u{301}".repeat(10_000));
    let languages = LANGUAGES.map(|(lang, _)| Strings::new(lang));
    for (name, _) in SAMPLES {
        let mut data = sample(name);
        // Two rows of each list stand for all.
        for list in ["claims", "open", "returned", "failed", "payments"] {
            if let Some(rows) = data.get_mut(list).and_then(Value::as_array_mut) {
                rows.truncate(2);
            }
        }
        data["head"]["copy"] = serde_json::json!({"number": 1, "operator": "0138", "at": "2021-06-01T11:00:00"});
        let mut places = Vec::new();
        texts(&data, "", &mut places);
        let mut taken = 0;
        for place in &places {
            for hostile in [HOSTILE, &long, &tower] {
                let mut data = data.clone();
                *data.pointer_mut(place).unwrap() = hostile.into();
                // Dates, amounts, codes and claim numbers are no texts: they are refused.
                let Ok(form) = form(name, &data) else { continue };
                taken += 1;
                for strings in &languages {
                    for paper in Paper::ALL {
                        for ruler in [Ruler::Narrow, Ruler::Wide] {
                            let medium = Medium { ruler, ..Medium::of(paper.columns()) };
                            let layout = set(&*form, paper, medium, strings, &|_| true);
                            for line in layout.lines() {
                                let steers = line.text.contains(huzhu::domain::text::is_unsafe);
                                assert!(!steers, "{name}{place} on {paper}: {:?}", line.text);
                                let width = ruler.width(&line.text);
                                assert!(width <= paper.columns(), "{name}{place} on {paper}: {}", line.text);
                            }
                            let copies = if paper.parts() || matches!(name, "p6" | "p8") { 1 } else { 2 };
                            let most = 600 * copies;
                            assert!(layout.height() <= most, "{name}{place} on {paper}: {} lines", layout.height());
                        }
                    }
                }
            }
        }
        assert!(taken >= 18, "{name}: {taken} texts were taken, of {}", places.len());
    }
}

/// A whole ID number or card that came where a masked one belongs is masked on the way in.
#[test]
fn no_secret_is_printed() {
    let mut batch = batch(3);
    let mut failed = sample("p8");
    for payment in batch["payments"].as_array_mut().unwrap() {
        payment["id_masked"] = "152801197105062264".into();
        payment["card_last4"] = "6221471234561234".into();
    }
    failed["failed"][0]["card_last4"] = "6221471234561234".into();
    let forms = [form("p9", &batch).unwrap(), form("p8", &failed).unwrap()];
    for (lang, _) in LANGUAGES {
        for paper in Paper::ALL {
            for form in &forms {
                let text = bare(&printed(&**form, paper, &Strings::new(lang)));
                for secret in ["19710506", "622147", "123456"] {
                    assert!(!text.contains(secret), "{secret} is on {paper}\n{text}");
                }
                assert!(text.contains("1234"), "{text}");
            }
            let text = bare(&printed(&*forms[0], paper, &Strings::new(lang)));
            assert!(text.contains("152801********2264"), "{text}");
        }
    }
}

/// With a code, on a preview and on a reprint the heads say what the paper is.
#[test]
fn previews_reprints_and_codes() {
    for (name, _) in SAMPLES {
        let mut data = sample(name);
        data["head"]["number"] = Value::Null;
        data["head"]["code"] = "HZ1:ABC123".into();
        data["head"]["copy"] = serde_json::json!({"number": 2, "operator": "0138", "at": "2021-06-01T11:00:00"});
        let form = form(name, &data).unwrap();
        assert_eq!(form.number(), None);
        assert_eq!(form.copy().map(|copy| copy.number), Some(2));
        for paper in Paper::ALL {
            let strings = Strings::new(Lang::Chinese);
            let text = bare(&printed(&*form, paper, &strings));
            for word in ["预览（未编号）", "补打第2次操作员01382021年06月01日11:00"] {
                assert!(text.contains(word), "{name} on {paper}: {word} is missing in {text}");
            }
            assert!(!text.contains("编号15"), "{text}");
            let layout = set(&*form, paper, Medium::of(paper.columns()), &strings, &|_| true);
            assert!(layout.lines().any(|line| line.code.is_some()), "{name} on {paper}");
        }
    }
}

/// The PDF of a batch has every number, and is the same every time.
#[test]
fn a_batch_as_pdf() {
    let profile = Profile::new("a4", Paper::A4Lying, Language::Pdf, Device::Lp(None));
    let form = form("p9", &sample("p9")).unwrap();
    let make = || Job::make(&*form, &profile, &Strings::new(Lang::Chinese)).unwrap().bytes;
    let bytes = make();
    assert_eq!(bytes, make());
    let words = crate::pdf::words(&bytes);
    for payment in sample("p9")["payments"].as_array().unwrap() {
        let number = payment["number"].as_str().unwrap();
        assert_eq!(words.matches(number).count(), 2, "{number}\n{words}");
    }
}
