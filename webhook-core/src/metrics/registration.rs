//! Series, as the recorder of the process gives them.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock};

use ::metrics::{
    Counter, Gauge, Histogram, Key, KeyName, Label, Level, Metadata, Unit, with_recorder,
};

use crate::metrics::table::{ALL, Metric, MetricKind};

const METADATA: Metadata<'static> = Metadata::new("webhook", Level::INFO, Some(module_path!()));

/// The labels that all series of an endpoint have.
#[derive(Clone)]
pub(super) struct Labels {
    provider: &'static str,
    consumer: Arc<str>,
}

impl Labels {
    pub(super) const fn new(provider: &'static str, consumer: Arc<str>) -> Self {
        Self { provider, consumer }
    }

    /// The series of a metric. `own` are the values of the labels that only this metric has.
    fn key(&self, metric: &Metric, own: &[&str]) -> Key {
        let consumer = Arc::clone(&self.consumer);
        let common = [
            Label::new("provider", self.provider),
            Label::new("consumer", consumer),
        ];
        let names = metric.labels().iter().skip(common.len());
        let own = names.zip(own);
        let own = own.map(|(name, value)| Label::new(*name, (*value).to_owned()));
        Key::from_parts(
            metric.name(),
            common.into_iter().chain(own).collect::<Vec<_>>(),
        )
    }

    pub(super) fn counter(&self, metric: &Metric, own: &[&str]) -> Counter {
        let key = self.key(metric, own);
        with_recorder(|recorder| recorder.register_counter(&key, &METADATA))
    }

    pub(super) fn gauge(&self, metric: &Metric) -> Gauge {
        let key = self.key(metric, &[]);
        with_recorder(|recorder| recorder.register_gauge(&key, &METADATA))
    }

    pub(super) fn histogram(&self, metric: &Metric, own: &[&str]) -> Histogram {
        let key = self.key(metric, own);
        with_recorder(|recorder| recorder.register_histogram(&key, &METADATA))
    }
}

/// Tells the recorder what the metrics mean.
pub(super) fn describe() {
    with_recorder(|recorder| {
        for metric in ALL {
            let name = KeyName::from_const_str(metric.name());
            let unit = match metric.name() {
                name if name.ends_with("_seconds") => Some(Unit::Seconds),
                name if name.ends_with("_bytes") => Some(Unit::Bytes),
                _ => Some(Unit::Count),
            };
            let help = metric.help().into();
            match metric.kind() {
                MetricKind::Counter => recorder.describe_counter(name, unit, help),
                MetricKind::Gauge => recorder.describe_gauge(name, unit, help),
                MetricKind::Histogram => recorder.describe_histogram(name, unit, help),
            }
        }
    });
}

/// Series that are registered when they are first needed. Their names come from the configuration,
/// so there are few, and each keeps its place.
pub(super) struct Family<K, V>(RwLock<Known<K, V>>);

struct Known<K, V> {
    places: HashMap<K, usize>,
    series: Vec<V>,
}

impl<K, V> Default for Family<K, V> {
    fn default() -> Self {
        Self(RwLock::new(Known {
            places: HashMap::new(),
            series: Vec::new(),
        }))
    }
}

impl<K: Eq + Hash + Clone, V> Family<K, V> {
    /// The place of the series of this name.
    pub(super) fn place(&self, name: &K, register: impl FnOnce() -> V) -> usize {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = known.places.get(name) {
            return *place;
        }
        drop(known);
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = known.places.get(name) {
            return *place; // Another thread was faster.
        }
        let place = known.series.len();
        known.series.push(register());
        known.places.insert(name.clone(), place);
        place
    }

    /// Records in the series at this place.
    pub(super) fn at(&self, place: usize, record: impl FnOnce(&V)) {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(series) = known.series.get(place) {
            record(series);
        }
    }
}
