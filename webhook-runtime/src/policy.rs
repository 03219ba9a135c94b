//! The bounds that are the same in all adapters.
//!
//! Those of one endpoint are its [`Limits`](webhook_core::Limits).

use std::time::Duration;

/// Handlers that may run without a client at the same time. Beyond that, new deliveries are refused
/// with 503: clients that connect and leave must not pile up work.
pub const MAX_DETACHED: usize = 1024;

/// Calls of one endpoint's hooks that may run at the same time. Further ones are dropped: a hook that
/// hangs must not pile up memory.
pub const MAX_HOOKS: usize = 1024;

/// Late calls of a store that may go on in the background at the same time. Beyond that, the store
/// gets no more calls: a store that never answers must not pile them up.
pub const MAX_LATE_CALLS: usize = 1024;

/// How long a delivery waits for a fetched key, whatever limit the source has. The sender waits
/// too: the shortest deadline of a sender with fetched keys is ten seconds.
pub const KEY_TIMEOUT: Duration = Duration::from_secs(3);

/// Chunks of a body that one poll reads before other tasks get their turn: a body that always has
/// one more chunk must not keep the thread.
pub const CHUNKS_PER_POLL: usize = 64;

/// How long a verified delivery waits until the inner service is ready: half of the handler's time.
/// A handler that begins has all of its time, and still ends well within the lease.
#[must_use]
pub fn readiness_timeout(handler_timeout: Duration) -> Duration {
    handler_timeout / 2
}
