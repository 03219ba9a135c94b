//! Finds endpoints of this process that share a store and may be two consumers without names.
//!
//! Two registrations with one provider each get every event. If their endpoints share store,
//! provider and tenant, and neither has a consumer name, they share keys too. Then one endpoint
//! answers 503 while the other runs, and 200 without a run after that.

use std::hash::{BuildHasher, RandomState};
use std::panic::Location;
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};

use crate::error::ConfigError;
use crate::observe;
use crate::replay::erased::{Store, StoreId};
use crate::secret::SecretSet;

/// An endpoint without a consumer name. Others see it until this is dropped.
#[derive(Debug)]
pub(crate) struct Neighbour {
    place: &'static Location<'static>,
    store: StoreId,
    provider: &'static str,
    tenant: Box<str>,
    /// Hashes of its secrets. They mean nothing outside this process.
    secrets: Vec<u64>,
}

static LIVE: Mutex<Vec<Weak<Neighbour>>> = Mutex::new(Vec::new());

impl Neighbour {
    pub(crate) fn new(
        place: &'static Location<'static>,
        store: &Store,
        provider: &'static str,
        tenant: &str,
        secrets: &SecretSet,
    ) -> Self {
        static HASHES: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        let secrets = secrets.as_slice().iter();
        Self {
            place,
            store: store.id(),
            provider,
            tenant: tenant.into(),
            secrets: secrets
                .map(|secret| HASHES.hash_one(secret.as_bytes()))
                .collect(),
        }
    }

    /// Lets others see this endpoint. If another one is certainly a second consumer, this is an
    /// error. If another one may be, this logs a warning.
    pub(crate) fn settle(self) -> Result<Arc<Self>, ConfigError> {
        let mut live = LIVE.lock().unwrap_or_else(PoisonError::into_inner);
        live.retain(|other| other.strong_count() > 0);
        let others = live.iter().filter_map(Weak::upgrade);
        let shared: Vec<_> = others.filter(|other| self.may_share(other)).collect();
        if let Some(other) = shared.iter().find(|other| self.is_another(other)) {
            return Err(ConfigError::SharedStore {
                other: other.place.to_string(),
            });
        }
        if let Some(other) = shared.first() {
            observe::shared_store(self.provider, self.place, other.place);
        }
        let settled = Arc::new(self);
        live.push(Arc::downgrade(&settled));
        Ok(settled)
    }

    fn may_share(&self, other: &Self) -> bool {
        self.provider == other.provider
            && self.tenant == other.tenant
            && self.store.may_be(&other.store)
    }

    /// Whether nothing that verifies at one endpoint verifies at the other. With a secret in common
    /// both may be one endpoint that was built twice: for another worker, or when a configuration
    /// is loaded again.
    fn is_another(&self, other: &Self) -> bool {
        let common = |secret: &u64| other.secrets.contains(secret);
        let disjoint = !self.secrets.iter().any(common);
        let both_have_some = !self.secrets.is_empty() && !other.secrets.is_empty();
        self.store.is(&other.store) && both_have_some && disjoint
    }
}
