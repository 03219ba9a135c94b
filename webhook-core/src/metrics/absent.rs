//! Records nothing: the feature `metrics` is off.

use std::sync::Arc;
use std::time::Duration;

use crate::error::RejectionKind;
use crate::metrics::{
    DeliveryOutcome, EventSeries, Gauged, StoreCallResult, StoreVerb, Tally, TenantLookup,
};

#[derive(Default)]
pub(crate) struct Meters;

/// Measures nothing.
#[derive(Clone, Copy)]
pub(crate) struct Stopwatch;

impl Stopwatch {
    pub(crate) const fn start() -> Self {
        Self
    }

    pub(crate) const fn lap(&mut self) -> Duration {
        Duration::ZERO
    }
}

impl Meters {
    pub(crate) const IS_ON: bool = false;

    pub(crate) const fn new(_: &'static str, _: &Arc<str>) -> Self {
        Self
    }

    pub(crate) const fn outcome(&self, _: DeliveryOutcome) {}

    pub(crate) const fn rejected(&self, _: RejectionKind) {}

    pub(crate) const fn count(&self, _: Tally) {}

    pub(crate) const fn gauge(&self, _: Gauged, _: f64) {}

    pub(crate) fn verified(&self, _: Duration, _: usize, _: usize, _: Option<Duration>) {}

    pub(crate) const fn handled(&self, _: Stopwatch) {}

    pub(crate) const fn store_call(&self, _: StoreVerb, _: StoreCallResult, _: Stopwatch) {}

    pub(crate) const fn event_series(&self, _: &Arc<str>) -> Option<EventSeries> {
        None
    }

    pub(crate) const fn event(&self, _: EventSeries, _: DeliveryOutcome) {}

    pub(crate) const fn tenant_lookup(&self, _: TenantLookup) {}

    pub(crate) const fn forwarded(&self, _: &'static str) {}
}
