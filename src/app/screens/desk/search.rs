//! The search behind the box: one question under way at most, the newest one next, and only the answer to what stands in
//! the box counts.

use crate::app::{Context, Tone};
use crate::domain::query::{NoQuery, Query};
use crate::domain::slip_code::{SlipCodeError, SlipFacts};
use crate::store::{Found, Hit, OnRecord, Reply, Request, StoreError};

/// What is asked, what is under way, what was answered.
#[derive(Debug)]
pub struct Search {
    asked: Result<Query, NoQuery>,
    under_way: Option<(u64, Query)>,
    answer: Option<(Query, Result<Found, StoreError>)>,
}

impl Default for Search {
    fn default() -> Search {
        Search { asked: Err(NoQuery::Empty), under_way: None, answer: None }
    }
}

impl Search {
    /// Another text stands in the box. What failed is forgotten: the same term is asked again when it is typed again.
    pub fn typed(&mut self, cx: &mut Context, text: &str) {
        self.asked = Query::parse(text, cx.today()).and_then(|query| not_forged(query, cx));
        if self.asked.is_err() || matches!(self.answer, Some((_, Err(_)))) {
            self.answer = None;
        }
        self.go_on(cx);
    }

    /// Asks once more what could not be answered.
    pub fn again(&mut self, cx: &mut Context) {
        self.answer = None;
        self.go_on(cx);
    }

    fn go_on(&mut self, cx: &mut Context) {
        if let Ok(query) = &self.asked
            && self.under_way.is_none()
            && !self.is_answered()
        {
            let seq = cx.ask(Request::Search(query.clone()));
            self.under_way = Some((seq, query.clone()));
        }
    }

    /// Takes an answer in; says whether it was one to this box. An answer to what the box no longer asks is dropped.
    pub fn answered(&mut self, cx: &mut Context, seq: u64, result: &Result<Reply, StoreError>) -> bool {
        let Some((_, query)) = self.under_way.take_if(|(asked, _)| *asked == seq) else { return false };
        if self.asked.as_ref() == Ok(&query) {
            let found = match result {
                Ok(Reply::Found(found)) => Ok(found.clone()),
                // The store answers a search with what it found or with an error.
                Ok(_) => Ok(Found::default()),
                Err(error) => Err(error.clone()),
            };
            self.answer = Some((query, found));
        }
        self.go_on(cx);
        true
    }

    /// Says of a scanned slip that was answered what it is worth: its code's signature alone proves nothing of a claim, for
    /// whoever has a terminal's key signs what he likes.
    pub fn tell_code(&self, cx: &mut Context) {
        let Some((Query::Slip(code), Ok(found))) = &self.answer else { return };
        let SlipFacts { number, date, amount, .. } = code.facts();
        let (tone, key) = match (cx.check_slip(code), found.slip) {
            (_, Some(OnRecord::Differs)) => (Tone::Error, "slip-code-differs"),
            (Ok(()), Some(OnRecord::Same)) if number.form.shows_an_amount() => (Tone::Good, "slip-code-genuine"),
            (Ok(()), Some(OnRecord::Same)) => (Tone::Good, "slip-code-genuine-plain"),
            (Ok(()), Some(OnRecord::Withdrawn)) => (Tone::Warning, "slip-code-withdrawn"),
            (Ok(()), None) => (Tone::Warning, "slip-code-not-here"),
            (Err(_), Some(OnRecord::Same | OnRecord::Withdrawn)) => (Tone::Warning, "slip-code-unchecked"),
            (Err(_), None) => (Tone::Warning, "slip-code-unknown"),
        };
        let amount = amount.grouped();
        let args: [(&str, &dyn std::fmt::Display); 4] =
            [("form", &number.form), ("number", number), ("date", date), ("amount", &amount)];
        let text = cx.strings.with(key, &args);
        cx.say(tone, text);
    }

    /// What the box asks, or why it asks nothing.
    pub fn asked(&self) -> Result<&Query, NoQuery> {
        self.asked.as_ref().map_err(|why| *why)
    }

    /// Whether the answer to what stands in the box is there.
    pub fn is_answered(&self) -> bool {
        matches!((&self.asked, &self.answer), (Ok(asked), Some((query, _))) if asked == query)
    }

    /// Whether an answer to what stands in the box is to come.
    pub fn is_awaited(&self) -> bool {
        self.asked.is_ok() && !self.is_answered()
    }

    /// The last answer and what it answers: old rows stay, as they look, until new ones come.
    pub fn answer(&self) -> Option<(&Query, &Result<Found, StoreError>)> {
        self.answer.as_ref().map(|(query, found)| (query, found))
    }

    /// Rows that are shown. They answer what stands in the box unless [`Search::is_awaited`].
    pub fn rows(&self) -> &[Hit] {
        match &self.answer {
            Some((_, Ok(found))) => &found.rows,
            _ => &[],
        }
    }
}

/// A slip's code that its key did not sign is not searched. One whose key is not known here is, and it is said.
fn not_forged(query: Query, cx: &Context) -> Result<Query, NoQuery> {
    match &query {
        Query::Slip(code) => match cx.check_slip(code) {
            Ok(()) | Err(SlipCodeError::UnknownKey) => Ok(query),
            Err(_) => Err(NoQuery::SlipForged),
        },
        _ => Ok(query),
    }
}
