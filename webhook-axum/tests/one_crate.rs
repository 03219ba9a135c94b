//! An application that depends on webhook-axum needs no other crate of this workspace: a route, a
//! store, a provider, and deliveries to test them with.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../webhook-tower/tests/common/one_crate.rs"]
mod one_crate;

use axum::body::Body;
use axum::http::Request;
use axum::{Router, routing::post};
use one_crate::{ACME, BACKWARDS, BODY, Records, endpoint, signer};
use tower::ServiceExt as _;
use webhook_axum::{self as webhook, VerifiedEvent, WebhookLayer};

#[derive(serde::Deserialize)]
struct Paid {
    cents: u64,
}

async fn pay(VerifiedEvent(event): VerifiedEvent<Paid>) {
    assert_eq!(event.data.cents, 1999);
}

#[tokio::test]
async fn one_crate_is_enough_for_a_route_a_store_a_provider_and_their_test() {
    for provider in [ACME, BACKWARDS] {
        let records = Records::default();
        let layer = WebhookLayer::new(endpoint(provider, &records).unwrap());
        let app = Router::new().route("/hook", post(pay).layer(layer));
        let send = |request: Request<Body>| async {
            let response = app.clone().oneshot(request).await.unwrap();
            response.status().as_u16()
        };
        let signer = signer(provider).unwrap();
        let genuine = signer.sign_now(BODY);
        assert_eq!(send(genuine.forged().to_http("/hook")).await, 401);
        assert_eq!(records.done(), 0);
        assert_eq!(send(genuine.to_http("/hook")).await, 200);
        assert_eq!(send(genuine.to_http("/hook")).await, 200, "a duplicate");
        assert_eq!(records.done(), 1);
        let mistyped = signer.sign_now(r#"{"id":"evt_2","cents":"many"}"#);
        assert_eq!(send(mistyped.to_http("/hook")).await, 422);
        assert_eq!(records.done(), 1);
    }
}
