//! What people see.

use std::time::Duration;

use bytes::Bytes;
use rusqlite::{Row, params};
use webhook_core::{ReplayKey, SealedDelivery};
use webhook_inbox::{
    Attempt, Failure as JobFailure, JobFilter, JobId, JobInfo, JobState, Lane, Listed, Stats,
    StoredJob,
};

use super::{change, count, job_id, number, sql, steps, time};
use crate::failure::Failure;
use crate::ledger::Ledger;

/// How many rows a list looks at before it lets others write.
const LOOKED_AT: usize = 1000;

pub(super) fn list(
    ledger: &Ledger<'_>,
    filter: &JobFilter,
    after: Option<JobId>,
    at_most: usize,
) -> Result<Listed, Failure> {
    let aside = filter
        .state
        .filter(|state| matches!(state, JobState::Dead | JobState::Parked));
    let statement = match aside {
        Some(_) => sql::LIST_ASIDE,
        None => sql::LIST,
    };
    let mut statement = ledger.connection().prepare_cached(statement)?;
    let from = after.map_or(-1, number);
    let mut rows = match aside {
        Some(state) => statement.query(params![from, count(LOOKED_AT), state.number()])?,
        None => statement.query(params![from, count(LOOKED_AT)])?,
    };
    let mut jobs = Vec::new();
    let (mut last, mut looked_at) = (after, 0);
    while let Some(row) = rows.next()? {
        let job = info(row)?;
        let fits = filter.fits(&job);
        if fits && jobs.len() >= at_most {
            return Ok(Listed::new(jobs, last));
        }
        looked_at += 1;
        last = Some(job.id);
        if fits {
            jobs.push(job);
        }
    }
    Ok(Listed::new(jobs, last.filter(|_| looked_at == LOOKED_AT)))
}

pub(super) fn find(ledger: &Ledger<'_>, id: JobId) -> Result<Option<StoredJob>, Failure> {
    let connection = ledger.connection();
    let id = number(id);
    let mut statement = connection.prepare_cached(sql::FIND)?;
    let mut rows = statement.query([id])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let info = info(row)?;
    let mut statement = connection.prepare_cached(sql::FIND_SEALED)?;
    let parts = statement.query_row([id], |row| Ok((row.get(0)?, row.get(1)?)));
    let (sealed, body): (Vec<u8>, Option<Vec<u8>>) = parts?;
    let mut statement = connection.prepare_cached(sql::ATTEMPTS)?;
    let attempts = statement.query_map([id], |row| {
        let kind: String = row.get(1)?;
        let millis: u32 = row.get(2)?;
        let failure = JobFailure::new(&kind, Duration::from_millis(millis.into()));
        Ok(Attempt::new(row.get(0)?, failure, time(row.get(3)?)))
    })?;
    let attempts = attempts.collect::<Result<_, _>>()?;
    let sealed = SealedDelivery::from_bytes(sealed);
    let body = body.map(Bytes::from);
    let job = StoredJob::new(info, sealed, body, attempts);
    let (id, steps) = (job_id(id), steps::steps(connection, job_id(id))?);
    let changes = change::changes(connection, id)?;
    Ok(Some(job.with_steps(steps).with_changes(changes)))
}

pub(super) fn stats(ledger: &Ledger<'_>) -> Result<Stats, Failure> {
    let connection = ledger.connection();
    let most = i64::try_from(Stats::MOST_COUNTED).unwrap_or(i64::MAX);
    let mut stats = Stats::default();
    let mut statement = connection.prepare_cached(sql::COUNT_OPEN)?;
    let open = statement.query_row([ledger.now(), most], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get(2)?))
    });
    let (due, running, behind): (_, _, Option<i64>) = open?;
    stats.due = due.unsigned_abs();
    stats.running = running.unsigned_abs();
    stats.behind_since = behind.map(time);
    let mut statement = connection.prepare_cached(sql::COUNT_ASIDE)?;
    let mut aside = |state: JobState| {
        let values = params![state.number(), most];
        statement.query_row(values, |row| row.get::<_, i64>(0))
    };
    stats.dead = aside(JobState::Dead)?.unsigned_abs();
    stats.parked = aside(JobState::Parked)?.unsigned_abs();
    Ok(stats)
}

/// The columns of a list.
fn info(row: &Row<'_>) -> Result<JobInfo, Failure> {
    let state = JobState::from_number(row.get(7)?);
    let text = |column| row.get::<_, Option<String>>(column);
    let mut info = JobInfo::new(
        job_id(row.get(0)?),
        ReplayKey::from_bytes(row.get(1)?),
        Lane::new(row.get::<_, String>(2)?, row.get::<_, String>(3)?),
        row.get::<_, String>(4)?,
        time(row.get(9)?),
    );
    info.event_type = text(5)?.map(Into::into);
    info.route = text(6)?.map(Into::into);
    info.state = state.ok_or_else(|| Failure::corrupt("a delivery has an unknown state"))?;
    info.attempts = row.get(8)?;
    info.run_at = time(row.get(10)?);
    info.ended_at = row.get::<_, Option<i64>>(11)?.map(time);
    info.error = text(12)?.map(Into::into);
    Ok(info)
}
