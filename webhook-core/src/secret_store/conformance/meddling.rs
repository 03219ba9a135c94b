//! Tables that fail, or in which somebody else writes in between, at a chosen moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::ask::{LONG, answer, put, renewed, rotate, store};
use crate::error::{StoreError, StoreErrorKind};
use crate::secret_store::{Change, SealedSecret, SecretRow, SecretTable, Slot, TenantRows};

/// What happens to a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meddling {
    /// After so many rows, resealing fails.
    FailsAfter(usize),
    /// The first row is resealed after a rotation, which a process with the old keys does.
    RotatesBeforeReseal,
    /// The first row is resealed after a put.
    PutsBeforeReseal,
    /// The first write comes after a rewrap.
    RewrapsBeforeWrite,
}

/// A table with something that happens to it.
#[derive(Clone, Debug)]
pub(super) struct Meddled<T> {
    table: T,
    what: Meddling,
    calls: Arc<AtomicUsize>,
}

impl<T: SecretTable + Clone> Meddled<T> {
    pub(super) fn new(table: &T, what: Meddling) -> Self {
        Self {
            table: table.clone(),
            what,
            calls: Arc::default(),
        }
    }
}

impl<T: SecretTable + Clone> SecretTable for Meddled<T> {
    async fn read(&self, provider: &str, tenant: &str) -> Result<TenantRows, StoreError> {
        self.table.read(provider, tenant).await
    }

    async fn write(&self, change: &Change) -> Result<bool, StoreError> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        if self.what == Meddling::RewrapsBeforeWrite && call == 0 {
            answer(renewed(&self.table).rewrap().await);
        }
        self.table.write(change).await
    }

    async fn end_previous(&self, provider: &str, tenant: &str) -> Result<u64, StoreError> {
        self.table.end_previous(provider, tenant).await
    }

    async fn remove(&self, provider: &str, tenant: &str) -> Result<u64, StoreError> {
        self.table.remove(provider, tenant).await
    }

    async fn page(
        &self,
        after: Option<&Slot>,
        at_most: usize,
        except_key: Option<&str>,
    ) -> Result<Vec<SecretRow>, StoreError> {
        self.table.page(after, at_most, except_key).await
    }

    async fn reseal(
        &self,
        slot: &Slot,
        old: &SealedSecret,
        new: &SealedSecret,
    ) -> Result<bool, StoreError> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        match self.what {
            Meddling::FailsAfter(rows) if call >= rows => {
                return Err(StoreError::new(StoreErrorKind::Unavailable));
            }
            Meddling::RotatesBeforeReseal if call == 0 => {
                rotate(&store(&self.table), slot.tenant(), 2, LONG).await;
            }
            Meddling::PutsBeforeReseal if call == 0 => {
                put(&store(&self.table), slot.tenant(), 2).await;
            }
            _ => {}
        }
        self.table.reseal(slot, old, new).await
    }

    async fn sweep(&self, at_most: usize) -> Result<u64, StoreError> {
        self.table.sweep(at_most).await
    }
}
