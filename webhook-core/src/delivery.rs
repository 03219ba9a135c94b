//! A delivery that was verified, and the event in it.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::endpoint::Endpoint;
use crate::envelope::BodyLabels;
use crate::error::{Rejection, RejectionKind};
use crate::provider::Mode;
use crate::replay::{Lease, Owner};
use crate::scheme::Coverage;
use crate::time::UnixTime;
use crate::verifier::Verified;

/// A delivery that was verified. Only the engine can make one, so whoever holds one need not check again.
///
/// Cheap to clone. Its [`raw`](Self::raw) bytes are the ones that were verified, and its `Debug` shows neither them
/// nor the id.
#[derive(Clone)]
pub struct Delivery(Arc<Record>);

pub(crate) struct Record {
    pub(crate) endpoint: Endpoint,
    pub(crate) raw: Bytes,
    /// What was in the body, where the event is inside. Boxed, because it mostly is not.
    pub(crate) opened: Option<Box<Bytes>>,
    /// Labels from the head.
    pub(crate) id: Option<Box<str>>,
    pub(crate) kind: Option<Box<str>>,
    /// Labels from the body. Without replay protection nothing needs them until a handler asks.
    pub(crate) body: OnceLock<BodyLabels>,
    pub(crate) proof: Proof,
    pub(crate) fence: Option<Fence>,
    pub(crate) attempt: u32,
}

/// A text that the provider gave the delivery: a piece of the body, or a copy from the head.
#[derive(Clone, Debug)]
pub(crate) enum Label {
    InBody(Range<usize>),
    Owned(Box<str>),
}

/// How a delivery was authenticated, and how far that reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
    verified: Verified,
    id_covered: bool,
    type_covered: bool,
}

impl Record {
    pub(crate) fn id(&self) -> Option<&str> {
        match &self.id {
            Some(id) => Some(id),
            None => self.text(self.body().id.as_ref()?),
        }
    }

    pub(crate) fn kind(&self) -> Option<&str> {
        match &self.kind {
            Some(kind) => Some(kind),
            None => self.text(self.body().kind.as_ref()?),
        }
    }

    pub(crate) fn body(&self) -> &BodyLabels {
        self.body.get_or_init(|| {
            let wanted = &self.endpoint.inner().wanted;
            let vouched = self.proof.coverage().vouches_for_body();
            // A body that contradicts itself has no labels.
            BodyLabels::read(wanted, self.payload(), vouched).unwrap_or_default()
        })
    }

    fn payload(&self) -> &Bytes {
        self.opened.as_deref().unwrap_or(&self.raw)
    }

    fn text<'a>(&'a self, label: &'a Label) -> Option<&'a str> {
        match label {
            Label::InBody(range) => std::str::from_utf8(self.payload().get(range.clone())?).ok(),
            Label::Owned(text) => Some(text),
        }
    }
}

impl Proof {
    pub(crate) const fn new(verified: Verified, id_covered: bool, type_covered: bool) -> Self {
        Self {
            verified,
            id_covered,
            type_covered,
        }
    }

    /// What the signature covers. When [`Coverage::body`] is false, the body is only as trustworthy as the
    /// connection it came over, and a careful handler fetches the object from the provider's API instead.
    #[must_use]
    pub const fn coverage(&self) -> Coverage {
        self.verified.coverage
    }

    /// Which of the configured secrets verified it, counted from zero. Once no delivery names the old slot any more, the
    /// old secret can go.
    #[must_use]
    pub const fn key_slot(&self) -> usize {
        self.verified.key_slot
    }

    /// The signed time of the delivery; `None` where the provider signs none.
    #[must_use]
    pub const fn signed_at(&self) -> Option<UnixTime> {
        self.verified.time
    }

    /// Whether [`Delivery::id`] is among what is covered. GitHub's and Shopify's are not: they are labels in unsigned
    /// headers.
    #[must_use]
    pub const fn covers_id(&self) -> bool {
        self.id_covered
    }

    /// Whether [`Delivery::event_type`] is among what is covered.
    #[must_use]
    pub const fn covers_type(&self) -> bool {
        self.type_covered
    }
}

/// A fencing token, for conditional writes of a handler's own: of two runs of one event, the later has the higher epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fence {
    /// Higher with every claim of the same event.
    pub epoch: u64,
    /// Who holds the claim.
    pub owner: Owner,
}

impl Delivery {
    pub(crate) fn new(record: Record) -> Self {
        Self(Arc::new(record))
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }

    pub(crate) fn record(&self) -> &Record {
        &self.0
    }

    /// Notes the claim it runs under. Nobody else holds it by then. The attempts of a delivery that
    /// is not remembered are those of equal ones.
    pub(crate) fn runs_under(&mut self, lease: &Lease, is_remembered: bool) {
        if let Some(record) = Arc::get_mut(&mut self.0) {
            if is_remembered {
                record.attempt = lease.attempt();
            }
            record.fence = Some(Fence::from(lease));
        }
    }

    /// The name of the provider: `stripe`.
    #[must_use]
    pub fn provider(&self) -> &'static str {
        self.0.endpoint.provider().name()
    }

    /// The provider's id of the event, where it has one. [`Proof::covers_id`] says whether it is signed.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.0.id()
    }

    /// The provider's name for what happened, such as `invoice.paid`. [`Proof::covers_type`] says whether it is
    /// signed.
    #[must_use]
    pub fn event_type(&self) -> Option<&str> {
        self.0.kind()
    }

    /// Whether the event is about real things or test data, where the provider says so.
    #[must_use]
    pub fn mode(&self) -> Option<Mode> {
        self.0.body().mode
    }

    /// Whether this very endpoint took it.
    #[must_use]
    pub fn is_of(&self, endpoint: &Endpoint) -> bool {
        std::ptr::eq(self.0.endpoint.inner(), endpoint.inner())
    }

    /// How the delivery was authenticated.
    #[must_use]
    pub fn proof(&self) -> &Proof {
        &self.0.proof
    }

    /// The body, as it was received and verified.
    #[must_use]
    pub fn raw(&self) -> &Bytes {
        &self.0.raw
    }

    /// The event's own document: the body, or what was inside where a provider wraps it, as in a field of a form, a token, or encrypted.
    #[must_use]
    pub fn payload(&self) -> &Bytes {
        self.0.payload()
    }

    /// Which attempt at this event this is, counted from one: above one, an earlier run failed or
    /// was cut off. Always one where copies run
    /// ([`Identity::Indistinct`](crate::Identity::Indistinct), [`Questions`](crate::Questions)).
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.0.attempt
    }

    /// The token of the claim this delivery runs under; `None` without a replay store.
    #[must_use]
    pub fn fence(&self) -> Option<Fence> {
        self.0.fence
    }

    /// Reads the [payload](Self::payload) as a `T` in JSON.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] when it is none. The delivery is as genuine as before.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, PayloadError> {
        serde_json::from_slice(self.payload()).map_err(|source| PayloadError { source })
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

impl From<&Lease> for Fence {
    fn from(lease: &Lease) -> Self {
        Self {
            epoch: lease.epoch().get(),
            owner: lease.owner(),
        }
    }
}

/// A verified delivery and its payload as a type of yours. Derefs to the [`Delivery`].
#[derive(Clone)]
pub struct Event<T> {
    /// How it came.
    pub delivery: Delivery,
    /// What it says.
    pub data: T,
}

impl<T: DeserializeOwned> Event<T> {
    /// Reads the payload of a delivery.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] when the payload is not a `T`.
    pub fn parse(delivery: Delivery) -> Result<Self, PayloadError> {
        let data = delivery.json()?;
        Ok(Self { delivery, data })
    }
}

impl<T> Deref for Event<T> {
    type Target = Delivery;

    fn deref(&self) -> &Delivery {
        &self.delivery
    }
}

impl<T> fmt::Debug for Event<T> {
    // The payload of a payment event is nobody's business, so `T: Debug` is not asked for.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("delivery", &self.delivery)
            .finish_non_exhaustive()
    }
}

/// A payload that is not of the type asked for.
///
/// `Display` says where, never what: the text of a JSON error may quote the payload, so it is only in
/// [`source`](std::error::Error::source).
pub struct PayloadError {
    source: serde_json::Error,
}

impl PayloadError {
    /// The rejection it amounts to: 422, and the claim is released.
    #[must_use]
    pub const fn rejection(&self) -> Rejection {
        Rejection::new(RejectionKind::Unprocessable)
    }
}

impl fmt::Debug for PayloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PayloadError({self})")
    }
}

impl fmt::Display for PayloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.source.classify() {
            serde_json::error::Category::Data => "is not of the expected shape",
            _ => "is not JSON",
        };
        let (line, column) = (self.source.line(), self.source.column());
        write!(f, "payload {what} at line {line} column {column}")
    }
}

impl std::error::Error for PayloadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// The label `text` when it is a piece of `raw`, without copying it.
pub(crate) fn label(raw: &Bytes, text: std::borrow::Cow<'_, str>) -> Label {
    use std::borrow::Cow;
    match text {
        Cow::Owned(text) => Label::Owned(text.into()),
        Cow::Borrowed(text) => {
            let start = text.as_ptr().addr().wrapping_sub(raw.as_ptr().addr());
            let range = start..start.wrapping_add(text.len());
            if raw.get(range.clone()) == Some(text.as_bytes()) {
                Label::InBody(range)
            } else {
                Label::Owned(text.into())
            }
        }
    }
}
