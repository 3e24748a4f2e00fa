//! The keys of slips on this terminal: `slip.key`, its own, which is secret and made at first use, and `slip-keys`, those
//! that codes are checked with, public, a line each, as the centre told them last. Both are replaced whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use zeroize::Zeroizing;

use crate::domain::note::{SignerKey, VerifierKey};
use crate::domain::slip_code::SlipKey;

/// The own key's name in its file; an office's goes before it when something is signed.
const NAME: &str = "slip";
/// Bytes of a list at most: more than all terminals of the region have.
const LIST_MAX: u64 = 16 << 20;

/// This terminal's key, made where there is none. **Blocking.**
///
/// # Errors
/// Where it can't be read or made; `InvalidData` where it is none, or others can read it.
pub fn own(path: &Path) -> io::Result<SlipKey> {
    let unfit = |why: &str| io::Error::new(io::ErrorKind::InvalidData, why.to_owned());
    match File::open(path) {
        Ok(file) => {
            if file.metadata()?.permissions().mode() & 0o077 != 0 {
                return Err(unfit("can be read by others (it must be 0600)"));
            }
            let text = Zeroizing::new(io::read_to_string(file)?);
            text.trim_end().parse().map(SlipKey::new).map_err(|_| unfit("not a key"))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut seed = Zeroizing::new([0; 32]);
            getrandom::fill(&mut *seed).map_err(|error| io::Error::other(error.to_string()))?;
            let key = SignerKey::new(NAME, &seed).map_err(|_| unfit("not a name"))?;
            replace(path, format_args!("{}\n", *key.secret()))?;
            Ok(SlipKey::new(key))
        }
        Err(error) => Err(error),
    }
}

/// The keys of a list; lines that are none are passed over. **Blocking.**
///
/// # Errors
/// Where it can't be read, or is no list.
pub fn known(path: &Path) -> io::Result<Vec<VerifierKey>> {
    if fs::metadata(path)?.len() > LIST_MAX {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "too long"));
    }
    Ok(fs::read_to_string(path)?.lines().filter_map(|line| line.trim().parse().ok()).collect())
}

/// Keeps the keys that the centre told. **Blocking.**
///
/// # Errors
/// Where that does not work; then the list is as it was.
pub fn keep(path: &Path, keys: &[String]) -> io::Result<()> {
    replace(path, format_args!("{}\n", keys.join("\n")))
}

/// Written beside and renamed: a power cut leaves the whole old one or the whole new one.
fn replace(path: &Path, text: std::fmt::Arguments<'_>) -> io::Result<()> {
    let beside = path.with_added_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    file.write_fmt(text)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    match path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        Some(directory) => File::open(directory)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_key_is_made_once_and_for_its_owner() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("slip.key");
        let made = own(&path).unwrap().verifier();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(own(&path).unwrap().verifier(), made);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "nothing is left beside it");
        assert_ne!(own(&directory.path().join("other.key")).unwrap().verifier(), made);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(own(&path).unwrap_err().kind(), io::ErrorKind::InvalidData);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "nonsense").unwrap();
        assert!(own(&path).is_err(), "never overwritten");
        assert_eq!(fs::read_to_string(&path).unwrap(), "nonsense");
    }

    #[test]
    fn a_list_is_kept_and_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("slip-keys");
        assert!(known(&path).is_err());
        let key = |seed| SignerKey::new("slip.150802", &[seed; 32]).unwrap().verifier();
        keep(&path, &[key(1).to_string(), "not a key".to_owned(), key(2).to_string()]).unwrap();
        assert_eq!(known(&path).unwrap(), [key(1), key(2)]);
        keep(&path, &[]).unwrap();
        assert_eq!(known(&path).unwrap(), []);
    }
}
