//! An application that depends on webhook-actix needs no other crate of this workspace: a route, a
//! store, a provider, and deliveries to test them with.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../webhook-tower/tests/common/one_crate.rs"]
mod one_crate;

use actix_web::test::{call_service, init_service};
use actix_web::{App, HttpResponse, web};
use one_crate::{ACME, BACKWARDS, BODY, Records, endpoint, signer};
use webhook_actix::testing::test_request;
use webhook_actix::{self as webhook, SignedRequest, VerifiedEvent, Webhook};

#[derive(serde::Deserialize)]
struct Paid {
    cents: u64,
}

async fn pay(VerifiedEvent(event): VerifiedEvent<Paid>) -> HttpResponse {
    assert_eq!(event.data.cents, 1999);
    HttpResponse::Ok().finish()
}

#[actix_web::test]
async fn one_crate_is_enough_for_a_route_a_store_a_provider_and_their_test() {
    for provider in [ACME, BACKWARDS] {
        let records = Records::default();
        let webhook = Webhook::new(endpoint(provider, &records).unwrap());
        let hook = web::resource("/hook").wrap(webhook);
        let app = init_service(App::new().service(hook.route(web::post().to(pay)))).await;
        let send = async |delivery: &SignedRequest| {
            let request = test_request(delivery, "/hook").to_request();
            call_service(&app, request).await.status().as_u16()
        };
        let signer = signer(provider).unwrap();
        let genuine = signer.sign_now(BODY);
        assert_eq!(send(&genuine.forged()).await, 401);
        assert_eq!(records.done(), 0);
        assert_eq!(send(&genuine).await, 200);
        assert_eq!(send(&genuine).await, 200, "a duplicate");
        assert_eq!(records.done(), 1);
        let mistyped = signer.sign_now(r#"{"id":"evt_2","cents":"many"}"#);
        assert_eq!(send(&mistyped).await, 422);
        assert_eq!(records.done(), 1);
    }
}
