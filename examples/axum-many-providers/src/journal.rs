//! What handlers write to: in an application, its database.

use std::sync::Arc;

use tokio::sync::Mutex;

/// All that happened, shared by the handlers as axum's state.
#[derive(Clone, Debug, Default)]
pub struct Journal(Arc<Mutex<Vec<Entry>>>);

/// One run of a handler.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// Whose delivery.
    pub provider: &'static str,
    /// What happened.
    pub what: String,
    /// Which secret it was signed with, counted from zero.
    pub slot: usize,
}

impl Journal {
    /// The entries. While this is held, handlers that write wait, as they would for a busy database.
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
