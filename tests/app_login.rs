//! The login screen and the lock of a store that asks who is there, driven as a clerk does, with hand-made answers.

#[path = "app_login/proof.rs"]
mod proof;
#[path = "desk/support.rs"]
#[allow(dead_code)]
mod support;

use huzhu::app::{Cmd, Entrance, Msg};
use huzhu::domain::area::OfficeCode;
use huzhu::domain::claim::ClaimId;
use huzhu::domain::form::FormId;
use huzhu::domain::secret::Secret;
use huzhu::store::journal::Draft;
use huzhu::store::{Desk, Hello, Mode, Reply, Request, StoreError};
use huzhu::strings::Lang;
use support::*;

/// What must be nowhere.
const CANARY: &str = "Kanarienvogel7";
const MINUTE: u64 = 60_000;

fn entrance(login: &str) -> Option<Entrance> {
    Some(Entrance { login: login.into(), office: None, open: false })
}

fn at_login(login: &str) -> Counter {
    Counter::at(Lang::Chinese, entrance(login))
}

fn asked_who(counter: &Counter) -> Option<(String, String)> {
    counter.asked.iter().find_map(|(_, request)| match request {
        Request::LogIn { login, password } => Some((login.clone(), password.expose().to_owned())),
        _ => None,
    })
}

/// Nothing of it is on the screen, nor in anything that can be printed.
#[track_caller]
fn is_nowhere(counter: &Counter) {
    counter.expect_not(CANARY);
    let printed = format!("{:?} {:?}", counter.asked, counter.commands);
    assert!(!printed.contains(CANARY), "{printed}");
}

fn come_in(counter: &mut Counter, hello: Hello) {
    counter.log_in(Ok(Reply::LoggedIn));
    counter.answer(|request| matches!(request, Request::Hello), Ok(Reply::Hello(Box::new(hello))));
    counter.answer(|request| matches!(request, Request::Reference { .. }), Ok(Reply::Reference(None)));
    let desk = Desk { accepted_today: 6, ..Desk::default() };
    counter.answer(|request| matches!(request, Request::Desk), Ok(Reply::Desk(Box::new(desk))));
}

fn at_desk_with(hello: Hello) -> Counter {
    let mut counter = at_login("0137");
    counter.type_text(CANARY);
    counter.press("enter");
    come_in(&mut counter, hello);
    // The Enter of the login is not the desk's.
    counter.wait(1_000);
    counter
}

fn at_desk() -> Counter {
    at_desk_with(hello())
}

fn unlock(counter: &mut Counter, password: &str, result: Result<Reply, StoreError>) -> Request {
    counter.type_text(password);
    counter.press("enter");
    counter.answer(|request| matches!(request, Request::LogIn { .. }), result)
}

#[test]
fn nothing_is_asked_before_somebody_is_there() {
    let mut counter = at_login("");
    assert!(counter.asked.is_empty());
    for text in ["内蒙古职工互助保障协会", "账号", "密码", "Enter"] {
        counter.expect(text);
    }
    counter.type_text("0137");
    counter.expect("账号 0137");
    counter.press("enter");
    counter.type_text(CANARY);
    counter.expect(&"*".repeat(CANARY.len()));
    is_nowhere(&counter);
    counter.press("enter");
    assert_eq!(asked_who(&counter), Some(("0137".into(), CANARY.into())));
    assert_eq!(counter.asked.len(), 1);
    is_nowhere(&counter);
    // It has left the screen, which says that it waits.
    counter.expect("正在登录");
    counter.expect_not("*");
    come_in(&mut counter, hello());
    counter.expect("临河区 1号窗口 0137");
    counter.expect("今日 受理6");
    counter.expect_not("登录");
    assert!(counter.asked.is_empty(), "{:?}", counter.asked);
}

#[test]
fn the_configured_login_is_offered_and_can_be_changed() {
    let mut counter = at_login("0137");
    counter.expect("账号 0137");
    counter.press("up backspace");
    counter.type_text("8");
    counter.press("tab");
    counter.type_text("xy");
    counter.press("backspace");
    counter.type_text("z");
    counter.press("enter");
    assert_eq!(asked_who(&counter), Some(("0138".into(), "xz".into())));
}

#[test]
fn the_office_that_the_terminal_stands_in_is_named() {
    let office = Some("150802".parse().unwrap());
    let mut counter = Counter::at(Lang::Chinese, Some(Entrance { login: "0137".into(), office, open: false }));
    counter.expect("临河区");
    // One of another office does not work here.
    let other = Some("150803".parse().unwrap());
    let mut elsewhere = Counter::at(Lang::Chinese, Some(Entrance { login: "0137".into(), office: other, open: false }));
    for counter in [&mut counter, &mut elsewhere] {
        counter.type_text(CANARY);
        counter.press("enter");
        counter.log_in(Ok(Reply::LoggedIn));
        counter.answer(|request| matches!(request, Request::Hello), Ok(Reply::Hello(Box::new(hello()))));
    }
    counter.expect("1号窗口");
    elsewhere.expect("0137 属于临河区（150802），本机配置的机构是 150803");
    elsewhere.expect("密码");
    assert!(elsewhere.asked.iter().any(|(_, request)| *request == Request::LogOut));
}

#[test]
fn what_is_wrong_is_said_with_what_to_do() {
    let cases = [
        (StoreError::wrong_login(), "账号或密码不对：请检查后重新输入。密码过期也会这样：请找管理员。"),
        (StoreError::account_locked(), "账号已锁定：请找管理员解锁。"),
        (StoreError::too_many_sessions(), "已在别处登录，达到上限"),
        (StoreError::terminal_certificate(), "中心不接受本机的证书"),
        (StoreError::centre_certificate(), "中心的证书不可信"),
        (StoreError::VersionTooOld, "版本"),
    ];
    for (error, sentence) in cases {
        let mut counter = at_login("0137");
        counter.type_text(CANARY);
        counter.press("enter");
        counter.commands.clear();
        counter.log_in(Err(error.clone()));
        counter.expect(sentence);
        counter.expect("密码");
        assert_eq!(counter.commands, [Cmd::Bell], "{error:?}");
        // Nothing is tried by itself, and an empty password is not sent.
        counter.pass(5 * MINUTE);
        counter.press("enter");
        assert!(counter.asked.is_empty(), "{error:?}: {:?}", counter.asked);
        counter.type_text("other");
        counter.press("enter");
        assert_eq!(asked_who(&counter), Some(("0137".into(), "other".into())));
    }
}

/// How often it was tried again, and the longest wait between.
fn tries(counter: &mut Counter, millis: u64) -> (usize, u64) {
    let (mut tries, mut longest, mut since) = (0, 0, 0);
    for _ in 0..millis / 100 {
        counter.wait(100);
        since += 100;
        if counter.commands.iter().any(|command| matches!(command, Cmd::LogInAgain { .. })) {
            counter.log_in(Err(StoreError::Unreachable("no route".into())));
            (tries, longest, since) = (tries + 1, since.max(longest), 0);
        }
    }
    (tries, longest)
}

#[test]
fn a_centre_that_is_not_there_is_tried_again() {
    let mut counter = at_login("0137");
    counter.type_text(CANARY);
    counter.press("enter");
    counter.log_in(Err(StoreError::Unreachable("no route".into())));
    counter.expect("连不上中心");
    counter.expect("按 Enter 立即再试");
    let (tried, longest) = tries(&mut counter, 5 * MINUTE);
    assert!((10..40).contains(&tried), "{tried}");
    assert!((15_000..=30_200).contains(&longest), "{longest}");
    // Enter does not wait for its turn; a second one has nothing to do.
    counter.press("enter");
    counter.expect("正在再试");
    let again =
        |counter: &Counter| counter.commands.iter().filter(|command| matches!(command, Cmd::LogInAgain { .. })).count();
    assert_eq!(again(&counter), 1);
    counter.press("enter");
    assert_eq!(again(&counter), 1);
    is_nowhere(&counter);
    come_in(&mut counter, hello());
    counter.expect("1号窗口 0137");
}

#[test]
fn keys_work_while_it_is_tried_again() {
    let mut counter = at_login("0137");
    counter.type_text(CANARY);
    counter.press("enter");
    counter.log_in(Err(StoreError::Unknown("cut".into())));
    counter.type_text("other");
    counter.expect("*****");
    counter.press("enter");
    assert_eq!(asked_who(&counter), Some(("0137".into(), "other".into())));
    counter.log_in(Err(StoreError::Unreachable("no route".into())));
    counter.press("esc");
    assert!(counter.commands.contains(&Cmd::ForgetLogIn));
    counter.expect_not("连不上");
    assert_eq!(tries(&mut counter, MINUTE).0, 0);
    counter.press("ctrl-q");
    assert!(counter.commands.contains(&Cmd::Quit));
}

#[test]
fn the_login_screen_neither_locks_nor_ends() {
    let mut counter = at_login("0137");
    counter.pass(11 * 60 * MINUTE);
    counter.expect("账号 0137");
    counter.press("f12 f1 f10 f2 f3");
    counter.expect("账号 0137");
    assert!(!counter.commands.contains(&Cmd::Quit) && counter.asked.is_empty());
    // The session begins with the one who comes in.
    counter.type_text(CANARY);
    counter.press("enter");
    come_in(&mut counter, hello());
    counter.pass(MINUTE);
    counter.expect("1号窗口 0137");
}

#[test]
fn a_password_can_be_pasted_whole_or_not_at_all() {
    let mut counter = at_login("0137");
    counter.send(Msg::Paste(CANARY.into()));
    counter.press("enter");
    assert_eq!(asked_who(&counter), Some(("0137".into(), CANARY.into())));
    let mut counter = at_login("0137");
    counter.send(Msg::Paste("p".repeat(600)));
    counter.expect_not("*");
    counter.press("enter");
    assert_eq!(asked_who(&counter), None);
}

#[test]
fn the_lock_takes_the_password_and_keeps_the_sheet() {
    let mut counter = at_desk();
    counter.type_text("wa");
    counter.found(two_hits());
    counter.press("f3");
    counter.opened(sheet(vec![]));
    counter.type_text("0012345678");
    counter.press("f12");
    assert!(counter.commands.contains(&Cmd::Wipe));
    for text in ["0137 输入密码", "临河区"] {
        counter.expect(text);
    }
    // Enter alone is not enough; no other key does anything.
    counter.press("enter f1 f10 f2 esc");
    counter.expect("0137 输入密码");
    assert_eq!(asked_who(&counter), None);
    counter.type_text(CANARY);
    is_nowhere(&counter);
    counter.press("enter");
    assert_eq!(asked_who(&counter), Some(("0137".into(), CANARY.into())));
    is_nowhere(&counter);
    counter.expect_not("王秀");
    counter.log_in(Err(StoreError::wrong_login()));
    counter.expect("密码不对");
    counter.expect_not("0012345678");
    unlock(&mut counter, CANARY, Err(StoreError::Unreachable("no route".into())));
    assert!(counter.commands.contains(&Cmd::ForgetLogIn));
    counter.expect("中心");
    unlock(&mut counter, CANARY, Ok(Reply::LoggedIn));
    counter.expect("住院申领 王秀英");
    counter.expect("0012345678");
}

#[test]
fn five_wrong_passwords_log_out_and_keep_the_draft() {
    let mut counter = at_desk();
    counter.type_text("wa");
    counter.found(two_hits());
    counter.press("f3");
    counter.opened(sheet(vec![]));
    counter.type_text("0012345678");
    counter.press("f12");
    for _ in 0..4 {
        unlock(&mut counter, "wrong", Err(StoreError::wrong_login()));
        counter.expect("密码不对");
    }
    counter.commands.clear();
    unlock(&mut counter, "wrong", Err(StoreError::wrong_login()));
    counter.expect("密码输错5次，已退出登录");
    let kept = |command: &Cmd| matches!(command, Cmd::SaveDraft(draft) if draft.fields.iter().any(|(_, text)| text == "0012345678"));
    assert!(counter.commands.iter().any(kept), "{:?}", counter.commands);
    assert!(counter.asked.iter().any(|(_, request)| *request == Request::LogOut));
    for personal in ["王秀", "0012345678", "1528", "今日"] {
        counter.expect_not(personal);
    }
    // The draft is offered to who comes in next.
    counter.type_text(CANARY);
    counter.press("enter");
    come_in(&mut counter, hello());
    counter.expect("[草稿]");
}

#[test]
fn half_an_hour_of_lock_leads_to_the_login_whoever_types_there() {
    let mut counter = at_desk();
    counter.pass(6 * MINUTE);
    counter.expect("0137 输入密码");
    for _ in 0..23 {
        counter.pass(MINUTE);
        counter.type_text("x");
        counter.expect("0137 输入密码");
    }
    counter.pass(2 * MINUTE);
    counter.expect("30分钟没有操作");
    counter.expect("账号 0137");
    assert!(!counter.commands.contains(&Cmd::Quit));
    assert_eq!(counter.asked.iter().filter(|(_, request)| *request == Request::LogOut).count(), 1);
}

#[test]
fn ten_hours_lead_to_the_login_even_while_typing() {
    let mut counter = at_desk();
    for _ in 0..(10 * 60 - 1) {
        counter.press("f2");
        counter.pass(MINUTE);
    }
    counter.type_text("wa");
    counter.pass(MINUTE);
    counter.expect("已满10小时");
    counter.expect_not("查找");
    // What was asked in that session comes to nobody.
    let open: Vec<u64> = counter.asked.drain(..).map(|(seq, _)| seq).collect();
    for seq in open {
        counter.send(Msg::Store { seq, result: Ok(Reply::Hello(Box::new(hello()))) });
    }
    counter.expect("已满10小时");
    counter.type_text(CANARY);
    counter.press("enter");
    come_in(&mut counter, hello());
    counter.pass(4 * MINUTE);
    counter.expect("1号窗口 0137");
}

#[test]
fn somebody_else_can_come_in_at_the_lock() {
    let mut counter = at_desk();
    counter.press("f12 ctrl-q");
    counter.expect("已退出登录");
    assert!(!counter.commands.contains(&Cmd::Quit));
    counter.press("up backspace");
    counter.type_text("8");
    counter.press("enter");
    counter.type_text(CANARY);
    counter.press("enter");
    come_in(&mut counter, Hello { login: "0138".into(), ..hello() });
    counter.expect("1号窗口 0138");
    counter.press("f12");
    counter.expect("0138 输入密码");
}

#[test]
fn a_password_that_runs_out_is_told_a_week_ahead() {
    let until = |date: &str| Hello { password_until: Some(date.parse().unwrap()), ..hello() };
    let mut counter = at_desk_with(until("2021-03-27"));
    counter.expect("密码 2021-03-27 到期：请用 huzhu account password 更换");
    // It stays while somebody works.
    counter.type_text("wa");
    counter.expect("到期");
    for other in [until("2021-03-28"), hello()] {
        at_desk_with(other).expect_not("到期");
    }
}

#[test]
fn looking_only_is_said_and_nothing_is_written() {
    let mut counter = at_desk_with(Hello { mode: Mode::ReadOnly, ..hello() });
    counter.expect("只能查询：中心与本程序版本不同");
    counter.type_text("wa");
    counter.found(two_hits());
    counter.expect("只能查询");
    counter.expect_not("F3");
    counter.press("f3");
    counter.expect("请找管理员更新程序后再办理");
    assert!(counter.asked.is_empty(), "{:?}", counter.asked);
    // Looking goes on.
    counter.press("enter");
    counter.opened(sheet(vec![line(5, "王秀芳", huzhu::domain::claim::ClaimState::Submitted)]));
    counter.press("f5");
    counter.claim(recorded(5, huzhu::domain::claim::ClaimState::Submitted));
    counter.press("enter");
    counter.expect("请找管理员更新程序后再办理");
    assert!(counter.asked.is_empty(), "{:?}", counter.asked);
}

/// Its record is made: were it dropped, the first paper to come would be marked as a copy.
#[test]
fn a_slip_whose_record_is_under_way_at_the_log_out_comes_out() {
    let mut counter = at_desk();
    counter.type_text("wa");
    counter.found(two_hits());
    counter.press("enter");
    counter.opened(sheet(vec![line(5, "王秀芳", huzhu::domain::claim::ClaimState::Submitted)]));
    counter.press("f5");
    counter.claim(recorded(5, huzhu::domain::claim::ClaimState::Submitted));
    counter.press("enter f12 ctrl-q");
    counter.expect("已退出登录");
    let record = Reply::PrintRecorded(number(5), printed(number(5), FormId::P1, 1));
    counter.answer(|request| matches!(request, Request::RecordPrint(..)), Ok(record));
    let slips = counter.forms();
    assert_eq!(slips.len(), 1, "{slips:?}");
    assert!(slips[0].contains("operator: \"0137\"") && slips[0].contains("王秀英"), "{slips:?}");
}

#[test]
fn who_is_at_work_is_asked_again_where_no_answer_came() {
    let mut counter = at_login("0137");
    counter.type_text(CANARY);
    counter.press("enter");
    counter.log_in(Ok(Reply::LoggedIn));
    let lost = Err(StoreError::Unknown("cut".into()));
    counter.answer(|request| matches!(request, Request::Hello), lost);
    counter.pass(3_000);
    counter.answer(|request| matches!(request, Request::Hello), Ok(Reply::Hello(Box::new(hello()))));
    counter.expect("1号窗口 0137");
    // A centre that will not have this version says so at the login.
    let mut counter = at_login("0137");
    counter.type_text(CANARY);
    counter.press("enter");
    counter.log_in(Ok(Reply::LoggedIn));
    counter.answer(|request| matches!(request, Request::Hello), Err(StoreError::VersionTooOld));
    counter.expect("密码");
    counter.expect("版本");
}

#[test]
fn a_request_shows_no_password() {
    let request = Request::LogIn { login: "0137".into(), password: Secret::new(CANARY) };
    assert!(!format!("{request:?}").contains(CANARY));
    assert_eq!(request, request.clone());
}

#[test]
fn drafts_are_for_the_office_of_who_typed_them() {
    let of = |office: u32, name: &str| Draft {
        id: ClaimId(uuid::Uuid::from_u128(u128::from(office))),
        office: OfficeCode::new(office),
        ..draft(name)
    };
    let kept = vec![of(150_802, "王秀英"), of(150_402, "李玉梅")];
    let mut counter = at_login("0137");
    counter.send(Msg::Journal { drafts: kept, reference: None, damage: None });
    counter.expect_not("王秀英");
    counter.type_text(CANARY);
    counter.press("enter");
    come_in(&mut counter, hello());
    counter.expect("王秀英");
    counter.expect_not("李玉梅");
}
