//! What a worker tells the recorder of the crate `metrics`.
//!
//! Label values are names from the configuration and words of this crate.

use std::time::Duration;

use webhook_inbox::Stats;

/// Whether there may be a recorder.
pub(crate) const ARE_KEPT: bool = cfg!(feature = "metrics");

/// An attempt has ended.
#[cfg(feature = "metrics")]
pub(crate) fn attempted(consumer: &str, outcome: &'static str, took: Duration) {
    let consumer = || consumer.to_owned();
    metrics::counter!("webhook_attempts_total", "consumer" => consumer(), "outcome" => outcome)
        .increment(1);
    metrics::histogram!("webhook_attempt_duration_seconds", "consumer" => consumer()).record(took);
}

/// How many jobs there are.
#[cfg(feature = "metrics")]
pub(crate) fn levels(stats: &Stats) {
    let counts = [
        ("due", stats.due),
        ("running", stats.running),
        ("dead", stats.dead),
        ("parked", stats.parked),
    ];
    for (state, count) in counts {
        #[allow(clippy::cast_precision_loss, reason = "at most a hundred thousand")]
        metrics::gauge!("webhook_inbox_jobs", "state" => state).set(count as f64);
    }
    let behind = stats.behind_since.map_or(0.0, |since| {
        let now = webhook_core::UnixTime::now().as_millis();
        #[allow(clippy::cast_precision_loss, reason = "milliseconds of some years")]
        let millis = now.saturating_sub(since.as_millis()) as f64;
        millis / 1000.0
    });
    metrics::gauge!("webhook_inbox_behind_seconds").set(behind);
}

#[cfg(not(feature = "metrics"))]
pub(crate) fn attempted(_: &str, _: &'static str, _: Duration) {}

#[cfg(not(feature = "metrics"))]
pub(crate) fn levels(_: &Stats) {}
