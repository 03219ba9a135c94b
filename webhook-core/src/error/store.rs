//! Errors of a replay store.

use std::error::Error;
use std::fmt;

/// A store failed. The delivery is answered 503, and the handler does not run.
#[derive(Debug)]
pub struct StoreError {
    kind: StoreErrorKind,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// The kinds of [`StoreError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// The store is unreachable or refused the operation.
    Unavailable,
    /// The store did not answer in time. Whether the operation took place is unknown.
    Timeout,
    /// A stored record cannot be read. This is never treated as an absent record.
    Corrupt,
    /// The store has no room for another record, and none may be removed.
    Full,
    /// The store is configured in a way that cannot keep its guarantees.
    Misconfigured,
}

impl StoreError {
    /// Creates an error of this kind without a cause.
    #[must_use]
    pub const fn new(kind: StoreErrorKind) -> Self {
        Self { kind, source: None }
    }

    /// Creates an error of this kind with a cause, available through [`Error::source`].
    pub fn with_source(
        kind: StoreErrorKind,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self {
            kind,
            source: Some(source.into()),
        }
    }

    /// The kind.
    #[must_use]
    pub const fn kind(&self) -> StoreErrorKind {
        self.kind
    }
}

impl From<StoreErrorKind> for StoreError {
    fn from(kind: StoreErrorKind) -> Self {
        Self::new(kind)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            StoreErrorKind::Unavailable => "store unavailable",
            StoreErrorKind::Timeout => "store timed out",
            StoreErrorKind::Corrupt => "store holds a record that cannot be read",
            StoreErrorKind::Full => "store is full",
            StoreErrorKind::Misconfigured => "store is misconfigured",
        })
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
