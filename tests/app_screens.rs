//! The screens around the desk, driven as a clerk does, with hand-made answers of the store.

#[path = "desk/support.rs"]
#[allow(dead_code)]
mod support;

use huzhu::app::{Cmd, Msg};
use huzhu::domain::claim::ClaimState;
use huzhu::domain::form::FormId;
use huzhu::domain::member::PersonalField;
use huzhu::keymap::Action;
use huzhu::store::{Desk, Reply, Request, StoreError};
use huzhu::strings::Lang;
use support::*;

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
fn of_a_claim_of_another_league_number_day_and_state_are_shown() {
    let mut counter = Counter::chinese();
    counter.type_text("wa");
    counter.found(two_hits());
    counter.press("enter");
    let outside = line(9, "王秀英", ClaimState::Submitted).outside();
    counter.opened(sheet(vec![outside.clone()]));
    for text in ["HZ150802-2021-0000009", "2021-03-19", "已受理", "其他盟市的申领", "历次补助 0次"] {
        counter.expect(text);
    }
    for text in ["住院", "医疗费总额", "2021-03-01"] {
        counter.expect_not(text);
    }
    // Beside a told one the sums are of what is told.
    let mut counter = Counter::chinese();
    counter.type_text("wa");
    counter.found(two_hits());
    counter.press("enter");
    counter.opened(sheet(vec![outside, line(5, "王秀英", ClaimState::Submitted)]));
    counter.expect("历次补助 1次 2,427.70");
    counter.expect_not("0.00");
    counter.press("down");
    counter.expect("2021-03-01 至 2021-03-08  医疗费总额");
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
    let is_record = |request: &Request| matches!(request, Request::RecordPrint(..));
    let prints = |counter: &Counter| {
        let prints = counter.commands.iter().filter_map(|command| match command {
            Cmd::Print { form, printer, .. } => Some((huzhu::slip::file_stem(form.as_ref()), printer.clone())),
            _ => None,
        });
        prints.collect::<Vec<_>>()
    };
    counter.press("enter enter");
    assert!(prints(&counter).is_empty());
    counter.answer(is_record, Ok(Reply::PrintRecorded(number(412), printed(number(412), FormId::P1, 0))));
    assert_eq!(prints(&counter), [(format!("P1-{}-c0", number(412)), Some("office".to_owned()))]);
    counter.press("enter");
    counter.expect("Ctrl-P 补打");
    counter.press("ctrl-p");
    // The screen may be gone by then.
    counter.press("esc");
    counter.answer(is_record, Ok(Reply::PrintRecorded(number(412), printed(number(412), FormId::P1, 1))));
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

#[test]
fn a_larger_terminal_shows_earlier_claims_beside_the_sheet_and_nothing_moves() {
    let claims = || vec![line(412, "王秀英", ClaimState::Submitted), line(398, "王秀英", ClaimState::Withdrawn)];
    for (columns, rows) in [(132, 43), (132, 24), (80, 43), (100, 30)] {
        let mut counter = Counter::chinese();
        counter.type_text("wa");
        counter.found(two_hits());
        counter.press("f3");
        counter.opened(sheet(claims()));
        let (small, cursor) = counter.draw();
        counter.expect_not("历次申领");
        counter.resize(columns, rows);
        let (large, moved) = counter.draw();
        assert_eq!(cursor, moved);
        for (y, line) in small.iter().enumerate().take(22).skip(1) {
            assert!(large[y].starts_with(line.as_str()), "{y}:\n{line}\n{}", large[y]);
        }
        counter.expect("历次申领 2笔");
        counter.expect("2021 连续2年 2021-01-01 至 2021-12-31");
        counter.expect("2,427.70 已受理");
        counter.expect("2,427.70 已撤回");
    }
}

#[test]
fn f5_on_the_sheet_shows_the_slip_as_it_will_look() {
    let mut counter = Counter::silent(Lang::Chinese);
    counter.answer(|request| matches!(request, Request::Hello), Ok(Reply::Hello(Box::new(hello()))));
    let reference = Reply::Reference(Some(Box::new(reference())));
    counter.answer(|request| matches!(request, Request::Reference { .. }), Ok(reference));
    counter.type_text("wa");
    counter.found(two_hits());
    counter.press("down f3");
    let mut first_year = sheet(vec![]);
    first_year.covers.remove(0);
    counter.opened(first_year);
    counter.press("f5");
    counter.expect("还不能预览回执");
    for field in ["0012345678", "by", "0312", "0319", "k80", "18234.56", "1320", "", "", "11020.3"] {
        counter.type_text(field);
        counter.press("enter");
    }
    let (before, cursor) = counter.draw();
    counter.press("f5");
    counter.expect("回执预览 王秀英");
    counter.expect("尚未受理（预览）");
    counter.expect("152801********2264");
    counter.expect_not("受理号 ");
    counter.press("pgdn pgdn");
    counter.expect("2,427.70");
    counter.expect("贰仟肆佰贰拾柒元柒角");
    // Nothing is printed or submitted from here, and nothing is lost.
    counter.press("enter ctrl-p ctrl-s");
    let sent = |request: &Request| matches!(request, Request::Submit(_) | Request::RecordPrint(..));
    assert!(!counter.asked.iter().any(|(_, request)| sent(request)));
    assert!(!counter.commands.iter().any(|command| matches!(command, Cmd::Print { .. })));
    counter.press("esc");
    assert_eq!(counter.draw(), (before, cursor));
}

#[test]
fn the_screen_locks_on_time_and_the_clerk_is_logged_out() {
    let mut counter = Counter::chinese();
    // Between two whole minutes: the lock comes by its own time.
    counter.pass(30_000);
    counter.press("a backspace");
    counter.pass(299_999);
    counter.expect_not("已锁屏");
    counter.pass(1);
    counter.expect("已锁屏");
    // A locked screen is told the time each minute, not over and over.
    assert!(counter.pass(24 * 60_000) < 60);
    assert!(!counter.commands.contains(&Cmd::Quit));
    counter.pass(60_000);
    assert!(counter.commands.contains(&Cmd::Quit));
    counter.expect("已锁屏");
}

#[test]
fn a_log_out_keeps_the_draft() {
    let mut counter = Counter::chinese();
    counter.type_text("wa");
    counter.found(two_hits());
    counter.press("down f3");
    counter.opened(sheet(vec![]));
    counter.type_text("00123");
    counter.commands.clear();
    counter.pass(30 * 60_000);
    let quit = counter.commands.iter().position(|command| *command == Cmd::Quit);
    let kept = counter.commands.iter().position(
        |command| matches!(command, Cmd::SaveDraft(draft) if draft.fields.iter().any(|(_, typed)| typed == "00123")),
    );
    assert!(kept.is_some() && kept < quit, "{:?}", counter.commands);
}

#[test]
fn a_session_lasts_ten_hours_and_ends_when_nobody_types() {
    let mut counter = Counter::chinese();
    for _ in 0..10 * 60 - 1 {
        counter.pass(60_000);
        counter.press("a backspace");
    }
    counter.pass(30_000);
    counter.press("a backspace");
    counter.pass(29_999);
    counter.expect_not("已满10小时");
    counter.pass(1);
    counter.expect("已满10小时");
    for _ in 0..3 {
        counter.press("enter");
        counter.expect("已满10小时");
        counter.pass(59_999);
        assert!(!counter.commands.contains(&Cmd::Quit));
    }
    counter.pass(1);
    assert!(counter.commands.contains(&Cmd::Quit));
}
