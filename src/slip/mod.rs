//! What is printed.
pub mod layout;
pub mod text;

/// A form with its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {}
