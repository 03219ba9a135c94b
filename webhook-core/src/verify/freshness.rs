//! Checking the freshness of a signed time.

use crate::error::RejectionKind;
use crate::time::{Staleness, Stamp, TimeUnit, Tolerance, UnixTime};

/// Parses the time and checks that it is neither stale nor in the future.
pub(crate) fn fresh(
    text: &[u8],
    unit: TimeUnit,
    now: UnixTime,
    tolerance: Option<Tolerance>,
) -> Result<UnixTime, RejectionKind> {
    let tolerance = tolerance.ok_or(RejectionKind::Malformed)?;
    let stamp = Stamp::parse(text, unit).ok_or(RejectionKind::Malformed)?;
    match stamp.staleness(now, tolerance) {
        Staleness::Fresh => Ok(stamp.time),
        Staleness::Stale => Err(RejectionKind::Stale),
        Staleness::Future => Err(RejectionKind::Future),
    }
}
