use std::fmt;
use std::ops::Deref;

use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::de::DeserializeOwned;
use webhook_core::{Delivery, Event};

use crate::rejection::{EventRejection, MissingLayer, NotAnEvent};

/// A verified event with its payload as a `T`, read as JSON from the very bytes that were verified, or from what is inside them where a
/// provider wraps its events.
///
/// Works only behind a [`WebhookLayer`](crate::WebhookLayer): nothing else can make the delivery it takes.
///
/// # Rejections
///
/// * No layer on this route: 500, and an error in the log that says what to add.
/// * The payload is not a `T`: 422, and the claim is released, so that the sender's retry runs again once the type is
///   mended. The log says where it differs, not by what value.
///
/// A `T` that should survive new kinds of events has a variant for the rest, or is [`serde_json::Value`].
#[derive(Clone)]
#[must_use]
pub struct VerifiedEvent<T>(pub Event<T>);

impl<T> fmt::Debug for VerifiedEvent<T> {
    // As that of the event: without the payload, so without asking it for a `Debug`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VerifiedEvent").field(&self.0).finish()
    }
}

impl<T> Deref for VerifiedEvent<T> {
    type Target = Event<T>;

    fn deref(&self) -> &Event<T> {
        &self.0
    }
}

impl<T, S> FromRequestParts<S> for VerifiedEvent<T>
where
    T: DeserializeOwned,
    S: Sync,
{
    type Rejection = EventRejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, EventRejection> {
        let delivery = delivery(parts)?;
        // The path to a field costs time, so it is only looked for when there is one to report.
        Event::parse(delivery.clone())
            .map(Self)
            .map_err(|_| NotAnEvent::explain::<T>(&delivery).into())
    }
}

/// A verified delivery, whatever its payload.
///
/// # Rejections
///
/// No layer on this route: 500, and an error in the log that says what to add.
#[derive(Clone, Debug)]
#[must_use]
pub struct VerifiedDelivery(pub Delivery);

impl Deref for VerifiedDelivery {
    type Target = Delivery;

    fn deref(&self) -> &Delivery {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for VerifiedDelivery {
    type Rejection = MissingLayer;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, MissingLayer> {
        delivery(parts).map(Self)
    }
}

fn delivery(parts: &Parts) -> Result<Delivery, MissingLayer> {
    parts
        .extensions
        .get::<Delivery>()
        .cloned()
        .ok_or_else(MissingLayer::report)
}
