//! The metrics, by name.

use webhook_axum::RejectionKind;
use webhook_axum::forward::ForwardOutcome;

use super::Metrics;
use super::text::Text;
use crate::observe::Histogram;
use crate::routes::Totals;

/// Writes all metrics.
pub(super) fn write(metrics: &Metrics) -> String {
    let mut text = Text::default();
    deliveries(&mut text, &metrics.routes.totals());
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
    let name = "webhook_deliveries_total";
    text.begin(
        name,
        "counter",
        "Verified deliveries and challenges, by what became of them.",
    );
    for (outcome, counter) in OUTCOMES {
        for (route, provider, value) in totals.of(counter) {
            let labels = [
                ("route", route),
                ("provider", provider),
                ("outcome", outcome),
            ];
            text.sample(name, &labels, value);
        }
    }
    let name = "webhook_rejections_total";
    text.begin(name, "counter", "Refused deliveries, by reason.");
    for reason in RejectionKind::ALL.iter().map(|kind| kind.as_str()) {
        for (route, provider, value) in totals.of(reason) {
            let labels = [("route", route), ("provider", provider), ("reason", reason)];
            text.sample(name, &labels, value);
        }
    }
    let name = "webhook_forwards_total";
    text.begin(
        name,
        "counter",
        "Attempts to forward an event, by what became of them.",
    );
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
    for (name, counter, help) in COUNTERS {
        text.begin(name, "counter", help);
        for (route, provider, value) in totals.of(counter) {
            text.sample(name, &[("route", route), ("provider", provider)], value);
        }
    }
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

/// The outcomes of a delivery, and the engine's counter of each.
const OUTCOMES: [(&str, &str); 7] = [
    ("done", "done"),
    ("released", "released"),
    ("given_up", "given_up"),
    ("duplicate", "duplicates"),
    ("over_bound", "over_bound"),
    ("dead", "dead_acknowledged"),
    ("challenge", "challenges"),
];

/// Further counters: their names, those of the engine, and what they count.
const COUNTERS: [(&str, &str, &str); 5] = [
    (
        "webhook_verified_total",
        "verified",
        "Verified deliveries, duplicates included.",
    ),
    (
        "webhook_changed_duplicates_total",
        "changed_duplicates",
        "Duplicates whose payload differs from the one that was handled.",
    ),
    (
        "webhook_commit_failures_total",
        "commits_failed",
        "Commits that the store refused or did not answer in time. They are retried.",
    ),
    (
        "webhook_leases_lost_total",
        "leases_lost",
        "Claims that were lost while their handler ran.",
    ),
    (
        "webhook_dead_events_total",
        "buried",
        "Events that became dead after too many failed attempts.",
    ),
];

#[cfg(test)]
mod tests {
    use webhook_axum::Counts;

    use super::*;

    #[test]
    fn every_counter_of_the_engine_is_a_metric_except_those_that_a_server_never_counts() {
        let written = OUTCOMES.iter().map(|(_, counter)| *counter);
        let written: Vec<_> = written
            .chain(COUNTERS.iter().map(|(_, counter, _)| *counter))
            .chain(RejectionKind::ALL.iter().map(|kind| kind.as_str()))
            .collect();
        for (name, _) in Counts::default().iter() {
            let times = written.iter().filter(|written| **written == name).count();
            // No delivery of a server runs without replay protection, and it has neither a router
            // nor an inbox.
            let is_counted = !["unprotected", "ignored", "stored"].contains(&name);
            assert_eq!(times, usize::from(is_counted), "{name}");
        }
    }
}
