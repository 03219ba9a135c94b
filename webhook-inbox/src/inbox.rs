//! The inbox of an application.

use std::error::Error;
use std::fmt;

use webhook_core::{Delivery, Endpoint, SealKeys, StoreError, StoredHead, UnsealError, Unsealed};

use crate::{Acceptance, Accepted, InboxTable, Job, Lane};

/// Stores verified deliveries in a table, sealed under its keys, and opens them again.
///
/// ```
/// use std::time::Duration;
/// use webhook_core::replay::Owner;
/// use webhook_core::secret_store::KeyRing;
/// use webhook_core::{Endpoint, Head, SealKeys, Signer, StoredHead, UnixTime, providers};
/// use webhook_inbox::{Accepted, Ending, Inbox, InboxTable, MemoryInbox, TakeRequest};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// // In production: `KeyRing::from_env("WEBHOOK_SECRET_KEYS")?`, and a table in a database.
/// let keys = SealKeys::new(&KeyRing::parse(&KeyRing::fresh_entry("2027-01")?)?);
/// let inbox = Inbox::new(MemoryInbox::new(), keys);
///
/// # let secret = "whsec_0123456789abcdef";
/// # let now = UnixTime::now();
/// # let signed = Signer::new(providers::STRIPE, secret)?.sign(now, r#"{"id":"evt_1"}"#);
/// # let head = Head::new("POST", "/hooks", &signed.headers);
/// let endpoint = Endpoint::stripe(secret).build()?;
/// let delivery = endpoint.verify(&head, signed.body.clone())?;
/// let stored = StoredHead::new(&delivery, &head, now);
/// assert_eq!(inbox.accept(&delivery, &stored).await?, Accepted::New);
/// // The sender is answered 200 now. A copy is not stored again.
/// let copy = inbox.accept(&delivery, &stored).await?;
/// assert_eq!(copy, Accepted::Stored { same_payload: true });
///
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

    /// Stores a delivery. Answer the sender 200 only after [`Accepted::New`] or
    /// [`Accepted::Stored`].
    ///
    /// The delivery must not be claimed in a replay store of the same database: the inbox claims it
    /// itself. [`Endpoint::verify`] returns such a delivery.
    ///
    /// After a time-out, call it again with the same delivery: the next copy of the sender does.
    ///
    /// # Errors
    ///
    /// If the table fails, and if the delivery has no replay key, because its endpoint has no
    /// replay protection. Answer 503.
    pub async fn accept(
        &self,
        delivery: &Delivery,
        head: &StoredHead,
    ) -> Result<Accepted, AcceptError> {
        let key = delivery.replay_key().copied();
        let (Some(key), Some(request)) = (key, delivery.claim_request()) else {
            return Err(AcceptError::NoReplayKey);
        };
        let tenant = delivery.tenant().unwrap_or_default();
        let lane = Lane::new(tenant, delivery.consumer().unwrap_or_default());
        let sealed = delivery.seal(&self.keys, head);
        let (provider, body) = (delivery.provider(), delivery.raw().clone());
        let acceptance = Acceptance::new(key, request, lane, provider, sealed, body)
            .remembered(delivery.is_remembered())
            .with_event_type(delivery.event_type())
            .with_route(head.route());
        let accepted = self.table.accept(&acceptance).await;
        accepted.map_err(AcceptError::Store)
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

/// A delivery was not stored, or it is unknown whether it was. Answer 503.
#[derive(Debug)]
#[non_exhaustive]
pub enum AcceptError {
    /// The endpoint has no replay protection, so there is nothing to know a copy by.
    NoReplayKey,
    /// The table failed.
    Store(StoreError),
}

impl fmt::Display for AcceptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoReplayKey => {
                "the delivery has no replay key: its endpoint needs replay protection, which is \
                 on unless it was switched off"
            }
            Self::Store(_) => "the delivery cannot be stored",
        })
    }
}

impl Error for AcceptError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Store(error) => Some(error),
            Self::NoReplayKey => None,
        }
    }
}
