//! A stand-in for the accounting service: it knows idempotency keys, and numbers what it books.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::Failure;

type Numbers = Arc<Mutex<HashMap<String, usize>>>;

/// Starts it on a free port, and returns its URL.
pub(crate) async fn start() -> Result<String, Failure> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let app = Router::new()
        .route("/postings", post(book))
        .with_state(Numbers::default());
    tokio::spawn(axum::serve(listener, app).into_future());
    Ok(url)
}

/// The same key gets the same number, and is booked once.
async fn book(
    State(numbers): State<Numbers>,
    headers: HeaderMap,
) -> Result<Json<Value>, StatusCode> {
    let key = headers
        .get("idempotency-key")
        .and_then(|key| key.to_str().ok());
    let key = key.ok_or(StatusCode::BAD_REQUEST)?.to_owned();
    let mut numbers = numbers.lock().unwrap_or_else(PoisonError::into_inner);
    let next = numbers.len() + 1;
    let number = *numbers.entry(key).or_insert(next);
    Ok(Json(json!({"number": number})))
}
