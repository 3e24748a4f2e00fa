//! QR codes (ISO/IEC 18004) as dots, for devices that draw them; thermal printers make their own from the text.

use qrcode::{EcLevel, QrCode};

use super::error::PrintError;

/// White modules around a code on every side.
pub const QUIET: usize = 4;

/// The dots of a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modules {
    /// Modules on each side, without the white around them.
    pub size: usize,
    dark: Vec<bool>,
}

impl Modules {
    /// The code of a text, with 15% for errors (level M).
    ///
    /// # Errors
    /// Where the text is too long for any code.
    pub fn of(text: &str) -> Result<Modules, PrintError> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M)
            .map_err(|error| PrintError::Code(error.to_string()))?;
        let dark = code.to_colors().into_iter().map(|color| color == qrcode::Color::Dark).collect();
        Ok(Modules { size: code.width(), dark })
    }

    /// Whether a module is dark; outside it is white.
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        x < self.size && y < self.size && self.dark[y * self.size + x]
    }
}
