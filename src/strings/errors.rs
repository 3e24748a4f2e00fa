//! Errors of the store as sentences that say what to do next.
//!
//! To add one: its arm here and its key under `## Store` in both message files. A refusal needs only its key:
//! `refused-CODE`.

use super::Strings;
use crate::domain::claim::Standing;
use crate::domain::query::NoQuery;
use crate::store::sealer::SealError;
use crate::store::witness::{Alarm, WitnessError};
use crate::store::{Duplicate, StoreError};

/// The sentence for an error of the store.
pub fn store_error(error: &StoreError, strings: &Strings) -> String {
    match error {
        StoreError::NotAllowed => strings.get("store-not-allowed"),
        StoreError::NotFound => strings.get("store-not-found"),
        StoreError::Stale(0) => strings.get("store-stale-member"),
        StoreError::Stale(_) => strings.get("store-stale"),
        StoreError::Duplicate(Duplicate::Bill(standing)) => duplicate("store-duplicate-bill", standing, strings),
        StoreError::Duplicate(Duplicate::Stay(standing)) => duplicate("store-duplicate-stay", standing, strings),
        StoreError::IdReused => strings.get("store-id-reused"),
        StoreError::Refused(code) => {
            let key = format!("refused-{code}");
            if strings.has(&key) { strings.get(&key) } else { strings.with("store-refused", &[("code", code)]) }
        }
        StoreError::Throttled(until) => strings.with("store-throttled", &[("until", &until.format("%H:%M:%S"))]),
        StoreError::Unreachable(_) => strings.get("store-unreachable"),
        StoreError::Unknown(_) => strings.get("store-unknown"),
        StoreError::VersionTooOld => strings.get("store-version-too-old"),
        StoreError::Alarm(what) => alarm(what, strings),
        StoreError::Unreadable(what) => strings.with("store-unreadable", &[("what", what)]),
        StoreError::Damaged(what) => strings.with("store-damaged", &[("what", what)]),
    }
}

/// The key of the sentence that says why a text is not searched.
pub const fn no_query(why: NoQuery) -> &'static str {
    match why {
        NoQuery::Empty => "search-what",
        NoQuery::OneMore => "search-one-more",
        NoQuery::FewDigits => "search-few-digits",
        NoQuery::PartOfNumber => "search-part-of-number",
        NoQuery::WrongCheck => "search-wrong-check",
        NoQuery::WrongBirth => "search-wrong-birth",
        NoQuery::ClaimNumber => "search-claim-number",
        NoQuery::SlipCode => "search-slip-code",
        NoQuery::SlipForged => "search-slip-forged",
        NoQuery::TooLong => "search-too-long",
        NoQuery::Unknown => "search-unknown",
    }
}

/// What is wrong with the centre's records, and what is to be done: nobody works on.
pub fn alarm(alarm: &Alarm, strings: &Strings) -> String {
    let (held, shown) = alarm.sizes();
    let what = strings.with(&format!("alarm-{}", alarm.code()), &[("held", &held), ("shown", &shown)]);
    strings.with("alarm-stop", &[("what", &what)])
}

/// Why this terminal can't watch over the centre's records.
pub fn witness(error: &WitnessError, strings: &Strings) -> String {
    match error {
        WitnessError::Key => strings.get("witness-key"),
        WitnessError::Damaged(path) => strings.with("witness-damaged", &[("path", &path.display())]),
        WitnessError::Io(path, why) => strings.with("witness-io", &[("path", &path.display()), ("why", why)]),
    }
}

/// Why nothing is sealed.
pub fn seal_error(error: &SealError, strings: &Strings) -> String {
    match error {
        SealError::Key(path) => strings.with("seal-no-key", &[("path", &path.display())]),
        SealError::Name => strings.get("seal-name"),
        SealError::KeyReadable(path) => strings.with("start-key-readable", &[("path", &path.display())]),
        SealError::KeyExists(path) => strings.with("seal-key-exists", &[("path", &path.display())]),
        SealError::InUse => strings.get("seal-in-use"),
        SealError::Kept(error) => witness(error, strings),
        SealError::Store(error) => store_error(error, strings),
        SealError::Alarm(alarm) => {
            let (held, shown) = alarm.sizes();
            let what = strings.with(&format!("alarm-{}", alarm.code()), &[("held", &held), ("shown", &shown)]);
            strings.with("seal-alarm", &[("what", &what)])
        }
    }
}

fn duplicate(key: &str, standing: &Standing, strings: &Strings) -> String {
    let state = strings.get(&format!("state-{}", standing.state.code()));
    strings.with(key, &[("number", &standing.number), ("office", &standing.office), ("state", &state)])
}
