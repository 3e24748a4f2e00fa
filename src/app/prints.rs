//! Slips on their way to a printer. A print is recorded first; the copy's number that comes back goes onto the paper. What
//! is pending is kept here, so that a screen may close meanwhile.
//!
//! To print another form: its data are made from a recorded claim in `slip::of_claim`; what this counter knows of them is
//! put in here, where a print is recorded.

use std::sync::Arc;

use super::{Cmd, Context, Tone};
use crate::domain::claim::{Claim, NewClaim};
use crate::domain::date::from_shanghai;
use crate::domain::form::FormId;
use crate::domain::member::Member;
use crate::domain::number::ClaimNumber;
use crate::domain::slip_code::SlipKey;
use crate::slip::Form;
use crate::slip::of_claim::{self, Print};
use crate::slip::p1::Acknowledgement;
use crate::store::{Office, Printed, Reply, Request, StoreError};
use crate::strings::errors::store_error;

/// A slip whose print is being recorded. It holds all that it needs then, so that it comes out even where its clerk has
/// logged out meanwhile.
#[derive(Debug)]
pub struct Pending {
    /// The number of what was asked.
    pub(super) seq: u64,
    form: FormId,
    claim: Box<Claim>,
    printer: Option<String>,
    operator: String,
    office: Office,
    key: Option<SlipKey>,
    /// The record, where the claim had changed by then and is asked for anew.
    printed: Option<Printed>,
}

impl Context {
    /// Records a print of a claim's slip and prints it on the printer of this name (none: the configured one) when it is
    /// recorded. Gives the request's number.
    pub fn print(&mut self, claim: &Claim, form: FormId, printer: Option<String>) -> u64 {
        let seq = self.ask(Request::RecordPrint(claim.number, form));
        let (operator, office, key) = (operator(self), office(self, claim), self.signing_key());
        self.prints.push(Pending {
            seq,
            form,
            claim: Box::new(claim.clone()),
            printer,
            operator,
            office,
            key,
            printed: None,
        });
        seq
    }

    /// Prints what a claim has for the member, where the configuration says so and none of it came out yet.
    pub fn print_all(&mut self, claim: &Claim) {
        if self.print_after_submit {
            for form in of_claim::forms(claim).into_iter().filter(|form| of_claim::prints(claim, *form) == 0) {
                self.print(claim, form, None);
            }
        }
    }

    /// Prints the slip of a claim that was recorded without this terminal knowing it, where none came out yet.
    pub fn print_if_new(&mut self, number: ClaimNumber) {
        if self.print_after_submit {
            let seq = self.ask(Request::Claim(number));
            self.unprinted.push(seq);
        }
    }

    /// The answer to what [`Context::print_if_new`] asked.
    pub(super) fn print_new(&mut self, seq: u64, result: &Result<Reply, StoreError>) {
        let Some(at) = self.unprinted.iter().position(|asked| *asked == seq) else { return };
        self.unprinted.swap_remove(at);
        if let Ok(Reply::Claim(claim)) = result {
            self.print_all(claim);
        }
    }

    /// The answer to the record of a print. Where another window changed the claim meanwhile (withdrew it), the slip says
    /// what holds now.
    pub(super) fn print_recorded(&mut self, seq: u64, result: &Result<Reply, StoreError>) {
        let Some(at) = self.prints.iter().position(|pending| pending.seq == seq) else { return };
        let mut pending = self.prints.swap_remove(at);
        let why = match (result, pending.printed.take()) {
            (Ok(Reply::PrintRecorded(_, printed)), _) if printed.rev != pending.claim.rev => {
                pending.printed = Some(*printed);
                pending.seq = self.ask(Request::Claim(pending.claim.number));
                return self.prints.push(pending);
            }
            (Ok(Reply::PrintRecorded(_, printed)), _) => self.send_to_print(&pending, printed),
            (Ok(Reply::Claim(claim)), Some(printed)) => {
                pending.claim = claim.clone();
                self.send_to_print(&pending, &printed)
            }
            (Ok(_), _) => return,
            (Err(error), _) => Err(store_error(error, &self.strings)),
        };
        let Err(why) = why else { return };
        let form = of_claim::word(pending.form, &self.strings);
        let what: [(&str, &dyn std::fmt::Display); 3] =
            [("number", &pending.claim.number), ("form", &form), ("why", &why)];
        let text = self.strings.with("slip-not-printed", &what);
        self.say(Tone::Error, text);
    }
}

impl Context {
    /// A recorded print on its way; why not, in words, where the claim has no such form.
    fn send_to_print(&mut self, pending: &Pending, printed: &Printed) -> Result<(), String> {
        let Pending { form, claim, printer, operator, office, key, .. } = pending;
        let code = key.as_ref().and_then(|key| of_claim::code(key, claim, printed));
        let print = Print { office, copy: printed.copy, operator, at: self.now };
        let form =
            of_claim::form(*form, claim, print, code, &self.strings).ok_or_else(|| self.t("print-not-returned"))?;
        self.command(Cmd::Print { form, printer: printer.clone() });
        Ok(())
    }
}

fn operator(cx: &Context) -> String {
    cx.hello.as_ref().map_or_else(String::new, |hello| hello.login.clone())
}

/// The office that took a claim; one that is not known is named by its code.
pub fn office(cx: &Context, claim: &Claim) -> Office {
    let own = cx.hello.as_ref().map(|hello| &hello.office);
    let office = cx.lookup.office(claim.office).or(own.filter(|own| own.code == claim.office)).cloned();
    office.unwrap_or_else(|| Office {
        code: claim.office,
        name: claim.office.to_string(),
        area: claim.league,
        league: claim.league,
        phone: String::new(),
    })
}

/// A slip of a recorded claim as its next print looks, with room for its code, which is not known before the print is
/// recorded; none where the claim has no such form.
pub fn next_print(cx: &Context, claim: &Claim, form: FormId) -> Option<Arc<dyn Form>> {
    let copy = of_claim::prints(claim, form);
    let print = Print { office: &office(cx, claim), copy, operator: &operator(cx), at: cx.now };
    of_claim::form(form, claim, print, room_for_code(cx), &cx.strings)
}

fn room_for_code(cx: &Context) -> Option<String> {
    cx.signing_key().map(|_| String::new())
}

/// P1 of a claim that is still being entered, as it will look: without a number. None before the office is known.
pub fn preview(cx: &Context, claim: NewClaim, member: &Member) -> Option<Acknowledgement> {
    let hello = cx.hello.as_ref()?;
    let hospital_name = match cx.lookup.hospital(&claim.hospital) {
        Some(hospital) => hospital.name.clone(),
        None => claim.hospital.clone(),
    };
    let record = Claim {
        claim,
        // It has none: what stands here is taken out again.
        number: ClaimNumber { office: hello.office.code, year: 0, sequence: 0 },
        league: hello.office.league,
        office: hello.office.code,
        rev: 0,
        submitted_at: from_shanghai(cx.now),
        clerk: hello.login.clone(),
        member_name: member.name.clone(),
        member_id_masked: member.id_masked.clone(),
        unit: member.unit.clone(),
        hospital_name,
        prints: 0,
        notice: None,
    };
    let print = Print { office: &office(cx, &record), copy: 0, operator: &hello.login, at: cx.now };
    let form = of_claim::acknowledgement(&record, print, &cx.strings);
    Some(Acknowledgement { number: None, code: room_for_code(cx), ..form })
}
