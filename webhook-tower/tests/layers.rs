//! Layers outside of the webhook layer, without a framework.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use tower::{ServiceBuilder, ServiceExt as _, service_fn};
use tower_http::timeout::TimeoutLayer;
use webhook_tower::{RequestBody, Signer, WebhookLayer, providers};

const SECRET: &str = "whsec_0123456789abcdef";

fn delivery(id: &str) -> Request<Full<Bytes>> {
    let signer = Signer::new(providers::STRIPE, SECRET).unwrap();
    let delivery = signer.sign_now(format!(r#"{{"id":"{id}"}}"#));
    delivery.to_http("/webhooks/stripe")
}

async fn slow(_: Request<RequestBody>) -> Result<Response<Full<Bytes>>, Infallible> {
    tokio::time::sleep(Duration::from_secs(5)).await;
    Ok(Response::new("paid".into()))
}

#[tokio::test(start_paused = true)]
async fn tower_https_timeout_outside_answers_and_the_handler_finishes() {
    let layer = WebhookLayer::stripe(SECRET);
    let timeout = Duration::from_secs(1);
    let timeout = TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, timeout);
    let service = ServiceBuilder::new()
        .layer(timeout)
        .layer(layer.clone())
        .service(service_fn(slow));

    let Ok(response) = service.clone().oneshot(delivery("evt_1")).await;
    assert_eq!(response.status(), 503);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert!(body.is_empty());

    assert_eq!(layer.drain(Duration::from_secs(60)).await, 0);
    assert_eq!(layer.endpoint().counts().done, 1);
}

#[tokio::test(start_paused = true)]
async fn towers_own_timeout_outside_is_an_error_and_the_handler_finishes() {
    let layer = WebhookLayer::stripe(SECRET);
    let service = ServiceBuilder::new()
        .timeout(Duration::from_secs(1))
        .layer(layer.clone())
        .service(service_fn(slow));

    let error = service.oneshot(delivery("evt_1")).await.unwrap_err();
    assert!(error.is::<tower::timeout::error::Elapsed>(), "{error}");

    assert_eq!(layer.drain(Duration::from_secs(60)).await, 0);
    assert_eq!(layer.endpoint().counts().done, 1);
}
