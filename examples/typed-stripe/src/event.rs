use serde::de::{Deserialize, Deserializer, Error};

/// A [`stripe_webhook::Event`] if it is of a kind that this application acts on.
///
/// `VerifiedEvent<stripe_webhook::Event>` works without this, as long as nothing but known kinds is sent: with serde
/// async-stripe refuses a kind that it does not know, or whose feature is off. That is a 422, Stripe retries for three
/// days, and sees an endpoint that fails. Stripe adds kinds, and whoever has the dashboard may subscribe to more.
#[derive(Debug)]
#[non_exhaustive]
pub enum StripeEvent {
    /// One of those that the handler acts on.
    Known(Box<stripe_webhook::Event>),
    /// Any other: taken, and nothing to be done.
    Other,
}

impl<'de> Deserialize<'de> for StripeEvent {
    /// By its `type`, and not by trying: a kind that is known but does not fit async-stripe's type for it is an error, so that
    /// it is retried until the type fits, and not lost as an `Other`. It happens when the endpoint's API version in the
    /// dashboard is not the one that async-stripe was made for.
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
