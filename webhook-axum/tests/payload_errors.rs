//! A payload that is not of the type the handler reads: the answer, and the claim.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::StatusCode;
use axum::routing::post;
use tower::ServiceExt as _;
use webhook_axum::{
    Answer, Endpoint, EventRejection, NotAnEvent, RejectionClass, Signer, VerifiedDelivery,
    VerifiedEvent, WebhookLayer, providers,
};

const SECRET: &str = "whsec_0123456789abcdef";

#[derive(serde::Deserialize)]
struct Invoice {
    #[allow(dead_code, reason = "only its type matters")]
    amount_paid: u64,
}

async fn by_extractor(_: VerifiedEvent<Invoice>) {}

async fn by_question_mark(
    VerifiedDelivery(delivery): VerifiedDelivery,
) -> Result<StatusCode, EventRejection> {
    let _: Invoice = delivery.json()?;
    Ok(StatusCode::OK)
}

async fn by_the_narrower_error(
    VerifiedDelivery(delivery): VerifiedDelivery,
) -> Result<StatusCode, NotAnEvent> {
    let _: Invoice = delivery.json()?;
    Ok(StatusCode::OK)
}

/// What each handler answers to a payload that it cannot read.
async fn answers(layer: &WebhookLayer) -> Vec<(u16, String)> {
    let mut answers = Vec::new();
    let signer = Signer::new(providers::STRIPE, SECRET).unwrap();
    let mistyped = signer.sign_now(r#"{"id":"evt_1","amount_paid":"a lot"}"#);
    for route in [
        post(by_extractor),
        post(by_question_mark),
        post(by_the_narrower_error),
    ] {
        let app: Router = Router::new().route("/hook", route.layer(layer.clone()));
        let response = app.oneshot(mistyped.to_http::<Body>("/hook")).await;
        let (head, body) = response.unwrap().into_parts();
        let body = to_bytes(body, 1024).await.unwrap();
        answers.push((
            head.status.as_u16(),
            String::from_utf8(body.to_vec()).unwrap(),
        ));
    }
    answers
}

#[tokio::test]
async fn a_question_mark_answers_as_the_extractor_does() {
    let layer = WebhookLayer::stripe(SECRET);
    let expected = (422, r#"{"error":"unprocessable"}"#.to_owned());
    assert_eq!(answers(&layer).await, vec![expected; 3]);
    assert_eq!(layer.endpoint().counts().done, 0, "released");
}

#[tokio::test]
async fn the_answers_of_an_endpoint_hold_for_its_payloads_too() {
    let endpoint = Endpoint::stripe(SECRET).answer_rejections(|class| match class {
        RejectionClass::Unprocessable => Answer::status_only(400).with_text("cannot read this"),
        other => other.into(),
    });
    let layer = WebhookLayer::new(endpoint.build().unwrap());
    let expected = (400, "cannot read this".to_owned());
    assert_eq!(answers(&layer).await, vec![expected; 3]);
    assert_eq!(layer.endpoint().counts().done, 0, "released");
}
