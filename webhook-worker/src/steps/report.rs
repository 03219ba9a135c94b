//! What became of a pipeline.

use std::time::Duration;

use webhook_inbox::StepState;

use super::{Cause, StepError};

/// What became of the steps of a [`Pipeline`](super::Pipeline), one entry for each step, in their
/// order.
#[derive(Debug)]
#[non_exhaustive]
pub struct PipelineReport {
    /// The steps. Those after one that ended the pipeline are not in it.
    pub steps: Vec<StepReport>,
    /// How long all of it took.
    pub took: Duration,
}

/// What became of a step.
#[derive(Debug)]
#[non_exhaustive]
pub struct StepReport {
    /// Its name.
    pub name: Box<str>,
    /// How it ended.
    pub state: StepState,
    /// Whether it was done in an earlier attempt.
    pub was_done: bool,
    /// How often it ran in this attempt.
    pub runs: u32,
    /// Why it failed.
    pub error: Option<Cause>,
}

impl PipelineReport {
    /// Whether at least one step is done, and none failed. A pipeline all of whose steps were
    /// skipped is no success: it did [nothing](Self::did_nothing).
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.count(StepState::Done) > 0 && self.count(StepState::Failed) == 0
    }

    /// Whether every step was skipped.
    #[must_use]
    pub fn did_nothing(&self) -> bool {
        self.count(StepState::Skipped) == self.steps.len()
    }

    /// How many steps are in this state.
    #[must_use]
    pub fn count(&self, state: StepState) -> usize {
        self.steps.iter().filter(|step| step.state == state).count()
    }

    /// The report, if no step failed.
    ///
    /// # Errors
    ///
    /// The error of the first step that failed. The delivery is retried with it, and the steps that
    /// are done do not run again.
    pub fn into_result(mut self) -> Result<Self, StepError> {
        let failed = self
            .steps
            .iter_mut()
            .find(|step| step.state == StepState::Failed);
        match failed {
            None => Ok(self),
            Some(step) => {
                let cause = step.error.take().unwrap_or_else(|| "it failed".into());
                Err(StepError::failed(&step.name, cause))
            }
        }
    }
}
