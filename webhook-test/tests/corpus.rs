//! Thousands of damaged requests for every provider, in process: no panic, no 5xx, and nothing that
//! gets through.
//!
//! What they are is in `src/corpus.rs`; `adapters.rs` sends some of them over real sockets.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use tower::{Layer as _, ServiceExt as _, service_fn};
use webhook_axum::WebhookLayer;
use webhook_test::{Calls, Corpus, CountingStore, cases};
use webhook_tower::RequestBody;

/// For each provider.
const REQUESTS: u32 = 5000;

async fn send_all(mut corpus: Corpus) -> BTreeMap<u16, usize> {
    let (store, runs) = (CountingStore::new(), Arc::new(AtomicUsize::new(0)));
    let endpoint = corpus.endpoint().store(store.clone());
    let endpoint = endpoint.build().expect("usable");
    let count = Arc::clone(&runs);
    let service =
        WebhookLayer::new(endpoint.clone()).layer(service_fn(move |_: Request<RequestBody>| {
            count.fetch_add(1, Ordering::SeqCst);
            async { Ok::<_, Infallible>(Response::new(Full::new(Bytes::from("in")))) }
        }));
    let (name, seed) = (corpus.provider().name(), corpus.seed);
    let probe = corpus.probe();
    let (mut answers, mut bodies) = (BTreeMap::new(), BTreeMap::<(u16, bool), Bytes>::new());
    for (n, sent) in corpus.by_ref().take(cases(REQUESTS)).enumerate() {
        let body = Full::new(sent.body.clone());
        let request = sent.request_with(body).expect("a request");
        let Ok(response) = service.clone().oneshot(request).await;
        let status = response.status().as_u16();
        let place = format!("{name}, seed {seed:#x}, request {}", n + 1);
        let is_probe = probe == Some(sent.method.as_str());
        assert!(
            matches!(status, 400 | 401 | 405 | 413 | 415) || (is_probe && status == 200),
            "{place}: {status} for {sent:?}"
        );
        let body = response.into_body().collect().await;
        let body = body.expect("a body").to_bytes();
        // A HEAD is answered with the head of an answer alone.
        let known = bodies.entry((status, sent.method == "HEAD"));
        let known = known.or_insert_with(|| body.clone());
        assert_eq!(*known, body, "{place}: the body of {status} differs");
        *answers.entry(status).or_insert(0) += 1;
    }
    assert_eq!(runs.load(Ordering::SeqCst), 0, "{name}: something ran");
    assert_eq!(
        store.calls(),
        Calls::default(),
        "{name}: the store was asked"
    );
    assert_eq!(endpoint.counts().verified, 0, "{name}");
    // And what all of it was made from is genuine.
    let good = corpus.genuine();
    let body = Full::new(good.body.clone());
    let request = good.request_with(body).expect("a request");
    let Ok(response) = service.oneshot(request).await;
    assert_eq!(response.status(), 200, "{name}: the genuine one");
    assert_eq!(runs.load(Ordering::SeqCst), 1, "{name}");
    answers
}

async fn corpus(part: usize) {
    for (n, corpus) in Corpus::all().enumerate() {
        if n % 4 == part {
            let (name, seed) = (corpus.provider().name(), corpus.seed);
            println!("{name}: seed {seed:#x}");
            let answers = send_all(corpus).await;
            println!("{name}: {answers:?}");
            assert!(answers[&401] > cases(REQUESTS) / 2, "{answers:?}");
        }
    }
}

#[tokio::test]
async fn no_damaged_request_gets_in_or_makes_a_5xx_first_quarter_of_the_providers() {
    corpus(0).await;
}

#[tokio::test]
async fn no_damaged_request_gets_in_or_makes_a_5xx_second_quarter_of_the_providers() {
    corpus(1).await;
}

#[tokio::test]
async fn no_damaged_request_gets_in_or_makes_a_5xx_third_quarter_of_the_providers() {
    corpus(2).await;
}

#[tokio::test]
async fn no_damaged_request_gets_in_or_makes_a_5xx_last_quarter_of_the_providers() {
    corpus(3).await;
}
