//! What steps have returned.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use webhook_inbox::{Step, StepState};

use super::StepError;

/// What became of the steps of a delivery so far, by their names. Cheap to clone.
///
/// A step that failed, that was skipped, or that has not run is as absent as it should be: other
/// steps keep their names.
#[derive(Clone, Default)]
pub struct StepResults(Arc<HashMap<Box<str>, Step>>);

impl StepResults {
    pub(super) fn new(steps: Vec<Step>) -> Self {
        let steps = steps.into_iter().map(|step| (step.name.clone(), step));
        Self(Arc::new(steps.collect()))
    }

    pub(super) fn set(&mut self, step: Step) {
        Arc::make_mut(&mut self.0).insert(step.name.clone(), step);
    }

    /// What a step has returned. `None`: it is not done.
    ///
    /// # Errors
    ///
    /// [`StepError::NotJson`], if it is not a `T`.
    pub fn done<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, StepError> {
        let Some(step) = self
            .0
            .get(name)
            .filter(|step| step.state == StepState::Done)
        else {
            return Ok(None);
        };
        let value = serde_json::from_slice(&step.value);
        value
            .map(Some)
            .map_err(|error| StepError::not_json(name, error))
    }

    /// How a step ended. `None`: it has not run.
    #[must_use]
    pub fn state(&self, name: &str) -> Option<StepState> {
        self.0.get(name).map(|step| step.state)
    }

    /// Whether a step is done.
    #[must_use]
    pub fn is_done(&self, name: &str) -> bool {
        self.state(name) == Some(StepState::Done)
    }
}

/// Shows names and states.
impl fmt::Debug for StepResults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let states = self.0.values().map(|step| (&step.name, step.state));
        f.debug_map().entries(states).finish()
    }
}
