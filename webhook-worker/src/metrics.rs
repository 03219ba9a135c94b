//! What a worker tells the recorder of the crate `metrics`, with the feature `metrics`.
//!
//! Label values are names from the configuration and words of this crate.

use webhook_core::metrics::{Metric, MetricKind};

/// Attempts, by what became of them.
pub const ATTEMPTS: Metric = Metric::new(
    "webhook_attempts_total",
    MetricKind::Counter,
    &["consumer", "outcome"],
    "Attempts to handle stored deliveries, by what became of them.",
);

/// How long attempts take.
pub const ATTEMPT_DURATION: Metric = Metric::new(
    "webhook_attempt_duration_seconds",
    MetricKind::Histogram,
    &["consumer"],
    "Time of an attempt to handle a stored delivery.",
);

/// How many jobs there are.
pub const INBOX_JOBS: Metric = Metric::new(
    "webhook_inbox_jobs",
    MetricKind::Gauge,
    &["state"],
    "Stored deliveries that are due, running, dead or parked, at most 100 000 of each.",
);

/// How far the workers are behind.
pub const INBOX_BEHIND: Metric = Metric::new(
    "webhook_inbox_behind_seconds",
    MetricKind::Gauge,
    &[],
    "For how long the earliest stored delivery that is due has been so.",
);

/// All metrics of a worker.
pub const ALL: &[Metric] = &[ATTEMPTS, ATTEMPT_DURATION, INBOX_JOBS, INBOX_BEHIND];

#[cfg(feature = "metrics")]
mod told {
    use std::time::Duration;

    use webhook_core::UnixTime;
    use webhook_inbox::Stats;

    use super::{ATTEMPT_DURATION, ATTEMPTS, INBOX_BEHIND, INBOX_JOBS};

    /// An attempt has ended.
    pub(crate) fn attempted(consumer: &str, outcome: &'static str, took: Duration) {
        let of = || consumer.to_owned();
        let attempts = ATTEMPTS.name();
        metrics::counter!(attempts, "consumer" => of(), "outcome" => outcome).increment(1);
        metrics::histogram!(ATTEMPT_DURATION.name(), "consumer" => of()).record(took);
    }

    /// How many jobs there are.
    #[allow(
        clippy::cast_precision_loss,
        reason = "a hundred thousand jobs, and milliseconds of some years"
    )]
    pub(crate) fn levels(stats: &Stats) {
        let counts = [
            ("due", stats.due),
            ("running", stats.running),
            ("dead", stats.dead),
            ("parked", stats.parked),
        ];
        for (state, count) in counts {
            metrics::gauge!(INBOX_JOBS.name(), "state" => state).set(count as f64);
        }
        let behind = stats.behind_since.map_or(0, |since| {
            let now = UnixTime::now().as_millis();
            now.saturating_sub(since.as_millis())
        });
        metrics::gauge!(INBOX_BEHIND.name()).set(behind as f64 / 1000.0);
    }
}

#[cfg(not(feature = "metrics"))]
mod told {
    use std::time::Duration;

    use webhook_inbox::Stats;

    pub(crate) fn attempted(_: &str, _: &'static str, _: Duration) {}

    pub(crate) fn levels(_: &Stats) {}
}

pub(crate) use told::{attempted, levels};

/// Whether there may be a recorder.
pub(crate) const ARE_KEPT: bool = cfg!(feature = "metrics");
