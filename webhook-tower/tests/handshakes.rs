//! Challenges and their answers, through the layer.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use tower::{ServiceExt as _, service_fn};
use tower_layer::Layer as _;
use webhook_core::{Endpoint, MemoryStore, Signer, UnixTime, providers};
use webhook_tower::WebhookLayer;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const PRIVATE: &str = "integration_private_key";

struct Shop {
    layer: WebhookLayer,
    runs: Arc<AtomicUsize>,
}

impl Shop {
    fn new(store: MemoryStore) -> Self {
        let endpoint = Endpoint::braintree(PRIVATE, "public").clock(NOW);
        Self {
            layer: WebhookLayer::new(endpoint.store(store).build().unwrap()),
            runs: Arc::default(),
        }
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> (StatusCode, String) {
        let runs = Arc::clone(&self.runs);
        let handler = service_fn(move |_: Request<_>| {
            runs.fetch_add(1, Ordering::SeqCst);
            async { Ok::<_, Infallible>(http::Response::new(Full::<Bytes>::default())) }
        });
        let response = self.layer.layer(handler).oneshot(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    async fn ask(&self, challenge: &str) -> (StatusCode, String) {
        let request = Request::get(format!("/?bt_challenge={challenge}"));
        self.send(request.body(Full::default()).unwrap()).await
    }

    async fn post(&self, form: impl Into<Bytes>) -> StatusCode {
        let request = Request::post("/").body(Full::new(form.into()));
        self.send(request.unwrap()).await.0
    }
}

#[tokio::test]
async fn an_answer_of_braintrees_handshake_is_401_as_a_delivery() {
    let shop = Shop::new(MemoryStore::new());
    let (status, proof) = shop.ask("deadbeefdeadbeefdead").await;
    assert_eq!(status, 200);
    let proof = proof.replace('|', "%7C");
    let form = format!("bt_signature={proof}&bt_payload=deadbeefdeadbeefdead");
    assert_eq!(shop.post(form).await, 401);
    assert_eq!(shop.runs.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn answers_of_a_handshake_fill_no_store() {
    let shop = Shop::new(MemoryStore::builder().capacity(1024).build());
    for i in 0..2000 {
        let challenge = format!("{i:020x}");
        let (_, proof) = shop.ask(&challenge).await;
        let proof = proof.replace('|', "%7C");
        let form = format!("bt_signature={proof}&bt_payload={challenge}");
        assert_eq!(shop.post(form).await, 401, "{challenge}");
    }
    let signer = Signer::new(providers::BRAINTREE, PRIVATE).unwrap();
    let signer = signer.setting("public_key", "public");
    for i in 0..8 {
        let genuine = signer.sign(NOW, format!("<notification>{i}</notification>"));
        assert_eq!(shop.post(genuine.body).await, 200, "{i}");
    }
    assert_eq!(shop.runs.load(Ordering::SeqCst), 8);
}
