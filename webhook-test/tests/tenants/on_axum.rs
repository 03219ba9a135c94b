//! The suite over axum, and what only axum has.

use std::convert::Infallible;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::routing::post;
use tower::ServiceExt as _;
use webhook_axum::{SignedRequest, VerifiedDelivery, WebhookLayer as Layer, WebhookRouter};

use crate::answered::Answered;

#[path = "suite.rs"]
mod suite;

/// An application whose handler says whose event it has.
pub(crate) struct Served(Router);

async fn whose(VerifiedDelivery(delivery): VerifiedDelivery) -> String {
    delivery.tenant().unwrap_or("nobody").to_owned()
}

pub(crate) fn serve(layer: Layer) -> Served {
    Served(Router::new().route("/hooks/{tenant}", post(whose).layer(layer)))
}

impl Served {
    pub(crate) async fn send(&self, delivery: &SignedRequest, path: &str) -> Answered {
        let request = delivery.to_http::<Body>(path);
        let response = self.0.clone().oneshot(request).await.unwrap();
        let text = |value: &http::HeaderValue| value.to_str().unwrap().to_owned();
        let headers = response.headers().iter();
        let headers: Vec<_> = headers
            .map(|(name, value)| (name.as_str().to_owned(), text(value)))
            .collect();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), 4096).await.unwrap();
        Answered::new(status, headers, body.into())
    }
}

#[tokio::test]
async fn a_nested_route_has_the_whole_path() {
    let layer = suite::layer(&suite::Database::new());
    let hooks = Router::new().route("/{tenant}", post(whose).layer(layer));
    let served = Served(Router::new().nest("/hooks", hooks));
    let answer = served
        .send(&suite::sent("acme", "evt_1"), "/hooks/acme")
        .await;
    assert_eq!((answer.status, &*answer.body), (200, "acme"));
}

#[tokio::test]
async fn a_layer_that_is_there_twice_verifies_once() {
    for layer in [suite::layer(&suite::Database::new()), suite::of_endpoints()] {
        let route = post(whose).layer::<_, Infallible>(layer.clone());
        let app = Router::new().route("/hooks/{tenant}", route);
        let served = Served(app.layer(layer));
        let answer = served
            .send(&suite::sent("acme", "evt_1"), "/hooks/acme")
            .await;
        assert_eq!((answer.status, &*answer.body), (200, "acme"));
    }
}

#[tokio::test]
async fn a_router_serves_tenants() {
    let hooks = WebhookRouter::<()>::new(suite::layer(&suite::Database::new()));
    let hooks = hooks.on("invoice.paid", whose).ignore_unknown();
    let served = Served(Router::new().route("/hooks/{tenant}", hooks.into()));
    let answer = served
        .send(&suite::sent("initech", "evt_1"), "/hooks/initech")
        .await;
    assert_eq!((answer.status, &*answer.body), (200, "initech"));
}
