//! stand-in
pub mod facts;
pub mod standin;
pub use facts::Facts;
pub use standin::*;
