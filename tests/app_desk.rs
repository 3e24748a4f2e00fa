//! The desk, driven as a clerk does, with hand-made answers of the store.

#[path = "desk/support.rs"]
#[allow(dead_code)]
mod support;

use huzhu::app::Msg;
use huzhu::domain::claim::ClaimState;
use huzhu::domain::query::{Query, Term};
use huzhu::store::{Desk, Found, Reply, Request, StoreError};
use huzhu::strings::Lang;
use support::*;

fn is_search(request: &Request) -> bool {
    matches!(request, Request::Search(_))
}

/// What a search asked by letters.
fn latin(request: &Request) -> &str {
    match request {
        Request::Search(Query::Latin(Term { key, .. })) => key,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_desk_as_it_is_sketched() {
    let returned = vec![line(398, "张三", ClaimState::Returned)];
    let mut counter = Counter::with(
        Lang::Chinese,
        Desk {
            accepted_today: 6,
            returned,
            returned_count: 1,
            own_today: vec![line(399, "李四", ClaimState::Submitted)],
        },
    );
    counter.send(Msg::Journal { drafts: vec![draft("巴特尔")], reference: None, damage: None });
    counter.type_text("wangxiu");
    counter.found(vec![]);
    counter.found(two_hits());
    counter.press("down");
    let (screen, cursor) = counter.draw();
    let expected = [
        "互助 临河区 1号窗口 0137    2021-03-20 09:14    已连接    今日 受理6 待补1",
        "查找 wangxiu                                                            2条 拼音",
        "--------------------------------------------------------------------------------",
        "  1 王秀芳     女 1968 152801********1023 临河区第一中学           2021 连续3年",
        "> 2 王秀英     女 1971 152801********2264 巴彦淖尔市医院           2021 首年",
        "--------------------------------------------------------------------------------",
        "  [草稿] 巴特尔     住院 09:02 已存",
        "  [退回] HZ150802-2021-0000398-40 张三       缺 出院小结                     1天",
        "  [今日] HZ150802-2021-0000399-37 李四       住院                       2,427.70",
    ];
    assert_eq!(screen[..expected.len()], expected);
    assert_eq!(screen[23], "F1帮助 F2查找 F3新申领 F6历次 Enter打开 F10全部命令 F12锁屏 Ctrl-Q退出");
    assert_eq!(cursor.map(|at| (at.x, at.y)), Some((12, 1)));
}

#[test]
fn one_question_under_way_and_only_the_newest_answer_counts() {
    let mut counter = Counter::chinese();
    counter.type_text("wangxiu");
    assert_eq!(counter.searches(), 1);
    // The answer to the first two letters comes late: dropped, and the newest is asked.
    let first = counter.found(vec![hit(9, "王一", 1950, "0001", "旧单位", 1)]);
    assert_eq!(latin(&first), "wa");
    counter.expect_not("王一");
    assert_eq!(counter.searches(), 1);
    counter.expect_not("没有找到");
    let second = counter.found(two_hits());
    assert_eq!(latin(&second), "wangxiu");
    counter.expect("王秀芳");
    assert_eq!(counter.searches(), 0);
    // An answer with a number that was never given is nobody's.
    counter.send(Msg::Store { seq: 9999, result: Ok(Reply::Found(Found::default())) });
    counter.expect("王秀芳");
}

#[test]
fn old_rows_and_keys_stay_as_they_look_until_new_rows_come() {
    let mut counter = Counter::chinese();
    counter.type_text("wa");
    counter.found(two_hits());
    counter.press("down");
    counter.expect("> 2 王秀英");
    let (before, _) = counter.draw();
    counter.type_text("n");
    let (under_way, cursor) = counter.draw();
    assert_eq!(under_way[0], before[0]);
    assert_eq!(under_way[1], before[1].replace("wa ", "wan"));
    assert_eq!(under_way[2..], before[2..]);
    assert_eq!(cursor.map(|at| at.x), Some(8));
    // What is pressed meanwhile is for the new rows.
    counter.press("enter");
    counter.found(vec![hit(7, "王娜", 1990, "0007", "临河区第一中学", 1)]);
    let opened = counter.opened(sheet(vec![]));
    assert!(matches!(opened, Request::OpenMember { member, .. } if member == hit(7, "", 0, "", "", 0).member));
    counter.press("esc");
    counter.expect_not("王秀英");
    counter.expect("> 1 王娜");
}

#[test]
fn what_failed_is_asked_again_when_it_is_typed_again() {
    let mut counter = Counter::chinese();
    counter.type_text("wa");
    counter.answer(is_search, Err(StoreError::Unreachable("no route".into())));
    counter.expect("连不上中心");
    // Erased and typed before the answer to what is shorter is there.
    counter.type_text("n");
    counter.press("backspace");
    counter.expect_not("连不上中心");
    counter.answer(is_search, Err(StoreError::Unreachable("no route".into())));
    let asked = counter.found(two_hits());
    assert_eq!(latin(&asked), "wa");
    counter.expect("> 1 王秀芳");
}

#[test]
fn what_is_not_searched_is_said() {
    for (typed, sentence) in [
        ("w", "再输入一个字"),
        ("王", "再输入一个字"),
        ("123", "数字太少"),
        ("1234567", "只输入尾号4至6位"),
        ("152801197105062265", "校验码不对"),
        ("HZ1508", "受理号不完整"),
        ("6221471234561234567", "不按银行卡查找"),
        ("?!", "不能这样查找"),
    ] {
        let mut counter = Counter::chinese();
        counter.type_text(typed);
        counter.expect(sentence);
        // What is typed on the way to it (four to six digits are a search) is answered late, and changes nothing.
        while counter.searches() > 0 {
            counter.found(two_hits());
        }
        counter.expect(sentence);
        counter.expect_not("王秀芳");
    }
}

#[test]
fn what_was_found_or_not_is_said() {
    let mut counter = Counter::chinese();
    counter.type_text("wa");
    counter.found(vec![]);
    counter.expect("没有找到");
    counter.type_text("n");
    counter.answer(is_search, Ok(Reply::Found(Found { elsewhere: true, ..Found::default() })));
    counter.expect("其他盟市");
    counter.type_text("g");
    counter.answer(is_search, Ok(Reply::Found(Found { rows: two_hits(), more: true, ..Found::default() })));
    counter.expect("还有更多");
    counter.type_text("x");
    counter.answer(is_search, Err(StoreError::Throttled(time("2021-03-20 09:15"))));
    counter.expect("09:15:00 以后再试");
    counter.type_text("i");
    counter.answer(is_search, Err(StoreError::Unreachable("no route".into())));
    counter.expect("已输入的都在");
    counter.expect("连接中断 自09:14");
    counter.expect("查找 wangxi");
    // Enter asks once more what could not be answered.
    counter.press("enter");
    counter.found(two_hits());
    counter.expect("王秀英");
    counter.expect("已连接");
}

#[test]
fn twenty_rows_turn_pages_and_alt_digits_pick() {
    let mut counter = Counter::chinese();
    counter.type_text("wa");
    let rows = (1..=20).map(|n| hit(n, &format!("王{n}"), 1970, "0000", "单位", 2)).collect();
    counter.found(rows);
    counter.expect("> 1 王1 ");
    counter.expect("  9 王9 ");
    counter.expect_not("王10");
    counter.press("pgdn down");
    counter.expect(">   王10");
    counter.expect_not("  1 王1 ");
    // Up again the rows stay as long as the chosen one is among them.
    counter.press("up up");
    counter.expect("> 8 王8 ");
    counter.expect("  2 王2 ");
    counter.expect("    王10");
    counter.press("pgdn pgdn down down down");
    counter.expect(">   王20");
    counter.press("pgup pgup pgup");
    counter.expect("> 1 王1 ");
    counter.press("alt-3");
    let opened = counter.opened(sheet(vec![]));
    assert!(matches!(opened, Request::OpenMember { member, .. } if member == hit(3, "", 0, "", "", 0).member));
    counter.expect("会员 王秀英");
    counter.press("esc");
    counter.expect("> 3 王3");
}

#[test]
fn enter_before_the_answer_acts_when_it_comes() {
    let mut counter = Counter::chinese();
    counter.type_text("wangxiuying");
    counter.press("enter");
    assert!(!counter.asked.iter().any(|(_, request)| matches!(request, Request::OpenMember { .. })));
    counter.found(vec![]);
    counter.found(vec![hit(2, "王秀英", 1971, "2264", "巴彦淖尔市医院", 1)]);
    counter.opened(sheet(vec![]));
    counter.expect("参互率 82.4%");
}

#[test]
fn keys_typed_ahead_go_where_the_answer_leads() {
    let mut counter = Counter::chinese();
    counter.type_text("wa");
    // Down, a new claim, and the bill's number are typed before a row is there.
    counter.press("down f3");
    counter.type_text("0012345678");
    counter.expect_not("0012345678");
    counter.found(two_hits());
    counter.expect("0012345678");
    let asked = counter.asked.iter().find_map(|(_, request)| match request {
        Request::OpenMember { member, .. } => Some(*member),
        _ => None,
    });
    assert_eq!(asked, Some(two_hits()[1].member));
}

#[test]
fn a_whole_claim_can_be_typed_ahead_of_the_members_sheet() {
    let mut counter = Counter::silent(Lang::Chinese);
    counter.answer(|request| matches!(request, Request::Hello), Ok(Reply::Hello(Box::new(hello()))));
    let reference = Reply::Reference(Some(Box::new(reference())));
    counter.answer(|request| matches!(request, Request::Reference { .. }), Ok(reference));
    counter.type_text("wa");
    counter.press("down enter f3");
    for field in ["0012345678", "by", "0312", "0319", "k80", "18234.56", "1320", "", "", "11020.3"] {
        counter.type_text(field);
        counter.press("enter");
    }
    // The submit, all documents and the acceptance too: nothing is there yet that could be confirmed.
    counter.press("ctrl-s space enter");
    counter.found(two_hits());
    assert!(!counter.asked.iter().any(|(_, request)| matches!(request, Request::Submit(_))));
    let mut first_year = sheet(vec![]);
    first_year.covers.remove(0);
    counter.opened(first_year);
    let submitted = counter.asked.iter().find_map(|(_, request)| match request {
        Request::Submit(claim) => Some(claim.clone()),
        _ => None,
    });
    let claim = submitted.unwrap_or_else(|| panic!("nothing was submitted:\n{}", counter.screen()));
    assert_eq!((claim.total, claim.state), (yuan("2427.70"), ClaimState::Submitted));
}

#[test]
fn keys_typed_ahead_are_dropped_where_there_is_nothing_or_esc_is_pressed() {
    let mut counter = Counter::chinese();
    counter.type_text("wa");
    counter.press("f3");
    counter.type_text("0012345678");
    counter.found(vec![]);
    counter.expect("查找 wa ");
    counter.expect_not("0012345678");
    let mut counter = Counter::chinese();
    counter.type_text("wa");
    counter.press("f3");
    counter.type_text("0012345678");
    counter.press("esc");
    counter.found(two_hits());
    counter.expect("查找 wa ");
    counter.expect("> 1 王秀芳");
}

#[test]
fn esc_and_f2_clear_the_box() {
    for key in ["esc", "f2"] {
        let mut counter = Counter::chinese();
        counter.type_text("wa");
        counter.found(two_hits());
        counter.press(key);
        counter.expect_not("王秀芳");
        counter.expect("输入姓名、拼音");
    }
}

#[test]
fn a_question_that_is_never_answered_holds_nothing_up() {
    let mut counter = Counter::chinese();
    counter.type_text("wa");
    counter.press("esc");
    counter.type_text("li");
    assert_eq!(counter.searches(), 2);
    counter.asked.pop_front();
    let asked = counter.found(two_hits());
    assert_eq!(latin(&asked), "li");
    counter.expect("王秀芳");
}

#[test]
fn a_draft_goes_on_with_one_key() {
    let mut counter = Counter::silent(Lang::Chinese);
    counter.send(Msg::Journal { drafts: vec![draft("巴特尔")], reference: None, damage: None });
    counter.expect("> [草稿] 巴特尔     住院 09:02 已存");
    counter.expect("Enter继续");
    counter.press("enter");
    counter.expect("0012345678");
    counter.expect_not("[草稿]");
}

#[test]
fn the_lists_open_their_claims_slips_and_members() {
    let desk = Desk { returned: vec![line(398, "张三", ClaimState::Returned)], returned_count: 1, ..Desk::default() };
    let mut counter = Counter::with(Lang::Chinese, desk);
    counter.press("enter");
    let asked = counter.claim(recorded(398, ClaimState::Returned));
    assert_eq!(asked, Request::Claim(number(398)));
    counter.expect("材料不全");
    counter.press("esc f5");
    counter.claim(recorded(398, ClaimState::Returned));
    counter.expect("受理回执");
    counter.press("esc f6");
    counter.opened(sheet(vec![]));
    counter.expect("历次申领 0笔");
    counter.press("esc f3");
    counter.expect("申领");
}

#[test]
fn a_scanned_claim_number_replaces_what_is_there() {
    let mut counter = Counter::chinese();
    counter.type_text("wa");
    counter.found(two_hits());
    counter.send(Msg::Paste(number(412).to_string()));
    let asked = counter.answer(is_search, {
        let rows = vec![huzhu::store::Hit { claim: Some(number(412)), ..two_hits()[1].clone() }];
        Ok(Reply::Found(Found { rows, ..Found::default() }))
    });
    assert_eq!(asked, Request::Search(Query::Claim(number(412))));
    counter.expect("1条 受理号");
    counter.press("f5");
    counter.claim(recorded(412, ClaimState::Submitted));
    counter.expect(&format!("回执 {}", number(412)));
}
