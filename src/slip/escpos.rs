//! A layout as ESC/POS, as thermal printers speak it.

use super::error::PrintError;
use super::glyph::Glyphs;
use super::layout::Layout;
use super::printer::Encoding;

/// The layout as the bytes of a job.
///
/// # Errors
/// Where a code can't be made.
pub fn render(layout: &Layout, encoding: Encoding, glyphs: &Glyphs) -> Result<Vec<u8>, PrintError> {
    let _ = (layout, encoding, glyphs);
    todo!()
}
