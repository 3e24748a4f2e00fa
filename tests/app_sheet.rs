//! The claim sheet with hand-made answers of the store: fresh windows, late and lost answers, facts that changed.

#[path = "desk/sheet.rs"]
#[allow(dead_code)]
mod on_sheet;
#[path = "desk/support.rs"]
#[allow(dead_code)]
mod support;

use huzhu::app::{Cmd, Msg};
use huzhu::domain::claim::{Agent, Claim, ClaimKind, ClaimState, Diagnosis, NewClaim, Payee, SettlementMode, Standing};
use huzhu::domain::cover::Paid;
use huzhu::domain::money::Money;
use huzhu::domain::sheet::Line;
use huzhu::policy::Facts;
use huzhu::store::{CardOnFile, Desk, Duplicate, Hello, LastUsed, MemberSheet, Reply, Request, StoreError};
use huzhu::strings::Lang;
use on_sheet::*;
use support::*;

fn standing_elsewhere() -> Standing {
    Standing { number: number(7), office: "红山区".into(), state: ClaimState::Submitted, line: None }
}

#[test]
fn a_window_without_a_last_claim_begins_with_the_kind() {
    let fresh = Hello { last_used: LastUsed::default(), ..hello() };
    let mut counter = at_sheet(fresh, sheet(vec![]));
    counter.expect(">住院");
    counter.press("enter");
    // No bill code is offered, so the path stops there; hospitals and diagnoses have nothing used last.
    fields(&mut counter, &["15060121", "0012345678"]);
    counter.expect_not(">巴彦淖尔市医院");
    fields(&mut counter, &["by", "0312", "0319"]);
    counter.expect_not("K80.100");
    fields(&mut counter, &["k80", "18234.56", "1320", "", "", "11020.3"]);
    let claim = submit(&mut counter, accepted(1));
    assert_eq!((claim.kind, claim.bill.code.as_str()), (ClaimKind::Inpatient, "15060121"));
    assert_eq!(claim.payee, Payee::OnFile { bank: "内蒙古银行".into(), last4: "1234".into() });
}

#[test]
fn without_a_card_on_file_the_path_ends_with_one() {
    let mut counter = at_sheet(hello(), MemberSheet { card: None, ..sheet(vec![]) });
    enter_claim(&mut counter);
    counter.press("ctrl-s");
    counter.expect("银行卡还没填");
    // From the amounts Enter leads to the card, its repetition, and the bank where its beginning tells none.
    counter.press("shift-tab shift-tab shift-tab enter");
    fields(&mut counter, &["", "9999990001234567", "9999990001234567"]);
    counter.expect("开户行");
    counter.press("ctrl-s");
    counter.expect("开户行还没填");
    fields(&mut counter, &["河套农商行"]);
    let claim = submit(&mut counter, accepted(1));
    assert_eq!(claim.payee, Payee::New { bank: "河套农商行".into(), card: "9999990001234567".into() });
}

#[test]
fn every_field_that_is_left_is_kept() {
    let mut counter = at_sheet(hello(), sheet(vec![]));
    let typed = ["0012345678", "by", "0312", "0319", "k80", "18234.56", "1320", "", "", "11020.3"];
    for (at, text) in typed.iter().enumerate() {
        counter.type_text(text);
        counter.press("enter");
        let kept = drafts(&counter);
        assert_eq!(kept.len(), at + 1);
        let fields = &kept[at].fields;
        // Days are kept in full, what was chosen by its code.
        let full = match *text {
            "by" => "H15080290001",
            "0312" => "2021-03-12",
            "0319" => "2021-03-19",
            "k80" => "K80.100",
            text => text,
        };
        let last = fields.iter().any(|(_, value)| value == full);
        assert!(last, "{text}: {fields:?}");
    }
    let fields = drafts(&counter).pop().unwrap().fields.clone();
    assert!(fields.contains(&("hospital=".into(), "H15080290001".into())));
    assert!(fields.contains(&("diagnosis=".into(), "K80.100".into())));
    // The field in hand is kept when the program ends.
    counter.type_text("77");
    counter.send(Msg::Ending);
    assert!(drafts(&counter).pop().unwrap().fields.contains(&("major".into(), "77".into())));
}

#[test]
fn facts_that_changed_meanwhile_are_said_with_both_amounts() {
    let mut counter = at_sheet(hello(), sheet(vec![]));
    enter_claim(&mut counter);
    let first = submit(&mut counter, Err(StoreError::Stale(0)));
    // Another window took a claim of the member: what was paid counts, and the first year is over.
    counter.press("ctrl-s");
    counter.expect_not("确认提交");
    let mut now = sheet(vec![]);
    now.covers.remove(0);
    now.paid =
        vec![Paid { period: 2021, benefit: "allowance".into(), base: Money::ZERO, days: 4, amount: yuan("40.00") }];
    counter.opened(now.clone());
    counter.expect("确认提交");
    counter.expect("2,427.70");
    counter.press("esc");
    let second = submit(&mut counter, Err(StoreError::Stale(0)));
    assert_eq!(second.id, first.id);
    assert_eq!((first.total, second.total), (yuan("2497.70"), yuan("2427.70")));
    assert_eq!(Facts::from_json(&second.facts).unwrap().paid, now.paid);
    // Without a hurry the difference is read before anything else.
    counter.opened(sheet(vec![]));
    counter.expect("补助由2,427.70变为2,497.70");
    counter.expect_not("确认提交");
}

#[test]
fn an_unanswered_submit_is_asked_again_with_the_same_id() {
    let mut counter = at_sheet(hello(), sheet(vec![]));
    enter_claim(&mut counter);
    let first = submit(&mut counter, Err(StoreError::Unknown("cut".into())));
    counter.expect("未确认");
    counter.press("enter enter");
    assert!(!counter.asked.iter().any(|(_, request)| is_submit(request)), "Enter asks nothing again");
    for _ in 0..3 {
        counter.wait(30_000);
        let again = submitted(counter.answer(is_submit, Err(StoreError::Unreachable("cut".into()))));
        assert_eq!(again, first);
        counter.expect("未确认");
    }
    counter.wait(30_000);
    counter.answer(is_submit, accepted(57));
    counter.expect("已受理 HZ150802-2021-0000057");
    assert!(counter.commands.iter().any(|command| matches!(command, Cmd::DropDraft(id) if *id == first.id)));
    // Enter still held down opens nothing of the desk; later it is a key again.
    let asked = counter.asked.len();
    for _ in 0..40 {
        counter.wait(30);
        counter.press("enter");
    }
    counter.expect("查找");
    assert_eq!(counter.asked.len(), asked);
}

#[test]
fn enter_twice_submits_once() {
    let mut counter = at_sheet(hello(), sheet(vec![]));
    enter_claim(&mut counter);
    counter.press("ctrl-s space enter enter enter");
    assert_eq!(counter.asked.iter().filter(|(_, request)| is_submit(request)).count(), 1);
    // What comes late of the checks is not said of the claim that is on its way: it may be this one.
    counter.answer(is_submit, accepted(1));
    counter.expect("已受理");
}

#[test]
fn a_late_answer_about_the_bill_does_not_stop_what_was_sent() {
    let mut counter = at_sheet(hello(), sheet(vec![]));
    fields(&mut counter, &["0012345678", "by", "0312", "0319", "k80", "18234.56", "1320", "", "", "11020.3"]);
    counter.press("ctrl-s space enter");
    let own = Standing {
        number: number(57),
        office: "临河区".into(),
        state: ClaimState::Submitted,
        line: Some(line(57, "王秀英", ClaimState::Submitted)),
    };
    bill(&mut counter, Some(own.clone()));
    stay(&mut counter, vec![own]);
    counter.expect_not("已经申领过");
    counter.answer(is_submit, accepted(57));
    counter.expect("已受理 HZ150802-2021-0000057");
}

#[test]
fn of_another_league_only_office_number_and_state_are_told() {
    let mut counter = at_sheet(hello(), sheet(vec![]));
    counter.type_text("0012345678");
    bill(&mut counter, Some(standing_elsewhere()));
    counter.expect("已经申领过");
    counter.expect("HZ150802-2021-0000007");
    counter.expect("红山区");
    counter.expect("已受理");
    counter.expect("其他盟市的申领");
    counter.expect_not("医疗费总额");
    // The Enter that ended the field was not for it; a letter rings.
    counter.press("enter");
    counter.expect("已经申领过");
    counter.press("b enter");
    counter.expect_not("已经申领过");
    // A submit finds what was entered elsewhere meanwhile.
    let mut counter = at_sheet(hello(), sheet(vec![]));
    enter_claim(&mut counter);
    submit(&mut counter, Err(StoreError::Duplicate(Duplicate::Bill(Box::new(standing_elsewhere())))));
    counter.expect("已经申领过");
    counter.wait(1_500);
    counter.press("enter");
    counter.expect("请核对这里");
    counter.press("ctrl-s space enter");
    submitted(counter.answer(
        is_submit,
        Err(StoreError::Duplicate(Duplicate::Stay(Box::new(Standing {
            line: Some(line(5, "王秀英", ClaimState::Submitted)),
            ..standing_elsewhere()
        })))),
    ));
    counter.expect("2021-03-01 - 2021-03-08");
}

#[test]
fn a_changed_sheet_whose_first_submit_was_recorded_is_not_recorded_again() {
    let mut counter = at_sheet(hello(), sheet(vec![]));
    enter_claim(&mut counter);
    let claim = submit(&mut counter, Err(StoreError::Unknown("cut".into())));
    counter.press("esc");
    counter.expect("没有得到答复");
    // The draft knows that it was sent: it asks before the bill, which this very claim may hold.
    counter.press("f2");
    let draft = drafts(&counter).pop().unwrap().clone();
    assert!(draft.fields.iter().any(|(name, _)| name == "sent"));
    counter.send(Msg::Journal { drafts: vec![draft], reference: None, damage: None });
    counter.press("enter");
    assert!(!counter.asked.iter().any(|(_, request)| matches!(request, Request::CheckBill(_))));
    let known = Reply::Reconciled(vec![(claim.id, None)]);
    counter.answer(|request| matches!(request, Request::Reconcile(_)), Ok(known));
    bill(&mut counter, None);
    counter.opened(sheet(vec![]));
    submit(&mut counter, Err(StoreError::IdReused));
    let known = Reply::Reconciled(vec![(claim.id, Some(number(57)))]);
    counter.answer(|request| matches!(request, Request::Reconcile(_)), Ok(known));
    counter.expect("已经受理：HZ150802-2021-0000057");
    counter.expect("查找");
    assert!(counter.commands.iter().any(|command| matches!(command, Cmd::DropDraft(id) if *id == claim.id)));
}

/// A last claim with something in every field.
fn last_claim() -> NewClaim {
    let mut claim = recorded(9, ClaimState::Submitted).claim;
    claim.mode = SettlementMode::DrgDip;
    claim.bill.check = "7b1c11".into();
    claim.diagnosis = Diagnosis { code: "Z99.9".into(), name: "某病".into(), standard: false };
    claim.hospital = "H99999999999".into();
    claim.settlement = Some(day("2021-03-20"));
    claim.agent =
        Some(Agent { name: "张三".into(), id_number: "150102198001010014".into(), relation: "colleague".into() });
    claim.remark = "补录".into();
    let mut facts = Facts::from_json(&claim.facts).unwrap();
    for (at, line) in Line::ALL.into_iter().enumerate().skip(1) {
        facts.amounts.set(line, Money::from_fen(101 * at as i64));
    }
    facts.amounts.set(Line::HospitalPay, yuan("-120.00"));
    facts.amounts.set(Line::Cash, Money::ZERO);
    facts.amounts.set(Line::Cash, facts.amounts.balancing_cash());
    claim.facts = facts.to_json();
    claim
}

#[test]
fn every_field_as_on_the_claim_before() {
    let last = last_claim();
    let names = [
        "kind",
        "bill_code",
        "bill_number",
        "check_code",
        "hospital",
        "admission",
        "discharge",
        "settlement",
        "diagnosis",
        "mode",
        "total",
        "out_of_scope",
        "over_limit",
        "first_pay",
        "pooled",
        "major",
        "civil_servant",
        "supplement",
        "assistance",
        "other_funds",
        "hospital_pay",
        "personal_account",
        "family_account",
        "cash",
        "other_compensation",
        "agent_name",
        "agent_relation",
        "remark",
    ];
    // Each field by itself: the draft opens with the cursor in it.
    let mut draft = draft("王秀英");
    draft.fields.clear();
    let used = LastUsed { claim: Some(Box::new(last.clone())), ..hello().last_used };
    let mut counter = at_desk(Hello { last_used: used, ..hello() });
    for name in names {
        draft.focus = name.into();
        counter.send(Msg::Journal { drafts: vec![draft.clone()], reference: None, damage: None });
        counter.press("enter f4 esc");
        draft = drafts(&counter).pop().unwrap().clone();
    }
    // Another person's number is never shown, so it is typed.
    draft.fields.push(("agent_id".into(), "150102198001010014".into()));
    draft.focus = "remark".into();
    counter.send(Msg::Journal { drafts: vec![draft], reference: None, damage: None });
    counter.asked.clear();
    counter.press("enter");
    counter.opened(sheet(vec![]));
    let claim = submit(&mut counter, accepted(10));
    let fields = |claim: &NewClaim| {
        (
            (claim.kind, claim.bill.clone(), claim.hospital.clone(), claim.diagnosis.clone(), claim.mode),
            (claim.admission, claim.discharge, claim.settlement, claim.agent.clone(), claim.remark.clone()),
            Facts::from_json(&claim.facts).unwrap().amounts,
        )
    };
    let mut expected = last;
    expected.bill.hospital = claim.bill.hospital.clone();
    assert!(fields(&claim) == fields(&expected), "{:#?}\n{:#?}", fields(&claim), fields(&expected));
}

#[test]
fn f4_takes_nothing_that_is_not_there() {
    let mut last = last_claim();
    last.agent = None;
    last.bill.code.clear();
    let used = LastUsed { claim: Some(Box::new(last)), ..hello().last_used };
    let mut counter = at_sheet(Hello { last_used: used, ..hello() }, sheet(vec![]));
    // The bill before was a paper one, so this one is.
    counter.press("up f4");
    counter.expect_not("15060121");
    counter.press("ctrl-z");
    counter.expect("15060121");
    // A stay had no visits.
    counter.press("up down down down enter");
    counter.press("down down down down");
    counter.commands.clear();
    counter.press("f4");
    assert!(counter.commands.contains(&Cmd::Bell));
    counter.expect("次数     1");
    // A window without a claim before rings.
    let mut counter = at_sheet(hello(), sheet(vec![]));
    counter.commands.clear();
    counter.press("f4");
    assert!(counter.commands.contains(&Cmd::Bell));
}

#[test]
fn a_withdrawn_claim_is_the_one_before() {
    let desk = Desk { own_today: vec![line(412, "王秀英", ClaimState::Submitted)], ..Desk::default() };
    let mut counter = Counter::with(Lang::Chinese, desk);
    counter.press("enter");
    let mut wrong: Claim = recorded(412, ClaimState::Submitted);
    wrong.claim.remark = "录错了".into();
    counter.claim(wrong);
    counter.press("ctrl-w");
    counter.type_text("录错了人");
    counter.press("enter");
    let withdrawn = Reply::Withdrawn(number(412), 2);
    counter.answer(|request| matches!(request, Request::Withdraw { .. }), Ok(withdrawn));
    counter.press("esc");
    find(&mut counter);
    counter.press("f3");
    counter.opened(sheet(vec![]));
    counter.press("f4");
    counter.expect("0012345678");
}

#[test]
fn outside_the_cover_the_panel_says_what_is_missing_and_the_claim_can_be_submitted() {
    let mut member = sheet(vec![]);
    for cover in &mut member.covers {
        cover.to = day("2021-03-18").min(cover.to);
    }
    let mut counter = at_sheet(hello(), member);
    enter_claim(&mut counter);
    counter.expect("合计");
    counter.expect_not("2,357.70");
    let claim = submit(&mut counter, accepted(1));
    assert_eq!(claim.total, Money::ZERO);
    assert!(claim.assessment.contains("not_covered"));
}

#[test]
fn where_no_policy_applies_only_a_draft_is_kept() {
    let mut counter = at_sheet(hello(), sheet(vec![]));
    fields(&mut counter, &["0012345678", "by", "20190312", "20190319", "k80", "1000", "", "", "", "400"]);
    counter.expect("没有适用的政策");
    counter.press("ctrl-s");
    counter.expect("没有适用的政策");
    counter.expect_not("确认提交");
    counter.press("esc");
    assert!(!drafts(&counter).is_empty());
}

#[test]
fn one_admission_in_two_claims_needs_a_reason() {
    let before = |state| huzhu::domain::claim::ClaimLine {
        admission: Some(day("2021-03-08")),
        until: Some(day("2021-03-12")),
        ..line(5, "王秀英", state)
    };
    let mut counter = at_sheet(hello(), sheet(vec![before(ClaimState::Submitted)]));
    enter_claim(&mut counter);
    counter.press("ctrl-s");
    counter.expect("首尾相接");
    counter.type_text("  ");
    counter.press("enter");
    counter.expect("首尾相接");
    counter.type_text("转科");
    counter.press("enter space enter");
    let claim = submitted(counter.answer(is_submit, accepted(1)));
    assert_eq!(claim.reasons.len(), 1);
    assert_eq!((claim.reasons[0].warning.as_str(), claim.reasons[0].text.as_str()), ("split", "转科"));
    // A withdrawn one does not count.
    let mut counter = at_sheet(hello(), sheet(vec![before(ClaimState::Withdrawn)]));
    enter_claim(&mut counter);
    counter.press("ctrl-s");
    counter.expect("确认提交");
}

#[test]
fn the_card_on_file_is_the_one_of_now() {
    let mut counter = at_sheet(hello(), sheet(vec![]));
    enter_claim(&mut counter);
    submit(&mut counter, Err(StoreError::Stale(0)));
    let card = Some(CardOnFile { bank: "中国建设银行".into(), last4: "9876".into() });
    counter.opened(MemberSheet { card, ..sheet(vec![]) });
    counter.expect("****9876");
    counter.expect("会员资料有变化");
    let claim = submit(&mut counter, accepted(1));
    assert_eq!(claim.payee, Payee::OnFile { bank: "中国建设银行".into(), last4: "9876".into() });
}
