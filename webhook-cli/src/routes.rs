//! The router: one path for each route, and the layers that every request passes.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::any;
use webhook_axum::{Delivery, UnverifiedLimit, VerifiedDelivery, WebhookLayer};

use crate::answer;
use crate::config::Route;
use crate::observe::{Observer, log_accepted, observe};

/// The router of these routes, and their layers. The server drains the layers before it exits.
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
        let handler = async move |VerifiedDelivery(delivery)| accept(&name, &delivery);
        router = router.route(&path, any(handler).layer(layer));
    }
    let observer = Arc::new(Observer::default());
    let router = router
        .fallback(not_found)
        .with_state(observer.clone())
        .layer(from_fn_with_state(observer, observe));
    (router, layers)
}

/// Logs the event and answers 200. This release does not forward events.
fn accept(route: &str, delivery: &Delivery) -> Response {
    log_accepted(route, delivery);
    answer::accepted(delivery)
}

async fn not_found(State(observer): State<Arc<Observer>>, request: Request) -> Response {
    observer.unknown_path(request.uri());
    answer::not_found(&request)
}
