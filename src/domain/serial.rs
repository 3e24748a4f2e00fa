//! The serial number of a certificate, by which a terminal is known: hexadecimal as `openssl x509 -serial` prints it, in
//! decimal as the database compares it.

use std::fmt;
use std::str::FromStr;

/// Bytes at most (RFC 5280).
const BYTES_MAX: usize = 20;

/// A serial number above zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serial(Vec<u8>);

/// A text that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a serial number: up to 40 hexadecimal digits")]
pub struct NotASerial;

impl FromStr for Serial {
    type Err = NotASerial;

    /// Reads `serial=4A3F…`, `4a:3f:…` and `0x4a3f…`.
    fn from_str(text: &str) -> Result<Serial, NotASerial> {
        let text = text.trim();
        let text = text.strip_prefix("serial=").or_else(|| text.strip_prefix("0x")).unwrap_or(text);
        let digits: Option<Vec<u8>> =
            text.chars().filter(|c| *c != ':').map(|c| c.to_digit(16).map(|digit| digit as u8)).collect();
        let digits = digits.ok_or(NotASerial)?;
        let first = digits.iter().position(|digit| *digit != 0).ok_or(NotASerial)?;
        let digits = &digits[first..];
        if digits.len() > 2 * BYTES_MAX {
            return Err(NotASerial);
        }
        // From the last pair on: the first byte may have one digit.
        let mut bytes: Vec<u8> =
            digits.rchunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect();
        bytes.reverse();
        Ok(Serial(bytes))
    }
}

impl fmt::UpperHex for Serial {
    /// As `openssl x509 -serial` prints it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl fmt::Display for Serial {
    /// In decimal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut decimal: Vec<u8> = Vec::new();
        for byte in &self.0 {
            let mut carry = u32::from(*byte);
            for digit in &mut decimal {
                let value = u32::from(*digit) * 256 + carry;
                *digit = (value % 10) as u8;
                carry = value / 10;
            }
            while carry > 0 {
                decimal.push((carry % 10) as u8);
                carry /= 10;
            }
        }
        decimal.iter().rev().try_for_each(|digit| write!(f, "{digit}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_openssl_prints_it() {
        for (text, decimal) in [
            ("01", "1"),
            ("serial=4A3F", "19007"),
            ("4a:3f", "19007"),
            ("0x100", "256"),
            ("ff:ff:ff:ff:ff:ff:ff:ff", "18446744073709551615"),
            ("ffffffffffffffffffffffffffffffffffffffff", "1461501637330902918203684832716283019655932542975"),
        ] {
            let serial = text.parse::<Serial>().unwrap();
            assert_eq!(serial.to_string(), decimal, "{text}");
            assert_eq!(format!("{serial:X}").parse(), Ok(serial), "{text}");
        }
        for bad in ["", "0", "00:00", "xyz", "-1", &"f".repeat(41), "12 34"] {
            assert_eq!(bad.parse::<Serial>(), Err(NotASerial), "{bad}");
        }
    }
}
