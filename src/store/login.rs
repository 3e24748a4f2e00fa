//! Logging in at a centre that asks who is there: why it is refused, in codes that every adapter shares.
//!
//! To add a reason: a function here, its sentence `refused-CODE` in both message files.

use super::StoreError;

/// What the account can do with this version of the program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Everything.
    #[default]
    Full,
    /// Looking only: the centre is of a version that this program must not write to.
    ReadOnly,
}

impl StoreError {
    /// The login or the password is wrong; nobody is told which.
    pub fn wrong_login() -> StoreError {
        StoreError::Refused("login".into())
    }

    /// Whether it is that.
    pub fn is_wrong_login(&self) -> bool {
        *self == StoreError::wrong_login()
    }

    /// The account is locked.
    pub fn account_locked() -> StoreError {
        StoreError::Refused("account-locked".into())
    }

    /// The account is at work in as many places as it may be.
    pub fn too_many_sessions() -> StoreError {
        StoreError::Refused("sessions".into())
    }

    /// The centre does not take this terminal's certificate, or takes none without one.
    pub fn terminal_certificate() -> StoreError {
        StoreError::Refused("terminal-certificate".into())
    }

    /// The centre's own certificate is not one that this terminal trusts.
    pub fn centre_certificate() -> StoreError {
        StoreError::Refused("centre-certificate".into())
    }

    /// This version of the program only looks.
    pub fn read_only() -> StoreError {
        StoreError::Refused("read-only".into())
    }

    /// Whether another try may go well without anybody doing anything.
    pub fn may_pass(&self) -> bool {
        matches!(self, StoreError::Unreachable(_) | StoreError::Unknown(_))
    }
}
