//! Any store as one type, so that the types of users have no parameter for it.

use std::any::{Any, type_name};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::error::StoreError;
use crate::replay::{
    Claim, ClaimRequest, Commit, Lease, LeaseState, MemoryStore, ReplayKey, ReplayStore,
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

    async fn commit(&self, lease: &Lease) -> Result<Commit, StoreError> {
        match self {
            Self::Memory(store) => Ok(store.commit_now(lease)),
            Self::Other(store) => store.commit(lease).await,
        }
    }

    async fn release(&self, lease: &Lease) -> Result<LeaseState, StoreError> {
        match self {
            Self::Memory(store) => Ok(store.release_now(lease)),
            Self::Other(store) => store.release(lease).await,
        }
    }

    async fn forget(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        match self {
            Self::Memory(store) => Ok(store.forget_now(key)),
            Self::Other(store) => store.forget(key).await,
        }
    }
}

/// [`ReplayStore`] with boxed futures.
pub(crate) trait ErasedStore: std::fmt::Debug + Send + Sync {
    /// The name of the store's type.
    fn kind(&self) -> &'static str;
    fn claim<'a>(&'a self, key: &'a ReplayKey, request: &'a ClaimRequest) -> Boxed<'a, Claim>;
    fn renew<'a>(&'a self, lease: &'a Lease, by: Duration) -> Boxed<'a, LeaseState>;
    fn commit<'a>(&'a self, lease: &'a Lease) -> Boxed<'a, Commit>;
    fn release<'a>(&'a self, lease: &'a Lease) -> Boxed<'a, LeaseState>;
    fn forget<'a>(&'a self, key: &'a ReplayKey) -> Boxed<'a, bool>;
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

    fn commit<'a>(&'a self, lease: &'a Lease) -> Boxed<'a, Commit> {
        Box::pin(ReplayStore::commit(self, lease))
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> Boxed<'a, LeaseState> {
        Box::pin(ReplayStore::release(self, lease))
    }

    fn forget<'a>(&'a self, key: &'a ReplayKey) -> Boxed<'a, bool> {
        Box::pin(ReplayStore::forget(self, key))
    }
}
