//! A store that did not do what it was asked.

use std::error::Error;
use std::fmt;

/// A store that did not do what it was asked. The delivery is then answered 503 and not run.
#[derive(Debug)]
pub struct StoreError {
    kind: StoreErrorKind,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// The kinds of [`StoreError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// Not reachable, or it refused.
    Unavailable,
    /// No answer in time; whether the operation took place is unknown.
    Timeout,
    /// What is stored cannot be read. Never the same as nothing being stored.
    Corrupt,
    /// No room for another record that may not be forgotten.
    Full,
    /// The store is set up in a way that cannot keep its promises.
    Misconfigured,
}

impl StoreError {
    /// An error of this kind without a cause.
    #[must_use]
    pub const fn new(kind: StoreErrorKind) -> Self {
        Self { kind, source: None }
    }

    /// An error of this kind with its cause, which [`Error::source`] gives back.
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
            StoreErrorKind::Unavailable => "replay store unavailable",
            StoreErrorKind::Timeout => "replay store timed out",
            StoreErrorKind::Corrupt => "replay store holds a record that cannot be read",
            StoreErrorKind::Full => "replay store is full",
            StoreErrorKind::Misconfigured => "replay store is misconfigured",
        })
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
