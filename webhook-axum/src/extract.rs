use std::fmt;
use std::ops::Deref;

use axum::extract::FromRequestParts;
use http::request::Parts;
use webhook_core::{Delivery, Event, FromDelivery};
use webhook_runtime::shadow::Shadowed;

use crate::rejection::{EventRejection, MissingLayer};

/// A verified event, its payload read as a `T`: JSON, unless the type says otherwise with
/// [`FromDelivery`].
///
/// The payload is the body that was verified, or the document that the provider wraps in it. The
/// extractor needs a [`WebhookLayer`](crate::WebhookLayer) on the route: only the layer makes the
/// delivery that it takes.
///
/// # Rejections
///
/// * The route has no layer, or only a [shadow](crate::WebhookLayer::shadow), and the request is
///   not verified: 500, and an error in the log that says what to add.
/// * The payload is not a `T`: 422, and the claim is released, so the sender's retry runs once the
///   type is corrected. The log says where the payload differs, without its values.
///
/// A sender adds new kinds of events. For a `T` that accepts them, use an enum with
/// `#[serde(other)]`, or `serde_json::Value`.
#[derive(Clone)]
#[must_use]
pub struct VerifiedEvent<T>(pub Event<T>);

impl<T> fmt::Debug for VerifiedEvent<T> {
    // Like the event: it shows no payload, so `T` needs no `Debug`.
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
    T: FromDelivery,
    S: Sync,
{
    type Rejection = EventRejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, EventRejection> {
        Ok(Self(Event::parse(delivery(parts)?)?))
    }
}

/// A verified delivery, whatever its payload.
///
/// # Rejections
///
/// The route has no layer, or only a [shadow](crate::WebhookLayer::shadow), and the request is not
/// verified: 500, and an error in the log that says what to add.
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
    if let Some(delivery) = parts.extensions.get::<Delivery>() {
        return Ok(delivery.clone());
    }
    match parts.extensions.get::<Shadowed>() {
        Some(shadowed) => shadowed
            .delivery()
            .cloned()
            .ok_or_else(MissingLayer::report_shadow),
        None => Err(MissingLayer::report()),
    }
}
