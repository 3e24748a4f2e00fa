//! The fonts of slips: the embedded one, and the one that a profile names before it.

use std::borrow::Cow;
use std::path::Path;

use krilla::text::Font;
use ttf_parser::{Face, GlyphId};

use crate::data;
use crate::slip::error::PrintError;

/// The fonts of a slip. A character is drawn in the first one that has it.
pub struct SlipFont {
    files: Vec<FontFile>,
}

struct FontFile {
    name: String,
    bytes: Cow<'static, [u8]>,
    font: Font,
}

impl SlipFont {
    /// The embedded one: GB2312 and ASCII.
    ///
    /// # Errors
    /// Where the program was built with a broken one.
    pub fn embedded() -> Result<SlipFont, PrintError> {
        Ok(SlipFont { files: vec![FontFile::read(Cow::Borrowed(data::FONT), "embedded")?] })
    }

    /// A whole font from disk, of a collection the first; the embedded one has what it lacks. **Blocking.**
    ///
    /// # Errors
    /// Where it can't be read, or is none.
    pub fn open(path: &Path) -> Result<SlipFont, PrintError> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| PrintError::Font(format!("{name}: {error}")))?;
        let mut fonts = SlipFont::embedded()?;
        fonts.files.insert(0, FontFile::read(Cow::Owned(bytes), &name)?);
        Ok(fonts)
    }

    /// Whether there is a glyph for a character.
    pub fn has(&self, c: char) -> bool {
        self.faces().is_ok_and(|faces| faces.has(c).is_some())
    }

    pub(super) fn faces(&self) -> Result<Faces<'_>, PrintError> {
        let mut list = Vec::new();
        for file in &self.files {
            let face = Face::parse(&file.bytes, 0).map_err(|_| PrintError::Font(file.name.clone()))?;
            list.push((face, &file.font));
        }
        Ok(Faces { list })
    }
}

impl FontFile {
    fn read(bytes: Cow<'static, [u8]>, name: &str) -> Result<FontFile, PrintError> {
        let data = match &bytes {
            Cow::Borrowed(bytes) => krilla::Data::from(*bytes),
            Cow::Owned(bytes) => krilla::Data::from(bytes.clone()),
        };
        let readable = Face::parse(&bytes, 0).is_ok();
        let font = Font::new(data, 0).filter(|_| readable).ok_or_else(|| PrintError::Font(name.to_owned()))?;
        Ok(FontFile { name: name.to_owned(), bytes, font })
    }
}

/// The fonts, read.
pub(super) struct Faces<'a> {
    list: Vec<(Face<'a>, &'a Font)>,
}

impl Faces<'_> {
    fn has(&self, c: char) -> Option<usize> {
        // Some fonts have empty glyphs (the embedded one for U+01CE, U+2103): what would print nothing is lacking.
        let drawn = |face: &Face, glyph| c.is_whitespace() || face.glyph_bounding_box(glyph).is_some();
        let has = |face: &Face| face.glyph_index(c).is_some_and(|glyph| glyph.0 != 0 && drawn(face, glyph));
        self.list.iter().position(|(face, _)| has(face))
    }

    /// Which font draws a character.
    pub fn of(&self, c: char) -> usize {
        self.has(c).unwrap_or(0)
    }

    /// A character's glyph in a font, and how far it advances in parts of the size.
    pub fn glyph(&self, font: usize, c: char) -> (GlyphId, f32) {
        let face = &self.list[font].0;
        let glyph = face.glyph_index(c).unwrap_or(GlyphId(0));
        let advance = f32::from(face.glyph_hor_advance(glyph).unwrap_or(0));
        (glyph, advance / f32::from(face.units_per_em()))
    }

    /// A font for the PDF.
    pub fn font(&self, font: usize) -> Font {
        self.list[font].1.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_font_knows_gb2312_only() {
        let font = SlipFont::embedded().unwrap();
        assert!("王秀英￥〓·A1".chars().all(|c| font.has(c)));
        assert!(!font.has('\u{2cb7c}'));
    }
}
