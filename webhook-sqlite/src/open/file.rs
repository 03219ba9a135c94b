//! The file itself: what it must be before SQLite sees it, how a new one is made, and whether it is
//! still the same one.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::connect;
use super::error::{OpenError, OpenErrorKind};

/// The path with its folder resolved, so that a process can change its working directory.
pub(super) fn absolute(path: &Path) -> Result<PathBuf, OpenError> {
    let not_a_file = || OpenError::new(path, OpenErrorKind::NotAFile);
    let name = path.file_name().ok_or_else(not_a_file)?;
    // SQLite takes this name for a database in memory, which no other process can share.
    if path == Path::new(":memory:") {
        return Err(not_a_file());
    }
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let folder = fs::canonicalize(folder)
        .map_err(|error| OpenError::with_source(path, OpenErrorKind::Io, error))?;
    Ok(folder.join(name))
}

/// Makes sure that a file is there that may be a database.
pub(super) fn prepare(path: &Path, must_exist: bool) -> Result<(), OpenError> {
    match fs::metadata(path) {
        Ok(metadata) => examine(path, &metadata),
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(OpenError::with_source(path, kind_of(&error), error))
        }
        Err(_) if must_exist => Err(OpenError::new(path, OpenErrorKind::Missing)),
        Err(_) => create(path),
    }
}

/// Refuses what SQLite would take for a new database.
///
/// The file is not opened: closing it again would drop the locks that other connections of this
/// process hold on it (POSIX), and SQLite examines its first bytes anyway.
fn examine(path: &Path, metadata: &Metadata) -> Result<(), OpenError> {
    match metadata {
        metadata if !metadata.is_file() => Err(OpenError::new(path, OpenErrorKind::NotAFile)),
        metadata if metadata.len() == 0 => Err(OpenError::new(path, OpenErrorKind::Empty)),
        _ => Ok(()),
    }
}

/// Makes a database under another name, and then gives it its name in one step. A process that is
/// killed in between leaves no empty file, so an empty file is always damage.
fn create(path: &Path) -> Result<(), OpenError> {
    let new = unused_name(path);
    let made = connect::make(&new).and_then(|()| {
        publish(&new, path).map_err(|error| OpenError::with_source(path, kind_of(&error), error))
    });
    for suffix in ["", "-wal", "-shm", "-journal"] {
        // What is not there needs no removal, and a file that stays is only a nuisance.
        let _gone = fs::remove_file(with_suffix(&new, suffix));
    }
    made
}

fn publish(new: &Path, path: &Path) -> io::Result<()> {
    File::open(new)?.sync_all()?;
    match fs::hard_link(new, path) {
        Ok(()) => {}
        // Another process was first, and its file is as good.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(()),
        // A file system without hard links.
        Err(_) if !path.try_exists()? => fs::rename(new, path)?,
        Err(_) => return Ok(()),
    }
    sync_folder(path)
}

/// Makes the new name durable.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

fn unused_name(path: &Path) -> PathBuf {
    let random = RandomState::new().hash_one(std::process::id());
    with_suffix(path, format!(".new-{random:016x}"))
}

pub(super) fn with_suffix(path: &Path, suffix: impl AsRef<OsStr>) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn kind_of(error: &io::Error) -> OpenErrorKind {
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => OpenErrorKind::ReadOnly,
        _ => OpenErrorKind::Io,
    }
}

/// Tells a file from another one that has its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileId {
    #[cfg(unix)]
    device: u64,
    #[cfg(unix)]
    inode: u64,
}

impl FileId {
    /// The file that has this name now.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        let metadata = fs::metadata(path)?;
        Ok(Self::new(&metadata))
    }

    #[cfg(unix)]
    fn new(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
        }
    }

    /// Other systems do not remove a file that is open.
    #[cfg(not(unix))]
    fn new(_: &Metadata) -> Self {
        Self {}
    }
}
