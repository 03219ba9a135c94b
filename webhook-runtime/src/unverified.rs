use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use webhook_core::{Endpoint, RejectionKind};

/// A bound on the bytes of bodies that were read and are not verified yet. Clones share it.
///
/// A body counts from its first byte until it is verified or refused; the wait for a key included.
/// A chunk that would pass the bound is refused with 503 and `Retry-After`, so that the sender
/// retries.
///
/// All endpoints of a server share one limit:
///
/// ```
/// use std::time::Duration;
///
/// use webhook_core::{Endpoint, Head, MemoryStore, Signer, UnixTime, providers};
/// use webhook_runtime::{TrackedEndpoint, UnverifiedLimit};
///
/// # let (secret, now) = ("whsec_0123456789abcdef", UnixTime::from_secs(1_700_000_000));
/// # let endpoint = || Endpoint::stripe(secret).clock(now).store(MemoryStore::new()).build();
/// # let signed = Signer::new(providers::STRIPE, secret)?.sign(now, "{}");
/// # let head = Head { method: "POST", path_and_query: "/", headers: &signed.headers };
/// let unverified = UnverifiedLimit::default();
/// let (one, other) = (TrackedEndpoint::new(endpoint()?), TrackedEndpoint::new(endpoint()?));
/// let bodies = (
///     one.begin(&head, Some(&unverified), None).intake(),
///     other.begin(&head, Some(&unverified), None).intake(),
/// );
/// assert!(bodies.0.is_some() && bodies.1.is_some());
/// assert_eq!(unverified.held(), 0, "nothing was read");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// An adapter sees requests and no connections. A server that wants to bound what one connection
/// holds (one of HTTP/2 has many requests at once) makes one more limit for each connection, and
/// puts it into the extensions of each of its requests: the adapters count there, too.
#[derive(Clone, Debug)]
pub struct UnverifiedLimit(Arc<State>);

#[derive(Debug)]
struct State {
    bytes: usize,
    held: AtomicUsize,
}

impl UnverifiedLimit {
    /// A bound of `bytes`. Below the body limit of an endpoint, it is that body limit as well.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        Self(Arc::new(State {
            bytes,
            held: AtomicUsize::new(0),
        }))
    }

    /// How many bytes are held now.
    #[must_use]
    pub fn held(&self) -> usize {
        self.0.held.load(Ordering::Relaxed)
    }

    fn take(&self, bytes: usize) -> bool {
        let fits = |held: usize| held.checked_add(bytes).filter(|held| *held <= self.0.bytes);
        let order = Ordering::Relaxed;
        self.0.held.fetch_update(order, order, fits).is_ok()
    }

    fn give_back(&self, bytes: usize) {
        self.0.held.fetch_sub(bytes, Ordering::Relaxed);
    }
}

impl Default for UnverifiedLimit {
    /// 64 MiB: some hundred bodies of usual size at once, and little of what a server has.
    fn default() -> Self {
        Self::new(64 * 1024 * 1024)
    }
}

/// What one body holds of the limits of its server and its connection. Given back when dropped.
#[derive(Debug, Default)]
pub(crate) struct UnverifiedBytes {
    server: Option<UnverifiedLimit>,
    connection: Option<UnverifiedLimit>,
    bytes: usize,
    shown: Option<Shown>,
}

/// What of the bytes is in the metrics, and in those of which endpoint.
#[derive(Debug)]
struct Shown {
    endpoint: Endpoint,
    bytes: usize,
}

impl UnverifiedBytes {
    pub(crate) fn new(
        server: Option<&UnverifiedLimit>,
        connection: Option<&UnverifiedLimit>,
    ) -> Self {
        Self {
            server: server.cloned(),
            connection: connection.cloned(),
            bytes: 0,
            shown: None,
        }
    }

    /// Brings the metrics up to date, while the rest of the body is awaited. A body that arrives at
    /// once is never seen in them.
    pub(crate) fn show(&mut self, endpoint: &Endpoint) {
        let shown = self.shown.get_or_insert_with(|| Shown {
            endpoint: endpoint.clone(),
            bytes: 0,
        });
        if shown.bytes != self.bytes {
            shown
                .endpoint
                .gauge_unverified_bytes(as_f64(self.bytes) - as_f64(shown.bytes));
            shown.bytes = self.bytes;
        }
    }

    /// Holds `bytes` more, if both limits have room for them.
    pub(crate) fn add(&mut self, bytes: usize) -> Result<(), RejectionKind> {
        let take =
            |limit: &Option<UnverifiedLimit>| limit.as_ref().is_none_or(|limit| limit.take(bytes));
        if !take(&self.connection) {
            return Err(RejectionKind::Overloaded);
        }
        if !take(&self.server) {
            if let Some(connection) = &self.connection {
                connection.give_back(bytes);
            }
            return Err(RejectionKind::Overloaded);
        }
        self.bytes = self.bytes.saturating_add(bytes);
        Ok(())
    }
}

impl Drop for UnverifiedBytes {
    fn drop(&mut self) {
        for limit in [&self.connection, &self.server].into_iter().flatten() {
            limit.give_back(self.bytes);
        }
        if let Some(shown) = &self.shown {
            shown.endpoint.gauge_unverified_bytes(-as_f64(shown.bytes));
        }
    }
}

/// Exact up to 2^53.
#[allow(clippy::cast_precision_loss, reason = "no memory is that large")]
const fn as_f64(bytes: usize) -> f64 {
    bytes as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_counts_against_both_limits_until_it_is_dropped() {
        let (server, connection) = (UnverifiedLimit::new(100), UnverifiedLimit::new(100));
        let mut body = UnverifiedBytes::new(Some(&server), Some(&connection));
        assert_eq!(body.add(60), Ok(()));
        assert_eq!((server.held(), connection.held()), (60, 60));
        drop(body);
        assert_eq!((server.held(), connection.held()), (0, 0));
    }

    #[test]
    fn what_passes_one_limit_holds_nothing_of_the_other() {
        for (server, connection) in [(100, 50), (50, 100)] {
            let server = UnverifiedLimit::new(server);
            let connection = UnverifiedLimit::new(connection);
            let mut body = UnverifiedBytes::new(Some(&server), Some(&connection));
            assert_eq!(body.add(60), Err(RejectionKind::Overloaded));
            assert_eq!((server.held(), connection.held()), (0, 0));
            assert_eq!(body.add(usize::MAX), Err(RejectionKind::Overloaded));
            assert_eq!(body.add(50), Ok(()), "what fits still does");
        }
    }
}
