//! The journal that the handlers write to. An application writes to its database.

use std::sync::Arc;

use tokio::sync::Mutex;

/// The entries of all handlers, shared as axum's state.
#[derive(Clone, Debug, Default)]
pub struct Journal(Arc<Mutex<Vec<Entry>>>);

/// One run of a handler.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// The provider of the delivery.
    pub provider: &'static str,
    /// What happened.
    pub what: String,
    /// The key slot of the secret that verified the delivery, counted from zero.
    pub slot: usize,
}

impl Journal {
    /// The entries. Handlers that write wait for this guard, as they do for a busy database.
    pub async fn read(&self) -> tokio::sync::MutexGuard<'_, Vec<Entry>> {
        self.0.lock().await
    }

    pub(crate) async fn write(&self, provider: &'static str, what: String, slot: usize) {
        tracing::info!(provider, slot, what);
        let entry = Entry {
            provider,
            what,
            slot,
        };
        self.0.lock().await.push(entry);
    }
}
