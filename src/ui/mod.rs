//! What screens draw with, on ratatui's buffer: text that knows Chinese, styles, forms, tables, popups. Drawing reads
//! state and never changes it.
//!
//! - `text.rs` width, cut, wrap, put
//! - `theme.rs` styles for 16 colours and mono
//! - `table.rs` rows of columns, the part of a long list that shows, rules
//! - `pairs.rs` labels with values, two beside each other where they fit
//! - `typed.rs` a line of typing with its cursor
//! - `popup.rs` what is drawn over something else
//!
//! To add a widget: a file with one `draw` function over `(&mut Buffer, Rect, what to show, &Theme)`.

pub mod pairs;
pub mod popup;
pub mod table;
pub mod text;
pub mod theme;
pub mod typed;
