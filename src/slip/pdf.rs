//! A layout as a PDF, A5 upright, its font inside. The grid of the layout stays: a hanzi fills two columns, Latin runs
//! are drawn in their own shapes and narrowed where they are wider than their columns.
//!
//! What the font lacks was replaced before (see [`super::set`]), with [`SlipFont::has`].

use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;

use krilla::Document;
use krilla::geom::{PathBuilder, Point, Transform};
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use ttf_parser::Face;
use unicode_width::UnicodeWidthChar;

use super::error::PrintError;
use super::layout::{Layout, Line};
use crate::data;

/// A5 in points, and the margins at its sides and at top and bottom.
const PAGE: (f32, f32) = (419.53, 595.28);
const MARGIN: (f32, f32) = (34.0, 30.0);
/// Rows on a page; a doubled title takes two.
const ROWS: usize = 38;
const ROW: f32 = (PAGE.1 - 2.0 * MARGIN.1) / ROWS as f32;
/// How much larger a doubled title is drawn: twice the width would be too loud on A5.
const TITLE: f32 = 1.5;
/// The stroke that makes letters bold, in parts of the font's size.
const BOLD: f32 = 0.03;

/// A font for slips.
pub struct SlipFont {
    bytes: Cow<'static, [u8]>,
    font: Font,
}

impl SlipFont {
    /// The embedded one: GB2312 and ASCII.
    pub fn embedded() -> Result<SlipFont, PrintError> {
        SlipFont::read(Cow::Borrowed(data::FONT), "embedded")
    }

    /// A whole font from disk; of a collection the first. **Blocking.**
    pub fn open(path: &Path) -> Result<SlipFont, PrintError> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| PrintError::Font(format!("{name}: {error}")))?;
        SlipFont::read(Cow::Owned(bytes), &name)
    }

    fn read(bytes: Cow<'static, [u8]>, name: &str) -> Result<SlipFont, PrintError> {
        let data = match &bytes {
            Cow::Borrowed(bytes) => krilla::Data::from(*bytes),
            Cow::Owned(bytes) => krilla::Data::from(bytes.clone()),
        };
        let readable = Face::parse(&bytes, 0).is_ok();
        let font = Font::new(data, 0).filter(|_| readable).ok_or_else(|| PrintError::Font(name.to_owned()))?;
        Ok(SlipFont { bytes, font })
    }

    /// Whether there is a glyph for a character.
    pub fn has(&self, c: char) -> bool {
        self.face().is_some_and(|face| face.glyph_index(c).is_some_and(|glyph| glyph.0 != 0))
    }

    fn face(&self) -> Option<Face<'_>> {
        Face::parse(&self.bytes, 0).ok()
    }
}

/// The layout as a PDF with a title; the same layout gives the same bytes. **Blocking.**
pub fn render(layout: &Layout, font: &SlipFont, title: &str) -> Result<Vec<u8>, PrintError> {
    let face = font.face().ok_or_else(|| PrintError::Font(title.to_owned()))?;
    let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| PrintError::Pdf("page".to_owned()))?;
    // The font's size is two columns, but never more than the row leaves room for.
    let size = (2.0 * (PAGE.0 - 2.0 * MARGIN.0) / layout.columns as f32).min(ROW / 1.2);
    let pen = Pen { face: &face, font: &font.font, size, columns: layout.columns };
    let mut document = Document::new();
    for rows in layout.pages.iter().flat_map(|lines| pages(lines)) {
        let mut page = document.start_page_with(settings.clone());
        let mut surface = page.surface();
        let mut row = 0;
        for line in rows {
            row += height(line);
            // A doubled title stands in the middle of its two rows.
            let drop = if line.double { 0.8 } else { 0.3 };
            pen.line(&mut surface, line, MARGIN.1 + row as f32 * ROW - drop * size);
        }
        surface.finish();
        page.finish();
    }
    document.set_metadata(Metadata::new().title(title.to_owned()).creator("huzhu".to_owned()));
    document.finish().map_err(|error| PrintError::Pdf(error.to_string()))
}

fn height(line: &Line) -> usize {
    if line.double { 2 } else { 1 }
}

/// Lines that fit on a page of [`ROWS`] rows.
fn pages(lines: &[Line]) -> Vec<&[Line]> {
    let mut pages = Vec::new();
    let (mut from, mut rows) = (0, 0);
    for (at, line) in lines.iter().enumerate() {
        if rows + height(line) > ROWS {
            pages.push(&lines[from..at]);
            (from, rows) = (at, 0);
        }
        rows += height(line);
    }
    pages.push(&lines[from..]);
    pages
}

/// Draws lines in one font on the grid.
struct Pen<'a> {
    face: &'a Face<'a>,
    font: &'a Font,
    size: f32,
    columns: usize,
}

impl Pen<'_> {
    /// Where the first column begins: the grid stands in the middle of the page.
    fn left(&self) -> f32 {
        (PAGE.0 - self.columns as f32 * self.size / 2.0) / 2.0
    }

    fn line(&self, surface: &mut Surface<'_>, line: &Line, baseline: f32) {
        if !line.text.is_empty() && line.text.bytes().all(|b| b == b'-') {
            return self.rule(surface, baseline - 0.3 * self.size);
        }
        let size = if line.double { self.size * TITLE } else { self.size };
        surface.set_fill(Some(Fill::default()));
        surface.set_stroke(line.bold.then(|| Stroke { width: BOLD * size, ..Stroke::default() }));
        let text = if line.double { line.text.trim() } else { line.text.as_str() };
        let runs = runs(text);
        let columns = runs.last().map_or(0, |run| run.column + run.columns);
        let left = if line.double { (PAGE.0 - columns as f32 * size / 2.0) / 2.0 } else { self.left() };
        for run in &runs {
            self.run(surface, text, run, left + run.column as f32 * size / 2.0, baseline, size);
        }
        surface.set_stroke(None);
    }

    /// Draws a run at `x`, in the columns that it has.
    fn run(&self, surface: &mut Surface<'_>, text: &str, run: &Run, x: f32, baseline: f32, size: f32) {
        let words = &text[run.range.clone()];
        let em = f32::from(self.face.units_per_em());
        let room = run.columns as f32 / 2.0;
        let glyphs: Vec<(usize, char, ttf_parser::GlyphId, f32)> = words
            .char_indices()
            .map(|(at, c)| {
                let glyph = self.face.glyph_index(c).unwrap_or(ttf_parser::GlyphId(0));
                let own = f32::from(self.face.glyph_hor_advance(glyph).unwrap_or(0)) / em;
                (at, c, glyph, if c.width() == Some(0) { 0.0 } else { own })
            })
            .collect();
        let natural: f32 = glyphs.iter().map(|(.., advance)| advance).sum();
        let scale = if run.wide || natural <= room { 1.0 } else { room / natural };
        let placed: Vec<KrillaGlyph> = glyphs
            .iter()
            .map(|&(at, c, glyph, own)| {
                // A wide character stands in the middle of its two columns.
                let advance = if run.wide && c.width() == Some(2) { 1.0 } else { own };
                let id = GlyphId::new(u32::from(glyph.0));
                KrillaGlyph::new(id, advance, (advance - own) / 2.0, 0.0, 0.0, at..at + c.len_utf8(), None)
            })
            .collect();
        // A figure at the right edge ends there; an opening bracket stands close to what it opens.
        let shift = if run.right || words.ends_with('(') { (room - natural * scale) * size } else { 0.0 };
        surface.push_transform(&Transform::from_row(scale, 0.0, 0.0, 1.0, x + shift, baseline));
        surface.draw_glyphs(Point::from_xy(0.0, 0.0), &placed, self.font.clone(), words, size, false);
        surface.pop();
    }

    fn rule(&self, surface: &mut Surface<'_>, y: f32) {
        let mut path = PathBuilder::new();
        path.move_to(self.left(), y);
        path.line_to(PAGE.0 - self.left(), y);
        surface.set_fill(None);
        surface.set_stroke(Some(Stroke { width: 0.5, ..Stroke::default() }));
        if let Some(path) = path.finish() {
            surface.draw_path(&path);
        }
        surface.set_stroke(None);
    }
}

/// A part of a line that is drawn at once: wide characters, or narrow ones with single spaces between them.
#[derive(Debug, PartialEq, Eq)]
struct Run {
    range: Range<usize>,
    column: usize,
    columns: usize,
    wide: bool,
    /// Spaces before it, nothing behind it: a figure.
    right: bool,
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut column = 0;
    let mut spaces = 0;
    for (at, c) in text.char_indices() {
        let columns = c.width().unwrap_or(0);
        let end = at + c.len_utf8();
        if c == ' ' {
            spaces += 1;
            column += 1;
            continue;
        }
        let wide = columns == 2;
        match runs.last_mut() {
            Some(run) if columns == 0 && spaces == 0 => run.range.end = end,
            Some(run) if (spaces == 0 && run.wide == wide) || (spaces == 1 && !wide && !run.wide) => {
                run.range.end = end;
                run.columns += columns + spaces;
            }
            _ => runs.push(Run { range: at..end, column, columns, wide, right: spaces > 1 && !wide }),
        }
        column += columns;
        spaces = 0;
    }
    let last = runs.len().saturating_sub(1);
    runs.iter_mut().take(last).for_each(|run| run.right = false);
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fall_into_runs_on_the_grid() {
        let text = "合计 a b  c     12.00";
        let found: Vec<_> = runs(text)
            .iter()
            .map(|run| (text[run.range.clone()].to_owned(), run.column, run.columns, run.right))
            .collect();
        let run = |text: &str, column, columns, right| (text.to_owned(), column, columns, right);
        assert_eq!(
            found,
            [run("合计", 0, 4, false), run("a b", 5, 3, false), run("c", 10, 1, false), run("12.00", 16, 5, true)]
        );
    }

    #[test]
    fn pages_hold_their_rows() {
        let line = |double| Line { text: "x".into(), double, ..Line::default() };
        let lines: Vec<Line> = (0..50).map(|at| line(at % 10 == 0)).collect();
        let pages = pages(&lines);
        assert_eq!(pages.concat(), lines);
        assert!(pages.iter().all(|page| page.iter().map(height).sum::<usize>() <= ROWS));
    }

    #[test]
    fn the_embedded_font_knows_gb2312_only() {
        let font = SlipFont::embedded().unwrap();
        assert!("王秀英￥〓·A1".chars().all(|c| font.has(c)));
        assert!(!font.has('\u{2cb7c}'));
    }
}
