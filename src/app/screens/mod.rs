//! One file a screen (a folder where it is large). To add one: its file, a line here, `screen-NAME` in both message files.
//!
//! - `frame.rs` what surrounds every screen
//! - `doubt.rs` whether paper came out
//! - `words.rs` words that several screens make of facts · `loading.rs` what a screen opens with
//! - `on_paper.rs` a form as a printer will print it
//! - `gate.rs` what the lock and the login screen share

pub mod claim;
pub mod desk;
mod doubt;
pub mod frame;
mod gate;
pub mod help;
mod loading;
pub mod lock;
pub mod login;
pub mod member;
mod on_paper;
pub mod palette;
mod preview;
pub mod sheet;
pub mod slip;
mod words;
