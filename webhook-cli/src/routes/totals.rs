//! The counters of all endpoints.

use std::collections::BTreeMap;

use webhook_axum::Counts;

/// The counters of the endpoints by route and provider, and by the name of the counter.
///
/// The names are those of [`Counts::iter`]. Nothing that a sender chooses is a label.
#[derive(Clone, Default)]
pub(crate) struct Totals(BTreeMap<(String, &'static str), BTreeMap<&'static str, u64>>);

impl Totals {
    pub(super) fn add(&mut self, route: &str, provider: &'static str, counts: &Counts) {
        let counters = self.0.entry((route.to_owned(), provider)).or_default();
        for (name, count) in counts.iter() {
            let total = counters.entry(name).or_default();
            *total = total.saturating_add(count);
        }
    }

    /// The values of one counter: route, provider, value.
    pub(crate) fn of(&self, name: &str) -> impl Iterator<Item = (&str, &'static str, u64)> {
        self.0.iter().map(move |((route, provider), counters)| {
            let value = counters.get(name).copied().unwrap_or_default();
            (route.as_str(), *provider, value)
        })
    }
}
