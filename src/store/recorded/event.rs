//! Events of claims: how one is linked behind the head of its office's chain, and what it carries.
//!
//! To add a kind of event: what it carries, as a function here; canonical bytes hold any kind.

use chrono::{DateTime, Utc};

use crate::domain::canonical::{Canonical, Hash, moment};
use crate::domain::claim::ClaimId;
use crate::domain::form::FormId;

/// Version of the canonical form of an event.
const EVENT_TAG: &str = "huzhu-event-1";

/// One link of an office's chain.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// Whose.
    pub id: ClaimId,
    /// The office whose chain it is.
    pub office: u32,
    /// The claim's revision behind it.
    pub rev: u32,
    /// What happened: a state's code, or `printed`.
    pub kind: &'a str,
    /// The login.
    pub who: &'a str,
    /// When.
    pub at: DateTime<Utc>,
    /// What it carries, JSON.
    pub body: &'a str,
}

impl Event<'_> {
    /// The hash of this event at a place of its chain, behind its head.
    pub fn link(&self, place: i64, head: &Hash) -> Hash {
        let text = EventText {
            office: i64::from(self.office),
            place,
            claim: &self.id.to_string(),
            rev: i64::from(self.rev),
            kind: self.kind,
            who: self.who,
            at: &moment(self.at),
            body: self.body,
        };
        text.link(head)
    }
}

/// An event's fields as they are stored.
#[derive(Clone, Copy, Debug)]
pub struct EventText<'a> {
    /// The office whose chain it is.
    pub office: i64,
    /// Its place in the chain, from 1.
    pub place: i64,
    /// The claim's id; empty where there is no such claim.
    pub claim: &'a str,
    /// The claim's revision behind it.
    pub rev: i64,
    /// What happened.
    pub kind: &'a str,
    /// The login.
    pub who: &'a str,
    /// When, as [`moment`] writes it.
    pub at: &'a str,
    /// What it carries.
    pub body: &'a str,
}

impl EventText<'_> {
    /// The hash of this event behind the head of its chain.
    pub fn link(&self, head: &Hash) -> Hash {
        Canonical::new(EVENT_TAG)
            .number(self.office)
            .number(self.place)
            .text(self.claim)
            .number(self.rev)
            .text(self.kind)
            .text(self.who)
            .text(self.at)
            .text(self.body)
            .link(head)
    }
}

/// What the event of a withdrawal carries.
pub fn withdrawal(reason: &str) -> String {
    serde_json::json!({ "reason": reason }).to_string()
}

/// What the event of a print of a form carries; copy 0 is the original.
pub fn printed(copy: u32, form: FormId) -> String {
    serde_json::json!({ "copy": copy, "slip": form.to_string() }).to_string()
}
