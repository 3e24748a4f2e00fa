//! Embedded reference data: areas (GB/T 2260), the demo's hospitals and diagnoses, names for generated people, and the
//! fallback font of PDF slips. Real tables are imported; these are marked as demo lists.
//!
//! To add a table: the file here, one constant, and where it comes from in its first line.

/// The 12 leagues and their third-level areas: code, name, level, parent, kind, status (`official` is in GB/T 2260).
pub const AREAS: &str = include_str!("areas.csv");
/// Surnames, given names and Mongolian names with their shares; surnames that are read differently.
pub const NAMES: &str = include_str!("names.json");
/// WenQuanYi Micro Hei cut to GB2312 + ASCII (Apache-2.0, or GPL-3 with font exception).
pub const FONT: &[u8] = include_bytes!("wqy-microhei-gb2312.ttf");
