//! Everything the engine says about its work: every log line, every counter, every hook.
//!
//! Nothing a sender chose is written as it came: reasons are constants, ids only reach hooks,
//! shortened and escaped. Whatever a sender can cause is written at most once a second for each
//! kind of line.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::delivery::Delivery;
use crate::error::{Rejection, RejectionKind, StoreError};
use crate::hook::{self, Hook};
use crate::log_limit::LogLimit;
#[cfg(feature = "asymmetric")]
use crate::log_limit::error_excerpt;
use crate::provider::Provider;

/// How often each thing happened at an endpoint since it was built. A snapshot; counters only grow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Deliveries verified, duplicates among them.
    pub verified: u64,
    /// Handlers that succeeded.
    pub done: u64,
    /// Handlers that did not.
    pub released: u64,
    /// Copies of deliveries that were done, answered 200 without running.
    pub duplicates: u64,
    /// Those of them whose payload was another.
    pub changed_duplicates: u64,
    /// Deliveries with one label too many for their content, answered as duplicates; see
    /// [`Identity::ContentAndLabels`](crate::Identity::ContentAndLabels). They are not among the
    /// [duplicates](Self::duplicates).
    pub over_bound: u64,
    /// Commits that failed and were tried again later.
    pub commits_failed: u64,
    /// Challenges answered, signed or not. No handler ran for them.
    pub challenges: u64,
    rejected: [u64; RejectionKind::ALL.len()],
}

impl Counts {
    /// Refusals for this reason.
    #[must_use]
    pub fn rejected(&self, kind: RejectionKind) -> u64 {
        self.rejected.get(kind.index()).copied().unwrap_or_default()
    }
}

/// A refused delivery, as a hook sees it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Rejected<'a> {
    /// The provider's name.
    pub provider: &'static str,
    /// The name of the consumer the endpoint was given, or empty.
    pub consumer: &'a str,
    /// Why.
    pub kind: RejectionKind,
    /// The id that the sender claims, unless it has none in its head: unverified, cut to 128 characters and escaped.
    pub claimed_id: Option<EscapedId>,
}

/// A copy of a delivery that was done, as a hook sees it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Duplicate<'a> {
    /// The delivery. It will not run.
    pub delivery: &'a Delivery,
    /// The name of the consumer the endpoint was given, or empty.
    pub consumer: &'a str,
    /// Whether its payload is the one that was handled.
    pub same_payload: bool,
}

/// Text of a sender's choosing, fit for a log: at most 128 characters, control and non-ASCII characters escaped.
#[derive(Clone, PartialEq, Eq)]
pub struct EscapedId(String);

impl EscapedId {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let mut shown: String = bytes
            .iter()
            .take(128)
            .flat_map(|byte| byte.escape_ascii())
            .map(char::from)
            .take(128)
            .collect();
        if bytes.len() > 128 {
            shown.push('…');
        }
        Self(shown)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EscapedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for EscapedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0)
    }
}

pub(crate) type RejectHook = dyn Fn(&Rejected<'_>) + Send + Sync;
pub(crate) type DuplicateHook = dyn Fn(&Duplicate<'_>) + Send + Sync;

/// The counters and hooks of an endpoint.
#[derive(Default)]
pub(crate) struct Observer {
    on_reject: Option<Arc<RejectHook>>,
    on_duplicate: Option<Arc<DuplicateHook>>,
    verified: AtomicU64,
    done: AtomicU64,
    released: AtomicU64,
    duplicates: AtomicU64,
    changed_duplicates: AtomicU64,
    over_bound: AtomicU64,
    commits_failed: AtomicU64,
    challenges: AtomicU64,
    rejected: [AtomicU64; RejectionKind::ALL.len()],
    lines: Lines,
}

/// How often each line may be written.
#[derive(Default)]
struct Lines {
    rejected: [LogLimit; RejectionKind::ALL.len()],
    challenge: LogLimit,
    changed_duplicate: LogLimit,
    over_bound: LogLimit,
    store_failed: LogLimit,
    commit_failed: LogLimit,
    release_failed: LogLimit,
}

impl Observer {
    pub(crate) fn new(
        on_reject: Option<Arc<RejectHook>>,
        on_duplicate: Option<Arc<DuplicateHook>>,
    ) -> Self {
        Self {
            on_reject,
            on_duplicate,
            ..Self::default()
        }
    }

    pub(crate) fn counts(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            verified: read(&self.verified),
            done: read(&self.done),
            released: read(&self.released),
            duplicates: read(&self.duplicates),
            changed_duplicates: read(&self.changed_duplicates),
            over_bound: read(&self.over_bound),
            commits_failed: read(&self.commits_failed),
            challenges: read(&self.challenges),
            rejected: std::array::from_fn(|i| self.rejected.get(i).map_or(0, read)),
        }
    }

    /// A refusal: counted, handed to the hook, and logged, at most once a second for each reason, so that a flood of
    /// forgeries does not become a flood of lines.
    pub(crate) fn rejected(
        &self,
        provider: &Provider,
        consumer: &str,
        rejection: &Rejection,
        claimed_id: impl FnOnce() -> Option<EscapedId>,
    ) {
        let kind = rejection.kind();
        let total = self.rejected.get(kind.index()).map_or(0, add);
        if let Some(on_reject) = &self.on_reject {
            let rejected = Rejected {
                provider: provider.name(),
                consumer,
                kind,
                claimed_id: claimed_id(),
            };
            hook::call(Hook::OnReject, provider.name(), || on_reject(&rejected));
        }
        let line = self.lines.rejected.get(kind.index());
        if line.and_then(LogLimit::pass).is_none() {
            return;
        }
        let (provider, reason) = (provider.name(), kind.as_str());
        match kind {
            RejectionKind::StoreUnavailable
            | RejectionKind::ClockUnavailable
            | RejectionKind::HandlerPanicked => {
                tracing::error!(target: "webhook", provider, consumer, reason, total, "delivery not taken");
            }
            RejectionKind::InFlight => {
                tracing::debug!(target: "webhook", provider, consumer, reason, total, "delivery put off");
            }
            _ => {
                tracing::warn!(target: "webhook", provider, consumer, reason, total, "delivery refused");
            }
        }
    }

    pub(crate) fn verified(&self) {
        add(&self.verified);
    }

    pub(crate) fn challenge_answered(&self, provider: &Provider, consumer: &str) {
        let (provider, total) = (provider.name(), add(&self.challenges));
        if self.lines.challenge.pass().is_none() {
            return;
        }
        tracing::debug!(target: "webhook", provider, consumer, total, "challenge answered");
    }

    pub(crate) fn done(&self) {
        add(&self.done);
    }

    pub(crate) fn released(&self) {
        add(&self.released);
    }

    pub(crate) fn duplicate(&self, delivery: &Delivery, consumer: &str, same_payload: bool) {
        add(&self.duplicates);
        if !same_payload {
            let total = add(&self.changed_duplicates);
            if self.lines.changed_duplicate.pass().is_some() {
                let provider = delivery.provider();
                tracing::warn!(target: "webhook", provider, consumer, total, "copy of a handled delivery has another payload");
            }
        }
        self.report_duplicate(delivery, consumer, same_payload);
    }

    /// A copy under one label too many.
    pub(crate) fn over_bound(&self, delivery: &Delivery, consumer: &str) {
        let total = add(&self.over_bound);
        if self.lines.over_bound.pass().is_some() {
            let provider = delivery.provider();
            tracing::warn!(
                target: "webhook",
                provider,
                consumer,
                total,
                "equal content under more unsigned labels than are accepted: answered as a duplicate"
            );
        }
        self.report_duplicate(delivery, consumer, true);
    }

    fn report_duplicate(&self, delivery: &Delivery, consumer: &str, same_payload: bool) {
        let Some(on_duplicate) = &self.on_duplicate else {
            return;
        };
        let duplicate = Duplicate {
            delivery,
            consumer,
            same_payload,
        };
        hook::call(Hook::OnDuplicate, delivery.provider(), || {
            on_duplicate(&duplicate);
        });
    }

    pub(crate) fn store_failed(&self, provider: &'static str, error: &StoreError) {
        if let Some(suppressed) = self.lines.store_failed.pass() {
            tracing::debug!(target: "webhook", provider, suppressed, %error, "store failed");
        }
    }

    pub(crate) fn commit_failed(&self, provider: &'static str, error: &StoreError) {
        let total = add(&self.commits_failed);
        if self.lines.commit_failed.pass().is_some() {
            tracing::error!(target: "webhook", provider, total, %error, "handled delivery not recorded yet, trying again");
        }
    }

    pub(crate) fn release_failed(&self, provider: &'static str, error: &StoreError) {
        if let Some(suppressed) = self.lines.release_failed.pass() {
            tracing::warn!(target: "webhook", provider, suppressed, %error, "claim not released, its lease will end");
        }
    }
}

fn add(counter: &AtomicU64) -> u64 {
    counter.fetch_add(1, Ordering::Relaxed).saturating_add(1)
}

/// A verified payload is not of the type that a handler takes; `path` says where, without values.
pub fn payload_differs(delivery: &Delivery, path: &str) {
    static LINE: LogLimit = LogLimit::new();
    if let Some(suppressed) = LINE.pass() {
        let (provider, bytes) = (delivery.provider(), delivery.raw().len());
        tracing::error!(
            target: "webhook",
            provider,
            bytes,
            path,
            suppressed,
            reason = "payload_type",
            "verified payload is not of the type the handler takes"
        );
    }
}

pub(crate) fn short_secret(provider: &Provider, slot: usize, bytes: usize) {
    let provider = provider.name();
    tracing::warn!(target: "webhook", provider, slot, bytes, "secret is short");
}

pub(crate) fn long_tolerance(provider: &Provider, secs: u64) {
    let provider = provider.name();
    tracing::warn!(target: "webhook", provider, secs, "tolerance is long: captured deliveries stay fresh as long");
}

pub(crate) fn volatile_store(provider: &Provider) {
    let provider = provider.name();
    tracing::warn!(
        target: "webhook",
        provider,
        "deliveries are remembered in this process only; name a store to say that this is meant"
    );
}

/// `reaches_back_secs`: the age of the oldest delivery that is still remembered.
pub(crate) fn evicted(total: u64, reaches_back_secs: u32) {
    tracing::warn!(
        target: "webhook",
        total,
        reaches_back_secs,
        "memory store is full: older done deliveries are forgotten, copies of them run again; raise its capacity or use a shared store"
    );
}

pub(crate) fn shared_store(provider: &str, one: &Location<'_>, other: &Location<'_>) {
    tracing::warn!(
        target: "webhook",
        provider,
        %one,
        %other,
        "two endpoints may share a store, and neither has a consumer name: set `.consumer(…)`, different names for two consumers, \
         the same name for one"
    );
}

/// A hook of any endpoint: a line a second for each kind of hook.
pub(crate) fn hook_panicked(hook: Hook, provider: &str) {
    static LINES: [LogLimit; Hook::COUNT] = [const { LogLimit::new() }; Hook::COUNT];
    let line = LINES.get(hook as usize);
    if let Some(suppressed) = line.and_then(LogLimit::pass) {
        let hook = hook.name();
        tracing::error!(target: "webhook", provider, hook, suppressed, "hook panicked");
    }
}

#[cfg(feature = "asymmetric")]
pub(crate) fn keys_failed(provider: &'static str, error: &crate::keys::KeyError) {
    static LINE: LogLimit = LogLimit::new();
    if let Some(suppressed) = LINE.pass() {
        let error = error_excerpt(error);
        tracing::warn!(target: "webhook", provider, suppressed, error, "source of keys failed");
    }
}

#[cfg(feature = "asymmetric")]
pub(crate) fn confirmation_failed(provider: &'static str, error: &crate::keys::KeyError) {
    static LINE: LogLimit = LogLimit::new();
    if let Some(suppressed) = LINE.pass() {
        let error = error_excerpt(error);
        tracing::warn!(target: "webhook", provider, suppressed, error, "subscription not confirmed");
    }
}

/// At most once a minute for an endpoint.
#[cfg(feature = "asymmetric")]
pub(crate) fn keys_over_budget(provider: &'static str) {
    tracing::warn!(
        target: "webhook",
        provider,
        "deliveries name more unknown keys than are fetched: those that were not fetched are answered 503"
    );
}

#[cfg(feature = "asymmetric")]
pub(crate) fn keys_unusable(provider: &'static str, instead: &'static str) {
    static LINE: LogLimit = LogLimit::new();
    if let Some(suppressed) = LINE.pass() {
        tracing::warn!(target: "webhook", provider, suppressed, instead, "source of keys gave what is none");
    }
}
