//! Endpoints of this process that share a store without saying whether they are one consumer or two.
//!
//! Two registrations with a provider each get every event. Where their endpoints share a store,
//! provider and tenant, and neither has a consumer name, each takes an event of the other for its
//! own: it is answered 503 while the other runs, and 200 without a run afterwards.

use std::hash::{BuildHasher, RandomState};
use std::panic::Location;
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};

use crate::error::ConfigError;
use crate::observe;
use crate::replay::erased::{Store, StoreId};
use crate::secret::SecretSet;

/// An endpoint without a consumer name. It is known for as long as this lives.
#[derive(Debug)]
pub(crate) struct Neighbour {
    place: &'static Location<'static>,
    store: StoreId,
    provider: &'static str,
    tenant: Box<str>,
    /// Hashes of its secrets, of this process alone.
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

    /// Makes it known. A neighbour that is certainly another consumer is an error; one that may be
    /// is warned of.
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

    /// Nothing that verifies at one verifies at the other. Where they have a secret in common it
    /// may be the same endpoint, built once more: for another worker, or when a configuration is
    /// loaded again.
    fn is_another(&self, other: &Self) -> bool {
        let common = |secret: &u64| other.secrets.contains(secret);
        let disjoint = !self.secrets.iter().any(common);
        let both_have_some = !self.secrets.is_empty() && !other.secrets.is_empty();
        self.store.is(&other.store) && both_have_some && disjoint
    }
}
