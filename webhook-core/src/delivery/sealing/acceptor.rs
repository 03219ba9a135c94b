//! What stores deliveries before they are acknowledged.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::delivery::Delivery;
use crate::delivery::sealing::StoredHead;
use crate::error::StoreError;

/// Stores deliveries for an [endpoint](crate::EndpointBuilder::durable). `Inbox` of `webhook-inbox`
/// is one.
pub trait Acceptor: fmt::Debug + Send + Sync + 'static {
    /// Stores a delivery together with its replay key, in one transaction.
    ///
    /// The answer comes after the COMMIT. A wrong [`New`](Accepted::New) or
    /// [`Stored`](Accepted::Stored) loses the event, because its sender is answered 200.
    fn accept(
        &self,
        delivery: &Delivery,
        head: &StoredHead,
    ) -> impl Future<Output = Result<Accepted, StoreError>> + Send;
}

/// What became of a delivery that was to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Accepted {
    /// It is stored, and on the disk. The answer is 200.
    New,
    /// It was stored before, or handled before the inbox was there. The answer is 200.
    Stored {
        /// Whether the fingerprint of the stored one is equal.
        same_payload: bool,
    },
    /// A copy is being stored or handled right now, and may fail yet. The answer is 503, so that
    /// the sender retries.
    BeingStored {
        /// When it is worth trying again.
        retry_after: Duration,
    },
    /// Its group has as many keys as its bound allows. The answer is 200.
    OverBound,
    /// The event was given up before the inbox was there: its replay record is dead. The answer is
    /// 200.
    Dead,
}

type Accepting<'a> = Pin<Box<dyn Future<Output = Result<Accepted, StoreError>> + Send + 'a>>;

/// Any acceptor, so that an endpoint has no parameter for it.
pub(crate) trait ErasedAcceptor: fmt::Debug + Send + Sync {
    fn accept_boxed<'a>(&'a self, delivery: &'a Delivery, head: &'a StoredHead) -> Accepting<'a>;
}

impl<A: Acceptor> ErasedAcceptor for A {
    fn accept_boxed<'a>(&'a self, delivery: &'a Delivery, head: &'a StoredHead) -> Accepting<'a> {
        Box::pin(self.accept(delivery, head))
    }
}
