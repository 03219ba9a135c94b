//! The path that a provider signs, when a framework strips a prefix of it before the adapter.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, HttpResponse, web};
use axum::Router;
use axum::routing::any;
use tower::ServiceExt as _;
use webhook_actix::Webhook;
use webhook_axum::WebhookLayer;
use webhook_core::{Algorithm, Endpoint, Head, KeyFormat, Part, Provider, Signer};
use webhook_test::{NOW, Sent};

const URL: &str = "https://shop.example/api/hooks/in";
const TARGET: &str = "/api/hooks/in?data.id=Ab1&requestId=r1";

/// An object that has what most schemes sign or look for in a body.
const BODY: &str =
    r#"{"id":"evt_1","event_id":"evt_1","type":"a","order_id":1,"timestamp":2,"status":"NEW"}"#;

macro_rules! key {
    ($name:literal) => {
        include_str!(concat!("../vectors/keys/", $name, ".pem"))
    };
}

/// What a receiver has, and what its sender has.
fn secrets(provider: &Provider) -> (&'static str, &'static str) {
    match provider.key_format() {
        KeyFormat::PublicKey => match provider.schemes()[0].key_algorithm() {
            Some(Algorithm::Ed25519) => (key!("ed25519.pub"), key!("ed25519")),
            Some(
                Algorithm::EcdsaP256Sha256
                | Algorithm::EcdsaP256Sha256Fixed
                | Algorithm::EcdsaP256Sha1,
            ) => (key!("p256.pub"), key!("p256")),
            Some(Algorithm::EcdsaP521Sha512Fixed) => (key!("p521.pub"), key!("p521")),
            Some(Algorithm::EcdsaSecp256k1Sha256) => (key!("k256.pub"), key!("k256")),
            _ => (key!("rsa.pub"), key!("rsa")),
        },
        KeyFormat::Basic => ["user:correct horse battery"; 2].into(),
        _ => ["0123456789abcdef0123456789abcdef"; 2].into(),
    }
}

/// An endpoint of this provider and a genuine delivery to it, if a signer can sign this body.
fn genuine(provider: &Provider) -> Option<(Endpoint, Sent)> {
    let (receives, sends) = secrets(provider);
    let mut builder = Endpoint::builder(*provider, receives).clock(NOW);
    let mut signer = Signer::new(*provider, sends).ok()?;
    signer = signer.public_url(URL).path_and_query(TARGET);
    if provider.signs_url() {
        builder = builder.public_url(URL);
    }
    for name in provider.required_settings() {
        builder = builder.setting(name, "setting-1");
        signer = signer.setting(name, "setting-1");
    }
    if provider.names_keys() && provider.optional_settings().any(|name| name == "kid") {
        builder = builder.setting("kid", "key-1");
    }
    for part in provider.schemes()[0].parts() {
        if let Part::Header(name) = part {
            signer = signer.header(*name, "signed-1");
        }
    }
    let endpoint = builder.without_replay_protection().build().ok()?;
    let sign = || Sent::from(signer.sign(NOW, BODY));
    let sent = catch_unwind(AssertUnwindSafe(sign)).ok()?;
    let head = Head {
        method: &sent.method,
        path_and_query: &sent.target,
        headers: &sent.headers,
    };
    let verified = endpoint.verify(&head, sent.body.clone());
    verified.is_ok().then_some((endpoint, sent))
}

async fn over_axum(endpoint: &Endpoint, sent: &Sent) -> [u16; 3] {
    let layer = || WebhookLayer::new(endpoint.clone());
    let route = || Router::new().route("/in", any(async || ()));
    let nested = Router::new().nest("/api/hooks", route().layer(layer()));
    let twice = Router::new().nest("/hooks", route().layer(layer()));
    let twice = Router::new().nest("/api", twice);
    let outside = Router::new().nest("/api/hooks", route()).layer(layer());
    let mut statuses = [0; 3];
    for (status, router) in statuses.iter_mut().zip([nested, twice, outside]) {
        let request = sent.request().expect("a request");
        *status = router
            .oneshot(request)
            .await
            .expect("an answer")
            .status()
            .as_u16();
    }
    statuses
}

async fn over_actix(endpoint: &Endpoint, sent: &Sent) -> [u16; 2] {
    let webhook = || Webhook::new(endpoint.clone());
    let ok = || web::to(async || HttpResponse::Ok());
    let resource = web::resource("/in").wrap(webhook()).route(ok());
    let scope = web::scope("/hooks").service(resource);
    let inside = init_service(App::new().service(web::scope("/api").service(scope))).await;
    let scope = web::scope("/api/hooks").wrap(webhook()).route("/in", ok());
    let around = init_service(App::new().service(scope)).await;
    let request = || {
        let method = sent.method.parse().expect("a method");
        let mut request = TestRequest::default().method(method).uri(&sent.target);
        for (name, value) in &sent.headers {
            request = request.insert_header((name.as_str(), value.as_slice()));
        }
        request.set_payload(sent.body.clone()).to_request()
    };
    [
        call_service(&inside, request()).await.status().as_u16(),
        call_service(&around, request()).await.status().as_u16(),
    ]
}

/// For every provider: a delivery that verifies at its address also verifies in each framework's
/// ways to nest.
#[actix_web::test]
async fn a_delivery_verifies_below_a_prefix() {
    let mut sent_to = 0;
    let mut wrong = BTreeMap::new();
    for provider in Provider::ALL {
        let Some((endpoint, sent)) = genuine(provider) else {
            continue;
        };
        sent_to += 1;
        let axum = over_axum(&endpoint, &sent).await;
        let actix = over_actix(&endpoint, &sent).await;
        if (axum, actix) != ([200; 3], [200; 2]) {
            wrong.insert(provider.name(), (axum, actix));
        }
    }
    println!("{sent_to} providers");
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(sent_to >= 100, "{sent_to}");
}

#[actix_web::test]
async fn those_that_sign_path_or_url_are_among_them() {
    for name in ["truelayer", "square", "twilio", "contentful"] {
        let provider = Provider::find(name).expect("a provider");
        let (endpoint, sent) = genuine(provider).unwrap_or_else(|| panic!("{name}: not signed"));
        assert_eq!(over_axum(&endpoint, &sent).await, [200; 3], "{name}");
        assert_eq!(over_actix(&endpoint, &sent).await, [200; 2], "{name}");
    }
}
