//! What the page says after deliveries that end in different ways.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use tower::ServiceExt as _;
use webhook_axum::{SignedRequest, Signer, providers};

const NEW: &str = "whsec_new_0123456789abcdef";
const OLD: &str = "whsec_old_0123456789abcdef";

fn payment(secret: &str, id: &str, kind: &str, object: &str) -> SignedRequest {
    let signer = Signer::new(providers::STRIPE, secret).unwrap();
    signer.sign_now(format!(
        r#"{{"id":"{id}","type":"{kind}","data":{{"object":{object}}}}}"#
    ))
}

async fn status(app: &Router, signed: &SignedRequest) -> u16 {
    let request = signed.to_http::<Body>("/webhooks/stripe");
    let response = app.clone().oneshot(request).await.unwrap();
    response.status().as_u16()
}

async fn scrape(page: &Router) -> String {
    let request = Request::get("/metrics").body(Body::empty()).unwrap();
    let response = page.clone().oneshot(request).await.unwrap();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    String::from_utf8(body.into()).unwrap()
}

#[tokio::test]
async fn the_page_has_what_the_alerts_ask_for() {
    let page = observability::page(observability::install().unwrap());
    let webhooks = observability::layer([NEW, OLD]).unwrap();
    let app = observability::payments(webhooks.clone());
    let customer = r#"{"amount":5,"customer":"cus_1"}"#;
    let stranger = r#"{"amount":250000}"#;
    let paid = "payment_intent.succeeded";
    assert_eq!(
        status(&app, &payment(NEW, "evt_1", paid, customer)).await,
        200
    );
    assert_eq!(
        status(&app, &payment(OLD, "evt_2", "charge.updated", "{}")).await,
        200
    );
    assert_eq!(
        status(&app, &payment(NEW, "evt_3", "a.new.type", "{}")).await,
        200
    );
    assert_eq!(
        status(&app, &payment(NEW, "evt_4", paid, stranger)).await,
        500
    );
    let forged = payment("whsec_forged_0123456789", "evt_5", paid, customer);
    assert_eq!(status(&app, &forged).await, 401);
    // The hook that counts runs as a task.
    assert_eq!(webhooks.drain(std::time::Duration::from_secs(60)).await, 0);

    let text = scrape(&page).await;
    let ours = r#"provider="stripe",consumer="payments""#;
    for line in [
        format!("webhook_deliveries_total{{{ours},outcome=\"done\"}} 3"),
        format!("webhook_deliveries_total{{{ours},outcome=\"released\"}} 1"),
        format!("webhook_deliveries_total{{{ours},outcome=\"refused\"}} 1"),
        format!("webhook_rejections_total{{{ours},reason=\"bad_signature\"}} 1"),
        format!("webhook_events_total{{{ours},type=\"{paid}\",outcome=\"released\"}} 1"),
        format!("webhook_events_total{{{ours},type=\"charge.*\",outcome=\"done\"}} 1"),
        format!("webhook_events_total{{{ours},type=\"other\",outcome=\"done\"}} 1"),
        format!("webhook_key_uses_total{{{ours},slot=\"1\"}} 1"),
        format!("webhook_ignored_events_total{{{ours}}} 1"),
        format!("webhook_running_deliveries{{{ours}}} 0"),
        format!("webhook_handler_duration_seconds_bucket{{{ours},le=\"+Inf\"}} 4"),
        "payments_large_failures_total 1".to_owned(),
    ] {
        assert!(
            text.lines().any(|on_page| on_page == line),
            "{line}\n{text}"
        );
    }
    let rules = include_str!("../alerts.yml");
    let words = rules.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    let metrics =
        words.filter(|word| word.starts_with("webhook_") || word.starts_with("payments_"));
    // It has a memory store, and no inbox.
    let elsewhere = ["webhook_store_call", "webhook_inbox"];
    let is_here = |word: &&str| !elsewhere.iter().any(|start| word.starts_with(start));
    for metric in metrics.filter(is_here) {
        let begins = |line: &str| line.split(['{', ' ']).next() == Some(metric);
        assert!(text.lines().any(begins), "{metric}\n{text}");
    }
    for secret in [NEW, OLD, "evt_1", "cus_1", "a.new.type"] {
        assert!(!text.contains(secret), "{secret}\n{text}");
    }
}
