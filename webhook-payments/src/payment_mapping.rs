//! Mappings as types, and what handlers take.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use webhook_core::{Delivery, EventFamily, EventType, FromDelivery, PayloadError};

use crate::error::MappingError;
use crate::event::PaymentEvent;
use crate::mapping::one;
use crate::providers::Providers;
use crate::source::PaymentSource;

/// How deliveries become payment events. [`Providers`] is that of this crate; write one for
/// providers of your own, and hand it what you do not map.
///
/// ```
/// use webhook_payments::mapping::{Mapping, Object, Rule};
/// use webhook_payments::{
///     MappingError, PaymentEvent, PaymentKind, PaymentMapping, PaymentSource, Providers,
/// };
///
/// const ACME: Mapping = Mapping::new(
///     "acme",
///     &[Object::at("/sale", &[Rule::new("sale.done", PaymentKind::PaymentSucceeded)])],
/// )
/// .type_at(&["/type"]);
///
/// /// Acme, and all providers of the crate. Handlers take a `VerifiedEvent<Mapped<Mine>>`.
/// struct Mine;
///
/// impl PaymentMapping for Mine {
///     fn takes(source: &PaymentSource<'_>) -> bool {
///         match ACME.is_of(source.provider()) {
///             true => ACME.takes(source),
///             false => Providers::takes(source),
///         }
///     }
///
///     fn map(source: &PaymentSource<'_>) -> Result<Vec<PaymentEvent>, MappingError> {
///         match ACME.is_of(source.provider()) {
///             true => ACME.map(source),
///             false => Providers::map(source),
///         }
///     }
/// }
/// ```
pub trait PaymentMapping {
    /// Whether a router runs the handler of payment events for an event. `false` leaves it to the
    /// fallback: an event of money that is left out here is not seen by the handler. It is called
    /// for every event whose type has no handler of its own.
    fn takes(source: &PaymentSource<'_>) -> bool;

    /// Reads the events of a delivery: one, or several if the provider puts several into one
    /// delivery. An event that is not mapped is a
    /// [`PaymentEvent::new`] of kind [`Other`](crate::PaymentKind::Other), never an error.
    ///
    /// # Errors
    ///
    /// [`MappingError`] for an event that is not what the provider documents. It is answered 422
    /// and released. An amount that cannot be represented is such an error: never round.
    fn map(source: &PaymentSource<'_>) -> Result<Vec<PaymentEvent>, MappingError>;
}

/// All payment events of one delivery, for a provider that puts several into one.
///
/// It derefs to a slice. With your own mapping `M`, it is `PaymentEvents<M>`.
pub struct PaymentEvents<M = Providers> {
    events: Vec<PaymentEvent>,
    mapping: PhantomData<fn() -> M>,
}

/// A payment event by a mapping of your own. It derefs to the [`PaymentEvent`].
pub struct Mapped<M> {
    event: PaymentEvent,
    mapping: PhantomData<fn() -> M>,
}

impl<M> Mapped<M> {
    /// The event.
    #[must_use]
    pub fn into_inner(self) -> PaymentEvent {
        self.event
    }
}

impl<M> PaymentEvents<M> {
    /// The events.
    #[must_use]
    pub fn into_inner(self) -> Vec<PaymentEvent> {
        self.events
    }
}

impl FromDelivery for PaymentEvent {
    fn from_delivery(delivery: &Delivery) -> Result<Self, PayloadError> {
        Mapped::<Providers>::from_delivery(delivery).map(Mapped::into_inner)
    }
}

impl<M: PaymentMapping> FromDelivery for Mapped<M> {
    fn from_delivery(delivery: &Delivery) -> Result<Self, PayloadError> {
        let event = M::map(&PaymentSource::from(delivery)).and_then(one);
        Ok(Self {
            event: event.map_err(|error| refused(error, delivery))?,
            mapping: PhantomData,
        })
    }
}

impl<M: PaymentMapping> FromDelivery for PaymentEvents<M> {
    fn from_delivery(delivery: &Delivery) -> Result<Self, PayloadError> {
        let events = M::map(&PaymentSource::from(delivery));
        Ok(Self {
            events: events.map_err(|error| refused(error, delivery))?,
            mapping: PhantomData,
        })
    }
}

fn refused(error: MappingError, delivery: &Delivery) -> PayloadError {
    PayloadError::at(error.to_string(), error, delivery)
}

/// The events that the mapping takes.
const fn family<M: PaymentMapping>() -> Option<EventFamily> {
    Some(EventFamily::new("payment", |delivery| {
        M::takes(&PaymentSource::from(delivery))
    }))
}

impl EventType for PaymentEvent {
    const TYPES: &'static [&'static str] = &[];
    const FAMILY: Option<EventFamily> = family::<Providers>();
}

impl<M: PaymentMapping> EventType for Mapped<M> {
    const TYPES: &'static [&'static str] = &[];
    const FAMILY: Option<EventFamily> = family::<M>();
}

impl<M: PaymentMapping> EventType for PaymentEvents<M> {
    const TYPES: &'static [&'static str] = &[];
    const FAMILY: Option<EventFamily> = family::<M>();
}

impl<M> Deref for Mapped<M> {
    type Target = PaymentEvent;

    fn deref(&self) -> &PaymentEvent {
        &self.event
    }
}

impl<M> Deref for PaymentEvents<M> {
    type Target = [PaymentEvent];

    fn deref(&self) -> &[PaymentEvent] {
        &self.events
    }
}

impl<M> Clone for Mapped<M> {
    fn clone(&self) -> Self {
        Self {
            event: self.event.clone(),
            mapping: PhantomData,
        }
    }
}

impl<M> Clone for PaymentEvents<M> {
    fn clone(&self) -> Self {
        Self {
            events: self.events.clone(),
            mapping: PhantomData,
        }
    }
}

impl<M> fmt::Debug for Mapped<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.event.fmt(f)
    }
}

impl<M> fmt::Debug for PaymentEvents<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.events.fmt(f)
    }
}
