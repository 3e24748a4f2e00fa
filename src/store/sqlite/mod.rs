//! The embedded default: SQLite through sqlx.
