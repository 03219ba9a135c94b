//! A store that writes down what it grants, and in which a receiver can die.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;
use webhook_core::replay::{
    Claim, ClaimRequest, Commit, DeadRecord, Finding, Lease, LeaseState, Swept,
};
use webhook_core::{ReplayKey, ReplayStore, StoreError, StoreErrorKind};

use crate::failpoint::{FailPoints, Point};
use crate::journal::{Entry, Journal, Run};

/// How many microseconds a commit is on its way, at most, when the process dies in it.
const IN_COMMIT: u64 = 3_000;

/// The store of a receiver. It adds nothing to what the inner store answers.
#[derive(Debug)]
pub struct WatchedStore<S> {
    inner: S,
    journal: Arc<Journal>,
    points: FailPoints,
}

impl<S> WatchedStore<S> {
    /// Around this store.
    pub fn new(inner: S, journal: Arc<Journal>, points: FailPoints) -> Self {
        Self {
            inner,
            journal,
            points,
        }
    }

    /// What is not written down must not be told either: the verdict would miss it.
    fn write(&self, lease: &Lease, entry: impl Fn(Run) -> Entry) -> Result<(), StoreError> {
        let (key, epoch) = (*lease.key(), lease.epoch().get());
        let written = self.journal.write(&entry(Run { key, epoch }));
        written.map_err(|error| StoreError::with_source(StoreErrorKind::Unavailable, error))
    }

    /// Lets a commit begin, and dies before anybody has its answer.
    async fn die_in<T>(&self, commit: impl Future<Output = T>) {
        let begun = Duration::from_micros(fastrand::u64(..IN_COMMIT));
        let _ = timeout(begun, commit).await;
        self.points.die(Point::InCommit);
    }
}

impl<S: ReplayStore> ReplayStore for WatchedStore<S> {
    async fn claim(&self, key: &ReplayKey, request: &ClaimRequest) -> Result<Claim, StoreError> {
        self.points.pass(Point::AfterVerify);
        let claim = self.inner.claim(key, request).await?;
        if let Claim::Acquired(lease) = &claim {
            self.write(lease, Entry::Claimed)?;
            self.points.pass(Point::AfterClaim);
        }
        Ok(claim)
    }

    async fn renew(&self, lease: &Lease, by: Duration) -> Result<LeaseState, StoreError> {
        self.inner.renew(lease, by).await
    }

    async fn commit(&self, lease: &Lease, answer: Option<&[u8]>) -> Result<Commit, StoreError> {
        self.points.pass(Point::AfterHandler);
        let commit = self.inner.commit(lease, answer);
        if self.points.is_due(Point::InCommit) {
            self.die_in(commit).await;
            return Err(StoreErrorKind::Unavailable.into());
        }
        let commit = commit.await?;
        if commit == Commit::Committed {
            self.write(lease, Entry::Committed)?;
            self.points.pass(Point::AfterCommit);
        }
        Ok(commit)
    }

    async fn release(&self, lease: &Lease) -> Result<LeaseState, StoreError> {
        self.inner.release(lease).await
    }

    async fn bury(&self, lease: &Lease, note: &str) -> Result<LeaseState, StoreError> {
        self.inner.bury(lease, note).await
    }

    async fn revive(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        self.inner.revive(key).await
    }

    async fn dead(
        &self,
        after: Option<&ReplayKey>,
        at_most: usize,
    ) -> Result<Vec<DeadRecord>, StoreError> {
        self.inner.dead(after, at_most).await
    }

    async fn forget(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        self.inner.forget(key).await
    }

    async fn sweep(&self, at_most: usize) -> Result<Swept, StoreError> {
        self.inner.sweep(at_most).await
    }

    async fn check(&self) -> Result<Vec<Finding>, StoreError> {
        self.inner.check().await
    }
}
