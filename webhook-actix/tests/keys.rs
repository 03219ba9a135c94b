//! A delivery whose key is elsewhere, through the middleware.

#![cfg(feature = "asymmetric")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, HttpResponse, web};
use bytes::Bytes;
use webhook_actix::{
    Endpoint, KeyError, KeyQuery, KeySource, MemoryStore, Signer, StaticKeys, UnixTime,
    VerifiedDelivery, Webhook, providers,
};
use webhook_core::SecretSet;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

const KEY: &str = include_str!("../../webhook-core/tests/keys/p256.pub.pem");

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

async fn status(source: impl KeySource) -> u16 {
    let private = include_str!("../../webhook-core/tests/keys/p256.pem");
    let signed = Signer::new(providers::PLAID, private)
        .unwrap()
        .sign(NOW, "{}");
    let builder = Endpoint::plaid(SecretSet::default()).keys(source);
    let endpoint = builder.clock(NOW).store(MemoryStore::new()).build();
    let route = web::post().to(|_: VerifiedDelivery| async { HttpResponse::Ok().finish() });
    let app = App::new()
        .wrap(Webhook::new(endpoint.unwrap()))
        .route("/", route);
    let app = init_service(app).await;
    let mut request = TestRequest::post().uri("/").set_payload(signed.body);
    for (name, value) in signed.headers {
        request = request.insert_header((name, value));
    }
    call_service(&app, request.to_request())
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
