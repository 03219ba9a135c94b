//! The settings of an endpoint.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::answer::Answer;
use crate::delivery::{
    DeadLetters, Delivery, DeliveryAnswer, Duplicate, Handled, Hooks, IdentityPolicy, Limits,
    LostLease, OfferHook, OnStoreError, Rejected,
};
use crate::error::RejectionClass;
use crate::keys::{ErasedSource, KeySource};
use crate::notification::Fetcher;
use crate::provider::Provider;
use crate::replay::ReplayStore;
use crate::replay::erased::Store;
use crate::secret::{Secret, SecretSet};
use crate::time::{Clock, SystemClock};
use crate::verify::Options;

/// Configures and builds an [`Endpoint`](crate::Endpoint).
#[derive(Clone)]
#[must_use]
pub struct EndpointBuilder {
    pub(super) provider: Provider,
    pub(super) secrets: SecretSet,
    pub(super) options: Options,
    pub(super) past: Option<Duration>,
    pub(super) future: Option<Duration>,
    pub(super) limits: Limits,
    pub(super) lease: Duration,
    pub(super) on_store_error: OnStoreError,
    pub(super) on_lost_lease: LostLease,
    pub(super) dead_letters: DeadLetters,
    pub(super) remembers_answers: bool,
    pub(super) retention: Option<Duration>,
    pub(super) replay: Replay,
    #[cfg(feature = "inbox")]
    pub(super) inbox: Option<Arc<dyn crate::delivery::ErasedAcceptor>>,
    #[cfg(feature = "inbox")]
    pub(super) kept_headers: Vec<Box<str>>,
    pub(super) consumer: Arc<str>,
    pub(super) tenant: Arc<str>,
    pub(super) identity: IdentityPolicy,
    pub(super) keys: Option<Arc<dyn ErasedSource>>,
    pub(super) fetcher: Option<Fetcher>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) hooks: Hooks,
    pub(super) duplicate_answer: Option<Arc<DeliveryAnswer>>,
    #[cfg(feature = "inbox")]
    pub(super) stored_answer: Option<Arc<DeliveryAnswer>>,
    pub(super) rejection_answers: Option<Arc<RejectionAnswer>>,
    pub(super) verify_token: Option<Secret>,
    pub(super) on_offered_secret: Option<Arc<OfferHook>>,
}

type RejectionAnswer = dyn Fn(RejectionClass) -> Answer + Send + Sync;

#[derive(Clone)]
pub(super) enum Replay {
    Default,
    Store(Store),
    Off,
}

impl EndpointBuilder {
    pub(super) fn new(provider: Provider, secrets: SecretSet) -> Self {
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
            on_store_error: OnStoreError::default(),
            on_lost_lease: LostLease::default(),
            dead_letters: DeadLetters::default(),
            remembers_answers: false,
            retention: None,
            replay: Replay::Default,
            #[cfg(feature = "inbox")]
            inbox: None,
            #[cfg(feature = "inbox")]
            kept_headers: Vec::new(),
            consumer: Arc::default(),
            tenant: Arc::default(),
            identity: IdentityPolicy::default(),
            keys: None,
            fetcher: None,
            clock: Arc::new(SystemClock),
            hooks: Hooks::default(),
            duplicate_answer: None,
            #[cfg(feature = "inbox")]
            stored_answer: None,
            rejection_answers: None,
            verify_token: None,
            on_offered_secret: None,
        }
    }

    /// The public URL of the endpoint as it is registered with the provider, without its query: the
    /// query is taken from the request. Required if the provider signs the URL. It is configured
    /// because the sender chooses `Host` and `X-Forwarded-*`.
    pub fn public_url(mut self, url: impl Into<String>) -> Self {
        self.options.public_url = Some(url.into());
        self
    }

    /// How far a signed timestamp may be in the past or in the future, bounds included. The default
    /// is the provider's own value, mostly 300 s. More than 900 s is logged as a warning.
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.past = Some(tolerance);
        self.future = Some(tolerance);
        self
    }

    /// How far a signed timestamp may be in the future. Call this after
    /// [`tolerance`](Self::tolerance), which sets both.
    pub fn future_tolerance(mut self, tolerance: Duration) -> Self {
        self.future = Some(tolerance);
        self
    }

    /// The query parameter that holds the token, for providers that let their customers name it.
    pub fn token_parameter(mut self, name: impl Into<String>) -> Self {
        self.options.token_parameter = Some(name.into());
        self
    }

    /// The source of keys that are not configured, for providers whose deliveries name their key.
    /// With a source, the endpoint needs no configured key:
    /// `Endpoint::google_pubsub(SecretSet::fetched()).keys(…)`. Fetched keys are cached. A sender
    /// controls neither how often the source is asked nor how the deliveries of other senders are
    /// answered: see [`KeySource`].
    pub fn keys(mut self, source: impl KeySource) -> Self {
        self.options.fetches_keys = true;
        self.keys = Some(Arc::new(source));
        self
    }

    /// How many objects are fetched at a time, and how many fetches begin in a minute, for an
    /// endpoint of [notifications](crate::Endpoint::notifications). The default is 16 and 600: far
    /// more than genuine notifications need, and little for an API. A tenth of a minute's fetches
    /// may begin at once. What finds them spent is answered 503.
    ///
    /// Without notifications it has no effect.
    pub fn fetches(mut self, at_once: usize, per_minute: u32) -> Self {
        self.fetcher = self
            .fetcher
            .map(|fetcher| fetcher.with_limits(at_once, per_minute));
        self
    }

    /// A value that the provider needs in addition to its secrets. `name` is one of
    /// [`Provider::required_settings`] or [`Provider::optional_settings`].
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.options.settings.set(name, value);
        self
    }

    /// The maximum size of a body in bytes. The default is 1 MiB, or more if the provider needs it.
    /// A longer body is answered 413.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.limits.body = bytes;
        self
    }

    /// How long a whole body may take to arrive. The default is 10 s. A slower one is answered 408.
    pub fn body_timeout(mut self, timeout: Duration) -> Self {
        self.limits.body_timeout = timeout;
        self
    }

    /// How long the handler may run. The default is 30 s. After that the handler is dropped, its
    /// claim is released, and the answer is 503.
    ///
    /// Before the handler starts, the delivery waits up to half this time for the inner service to
    /// be ready. If the service is still not ready, the answer is 503 and the handler does not
    /// start. Some services, such as a concurrency limit inside an axum router, wait in `call`
    /// instead of `poll_ready`. That wait counts as handler time, and the handler does not start
    /// after its time is up.
    pub fn handler_timeout(mut self, timeout: Duration) -> Self {
        self.limits.handler_timeout = timeout;
        self
    }

    /// How long an adapter waits for one answer of the store. The default is 2 s. If a claim takes
    /// longer, the answer is 503, and the claim is released when it succeeds late. If a commit
    /// takes longer, the handler's answer is sent unchanged, and the commit counts when it succeeds
    /// late. A call is never cancelled: it continues in the background, and the adapter's `drain`
    /// waits for it. While an adapter has 1024 such calls, it answers 503 without calling the
    /// store.
    pub fn store_timeout(mut self, timeout: Duration) -> Self {
        self.limits.store_timeout = timeout;
        self
    }

    /// How long a claim lasts if it is not settled, for example after a crash. The default is 60 s.
    ///
    /// If the lease is shorter than twice the [handler timeout](Self::handler_timeout), the adapter
    /// renews it each time a third of it has passed, as long as the handler runs. The defaults need
    /// no renewal. A lease that is renewed must be at least six times the
    /// [store timeout](Self::store_timeout), so that a renewal that fails can be repeated in time.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// What happens to a handler whose claim is lost while it runs: because another copy took over
    /// after a pause of this process, or because the store could not be reached for as long as the
    /// lease lasts. The default is [`LostLease::Cancel`].
    pub fn on_lost_lease(mut self, policy: LostLease) -> Self {
        self.on_lost_lease = policy;
        self
    }

    /// What happens to an event whose handler fails every time. By default every retry of the
    /// sender runs the handler again, and its failure is answered as such. With
    /// `DeadLetters::after(5)`, the fifth failed attempt makes the event dead, and the sender gets
    /// a 200 so that it stops.
    ///
    /// ```
    /// use webhook_core::{DeadLetters, Endpoint};
    ///
    /// let endpoint = Endpoint::stripe("whsec_0123456789abcdef");
    /// let endpoint = endpoint.dead_letters(DeadLetters::after(5)).build()?;
    /// # Ok::<(), webhook_core::ConfigError>(())
    /// ```
    pub fn dead_letters(mut self, policy: DeadLetters) -> Self {
        self.dead_letters = policy;
        self
    }

    /// What happens to a delivery while the store fails. The default is [`OnStoreError::Refuse`].
    pub fn on_store_error(mut self, policy: OnStoreError) -> Self {
        self.on_store_error = policy;
        self
    }

    /// How long a delivery is remembered. The default is the longer of 7 days and twice the
    /// provider's retry period, and at least 30 days for deliveries that are identified by their
    /// content.
    pub fn retention(mut self, retention: Duration) -> Self {
        self.retention = Some(retention);
        self
    }

    /// The store that remembers deliveries. The default is a [`MemoryStore`](crate::MemoryStore)
    /// for this endpoint only, with a warning.
    pub fn store(mut self, store: impl ReplayStore) -> Self {
        self.replay = Replay::Store(Store::new(store));
        self
    }

    /// Stores deliveries instead of running a handler: a 200 means that the delivery is on the disk.
    /// `webhook-inbox` hands it to a worker later.
    ///
    /// The inbox recognises copies itself, by the keys in its own database. Only deliveries whose
    /// sender waits for an answer ([`Questions`](crate::Questions)) run at once, and are claimed in
    /// the [store](Self::store).
    ///
    /// If the inbox fails or takes longer than the [store's time](Self::store_timeout), the answer
    /// is 503, whatever [`on_store_error`](Self::on_store_error) says.
    #[cfg(feature = "inbox")]
    pub fn durable(mut self, inbox: impl crate::delivery::Acceptor) -> Self {
        self.inbox = Some(Arc::new(inbox));
        self
    }

    /// Stores the header of this name with each delivery, in addition to those that a
    /// [`StoredHead`](crate::StoredHead) has anyway, so that a worker sees it too. It is stored as it
    /// was received, and without encryption: do not name one that holds a secret.
    #[cfg(feature = "inbox")]
    pub fn keep_header(mut self, name: &str) -> Self {
        self.kept_headers.push(name.to_ascii_lowercase().into());
        self
    }

    /// Turns replay protection off: every copy of a delivery runs. For handlers that are
    /// idempotent, and for benchmarks.
    pub fn without_replay_protection(mut self) -> Self {
        self.replay = Replay::Off;
        self
    }

    /// The name of the application that consumes the events. Two consumers that share a store need
    /// different names. Otherwise each treats the events of the other as handled. If one consumer
    /// has two endpoints, for example because it rebuilds the endpoint when its configuration is
    /// reloaded, both use the same name.
    ///
    /// Without a name, [`build`](Self::build) checks for a second endpoint with the same provider,
    /// tenant and [store](Self::store). It returns an error if the two have no secret in common. If
    /// they have one, or if the two stores may be the same one, it logs a warning that names the
    /// places where both are built.
    pub fn consumer(mut self, name: impl Into<Arc<str>>) -> Self {
        self.consumer = name.into();
        self
    }

    /// The tenant that the endpoint belongs to. In a shared store, the same id from two tenants is
    /// two events. For many tenants, see [`Endpoint::for_tenant`](crate::Endpoint::for_tenant).
    pub fn tenant(mut self, name: impl Into<Arc<str>>) -> Self {
        self.tenant = name.into();
        self
    }

    /// Which values may distinguish two deliveries with the same content. The default is the
    /// provider's [`Identity`](crate::Identity). Choose [`IdentityPolicy::SignedOnly`] if a
    /// replayed delivery is worse for you than a lost event.
    pub fn identity(mut self, policy: IdentityPolicy) -> Self {
        self.identity = policy;
        self
    }

    /// The clock that decides whether a delivery is fresh. For tests.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Called for every refusal, before it is answered. Keep it short: it runs on the request path.
    pub fn on_reject(mut self, hook: impl Fn(&Rejected) + Send + Sync + 'static) -> Self {
        self.hooks.on_reject = Some(Arc::new(hook));
        self
    }

    /// Called for every duplicate, before it is answered.
    pub fn on_duplicate(mut self, hook: impl Fn(&Duplicate) + Send + Sync + 'static) -> Self {
        self.hooks.on_duplicate = Some(Arc::new(hook));
        self
    }

    /// Called for every delivery whose handler has ended, before it is answered and after the store
    /// has recorded it. A handled event that the store could not record yet is reported as handled:
    /// its effects have happened. A run whose lease was lost is reported as a refusal.
    pub fn on_handled(mut self, hook: impl Fn(&Handled) + Send + Sync + 'static) -> Self {
        self.hooks.on_handled = Some(Arc::new(hook));
        self
    }

    /// The answer to a duplicate. The default is an empty 200.
    pub fn answer_duplicates(
        mut self,
        answer: impl Fn(&Delivery) -> Answer + Send + Sync + 'static,
    ) -> Self {
        self.duplicate_answer = Some(Arc::new(answer));
        self
    }

    /// The answer to a delivery that an [inbox](Self::durable) has stored. The default is an empty
    /// 200. For senders and callers that expect a certain text:
    ///
    /// ```
    /// use webhook_core::{Answer, Endpoint};
    ///
    /// let endpoint = Endpoint::nextpay("0123456789abcdef");
    /// let endpoint = endpoint.answer_stored(|_| Answer::ok().with_text("OK"));
    /// # let _ = endpoint;
    /// ```
    ///
    /// Give it a status that the provider counts as success: after any other one, its retry is
    /// answered as a duplicate.
    #[cfg(feature = "inbox")]
    pub fn answer_stored(
        mut self,
        answer: impl Fn(&Delivery) -> Answer + Send + Sync + 'static,
    ) -> Self {
        self.stored_answer = Some(Arc::new(answer));
        self
    }

    /// Remembers the handler's successful answers: status, content type and body, together at most
    /// 64 KiB. Copies get the same answer instead of an empty 200. A longer answer is not
    /// remembered.
    ///
    /// Use it if the answer is part of the protocol, as for the questions of Twilio, Slack and
    /// Discord. Without this setting, a copy of a [question](crate::Questions) runs again. The
    /// answers are kept in the store as long as the records. Other headers are not remembered.
    pub const fn remember_answers(mut self) -> Self {
        self.remembers_answers = true;
        self
    }

    /// The answers to refused deliveries, instead of those in the table of [`Answer`]. The closure
    /// gets the class of a refusal and not its reason, so its answer tells an attacker nothing
    /// about how close a forgery was. It is called for every class when the endpoint is built.
    ///
    /// The engine adds `Allow` and `Connection: close`. It adds `Retry-After` to an answer of the
    /// class [`Unavailable`](RejectionClass::Unavailable) that has none.
    ///
    /// ```
    /// use webhook_core::{Answer, Endpoint, RejectionClass};
    ///
    /// // This sender treats 401 as a removed endpoint, and expects plain text.
    /// let endpoint = Endpoint::stripe("whsec_0123456789abcdef");
    /// let endpoint = endpoint.answer_rejections(|class| match class {
    ///     RejectionClass::Unverified => Answer::status_only(400).with_text("invalid signature"),
    ///     other => other.into(),
    /// });
    /// endpoint.build()?;
    ///
    /// // An answer that would accept a refused delivery is an error.
    /// let endpoint = Endpoint::stripe("whsec_0123456789abcdef");
    /// assert!(endpoint.answer_rejections(|_| Answer::ok()).build().is_err());
    /// # Ok::<(), webhook_core::ConfigError>(())
    /// ```
    pub fn answer_rejections(
        mut self,
        answer: impl Fn(RejectionClass) -> Answer + Send + Sync + 'static,
    ) -> Self {
        self.rejection_answers = Some(Arc::new(answer));
        self
    }

    /// The token that the provider's handshake contains (Meta, Feishu), or that its answer is
    /// computed from (eBay). Without it, that handshake is not answered.
    pub fn verify_token(mut self, token: impl Into<Secret>) -> Self {
        self.verify_token = Some(token.into());
        self
    }

    /// Called with the secret that a sender offers in an **unsigned** handshake (Asana, Notion).
    /// `true` accepts the secret, and the handshake is answered. Anyone can send such a handshake.
    /// Accept a secret only while you expect one, and compare it with what the provider shows you
    /// in its dashboard or API. Without a hook, the handshake is not answered.
    ///
    /// Accepting a secret does not change the secrets of the endpoint: call
    /// [`Endpoint::replace_secrets`](crate::Endpoint::replace_secrets). After the hook has accepted
    /// one secret, it is not called again: a handshake with the same secret is answered, and any
    /// other is refused.
    pub fn on_offered_secret(
        mut self,
        hook: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.on_offered_secret = Some(Arc::new(hook));
        self
    }
}

impl fmt::Debug for EndpointBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EndpointBuilder")
            .field("provider", &self.provider.name())
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
