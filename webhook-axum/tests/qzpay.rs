//! The routes of QZPay's guide to webhooks, line by line: two providers, handlers by type, and the
//! answers that it documents.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json, Router};
use serde_json::{Value, json};
use tower::ServiceExt as _;
use webhook_axum::{
    Disposition, Endpoint, HookError, HookResult, MemoryStore, Provider, SignedRequest, Signer,
    VerifiedEvent, WebhookLayer, WebhookRouter, contracts, providers,
};

const SECRET: &str = "whsec_0123456789abcdef0123456789abcdef";

/// What the handlers print in the guide.
#[derive(Clone, Default)]
struct Console(Arc<Mutex<Vec<String>>>);

impl Console {
    fn log(&self, line: impl Into<String>) {
        self.0.lock().unwrap().push(line.into());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// `WebhookProcessingError` of the guide.
#[derive(Debug)]
struct ProcessingError;

impl fmt::Display for ProcessingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("processing failed")
    }
}

impl Error for ProcessingError {}

async fn subscription_created(
    State(console): State<Console>,
    VerifiedEvent(event): VerifiedEvent<Value>,
) {
    console.log(format!("New subscription: {}", event.data["id"]));
}

async fn payment_succeeded(
    State(console): State<Console>,
    VerifiedEvent(event): VerifiedEvent<Value>,
) -> HookResult {
    match event.data["then"].as_str() {
        Some("fail") => Err(ProcessingError)?,
        Some("crash") => Err("the database is down")?,
        _ => console.log(format!("Payment succeeded: {}", event.data["id"])),
    }
    Ok(())
}

async fn payment(State(console): State<Console>, VerifiedEvent(event): VerifiedEvent<Value>) {
    console.log(format!("Payment event: {}", event.data["data"]["id"]));
}

/// `onError` of the guide. What is not verified never reaches it.
fn on_error(error: HookError) -> Response {
    if error.downcast_ref::<ProcessingError>().is_some() {
        // 200, so that the provider does not retry. The event is kept as dead.
        let body = Json(json!({ "received": true, "warning": "Processing failed" }));
        return (Extension(Disposition::GiveUp), body).into_response();
    }
    error.into_response() // 500: the provider retries
}

fn layer(provider: Provider) -> WebhookLayer {
    let endpoint = Endpoint::builder(provider, SECRET)
        .store(MemoryStore::new())
        .answer_rejections(contracts::qzpay);
    WebhookLayer::new(endpoint.build().unwrap())
}

fn app(console: &Console) -> Router {
    let stripe = WebhookRouter::new(layer(providers::STRIPE))
        .on("customer.subscription.created", subscription_created)
        .on("invoice.payment_succeeded", payment_succeeded)
        .on_error(on_error)
        .ignore_unknown();
    let mercado_pago = WebhookRouter::new(layer(providers::MERCADOPAGO))
        .on("payment", payment)
        .ignore_unknown();
    let webhooks = Router::new()
        .nest("/stripe", stripe.into())
        .nest("/mercadopago", mercado_pago.into());
    let app = Router::new().nest("/webhooks", webhooks);
    app.with_state(console.clone())
}

fn stripe(id: &str, kind: &str, then: &str) -> SignedRequest {
    let signer = Signer::new(providers::STRIPE, SECRET).unwrap();
    signer.sign_now(format!(
        r#"{{"id":"{id}","type":"{kind}","then":"{then}"}}"#
    ))
}

async fn send(app: &Router, path: &str, delivery: &SignedRequest) -> (StatusCode, String) {
    let request = delivery.to_http::<Body>(path);
    let response = app.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let body = to_bytes(response.into_body(), 4096).await.unwrap();
    (status, String::from_utf8(body.into()).unwrap())
}

#[tokio::test]
async fn each_type_has_its_handler_and_another_one_is_received() {
    let console = Console::default();
    let app = app(&console);
    for (id, kind, line) in [
        (
            "evt_1",
            "customer.subscription.created",
            Some("New subscription: \"evt_1\""),
        ),
        (
            "evt_2",
            "invoice.payment_succeeded",
            Some("Payment succeeded: \"evt_2\""),
        ),
        ("evt_3", "charge.refunded", None),
    ] {
        let answer = send(&app, "/webhooks/stripe", &stripe(id, kind, "")).await;
        assert_eq!(answer, (StatusCode::OK, String::new()), "{kind}");
        assert_eq!(console.take(), line.into_iter().collect::<Vec<_>>());
    }
    let signer = Signer::new(providers::MERCADOPAGO, SECRET).unwrap();
    let body = r#"{"id":12345,"type":"payment","data":{"id":"999999999"}}"#;
    let delivery = signer.sign_now(body);
    let answer = send(&app, "/webhooks/mercadopago", &delivery).await;
    assert_eq!(answer.0, StatusCode::OK, "{answer:?}");
    assert_eq!(console.take(), ["Payment event: \"999999999\""]);
}

#[tokio::test]
async fn a_signature_that_is_not_valid_is_answered_400() {
    let app = app(&Console::default());
    let forged = stripe("evt_1", "invoice.payment_succeeded", "").forged();
    let answer = send(&app, "/webhooks/stripe", &forged).await;
    let body = r#"{"error":"Invalid signature"}"#;
    assert_eq!(answer, (StatusCode::BAD_REQUEST, body.to_owned()));
}

#[tokio::test]
async fn an_error_of_processing_is_answered_200_with_a_warning_and_does_not_run_again() {
    let app = app(&Console::default());
    let failing = stripe("evt_1", "invoice.payment_succeeded", "fail");
    let (status, body) = send(&app, "/webhooks/stripe", &failing).await;
    assert_eq!(status, StatusCode::OK);
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        body,
        json!({ "received": true, "warning": "Processing failed" })
    );
    let (status, body) = send(&app, "/webhooks/stripe", &failing).await;
    assert_eq!(
        (status, &*body),
        (StatusCode::OK, r#"{"warning":"dead_letter"}"#)
    );
}

#[tokio::test]
async fn another_error_is_answered_500_and_the_retry_runs() {
    let console = Console::default();
    let app = app(&console);
    let crashing = stripe("evt_1", "invoice.payment_succeeded", "crash");
    let answer = send(&app, "/webhooks/stripe", &crashing).await;
    let body = r#"{"error":"Internal error"}"#;
    assert_eq!(answer, (StatusCode::INTERNAL_SERVER_ERROR, body.to_owned()));
    let retry = stripe("evt_1", "invoice.payment_succeeded", "");
    assert_eq!(
        send(&app, "/webhooks/stripe", &retry).await.0,
        StatusCode::OK
    );
    assert_eq!(console.take(), ["Payment succeeded: \"evt_1\""]);
}
