//! A delivery from its head to its settlement, and the event in it.

#[cfg(feature = "inbox")]
mod accepting;
mod arrival;
mod begun;
mod body_labels;
mod checked;
mod claiming;
mod counts;
mod envelope;
mod event;
mod fence;
mod form_payload;
mod from_delivery;
mod head_labels;
mod hooks;
mod identity;
mod intake;
mod judgement;
mod limits;
mod lost_signal;
mod observer;
mod outcome;
mod own_store;
mod payload_error;
mod pending;
mod permit;
mod policies;
mod proof;
mod record;
mod renewal;
mod reply;
mod responder;
mod running_lease;
mod scope;
#[cfg(feature = "inbox")]
mod sealing;
mod settling;
mod shared;
mod target;
mod unsettled;
mod watch;

pub use begun::Begun;
pub(crate) use body_labels::BodyLabels;
pub use checked::{Checked, Claimed, Unclaimed};
pub use claiming::{Claiming, Late};
pub use counts::Counts;
pub(crate) use envelope::{Envelope, EnvelopeSpec};
pub use event::Event;
pub use fence::Fence;
pub use from_delivery::FromDelivery;
pub use hooks::{Duplicate, Handled, Hooks, Rejected};
pub use identity::IdentityPolicy;
pub(crate) use identity::{IdentityInput, IdentityRule, Remembered};
pub use intake::{Finished, Intake};
pub use limits::Limits;
pub(crate) use observer::Observer;
pub(crate) use observer::payload_differs;
pub use outcome::{Disposition, Outcome};
pub(crate) use own_store::OwnStore;
pub use payload_error::{PayloadError, PayloadMismatch};
pub use pending::Pending;
pub use permit::Permit;
pub use policies::{DeadLetters, LostLease, OnStoreError};
pub use proof::Proof;
pub(crate) use record::{Label, Record};
pub use renewal::Renewal;
pub(crate) use responder::{HandshakeResponder, OfferHook};
pub use running_lease::{LeaseLost, RunningLease};
pub(crate) use scope::Scope;
#[cfg(feature = "inbox")]
pub(crate) use sealing::ErasedAcceptor;
#[cfg(feature = "inbox")]
pub use sealing::{
    Accepted, Acceptor, SealKeys, SealedDelivery, StoredHead, UnsealError, Unsealed,
};
pub use settling::{Settled, Settling};
pub(crate) use shared::{DeliveryAnswer, Retention, Shared};
pub use unsettled::Unsettled;
pub use watch::{DeliverySpan, Watch};

use bytes::Bytes;
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use triomphe::UniqueArc;

use crate::delivery::lost_signal::LostSignal;
use crate::metrics::EventSeries;
use crate::provider::{Mode, Provider};
use crate::replay::{ClaimRequest, Lease, ReplayKey, TransactionGuard};

/// Bits of [`Record::reached`].
const LAYER: u8 = 1;
const NO_HANDLER: u8 = 2;

/// A verified delivery. Only the engine creates one, so code that has a `Delivery` does not need to
/// verify it again.
///
/// Cheap to clone. [`raw`](Self::raw) returns the bytes that were verified. `Debug` shows neither
/// the bytes nor the id.
#[derive(Clone)]
pub struct Delivery(triomphe::Arc<Record>);

impl Delivery {
    pub(crate) fn new(record: UniqueArc<Record>) -> Self {
        Self(record.shareable())
    }

    /// Another delivery with the same content, without its claim.
    pub(crate) fn copy(&self) -> Self {
        Self::new(UniqueArc::new(self.0.copy()))
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.0.scope.shared
    }

    pub(crate) fn scope(&self) -> &Scope {
        &self.0.scope
    }

    /// The replay key; `None` without replay protection.
    pub(crate) fn remembered(&self) -> Option<&Remembered> {
        self.0.remembered.as_ref()
    }

    /// Records the claim that the handler runs under. The delivery has no clone yet, so `get_mut`
    /// succeeds. If the delivery is not remembered, `attempt` stays one: the lease counts other
    /// deliveries with equal content.
    pub(crate) fn runs_under(&mut self, lease: &Lease, is_remembered: bool) {
        if let Some(record) = triomphe::Arc::get_mut(&mut self.0) {
            if is_remembered {
                record.attempt = lease.attempt();
            }
            record.fence = Some(Fence::from(lease));
            record.transaction = lease.transaction().cloned();
        }
    }

    /// Takes what watches the request out, before a handler gets the delivery. It has no clone yet.
    pub(crate) fn take_watch(&mut self) -> Watch {
        let record = triomphe::Arc::get_mut(&mut self.0);
        record.map_or_else(Watch::default, |record| std::mem::take(&mut record.watch))
    }

    /// The store has answered.
    pub(crate) fn claimed(&mut self) {
        if let Some(record) = triomphe::Arc::get_mut(&mut self.0) {
            record.watch.claimed();
        }
    }

    pub(crate) fn set_watch(&mut self, watch: Watch) {
        if let Some(record) = triomphe::Arc::get_mut(&mut self.0) {
            record.watch = watch;
        }
    }

    pub(crate) fn watch(&self) -> &Watch {
        &self.0.watch
    }

    /// The series of the event in metrics, if a router has found its handler.
    pub(crate) fn event_series(&self) -> Option<EventSeries> {
        EventSeries::from_bits(self.0.event.load(Ordering::Relaxed))
    }

    /// For adapters: counts an attempt to forward it.
    #[doc(hidden)]
    pub fn count_forward(&self, outcome: &'static str) {
        self.shared().observer.meters.forwarded(outcome);
    }

    /// Sets the label of the event in metrics: the pattern of a router.
    pub(crate) fn set_event_label(&self, label: &Arc<str>) {
        let meters = &self.shared().observer.meters;
        if let Some(series) = meters.event_series(label) {
            self.0.event.store(series.to_bits(), Ordering::Relaxed);
        }
    }

    /// The name of the provider: `stripe`.
    #[must_use]
    pub fn provider(&self) -> &'static str {
        self.0.scope.shared.provider.name()
    }

    /// The name of the tenant that the delivery is for, if the endpoint has tenants. The tenant's
    /// own secret verified it.
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        self.0.scope.tenant().map(|name| &**name)
    }

    /// The provider as a value: its schemes, and where its labels are.
    #[must_use]
    pub fn sender(&self) -> &Provider {
        &self.shared().provider
    }

    /// The [consumer](crate::EndpointBuilder::consumer) of the endpoint, if it has one.
    #[must_use]
    pub fn consumer(&self) -> Option<&str> {
        Some(&*self.shared().consumer).filter(|consumer| !consumer.is_empty())
    }

    /// The provider's id of the event, if it has one. [`Proof::covers_id`] says whether it is
    /// signed.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.0.id()
    }

    /// The provider's name for what happened, such as `invoice.paid`. [`Proof::covers_type`] says
    /// whether it is signed.
    #[must_use]
    pub fn event_type(&self) -> Option<&str> {
        self.0.kind()
    }

    /// What happened to the object that the [type](Self::event_type) names, if the provider tells
    /// the two apart: `opened` for an event of GitHub's type `issues`. It is a part of the payload,
    /// which each call reads again.
    #[must_use]
    pub fn action(&self) -> Option<Cow<'_, str>> {
        self.shared().wanted.action(self.payload())
    }

    /// Whether the event is about live or test data, if the provider says so.
    #[must_use]
    pub fn mode(&self) -> Option<Mode> {
        self.0.body().mode
    }

    /// How the delivery was authenticated.
    #[must_use]
    pub fn proof(&self) -> &Proof {
        &self.0.proof
    }

    /// The body as it was received and verified. Of an object that was
    /// [fetched](Proof::is_fetched), the API's answer.
    #[must_use]
    pub fn raw(&self) -> &Bytes {
        &self.0.raw
    }

    /// The event's document: the body, or its content if the provider wraps it in a form field, a
    /// token or an encryption.
    #[must_use]
    pub fn payload(&self) -> &Bytes {
        self.0.payload()
    }

    /// What is stored of the head, if the endpoint [is durable](crate::EndpointBuilder::durable).
    #[cfg(feature = "inbox")]
    pub(crate) fn stored_head(&self) -> Option<&StoredHead> {
        self.0.stored_head.as_deref()
    }

    /// The unwrapped payload, if the provider wraps it.
    #[cfg(feature = "inbox")]
    pub(crate) fn unwrapped(&self) -> Option<&Bytes> {
        self.0.unwrapped.as_deref()
    }

    /// The query of the request, undecoded, without its `?` and without the parameters that
    /// [hold a token](Self::is_token_parameter). `None` if nothing is left, or if the delivery is an
    /// object that was [fetched](Proof::is_fetched).
    ///
    /// Most providers do not sign it: [`Coverage::url`](crate::Coverage::url) says so. Mercado Pago
    /// signs its `data.id`, and the token of ifthenpay vouches for all of it.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.0.query.as_deref()
    }

    /// The number of this attempt to handle the event, starting at one. A higher number means that
    /// an earlier run failed or was interrupted. Always one if copies run
    /// ([`Identity::Indistinct`](crate::Identity::Indistinct), [`Questions`](crate::Questions)).
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.0.attempt
    }

    /// The key that the event is remembered by, for [`Endpoint::forget`](crate::Endpoint::forget);
    /// `None` without replay protection.
    #[must_use]
    pub fn replay_key(&self) -> Option<&ReplayKey> {
        self.0.remembered.as_ref().map(|remembered| &remembered.key)
    }

    /// What a store is asked for to claim the delivery, with a new owner. `None` if the delivery has
    /// no [replay key](Self::replay_key).
    #[cfg(feature = "inbox")]
    #[must_use]
    pub fn claim_request(&self) -> Option<ClaimRequest> {
        self.remembered().map(|remembered| self.request(remembered))
    }

    pub(super) fn request(&self, remembered: &Remembered) -> ClaimRequest {
        let shared = self.shared();
        let retention = shared.retention;
        let retain = match remembered {
            Remembered { keeps: false, .. } => retention.lease,
            Remembered {
                by_content: true, ..
            } => retention.by_content,
            _ => retention.by_id,
        };
        let mut request = ClaimRequest::new(shared.new_owner(), retention.lease, retain);
        request.protect = retention.fresh.unwrap_or_default().min(retain);
        request.bound = remembered.bound;
        request.fingerprint = xxhash_rust::xxh3::xxh3_64(self.raw());
        request
    }

    /// Whether copies of the event are recognised after it is handled. `false` without replay
    /// protection, and where copies run ([`Identity::Indistinct`](crate::Identity::Indistinct),
    /// [`Questions`](crate::Questions)): two events can then have one
    /// [key](Self::replay_key).
    #[must_use]
    pub fn is_remembered(&self) -> bool {
        self.remembered().is_some_and(|remembered| remembered.keeps)
    }

    /// Whether the query parameter of this name holds the token that authenticates the sender.
    #[must_use]
    pub fn is_token_parameter(&self, name: &str) -> bool {
        self.shared().is_token_parameter(name)
    }

    /// The fencing token of the claim that the handler runs under; `None` without replay
    /// protection.
    #[must_use]
    pub fn fence(&self) -> Option<Fence> {
        self.0.fence
    }

    /// The claim that the handler runs under: whether it is lost.
    #[must_use]
    pub fn lease(&self) -> RunningLease {
        RunningLease(self.clone())
    }

    /// For adapters: a layer lets the delivery through, which it has verified before.
    #[doc(hidden)]
    pub fn passes_layer(&self) {
        self.0.reached.fetch_or(LAYER, Ordering::Relaxed);
    }

    /// A router has no handler for it.
    pub(crate) fn finds_no_handler(&self) {
        self.0.reached.fetch_or(NO_HANDLER, Ordering::Relaxed);
    }

    #[cfg(feature = "inbox")]
    pub(crate) fn has_passed_layer(&self) -> bool {
        self.0.reached.load(Ordering::Relaxed) & LAYER != 0
    }

    #[cfg(feature = "inbox")]
    pub(crate) fn has_found_no_handler(&self) -> bool {
        self.0.reached.load(Ordering::Relaxed) & NO_HANDLER != 0
    }

    pub(crate) fn lost_signal(&self) -> &LostSignal {
        &self.0.lost
    }

    /// Borrows the transaction that the store has claimed the event in, if it is an `X`. The record
    /// of the event and the writes in this transaction commit together.
    ///
    /// `None` without a store that claims within transactions, or while another guard exists.
    #[must_use]
    pub fn transaction<X: Send + 'static>(&self) -> Option<TransactionGuard<X>> {
        self.0.transaction.as_ref()?.borrow()
    }

    /// Parses the [payload](Self::payload) as JSON into a `T`.
    ///
    /// If the provider may send [forms](crate::Provider::parses_forms), a form is read like a JSON
    /// object: each field is a text, or a list of texts if its name is repeated. Attachments are
    /// left out.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] if the payload is not a `T`. The delivery stays verified.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, PayloadError> {
        let payload = self.payload();
        let mut parsed = serde_json::from_slice(payload);
        if parsed.is_err() && self.0.scope.shared.provider.has_forms() {
            let fields = form_payload::fields(payload);
            parsed = fields.map_or(parsed, serde_json::from_value);
        }
        parsed.map_err(|source| PayloadError::new::<T>(source, self.clone()))
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("provider", &self.provider())
            .field("attempt", &self.0.attempt)
            .field("bytes", &self.0.raw.len())
            .finish_non_exhaustive()
    }
}
