//! The file of a key ring, at the first start of an application.

use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::secret_store::{KeyRing, KeyRingError};

/// Makes the file with a fresh key. A file that is there stays as it is.
pub(super) fn create(path: &Path) -> Result<(), KeyRingError> {
    let entry = Zeroizing::new(KeyRing::fresh_entry("1")?);
    let unfinished = beside(path);
    let made = write(&unfinished, &entry).and_then(|()| link(&unfinished, path));
    let _ = fs::remove_file(&unfinished);
    made.map_err(KeyRingError::Unwritable)
}

/// A name that nobody else has, and no process that died before it was done. The file gets its own
/// name by a link, so it is never half written.
fn beside(path: &Path) -> PathBuf {
    let random = RandomState::new().hash_one("unfinished");
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{random:016x}"));
    name.into()
}

fn link(unfinished: &Path, path: &Path) -> std::io::Result<()> {
    match fs::hard_link(unfinished, path) {
        // Another process was faster. Its key counts.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    }
}

fn write(path: &Path, entry: &str) -> std::io::Result<()> {
    let mut file = private(path)?;
    file.write_all(entry.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}

fn private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}
