//! The answers that the server itself gives.

use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::response::Response;
use http::header::{CONNECTION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode, Version};
use serde::Serialize;
use webhook_axum::Delivery;

/// Answers 200 to an accepted delivery.
pub(crate) fn accepted(delivery: &Delivery) -> Response {
    json(StatusCode::OK, receipt(delivery, false))
}

/// Answers 200 with the state of the server.
pub(crate) fn state(state: &str) -> Response {
    json(StatusCode::OK, format!(r#"{{"status":"{state}"}}"#))
}

/// Answers 404 to a request for an unknown path.
pub(crate) fn not_found(request: &Request) -> Response {
    let mut response = json(StatusCode::NOT_FOUND, r#"{"error":"not_found"}"#);
    // With an unread body, an HTTP/1 connection cannot carry another request.
    if !request.body().is_end_stream() && request.version() <= Version::HTTP_11 {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(CONNECTION, close);
    }
    response
}

/// Answers 503 to a request that took too long, and while the server is not ready.
pub(crate) fn unavailable() -> Response {
    let mut response = json(
        StatusCode::SERVICE_UNAVAILABLE,
        r#"{"error":"unavailable"}"#,
    );
    let soon = HeaderValue::from_static("5");
    response.headers_mut().insert(RETRY_AFTER, soon);
    response
}

fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

#[derive(Serialize)]
struct Receipt<'a> {
    id: Option<&'a str>,
    r#type: Option<&'a str>,
    provider: &'static str,
    duplicate: bool,
}

/// The body of a 200: `{"id":…,"type":…,"provider":…,"duplicate":…}`.
pub(crate) fn receipt(delivery: &Delivery, duplicate: bool) -> Vec<u8> {
    let receipt = Receipt {
        id: delivery.id(),
        r#type: delivery.event_type(),
        provider: delivery.provider(),
        duplicate,
    };
    serde_json::to_vec(&receipt).expect("strings and a boolean always serialize to JSON")
}
