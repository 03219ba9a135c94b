//! A stored delivery on its way to its consumer.

use std::fmt;
use std::sync::Arc;

use webhook_core::{Delivery, StoredHead, UnixTime, Unsealed};
use webhook_inbox::{Job, JobLease, Lane};

use crate::steps::{ErasedSlots, Steps};

/// A delivery that was stored and is handled now. Cheap to clone.
#[derive(Clone)]
pub struct Stored(Arc<Parts>);

struct Parts {
    opened: Unsealed,
    lease: JobLease,
    lane: Lane,
    accepted_at: UnixTime,
    steps: Steps,
}

impl Stored {
    pub(crate) fn new(opened: Unsealed, job: &Job, slots: Arc<dyn ErasedSlots>) -> Self {
        Self(Arc::new(Parts {
            steps: Steps::new(&opened.delivery, job.lease, slots),
            opened,
            lease: job.lease,
            lane: job.lane.clone(),
            accepted_at: job.accepted_at,
        }))
    }

    /// The delivery, exactly as it was verified. Its [`attempt`](Delivery::attempt) counts the runs,
    /// and its [`fence`](Delivery::fence) is that of the worker's lease.
    #[must_use]
    pub fn delivery(&self) -> &Delivery {
        &self.0.opened.delivery
    }

    /// What was kept of the head of its request.
    #[must_use]
    pub fn head(&self) -> &StoredHead {
        &self.0.opened.head
    }

    /// The worker's claim of the job.
    #[must_use]
    pub fn lease(&self) -> &JobLease {
        &self.0.lease
    }

    /// The name of the consumer. Empty without one.
    #[must_use]
    pub fn consumer(&self) -> &str {
        &self.0.lane.consumer
    }

    /// When it was stored.
    #[must_use]
    pub fn accepted_at(&self) -> UnixTime {
        self.0.accepted_at
    }

    /// The [steps](crate::steps) of its handler.
    #[must_use]
    pub fn steps(&self) -> Steps {
        self.0.steps.clone()
    }

    /// The delivery and how far it came in an application.
    #[must_use]
    pub fn opened(&self) -> &Unsealed {
        &self.0.opened
    }

    /// Its queue: its tenant and its consumer.
    #[must_use]
    pub fn lane(&self) -> &Lane {
        &self.0.lane
    }
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stored")
            .field("delivery", self.delivery())
            .field("lease", self.lease())
            .finish_non_exhaustive()
    }
}
