//! The claim sheet of 王秀英 under the hands of a clerk, with hand-made answers.

use huzhu::app::{Cmd, Msg};
use huzhu::domain::claim::{ClaimState, NewClaim, Standing};
use huzhu::store::journal::Draft;
use huzhu::store::{Hello, MemberSheet, Reply, Request, StoreError, Submitted};
use huzhu::strings::Lang;

use crate::support::*;

/// The sheet of 王秀英, opened as a clerk does, with the reference data there.
pub fn at_sheet(hello: Hello, member: MemberSheet) -> Counter {
    let mut counter = at_desk(hello);
    find(&mut counter);
    counter.press("f3");
    counter.opened(member);
    counter
}

/// The cursor on 王秀英 among those that were found.
pub fn find(counter: &mut Counter) {
    counter.type_text("wangxiu");
    while counter.searches() > 0 {
        counter.found(two_hits());
    }
    counter.press("down");
}

/// Types the reference claim up to the confirmation.
pub fn enter_claim(counter: &mut Counter) {
    fields(counter, &["0012345678", "by", "0312", "0319", "k80", "18234.56", "1320", "", "", "11020.3"]);
    bill(counter, None);
    stay(counter, vec![]);
}

pub fn fields(counter: &mut Counter, texts: &[&str]) {
    for text in texts {
        counter.type_text(text);
        counter.press("enter");
    }
}

pub fn bill(counter: &mut Counter, standing: Option<Standing>) {
    counter.answer(|request| matches!(request, Request::CheckBill(_)), Ok(Reply::Bill(standing.map(Box::new))));
}

pub fn stay(counter: &mut Counter, standings: Vec<Standing>) {
    counter.answer(|request| matches!(request, Request::CheckStay { .. }), Ok(Reply::Stay(standings)));
}

pub fn is_submit(request: &Request) -> bool {
    matches!(request, Request::Submit(_))
}

pub fn submitted(request: Request) -> NewClaim {
    match request {
        Request::Submit(claim) => *claim,
        other => panic!("{other:?}"),
    }
}

/// Confirms with all documents; gives what was sent, answered with a result.
pub fn submit(counter: &mut Counter, result: Result<Reply, StoreError>) -> NewClaim {
    counter.press("ctrl-s");
    counter.expect("确认提交");
    counter.press("space enter");
    submitted(counter.answer(is_submit, result))
}

pub fn accepted(sequence: u32) -> Result<Reply, StoreError> {
    let claim = Box::new(recorded(sequence, ClaimState::Submitted));
    Ok(Reply::Submitted(Submitted { claim, hash: String::new(), replay: false }))
}

pub fn drafts(counter: &Counter) -> Vec<&Draft> {
    let saved = counter.commands.iter().filter_map(|command| match command {
        Cmd::SaveDraft(draft) => Some(draft.as_ref()),
        _ => None,
    });
    saved.collect()
}

/// A counter that knows where it is and has the reference data.
pub fn at_desk(hello: Hello) -> Counter {
    let mut counter = Counter::silent(Lang::Chinese);
    let reference = Reply::Reference(Some(Box::new(reference())));
    counter.answer(|request| matches!(request, Request::Hello), Ok(Reply::Hello(Box::new(hello))));
    counter.answer(|request| matches!(request, Request::Reference { .. }), Ok(reference));
    counter.answer(|request| matches!(request, Request::Desk), Ok(Reply::Desk(Box::default())));
    counter
}

/// The cursor in a field of a sheet that is complete, with other texts in some fields.
pub fn at_field(field: &str, others: &[(&str, &str)]) -> Counter {
    let mut fields = vec![
        ("kind?", "inpatient"),
        ("bill_code?", "15060121"),
        ("bill_number", "0012345678"),
        ("hospital=", "H15080290001"),
        ("admission", "20210312"),
        ("discharge", "20210319"),
        ("diagnosis=", "K80.100"),
        ("total", "18234.56"),
        ("out_of_scope", "1320"),
        ("pooled", "11020.3"),
    ];
    fields
        .retain(|(name, _)| others.iter().all(|(other, _)| name.trim_end_matches('=') != other.trim_end_matches('=')));
    fields.extend(others);
    let mut draft = draft("王秀英");
    draft.focus = field.into();
    draft.fields = fields.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
    let mut counter = at_desk(hello());
    counter.send(Msg::Journal { drafts: vec![draft], reference: None, damage: None });
    counter.press("enter");
    counter.opened(sheet(vec![]));
    if counter.asked.iter().any(|(_, request)| matches!(request, Request::CheckBill(_))) {
        bill(&mut counter, None);
    }
    if counter.asked.iter().any(|(_, request)| matches!(request, Request::CheckStay { .. })) {
        stay(&mut counter, vec![]);
    }
    counter.commands.clear();
    counter
}

/// What stands in a field of the newest draft.
pub fn kept(counter: &Counter, field: &str) -> String {
    let draft = drafts(counter).pop().expect("no draft was kept").clone();
    draft.fields.into_iter().find(|(name, _)| name == field).map(|(_, text)| text).unwrap_or_default()
}
