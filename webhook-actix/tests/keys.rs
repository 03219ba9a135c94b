//! A delivery whose key is fetched, through the middleware.

#![cfg(feature = "asymmetric")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../webhook-test/vectors/loader.rs"]
mod loader;

use std::time::Duration;

use actix_web::dev::Service as _;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, HttpResponse, web};
use bytes::Bytes;
use webhook_actix::{
    Confirmation, Endpoint, KeyError, KeyQuery, KeySource, MemoryStore, Signer, StaticKeys,
    UnixTime, VerifiedDelivery, Webhook, providers,
};
use webhook_core::SecretSet;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

const KEY: &str = include_str!("../../webhook-test/vectors/keys/p256.pub.pem");

/// Says so only after others had their turn.
#[derive(Debug)]
struct Later(Option<&'static str>);

impl KeySource for Later {
    async fn fetch(&self, _: &KeyQuery) -> Result<Option<Bytes>, KeyError> {
        tokio::task::yield_now().await;
        self.0
            .map(|key| Some(key.into()))
            .ok_or(KeyError::unavailable())
    }
}

/// Hangs unless it is asked for the first key.
#[derive(Debug)]
struct HangsUnlessFirst;

impl KeySource for HangsUnlessFirst {
    async fn fetch(&self, query: &KeyQuery) -> Result<Option<Bytes>, KeyError> {
        match query.id() {
            Some("key-1") => Ok(Some(KEY.into())),
            _ => std::future::pending().await,
        }
    }
}

#[derive(Debug)]
struct Panics;

impl KeySource for Panics {
    async fn fetch(&self, _: &KeyQuery) -> Result<Option<Bytes>, KeyError> {
        panic!("a source of keys panics as told")
    }
}

fn request(key: &str, body: &'static str) -> TestRequest {
    let private = include_str!("../../webhook-test/vectors/keys/p256.pem");
    let signer = Signer::new(providers::PLAID, private).unwrap();
    let signed = signer.setting("kid", key).sign(NOW, body);
    let mut request = TestRequest::post().uri("/").set_payload(signed.body);
    for (name, value) in signed.headers {
        request = request.insert_header((name, value));
    }
    request
}

#[actix_web::test]
async fn a_source_that_panics_is_one_that_cannot_tell() {
    assert_eq!(status(Panics).await, 503);
}

#[actix_web::test]
async fn deliveries_that_wait_for_a_key_take_no_place_of_what_is_verified() {
    let builder = Endpoint::plaid(SecretSet::fetched()).keys(HangsUnlessFirst);
    let endpoint = builder.clock(NOW).store(MemoryStore::new()).build();
    let webhook = Webhook::new(endpoint.unwrap());
    let route = web::post().to(|_: VerifiedDelivery| async { HttpResponse::Ok().finish() });
    let app = init_service(App::new().wrap(webhook.clone()).route("/", route)).await;
    let genuine = call_service(&app, request("key-1", "{}").to_request()).await;
    assert_eq!(genuine.status(), 200);
    let mut waiting = Vec::new();
    for _ in 0..1200 {
        let forged = app.call(request("key-of-nobody", "{}").to_request());
        let mut forged = Box::pin(actix_web::rt::time::timeout(Duration::ZERO, forged));
        assert!((&mut forged).await.is_err(), "it did not wait");
        waiting.push(forged);
    }
    let genuine = call_service(&app, request("key-1", r#"{"n":1}"#).to_request()).await;
    assert_eq!(genuine.status(), 200, "while they wait");
    // Their clients leave.
    drop(waiting);
    let genuine = call_service(&app, request("key-1", r#"{"n":2}"#).to_request()).await;
    assert_eq!(genuine.status(), 200);
    assert_eq!(webhook.drain(Duration::ZERO).await, 0, "nothing runs");
}

async fn status(source: impl KeySource) -> u16 {
    let builder = Endpoint::plaid(SecretSet::fetched()).keys(source);
    let endpoint = builder.clock(NOW).store(MemoryStore::new()).build();
    let route = web::post().to(|_: VerifiedDelivery| async { HttpResponse::Ok().finish() });
    let app = App::new()
        .wrap(Webhook::new(endpoint.unwrap()))
        .route("/", route);
    let app = init_service(app).await;
    call_service(&app, request("key-1", "{}").to_request())
        .await
        .status()
        .as_u16()
}

#[actix_web::test]
async fn the_handler_runs_once_the_key_is_there() {
    assert_eq!(status(StaticKeys::new().with("key-1", KEY)).await, 200);
    assert_eq!(status(Later(Some(KEY))).await, 200);
}

#[actix_web::test]
async fn no_key_of_that_name_is_401_and_a_source_that_fails_503() {
    assert_eq!(status(StaticKeys::new()).await, 401);
    assert_eq!(status(Later(None)).await, 503);
}

/// Has a key, and confirms what it is asked to, if it is up.
#[derive(Clone, Copy, Debug)]
struct Confirming {
    is_up: bool,
}

impl KeySource for Confirming {
    async fn fetch(&self, _: &KeyQuery) -> Result<Option<Bytes>, KeyError> {
        Ok(Some(RSA.into()))
    }

    async fn confirm(&self, _: &Confirmation) -> Result<bool, KeyError> {
        tokio::task::yield_now().await;
        self.is_up.then_some(true).ok_or(KeyError::unavailable())
    }
}

const RSA: &str = include_str!("../../webhook-test/vectors/keys/rsa.pub.pem");

/// The body of a vector, which Amazon SNS would have sent to this topic.
fn sns(name: &str) -> (Vec<u8>, String) {
    let vector = loader::named("aws-sns", name);
    (vector.body(), vector.settings["topic_arn"].clone())
}

#[actix_web::test]
async fn a_subscription_is_confirmed_without_the_handler() {
    for (name, is_up, expected) in [
        ("confirmation of a subscription", true, 200),
        ("confirmation of a subscription", false, 503),
        // Those are for the handler.
        ("confirmation of its end", true, 418),
        ("signed", true, 418),
    ] {
        let (body, topic) = sns(name);
        let builder = Endpoint::aws_sns(SecretSet::fetched()).topic_arn(topic);
        let builder = builder.keys(Confirming { is_up }).clock(NOW);
        let endpoint = builder.store(MemoryStore::new()).build().unwrap();
        let route = web::post().to(|| async { HttpResponse::ImATeapot().finish() });
        let app = App::new().wrap(Webhook::new(endpoint)).route("/", route);
        let app = init_service(app).await;
        let request = TestRequest::post().uri("/").set_payload(body);
        let response = call_service(&app, request.to_request()).await;
        assert_eq!(response.status().as_u16(), expected, "{name}");
    }
}
