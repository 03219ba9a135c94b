//! The store's clock, and its times in the two units that records keep.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::time::{UnixTime, millis};

/// The clock of leases and retention.
#[derive(Clone)]
pub(super) enum Clock {
    Since {
        start: Instant,
        /// The time of day at the start. A dead record tells it to people.
        at: UnixTime,
    },
    Given(Arc<dyn Fn() -> Duration + Send + Sync>),
}

impl Clock {
    pub(super) fn start() -> Self {
        Self::Since {
            start: Instant::now(),
            at: UnixTime::now(),
        }
    }

    pub(super) fn now(&self) -> Millis {
        Millis(millis(match self {
            Self::Since { start, .. } => start.elapsed(),
            Self::Given(clock) => clock(),
        }))
    }

    /// The time of day. The fixed moment of a given clock counts as 1970.
    pub(super) fn unix(&self, now: Millis) -> UnixTime {
        match self {
            Self::Since { at, .. } => at.saturating_add(Duration::from_millis(now.0)),
            Self::Given(_) => UnixTime::from_millis(now.0),
        }
    }
}

/// A time in milliseconds. Claims keep it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Millis(u64);

impl Millis {
    pub(super) fn after(self, millis: u64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    pub(super) fn until(self, later: Self) -> Duration {
        Duration::from_millis(later.0.saturating_sub(self.0))
    }

    /// The second that this time is in.
    pub(super) fn second(self) -> Seconds {
        Seconds(u32::try_from(self.0 / 1000).unwrap_or(u32::MAX))
    }

    /// The second that begins now or next. An end that is rounded up is never early.
    pub(super) fn second_up(self) -> Seconds {
        Seconds(u32::try_from(self.0.div_ceil(1000)).unwrap_or(u32::MAX))
    }
}

/// A time in seconds. Settled records and groups keep it, because there are a million of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seconds(u32);

impl Seconds {
    pub(super) fn after_minutes(self, minutes: u16) -> Self {
        Self(self.0.saturating_add(u32::from(minutes).saturating_mul(60)))
    }

    pub(super) fn since(self, earlier: Self) -> u32 {
        self.0.saturating_sub(earlier.0)
    }

    pub(super) fn to_u32(self) -> u32 {
        self.0
    }
}
