use std::fmt;
use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use serde::de::DeserializeOwned;
use webhook_core::{Delivery, Event};

use crate::rejection::{EventRejection, MissingMiddleware, NotAnEvent};

/// A verified event with its payload as a `T`, read as JSON from the very bytes that were verified, or from what is inside them where a
/// provider wraps its events.
///
/// Works only behind a [`Webhook`](crate::Webhook): nothing else can make the delivery it takes. It leaves the payload in
/// place for another extractor, and no limit of an extractor's applies to it.
///
/// # Errors
///
/// * No middleware on this route: 500, and an error in the log that says what to add.
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

impl<T: DeserializeOwned> FromRequest for VerifiedEvent<T> {
    type Error = EventRejection;
    type Future = Ready<Result<Self, EventRejection>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(
            delivery(request)
                .map_err(EventRejection::from)
                .and_then(|delivery| {
                    // The path to a field costs time, so it is only looked for when there is one to report.
                    Event::parse(delivery.clone())
                        .map(Self)
                        .map_err(|_| NotAnEvent::explain::<T>(&delivery).into())
                }),
        )
    }
}

/// A verified delivery, whatever its payload.
///
/// # Errors
///
/// No middleware on this route: 500, and an error in the log that says what to add.
#[derive(Clone, Debug)]
#[must_use]
pub struct VerifiedDelivery(pub Delivery);

impl Deref for VerifiedDelivery {
    type Target = Delivery;

    fn deref(&self) -> &Delivery {
        &self.0
    }
}

impl FromRequest for VerifiedDelivery {
    type Error = MissingMiddleware;
    type Future = Ready<Result<Self, MissingMiddleware>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(delivery(request).map(Self))
    }
}

fn delivery(request: &HttpRequest) -> Result<Delivery, MissingMiddleware> {
    request
        .extensions()
        .get::<Delivery>()
        .cloned()
        .ok_or_else(MissingMiddleware::report)
}
