//! Payload types that name their events.

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
}
