//! The log lines about requests, and the id that they carry.
//!
//! A line has at most 200 characters that a sender chose, escaped. Lines about unverified requests
//! appear at most once a second, with their total. The engine's own lines follow the same rules.

mod histogram;
mod storing;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue, Uri};
use tokio::time::timeout;
use tower_http::request_id::{MakeRequestId as _, MakeRequestUuid};
use tracing::Instrument as _;
use tracing::field::debug;
use webhook_axum::Delivery;

use crate::answer;
use crate::log::{Escaped, LimitedCount};
pub(crate) use histogram::Histogram;
pub(crate) use storing::Storing;

/// Counts the requests that no endpoint answers, and how long all of them take.
#[derive(Default)]
pub(crate) struct Observer {
    pub(crate) unknown_paths: LimitedCount,
    pub(crate) timeouts: LimitedCount,
    pub(crate) durations: Histogram,
}

impl Observer {
    /// Logs a request for an unknown path, without its query: some providers send a token in it.
    pub(crate) fn unknown_path(&self, uri: &Uri) {
        if let Some(total) = self.unknown_paths.count() {
            let path = Escaped::new(uri.path());
            tracing::info!(total, ?path, "unknown path");
        }
    }

    fn timeout(&self) {
        if let Some(total) = self.timeouts.count() {
            tracing::warn!(total, "request timed out");
        }
    }
}

/// Gives the request an id and a time limit, and logs its answer at `debug`.
pub(crate) async fn observe(
    State(observer): State<Arc<Observer>>,
    request: Request,
    next: Next,
) -> Response {
    let id = new_id(&request);
    let span = tracing::info_span!("request", id = id.to_str().unwrap_or_default());
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let began = Instant::now();
    let answered = timeout(TIMEOUT, next.run(request))
        .instrument(span.clone())
        .await;
    let mut response = answered.unwrap_or_else(|_| {
        span.in_scope(|| observer.timeout());
        answer::unavailable()
    });
    let elapsed = began.elapsed();
    observer.durations.add(elapsed);
    tracing::debug!(
        parent: &span,
        method = ?Escaped::new(method.as_str()),
        path = ?Escaped::new(uri.path()),
        status = response.status().as_u16(),
        ?elapsed,
        "answered"
    );
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// A new id for the span and the answer. The server ignores an id that the sender gives: another
/// request may have it, and it can be long.
fn new_id(request: &Request) -> HeaderValue {
    MakeRequestUuid.make_request_id(request).map_or_else(
        || HeaderValue::from_static("none"),
        |id| id.into_header_value(),
    )
}

/// Logs an event that is dropped. Its texts come from outside, so the line escapes them.
pub(crate) fn log_accepted(route: &str, delivery: &Delivery) {
    log_event(route, delivery, "event accepted");
}

/// Logs an event that the receiver has taken.
pub(crate) fn log_forwarded(route: &str, delivery: &Delivery) {
    log_event(route, delivery, "event forwarded");
}

/// Logs an event that is on the disk.
fn log_stored(route: &str, delivery: &Delivery) {
    log_event(route, delivery, "event stored");
}

/// Logs an event that a program has handled.
pub(crate) fn log_handled(route: &str, delivery: &Delivery) {
    log_event(route, delivery, "event handled");
}

/// Logs an event that an engine has taken.
pub(crate) fn log_relayed(route: &str, delivery: &Delivery) {
    log_event(route, delivery, "event relayed");
}

fn log_event(route: &str, delivery: &Delivery, what: &str) {
    let escaped = |text| debug(Escaped::new(text));
    tracing::info!(
        provider = delivery.provider(),
        route,
        tenant = delivery.tenant().map(escaped),
        id = delivery.id().map(escaped),
        // Not `r#type`: a JSON log would keep the prefix.
        "type" = delivery.event_type().map(escaped),
        "{what}"
    );
}

/// Not `x-request-id`: Mercado Pago signs that header, and its absence.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-webhook-request-id");
/// Time for a whole request. The body and the handler have shorter limits.
const TIMEOUT: Duration = Duration::from_secs(60);
