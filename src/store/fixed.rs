//! What a centre holds before anybody is entered: its offices and the reference data, with the version of it all. A
//! generated world and a new centre begin with the same.

use super::{Office, PublishedPolicy, Reference, StoreError};
use crate::data;
use crate::domain::canonical::{hex, sha256};
use crate::world::{OfficeRow, offices};

/// Offices in an order in which each comes after the one above it, and the reference data with its version.
pub(super) struct Fixed {
    pub offices: Vec<OfficeRow>,
    pub reference: Reference,
}

impl Fixed {
    /// From the data of the program, with `policies`.
    pub fn new(policies: &[PublishedPolicy]) -> Result<Fixed, StoreError> {
        let offices: Vec<OfficeRow> = offices().collect();
        let told = |row: &OfficeRow| {
            let OfficeRow { code, name, area, league, phone, .. } = row.clone();
            Office { code, name, area, league, phone }
        };
        let mut reference = Reference {
            version: String::new(),
            offices: offices.iter().map(told).collect(),
            hospitals: data::hospitals().to_vec(),
            diagnoses: data::diagnoses().to_vec(),
            policies: policies.to_vec(),
        };
        reference.offices.sort_by_key(|office| office.code);
        reference.version = version_of(&reference)?;
        Ok(Fixed { offices, reference })
    }
}

/// Changes when anything in the reference data changes.
pub(super) fn version_of(reference: &Reference) -> Result<String, StoreError> {
    let plain = Reference { version: String::new(), ..reference.clone() };
    let bytes = serde_json::to_vec(&plain).map_err(|_| StoreError::Damaged("reference".into()))?;
    Ok(hex(&sha256(&bytes)[..8]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::assess::published;

    #[test]
    fn the_version_of_reference_data_is_that_of_all_of_it() {
        let whole = Fixed::new(&published()).unwrap().reference;
        assert_eq!(version_of(&whole), Ok(whole.version.clone()));
        assert_ne!(Fixed::new(&published()[1..]).unwrap().reference.version, whole.version);
    }
}
