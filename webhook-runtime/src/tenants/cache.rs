use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use quick_cache::sync::Cache;
use tokio::time::Instant;
use webhook_core::Endpoint;

/// What is known about tenants: the endpoints of some, and that others do not exist.
///
/// The two are apart, so that invented names push no tenant out.
pub(super) struct TenantCache {
    known: Cache<Arc<str>, Known>,
    unknown: Cache<Arc<str>, Instant>,
    /// How often a tenant was forgotten. What was asked before is not kept.
    forgotten: AtomicU64,
    pub(super) known_for: Duration,
    pub(super) unknown_for: Duration,
}

#[derive(Clone)]
struct Known {
    endpoint: Endpoint,
    until: Instant,
}

/// What the cache says about a name.
pub(super) enum Cached {
    Known(Endpoint),
    Unknown,
    Ask,
}

impl TenantCache {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            known: Cache::new(capacity),
            unknown: Cache::new(capacity),
            forgotten: AtomicU64::new(0),
            known_for: Duration::from_secs(60),
            unknown_for: Duration::from_secs(10),
        }
    }

    /// Keeps the two times, with room for other numbers of tenants.
    pub(super) fn with_capacity(self, capacity: usize) -> Self {
        Self {
            known_for: self.known_for,
            unknown_for: self.unknown_for,
            ..Self::new(capacity)
        }
    }

    #[inline]
    pub(super) fn get(&self, name: &str, now: Instant) -> Cached {
        match self.known.get(name) {
            Some(known) if known.until > now => Cached::Known(known.endpoint),
            Some(_) => Cached::Ask,
            None if self.is_unknown(name, now) => Cached::Unknown,
            None => Cached::Ask,
        }
    }

    fn is_unknown(&self, name: &str, now: Instant) -> bool {
        self.unknown.get(name).is_some_and(|until| until > now)
    }

    /// The endpoint of a tenant, asked for by the first of all who need it. The next one asks if
    /// that one fails or goes away.
    pub(super) async fn get_or_ask<E>(
        &self,
        name: &Arc<str>,
        ask: impl Future<Output = Result<Option<Endpoint>, E>>,
    ) -> Result<Option<Endpoint>, E> {
        let now = Instant::now();
        self.known.remove_if(name, |known| known.until <= now);
        let guard = match self.known.get_value_or_guard_async(name).await {
            Ok(known) => return Ok(Some(known.endpoint)),
            Err(guard) => guard,
        };
        if self.is_unknown(name, Instant::now()) {
            return Ok(None); // Said to the one before.
        }
        let forgotten = self.forgotten.load(Ordering::Acquire);
        let endpoint = ask.await?;
        if self.forgotten.load(Ordering::Acquire) != forgotten {
            return Ok(endpoint);
        }
        let now = Instant::now();
        match &endpoint {
            Some(endpoint) => {
                let known = Known {
                    endpoint: endpoint.clone(),
                    until: now + self.known_for,
                };
                // Refused only if the tenant was forgotten meanwhile.
                let _ = guard.insert(known);
            }
            None => {
                let until = now + self.unknown_for;
                self.unknown.insert(Arc::clone(name), until);
            }
        }
        Ok(endpoint)
    }

    pub(super) fn forget(&self, name: &str) {
        self.forgotten.fetch_add(1, Ordering::AcqRel);
        self.known.remove(name);
        self.unknown.remove(name);
    }
}

impl fmt::Debug for TenantCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TenantCache")
            .field("known", &self.known.len())
            .field("unknown", &self.unknown.len())
            .finish_non_exhaustive()
    }
}
