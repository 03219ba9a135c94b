//! Why a store cannot be used.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

/// A store that cannot be opened or prepared. It names no part of a URL.
#[derive(Debug)]
pub(crate) struct StoreFailure {
    problem: Cow<'static, str>,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

impl StoreFailure {
    pub(crate) fn new(problem: impl Into<Cow<'static, str>>) -> Self {
        Self {
            problem: problem.into(),
            cause: None,
        }
    }

    pub(super) fn caused(
        problem: &'static str,
        cause: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self {
            problem: problem.into(),
            cause: Some(cause.into()),
        }
    }
}

impl fmt::Display for StoreFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem)
    }
}

impl Error for StoreFailure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}
