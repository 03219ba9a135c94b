//! The list of all metrics.

/// A metric: its name, its labels, and what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    name: &'static str,
    kind: MetricKind,
    labels: &'static [&'static str],
    help: &'static str,
}

/// How a metric moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MetricKind {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
    /// It is a distribution.
    Histogram,
}

impl MetricKind {
    /// The word of Prometheus for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

impl Metric {
    /// A metric with all of its labels, for crates that are built on this one.
    #[must_use]
    pub const fn new(
        name: &'static str,
        kind: MetricKind,
        labels: &'static [&'static str],
        help: &'static str,
    ) -> Self {
        Self {
            name,
            kind,
            labels,
            help,
        }
    }

    /// The name, with its unit: counters end in `_total`, times in `_seconds`, sizes in `_bytes`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// How it moves.
    #[must_use]
    pub const fn kind(&self) -> MetricKind {
        self.kind
    }

    /// The names of its labels.
    #[must_use]
    pub const fn labels(&self) -> &'static [&'static str] {
        self.labels
    }

    /// What it says, in one sentence.
    #[must_use]
    pub const fn help(&self) -> &'static str {
        self.help
    }
}

macro_rules! metrics {
    ($($constant:ident = $kind:ident $name:literal [$($label:literal),*] $help:literal;)*) => {
        $(
            #[doc = $help]
            pub const $constant: Metric = Metric {
                name: $name,
                kind: MetricKind::$kind,
                labels: &["provider", "consumer", $($label),*],
                help: $help,
            };
        )*

        /// All metrics.
        pub const ALL: &[Metric] = &[$($constant),*];
    };
}

metrics! {
    DELIVERIES = Counter "webhook_deliveries_total" ["outcome"]
        "Requests, by what became of them.";
    REJECTIONS = Counter "webhook_rejections_total" ["reason"]
        "Refusals, by reason. A handler that panics or takes too long is one of them.";
    VERIFIED = Counter "webhook_verified_total" []
        "Verified deliveries, duplicates included.";
    CHANGED_DUPLICATES = Counter "webhook_changed_duplicates_total" []
        "Duplicates whose payload differs from the one that was handled.";
    IGNORED_EVENTS = Counter "webhook_ignored_events_total" []
        "Events without a handler that a router acknowledged.";
    RETRIED_RUNS = Counter "webhook_retried_runs_total" []
        "Handler runs for events that an earlier run did not finish.";
    UNPROTECTED_RUNS = Counter "webhook_unprotected_runs_total" []
        "Handler runs without replay protection, because the store failed.";
    COMMIT_FAILURES = Counter "webhook_commit_failures_total" []
        "Commits that the store refused or did not answer in time. They are retried.";
    LEASES_LOST = Counter "webhook_leases_lost_total" []
        "Claims that were lost while their handler ran.";
    DEAD_EVENTS = Counter "webhook_dead_events_total" []
        "Events that became dead after too many failed attempts.";
    EVENTS = Counter "webhook_events_total" ["type", "outcome"]
        "Events that a router gave to a handler, by registered type and by what became of them.";
    KEY_USES = Counter "webhook_key_uses_total" ["slot"]
        "Verified deliveries, by the slot of the secret that verified them.";
    TENANT_LOOKUPS = Counter "webhook_tenant_lookups_total" ["result"]
        "Look-ups of a request's tenant, by result.";
    FORWARDS = Counter "webhook_forwards_total" ["outcome"]
        "Attempts to forward an event, by what became of them.";
    VERIFICATION_SECONDS = Histogram "webhook_verification_duration_seconds" []
        "Time from the head of a request to its verified body.";
    HANDLER_SECONDS = Histogram "webhook_handler_duration_seconds" []
        "Time from a claim to the end of its handler.";
    STORE_CALL_SECONDS = Histogram "webhook_store_call_duration_seconds" ["verb", "result"]
        "Time of a call of the replay store. Those of a memory store are not measured.";
    SIGNATURE_AGE_SECONDS = Histogram "webhook_signature_age_seconds" []
        "Age of the signed time of a verified delivery. A time ahead of the clock counts as zero.";
    BODY_BYTES = Histogram "webhook_body_bytes" []
        "Size of the body of a verified delivery.";
    RUNNING = Gauge "webhook_running_deliveries" []
        "Deliveries whose handler runs or is being settled.";
    DETACHED = Gauge "webhook_detached_deliveries" []
        "Deliveries that run on after their client left.";
    UNVERIFIED_BYTES = Gauge "webhook_unverified_bytes" []
        "Bytes of bodies that are read and not verified yet.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_its_kind_and_its_unit_and_is_there_once() {
        for metric in ALL {
            let name = metric.name();
            let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
            match metric.kind() {
                MetricKind::Counter => assert!(ends(&["_total"]), "{name}"),
                MetricKind::Histogram => assert!(ends(&["_seconds", "_bytes"]), "{name}"),
                MetricKind::Gauge => assert!(!ends(&["_total"]), "{name}"),
            }
            let same = ALL.iter().filter(|other| other.name() == name);
            assert_eq!(same.count(), 1, "{name}");
            assert!(metric.help().ends_with('.'), "{name}");
        }
    }
}
