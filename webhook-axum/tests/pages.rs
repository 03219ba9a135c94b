//! The pages of an inbox, over a table in memory.

#![cfg(feature = "inbox")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response};
use serde_json::{Value, json};
use tower::ServiceExt as _;
use webhook_axum::inbox::{self, Inbox, KeyRing, MemoryInbox, SealKeys};
use webhook_axum::testing::TestSender;
use webhook_axum::{WebhookLayer, WebhookRouter};

const SECRET: &str = "whsec_0123456789abcdef";

/// Three stored events, `a` twice and `b`, and the pages.
async fn stored() -> Router {
    let keys = KeyRing::parse(&KeyRing::fresh_entry("1").unwrap()).unwrap();
    let inbox = Inbox::new(MemoryInbox::new(), SealKeys::new(&keys));
    let layer = WebhookLayer::stripe(SECRET).durable(inbox.clone());
    let hooks = WebhookRouter::new(layer).ignore_unknown();
    let app: Router = Router::new().route("/stripe", hooks.into());
    let stripe = TestSender::stripe(SECRET).path("/stripe");
    for of_type in ["a", "b", "a"] {
        let event = stripe.event(of_type, json!({"secret of a body": 1}));
        let response = app.clone().oneshot(stripe.signed(event)).await.unwrap();
        assert_eq!(response.status(), 200);
    }
    Router::new().nest("/jobs", inbox::pages(&inbox))
}

async fn answer(pages: &Router, request: Request<Body>) -> (u16, Value) {
    let response: Response<Body> = pages.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    assert!(!String::from_utf8_lossy(&body).contains("secret of a body"));
    let value = serde_json::from_slice(&body);
    (status, value.unwrap_or_default())
}

async fn get(pages: &Router, path: &str) -> (u16, Value) {
    answer(pages, Request::get(path).body(Body::empty()).unwrap()).await
}

async fn post(pages: &Router, path: &str, body: Value) -> (u16, Value) {
    let request = Request::post(path).header("content-type", "application/json");
    answer(pages, request.body(body.to_string().into()).unwrap()).await
}

async fn types(pages: &Router, path: &str) -> Vec<String> {
    let (status, jobs) = get(pages, path).await;
    assert_eq!(status, 200, "{path}");
    let jobs = jobs.as_array().unwrap().iter();
    jobs.map(|job| job["type"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn lists_have_filters_and_pages() {
    let pages = stored().await;
    assert_eq!(types(&pages, "/jobs").await, ["a", "b", "a"]);
    assert_eq!(
        types(&pages, "/jobs?type=a&provider=stripe").await,
        ["a", "a"]
    );
    assert_eq!(types(&pages, "/jobs?state=due&limit=2").await, ["a", "b"]);
    assert_eq!(types(&pages, "/jobs?after=2").await, ["a"]);
    assert!(types(&pages, "/jobs?type=a&state=dead").await.is_empty());
    for slip in ["/jobs?typ=a", "/jobs?state=Dead", "/jobs?limit=x"] {
        assert_eq!(get(&pages, slip).await.0, 400, "{slip}");
    }
    let (_, stats) = get(&pages, "/jobs/stats").await;
    assert_eq!((&stats["due"], &stats["dead"]), (&json!(3), &json!(0)));
}

#[tokio::test]
async fn one_job_is_changed_and_says_by_whom() {
    let pages = stored().await;
    let who = json!({"by": "ana", "why": "not now"});
    assert_eq!(
        post(&pages, "/jobs/2/park", who).await,
        (200, json!({"changed": 1}))
    );
    let (_, job) = get(&pages, "/jobs/2").await;
    let kept = &job["changes"][0];
    assert_eq!(
        (&kept["by"], &kept["why"]),
        (&json!("ana"), &json!("not now"))
    );
    assert_eq!(job["state"], "parked");
    assert_eq!(
        post(&pages, "/jobs/2/park", json!({})).await,
        (200, json!({"changed": 0}))
    );
    assert_eq!(
        post(&pages, "/jobs/2/requeue", json!({})).await.1["changed"],
        1
    );
    assert_eq!(get(&pages, "/jobs/9").await.0, 404);
    assert_eq!(post(&pages, "/jobs/2/delete", json!({})).await.0, 404);
}

#[tokio::test]
async fn all_that_fit_are_changed_and_without_a_filter_none() {
    let pages = stored().await;
    assert_eq!(post(&pages, "/jobs/drop", json!({})).await.0, 400);
    assert_eq!(post(&pages, "/jobs/drop?limit=9", json!({})).await.0, 400);
    assert_eq!(types(&pages, "/jobs?state=due").await.len(), 3);
    assert_eq!(
        post(&pages, "/jobs/drop?type=a", json!({})).await.1["changed"],
        2
    );
    assert_eq!(types(&pages, "/jobs?state=due").await, ["b"]);
}

#[tokio::test]
async fn a_form_of_another_page_changes_nothing() {
    let pages = stored().await;
    for request in [
        Request::post("/jobs/1/drop"),
        Request::post("/jobs/1/drop").header("content-type", "text/plain"),
        Request::post("/jobs/drop?type=a")
            .header("content-type", "application/x-www-form-urlencoded"),
    ] {
        let (status, _) = answer(&pages, request.body("{}".into()).unwrap()).await;
        assert_eq!(status, 415);
    }
    assert_eq!(types(&pages, "/jobs?state=due").await.len(), 3);
}
