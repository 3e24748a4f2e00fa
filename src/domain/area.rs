//! Area codes (GB/T 2260) and office codes (contract: six digits, their own table; territorial offices take their area's).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The region's own code, which is also the association's office.
pub const REGION: AreaCode = AreaCode(150_000);

macro_rules! six_digits {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name(u32);

        impl $name {
            /// From its number, 100000 to 999999.
            pub const fn new(code: u32) -> Option<$name> {
                if code >= 100_000 && code <= 999_999 { Some($name(code)) } else { None }
            }

            /// As a number.
            pub const fn get(self) -> u32 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:06}", self.0)
            }
        }

        impl FromStr for $name {
            type Err = CodeError;

            fn from_str(text: &str) -> Result<$name, CodeError> {
                if text.len() != 6 || !text.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(CodeError);
                }
                text.parse().ok().and_then($name::new).ok_or(CodeError)
            }
        }

        impl From<$name> for String {
            fn from(code: $name) -> String {
                code.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = CodeError;

            fn try_from(text: String) -> Result<$name, CodeError> {
                text.parse()
            }
        }
    };
}

/// Not six digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a six-digit code")]
pub struct CodeError;

six_digits! {
    /// A GB/T 2260 area: a region (150000), a league (150800) or a banner (150802).
    AreaCode
}
six_digits! {
    /// An office of the scheme.
    OfficeCode
}

impl AreaCode {
    /// Whether `other` is this area or lies in it.
    pub const fn contains(self, other: AreaCode) -> bool {
        if self.0.is_multiple_of(10_000) {
            self.0 / 10_000 == other.0 / 10_000
        } else if self.0.is_multiple_of(100) {
            self.0 / 100 == other.0 / 100
        } else {
            self.0 == other.0
        }
    }

    /// The league it lies in (itself for a league; the region for the region).
    pub const fn league(self) -> AreaCode {
        AreaCode(self.0 / 100 * 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contains_follows_the_digits() {
        let area = |code| AreaCode::new(code).unwrap();
        assert!(REGION.contains(area(152_921)));
        assert!(area(150_800).contains(area(150_802)));
        assert!(!area(150_800).contains(area(150_900)));
        assert!(!area(150_802).contains(area(150_821)));
        assert_eq!(area(150_802).league(), area(150_800));
        assert_eq!("15080".parse::<AreaCode>(), Err(CodeError));
        assert_eq!("-50802".parse::<AreaCode>(), Err(CodeError));
    }
}
