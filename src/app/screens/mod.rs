//! One file a screen. To add one: its file, a line here, `screen-NAME` in both message files.

pub mod desk;
pub mod frame;
pub mod help;
pub mod lock;
pub mod palette;
pub mod sheet;
pub mod slip;
