//! How old something is, and how long it counts.

use std::time::Duration;

use crate::time::UnixTime;

/// How long a document is used without fetching it again.
pub(super) const FRESH: Duration = Duration::from_secs(60 * 60);

/// How long a document is used while the source fails to return it again.
pub(super) const LAST: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a name that does not exist is not fetched again.
pub(super) const QUIET: Duration = Duration::from_secs(60);

/// How long a name is not fetched again after a failure.
pub(super) const DOWN: Duration = Duration::from_secs(10);

/// The time that has passed. If the clock was set back a little, or two deliveries read it in
/// another order, no time has passed. If it was set back further, the age is unknown and counts as
/// an hour.
pub(super) fn since(then: UnixTime, now: UnixTime) -> Duration {
    let (then, now) = (then.as_secs(), now.as_secs());
    match then.saturating_sub(now) < QUIET.as_secs() {
        true => Duration::from_secs(now.saturating_sub(then)),
        false => FRESH,
    }
}
