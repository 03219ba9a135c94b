//! A payment event.

use std::fmt;

use bytes::Bytes;

use crate::fetch::ToFetch;
use crate::kind::PaymentKind;
use crate::money::Money;
use crate::source::PaymentSource;

/// What happened to a payment, a subscription, a payout or a checkout, in one vocabulary for all
/// providers.
///
/// A handler takes it in its `VerifiedEvent<PaymentEvent>`: see the [crate docs](crate). A mapping
/// of your own makes it with [`new`](Self::new), and sets what it knows.
///
/// `Debug` shows kind, provider and type, and nothing about the customer.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct PaymentEvent {
    /// What happened.
    pub kind: PaymentKind,
    /// The name of the provider: `stripe`.
    pub provider: &'static str,
    /// The provider's own name for what happened, if it has one: `payment_intent.succeeded`.
    pub event_type: Option<String>,
    /// The amount that was paid, refunded, disputed or paid out, or the price of a subscription.
    ///
    /// `None` if the event states none, or states it in a currency that ISO 4217 does not have,
    /// such as a cryptocurrency. An amount that cannot be represented is an error, so it is never
    /// `None`.
    pub amount: Option<Money>,
    /// The provider's id of the customer.
    pub customer: Option<String>,
    /// The provider's ids of the objects that the event is about.
    pub ids: PaymentIds,
    /// What to fetch, if the kind is [`Notification`](PaymentKind::Notification).
    pub to_fetch: Option<ToFetch>,
    /// The event as the provider sent it: the document, one item of a list of events, or the query
    /// of a provider whose events are a query.
    pub raw: Bytes,
}

/// The ids of what an event is about, as the provider spells them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PaymentIds {
    /// The payment: for a refund or a dispute, the one that was refunded or is disputed.
    pub payment: Option<String>,
    /// The subscription.
    pub subscription: Option<String>,
    /// The payout or transfer.
    pub payout: Option<String>,
    /// The checkout, payment link or hosted charge.
    pub checkout: Option<String>,
    /// The order: the merchant's own reference if the event has it, otherwise the provider's order.
    pub order: Option<String>,
}

impl PaymentEvent {
    /// An event of this kind, which keeps provider, type and document of its source.
    #[must_use]
    pub fn new(kind: PaymentKind, source: &PaymentSource<'_>) -> Self {
        Self {
            kind,
            provider: source.provider(),
            event_type: source.event_type().map(str::to_owned),
            amount: None,
            customer: None,
            ids: PaymentIds::default(),
            to_fetch: None,
            raw: source.payload().clone(),
        }
    }
}

impl fmt::Debug for PaymentEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PaymentEvent")
            .field("kind", &self.kind)
            .field("provider", &self.provider)
            .field("event_type", &self.event_type)
            .finish_non_exhaustive()
    }
}
