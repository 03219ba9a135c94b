//! The metrics, by name. Those of deliveries have the names of the library.

use webhook_axum::forward::ForwardOutcome;
use webhook_axum::inbox::Stats;
use webhook_axum::inbox::metrics::{ATTEMPTS, INBOX_BEHIND, INBOX_JOBS};
use webhook_axum::metrics::{
    CHANGED_DUPLICATES, COMMIT_FAILURES, DEAD_EVENTS, DELIVERIES, DeliveryOutcome, FORWARDS,
    LEASES_LOST, Metric, REJECTIONS, VERIFIED,
};
use webhook_axum::{RejectionKind, UnixTime};

use super::Metrics;
use super::text::Text;
use crate::observe::Histogram;
use crate::routes::{OUTCOMES as ATTEMPT_OUTCOMES, Totals};

/// Writes all metrics.
pub(super) fn write(metrics: &Metrics, stats: Option<&Stats>) -> String {
    let mut text = Text::default();
    deliveries(&mut text, &metrics.routes.totals());
    if let Some(stats) = stats {
        inbox(&mut text, stats);
    }
    let observer = &metrics.shared.observer;
    text.single(
        "webhook_unknown_path_requests_total",
        "counter",
        "Requests for a path that is not a route.",
        observer.unknown_paths.total(),
    );
    text.single(
        "webhook_request_timeouts_total",
        "counter",
        "Requests that took longer than the time limit of a request.",
        observer.timeouts.total(),
    );
    durations(&mut text, &observer.durations);
    text.single(
        "webhook_connections_open",
        "gauge",
        "Open connections to the routes.",
        metrics.connections.count(),
    );
    text.begin("webhook_build_info", "gauge", "The version of the server.");
    let version = [("version", env!("CARGO_PKG_VERSION"))];
    text.sample("webhook_build_info", &version, 1);
    text.finish()
}

fn deliveries(text: &mut Text, totals: &Totals) {
    let name = DELIVERIES.name();
    text.begin(
        name,
        "counter",
        "Verified deliveries and challenges, by what became of them.",
    );
    for (outcome, counter, without) in OUTCOMES {
        let without = without.into_iter().flat_map(|counter| totals.of(counter));
        let mut without = without.map(|(_, _, value)| value);
        for (route, provider, value) in totals.of(counter) {
            let labels = [
                ("route", route),
                ("provider", provider),
                ("outcome", outcome.as_str()),
            ];
            let without = without.next().unwrap_or_default();
            text.sample(name, &labels, value.saturating_sub(without));
        }
    }
    let name = text.metric(&REJECTIONS);
    for reason in RejectionKind::ALL.iter().map(|kind| kind.as_str()) {
        for (route, provider, value) in totals.of(reason) {
            let labels = [("route", route), ("provider", provider), ("reason", reason)];
            text.sample(name, &labels, value);
        }
    }
    let name = text.metric(&FORWARDS);
    for outcome in ForwardOutcome::ALL.iter().map(|outcome| outcome.as_str()) {
        for (route, provider, value) in totals.forwards(outcome) {
            let labels = [
                ("route", route),
                ("provider", provider),
                ("outcome", outcome),
            ];
            text.sample(name, &labels, value);
        }
    }
    attempts(text, totals);
    for (metric, counter) in COUNTERS {
        let name = text.metric(&metric);
        for (route, provider, value) in totals.of(counter) {
            text.sample(name, &[("route", route), ("provider", provider)], value);
        }
    }
}

fn attempts(text: &mut Text, totals: &Totals) {
    let name = text.metric(&ATTEMPTS);
    for outcome in ATTEMPT_OUTCOMES {
        for (consumer, provider, value) in totals.attempts(outcome) {
            // No route has a slash in its name.
            let (route, _) = consumer.split_once('/').unwrap_or((consumer, ""));
            let labels = [
                ("route", route),
                ("provider", provider),
                ("consumer", consumer),
                ("outcome", outcome),
            ];
            text.sample(name, &labels, value);
        }
    }
}

fn inbox(text: &mut Text, stats: &Stats) {
    let name = text.metric(&INBOX_JOBS);
    for (state, count) in [
        ("due", stats.due),
        ("running", stats.running),
        ("dead", stats.dead),
        ("parked", stats.parked),
    ] {
        text.sample(name, &[("state", state)], count);
    }
    let behind = stats.behind_since.map_or(0, |since| {
        let now = UnixTime::now().as_secs();
        now.saturating_sub(since.as_secs())
    });
    let name = text.metric(&INBOX_BEHIND);
    text.sample(name, &[], behind);
}

fn durations(text: &mut Text, durations: &Histogram) {
    let name = "webhook_request_duration_seconds";
    text.begin(
        name,
        "histogram",
        "Time from the head of a request to its answer.",
    );
    let bucket = format!("{name}_bucket");
    for (bound, count) in durations.buckets() {
        text.sample(&bucket, &[("le", bound)], count);
    }
    text.sample(&bucket, &[("le", "+Inf")], durations.count());
    text.sample(&format!("{name}_sum"), &[], durations.seconds());
    text.sample(&format!("{name}_count"), &[], durations.count());
}

/// The outcomes of a delivery, the engine's counter of each, and the counter of what it includes and
/// the outcome does not. Both have the same routes in the same order.
const OUTCOMES: [(DeliveryOutcome, &str, Option<&str>); 9] = [
    (DeliveryOutcome::Stored, "stored", None),
    (DeliveryOutcome::Done, "done", None),
    (DeliveryOutcome::Released, "released", Some("buried")),
    (DeliveryOutcome::GivenUp, "given_up", None),
    (DeliveryOutcome::Buried, "buried", None),
    (DeliveryOutcome::Duplicate, "duplicates", None),
    (DeliveryOutcome::OverBound, "over_bound", None),
    (DeliveryOutcome::Dead, "dead_acknowledged", None),
    (DeliveryOutcome::Challenge, "challenges", None),
];

/// Further counters, and those of the engine.
const COUNTERS: [(Metric, &str); 5] = [
    (VERIFIED, "verified"),
    (CHANGED_DUPLICATES, "changed_duplicates"),
    (COMMIT_FAILURES, "commits_failed"),
    (LEASES_LOST, "leases_lost"),
    (DEAD_EVENTS, "buried"),
];

#[cfg(test)]
mod tests {
    use webhook_axum::Counts;

    use super::*;

    #[test]
    fn every_counter_of_the_engine_is_a_metric_except_those_that_a_server_never_counts() {
        let written = OUTCOMES.iter().map(|(_, counter, _)| *counter);
        let written: Vec<_> = written
            .chain(COUNTERS.iter().map(|(_, counter)| *counter))
            .chain(RejectionKind::ALL.iter().map(|kind| kind.as_str()))
            .collect();
        for (name, _) in Counts::default().iter() {
            let times = written.iter().filter(|written| **written == name).count();
            // No delivery of a server runs without replay protection, and it has no router.
            let is_counted = !["unprotected", "ignored"].contains(&name);
            // The events that died of it are a metric, and so are the deliveries that ended so.
            let expected = usize::from(is_counted) + usize::from(name == "buried");
            assert_eq!(times, expected, "{name}");
        }
    }
}
