//! Dots of a character from a font on the disk: for what a printer's own font lacks.

use std::borrow::Cow;
use std::path::Path;

use ab_glyph::{Font, FontVec, GlyphId, PxScale, ScaleFont, point};

use super::error::PrintError;
use crate::data;

/// How much of a dot ink must cover to make it black. Half would lose the thin strokes of a Song face, which lie across two
/// rows at a hanzi's 24 dots: only the upright ones would be left.
const INK: f32 = 0.25;

/// Fonts that are drawn as dots. A character is drawn from the first one that has it.
pub struct Glyphs {
    fonts: Vec<FontVec>,
}

/// Dots in rows from the top, each from the left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dots {
    /// Dots of a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    black: Vec<bool>,
}

impl Dots {
    /// White dots.
    pub fn white(width: usize, height: usize) -> Dots {
        Dots { width, height, black: vec![false; width * height] }
    }

    /// Whether a dot is black; outside it is white.
    pub fn is_black(&self, x: usize, y: usize) -> bool {
        x < self.width && y < self.height && self.black[y * self.width + x]
    }

    /// Makes a dot black; outside nothing happens.
    pub fn blacken(&mut self, x: usize, y: usize) {
        if x < self.width && y < self.height {
            self.black[y * self.width + x] = true;
        }
    }
}

impl Glyphs {
    /// From a font's bytes; of a collection the first font.
    ///
    /// # Errors
    /// Where they are no font; `name` says in the error which it was.
    pub fn new(bytes: Cow<'static, [u8]>, name: &str) -> Result<Glyphs, PrintError> {
        let font = FontVec::try_from_vec_and_index(bytes.into_owned(), 0);
        Ok(Glyphs { fonts: vec![font.map_err(|_| PrintError::Font(name.to_owned()))?] })
    }

    /// A whole font from disk, of a collection the first; the embedded one has what it lacks. **Blocking.**
    ///
    /// # Errors
    /// Where it can't be read, or is none.
    pub fn open(path: &Path) -> Result<Glyphs, PrintError> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| PrintError::Font(format!("{name}: {error}")))?;
        let mut glyphs = Glyphs::new(Cow::Owned(bytes), &name)?;
        glyphs.fonts.extend(Glyphs::embedded()?.fonts);
        Ok(glyphs)
    }

    /// The embedded one: GB2312 and ASCII.
    ///
    /// # Errors
    /// Where the program was built with a broken one.
    pub fn embedded() -> Result<Glyphs, PrintError> {
        Glyphs::new(Cow::Borrowed(data::FONT), "embedded")
    }

    /// Whether there is a glyph for a character.
    pub fn has(&self, c: char) -> bool {
        self.find(c).is_some()
    }

    /// The first font with a glyph. Some fonts have empty ones (the embedded one for U+01CE, U+2103): what would print
    /// nothing is lacking.
    fn find(&self, c: char) -> Option<(&FontVec, GlyphId)> {
        let drawn =
            |(font, glyph): &(&FontVec, GlyphId)| glyph.0 != 0 && (c.is_whitespace() || font.outline(*glyph).is_some());
        self.fonts.iter().map(|font| (font, font.glyph_id(c))).find(drawn)
    }

    /// A character in a cell of so many dots, its baseline where a line of text has it; none where every font lacks it.
    pub fn dots(&self, c: char, width: usize, height: usize) -> Option<Dots> {
        let (file, glyph) = self.find(c)?;
        let scale = PxScale { x: height as f32, y: height as f32 };
        let font = file.as_scaled(scale);
        // Fonts differ in what they keep free above and below: the whole body is fitted into the cell.
        let shrink = (height as f32 / font.height()).min(width as f32 / font.h_advance(glyph).max(1.0)).min(1.0);
        let scale = PxScale { x: scale.x * shrink, y: scale.y * shrink };
        let font = file.as_scaled(scale);
        let left = (width as f32 - font.h_advance(glyph)) / 2.0;
        let top = (height as f32 - font.height()) / 2.0 + font.ascent();
        let mut dots = Dots::white(width, height);
        let mut placed = glyph.with_scale_and_position(scale, point(left, top));
        // Marks without a width are drawn beside their origin; here they stand over the middle of their cell.
        if font.h_advance(glyph) == 0.0
            && let Some(outline) = file.outline_glyph(placed.clone())
        {
            let ink = outline.px_bounds();
            placed.position.x += ((width as f32 - ink.width()) / 2.0 - ink.min.x).round();
        }
        if let Some(outline) = file.outline_glyph(placed) {
            let bounds = outline.px_bounds();
            outline.draw(|x, y, cover| {
                let (x, y) = (bounds.min.x + x as f32, bounds.min.y + y as f32);
                if cover > INK && x >= 0.0 && y >= 0.0 {
                    dots.blacken(x as usize, y as usize);
                }
            });
        }
        Some(dots)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_fills_its_cell() {
        let glyphs = Glyphs::embedded().unwrap();
        let dots = glyphs.dots('\u{738b}', 24, 24).unwrap();
        let row = |y| (0..24).filter(|x| dots.is_black(*x, y)).count();
        let rows: Vec<usize> = (0..24).map(row).collect();
        // Three bars and a stem.
        assert!(rows.iter().filter(|count| **count >= 14).count() >= 3, "{rows:?}");
        assert!(rows.iter().filter(|count| (1..=4).contains(*count)).count() >= 6, "{rows:?}");
        assert_eq!(glyphs.dots('\u{2cb7c}', 24, 24), None);
        assert!(glyphs.has(' ') && glyphs.has('\u{3000}') && !glyphs.has('\u{1ce}'), "an empty glyph");
        assert!(!dots.is_black(24, 0) && !dots.is_black(0, 24));
    }
}
