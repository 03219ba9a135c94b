//! Removes what was done long enough ago.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::{Row, SqlStr};
use webhook_core::StoreError;
use webhook_inbox::{Pruned, Retention};

use super::{Inner, count};
use crate::claim::micros;
use crate::database::Repeat;
use crate::error::{corrupt, store_error};
use crate::value::Value;

/// How many rows a statement removes at most.
const BATCH: usize = 500;
/// For how long rows are not looked for that ended before those that were removed last: their
/// transaction took long, or they were locked.
const AFRESH: Duration = Duration::from_secs(60);
/// How much earlier than those that were removed last a prune begins, in microseconds.
const SLACK: i64 = 1_000_000;

/// How far the prunes have come. The entries of what they have removed are in the index until a
/// vacuum, and each prune would read all of them.
#[derive(Debug, Default)]
pub(super) struct PruneFronts {
    bodies: Mutex<Front>,
    records: Mutex<Front>,
}

/// When the last of those that were removed had ended, and when a prune last began at the true
/// beginning.
#[derive(Clone, Copy, Debug, Default)]
struct Front {
    ended_at: i64,
    afresh_at: Option<Instant>,
}

impl PruneFronts {
    /// Forgets all of it.
    pub(super) fn forget(&self) {
        for front in [&self.bodies, &self.records] {
            *lock(front) = Front::default();
        }
    }
}

fn lock(front: &Mutex<Front>) -> MutexGuard<'_, Front> {
    front.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) async fn prune(
    inner: &Inner,
    retention: &Retention,
    at_most: usize,
) -> Result<Pruned, StoreError> {
    let sql = &inner.sql;
    let (of_bodies, of_records) = (retention.of_bodies(), retention.records);
    let PruneFronts { bodies, records } = &inner.prune_fronts;
    let bodies = all(inner, &sql.prune_bodies, of_bodies, at_most, bodies).await?;
    let records = all(inner, &sql.prune_records, of_records, at_most, records).await?;
    Ok(Pruned::new(bodies, records))
}

/// Removes those that ended this long ago.
async fn all(
    inner: &Inner,
    statement: &SqlStr,
    kept: Duration,
    at_most: usize,
    front: &Mutex<Front>,
) -> Result<usize, StoreError> {
    let mut removed = 0_usize;
    let mut bound = begin(front, Instant::now());
    while removed < at_most {
        let batch = BATCH.min(at_most - removed);
        let values = [
            Value::Big(micros(kept)),
            Value::Big(count(batch)),
            Value::Big(bound),
        ];
        // A second time removes others.
        let rows = inner.run(statement, &values, Repeat::Yes).await?;
        let row = rows.first().ok_or_else(|| corrupt("a row is missing"))?;
        let gone: i64 = row.try_get(0).map_err(store_error)?;
        let last: Option<i64> = row.try_get(1).map_err(store_error)?;
        let gone = usize::try_from(gone).map_err(|_| corrupt("a count is negative"))?;
        removed = removed.saturating_add(gone);
        bound = last.unwrap_or(bound);
        let mut front = lock(front);
        front.ended_at = front.ended_at.max(bound);
        drop(front);
        if gone < batch {
            break;
        }
    }
    Ok(removed)
}

/// Where a prune begins that is asked for now.
fn begin(front: &Mutex<Front>, now: Instant) -> i64 {
    let mut front = lock(front);
    let is_known = |at| now.saturating_duration_since(at) < AFRESH;
    if front.afresh_at.is_some_and(is_known) {
        return (front.ended_at - SLACK).max(0);
    }
    front.afresh_at = Some(now);
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prune_goes_on_where_the_last_one_was_and_begins_afresh_every_minute() {
        let (front, start) = (Mutex::default(), Instant::now());
        assert_eq!(begin(&front, start), 0);
        lock(&front).ended_at = 1_900_000_000_000_000;
        let later = start + AFRESH / 2;
        assert_eq!(begin(&front, later), 1_900_000_000_000_000 - SLACK);
        assert_eq!(begin(&front, start + AFRESH), 0);
    }
}
