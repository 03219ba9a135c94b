//! An endpoint: a provider, its secrets, and the settings for its deliveries.

mod build;
mod builder;
mod check;
mod feature;
mod generic;
mod retention;
mod settings;
#[cfg(feature = "inbox")]
mod unseal;

pub use builder::EndpointBuilder;
pub use check::{StoreCheck, StoreCheckError};
pub use feature::FeatureAsymmetric;

use bytes::Bytes;
use std::fmt;
use std::sync::Arc;

use crate::answer::Rejection;
use crate::delivery::{
    Begun, Counts, Delivery, Finished, Hooks, Limits, LostLease, Scope, Shared, Watch,
};
use crate::error::{ConfigError, RejectionKind, StoreError};
use crate::metrics::{Gauged, Meters, TenantLookup};
use crate::notification::{FetchBack, Fetcher, NotificationSpec};
use crate::observe;
use crate::provider::{Mode, Provider};
use crate::replay::{DeadRecord, Finding, KeyOf, ReplayKey, ReplayStore};
use crate::request::Head;
use crate::secret::{Secret, SecretSet};
use crate::verify::TenantSecrets;
use crate::{for_each_missing_provider, for_each_provider};

/// Receives the deliveries of one provider. Cheap to clone: clones share all state.
///
/// Create one with the constructor of its provider, or with [`builder`](Self::builder) for your own
/// provider:
///
/// ```
/// use std::time::Duration;
/// use webhook_core::{Endpoint, MemoryStore};
///
/// let endpoint = Endpoint::stripe("whsec_4f1cd7feda9826e746b7d482c4badebb")
///     .body_limit(256 * 1024)
///     .handler_timeout(Duration::from_secs(10))
///     .store(MemoryStore::new())
///     .build()?;
///
/// // An empty secret is an error: anyone could sign with it.
/// assert!(Endpoint::stripe("").build().is_err());
/// # Ok::<(), webhook_core::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Endpoint {
    scope: Arc<Scope>,
}

/// The maximum length of a tenant's name in bytes: that of a label in a host name, four times.
const MAX_TENANT: usize = 255;

impl Endpoint {
    /// Configures an endpoint for any provider: one of [`providers`](crate::providers) or your own.
    pub fn builder(provider: Provider, secrets: impl Into<SecretSet>) -> EndpointBuilder {
        EndpointBuilder::new(provider, secrets.into())
    }

    /// Configures an endpoint for a sender that signs nothing. Its requests only name objects, which
    /// `source` fetches from the sender's API; the objects are the events. See
    /// [`notification`](crate::notification).
    pub fn notifications(spec: NotificationSpec, source: impl FetchBack) -> EndpointBuilder {
        // No secret verifies anything here: a template's secret is nobody's, and what it verifies is
        // refused.
        let mut builder = Self::builder(spec.provider, SecretSet::per_tenant());
        builder.fetcher = Some(Fetcher::new(spec, source));
        builder
    }

    /// Configures what stands for unknown tenants whose senders sign nothing: it fetches nothing, and
    /// refuses every notification. Each tenant has [`notifications`](Self::notifications) with an API
    /// of its own, and a resolver of whole endpoints returns it: `Tenants::of_endpoints` of the
    /// adapters.
    ///
    /// ```
    /// use webhook_core::Endpoint;
    /// use webhook_core::notification::EASYPAY_SINGLE;
    ///
    /// let stranger = Endpoint::notification_template(EASYPAY_SINGLE).build()?;
    /// assert!(stranger.is_template());
    /// # Ok::<(), webhook_core::ConfigError>(())
    /// ```
    pub fn notification_template(spec: NotificationSpec) -> EndpointBuilder {
        let mut builder = Self::builder(spec.provider, SecretSet::per_tenant());
        builder.fetcher = Some(Fetcher::template(spec));
        builder
    }

    /// The endpoint of a tenant: its name and its secrets, and everything else of this endpoint, its
    /// store and its counters included. It takes a few hundred bytes.
    ///
    /// The name is part of every replay key, so the same id from two tenants is two events.
    /// [`Delivery::tenant`] has it.
    ///
    /// ```
    /// use webhook_core::{Endpoint, SecretSet};
    ///
    /// let template = Endpoint::stripe(SecretSet::per_tenant()).build()?;
    /// let acme = template.for_tenant("acme", "whsec_0123456789abcdef")?;
    /// let initech = template.for_tenant("initech", ["whsec_next-000001", "whsec_old-0000001"])?;
    /// # let _ = (acme, initech);
    /// # Ok::<(), webhook_core::ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Any error of [`EndpointBuilder::build`] about secrets, settings and the URL, and
    /// [`ConfigError::InvalidTenant`] for a name that is empty or longer than 255 bytes.
    pub fn for_tenant(
        &self,
        name: impl Into<Arc<str>>,
        secrets: impl Into<TenantSecrets>,
    ) -> Result<Self, ConfigError> {
        let (name, secrets) = (name.into(), secrets.into());
        if name.is_empty() || name.len() > MAX_TENANT {
            return Err(ConfigError::InvalidTenant);
        }
        let verifier = self.scope.verifier().for_tenant(&name, &secrets)?;
        let is_template = secrets.is_template();
        let shared = Arc::clone(self.shared());
        Ok(Self {
            scope: Scope::new(shared, name, verifier, is_template),
        })
    }

    /// Whether the endpoint was built with [`SecretSet::per_tenant`], and refuses every delivery
    /// itself.
    #[must_use]
    pub fn is_template(&self) -> bool {
        self.scope.is_template()
    }

    /// The [consumer](EndpointBuilder::consumer), if the endpoint has one.
    #[must_use]
    pub fn consumer(&self) -> Option<&str> {
        Some(&*self.shared().consumer).filter(|consumer| !consumer.is_empty())
    }

    /// What becomes of a handler whose claim is [lost](EndpointBuilder::on_lost_lease).
    #[must_use]
    pub fn on_lost_lease(&self) -> LostLease {
        self.shared().on_lost_lease
    }

    /// The name of the tenant that the endpoint belongs to, if it has one.
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        self.scope.tenant().map(|name| &**name)
    }

    /// Whether the endpoint has a store for itself alone, because none was
    /// [configured](EndpointBuilder::store). It forgets everything with the endpoint.
    #[must_use]
    pub fn has_own_store(&self) -> bool {
        self.shared().own_store.exists() && !self.shared().is_durable()
    }

    fn shared(&self) -> &Arc<Shared> {
        &self.scope.shared
    }

    #[cfg(feature = "testing")]
    pub(crate) fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The provider.
    #[must_use]
    pub fn provider(&self) -> &Provider {
        &self.shared().provider
    }

    /// The limits that an adapter enforces.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.shared().limits
    }

    /// The counters of the endpoint since it was built.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.shared().observer.counts()
    }

    /// Replaces all secrets of this endpoint and its clones, from the next delivery on.
    ///
    /// # Errors
    ///
    /// Any error of [`EndpointBuilder::build`] about secrets. The old secrets then stay in use.
    pub fn replace_secrets(&self, secrets: impl Into<SecretSet>) -> Result<(), ConfigError> {
        let rekeyed = self.scope.verifier().rekeyed(&secrets.into())?;
        self.scope.replace_verifier(rekeyed);
        Ok(())
    }

    /// Forgets a delivery, so that a copy of it runs again. For operators. `key` is the delivery's
    /// [`Delivery::replay_key`].
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub async fn forget(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        match &self.shared().store {
            Some(store) => store.forget(key).await,
            None => Ok(false),
        }
    }

    /// Forgets the event with this id, so that a copy of it runs again. `mode` is the event's mode,
    /// for a provider that [distinguishes](Provider::mode_locator) live and test events.
    ///
    /// Returns `Ok(false)` if the event was not remembered, or if the provider's events are not
    /// [identified](Provider::identity) by an id.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub async fn forget_id(&self, id: &str, mode: Option<Mode>) -> Result<bool, StoreError> {
        if !self.shared().identity.uses_id() {
            return Ok(false);
        }
        let key = self.scope.key_prefix.key(mode, KeyOf::Id(id));
        self.forget(&key).await
    }

    /// Lists the dead events of the store: all of them, whatever endpoint they belong to, in the
    /// order of their keys. It begins after `after`, and has at most `at_most` records; see
    /// [`ReplayStore::dead`].
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub async fn dead_letters_after(
        &self,
        after: Option<&ReplayKey>,
        at_most: usize,
    ) -> Result<Vec<DeadRecord>, StoreError> {
        match &self.shared().store {
            Some(store) => store.dead(after, at_most).await,
            None => Ok(Vec::new()),
        }
    }

    /// Lets a dead event run again when its next copy arrives. Returns whether it was dead.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub async fn revive(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        match &self.shared().store {
            Some(store) => store.revive(key).await,
            None => Ok(false),
        }
    }

    /// Checks the set-up of the store: whether it may evict, lose or falsify records. Call it at
    /// startup. Each finding is logged as a warning.
    ///
    /// # Errors
    ///
    /// If the store fails, and with [`StoreCheck::Strict`] if there are findings.
    pub async fn check_store(&self, check: StoreCheck) -> Result<Vec<Finding>, StoreCheckError> {
        let Some(store) = &self.shared().store else {
            return Ok(Vec::new());
        };
        let findings = store.check().await.map_err(StoreCheckError::Store)?;
        for finding in &findings {
            observe::finding(self.shared().provider.name(), finding);
        }
        match check {
            StoreCheck::Strict if !findings.is_empty() => Err(StoreCheckError::Unsound(findings)),
            _ => Ok(findings),
        }
    }

    /// Checks everything that can be checked before the body: method, signature headers, freshness,
    /// encoding and announced length. If the delivery is refused here, its body need not be read.
    #[inline]
    pub fn begin(&self, head: &Head<'_>) -> Begun {
        self.scope.begin(head)
    }

    /// For adapters that have to find out the tenant of a request first: the refusal of a head that
    /// no secret could make good, because of its method, its headers or its time. `None` if the
    /// secret decides. Nobody needs to be asked for the secrets of a tenant whose request is refused
    /// here.
    #[must_use]
    pub fn refuse_head(&self, head: &Head<'_>) -> Option<Rejection> {
        self.scope.refuse_head(head)
    }

    /// Verifies a whole delivery without replay protection. For tests, tools, and frameworks
    /// without an adapter that have their own replay protection.
    ///
    /// # Errors
    ///
    /// The [`Rejection`] to answer. A handshake is also an error, because it is not an event. So is
    /// a delivery whose key has to be fetched ([`RejectionKind::KeysUnavailable`]): this function
    /// does not wait for it.
    pub fn verify(&self, head: &Head<'_>, body: Bytes) -> Result<Delivery, Rejection> {
        let mut intake = match self.begin(head) {
            Begun::Read(intake) => intake,
            Begun::Refused(rejection) => return Err(rejection),
            Begun::Answer(_) => return Err(RejectionKind::Unprocessable.into()),
        };
        intake.push(body)?;
        match intake.finish()? {
            Finished::Event(checked) => Ok(checked.into_delivery()),
            Finished::Answer(_) => Err(RejectionKind::Unprocessable.into()),
            Finished::Pending(mut pending) => {
                let kind = pending.timeout_kind();
                let _ = pending.if_dropped().set(kind);
                Err(self.reject(kind.into()))
            }
        }
    }

    /// Sets the hooks of the router around this endpoint. They are called after those of the
    /// [builder](EndpointBuilder::on_reject).
    ///
    /// # Panics
    ///
    /// If another router has set its hooks. Build an endpoint for each router.
    #[track_caller]
    pub fn set_router_hooks(&self, hooks: Hooks) {
        let is_set = self.shared().observer.set_router_hooks(hooks);
        assert!(
            is_set,
            "two routers with hooks share an endpoint: build one for each"
        );
    }

    /// For adapters: stores deliveries from now on, as [`EndpointBuilder::durable`] does. Clones and
    /// tenants of the endpoint do too.
    ///
    /// # Panics
    ///
    /// If the endpoint is durable already, or has no replay protection.
    #[cfg(feature = "inbox")]
    #[track_caller]
    pub fn make_durable(&self, inbox: impl crate::delivery::Acceptor) {
        let shared = self.shared();
        assert!(
            shared.store.is_some(),
            "{}",
            ConfigError::DurableNeedsReplayProtection
        );
        let is_set = shared.inbox.set(Arc::new(inbox)).is_ok();
        assert!(is_set, "the endpoint is durable already");
    }

    /// For adapters that observe deliveries and refuse none: the log lines of this endpoint and its
    /// clones say from now on what would happen, and have the field `shadow`.
    pub fn set_shadow(&self) {
        self.shared().observer.set_shadow();
    }

    /// Counts, logs and reports a refusal that the adapter decided on, and returns it. It is one
    /// reason among the [counts](Self::counts): what becomes of the request is decided by what has
    /// it, an [`Intake`](crate::Intake), a [`Checked`](crate::Checked) or a
    /// [`Permit`](crate::Permit).
    #[must_use]
    pub fn reject(&self, rejection: Rejection) -> Rejection {
        self.scope.reject(rejection)
    }

    /// Like [`reject`](Self::reject), for a request that was not [begun](Self::begin).
    #[must_use]
    pub fn refuse(&self, rejection: Rejection) -> Rejection {
        self.scope.refuse_unbegun(rejection)
    }

    /// For adapters: counts a request as abandoned if it is dropped before it is begun.
    #[doc(hidden)]
    #[must_use]
    pub fn count_unbegun(&self) -> Watch {
        Watch::count(&self.scope)
    }

    /// For adapters: the level of deliveries without a client rises or falls.
    #[doc(hidden)]
    pub fn gauge_detached(&self, by: f64) {
        self.meters().gauge(Gauged::Detached, by);
    }

    /// For adapters: the level of bytes that are not verified rises or falls.
    #[doc(hidden)]
    pub fn gauge_unverified_bytes(&self, by: f64) {
        self.meters().gauge(Gauged::UnverifiedBytes, by);
    }

    /// For adapters: counts a look-up of a tenant.
    #[doc(hidden)]
    pub fn count_tenant_lookup(&self, result: TenantLookup) {
        self.meters().tenant_lookup(result);
    }

    fn meters(&self) -> &Meters {
        &self.shared().observer.meters
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("provider", &self.shared().provider.name())
            .field("tenant", &self.tenant())
            .field("limits", &self.shared().limits)
            .field("store", &self.shared().store)
            .finish_non_exhaustive()
    }
}

macro_rules! constructors {
    ($($(#[$doc:meta])* $name:ident($($argument:ident),+) = $provider:ident;)*) => {
        /// Constructors of the providers.
        impl Endpoint {
            $(constructors!(@one $(#[$doc])* $name($($argument),+) $provider);)*
        }

        for_each_missing_provider! { constructors @missing }
    };
    (@missing $($(#[$doc:meta])* $name:ident($key:ident) = $provider:ident;)*) => {
        /// Constructors that need the feature `asymmetric`, which is off in this build.
        impl Endpoint {
            $(
                /// Needs the feature `asymmetric`. Without it, a call does not compile.
                pub fn $name($key: impl FeatureAsymmetric) -> EndpointBuilder {
                    $key.never()
                }
            )*
        }
    };
    (@one $(#[$doc:meta])* $name:ident(secret) $provider:ident) => {
        $(#[$doc])*
        pub fn $name(secret: impl Into<SecretSet>) -> EndpointBuilder {
            Self::builder(crate::providers::$provider, secret)
        }
    };
    (@one $(#[$doc:meta])* $name:ident(public_key) $provider:ident) => {
        $(#[$doc])*
        pub fn $name(public_key: impl Into<SecretSet>) -> EndpointBuilder {
            Self::builder(crate::providers::$provider, public_key)
        }
    };
    (@one $(#[$doc:meta])* $name:ident(secret, public_url) $provider:ident) => {
        $(#[$doc])*
        pub fn $name(
            secret: impl Into<SecretSet>,
            public_url: impl Into<String>,
        ) -> EndpointBuilder {
            Self::builder(crate::providers::$provider, secret).public_url(public_url)
        }
    };
    (@one $(#[$doc:meta])* $name:ident(secret, public_url, $setting:ident) $provider:ident) => {
        $(#[$doc])*
        pub fn $name(
            secret: impl Into<SecretSet>,
            public_url: impl Into<String>,
            $setting: impl Into<Secret>,
        ) -> EndpointBuilder {
            let builder = Self::builder(crate::providers::$provider, secret);
            builder.public_url(public_url).setting(stringify!($setting), $setting)
        }
    };
    (@one $(#[$doc:meta])* $name:ident(secret, $setting:ident) $provider:ident) => {
        $(#[$doc])*
        pub fn $name(secret: impl Into<SecretSet>, $setting: impl Into<Secret>) -> EndpointBuilder {
            let builder = Self::builder(crate::providers::$provider, secret);
            builder.setting(stringify!($setting), $setting)
        }
    };
    (@one $(#[$doc:meta])* $name:ident(username, password) $provider:ident) => {
        $(#[$doc])*
        pub fn $name(username: &str, password: &str) -> EndpointBuilder {
            Self::builder(crate::providers::$provider, crate::Secret::basic(username, password))
        }
    };
}

for_each_provider!(constructors);

impl Delivery {
    /// Whether this endpoint verified the delivery, for one of its tenants if it has any.
    #[must_use]
    pub fn is_of(&self, endpoint: &Endpoint) -> bool {
        Arc::ptr_eq(self.shared(), endpoint.shared())
    }
}
