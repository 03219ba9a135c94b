//! An application that depends on webhook-tower needs no other crate of this workspace: a route, a
//! store, a provider, and deliveries to test them with.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/one_crate.rs"]
mod one_crate;

use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use one_crate::{ACME, BACKWARDS, BODY, Records, endpoint, signer};
use tower::{Layer as _, ServiceExt as _, service_fn};
use webhook_tower::{self as webhook, Delivery, NotAnEvent, RequestBody, WebhookLayer};

#[derive(serde::Deserialize)]
struct Paid {
    cents: u64,
}

fn pay(request: &Request<RequestBody>) -> Result<(), NotAnEvent> {
    let delivery = request.extensions().get::<Delivery>().unwrap();
    let paid: Paid = delivery.json()?;
    assert_eq!(paid.cents, 1999);
    Ok(())
}

async fn handle(request: Request<RequestBody>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(match pay(&request) {
        Ok(()) => Response::default(),
        Err(rejection) => rejection.into_response(),
    })
}

#[tokio::test]
async fn one_crate_is_enough_for_a_route_a_store_a_provider_and_their_test() {
    for provider in [ACME, BACKWARDS] {
        let records = Records::default();
        let layer = WebhookLayer::new(endpoint(provider, &records).unwrap());
        let send = |request: Request<Full<Bytes>>| async {
            let service = layer.layer(service_fn(handle));
            let Ok(response) = service.oneshot(request).await;
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
