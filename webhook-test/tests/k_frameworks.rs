//! Catalogue K: frameworks.
//!
//! Not tested here: K07 and K08 (rows of the adapter suite), the actix-web half of K12, and K11
//! (`forbid(unsafe_code)` is a lint of the workspace; Miri and the feature powerset belong to CI).

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router, http::StatusCode};
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Empty, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower::{BoxError, Layer, Service, ServiceBuilder, ServiceExt, service_fn};
use tower_http::trace::TraceLayer;
use webhook_axum::{VerifiedDelivery, VerifiedEvent, Webhook, WebhookLayer};
use webhook_core::{Delivery, Endpoint};
use webhook_test::{
    Client, CountingStore, Gate, Logs, NOW, PATIENCE, PLAIN, Reply, Sent, Server, delivery, signed,
    standard,
};
use webhook_tower::RequestBody;

const BODY: &str = r#"{"type":"a","n":7}"#;

#[derive(Clone, Default)]
struct Runs(Arc<AtomicUsize>);

impl Runs {
    fn add(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

fn layer() -> (WebhookLayer, CountingStore) {
    let store = CountingStore::new();
    let endpoint = standard().store(store.clone()).build().expect("usable");
    (WebhookLayer::new(endpoint), store)
}

fn to(target: &str, id: &str) -> Sent {
    let mut sent = delivery(id, BODY);
    target.clone_into(&mut sent.target);
    sent
}

async fn send(server: &Server, sent: &Sent) -> Reply {
    let mut client = Client::connect(server.address).await;
    client.send(&sent.wire()).await;
    client.reply().await.expect("an answer")
}

fn counting(runs: &Runs) -> impl Fn() -> std::future::Ready<StatusCode> + Clone + use<> {
    let runs = runs.clone();
    move || {
        runs.add();
        std::future::ready(StatusCode::OK)
    }
}

#[tokio::test]
async fn an_event_on_a_route_without_a_layer_is_500_and_says_so_in_the_log() {
    // K01. A request cannot authenticate itself: headers that other receivers set internally have
    // no effect.
    let logs = Logs::of_process();
    let runs = Runs::default();
    let (by_event, by_delivery) = (runs.clone(), runs.clone());
    let event = move |_: VerifiedEvent<serde_json::Value>| async move { by_event.add() };
    let alone = move |_: VerifiedDelivery| async move { by_delivery.add() };
    let router = Router::new()
        .route("/event", post(event))
        .route("/delivery", post(alone));
    let server = Server::start(router).await;
    for target in ["/event", "/delivery"] {
        let sent = to(target, "msg_k01")
            .add("calculated-signature", "x")
            .add("x-verified", "1");
        let reply = send(&server, &sent).await;
        assert_eq!(reply.status, 500, "K01: {target}");
        assert_eq!(reply.body, Reply::constant_body(500), "K01: {target}");
    }
    assert_eq!(runs.count(), 0, "K01: it ran");
    let said = logs.text();
    assert!(said.contains("layer_missing"), "K01: {said}");
    assert!(said.contains("WebhookLayer"), "K01: what to add");

    let (layer, store) = layer();
    let guarded = Router::new()
        .route("/event", post(counting(&runs)))
        .layer(layer);
    let server = Server::start(guarded).await;
    let forged = to("/event", "msg_k01")
        .without("webhook-signature")
        .add("calculated-signature", "x")
        .add("x-verified", "1")
        .add("x-webhook-verified", "true");
    let reply = send(&server, &forged).await;
    reply.assert_refusal("K01: headers that claim to be verified", 401);
    assert_eq!((runs.count(), store.calls().claims), (0, 0));
}

/// A service that panics when it is called without having been ready, as tower allows, and that is
/// ready once.
struct Strict {
    ready: bool,
    runs: Runs,
}

impl Clone for Strict {
    fn clone(&self) -> Self {
        Self {
            ready: false,
            runs: self.runs.clone(),
        }
    }
}

impl Service<Request<RequestBody>> for Strict {
    type Response = Response<Empty<Bytes>>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<RequestBody>) -> Self::Future {
        assert!(std::mem::take(&mut self.ready), "K02: not polled ready");
        self.runs.add();
        std::future::ready(Ok(Response::new(Empty::new())))
    }
}

fn request(id: &str) -> Request<Full<Bytes>> {
    let sent = delivery(id, BODY);
    let body = Full::new(sent.body.clone());
    sent.request_with(body).expect("a request")
}

#[tokio::test]
async fn the_inner_service_is_always_asked_whether_it_is_ready() {
    // K02.
    let (layer, _) = layer();
    let runs = Runs::default();
    let mut service = layer.layer(Strict {
        ready: false,
        runs: runs.clone(),
    });
    for n in 0..4 {
        let ready = ServiceExt::<Request<Full<Bytes>>>::ready(&mut service);
        let called = ready.await.unwrap().call(request(&format!("msg_{n}")));
        let response = called.await.unwrap();
        assert_eq!(response.status(), 200, "K02");
    }
    // Called twice on one readiness, which a caller may not do, is no panic either.
    let ready = ServiceExt::<Request<Full<Bytes>>>::ready(&mut service);
    ready.await.unwrap();
    let both = (
        service.call(request("msg_a")),
        service.call(request("msg_b")),
    );
    let (a, b) = tokio::join!(both.0, both.1);
    assert_eq!(a.unwrap().status(), 200, "K02");
    assert_eq!(b.unwrap().status(), 200, "K02");
    assert_eq!(runs.count(), 6);
}

fn slow(runs: &Runs) -> impl Fn(Request<RequestBody>) -> Slow + Clone + use<> {
    let runs = runs.clone();
    move |request| {
        let runs = runs.clone();
        Box::pin(async move {
            assert!(request.extensions().get::<Delivery>().is_some());
            tokio::time::sleep(Duration::from_millis(30)).await;
            runs.add();
            Ok(Response::new(Empty::new()))
        })
    }
}

type Slow =
    std::pin::Pin<Box<dyn Future<Output = Result<Response<Empty<Bytes>>, Infallible>> + Send>>;

/// 64 copies of one delivery and one of another, until all are 200.
async fn h01<S, B, E>(row: &str, service: S, runs: &Runs)
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>, Error = E> + Clone + Send + 'static,
    S::Future: Send,
    B: Send,
    E: fmt::Debug + Send,
{
    let before = runs.count();
    let copies: Vec<_> = (0..64)
        .map(|_| {
            let service = service.clone();
            tokio::spawn(async move {
                let start = Instant::now();
                while start.elapsed() < PATIENCE {
                    let answered = service.clone().oneshot(request("msg_h01")).await;
                    match answered.map(|response| response.status().as_u16()) {
                        Ok(200) => return true,
                        Ok(503) | Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
                        Ok(_) => return false,
                    }
                }
                false
            })
        })
        .collect();
    for copy in copies {
        assert!(copy.await.expect("no panic"), "{row}: not 200 in the end");
    }
    assert_eq!(runs.count(), before + 1, "{row}: not once");
    let other = service.oneshot(request("msg_other")).await;
    assert_eq!(other.expect("no error").status(), 200, "{row}");
    assert_eq!(runs.count(), before + 2, "{row}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn limits_buffers_and_load_shedding_inside_run_each_delivery_once() {
    // K02, K09: each of them passes H01.
    let runs = Runs::default();
    let inner = service_fn(slow(&runs));
    let fresh = || layer().0;
    let limited = ServiceBuilder::new()
        .layer(fresh())
        .concurrency_limit(1)
        .service(inner.clone());
    h01("K02: ConcurrencyLimit(1)", limited, &runs).await;
    let buffered = ServiceBuilder::new()
        .layer(fresh())
        .buffer(4)
        .concurrency_limit(1)
        .service(inner.clone());
    h01("K09: Buffer over ConcurrencyLimit(1)", buffered, &runs).await;
    let shedding = ServiceBuilder::new()
        .layer(fresh())
        .load_shed()
        .concurrency_limit(1)
        .service(inner.clone());
    h01("K09: LoadShed over ConcurrencyLimit(1)", shedding, &runs).await;
    let around = ServiceBuilder::new()
        .concurrency_limit(8)
        .layer(fresh())
        .service(inner);
    h01("K09: ConcurrencyLimit(8) outside", around, &runs).await;
}

#[tokio::test]
async fn an_inner_service_without_capacity_makes_an_error_and_a_release() {
    // K09, K10: what is shed is not done.
    let (layer, store) = layer();
    let gate = Gate::new();
    let held = gate.clone();
    let shedding = ServiceBuilder::new()
        .layer(layer)
        .load_shed()
        .concurrency_limit(1)
        .service(service_fn(move |_: Request<RequestBody>| {
            let gate = held.clone();
            async move {
                gate.pass().await;
                Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new()))
            }
        }));
    let hanging = tokio::spawn(shedding.clone().oneshot(request("msg_first")));
    gate.entered().await;
    let shed = shedding.clone().oneshot(request("msg_second")).await;
    let error: BoxError = shed.expect_err("K09: it was shed");
    assert!(error.is::<tower::load_shed::error::Overloaded>(), "{error}");
    assert_eq!(store.calls().releases, 1, "K10: released");
    // A forged one never asks for capacity, and so is refused as always.
    let forged = delivery("msg_third", BODY).body("{}");
    let body = Full::new(forged.body.clone());
    let refused = shedding.oneshot(forged.request_with(body).unwrap()).await;
    assert_eq!(refused.expect("an answer").status(), 401);
    hanging.abort();
}

#[derive(Debug, PartialEq)]
struct Odd;

impl fmt::Display for Odd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("odd")
    }
}

#[tokio::test]
async fn an_error_of_the_inner_service_is_passed_on_and_the_claim_released() {
    // K10: an error that is no `std::error::Error`, even.
    let (layer, store) = layer();
    let runs = Runs::default();
    let count = runs.clone();
    let service = layer.layer(service_fn(move |request: Request<RequestBody>| {
        count.add();
        let delivery = request.extensions().get::<Delivery>().cloned();
        async move {
            match delivery.map(|delivery| delivery.attempt()) {
                Some(1) => Err(Odd),
                _ => Ok(Response::new(Empty::<Bytes>::new())),
            }
        }
    }));
    let failed = service.clone().oneshot(request("msg_k10")).await;
    assert_eq!(failed.err(), Some(Odd), "K10");
    assert_eq!(store.calls().releases, 1, "K10: released");
    let retried = service.oneshot(request("msg_k10")).await.unwrap();
    assert_eq!(retried.status(), 200, "K10: the retry");
    assert_eq!(runs.count(), 2);
}

#[tokio::test]
async fn a_refusal_of_head_has_no_body() {
    // K10.
    let (layer, _) = layer();
    let router = Router::new().fallback(|| async {}).layer(layer);
    let server = Server::start(router).await;
    let mut client = Client::connect(server.address).await;
    let head = delivery("msg_head", "").method("HEAD").head("");
    client.send(&head).await;
    let answer = String::from_utf8(client.rest().await).unwrap();
    assert!(answer.starts_with("HTTP/1.1 405 "), "K10: {answer}");
    assert!(answer.ends_with("\r\n\r\n"), "K10: a body behind {answer}");
}

#[tokio::test]
async fn plain_hyper_with_a_service_fn_is_enough() {
    let (layer, store) = layer();
    let runs = Runs::default();
    let count = runs.clone();
    let service = layer.layer(service_fn(move |request: Request<RequestBody>| {
        let count = count.clone();
        async move {
            let delivery = request.extensions().get::<Delivery>().cloned();
            let body = request.into_body().into_bytes();
            assert_eq!(delivery.expect("a delivery").raw(), &body);
            count.add();
            Ok::<_, Infallible>(Response::new(Full::new(body)))
        }
    }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                return;
            };
            let service = TowerToHyperService::new(service.clone());
            tokio::spawn(async move {
                let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
                let _ = server.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    let mut client = Client::connect(address).await;
    let sent = delivery("msg_hyper", BODY);
    client.send(&sent.wire()).await;
    let first = client.reply().await.unwrap();
    assert_eq!((first.status, &first.body[..]), (200, BODY.as_bytes()));
    client.send(&sent.chunked(3)).await;
    client
        .reply()
        .await
        .unwrap()
        .assert_duplicate("plain hyper");
    client.send(&sent.clone().body("{}").wire()).await;
    let forged = client.reply().await.unwrap();
    forged.assert_refusal("plain hyper", 401);
    assert_eq!((runs.count(), store.calls().commits), (1, 1));
    server.abort();
}

#[tokio::test]
async fn a_router_layer_covers_its_fallback_and_a_route_layer_its_routes() {
    // K04.
    let runs = Runs::default();
    let unsigned = |target| to(target, "x").without("webhook-signature");

    let (guard, _) = layer();
    let server = Server::start(
        Router::new()
            .route("/hook", post(counting(&runs)))
            .layer(guard),
    )
    .await;
    assert_eq!(send(&server, &to("/hook", "a")).await.status, 200);
    let reply = send(&server, &unsigned("/hook")).await;
    reply.assert_refusal("K04: layer", 401);
    let reply = send(&server, &unsigned("/unknown")).await;
    reply.assert_refusal("K04: layer, unknown path", 401);
    let reply = send(&server, &to("/hook", "b").method("GET")).await;
    reply.assert_refusal("K04: layer, another method", 405);
    // Signed, to a path that nobody serves: 404, released, and nothing is done.
    assert_eq!(send(&server, &to("/unknown", "c")).await.status, 404);
    assert_eq!(send(&server, &to("/hook", "c")).await.status, 200);

    let (guard, store) = layer();
    let server = Server::start(
        Router::new()
            .route("/hook", post(counting(&runs)))
            .route_layer(guard)
            .route("/open", get(|| async { "open" })),
    )
    .await;
    assert_eq!(send(&server, &to("/hook", "a")).await.status, 200);
    let reply = send(&server, &unsigned("/hook")).await;
    reply.assert_refusal("K04: route_layer", 401);
    let unknown = send(&server, &unsigned("/unknown")).await;
    assert_eq!(unknown.status, 404, "K04: route_layer, unknown path");
    assert!(unknown.body.is_empty());
    let open = send(&server, &unsigned("/open").method("GET")).await;
    assert_eq!(open.body, "open", "K04: a route behind the route_layer");
    let reply = send(&server, &to("/hook", "b").method("PUT")).await;
    assert_eq!(reply.status, 405, "K04: route_layer, another method");
    assert_eq!(reply.header("allow"), Some("POST"));
    assert_eq!(store.calls().claims, 1);
}

#[tokio::test]
async fn nested_merged_and_fallback_routers_are_covered_once() {
    // K04, E08: a nested router sees a shorter path. The signed URL is the configured one with the
    // query as received.
    let runs = Runs::default();
    let (guard, store) = layer();
    let square_store = CountingStore::new();
    let square = Endpoint::square(PLAIN, "https://example.com/outer/square")
        .store(square_store.clone())
        .build()
        .unwrap();
    let nested = Router::new()
        .route("/hook", post(counting(&runs)))
        .layer(guard.clone());
    let by_square = Router::new()
        .route("/square", post(counting(&runs)))
        .layer(WebhookLayer::new(square));
    let (other, _) = layer();
    let merged = Router::new()
        .route("/merged", post(counting(&runs)))
        .layer(other);
    let server = Server::start(
        Router::new()
            .nest("/outer", nested.merge(by_square))
            .merge(merged)
            .route("/plain", get(|| async { "plain" }))
            .fallback(|| async { (StatusCode::NOT_FOUND, "nowhere") }),
    )
    .await;
    assert_eq!(send(&server, &to("/outer/hook", "a")).await.status, 200);
    send(&server, &to("/outer/hook", "a"))
        .await
        .assert_duplicate("K04: nest");
    assert_eq!(store.calls().claims, 2, "K04: each request claims once");
    assert_eq!(send(&server, &to("/merged", "a")).await.status, 200);
    let plain = to("/plain", "x").method("GET").without("webhook-signature");
    assert_eq!(send(&server, &plain).await.body, "plain", "K04: untouched");
    let unknown = send(&server, &to("/unknown", "x")).await;
    assert_eq!((unknown.status, &unknown.body[..]), (404, &b"nowhere"[..]));

    let by_square = |query: &str, body: &'static str| {
        let signer = webhook_core::Signer::new(webhook_core::providers::SQUARE, PLAIN)
            .unwrap()
            .public_url("https://example.com/outer/square")
            .path_and_query(format!("/outer/square{query}"));
        Sent::from(signer.sign(NOW, body))
    };
    for (n, query) in ["", "?", "?a=1&b=2", "?b=2&a=1", "?x=%2F+%20"]
        .into_iter()
        .enumerate()
    {
        let body = [
            r#"{"event_id":"0"}"#,
            r#"{"event_id":"1"}"#,
            r#"{"event_id":"2"}"#,
            r#"{"event_id":"3"}"#,
            r#"{"event_id":"4"}"#,
        ][n];
        let sent = by_square(query, body);
        assert_eq!(send(&server, &sent).await.status, 200, "E08: {query:?}");
        let mut moved = by_square(query, body);
        moved.target = format!(
            "/outer/square{query}{}z=1",
            if query.contains('?') { "&" } else { "?" }
        );
        let reply = send(&server, &moved).await;
        reply.assert_refusal(&format!("E08: {query:?} with a parameter more"), 401);
    }
    let mut swapped = by_square("?a=1&b=2", r#"{"event_id":"9"}"#);
    swapped.target = "/outer/square?b=2&a=1".to_owned();
    send(&server, &swapped)
        .await
        .assert_refusal("E08: the query in another order", 401);
    let forwarded = by_square("", r#"{"event_id":"8"}"#)
        .add("x-forwarded-host", "evil.example")
        .add("x-forwarded-proto", "http");
    assert_eq!(
        send(&server, &forwarded).await.status,
        200,
        "E06: never read"
    );
    assert_eq!(square_store.calls().commits, 6);
}

#[tokio::test]
async fn the_smaller_of_two_body_limits_wins() {
    // K05.
    let take_bytes = |bytes: Bytes| async move { bytes.len().to_string() };
    let app = |ours: usize, theirs: DefaultBodyLimit| {
        let store = CountingStore::new();
        let builder = standard().body_limit(ours).store(store.clone());
        let guard = WebhookLayer::new(builder.build().unwrap());
        let router = Router::new()
            .route("/", post(take_bytes))
            .layer(guard)
            .layer(theirs);
        (router, store)
    };
    let big = |id: &str, len| delivery(id, vec![b'x'; len]);
    let (router, store) = app(4096, DefaultBodyLimit::disable());
    let server = Server::start(router).await;
    let reply = send(&server, &big("a", 4097)).await;
    reply.assert_refusal("K05: disabled outside, ours holds", 413);
    assert_eq!(store.calls().claims, 0);
    assert_eq!(send(&server, &big("b", 4096)).await.body, "4096");
    let (router, store) = app(4096, DefaultBodyLimit::max(1024));
    let server = Server::start(router).await;
    let reply = send(&server, &big("c", 2048)).await;
    assert_eq!(reply.status, 413, "K05: the extractor's own limit");
    let calls = store.calls();
    assert_eq!((calls.releases, calls.commits), (1, 0), "K05: released");
    assert_eq!(send(&server, &big("d", 1024)).await.body, "1024");
}

#[tokio::test]
async fn a_layer_that_is_there_twice_claims_once_and_runs_once() {
    // K06.
    let (guard, store) = layer();
    let runs = Runs::default();
    let router = Router::new()
        .route("/", post(counting(&runs)))
        .layer(guard.clone())
        .layer(TraceLayer::new_for_http())
        .layer(guard);
    let server = Server::start(router).await;
    let sent = delivery("msg_k06", BODY);
    assert_eq!(send(&server, &sent).await.status, 200, "K06");
    assert_eq!(runs.count(), 1, "K06");
    let calls = store.calls();
    assert_eq!((calls.claims, calls.commits), (1, 1), "K06: claimed twice");
    send(&server, &sent).await.assert_duplicate("K06");
    let reply = send(&server, &sent.body("{}")).await;
    reply.assert_refusal("K06", 401);
    assert_eq!(runs.count(), 1);
}

#[tokio::test]
async fn two_endpoints_one_behind_the_other_each_verify_for_themselves() {
    // K06: the mark of one endpoint is none for another.
    let (outer, outer_store) = layer();
    let inner_store = CountingStore::new();
    let inner = Endpoint::github(PLAIN).store(inner_store.clone());
    let runs = Runs::default();
    let router = Router::new()
        .route("/", post(counting(&runs)))
        .layer(WebhookLayer::new(inner.build().unwrap()))
        .layer(outer);
    let server = Server::start(router).await;
    let reply = send(&server, &delivery("msg_two", BODY)).await;
    assert_eq!(reply.status, 401, "K06: signed for the outer one only");
    assert_eq!(outer_store.calls().releases, 1);
    let by_both = signed(webhook_core::providers::GITHUB, BODY)
        .headers
        .into_iter()
        .fold(delivery("msg_two", BODY), |sent, (name, value)| {
            sent.add(&name, value)
        });
    assert_eq!(send(&server, &by_both).await.status, 200);
    assert_eq!((runs.count(), inner_store.calls().commits), (1, 1));
}

#[tokio::test]
async fn an_event_composes_with_state_path_bytes_and_json() {
    #[derive(Clone)]
    struct Shared(&'static str);
    #[derive(serde::Deserialize)]
    struct Payload {
        n: u32,
    }
    async fn with_json(
        State(shared): State<Shared>,
        Path(tenant): Path<String>,
        VerifiedDelivery(delivery): VerifiedDelivery,
        event: VerifiedEvent<Payload>,
        Json(json): Json<serde_json::Value>,
    ) -> String {
        let id = delivery.id().unwrap_or_default();
        format!("{} {tenant} {id} {} {}", shared.0, event.data.n, json["n"])
    }
    async fn with_bytes(
        VerifiedEvent(event): VerifiedEvent<Payload>,
        Path(tenant): Path<String>,
        State(shared): State<Shared>,
        bytes: Bytes,
    ) -> String {
        let n = event.data.n;
        format!("{} {tenant} {n} {}", shared.0, bytes.len())
    }
    let (guard, _) = layer();
    let router = Router::new()
        .route("/json/{tenant}", post(with_json))
        .route("/bytes/{tenant}", post(with_bytes))
        .layer(guard)
        .with_state(Shared("state"));
    let server = Server::start(router).await;
    let json = to("/json/acme", "msg_json").add("content-type", "application/json");
    assert_eq!(send(&server, &json).await.body, "state acme msg_json 7 7");
    let bytes = to("/bytes/acme", "msg_bytes");
    let expected = format!("state acme 7 {}", BODY.len());
    assert_eq!(send(&server, &bytes).await.body, expected);
}

/// The type can be written: in a field, as a parameter, as what a function gives.
struct App {
    layer: WebhookLayer,
    service: Webhook<Inner>,
}

#[derive(Clone)]
struct Inner;

impl Service<Request<RequestBody>> for Inner {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<RequestBody>) -> Self::Future {
        std::future::ready(Ok(Response::new(Full::new(
            request.into_body().into_bytes(),
        ))))
    }
}

fn make_layer() -> WebhookLayer {
    layer().0
}

fn make_service(layer: &WebhookLayer) -> Webhook<Inner> {
    layer.layer(Inner)
}

async fn call(service: Webhook<Inner>, id: &str) -> Response<Body> {
    let Ok(response) = service.oneshot(request(id)).await;
    response
}

#[tokio::test]
async fn the_types_of_the_layer_can_be_written_down() {
    let layer = make_layer();
    let app = App {
        service: make_service(&layer),
        layer,
    };
    let response = call(app.service.clone(), "msg_types").await;
    assert_eq!(response.status(), 200);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, BODY);
    assert_eq!(app.layer.endpoint().counts().done, 1);
    // K12: what axum and hyper ask for.
    fn is_fit<T: Send + Sync + Clone + 'static>(_: &T) {}
    fn is_send<T: Send + 'static>(_: &T) {}
    is_fit(&app.layer);
    is_fit(&app.service);
    is_send(&app.service.clone().call(request("msg_future")));
    is_send(&ServiceExt::<Request<Body>>::oneshot(
        app.service,
        Request::new(Body::empty()),
    ));
}
