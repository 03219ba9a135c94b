//! The router: one path for each route, and the layers that every request passes.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{any, get};
use webhook_axum::{Delivery, UnverifiedLimit, VerifiedDelivery, WebhookLayer};

use crate::answer;
use crate::config::Route;
use crate::health::Readiness;
use crate::observe::{Observer, log_accepted, observe};

/// What the routes of all configurations share.
pub(crate) struct Shared {
    pub(crate) observer: Arc<Observer>,
    pub(crate) readiness: Readiness,
    pub(crate) unverified: UnverifiedLimit,
}

/// The router of these routes, and their layers by name.
pub(super) fn router(
    routes: Vec<Route>,
    shared: &Arc<Shared>,
) -> (Router, Vec<(String, WebhookLayer)>) {
    let mut router = Router::new();
    let mut layers = Vec::new();
    for Route { name, endpoint } in routes {
        let path = format!("/hooks/{name}");
        let layer = WebhookLayer::new(endpoint).unverified_limit(shared.unverified.clone());
        layers.push((name.clone(), layer.clone()));
        let handler = async move |VerifiedDelivery(delivery)| accept(&name, &delivery);
        router = router.route(&path, any(handler).layer(layer));
    }
    let router = router
        .fallback(not_found)
        .layer(from_fn_with_state(shared.observer.clone(), observe))
        // After the layer, which therefore neither counts nor times them.
        .route("/health", get(async || answer::state("alive")))
        .route("/ready", get(ready))
        .with_state(shared.clone());
    (router, layers)
}

/// Logs the event and answers 200. This release does not forward events.
fn accept(route: &str, delivery: &Delivery) -> Response {
    log_accepted(route, delivery);
    answer::accepted(delivery)
}

async fn ready(State(shared): State<Arc<Shared>>) -> Response {
    match shared.readiness.is_ready().await {
        true => answer::state("ready"),
        false => answer::unavailable(),
    }
}

async fn not_found(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    shared.observer.unknown_path(request.uri());
    answer::not_found(&request)
}
