//! The reference data, looked up locally: no round trip. Hospitals and diagnoses by initials, code or Chinese; offices by
//! code; policies parsed once.

use std::sync::Arc;

use crate::domain::area::OfficeCode;
use crate::policy::{Policy, Published};
use crate::store::{DiagnosisEntry, Hospital, Office, Reference};

/// Reference data with what look-ups need.
#[derive(Debug, Default)]
pub struct Lookup {
    reference: Reference,
    /// The published policies that can be read, with their hashes.
    pub policies: Vec<Arc<Published>>,
}

impl Lookup {
    /// Prepares a snapshot for look-ups.
    pub fn new(reference: Reference) -> Lookup {
        let policies = reference.policies.iter().filter_map(|stored| {
            // A stored policy was checked when it was published; one that this program can't read applies to nothing.
            let policy = Policy::parse(&stored.text).ok()?;
            Some(Arc::new(Published {
                policy: Arc::new(policy),
                sha256: stored.sha256.clone(),
                published_at: stored.published_at,
            }))
        });
        let policies = policies.collect();
        Lookup { reference, policies }
    }

    /// Whether no data are there yet.
    pub fn is_empty(&self) -> bool {
        self.reference.version.is_empty()
    }

    /// An office.
    pub fn office(&self, code: OfficeCode) -> Option<&Office> {
        self.reference.offices.iter().find(|office| office.code == code)
    }

    /// All hospitals.
    pub fn hospitals(&self) -> &[Hospital] {
        &self.reference.hospitals
    }

    /// All diagnoses.
    pub fn diagnoses(&self) -> &[DiagnosisEntry] {
        &self.reference.diagnoses
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
