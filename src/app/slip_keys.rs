//! The keys of slips: this terminal's own, which signs the codes on what it prints, and those that scanned codes are
//! checked with. Both are asked of the centre once a session, beside the work; what was kept from the last one serves until
//! then, and where no answer comes.

use super::{Cmd, Context};
use crate::domain::account::Duty;
use crate::domain::note::VerifierKey;
use crate::domain::slip_code::{SlipCode, SlipCodeError, SlipKey};
use crate::store::{Reply, Request, StoreError};

/// The keys.
#[derive(Debug)]
pub(super) struct SlipKeys {
    /// This terminal's, without an office's name.
    own: Option<SlipKey>,
    known: Vec<VerifierKey>,
    seq: u64,
    /// The answer of this session is there.
    told: bool,
    /// The centre does not take the own key: nothing is signed with it.
    refused: bool,
}

impl SlipKeys {
    pub fn new(own: Option<SlipKey>, known: Vec<VerifierKey>) -> SlipKeys {
        SlipKeys { own, known, seq: 0, told: false, refused: false }
    }

    /// The session is over: the next one asks anew.
    pub fn end_session(&mut self) {
        (self.told, self.refused) = (false, false);
    }
}

impl Context {
    /// This terminal's key under the name of the office of who is at work.
    fn own_slip_key(&self) -> Option<SlipKey> {
        let office = self.hello.as_ref()?.office.code;
        self.slips.own.as_ref()?.of_office(office).ok()
    }

    /// Enrols this terminal's key and asks for all keys, once it is known who is at work. Nothing waits for it.
    pub(super) fn ask_slip_keys(&mut self) {
        if self.slips.told || self.awaits(self.slips.seq) || self.slips.own.is_none() {
            return;
        }
        let at_counter = |hello: &crate::store::Hello| {
            hello.duties.iter().any(|duty| duty.parse().is_ok_and(Duty::is_at_the_counter))
        };
        let enrols = !self.slips.refused && !self.reads_only() && self.hello.as_ref().is_some_and(at_counter);
        let own = self.own_slip_key().filter(|_| enrols).map(|key| key.verifier().to_string());
        self.slips.seq = self.ask(Request::SlipKeys { own });
    }

    /// The answer to that.
    pub(super) fn slip_keys_came(&mut self, seq: u64, result: &Result<Reply, StoreError>) {
        if seq != self.slips.seq {
            return;
        }
        match result {
            Ok(Reply::SlipKeys(keys)) => {
                self.slips.told = true;
                // One that this program can't read checks nothing.
                let known: Vec<VerifierKey> = keys.iter().filter_map(|key| key.parse().ok()).collect();
                if known != self.slips.known {
                    self.command(Cmd::SaveSlipKeys(keys.clone()));
                    self.slips.known = known;
                }
            }
            Err(StoreError::Refused(why)) if !self.slips.refused => {
                tracing::warn!(why, "the key of this terminal's slips is not taken: they carry no code");
                self.slips.refused = true;
                self.ask_slip_keys();
            }
            Err(error) => tracing::warn!(%error, "the keys of slips were not told"),
            Ok(_) => {}
        }
    }

    /// What slips are signed with; none where this terminal has no key that the centre takes.
    pub fn signing_key(&self) -> Option<SlipKey> {
        self.own_slip_key().filter(|_| !self.slips.refused)
    }

    /// Whether a scanned code is genuine, by the keys that are known here.
    ///
    /// # Errors
    /// Those of [`SlipCode::check`].
    pub fn check_slip(&self, code: &SlipCode) -> Result<(), SlipCodeError> {
        code.check(&self.slips.known).map(drop)
    }
}
