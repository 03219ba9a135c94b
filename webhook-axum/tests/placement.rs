//! Every cell of the table "where the layer goes" in the crate's docs.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request};
use axum::routing::{MethodFilter, any, get, on, post};
use tower::ServiceExt as _;
use webhook_axum::{Endpoint, Signer, WebhookLayer, providers};

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const TOKEN: &str = "a-token-of-ours";
const HOOK: &str = "/webhooks/meta";
const BODY: &str = r#"{"object":"page"}"#;

/// Meta has a handshake by `GET`.
fn layer() -> WebhookLayer {
    let endpoint = Endpoint::meta(SECRET).verify_token(TOKEN);
    WebhookLayer::new(endpoint.build().unwrap())
}

fn on_the_method_router(layer: &WebhookLayer) -> Router {
    Router::new()
        .route("/other", get(async || "other"))
        .route(HOOK, post(async || "ran").layer(layer.clone()))
}

fn as_route_layer_of_the_method_router(layer: &WebhookLayer) -> Router {
    Router::new()
        .route("/other", get(async || "other"))
        .route(HOOK, post(async || "ran").route_layer(layer.clone()))
}

fn as_route_layer_of_the_router(layer: &WebhookLayer) -> Router {
    Router::new()
        .route("/other", get(async || "other"))
        .route(HOOK, post(async || "ran"))
        .route_layer(layer.clone())
}

fn on_the_router(layer: &WebhookLayer) -> Router {
    Router::new()
        .route("/other", get(async || "other"))
        .route(HOOK, post(async || "ran"))
        .layer(layer.clone())
}

/// Who gave an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Handler,
    Layer,
    Axum,
}
use By::{Axum, Handler, Layer};

/// The status of the answer, and who gave it.
async fn send(app: Router, request: Request<Body>) -> (u16, By) {
    let response = app.oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let has = |name| response.headers().contains_key(name);
    // Every answer of the layer has this header, and nothing else here has it.
    let by = match (status, has("cache-control")) {
        (_, true) => Layer,
        (200, false) => Handler,
        (_, false) => Axum,
    };
    (status, by)
}

fn unsigned(method: Method, target: &str) -> Request<Body> {
    let request = Request::builder().method(method).uri(target);
    request.body(Body::from(BODY)).unwrap()
}

fn genuine(path: &str) -> Request<Body> {
    let signer = Signer::new(providers::META, SECRET).unwrap();
    signer.sign_now(BODY).to_http(path)
}

fn handshake() -> Request<Body> {
    let query = format!("hub.mode=subscribe&hub.verify_token={TOKEN}&hub.challenge=42");
    unsigned(Method::GET, &format!("{HOOK}?{query}"))
}

/// What arrives, and the answer in each placement.
type Row = (&'static str, fn() -> Request<Body>, [(u16, By); 4]);

const TABLE: [Row; 8] = [
    (
        "a genuine delivery to the route",
        || genuine(HOOK),
        [
            (200, Handler),
            (200, Handler),
            (200, Handler),
            (200, Handler),
        ],
    ),
    (
        "an unsigned POST to the route",
        || unsigned(Method::POST, HOOK),
        [(401, Layer), (401, Layer), (401, Layer), (401, Layer)],
    ),
    (
        "another method to the route",
        || unsigned(Method::PUT, HOOK),
        [(405, Layer), (405, Axum), (405, Layer), (405, Layer)],
    ),
    (
        "a handshake by GET",
        handshake,
        [(200, Layer), (405, Axum), (200, Layer), (200, Layer)],
    ),
    (
        "a GET of another route",
        || unsigned(Method::GET, "/other"),
        [(200, Handler), (200, Handler), (405, Layer), (405, Layer)],
    ),
    (
        "an unsigned POST to an unknown path",
        || unsigned(Method::POST, "/unknown"),
        [(404, Axum), (404, Axum), (404, Axum), (401, Layer)],
    ),
    (
        "a GET of an unknown path",
        || unsigned(Method::GET, "/unknown"),
        [(404, Axum), (404, Axum), (404, Axum), (405, Layer)],
    ),
    (
        "a genuine delivery to an unknown path",
        || genuine("/unknown"),
        [(404, Axum), (404, Axum), (404, Axum), (404, Axum)],
    ),
];

#[tokio::test]
async fn the_table_of_the_docs_is_what_happens() {
    let placements = [
        on_the_method_router,
        as_route_layer_of_the_method_router,
        as_route_layer_of_the_router,
        on_the_router,
    ];
    for (what, request, cells) in TABLE {
        for (n, (place, expected)) in placements.iter().zip(cells).enumerate() {
            let answer = send(place(&layer()), request()).await;
            assert_eq!(answer, expected, "{what}, placement {n}");
        }
    }
}

#[tokio::test]
async fn a_route_that_accepts_the_method_of_a_handshake_answers_it() {
    let methods = MethodFilter::POST.or(MethodFilter::GET);
    let by_filter = on(methods, async || "ran");
    for route in [
        by_filter.clone().layer(layer()),
        by_filter.route_layer(layer()),
        any(async || "ran").layer(layer()),
    ] {
        let app = Router::new().route(HOOK, route);
        assert_eq!(send(app.clone(), handshake()).await, (200, Layer));
        assert_eq!(send(app.clone(), genuine(HOOK)).await, (200, Handler));
        let other = unsigned(Method::GET, HOOK);
        assert_eq!(send(app, other).await, (405, Layer), "no handshake");
    }
}

#[tokio::test]
async fn a_genuine_delivery_to_an_unknown_path_is_released() {
    let layer = layer();
    let answer = send(on_the_router(&layer), genuine("/unknown")).await;
    assert_eq!(answer, (404, Axum));
    assert_eq!(layer.endpoint().counts().done, 0);
    let answer = send(on_the_router(&layer), genuine(HOOK)).await;
    assert_eq!(answer, (200, Handler), "it still runs");
}

#[tokio::test]
async fn a_router_with_a_layer_takes_the_fallback_of_what_it_is_merged_into() {
    let merged = |hooks: Router| {
        let app = Router::new().route("/home", get(async || "home"));
        app.merge(hooks)
    };
    let unknown = || unsigned(Method::POST, "/unknown");
    let home = || unsigned(Method::GET, "/home");

    let app = merged(on_the_router(&layer()));
    assert_eq!(send(app.clone(), unknown()).await, (401, Layer));
    assert_eq!(send(app, home()).await, (200, Handler));

    let app = merged(on_the_method_router(&layer()));
    assert_eq!(send(app.clone(), unknown()).await, (404, Axum));
    assert_eq!(send(app, home()).await, (200, Handler));
}

#[tokio::test]
async fn each_route_has_its_own_provider() {
    let stripe = WebhookLayer::stripe(SECRET);
    let app = on_the_method_router(&layer())
        .route("/webhooks/stripe", post(async || "ran").layer(stripe));
    let signer = Signer::new(providers::STRIPE, SECRET).unwrap();
    let of_stripe = |path| signer.sign_now(r#"{"id":"evt_1"}"#).to_http(path);
    let send = |request| send(app.clone(), request);
    assert_eq!(send(genuine(HOOK)).await, (200, Handler));
    assert_eq!(send(of_stripe("/webhooks/stripe")).await, (200, Handler));
    assert_eq!(send(of_stripe(HOOK)).await, (401, Layer));
    assert_eq!(send(genuine("/webhooks/stripe")).await, (401, Layer));
}

#[tokio::test]
async fn a_handshake_by_head_is_answered() {
    let url = "https://example.com/webhooks/trello";
    let layer = WebhookLayer::trello(SECRET, url);
    let path = "/webhooks/trello";
    for route in [post(async || "ran"), any(async || "ran")] {
        let app = Router::new().route(path, route.layer(layer.clone()));
        let answer = send(app, unsigned(Method::HEAD, path)).await;
        assert_eq!(answer, (200, Layer));
    }
}
