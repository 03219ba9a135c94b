//! The sender of test deliveries, and its settings.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::Serialize;

use crate::endpoint::{Endpoint, EndpointBuilder};
use crate::provider::Provider;
use crate::replay::MemoryStore;
use crate::secret::{Secret, Settings};
use crate::signer::Signer;
use crate::testing::keys::{made_up_secret, made_up_setting, receiving_secret};
use crate::testing::{Framework, MockEvent, Plain};
use crate::time::{Clock, SystemClock, Tolerance};

/// Sends what a provider and its attackers send, as requests of a test.
///
/// Each adapter has this type in its module `testing`, for the requests of its framework `F`. There
/// is a constructor for each provider, and [`new`](Self::new) for your own:
///
/// ```
/// use webhook_core::testing::TestSender;
/// use webhook_core::{Endpoint, Head, SignedRequest};
///
/// let secret = "whsec_0123456789abcdef";
/// let endpoint = Endpoint::stripe(secret).build()?;
/// let verifies = |request: SignedRequest| {
///     let head = Head::new(request.method, &request.path_and_query, &request.headers);
///     endpoint.verify(&head, request.body).is_ok()
/// };
///
/// let stripe: TestSender = TestSender::stripe(secret);
/// let body = r#"{"id":"evt_1","type":"invoice.paid"}"#;
/// assert!(verifies(stripe.signed(body)));
/// assert!(!verifies(stripe.forged(body)));
/// assert!(!verifies(stripe.tampered(body)));
/// assert!(stripe.stale(body).is_some_and(|stale| !verifies(stale)));
/// # Ok::<(), webhook_core::ConfigError>(())
/// ```
#[must_use]
pub struct TestSender<F = Plain> {
    pub(super) provider: Provider,
    /// What signs: the private key if receivers have a public key.
    pub(super) secret: Secret,
    pub(super) settings: Settings,
    pub(super) public_url: Option<String>,
    pub(super) path: Option<String>,
    pub(super) method: Option<&'static str>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) token_parameter: Option<String>,
    pub(super) verify_token: Option<Secret>,
    pub(super) tolerance: Option<Tolerance>,
    pub(super) body_limit: usize,
    pub(super) clock: Arc<dyn Clock>,
    /// Whether the clock may move between signing and receiving.
    pub(super) is_running: bool,
    /// How many mock events were made.
    events: Arc<AtomicU64>,
    framework: PhantomData<fn() -> F>,
}

impl<F: Framework> TestSender<F> {
    /// Creates a sender that signs with this secret. If receivers have a public key, the secret is
    /// the private key.
    ///
    /// # Panics
    ///
    /// If the secret is not in the provider's format, or the provider signs with RSA and SHA-1,
    /// which this library only verifies: see [`can_sign`](Self::can_sign).
    #[track_caller]
    pub fn new(provider: Provider, secret: impl Into<Secret>) -> Self {
        let secret = secret.into();
        let made = Self::with(provider, secret);
        let checked = Signer::new(made.provider, made.secret.clone());
        checked.unwrap_or_else(|error| panic!("a sender of {}: {error}", provider.name()));
        made
    }

    /// Creates a sender with a secret, or a pair of keys, and settings that are made up.
    /// [`endpoint`](Self::endpoint) is the endpoint that accepts it.
    ///
    /// For tests of what does not depend on your configuration: a router, a handler, a provider of
    /// your own.
    ///
    /// # Panics
    ///
    /// Like [`new`](Self::new).
    #[track_caller]
    pub fn made_up(provider: Provider) -> Self {
        let mut sender = Self::new(provider, made_up_secret(&provider));
        for name in provider.required_settings() {
            sender.settings.set(name, made_up_setting(name));
        }
        if provider.signs_url() || sender.answers_with_url() {
            sender.public_url = Some("https://example.com/webhooks".to_owned());
        }
        sender
    }

    /// Creates a sender for this endpoint: with its provider, settings, public URL, tolerance, body
    /// limit and clock. The secret is given apart, because an endpoint does not show its secrets.
    ///
    /// # Panics
    ///
    /// Like [`new`](Self::new).
    #[track_caller]
    pub fn for_endpoint(endpoint: &Endpoint, secret: impl Into<Secret>) -> Self {
        let (scope, shared) = (endpoint.scope(), &endpoint.scope().shared);
        let options = scope.verifier().options();
        let clock = Arc::clone(&shared.clock);
        let mut sender = Self::new(shared.provider, secret).clock(move || clock.now());
        sender.settings = options.settings;
        sender.public_url = options.public_url;
        sender.token_parameter = options.token_parameter;
        sender.tolerance = options.tolerance.or(sender.tolerance);
        sender.body_limit = shared.limits.body;
        // It may be the clock of the system.
        sender.is_running = true;
        sender
    }

    /// Whether the signer can play this provider. It cannot sign with RSA and SHA-1 (EBANX, Paddle
    /// Classic): no maintained library does.
    #[must_use]
    pub fn can_sign(provider: &Provider) -> bool {
        let algorithm = provider
            .schemes()
            .first()
            .map(|scheme| scheme.key_algorithm());
        algorithm.flatten() != Some(crate::Algorithm::RsaSha1)
    }

    fn with(provider: Provider, secret: Secret) -> Self {
        let mut schemes = provider.schemes().iter();
        Self {
            provider,
            secret,
            settings: Settings::default(),
            public_url: None,
            path: None,
            method: None,
            headers: Vec::new(),
            token_parameter: None,
            verify_token: None,
            tolerance: schemes.next().and_then(|scheme| scheme.tolerance()),
            body_limit: provider.default_body_limit(),
            clock: Arc::new(SystemClock),
            is_running: true,
            events: Arc::default(),
            framework: PhantomData,
        }
    }
}

/// Settings. They have to be those of the endpoint under test.
impl<F: Framework> TestSender<F> {
    /// The path of the route. The default is that of the [public URL](Self::public_url), or `/`.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// The public URL of the endpoint, without query, for providers that sign it.
    pub fn public_url(mut self, url: impl Into<String>) -> Self {
        self.public_url = Some(url.into());
        self
    }

    /// A value that the provider needs in addition to its secret, like
    /// [`EndpointBuilder::setting`].
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.settings.set(name, value);
        self
    }

    /// The clock, which is also that of the endpoint: see [`TestClock`](crate::testing::TestClock).
    /// The default is the clock of the operating system. The clock must not move between a call of
    /// [`future`](Self::future) and the request.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self.is_running = false;
        self
    }

    /// How far a signed time may be in the past or in the future. The default is the provider's.
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        let both = Tolerance::new(tolerance, tolerance);
        self.tolerance = self.tolerance.map(|_| both);
        self
    }

    /// The maximum size of a body in bytes. The default is the provider's.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// The token in the provider's [handshake](Self::handshake), like
    /// [`EndpointBuilder::verify_token`].
    pub fn verify_token(mut self, token: impl Into<Secret>) -> Self {
        self.verify_token = Some(token.into());
        self
    }

    /// The method, for providers with [several](Provider::methods). The default is the first.
    pub fn method(mut self, method: &'static str) -> Self {
        self.method = Some(method);
        self
    }

    /// Adds a header to every request. It is signed if the provider signs headers of that name.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

impl<F: Framework> TestSender<F> {
    /// An endpoint that accepts this sender: with its provider, secret, settings, clock and limits,
    /// and an empty store. For tests that make their own layer.
    pub fn endpoint(&self) -> EndpointBuilder {
        let clock = Arc::clone(&self.clock);
        let secret = receiving_secret(&self.provider, &self.secret);
        let mut builder = Endpoint::builder(self.provider, secret)
            .clock(move || clock.now())
            .body_limit(self.body_limit)
            .store(MemoryStore::new());
        for (name, value) in self.settings.iter() {
            builder = builder.setting(name, value.clone());
        }
        if let Some(url) = self.url() {
            builder = builder.public_url(url);
        }
        if let Some(name) = &self.token_parameter {
            builder = builder.token_parameter(name);
        }
        if let Some(Tolerance { past, future }) = self.tolerance {
            builder = builder.tolerance(past).future_tolerance(future);
        }
        if self.names_key() {
            builder = builder.setting("kid", self.key_id());
        }
        let handshake = self.provider.handshake();
        let has_url = self.public_url.is_some() || !self.answers_with_url();
        if handshake.is_some_and(|handshake| handshake.needs_token()) && has_url {
            builder = builder.verify_token(self.token());
        }
        match handshake.is_some_and(|handshake| handshake.offers_secret()) {
            true => builder.on_offered_secret(|_| true),
            false => builder,
        }
    }

    /// A mock event of the provider: see [`MockEvent`]. Its id differs from that of every other
    /// event of this sender and its clones, unless the data has an id. Its times are those of the
    /// sender's clock.
    ///
    /// Some providers send no id. Two of their events are one event if their data is equal and no
    /// sample has a value that tells them apart: give them different data.
    ///
    /// # Panics
    ///
    /// If `data` cannot be written as JSON.
    #[track_caller]
    pub fn event(&self, event_type: &str, data: impl Serialize) -> MockEvent {
        let number = self.events.fetch_add(1, Ordering::Relaxed);
        let number = number.saturating_add(1);
        MockEvent::numbered(self.provider, event_type, data, number).at(self.now())
    }

    /// The provider.
    #[must_use]
    pub fn provider(&self) -> &Provider {
        &self.provider
    }
}

impl<F> Clone for TestSender<F> {
    fn clone(&self) -> Self {
        Self {
            provider: self.provider,
            secret: self.secret.clone(),
            settings: self.settings.clone(),
            public_url: self.public_url.clone(),
            path: self.path.clone(),
            method: self.method,
            headers: self.headers.clone(),
            token_parameter: self.token_parameter.clone(),
            verify_token: self.verify_token.clone(),
            tolerance: self.tolerance,
            body_limit: self.body_limit,
            clock: Arc::clone(&self.clock),
            is_running: self.is_running,
            events: Arc::clone(&self.events),
            framework: PhantomData,
        }
    }
}

impl<F> fmt::Debug for TestSender<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestSender")
            .field("provider", &self.provider.name())
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
