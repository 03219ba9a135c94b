//! A scheme in code: [`FERRY`] signs a canonical form of the body, which no `Scheme` value can say.
//! It uses nothing but the public API of webhook-axum.

mod ferry;

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::{Router, routing::post};
use webhook_axum::{ConfigError, Endpoint, MemoryStore, Secret, VerifiedDelivery, WebhookLayer};

pub use crate::ferry::FERRY;

/// The path of the endpoint.
pub const PATH: &str = "/webhooks/ferry";

/// The ids of the bookings so far.
pub type Bookings = Arc<Mutex<Vec<String>>>;

/// The application.
///
/// # Errors
///
/// The secret is empty. The message does not contain it.
pub fn app(secret: impl Into<Secret>, bookings: Bookings) -> Result<Router, ConfigError> {
    let endpoint = Endpoint::builder(FERRY, secret.into())
        .store(MemoryStore::new()) // in memory: lost on restart, not shared between processes
        .build()?;
    Ok(Router::new()
        .route(PATH, post(book).layer(WebhookLayer::new(endpoint)))
        .with_state(bookings))
}

/// Runs only for genuine, fresh and new deliveries.
async fn book(State(bookings): State<Bookings>, VerifiedDelivery(booking): VerifiedDelivery) {
    let id = booking.id().unwrap_or_default().to_owned();
    let mut bookings = bookings.lock().unwrap_or_else(PoisonError::into_inner);
    bookings.push(id);
}
