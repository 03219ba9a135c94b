//! How much may be held of bodies that nobody has vouched for yet.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::Extensions;
use webhook_core::RejectionKind;

/// A bound on the bytes of bodies that were read and are not verified yet. Clones share it.
///
/// A body counts from its first byte until it is verified or refused; the wait for a key included.
/// The chunk that would pass the bound is refused with 503 and `Retry-After`, so that the sender
/// tries again.
///
/// One for a server is shared by all its layers:
///
/// ```
/// use webhook_tower::{UnverifiedLimit, WebhookLayer};
///
/// let unverified = UnverifiedLimit::default();
/// let stripe = WebhookLayer::stripe("whsec_0123456789abcdef").unverified_limit(unverified.clone());
/// let github = WebhookLayer::github("0123456789abcdef").unverified_limit(unverified.clone());
/// assert_eq!(unverified.held(), 0);
/// ```
///
/// A layer sees requests and no connections. A server that wants to bound what one connection holds
/// (one of HTTP/2 has many requests at once) makes one more for each connection, and puts it into
/// the extensions of each of its requests: a layer counts there, too.
#[derive(Clone, Debug)]
pub struct UnverifiedLimit(Arc<State>);

#[derive(Debug)]
struct State {
    bytes: usize,
    held: AtomicUsize,
}

impl UnverifiedLimit {
    /// A bound of so many bytes. Below the body limit of an endpoint, it is that body limit as well.
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
    /// 64 MiB: some hundred bodies of usual size at once, and little beside what a server has.
    fn default() -> Self {
        Self::new(64 * 1024 * 1024)
    }
}

/// What one body holds of the bounds of its server and its connection. Given back when it is dropped.
#[derive(Debug, Default)]
pub struct Held {
    server: Option<UnverifiedLimit>,
    connection: Option<UnverifiedLimit>,
    bytes: usize,
}

impl Held {
    /// Nothing yet.
    #[must_use]
    pub fn new(server: Option<UnverifiedLimit>, connection: Option<UnverifiedLimit>) -> Self {
        Self {
            server,
            connection,
            bytes: 0,
        }
    }

    /// Nothing yet, with the bound of the connection that a server may have put into the extensions
    /// of its requests.
    pub(crate) fn of(server: Option<&UnverifiedLimit>, extensions: &Extensions) -> Self {
        Self::new(server.cloned(), extensions.get().cloned())
    }

    /// Holds so many bytes more.
    ///
    /// # Errors
    ///
    /// If they are too many.
    pub fn add(&mut self, bytes: usize) -> Result<(), RejectionKind> {
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

impl Drop for Held {
    fn drop(&mut self) {
        for limit in [&self.connection, &self.server].into_iter().flatten() {
            limit.give_back(self.bytes);
        }
    }
}
