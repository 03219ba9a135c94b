//! A key that is elsewhere: asked for, but not for long.

use std::time::Duration;

use webhook_core::{Endpoint, Finished, Pending, Rejection, RejectionKind};

/// How long a delivery waits for its key, whatever the source thinks of it. A sender waits too: the shortest deadline of one that
/// has keys elsewhere is ten seconds.
pub const KEY_TIMEOUT: Duration = Duration::from_secs(3);

/// Asks for the key, and gives up in time.
///
/// # Errors
///
/// As [`Pending::resolve`]; [`RejectionKind::KeysUnavailable`] when the time is up.
pub async fn resolve(pending: Pending, endpoint: Endpoint) -> Result<Finished, Rejection> {
    let late = |_| endpoint.reject(RejectionKind::KeysUnavailable.into());
    let resolved = tokio::time::timeout(KEY_TIMEOUT, pending.resolve()).await;
    resolved.unwrap_or_else(|elapsed| Err(late(elapsed)))
}
