//! The lanes, one after the other.

use rusqlite::{OptionalExtension as _, params};
use webhook_inbox::{Lane, LaneStats};

use super::{sql, time};
use crate::failure::Failure;
use crate::ledger::Ledger;

/// The next lane with due or running jobs, and the earliest time of these.
pub(super) fn next(
    ledger: &Ledger<'_>,
    after: Option<&Lane>,
) -> Result<Option<(Lane, i64)>, Failure> {
    let first = Lane::default();
    // Above every time of a lane, or below every lane.
    let (lane, at) = match after {
        Some(lane) => (lane, i64::MAX),
        None => (&first, i64::MIN),
    };
    let mut statement = ledger.connection().prepare_cached(sql::NEXT_LANE)?;
    let place = params![&*lane.tenant, &*lane.consumer, at];
    let found = statement.query_row(place, |row| {
        let lane = Lane::new(row.get::<_, String>(0)?, row.get::<_, String>(1)?);
        Ok((lane, row.get::<_, i64>(2)?))
    });
    Ok(found.optional()?)
}

pub(super) fn lanes(
    ledger: &Ledger<'_>,
    mut after: Option<Lane>,
    at_most: usize,
) -> Result<Vec<LaneStats>, Failure> {
    let mut count = ledger.connection().prepare_cached(sql::COUNT_LANE)?;
    let most = i64::try_from(LaneStats::MOST_COUNTED).unwrap_or(i64::MAX);
    let mut lanes = Vec::new();
    while lanes.len() < at_most
        && let Some((lane, run_at)) = next(ledger, after.as_ref())?
    {
        let values = params![&*lane.tenant, &*lane.consumer, ledger.now(), most];
        let waiting: i64 = count.query_row(values, |row| row.get(0))?;
        let behind = Some(time(run_at)).filter(|_| run_at <= ledger.now());
        lanes.push(LaneStats::new(lane.clone(), waiting.unsigned_abs(), behind));
        after = Some(lane);
    }
    Ok(lanes)
}
