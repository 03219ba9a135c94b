use std::error::Error;
use std::fmt;

use bytes::Bytes;
use http::Response;
use webhook_core::adapter::PayloadMismatch;
use webhook_core::{Answer, PayloadError};

use crate::answer::respond;

/// A verified payload that is not of the type the handler takes. Answered 422, and the claim is
/// released, so the sender's retry runs once the type is corrected.
///
/// It is made from a [`PayloadError`] with `?`, and logs where the payload differs:
///
/// ```
/// use bytes::Bytes;
/// use http::Response;
/// use http_body_util::Full;
/// use webhook_tower::{Delivery, NotAnEvent};
///
/// #[derive(serde::Deserialize)]
/// struct Invoice {
///     amount_paid: u64,
/// }
///
/// fn pay(delivery: &Delivery) -> Result<(), NotAnEvent> {
///     let invoice: Invoice = delivery.json()?;
///     println!("{} cents paid", invoice.amount_paid);
///     Ok(())
/// }
///
/// fn answer(delivery: &Delivery) -> Response<Full<Bytes>> {
///     match pay(delivery) {
///         Ok(()) => Response::default(),
///         Err(rejection) => rejection.into_response(),
///     }
/// }
/// ```
#[derive(Clone, Debug)]
pub struct NotAnEvent(PayloadMismatch);

impl NotAnEvent {
    /// Where in the payload it differs: field names and indexes, no values. Escaped, and at most
    /// 200 characters.
    #[must_use]
    pub fn path(&self) -> &str {
        self.0.path()
    }

    /// The answer: 422, unless the endpoint
    /// [answers otherwise](webhook_core::EndpointBuilder::answer_rejections).
    #[must_use]
    pub fn into_response<B: From<Bytes>>(self) -> Response<B> {
        respond(Answer::from(self.0.rejection()))
    }
}

/// Logs the error.
impl From<PayloadError> for NotAnEvent {
    fn from(error: PayloadError) -> Self {
        Self(error.into())
    }
}

impl<B: From<Bytes>> From<NotAnEvent> for Response<B> {
    fn from(rejection: NotAnEvent) -> Self {
        rejection.into_response()
    }
}

impl fmt::Display for NotAnEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for NotAnEvent {}
