use webhook_core::{Answer, Checked, Finished, Rejection, RejectionKind};

use crate::key_wait::KeyWait;
use crate::tracked_endpoint::{RunningDelivery, TrackedEndpoint};
use crate::unverified::UnverifiedBytes;

/// What a body turned out to be.
#[derive(Debug)]
#[must_use]
#[allow(
    clippy::exhaustive_enums,
    reason = "an adapter has to answer each of them"
)]
pub enum BodyResult {
    /// A genuine event. [Claim](TrackedEndpoint::claim) it in a run that
    /// [outlives the request](crate::DetachOnDrop).
    Event {
        /// What to claim.
        checked: Checked,
        /// Counts the delivery as running.
        running: RunningDelivery,
    },
    /// Not known before a key is fetched or a subscription is confirmed. Wait for it within the
    /// request: nothing is verified yet, so it ends when the client leaves.
    Pending(KeyWait),
    /// A challenge of the provider, and its answer. No handler runs.
    Answer(Answer),
    /// Answer this. It is counted and logged already.
    Refused(Rejection),
}

impl BodyResult {
    pub(crate) fn new(
        finished: Result<Finished, Rejection>,
        endpoint: &TrackedEndpoint,
        unverified: UnverifiedBytes,
    ) -> Self {
        match finished {
            Ok(Finished::Event(checked)) => match endpoint.start(checked) {
                Ok((checked, running)) => Self::Event { checked, running },
                Err(rejection) => Self::Refused(rejection),
            },
            Ok(Finished::Answer(answer)) => Self::Answer(answer),
            Ok(Finished::Pending(pending)) => {
                Self::Pending(KeyWait::new(pending, endpoint.clone(), unverified))
            }
            Ok(_) => Self::unknown(endpoint),
            Err(rejection) => Self::Refused(rejection),
        }
    }

    /// For an end that a later engine adds.
    #[cold]
    fn unknown(endpoint: &TrackedEndpoint) -> Self {
        Self::Refused(endpoint.reject(RejectionKind::Unprocessable))
    }
}

#[cfg(test)]
mod tests {
    use webhook_core::{Endpoint, MemoryStore};

    use super::*;

    #[test]
    fn an_end_that_a_later_engine_adds_is_refused_and_counted() {
        let endpoint = Endpoint::stripe("whsec_0123456789abcdef").store(MemoryStore::new());
        let endpoint = TrackedEndpoint::new(endpoint.build().unwrap());
        let BodyResult::Refused(rejection) = BodyResult::unknown(&endpoint) else {
            panic!("not refused");
        };
        assert_eq!(rejection.kind(), RejectionKind::Unprocessable);
        let counts = endpoint.endpoint().counts();
        assert_eq!(counts.rejected(RejectionKind::Unprocessable), 1);
    }
}
