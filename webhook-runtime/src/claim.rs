use std::future::Future;

use tokio::time::timeout;
use webhook_core::{
    Answer, Checked, Claimed, Permit, Rejection, RejectionKind, StoreErrorKind, Unclaimed,
};

use crate::store_call::StoreCall;
use crate::tracked_endpoint::TrackedEndpoint;

/// The end of a claim.
#[derive(Debug)]
#[must_use]
#[allow(
    clippy::exhaustive_enums,
    reason = "an adapter has to answer each of them"
)]
pub enum ClaimResult {
    /// The delivery is new: run the handler, then [settle](TrackedEndpoint::settle).
    Run(Permit),
    /// It is a copy of one that is done or dead, or it was stored: send this, run nothing.
    Duplicate(Answer),
    /// Answer this. It is counted and logged already.
    Refused(Rejection),
}

impl TrackedEndpoint {
    /// Claims a delivery.
    ///
    /// A store that takes longer than its
    /// [time](webhook_core::EndpointBuilder::store_timeout) is not waited for. The call is never
    /// cancelled: it goes on as a task. While there are
    /// [too many](crate::policy::MAX_LATE_CALLS) of those, the store gets no call.
    pub fn claim(
        &self,
        checked: Checked,
    ) -> StoreCall<impl Future<Output = ClaimResult> + Send + use<>> {
        match checked.claim_at_once() {
            Ok(claimed) => StoreCall::Answered(ClaimResult::new(Ok(claimed), self)),
            Err(Unclaimed::Refused(rejection)) => {
                StoreCall::Answered(ClaimResult::Refused(rejection))
            }
            Err(Unclaimed::Waiting(checked)) => {
                StoreCall::Waiting(claim_in_time(checked, self.clone()))
            }
        }
    }
}

async fn claim_in_time(checked: Checked, endpoint: TrackedEndpoint) -> ClaimResult {
    if endpoint.tracker().is_store_stuck() {
        let stuck = StoreErrorKind::Unavailable.into();
        return ClaimResult::new(checked.without_answer(&stuck), &endpoint);
    }
    let mut claiming = checked.claim();
    let limit = endpoint.endpoint().limits().store_timeout;
    if let Ok(claimed) = timeout(limit, &mut claiming).await {
        return ClaimResult::new(claimed, &endpoint);
    }
    let (claimed, late) = claiming.give_up();
    endpoint.tracker().spawn_late(async move {
        late.await;
    });
    ClaimResult::new(claimed, &endpoint)
}

impl ClaimResult {
    fn new(claimed: Result<Claimed, Rejection>, endpoint: &TrackedEndpoint) -> Self {
        match claimed {
            Ok(Claimed::Run(permit)) => Self::Run(permit),
            Ok(Claimed::Duplicate(answer) | Claimed::Stored(answer)) => Self::Duplicate(answer),
            Ok(_) => Self::unknown(endpoint),
            Err(rejection) => Self::Refused(rejection),
        }
    }

    /// For an end that a later engine adds.
    #[cold]
    fn unknown(endpoint: &TrackedEndpoint) -> Self {
        Self::Refused(endpoint.reject(RejectionKind::StoreUnavailable))
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
        let ClaimResult::Refused(rejection) = ClaimResult::unknown(&endpoint) else {
            panic!("not refused");
        };
        assert_eq!(rejection.kind(), RejectionKind::StoreUnavailable);
        let counts = endpoint.endpoint().counts();
        assert_eq!(counts.rejected(RejectionKind::StoreUnavailable), 1);
    }
}
