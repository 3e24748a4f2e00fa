//! Embedded reference data: areas (GB/T 2260), the demo's hospitals and diagnoses, names for generated people, and the
//! fallback font of PDF slips. Real tables are imported; these are marked as demo lists.
//!
//! To add a table: the file here, one constant, a loader, and where it comes from in its first line (`#`). A row that can't
//! be read is left out; the tests read every row.

pub mod demo;

use std::sync::LazyLock;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::domain::area::AreaCode;
use crate::domain::romanise::{Surnames, initials};
use crate::store::{DiagnosisEntry, Hospital};

/// The 12 leagues and their third-level areas: code, name, level, parent, kind, status (`official` is in GB/T 2260).
pub const AREAS: &str = include_str!("areas.csv");
/// Surnames, given names and Mongolian names with their shares; surnames that are read differently.
pub const NAMES: &str = include_str!("names.json");
/// The fixed part of every generated world.
pub const DEMO: &str = include_str!("demo.json");
/// Common diagnoses: code, name.
pub const DIAGNOSES: &str = include_str!("diagnoses.csv");
/// Made-up hospitals: code, name, level, area.
pub const HOSPITALS: &str = include_str!("hospitals.csv");
/// Beginnings of bank cards: bin, length, name, weight.
pub const BANKS: &str = include_str!("banks.csv");
/// WenQuanYi Micro Hei cut to GB2312 + ASCII (Apache-2.0, or GPL-3 with font exception).
pub const FONT: &[u8] = include_bytes!("wqy-microhei-gb2312.ttf");
/// The published policies of the scheme: the file, and the day (00:00) on which it was published.
pub const POLICIES: [(&str, (i32, u32, u32)); 2] = [
    (include_str!("../../policies/nm-2020.toml"), (2020, 1, 1)),
    (include_str!("../../policies/nm-2021.toml"), (2021, 1, 1)),
];

/// What an area is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaLevel {
    /// 盟, 地级市
    League,
    /// 旗, 县, 区, 县级市, and zones
    Banner,
}

/// A row of [`AREAS`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Area {
    /// The code.
    pub code: AreaCode,
    /// The name.
    pub name: String,
    /// League or banner.
    pub level: AreaLevel,
    /// The area above it.
    pub parent: AreaCode,
    /// 旗, 县, 区, 市, 盟, `zone`.
    pub kind: String,
    /// `official`, or `statistical_zone`.
    pub status: String,
}

impl Area {
    /// A zone that statistics know and GB/T 2260 does not.
    pub fn is_zone(&self) -> bool {
        self.status != "official"
    }
}

/// A row of [`BANKS`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Bank {
    /// The first digits of its cards.
    pub bin: String,
    /// Digits of a card.
    pub length: usize,
    /// The bank's name.
    pub name: String,
    /// Share of generated cards.
    pub weight: u32,
}

/// The areas, in the order of their codes: a league, then its banners.
pub fn areas() -> &'static [Area] {
    static ROWS: LazyLock<Vec<Area>> = LazyLock::new(|| rows(AREAS));
    &ROWS
}

/// The hospitals, in the order of their codes.
pub fn hospitals() -> &'static [Hospital] {
    #[derive(Deserialize)]
    struct Row {
        code: String,
        name: String,
        level: u8,
        area: AreaCode,
    }
    static ROWS: LazyLock<Vec<Hospital>> = LazyLock::new(|| {
        let with_initials = |row: Row| Hospital {
            initials: initials(&row.name),
            code: row.code,
            name: row.name,
            level: row.level,
            area: row.area,
        };
        rows(HOSPITALS).into_iter().map(with_initials).collect()
    });
    &ROWS
}

/// The diagnoses, in the order of their codes.
pub fn diagnoses() -> &'static [DiagnosisEntry] {
    #[derive(Deserialize)]
    struct Row {
        code: String,
        name: String,
    }
    static ROWS: LazyLock<Vec<DiagnosisEntry>> = LazyLock::new(|| {
        let with_initials = |row: Row| DiagnosisEntry { initials: initials(&row.name), code: row.code, name: row.name };
        rows(DIAGNOSES).into_iter().map(with_initials).collect()
    });
    &ROWS
}

/// The beginnings of bank cards.
pub fn banks() -> &'static [Bank] {
    static ROWS: LazyLock<Vec<Bank>> = LazyLock::new(|| rows(BANKS));
    &ROWS
}

/// The bank that a card's first digits belong to: an offer only, the name stays editable.
pub fn bank_of(card: &str) -> Option<&'static str> {
    banks().iter().filter(|bank| card.starts_with(&bank.bin)).map(|bank| bank.name.as_str()).next()
}

/// Surnames that are read otherwise than their character.
pub fn surnames() -> &'static Surnames {
    static SURNAMES: LazyLock<Surnames> = LazyLock::new(|| Surnames::from_json(NAMES));
    &SURNAMES
}

/// Rows of a CSV with a header and `#` comments.
fn rows<T: DeserializeOwned>(text: &str) -> Vec<T> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    reader.deserialize().filter_map(Result::ok).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::domain::area::REGION;

    fn lines(text: &str) -> usize {
        text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).count() - 1
    }

    #[test]
    fn every_row_is_read() {
        assert_eq!(areas().len(), lines(AREAS));
        assert_eq!(hospitals().len(), lines(HOSPITALS));
        assert_eq!(diagnoses().len(), lines(DIAGNOSES));
        assert_eq!(banks().len(), lines(BANKS));
        for text in [DIAGNOSES, HOSPITALS, BANKS] {
            assert!(text.starts_with("# "), "where it comes from");
        }
    }

    #[test]
    fn areas_are_the_published_ones() {
        let leagues = areas().iter().filter(|area| area.level == AreaLevel::League).count();
        let banners = areas().iter().filter(|area| area.level == AreaLevel::Banner && !area.is_zone()).count();
        assert_eq!((leagues, banners), (12, 103));
        assert!(areas().iter().all(|area| REGION.contains(area.code) && area.parent.contains(area.code)));
    }

    #[test]
    fn hospitals_are_fictitious_and_found() {
        let mut codes = HashSet::new();
        for hospital in hospitals() {
            assert_eq!((hospital.code.len(), &hospital.code[7..8]), (12, "9"), "{}", hospital.code);
            assert_eq!(hospital.code[1..7], hospital.area.to_string());
            assert!((1..=3).contains(&hospital.level) && !hospital.initials.is_empty());
            assert!(codes.insert(&hospital.code));
        }
        for area in areas().iter().filter(|area| area.level == AreaLevel::Banner) {
            assert!(hospitals().iter().any(|hospital| hospital.area == area.code), "{}", area.name);
        }
        let city = &hospitals().iter().find(|hospital| hospital.name == "巴彦淖尔市医院").unwrap();
        assert_eq!((city.level, city.area.get(), city.initials.as_str()), (3, 150_802, "bynesyy"));
    }

    #[test]
    fn diagnoses_have_the_form_of_the_national_edition() {
        let codes: HashSet<&str> = diagnoses().iter().map(|entry| entry.code.as_str()).collect();
        assert_eq!(codes.len(), diagnoses().len());
        assert!(codes.len() >= 300);
        for code in ["K80.100", "K63.500", "C18.700", "N18.001", "I10.x00"] {
            assert!(codes.contains(code), "{code}");
        }
        for code in codes {
            let (head, tail) = code.split_once('.').unwrap();
            assert!(head.len() == 3 && tail.len() == 3 && head.as_bytes()[0].is_ascii_uppercase(), "{code}");
        }
        // The reference task types `k80` and Enter.
        assert_eq!(diagnoses().iter().find(|entry| entry.code.starts_with("K80")).unwrap().code, "K80.100");
    }

    #[test]
    fn a_card_tells_its_bank() {
        assert_eq!(bank_of("6221470001234581234"), Some("内蒙古银行"));
        assert_eq!(bank_of("9999990001234581234"), None);
    }
}
