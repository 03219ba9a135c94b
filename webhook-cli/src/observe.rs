//! What is logged of requests, and the id they are logged by.
//!
//! A line has at most 200 characters that a sender chose, escaped. Lines about requests that are
//! not verified come once a second, with a count. The engine keeps to the same, in its lines about
//! deliveries.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::RETRY_AFTER;
use http::{HeaderName, HeaderValue, StatusCode, Uri};
use tokio::time::timeout;
use tower_http::request_id::{MakeRequestId as _, MakeRequestUuid};
use tracing::Instrument as _;
use tracing::field::debug;
use webhook_axum::Delivery;

use crate::escape::Escaped;
use crate::router::json;
use crate::seldom::Seldom;

/// Counts of requests that no endpoint has seen.
pub(crate) struct Observer {
    unknown_paths: Seldom,
    timeouts: Seldom,
}

impl Observer {
    pub(crate) fn new() -> Self {
        Self {
            unknown_paths: Seldom::new(),
            timeouts: Seldom::new(),
        }
    }

    /// Never logs the query: some providers send a token in it.
    pub(crate) fn unknown_path(&self, uri: &Uri) {
        if let Some(total) = self.unknown_paths.count() {
            let path = Escaped::new(uri.path());
            tracing::info!(total, ?path, "unknown path");
        }
    }

    fn timeout(&self) {
        if let Some(total) = self.timeouts.count() {
            tracing::warn!(total, "request took too long");
        }
    }
}

/// Gives the request an id, in its span and in its answer, and the time of [`TIMEOUT`]. A sender's
/// own id is not taken: it could be one that another request has, or a megabyte.
pub(crate) async fn observe(
    State(observer): State<Arc<Observer>>,
    request: Request,
    next: Next,
) -> Response {
    let id = MakeRequestUuid.make_request_id(&request);
    let id = id.map_or(HeaderValue::from_static("none"), |id| {
        id.into_header_value()
    });
    let span = tracing::info_span!("request", id = id.to_str().unwrap_or_default());
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let began = Instant::now();
    let answered = timeout(TIMEOUT, next.run(request))
        .instrument(span.clone())
        .await;
    let mut response = answered.unwrap_or_else(|_| {
        span.in_scope(|| observer.timeout());
        unavailable()
    });
    tracing::debug!(
        parent: &span,
        method = ?Escaped::new(method.as_str()),
        path = ?Escaped::new(uri.path()),
        status = response.status().as_u16(),
        elapsed = ?began.elapsed(),
        "answered"
    );
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// Logs an event that is answered 200. Its texts are the provider's, which does not make them fit for a log.
pub(crate) fn accepted(route: &str, delivery: &Delivery) {
    let escaped = |text| debug(Escaped::new(text));
    tracing::info!(
        provider = delivery.provider(),
        route,
        id = delivery.id().map(escaped),
        r#type = delivery.event_type().map(escaped),
        "event accepted"
    );
}

fn unavailable() -> Response {
    let mut response = json(
        StatusCode::SERVICE_UNAVAILABLE,
        r#"{"error":"unavailable"}"#,
    );
    let soon = HeaderValue::from_static("5");
    response.headers_mut().insert(RETRY_AFTER, soon);
    response
}

/// Not `x-request-id`: Mercado Pago signs that one, and its absence.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-webhook-request-id");
/// A last resort: body and handler have shorter ones of their own.
const TIMEOUT: Duration = Duration::from_secs(60);
