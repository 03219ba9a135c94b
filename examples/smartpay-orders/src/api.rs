//! A stand-in for Smartpay's API. It knows idempotency keys: two requests with the same key are one
//! payment.

use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::Failure;

/// Starts it on a free port, and returns its URL.
pub(crate) async fn start() -> Result<String, Failure> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let app = Router::new().route("/v1/payments", post(capture));
    tokio::spawn(axum::serve(listener, app).into_future());
    Ok(url)
}

async fn capture(headers: HeaderMap) -> Result<Json<Value>, StatusCode> {
    let key = headers.get("idempotency-key");
    let key = key.and_then(|key| key.to_str().ok()?.get(..8));
    let key = key.ok_or(StatusCode::BAD_REQUEST)?;
    Ok(Json(
        json!({"id": format!("payment_test_{key}"), "object": "payment"}),
    ))
}
