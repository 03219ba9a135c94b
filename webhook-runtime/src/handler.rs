use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;
use webhook_core::{Permit, RejectionKind};

use crate::deadline::Deadline;
use crate::guard::Guarded;
use crate::inner_call::{Call, InnerCall};
use crate::lease_keeper::LeaseKeeper;
use crate::policy::readiness_timeout;
use crate::tracked_endpoint::TrackedEndpoint;

pin_project! {
    /// Waits until the inner service is ready, and calls it, each within its time. Its panics end
    /// here and not in the connection.
    #[must_use = "futures do nothing unless they are awaited"]
    pub struct HandlerRun<C: InnerCall> {
        #[pin]
        call: Guarded<Call<C>>,
        // At first that of the wait, and that of the handler once it has begun.
        deadline: Deadline,
        begun: bool,
        handler_timeout: Duration,
        lease: Option<Box<LeaseKeeper>>,
    }
}

impl<C: InnerCall> HandlerRun<C> {
    /// A run under the [time limit](webhook_core::EndpointBuilder::handler_timeout) of an endpoint.
    pub fn new(call: C, endpoint: &TrackedEndpoint) -> Self {
        Self {
            call: Guarded::new(Call::Waiting { call }),
            deadline: Deadline::default(),
            begun: false,
            handler_timeout: endpoint.endpoint().limits().handler_timeout,
            lease: None,
        }
    }

    /// Holds the claim of a delivery while its handler runs: renews it if the handler may run
    /// longer than the lease, and ends the handler if it is lost.
    pub fn hold(self: Pin<&mut Self>, permit: &Permit, endpoint: &TrackedEndpoint) {
        let keeper = permit
            .renewal()
            .map(|renewal| LeaseKeeper::new(renewal, endpoint));
        *self.project().lease = keeper.map(Box::new);
    }

    /// The call, until it has begun: to put the delivery into its request.
    #[must_use]
    pub fn waiting(self: Pin<&mut Self>) -> Option<&mut C> {
        self.project().call.get_pin_mut().and_then(Call::waiting)
    }
}

impl<C: InnerCall> Future for HandlerRun<C> {
    type Output = HandlerResult<C::Response, C::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        // A handler whose turn comes too late must not begin. Some services wait in their call.
        if !this.deadline.is_over() {
            if let Poll::Ready(ended) = this.call.as_mut().poll(cx) {
                return Poll::Ready(match ended {
                    Ok(Ok(response)) => HandlerResult::Response(response),
                    Ok(Err(error)) => HandlerResult::Error(error),
                    Err(_) => HandlerResult::Failed(HandlerFailure::Panicked),
                });
            }
            if let Some(lease) = this.lease
                && lease.poll_lost(cx).is_ready()
            {
                this.call.clear();
                return Poll::Ready(HandlerResult::Failed(HandlerFailure::LeaseLost));
            }
            let call = this.call.as_mut().get_pin_mut();
            if !*this.begun && call.is_some_and(|call| call.has_begun()) {
                *this.begun = true;
                *this.deadline = Deadline::default();
            }
            let limit = match *this.begun {
                false => readiness_timeout(*this.handler_timeout),
                true => *this.handler_timeout,
            };
            ready!(this.deadline.poll(limit, cx));
        }
        this.call.clear();
        Poll::Ready(HandlerResult::Failed(HandlerFailure::TimedOut))
    }
}

impl<C: InnerCall> fmt::Debug for HandlerRun<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandlerRun").finish_non_exhaustive()
    }
}

/// How a handler ended.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
#[allow(
    clippy::exhaustive_enums,
    reason = "an adapter that makes one itself has no other"
)]
pub enum HandlerResult<R, E> {
    /// With a response.
    Response(R),
    /// With an error of the inner service.
    Error(E),
    /// Without either.
    Failed(HandlerFailure),
}

impl<R, E> HandlerResult<R, E> {
    /// Replaces the response.
    pub fn map<T>(self, wrap: impl FnOnce(R) -> T) -> HandlerResult<T, E> {
        match self {
            Self::Response(response) => HandlerResult::Response(wrap(response)),
            Self::Error(error) => HandlerResult::Error(error),
            Self::Failed(failure) => HandlerResult::Failed(failure),
        }
    }
}

/// Why a handler gave no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HandlerFailure {
    /// It panicked.
    Panicked,
    /// Its time was over, or its turn did not come in time and it did not begin.
    TimedOut,
    /// Its claim was lost, and another copy of the event may run.
    LeaseLost,
    /// The body of its response failed before anything was sent.
    BodyFailed,
}

impl From<HandlerFailure> for RejectionKind {
    fn from(failure: HandlerFailure) -> Self {
        match failure {
            HandlerFailure::Panicked => Self::HandlerPanicked,
            HandlerFailure::TimedOut => Self::HandlerTimeout,
            HandlerFailure::LeaseLost => Self::LeaseLost,
            HandlerFailure::BodyFailed => Self::HandlerFailed,
        }
    }
}
