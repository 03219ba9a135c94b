//! The span of a delivery, and its part of the metrics.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tracing::Span;
use tracing::field::{Empty, display};
use tracing::level_filters::LevelFilter;

use crate::answer::Rejection;
use crate::delivery::{Outcome, Record, Scope, Shared};
use crate::error::{RejectionClass, RejectionKind};
use crate::metrics::{DeliveryOutcome, EventSeries, Gauged, Meters, Stopwatch, Tally};
use crate::observe::log_limit::excerpt;
use crate::time::UnixTime;

/// Watches one request from its head to its settlement, for its span and the metrics.
///
/// It ends once, with one outcome. Dropped before, it counts as abandoned or unsettled. It is empty,
/// and costs nothing, if nobody listens: the subscriber does not take the span, and the feature
/// `metrics` is off.
#[derive(Default)]
pub struct Watch(Option<Box<Watching>>);

struct Watching {
    span: Span,
    shared: Arc<Shared>,
    /// Since the head, then since it was verified, then since the claim.
    since: Stopwatch,
    arrived: Option<UnixTime>,
    stage: Stage,
    /// Why the handler failed, or its status.
    cause: Option<Cause>,
    /// The series of the event, once a router has found its handler.
    event: Option<EventSeries>,
    /// Why it is refused, if it is dropped.
    if_dropped: Option<Arc<OnceLock<RejectionKind>>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Unverified,
    Verified,
    Running,
}

#[derive(Clone, Copy)]
enum Cause {
    Kind(RejectionKind),
    Status(u16),
    /// The handler decided so.
    Handler,
}

impl Watch {
    /// Begins to watch a request. The span's parent is the current span.
    #[inline]
    pub(crate) fn begin(scope: &Scope) -> Self {
        let shared = &scope.shared;
        // Asked first: with its feature `log`, which any crate can switch on, the macro evaluates all
        // fields of a span that nobody takes.
        let span = match LevelFilter::current() >= LevelFilter::INFO {
            true => new_span(scope),
            false => Span::none(),
        };
        if !Meters::IS_ON && span.is_disabled() {
            return Self(None);
        }
        Self(Some(Watching::new(span, shared)))
    }

    /// Begins to watch a request without a span.
    pub(crate) fn count(scope: &Scope) -> Self {
        match Meters::IS_ON {
            true => Self(Some(Watching::new(Span::none(), &scope.shared))),
            false => Self(None),
        }
    }

    /// The time of the endpoint's clock, for the age of the signature.
    pub(crate) fn arrived_at(&mut self, now: UnixTime) {
        if let Some(watching) = &mut self.0 {
            watching.arrived = Some(now);
        }
    }

    /// The span, for what runs on behalf of this request.
    #[must_use]
    pub fn span(&self) -> DeliverySpan {
        let own = self.0.as_ref().map(|watching| &watching.span);
        DeliverySpan(match own {
            Some(span) if !span.is_disabled() => span.clone(),
            _ => Span::current(),
        })
    }

    /// Runs this in the span.
    pub fn in_scope<T>(&self, run: impl FnOnce() -> T) -> T {
        match &self.0 {
            Some(watching) => watching.span.in_scope(run),
            None => run(),
        }
    }

    /// The delivery has its claim: the handler may run.
    pub(crate) fn runs(&mut self, attempt: u32) {
        let Some(watching) = &mut self.0 else {
            return;
        };
        watching.stage = Stage::Running;
        let meters = &watching.shared.observer.meters;
        meters.gauge(Gauged::Running, 1.0);
        if attempt > 1 {
            meters.count(Tally::Retried);
        }
        watching.span.record("webhook.attempt", attempt);
    }

    /// The store has answered. A claim that needs no wait takes no time.
    pub(crate) fn claimed(&mut self) {
        if let Some(watching) = &mut self.0 {
            watching.since.lap();
        }
    }

    /// The handler has ended like this.
    pub(crate) fn handled(&mut self, outcome: Outcome, event: Option<EventSeries>) {
        let Some(watching) = &mut self.0 else {
            return;
        };
        watching.shared.observer.meters.handled(watching.since);
        watching.event = event;
        if watching.cause.is_none() && !outcome.is_success() {
            watching.cause = Some(match outcome {
                Outcome::Status(status) => Cause::Status(status),
                Outcome::Decided(_) => Cause::Handler,
                Outcome::Failed => Cause::Kind(RejectionKind::HandlerFailed),
            });
        }
    }

    /// Why the handler gave no response.
    pub(crate) fn failed(&mut self, kind: RejectionKind) {
        if let Some(watching) = &mut self.0 {
            watching.cause = Some(Cause::Kind(kind));
        }
    }

    /// Dropped, it counts as a refusal for this reason, once there is one.
    pub(crate) fn if_dropped(&mut self, reason: &Arc<OnceLock<RejectionKind>>) {
        if let Some(watching) = &mut self.0 {
            watching.if_dropped = Some(Arc::clone(reason));
        }
    }

    /// Ends with this outcome.
    pub(crate) fn end(&mut self, outcome: DeliveryOutcome) {
        if let Some(watching) = self.0.take() {
            watching.end(outcome);
        }
    }

    /// Like [`end`](Self::end), by value.
    pub(crate) fn ended(mut self, outcome: DeliveryOutcome) {
        self.end(outcome);
    }

    /// Ends with a refusal.
    pub(crate) fn refused(&mut self, rejection: &Rejection) {
        self.failed(rejection.kind());
        self.end(DeliveryOutcome::Refused);
    }

    /// Ends without an outcome: the request is watched from elsewhere, or is none.
    pub fn forget(mut self) {
        drop(self.0.take());
    }
}

impl Record {
    /// The delivery is verified: its labels may be recorded.
    pub(super) fn watch_verified(&mut self) {
        let Some(mut watching) = self.watch.0.take() else {
            return;
        };
        watching.verified(self);
        self.watch.0 = Some(watching);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let Some(mut watching) = self.0.take() else {
            return;
        };
        let reason = watching.if_dropped.as_ref();
        let reason = reason.and_then(|reason| reason.get().copied());
        let outcome = match (reason, watching.stage) {
            (Some(kind), _) => {
                watching.cause = Some(Cause::Kind(kind));
                DeliveryOutcome::Refused
            }
            (None, Stage::Unverified) if !std::thread::panicking() => DeliveryOutcome::Abandoned,
            (None, _) => DeliveryOutcome::Unsettled,
        };
        watching.end(outcome);
    }
}

impl Watching {
    fn new(span: Span, shared: &Arc<Shared>) -> Box<Self> {
        Box::new(Self {
            span,
            shared: Arc::clone(shared),
            since: Stopwatch::start(),
            arrived: None,
            stage: Stage::Unverified,
            cause: None,
            event: None,
            if_dropped: None,
        })
    }

    fn verified(&mut self, record: &Record) {
        self.stage = Stage::Verified;
        let slot = record.proof.key_slot();
        let age = self.arrived.zip(record.proof.signed_at());
        let age = age.map(|(now, signed_at)| since(now, signed_at));
        let meters = &self.shared.observer.meters;
        meters.verified(self.since.lap(), record.raw.len(), slot, age);
        if !self.span.is_disabled() {
            self.record_labels(record, slot);
        }
    }

    /// The labels of a verified delivery. An id or a type may be unsigned all the same, so both are
    /// cut and escaped, as in the log.
    #[cold]
    fn record_labels(&self, record: &Record, slot: usize) {
        let span = &self.span;
        span.record("messaging.message.body.size", record.raw.len());
        span.record("webhook.key_slot", slot);
        if let Some(id) = record.id() {
            span.record("webhook.event.id", excerpt(id));
        }
        if let Some(kind) = record.kind() {
            span.record("webhook.event.type", excerpt(kind));
        }
    }

    fn end(&self, outcome: DeliveryOutcome) {
        let meters = &self.shared.observer.meters;
        meters.outcome(outcome);
        if self.stage == Stage::Running {
            meters.gauge(Gauged::Running, -1.0);
        }
        if let Some(event) = self.event {
            meters.event(event, outcome);
        }
        if !self.span.is_disabled() {
            self.record_outcome(outcome);
        }
    }

    #[cold]
    fn record_outcome(&self, outcome: DeliveryOutcome) {
        let span = &self.span;
        span.record("webhook.outcome", outcome.as_str());
        match self.cause {
            Some(Cause::Kind(kind)) => span.record("error.type", kind.as_str()),
            Some(Cause::Status(status)) => span.record("error.type", display(status)),
            Some(Cause::Handler) => span.record("error.type", "handler"),
            None => span,
        };
        if self.is_failure(outcome) {
            span.record("otel.status_code", "ERROR");
        }
    }

    /// Whether the receiver failed. A request that it rightly refuses is no failure.
    fn is_failure(&self, outcome: DeliveryOutcome) -> bool {
        match (outcome, self.cause) {
            (DeliveryOutcome::Refused, Some(Cause::Kind(kind))) => {
                let class = kind.class();
                kind != RejectionKind::InFlight
                    && matches!(
                        class,
                        RejectionClass::Unavailable | RejectionClass::HandlerFailed
                    )
            }
            (
                DeliveryOutcome::Released
                | DeliveryOutcome::GivenUp
                | DeliveryOutcome::Buried
                | DeliveryOutcome::Unsettled,
                _,
            ) => true,
            _ => false,
        }
    }
}

#[cold]
fn new_span(scope: &Scope) -> Span {
    let shared = &scope.shared;
    tracing::info_span!(
        target: "webhook",
        "delivery",
        "otel.name" = %format_args!("process {}", shared.provider.name()),
        "otel.kind" = "consumer",
        "otel.status_code" = Empty,
        "error.type" = Empty,
        "messaging.system" = "webhook",
        "messaging.operation.name" = "process",
        "messaging.operation.type" = "process",
        "messaging.message.body.size" = Empty,
        "webhook.provider" = shared.provider.name(),
        "webhook.consumer" = (!shared.consumer.is_empty()).then_some(&*shared.consumer),
        "webhook.tenant" = scope.tenant().map(|name| excerpt(name)),
        "webhook.event.id" = Empty,
        "webhook.event.type" = Empty,
        "webhook.key_slot" = Empty,
        "webhook.attempt" = Empty,
        "webhook.detached" = Empty,
        "webhook.outcome" = Empty,
    )
}

/// Zero for a time that is ahead.
fn since(now: UnixTime, then: UnixTime) -> Duration {
    Duration::from_millis(now.as_millis().saturating_sub(then.as_millis()))
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").finish_non_exhaustive()
    }
}

/// The span of a delivery, or the current span if the subscriber does not take that of the delivery.
#[derive(Clone, Debug)]
pub struct DeliverySpan(Span);

impl DeliverySpan {
    /// Runs this in the span.
    #[inline]
    pub fn in_scope<T>(&self, run: impl FnOnce() -> T) -> T {
        self.0.in_scope(run)
    }

    /// Records that the client left, and that the delivery runs on without it.
    pub fn detached(&self) {
        self.0.record("webhook.detached", true);
    }
}
