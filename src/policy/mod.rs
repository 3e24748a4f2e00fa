//! The money law. A policy is a TOML file that an officer reads beside the printed rules; an assessment is what exactly it
//! gives for the facts of one claim, with every step and why there is not more.
//!
//! What never crosses this door: floats, I/O, the clock, SQL, words of a language.

pub mod facts;

pub use facts::Facts;
