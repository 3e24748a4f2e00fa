//! What hands, pastes and attackers put in, row by row of the threat table, each through the door that a user has. The
//! rows that other doors take are tested there: a database in the wrong hands in `sqlite_damage.rs`, printers in
//! `slips.rs`, a million random keys in `monkey.rs`. To add a row: a test named by what happens, its input above it.

mod central;
#[path = "desk/sheet.rs"]
#[allow(dead_code)]
mod on_sheet;
#[path = "desk/support.rs"]
#[allow(dead_code)]
mod support;

use std::process::Command;

use central::{Central, sheet_of, stay};
use huzhu::app::Msg;
use huzhu::cli::demo;
use huzhu::cli::replay::{Options, run_story};
use huzhu::domain::amount::{self, AmountError};
use huzhu::domain::claim::{Agent, Payee};
use huzhu::domain::cover::Cover;
use huzhu::domain::date::{self, DateError};
use huzhu::domain::id_number::IdNumber;
use huzhu::domain::query::{NoQuery, Query};
use huzhu::domain::text::{self, TextError};
use huzhu::store::{Found, Request, StoreError};
use huzhu::strings::{Lang, Strings};
use on_sheet::*;
use support::*;
use uuid::Uuid;

fn paste(counter: &mut Counter, pasted: &str) {
    counter.send(Msg::Paste(pasted.to_owned()));
}

/// No row may hold what steers a terminal or hides text.
fn is_clean(text: &str) -> bool {
    !text.chars().any(|c| c != '\n' && text::is_unsafe(c))
}

/// What a field keeps of a paste.
fn kept_of(field: &str, pasted: &str) -> String {
    let mut counter = at_field(field, &[]);
    paste(&mut counter, pasted);
    assert!(is_clean(&counter.screen()), "{}", counter.screen());
    counter.press("shift-tab");
    kept(&counter, field)
}

/// A stored name as the desk shows it.
fn shown(name: &str) -> Counter {
    let mut counter = Counter::chinese();
    counter.type_text("wa");
    counter.found(vec![hit(1, name, 1970, "0000", "某单位", 1)]);
    assert!(is_clean(&counter.screen()), "{}", counter.screen());
    counter
}

// 1, 2: a title, a cleared screen in a name.
#[test]
fn escapes_never_get_into_a_name_and_old_ones_are_shown_as_signs() {
    for escape in ["\u{1b}]0;pwn\u{7}", "\u{1b}[2J\u{1b}[H"] {
        assert_eq!(text::name(&format!("王{escape}英")), Err(TextError::Unsafe(0x1b)));
        assert!(is_clean(&kept_of("agent_name", &format!("王{escape}英"))));
        shown(&format!("王{escape}英")).expect("王\u{241b}");
    }
}

// 3, 4: the clipboard and an eight-bit CSI in a remark.
#[test]
fn a_remark_steers_nothing() {
    for steering in ["\u{1b}]52;c;aGk=\u{7}", "\u{9b}31m"] {
        let mut counter = at_field("remark", &[]);
        paste(&mut counter, &format!("补录{steering}"));
        let claim = submit(&mut counter, accepted(1));
        assert!(claim.remark.starts_with("补录") && is_clean(&claim.remark), "{:?}", claim.remark);
    }
    shown("王\u{9b}31m英").expect("\u{27e8}009B\u{27e9}");
}

// 5: a bidi override.
#[test]
fn a_name_reads_in_one_direction() {
    assert_eq!(text::name("王\u{202e}英"), Err(TextError::Unsafe(0x202e)));
    assert_eq!(kept_of("agent_name", "王\u{202e}英"), "王英");
    shown("王\u{202e}英").expect("\u{27e8}202E\u{27e9}");
}

// 6: zero-width characters.
#[test]
fn nothing_invisible_makes_another_name() {
    for hidden in ['\u{200b}', '\u{ad}', '\u{feff}'] {
        let name = format!("王{hidden}秀英");
        assert_eq!(text::name(&name).as_deref(), Ok("王秀英"));
        assert_eq!(kept_of("agent_name", &name), "王秀英");
        let today = day("2021-03-20");
        assert_eq!(Query::parse(&name, today), Query::parse("王秀英", today));
    }
}

// 7: a tower of marks.
#[test]
fn a_tower_of_marks_breaks_no_row() {
    let tower = format!("王{}英", "\u{301}".repeat(100));
    assert!(text::name(&tower).unwrap().chars().count() <= 2 + 8);
    let mut counter = at_field("agent_name", &[]);
    let (before, _) = counter.draw();
    paste(&mut counter, &tower);
    let (after, _) = counter.draw();
    assert_eq!(before[..17], after[..17], "the rows above stand where they stood");
    shown(&tower).expect("1970");
}

// 8: line breaks, tabs, NUL.
#[test]
fn a_name_is_one_line() {
    for control in ["\r\n", "\t", "\0"] {
        assert!(matches!(text::name(&format!("王{control}英")), Err(TextError::Unsafe(_))));
        assert_eq!(kept_of("agent_name", &format!("王{control}英")), "王英");
    }
}

// 9: ten thousand characters.
#[test]
fn a_name_has_an_end() {
    assert_eq!(kept_of("agent_name", &"王".repeat(10_000)).chars().count(), text::NAME_MAX);
    assert_eq!(text::name(&"王".repeat(61)), Err(TextError::TooLong(text::NAME_MAX)));
    shown(&"王".repeat(10_000)).expect("..");
}

// 10: rare characters, Mongolian, middle dots.
#[test]
fn rare_names_are_kept_and_dots_are_one_dot() {
    for name in ["𠮷田\u{30000}", "\u{e000}某", "ᠪᠠᠭᠠᠲᠤᠷ"] {
        assert_eq!(text::name(name).as_deref(), Ok(name));
        let mut counter = at_field("agent_name", &[]);
        paste(&mut counter, name);
        counter.press("shift-tab");
        assert_eq!(kept(&counter, "agent_name"), name);
        counter.expect("备注");
    }
    let today = day("2021-03-20");
    for dot in ['\u{30fb}', '\u{2022}', '\u{ff0e}', '\u{b7}'] {
        let name = format!("巴图{dot}孟和");
        assert_eq!(text::name(&name).as_deref(), Ok("巴图·孟和"));
        assert_eq!(Query::parse(&name, today), Query::parse("巴图孟和", today));
    }
}

// 12: an error with someone's text in it, after the screen is given back.
#[test]
fn an_error_on_the_way_out_is_harmless() {
    let folder = tempfile::tempdir().unwrap();
    let out = Command::new(env!("CARGO_BIN_EXE_huzhu"))
        .args(["replay", "no-story-\u{1b}]0;pwn\u{7}\u{9b}31m", "--db", "sqlite:/nonexistent/\u{1b}[2J", "--data"])
        .arg(folder.path())
        .output()
        .unwrap();
    assert!(!out.status.success());
    let said = String::from_utf8(out.stderr).unwrap();
    assert!(said.contains("no-story-") && is_clean(&said), "{said:?}");
}

// 13, 14: wildcards and statements in a search.
#[tokio::test]
async fn a_search_is_a_value() {
    let central = central::sqlite().await;
    let store = central.open("0137").await;
    let members = central.count("SELECT count(*) FROM member").await;
    for typed in ["%", "_", "\\", "王%", "王_", "wang%", "wangx_", "'; drop table member;--", "王' OR '1'='1"] {
        if let Ok(query) = Query::parse(typed, day("2021-03-20")) {
            assert_eq!(store.search(&query).await.unwrap(), Found::default(), "{typed}");
        }
    }
    assert_eq!(central.count("SELECT count(*) FROM member").await, members);
}

// 15: one character.
#[test]
fn one_character_is_not_searched() {
    for typed in ["王", "w"] {
        let mut counter = Counter::chinese();
        counter.type_text(typed);
        counter.press("enter");
        assert_eq!(counter.searches(), 0, "{typed}");
    }
    assert_eq!(Query::parse("王", day("2021-03-20")), Err(NoQuery::OneMore));
}

// 16: the thirty-first look in a minute.
#[tokio::test]
async fn looks_run_out() {
    let central = central::sqlite().await;
    central.limit_looks(30).await;
    let store = central.open("0137").await;
    let member = store.search(&Query::parse("王秀英", day("2021-03-20")).unwrap()).await.unwrap().rows[0].member;
    for n in 1..=30 {
        assert!(store.open_member(Uuid::now_v7(), member, "claim").await.is_ok(), "look {n}");
    }
    let last = store.open_member(Uuid::now_v7(), member, "claim").await;
    assert!(matches!(last, Err(StoreError::Throttled(_))), "{last:?}");
    assert_eq!(central.count("SELECT count(*) FROM look").await, 30);
}

// 17: ID numbers one after the other.
#[tokio::test]
async fn numbers_cannot_be_tried_through() {
    let central = central::sqlite().await;
    central.limit_terms(20).await;
    let store = central.open("0137").await;
    let tries = (0..60).map(|n| {
        let body = format!("15280119710506{n:03}");
        format!("{body}{}", huzhu::domain::id_number::check_character(&body))
    });
    let mut refused = 0;
    for id in tries {
        let query = Query::parse(&id, day("2021-03-20")).unwrap();
        refused += usize::from(matches!(store.search(&query).await, Err(StoreError::Throttled(_))));
    }
    assert_eq!(refused, 40);
}

// 18: a member of another league.
#[tokio::test]
async fn another_leagues_member_is_nobody_here() {
    let central = central::sqlite().await;
    let store = central.open("0137").await;
    let world = central.world();
    let other = world.members().find(|person| person.league.get() == 150_400).unwrap();
    let mobile = Query::parse(&other.mobile, day("2021-03-20")).unwrap();
    assert_eq!(store.search(&mobile).await.unwrap(), Found::default());
    assert!(matches!(store.open_member(Uuid::now_v7(), other.id, "claim").await, Err(StoreError::NotFound)));
    let id = store.search(&Query::parse(&other.id_number, day("2021-03-20")).unwrap()).await.unwrap();
    assert_eq!(id, Found { elsewhere: true, ..Found::default() });
}

/// What the sheet says when a text is typed into an empty field and left.
fn said_of(field: &str, typed: &str, others: &[(&str, &str)]) -> Counter {
    let mut counter = at_field(field, others);
    counter.type_text(typed);
    counter.press("enter");
    counter
}

// 36: amounts that are none.
#[test]
fn amounts_that_are_none_are_refused_in_words() {
    for (typed, words) in [
        ("-5", "金额不能是负数"),
        ("0.001", "金额最多两位小数"),
        ("1e2", "金额写法"),
        ("NaN", "金额写法"),
        ("Infinity", "金额写法"),
        ("9999999999999", "金额太大"),
        ("999999999999.99+0.01", "金额太大"),
    ] {
        let mut counter = said_of("first_pay", typed, &[]);
        counter.expect(words);
        counter.press("ctrl-s");
        counter.expect(words);
        counter.expect_not("确认提交");
    }
    // The total alone may not be nothing.
    let mut counter = said_of("total", "0", &[("total", "")]);
    counter.press("ctrl-s");
    counter.expect_not("确认提交");
    // The largest amount that is recorded overflows nothing.
    let counter = said_of("total", "999999999999.99", &[("total", "")]);
    counter.expect("699,999,975,501.78");
    // What does not fit is never cut to another amount.
    counter.expect("############");
    counter.expect_not("999,999,999,");
}

// 37: other writings of amounts.
#[test]
fn full_width_and_grouped_amounts_are_amounts() {
    said_of("first_pay", "１２３．４５", &[]).expect("123.45");
    said_of("first_pay", "1,234.50", &[]).expect("1,234.50");
    said_of("first_pay", "1.234,50", &[]).expect("逗号只能作千分位");
    assert_eq!(amount::parse("1.234,50", false), Err(AmountError::Comma));
}

// 38: more than the treatment cost.
#[test]
fn more_than_was_paid_needs_a_reason() {
    let mut counter = at_field("remark", &[("total", "100"), ("out_of_scope", ""), ("pooled", "")]);
    counter.press("ctrl-s");
    counter.expect("补助高于医疗费总额");
    counter.type_text("最低标准");
    counter.press("enter space enter");
    let claim = match counter.answer(|request| matches!(request, Request::Submit(_)), accepted(1)) {
        Request::Submit(claim) => claim,
        other => panic!("{other:?}"),
    };
    assert_eq!(claim.reasons[0].warning, "above_total");
}

// 39: days that are none.
#[test]
fn days_that_are_none_are_refused_at_the_field() {
    for (typed, words) in [
        ("20210230", "没有这一天"),
        ("0000", "没有这一天"),
        ("02260312", "年份不对"),
        ("20210321", "日期在今天以后"),
        ("20210311", "出院早于入院"),
        ("12345", "日期写法"),
        ("下周", "日期写法"),
    ] {
        said_of("discharge", typed, &[("discharge", "")]).expect(words);
    }
}

// 40: the first and the last day of everything.
#[test]
fn days_at_the_edge() {
    let today = day("2021-03-20");
    assert_eq!(date::parse("0229", today), Ok(day("2020-02-29")), "the last leap day");
    assert_eq!(date::parse("20210229", today), Err(DateError::NoSuchDay));
    assert_eq!(date::parse("0320", today), Ok(today));
    assert_eq!(date::parse("0321", today), Ok(day("2020-03-21")), "never in the future");
    assert_eq!(date::parse("20000229", today), Ok(day("2000-02-29")));
    // The policy of 2021 from its first day on; the only one that is known here.
    for (discharge, applies) in [("20210101", true), ("20201231", false)] {
        let counter = at_field("remark", &[("admission", "20201201"), ("discharge", discharge)]);
        assert_eq!(counter.screen().contains("NM-2021"), applies, "{discharge}");
    }
    // 78: not yet joined, the first day, the last day, expired.
    for (from, to, covered) in [
        ("2021-03-20", "2021-12-31", false),
        ("2021-03-19", "2021-12-31", true),
        ("2021-01-01", "2021-03-19", true),
        ("2021-01-01", "2021-03-18", false),
    ] {
        let mut counter = at_desk(hello());
        find(&mut counter);
        counter.press("f3");
        let mut member = sheet(vec![]);
        member.covers = vec![Cover { period: 2021, from: day(from), to: day(to) }];
        counter.opened(member);
        enter_claim(&mut counter);
        assert_eq!(counter.screen().contains("2,427.70"), covered, "{from} {to}");
        // A reviewer decides: it can be submitted.
        let claim = submit(&mut counter, accepted(1));
        assert_eq!(claim.assessment.contains("not_covered"), !covered);
    }
}

// 41, 42: ID numbers.
#[test]
fn an_id_number_is_checked_and_its_writings_are_one() {
    for (typed, words) in [
        ("150102198001010015", "证件号校验不符"),
        ("15O102198001010014", "证件号只能是数字"),
        ("150102198002300014", "出生日期不对"),
        ("15010219800101001", "证件号是18位"),
    ] {
        let mut counter = said_of("agent_id", typed, &[("agent_name", "张三"), ("agent_relation=", "child")]);
        counter.expect(words);
        counter.press("ctrl-s");
        counter.expect_not("确认提交");
    }
    for typed in
        ["11010519491231002x", "１１０１０５１９４９１２３１００２Ｘ", "110105 19491231 002X", "110105491231002"]
    {
        assert_eq!(IdNumber::parse(typed, day("2021-03-20")).unwrap().as_str(), "11010519491231002X");
        let mut counter = at_field("agent_id", &[("agent_name", "张三"), ("agent_relation=", "child")]);
        paste(&mut counter, typed);
        let claim = submit(&mut counter, accepted(1));
        let agent = Agent { name: "张三".into(), id_number: "11010519491231002X".into(), relation: "child".into() };
        assert!(claim.agent == Some(agent), "{typed}");
    }
}

// 43: a card that fails its check.
#[test]
fn a_doubtful_card_is_typed_twice_and_said_at_the_confirmation() {
    let mut counter = said_of("card", "6221 4700 0123 4581 235", &[]);
    counter.expect("卡号校验不符");
    counter.press("ctrl-s");
    counter.expect("卡号再输还没填");
    counter.type_text("6221470001234581235");
    counter.press("ctrl-s");
    counter.expect("确认提交");
    counter.expect("卡号校验不符");
    counter.expect("****1235");
    counter.press("space enter");
    let claim = match counter.answer(|request| matches!(request, Request::Submit(_)), accepted(1)) {
        Request::Submit(claim) => claim,
        other => panic!("{other:?}"),
    };
    assert!(claim.payee == Payee::New { bank: "内蒙古银行".into(), card: "6221470001234581235".into() });
}

// 44: one bill, two offices, one second.
#[tokio::test(flavor = "multi_thread")]
async fn one_bill_is_claimed_once_in_the_region() {
    let central = central::sqlite().await;
    let (here, there) = (central.open("0137").await, central.open("0201").await);
    let member = sheet_of(&*here, "王秀英").await;
    let other = sheet_of(&*there, "乌云其木格").await;
    let one = stay(&*here, &member, "0012345678", "2021-03-12", "2021-03-19").await;
    let two = stay(&*there, &other, "0012345678", "2021-03-02", "2021-03-09").await;
    let (one, two) = tokio::join!(here.submit(&one), there.submit(&two));
    let lost: Vec<StoreError> = [one, two].into_iter().filter_map(Result::err).collect();
    assert_eq!(lost.len(), 1, "{lost:?}");
    let StoreError::Duplicate(huzhu::store::Duplicate::Bill(standing)) = &lost[0] else { panic!("{lost:?}") };
    assert_eq!(standing.line, None, "of the other league only office, number and state");
    assert_eq!(central.count("SELECT count(*) FROM claim").await, 1);
}

// 45: one bill number in all its writings.
#[test]
fn a_bill_number_is_one_in_all_its_writings() {
    let mut keys = Vec::new();
    for typed in ["0012345678", "00 1234 5678", "001-2345-678", "００１２３４５６７８", "00\u{3000}12345678"]
    {
        let mut counter = at_field("bill_number", &[("bill_number", "")]);
        paste(&mut counter, typed);
        let asked =
            counter.answer(|request| matches!(request, Request::CheckBill(_)), Ok(huzhu::store::Reply::Bill(None)));
        let Request::CheckBill(bill) = asked else { panic!("{asked:?}") };
        keys.push(bill.key());
    }
    keys.dedup();
    assert_eq!(keys, ["E/15060121/0012345678"]);
}

// 46: five megabytes into a field.
#[test]
fn a_paste_has_an_end() {
    let huge = "王".repeat((5 << 20) / 3);
    assert_eq!(kept_of("remark", &huge).chars().count(), text::REMARK_MAX);
    assert_eq!(kept_of("first_pay", &"9".repeat(5 << 20)).len(), 60);
    let mut counter = Counter::chinese();
    paste(&mut counter, &huge);
    assert_eq!(counter.searches(), 0);
}

// 47: line breaks and the bytes of keys in a paste; text that came too fast for hands.
#[test]
fn a_paste_is_text_and_commands_nothing() {
    for keys in ["18234.56\r\n1320\r\n", "1\u{1b}[13~\u{13}\r", "\u{1b}OR\u{1b}[24~0\u{13}\r\r\r"] {
        let mut counter = at_field("first_pay", &[]);
        counter.asked.clear();
        paste(&mut counter, keys);
        counter.expect("补助测算");
        counter.expect_not("确认提交");
        assert!(counter.asked.is_empty(), "{keys:?}: {:?}", counter.asked);
        counter.press("shift-tab");
        assert!(is_clean(&kept(&counter, "first_pay")));
        // On the confirmation it does nothing at all.
        counter.press("ctrl-u down ctrl-u");
        counter.press("ctrl-s");
        counter.expect("确认提交");
        paste(&mut counter, " \r\r\r");
        counter.expect("确认提交");
        assert!(counter.asked.is_empty());
    }
    let mut counter = at_field("first_pay", &[]);
    counter.send(Msg::Burst("1\r2\r3\r4\r5\r6\r7\r8\r\r\r\r\r\r\r\r\r\r\r".into()));
    counter.expect_not("确认提交");
    assert!(counter.asked.is_empty(), "{:?}", counter.asked);
}

// 48: Enter held down on the confirmation.
#[test]
fn enter_held_down_submits_once() {
    let mut counter = at_field("remark", &[]);
    counter.press("ctrl-s space");
    for _ in 0..50 {
        counter.press("enter");
    }
    assert_eq!(counter.asked.iter().filter(|(_, request)| matches!(request, Request::Submit(_))).count(), 1);
}

/// Typed everywhere on the sheet, and nowhere to be found afterwards.
const CANARIES: [&str; 4] = ["150102198001010014", "6221470009876543219", "13812345678", "152801197105062264"];

// 65: what was typed, on the disk after the power was cut.
#[tokio::test(flavor = "multi_thread")]
async fn what_this_terminal_keeps_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let (central, data) = (folder.path().join("central.db"), folder.path().join("data"));
    demo::make(&central, 1_000, huzhu::world::world_day(), &Strings::new(Lang::Chinese)).await.unwrap();
    let story = format!(
        "{mobile}<idle><enter><f3><idle><c-r><idle>\nexpect {member}\n\
         0012345678<enter>by<enter>0312<enter>0319<enter>k80<enter>18234.56<enter>\n{to_the_end}<down><down><down><down>\n\
         {card}<enter>{card}<enter><down><down>张三丰<enter>{agent}\nexpect 张三丰\nexpect >配偶\n<kill>\nexpect 草稿\n",
        agent = CANARIES[0],
        card = CANARIES[1],
        mobile = CANARIES[2],
        member = CANARIES[3],
        to_the_end = "<enter>".repeat(10),
    );
    let options = Options { data: Some(data.clone()), ..Options::new(&story, central, Lang::Chinese) };
    let outcome = run_story(options).await.unwrap();
    assert!(outcome.failed.is_empty(), "{:#?}", outcome.failed);
    let mut files = vec![data];
    let mut read = 0;
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        read += bytes.len();
        for canary in CANARIES.iter().copied().chain(["张三丰"]) {
            let found = bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
            assert!(!found, "{canary} stands in {}", path.display());
        }
    }
    assert!(read > 4_096, "the journal was looked at");
}

// 64, 66: what reaches a log or a panic.
#[test]
fn personal_data_are_stars_where_a_program_prints_itself() {
    let mut counter =
        at_field("card", &[("agent_name", "张三"), ("agent_id", CANARIES[0]), ("agent_relation=", "child")]);
    counter.type_text(CANARIES[1]);
    counter.press("enter");
    counter.type_text(CANARIES[1]);
    let draft = format!("{:?}", drafts(&counter).pop().unwrap());
    let claim = submit(&mut counter, accepted(1));
    let printed = [
        draft,
        format!("{claim:?}"),
        format!("{:?}", claim.agent),
        format!("{:?}", claim.payee),
        format!("{:?}", sheet(vec![]).member),
        format!("{:?}", Query::parse(CANARIES[3], day("2021-03-20"))),
        format!("{:?}", Query::parse(CANARIES[2], day("2021-03-20"))),
        format!("{:?}", IdNumber::parse(CANARIES[3], day("2021-03-20"))),
        format!("{:?}", huzhu::app::edit::Line::new(CANARIES[1])),
    ];
    for text in printed {
        for canary in CANARIES.iter().copied().chain(["张三", "王秀英"]) {
            assert!(!text.contains(canary), "{canary} in {text}");
        }
        assert_eq!(text.lines().count(), 1, "one line in a log");
    }
}

// 83: who looks over a shoulder.
#[test]
fn numbers_are_masked_when_the_cursor_is_elsewhere() {
    let mut counter =
        at_field("card", &[("agent_name", "张三"), ("agent_id", CANARIES[0]), ("agent_relation=", "child")]);
    counter.expect("150102********0014");
    counter.expect_not(CANARIES[0]);
    counter.type_text(CANARIES[1]);
    counter.expect(CANARIES[1]);
    counter.press("enter");
    counter.expect("****3219");
    counter.expect_not(CANARIES[1]);
    counter.type_text(CANARIES[1]);
    counter.press("ctrl-s");
    counter.expect_not(CANARIES[1]);
    counter.press("f12");
    counter.expect_not("3219");
}

// 84: any size.
#[test]
fn a_sheet_at_any_size() {
    let mut counter = at_field("total", &[]);
    for (columns, rows) in [(20, 5), (1, 1), (79, 24), (80, 23)] {
        counter.resize(columns, rows);
        counter.draw();
        // Nobody sees what a key would do.
        counter.press("9 ctrl-s enter");
    }
    counter.resize(400, 100);
    counter.expect("18234.56");
    counter.expect_not("18234.569");
}
