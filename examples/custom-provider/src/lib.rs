//! A provider of one's own: [`LIGHTHOUSE`] is a value, and everything else takes it like any other. See `main.rs` for how to
//! run it.

mod lighthouse;

use std::sync::Arc;

use axum::extract::State;
use axum::{Router, routing::post};
use serde::Deserialize;
use tokio::sync::Mutex;
use webhook_axum::{ConfigError, Endpoint, MemoryStore, Secret, VerifiedEvent, WebhookLayer};

pub use crate::lighthouse::LIGHTHOUSE;

/// Where deliveries arrive.
pub const PATH: &str = "/webhooks/lighthouse";

/// The warnings that came in.
pub type Log = Arc<Mutex<Vec<String>>>;

/// The layer for [`LIGHTHOUSE`]. The providers of the library have a constructor each; for one of your own it is
/// `Endpoint::builder`.
///
/// # Errors
///
/// A secret that is not base64, or empty; the text does not contain it.
pub fn layer(secret: impl Into<Secret>) -> Result<WebhookLayer, ConfigError> {
    let endpoint = Endpoint::builder(LIGHTHOUSE, secret.into())
        .store(MemoryStore::new()) // forgets on restart; several processes need a store they share
        .build()?;
    Ok(WebhookLayer::new(endpoint))
}

/// The application.
pub fn app(webhooks: WebhookLayer, log: Log) -> Router {
    Router::new()
        .route(PATH, post(warn))
        .layer(webhooks)
        .with_state(log)
}

#[derive(Deserialize)]
struct Warning {
    event: String,
    metres: u32,
}

/// Runs for genuine, fresh, new deliveries only.
async fn warn(State(log): State<Log>, VerifiedEvent(warning): VerifiedEvent<Warning>) {
    let (id, Warning { event, metres }) = (warning.id().unwrap_or_default(), &warning.data);
    let line = format!("{id}: {event}, sight {metres} m");
    println!("{line}");
    log.lock().await.push(line);
}
