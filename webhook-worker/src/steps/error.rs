//! Why a step has no result.

use std::error::Error;
use std::fmt;

use webhook_core::StoreError;

use super::Cause;

/// Why a step has no result.
#[derive(Debug)]
#[non_exhaustive]
pub enum StepError {
    /// The step itself has failed.
    Failed {
        /// Its name.
        step: Box<str>,
        /// Why.
        cause: Cause,
    },
    /// What a step has returned is not valid JSON for its type: when it was kept, or when it was
    /// read again by another version of the program.
    NotJson {
        /// Its name.
        step: Box<str>,
        /// Why.
        cause: serde_json::Error,
    },
    /// Another worker has the delivery. Nothing is kept any more, so the handler should end.
    LeaseLost {
        /// The name of the step whose result is lost.
        step: Box<str>,
    },
    /// The inbox has failed.
    Store(StoreError),
}

impl StepError {
    pub(super) fn failed(step: &str, cause: Cause) -> Self {
        let step = step.into();
        Self::Failed { step, cause }
    }

    pub(super) fn not_json(step: &str, cause: serde_json::Error) -> Self {
        let step = step.into();
        Self::NotJson { step, cause }
    }

    pub(super) fn lease_lost(step: &str) -> Self {
        Self::LeaseLost { step: step.into() }
    }

    /// The name of the step. `None`: the inbox failed before one was run.
    #[must_use]
    pub fn step(&self) -> Option<&str> {
        match self {
            Self::Failed { step, .. } | Self::NotJson { step, .. } | Self::LeaseLost { step } => {
                Some(step)
            }
            Self::Store(_) => None,
        }
    }
}

impl From<StoreError> for StepError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed { step, .. } => write!(f, "step {step:?} failed"),
            Self::NotJson { step, .. } => {
                write!(
                    f,
                    "what step {step:?} returned is not valid JSON for its type"
                )
            }
            Self::LeaseLost { step } => {
                write!(
                    f,
                    "the lease is lost: the result of step {step:?} is not kept"
                )
            }
            Self::Store(_) => f.write_str("the inbox failed"),
        }
    }
}

impl Error for StepError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Failed { cause, .. } => Some(&**cause),
            Self::NotJson { cause, .. } => Some(cause),
            Self::LeaseLost { .. } => None,
            Self::Store(error) => Some(error),
        }
    }
}
