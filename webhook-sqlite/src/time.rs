//! Times in microseconds, and the clock that tells them.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// 36 000 years. Two of them still fit into an integer of SQLite, so no sum overflows.
const MOST: i64 = 1 << 60;

/// The clock of a store. All processes on a machine share the system's.
#[derive(Clone, Default)]
pub(crate) enum Clock {
    #[default]
    System,
    Given(Arc<dyn Fn() -> Duration + Send + Sync>),
}

impl Clock {
    /// Microseconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        micros(match self {
            Self::System => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default(),
            Self::Given(clock) => clock(),
        })
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::System => "System",
            Self::Given(_) => "Given",
        })
    }
}

/// A duration as the tables keep it.
pub(crate) fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).map_or(MOST, |micros| micros.min(MOST))
}

/// A stored number of microseconds as a duration. Below zero it is none.
pub(crate) fn duration(micros: i64) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or_default())
}
