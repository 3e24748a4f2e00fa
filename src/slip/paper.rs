//! The papers that slips are printed on (domain 4.4): how many columns and lines they have.
//!
//! To add a paper: a variant with its code, columns and page here, and its golden file in `tests/slips.rs`.

use std::fmt;
use std::str::FromStr;

use super::layout::Page;

/// A paper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paper {
    /// Thermal roll of 58 mm.
    Thermal58,
    /// Thermal roll of 80 mm.
    #[default]
    Thermal80,
    /// Continuous paper, a third: 241 x 93 mm.
    Third,
    /// Continuous paper, a half: 241 x 140 mm.
    Half,
    /// Continuous paper, whole: 241 x 279 mm.
    Full,
    /// A5 upright, 148 x 210 mm: for PDF.
    A5,
    /// A4 upright, 210 x 297 mm: for PDF.
    A4,
    /// A4 lying, 297 x 210 mm: for PDF.
    A4Lying,
}

/// No such paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such paper")]
pub struct PaperError;

impl Paper {
    /// All papers.
    pub const ALL: [Paper; 8] = [
        Paper::Thermal58,
        Paper::Thermal80,
        Paper::Third,
        Paper::Half,
        Paper::Full,
        Paper::A5,
        Paper::A4,
        Paper::A4Lying,
    ];

    /// As the configuration writes it.
    pub const fn code(self) -> &'static str {
        match self {
            Paper::Thermal58 => "58mm",
            Paper::Thermal80 => "80mm",
            Paper::Third => "241x93",
            Paper::Half => "241x140",
            Paper::Full => "241x279",
            Paper::A5 => "a5",
            Paper::A4 => "a4",
            Paper::A4Lying => "a4-landscape",
        }
    }

    /// Columns that fit beside each other, unless the profile says otherwise.
    pub const fn columns(self) -> usize {
        match self {
            Paper::Thermal58 => 32,
            Paper::Thermal80 => 48,
            Paper::Third | Paper::Half | Paper::Full => 80,
            Paper::A5 => 64,
            Paper::A4 => 90,
            Paper::A4Lying => 132,
        }
    }

    /// Its page; a roll has none. Lines are kept free for the drift of the tear-off on
    /// continuous paper, and for doubled titles on sheets.
    pub const fn page(self) -> Option<Page> {
        match self {
            Paper::Thermal58 | Paper::Thermal80 => None,
            Paper::Third => Some(Page { lines: 22, used: 20 }),
            Paper::Half => Some(Page { lines: 33, used: 30 }),
            Paper::Full => Some(Page { lines: 66, used: 63 }),
            Paper::A5 => Some(Page { lines: 38, used: 36 }),
            Paper::A4 => Some(Page { lines: 54, used: 52 }),
            Paper::A4Lying => Some(Page { lines: 38, used: 36 }),
        }
    }

    /// Whether it is continuous paper in several parts: what is printed once is on every copy.
    pub const fn parts(self) -> bool {
        matches!(self, Paper::Third | Paper::Half | Paper::Full)
    }

    /// Its size in millimetres, width and height; of a roll the height is none. Of continuous paper it is the whole width,
    /// the strips with the holes (12.7 mm on each side) included.
    pub const fn size(self) -> (f32, Option<f32>) {
        match self {
            Paper::Thermal58 => (58.0, None),
            Paper::Thermal80 => (80.0, None),
            Paper::Third => (241.0, Some(93.1)),
            Paper::Half => (241.0, Some(139.7)),
            Paper::Full => (241.0, Some(279.4)),
            Paper::A5 => (148.0, Some(210.0)),
            Paper::A4 => (210.0, Some(297.0)),
            Paper::A4Lying => (297.0, Some(210.0)),
        }
    }

    /// What a PDF keeps free of it, in millimetres: at each side, and above and below. On continuous paper 8 inches are
    /// printed in the middle, from the second line on; of the rolls 48 and 72 mm.
    pub const fn margins(self) -> (f32, f32) {
        match self {
            Paper::Thermal58 => (5.0, 4.0),
            Paper::Thermal80 => (4.0, 4.0),
            Paper::Third | Paper::Half | Paper::Full => (18.9, 4.2),
            Paper::A5 => (12.0, 10.5),
            Paper::A4 => (18.0, 15.0),
            Paper::A4Lying => (15.0, 15.0),
        }
    }

    /// Whether it has the room for an explanation of the amount.
    pub const fn explains(self) -> bool {
        !matches!(self, Paper::Third)
    }
}

impl fmt::Display for Paper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Paper {
    type Err = PaperError;

    fn from_str(text: &str) -> Result<Paper, PaperError> {
        Paper::ALL.into_iter().find(|paper| paper.code().eq_ignore_ascii_case(text.trim())).ok_or(PaperError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_back() {
        for paper in Paper::ALL {
            assert_eq!(paper.to_string().parse(), Ok(paper));
        }
        assert_eq!("A5".parse(), Ok(Paper::A5));
        assert_eq!("a3".parse::<Paper>(), Err(PaperError));
    }
}
