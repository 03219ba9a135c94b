use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use webhook_core::replay::{
    Claim, ClaimRequest, Commit, DeadRecord, Finding, Lease, LeaseState, Swept,
};
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
    burials: Operation,
    keys: Mutex<Vec<ReplayKey>>,
    states: Mutex<HashMap<ReplayKey, KeyState>>,
}

/// What has become of a key, by the answers the store gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(clippy::exhaustive_enums, reason = "claimed, done, dead, or neither")]
pub enum KeyState {
    /// Never claimed, or released, or forgotten.
    Free,
    /// Claimed.
    Held,
    /// Committed.
    Done,
    /// Buried.
    Dead,
}

#[derive(Debug, Default)]
struct Operation {
    calls: AtomicUsize,
    fails: AtomicBool,
    panics: AtomicBool,
    hangs: AtomicBool,
    resumed: Notify,
    cancelled: AtomicUsize,
}

/// A call that has begun. Dropped before its end, it was cancelled half-way.
struct Begun<'a> {
    operation: &'a Operation,
    ended: bool,
}

impl Operation {
    /// Counts a call, and does to it what was said.
    async fn begin(&self) -> Result<Begun<'_>, StoreError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        assert!(
            !self.panics.load(Ordering::SeqCst),
            "the store panics as told"
        );
        let begun = Begun {
            operation: self,
            ended: false,
        };
        loop {
            let resumed = self.resumed.notified();
            if !self.hangs.load(Ordering::SeqCst) {
                break;
            }
            resumed.await;
        }
        if self.fails.load(Ordering::SeqCst) {
            begun.end();
            return Err(StoreError::new(StoreErrorKind::Unavailable));
        }
        Ok(begun)
    }

    fn hang(&self, hang: bool) {
        self.hangs.store(hang, Ordering::SeqCst);
        self.resumed.notify_waiters();
    }
}

impl Begun<'_> {
    fn end(mut self) {
        self.ended = true;
    }
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.operation.cancelled.fetch_add(1, Ordering::SeqCst);
        }
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
    /// Burials.
    pub burials: usize,
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
            burials: count(&self.shared.burials),
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

    /// Whether claims get no answer from now on. When they no longer hang, those that wait go on.
    pub fn hang_claims(&self, hang: bool) {
        self.shared.claims.hang(hang);
    }

    /// The same of commits.
    pub fn hang_commits(&self, hang: bool) {
        self.shared.commits.hang(hang);
    }

    /// The same of releases.
    pub fn hang_releases(&self, hang: bool) {
        self.shared.releases.hang(hang);
    }

    /// How many calls were given up before their end.
    pub fn cancelled(&self) -> usize {
        let Shared {
            claims,
            renewals,
            commits,
            releases,
            burials,
            ..
        } = &*self.shared;
        [claims, renewals, commits, releases, burials]
            .iter()
            .map(|operation| operation.cancelled.load(Ordering::SeqCst))
            .sum()
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
        let begun = self.shared.claims.begin().await?;
        lock(&self.shared.keys).push(*key);
        // A store of the real world does not answer within one poll.
        tokio::task::yield_now().await;
        let claim = self.inner.claim(key, request).await?;
        if let Claim::Acquired(_) = claim {
            self.note(key, KeyState::Held);
        }
        begun.end();
        Ok(claim)
    }

    async fn renew(&self, lease: &Lease, by: Duration) -> Result<LeaseState, StoreError> {
        let begun = self.shared.renewals.begin().await?;
        let renewed = self.inner.renew(lease, by).await;
        begun.end();
        renewed
    }

    async fn commit(&self, lease: &Lease, answer: Option<&[u8]>) -> Result<Commit, StoreError> {
        let begun = self.shared.commits.begin().await?;
        tokio::task::yield_now().await;
        let commit = self.inner.commit(lease, answer).await?;
        if commit == Commit::Committed {
            self.note(lease.key(), KeyState::Done);
        }
        begun.end();
        Ok(commit)
    }

    async fn release(&self, lease: &Lease) -> Result<LeaseState, StoreError> {
        let begun = self.shared.releases.begin().await?;
        tokio::task::yield_now().await;
        let released = self.inner.release(lease).await?;
        if released == LeaseState::Held {
            self.note(lease.key(), KeyState::Free);
        }
        begun.end();
        Ok(released)
    }

    async fn bury(&self, lease: &Lease, note: &str) -> Result<LeaseState, StoreError> {
        let begun = self.shared.burials.begin().await?;
        tokio::task::yield_now().await;
        let buried = self.inner.bury(lease, note).await?;
        if buried == LeaseState::Held {
            self.note(lease.key(), KeyState::Dead);
        }
        begun.end();
        Ok(buried)
    }

    async fn revive(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        let revived = self.inner.revive(key).await?;
        if revived {
            self.note(key, KeyState::Free);
        }
        Ok(revived)
    }

    async fn dead(
        &self,
        after: Option<&ReplayKey>,
        at_most: usize,
    ) -> Result<Vec<DeadRecord>, StoreError> {
        self.inner.dead(after, at_most).await
    }

    async fn forget(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        self.note(key, KeyState::Free);
        self.inner.forget(key).await
    }

    async fn sweep(&self, at_most: usize) -> Result<Swept, StoreError> {
        self.inner.sweep(at_most).await
    }

    async fn check(&self) -> Result<Vec<Finding>, StoreError> {
        self.inner.check().await
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
