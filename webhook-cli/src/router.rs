//! Routes, and what every request goes through.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::{Request, State};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::any;
use http::header::{CONNECTION, CONTENT_TYPE};
use http::{HeaderValue, StatusCode, Version};
use webhook_axum::{Delivery, UnverifiedLimit, VerifiedDelivery, WebhookLayer};

use crate::config::Route;
use crate::observe::{Observer, observe};
use crate::receipt::receipt;

/// The router of these routes, and their layers, to be drained at the end.
pub(crate) fn router(
    routes: Vec<Route>,
    unverified: &UnverifiedLimit,
) -> (Router, Vec<WebhookLayer>) {
    let mut router = Router::new();
    let mut layers = Vec::new();
    for Route { name, endpoint } in routes {
        let path = format!("/hooks/{name}");
        let layer = WebhookLayer::new(endpoint).unverified_limit(unverified.clone());
        layers.push(layer.clone());
        let receive = async move |VerifiedDelivery(delivery)| receive(&name, &delivery);
        router = router.route(&path, any(receive).layer(layer));
    }
    let observer = Arc::new(Observer::new());
    let router = router
        .fallback(not_found)
        .with_state(observer.clone())
        .layer(from_fn_with_state(observer, observe));
    (router, layers)
}

/// Logs the event and answers 200. This release does not forward events.
fn receive(route: &str, delivery: &Delivery) -> Response {
    crate::observe::accepted(route, delivery);
    json(StatusCode::OK, receipt(delivery, false))
}

async fn not_found(State(observer): State<Arc<Observer>>, request: Request) -> Response {
    observer.unknown_path(request.uri());
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

pub(crate) fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}
