//! A form made into the bytes of a printer, under a name that says nothing about a person.

use std::path::Path;

use super::encode::encode;
use super::error::PrintError;
use super::glyph::Glyphs;
use super::layout::{Medium, Sheet};
use super::pdf::{SlipFont, render as render_pdf};
use super::printer::{Language, Profile};
use super::{Form, file_stem};
use super::{escp, escpos, text};
use crate::strings::Strings;

/// Bytes for a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The form, its number and copy: `P1-HZ150802-2021-0000412-95-c0`.
    pub name: String,
    /// What the bytes are.
    pub language: Language,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Job {
    /// The bytes of a form. **Blocking** as [`Job::of_sheet`].
    pub fn make(form: &dyn Form, profile: &Profile, strings: &Strings) -> Result<Job, PrintError> {
        Job::of_sheet(&file_stem(form), form.sheet(profile.paper, strings), profile, strings)
    }

    /// The bytes of a sheet, under a name. **Blocking** for all but text (a font of megabytes is read): call it from
    /// `spawn_blocking`. Where the profile's font can't be read the embedded one stands in, and 〓 for what that lacks: a
    /// slip is printed all the same ([`font_error`] says why).
    pub fn of_sheet(name: &str, sheet: Sheet, profile: &Profile, strings: &Strings) -> Result<Job, PrintError> {
        let ruler = profile.language.ruler();
        let medium = Medium { columns: profile.columns, ruler, codes: profile.language != Language::Text };
        let layout = |has: &dyn Fn(char) -> bool| super::set_sheet(sheet, profile.paper, medium, strings, has);
        let bytes = match profile.language {
            Language::Text => text::render(&layout(&|_| true)).into_bytes(),
            Language::Pdf => {
                let font = own_font(profile, SlipFont::open).map_or_else(SlipFont::embedded, Ok)?;
                render_pdf(&layout(&|c| font.has(c)), profile.paper, &font, name)?
            }
            Language::EscPos | Language::EscP => {
                let glyphs = own_font(profile, Glyphs::open).map_or_else(Glyphs::embedded, Ok)?;
                let encoding = profile.encoding;
                let layout = layout(&|c| encode(c, encoding).is_some() || glyphs.has(c));
                let render = if profile.language == Language::EscPos { escpos::render } else { escp::render };
                render(&layout, encoding, &glyphs)?
            }
        };
        Ok(Job { name: path_safe(name), language: profile.language, bytes })
    }

    /// The name of a file with these bytes.
    pub fn file_name(&self) -> String {
        format!("{}.{}", path_safe(&self.name), self.language.extension())
    }
}

/// The font that a profile names, where it names one that can be read.
fn own_font<T>(profile: &Profile, open: impl Fn(&Path) -> Result<T, PrintError>) -> Option<T> {
    let font = open(profile.font.as_deref()?);
    font.inspect_err(|error| tracing::warn!(printer = profile.name, %error, "the embedded font stands in")).ok()
}

/// Why a profile's own font is not used; nothing where it is, or where there is none. **Blocking.**
pub fn font_error(profile: &Profile) -> Option<PrintError> {
    let path = profile.font.as_deref()?;
    match profile.language {
        Language::Text => None,
        Language::Pdf => SlipFont::open(path).err(),
        Language::EscPos | Language::EscP => Glyphs::open(path).err(),
    }
}

/// A part of a file's name: letters, digits, `_` and `-`, at most 80 of them, everything else as `_`.
pub fn path_safe(text: &str) -> String {
    let safe: String =
        text.chars().take(80).map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    if safe.is_empty() { "_".to_owned() } else { safe }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_their_folder() {
        assert_eq!(path_safe("P1-HZ150802-2021-0000412-95-c0"), "P1-HZ150802-2021-0000412-95-c0");
        assert_eq!(path_safe("../../etc/cron.d/x\u{1b}"), "______etc_cron_d_x_");
        assert_eq!(path_safe(""), "_");
        assert_eq!(path_safe(&"王".repeat(300)).len(), 80);
    }
}
