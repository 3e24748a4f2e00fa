//! What screens draw with. Drawing takes `&State`; nothing here changes or checks anything.
//!
//! - `text` the width of text, cutting and wrapping it for Chinese, drawing it safely
//!
//! To add a thing to draw: a file here with a function over a `Buffer` and plain data, and its test; then a line here.

pub mod text;
