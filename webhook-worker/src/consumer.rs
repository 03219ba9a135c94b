//! What handles stored deliveries.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use webhook_core::Endpoint;

use crate::Stored;

/// Handles the stored deliveries of an endpoint.
///
/// The adapters have one that runs an application: see `webhook_axum::inbox` and
/// `webhook_actix::inbox`. [`consumer_fn`] makes one of a closure.
pub trait Consumer: Send + Sync + 'static {
    /// The endpoint that opens the records. With tenants, it is their template.
    fn endpoint(&self) -> &Endpoint;

    /// Handles a delivery, once. A worker catches its panics, drops the future when its time is
    /// over or its lease is lost, and may call it again with the same delivery after that.
    fn consume(&self, stored: Stored) -> impl Future<Output = Consumed> + Send;
}

/// How an attempt to handle a delivery ended.
///
/// A `kind` says what went wrong in a word or two that can be counted and filtered by, such as
/// `status 500`. It is stored: it must not contain a secret or a part of the payload.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Consumed {
    /// The delivery is handled.
    Done,
    /// It may succeed later.
    Failed {
        /// What went wrong.
        kind: Box<str>,
        /// How long to wait at least. `None`: as the [`RetryPolicy`](crate::RetryPolicy) says.
        retry_after: Option<Duration>,
    },
    /// It never succeeds.
    GivenUp {
        /// What went wrong.
        kind: Box<str>,
    },
    /// Nothing handles it, and a person has to decide.
    Parked {
        /// Why.
        kind: Box<str>,
    },
}

impl Consumed {
    /// A failure to retry as the policy says.
    #[must_use]
    pub fn failed(kind: impl Into<Box<str>>) -> Self {
        let kind = kind.into();
        Self::Failed {
            kind,
            retry_after: None,
        }
    }
}

/// A consumer that calls a closure.
///
/// ```
/// use webhook_core::Endpoint;
/// use webhook_worker::{Consumed, Stored, consumer_fn};
///
/// let endpoint = Endpoint::stripe("whsec_0123456789abcdef").build()?;
/// let ledger = consumer_fn(endpoint, |stored: Stored| async move {
///     println!("{:?} happened", stored.delivery().event_type());
///     Consumed::Done
/// });
/// # let _ = ledger;
/// # Ok::<(), webhook_core::ConfigError>(())
/// ```
pub const fn consumer_fn<F, Fut>(endpoint: Endpoint, handle: F) -> ConsumerFn<F>
where
    F: Fn(Stored) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Consumed> + Send,
{
    ConsumerFn { endpoint, handle }
}

/// See [`consumer_fn`].
#[derive(Clone)]
pub struct ConsumerFn<F> {
    endpoint: Endpoint,
    handle: F,
}

impl<F, Fut> Consumer for ConsumerFn<F>
where
    F: Fn(Stored) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Consumed> + Send,
{
    fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    fn consume(&self, stored: Stored) -> impl Future<Output = Consumed> + Send {
        (self.handle)(stored)
    }
}

impl<F> fmt::Debug for ConsumerFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsumerFn")
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

type Consuming<'a> = Pin<Box<dyn Future<Output = Consumed> + Send + 'a>>;

/// Any consumer, so that a worker has no parameter for it.
pub(crate) trait ErasedConsumer: Send + Sync {
    fn endpoint(&self) -> &Endpoint;
    fn consume_boxed(&self, stored: Stored) -> Consuming<'_>;
}

impl<C: Consumer> ErasedConsumer for C {
    fn endpoint(&self) -> &Endpoint {
        Consumer::endpoint(self)
    }

    fn consume_boxed(&self, stored: Stored) -> Consuming<'_> {
        Box::pin(self.consume(stored))
    }
}
