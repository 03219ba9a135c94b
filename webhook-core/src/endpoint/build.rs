//! Builds an endpoint from its settings.

use std::hash::{BuildHasher as _, RandomState};
use std::panic::Location;
use std::sync::Arc;
#[cfg(feature = "inbox")]
use std::sync::OnceLock;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use crate::answer::RejectionAnswers;
use crate::crypto::chain::{CA_CERTIFICATES, Chain};
use crate::delivery::{
    EnvelopeSpec, HandshakeResponder, IdentityRule, Observer, OnStoreError, OwnStore, Retention,
    Scope, Shared,
};
use crate::endpoint::Endpoint;
use crate::endpoint::builder::{EndpointBuilder, Replay};
use crate::endpoint::retention::Defaults;
use crate::error::ConfigError;
use crate::keys::{KeyCache, KeyRequirements};
use crate::metrics::Meters;
use crate::observe;
use crate::parse::pem;
use crate::replay::MemoryStore;
use crate::replay::erased::Store;
use crate::replay::neighbours::Neighbour;
use crate::time::Tolerance;
use crate::verify::Verifier;

/// A longer tolerance is logged as a warning: no provider that signs the time of each attempt needs
/// it.
const LONG_TOLERANCE: Duration = Duration::from_secs(900);

impl EndpointBuilder {
    /// Builds the endpoint.
    ///
    /// # Errors
    ///
    /// Any setting with which the endpoint would refuse every delivery, accept one that it should
    /// not, or run one twice.
    #[track_caller]
    pub fn build(mut self) -> Result<Endpoint, ConfigError> {
        self.options.tolerance = self.chosen_tolerance()?;
        self.check_limits()?;
        let tolerance = self.options.tolerance.or(self.provider_tolerance());
        let retention = self.check_retention(tolerance)?;
        let responder = self.responder()?;
        let verifier = Verifier::with_secrets(self.provider, &self.secrets, self.options.clone())?;
        let keys = self.key_cache()?;
        let rejection_answers = self.rejection_answers.as_deref().map(RejectionAnswers::new);
        let rejection_answers = rejection_answers.transpose()?;
        let neighbour = self.neighbour(Location::caller())?;
        if let Some(tolerance) = tolerance.filter(|t| t.past > LONG_TOLERANCE) {
            observe::long_tolerance(self.provider.name(), tolerance.past.as_secs());
        }
        let store = self.replay_store();
        let renews = self.renews();
        let identity = IdentityRule::new(&self.provider, self.identity);
        let mut schemes = self.provider.schemes().iter();
        let authenticates_body = schemes.any(|scheme| scheme.coverage().authenticates_body());
        let is_template = self.secrets.is_per_tenant();
        let shared = Arc::new(Shared {
            identity,
            digests_body: !identity.uses_id() && authenticates_body,
            wanted: EnvelopeSpec::new(&self.provider),
            provider: self.provider,
            limits: self.limits,
            on_store_error: self.on_store_error,
            on_lost_lease: self.on_lost_lease,
            dead_letters: self.dead_letters,
            remembers_answers: self.remembers_answers,
            renews,
            store,
            own_store: OwnStore::new(matches!(self.replay, Replay::Default)),
            #[cfg(feature = "inbox")]
            inbox: self.inbox.map(OnceLock::from).unwrap_or_default(),
            #[cfg(feature = "inbox")]
            kept_headers: self.kept_headers.into(),
            retention,
            observer: Observer::new(
                self.hooks,
                Meters::new(self.provider.name(), &self.consumer),
            ),
            consumer: self.consumer,
            token_parameter: self.options.token_parameter.map(Box::from),
            duplicate_answer: self.duplicate_answer,
            #[cfg(feature = "inbox")]
            stored_answer: self.stored_answer,
            rejection_answers,
            responder,
            keeps_keys: self.provider.tags_challenges(),
            keys,
            fetcher: self.fetcher,
            clock: self.clock,
            _neighbour: neighbour,
            serial: RandomState::new().hash_one("endpoint"),
            owners: AtomicU64::new(0),
        });
        Ok(Endpoint {
            scope: Scope::new(shared, self.tenant, verifier, is_template),
        })
    }

    /// The configured tolerance, if any.
    fn chosen_tolerance(&self) -> Result<Option<Tolerance>, ConfigError> {
        if self.past.is_none() && self.future.is_none() {
            return Ok(self.options.tolerance);
        }
        let own = self
            .provider_tolerance()
            .ok_or(ConfigError::InvalidTolerance)?;
        Ok(Some(Tolerance {
            past: self.past.unwrap_or(own.past),
            future: self.future.unwrap_or(own.future),
        }))
    }

    /// The provider's tolerance; `None` if the provider signs no timestamp.
    fn provider_tolerance(&self) -> Option<Tolerance> {
        let mut times = self.provider.schemes().iter().filter_map(|s| s.time);
        times.next().map(|time| time.tolerance())
    }

    fn check_limits(&self) -> Result<(), ConfigError> {
        if self.limits.body == 0 {
            return Err(ConfigError::InvalidBodyLimit);
        }
        let at_least = self.limits.store_timeout.saturating_mul(6);
        if self.lease.is_zero() || (self.renews() && self.lease < at_least) {
            return Err(ConfigError::LeaseTooShort { at_least });
        }
        if self.is_durable() && matches!(self.replay, Replay::Off) {
            return Err(ConfigError::DurableNeedsReplayProtection);
        }
        if self.on_store_error == OnStoreError::RunUnprotected && !self.provider.signs_time() {
            return Err(ConfigError::UnprotectedNeedsTime);
        }
        Ok(())
    }

    /// Whether deliveries are stored, so that the inbox recognises copies.
    fn is_durable(&self) -> bool {
        #[cfg(feature = "inbox")]
        return self.inbox.is_some();
        #[cfg(not(feature = "inbox"))]
        false
    }

    /// Whether a handler may run so long that its claim has to be renewed. A claim that lasts twice
    /// as long covers the wait for the inner service and the last store call.
    fn renews(&self) -> bool {
        self.lease < self.limits.handler_timeout.saturating_mul(2)
    }

    fn check_retention(&self, tolerance: Option<Tolerance>) -> Result<Retention, ConfigError> {
        let Defaults {
            fresh,
            at_least,
            by_id,
            by_content,
        } = Defaults::new(&self.provider, tolerance);
        let (by_id, by_content) = match self.retention {
            Some(chosen) if chosen < at_least => {
                return Err(ConfigError::RetentionTooShort { at_least });
            }
            Some(chosen) => (chosen, chosen),
            None => (by_id, by_content),
        };
        Ok(Retention {
            lease: self.lease,
            by_id,
            by_content,
            fresh,
        })
    }

    fn responder(&self) -> Result<Option<HandshakeResponder>, ConfigError> {
        HandshakeResponder::new(
            &self.provider,
            self.verify_token.as_ref(),
            self.options.public_url.as_deref(),
            self.on_offered_secret.clone(),
        )
    }

    /// The cache in front of the key source; `None` without a source.
    fn key_cache(&self) -> Result<Option<Arc<KeyCache>>, ConfigError> {
        let requirements = self.key_requirements()?;
        let Some(source) = self.keys.clone() else {
            return Ok(None);
        };
        let requirements = requirements.ok_or(ConfigError::NoKeySource)?;
        Ok(Some(Arc::new(KeyCache::new(source, requirements))))
    }

    /// What the key source has to return; `None` if the provider's deliveries do not name their
    /// key.
    fn key_requirements(&self) -> Result<Option<KeyRequirements>, ConfigError> {
        let unusable = |problem| ConfigError::Setting {
            name: CA_CERTIFICATES,
            problem,
        };
        let roots = self.options.settings.get(CA_CERTIFICATES);
        let roots = roots.map(pem::certificates).transpose().map_err(unusable)?;
        let chain = self.provider.certified();
        let chain = chain.map(|is_own| Chain::new(is_own, roots.as_deref()));
        let chain = chain.transpose().map_err(unusable)?;
        let algorithms = self.provider.key_algorithms();
        Ok((!algorithms.is_empty()).then(|| KeyRequirements {
            algorithms,
            chain,
            member: self.provider.key_member(),
        }))
    }

    /// Makes sure that no other endpoint on the same store uses the same replay keys.
    fn neighbour(
        &self,
        place: &'static Location<'static>,
    ) -> Result<Option<Arc<Neighbour>>, ConfigError> {
        match &self.replay {
            Replay::Store(store) if self.consumer.is_empty() => {
                let provider = self.provider.name();
                let neighbour = Neighbour::new(place, store, provider, &self.tenant, &self.secrets);
                neighbour.settle().map(Some)
            }
            _ => Ok(None),
        }
    }

    fn replay_store(&self) -> Option<Store> {
        match &self.replay {
            Replay::Off => None,
            Replay::Store(store) => Some(store.clone()),
            Replay::Default => Some(Store::new(MemoryStore::new())),
        }
    }
}
