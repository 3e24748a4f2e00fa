//! From Ctrl-S to the number: what is open, reasons for warnings, the one confirmation with the documents, the submit.
//! A submit that got no answer is asked again with the same id until one comes; it is never called failed.

use super::checks::{self, Level, Problem};
use super::choices::HEIR;
use super::field::Field;
use super::{Request, Sheet, Stage, Tone};
use crate::app::edit::Line;
use crate::app::{Context, Event, Go};
use crate::domain::claim::{Agent, ClaimState, Diagnosis, Document, NewClaim, Payee, PolicyRef, Reason};
use crate::domain::number::ClaimNumber;
use crate::domain::text;
use crate::keymap::Action;
use crate::policy::Need;
use crate::store::{Duplicate, Reply, StoreError};
use crate::strings::errors::store_error;

/// The first pause before an unanswered submit is asked again, and the longest, in milliseconds.
const RETRY_MS: (u64, u64) = (500, 30_000);

/// Reasons that are being given.
#[derive(Clone, Debug)]
pub struct Reasons {
    /// Warnings that need one.
    pub warnings: Vec<Problem>,
    /// Those given so far.
    pub given: Vec<Reason>,
    /// The one being typed.
    pub line: Line,
}

/// What will be recorded.
#[derive(Clone, Debug)]
pub struct Confirm {
    /// The claim; its documents are marked here.
    pub claim: NewClaim,
    /// Warnings to look at.
    pub warnings: Vec<String>,
    /// Accept was asked with required documents missing: once more submits it as 材料不全.
    pub incomplete_asked: bool,
}

/// On its way.
#[derive(Clone, Debug)]
pub struct Sending {
    /// The confirmation it came from.
    pub confirm: Confirm,
    /// The number of the request.
    pub seq: u64,
    /// How often it got no answer.
    pub tries: u32,
    /// When it is asked again.
    pub retry_at: Option<u64>,
}

impl Confirm {
    /// Required documents that are not there.
    pub fn missing(&self) -> impl Iterator<Item = &Document> {
        self.claim.documents.iter().filter(|document| document.required && !document.present)
    }
}

impl Sheet {
    /// Ctrl-S: says all that is open and goes to the first; else asks for reasons, then for the confirmation.
    pub(super) fn ask_submit(&mut self, cx: &mut Context) {
        // The field in hand is left: what is typed in it chooses, and is kept.
        self.leave(cx, false);
        self.enter(cx, self.focus);
        cx.message = None;
        if cx.awaits(self.member_seq) {
            // Asked for again when it is there; what is typed until then comes after it.
            self.submit_wanted = true;
            return;
        }
        if self.member.is_none() {
            let text = cx.t("sheet-member-loading");
            return cx.say(Tone::Warning, text);
        }
        self.changed(cx);
        let problems = checks::check(self, cx, true);
        let errors: Vec<&Problem> = problems.iter().filter(|problem| problem.level == Level::Error).collect();
        if let Some(first) = errors.first() {
            let text = match errors.len() {
                1 => first.text.clone(),
                n => cx.strings.with("sheet-open-problems", &[("text", &first.text), ("more", &(n - 1))]),
            };
            let field = first.field;
            self.problems = problems;
            self.enter(cx, field);
            return cx.say(Tone::Error, text);
        }
        self.save(cx);
        let warnings: Vec<Problem> =
            problems.iter().filter(|problem| problem.level == Level::Reason).cloned().collect();
        let reasons = Reasons { warnings, given: Vec::new(), line: Line::default() };
        if reasons.warnings.is_empty() {
            self.ask_confirmation(cx, Vec::new())
        } else {
            self.stage = Stage::Reasons(reasons)
        }
    }

    pub(super) fn reason(&mut self, cx: &mut Context, event: Event) -> Go {
        let Stage::Reasons(reasons) = &mut self.stage else { return Go::Stay };
        match event {
            Event::Text(c) => reasons.line.insert(&c.to_string(), text::REMARK_MAX),
            Event::Paste(pasted) => reasons.line.insert(pasted, text::REMARK_MAX),
            Event::Edit(edit) => {
                reasons.line.edit(edit);
            }
            Event::Action(Action::Next | Action::Submit) => {
                let text = reasons.line.text().trim().to_owned();
                if text.is_empty() {
                    cx.bell();
                    return Go::Stay;
                }
                let warning = reasons.warnings[reasons.given.len()].code.to_owned();
                reasons.given.push(Reason { warning, text });
                reasons.line = Line::default();
                if reasons.given.len() == reasons.warnings.len() {
                    let given = std::mem::take(&mut reasons.given);
                    self.ask_confirmation(cx, given);
                }
            }
            Event::Action(Action::Back) => self.stage = Stage::Typing,
            _ => cx.bell(),
        }
        Go::Stay
    }

    fn ask_confirmation(&mut self, cx: &mut Context, reasons: Vec<Reason>) {
        match self.claim(cx, reasons) {
            Some(claim) => {
                let warnings = self.problems.iter().filter(|problem| problem.level == Level::Warning);
                let warnings = warnings.map(|problem| problem.text.clone()).collect();
                self.stage = Stage::Confirm(Confirm { claim, warnings, incomplete_asked: false });
            }
            None => {
                // Everything was checked before, so only the policy can be what is missing.
                self.stage = Stage::Typing;
                let text = cx.t("check-no-policy");
                cx.say(Tone::Error, text);
            }
        }
    }

    /// The claim as the fields give it now, where an amount comes of it: before reasons and documents are asked for.
    pub(super) fn claim_so_far(&self, cx: &Context) -> Option<NewClaim> {
        let claim = self.claim(cx, Vec::new())?;
        Some(NewClaim { documents: Vec::new(), ..claim })
    }

    /// The claim as the fields give it.
    fn claim(&self, cx: &Context, reasons: Vec<Reason>) -> Option<NewClaim> {
        let hello = cx.hello.as_ref()?;
        let facts = self.assessing.facts.as_ref()?;
        let published = self.assessing.published.as_ref()?;
        let assessment = self.assessing.assessment.as_ref()?;
        let kind = self.entries.kind();
        let chosen = self.entries.get(Field::Diagnosis).code().and_then(|code| cx.lookup.diagnosis(code));
        let diagnosis = match chosen {
            Some(entry) => Diagnosis { code: entry.code.clone(), name: entry.name.clone(), standard: true },
            None => self.entries.free_diagnosis()?,
        };
        let agent = self.entries.shape().agent.then(|| self.agent(cx)).flatten();
        let documents = published
            .policy
            .documents
            .iter()
            .filter(|rule| rule.claim.iter().any(|code| code == kind.code()))
            .filter_map(|rule| {
                let required = match rule.need {
                    Need::Always => true,
                    Need::Ask => false,
                    // An heir claims for himself: nobody could have sent him.
                    Need::Agent => agent.as_ref().is_some_and(|agent| agent.relation != HEIR).then_some(true)?,
                    Need::Heir => agent.as_ref().is_some_and(|agent| agent.relation == HEIR).then_some(true)?,
                };
                Some(Document { code: rule.code.clone(), title: rule.title.clone(), required, present: false })
            })
            .collect();
        let payee = match (self.entries.new_card(), self.member.as_ref().and_then(|member| member.card.clone())) {
            (Some(card), _) => Payee::New { bank: self.entries.get(Field::Bank).text().trim().to_owned(), card },
            (None, Some(card)) => Payee::OnFile { bank: card.bank, last4: card.last4 },
            (None, None) => return None,
        };
        Some(NewClaim {
            id: self.id,
            member: self.member_id,
            period: published.policy.period,
            kind,
            state: ClaimState::Submitted,
            channel: "window".into(),
            window: hello.window,
            bill: self.entries.bill(),
            hospital: self.entries.get(Field::Hospital).code()?.to_owned(),
            diagnosis,
            mode: self.entries.mode(),
            admission: facts.admission,
            discharge: facts.discharge,
            settlement: facts.settlement,
            facts: facts.to_json(),
            policy: PolicyRef {
                code: published.policy.code.to_string(),
                version: published.policy.version,
                sha256: published.sha256.clone(),
            },
            assessment: assessment.to_json(),
            total: assessment.total,
            payee,
            agent,
            documents,
            reasons,
            remark: self.entries.get(Field::Remark).text().trim().to_owned(),
        })
    }

    fn agent(&self, cx: &Context) -> Option<Agent> {
        let id = self.entries.get(Field::AgentId).text();
        Some(Agent {
            name: text::name(self.entries.get(Field::AgentName).text()).ok()?,
            id_number: crate::domain::id_number::IdNumber::parse(id, cx.today()).ok()?.as_str().to_owned(),
            relation: self.entries.get(Field::AgentRelation).code()?.to_owned(),
        })
    }

    pub(super) fn confirm(&mut self, cx: &mut Context, event: Event) -> Go {
        let Stage::Confirm(confirm) = &mut self.stage else { return Go::Stay };
        match event {
            Event::Action(Action::AllDocuments) => {
                confirm.incomplete_asked = false;
                let all = confirm.claim.documents.iter().all(|document| document.present);
                for document in &mut confirm.claim.documents {
                    document.present = !all;
                }
            }
            Event::Action(Action::ToggleDocument(n)) => {
                confirm.incomplete_asked = false;
                match confirm.claim.documents.get_mut(usize::from(n).wrapping_sub(1)) {
                    Some(document) => document.present = !document.present,
                    None => cx.bell(),
                }
            }
            Event::Action(Action::Accept) => {
                let missing = confirm.missing().count();
                if missing > 0 && !confirm.incomplete_asked {
                    confirm.incomplete_asked = true;
                    let text = cx.strings.with("confirm-incomplete", &[("count", &missing)]);
                    cx.say(Tone::Warning, text);
                    return Go::Stay;
                }
                confirm.claim.state = if missing > 0 { ClaimState::Returned } else { ClaimState::Submitted };
                let confirm = confirm.clone();
                self.sent = true;
                self.save(cx);
                let seq = cx.ask(Request::Submit(Box::new(confirm.claim.clone())));
                self.stage = Stage::Sending(Sending { confirm, seq, tries: 0, retry_at: None });
            }
            Event::Action(Action::Back) => self.stage = Stage::Typing,
            _ => cx.bell(),
        }
        Go::Stay
    }

    /// While the submit is on its way only leaving is possible; the draft keeps its id, so nothing counts twice.
    pub(super) fn wait(&mut self, cx: &mut Context, event: Event) -> Go {
        match event {
            Event::Action(Action::Back) => {
                self.save(cx);
                let text = cx.t("sheet-left-unconfirmed");
                cx.say(Tone::Warning, text);
                return Go::Close;
            }
            // A second Enter is the first one again.
            Event::Action(Action::Accept) => {}
            _ => cx.bell(),
        }
        Go::Stay
    }

    /// The answer to the submit.
    pub(super) fn sent(&mut self, cx: &mut Context, seq: u64, result: &Result<Reply, StoreError>) -> Go {
        let Stage::Sending(sending) = &mut self.stage else { return Go::Stay };
        if sending.seq != seq {
            return Go::Stay;
        }
        let confirm = sending.confirm.clone();
        let error = match result {
            Ok(Reply::Submitted(submitted)) => {
                cx.drop_draft(self.id);
                cx.came_unasked();
                cx.refresh_desk();
                let claim = &submitted.claim;
                let key = if claim.claim.state == ClaimState::Returned { "sheet-returned" } else { "sheet-submitted" };
                let text = cx.strings.with(
                    key,
                    &[("number", &claim.number), ("name", &claim.member_name), ("total", &claim.claim.total.grouped())],
                );
                cx.say(Tone::Good, text);
                cx.print_all(claim);
                return Go::Desk;
            }
            Ok(_) => return Go::Stay,
            Err(error) => error,
        };
        match error {
            StoreError::Unknown(_) | StoreError::Unreachable(_) => {
                let pause = (RETRY_MS.0 << sending.tries.min(6)).min(RETRY_MS.1);
                sending.tries += 1;
                sending.retry_at = Some(cx.mono + pause);
                let text = cx.t("sheet-unconfirmed");
                cx.say(Tone::Warning, text);
            }
            StoreError::Duplicate(Duplicate::Bill(standing)) => {
                self.stop(cx, Field::BillNumber, standing.as_ref().clone());
            }
            StoreError::Duplicate(Duplicate::Stay(standing)) => {
                self.stop(cx, Field::Admission, standing.as_ref().clone());
            }
            StoreError::Stale(_) => {
                self.stage = Stage::Typing;
                self.total_before = Some(confirm.claim.total);
                let ticket = cx.new_id();
                let request = Request::OpenMember { ticket, member: self.member_id, purpose: "claim".into() };
                self.member_seq = cx.ask(request);
                let text = cx.t("sheet-facts-changed");
                cx.say(Tone::Warning, text);
            }
            StoreError::IdReused => {
                // An earlier submit of this sheet was recorded, then the sheet was changed.
                self.stage = Stage::Typing;
                self.reconcile(cx);
            }
            other => {
                self.stage = Stage::Confirm(confirm);
                let text = store_error(other, &cx.strings);
                cx.say(Tone::Error, text);
            }
        }
        Go::Stay
    }

    /// Asks an unanswered submit again, when its time has come.
    pub(super) fn retry(&mut self, cx: &mut Context) {
        if let Stage::Sending(sending) = &mut self.stage
            && sending.retry_at.is_some_and(|at| at <= cx.mono)
        {
            sending.retry_at = None;
            sending.seq = cx.ask(Request::Submit(Box::new(sending.confirm.claim.clone())));
        }
    }

    /// Asks whether an earlier submit of this sheet, whose answer was lost, was recorded.
    pub(super) fn reconcile(&mut self, cx: &mut Context) {
        self.reconciling = Some(cx.ask(Request::Reconcile(vec![self.id])));
    }

    /// It was: the draft goes, and the number is said. It was not: the sheet goes on.
    pub(super) fn reconciled(&mut self, cx: &mut Context, number: Option<ClaimNumber>) -> Go {
        self.reconciling = None;
        let Some(number) = number else {
            self.ask_bill(cx);
            return Go::Stay;
        };
        cx.drop_draft(self.id);
        cx.came_unasked();
        cx.refresh_desk();
        let text = cx.strings.with("sheet-recorded-before", &[("number", &number), ("name", &self.member_name)]);
        cx.say(Tone::Good, text);
        cx.print_if_new(number);
        Go::Desk
    }

    /// The member's facts were read anew after a submit that came too late: what changed is said.
    pub(super) fn facts_changed(&mut self, cx: &mut Context) {
        let Some(before) = self.total_before.take() else { return };
        let now = self.assessing.assessment.as_ref().map(|assessment| assessment.total);
        let text = match now {
            Some(now) if now != before => {
                let amounts: [(&str, &dyn std::fmt::Display); 2] =
                    [("before", &before.grouped()), ("now", &now.grouped())];
                cx.strings.with("sheet-amount-changed", &amounts)
            }
            _ => cx.t("sheet-facts-changed"),
        };
        cx.say(Tone::Warning, text);
    }

    /// What the member was paid this period: how often and how much.
    pub(super) fn paid_this_period(&self, period: i32) -> (usize, crate::domain::Money) {
        let Some(member) = &self.member else { return (0, crate::domain::Money::ZERO) };
        let live = member.claims.iter().filter(|line| line.is_told() && line.state.is_live() && line.period == period);
        (live.clone().count(), live.map(|line| line.total).sum())
    }
}
