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
    /// A5 upright, 148 x 210 mm: for PDF.
    A5,
}

/// No such paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such paper")]
pub struct PaperError;

impl Paper {
    /// All papers.
    pub const ALL: [Paper; 5] = [Paper::Thermal58, Paper::Thermal80, Paper::Third, Paper::Half, Paper::A5];

    /// As the configuration writes it.
    pub const fn code(self) -> &'static str {
        match self {
            Paper::Thermal58 => "58mm",
            Paper::Thermal80 => "80mm",
            Paper::Third => "241x93",
            Paper::Half => "241x140",
            Paper::A5 => "a5",
        }
    }

    /// Columns that fit beside each other, unless the profile says otherwise.
    pub const fn columns(self) -> usize {
        match self {
            Paper::Thermal58 => 32,
            Paper::Thermal80 => 48,
            Paper::Third | Paper::Half => 80,
            Paper::A5 => 64,
        }
    }

    /// Its page; a roll has none. Lines are kept free for the drift of the tear-off on
    /// continuous paper, and for doubled titles on A5.
    pub const fn page(self) -> Option<Page> {
        match self {
            Paper::Thermal58 | Paper::Thermal80 => None,
            Paper::Third => Some(Page { lines: 22, used: 20 }),
            Paper::Half => Some(Page { lines: 33, used: 30 }),
            Paper::A5 => Some(Page { lines: 38, used: 36 }),
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
        assert_eq!("a4".parse::<Paper>(), Err(PaperError));
    }
}
