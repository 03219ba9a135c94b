//! The settings of the workers that run what the inbox has stored.

use std::time::Duration;

use webhook_axum::inbox::{Inbox, InboxTable, RestPolicy, Retention, RetryPolicy, Worker};

use super::entries::Entries;
use super::error::EntryError;

/// The entries of `worker` in `_server`, with the default of the library for each missing one.
///
/// A reload applies them, because it starts another worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WorkerSettings {
    /// How many deliveries run at the same time, programs not included.
    pub(crate) slots: usize,
    /// How many of them are of one tenant and consumer.
    pub(crate) slots_per_lane: usize,
    pub(crate) lease: Duration,
    pub(crate) run_timeout: Duration,
    pub(crate) poll_interval: Duration,
    pub(crate) retry: RetryPolicy,
    pub(crate) rest: RestPolicy,
    pub(crate) retention: Retention,
}

impl Default for WorkerSettings {
    fn default() -> Self {
        Self {
            slots: 32,
            slots_per_lane: 16,
            lease: Duration::from_secs(30),
            run_timeout: Duration::from_secs(5 * 60),
            poll_interval: Duration::from_secs(1),
            retry: RetryPolicy::default(),
            rest: RestPolicy::default(),
            retention: Retention::default(),
        }
    }
}

impl WorkerSettings {
    /// Reads the entries of `worker`.
    pub(super) fn read(entries: &Entries) -> Result<Self, EntryError> {
        entries.check_unique()?;
        entries.check_known(KEYS)?;
        let default = Self::default();
        let slots = size(entries, "slots")?.unwrap_or(default.slots);
        let secs = |key, default: Duration| time(entries, key, 1, default);
        let (retry, rest) = (default.retry, default.rest);
        Ok(Self {
            slots,
            slots_per_lane: size(entries, "slots_per_lane")?.unwrap_or(slots.div_ceil(2)),
            lease: secs("lease_secs", default.lease)?,
            run_timeout: secs("run_timeout_secs", default.run_timeout)?,
            poll_interval: secs("poll_interval_secs", default.poll_interval)?,
            retry: retry
                .waits(
                    secs("retry_first_secs", retry.first)?,
                    secs("retry_cap_secs", retry.cap)?,
                )
                .max_attempts(number(entries, "max_attempts")?.unwrap_or(retry.max_attempts))
                .max_age(time(entries, "max_age_hours", HOUR, retry.max_age)?),
            rest: RestPolicy::new(
                number(entries, "rest_after_failures")?.unwrap_or(rest.failures),
                secs("rest_first_secs", rest.first)?,
                secs("rest_cap_secs", rest.cap)?,
            ),
            retention: Retention::new(
                time(entries, "keep_bodies_days", DAY, default.retention.bodies)?,
                time(entries, "keep_records_days", DAY, default.retention.records)?,
            ),
        })
    }

    /// A worker on this inbox with these settings.
    pub(crate) fn worker<T: InboxTable>(&self, inbox: Inbox<T>) -> Worker<T> {
        Worker::new(inbox)
            .slots(self.slots)
            .per_lane(self.slots_per_lane)
            .lease(self.lease)
            .run_timeout(self.run_timeout)
            .poll_interval(self.poll_interval)
            .retry(self.retry)
            .rest(self.rest)
            .retention(Some(self.retention))
    }
}

/// A time that is written as a number of these units.
fn time(
    entries: &Entries,
    key: &str,
    seconds: u64,
    default: Duration,
) -> Result<Duration, EntryError> {
    let most = LONGEST_SECS / seconds;
    match entries.count(key)? {
        None => Ok(default),
        Some(count) if count > most => Err(at_most(key, most)),
        Some(count) => Ok(Duration::from_secs(count * seconds)),
    }
}

fn size(entries: &Entries, key: &str) -> Result<Option<usize>, EntryError> {
    Ok(number(entries, key)?.map(|count| usize::try_from(count).unwrap_or(usize::MAX)))
}

/// A number of things that cannot be many.
fn number(entries: &Entries, key: &str) -> Result<Option<u32>, EntryError> {
    match entries.count(key)? {
        Some(count) if count > MOST => Err(at_most(key, MOST)),
        count => Ok(count.and_then(|count| u32::try_from(count).ok())),
    }
}

fn at_most(key: &str, limit: u64) -> EntryError {
    EntryError::new(key, format!("must be at most {limit}"))
}

pub(super) const WORKER: &str = "worker";
const KEYS: &[&str] = &[
    "keep_bodies_days",
    "keep_records_days",
    "lease_secs",
    "max_age_hours",
    "max_attempts",
    "poll_interval_secs",
    "rest_after_failures",
    "rest_cap_secs",
    "rest_first_secs",
    "retry_cap_secs",
    "retry_first_secs",
    "run_timeout_secs",
    "slots",
    "slots_per_lane",
];
const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;
/// Ten years: no setting needs more, and no sum of such times overflows.
const LONGEST_SECS: u64 = 3650 * DAY;
/// More slots or attempts than this are a mistake.
const MOST: u64 = 10_000;
