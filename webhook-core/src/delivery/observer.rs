//! The counters and hooks of an endpoint.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use crate::answer::Rejection;
use crate::delivery::{Counts, Delivery, Disposition, Duplicate, Handled, Hooks, Rejected, Scope};
use crate::error::{RejectionKind, StoreError};
use crate::metrics::{Meters, Tally};
use crate::observe::hook::Hook;
use crate::observe::log_limit::{LogLimit, excerpt};
use crate::observe::{EscapedId, hook};

/// A log line about a verified delivery, with the names by which a person finds it.
macro_rules! log_event {
    ($level:ident, $delivery:expr, $($more:tt)+) => {
        tracing::$level!(
            target: "webhook",
            provider = $delivery.provider(),
            consumer = $delivery.consumer().unwrap_or_default(),
            tenant = $delivery.tenant().map(excerpt),
            id = $delivery.id().map(excerpt),
            event_type = $delivery.event_type().map(excerpt),
            $($more)+
        )
    };
}

/// The counters and hooks of an endpoint.
#[derive(Default)]
pub(crate) struct Observer {
    hooks: Hooks,
    /// Those of the router, which is made after the endpoint.
    router_hooks: OnceLock<Hooks>,
    /// Whether an adapter only observes: it refuses nothing of what is counted here.
    shadow: AtomicBool,
    verified: AtomicU64,
    stored: AtomicU64,
    done: AtomicU64,
    released: AtomicU64,
    duplicates: AtomicU64,
    changed_duplicates: AtomicU64,
    over_bound: AtomicU64,
    commits_failed: AtomicU64,
    buried: AtomicU64,
    given_up: AtomicU64,
    ignored: AtomicU64,
    dead_acknowledged: AtomicU64,
    leases_lost: AtomicU64,
    unprotected: AtomicU64,
    challenges: AtomicU64,
    rejected: [AtomicU64; RejectionKind::ALL.len()],
    lines: Lines,
    pub(crate) meters: Meters,
}

/// The limits of the log lines.
#[derive(Default)]
struct Lines {
    rejected: [LogLimit; RejectionKind::ALL.len()],
    challenge: LogLimit,
    changed_duplicate: LogLimit,
    over_bound: LogLimit,
    store_failed: LogLimit,
    commit_failed: LogLimit,
    release_failed: LogLimit,
    renewal_failed: LogLimit,
    answer_too_long: LogLimit,
    lease_lost: LogLimit,
    buried: LogLimit,
    given_up: LogLimit,
    unprotected: LogLimit,
}

impl Observer {
    pub(crate) fn new(hooks: Hooks, meters: Meters) -> Self {
        Self {
            hooks,
            meters,
            ..Self::default()
        }
    }

    /// Sets the hooks of a router. `false`: they are set already.
    pub(crate) fn set_router_hooks(&self, hooks: Hooks) -> bool {
        self.router_hooks.set(hooks).is_ok()
    }

    /// Says in every line from now on that nothing is refused.
    pub(crate) fn set_shadow(&self) {
        self.shadow.store(true, Ordering::Relaxed);
    }

    /// The field `shadow` of a line: only lines of a shadow have it.
    fn shadow(&self) -> Option<bool> {
        self.shadow.load(Ordering::Relaxed).then_some(true)
    }

    fn hooks(&self) -> impl Iterator<Item = &Hooks> {
        [&self.hooks].into_iter().chain(self.router_hooks.get())
    }

    pub(crate) fn counts(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            verified: read(&self.verified),
            stored: read(&self.stored),
            done: read(&self.done),
            released: read(&self.released),
            duplicates: read(&self.duplicates),
            changed_duplicates: read(&self.changed_duplicates),
            over_bound: read(&self.over_bound),
            commits_failed: read(&self.commits_failed),
            buried: read(&self.buried),
            given_up: read(&self.given_up),
            ignored: read(&self.ignored),
            dead_acknowledged: read(&self.dead_acknowledged),
            leases_lost: read(&self.leases_lost),
            unprotected: read(&self.unprotected),
            challenges: read(&self.challenges),
            rejected: std::array::from_fn(|i| self.rejected.get(i).map_or(0, read)),
        }
    }

    /// Counts and logs a refusal, and calls the hook. Each reason is logged at most once a second,
    /// so that forgeries do not flood the log.
    pub(crate) fn rejected(
        &self,
        scope: &Scope,
        rejection: &Rejection,
        claimed_id: impl FnOnce() -> Option<EscapedId>,
    ) {
        let kind = rejection.kind();
        let (provider, consumer) = (&scope.shared.provider, &scope.shared.consumer);
        let total = self.rejected.get(kind.index()).map_or(0, add);
        self.meters.rejected(kind);
        let mut on_reject = self.hooks().filter_map(|hooks| hooks.on_reject.as_ref());
        if let Some(first) = on_reject.next() {
            let rejected = Rejected {
                provider: provider.name(),
                consumer: Arc::clone(consumer),
                tenant: scope.tenant().cloned(),
                kind,
                claimed_id: claimed_id(),
            };
            for on_reject in [first].into_iter().chain(on_reject) {
                hook::call(Hook::OnReject, provider.name(), || on_reject(&rejected));
            }
        }
        let consumer = &**consumer;
        let line = self.lines.rejected.get(kind.index());
        if line.and_then(LogLimit::pass).is_none() {
            return;
        }
        let hint = provider.hint(kind);
        let (provider, reason) = (provider.name(), kind.as_str());
        let tenant = scope.tenant().map(|name| excerpt(name));
        let shadow = self.shadow();
        match kind {
            RejectionKind::StoreUnavailable
            | RejectionKind::ClockUnavailable
            | RejectionKind::HandlerFailed
            | RejectionKind::HandlerPanicked => {
                tracing::error!(
                    target: "webhook",
                    provider,
                    consumer,
                    tenant,
                    reason,
                    shadow,
                    total,
                    "delivery failed"
                );
            }
            RejectionKind::InFlight => {
                tracing::debug!(
                    target: "webhook",
                    provider,
                    consumer,
                    tenant,
                    reason,
                    shadow,
                    total,
                    "delivery is in flight"
                );
            }
            _ => {
                tracing::warn!(
                    target: "webhook",
                    provider,
                    consumer,
                    tenant,
                    reason,
                    hint,
                    shadow,
                    total,
                    "{}",
                    match shadow {
                        Some(_) => "delivery would be refused",
                        None => "delivery refused",
                    }
                );
            }
        }
    }

    pub(crate) fn verified(&self) {
        add(&self.verified);
        self.meters.count(Tally::Verified);
    }

    pub(crate) fn challenge_answered(&self, scope: &Scope) {
        let total = add(&self.challenges);
        if self.lines.challenge.pass().is_none() {
            return;
        }
        tracing::debug!(
            target: "webhook",
            provider = scope.shared.provider.name(),
            consumer = &*scope.shared.consumer,
            tenant = scope.tenant().map(|name| excerpt(name)),
            total,
            "challenge answered"
        );
    }

    /// A handler succeeded.
    pub(crate) fn done(&self, delivery: &Delivery) {
        add(&self.done);
        log_event!(
            debug,
            delivery,
            attempt = delivery.attempt(),
            "delivery handled"
        );
    }

    pub(crate) fn released(&self) {
        add(&self.released);
    }

    pub(crate) fn duplicate(&self, delivery: &Delivery, same_payload: bool) {
        add(&self.duplicates);
        log_event!(
            debug,
            delivery,
            shadow = self.shadow(),
            "delivery is a duplicate"
        );
        if !same_payload {
            let total = add(&self.changed_duplicates);
            self.meters.count(Tally::ChangedDuplicate);
            if self.lines.changed_duplicate.pass().is_some() {
                let what = "duplicate has a different payload";
                warn_of_duplicates(delivery, total, what);
            }
        }
        self.report_duplicate(delivery, same_payload);
    }

    /// A copy under more labels than are accepted.
    /// A delivery was stored, and is handled later.
    #[cfg(feature = "inbox")]
    pub(crate) fn stored(&self) {
        add(&self.stored);
    }

    pub(crate) fn over_bound(&self, delivery: &Delivery) {
        let total = add(&self.over_bound);
        if self.lines.over_bound.pass().is_some() {
            let what = "too many unsigned labels for one content: answered as a duplicate";
            warn_of_duplicates(delivery, total, what);
        }
        self.report_duplicate(delivery, true);
    }

    fn report_duplicate(&self, delivery: &Delivery, same_payload: bool) {
        for hooks in self.hooks() {
            let Some(on_duplicate) = &hooks.on_duplicate else {
                continue;
            };
            let duplicate = Duplicate {
                delivery: delivery.clone(),
                consumer: Arc::clone(&delivery.shared().consumer),
                same_payload,
            };
            hook::call(Hook::OnDuplicate, delivery.provider(), || {
                on_duplicate(&duplicate);
            });
        }
    }

    /// Tells the hooks what became of a delivery whose handler has ended.
    pub(crate) fn handled(&self, delivery: &Delivery, disposition: Disposition) {
        for hooks in self.hooks() {
            let Some(on_handled) = &hooks.on_handled else {
                continue;
            };
            let handled = Handled {
                delivery: delivery.clone(),
                consumer: Arc::clone(&delivery.shared().consumer),
                disposition,
            };
            hook::call(Hook::OnHandled, delivery.provider(), || {
                on_handled(&handled);
            });
        }
    }

    /// An event failed too often and is dead.
    pub(crate) fn buried(&self, delivery: &Delivery) {
        let total = add(&self.buried);
        self.meters.count(Tally::Buried);
        if self.lines.buried.pass().is_some() {
            log_event!(
                error,
                delivery,
                attempt = delivery.attempt(),
                total,
                "event failed too often and is dead: revive it once the cause is mended"
            );
        }
    }

    /// A handler gave the event up.
    pub(crate) fn given_up(&self, delivery: &Delivery) {
        let total = add(&self.given_up);
        if self.lines.given_up.pass().is_some() {
            log_event!(
                error,
                delivery,
                attempt = delivery.attempt(),
                total,
                "event is given up and dead: revive it once the cause is mended"
            );
        }
    }

    /// A router has no handler for the event.
    pub(crate) fn ignored(&self, delivery: &Delivery) {
        add(&self.ignored);
        self.meters.count(Tally::Ignored);
        log_event!(debug, delivery, "event has no handler: acknowledged");
    }

    /// A newer event of the same object was handled.
    pub(crate) fn stale(&self, delivery: &Delivery) {
        add(&self.ignored);
        log_event!(debug, delivery, "event is stale: a newer one was handled");
    }

    /// A copy of a dead event was acknowledged.
    pub(crate) fn dead(&self) {
        add(&self.dead_acknowledged);
    }

    /// The claim was lost while the handler ran.
    pub(crate) fn lease_lost(&self, delivery: &Delivery) {
        let total = add(&self.leases_lost);
        self.meters.count(Tally::LeaseLost);
        if self.lines.lease_lost.pass().is_some() {
            tracing::warn!(
                target: "webhook",
                provider = delivery.provider(),
                consumer = delivery.consumer().unwrap_or_default(),
                tenant = delivery.tenant().map(excerpt),
                id = delivery.id().map(excerpt),
                attempt = delivery.attempt(),
                total,
                "lease is lost while the handler runs"
            );
        }
    }

    /// A delivery runs although the store failed.
    pub(crate) fn unprotected(&self, provider: &'static str) {
        let total = add(&self.unprotected);
        self.meters.count(Tally::Unprotected);
        if self.lines.unprotected.pass().is_some() {
            tracing::error!(
                target: "webhook",
                provider,
                total,
                "store failed: delivery runs without replay protection"
            );
        }
    }

    /// A handler's answer does not fit into a record.
    pub(crate) fn answer_too_long(&self, provider: &'static str) {
        if let Some(suppressed) = self.lines.answer_too_long.pass() {
            tracing::warn!(
                target: "webhook",
                provider,
                suppressed,
                "answer is too long to be remembered: copies get an empty one, or run again"
            );
        }
    }

    pub(crate) fn renewal_failed(&self, provider: &'static str, error: &StoreError) {
        if let Some(suppressed) = self.lines.renewal_failed.pass() {
            tracing::warn!(
                target: "webhook",
                provider,
                suppressed,
                %error,
                "renewal of a lease failed: it is repeated until the lease ends"
            );
        }
    }

    pub(crate) fn store_failed(&self, provider: &'static str, error: &StoreError) {
        if let Some(suppressed) = self.lines.store_failed.pass() {
            tracing::debug!(target: "webhook", provider, suppressed, %error, "store failed");
        }
    }

    pub(crate) fn commit_failed(&self, provider: &'static str, error: &StoreError) {
        let total = add(&self.commits_failed);
        self.meters.count(Tally::CommitFailed);
        if self.lines.commit_failed.pass().is_some() {
            tracing::error!(
                target: "webhook",
                provider,
                total,
                %error,
                "commit failed: the delivery is handled but not recorded, retrying"
            );
        }
    }

    pub(crate) fn release_failed(&self, provider: &'static str, error: &StoreError) {
        if let Some(suppressed) = self.lines.release_failed.pass() {
            tracing::warn!(
                target: "webhook",
                provider,
                suppressed,
                %error,
                "release failed: the claim ends with its lease"
            );
        }
    }
}

fn warn_of_duplicates(delivery: &Delivery, total: u64, what: &str) {
    tracing::warn!(
        target: "webhook",
        provider = delivery.provider(),
        consumer = delivery.consumer().unwrap_or_default(),
        tenant = delivery.tenant().map(excerpt),
        total,
        "{what}"
    );
}

fn add(counter: &AtomicU64) -> u64 {
    counter.fetch_add(1, Ordering::Relaxed).saturating_add(1)
}

/// Logs that a verified payload is not of the handler's type. `path` contains no values.
pub(crate) fn payload_differs(delivery: &Delivery, path: &str) {
    static LINE: LogLimit = LogLimit::new();
    if let Some(suppressed) = LINE.pass() {
        let (provider, bytes) = (delivery.provider(), delivery.raw().len());
        let event_type = delivery.event_type().map(excerpt);
        tracing::error!(
            target: "webhook",
            provider,
            bytes,
            event_type,
            path,
            suppressed,
            reason = "payload_type",
            "verified payload does not match the handler's type"
        );
    }
}
