use std::error::Error;
use std::fmt;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode};
use serde::de::DeserializeOwned;
use webhook_core::adapter::{LogLimit, excerpt, payload_differs};
use webhook_core::{Answer, Delivery, Rejection, RejectionKind};

/// Why a [`VerifiedEvent`](crate::VerifiedEvent) could not be taken.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum EventRejection {
    /// There is no layer on this route.
    MissingLayer(MissingLayer),
    /// The payload is not of the type asked for.
    NotAnEvent(NotAnEvent),
}

/// A route takes webhooks but has no layer that verifies them. Answered 500.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct MissingLayer;

/// A verified payload that is not of the type the handler takes. Answered 422, and the claim is released.
#[derive(Clone, Debug)]
pub struct NotAnEvent {
    path: String,
}

impl MissingLayer {
    pub(crate) fn report() -> Self {
        // Whoever sends to the route causes it.
        static LINE: LogLimit = LogLimit::new();
        if let Some(suppressed) = LINE.pass() {
            tracing::error!(target: "webhook", reason = "layer_missing", suppressed, "{Self}");
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

impl fmt::Display for MissingLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "no verified delivery in this request: add a webhook_axum::WebhookLayer to the route, with `.layer(…)`",
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
            Self::MissingLayer(rejection) => rejection.fmt(f),
            Self::NotAnEvent(rejection) => rejection.fmt(f),
        }
    }
}

impl Error for MissingLayer {}

impl Error for NotAnEvent {}

impl Error for EventRejection {}

impl From<MissingLayer> for EventRejection {
    fn from(rejection: MissingLayer) -> Self {
        Self::MissingLayer(rejection)
    }
}

impl From<NotAnEvent> for EventRejection {
    fn from(rejection: NotAnEvent) -> Self {
        Self::NotAnEvent(rejection)
    }
}

impl IntoResponse for MissingLayer {
    fn into_response(self) -> Response {
        (
            StatusCode::INTERNAL_SERVER_ERROR,
            [(http::header::CONTENT_TYPE, "application/json")],
            r#"{"error":"internal_error"}"#,
        )
            .into_response()
    }
}

impl IntoResponse for NotAnEvent {
    fn into_response(self) -> Response {
        respond(&Rejection::new(RejectionKind::Unprocessable))
    }
}

impl IntoResponse for EventRejection {
    fn into_response(self) -> Response {
        match self {
            Self::MissingLayer(rejection) => rejection.into_response(),
            Self::NotAnEvent(rejection) => rejection.into_response(),
        }
    }
}

/// The engine's answer as a response of axum's.
fn respond(rejection: &Rejection) -> Response {
    let answer = Answer::from(rejection);
    let mut response = Response::new(Body::from(answer.body().clone()));
    *response.status_mut() =
        StatusCode::from_u16(answer.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers() {
        if let Ok(value) = HeaderValue::from_str(&value) {
            let name = HeaderName::from_static(name);
            response.headers_mut().insert(name, value);
        }
    }
    response
}
