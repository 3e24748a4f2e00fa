//! Codes of slips at the counter: what is printed carries one, what is scanned is checked and found.

#[path = "desk/support.rs"]
#[allow(dead_code)]
mod support;

use huzhu::app::{Cmd, Entrance, Msg, Setup};
use huzhu::domain::claim::{Claim, ClaimState};
use huzhu::domain::form::FormId;
use huzhu::domain::money::Money;
use huzhu::domain::note::{SignerKey, VerifierKey};
use huzhu::domain::number::SlipNumber;
use huzhu::domain::query::Query;
use huzhu::domain::slip_code::{LENGTH, SlipCode, SlipFacts, SlipKey};
use huzhu::slip::of_claim;
use huzhu::store::{Desk, Found, Hello, Hit, OnRecord, Reply, Request, StoreError};
use huzhu::strings::Lang;
use huzhu::term::Input;
use huzhu::term::burst::Bursts;
use huzhu::term::parse::Parser;
use support::*;

fn key(seed: u8) -> SlipKey {
    SlipKey::new(SignerKey::new("slip", &[seed; 32]).unwrap())
}

fn of_office(seed: u8, office: u32) -> SlipKey {
    key(seed).of_office(office.to_string().parse().unwrap()).unwrap()
}

fn verifier(seed: u8) -> VerifierKey {
    of_office(seed, 150_802).verifier()
}

/// The code of a slip of this office that a terminal printed.
fn code(seed: u8, slip: SlipNumber) -> String {
    let amount = slip.form.shown(yuan("2427.70"));
    let facts = SlipFacts { number: slip, date: day("2021-03-20"), amount, record: [7; 32] };
    of_office(seed, 150_802).code(&facts, "王秀英", "152801********2264").unwrap()
}

/// A code with a space inside, as most have, so that one that is lost shows.
fn spaced() -> String {
    let text = (400..).map(|claim| code(1, number(claim).into())).find(|text| text.contains("  ")).unwrap();
    assert_eq!(text.len(), LENGTH);
    text
}

/// A counter that has a key and knows these.
fn counter(own: Option<u8>, known: &[u8]) -> Counter {
    let slip_keys = known.iter().map(|seed| verifier(*seed)).collect();
    let setup = Setup { slip_key: own.map(key), slip_keys, ..Counter::setup(Lang::Chinese) };
    let mut counter = Counter::of(setup);
    come_in(&mut counter, hello());
    counter
}

fn come_in(counter: &mut Counter, hello: Hello) {
    counter.answer(|request| matches!(request, Request::Hello), Ok(Reply::Hello(Box::new(hello))));
    counter.answer(|request| matches!(request, Request::Reference { .. }), Ok(Reply::Reference(None)));
    counter.answer(|request| matches!(request, Request::Desk), Ok(Reply::Desk(Box::default())));
}

fn asks_keys(request: &Request) -> bool {
    matches!(request, Request::SlipKeys { .. })
}

fn is_search(request: &Request) -> bool {
    matches!(request, Request::Search(_))
}

fn keys_asked(counter: &Counter) -> usize {
    counter.asked.iter().filter(|(_, request)| asks_keys(request)).count()
}

fn own(seed: u8) -> Request {
    Request::SlipKeys { own: Some(verifier(seed).to_string()) }
}

/// What was printed last.
fn printed_form(counter: &Counter) -> String {
    let mut forms = counter.commands.iter().filter_map(|command| match command {
        Cmd::Print { form, .. } => Some(format!("{form:?}")),
        _ => None,
    });
    forms.next_back().expect("nothing was printed")
}

fn code_in(form: &str) -> Option<String> {
    let at = form.find("HZ1:")?;
    Some(form[at..at + LENGTH].to_owned())
}

/// A scanner at the terminal: its bytes in pieces as they come, all within a moment.
fn scan(counter: &mut Counter, pieces: &[&str]) {
    let (mut parser, mut bursts, mut out) = (Parser::default(), Bursts::default(), Vec::new());
    for (at, piece) in pieces.iter().enumerate() {
        let mut batch = Vec::new();
        parser.feed(piece.as_bytes(), &mut batch);
        bursts.sort(batch, at > 0, &mut out);
    }
    for input in out {
        counter.send(match input {
            Input::Key(key) => Msg::Key(key),
            Input::Paste(text) => Msg::Paste(text),
            Input::Burst(text) => Msg::Burst(text),
            other => panic!("{other:?}"),
        });
    }
}

/// Answers searches until the one of a slip's code was, of which the centre has the record; gives what it asked.
fn found_slip(counter: &mut Counter, rows: Vec<Hit>) -> SlipCode {
    let slip = (!rows.is_empty()).then_some(OnRecord::Same);
    compared_slip(counter, Found { rows, slip, ..Found::default() })
}

/// The same, with what the centre found.
fn compared_slip(counter: &mut Counter, found: Found) -> SlipCode {
    loop {
        let asked = counter.asked.iter().find(|(_, request)| is_search(request)).expect("no slip is searched");
        if let Request::Search(Query::Slip(code)) = asked.1.clone() {
            counter.answer(is_search, Ok(Reply::Found(found)));
            return *code;
        }
        counter.found(vec![]);
    }
}

fn its_claim(sequence: u32) -> Vec<Hit> {
    vec![Hit { claim: Some(number(sequence)), ..two_hits()[1].clone() }]
}

#[test]
fn the_terminals_key_is_enrolled_once_a_session() {
    let mut counter = counter(Some(1), &[]);
    let keys = vec![verifier(1).to_string(), verifier(2).to_string(), "not a key".to_owned()];
    let asked = counter.answer(asks_keys, Ok(Reply::SlipKeys(keys.clone())));
    assert_eq!(asked, own(1));
    assert!(counter.commands.contains(&Cmd::SaveSlipKeys(keys.clone())), "{:?}", counter.commands);
    // Who is at work is asked again; the keys are not.
    assert_eq!(keys_asked(&counter), 0);
    // A terminal without a key asks for none.
    assert_eq!(keys_asked(&self::counter(None, &[])), 0);
    // What is kept already is not written once more.
    let mut again = self::counter(Some(1), &[1, 2]);
    again.answer(asks_keys, Ok(Reply::SlipKeys(keys)));
    assert!(!again.commands.iter().any(|command| matches!(command, Cmd::SaveSlipKeys(_))));
}

#[test]
fn a_session_that_begins_asks_anew_and_who_has_no_counter_enrols_nothing() {
    let entrance = Some(Entrance { login: "0137".into(), office: None, open: true });
    let setup = Setup { slip_key: Some(key(1)), entrance, ..Counter::setup(Lang::Chinese) };
    let mut counter = Counter::of(setup);
    come_in(&mut counter, Hello { duties: vec!["auditor".into()], ..hello() });
    assert_eq!(counter.answer(asks_keys, Err(StoreError::Unreachable("x".into()))), Request::SlipKeys { own: None });
    counter.expect_not("[错误]");
    // It failed: asked again when it is asked anew who is at work.
    for _ in 0..13 {
        counter.pass(290_000);
        counter.press("f2");
    }
    assert_eq!(keys_asked(&counter), 0);
    counter.answer(|request| matches!(request, Request::Hello), Ok(Reply::Hello(Box::new(hello()))));
    assert_eq!(counter.answer(asks_keys, Ok(Reply::SlipKeys(vec![verifier(1).to_string()]))), own(1));
}

#[test]
fn a_slip_carries_a_code_that_anybody_checks() {
    let desk = Desk { own_today: vec![line(412, "王秀英", ClaimState::Submitted)], ..Desk::default() };
    let setup = Setup { slip_key: Some(key(1)), ..Counter::setup(Lang::Chinese) };
    let mut counter = Counter::of(setup);
    counter.answer(|request| matches!(request, Request::Hello), Ok(Reply::Hello(Box::new(hello()))));
    counter.answer(|request| matches!(request, Request::Reference { .. }), Ok(Reply::Reference(None)));
    counter.answer(|request| matches!(request, Request::Desk), Ok(Reply::Desk(Box::new(desk))));
    counter.answer(asks_keys, Ok(Reply::SlipKeys(vec![verifier(1).to_string()])));
    let mut codes = Vec::new();
    for copy in 0..2 {
        counter.press("f5");
        counter.claim(Claim { prints: copy, ..recorded(412, ClaimState::Submitted) });
        counter.press("ctrl-p");
        let reply = Reply::PrintRecorded(number(412), printed(number(412), FormId::P1, copy));
        let asked = counter.answer(|request| matches!(request, Request::RecordPrint(..)), Ok(reply));
        assert_eq!(asked, Request::RecordPrint(number(412), FormId::P1));
        codes.push(code_in(&printed_form(&counter)).unwrap());
        counter.press("esc");
    }
    assert_eq!(codes[0], codes[1], "a reprint carries the same");
    let read = SlipCode::parse(&codes[0]).unwrap();
    assert_eq!(read.check(&[verifier(1)]), Ok(&verifier(1)));
    let (facts, claim) = (*read.facts(), recorded(412, ClaimState::Submitted));
    assert_eq!((facts.number, facts.amount), (number(412).into(), claim.claim.total));
    assert_eq!((facts.date, facts.record), (day("2021-03-20"), [7; 32]));
    assert!(read.is_of("王秀英", "152801********2264"));
}

#[test]
fn a_notices_code_carries_no_amount() {
    let claim = recorded(412, ClaimState::Returned);
    assert!(claim.claim.total > Money::ZERO);
    for (form, amount) in [(FormId::P1, claim.claim.total), (FormId::P2, Money::ZERO)] {
        let text = of_claim::code(&of_office(1, 150_802), &claim, &printed(number(412), form, 0)).unwrap();
        assert_eq!(SlipCode::parse(&text).unwrap().facts().amount, amount, "{form}");
    }
}

#[test]
fn a_key_that_is_not_taken_signs_nothing() {
    let mut counter = counter(Some(1), &[]);
    assert_eq!(counter.answer(asks_keys, Err(StoreError::Refused("slip-key-revoked".into()))), own(1));
    // The others' keys are asked for all the same, once.
    let asked = counter.answer(asks_keys, Ok(Reply::SlipKeys(vec![verifier(2).to_string()])));
    assert_eq!((asked, keys_asked(&counter)), (Request::SlipKeys { own: None }, 0));
    counter.send(Msg::Paste(number(412).to_string()));
    counter.found(its_claim(412));
    counter.press("f5");
    counter.claim(recorded(412, ClaimState::Submitted));
    counter.press("enter");
    let reply = Reply::PrintRecorded(number(412), printed(number(412), FormId::P1, 0));
    counter.answer(|request| matches!(request, Request::RecordPrint(..)), Ok(reply));
    assert_eq!(code_in(&printed_form(&counter)), None);
}

#[test]
fn a_scan_opens_its_claim_and_says_that_it_is_genuine() {
    let text = spaced();
    let (a, b) = text.split_at(63);
    let (_, feed) = text.split_at(200);
    for pieces in [
        vec![format!("{text}\r")],
        vec![a.to_owned(), format!("{b}\r")],
        text.chars().map(String::from).chain(["\r".to_owned()]).collect(),
        // A line feed makes a paste of the piece that it is in, and Enter comes by hand.
        vec![text[..200].to_owned(), format!("{feed}\n")],
        vec![format!("{text}\r\n")],
        vec![format!("\u{1b}[200~{text}\u{1b}[201~")],
        vec![text.to_lowercase(), "\r".to_owned()],
    ] {
        let mut counter = counter(None, &[2, 1]);
        let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
        scan(&mut counter, &pieces);
        let asked = found_slip(&mut counter, its_claim(412));
        assert_eq!(asked, SlipCode::parse(&text).unwrap(), "{pieces:?}");
        counter.expect("单据真实：P1 HZ150802-2021-");
        counter.expect("2021-03-20，2,427.70元");
        if pieces.last().unwrap().ends_with('\r') {
            counter.claim(recorded(412, ClaimState::Submitted));
            counter.expect("王秀英");
            counter.expect("单据真实");
        } else {
            counter.expect("1条 单据码");
        }
        assert_eq!(counter.searches(), 0);
    }
}

#[test]
fn a_scan_takes_the_place_of_what_stands_there() {
    let (first, second) = (code(1, number(411).into()), code(1, number(412).into()));
    let mut counter = counter(None, &[1]);
    counter.type_text("王秀");
    counter.type_text(&first);
    assert_eq!(found_slip(&mut counter, vec![]).claim_number(), Some(number(411)));
    counter.type_text(&second);
    assert_eq!(found_slip(&mut counter, its_claim(412)).claim_number(), Some(number(412)));
    counter.send(Msg::Paste(first.clone()));
    assert_eq!(found_slip(&mut counter, its_claim(411)).claim_number(), Some(number(411)));
    // Two at once: the last one counts.
    counter.send(Msg::Burst(format!("{first}\r{second}\r")));
    assert_eq!(found_slip(&mut counter, its_claim(412)).claim_number(), Some(number(412)));
    counter.press("esc");
    counter.type_text("wangxiu");
    assert!(counter.searches() > 0);
}

#[test]
fn what_is_not_genuine_is_said_and_not_searched() {
    let (right, other) = (code(1, number(412).into()), code(9, number(412).into()));
    // Its amount was changed, and a name that another key has.
    let bytes = base45::decode(&right[4..]).unwrap();
    let changed = |at: usize| {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        format!("HZ1:{}", base45::encode(&bytes))
    };
    let foreign = {
        let key = of_office(3, 150_402);
        let number = SlipNumber { office: "150402".parse().unwrap(), ..number(412).into() };
        let facts = SlipFacts { number, date: day("2021-03-20"), amount: yuan("1.00"), record: [7; 32] };
        key.code(&facts, "x", "y").unwrap()
    };
    for (text, sentence) in [
        (changed(18), "伪造的或已损坏"),
        (changed(100), "伪造的或已损坏"),
        (right[..200].to_owned(), "不完整"),
        ("HZ1:".to_owned(), "不完整"),
        (format!("HZ2:{}", &right[4..]), "受理号不完整"),
    ] {
        let mut counter = counter(None, &[1]);
        counter.send(Msg::Paste(text.clone()));
        counter.expect(sentence);
        assert_eq!(counter.searches(), 0, "{text}");
        counter.press("enter");
        counter.expect(sentence);
    }
    // Keys that this terminal was never told of: it may well be genuine.
    for (text, slip) in
        [(other, number(412).into()), (foreign, SlipNumber { office: "150402".parse().unwrap(), ..number(412).into() })]
    {
        let mut counter = counter(None, &[1]);
        counter.send(Msg::Paste(text));
        assert_eq!(found_slip(&mut counter, its_claim(412)).number(), slip);
        counter.expect("本机无法核验 P1");
        counter.expect("王秀英");
    }
}

#[test]
fn a_good_signature_over_what_is_not_recorded_is_no_genuine_slip() {
    let differs = || Found { rows: its_claim(412), slip: Some(OnRecord::Differs), ..Found::default() };
    // Whoever has a terminal's key signs any amount; so does one whose key is not known here.
    for seed in [1, 9] {
        let mut counter = counter(None, &[1]);
        counter.send(Msg::Paste(code(seed, number(412).into())));
        compared_slip(&mut counter, differs());
        counter.expect("[错误]");
        counter.expect("与这里的记录不符");
        counter.expect("不要据此付款");
        counter.expect_not("单据真实");
    }
    // Genuine, and good for nothing any more.
    let mut withdrawn = counter(None, &[1]);
    withdrawn.send(Msg::Paste(code(1, number(412).into())));
    compared_slip(&mut withdrawn, Found { slip: Some(OnRecord::Withdrawn), ..differs() });
    withdrawn.expect("[注意] 单据真实，但该申领已撤回");
    // Neither known nor there.
    let mut counter = counter(None, &[1]);
    counter.send(Msg::Paste(code(9, number(412).into())));
    found_slip(&mut counter, vec![]);
    counter.expect("端，重新登录后再扫。这里也没有这一申领。");
    counter.expect_not("屏幕上的申领");
    // No answer proves nothing.
    counter.send(Msg::Paste(code(1, number(412).into())));
    counter.answer(is_search, Err(StoreError::Unreachable("x".into())));
    counter.expect_not("单据真实");
}

#[test]
fn a_notice_is_scanned_too() {
    let p2 = SlipNumber { form: FormId::P2, sequence: 17, ..number(412).into() };
    let mut counter = counter(None, &[1]);
    counter.send(Msg::Paste(code(1, p2)));
    assert_eq!(found_slip(&mut counter, its_claim(412)).number(), p2);
    counter.expect(&format!("单据真实：P2 {p2}，2021-03-20"));
    counter.expect_not("0.00");
    counter.press("enter");
    counter.claim(recorded(412, ClaimState::Returned));
    counter.expect("材料不全");
    // Nothing found: said as any other search; a good signature makes no claim.
    counter.press("esc");
    counter.send(Msg::Paste(code(1, SlipNumber { sequence: 18, ..p2 })));
    found_slip(&mut counter, vec![]);
    counter.expect("没有找到");
    counter.expect_not("单据真实");
    counter.expect("签名有效，但这里没有这一申领：P2");
}
