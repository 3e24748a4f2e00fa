//! The money law. A policy is a TOML file that an officer reads beside the printed rules; an assessment is what exactly it
//! gives for the facts of one claim, with every step and why there is not more.
//!
//! What never crosses this door: floats, I/O, the clock, SQL, words of a language (errors are typed codes; `strings` makes
//! the sentences).
//!
//! | file | what is in it |
//! | --- | --- |
//! | `model`, `condition` | a policy as it was read: benefits, steps, cover, documents, … |
//! | `figure` | what figures are made of: facts by name, rates, look-ups |
//! | `reader`, `file`, `steps`, `checks` | TOML to [`Policy`], every error at once with line and field |
//! | `problem` | what can be wrong with a file |
//! | `facts`, `facts_json`, `seeds` | the facts of a claim, and their one text form |
//! | `engine`, `record` | the computation in whole fen, and its plain records, as JSON when someone looks |
//! | `assessment` | the result, typed |
//! | `checks`, `caps` | what must hold between fields, and what an officer is warned of |
//! | `published` | which of the published policies applies, and which stand in each other's way |
//! | `cases`, `edges`, `edge_claims` | a policy's own cases, and generated ones at every edge |
//!
//! To add a step: a variant of [`model::Op`], its fields in `steps.rs` with their errors, its arithmetic in `engine.rs`, its
//! keys in `record.rs` and `assessment.rs`, its line in `strings/explain.rs`, a row in `policies/README.md`, and cases.

pub mod assessment;
mod caps;
pub mod cases;
mod checks;
pub mod condition;
mod edge_claims;
pub mod edges;
pub mod engine;
pub mod facts;
mod facts_json;
pub mod figure;
mod file;
pub mod model;
pub mod problem;
pub mod published;
mod reader;
pub mod record;
mod seeds;
mod steps;

pub use assessment::Assessment;
pub use engine::assess;
pub use facts::{FactError, FactProblem, Facts};
pub use model::{Need, Policy};
pub use problem::{FileError, Problem};
pub use published::{Published, applicable};
pub use record::Record;
