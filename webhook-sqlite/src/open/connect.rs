//! A connection, with the settings that the store's promises need.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::error::{OpenError, OpenErrorKind};
use super::tables;
use crate::{failure, log_length};

/// How long opening waits for other connections.
const BUSY: Duration = Duration::from_secs(5);

/// Settings of the connection. In order: every COMMIT is on the disk when it returns, on macOS too;
/// pages are checked when they are read; SQL in the file runs nothing; the store does its own
/// checkpoints, and a log that was longer is cut.
const SETTINGS: &str = "pragma synchronous = full; \
     pragma fullfsync = on; \
     pragma checkpoint_fullfsync = on; \
     pragma cell_size_check = on; \
     pragma trusted_schema = off; \
     pragma wal_autocheckpoint = 0; \
     pragma journal_size_limit = 33554432; \
     pragma cache_size = -65536;";

/// Opens an existing file, examines it, and makes its tables if it has none.
pub(super) fn open(path: &Path, is_known_sound: bool) -> Result<Connection, OpenError> {
    let mut connection = plain(path)?;
    set_up(path, &mut connection, is_known_sound)?;
    Ok(connection)
}

/// Opens an existing file as it is.
pub(super) fn plain(path: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags);
    let connection = connection.map_err(|error| fault(path, error))?;
    connection
        .execute_batch(SETTINGS)
        .map_err(|error| fault(path, error))?;
    Ok(connection)
}

/// Makes a new file with the tables. The log is written back into it before this returns.
pub(super) fn make(path: &Path) -> Result<(), OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let connection = Connection::open_with_flags(path, flags);
    let mut connection = connection.map_err(|error| fault(path, error))?;
    connection
        .execute_batch(SETTINGS)
        .map_err(|error| fault(path, error))?;
    set_up(path, &mut connection, true)?;
    connection.close().map_err(|(_, error)| fault(path, error))
}

fn set_up(path: &Path, connection: &mut Connection, is_known_sound: bool) -> Result<(), OpenError> {
    let fault = |error| fault(path, error);
    connection.busy_timeout(BUSY).map_err(fault)?;
    tables::examine(path, connection, is_known_sound)?;
    if connection.is_readonly("main").map_err(fault)? {
        return Err(OpenError::new(path, OpenErrorKind::ReadOnly));
    }
    let mode = connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0));
    let mode: String = mode.map_err(fault)?;
    if mode != "wal" {
        return Err(OpenError::new(path, OpenErrorKind::NoWal));
    }
    tables::make(path, connection)?;
    connection.busy_timeout(Duration::ZERO).map_err(fault)?;
    connection.set_prepared_statement_cache_capacity(32);
    log_length::watch(connection);
    Ok(())
}

/// What an error of SQLite means for opening.
pub(super) fn fault(path: &Path, error: rusqlite::Error) -> OpenError {
    let kind = match failure::code(&error) {
        Some(ErrorCode::NotADatabase) => OpenErrorKind::NotADatabase,
        Some(ErrorCode::DatabaseCorrupt) => OpenErrorKind::Damaged,
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => OpenErrorKind::ReadOnly,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenErrorKind::Busy,
        // No such column: the statements do not fit the tables.
        Some(ErrorCode::Unknown) => OpenErrorKind::OtherTables,
        _ => OpenErrorKind::Io,
    };
    OpenError::with_source(path, kind, error)
}
