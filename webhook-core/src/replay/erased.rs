//! Any store as one type, so that the types of users have no parameter for it.

use std::any::{Any, type_name};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::error::StoreError;
use crate::replay::{
    Claim, ClaimRequest, Commit, DeadRecord, Finding, Lease, LeaseState, MemoryStore, ReplayKey,
    ReplayStore, Swept,
};

type Boxed<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Any store. The memory store has its own variant: it answers at once, and a box for each
/// answer costs as much as the answer.
#[derive(Clone, Debug)]
pub(crate) enum Store {
    Memory(MemoryStore),
    Other(Arc<dyn ErasedStore>),
}

/// The identity of a store, as far as this process can see it.
#[derive(Clone, Debug)]
pub(crate) struct StoreId {
    address: usize,
    /// The name of the store's type. `None` for a memory store: its address alone identifies it.
    kind: Option<&'static str>,
}

impl StoreId {
    /// Whether both are certainly one store.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.address == other.address
    }

    /// Whether both may be one store. Two handles of one database look like two stores.
    pub(crate) fn may_be(&self, other: &Self) -> bool {
        self.is(other) || (self.kind.is_some() && self.kind == other.kind)
    }
}

impl Store {
    pub(crate) fn id(&self) -> StoreId {
        match self {
            Self::Memory(store) => StoreId {
                address: store.address(),
                kind: None,
            },
            Self::Other(store) => StoreId {
                address: Arc::as_ptr(store).cast::<()>().addr(),
                kind: Some(store.kind()),
            },
        }
    }

    pub(crate) fn new<S: ReplayStore>(store: S) -> Self {
        let any: &dyn Any = &store;
        match any.downcast_ref::<MemoryStore>() {
            Some(memory) => Self::Memory(memory.clone()),
            None => Self::Other(Arc::new(store)),
        }
    }
}

impl ReplayStore for Store {
    async fn claim(&self, key: &ReplayKey, request: &ClaimRequest) -> Result<Claim, StoreError> {
        match self {
            Self::Memory(store) => store.claim_now(key, request),
            Self::Other(store) => store.claim(key, request).await,
        }
    }

    async fn renew(&self, lease: &Lease, by: Duration) -> Result<LeaseState, StoreError> {
        match self {
            Self::Memory(store) => Ok(store.renew_now(lease, by)),
            Self::Other(store) => store.renew(lease, by).await,
        }
    }

    async fn commit(&self, lease: &Lease, answer: Option<&[u8]>) -> Result<Commit, StoreError> {
        match self {
            Self::Memory(store) => Ok(store.commit_now(lease, answer)),
            Self::Other(store) => store.commit(lease, answer).await,
        }
    }

    async fn release(&self, lease: &Lease) -> Result<LeaseState, StoreError> {
        match self {
            Self::Memory(store) => Ok(store.release_now(lease)),
            Self::Other(store) => store.release(lease).await,
        }
    }

    async fn bury(&self, lease: &Lease, note: &str) -> Result<LeaseState, StoreError> {
        match self {
            Self::Memory(store) => Ok(store.bury_now(lease, note)),
            Self::Other(store) => store.bury(lease, note).await,
        }
    }

    async fn revive(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        match self {
            Self::Memory(store) => Ok(store.revive_now(key)),
            Self::Other(store) => store.revive(key).await,
        }
    }

    async fn dead(
        &self,
        after: Option<&ReplayKey>,
        at_most: usize,
    ) -> Result<Vec<DeadRecord>, StoreError> {
        match self {
            Self::Memory(store) => Ok(store.dead_now(after, at_most)),
            Self::Other(store) => store.dead(after, at_most).await,
        }
    }

    async fn forget(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        match self {
            Self::Memory(store) => Ok(store.forget_now(key)),
            Self::Other(store) => store.forget(key).await,
        }
    }

    async fn sweep(&self, at_most: usize) -> Result<Swept, StoreError> {
        match self {
            Self::Memory(store) => Ok(store.sweep_now(at_most)),
            Self::Other(store) => store.sweep(at_most).await,
        }
    }

    async fn check(&self) -> Result<Vec<Finding>, StoreError> {
        match self {
            Self::Memory(store) => ReplayStore::check(store).await,
            Self::Other(store) => store.check().await,
        }
    }
}

/// [`ReplayStore`] with boxed futures.
pub(crate) trait ErasedStore: std::fmt::Debug + Send + Sync {
    /// The name of the store's type.
    fn kind(&self) -> &'static str;
    fn claim<'a>(&'a self, key: &'a ReplayKey, request: &'a ClaimRequest) -> Boxed<'a, Claim>;
    fn renew<'a>(&'a self, lease: &'a Lease, by: Duration) -> Boxed<'a, LeaseState>;
    fn commit<'a>(&'a self, lease: &'a Lease, answer: Option<&'a [u8]>) -> Boxed<'a, Commit>;
    fn release<'a>(&'a self, lease: &'a Lease) -> Boxed<'a, LeaseState>;
    fn bury<'a>(&'a self, lease: &'a Lease, note: &'a str) -> Boxed<'a, LeaseState>;
    fn revive<'a>(&'a self, key: &'a ReplayKey) -> Boxed<'a, bool>;
    fn dead<'a>(
        &'a self,
        after: Option<&'a ReplayKey>,
        at_most: usize,
    ) -> Boxed<'a, Vec<DeadRecord>>;
    fn forget<'a>(&'a self, key: &'a ReplayKey) -> Boxed<'a, bool>;
    fn sweep(&self, at_most: usize) -> Boxed<'_, Swept>;
    fn check(&self) -> Boxed<'_, Vec<Finding>>;
}

impl<S: ReplayStore> ErasedStore for S {
    fn kind(&self) -> &'static str {
        type_name::<S>()
    }

    fn claim<'a>(&'a self, key: &'a ReplayKey, request: &'a ClaimRequest) -> Boxed<'a, Claim> {
        Box::pin(ReplayStore::claim(self, key, request))
    }

    fn renew<'a>(&'a self, lease: &'a Lease, by: Duration) -> Boxed<'a, LeaseState> {
        Box::pin(ReplayStore::renew(self, lease, by))
    }

    fn commit<'a>(&'a self, lease: &'a Lease, answer: Option<&'a [u8]>) -> Boxed<'a, Commit> {
        Box::pin(ReplayStore::commit(self, lease, answer))
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> Boxed<'a, LeaseState> {
        Box::pin(ReplayStore::release(self, lease))
    }

    fn bury<'a>(&'a self, lease: &'a Lease, note: &'a str) -> Boxed<'a, LeaseState> {
        Box::pin(ReplayStore::bury(self, lease, note))
    }

    fn revive<'a>(&'a self, key: &'a ReplayKey) -> Boxed<'a, bool> {
        Box::pin(ReplayStore::revive(self, key))
    }

    fn dead<'a>(
        &'a self,
        after: Option<&'a ReplayKey>,
        at_most: usize,
    ) -> Boxed<'a, Vec<DeadRecord>> {
        Box::pin(ReplayStore::dead(self, after, at_most))
    }

    fn forget<'a>(&'a self, key: &'a ReplayKey) -> Boxed<'a, bool> {
        Box::pin(ReplayStore::forget(self, key))
    }

    fn sweep(&self, at_most: usize) -> Boxed<'_, Swept> {
        Box::pin(ReplayStore::sweep(self, at_most))
    }

    fn check(&self) -> Boxed<'_, Vec<Finding>> {
        Box::pin(ReplayStore::check(self))
    }
}
