//! A key that is elsewhere: asked for, but not for long.

use std::time::Duration;

use webhook_core::{Endpoint, Finished, Pending, Rejection, RejectionKind};

use crate::guard::Guarded;

/// How long a delivery waits for its key, whatever the source thinks of it. A sender waits too: the shortest deadline of one that
/// has keys elsewhere is ten seconds.
pub const KEY_TIMEOUT: Duration = Duration::from_secs(3);

/// Asks for the key, and gives up in time.
///
/// # Errors
///
/// As [`Pending::resolve`]; [`RejectionKind::KeysUnavailable`] when the time is up, or the source panicked.
pub async fn resolve(pending: Pending, endpoint: Endpoint) -> Result<Finished, Rejection> {
    let resolved = Guarded::within(pending.resolve(), KEY_TIMEOUT).await;
    resolved.unwrap_or_else(|_| Err(endpoint.reject(RejectionKind::KeysUnavailable.into())))
}
