use std::future::Future;
use std::time::Duration;

use webhook_core::adapter::DeliverySpan;
use webhook_core::{Begun, Checked, Endpoint, Head, Rejection, RejectionKind};

use crate::body::BodyIntake;
use crate::tracker::{DetachedCount, RunningCount, Tracker};
use crate::unverified::{UnverifiedBytes, UnverifiedLimit};

/// An endpoint and the count of its running deliveries: what a layer or a middleware holds. Clones
/// share both.
///
/// See the [crate docs](crate) for an example.
#[derive(Clone, Debug)]
pub struct TrackedEndpoint {
    endpoint: Endpoint,
    tracker: Tracker,
}

impl TrackedEndpoint {
    /// An endpoint of which nothing runs.
    #[must_use]
    pub fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            tracker: Tracker::default(),
        }
    }

    /// The endpoint.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Admits a request and checks its head. The bytes of its body count against both limits until
    /// they are verified: that of the server, and that of the connection.
    ///
    /// Refuses with [`RejectionKind::ShuttingDown`] after [`drain`](Self::drain), and with
    /// [`RejectionKind::Overloaded`] while too many handlers run without a client.
    pub fn begin(
        &self,
        head: &Head<'_>,
        server: Option<&UnverifiedLimit>,
        connection: Option<&UnverifiedLimit>,
    ) -> Begun<BodyIntake> {
        if let Err(kind) = self.tracker.admit() {
            let rejection = Rejection::new(kind).with_unread_body();
            return Begun::Refused(self.endpoint.refuse(rejection));
        }
        self.endpoint.begin(head).map(|intake| {
            let unverified = UnverifiedBytes::new(server, connection);
            BodyIntake::new(intake, self.clone(), unverified)
        })
    }

    /// For graceful shutdown: refuses new deliveries with 503 from now on, and waits until those
    /// that are being handled are settled. Handlers without a client, late calls of the store and
    /// retries of commits are among them. Gives the number that is not settled after `timeout`.
    pub fn drain(&self, timeout: Duration) -> impl Future<Output = usize> + Send + 'static + use<> {
        self.tracker.drain(timeout)
    }

    /// The endpoint of a tenant, counted with the others of this one.
    pub(crate) fn with_endpoint(&self, endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            tracker: self.tracker.clone(),
        }
    }

    /// Counts a verified delivery as running.
    pub(crate) fn start(&self, checked: Checked) -> Result<(Checked, RunningDelivery), Rejection> {
        match self.tracker.start() {
            Ok(count) => {
                let running = RunningDelivery {
                    endpoint: self.endpoint.clone(),
                    count,
                    span: checked.span(),
                };
                Ok((checked, running))
            }
            Err(kind) => Err(checked.reject(kind.into())),
        }
    }

    /// A refusal, counted and logged.
    pub(crate) fn reject(&self, kind: RejectionKind) -> Rejection {
        self.endpoint.reject(kind.into())
    }

    /// The refusal of a request that was not begun, counted and logged.
    pub(crate) fn refuse(&self, kind: RejectionKind) -> Rejection {
        self.endpoint.refuse(kind.into())
    }

    pub(crate) fn tracker(&self) -> &Tracker {
        &self.tracker
    }
}

/// One verified delivery, counted as running until it is dropped.
#[derive(Debug)]
#[must_use]
pub struct RunningDelivery {
    endpoint: Endpoint,
    count: RunningCount,
    span: DeliverySpan,
}

/// A delivery that runs on without its client, counted until it is dropped.
#[derive(Debug)]
pub(crate) struct DetachedDelivery {
    endpoint: Endpoint,
    _count: DetachedCount,
}

impl Drop for DetachedDelivery {
    fn drop(&mut self) {
        self.endpoint.gauge_detached(-1.0);
    }
}

impl RunningDelivery {
    pub(crate) fn detach(&self) -> DetachedDelivery {
        self.span.detached();
        self.endpoint.gauge_detached(1.0);
        DetachedDelivery {
            endpoint: self.endpoint.clone(),
            _count: self.count.detach(),
        }
    }

    /// The span of the delivery.
    pub(crate) fn span(&self) -> &DeliverySpan {
        &self.span
    }

    /// A refusal for a run that panicked in a store or a hook. What the handler did is not known,
    /// so the sender has to retry, as if the store had not answered.
    pub(crate) fn reject_unanswered(&self) -> Rejection {
        self.endpoint.reject(RejectionKind::StoreUnavailable.into())
    }
}
