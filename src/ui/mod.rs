//! What screens draw with.
