//! `huzhu` (互助): the counter program of a workers' mutual-aid association.
//!
//! The map of the house. Each room's head says what it is for and how to add one more of what it holds.
//!
//! | room | what it is for | what never crosses its door |
//! | --- | --- | --- |
//! | [`domain`] | facts of the scheme: money, dates, identifiers, the settlement sheet, claims | I/O, the clock, floats, SQL, visible words |
//! | [`policy`] | the money law: a policy file, and exactly what is computed from it | the same |
//! | [`store`] | the central database as the program sees it, and this terminal's journal | SQL inside, terminals outside |
//! | [`app`] | state and `update(message) -> commands`, screens | tokio, sqlx, files, the clock |
//! | [`ui`] | what screens draw with | mutation, validation |
//! | [`term`] | the terminal: keys in, few bytes out | `crossterm` outside it |
//! | [`keymap`] | actions, keys, layers, conflicts | key codes in a screen |
//! | [`slip`] | what is printed: a pure layout, then text, PDF; delivery | a device in a layout |
//! | [`runtime`] | the only `select!` | |
//! | [`strings`] | every visible word, in Chinese and English | Chinese literals elsewhere |
//! | [`config`] | the configuration file, environment and flags | |
//! | [`world`] | generated data: people, units, claims of any size | the database |
//! | [`data`] | embedded reference data | |
//! | [`cli`] | one file a command | logic |

// The heads of rooms are read in the source too, and name what is private there.
#![allow(rustdoc::private_intra_doc_links)]

pub mod app;
pub mod cli;
pub mod config;
pub mod data;
pub mod domain;
pub mod keymap;
pub mod policy;
pub mod runtime;
pub mod slip;
pub mod store;
pub mod strings;
pub mod term;
pub mod ui;
pub mod world;
