//! The series of an endpoint. They are looked up once, and not for each delivery.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use ::metrics::{Counter, Gauge, Histogram};

use crate::error::{RejectionKind, StoreErrorKind};
use crate::metrics::registration::{Family, Labels, describe};
use crate::metrics::{
    BODY_BYTES, CHANGED_DUPLICATES, COMMIT_FAILURES, DEAD_EVENTS, DELIVERIES, DETACHED,
    DeliveryOutcome, EVENTS, EventSeries, FORWARDS, Gauged, HANDLER_SECONDS, IGNORED_EVENTS,
    KEY_USES, LEASES_LOST, Metric, REJECTIONS, RETRIED_RUNS, RUNNING, SIGNATURE_AGE_SECONDS,
    STORE_CALL_SECONDS, StoreCallResult, StoreVerb, TENANT_LOOKUPS, Tally, TenantLookup,
    UNPROTECTED_RUNS, UNVERIFIED_BYTES, VERIFICATION_SECONDS, VERIFIED,
};

/// The metrics of an endpoint.
#[derive(Default)]
pub(crate) struct Meters {
    provider: &'static str,
    consumer: Arc<str>,
    series: OnceLock<Box<Series>>,
}

/// Measures the time since it was made.
#[derive(Clone, Copy)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since it was started, and starts it again.
    pub(crate) fn lap(&mut self) -> Duration {
        let now = Instant::now();
        now.saturating_duration_since(std::mem::replace(&mut self.0, now))
    }
}

/// The series. All that have a fixed list of labels are there from the start: an alert sees the
/// first failure only if the series was zero before.
struct Series {
    labels: Labels,
    outcomes: [Counter; OUTCOMES],
    rejections: [Counter; RejectionKind::ALL.len()],
    tallies: [Counter; TALLIES.len()],
    gauges: [Gauge; 3],
    key_uses: [OnceLock<Counter>; SLOTS.len()],
    verification: Histogram,
    handler: Histogram,
    body: Histogram,
    age: Histogram,
    store_calls: [[OnceLock<Histogram>; RESULTS]; 5],
    events: Family<Arc<str>, [Counter; OUTCOMES]>,
    tenant_lookups: OnceLock<[Counter; TenantLookup::ALL.len()]>,
    forwards: Family<&'static str, Counter>,
}

const OUTCOMES: usize = DeliveryOutcome::ALL.len();

/// In the order of [`Tally`].
const TALLIES: [Metric; 8] = [
    VERIFIED,
    CHANGED_DUPLICATES,
    COMMIT_FAILURES,
    LEASES_LOST,
    DEAD_EVENTS,
    IGNORED_EVENTS,
    UNPROTECTED_RUNS,
    RETRIED_RUNS,
];

/// An endpoint has at most eight secrets.
const SLOTS: [&str; 9] = ["0", "1", "2", "3", "4", "5", "6", "7", "other"];

/// Success, and the kinds of failures.
const RESULTS: usize = 6;

impl Meters {
    pub(crate) const IS_ON: bool = true;

    pub(crate) fn new(provider: &'static str, consumer: &Arc<str>) -> Self {
        Self {
            provider,
            consumer: Arc::clone(consumer),
            series: OnceLock::new(),
        }
    }

    fn series(&self) -> &Series {
        self.series.get_or_init(|| {
            describe();
            Box::new(Series::new(Labels::new(
                self.provider,
                Arc::clone(&self.consumer),
            )))
        })
    }

    pub(crate) fn outcome(&self, outcome: DeliveryOutcome) {
        increment(self.series().outcomes.get(outcome.index()));
    }

    pub(crate) fn rejected(&self, kind: RejectionKind) {
        increment(self.series().rejections.get(kind.index()));
    }

    pub(crate) fn count(&self, what: Tally) {
        increment(self.series().tallies.get(what as usize));
    }

    /// Moves a level by so much.
    pub(crate) fn gauge(&self, what: Gauged, by: f64) {
        if let Some(gauge) = self.series().gauges.get(what as usize) {
            gauge.increment(by);
        }
    }

    /// Records a verified delivery: the time since its head, the length of its body, the slot of its
    /// key, and the age of its signed time.
    pub(crate) fn verified(
        &self,
        after: Duration,
        bytes: usize,
        slot: usize,
        age: Option<Duration>,
    ) {
        let series = self.series();
        series.verification.record(after);
        // Exact up to 2^53 bytes.
        #[allow(clippy::cast_precision_loss, reason = "no body is that long")]
        series.body.record(bytes as f64);
        let slot = slot.min(SLOTS.len().saturating_sub(1));
        if let (Some(name), Some(uses)) = (SLOTS.get(slot), series.key_uses.get(slot)) {
            let register = || series.labels.counter(&KEY_USES, &[name]);
            uses.get_or_init(register).increment(1);
        }
        if let Some(age) = age {
            series.age.record(age);
        }
    }

    pub(crate) fn handled(&self, since: Stopwatch) {
        self.series().handler.record(since.0.elapsed());
    }

    pub(crate) fn store_call(&self, verb: StoreVerb, result: StoreCallResult, since: Stopwatch) {
        let (series, (place, result)) = (self.series(), named(result));
        let of_verb = series.store_calls.get(verb as usize);
        if let Some(calls) = of_verb.and_then(|results| results.get(place)) {
            let own = [verb_name(verb), result];
            let register = || series.labels.histogram(&STORE_CALL_SECONDS, &own);
            calls.get_or_init(register).record(since.0.elapsed());
        }
    }

    /// The series of a type. `label` is a pattern of a router, or `other`.
    pub(crate) fn event_series(&self, label: &Arc<str>) -> Option<EventSeries> {
        let series = self.series();
        let place = series.events.place(label, || {
            by_outcome(|outcome| {
                let own = [&**label, outcome.as_str()];
                series.labels.counter(&EVENTS, &own)
            })
        });
        EventSeries::from_bits(u32::try_from(place).ok()?)
    }

    pub(crate) fn event(&self, of_type: EventSeries, outcome: DeliveryOutcome) {
        let place = usize::try_from(of_type.to_bits()).unwrap_or(usize::MAX);
        self.series().events.at(place, |of_type| {
            increment(of_type.get(outcome.index()));
        });
    }

    pub(crate) fn tenant_lookup(&self, result: TenantLookup) {
        let series = self.series();
        // All results at once: an endpoint without tenants has none.
        let lookups = series.tenant_lookups.get_or_init(|| {
            let own = |result: TenantLookup| {
                let own = [result.as_str()];
                series.labels.counter(&TENANT_LOOKUPS, &own)
            };
            TenantLookup::ALL.map(own)
        });
        increment(lookups.get(result as usize));
    }

    pub(crate) fn forwarded(&self, outcome: &'static str) {
        let series = self.series();
        let register = || series.labels.counter(&FORWARDS, &[outcome]);
        let place = series.forwards.place(&outcome, register);
        series.forwards.at(place, |forwards| forwards.increment(1));
    }
}

impl Series {
    fn new(labels: Labels) -> Self {
        let outcome = |outcome: &DeliveryOutcome| labels.counter(&DELIVERIES, &[outcome.as_str()]);
        let rejection = |kind: &RejectionKind| labels.counter(&REJECTIONS, &[kind.as_str()]);
        Self {
            outcomes: by_outcome(outcome),
            rejections: std::array::from_fn(|place| {
                let kind = RejectionKind::ALL.get(place);
                kind.map_or_else(Counter::noop, rejection)
            }),
            tallies: TALLIES.each_ref().map(|metric| labels.counter(metric, &[])),
            gauges: [RUNNING, DETACHED, UNVERIFIED_BYTES].map(|metric| labels.gauge(&metric)),
            key_uses: Default::default(),
            verification: labels.histogram(&VERIFICATION_SECONDS, &[]),
            handler: labels.histogram(&HANDLER_SECONDS, &[]),
            body: labels.histogram(&BODY_BYTES, &[]),
            age: labels.histogram(&SIGNATURE_AGE_SECONDS, &[]),
            store_calls: Default::default(),
            events: Family::default(),
            tenant_lookups: OnceLock::new(),
            forwards: Family::default(),
            labels,
        }
    }
}

fn by_outcome(register: impl Fn(&DeliveryOutcome) -> Counter) -> [Counter; OUTCOMES] {
    std::array::from_fn(|place| {
        let outcome = DeliveryOutcome::ALL.get(place);
        outcome.map_or_else(Counter::noop, &register)
    })
}

fn increment(counter: Option<&Counter>) {
    if let Some(counter) = counter {
        counter.increment(1);
    }
}

const fn verb_name(verb: StoreVerb) -> &'static str {
    match verb {
        StoreVerb::Claim => "claim",
        StoreVerb::Renew => "renew",
        StoreVerb::Commit => "commit",
        StoreVerb::Release => "release",
        StoreVerb::Bury => "bury",
    }
}

/// The place of a result among the series, and its label.
const fn named(result: StoreCallResult) -> (usize, &'static str) {
    match result {
        Ok(()) => (0, "ok"),
        Err(StoreErrorKind::Unavailable) => (1, "unavailable"),
        Err(StoreErrorKind::Timeout) => (2, "timeout"),
        Err(StoreErrorKind::Corrupt) => (3, "corrupt"),
        Err(StoreErrorKind::Full) => (4, "full"),
        Err(StoreErrorKind::Misconfigured) => (5, "misconfigured"),
    }
}
