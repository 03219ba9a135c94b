//! Which consumer handles a job.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use webhook_inbox::Job;

use crate::WorkerError;
use crate::consumer::ErasedConsumer;

/// The consumers of a worker, by their names, and those of one name by their providers.
#[derive(Default)]
pub(crate) struct Consumers(HashMap<Box<str>, HashMap<&'static str, Arc<dyn ErasedConsumer>>>);

impl Consumers {
    pub(crate) fn add(
        &mut self,
        name: &str,
        consumer: Arc<dyn ErasedConsumer>,
    ) -> Result<(), WorkerError> {
        let provider = consumer.endpoint().provider().name();
        let of_name = self.0.entry(name.into()).or_default();
        match of_name.insert(provider, consumer) {
            None => Ok(()),
            Some(_) => Err(WorkerError::SameConsumer {
                name: name.into(),
                provider,
            }),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(|name| &**name)
    }

    pub(crate) fn of(&self, job: &Job) -> Option<&Arc<dyn ErasedConsumer>> {
        self.0.get(&job.lane.consumer)?.get(&*job.provider)
    }
}

impl fmt::Debug for Consumers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}
