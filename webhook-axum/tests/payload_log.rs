//! The log line of a payload that is not of the type the handler reads. In a separate process:
//! this line is written at most once a second.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::StatusCode;
use axum::routing::post;
use tower::ServiceExt as _;
use webhook_axum::{EventRejection, Signer, VerifiedDelivery, WebhookLayer, providers};

const SECRET: &str = "whsec_0123456789abcdef";

#[derive(serde::Deserialize)]
struct StripeEvent {
    #[allow(dead_code, reason = "only its type matters")]
    data: Vec<Invoice>,
}

#[derive(serde::Deserialize)]
struct Invoice {
    #[allow(dead_code, reason = "only its type matters")]
    amount_paid: u64,
}

async fn paid(VerifiedDelivery(delivery): VerifiedDelivery) -> Result<StatusCode, EventRejection> {
    let _: StripeEvent = delivery.json()?;
    Ok(StatusCode::OK)
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_question_mark_logs_where_the_payload_differs_and_not_its_values() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone());
    subscriber.with_ansi(false).init();

    let layer = WebhookLayer::stripe(SECRET);
    let app: Router = Router::new().route("/hook", post(paid).layer(layer));
    let signer = Signer::new(providers::STRIPE, SECRET).unwrap();
    let body = r#"{"type":"invoice.paid","data":[{"amount_paid":"a lot"}]}"#;
    let mistyped = signer.sign_now(body).to_http::<Body>("/hook");
    assert_eq!(app.oneshot(mistyped).await.unwrap().status(), 422);

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<_> = log
        .lines()
        .filter(|line| line.contains("payload_type"))
        .collect();
    let [line] = lines[..] else {
        panic!("{log}");
    };
    for part in [
        "ERROR",
        "provider=\"stripe\"",
        "invoice.paid",
        "data[0].amount_paid",
    ] {
        assert!(line.contains(part), "{part}: {line}");
    }
    assert!(!log.contains("a lot"), "{log}");
}
