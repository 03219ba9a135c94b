use std::collections::HashMap;
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
    states: Mutex<HashMap<ReplayKey, KeyState>>,
}

/// What has become of a key, by the answers the store gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(clippy::exhaustive_enums, reason = "claimed, done, or neither")]
pub enum KeyState {
    /// Never claimed, or released, or forgotten.
    Free,
    /// Claimed.
    Held,
    /// Committed.
    Done,
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
        lock(&self.shared.keys).clone()
    }

    /// What has become of the key that was claimed last.
    pub fn last_state(&self) -> KeyState {
        let last = self.keys().pop();
        last.and_then(|key| lock(&self.shared.states).get(&key).copied())
            .unwrap_or(KeyState::Free)
    }

    fn note(&self, key: &ReplayKey, state: KeyState) {
        lock(&self.shared.states).insert(*key, state);
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

    /// Whether commits panic from now on.
    pub fn panic_on_commit(&self, panic: bool) {
        self.shared.commits.panics.store(panic, Ordering::SeqCst);
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
        lock(&self.shared.keys).push(*key);
        // A store of the real world does not answer within one poll.
        tokio::task::yield_now().await;
        let claim = self.inner.claim(key, request).await?;
        if let Claim::Acquired(_) = claim {
            self.note(key, KeyState::Held);
        }
        Ok(claim)
    }

    async fn renew(&self, lease: &Lease, by: Duration) -> Result<LeaseState, StoreError> {
        self.shared.renewals.call()?;
        self.inner.renew(lease, by).await
    }

    async fn commit(&self, lease: &Lease) -> Result<Commit, StoreError> {
        self.shared.commits.call()?;
        tokio::task::yield_now().await;
        let commit = self.inner.commit(lease).await?;
        if commit == Commit::Committed {
            self.note(lease.key(), KeyState::Done);
        }
        Ok(commit)
    }

    async fn release(&self, lease: &Lease) -> Result<LeaseState, StoreError> {
        self.shared.releases.call()?;
        tokio::task::yield_now().await;
        let released = self.inner.release(lease).await?;
        if released == LeaseState::Held {
            self.note(lease.key(), KeyState::Free);
        }
        Ok(released)
    }

    async fn forget(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        self.note(key, KeyState::Free);
        self.inner.forget(key).await
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
