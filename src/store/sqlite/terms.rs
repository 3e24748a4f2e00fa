//! How many search terms a person may ask in a minute (contract 2). What is typed on within two seconds is one term. The
//! embedded database counts in the process: its file is the boundary, not its program.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::domain::query::Query;

const MINUTE: Duration = Duration::from_secs(60);
/// Within this what is typed on is still one term; what is taken back or changed is another one.
const TYPED_ON: Duration = Duration::from_secs(2);

/// The terms of the last minute.
#[derive(Debug, Default)]
pub(super) struct Terms(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    last: Option<(String, Instant)>,
    begun: VecDeque<Instant>,
}

impl Terms {
    /// Counts a search.
    ///
    /// # Errors
    /// Where `most` terms were begun in the last minute (0: any number): how long until the next may begin.
    pub fn count(&self, query: &Query, most: usize, now: Instant) -> Result<(), Duration> {
        // A state that a panic left behind is still a count.
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = text(query);
        let typed_on = state
            .last
            .as_ref()
            .is_some_and(|(last, at)| now.duration_since(*at) <= TYPED_ON && text.starts_with(last.as_str()));
        if !typed_on && most > 0 {
            while state.begun.front().is_some_and(|begun| now.duration_since(*begun) >= MINUTE) {
                state.begun.pop_front();
            }
            if state.begun.len() >= most {
                let oldest = state.begun.front().copied().unwrap_or(now);
                return Err(MINUTE.saturating_sub(now.duration_since(oldest)));
            }
            state.begun.push_back(now);
        }
        state.last = Some((text, now));
        Ok(())
    }
}

/// What was typed, as far as a query still has it.
fn text(query: &Query) -> String {
    match query {
        Query::IdNumber(text) | Query::Mobile(text) | Query::Tail(text) => text.clone(),
        Query::Claim(number) => number.to_string(),
        Query::Slip(code) => code.number().to_string(),
        Query::Name(term) | Query::Latin(term) => match &term.unit {
            Some(unit) => format!("{} {unit}", term.key),
            None => term.key.clone(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::query::Term;

    fn latin(key: &str) -> Query {
        Query::Latin(Term { key: key.into(), unit: None })
    }

    #[test]
    fn numbers_tried_one_after_the_other_are_many_terms() {
        let terms = Terms::default();
        let start = Instant::now();
        let tried = ["2264", "22641", "2264", "22642", "2264", "22643"].map(|tail| Query::Tail(tail.into()));
        let counted = tried.iter().filter(|query| terms.count(query, 2, start).is_ok()).count();
        assert_eq!(counted, 4, "each 2264 that is gone back to begins a term, and the third is too many");
    }

    #[test]
    fn what_is_typed_on_is_one_term() {
        let terms = Terms::default();
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        for (n, key) in ["wa", "wan", "wang", "wangx", "wangx"].iter().enumerate() {
            assert_eq!(terms.count(&latin(key), 2, at(n as u64 * 300)), Ok(()), "{key}");
        }
        assert_eq!(terms.count(&latin("zhang"), 2, at(2_000)), Ok(()));
        assert_eq!(terms.count(&latin("li"), 2, at(2_100)), Err(Duration::from_millis(57_900)));
        // The same term after a rest is another one.
        assert_eq!(terms.count(&latin("zhang"), 2, at(4_500)), Err(Duration::from_millis(55_500)));
        assert_eq!(terms.count(&latin("li"), 2, at(60_000)), Ok(()));
        assert_eq!(terms.count(&latin("xu"), 0, at(60_001)), Ok(()), "0 is any number");
    }
}
