//! Stand-ins for the services that listeners call, and for Mercado Pago's API.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::Failure;

type Keys = Arc<Mutex<HashSet<String>>>;

/// Starts them on a free port, and returns their URL.
pub(crate) async fn start() -> Result<String, Failure> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let app = Router::new()
        .route("/{service}", post(tell))
        .route("/v1/payments/{id}", get(payment))
        .route("/preapproval/{id}", get(preapproval))
        .with_state(Keys::default());
    tokio::spawn(axum::serve(listener, app).into_future());
    Ok(url)
}

/// Does the same thing once: a key that it has seen is answered 200, and nothing happens.
async fn tell(
    State(keys): State<Keys>,
    Path(service): Path<String>,
    headers: HeaderMap,
    Json(what): Json<Value>,
) -> Result<(), StatusCode> {
    let key = headers
        .get("idempotency-key")
        .and_then(|key| key.to_str().ok());
    let key = key.ok_or(StatusCode::BAD_REQUEST)?.to_owned();
    if keys
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(key)
    {
        println!("{service}: {what}");
    }
    Ok(())
}

/// Every payment is approved, but for number 404, which does not exist.
async fn payment(Path(id): Path<String>) -> Result<Json<Value>, StatusCode> {
    if id == "404" {
        return Err(StatusCode::NOT_FOUND);
    }
    Ok(Json(json!({
        "id": id, "status": "approved", "transaction_amount": 19.9, "currency_id": "BRL",
        "payer": {"id": "mp_customer_1"},
    })))
}

async fn preapproval(Path(id): Path<String>) -> Json<Value> {
    Json(json!({
        "id": id, "status": "pending", "payer_id": 1, "preapproval_plan_id": "plan_1",
        "auto_recurring": {"transaction_amount": 19.9, "currency_id": "BRL"},
    }))
}
