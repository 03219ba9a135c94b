//! Opening a file: refused rather than begun anew.

mod connect;
mod error;
mod file;
mod tables;

use std::path::{Path, PathBuf};

use rusqlite::Connection;

pub use error::{OpenError, OpenErrorKind};
use file::FileId;

use crate::failure::Failure;
use webhook_core::StoreErrorKind;

/// An open file, and what is needed to open it again.
pub(crate) struct Database {
    path: PathBuf,
    id: FileId,
    connection: Option<Connection>,
}

impl Database {
    /// Opens the file, or makes it.
    pub(crate) fn open(path: &Path, must_exist: bool) -> Result<Self, OpenError> {
        let path = file::absolute(path)?;
        file::prepare(&path, must_exist)?;
        let connection = connect::open(&path, false)?;
        let id = FileId::of(&path)
            .map_err(|error| OpenError::with_source(&path, OpenErrorKind::Io, error))?;
        Ok(Self {
            path,
            id,
            connection: Some(connection),
        })
    }

    /// The connection. Opens a new one after [`disconnect`](Self::disconnect).
    ///
    /// A file that was moved or removed is an error: its records are not those that the next start
    /// will find.
    pub(crate) fn connection(&mut self) -> Result<&mut Connection, Failure> {
        if FileId::of(&self.path).ok() != Some(self.id) {
            return Err(Failure::unavailable(
                "the file is not at its path any more: put it back, and restart",
            ));
        }
        if self.connection.is_none() {
            self.connection = Some(self.reconnect()?);
        }
        match &mut self.connection {
            Some(connection) => Ok(connection),
            None => Err(Failure::unavailable("there is no connection")),
        }
    }

    /// Drops a connection whose state is not known.
    pub(crate) fn disconnect(&mut self) {
        self.connection = None;
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Another connection to the file, for checkpoints.
    pub(crate) fn second_connection(&self) -> Result<Connection, OpenError> {
        connect::plain(&self.path)
    }

    fn reconnect(&self) -> Result<Connection, Failure> {
        connect::open(&self.path, true).map_err(|error| {
            let kind = match error.kind() {
                OpenErrorKind::Damaged | OpenErrorKind::NotADatabase => StoreErrorKind::Corrupt,
                OpenErrorKind::SchemaVersion { .. } | OpenErrorKind::OtherTables => {
                    StoreErrorKind::Misconfigured
                }
                _ => StoreErrorKind::Unavailable,
            };
            Failure::new(kind, error)
        })
    }
}

/// Another connection to a file that is open as a store.
pub(crate) fn connect_again(path: &Path, settings: &str) -> Result<Connection, OpenError> {
    let connection = connect::open(path, true)?;
    let set = connection.execute_batch(settings);
    set.map_err(|error| connect::fault(path, error))?;
    Ok(connection)
}
