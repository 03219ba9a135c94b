//! The store.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use webhook_core::replay::{
    Claim, ClaimRequest, Commit, DeadRecord, Finding, Lease, LeaseState, Swept,
};
use webhook_core::{ReplayKey, ReplayStore, StoreError};

use crate::builder::{RedisStoreBuilder, Settings};
use crate::error::BuildError;
use crate::link::{Deadline, Link};
use crate::names::Names;
use crate::{check, claim, dead, settle};

/// Remembers deliveries in Redis. Clones share one connection.
///
/// See the [crate's page](crate) for what it promises.
#[derive(Clone)]
pub struct RedisStore {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) link: Link,
    pub(crate) names: Names,
    pub(crate) settings: Settings,
}

impl RedisStore {
    /// A store in the server at `url`, such as `redis://127.0.0.1:6379/0` or, with the feature
    /// `tls`, `rediss://user:password@host`.
    ///
    /// The first operation connects. To learn at startup whether the server is reachable and set up
    /// well, call [`check`](ReplayStore::check).
    ///
    /// # Errors
    ///
    /// If the URL cannot be used.
    pub fn new(url: &str) -> Result<Self, BuildError> {
        Self::builder(url).build()
    }

    /// Sets more than the URL.
    pub fn builder(url: &str) -> RedisStoreBuilder {
        RedisStoreBuilder::from_url(url)
    }

    /// A store in a cluster. One of these URLs has to be reachable; its server names the others.
    #[cfg(feature = "cluster")]
    pub fn cluster<'a>(urls: impl IntoIterator<Item = &'a str>) -> RedisStoreBuilder {
        RedisStoreBuilder::from_urls_of_cluster(urls)
    }

    pub(crate) fn from_parts(link: Link, settings: Settings) -> Self {
        let names = Names::new(&settings.prefix);
        Self {
            inner: Arc::new(Inner {
                link,
                names,
                settings,
            }),
        }
    }
}

impl ReplayStore for RedisStore {
    async fn claim(&self, key: &ReplayKey, request: &ClaimRequest) -> Result<Claim, StoreError> {
        claim::claim(&self.inner, key, request).await
    }

    async fn renew(&self, lease: &Lease, by: Duration) -> Result<LeaseState, StoreError> {
        settle::renew(&self.inner, lease, by).await
    }

    async fn commit(&self, lease: &Lease, answer: Option<&[u8]>) -> Result<Commit, StoreError> {
        settle::commit(&self.inner, lease, answer).await
    }

    async fn release(&self, lease: &Lease) -> Result<LeaseState, StoreError> {
        settle::release(&self.inner, lease, self.inner.deadline()).await
    }

    async fn bury(&self, lease: &Lease, note: &str) -> Result<LeaseState, StoreError> {
        dead::bury(&self.inner, lease, note).await
    }

    async fn revive(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        dead::revive(&self.inner, key).await
    }

    async fn dead(
        &self,
        after: Option<&ReplayKey>,
        at_most: usize,
    ) -> Result<Vec<DeadRecord>, StoreError> {
        dead::list(&self.inner, after, at_most).await
    }

    async fn forget(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        dead::forget(&self.inner, key).await
    }

    async fn sweep(&self, at_most: usize) -> Result<Swept, StoreError> {
        dead::sweep(&self.inner, at_most).await
    }

    async fn check(&self) -> Result<Vec<Finding>, StoreError> {
        check::findings(&self.inner).await
    }
}

impl Inner {
    pub(crate) fn deadline(&self) -> Deadline {
        Deadline::after(self.settings.timeout)
    }
}

/// Shows the address and the prefix.
impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore")
            .field("redis", self.inner.link.target())
            .field("prefix", &self.inner.names.prefix())
            .finish_non_exhaustive()
    }
}
