//! Jobs as files in a folder: whole or not at all, never over another one, readable by their owner only. **Blocking.**

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::{CWD, RenameFlags};

use super::deliver::Delivered;
use super::error::PrintError;
use super::job::Job;
use super::printer::Device;

/// A new file of the job's name, whole or not at all. The same bytes under that name count as delivered (a job that is
/// carried again); anything else there is left alone.
pub(super) fn put(folder: &Path, job: &Job) -> Result<Delivered, PrintError> {
    if !folder.is_dir() {
        return Err(PrintError::NoFolder(folder.to_owned()));
    }
    let path = folder.join(job.file_name());
    let part = folder.join(format!(".{}.part", job.file_name()));
    write_anew(&part, &job.bytes).map_err(|error| PrintError::file(&part, error))?;
    // A link is made only where nothing of the name is there, not even a dangling one. Where a file system has none the file
    // is moved in the same way.
    let placed = match fs::hard_link(&part, &path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => move_new(&part, &path),
        linked => linked,
    };
    // What has arrived has, whatever becomes of the working name; the next run takes it away.
    drop(fs::remove_file(&part));
    match placed {
        Ok(()) => Ok(Delivered::File(path)),
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(PrintError::file(path, error)),
        Err(_) if same(&path, &job.bytes) => Ok(Delivered::File(path)),
        Err(_) => Err(PrintError::Exists(path)),
    }
}

/// Moves a file to a name at which nothing is.
fn move_new(part: &Path, path: &Path) -> io::Result<()> {
    Ok(rustix::fs::renameat_with(CWD, part, CWD, path, RenameFlags::NOREPLACE)?)
}

/// Where a job has arrived in its folder, with exactly these bytes. **Blocking.**
pub(super) fn arrived(device: &Device, job: &Job) -> Option<Delivered> {
    let Device::File(folder) = device else { return None };
    let path = folder.join(job.file_name());
    same(&path, &job.bytes).then_some(Delivered::File(path))
}

/// As [`write_new`], under a working name of our own: what is there is left from a run that was killed, and goes. Of a
/// link only the link goes.
pub(super) fn write_anew(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => write_new(path, bytes),
    }
}

/// Writes a file that was not there, readable by its owner only, and waits until it is on the disk.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600).custom_flags(no_follow());
    let mut file = options.open(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if written.is_err() {
        // Half a file is worse than none; the first error is the one to tell.
        drop(fs::remove_file(path));
    }
    written
}

/// `O_NOFOLLOW` for `custom_flags`.
pub(super) fn no_follow() -> i32 {
    rustix::fs::OFlags::NOFOLLOW.bits() as i32
}

/// Whether a plain file (no link, no pipe, which would keep us waiting) holds exactly these bytes.
fn same(path: &Path, bytes: &[u8]) -> bool {
    let plain = fs::symlink_metadata(path).is_ok_and(|data| data.is_file() && data.len() == bytes.len() as u64);
    plain && fs::read(path).is_ok_and(|there| there == bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_there_are_no_links_nothing_is_replaced_either() {
        let folder = tempfile::tempdir().unwrap();
        let (part, path) = (folder.path().join("part"), folder.path().join("slip"));
        fs::write(&part, "new").unwrap();
        move_new(&part, &path).unwrap();
        assert!(!part.exists());
        fs::write(&part, "other").unwrap();
        assert_eq!(move_new(&part, &path).unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        std::os::unix::fs::symlink("nowhere", folder.path().join("link")).unwrap();
        assert_eq!(move_new(&part, &folder.path().join("link")).unwrap_err().kind(), ErrorKind::AlreadyExists);
    }
}
