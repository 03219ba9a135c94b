//! A stand-in for Smartpay's API: it captures a payment once for each idempotency key.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::Failure;

type Payments = Arc<Mutex<HashMap<String, usize>>>;

/// Starts it on a free port, and returns its URL.
pub(crate) async fn start() -> Result<String, Failure> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let app = Router::new()
        .route("/v1/payments", post(capture))
        .with_state(Payments::default());
    tokio::spawn(axum::serve(listener, app).into_future());
    Ok(url)
}

async fn capture(
    State(payments): State<Payments>,
    headers: HeaderMap,
) -> Result<Json<Value>, StatusCode> {
    let key = headers
        .get("idempotency-key")
        .and_then(|key| key.to_str().ok());
    let key = key.ok_or(StatusCode::BAD_REQUEST)?.to_owned();
    let mut payments = payments.lock().unwrap_or_else(PoisonError::into_inner);
    let next = payments.len() + 1;
    let number = *payments.entry(key).or_insert(next);
    Ok(Json(
        json!({"id": format!("payment_test_{number}"), "object": "payment"}),
    ))
}
