use std::error::Error;
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use webhook_core::adapter::{LogLimit, PayloadMismatch};
use webhook_core::{Answer, PayloadError, RejectionClass};

use crate::answer::{respond, status};

/// Why a handler does not get its [`VerifiedEvent`](crate::VerifiedEvent).
///
/// A handler that reads the payload itself returns it too: a [`PayloadError`] becomes one with `?`.
///
/// ```
/// use actix_web::HttpResponse;
/// use webhook_actix::{EventRejection, VerifiedDelivery};
///
/// #[derive(serde::Deserialize)]
/// struct Invoice {
///     amount_paid: u64,
/// }
///
/// async fn paid(
///     VerifiedDelivery(delivery): VerifiedDelivery,
/// ) -> Result<HttpResponse, EventRejection> {
///     if delivery.event_type() != Some("invoice.paid") {
///         return Ok(HttpResponse::Ok().finish());
///     }
///     let invoice: Invoice = delivery.json()?; // 422, and a line in the log
///     println!("{} cents paid", invoice.amount_paid);
///     Ok(HttpResponse::Ok().finish())
/// }
/// # let _ = actix_web::web::post().to(paid);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum EventRejection {
    /// The route has no webhook middleware.
    MissingMiddleware(MissingMiddleware),
    /// The payload is not of the type asked for.
    NotAnEvent(NotAnEvent),
    /// The store does not claim within transactions of the type asked for.
    MissingTransaction(MissingTransaction),
}

/// The route has no webhook middleware, or only a shadow that did not verify the request. Answered 500.
#[derive(Clone, Copy, Debug)]
pub struct MissingMiddleware {
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
pub struct NotAnEvent(PayloadMismatch);

impl MissingMiddleware {
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
            tracing::error!(target: "webhook", reason = "middleware_missing", suppressed, "{self}");
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

impl fmt::Display for MissingMiddleware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.has_shadow {
            return f.write_str(
                "this request is not verified, and the shadow on its route lets it pass: take an \
                 UnverifiedRequest, or remove `.shadow()`",
            );
        }
        f.write_str(
            "no verified delivery in this request: \
             add a webhook_actix::Webhook to the route, with `.wrap(…)`",
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
            Self::MissingMiddleware(rejection) => rejection.fmt(f),
            Self::NotAnEvent(rejection) => rejection.fmt(f),
            Self::MissingTransaction(rejection) => rejection.fmt(f),
        }
    }
}

impl Error for MissingMiddleware {}

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

impl From<MissingMiddleware> for EventRejection {
    fn from(rejection: MissingMiddleware) -> Self {
        Self::MissingMiddleware(rejection)
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

impl ResponseError for MissingMiddleware {
    fn status_code(&self) -> StatusCode {
        StatusCode::INTERNAL_SERVER_ERROR
    }

    fn error_response(&self) -> HttpResponse {
        respond(Answer::from(RejectionClass::HandlerFailed))
    }
}

impl ResponseError for MissingTransaction {
    fn status_code(&self) -> StatusCode {
        StatusCode::INTERNAL_SERVER_ERROR
    }

    fn error_response(&self) -> HttpResponse {
        respond(Answer::from(RejectionClass::HandlerFailed))
    }
}

impl ResponseError for NotAnEvent {
    fn status_code(&self) -> StatusCode {
        status(&Answer::from(self.0.rejection()))
    }

    fn error_response(&self) -> HttpResponse {
        respond(Answer::from(self.0.rejection()))
    }
}

impl ResponseError for EventRejection {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::MissingMiddleware(rejection) => rejection.status_code(),
            Self::NotAnEvent(rejection) => rejection.status_code(),
            Self::MissingTransaction(rejection) => rejection.status_code(),
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::MissingMiddleware(rejection) => rejection.error_response(),
            Self::NotAnEvent(rejection) => rejection.error_response(),
            Self::MissingTransaction(rejection) => rejection.error_response(),
        }
    }
}
