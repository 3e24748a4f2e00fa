//! What is printed.

/// A form with its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {}
