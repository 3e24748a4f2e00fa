//! What became of prints, as the clerk sees it: waiting, in doubt, answered; how a printer is.

#[path = "desk/support.rs"]
#[allow(dead_code)]
mod support;

use huzhu::app::{Cmd, Msg};
use huzhu::domain::claim::{Claim, ClaimState, Notice};
use huzhu::domain::form::FormId;
use huzhu::slip::{Doubt, PrintId, PrintOutcome, PrinterState};
use huzhu::store::{Desk, Printed, Reply, Request, StoreError};
use huzhu::strings::Lang;
use support::*;

fn print(sequence: u32, copy: u32) -> PrintId {
    format!("P1-{}-c{copy}", number(sequence)).parse().unwrap()
}

fn doubt(sequence: u32, copy: u32) -> Doubt {
    let why = "打印机 till 中断：x".into();
    Doubt { print: print(sequence, copy), printer: "office".into(), at: time("2021-03-20 09:12"), why }
}

fn told(counter: &mut Counter, print: PrintId, outcome: PrintOutcome) {
    counter.send(Msg::Printed(print, outcome));
}

fn in_doubt(counter: &mut Counter, sequence: u32) {
    told(counter, print(sequence, 0), PrintOutcome::Unknown(doubt(sequence, 0)));
}

fn prints(counter: &Counter) -> Vec<(String, Option<String>)> {
    let prints = counter.commands.iter().filter_map(|command| match command {
        Cmd::Print { form, printer } => Some((PrintId::of(form.as_ref()).to_string(), printer.clone())),
        _ => None,
    });
    prints.collect()
}

fn desk() -> Desk {
    Desk {
        own_today: vec![line(411, "王秀英", ClaimState::Submitted), line(412, "李秀英", ClaimState::Submitted)],
        ..Desk::default()
    }
}

#[test]
fn a_slip_that_waits_says_why_and_a_later_word_takes_its_place() {
    let mut counter = Counter::chinese();
    told(&mut counter, print(411, 0), PrintOutcome::Waiting("缺纸".into()));
    counter.expect(&format!("{} 回执等待打印：缺纸", number(411)));
    told(&mut counter, print(412, 0), PrintOutcome::Waiting("缺纸".into()));
    counter.expect("2 张单据等待打印：缺纸");
    told(&mut counter, print(411, 0), PrintOutcome::Done("till".into()));
    counter.expect(&format!("{} 回执已送 till", number(411)));
    told(&mut counter, print(412, 0), PrintOutcome::Waiting("盖子打开".into()));
    counter.expect(&format!("{} 回执等待打印：盖子打开", number(412)));
    told(&mut counter, print(412, 0), PrintOutcome::Failed("没有字体".into()));
    counter.expect("回执没有打出：没有字体");
}

#[test]
fn a_slip_that_waits_stands_on_the_desk_and_goes_with_its_claim() {
    let mut counter = Counter::with(Lang::Chinese, desk());
    told(&mut counter, print(412, 0), PrintOutcome::Waiting("打印机 till 缺纸".into()));
    counter.expect(&format!("[待打] {} 回执 打印机 till 缺纸", number(412)));
    counter.press("up up up enter");
    assert_eq!(counter.claim(recorded(412, ClaimState::Submitted)), Request::Claim(number(412)));
    // Withdrawn, it says what is true no more: what waits is given up.
    counter.press("ctrl-w");
    counter.type_text("录错");
    counter.press("enter");
    let withdrawn = Reply::Withdrawn(number(412), 2);
    counter.answer(|request| matches!(request, Request::Withdraw { .. }), Ok(withdrawn));
    assert!(counter.commands.contains(&Cmd::SettlePrint(print(412, 0))));
    counter.press("esc");
    counter.expect_not("[待打]");
}

/// What was said of the claim at the submit is not pushed away by its printer.
#[test]
fn a_printer_that_is_off_leaves_the_confirmation_where_it_is() {
    let mut counter = Counter::chinese();
    told(&mut counter, print(411, 0), PrintOutcome::Done("till".into()));
    told(&mut counter, notice_print(0).parse().unwrap(), PrintOutcome::Waiting("缺纸".into()));
    counter.expect(&format!("{} 回执已送 till 补正通知等待打印：缺纸", number(411)));
}

#[test]
fn a_doubt_is_asked_on_the_desk_and_holds_no_key_up() {
    let mut counter = Counter::with(Lang::Chinese, desk());
    counter.press("down");
    in_doubt(&mut counter, 410);
    counter.expect("不知是否打出");
    counter.expect(&format!("[待查] {}", number(410)));
    // What was chosen is chosen still, and typing goes on as ever.
    counter.press("enter");
    let asked = counter.claim(recorded(412, ClaimState::Submitted));
    assert_eq!(asked, Request::Claim(number(412)));
    counter.expect_not("[待查]");
    counter.press("esc");
    counter.type_text("wa");
    counter.found(two_hits());
    counter.expect("王秀英");
    counter.press("esc up up up");
    counter.expect("不知是否打出，09:12 送往 office");
    counter.expect("Enter回答");
}

#[test]
fn paper_came() {
    let mut counter = Counter::chinese();
    in_doubt(&mut counter, 410);
    counter.press("enter");
    counter.expect("是否打出");
    counter.expect("请看打印机 office");
    counter.expect("打印机 till 中断：x");
    // An Enter too many answers nothing.
    counter.press("enter");
    assert!(!counter.commands.iter().any(|command| matches!(command, Cmd::SettlePrint(_))));
    counter.wait(700);
    counter.press("enter");
    assert!(counter.commands.contains(&Cmd::SettlePrint(print(410, 0))));
    counter.expect(&format!("{} 回执已打出", number(410)));
    counter.expect_not("[待查]");
    assert!(prints(&counter).is_empty());
}

#[test]
fn no_paper_came_and_the_next_one_is_recorded_and_marked() {
    let mut counter = Counter::chinese();
    in_doubt(&mut counter, 410);
    counter.press("enter ctrl-p ctrl-p");
    // One that can't be recorded stays in doubt.
    counter.answer(|request| matches!(request, Request::Claim(_)), Err(StoreError::Unreachable("no route".into())));
    counter.expect("[错误]");
    counter.press("ctrl-p");
    counter.claim(Claim { prints: 1, ..recorded(410, ClaimState::Submitted) });
    assert!(prints(&counter).is_empty(), "recorded first");
    let is_record = |request: &Request| matches!(request, Request::RecordPrint(..));
    counter.answer(is_record, Ok(Reply::PrintRecorded(number(410), printed(number(410), FormId::P1, 1))));
    assert_eq!(prints(&counter), [(print(410, 1).to_string(), Some("office".to_owned()))]);
    counter.expect_not("[待查]");
    assert!(!counter.commands.contains(&Cmd::SettlePrint(print(410, 0))), "its job goes when the new one is kept");
    assert!(!counter.asked.iter().any(|(_, request)| is_record(request)), "one key, one print");
    // Later: it stays on the desk; a later copy that arrives is an answer too.
    in_doubt(&mut counter, 409);
    counter.press("enter esc");
    counter.expect("[待查]");
    told(&mut counter, print(409, 1), PrintOutcome::Done("till".into()));
    counter.expect_not("[待查]");
}

#[test]
fn the_slips_screen_shows_how_the_printer_is() {
    let mut counter = Counter::with(Lang::Chinese, desk());
    counter.press("f5");
    counter.claim(recorded(411, ClaimState::Submitted));
    assert!(counter.commands.contains(&Cmd::AskPrinter("till".into())));
    counter.expect("打印机 till");
    counter.send(Msg::PrinterState("till".into(), PrinterState::CoverOpen));
    counter.expect("打印机 till 盖子打开");
    counter.press("right");
    counter.expect_not("盖子打开");
    assert!(counter.commands.contains(&Cmd::AskPrinter("office".into())));
    // One that says nothing is not talked about.
    counter.send(Msg::PrinterState("office".into(), PrinterState::Unknown));
    counter.expect_not("状态不明");
    counter.commands.clear();
    told(&mut counter, print(411, 0), PrintOutcome::Waiting("缺纸".into()));
    assert!(counter.commands.contains(&Cmd::AskPrinter("office".into())));
}

fn returned(sequence: u32) -> Claim {
    let notice = Notice { number: printed(number(411), FormId::P2, 0).slip, prints: 0 };
    Claim { notice: Some(notice), ..recorded(sequence, ClaimState::Returned) }
}

fn notice(copy: u32) -> Reply {
    Reply::PrintRecorded(number(411), printed(number(411), FormId::P2, copy))
}

/// The print of the notice. It names the claim, so that one in doubt can be printed again after a restart too.
fn notice_print(copy: u32) -> String {
    format!("P2-{}-{}-c{copy}", printed(number(411), FormId::P2, 0).slip, number(411))
}

#[test]
fn a_returned_claim_has_two_slips_to_choose_from() {
    let mut counter = Counter::with(Lang::Chinese, desk());
    counter.press("f5");
    counter.claim(returned(411));
    counter.expect("受理回执 已打印 0 次");
    counter.press("tab");
    counter.expect("材料补正通知书 已打印 0 次");
    counter.expect("出院小结");
    counter.press("enter");
    let is_notice = |request: &Request| matches!(request, Request::RecordPrint(_, FormId::P2));
    counter.answer(is_notice, Ok(notice(0)));
    assert_eq!(prints(&counter), [(notice_print(0), Some("till".to_owned()))]);
    counter.expect("材料补正通知书 已打印 1 次");
    counter.press("tab");
    counter.expect("受理回执 已打印 0 次");
    // A claim with one slip has nothing to turn to.
    counter.press("esc down f5");
    counter.claim(recorded(412, ClaimState::Submitted));
    counter.press("tab");
    counter.expect("受理回执");
    counter.expect_not("材料补正通知书");
}

#[test]
fn a_notice_in_doubt_is_printed_again_as_a_notice() {
    let mut counter = Counter::chinese();
    let print: PrintId = notice_print(0).parse().unwrap();
    let doubt = Doubt { print: print.clone(), ..doubt(411, 0) };
    told(&mut counter, print, PrintOutcome::Unknown(doubt));
    counter.expect("补正通知不知是否打出");
    counter.press("enter ctrl-p");
    assert_eq!(counter.claim(returned(411)), Request::Claim(number(411)));
    let is_notice = |request: &Request| matches!(request, Request::RecordPrint(_, FormId::P2));
    counter.answer(is_notice, Ok(notice(1)));
    assert_eq!(prints(&counter), [(notice_print(1), Some("office".to_owned()))]);
}

#[test]
fn a_notice_that_says_nothing_is_not_offered() {
    let mut counter = Counter::with(Lang::Chinese, desk());
    counter.press("f5");
    let mut claim = returned(411);
    claim.claim.documents.iter_mut().for_each(|document| document.present = true);
    counter.claim(claim);
    counter.press("tab");
    counter.expect_not("材料补正通知书");
}

/// Another window withdrew it while the slip stood on this screen: the paper says so.
#[test]
fn a_slip_says_what_holds_when_it_is_printed() {
    let mut counter = Counter::with(Lang::Chinese, desk());
    counter.press("f5");
    counter.claim(recorded(411, ClaimState::Submitted));
    counter.press("enter");
    let is_record = |request: &Request| matches!(request, Request::RecordPrint(..));
    let changed = Printed { rev: 2, ..printed(number(411), FormId::P1, 0) };
    counter.answer(is_record, Ok(Reply::PrintRecorded(number(411), changed)));
    assert!(prints(&counter).is_empty());
    assert_eq!(counter.claim(Claim { rev: 2, ..recorded(411, ClaimState::Withdrawn) }), Request::Claim(number(411)));
    let forms = counter.forms();
    assert!(forms.len() == 1 && forms[0].contains("state: Withdrawn"), "{forms:?}");
}
