//! A delivery whose key is fetched, through the layer.

#![cfg(feature = "asymmetric")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../webhook-test/vectors/loader.rs"]
mod loader;

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tokio::time::Instant;
use tower::{ServiceExt as _, service_fn};
use tower_layer::Layer as _;
use webhook_core::{
    Confirmation, Endpoint, KeyError, KeyQuery, KeySource, MemoryStore, SecretSet, Signer,
    StaticKeys, UnixTime, providers,
};
use webhook_tower::WebhookLayer;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

const KEY: &str = include_str!("../../webhook-test/vectors/keys/p256.pub.pem");

/// What a source does.
#[derive(Clone, Copy, Debug)]
enum Source {
    Answers(Duration),
    Fails,
    Hangs,
    HangsUnlessFirst,
    Panics,
}

impl KeySource for Source {
    async fn fetch(&self, query: &KeyQuery) -> Result<Option<Bytes>, KeyError> {
        match self {
            Self::HangsUnlessFirst if query.id() == Some("key-1") => Ok(Some(KEY.into())),
            Self::HangsUnlessFirst => std::future::pending().await,
            Self::Panics => panic!("a source of keys panics as told"),
            Self::Answers(after) => {
                tokio::time::sleep(*after).await;
                Ok(Some(KEY.into()))
            }
            Self::Fails => Err(KeyError::unavailable()),
            Self::Hangs => std::future::pending().await,
        }
    }
}

fn layer(source: impl KeySource) -> WebhookLayer {
    let builder = Endpoint::plaid(SecretSet::fetched()).keys(source);
    let builder = builder.clock(NOW).store(MemoryStore::new());
    WebhookLayer::new(builder.build().unwrap())
}

async fn send(layer: &WebhookLayer) -> Response<()> {
    send_named(layer, "key-1", "{}").await
}

async fn send_named(layer: &WebhookLayer, key: &str, body: &'static str) -> Response<()> {
    let private = include_str!("../../webhook-test/vectors/keys/p256.pem");
    let signer = Signer::new(providers::PLAID, private).unwrap();
    let signed = signer.setting("kid", key).sign(NOW, body);
    let mut request = Request::post("/");
    for (name, value) in &signed.headers {
        request = request.header(name, value);
    }
    let handler = service_fn(|_: Request<_>| async {
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
    });
    let request = request.body(Full::new(signed.body)).unwrap();
    let response = layer.layer(handler).oneshot(request).await.unwrap();
    response.map(|_| ())
}

#[tokio::test(start_paused = true)]
async fn the_handler_runs_once_the_key_is_there() {
    let at_once = layer(StaticKeys::new().with("key-1", KEY));
    assert_eq!(send(&at_once).await.status(), 200);
    let slowly = layer(Source::Answers(Duration::from_secs(2)));
    assert_eq!(send(&slowly).await.status(), 200);
}

#[tokio::test(start_paused = true)]
async fn no_key_of_that_name_is_401() {
    let response = send(&layer(StaticKeys::new())).await;
    assert_eq!(response.status(), 401);
}

#[tokio::test(start_paused = true)]
async fn a_source_that_fails_is_503_and_the_sender_may_come_again() {
    let response = send(&layer(Source::Fails)).await;
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["retry-after"], "10");
}

#[tokio::test(start_paused = true)]
async fn a_source_that_hangs_is_given_up_and_others_are_not_held_up_for_longer() {
    let layer = layer(Source::Hangs);
    let start = Instant::now();
    let (one, other) = tokio::join!(send(&layer), send(&layer));
    assert_eq!([one.status(), other.status()], [503, 503]);
    assert_eq!(start.elapsed(), webhook_runtime::policy::KEY_TIMEOUT);
}

#[tokio::test(start_paused = true)]
async fn a_source_that_panics_is_one_that_cannot_tell() {
    let response = send(&layer(Source::Panics)).await;
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["retry-after"], "10");
}

/// Deliveries that wait for a key whose source does not answer.
async fn waiting(layer: &WebhookLayer, many: usize) -> Vec<impl Sized + use<>> {
    let mut waiting = Vec::new();
    for _ in 0..many {
        let layer = layer.clone();
        let forged = async move { send_named(&layer, "key-of-nobody", "{}").await };
        let mut forged = Box::pin(tokio::time::timeout(Duration::ZERO, forged));
        assert!((&mut forged).await.is_err(), "it did not wait");
        waiting.push(forged);
    }
    waiting
}

#[tokio::test(start_paused = true)]
async fn deliveries_that_wait_for_a_key_take_no_place_of_what_is_verified() {
    let layer = layer(Source::HangsUnlessFirst);
    assert_eq!(send(&layer).await.status(), 200);
    let forged = waiting(&layer, 1200).await;
    let genuine = send_named(&layer, "key-1", r#"{"n":1}"#).await;
    assert_eq!(genuine.status(), 200, "while they wait");
    // Their clients leave.
    drop(forged);
    let genuine = send_named(&layer, "key-1", r#"{"n":2}"#).await;
    assert_eq!(genuine.status(), 200);
    assert_eq!(layer.drain(Duration::ZERO).await, 0, "nothing runs");
}

/// A source that has one key, under the name that the signer gives.
#[derive(Clone, Copy, Debug)]
struct One;

impl KeySource for One {
    async fn fetch(&self, query: &KeyQuery) -> Result<Option<Bytes>, KeyError> {
        Ok((query.id() == Some("key-1")).then(|| KEY.into()))
    }
}

#[tokio::test(start_paused = true)]
async fn invented_names_are_401_or_503_and_the_genuine_one_is_503_at_the_worst_and_then_200() {
    let layer = layer(One);
    let mut statuses = Vec::new();
    for i in 0..20 {
        let response = send_named(&layer, &format!("invented-{i}"), "{}").await;
        let retries = response.headers().contains_key("retry-after");
        assert_eq!(retries, response.status() == 503);
        statuses.push(response.status().as_u16());
    }
    assert_eq!(statuses, [vec![401; 8], vec![503; 12]].concat());
    assert_eq!(send(&layer).await.status(), 503);
    assert_eq!(send(&layer).await.status(), 200);
    assert_eq!(send_named(&layer, "invented-20", "{}").await.status(), 503);
    assert_eq!(send(&layer).await.status(), 200);
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
        tokio::time::sleep(Duration::from_secs(1)).await;
        self.is_up.then_some(true).ok_or(KeyError::unavailable())
    }
}

const RSA: &str = include_str!("../../webhook-test/vectors/keys/rsa.pub.pem");

/// The body of a vector, which Amazon SNS would have sent to this topic.
fn sns(name: &str) -> (Vec<u8>, String) {
    let vector = loader::named("aws-sns", name);
    (vector.body(), vector.settings["topic_arn"].clone())
}

#[tokio::test(start_paused = true)]
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
        let layer = WebhookLayer::new(builder.store(MemoryStore::new()).build().unwrap());
        let handler = service_fn(|_: Request<_>| async {
            let response = Response::builder().status(418);
            Ok::<_, Infallible>(response.body(Full::<Bytes>::default()).unwrap())
        });
        let request = Request::post("/").body(Full::new(Bytes::from(body)));
        let response = layer.layer(handler).oneshot(request.unwrap()).await;
        assert_eq!(response.unwrap().status(), expected, "{name}");
    }
}
