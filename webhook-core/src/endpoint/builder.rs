//! Sets up an endpoint.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::answer::Answer;
use crate::delivery::{
    Delivery, Duplicate, DuplicateAnswer, DuplicateHook, IdentityPolicy, Limits, OfferHook,
    RejectHook, Rejected,
};
use crate::error::RejectionClass;
use crate::keys::{ErasedSource, KeySource};
use crate::provider::Provider;
use crate::replay::ReplayStore;
use crate::replay::erased::Store;
use crate::secret::{Secret, SecretSet};
use crate::time::{Clock, SystemClock};
use crate::verify::Options;

/// Sets up an [`Endpoint`](crate::Endpoint).
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
    pub(super) retention: Option<Duration>,
    pub(super) replay: Replay,
    pub(super) consumer: Box<str>,
    pub(super) tenant: Box<str>,
    pub(super) identity: IdentityPolicy,
    pub(super) keys: Option<Arc<dyn ErasedSource>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) on_reject: Option<Arc<RejectHook>>,
    pub(super) on_duplicate: Option<Arc<DuplicateHook>>,
    pub(super) duplicate_answer: Option<Arc<DuplicateAnswer>>,
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
            retention: None,
            replay: Replay::Default,
            consumer: Box::default(),
            tenant: Box::default(),
            identity: IdentityPolicy::default(),
            keys: None,
            clock: Arc::new(SystemClock),
            on_reject: None,
            on_duplicate: None,
            duplicate_answer: None,
            rejection_answers: None,
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
    /// `Endpoint::google_pubsub(SecretSet::fetched()).keys(…)`. What the source gives is kept, and
    /// senders decide neither how often it is asked nor what another sender is answered: see
    /// [`KeySource`].
    pub fn keys(mut self, source: impl KeySource) -> Self {
        self.options.fetches_keys = true;
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

    /// Where deliveries are remembered. The default is a [`MemoryStore`](crate::MemoryStore) for
    /// this endpoint, with a warning.
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

    /// What refused senders are answered, instead of the answers in the table of [`Answer`]. The
    /// closure sees the class of a refusal and never its reason, so it cannot tell a forger how
    /// near he was. It is called for every class when the endpoint is built.
    ///
    /// `Allow`, `Connection: close` and a missing `Retry-After` are added by the engine.
    ///
    /// ```
    /// use webhook_core::{Answer, Endpoint, RejectionClass};
    ///
    /// // A sender that takes 401 for a removed endpoint, and wants plain text.
    /// let endpoint = Endpoint::stripe("whsec_0123456789abcdef").answer_rejections(|class| match class {
    ///     RejectionClass::Unverified => Answer::status_only(400).with_text("invalid signature"),
    ///     other => other.into(),
    /// });
    /// endpoint.build()?;
    ///
    /// // An answer that accepts what was refused is an error.
    /// let accepts = Endpoint::stripe("whsec_0123456789abcdef").answer_rejections(|_| Answer::ok());
    /// assert!(accepts.build().is_err());
    /// # Ok::<(), webhook_core::ConfigError>(())
    /// ```
    pub fn answer_rejections(
        mut self,
        answer: impl Fn(RejectionClass) -> Answer + Send + Sync + 'static,
    ) -> Self {
        self.rejection_answers = Some(Arc::new(answer));
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
    /// The hook does not change the secrets of the endpoint:
    /// [`Endpoint::replace_secrets`](crate::Endpoint::replace_secrets) does. Once it has accepted
    /// one, it gets no other. The same secret is answered again.
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
