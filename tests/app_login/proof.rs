//! What the counter does while the centre owes a proof of its history, and when that comes out wrong.

use super::*;

fn is_hello(request: &Request) -> bool {
    *request == Request::Hello
}

/// The answer that is a proof of the centre's history too.
fn shown(counter: &mut Counter) {
    counter.answer(is_hello, Ok(Reply::Hello(Box::new(hello()))));
}

/// Somebody who is at work, so that nothing locks.
fn work(counter: &mut Counter, minutes: u64) {
    for _ in 0..minutes {
        counter.press("f2");
        counter.pass(MINUTE);
    }
}

#[test]
fn nothing_is_written_while_the_centre_owes_a_proof() {
    let mut counter = at_login("0137");
    counter.type_text(CANARY);
    counter.press("enter");
    counter.log_in(Ok(Reply::LoggedIn));
    counter.wait(1_000);
    counter.type_text("wa");
    counter.found(two_hits());
    counter.expect_not("F3");
    let written = |request: &Request| matches!(request, Request::OpenMember { purpose, .. } if purpose == "claim");
    counter.press("f3");
    counter.expect("中心尚未出示记录证明");
    assert!(!counter.asked.iter().any(|(_, request)| written(request)), "{:?}", counter.asked);
    // A member can be looked at, but nothing whole.
    counter.press("enter");
    counter.opened(sheet(vec![line(5, "王秀英", huzhu::domain::claim::ClaimState::Submitted)]));
    for keys in ["f11", "ctrl-r", "ctrl-w", "f3"] {
        counter.press(keys);
    }
    let kept = |request: &Request| matches!(request, Request::Reveal { .. } | Request::Withdraw { .. });
    assert!(!counter.asked.iter().any(|(_, request)| kept(request) || written(request)), "{:?}", counter.asked);
    for _ in 0..40 {
        counter.wait(1_000);
        if counter.asked.iter().any(|(_, request)| is_hello(request)) {
            counter.answer(is_hello, Err(StoreError::Unknown("broken".into())));
        }
    }
    counter.expect("立即打电话找管理员");
    counter.press("f3");
    counter.expect("立即打电话找管理员");
    counter.wait(2_000);
    shown(&mut counter);
    counter.press("f3");
    counter.expect("住院申领");
}

#[test]
fn the_centre_shows_its_history_every_hour() {
    let mut counter = at_desk();
    work(&mut counter, 59);
    assert!(!counter.asked.iter().any(|(_, request)| is_hello(request)));
    work(&mut counter, 2);
    let asked: Vec<_> = counter.asked.drain(..).filter(|(_, request)| *request != Request::Desk).collect();
    assert!(matches!(asked[..], [(_, Request::Hello)]), "{asked:?}");
    // Where it does not, nothing is written until it does.
    counter.send(Msg::Store { seq: asked[0].0, result: Err(StoreError::Unreachable("no proof in time".into())) });
    counter.type_text("wa");
    counter.found(two_hits());
    counter.press("f3");
    counter.expect("中心尚未出示记录证明");
    counter.wait(2_000);
    shown(&mut counter);
    counter.press("f3");
    counter.expect("住院申领");
    // A sheet that is open by then stays, and is not submitted.
    counter.opened(sheet(vec![]));
    for _ in 0..61 {
        counter.press("tab");
        counter.pass(MINUTE);
    }
    counter.answer(is_hello, Err(StoreError::Unknown("cut".into())));
    counter.press("ctrl-s");
    counter.expect("住院申领 王秀英");
    counter.expect("中心尚未出示记录证明");
    counter.wait(2_000);
    shown(&mut counter);
    counter.press("ctrl-s");
    counter.expect_not("中心尚未出示记录证明");
}

const OLDER: StoreError = StoreError::Alarm(huzhu::store::witness::Alarm::Older { held: 8, shown: 4 });

/// Whether a text stands on the screen so that nobody overlooks it.
fn is_alarming(counter: &Counter, text: &str) -> bool {
    let area = ratatui::layout::Rect::new(0, 0, 80, 24);
    let mut buf = ratatui::buffer::Buffer::empty(area);
    counter.app.draw(area, &mut buf);
    let rows = huzhu::term::screen_text(&buf);
    let row = rows.iter().position(|row| row.contains(text)).unwrap();
    let begins = |x: &u16| text.starts_with(buf[(*x, row as u16)].symbol());
    let style = buf[((0..80).find(begins).unwrap(), row as u16)].style();
    style.add_modifier.contains(ratatui::style::Modifier::REVERSED | ratatui::style::Modifier::BOLD)
}

#[test]
fn an_alarm_ends_the_session_and_keeps_the_draft() {
    let mut counter = at_desk();
    counter.type_text("wa");
    counter.found(two_hits());
    counter.press("f3");
    counter.opened(sheet(vec![]));
    counter.type_text("0012345678");
    counter.press("enter");
    counter.commands.clear();
    counter.answer(|request| matches!(request, Request::CheckBill(_)), Err(OLDER));
    counter.expect("停止办理");
    counter.expect("alarm.log");
    assert!(is_alarming(&counter, "停止办理"));
    for personal in ["王秀", "0012345678", "住院申领"] {
        counter.expect_not(personal);
    }
    let kept = |command: &Cmd| matches!(command, Cmd::SaveDraft(draft) if draft.fields.iter().any(|(_, text)| text == "0012345678"));
    assert!(counter.commands.iter().any(kept), "{:?}", counter.commands);
    assert!(counter.asked.iter().any(|(_, request)| *request == Request::LogOut));
    // It stays, and who logs in again is told again.
    counter.press("esc");
    counter.expect("停止办理");
    counter.type_text(CANARY);
    counter.press("enter");
    counter.expect_not("停止办理");
    counter.log_in(Err(OLDER));
    counter.expect("停止办理");
    assert!(is_alarming(&counter, "停止办理"));
    // A locked screen is no hiding place.
    let mut counter = at_desk();
    work(&mut counter, 58);
    counter.press("f12");
    counter.pass(3 * MINUTE);
    counter.answer(is_hello, Err(OLDER));
    counter.expect("停止办理");
    counter.expect_not("0137 输入密码");
}

#[test]
fn a_terminal_without_a_key_is_told_once() {
    let unwatched = || Hello { unwatched: true, ..hello() };
    let mut counter = at_login("0137");
    counter.type_text(CANARY);
    counter.press("enter");
    come_in(&mut counter, unwatched());
    counter.expect("没有配置验证密钥");
    work(&mut counter, 61);
    counter.expect_not("没有配置验证密钥");
    counter.answer(is_hello, Ok(Reply::Hello(Box::new(unwatched()))));
    counter.expect_not("没有配置验证密钥");
}
