//! A custom provider: [`LIGHTHOUSE`] is a value that works like any provider of the library.
//! `main.rs` says how to run the example.

mod lighthouse;

use std::sync::Arc;

use axum::extract::State;
use axum::{Router, routing::post};
use serde::Deserialize;
use tokio::sync::Mutex;
use webhook_axum::{ConfigError, Endpoint, MemoryStore, Secret, VerifiedEvent, WebhookLayer};

pub use crate::lighthouse::LIGHTHOUSE;

/// The path of the endpoint.
pub const PATH: &str = "/webhooks/lighthouse";

/// The warnings so far.
pub type Log = Arc<Mutex<Vec<String>>>;

/// The layer for [`LIGHTHOUSE`]. Each provider of the library has a constructor; a custom provider
/// uses `Endpoint::builder`.
///
/// # Errors
///
/// The secret is empty or not base64. The message does not contain it.
pub fn layer(secret: impl Into<Secret>) -> Result<WebhookLayer, ConfigError> {
    let endpoint = Endpoint::builder(LIGHTHOUSE, secret.into())
        .store(MemoryStore::new()) // in memory: lost on restart, not shared between processes
        .build()?;
    Ok(WebhookLayer::new(endpoint))
}

/// The application.
pub fn app(webhooks: WebhookLayer, log: Log) -> Router {
    Router::new()
        .route(PATH, post(warn).layer(webhooks))
        .with_state(log)
}

#[derive(Deserialize)]
struct Warning {
    event: String,
    metres: u32,
}

/// Runs only for genuine, fresh and new deliveries.
async fn warn(State(log): State<Log>, VerifiedEvent(warning): VerifiedEvent<Warning>) {
    let (id, Warning { event, metres }) = (warning.id().unwrap_or_default(), &warning.data);
    let line = format!("{id}: {event}, sight {metres} m");
    println!("{line}");
    log.lock().await.push(line);
}
