//! What people see.

use std::time::Duration;

use bytes::Bytes;
use sqlx::Row;
use sqlx::postgres::PgRow;
use webhook_core::{ReplayKey, SealedDelivery, StoreError};
use webhook_inbox::{
    Attempt, Failure, JobFilter, JobId, JobInfo, JobState, Lane, Listed, Stats, StoredJob,
};

use super::{Inner, change, count, job_id, number, steps, time};
use crate::database::Repeat;
use crate::error::{corrupt, store_error};
use crate::value::Value;

/// How many rows a list looks at.
const LOOKED_AT: usize = 1000;

pub(super) async fn list(
    inner: &Inner,
    filter: &JobFilter,
    after: Option<JobId>,
    at_most: usize,
) -> Result<Listed, StoreError> {
    let aside = filter
        .state
        .filter(|state| matches!(state, JobState::Dead | JobState::Parked));
    let mut values = vec![
        Value::Big(after.map_or(-1, number)),
        Value::Big(count(LOOKED_AT)),
    ];
    let statement = match aside {
        Some(state) => {
            values.push(Value::Int(state.number().into()));
            &inner.sql.list_aside
        }
        None => &inner.sql.list,
    };
    let rows = inner.run(statement, &values, Repeat::Yes).await?;
    let mut jobs = Vec::new();
    let mut last = after;
    for row in &rows {
        let job = info(row)?;
        let fits = filter.fits(&job);
        if fits && jobs.len() >= at_most {
            return Ok(Listed::new(jobs, last));
        }
        last = Some(job.id);
        if fits {
            jobs.push(job);
        }
    }
    Ok(Listed::new(jobs, last.filter(|_| rows.len() == LOOKED_AT)))
}

pub(super) async fn find(inner: &Inner, id: JobId) -> Result<Option<StoredJob>, StoreError> {
    let values = [Value::Big(number(id))];
    let rows = inner.run(&inner.sql.find, &values, Repeat::Yes).await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let sealed: Vec<u8> = row.try_get("sealed").map_err(store_error)?;
    let body: Option<Vec<u8>> = row.try_get("bytes").map_err(store_error)?;
    let rows = inner.run(&inner.sql.attempts, &values, Repeat::Yes).await?;
    let attempts = rows.iter().map(attempt).collect::<Result<_, _>>();
    let job = StoredJob::new(
        info(row)?,
        SealedDelivery::from_bytes(sealed),
        body.map(Bytes::from),
        attempts.map_err(store_error)?,
    );
    let job = job.with_steps(steps::steps(inner, id).await?);
    Ok(Some(job.with_changes(change::changes(inner, id).await?)))
}

fn attempt(row: &PgRow) -> Result<Attempt, sqlx::Error> {
    let (number, ended_at): (i64, i64) = (row.try_get("number")?, row.try_get("ended_at")?);
    let (kind, millis): (String, i32) = (row.try_get("kind")?, row.try_get("millis")?);
    let took = Duration::from_millis(millis.unsigned_abs().into());
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    Ok(Attempt::new(
        number,
        Failure::new(&kind, took),
        time(ended_at),
    ))
}

pub(super) async fn stats(inner: &Inner) -> Result<Stats, StoreError> {
    let most = i64::try_from(Stats::MOST_COUNTED).unwrap_or(i64::MAX);
    let values = [Value::Big(most)];
    let rows = inner.run(&inner.sql.count, &values, Repeat::Yes).await?;
    let row = rows.first().ok_or_else(|| corrupt("a row is missing"))?;
    let get = || -> Result<_, sqlx::Error> {
        let mut stats = Stats::default();
        let number = |name| row.try_get::<i64, _>(name).map(i64::unsigned_abs);
        stats.due = number("due")?;
        stats.running = number("running")?;
        stats.dead = number("dead")?;
        stats.parked = number("parked")?;
        stats.behind_since = row.try_get::<Option<i64>, _>("behind_since")?.map(time);
        Ok(stats)
    };
    get().map_err(store_error)
}

/// The columns of a list.
fn info(row: &PgRow) -> Result<JobInfo, StoreError> {
    let get = || -> Result<_, sqlx::Error> {
        let lane: (String, String) = (row.try_get("tenant")?, row.try_get("consumer")?);
        let ids: (i64, Vec<u8>) = (row.try_get("id")?, row.try_get("key")?);
        let provider: String = row.try_get("provider")?;
        let numbers: (i32, i32) = (row.try_get("state")?, row.try_get("attempts")?);
        let times: (i64, i64) = (row.try_get("accepted_at")?, row.try_get("run_at")?);
        Ok((lane, ids, provider, numbers, times))
    };
    let (lane, (id, key), provider, (state, attempts), times) = get().map_err(store_error)?;
    let key = <[u8; 32]>::try_from(key).map_err(|_| corrupt("a key does not have 32 bytes"))?;
    let state = u8::try_from(state).ok().and_then(JobState::from_number);
    let text = |name| -> Result<Option<Box<str>>, StoreError> {
        let text: Option<String> = row.try_get(name).map_err(store_error)?;
        Ok(text.map(Into::into))
    };
    let ended_at: Option<i64> = row.try_get("ended_at").map_err(store_error)?;
    let mut info = JobInfo::new(
        job_id(id)?,
        ReplayKey::from_bytes(key),
        Lane::new(lane.0, lane.1),
        provider,
        time(times.0),
    );
    info.event_type = text("type")?;
    info.route = text("route")?;
    info.error = text("error")?;
    info.state = state.ok_or_else(|| corrupt("the state is unknown"))?;
    info.attempts = attempts.unsigned_abs();
    info.run_at = time(times.1);
    info.ended_at = ended_at.map(time);
    Ok(info)
}
