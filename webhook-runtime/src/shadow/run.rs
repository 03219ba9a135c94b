use std::future::poll_fn;
use std::task::{Context, Poll};

use bytes::Buf;
use webhook_core::{Begun, Checked, Disposition, Permit, RejectionKind};

use crate::body::BodyIntake;
use crate::body_result::BodyResult;
use crate::claim::ClaimResult;
use crate::guard::Guarded;
use crate::handler::HandlerResult;
use crate::shadow::{ObservedBody, ShadowVerdict, Shadowed};
use crate::tracked_endpoint::{RunningDelivery, TrackedEndpoint};

/// Reads the body of a request as the endpoint would, under the same limits, and verifies it.
///
/// `begun` is what [`TrackedEndpoint::begin`] gave. Of a body whose head is refused, nothing is
/// read. `next` polls the framework's body, as in [`BodyIntake::poll`].
pub async fn observe<D: Buf, E>(
    begun: Begun<BodyIntake>,
    mut next: impl FnMut(&mut Context<'_>) -> Poll<Option<Result<Option<D>, E>>>,
) -> (Observed, ObservedBody<E>) {
    let mut read = ObservedBody::new();
    let mut body = match begun {
        Begun::Read(body) => body,
        Begun::Answer(_) => return (Observed::unverified(ShadowVerdict::Challenge), read),
        Begun::Refused(rejection) => return (Observed::refused(rejection.kind()), read),
    };
    let mut result = poll_fn(|cx| body.poll(cx, |cx| read.poll_next(cx, &mut next))).await;
    loop {
        result = match result {
            BodyResult::Pending(key) => key.await,
            BodyResult::Event { checked, running } => {
                let endpoint = body.endpoint().clone();
                let observed = Observed(State::Verified {
                    checked,
                    running,
                    endpoint,
                });
                return (observed, read);
            }
            BodyResult::Answer(_) => {
                return (Observed::unverified(ShadowVerdict::Challenge), read);
            }
            BodyResult::Refused(rejection) => {
                return (Observed::refused(rejection.kind()), read);
            }
        };
    }
}

/// A request that was read, and whose delivery is not claimed yet if it has one.
#[derive(Debug)]
#[must_use]
pub struct Observed(State);

#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "most requests are verified")]
enum State {
    Unverified(ShadowVerdict),
    Verified {
        checked: Checked,
        running: RunningDelivery,
        endpoint: TrackedEndpoint,
    },
}

impl Observed {
    fn unverified(verdict: ShadowVerdict) -> Self {
        Self(State::Unverified(verdict))
    }

    fn refused(kind: RejectionKind) -> Self {
        Self::unverified(ShadowVerdict::Refused(kind))
    }

    /// Claims the delivery, if the request was verified. The store is not called otherwise.
    ///
    /// A store that fails, or that takes longer than its
    /// [time](webhook_core::EndpointBuilder::store_timeout), is a verdict like others.
    pub async fn claim(self) -> (Shadowed, ShadowRun) {
        let (checked, running, endpoint) = match self.0 {
            State::Unverified(verdict) => {
                return (Shadowed::new(verdict, None), ShadowRun(None));
            }
            State::Verified {
                checked,
                running,
                endpoint,
            } => (checked, running, endpoint),
        };
        let delivery = checked.copy();
        // A store that panics must not end the request of an application that does not use it.
        let claimed = Guarded::new(async { endpoint.claim(checked).await }).await;
        let (verdict, permit) = match claimed {
            Ok(ClaimResult::Run(permit)) => (ShadowVerdict::Run, Some(permit)),
            Ok(ClaimResult::Duplicate(_)) => (ShadowVerdict::Duplicate, None),
            Ok(ClaimResult::Refused(rejection)) => (ShadowVerdict::Refused(rejection.kind()), None),
            Err(_) => {
                let rejection = running.reject_unanswered();
                (ShadowVerdict::Refused(rejection.kind()), None)
            }
        };
        let claim = permit.map(|permit| Claim {
            permit,
            _running: running,
            endpoint,
        });
        (Shadowed::new(verdict, Some(delivery)), ShadowRun(claim))
    }
}

/// A request that the application handles.
///
/// Dropped without being settled, it gives up the claim of the delivery as a [`Permit`] does.
#[derive(Debug)]
#[must_use]
pub struct ShadowRun(Option<Claim>);

#[derive(Debug)]
struct Claim {
    permit: Permit,
    _running: RunningDelivery,
    endpoint: TrackedEndpoint,
}

impl ShadowRun {
    /// Records how the application ended: with a status, and a [`Disposition`] if its response has
    /// one; `None` if it failed with an error. Whatever becomes of the record, the application's
    /// response is to be sent as it is.
    pub async fn settle(self, response: Option<(u16, Option<Disposition>)>) {
        let Some(claim) = self.0 else { return };
        let handled = match response {
            Some(response) => HandlerResult::Response(response),
            None => HandlerResult::Error(()),
        };
        let settle = async {
            let settling = claim
                .endpoint
                .settle(claim.permit, handled, |response| *response);
            // A result that would replace the response is counted and logged already.
            let _ = settling.await;
        };
        // As in `claim`.
        let _ = Guarded::new(settle).await;
    }
}
