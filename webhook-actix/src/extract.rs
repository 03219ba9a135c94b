use std::fmt;
use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use webhook_core::{Delivery, Event, FromDelivery};
use webhook_runtime::shadow::Shadowed;

use crate::rejection::{EventRejection, MissingMiddleware};

/// A verified event, its payload read as a `T`: JSON, unless the type says otherwise with
/// [`FromDelivery`].
///
/// The payload is the body that was verified, or the document that the provider wraps in it. The
/// extractor needs a [`Webhook`](crate::Webhook) around the route: only the middleware makes the
/// delivery that it takes. It leaves the payload in place for another extractor, and no limit of an
/// extractor applies to it.
///
/// # Errors
///
/// * The route has no middleware, or only a [shadow](crate::Webhook::shadow), and the request is
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

impl<T: FromDelivery> FromRequest for VerifiedEvent<T> {
    type Error = EventRejection;
    type Future = Ready<Result<Self, EventRejection>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(event(request).map(Self))
    }
}

/// A verified delivery, whatever its payload.
///
/// # Errors
///
/// The route has no middleware, or only a [shadow](crate::Webhook::shadow), and the request is not
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

impl FromRequest for VerifiedDelivery {
    type Error = MissingMiddleware;
    type Future = Ready<Result<Self, MissingMiddleware>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(delivery(request).map(Self))
    }
}

pub(crate) fn event<T: FromDelivery>(request: &HttpRequest) -> Result<Event<T>, EventRejection> {
    Ok(Event::parse(delivery(request)?)?)
}

fn delivery(request: &HttpRequest) -> Result<Delivery, MissingMiddleware> {
    let extensions = request.extensions();
    if let Some(delivery) = extensions.get::<Delivery>() {
        return Ok(delivery.clone());
    }
    match extensions.get::<Shadowed>() {
        Some(shadowed) => shadowed
            .delivery()
            .cloned()
            .ok_or_else(MissingMiddleware::report_shadow),
        None => Err(MissingMiddleware::report()),
    }
}
