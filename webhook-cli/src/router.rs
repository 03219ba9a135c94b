//! Routes, and the layers around all of them.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::response::Response;
use axum::routing::any;
use http::header::{CONNECTION, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, StatusCode, Version};
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::{DefaultOnFailure, DefaultOnResponse, TraceLayer};
use tracing::{Level, Span};
use webhook_axum::{VerifiedDelivery, WebhookLayer};

use crate::config::Route;
use crate::receipt::receipt;

/// The router of these routes, and their layers, to be drained at the end.
pub(crate) fn router(routes: Vec<Route>) -> (Router, Vec<WebhookLayer>) {
    let mut router = Router::new();
    let mut layers = Vec::new();
    for Route { name, endpoint } in routes {
        let path = format!("/hooks/{name}");
        let layer = WebhookLayer::new(endpoint);
        layers.push(layer.clone());
        router = router.route(&path, any(receive).layer(layer));
    }
    (around(router.fallback(not_found)), layers)
}

/// The first that is added is the innermost. From the outside in:
///
/// 1. an id for every request, so that
/// 2. the trace can name it and sees every answer, that of the timeout too;
/// 3. the id goes back with the answer;
/// 4. the timeout, a last resort: body and handler have shorter ones of their own, inside.
fn around(router: Router) -> Router {
    router
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            TIMEOUT,
        ))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(span)
                .on_response(DefaultOnResponse::new().level(Level::INFO))
                .on_failure(DefaultOnFailure::new().level(Level::WARN)),
        )
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
}

/// Never the query: some providers send a token in it.
fn span(request: &Request) -> Span {
    let id = request.headers().get(REQUEST_ID);
    tracing::info_span!("request", method = %request.method(), path = request.uri().path(), ?id)
}

async fn receive(VerifiedDelivery(delivery): VerifiedDelivery) -> Response {
    json(StatusCode::OK, receipt(&delivery, false))
}

async fn not_found(request: Request) -> Response {
    refuse(&request, StatusCode::NOT_FOUND, r#"{"error":"not_found"}"#)
}

/// A connection whose request was not read to its end cannot be used again, and the client is told so.
fn refuse(request: &Request, status: StatusCode, body: &'static str) -> Response {
    let mut response = json(status, body);
    if !request.body().is_end_stream() && request.version() <= Version::HTTP_11 {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(CONNECTION, close);
    }
    response
}

fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

/// Not `x-request-id`: Mercado Pago signs that one, and its absence.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-webhook-request-id");
const TIMEOUT: Duration = Duration::from_secs(60);
