//! Text from people: what is normalised on entry, and what may never reach a screen, a slip or a record.

use unicode_normalization::UnicodeNormalization;

/// The longest name that is kept, in characters.
pub const NAME_MAX: usize = 60;
/// The longest remark, in characters.
pub const REMARK_MAX: usize = 200;
/// Combining marks kept on one character; more are a tower that breaks rows.
const MARKS_MAX: usize = 8;

/// Full-width digits, letters and signs (`１２３，Ｘ`) as half-width, everything else as it is.
pub fn half_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '\u{3000}' => ' ',
            '\u{3002}' => '.',
            _ => c,
        })
        .collect()
}

/// Whether a character is a middle dot in any of its forms.
pub fn is_middle_dot(c: char) -> bool {
    matches!(c, '\u{b7}' | '\u{2022}' | '\u{2027}' | '\u{22c5}' | '\u{30fb}' | '\u{ff65}' | '\u{ff0e}' | '\u{2024}')
}

/// Whether a character can steer a terminal or hide text: controls, bidi controls, zero-width and soft characters.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Why a text is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextError {
    /// A control or bidi character (its code point).
    Unsafe(u32),
    /// More characters than allowed.
    TooLong(usize),
    /// Nothing left.
    Empty,
}

/// A name as it is stored: NFC, middle dots as U+00B7, zero-width characters stripped; controls and bidi refused.
pub fn name(text: &str) -> Result<String, TextError> {
    let mut out = String::new();
    let mut marks = 0;
    for c in text.trim().nfc() {
        if matches!(c, '\u{ad}' | '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{feff}') {
            continue;
        }
        if is_unsafe(c) {
            return Err(TextError::Unsafe(c as u32));
        }
        if unicode_normalization::char::is_combining_mark(c) {
            marks += 1;
            if marks > MARKS_MAX {
                continue;
            }
        } else {
            marks = 0;
        }
        out.push(if is_middle_dot(c) { '\u{b7}' } else { c });
    }
    match out.chars().count() {
        0 => Err(TextError::Empty),
        n if n > NAME_MAX => Err(TextError::TooLong(NAME_MAX)),
        _ => Ok(out),
    }
}

/// What a name is searched by: no middle dots, no spaces, nothing else changed.
pub fn name_key(name: &str) -> String {
    name.nfc().filter(|c| !is_middle_dot(*c) && !c.is_whitespace() && !is_unsafe(*c)).collect()
}

/// What a screen or a slip may show of stored or typed text: an ESC becomes `␛`, other controls and bidi characters
/// become `⟨202E⟩`, a tower of marks is cut.
pub fn display_safe(text: &str) -> String {
    if !text.chars().any(|c| is_unsafe(c) || unicode_normalization::char::is_combining_mark(c)) {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut marks = 0;
    for c in text.chars() {
        if c == '\u{1b}' {
            out.push('\u{241b}');
        } else if is_unsafe(c) {
            out.push_str(&format!("\u{27e8}{:04X}\u{27e9}", c as u32));
        } else if unicode_normalization::char::is_combining_mark(c) {
            marks += 1;
            if marks <= MARKS_MAX {
                out.push(c);
            }
            continue;
        } else {
            out.push(c);
        }
        marks = 0;
    }
    out
}

/// What typing or a paste may put into a field: no controls, no line breaks, at most `max` characters.
pub fn entry(text: &str, max: usize) -> String {
    text.chars().filter(|c| !is_unsafe(*c)).take(max).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cleaned_or_refused() {
        assert_eq!(name(" 巴图・孟和 ").as_deref(), Ok("巴图·孟和"));
        assert_eq!(name("王\u{200b}秀英").as_deref(), Ok("王秀英"));
        assert_eq!(name("\u{1b}[2J"), Err(TextError::Unsafe(0x1b)));
        assert_eq!(name("王\u{202e}"), Err(TextError::Unsafe(0x202e)));
        assert_eq!(name(&"王".repeat(61)), Err(TextError::TooLong(60)));
        assert_eq!(name("\u{200b}"), Err(TextError::Empty));
        let tower = format!("王{}", "\u{301}".repeat(100));
        assert_eq!(name(&tower).map(|n| n.chars().count()), Ok(9));
    }

    #[test]
    fn nothing_unsafe_is_shown() {
        assert_eq!(display_safe("a\u{1b}]0;x\u{7}"), "a\u{241b}]0;x\u{27e8}0007\u{27e9}");
        assert_eq!(display_safe("\u{9b}31m\u{202e}"), "\u{27e8}009B\u{27e9}31m\u{27e8}202E\u{27e9}");
        assert_eq!(entry("12\r\n3\u{1b}4", 3), "123");
        assert_eq!(half_width("１２３．４５，Ｘ"), "123.45,X");
        assert_eq!(name_key("巴图·孟 和"), "巴图孟和");
    }
}
