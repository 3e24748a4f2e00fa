//! What a screen opens with: asked for, there, or not to be had; and what the clerk asked for while it was under way, which
//! happens when it is there.

use crate::keymap::Action;
use crate::store::{Reply, StoreError};

/// Something that the store was asked for.
pub struct Loading<T> {
    /// The request under way.
    asked: Option<u64>,
    there: Option<T>,
    error: Option<StoreError>,
    wanted: Option<Action>,
}

impl<T> Loading<T> {
    /// Asked for with this number.
    pub fn new(seq: u64) -> Loading<T> {
        Loading { asked: Some(seq), there: None, error: None, wanted: None }
    }

    /// Asked for once more; what is there stays until the answer comes.
    pub fn again(&mut self, seq: u64) {
        self.error = None;
        self.asked = Some(seq);
    }

    /// The same, with something to do when it is there.
    pub fn wanting(self, action: Action) -> Loading<T> {
        Loading { wanted: Some(action), ..self }
    }

    /// What is there.
    pub fn there(&self) -> Option<&T> {
        self.there.as_ref()
    }

    /// What is there, to change.
    pub fn there_mut(&mut self) -> Option<&mut T> {
        self.there.as_mut()
    }

    /// Why it is not.
    pub fn error(&self) -> Option<&StoreError> {
        self.error.as_ref()
    }

    /// The number of the request under way.
    pub fn under_way(&self) -> Option<u64> {
        self.asked
    }

    /// Whether it is neither there nor refused.
    pub fn is_opening(&self) -> bool {
        self.there.is_none() && self.error.is_none()
    }

    /// Whether something is to be done when it is there.
    pub fn waits(&self) -> bool {
        self.wanted.is_some()
    }

    /// Keeps what was asked for while it is under way; says whether it is.
    pub fn keeps(&mut self, action: Action) -> bool {
        if self.asked.is_some() {
            self.wanted = Some(action);
        }
        self.asked.is_some()
    }

    /// Forgets what was asked for; says whether there was something.
    pub fn forgets(&mut self) -> bool {
        self.wanted.take().is_some()
    }

    /// Takes an answer in; says whether it was to this, and then what was asked for meanwhile.
    pub fn answered(
        &mut self,
        seq: u64,
        result: &Result<Reply, StoreError>,
        pick: impl FnOnce(&Reply) -> Option<T>,
    ) -> Option<Option<Action>> {
        self.asked.take_if(|asked| *asked == seq)?;
        match result.as_ref().map(pick) {
            Ok(Some(there)) => self.there = Some(there),
            Ok(None) => self.error = Some(StoreError::NotFound),
            Err(error) => self.error = Some(error.clone()),
        }
        Some(self.wanted.take())
    }
}
