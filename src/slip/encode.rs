//! Characters as a printer's code page has them. A character is printed from the printer's own font where the code page has
//! it, and from a font on the disk where it has not (see `glyph`).
//!
//! To add a code page: a variant of [`Encoding`], and what it has here.

use encoding_rs::{GB18030, GBK};

use super::printer::Encoding;
use crate::ui::text::Ruler;

/// The bytes of one character, none where the code page lacks it or no printer's font can be trusted to have it. Never a
/// byte that steers a printer: those under 0x20 and 0x7F are looked for after the encoding, too.
pub fn encode(c: char, encoding: Encoding) -> Option<Vec<u8>> {
    if c.is_ascii() {
        return (!c.is_ascii_control()).then(|| vec![c as u8]);
    }
    // Areas for private use hold different characters in every printer.
    if matches!(c, '\u{e000}'..='\u{f8ff}') {
        return None;
    }
    let page = match encoding {
        Encoding::Gb18030 => GB18030,
        Encoding::Gbk => GBK,
    };
    let mut buffer = [0; 4];
    let (bytes, _, lacks) = page.encode(c.encode_utf8(&mut buffer));
    let has = match bytes[..] {
        // What GB 18030 put into the two bytes later is not in a GBK printer.
        [high, low] if encoding == Encoding::Gbk => {
            !matches!((high, low), (0xfe, _) | (0xa9, 0x89..=0x95) | (0xa2, 0xe3))
        }
        [_, _] => true,
        // Extension A is what GB 18030 printers add to GBK; the rest of the four bytes is in hardly any of their fonts.
        [_, _, _, _] => matches!(c, '\u{3400}'..='\u{4dbf}'),
        _ => false,
    };
    // A cell is two columns: what is narrow by nature (a few letters with tone marks) would run out of its place.
    let fits = has && !lacks && Ruler::Wide.char(c) == 2;
    (fits && bytes.iter().all(|byte| *byte >= 0x20 && *byte != 0x7f)).then(|| bytes.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_code_pages_have() {
        let of = |c| (encode(c, Encoding::Gbk), encode(c, Encoding::Gb18030));
        let both = |bytes: &[u8]| (Some(bytes.to_vec()), Some(bytes.to_vec()));
        assert_eq!(of('\u{ffe5}'), both(&[0xa3, 0xa4]));
        assert_eq!(of('\u{b7}'), both(&[0xa1, 0xa4]));
        assert_eq!(of('\u{5587}'), both(&[0xc0, 0xae]));
        assert_eq!(of('A'), both(b"A"));
        // Yuan as U+00A5, Mongolian letters and Extension B never come from the printer's font; Extension A on GB 18030 only.
        for lacking in ['\u{a5}', '\u{182e}', '\u{2cb7c}', '\u{20ac}', '\u{e5e5}', '\u{1b}', '\u{7f}', '\u{9b}', '\n'] {
            assert_eq!(encode(lacking, Encoding::Gbk), None, "{lacking:?}");
        }
        assert_eq!(of('\u{4dae}'), (None, Some(vec![0xfe, 0x9f])));
        assert_eq!(of('\u{36c3}').0, None);
        assert_eq!(of('\u{36c3}').1.map(|bytes| bytes.len()), Some(4));
    }

    /// Columns on a printer are bytes, four of them for Extension A's two columns; the ruler of the layout says the same.
    #[test]
    fn columns_are_what_the_ruler_says() {
        for encoding in Encoding::ALL {
            for c in ('\u{20}'..='\u{2ffff}').filter(|c| !crate::domain::text::is_unsafe(*c)) {
                if let Some(bytes) = encode(c, encoding) {
                    assert_eq!(bytes.len().min(2), Ruler::Wide.char(c), "{c} U+{:04X}", u32::from(c));
                    assert!(bytes.iter().all(|byte| *byte >= 0x20 && *byte != 0x7f));
                }
            }
        }
    }
}
