//! A step of a handler, and what is kept of it.

use std::fmt;

use bytes::Bytes;
use webhook_core::{StoreError, StoreErrorKind};

use crate::ending::MAX_KIND;
use crate::text::column;

/// The longest name of a step, in bytes: as long as other names that a table indexes.
pub const MAX_STEP_NAME: usize = 255;

/// The largest value of a step, in bytes: as large as the answers that replay stores keep. Larger
/// ones belong into a table of the application.
pub const MAX_STEP_VALUE: usize = 64 * 1024;

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StepState {
    /// It succeeded, and never runs again.
    Done,
    /// It failed. It may run again.
    Failed,
    /// It was left out. It may run later.
    Skipped,
}

impl StepState {
    /// All states, in the order of their numbers.
    pub const ALL: [Self; 3] = [Self::Done, Self::Failed, Self::Skipped];

    /// The number of the state in the tables of this project.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Skipped => 2,
        }
    }

    /// A word for logs and lists: `done`, `failed` or `skipped`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }

    /// The state of this number. `None`: no state has it.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

/// What is kept of a step of a handler, so that a handler that runs again goes on where it was.
///
/// `Debug` does not show the value.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// Its name, which is its own within the job. From 1 to [`MAX_STEP_NAME`] bytes, without NUL.
    pub name: Box<str>,
    /// How it ended.
    pub state: StepState,
    /// What it returned. At most [`MAX_STEP_VALUE`] bytes.
    pub value: Bytes,
    /// What went wrong, if it failed: the [kind](crate::Failure::kind) of a failure.
    pub error: Option<Box<str>>,
}

impl Step {
    /// A step that is done, and returned this.
    pub fn done(name: impl Into<Box<str>>, value: impl Into<Bytes>) -> Self {
        Self::new(name, StepState::Done, value)
    }

    /// A step that failed for this [kind](crate::Failure::kind) of reason. A longer text than one
    /// of 64 bytes is cut.
    pub fn failed(name: impl Into<Box<str>>, error: &str) -> Self {
        let mut step = Self::new(name, StepState::Failed, Bytes::new());
        step.error = Some(column(error, MAX_KIND));
        step
    }

    /// A step that was left out.
    pub fn skipped(name: impl Into<Box<str>>) -> Self {
        Self::new(name, StepState::Skipped, Bytes::new())
    }

    /// A step in this state, without an error.
    pub fn new(name: impl Into<Box<str>>, state: StepState, value: impl Into<Bytes>) -> Self {
        Self {
            name: name.into(),
            state,
            value: value.into(),
            error: None,
        }
    }

    /// Whether a table can keep it. Every table asks this first.
    ///
    /// # Errors
    ///
    /// Of the kind [`Misconfigured`](StoreErrorKind::Misconfigured), if the name or the value is
    /// not within its limits.
    pub fn check(&self) -> Result<(), StoreError> {
        let name = self.name.len();
        let why = if name == 0 || name > MAX_STEP_NAME || self.name.contains('\0') {
            format!("a name of a step has 1 to {MAX_STEP_NAME} bytes and no NUL; this has {name}")
        } else if self.value.len() > MAX_STEP_VALUE {
            let bytes = self.value.len();
            format!("a value of a step has at most {MAX_STEP_VALUE} bytes; this has {bytes}")
        } else {
            return Ok(());
        };
        Err(StoreError::with_source(StoreErrorKind::Misconfigured, why))
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Step")
            .field("name", &self.name)
            .field("state", &self.state)
            .field("bytes", &self.value.len())
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}
