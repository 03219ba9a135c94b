//! The inbox of an application.

use std::fmt;
use std::sync::Arc;

use webhook_core::ordering::EntityKey;
use webhook_core::{
    Accepted, Acceptor, Delivery, Endpoint, SealKeys, StoreError, StoreErrorKind, StoredHead,
    UnsealError, Unsealed,
};

use crate::bell::{Bell, Rung};
use crate::consumers::{ConsumerError, Consumers};
use crate::{Acceptance, InboxTable, Job, Lane};

type OrderOf = dyn Fn(&Delivery) -> Option<EntityKey> + Send + Sync;

/// Stores verified deliveries in a table, sealed under its keys, and opens them again.
///
/// ```
/// use std::time::Duration;
/// use webhook_core::replay::Owner;
/// use webhook_core::{Claimed, Endpoint, Head, Signer, UnixTime, providers};
/// use webhook_inbox::{Ending, Inbox, InboxTable, KeyRing, MemoryInbox, SealKeys, TakeRequest};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// // In production: `KeyRing::from_env("WEBHOOK_SECRET_KEYS")?`, and a table in a database.
/// let keys = SealKeys::new(&KeyRing::parse(&KeyRing::fresh_entry("2027-01")?)?);
/// let inbox = Inbox::new(MemoryInbox::new(), keys);
///
/// // The layer of any adapter takes this endpoint.
/// let secret = "whsec_0123456789abcdef";
/// let endpoint = Endpoint::stripe(secret).durable(inbox.clone()).build()?;
/// # let signed = Signer::new(providers::STRIPE, secret)?.sign(UnixTime::now(), r#"{"id":"evt_1"}"#);
/// # let head = Head::new("POST", "/hooks", &signed.headers);
/// # let webhook_core::Begun::Read(mut intake) = endpoint.begin(&head) else { unreachable!() };
/// # intake.push(signed.body.clone())?;
/// # let webhook_core::Finished::Event(checked) = intake.finish()? else { unreachable!() };
/// # assert!(matches!(checked.claim().await?, Claimed::Stored(_)));
/// // A delivery arrives and is answered 200.
/// assert_eq!(inbox.table().stats().await?.due, 1);
///
/// // Later, a worker handles it.
/// let request = TakeRequest::new(Owner::from_bits(1), 10, Duration::from_secs(60));
/// for job in inbox.table().take(&request).await?.jobs {
///     let opened = inbox.open(&endpoint, &job)?;
///     assert_eq!(opened.delivery.id(), Some("evt_1"));
///     inbox.table().settle(&job.lease, &Ending::Done).await?;
/// }
/// # Ok(())
/// # }
/// # let mut example = std::pin::pin!(example());
/// # let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
/// # assert!(matches!(example.as_mut().poll(&mut cx), std::task::Poll::Ready(Ok(()))));
/// ```
///
/// Clones share the table, and wake each other's workers.
#[derive(Clone)]
pub struct Inbox<T> {
    table: T,
    keys: SealKeys,
    /// `None`: the one lane is named after the endpoint's consumer.
    consumers: Option<Consumers>,
    order_of: Option<Arc<OrderOf>>,
    bell: Bell,
}

impl<T: InboxTable> Inbox<T> {
    /// An inbox in this table, sealed under these keys.
    pub fn new(table: T, keys: SealKeys) -> Self {
        Self {
            table,
            keys,
            consumers: None,
            order_of: None,
            bell: Bell::default(),
        }
    }

    /// Stores each delivery once for each of these consumers. Default: once, for the consumer that
    /// the [endpoint](webhook_core::EndpointBuilder::consumer) names.
    ///
    /// Each consumer has a job of its own, with its own attempts and steps, so none of them waits
    /// for another that fails. All of them are stored in one transaction under one replay key, and
    /// each has a copy of the record and of the body: three consumers take three times the space.
    /// The consumer of the endpoint is still part of the replay key.
    ///
    /// A consumer that is added later gets what arrives from then on.
    ///
    /// ```
    /// use webhook_inbox::{ConsumerError, Inbox, KeyRing, MemoryInbox, SealKeys};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let keys = SealKeys::new(&KeyRing::parse(&KeyRing::fresh_entry("2027-01")?)?);
    /// let inbox = Inbox::new(MemoryInbox::new(), keys.clone()).for_consumers(["ledger", "mail"])?;
    /// let twice = Inbox::new(MemoryInbox::new(), keys).for_consumers(["mail", "mail"]);
    /// assert_eq!(twice.unwrap_err(), ConsumerError::Duplicate("mail".into()));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If there is no name, if one is there twice, or if one is empty, has more than 255 bytes, or
    /// has a NUL.
    pub fn for_consumers<C: Into<Box<str>>>(
        mut self,
        names: impl IntoIterator<Item = C>,
    ) -> Result<Self, ConsumerError> {
        let names = names.into_iter().map(Into::into).collect();
        self.consumers = Some(Consumers::new(names)?);
        Ok(self)
    }

    /// Handles the events of one object one after the other, in the order in which they were stored.
    /// Default: no order.
    ///
    /// `object` returns the application's name of the object that a delivery is about, with its
    /// kind: `subscription/sub_1`. `None`: the delivery waits for no other. The name belongs to the
    /// provider, endpoint's consumer, tenant and mode of the delivery, as that of an
    /// [`OrderingGuard`](webhook_core::ordering::OrderingGuard) does. `object` runs before the
    /// sender is answered, so it should be quick.
    ///
    /// A job that is to be retried holds back the later ones of its object. One that is dead, parked
    /// or dropped does not: see [`InboxTable::take`]. What a sender sends out of order is handled out
    /// of order.
    ///
    /// ```
    /// use webhook_inbox::{Inbox, KeyRing, MemoryInbox, SealKeys};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let keys = SealKeys::new(&KeyRing::parse(&KeyRing::fresh_entry("2027-01")?)?);
    /// let inbox = Inbox::new(MemoryInbox::new(), keys)
    ///     .ordered_by(|delivery| Some(format!("invoice/{}", delivery.id()?)));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn ordered_by<N: AsRef<str>>(
        mut self,
        object: impl Fn(&Delivery) -> Option<N> + Send + Sync + 'static,
    ) -> Self {
        self.order_of = Some(Arc::new(move |delivery| {
            let name = object(delivery)?;
            Some(EntityKey::of(delivery, name.as_ref()))
        }));
        self
    }

    /// The table.
    pub const fn table(&self) -> &T {
        &self.table
    }

    /// Resolves when this inbox, or a clone of it in this process, has stored a delivery since the
    /// call. It is a hint that spares a worker from asking in vain: call it before
    /// [`take`](InboxTable::take), and wait for it if that found nothing.
    ///
    /// What other processes store comes with [`InboxTable::stored`], and what becomes due later with
    /// neither.
    pub fn rung(&self) -> Rung {
        self.bell.rung()
    }

    /// Makes a job a delivery again. The endpoint is that of its provider, consumer and tenant.
    ///
    /// # Errors
    ///
    /// If the row was changed, or is of another endpoint. Such a job never runs: park it.
    pub fn open(&self, endpoint: &Endpoint, job: &Job) -> Result<Unsealed, UnsealError> {
        endpoint.unseal(&self.keys, &job.sealed, job.body.clone(), job.attempt)
    }

    /// What is to be stored, for all consumers.
    fn acceptance(&self, delivery: &Delivery, head: &StoredHead) -> Result<Acceptance, StoreError> {
        let key = delivery.replay_key().copied();
        let (Some(key), Some(request)) = (key, delivery.claim_request()) else {
            let why = "the delivery has no replay key: its endpoint has no replay protection";
            return Err(StoreError::with_source(StoreErrorKind::Misconfigured, why));
        };
        let of_endpoint = delivery.consumer().unwrap_or_default();
        let (first, others) = match &self.consumers {
            Some(consumers) => consumers.split(),
            None => (of_endpoint, &[][..]),
        };
        let lane = Lane::new(delivery.tenant().unwrap_or_default(), first);
        let sealed = delivery.seal(&self.keys, head);
        let (provider, body) = (delivery.provider(), delivery.raw().clone());
        let acceptance = Acceptance::new(key, request, lane, provider, sealed, body)
            .remembered(delivery.is_remembered())
            .with_event_type(delivery.event_type())
            .with_route(head.route())
            .ordered_by(self.order(delivery));
        let others = others.iter();
        Ok(others.fold(acceptance, |acceptance, name| acceptance.and_for(name)))
    }

    /// What the events of its object have in common, if they are ordered.
    fn order(&self, delivery: &Delivery) -> Option<[u8; 16]> {
        let order_of = self.order_of.as_ref()?;
        order_of(delivery)?.as_bytes().first_chunk().copied()
    }
}

/// Shows neither keys nor functions.
impl<T: fmt::Debug> fmt::Debug for Inbox<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox")
            .field("table", &self.table)
            .field("consumers", &self.consumers)
            .field("is_ordered", &self.order_of.is_some())
            .finish_non_exhaustive()
    }
}

/// Stores a delivery, which must not be claimed in a replay store of the same database: the inbox
/// claims it itself. [`Endpoint::verify`] returns such a delivery. After a time-out, the next copy of
/// the sender finds out what became of it.
///
/// A delivery without a replay key is an error of the kind
/// [`Misconfigured`](StoreErrorKind::Misconfigured): its endpoint has no replay protection.
impl<T: InboxTable> Acceptor for Inbox<T> {
    async fn accept(&self, delivery: &Delivery, head: &StoredHead) -> Result<Accepted, StoreError> {
        let acceptance = self.acceptance(delivery, head)?;
        let accepted = self.table.accept(&acceptance).await?;
        if accepted == Accepted::New {
            self.bell.ring();
        }
        Ok(accepted)
    }
}
