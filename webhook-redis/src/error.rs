//! Why a store cannot be built.

use std::error::Error;
use std::fmt;

/// The settings of a store cannot be used.
#[derive(Debug)]
pub struct BuildError {
    kind: BuildErrorKind,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// The kinds of [`BuildError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildErrorKind {
    /// A URL cannot be read, or needs a feature that this build does not have.
    Url,
    /// The prefix is empty, longer than 64 bytes, or has a character that is not allowed.
    Prefix,
    /// The timeout is zero or longer than a minute.
    Timeout,
    /// The number of replicas is zero, or the wait is zero or as long as the timeout.
    Replicas,
}

impl BuildError {
    pub(crate) const fn new(kind: BuildErrorKind) -> Self {
        Self { kind, source: None }
    }

    pub(crate) fn with_source(kind: BuildErrorKind, source: redis::RedisError) -> Self {
        Self {
            kind,
            source: Some(source.into()),
        }
    }

    /// The kind.
    #[must_use]
    pub const fn kind(&self) -> BuildErrorKind {
        self.kind
    }
}

/// Never shows a URL: it may contain a password.
impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            BuildErrorKind::Url => {
                "the URL of Redis cannot be used; expected `redis://host:port/database`, or \
                 `rediss://` for TLS, which needs the feature `tls`"
            }
            BuildErrorKind::Prefix => {
                "the prefix cannot be used; expected 1 to 64 letters, digits or `.:/_-`"
            }
            BuildErrorKind::Timeout => {
                "the timeout cannot be used; expected more than zero and at most a minute"
            }
            BuildErrorKind::Replicas => {
                "the wait for replicas cannot be used; expected at least one replica, and a wait \
                 that is longer than a millisecond and shorter than the timeout"
            }
        })
    }
}

impl Error for BuildError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
