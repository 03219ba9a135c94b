use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use webhook_core::replay::{Claim, ClaimRequest, Commit, Lease, LeaseState};
use webhook_core::{MemoryStore, ReplayKey, ReplayStore, StoreError, StoreErrorKind};

/// A [`MemoryStore`] that counts what is asked of it, and fails when told to.
#[derive(Clone, Debug)]
pub struct CountingStore {
    inner: MemoryStore,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    claims: Operation,
    renewals: Operation,
    commits: Operation,
    releases: Operation,
    keys: Mutex<Vec<ReplayKey>>,
}

#[derive(Debug, Default)]
struct Operation {
    calls: AtomicUsize,
    fails: AtomicBool,
    panics: AtomicBool,
}

impl Operation {
    fn call(&self) -> Result<(), StoreError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        assert!(
            !self.panics.load(Ordering::SeqCst),
            "the store panics as told"
        );
        if self.fails.load(Ordering::SeqCst) {
            return Err(StoreError::new(StoreErrorKind::Unavailable));
        }
        Ok(())
    }
}

/// How often a store was asked for each thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// Claims.
    pub claims: usize,
    /// Renewals.
    pub renewals: usize,
    /// Commits.
    pub commits: usize,
    /// Releases.
    pub releases: usize,
}

impl CountingStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::around(MemoryStore::new())
    }

    /// Around a store of settings of its own.
    pub fn around(inner: MemoryStore) -> Self {
        Self {
            inner,
            shared: Arc::default(),
        }
    }

    /// How often it was asked.
    pub fn calls(&self) -> Calls {
        let count = |operation: &Operation| operation.calls.load(Ordering::SeqCst);
        Calls {
            claims: count(&self.shared.claims),
            renewals: count(&self.shared.renewals),
            commits: count(&self.shared.commits),
            releases: count(&self.shared.releases),
        }
    }

    /// The keys that were claimed, in order.
    pub fn keys(&self) -> Vec<ReplayKey> {
        let keys = &self.shared.keys;
        keys.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether claims fail from now on.
    pub fn fail_claims(&self, fail: bool) {
        self.shared.claims.fails.store(fail, Ordering::SeqCst);
    }

    /// Whether commits fail from now on.
    pub fn fail_commits(&self, fail: bool) {
        self.shared.commits.fails.store(fail, Ordering::SeqCst);
    }

    /// Whether releases fail from now on.
    pub fn fail_releases(&self, fail: bool) {
        self.shared.releases.fails.store(fail, Ordering::SeqCst);
    }

    /// Whether claims panic from now on.
    pub fn panic_on_claim(&self, panic: bool) {
        self.shared.claims.panics.store(panic, Ordering::SeqCst);
    }

    /// Whether releases panic from now on.
    pub fn panic_on_release(&self, panic: bool) {
        self.shared.releases.panics.store(panic, Ordering::SeqCst);
    }
}

impl Default for CountingStore {
    fn default() -> Self {
        Self::new()
    }
}

impl ReplayStore for CountingStore {
    async fn claim(&self, key: &ReplayKey, request: &ClaimRequest) -> Result<Claim, StoreError> {
        self.shared.claims.call()?;
        self.shared
            .keys
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(*key);
        // A store of the real world does not answer within one poll.
        tokio::task::yield_now().await;
        self.inner.claim(key, request).await
    }

    async fn renew(&self, lease: &Lease, by: Duration) -> Result<LeaseState, StoreError> {
        self.shared.renewals.call()?;
        self.inner.renew(lease, by).await
    }

    async fn commit(&self, lease: &Lease) -> Result<Commit, StoreError> {
        self.shared.commits.call()?;
        tokio::task::yield_now().await;
        self.inner.commit(lease).await
    }

    async fn release(&self, lease: &Lease) -> Result<LeaseState, StoreError> {
        self.shared.releases.call()?;
        tokio::task::yield_now().await;
        self.inner.release(lease).await
    }

    async fn forget(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        self.inner.forget(key).await
    }
}
