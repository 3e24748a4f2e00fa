//! A real PostgreSQL for tests and benches, from the binaries that are installed, and what fault tests put around it.
//!
//! - `server` one server of its own, with its folder, port and rules of access
//! - `machine` where the binaries are, who runs them, which port is free, and the watchdog
//! - `template` a data directory that is made once and copied for each server
//! - `certificates` authorities, server and client certificates
//! - `proxy` a wire that delays, slices, throttles, cuts, resets and falls silent
//!
//! `mod postgres;` brings it into a test file, `#[path = "../tests/postgres/mod.rs"] mod postgres;` into a bench. To add
//! one more fault: a field of [`proxy::Fault`], and its case in `tests/postgres_support.rs`.

#![allow(dead_code, unused_imports, reason = "each test file uses its part")]

pub mod certificates;
mod machine;
pub mod proxy;
mod server;
mod template;

pub use machine::free_port;
pub use server::{DATABASE, Options, SUPERUSER, SUPERUSER_PASSWORD, Server, Tls, sqlstates};
pub use template::server_with;
