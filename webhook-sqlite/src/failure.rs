//! Why an operation failed.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use rusqlite::{ErrorCode, ffi};
use webhook_core::{StoreError, StoreErrorKind};

/// A failure of an operation, or of all operations of a batch.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    kind: StoreErrorKind,
    cause: Arc<dyn Error + Send + Sync>,
}

impl Failure {
    pub(crate) fn new(
        kind: StoreErrorKind,
        cause: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self {
            kind,
            cause: Arc::from(cause.into()),
        }
    }

    pub(crate) fn unavailable(cause: &'static str) -> Self {
        Self::new(StoreErrorKind::Unavailable, cause)
    }

    pub(crate) fn corrupt(cause: &'static str) -> Self {
        Self::new(StoreErrorKind::Corrupt, cause)
    }

    /// Nobody knows whether the operation took place.
    pub(crate) fn unknown(cause: &'static str) -> Self {
        Self::new(StoreErrorKind::Timeout, cause)
    }

    /// Whether something in the file cannot be what was written.
    pub(crate) fn is_corrupt(&self) -> bool {
        self.kind == StoreErrorKind::Corrupt
    }

    /// Whether another connection holds the lock of the file.
    pub(crate) fn is_busy(&self) -> bool {
        let error = self.cause.downcast_ref::<rusqlite::Error>();
        matches!(
            error.and_then(code),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
        )
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.cause, f)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::new(kind(&error), error)
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        Self::with_source(failure.kind, Cause(failure.cause))
    }
}

/// SQLite's code of an error. An error in the SQL has it too, with a variant that only some
/// features of rusqlite have.
pub(crate) fn code(error: &rusqlite::Error) -> Option<ErrorCode> {
    let source: Option<&ffi::Error> = error.source().and_then(|source| source.downcast_ref());
    source.map(|error| error.code)
}

fn kind(error: &rusqlite::Error) -> StoreErrorKind {
    use ErrorCode as C;
    match code(error) {
        Some(C::DatabaseCorrupt | C::NotADatabase | C::ConstraintViolation | C::TypeMismatch) => {
            StoreErrorKind::Corrupt
        }
        Some(C::DiskFull) => StoreErrorKind::Full,
        // No such table or column: somebody changed the tables.
        Some(C::Unknown) => StoreErrorKind::Misconfigured,
        None if is_of_a_value(error) => StoreErrorKind::Corrupt,
        _ => StoreErrorKind::Unavailable,
    }
}

/// Whether SQLite has a value that its column cannot have.
fn is_of_a_value(error: &rusqlite::Error) -> bool {
    use rusqlite::Error as E;
    matches!(
        error,
        E::FromSqlConversionFailure(..)
            | E::IntegralValueOutOfRange(..)
            | E::InvalidColumnType(..)
            | E::Utf8Error(..)
    )
}

/// A cause that the errors of a batch share.
struct Cause(Arc<dyn Error + Send + Sync>);

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}
