//! Why a store does not open.

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};

/// A store cannot be opened. Nothing was written to the file, and no file was put in its place.
#[derive(Debug)]
pub struct OpenError {
    path: PathBuf,
    kind: OpenErrorKind,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// The kinds of [`OpenError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenErrorKind {
    /// There is no file, and [`must_exist`](crate::SqliteStoreBuilder::must_exist) was set.
    Missing,
    /// The path is a directory, or something else that is not a file.
    NotAFile,
    /// The file has no bytes. It was cut, or another program made it: a store is never empty.
    Empty,
    /// The file is of another format, or encrypted, or its first bytes are damaged.
    NotADatabase,
    /// SQLite found damage.
    Damaged,
    /// The file, or its folder, cannot be written.
    ReadOnly,
    /// The tables are of another version.
    SchemaVersion {
        /// The version in the file.
        found: i64,
        /// The version of this crate.
        known: i64,
    },
    /// Some of the tables exist and some do not, or they have other columns.
    OtherTables,
    /// SQLite cannot keep a write-ahead log here, for example on some network file systems.
    NoWal,
    /// Another connection holds the lock of the file.
    Busy,
    /// The operating system or SQLite refused an operation, or there is no memory for it. Damage can
    /// be the cause: a length that became a huge one.
    Io,
}

impl OpenError {
    pub(crate) fn new(path: &Path, kind: OpenErrorKind) -> Self {
        Self {
            path: path.to_owned(),
            kind,
            source: None,
        }
    }

    pub(crate) fn with_source(
        path: &Path,
        kind: OpenErrorKind,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self {
            path: path.to_owned(),
            kind,
            source: Some(source.into()),
        }
    }

    /// The kind.
    #[must_use]
    pub const fn kind(&self) -> OpenErrorKind {
        self.kind
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use OpenErrorKind as K;
        write!(f, "cannot open the replay store {:?}: ", self.path)?;
        match self.kind {
            K::Missing => f.write_str("there is no such file"),
            K::NotAFile => f.write_str("it is not a file"),
            K::Empty => f.write_str(
                "the file is empty, so its records are lost; \
                 restore it, or delete it to begin without records",
            ),
            K::NotADatabase => f.write_str(
                "it is not a SQLite database, or its beginning is damaged; \
                 restore it, or choose another path",
            ),
            K::Damaged => f.write_str(
                "the file is damaged; restore it, or delete it to begin without records",
            ),
            K::ReadOnly => f.write_str("the file and its folder must be writable"),
            K::SchemaVersion { found, known } => write!(
                f,
                "its tables are of version {found}, and this program knows {known}; \
                 use a program that knows version {found}"
            ),
            K::OtherTables => f.write_str(
                "it has tables with the names of the store that are not those of the store; \
                 choose another path",
            ),
            K::NoWal => f.write_str(
                "SQLite cannot keep a write-ahead log here; choose a path on a local file system",
            ),
            K::Busy => f.write_str("another connection holds its lock"),
            K::Io => f.write_str("SQLite or the operating system refused an operation"),
        }
    }
}

impl Error for OpenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
