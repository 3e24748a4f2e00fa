//! The claim sheet: one screen for a whole case, the amount beside it, the confirmation, the submit.
//!
//! - `field.rs` the fields, their order and path · `entries.rs` what stands in them · `choices.rs` fields that choose
//! - `checks.rs` what is checked, in words · `assessing.rs` the amount as it is typed
//! - `typing.rs` keys into fields · `confirm.rs` reasons, documents, the submit · `view.rs` how it looks
//! - `history.rs` what a larger terminal shows beside it

mod assessing;
mod checks;
mod choices;
mod confirm;
mod entries;
mod field;
mod history;
mod typing;
mod view;

use chrono::NaiveDate;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use assessing::Assessing;
use checks::{Level, Problem};
use confirm::{Confirm, Reasons, Sending};
use entries::{Entries, Entry};
use field::Field;

use crate::app::screens::preview::Preview;
use crate::app::{Context, Event, Go, Screen, Tone, prints};
use crate::domain::claim::{ClaimId, ClaimKind, ClaimLine, Standing};
use crate::domain::member::{MemberId, PersonalField};
use crate::domain::money::Money;
use crate::domain::number::ClaimNumber;
use crate::domain::sheet::Line as Amount;
use crate::keymap::{Action, Layer};
use crate::store::journal::Draft;
use crate::store::{MemberSheet, Reply, Request, StoreError};
use crate::strings::errors::store_error;

/// What marks a draft whose submit went out.
const SENT: &str = "sent";

/// How long a revealed number stays, in milliseconds.
const REVEAL_MS: u64 = 30_000;

/// Where the clerk is on the sheet.
#[derive(Debug)]
enum Stage {
    /// In the fields.
    Typing,
    /// Something stands against the bill or the stay.
    Stopped(Stopped),
    /// Giving reasons for warnings.
    Reasons(Reasons),
    /// What will be recorded.
    Confirm(Confirm),
    /// On its way, with the confirmation to come back to.
    Sending(Sending),
}

/// What stands in the way, and where.
#[derive(Debug)]
struct Stopped {
    /// Whose field it is.
    field: Field,
    /// What stands.
    standing: Box<Standing>,
}

/// What the window used last when the sheet was begun. It stays the sheet's: a claim submitted meanwhile, or a draft that
/// is opened after it, changes nothing in the fields.
#[derive(Debug, Default)]
struct Born {
    kind: Option<String>,
    bill_code: Option<String>,
    haemodialysis: Option<String>,
}

impl Born {
    const KIND: &str = "kind?";
    const BILL_CODE: &str = "bill_code?";
    const HAEMODIALYSIS: &str = "haemodialysis?";

    /// From the window's last claims.
    fn new(cx: &Context) -> Option<Born> {
        let last = &cx.hello.as_ref()?.last_used;
        Some(Born {
            kind: last.kind.map(|kind| kind.code().to_owned()),
            bill_code: last.bill_code.clone(),
            haemodialysis: last.haemodialysis.clone(),
        })
    }

    /// From a draft; none where the draft does not say.
    fn of(draft: &Draft) -> Option<Born> {
        let kept = |name: &str| {
            let text = draft.fields.iter().find(|(known, _)| known == name).map(|(_, text)| text.clone())?;
            Some((!text.is_empty()).then_some(text))
        };
        Some(Born {
            kind: kept(Born::KIND)?,
            bill_code: kept(Born::BILL_CODE)?,
            haemodialysis: kept(Born::HAEMODIALYSIS)?,
        })
    }

    /// As a draft keeps it.
    fn to_fields(&self) -> impl Iterator<Item = (String, String)> {
        let all =
            [(Born::KIND, &self.kind), (Born::BILL_CODE, &self.bill_code), (Born::HAEMODIALYSIS, &self.haemodialysis)];
        all.into_iter().map(|(name, text)| (name.to_owned(), text.clone().unwrap_or_default()))
    }
}

/// A whole number on the screen.
#[derive(Debug)]
enum Reveal {
    /// Asked for.
    Asked(u64),
    /// Shown until then (the steady count).
    Shown(String, u64),
}

/// A claim sheet.
#[derive(Debug)]
pub struct Sheet {
    id: ClaimId,
    member_id: MemberId,
    member_name: String,
    member: Option<MemberSheet>,
    member_seq: u64,
    entries: Entries,
    /// None until it is known who is logged in.
    born: Option<Born>,
    focus: Field,
    /// The chosen row of the choices beneath the field.
    choice: usize,
    /// It was moved, so that leaving the field takes it though nothing was typed.
    choice_moved: bool,
    /// Enter took a choice in the last field of the path: Up and Down lead away again.
    choices_closed: bool,
    /// The field left itself when it was full: the next Enter is not for the new one.
    left_itself: bool,
    /// The field holds what F4 put there: the next character replaces it.
    replaces: bool,
    /// The field as it was when the cursor came, for undo.
    at_entry: Entry,
    undo: Vec<(Field, Entry)>,
    /// How long `undo` was when the cursor came: what is above was replaced in the field in hand.
    undo_base: usize,
    assessing: Assessing,
    problems: Vec<Problem>,
    bill_asked: Option<(String, u64)>,
    bill_free: Option<String>,
    /// The bill's key that is claimed, and by which claim.
    bill_stands: Option<(String, ClaimNumber)>,
    stay_asked: Option<u64>,
    /// The question about the stay got no answer: it is asked again.
    stay_failed: bool,
    revealed: Option<Reveal>,
    stage: Stage,
    saved: Option<chrono::NaiveDateTime>,
    touched: bool,
    /// The submit was asked for while the member's sheet was still under way.
    submit_wanted: bool,
    /// A submit went out: whether it was recorded is asked before anything else when the draft is opened again.
    sent: bool,
    reconciling: Option<u64>,
    /// What was to be submitted when the member's facts had changed meanwhile.
    total_before: Option<Money>,
}

/// What is known of the member when the sheet opens: one look is recorded, not two.
pub enum Looked {
    /// Nothing: the sheet asks.
    NotYet,
    /// The screen before asked, with this number; the answer reaches the sheet too.
    Asked(u64),
    /// The screen before has it.
    At(Box<MemberSheet>),
}

/// Opens a new sheet of a member.
pub fn open_new(cx: &mut Context, member: MemberId, looked: Looked) -> Box<dyn Screen> {
    let id = ClaimId(cx.new_id());
    Box::new(Sheet::new(cx, id, member, looked, None))
}

/// Opens a draft again, with everything that was typed.
pub fn open_draft(cx: &mut Context, draft: Draft) -> Box<dyn Screen> {
    let mut sheet = Sheet::new(cx, draft.id, draft.member, Looked::NotYet, Some(&draft));
    sheet.saved = Some(draft.saved_at);
    sheet.touched = true;
    Box::new(sheet)
}

impl Sheet {
    fn new(cx: &mut Context, id: ClaimId, member_id: MemberId, looked: Looked, draft: Option<&Draft>) -> Sheet {
        let (member, member_seq) = match looked {
            Looked::At(member) => (Some(*member), 0),
            Looked::Asked(seq) => (None, seq),
            Looked::NotYet => {
                let ticket = cx.new_id();
                (None, cx.ask(Request::OpenMember { ticket, member: member_id, purpose: "claim".into() }))
            }
        };
        let member_name = match (&member, draft) {
            (Some(member), _) => member.member.name.clone(),
            (None, Some(draft)) => draft.member_name.clone(),
            (None, None) => String::new(),
        };
        let mut sheet = Sheet {
            id,
            member_id,
            member_name,
            member,
            member_seq,
            entries: Entries::default(),
            born: draft.and_then(Born::of).or_else(|| Born::new(cx)),
            focus: Field::BillNumber,
            choice: 0,
            choice_moved: false,
            choices_closed: false,
            left_itself: false,
            replaces: false,
            at_entry: Entry::default(),
            undo: Vec::new(),
            undo_base: 0,
            assessing: Assessing::default(),
            problems: Vec::new(),
            bill_asked: None,
            bill_free: None,
            bill_stands: None,
            stay_asked: None,
            stay_failed: false,
            revealed: None,
            stage: Stage::Typing,
            saved: None,
            touched: false,
            submit_wanted: false,
            sent: draft.is_some_and(|draft| draft.fields.iter().any(|(name, _)| name == SENT)),
            reconciling: None,
            total_before: None,
        };
        sheet.offer(cx);
        if let Some(draft) = draft {
            sheet.entries.put_fields(&draft.fields);
        }
        let shape = sheet.entries.shape();
        let first = field::ORDER.into_iter().find(|field| shape.on_path(*field)).unwrap_or(Field::BillNumber);
        sheet.focus = draft.and_then(|draft| Field::from_name(&draft.focus)).unwrap_or(first);
        sheet.at_entry = sheet.entries.get(sheet.focus).clone();
        sheet.changed(cx);
        if sheet.sent {
            sheet.reconcile(cx)
        } else {
            sheet.ask_bill(cx);
            if draft.is_some() {
                sheet.ask_stay(cx);
            }
        }
        sheet
    }

    /// Offers what this window used last, and what follows from other fields.
    fn offer(&mut self, cx: &Context) {
        if self.born.is_none() {
            self.born = Born::new(cx);
        }
        if let Some(born) = &self.born {
            self.entries.offer(Field::Kind, born.kind.clone());
            self.entries.offer(Field::BillCode, born.bill_code.clone());
            let dialysis = self.entries.kind() == ClaimKind::Haemodialysis;
            self.entries.offer(Field::Diagnosis, born.haemodialysis.clone().filter(|_| dialysis));
        }
        self.entries.offer(Field::Mode, Some("by_item".into()));
        self.entries.offer(Field::Visits, Some("1".into()));
        let discharge = self.entries.date(Field::Discharge, cx.today());
        self.entries.offer(Field::Settlement, discharge.map(|date| date.to_string()));
        let card = self.member.as_ref().and_then(|member| member.card.as_ref());
        self.entries.offer(Field::Card, card.map(|card| format!("{} ****{}", card.bank, card.last4)));
        let bank = self.entries.new_card().and_then(|card| crate::data::bank_of(&card)).map(str::to_owned);
        self.entries.offer(Field::Bank, bank);
        self.entries.derive_cash();
    }

    /// Computes everything that follows from the fields; called after every change.
    fn changed(&mut self, cx: &Context) {
        self.offer(cx);
        self.assessing = assessing::assess(&self.entries, self.member.as_ref(), cx);
        self.problems = checks::check(self, cx, false);
    }

    /// Whether an exclusion of the policy asks for other compensation on this claim.
    fn asks_other_compensation(&self) -> bool {
        let (Some(published), Some(facts)) = (&self.assessing.published, &self.assessing.facts) else {
            return false;
        };
        let asks = published.policy.exclusions.iter().filter_map(|exclusion| exclusion.ask.as_ref());
        asks.into_iter().any(|ask| ask.applies(&facts.kind, &facts.diagnosis))
    }

    /// Whether an amount is being typed.
    fn is_typing_amount(&self) -> bool {
        matches!(self.focus, Field::Amount(_)) && !self.entries.get(self.focus).line.is_empty()
    }

    /// A live claim of the member with the same kind, day and total.
    fn same_sheet(&self) -> Option<&ClaimLine> {
        let facts = self.assessing.facts.as_ref()?;
        let until = facts.discharge.or(facts.settlement);
        self.member.as_ref()?.claims.iter().find(|line| {
            line.state.is_live()
                && line.kind.is_some_and(|kind| kind.code() == facts.kind)
                && line.until == until
                && line.medical_total == facts.amounts.get(Amount::Total)
        })
    }

    /// A live claim of the member from the same hospital that ends on the day of this admission, begins on the day of this discharge, or
    /// (outpatient) was settled on the same day: one treatment in two parts would get every floor twice.
    fn split_from(&self, cx: &Context) -> Option<&ClaimLine> {
        let facts = self.assessing.facts.as_ref()?;
        let code = self.entries.get(Field::Hospital).code()?;
        let same_day = |a: Option<NaiveDate>, b: Option<NaiveDate>| a.is_some() && a == b;
        let touches = |line: &ClaimLine| match facts.discharge {
            Some(_) => same_day(line.until, facts.admission) || same_day(line.admission, facts.discharge),
            None => line.kind.is_some_and(|kind| kind.code() == facts.kind) && same_day(line.until, facts.settlement),
        };
        let hospital = cx.lookup.hospital(code).map_or("", |hospital| &hospital.name);
        self.member.as_ref()?.claims.iter().find(|line| {
            line.state.is_live()
                && line.hospital == hospital
                && line.kind.is_some_and(|kind| kind.is_stay() == facts.discharge.is_some())
                && touches(line)
        })
    }

    /// Keeps the draft, once something was typed.
    fn save(&mut self, cx: &mut Context) {
        if !self.touched {
            return;
        }
        // `t`, `-8` and `0312` mean another day tomorrow.
        self.entries.fix_dates(cx.today());
        let mut fields = self.entries.to_fields();
        fields.extend(self.born.iter().flat_map(Born::to_fields));
        if self.sent {
            fields.push((SENT.to_owned(), String::new()));
        }
        cx.save_draft(Draft {
            office: cx.hello.as_ref().map(|hello| hello.office.code),
            id: self.id,
            member: self.member_id,
            member_name: self.member_name.clone(),
            kind: self.entries.kind(),
            saved_at: cx.now,
            focus: self.focus.name().to_owned(),
            fields,
        });
    }

    /// Asks what stands against the bill, once its number is complete; beside the typing.
    fn ask_bill(&mut self, cx: &mut Context) {
        let bill = self.entries.bill();
        let complete = crate::domain::bill::check_number(&bill.code, &bill.number).is_ok()
            && (!bill.code.is_empty() || !bill.hospital.is_empty());
        let key = bill.key();
        let asked = self.bill_asked.as_ref().is_some_and(|(asked, _)| *asked == key);
        // Whether this very sheet holds the bill is being asked.
        if complete && !asked && self.reconciling.is_none() {
            let seq = cx.ask(Request::CheckBill(bill));
            self.bill_asked = Some((key, seq));
            self.bill_free = None;
        }
    }

    /// Asks what stands against the stay, once both dates are right; beside the typing.
    fn ask_stay(&mut self, cx: &mut Context) {
        let today = cx.today();
        let dates = (self.entries.date(Field::Admission, today), self.entries.date(Field::Discharge, today));
        if let (Some(admission), Some(discharge)) = dates
            && admission <= discharge
        {
            self.stay_failed = false;
            self.stay_asked = Some(cx.ask(Request::CheckStay { member: self.member_id, admission, discharge }));
        }
    }

    fn stop(&mut self, cx: &mut Context, field: Field, standing: Standing) {
        self.submit_wanted = false;
        cx.ahead.clear();
        cx.bell();
        cx.came_unasked();
        self.stage = Stage::Stopped(Stopped { field, standing: Box::new(standing) });
    }

    /// The slip as it will look, where there is an amount to show.
    fn preview(&self, cx: &mut Context) -> Go {
        let slip = self.claim_so_far(cx).zip(self.member.as_ref()).and_then(|(claim, known)| {
            let slip = prints::preview(cx, claim, &known.member)?;
            Some(Box::new(Preview::new(slip)))
        });
        match slip {
            Some(preview) => Go::Open(preview),
            None => {
                let text = cx.t("sheet-no-slip-yet");
                cx.say(Tone::Warning, text);
                Go::Stay
            }
        }
    }

    fn answered(&mut self, cx: &mut Context, seq: u64, result: &Result<Reply, StoreError>) -> Go {
        match result {
            Ok(Reply::Member(member)) if seq == self.member_seq => {
                self.member_name = member.member.name.clone();
                self.member = Some(member.as_ref().clone());
                self.changed(cx);
                self.facts_changed(cx);
                if std::mem::take(&mut self.submit_wanted) {
                    self.ask_submit(cx);
                }
            }
            Ok(Reply::Bill(standing)) if self.bill_asked.as_ref().is_some_and(|(_, asked)| *asked == seq) => {
                match standing {
                    // A submit on its way decides, and what stands may be this very claim.
                    Some(_) if matches!(self.stage, Stage::Sending(_)) => {}
                    Some(standing) => {
                        let key = self.bill_asked.as_ref().map(|(key, _)| key.clone()).unwrap_or_default();
                        self.bill_stands = Some((key, standing.number));
                        self.changed(cx);
                        self.stop(cx, Field::BillNumber, standing.as_ref().clone());
                    }
                    None => self.bill_free = self.bill_asked.as_ref().map(|(key, _)| key.clone()),
                }
            }
            Ok(Reply::Stay(standings)) if self.stay_asked == Some(seq) => {
                if let Some(standing) = standings.first()
                    && !matches!(self.stage, Stage::Sending(_))
                {
                    self.stop(cx, Field::Admission, standing.clone());
                }
            }
            Ok(Reply::Reconciled(known)) if self.reconciling == Some(seq) => {
                let number = known.iter().find(|(id, _)| *id == self.id).and_then(|(_, number)| *number);
                return self.reconciled(cx, number);
            }
            Ok(Reply::Revealed(_, whole)) if matches!(self.revealed, Some(Reveal::Asked(asked)) if asked == seq) => {
                self.revealed = Some(Reveal::Shown(whole.clone(), cx.mono + REVEAL_MS));
            }
            Err(error) if seq == self.member_seq => {
                self.submit_wanted = false;
                cx.ahead.clear();
                cx.say(Tone::Error, store_error(error, &cx.strings));
            }
            // Asked again when the field is left the next time.
            Err(_) if self.bill_asked.as_ref().is_some_and(|(_, asked)| *asked == seq) => self.bill_asked = None,
            Err(_) if self.stay_asked == Some(seq) => self.stay_failed = true,
            Err(_) if self.reconciling == Some(seq) => self.reconciling = None,
            _ => return self.sent(cx, seq, result),
        }
        Go::Stay
    }
}

impl Screen for Sheet {
    fn name(&self) -> &'static str {
        "sheet"
    }

    fn layers(&self) -> &'static [Layer] {
        match self.stage {
            Stage::Typing => &[Layer::Sheet],
            Stage::Reasons(_) => &[Layer::Sheet],
            Stage::Stopped(_) | Stage::Confirm(_) | Stage::Sending(_) => &[Layer::Confirm],
        }
    }

    fn takes_text(&self) -> bool {
        matches!(self.stage, Stage::Typing | Stage::Reasons(_))
    }

    fn takes_bursts(&self) -> bool {
        matches!(self.stage, Stage::Typing)
    }

    fn actions(&self, _cx: &Context) -> Vec<Action> {
        match &self.stage {
            Stage::Typing => vec![
                Action::Next,
                Action::SameAsBefore,
                Action::Submit,
                Action::Back,
                Action::Help,
                Action::Previous,
                Action::Undo,
                Action::ClearField,
                Action::Palette,
                Action::Slip,
                Action::Reveal,
                Action::Lock,
            ],
            Stage::Reasons(_) => vec![Action::Next, Action::Back, Action::Help, Action::Lock],
            Stage::Confirm(_) => vec![
                Action::AllDocuments,
                Action::ToggleDocument(1),
                Action::Accept,
                Action::Back,
                Action::Help,
                Action::Lock,
            ],
            Stage::Stopped(_) => vec![Action::Accept, Action::Back, Action::Help, Action::Lock],
            Stage::Sending(_) => vec![Action::Back, Action::Help, Action::Lock],
        }
    }

    fn on(&mut self, cx: &mut Context, event: Event) -> Go {
        match event {
            Event::Store(seq, result) => self.answered(cx, seq, result),
            Event::Tick => {
                self.tick(cx);
                Go::Stay
            }
            // The field in hand has not been left: what is in it is kept all the same.
            Event::Ending => {
                self.save(cx);
                Go::Stay
            }
            Event::Action(Action::Slip) if matches!(self.stage, Stage::Typing) => self.preview(cx),
            // Only what is on the disk is said to be kept.
            Event::DraftSaved(id, Ok(())) if id == self.id => {
                self.saved = Some(cx.now);
                Go::Stay
            }
            Event::Shown | Event::DraftSaved(..) | Event::Printed(..) => Go::Stay,
            input => match self.stage {
                Stage::Typing => self.type_in(cx, input),
                Stage::Stopped(_) => self.stopped(cx, input),
                Stage::Reasons(_) => self.reason(cx, input),
                Stage::Confirm(_) => self.confirm(cx, input),
                Stage::Sending(_) => self.wait(cx, input),
            },
        }
    }

    fn title(&self, cx: &Context) -> String {
        view::title(self, cx)
    }

    fn draw(&self, cx: &Context, area: Rect, buf: &mut Buffer) -> Option<Position> {
        view::draw(self, cx, area, buf)
    }

    fn waits(&self) -> bool {
        self.submit_wanted
    }

    fn wake_at(&self) -> Option<u64> {
        let reveal = match self.revealed {
            Some(Reveal::Shown(_, until)) => Some(until),
            _ => None,
        };
        match &self.stage {
            Stage::Sending(sending) => sending.retry_at.into_iter().chain(reveal).min(),
            _ => reveal,
        }
    }
}
