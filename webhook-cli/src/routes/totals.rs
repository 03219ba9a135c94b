//! The counters of all endpoints, forwarders and consumers.

use std::collections::BTreeMap;

use webhook_axum::Counts;
use webhook_axum::forward::ForwardCounts;

/// The counters by route and provider, and by the name of the counter.
///
/// Those of the endpoints have the names of [`Counts::iter`], those of the forwarders and of the
/// consumers the names of their outcomes. Nothing that a sender chooses is a label.
#[derive(Clone, Default)]
pub(crate) struct Totals {
    endpoints: Table,
    forwarders: Table,
    /// By consumer in place of the route.
    consumers: Table,
}

type Table = BTreeMap<(String, &'static str), BTreeMap<&'static str, u64>>;

impl Totals {
    pub(super) fn add(&mut self, route: &str, provider: &'static str, counts: &Counts) {
        sum(&mut self.endpoints, route, provider, counts.iter());
    }

    pub(super) fn add_forwards(
        &mut self,
        route: &str,
        provider: &'static str,
        counts: &ForwardCounts,
    ) {
        let counts = counts.iter();
        let counts = counts.map(|(outcome, count)| (outcome.as_str(), count));
        sum(&mut self.forwarders, route, provider, counts);
    }

    pub(super) fn add_attempts(
        &mut self,
        consumer: &str,
        provider: &'static str,
        counts: impl Iterator<Item = (&'static str, u64)>,
    ) {
        sum(&mut self.consumers, consumer, provider, counts);
    }

    /// The values of one counter of the endpoints: route, provider, value.
    pub(crate) fn of(&self, name: &str) -> impl Iterator<Item = (&str, &'static str, u64)> {
        values(&self.endpoints, name)
    }

    /// The values of one outcome of the forwarders: route, provider, value. Routes without a
    /// forwarder have none.
    pub(crate) fn forwards(
        &self,
        outcome: &str,
    ) -> impl Iterator<Item = (&str, &'static str, u64)> {
        values(&self.forwarders, outcome)
    }

    /// The values of one outcome of the consumers: consumer, provider, value. Its name begins with
    /// that of its route. Routes that store nothing have none.
    pub(crate) fn attempts(
        &self,
        outcome: &str,
    ) -> impl Iterator<Item = (&str, &'static str, u64)> {
        values(&self.consumers, outcome)
    }
}

fn sum(
    table: &mut Table,
    route: &str,
    provider: &'static str,
    counts: impl Iterator<Item = (&'static str, u64)>,
) {
    let counters = table.entry((route.to_owned(), provider)).or_default();
    for (name, count) in counts {
        let total = counters.entry(name).or_default();
        *total = total.saturating_add(count);
    }
}

fn values<'t>(
    table: &'t Table,
    name: &str,
) -> impl Iterator<Item = (&'t str, &'static str, u64)> + use<'t> {
    let rows = table.iter().map(|((route, provider), counters)| {
        let value = counters.get(name).copied().unwrap_or_default();
        (route.as_str(), *provider, value)
    });
    rows.collect::<Vec<_>>().into_iter()
}
