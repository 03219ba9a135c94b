use serde::de::{Deserialize, Deserializer, Error};

/// A [`stripe_webhook::Event`] of a kind that this application handles, or any other event.
///
/// `VerifiedEvent<stripe_webhook::Event>` works without this type while Stripe sends only known
/// kinds. async-stripe refuses an unknown kind, or one whose feature is off. The answer is then
/// 422, Stripe retries for three days and reports a failing endpoint. Stripe adds kinds, and an
/// operator can subscribe to more in the dashboard.
#[derive(Debug)]
#[non_exhaustive]
pub enum StripeEvent {
    /// A kind that the handler handles.
    Known(Box<stripe_webhook::Event>),
    /// Any other kind: accepted and ignored.
    Other,
}

impl<'de> Deserialize<'de> for StripeEvent {
    /// Reads `type` first. A known kind that does not fit async-stripe's type is an error, so
    /// Stripe retries it until the type fits; as an `Other` it would be lost. This happens if the
    /// endpoint's API version in the dashboard is not the one of async-stripe.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let event = serde_json::Value::deserialize(deserializer)?;
        match event["type"].as_str() {
            Some("customer.created" | "payout.failed") => {
                let event = stripe_webhook::Event::deserialize(event).map_err(Error::custom)?;
                Ok(Self::Known(Box::new(event)))
            }
            _ => Ok(Self::Other),
        }
    }
}
