//! The desk and the screens around it, driven as a clerk does, with hand-made answers of the store.

#[path = "desk/support.rs"]
mod support;

use huzhu::app::{Cmd, Msg};
use huzhu::domain::claim::ClaimState;
use huzhu::domain::member::PersonalField;
use huzhu::domain::query::{Query, Term};
use huzhu::keymap::Action;
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
fn old_rows_stay_until_new_ones_come_but_nothing_in_them_is_chosen() {
    let mut counter = Counter::chinese();
    counter.type_text("wa");
    counter.found(two_hits());
    counter.expect("> 1 王秀芳");
    counter.type_text("n");
    counter.expect("王秀芳");
    counter.expect_not("> 1");
    counter.found(vec![hit(2, "王秀英", 1971, "2264", "巴彦淖尔市医院", 1)]);
    counter.expect_not("王秀芳");
    counter.expect("> 1 王秀英");
}

#[test]
fn what_is_not_searched_is_said() {
    for (typed, sentence) in [
        ("w", "再输入一个字"),
        ("王", "再输入一个字"),
        ("123", "数字太少"),
        ("1234567", "只输入尾号4至6位"),
        ("152801197105062265", "校验码不对"),
        ("HZ1508", "申领号不完整"),
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
    counter.answer(is_search, Ok(Reply::Found(Found { rows: two_hits(), more: true, elsewhere: false })));
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
    counter.expect("1条 申领号");
    counter.press("f5");
    counter.claim(recorded(412, ClaimState::Submitted));
    counter.expect(&format!("回执 {}", number(412)));
}

#[test]
fn the_members_sheet_is_masked_and_says_what_was_paid() {
    let mut counter = Counter::chinese();
    counter.type_text("wa");
    counter.found(two_hits());
    counter.press("enter");
    let old = huzhu::domain::claim::ClaimLine {
        period: 2020,
        total: yuan("100.00"),
        ..line(3, "王秀英", ClaimState::Submitted)
    };
    let withdrawn = line(2, "王秀英", ClaimState::Withdrawn);
    counter.opened(sheet(vec![line(5, "王秀英", ClaimState::Submitted), withdrawn, old]));
    for text in [
        "王秀英 女 1971-05-06",
        "身份证 152801********2264",
        "手机 138****5678",
        "内蒙古银行 ****1234",
        "2021 连续2年 2021-01-01 至 2021-12-31",
        "2020 首年",
        "2021年补助 1次 2,427.70",
        "历次补助 2次 2,527.70",
        "历次申领 3笔",
        "已撤回",
        "巴彦淖尔市医院  2021-03-01 至 2021-03-08  医疗费总额 18,234.56",
    ] {
        counter.expect(text);
    }
    // F6: the list over the whole height.
    counter.press("f6");
    counter.expect_not("参互率");
    counter.press("down down enter");
    assert_eq!(counter.asked.back().map(|(_, request)| request.clone()), Some(Request::Claim(number(3))));
}

#[test]
fn numbers_are_revealed_one_by_one_for_thirty_seconds() {
    let mut counter = Counter::chinese();
    counter.type_text("wa");
    counter.found(two_hits());
    counter.press("enter");
    counter.opened(sheet(vec![]));
    let reveal = |counter: &mut Counter, field, whole: &str| {
        let request = counter
            .answer(|request| matches!(request, Request::Reveal { .. }), Ok(Reply::Revealed(field, whole.to_owned())));
        assert!(matches!(request, Request::Reveal { field: asked, .. } if asked == field), "{request:?}");
    };
    counter.press("ctrl-r");
    reveal(&mut counter, PersonalField::IdNumber, "152801197105062264");
    counter.expect("152801197105062264");
    counter.wait(20_000);
    counter.press("f11");
    reveal(&mut counter, PersonalField::Mobile, "13812345678");
    counter.expect("13812345678");
    counter.wait(9_999);
    counter.expect("152801197105062264");
    let wake = counter.app.wake_in().unwrap();
    assert!(wake <= std::time::Duration::from_millis(1), "{wake:?}");
    counter.wait(1);
    counter.expect_not("152801197105062264");
    counter.expect("13812345678");
    counter.press("ctrl-r");
    reveal(&mut counter, PersonalField::IdNumber, "152801197105062264");
    counter.press("ctrl-r");
    reveal(&mut counter, PersonalField::BankCard, "6221471234561234");
    counter.expect("内蒙古银行 6221471234561234");
    // What a screen covered is hidden when it is back.
    counter.press("f1 esc");
    counter.expect_not("6221471234561234");
    counter.expect_not("152801197105062264");
}

#[test]
fn a_sheet_that_cannot_be_opened_is_asked_again_with_the_same_ticket() {
    let mut counter = Counter::chinese();
    counter.type_text("wa");
    counter.found(two_hits());
    counter.press("enter");
    let is_open = |request: &Request| matches!(request, Request::OpenMember { .. });
    let first = counter.answer(is_open, Err(StoreError::Unknown("reset".into())));
    counter.expect("不会重复记录");
    counter.expect("Enter再试，Esc返回");
    counter.press("enter");
    let second = counter.opened(sheet(vec![]));
    assert_eq!(first, second);
    counter.expect("王秀英");
}

#[test]
fn a_claim_is_withdrawn_with_a_reason() {
    let desk = Desk { own_today: vec![line(412, "王秀英", ClaimState::Submitted)], ..Desk::default() };
    let mut counter = Counter::with(Lang::Chinese, desk);
    counter.press("enter");
    counter.claim(recorded(412, ClaimState::Submitted));
    for text in ["K80.100", "总额 18,234.56", "全自费 1,320.00", "10,000.00以内 40%", "2,427.70", "2021-03-20 09:20"]
    {
        counter.expect(text);
    }
    counter.press("pgdn");
    counter.expect("有 出院小结");
    counter.press("ctrl-w enter");
    counter.expect("请写明撤回原因");
    // A digit is text here, and the keys of lists do nothing.
    counter.type_text("录错1");
    counter.press("enter");
    let is_withdraw = |request: &Request| matches!(request, Request::Withdraw { .. });
    let asked = counter.answer(is_withdraw, Err(StoreError::Stale(2)));
    assert_eq!(asked, Request::Withdraw { number: number(412), rev: 1, reason: "录错1".into() });
    counter.expect("刚被别人改动");
    counter.claim(huzhu::domain::claim::Claim { rev: 2, ..recorded(412, ClaimState::Submitted) });
    counter.press("enter");
    let asked = counter.answer(is_withdraw, Err(StoreError::NotAllowed));
    assert!(matches!(asked, Request::Withdraw { rev: 2, .. }));
    counter.expect("只有受理机构");
    counter.press("enter");
    counter.answer(is_withdraw, Ok(Reply::Withdrawn(number(412), 3)));
    counter.expect(&format!("[完成] 已撤回 {}", number(412)));
    counter.claim(recorded(412, ClaimState::Withdrawn));
    counter.press("ctrl-w");
    counter.expect("已经撤回");
}

#[test]
fn a_claim_is_withdrawn_from_the_members_list_too() {
    let mut counter = Counter::chinese();
    counter.type_text("wa");
    counter.found(two_hits());
    counter.press("enter");
    counter.opened(sheet(vec![line(412, "王秀英", ClaimState::Submitted)]));
    counter.press("ctrl-w");
    // The reason is typed before the claim is there.
    counter.type_text("录错");
    counter.expect_not("录错");
    counter.claim(recorded(412, ClaimState::Submitted));
    counter.expect("原因 录错");
    counter.press("esc");
    counter.expect_not("录错");
    counter.press("esc");
    // Back on the sheet its list is read anew, without another recorded look.
    let withdrawn = line(412, "王秀英", ClaimState::Withdrawn);
    counter.answer(|request| matches!(request, Request::ClaimsOf(_)), Ok(Reply::Claims(vec![withdrawn])));
    counter.expect("已撤回");
    counter.expect("历次补助 0次 0.00");
    assert!(!counter.asked.iter().any(|(_, request)| matches!(request, Request::OpenMember { .. })));
}

#[test]
fn a_slip_is_recorded_before_it_is_printed() {
    let desk = Desk { own_today: vec![line(412, "王秀英", ClaimState::Submitted)], ..Desk::default() };
    let mut counter = Counter::with(Lang::Chinese, desk);
    counter.press("f5");
    counter.claim(recorded(412, ClaimState::Submitted));
    counter.expect("受理回执");
    counter.expect("已打印 0 次");
    counter.press("right");
    counter.expect("打印机 office");
    let is_record = |request: &Request| matches!(request, Request::RecordPrint(_));
    let prints = |counter: &Counter| {
        let prints = counter.commands.iter().filter_map(|command| match command {
            Cmd::Print { form, printer, .. } => Some((form.file_stem(), printer.clone())),
            _ => None,
        });
        prints.collect::<Vec<_>>()
    };
    counter.press("enter enter");
    assert!(prints(&counter).is_empty());
    counter.answer(is_record, Ok(Reply::PrintRecorded(number(412), 0)));
    assert_eq!(prints(&counter), [(format!("P1-{}-c0", number(412)), Some("office".to_owned()))]);
    counter.press("enter");
    counter.expect("Ctrl-P 补打");
    counter.press("ctrl-p");
    // The screen may be gone by then.
    counter.press("esc");
    counter.answer(is_record, Ok(Reply::PrintRecorded(number(412), 1)));
    assert_eq!(prints(&counter)[1].0, format!("P1-{}-c1", number(412)));
    // Not recorded, not printed.
    counter.press("f5");
    counter.claim(huzhu::domain::claim::Claim { prints: 2, ..recorded(412, ClaimState::Submitted) });
    counter.press("ctrl-p");
    counter.answer(is_record, Err(StoreError::Unreachable("no route".into())));
    assert_eq!(prints(&counter).len(), 2);
    counter.expect("[错误]");
}

#[test]
fn the_help_shows_the_keys_of_the_screen_beneath_and_filters() {
    let mut counter = Counter::chinese();
    counter.press("f1");
    counter.expect("帮助 工作台");
    counter.expect("新申领");
    counter.expect("Alt-1 .. Alt-9");
    counter.expect("F12 Ctrl-L");
    counter.type_text("锁屏");
    counter.expect("F12 Ctrl-L");
    counter.expect_not("新申领");
    counter.press("esc");
    counter.expect("查找");
    counter.press("f1 f1");
    counter.expect("已连接");
}

#[test]
fn the_palette_does_what_is_chosen() {
    let mut counter = Counter::chinese();
    counter.type_text("wa");
    counter.found(two_hits());
    counter.press("f10");
    counter.expect("全部命令");
    counter.type_text("history");
    counter.press("enter");
    let opened = counter.opened(sheet(vec![]));
    assert!(matches!(opened, Request::OpenMember { purpose, .. } if purpose == "history"));
    // By pinyin initials of the label: the lists of a member over the whole height, and back.
    counter.expect_not("参互率");
    counter.press("f10");
    counter.type_text("lc");
    counter.expect("> 历次");
    counter.press("enter");
    counter.expect("参互率");
    counter.press("f10");
    counter.type_text("quit");
    counter.press("enter");
    assert!(counter.commands.contains(&Cmd::Quit));
}

#[test]
fn the_lock_shows_nothing_and_keeps_everything() {
    let mut counter = Counter::chinese();
    counter.send(Msg::Journal { drafts: vec![draft("巴特尔")], reference: None, damage: None });
    counter.type_text("wa");
    counter.found(two_hits());
    counter.press("f3");
    counter.type_text("0012345678");
    counter.press("f12");
    assert!(counter.commands.contains(&Cmd::Wipe));
    for personal in ["王秀", "0012345678", "1528", "巴特尔"] {
        counter.expect_not(personal);
    }
    counter.expect("临河区");
    // No other key does anything, help and palette included.
    counter.press("f1 f10 f2 esc ctrl-q a 1");
    assert!(!counter.commands.contains(&Cmd::Quit));
    counter.expect("按 Enter 继续");
    // Answers come beneath it.
    counter.opened(sheet(vec![]));
    counter.expect("按 Enter 继续");
    counter.expect_not("王秀英");
    counter.press("enter");
    counter.expect("0012345678");
}

#[test]
fn the_lock_comes_by_itself() {
    let mut counter = Counter::chinese();
    counter.wait(299_999);
    counter.expect("查找");
    counter.wait(1);
    counter.expect("已锁屏");
}

#[test]
fn the_wait_shows_after_150_milliseconds() {
    let mut counter = Counter::chinese();
    counter.type_text("wa");
    counter.wait(150);
    counter.expect_not("请稍候");
    counter.wait(1);
    counter.expect("请稍候");
    counter.found(two_hits());
    counter.expect_not("请稍候");
}

#[test]
fn nothing_breaks_at_any_size_in_any_language() {
    for lang in [Lang::Chinese, Lang::English] {
        let returned = vec![line(398, "张三", ClaimState::Returned)];
        let own_today = (1..=20).map(|n| line(n, "李四", ClaimState::Submitted)).collect();
        let desk = Desk { accepted_today: 600, returned, returned_count: 21, own_today };
        let mut counter = Counter::with(lang, desk);
        counter
            .send(Msg::Journal { drafts: vec![draft("巴特尔"); 9], reference: None, damage: Some("x".repeat(200)) });
        let sizes = [(1, 1), (20, 5), (80, 24), (132, 43), (400, 100)];
        let look = |counter: &mut Counter, what: &str| {
            for (columns, rows) in sizes {
                counter.resize(columns, rows);
                let (screen, _) = counter.draw();
                let shown = screen.iter().any(|line| !line.is_empty());
                // One column holds no Chinese character.
                assert!(shown || columns < 2, "{what} at {columns}x{rows} is empty");
                // A missing text shows its key.
                for key in ["search-", "frame-", "desk-", "member-", "claim-", "slip-", "action-", "screen-", "cover-"]
                {
                    assert!(!screen.iter().any(|line| line.contains(key)), "{what}: {key} in\n{}", screen.join("\n"));
                }
            }
            counter.resize(80, 24);
        };
        look(&mut counter, "lists");
        counter.press("down down pgdn pgdn pgdn pgdn");
        look(&mut counter, "end of the lists");
        counter.type_text("wangxiu wang xiu wang xiu wang xiu wang xiu wang xiu wang xiu wang xiu wang xiu");
        look(&mut counter, "a long search");
        while counter.searches() > 0 {
            counter.found(two_hits());
        }
        look(&mut counter, "rows");
        counter.press("enter");
        look(&mut counter, "opening");
        counter.opened(sheet((1..=35).map(|n| line(n, "王秀英", ClaimState::Submitted)).collect()));
        look(&mut counter, "member");
        counter.press("pgdn pgdn pgdn pgdn pgdn");
        look(&mut counter, "end of the claims");
        counter.press("enter");
        counter.claim(recorded(1, ClaimState::Returned));
        look(&mut counter, "claim");
        counter.press("pgdn pgdn");
        look(&mut counter, "end of the claim");
        counter.press("ctrl-w");
        look(&mut counter, "reason");
        counter.press("esc f5");
        counter.claim(recorded(1, ClaimState::Returned));
        look(&mut counter, "slip");
        counter.press("pgdn pgdn");
        look(&mut counter, "end of the slip");
        counter.press("f1");
        look(&mut counter, "help");
        counter.press("pgdn pgdn pgdn");
        look(&mut counter, "end of the help");
        counter.type_text("zzzz");
        look(&mut counter, "empty help");
        counter.press("esc f10");
        look(&mut counter, "palette");
        counter.type_text("zzzz");
        look(&mut counter, "empty palette");
        counter.press("esc f12");
        look(&mut counter, "lock");
    }
}

#[test]
fn a_small_terminal_says_what_is_needed() {
    let mut counter = Counter::chinese();
    counter.resize(79, 24);
    counter.expect("需要 80x24，现在是 79x24");
    counter.expect_not("查找");
    // What nobody sees takes no keys.
    counter.type_text("wang");
    counter.press("ctrl-q");
    assert!(!counter.commands.contains(&Cmd::Quit));
    assert_eq!(counter.searches(), 0);
    counter.resize(80, 24);
    counter.expect("查找");
    counter.expect_not("wang");
}

#[test]
fn a_long_message_takes_more_rows_but_never_the_cursors() {
    let mut counter = Counter::chinese();
    let words = "草稿文件损坏".repeat(12);
    counter.send(Msg::Journal { drafts: vec![], reference: None, damage: Some(words) });
    let (screen, _) = counter.draw();
    assert!(screen[20].is_empty());
    assert!(screen[21].starts_with("[注意] 草稿文件损坏"), "{}", screen[21]);
    assert!(screen[22].contains("损坏"), "{}", screen[22]);
    // On the line of a reason, which is the last of the body, it is cut instead.
    let desk = Desk { own_today: vec![line(412, "王秀英", ClaimState::Submitted)], ..Desk::default() };
    let mut counter = Counter::with(Lang::English, desk);
    counter.press("enter");
    counter.claim(recorded(412, ClaimState::Submitted));
    counter.press("ctrl-w");
    counter.type_text("wrong member");
    counter.press("enter");
    let is_withdraw = |request: &Request| matches!(request, Request::Withdraw { .. });
    counter.answer(is_withdraw, Err(StoreError::NotAllowed));
    let (screen, _) = counter.draw();
    assert_eq!(screen[21], "Reason wrong member");
    assert!(screen[22].starts_with("[error] It can't be withdrawn") && screen[22].ends_with(".."), "{}", screen[22]);
}

#[test]
fn hostile_names_steer_nothing() {
    let mut counter = Counter::chinese();
    counter.type_text("wa");
    counter.found(vec![hit(1, "王\u{1b}[2J\u{202e}英", 1970, "0000", "x\u{9b}31m", 1)]);
    let screen = counter.screen();
    assert!(!screen.chars().any(|c| c != '\n' && huzhu::domain::text::is_unsafe(c)), "{screen:?}");
}

#[test]
fn the_bottom_line_is_made_from_the_keymap() {
    let mut counter = Counter::chinese();
    counter.expect("F10全部命令");
    counter.press("f10");
    // Every action that a screen offers has a label.
    counter.expect_not("action-");
    assert_eq!(Action::NewClaim.label_key(), "action-new_claim");
}
