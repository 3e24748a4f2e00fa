//! What this terminal keeps for itself, encrypted: drafts of claim sheets and the last reference snapshot.

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use crate::domain::claim::{ClaimId, ClaimKind};
use crate::domain::member::MemberId;

/// A half-typed claim sheet, as it stands in the fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The id that its submit will carry.
    pub id: ClaimId,
    /// Whose claim.
    pub member: MemberId,
    /// The member's name, for the desk's list.
    pub member_name: String,
    /// The kind, for the desk's list.
    pub kind: ClaimKind,
    /// When it was last saved (server's day and time).
    pub saved_at: NaiveDateTime,
    /// The field that had the cursor.
    pub focus: String,
    /// Field names and what was typed in each.
    pub fields: Vec<(String, String)>,
}
