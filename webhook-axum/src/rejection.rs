use std::error::Error;
use std::fmt;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use webhook_core::adapter::LogLimit;
use webhook_core::{Answer, PayloadError, RejectionClass};
use webhook_tower::respond;

/// Why a handler does not get its [`VerifiedEvent`](crate::VerifiedEvent).
///
/// A handler that reads the payload itself returns it too: a [`PayloadError`] becomes one with `?`.
///
/// ```
/// use axum::http::StatusCode;
/// use webhook_axum::{EventRejection, VerifiedDelivery};
///
/// #[derive(serde::Deserialize)]
/// struct Invoice {
///     amount_paid: u64,
/// }
///
/// async fn paid(
///     VerifiedDelivery(delivery): VerifiedDelivery,
/// ) -> Result<StatusCode, EventRejection> {
///     if delivery.event_type() != Some("invoice.paid") {
///         return Ok(StatusCode::OK);
///     }
///     let invoice: Invoice = delivery.json()?; // 422, and a line in the log
///     println!("{} cents paid", invoice.amount_paid);
///     Ok(StatusCode::OK)
/// }
/// # use axum::routing::{MethodRouter, post};
/// # let _: MethodRouter = post(paid);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum EventRejection {
    /// The route has no webhook layer.
    MissingLayer(MissingLayer),
    /// The payload is not of the type asked for.
    NotAnEvent(NotAnEvent),
    /// The store does not claim within transactions of the type asked for.
    MissingTransaction(MissingTransaction),
}

/// The route has no webhook layer, or only a shadow that did not verify the request. Answered 500.
#[derive(Clone, Copy, Debug)]
pub struct MissingLayer {
    has_shadow: bool,
}

/// The store of the endpoint does not claim within transactions of the type that the handler takes,
/// or another extractor of the request has the transaction. Answered 500.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct MissingTransaction;

/// A verified payload that is not of the type the handler takes. Answered 422, and the claim is
/// released, so the sender's retry runs once the type is corrected.
///
/// It is made from a [`PayloadError`] with `?`, and logs where the payload differs.
#[derive(Clone, Debug)]
pub struct NotAnEvent(webhook_tower::NotAnEvent);

impl MissingLayer {
    pub(crate) fn report() -> Self {
        Self { has_shadow: false }.log()
    }

    /// The route has a shadow, which did not verify the request.
    pub(crate) fn report_shadow() -> Self {
        Self { has_shadow: true }.log()
    }

    fn log(self) -> Self {
        // Senders cause this line.
        static LINE: LogLimit = LogLimit::new();
        if let Some(suppressed) = LINE.pass() {
            tracing::error!(target: "webhook", reason = "layer_missing", suppressed, "{self}");
        }
        self
    }
}

impl MissingTransaction {
    pub(crate) fn report() -> Self {
        // Senders cause this line.
        static LINE: LogLimit = LogLimit::new();
        if let Some(suppressed) = LINE.pass() {
            tracing::error!(target: "webhook", reason = "transaction_missing", suppressed, "{Self}");
        }
        Self
    }
}

impl NotAnEvent {
    /// Where in the payload it differs: field names and indexes, no values. Escaped, and at most
    /// 200 characters.
    #[must_use]
    pub fn path(&self) -> &str {
        self.0.path()
    }
}

impl fmt::Display for MissingLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.has_shadow {
            return f.write_str(
                "this request is not verified, and the shadow on its route lets it pass: take an \
                 UnverifiedRequest, or remove `.shadow()`",
            );
        }
        f.write_str(
            "no verified delivery in this request: \
             add a webhook_axum::WebhookLayer to the route, with `.layer(…)`",
        )
    }
}

impl fmt::Display for MissingTransaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "no transaction of this type in the delivery: configure a store that claims within \
             transactions, and take the event once",
        )
    }
}

impl fmt::Display for NotAnEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for EventRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingLayer(rejection) => rejection.fmt(f),
            Self::NotAnEvent(rejection) => rejection.fmt(f),
            Self::MissingTransaction(rejection) => rejection.fmt(f),
        }
    }
}

impl Error for MissingLayer {}

impl Error for MissingTransaction {}

impl Error for NotAnEvent {}

impl Error for EventRejection {}

/// Logs the error.
impl From<PayloadError> for NotAnEvent {
    fn from(error: PayloadError) -> Self {
        Self(error.into())
    }
}

/// Logs the error.
impl From<PayloadError> for EventRejection {
    fn from(error: PayloadError) -> Self {
        NotAnEvent::from(error).into()
    }
}

impl From<MissingLayer> for EventRejection {
    fn from(rejection: MissingLayer) -> Self {
        Self::MissingLayer(rejection)
    }
}

impl From<MissingTransaction> for EventRejection {
    fn from(rejection: MissingTransaction) -> Self {
        Self::MissingTransaction(rejection)
    }
}

impl From<NotAnEvent> for EventRejection {
    fn from(rejection: NotAnEvent) -> Self {
        Self::NotAnEvent(rejection)
    }
}

impl IntoResponse for MissingLayer {
    fn into_response(self) -> Response {
        respond::<Body>(Answer::from(RejectionClass::HandlerFailed))
    }
}

impl IntoResponse for MissingTransaction {
    fn into_response(self) -> Response {
        respond::<Body>(Answer::from(RejectionClass::HandlerFailed))
    }
}

impl IntoResponse for NotAnEvent {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

impl IntoResponse for EventRejection {
    fn into_response(self) -> Response {
        match self {
            Self::MissingLayer(rejection) => rejection.into_response(),
            Self::NotAnEvent(rejection) => rejection.into_response(),
            Self::MissingTransaction(rejection) => rejection.into_response(),
        }
    }
}
