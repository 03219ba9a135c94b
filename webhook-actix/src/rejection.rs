use std::error::Error;
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpResponse, ResponseError};
use serde::de::DeserializeOwned;
use webhook_core::adapter::{LogLimit, excerpt, payload_differs};
use webhook_core::{Answer, Delivery, Rejection, RejectionKind};

use crate::answer::respond;

/// Why a [`VerifiedEvent`](crate::VerifiedEvent) could not be taken.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum EventRejection {
    /// There is no middleware on this route.
    MissingMiddleware(MissingMiddleware),
    /// The payload is not of the type asked for.
    NotAnEvent(NotAnEvent),
}

/// A route takes webhooks but has no middleware that verifies them. Answered 500.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct MissingMiddleware;

/// A verified payload that is not of the type the handler takes. Answered 422, and the claim is released.
#[derive(Clone, Debug)]
pub struct NotAnEvent {
    path: String,
}

impl MissingMiddleware {
    pub(crate) fn report() -> Self {
        // Whoever sends to the route causes it.
        static LINE: LogLimit = LogLimit::new();
        if let Some(suppressed) = LINE.pass() {
            tracing::error!(target: "webhook", reason = "middleware_missing", suppressed, "{Self}");
        }
        Self
    }
}

impl NotAnEvent {
    /// Reads the payload again, to say where it differs.
    pub(crate) fn explain<T: DeserializeOwned>(delivery: &Delivery) -> Self {
        let mut json = serde_json::Deserializer::from_slice(delivery.payload());
        let path = match serde_path_to_error::deserialize::<_, T>(&mut json) {
            Ok(_) => "end of document".to_owned(),
            // A key of a map may be long, and is the sender's choice.
            Err(error) if error.inner().is_data() => excerpt(&error.path().to_string()),
            Err(_) => "not JSON".to_owned(),
        };
        payload_differs(delivery, &path);
        Self { path }
    }

    /// Where in the payload it differs: field names and indexes, no values. Escaped, and at most
    /// 200 characters.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for MissingMiddleware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "no verified delivery in this request: add a webhook_actix::Webhook to the route, with `.wrap(…)`",
        )
    }
}

impl fmt::Display for NotAnEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "payload differs from the type asked for at {}",
            self.path
        )
    }
}

impl fmt::Display for EventRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingMiddleware(rejection) => rejection.fmt(f),
            Self::NotAnEvent(rejection) => rejection.fmt(f),
        }
    }
}

impl Error for MissingMiddleware {}

impl Error for NotAnEvent {}

impl Error for EventRejection {}

impl From<MissingMiddleware> for EventRejection {
    fn from(rejection: MissingMiddleware) -> Self {
        Self::MissingMiddleware(rejection)
    }
}

impl From<NotAnEvent> for EventRejection {
    fn from(rejection: NotAnEvent) -> Self {
        Self::NotAnEvent(rejection)
    }
}

impl ResponseError for MissingMiddleware {
    fn error_response(&self) -> HttpResponse {
        HttpResponse::InternalServerError()
            .insert_header((CONTENT_TYPE, "application/json"))
            .body(r#"{"error":"internal_error"}"#)
    }
}

impl ResponseError for NotAnEvent {
    fn status_code(&self) -> StatusCode {
        StatusCode::UNPROCESSABLE_ENTITY
    }

    fn error_response(&self) -> HttpResponse {
        respond(Answer::from(&Rejection::new(RejectionKind::Unprocessable)))
    }
}

impl ResponseError for EventRejection {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::MissingMiddleware(rejection) => rejection.status_code(),
            Self::NotAnEvent(rejection) => rejection.status_code(),
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::MissingMiddleware(rejection) => rejection.error_response(),
            Self::NotAnEvent(rejection) => rejection.error_response(),
        }
    }
}
