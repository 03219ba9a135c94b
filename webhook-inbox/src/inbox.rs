//! The inbox of an application.

use webhook_core::{
    Accepted, Acceptor, Delivery, Endpoint, SealKeys, StoreError, StoreErrorKind, StoredHead,
    UnsealError, Unsealed,
};

use crate::{Acceptance, InboxTable, Job, Lane};

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
#[derive(Clone, Debug)]
pub struct Inbox<T> {
    table: T,
    keys: SealKeys,
}

impl<T: InboxTable> Inbox<T> {
    /// An inbox in this table, sealed under these keys.
    pub const fn new(table: T, keys: SealKeys) -> Self {
        Self { table, keys }
    }

    /// The table.
    pub const fn table(&self) -> &T {
        &self.table
    }

    /// Makes a job a delivery again. The endpoint is that of its provider, consumer and tenant.
    ///
    /// # Errors
    ///
    /// If the row was changed, or is of another endpoint. Such a job never runs: park it.
    pub fn open(&self, endpoint: &Endpoint, job: &Job) -> Result<Unsealed, UnsealError> {
        endpoint.unseal(&self.keys, &job.sealed, job.body.clone(), job.attempt)
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
        let key = delivery.replay_key().copied();
        let (Some(key), Some(request)) = (key, delivery.claim_request()) else {
            let why = "the delivery has no replay key: its endpoint has no replay protection";
            return Err(StoreError::with_source(StoreErrorKind::Misconfigured, why));
        };
        let tenant = delivery.tenant().unwrap_or_default();
        let lane = Lane::new(tenant, delivery.consumer().unwrap_or_default());
        let sealed = delivery.seal(&self.keys, head);
        let (provider, body) = (delivery.provider(), delivery.raw().clone());
        let acceptance = Acceptance::new(key, request, lane, provider, sealed, body)
            .remembered(delivery.is_remembered())
            .with_event_type(delivery.event_type())
            .with_route(head.route());
        self.table.accept(&acceptance).await
    }
}
