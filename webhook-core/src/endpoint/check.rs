//! The check of a store at startup.

use std::error::Error;
use std::fmt;

use crate::error::StoreError;
use crate::replay::Finding;

/// What [`Endpoint::check_store`](crate::Endpoint::check_store) does with findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreCheck {
    /// They are logged and returned.
    #[default]
    Warn,
    /// They are logged, and they are an error.
    Strict,
}

/// The store is not fit for use.
#[derive(Debug)]
#[non_exhaustive]
pub enum StoreCheckError {
    /// The store could not be checked.
    Store(StoreError),
    /// The set-up of the store has these faults.
    Unsound(Vec<Finding>),
}

impl fmt::Display for StoreCheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(_) => f.write_str("the store could not be checked"),
            Self::Unsound(findings) => {
                f.write_str("the store is not set up for replay protection")?;
                findings
                    .iter()
                    .try_for_each(|finding| write!(f, "; {finding}"))
            }
        }
    }
}

impl Error for StoreCheckError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Store(error) => Some(error),
            Self::Unsound(_) => None,
        }
    }
}
