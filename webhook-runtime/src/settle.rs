use std::future::Future;

use tokio::time::{sleep, timeout};
use webhook_core::{
    Answer, Disposition, Outcome, Permit, Rejection, RejectionKind, Settled, Settling, Unsettled,
};

use crate::handler::HandlerResult;
use crate::store_call::StoreCall;
use crate::tracked_endpoint::TrackedEndpoint;

/// What to answer after a handler ran and its end was recorded.
#[derive(Debug)]
#[must_use]
#[allow(
    clippy::exhaustive_enums,
    reason = "an adapter has to answer each of them"
)]
pub enum SettleResult<R, E> {
    /// The handler's response.
    Response(R),
    /// The inner service's error.
    Error(E),
    /// This: the event is dead.
    Acknowledged {
        /// What to answer.
        answer: Answer,
        /// The handler's response, which is not to be sent.
        replaced: Option<R>,
    },
    /// This. It is counted and logged already.
    Refused {
        /// What to answer.
        rejection: Rejection,
        /// The handler's response, which is not to be sent.
        replaced: Option<R>,
    },
}

impl TrackedEndpoint {
    /// Records how a handler ended. `describe` gives the status of a response, and the handler's
    /// [`Disposition`] if the response has one.
    ///
    /// A store that takes longer than its
    /// [time](webhook_core::EndpointBuilder::store_timeout) is not waited for. The call is never
    /// cancelled: it goes on as a task. A commit that failed is tried again as a task, too.
    pub fn settle<R, E>(
        &self,
        mut permit: Permit,
        handled: HandlerResult<R, E>,
        describe: fn(&R) -> (u16, Option<Disposition>),
    ) -> StoreCall<impl Future<Output = SettleResult<R, E>> + use<R, E>> {
        let outcome = outcome(&handled, describe);
        if let HandlerResult::Failed(failure) = &handled {
            permit.failed_with((*failure).into());
        }
        match permit.settle_at_once(outcome) {
            Ok(settled) => StoreCall::Answered(self.conclude(settled, handled)),
            Err(permit) => {
                let settling = permit.settle(outcome);
                StoreCall::Waiting(settle_in_time(settling, handled, self.clone()))
            }
        }
    }

    fn conclude<R, E>(&self, settled: Settled, handled: HandlerResult<R, E>) -> SettleResult<R, E> {
        match settled {
            Settled::Pass => self.pass(handled),
            Settled::Replace(rejection) => replace(rejection, handled),
            Settled::Acknowledge(answer) => SettleResult::Acknowledged {
                answer,
                replaced: response(handled),
            },
            Settled::Later(unsettled) => {
                self.tracker().spawn_late(keep_trying(unsettled));
                self.pass(handled)
            }
            _ => self.unknown(handled),
        }
    }

    /// What the handler left behind.
    fn pass<R, E>(&self, handled: HandlerResult<R, E>) -> SettleResult<R, E> {
        match handled {
            HandlerResult::Response(response) => SettleResult::Response(response),
            HandlerResult::Error(error) => SettleResult::Error(error),
            HandlerResult::Failed(failure) => SettleResult::Refused {
                rejection: self.reject(failure.into()),
                replaced: None,
            },
        }
    }

    /// For an end that a later engine adds. Whether the delivery is recorded is not known, so the
    /// sender has to retry.
    #[cold]
    fn unknown<R, E>(&self, handled: HandlerResult<R, E>) -> SettleResult<R, E> {
        replace(self.reject(RejectionKind::StoreUnavailable), handled)
    }
}

/// How a handler ended. Its word on its delivery counts before its status.
pub(crate) fn outcome<R, E>(
    handled: &HandlerResult<R, E>,
    describe: fn(&R) -> (u16, Option<Disposition>),
) -> Outcome {
    match handled {
        HandlerResult::Response(response) => match describe(response) {
            (_, Some(disposition)) => Outcome::Decided(disposition),
            (status, None) => Outcome::Status(status),
        },
        HandlerResult::Error(_) | HandlerResult::Failed(_) => Outcome::Failed,
    }
}

async fn settle_in_time<R, E>(
    mut settling: Settling,
    handled: HandlerResult<R, E>,
    endpoint: TrackedEndpoint,
) -> SettleResult<R, E> {
    let limit = endpoint.endpoint().limits().store_timeout;
    if let Ok(settled) = timeout(limit, &mut settling).await {
        return endpoint.conclude(settled, handled);
    }
    let (settled, late) = settling.give_up();
    endpoint.tracker().spawn_late(async move {
        if let Some(unsettled) = late.await {
            keep_trying(unsettled).await;
        }
    });
    endpoint.conclude(settled, handled)
}

async fn keep_trying(mut unsettled: Unsettled) {
    while let Some(wait) = unsettled.wait() {
        sleep(wait).await;
        if unsettled.retry().await {
            return;
        }
    }
}

fn replace<R, E>(rejection: Rejection, handled: HandlerResult<R, E>) -> SettleResult<R, E> {
    SettleResult::Refused {
        rejection,
        replaced: response(handled),
    }
}

fn response<R, E>(handled: HandlerResult<R, E>) -> Option<R> {
    match handled {
        HandlerResult::Response(response) => Some(response),
        HandlerResult::Error(_) | HandlerResult::Failed(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use webhook_core::{Endpoint, MemoryStore};

    use super::*;
    use crate::handler::HandlerFailure;

    type Handled = HandlerResult<(u16, Option<Disposition>), ()>;

    fn endpoint() -> TrackedEndpoint {
        let endpoint = Endpoint::stripe("whsec_0123456789abcdef").store(MemoryStore::new());
        TrackedEndpoint::new(endpoint.build().unwrap())
    }

    #[test]
    fn a_disposition_counts_before_the_status() {
        let outcome = |handled| outcome(&handled, |response: &(u16, Option<_>)| *response);
        let release = Handled::Response((200, Some(Disposition::Release)));
        assert_eq!(outcome(release), Outcome::Decided(Disposition::Release));
        let status = Handled::Response((418, None));
        assert_eq!(outcome(status), Outcome::Status(418));
        assert_eq!(outcome(Handled::Error(())), Outcome::Failed);
        let failed = Handled::Failed(HandlerFailure::Panicked);
        assert_eq!(outcome(failed), Outcome::Failed);
    }

    #[test]
    fn a_handler_that_failed_is_refused_and_counted() {
        let endpoint = endpoint();
        for (failure, kind) in [
            (HandlerFailure::Panicked, RejectionKind::HandlerPanicked),
            (HandlerFailure::TimedOut, RejectionKind::HandlerTimeout),
        ] {
            let settled = endpoint.conclude(Settled::Pass, Handled::Failed(failure));
            assert!(matches!(
                settled,
                SettleResult::Refused { rejection, replaced: None } if rejection.kind() == kind
            ));
            assert_eq!(endpoint.endpoint().counts().rejected(kind), 1);
        }
    }

    #[test]
    fn an_end_that_a_later_engine_adds_is_refused_and_counted() {
        let endpoint = endpoint();
        let settled = endpoint.unknown(Handled::Response((200, None)));
        assert!(matches!(
            settled,
            SettleResult::Refused { rejection, replaced: Some((200, None)) }
                if rejection.kind() == RejectionKind::StoreUnavailable
        ));
        let counts = endpoint.endpoint().counts();
        assert_eq!(counts.rejected(RejectionKind::StoreUnavailable), 1);
    }
}
