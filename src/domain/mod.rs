//! The facts of the scheme, pure: money, dates, identifiers, numbers, the settlement sheet and its balance, claims.
//!
//! What never crosses this door: floats, I/O, the clock, SQL, visible words (an error here is a typed code;
//! `strings` makes the sentence). The one exception is `words`, amounts in Chinese words, which is a notation.
//!
//! To add one more identifier: a file with a newtype, `parse` from what a clerk types, `Display` in the recorded form,
//! and its property test; then a line here.

pub mod account;
pub mod amount;
pub mod area;
pub mod bank_card;
pub mod bill;
pub mod canonical;
pub mod claim;
pub mod cover;
pub mod date;
pub mod form;
pub mod id_number;
pub mod mask;
pub mod member;
pub mod merkle;
pub mod money;
pub mod note;
pub mod number;
pub mod password;
pub mod query;
pub mod romanise;
pub mod secret;
pub mod serial;
pub mod sheet;
pub mod slip_code;
pub mod text;
pub mod words;

pub use area::{AreaCode, OfficeCode};
pub use claim::{ClaimId, ClaimKind, ClaimState};
pub use cover::{Cover, Paid};
pub use member::MemberId;
pub use money::Money;
pub use number::{ClaimNumber, SlipNumber};
pub use sheet::SettlementSheet;
