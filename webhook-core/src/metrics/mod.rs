//! What is counted and measured: the names of all metrics, and their labels.
//!
//! With the feature `metrics`, every endpoint records them with the recorder of the crate
//! [`metrics`](https://docs.rs/metrics). Install the recorder before the first delivery: an
//! endpoint looks its series up once, and keeps them. Without the feature, nothing is recorded and
//! nothing is timed; the names are here all the same, for exporters of
//! [`Counts`](crate::Counts).
//!
//! Every value of a label comes from the configuration or from a list in this crate. A sender can
//! make no new series, whatever it sends:
//!
//! * `provider` and `consumer` are those of the endpoint. Without a consumer name, the label is
//!   empty.
//! * `type` is a pattern of a router, or `other`.
//! * All others are names of outcomes, reasons, verbs and results.
//!
//! ```
//! use webhook_core::metrics::{ALL, DELIVERIES, MetricKind};
//!
//! assert_eq!(DELIVERIES.name(), "webhook_deliveries_total");
//! assert_eq!(DELIVERIES.kind(), MetricKind::Counter);
//! assert_eq!(DELIVERIES.labels(), ["provider", "consumer", "outcome"]);
//! assert!(ALL.contains(&DELIVERIES));
//! ```

#[cfg(not(feature = "metrics"))]
mod absent;
mod outcome;
#[cfg(feature = "metrics")]
mod recorded;
#[cfg(feature = "metrics")]
mod registration;
mod table;

#[cfg(not(feature = "metrics"))]
pub(crate) use absent::{Meters, Stopwatch};
pub use outcome::DeliveryOutcome;
#[cfg(feature = "metrics")]
pub(crate) use recorded::{Meters, Stopwatch};
pub use table::*;

use crate::error::StoreErrorKind;

/// What is counted without a label of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tally {
    Verified,
    ChangedDuplicate,
    CommitFailed,
    LeaseLost,
    Buried,
    Ignored,
    Unprotected,
    Retried,
}

/// How a tenant was looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "for adapters, which use all of them"
)]
pub enum TenantLookup {
    /// The request names no tenant.
    Unnamed,
    /// Its secrets are in the cache.
    Cached,
    /// The cache says that it does not exist.
    CachedUnknown,
    /// The resolver knows it.
    Found,
    /// The resolver does not know it.
    NotFound,
    /// The resolver failed.
    Failed,
    /// The resolver took too long.
    TimedOut,
}

impl TenantLookup {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Unnamed,
        Self::Cached,
        Self::CachedUnknown,
        Self::Found,
        Self::NotFound,
        Self::Failed,
        Self::TimedOut,
    ];

    /// The label.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unnamed => "unnamed",
            Self::Cached => "cached",
            Self::CachedUnknown => "cached_unknown",
            Self::Found => "found",
            Self::NotFound => "not_found",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
        }
    }
}

/// The place of the series of an event's type among those of its endpoint. A number, because every
/// delivery has room for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EventSeries(u32);

impl EventSeries {
    pub(crate) const NONE: u32 = u32::MAX;

    pub(crate) const fn from_bits(bits: u32) -> Option<Self> {
        match bits {
            Self::NONE => None,
            place => Some(Self(place)),
        }
    }

    pub(crate) const fn to_bits(self) -> u32 {
        self.0
    }
}

/// What has a level that goes up and down.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Gauged {
    Running,
    Detached,
    UnverifiedBytes,
}

/// The calls of a store whose time is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) enum StoreVerb {
    Claim,
    Renew,
    Commit,
    Release,
    Bury,
}

/// How a call of a store ended.
pub(crate) type StoreCallResult = Result<(), StoreErrorKind>;
