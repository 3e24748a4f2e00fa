//! What is printed.
pub mod layout;
pub mod text;
