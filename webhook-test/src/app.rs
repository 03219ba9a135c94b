//! The application of a row: an endpoint, and a handler that behaves as the row says. All servers
//! share it. A server only connects a socket to it.

use std::panic::panic_any;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use tokio::sync::Semaphore;
use webhook_core::{
    Answer, Delivery, Disposition, Endpoint, EndpointBuilder, MemoryStore, Provider, RejectionKind,
    SecretSet, Signer, UnixTime,
};
use webhook_tower::UnverifiedLimit;

use crate::case::{self, Act, Change, EndpointConfig, Operation, Panic, Row, Sign, Takes};
use crate::{CountingStore, Gate, NOW, PLAIN, Sent, WHSEC};

/// What servers serve. Clones share it.
#[derive(Clone, Debug)]
pub struct App(Arc<State>);

#[derive(Debug)]
struct State {
    endpoint: Endpoint,
    layer: bool,
    takes: Takes,
    acts: Vec<Act>,
    store: CountingStore,
    gate: Gate,
    permits: Arc<Semaphore>,
    unverified: UnverifiedLimit,
    runs: AtomicUsize,
    ends: AtomicUsize,
    clock: Arc<AtomicI64>,
    store_clock: Arc<AtomicU64>,
}

/// How much a server does at once.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs, reason = "tests set it up")]
pub struct Bounds {
    /// Handlers that run.
    pub at_once: usize,
    /// Bytes of bodies that are not verified.
    pub unverified: UnverifiedLimit,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            at_once: Semaphore::MAX_PERMITS,
            unverified: UnverifiedLimit::default(),
        }
    }
}

/// What the handler said.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs, reason = "servers take it apart")]
pub struct Said {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
    /// Its word on the delivery.
    pub disposition: Option<Disposition>,
}

/// A payload, for handlers that ask for one.
#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "its shape is what counts")]
#[allow(clippy::exhaustive_structs, reason = "a payload")]
pub struct Payment {
    /// A number.
    pub amount: u64,
    /// Something nested.
    pub customer: Option<Customer>,
    /// Anything, read to its bottom.
    pub extra: Option<serde_json::Value>,
}

/// Part of a [`Payment`].
#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "its shape is what counts")]
#[allow(clippy::exhaustive_structs, reason = "a payload")]
pub struct Customer {
    /// A text.
    pub name: String,
}

impl App {
    /// As the row says.
    pub fn of(row: &Row) -> Self {
        let acts = if row.handler.is_empty() {
            vec![Act::default()]
        } else {
            row.handler.clone()
        };
        let clock = Arc::new(AtomicI64::new(0));
        let config = &row.endpoint;
        let builder = configured(config, Arc::clone(&clock));
        Self::new(builder, config, row.takes, acts, clock, Bounds::default())
    }

    /// An endpoint of this builder, and a handler that does as said, within bounds.
    pub fn acting(builder: EndpointBuilder, act: Act, bounds: Bounds) -> Self {
        let config = EndpointConfig::default();
        let (acts, clock) = (vec![act], Arc::default());
        Self::new(builder, &config, Takes::Delivery, acts, clock, bounds)
    }

    /// An endpoint under its defaults, and a handler that answers 200.
    pub fn plain(builder: EndpointBuilder) -> Self {
        Self::acting(builder, Act::default(), Bounds::default())
    }

    fn new(
        builder: EndpointBuilder,
        config: &EndpointConfig,
        takes: Takes,
        acts: Vec<Act>,
        clock: Arc<AtomicI64>,
        bounds: Bounds,
    ) -> Self {
        let store_clock = Arc::new(AtomicU64::new(0));
        let reading = Arc::clone(&store_clock);
        let memory = MemoryStore::builder()
            .clock(move || Duration::from_secs(reading.load(Ordering::SeqCst)))
            .build();
        let store = CountingStore::around(memory);
        let builder = if config.store {
            builder.store(store.clone())
        } else {
            builder.without_replay_protection()
        };
        Self(Arc::new(State {
            endpoint: builder.build().expect("a usable endpoint"),
            layer: config.layer,
            takes,
            acts,
            store,
            gate: Gate::new(),
            permits: Arc::new(Semaphore::new(bounds.at_once)),
            unverified: bounds.unverified,
            runs: AtomicUsize::new(0),
            ends: AtomicUsize::new(0),
            clock,
            store_clock,
        }))
    }

    /// The endpoint.
    pub fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }

    /// Whether the route has the layer.
    pub fn has_layer(&self) -> bool {
        self.0.layer
    }

    /// What the handler takes.
    pub fn takes(&self) -> Takes {
        self.0.takes
    }

    /// The store.
    pub fn store(&self) -> &CountingStore {
        &self.0.store
    }

    /// Where handlers wait.
    pub fn gate(&self) -> &Gate {
        &self.0.gate
    }

    /// How many handlers ran.
    pub fn runs(&self) -> usize {
        self.0.runs.load(Ordering::SeqCst)
    }

    /// How many of them came to their end.
    pub fn ends(&self) -> usize {
        self.0.ends.load(Ordering::SeqCst)
    }

    /// What a server takes one of for each handler that runs, inside of the adapter.
    pub fn permits(&self) -> &Arc<Semaphore> {
        &self.0.permits
    }

    /// The bound on bodies that are not verified, for adapters.
    pub fn unverified(&self) -> &UnverifiedLimit {
        &self.0.unverified
    }

    /// How often something was refused for this reason.
    pub fn rejected(&self, reason: &str) -> u64 {
        let mut kinds = RejectionKind::ALL.iter();
        let kind = kinds.find(|kind| kind.as_str() == reason);
        let kind = kind.unwrap_or_else(|| panic!("no reason {reason:?}"));
        self.endpoint().counts().rejected(*kind)
    }

    /// The handler, for every framework. `body` is the body as the framework passes it, if the
    /// handler takes it.
    pub async fn handle(&self, delivery: Delivery, body: Option<Bytes>) -> Said {
        self.0.runs.fetch_add(1, Ordering::SeqCst);
        let attempt = usize::try_from(delivery.attempt()).expect("few attempts");
        let act = &self.0.acts[attempt.min(self.0.acts.len()) - 1];
        if act.panic == Some(Panic::BeforeAwait) {
            panic_any(AsTold);
        }
        let _bomb = (act.panic == Some(Panic::InDrop)).then(|| Bomb);
        if act.gate {
            self.gate().pass().await;
        }
        tokio::time::sleep(Duration::from_millis(act.sleep_ms)).await;
        if act.panic == Some(Panic::AfterAwait) {
            panic_any(AsTold);
        }
        self.0.ends.fetch_add(1, Ordering::SeqCst);
        if body.is_some_and(|body| body != *delivery.raw()) {
            return Said::of(500, "the body of the request is not what was verified");
        }
        Said {
            status: act.status,
            headers: act.headers.clone(),
            body: told(&act.body, &delivery).into(),
            disposition: act.disposition.map(|word| match word {
                case::Disposition::Commit => Disposition::Commit,
                case::Disposition::Release => Disposition::Release,
            }),
        }
    }

    /// Does what happens between two steps.
    pub async fn change(&self, change: &Change) {
        let store = self.store();
        match change {
            Change::Open(handlers) => self.gate().open(*handlers),
            Change::Pass(secs) => {
                self.0.store_clock.fetch_add(*secs, Ordering::SeqCst);
            }
            Change::Clock(secs) => {
                self.0.clock.fetch_add(*secs, Ordering::SeqCst);
            }
            Change::Fail(at) => fail(store, *at, true),
            Change::Mend(at) => fail(store, *at, false),
            Change::Panic(at) => panic_on(store, *at, true),
            Change::Calm(at) => panic_on(store, *at, false),
            Change::Secrets(secrets) => {
                let replaced = self.endpoint().replace_secrets(secret_set(secrets));
                replaced.expect("usable secrets");
            }
            Change::Forget => {
                let key = store.keys().pop().expect("a claim");
                assert!(self.endpoint().forget(&key).await.expect("a store"));
            }
        }
    }
}

impl Said {
    /// A text.
    pub fn of(status: u16, text: &'static str) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Bytes::from_static(text.as_bytes()),
            disposition: None,
        }
    }

    /// As servers of http 1 say it.
    pub fn response<B: From<Bytes>>(self) -> http::Response<B> {
        let mut response = http::Response::builder().status(self.status);
        for (name, value) in &self.headers {
            response = response.header(name, value);
        }
        let mut response = response.body(self.body.into()).expect("a response");
        if let Some(disposition) = self.disposition {
            response.extensions_mut().insert(disposition);
        }
        response
    }
}

/// What a handler panics with when a row says so. Any other panic is a failure of the suite.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AsTold;

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic_any(AsTold);
        }
    }
}

fn told(template: &str, delivery: &Delivery) -> String {
    let proof = delivery.proof();
    let signed_at = proof.signed_at().map(UnixTime::as_secs);
    let covers = (proof.covers_id(), proof.covers_type());
    let raw = || String::from_utf8_lossy(delivery.raw()).into_owned();
    template
        .replace("{id}", delivery.id().unwrap_or("-"))
        .replace("{type}", delivery.event_type().unwrap_or("-"))
        .replace("{attempt}", &delivery.attempt().to_string())
        .replace("{mode}", &format!("{:?}", delivery.mode()))
        .replace("{slot}", &proof.key_slot().to_string())
        .replace("{signed_at}", &format!("{signed_at:?}"))
        .replace("{covers}", &format!("{covers:?}"))
        .replace("{raw}", &raw())
}

fn fail(store: &CountingStore, at: Operation, fails: bool) {
    match at {
        Operation::Claims => store.fail_claims(fails),
        Operation::Commits => store.fail_commits(fails),
        Operation::Releases => store.fail_releases(fails),
    }
}

fn panic_on(store: &CountingStore, at: Operation, panics: bool) {
    match at {
        Operation::Claims => store.panic_on_claim(panics),
        Operation::Commits => store.panic_on_commit(panics),
        Operation::Releases => store.panic_on_release(panics),
    }
}

fn provider(name: &str) -> Provider {
    *Provider::find(name).unwrap_or_else(|| panic!("no provider {name:?}"))
}

fn default_secret(provider: &str) -> String {
    match provider {
        "standard-webhooks" | "svix" => WHSEC,
        "chargebee" => "user:0123456789abcdef",
        _ => PLAIN,
    }
    .to_owned()
}

fn secret_set(secrets: &[String]) -> SecretSet {
    secrets.iter().cloned().collect()
}

fn configured(config: &EndpointConfig, clock: Arc<AtomicI64>) -> EndpointBuilder {
    let mut secrets = config.secrets.clone();
    if secrets.is_empty() {
        secrets.push(default_secret(&config.provider));
    }
    let mut builder = Endpoint::builder(provider(&config.provider), secret_set(&secrets));
    builder = if config.clock {
        builder.clock(move || Some(at(clock.load(Ordering::SeqCst))))
    } else {
        builder.clock(|| None)
    };
    let secs = Duration::from_secs;
    let millis = Duration::from_millis;
    if let Some(url) = &config.url {
        builder = builder.public_url(url);
    }
    if let Some(name) = &config.token_parameter {
        builder = builder.token_parameter(name);
    }
    if let Some(token) = &config.verify_token {
        builder = builder.verify_token(token);
    }
    if config.takes_secret {
        builder = builder.on_offered_secret(|_| true);
    }
    if let Some(limit) = config.body_limit {
        builder = builder.body_limit(limit);
    }
    if let Some(timeout) = config.body_timeout_ms {
        builder = builder.body_timeout(millis(timeout));
    }
    if let Some(timeout) = config.handler_timeout_ms {
        builder = builder.handler_timeout(millis(timeout));
    }
    if let Some(tolerance) = config.tolerance {
        builder = builder.tolerance(secs(tolerance));
    }
    if let Some(tolerance) = config.future_tolerance {
        builder = builder.future_tolerance(secs(tolerance));
    }
    if config.hooks_panic {
        builder = panicking(builder);
    }
    if let Some(text) = config.duplicates_say.clone() {
        let say = move |delivery: &Delivery| Answer::json(told(&text, delivery));
        builder = builder.answer_duplicates(say);
    }
    builder
}

/// With hooks that panic, all of them.
fn panicking(builder: EndpointBuilder) -> EndpointBuilder {
    builder
        .on_reject(|_| panic_any(AsTold))
        .on_duplicate(|_| panic_any(AsTold))
        .answer_duplicates(|_| panic_any(AsTold))
}

fn at(secs: i64) -> UnixTime {
    UnixTime::from_secs(NOW.as_secs().saturating_add_signed(secs))
}

/// A genuine delivery for this endpoint, signed as said.
pub(crate) fn sign(config: &EndpointConfig, sign: &Sign) -> Sent {
    let name = sign.provider.as_ref().unwrap_or(&config.provider);
    let secret = match (&sign.secret, &sign.provider, config.secrets.first()) {
        (Some(secret), _, _) | (None, None, Some(secret)) => secret.clone(),
        (None, _, _) => default_secret(name),
    };
    let mut signer = Signer::new(provider(name), secret)
        .expect("a usable secret")
        .public_url(config.url.as_deref().unwrap_or_default())
        .path_and_query(&sign.target)
        .id(sign.id.text());
    if let Some(event_type) = &sign.event_type {
        signer = signer.event_type(event_type);
    }
    for (name, value) in &sign.headers {
        signer = signer.header(name, value);
    }
    let now = sign
        .at_unix_millis
        .map_or_else(|| at(sign.at), UnixTime::from_millis);
    Sent::from(signer.sign(now, sign.body.bytes()))
}

impl From<Answer> for Said {
    fn from(answer: Answer) -> Self {
        let headers = answer.headers();
        Self {
            status: answer.status(),
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.into_owned()))
                .collect(),
            body: answer.into_body(),
            disposition: None,
        }
    }
}
