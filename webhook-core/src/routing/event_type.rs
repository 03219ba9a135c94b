//! Payload types that name their events.

use std::fmt;

use crate::delivery::Delivery;

/// A payload type that knows which events it is the payload of, so that a router finds its handler.
///
/// ```
/// use webhook_core::EventType;
///
/// #[derive(serde::Deserialize)]
/// struct Invoice {
///     amount_paid: u64,
/// }
///
/// impl EventType for Invoice {
///     const TYPES: &'static [&'static str] = &["invoice.paid", "invoice.payment_failed"];
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which events it is the payload of",
    label = "no event type is known for this payload",
    note = "write `impl EventType for {Self} {{ const TYPES: &'static [&'static str] = &[\"…\"]; \
            }}`, or register the handler with `.on(\"…\", handler)`"
)]
pub trait EventType {
    /// The types, or patterns of types, as [`EventTable`](crate::adapter::EventTable) takes them.
    const TYPES: &'static [&'static str];
    /// Events that a list of types cannot name. Default: none.
    const FAMILY: Option<EventFamily> = None;
}

/// Events that belong together although no list of types has them all: those of many providers, or
/// of a provider that has no types.
///
/// ```
/// use webhook_core::{Delivery, EventFamily, EventType};
///
/// #[derive(serde::Deserialize)]
/// struct Anything {}
///
/// impl EventType for Anything {
///     const TYPES: &'static [&'static str] = &[];
///     const FAMILY: Option<EventFamily> =
///         Some(EventFamily::new("untyped", |delivery| delivery.event_type().is_none()));
/// }
/// ```
#[derive(Clone, Copy)]
pub struct EventFamily {
    name: &'static str,
    includes: fn(&Delivery) -> bool,
}

impl EventFamily {
    /// The events for which `includes` is true. It is called for every event whose type has no
    /// handler, so it should be quick. The name is the label of the events in metrics, and a router
    /// takes one handler for each name.
    #[must_use]
    pub const fn new(name: &'static str, includes: fn(&Delivery) -> bool) -> Self {
        Self { name, includes }
    }

    /// The name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Whether an event belongs to it.
    #[must_use]
    pub fn includes(&self, delivery: &Delivery) -> bool {
        (self.includes)(delivery)
    }
}

impl fmt::Debug for EventFamily {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EventFamily").field(&self.name).finish()
    }
}
