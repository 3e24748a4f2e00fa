//! Actions and keys.
