//! A layout as a PDF in the size of its paper, its fonts inside, for laser printers and for whoever prints a PDF on another.
//! The pages of the layout are the pages of the PDF, and its grid stays: a hanzi fills two columns, Latin runs are drawn in
//! their own shapes in the middle of it. On continuous paper the grid is the one of a 24-pin printer, 10 columns and 6
//! lines an inch.
//!
//! - `font` the fonts, one stepping in for the other · `grid` where columns and lines are on the page
//! - `parts` what a line's text is drawn as · `pen` how
//!
//! What no font has was replaced before (see [`super::set`]), with [`SlipFont::has`]. To draw something new: a part in
//! `parts`, its strokes in `pen`. A new paper needs its size and margins in [`Paper`] only.

mod font;
mod grid;
mod parts;
mod pen;

use krilla::Document;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;

pub use font::SlipFont;

use super::error::PrintError;
use super::layout::Layout;
use super::paper::Paper;
use grid::Grid;
use pen::Pen;

/// The layout on a paper as a PDF with a title; the same layout gives the same bytes. **Blocking.**
///
/// # Errors
/// Where a code is too long, or the PDF can't be made.
pub fn render(layout: &Layout, paper: Paper, font: &SlipFont, title: &str) -> Result<Vec<u8>, PrintError> {
    let faces = font.faces()?;
    let mut document = Document::new();
    let empty = Vec::new();
    // A PDF without a page is none.
    let pages = if layout.pages.is_empty() { vec![&empty] } else { layout.pages.iter().collect() };
    for lines in pages {
        let grid = Grid::of(paper, layout.columns, lines);
        let (width, height) = grid.page;
        let settings = PageSettings::from_wh(width, height).ok_or_else(|| PrintError::Pdf("page".to_owned()))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        Pen::new(&faces, &grid, layout).draw(&mut surface, lines)?;
        surface.finish();
        page.finish();
    }
    document.set_metadata(Metadata::new().title(title.to_owned()).creator("huzhu".to_owned()));
    document.finish().map_err(|error| PrintError::Pdf(error.to_string()))
}
