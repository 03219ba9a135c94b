//! A delivery that was handled but is not recorded yet.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::delivery::Shared;
use crate::metrics::StoreVerb;
use crate::replay::{Lease, ReplayStore as _};

/// A success that the store has not recorded yet.
#[must_use]
pub struct Unsettled {
    shared: Arc<Shared>,
    lease: Lease,
    answer: Option<Box<[u8]>>,
    waited: Duration,
    next: Duration,
}

impl Unsettled {
    pub(super) fn new(shared: Arc<Shared>, lease: Lease, answer: Option<Box<[u8]>>) -> Self {
        Self {
            shared,
            lease,
            answer,
            waited: Duration::ZERO,
            next: FIRST_RETRY,
        }
    }

    /// How long to wait before the next [`retry`](Self::retry); `None` if the lease has ended and
    /// there is nothing to retry.
    pub fn wait(&mut self) -> Option<Duration> {
        let wait = self.next;
        self.waited = self.waited.saturating_add(wait);
        self.next = wait.saturating_mul(2).min(Duration::from_secs(5));
        (self.waited <= self.shared.retention.lease).then_some(wait)
    }

    /// Retries the commit. Returns `true` if there is nothing left to do.
    pub async fn retry(&self) -> bool {
        match &self.shared.store {
            Some(store) => {
                let commit = store.commit(&self.lease, self.answer.as_deref());
                let commit = self.shared.timed(StoreVerb::Commit, commit).await;
                commit.is_ok()
            }
            None => true,
        }
    }
}

const FIRST_RETRY: Duration = Duration::from_millis(100);

impl fmt::Debug for Unsettled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unsettled")
            .field("provider", &self.shared.provider.name())
            .finish_non_exhaustive()
    }
}
