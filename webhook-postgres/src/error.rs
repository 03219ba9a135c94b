//! What goes wrong in the database, and what that means for a delivery.

use std::error::Error as StdError;
use std::fmt;

use sqlx::Error;
use webhook_core::{StoreError, StoreErrorKind};

/// A store cannot be built. The message says what to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SetupError {
    /// The URL is not one of a PostgreSQL database.
    InvalidUrl,
    /// The name of a schema or the prefix of the tables is not lower-case letters, digits and `_`,
    /// begins with a digit, or is longer than 40 bytes.
    InvalidName,
    /// A store needs at least one connection.
    NoConnections,
    /// The time limit is shorter than 100 milliseconds or longer than a minute.
    InvalidTimeout,
    /// The interval of the purge is shorter than 10 milliseconds or longer than a day.
    InvalidPurgeInterval,
    /// The store was built outside of a tokio runtime.
    NoRuntime,
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InvalidUrl => {
                "the URL is not valid; expected `postgres://user:password@host:port/database`"
            }
            Self::InvalidName => {
                "the name of a schema or the prefix of tables is not valid; expected at most 40 \
                 lower-case letters, digits and `_`, and no digit first"
            }
            Self::NoConnections => "the number of connections is zero; set at least 1",
            Self::InvalidTimeout => {
                "the time limit of an operation is not valid; set 100 milliseconds to a minute"
            }
            Self::InvalidPurgeInterval => {
                "the interval of the purge is not valid; set 10 milliseconds to a day, or switch \
                 it off with `without_purge`"
            }
            Self::NoRuntime => {
                "the store was built outside of a tokio runtime; build it in an async function"
            }
        })
    }
}

impl StdError for SetupError {}

/// What a failed statement means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The server has undone the statement because of another one. The connection is sound.
    Undone,
    /// The connection is unusable. Whether the statement took place is unknown.
    Lost,
    /// The server has refused the statement. The connection is sound.
    Refused,
}

pub(crate) fn failure(error: &Error) -> Failure {
    match error {
        Error::Database(error) => match error.code().as_deref() {
            // Serialization failure, deadlock, a row that another transaction was first to write.
            Some("40001" | "40P01" | "23505") => Failure::Undone,
            // The server or an administrator ends the connection, or the server starts.
            Some("57P01" | "57P02" | "57P03" | "57P05" | "25P03") => Failure::Lost,
            // The connection is in a failed transaction that somebody else began, or it is one to
            // a standby, or its prepared statements are not those that it knows.
            Some("25P02" | "25006" | "26000" | "42P05" | "0A000") => Failure::Lost,
            Some(code) if code.starts_with("08") => Failure::Lost,
            _ => Failure::Refused,
        },
        _ => Failure::Lost,
    }
}

/// The error that a delivery meets.
pub(crate) fn store_error(error: Error) -> StoreError {
    let kind = match &error {
        Error::Database(error) => match error.code().as_deref().unwrap_or_default() {
            // A time limit for a statement or a lock.
            "57014" | "55P03" => StoreErrorKind::Timeout,
            // No space on the disk.
            "53100" => StoreErrorKind::Full,
            // A standby or a read-only session; no tables, or others; no rights; no such user.
            "25006" | "42P01" | "42703" | "42501" | "3F000" | "3D000" | "28000" | "28P01" => {
                StoreErrorKind::Misconfigured
            }
            // Prepared statements got lost: a pooler stands between.
            "26000" | "42P05" => StoreErrorKind::Misconfigured,
            _ => StoreErrorKind::Unavailable,
        },
        Error::ColumnDecode { .. } | Error::Decode(_) | Error::ColumnIndexOutOfBounds { .. } => {
            StoreErrorKind::Corrupt
        }
        Error::Configuration(_) | Error::Tls(_) => StoreErrorKind::Misconfigured,
        _ => StoreErrorKind::Unavailable,
    };
    StoreError::with_source(kind, error)
}

/// A row that this crate has not written.
pub(crate) fn corrupt(what: &'static str) -> StoreError {
    StoreError::with_source(StoreErrorKind::Corrupt, what)
}
