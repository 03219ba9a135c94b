//! A Stripe endpoint that can be watched. `main.rs` has the arguments and the logs.

mod page;
mod payments;

pub use page::{Page, install, page};
pub use payments::payments;

use webhook_axum::{ConfigError, Endpoint, MemoryStore, SecretSet, WebhookLayer};

/// The layer. Put the newest secret first: its slot in the metrics is 0, and an alert says when
/// older ones are still used.
///
/// # Errors
///
/// If a secret cannot be used.
pub fn layer(secrets: impl Into<SecretSet>) -> Result<WebhookLayer, ConfigError> {
    let endpoint = Endpoint::stripe(secrets)
        .consumer("payments") // the label of this endpoint in metrics and spans
        .store(MemoryStore::new()) // in memory: lost on restart, not shared between processes
        .build()?;
    Ok(WebhookLayer::new(endpoint))
}
