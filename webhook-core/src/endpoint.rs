//! An endpoint: a provider, its secrets, and the rules its deliveries are taken under.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::panic::Location;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;

#[cfg(feature = "asymmetric")]
use crate::algorithm::chain::{CA_CERTIFICATES, Chain};
use crate::answer::Answer;
use crate::delivery::Delivery;
use crate::envelope::Wanted;
use crate::error::{ConfigError, Ended, Rejection, RejectionKind};
use crate::handshake::{Answering, OfferHook};
use crate::head::Head;
use crate::hook::{self, Hook};
use crate::identity::{IdentityPolicy, IdentityRule};
use crate::intake::{Finished, Intake};
#[cfg(feature = "asymmetric")]
use crate::keys::{ErasedSource, FetchedKeys, KeyCache, KeySource, Known, Wanted as WantedKeys};
use crate::neighbours::Neighbour;
use crate::observe::{self, Counts, Duplicate, EscapedId, Observer, Rejected};
use crate::provider::Provider;
use crate::replay::erased::Store;
use crate::replay::{KeyPrefix, MemoryStore, Owner, ReplayKey, ReplayStore};
use crate::retention::Defaults;
use crate::secret::{Secret, SecretSet};
use crate::time::{Clock, SystemClock, Tolerance, UnixTime};
use crate::verifier::{Options, Verifier};
use crate::{StoreError, for_each_provider};

/// Where the deliveries of one provider arrive. Cheap to clone; clones share everything.
///
/// One is made by the constructor of its provider, or by [`builder`](Self::builder) for a provider of your own:
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
/// // A secret that anybody could have is an error, not a door left open.
/// assert!(Endpoint::stripe("").build().is_err());
/// # Ok::<(), webhook_core::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Endpoint {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) provider: Provider,
    verifier: RwLock<Arc<Verifier>>,
    pub(crate) wanted: Wanted,
    pub(crate) identity: IdentityRule,
    /// Whether every delivery is known by its content, so that its body is digested as it arrives.
    pub(crate) digests_body: bool,
    pub(crate) limits: Limits,
    pub(crate) store: Option<Store>,
    pub(crate) retention: Retention,
    pub(crate) key_prefix: KeyPrefix,
    pub(crate) observer: Observer,
    pub(crate) consumer: Box<str>,
    pub(crate) token_parameter: Option<Box<str>>,
    pub(crate) duplicate_answer: Option<Arc<DuplicateAnswer>>,
    pub(crate) answering: Option<Answering>,
    /// Whether a challenge is answered with the keys that verify it.
    keeps_keys: bool,
    /// Of keys that are not configured.
    #[cfg(feature = "asymmetric")]
    pub(crate) keys: Option<Arc<KeyCache>>,
    clock: Arc<dyn Clock>,
    _neighbour: Option<Arc<Neighbour>>,
    /// 64 random bits that are this endpoint's.
    pub(crate) serial: u64,
    owners: AtomicU64,
}

type DuplicateAnswer = dyn Fn(&Delivery) -> Answer + Send + Sync;

/// What an adapter holds a delivery to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Longest body, in bytes.
    pub body: usize,
    /// How long the body may take to arrive.
    pub body_timeout: Duration,
    /// How long the handler may take, once the inner service is ready for it. That may take half as long.
    pub handler_timeout: Duration,
    /// How long one call of the store is waited for.
    pub store_timeout: Duration,
}

/// How long things are remembered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retention {
    pub(crate) lease: Duration,
    /// For deliveries that are known by an id.
    pub(crate) by_id: Duration,
    /// For those known by their content alone, which nothing else protects.
    pub(crate) by_content: Duration,
    /// For how long a copy stays fresh; `None` where no time is signed.
    pub(crate) fresh: Option<Duration>,
}

impl Endpoint {
    /// An endpoint for any provider, those of [`providers`](crate::providers) and your own.
    pub fn builder(provider: Provider, secrets: impl Into<SecretSet>) -> EndpointBuilder {
        EndpointBuilder::new(provider, secrets.into())
    }

    /// The provider.
    #[must_use]
    pub fn provider(&self) -> &Provider {
        &self.inner.provider
    }

    /// The limits an adapter enforces.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.inner.limits
    }

    /// How often each thing happened since the endpoint was built.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.inner.observer.counts()
    }

    /// Replaces all secrets, for this endpoint and every clone of it, from the next delivery on.
    ///
    /// # Errors
    ///
    /// Whatever [`EndpointBuilder::build`] finds wrong with secrets; the old ones then stay in force.
    pub fn replace_secrets(&self, secrets: impl Into<SecretSet>) -> Result<(), ConfigError> {
        let rekeyed = Arc::new(self.verifier().rekeyed(&secrets.into())?);
        *self
            .inner
            .verifier
            .write()
            .unwrap_or_else(PoisonError::into_inner) = rekeyed;
        Ok(())
    }

    /// Forgets a delivery, so that a copy of it runs again. For operators; the key is that of
    /// [`Permit::key`](crate::Permit::key).
    ///
    /// # Errors
    ///
    /// When the store could not be asked.
    pub async fn forget(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        match &self.inner.store {
            Some(store) => store.forget(key).await,
            None => Ok(false),
        }
    }

    /// Checks all that can be checked before the body: method, signature headers, freshness, encoding and announced
    /// length. Nothing of the body need be read for a delivery that is refused here.
    ///
    /// # Errors
    ///
    /// What to answer instead: the request was refused, or was a challenge of the provider that its head gives away.
    pub fn begin(&self, head: &Head<'_>) -> Result<Intake, Ended> {
        if let Some(answering) = &self.inner.answering
            && let Some(answer) = self.answer_head(answering, head)?
        {
            self.count_challenge();
            return Err(Ended::Answered(answer));
        }
        self.open(head).map_err(|rejection| {
            let rejection = rejection.with_unread_body();
            let claimed = || self.inner.wanted.claimed_id(head);
            self.observe_rejection(&rejection, claimed);
            Ended::Refused(rejection)
        })
    }

    #[cold]
    fn answer_head(
        &self,
        answering: &Answering,
        head: &Head<'_>,
    ) -> Result<Option<Answer>, Rejection> {
        answering
            .at_head(head, |value| self.verifier().prove(value))
            .map_err(|kind| self.reject(Rejection::new(kind).with_unread_body()))
    }

    fn open(&self, head: &Head<'_>) -> Result<Intake, Rejection> {
        let provider = &self.inner.provider;
        if !provider.methods().contains(&head.method) {
            let rejection = Rejection::new(RejectionKind::MethodNotAllowed);
            let answering = self.inner.answering.as_ref();
            let also = answering.and_then(|answering| answering.further_method(head.method));
            return Err(rejection.allow(provider.methods()).allow_also(also));
        }
        let now = self.now().ok_or(RejectionKind::ClockUnavailable)?;
        let verifier = self.verifier();
        let mut intake = Intake::new(self.clone());
        let id = match verifier.start_in(intake.verification(), head, now) {
            Ok(id) => id,
            Err(kind) => return self.open_unsigned(head, kind),
        };
        intake.read_head(head, id)?;
        if self.inner.keeps_keys {
            intake.keep_keys(verifier);
        }
        Ok(intake)
    }

    /// What is refused for want of a signature may be a challenge that has none.
    #[cold]
    fn open_unsigned(&self, head: &Head<'_>, refused: RejectionKind) -> Result<Intake, Rejection> {
        let answering = self.inner.answering.as_ref();
        let is_open = answering.is_some_and(|answering| answering.reads_unsigned(head));
        if refused != RejectionKind::MissingHeader || !is_open {
            return Err(refused.into());
        }
        Intake::unsigned(self.clone(), head).map_err(|_| refused.into())
    }

    /// Checks a whole delivery, without replay protection: for tests, tools, and frameworks without an adapter
    /// that do their own.
    ///
    /// # Errors
    ///
    /// The [`Rejection`] to answer. A handshake is one too: it is no event. So is a delivery whose key has to be asked for
    /// ([`RejectionKind::KeysUnavailable`]), which this cannot wait for.
    pub fn verify(&self, head: &Head<'_>, body: Bytes) -> Result<Delivery, Rejection> {
        let mut intake = self.begin(head).map_err(|ended| match ended {
            Ended::Refused(rejection) => rejection,
            Ended::Answered(_) => RejectionKind::Unprocessable.into(),
        })?;
        intake.push(body)?;
        match intake.finish()? {
            Finished::Event(checked) => Ok(checked.into_delivery()),
            Finished::Answer(_) => Err(RejectionKind::Unprocessable.into()),
            Finished::Pending(_) => Err(self.reject(RejectionKind::KeysUnavailable.into())),
        }
    }

    /// Counts, logs and reports a refusal that the adapter came to, and hands it back.
    #[must_use]
    pub fn reject(&self, rejection: Rejection) -> Rejection {
        self.observe_rejection(&rejection, || None);
        rejection
    }

    fn observe_rejection(
        &self,
        rejection: &Rejection,
        claimed_id: impl FnOnce() -> Option<EscapedId>,
    ) {
        let inner = &self.inner;
        inner
            .observer
            .rejected(&inner.provider, &inner.consumer, rejection, claimed_id);
    }

    /// A challenge gets its answer.
    pub(crate) fn count_challenge(&self) {
        let inner = &self.inner;
        inner
            .observer
            .challenge_answered(&inner.provider, &inner.consumer);
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.inner
    }

    /// The time; a clock that panics cannot tell it.
    pub(crate) fn now(&self) -> Option<UnixTime> {
        let inner = &self.inner;
        hook::call(Hook::Clock, inner.provider.name(), || inner.clock.now()).flatten()
    }

    /// Keys of this name, if nobody has to be asked.
    #[cfg(feature = "asymmetric")]
    pub(crate) fn known_key(
        &self,
        query: &crate::keys::KeyQuery,
    ) -> Result<Option<FetchedKeys>, RejectionKind> {
        let now = self.now().ok_or(RejectionKind::ClockUnavailable)?;
        let cache = self.inner.keys.as_ref().ok_or(RejectionKind::UnknownKey)?;
        match cache.known(query, now) {
            Known::Keys(found) => Ok(Some(found)),
            Known::Refused(kind) => Err(kind),
            Known::Ask => Ok(None),
        }
    }

    fn verifier(&self) -> Arc<Verifier> {
        Arc::clone(
            &self
                .inner
                .verifier
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// An owner nobody else has: 64 random bits for this endpoint, and a counter.
    pub(crate) fn new_owner(&self) -> Owner {
        let count = self.inner.owners.fetch_add(1, Ordering::Relaxed);
        Owner::from_bits(u128::from(self.inner.serial) << 64 | u128::from(count))
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("provider", &self.inner.provider.name())
            .field("limits", &self.inner.limits)
            .field("store", &self.inner.store)
            .finish_non_exhaustive()
    }
}

/// Sets up an [`Endpoint`].
#[derive(Clone)]
#[must_use]
pub struct EndpointBuilder {
    provider: Provider,
    secrets: SecretSet,
    options: Options,
    past: Option<Duration>,
    future: Option<Duration>,
    limits: Limits,
    lease: Duration,
    retention: Option<Duration>,
    replay: Replay,
    consumer: Box<str>,
    tenant: Box<str>,
    identity: IdentityPolicy,
    #[cfg(feature = "asymmetric")]
    keys: Option<Arc<dyn ErasedSource>>,
    clock: Arc<dyn Clock>,
    on_reject: Option<Arc<observe::RejectHook>>,
    on_duplicate: Option<Arc<observe::DuplicateHook>>,
    duplicate_answer: Option<Arc<DuplicateAnswer>>,
    verify_token: Option<Secret>,
    on_offered_secret: Option<Arc<OfferHook>>,
}

#[derive(Clone)]
enum Replay {
    Default,
    Store(Store),
    Off,
}

/// A tolerance above this is nothing the senders of attempt times need.
const LONG_TOLERANCE: Duration = Duration::from_secs(900);

impl EndpointBuilder {
    fn new(provider: Provider, secrets: SecretSet) -> Self {
        Self {
            provider,
            secrets,
            options: Options::default(),
            past: None,
            future: None,
            limits: Limits {
                body: provider.default_body_limit(),
                body_timeout: Duration::from_secs(10),
                handler_timeout: Duration::from_secs(30),
                store_timeout: Duration::from_secs(2),
            },
            lease: Duration::from_secs(60),
            retention: None,
            replay: Replay::Default,
            consumer: Box::default(),
            tenant: Box::default(),
            identity: IdentityPolicy::default(),
            #[cfg(feature = "asymmetric")]
            keys: None,
            clock: Arc::new(SystemClock),
            on_reject: None,
            on_duplicate: None,
            duplicate_answer: None,
            verify_token: None,
            on_offered_secret: None,
        }
    }

    /// The public URL of the endpoint, as it is registered with the provider but without its query: the query is
    /// taken from the request as received. Needed where the provider signs the URL. It is configured because `Host` and
    /// `X-Forwarded-*` are the sender's to choose.
    pub fn public_url(mut self, url: impl Into<String>) -> Self {
        self.options.public_url = Some(url.into());
        self
    }

    /// How old and how far ahead a signed time may be; the edges pass. The provider's own value unless said, mostly
    /// 300 s. More than 900 s draws a warning.
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.past = Some(tolerance);
        self.future = Some(tolerance);
        self
    }

    /// How far ahead alone; after [`tolerance`](Self::tolerance), which sets both.
    pub fn future_tolerance(mut self, tolerance: Duration) -> Self {
        self.future = Some(tolerance);
        self
    }

    /// The query parameter that holds the token, for providers whose merchants name it.
    pub fn token_parameter(mut self, name: impl Into<String>) -> Self {
        self.options.token_parameter = Some(name.into());
        self
    }

    /// Where keys come from that are not configured, for providers whose deliveries name their key.
    /// With a source the endpoint may have no public key at all:
    /// `Endpoint::google_pubsub(SecretSet::default()).keys(…)`. What the source gives is kept, and
    /// senders decide neither how often it is asked nor what another sender is answered: see
    /// [`KeySource`].
    #[cfg(feature = "asymmetric")]
    pub fn keys(mut self, source: impl KeySource) -> Self {
        self.options.keys_elsewhere = true;
        self.keys = Some(Arc::new(source));
        self
    }

    /// A value the provider needs beside its secrets, under the name of [`Provider::required_settings`] or
    /// [`Provider::optional_settings`].
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.options.settings.set(name, value);
        self
    }

    /// The longest body, in bytes; 1 MiB unless the provider needs more. A longer one is answered 413.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.limits.body = bytes;
        self
    }

    /// How long a body may take to arrive in all; 10 s unless said. A slower one is answered 408.
    pub fn body_timeout(mut self, timeout: Duration) -> Self {
        self.limits.body_timeout = timeout;
        self
    }

    /// How long the handler may take; 30 s unless said. Then it is dropped, the claim released, and 503 answered.
    ///
    /// Before that, a delivery waits for the service inside of the adapter to be ready, for at most
    /// half as long: then it is answered 503 too, and its handler does not begin. Where a limit
    /// hides its wait in the call, as those inside of an axum router do, the wait counts as the
    /// handler's, and no handler begins after its time.
    pub fn handler_timeout(mut self, timeout: Duration) -> Self {
        self.limits.handler_timeout = timeout;
        self
    }

    /// How long an adapter waits for one answer of the store; 2 s unless said. A claim that takes
    /// longer is answered 503, and is released when it lands after all. A commit that takes longer
    /// does not change the handler's answer, and counts when it lands. No call is cancelled: it
    /// goes on in the background, and the adapter's `drain` waits for it. While 1024 calls of an
    /// adapter do so, it answers 503 without asking the store for more.
    pub fn store_timeout(mut self, timeout: Duration) -> Self {
        self.limits.store_timeout = timeout;
        self
    }

    /// How long a claim lasts when nobody settles it, as after a crash; 60 s unless said. At least twice the
    /// handler timeout, so that no second run starts beside the first.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// How long a delivery is remembered. Unless said: 7 days or twice the time the provider retries, whichever is
    /// longer, and 30 days where only the content tells one delivery from another.
    pub fn retention(mut self, retention: Duration) -> Self {
        self.retention = Some(retention);
        self
    }

    /// Where deliveries are remembered. Unless said, in a [`MemoryStore`] of this endpoint's own, with a warning.
    pub fn store(mut self, store: impl ReplayStore) -> Self {
        self.replay = Replay::Store(Store::new(store));
        self
    }

    /// Remembers nothing: every genuine copy runs. For handlers that are idempotent by themselves, and for measuring.
    pub fn without_replay_protection(mut self) -> Self {
        self.replay = Replay::Off;
        self
    }

    /// The name of what consumes the events. Two consumers that share a store must have two names,
    /// or one takes the events of the other for done. One consumer that has two endpoints, because
    /// it is built once more when its configuration is loaded again, has one name.
    ///
    /// Without names, a second endpoint with the same provider, tenant and [store](Self::store) is
    /// an error of [`build`](Self::build) if it has no secret of the first, and a warning that
    /// names the places of both if it has, or if the two stores may be one.
    pub fn consumer(mut self, name: impl Into<Box<str>>) -> Self {
        self.consumer = name.into();
        self
    }

    /// The tenant whose events arrive here, so that the same id at two tenants is two events in a shared store.
    pub fn tenant(mut self, name: impl Into<Box<str>>) -> Self {
        self.tenant = name.into();
        self
    }

    /// Which values may tell two deliveries of one content apart: those of the provider's
    /// [`Identity`](crate::Identity) unless said. [`IdentityPolicy::SignedOnly`] is for who fears a
    /// thief more than a lost repeat.
    pub fn identity(mut self, policy: IdentityPolicy) -> Self {
        self.identity = policy;
        self
    }

    /// Another clock for freshness than the system's. For tests.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Called for every refusal, before it is answered. Keep it short: it runs in the request's way.
    pub fn on_reject(mut self, hook: impl Fn(&Rejected<'_>) + Send + Sync + 'static) -> Self {
        self.on_reject = Some(Arc::new(hook));
        self
    }

    /// Called for every copy of a delivery that is done, before it is answered.
    pub fn on_duplicate(mut self, hook: impl Fn(&Duplicate<'_>) + Send + Sync + 'static) -> Self {
        self.on_duplicate = Some(Arc::new(hook));
        self
    }

    /// What a copy of a delivery that is done is answered, instead of an empty 200.
    pub fn answer_duplicates(
        mut self,
        answer: impl Fn(&Delivery) -> Answer + Send + Sync + 'static,
    ) -> Self {
        self.duplicate_answer = Some(Arc::new(answer));
        self
    }

    /// The token that the provider's handshake has to name (Meta), or that its answer is made of (eBay). Without it that handshake is
    /// not answered.
    pub fn verify_token(mut self, token: impl Into<Secret>) -> Self {
        self.verify_token = Some(token.into());
        self
    }

    /// Called with a secret that a sender offers in an **unsigned** handshake (Asana, Notion); `true` takes it, and the handshake is
    /// answered. Anybody can send one, so take one only while you wait for it, and compare it with what the provider shows you
    /// elsewhere. Without a hook none is answered.
    ///
    /// The secrets of the endpoint do not change by themselves: that is for [`Endpoint::replace_secrets`]. After the hook has
    /// taken one, no other is handed to it; the same again is answered.
    pub fn on_offered_secret(
        mut self,
        hook: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.on_offered_secret = Some(Arc::new(hook));
        self
    }

    /// Builds the endpoint.
    ///
    /// # Errors
    ///
    /// Anything that would make it refuse every delivery, accept one it should not, or run one twice.
    #[track_caller]
    pub fn build(mut self) -> Result<Endpoint, ConfigError> {
        let own = self.provider.schemes().iter().filter_map(|s| s.time).next();
        if self.past.is_some() || self.future.is_some() {
            let own = own.ok_or(ConfigError::InvalidTolerance)?.tolerance();
            self.options.tolerance = Some(Tolerance {
                past: self.past.unwrap_or(own.past),
                future: self.future.unwrap_or(own.future),
            });
        }
        if self.limits.body == 0 {
            return Err(ConfigError::InvalidBodyLimit);
        }
        let at_least = self.limits.handler_timeout.saturating_mul(2);
        if self.lease < at_least || self.lease.is_zero() {
            return Err(ConfigError::LeaseTooShort { at_least });
        }
        let tolerance = self.options.tolerance.or(own.map(|time| time.tolerance()));
        let retention = self.check_retention(tolerance)?;
        let token_parameter = self.options.token_parameter.as_deref().map(Box::from);
        let answering = Answering::new(
            &self.provider,
            self.verify_token.as_ref(),
            self.options.public_url.as_deref(),
            self.on_offered_secret,
        )?;
        #[cfg(feature = "asymmetric")]
        let wanted_keys = wanted_keys(&self.provider, &self.options)?;
        let verifier = Verifier::with_secrets(self.provider, &self.secrets, self.options)?;
        let neighbour = match &self.replay {
            Replay::Store(store) if self.consumer.is_empty() => {
                let (place, provider) = (Location::caller(), self.provider.name());
                let neighbour = Neighbour::new(place, store, provider, &self.tenant, &self.secrets);
                Some(neighbour.settle()?)
            }
            _ => None,
        };
        if let Some(tolerance) = tolerance.filter(|t| t.past > LONG_TOLERANCE) {
            observe::long_tolerance(&self.provider, tolerance.past.as_secs());
        }
        #[cfg(feature = "asymmetric")]
        let keys = match self.keys {
            Some(source) => Some(Arc::new(KeyCache::new(
                source,
                wanted_keys.ok_or(ConfigError::NoKeySource)?,
            ))),
            None => None,
        };
        let store = match self.replay {
            Replay::Off => None,
            Replay::Store(store) => Some(store),
            Replay::Default => {
                observe::volatile_store(&self.provider);
                Some(Store::new(MemoryStore::new()))
            }
        };
        let identity = IdentityRule::new(&self.provider, self.identity);
        let mut schemes = self.provider.schemes().iter();
        let vouches_for_body = schemes.any(|scheme| scheme.coverage().vouches_for_body());
        Ok(Endpoint {
            inner: Arc::new(Inner {
                identity,
                digests_body: store.is_some() && !identity.uses_id() && vouches_for_body,
                wanted: Wanted::new(&self.provider),
                key_prefix: KeyPrefix::new(&self.consumer, self.provider.name(), &self.tenant),
                provider: self.provider,
                verifier: RwLock::new(Arc::new(verifier)),
                limits: self.limits,
                store,
                retention,
                observer: Observer::new(self.on_reject, self.on_duplicate),
                consumer: self.consumer,
                token_parameter,
                duplicate_answer: self.duplicate_answer,
                answering,
                keeps_keys: self.provider.tags_challenges(),
                #[cfg(feature = "asymmetric")]
                keys,
                clock: self.clock,
                _neighbour: neighbour,
                serial: RandomState::new().hash_one("endpoint"),
                owners: AtomicU64::new(0),
            }),
        })
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
}

/// What a source of keys has to give; `None` where no delivery names its key.
#[cfg(feature = "asymmetric")]
fn wanted_keys(provider: &Provider, options: &Options) -> Result<Option<WantedKeys>, ConfigError> {
    let roots = options.settings.get(CA_CERTIFICATES);
    let chain = provider
        .certified()
        .map(|is_own| Chain::new(is_own, roots))
        .transpose()
        .map_err(|problem| ConfigError::Setting {
            name: CA_CERTIFICATES,
            problem,
        })?;
    let algorithm = provider.key_algorithm();
    Ok(algorithm.map(|algorithm| WantedKeys { algorithm, chain }))
}

impl fmt::Debug for EndpointBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EndpointBuilder")
            .field("provider", &self.provider.name())
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

macro_rules! constructors {
    ($($(#[$doc:meta])* $name:ident($($argument:ident),+) = $provider:ident;)*) => {
        /// One constructor for each provider.
        impl Endpoint {
            $(constructors!(@one $(#[$doc])* $name($($argument),+) $provider);)*
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
        pub fn $name(secret: impl Into<SecretSet>, public_url: impl Into<String>) -> EndpointBuilder {
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
            Self::builder(crate::providers::$provider, secret).setting(stringify!($setting), $setting)
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
