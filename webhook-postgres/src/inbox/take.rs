//! Claims jobs, lane by lane.

use std::time::{Duration, Instant};

use bytes::Bytes;
use sqlx::Row;
use sqlx::postgres::PgRow;
use webhook_core::{ReplayKey, SealedDelivery, StoreError};
use webhook_inbox::{Job, JobLease, Lane, TakeRequest, Taken};

use super::fronts::{Visit, Visited};
use super::{AT_ONCE, Inner, job_id, text, time};
use crate::claim::{micros, owner_bytes};
use crate::database::Repeat;
use crate::error::{corrupt, store_error};
use crate::value::Value;

/// How many lanes a call visits at most, those included that have nothing to take yet.
const LANES: i32 = 256;
/// How many jobs of a lane a call looks at, those included that wait for others.
const LOOKED_AT: i32 = 1000;

pub(super) async fn take(inner: &Inner, request: &TakeRequest) -> Result<Taken, StoreError> {
    let int = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    let at_most = int(request.at_most.min(AT_ONCE));
    let per_lane = int(request.per_lane);
    if at_most.min(per_lane) == 0 {
        return Ok(Taken::default());
    }
    let first = Lane::default();
    let after = request.after.as_ref();
    let lane = after.unwrap_or(&first);
    let owner = owner_bytes(request.owner);
    let consumers: Vec<_> = request
        .consumers
        .iter()
        .flatten()
        .map(|name| bytes(name))
        .collect();
    let skipped = || request.skip.iter();
    let skipped_tenants: Vec<_> = skipped().map(|lane| bytes(&lane.tenant)).collect();
    let skipped_consumers: Vec<_> = skipped().map(|lane| bytes(&lane.consumer)).collect();
    let at = Instant::now();
    let known = inner.lane_fronts.known(at);
    let known_tenants: Vec<_> = known.keys().map(|lane| bytes(&lane.tenant)).collect();
    let known_consumers: Vec<_> = known.keys().map(|lane| bytes(&lane.consumer)).collect();
    let known_since: Vec<_> = known.values().copied().collect();
    let values = [
        text(&lane.tenant),
        text(&lane.consumer),
        Value::Int(after.is_some().into()),
        Value::Int(at_most),
        Value::from(&owner[..]),
        Value::Big(micros(request.lease)),
        Value::Int(LANES),
        Value::Int(request.consumers.is_some().into()),
        Value::ManyBytes(&consumers),
        Value::ManyBytes(&skipped_tenants),
        Value::ManyBytes(&skipped_consumers),
        Value::Int(per_lane),
        Value::Int(LOOKED_AT.max(at_most)),
        Value::ManyBytes(&known_tenants),
        Value::ManyBytes(&known_consumers),
        Value::ManyBig(&known_since),
    ];
    // What a lost answer has taken comes back when its lease ends.
    let rows = inner.run(&inner.sql.take, &values, Repeat::Yes).await?;
    let mut jobs = Vec::with_capacity(rows.len());
    for row in &rows {
        jobs.extend(job(row, request).transpose()?);
    }
    let visit = visit(&rows, request, at_most).map_err(store_error)?;
    inner.lane_fronts.seen(&visit, &known, at);
    Ok(Taken::new(jobs, visit.up_to))
}

fn bytes(text: &str) -> Option<&[u8]> {
    Some(text.as_bytes())
}

/// What the call has looked at. It ends before the last lane if it had enough.
fn visit(rows: &[PgRow], request: &TakeRequest, at_most: i32) -> Result<Visit, sqlx::Error> {
    let mut visit = Visit {
        lanes: Vec::new(),
        after: request.after.clone(),
        up_to: None,
        now: 0,
    };
    let mut reached = (0, 0);
    for row in rows {
        visit.now = row.try_get("now")?;
        // There is no lane with a row.
        let Some(visited) = row.try_get::<Option<i32>, _>("visited")? else {
            break;
        };
        reached = (visited, row.try_get("due")?);
        let lane = lane(row)?;
        if visit.lanes.last().is_none_or(|last| last.lane != lane) {
            let first = row.try_get("first")?;
            visit.lanes.push(Visited { lane, first });
        }
    }
    let (visited, due) = reached;
    if visited == LANES || due >= at_most {
        visit.up_to = visit.lanes.last().map(|last| last.lane.clone());
    }
    Ok(visit)
}

fn lane(row: &PgRow) -> Result<Lane, sqlx::Error> {
    let (tenant, consumer): (String, String) = (row.try_get("tenant")?, row.try_get("consumer")?);
    Ok(Lane::new(tenant, consumer))
}

/// `None`: the row has no job.
fn job(row: &PgRow, request: &TakeRequest) -> Option<Result<Job, StoreError>> {
    match row.try_get::<Option<i64>, _>("id") {
        Ok(None) => None,
        Ok(Some(id)) => Some(read(row, id, request)),
        Err(error) => Some(Err(store_error(error))),
    }
}

fn read(row: &PgRow, id: i64, request: &TakeRequest) -> Result<Job, StoreError> {
    let get = || -> Result<_, sqlx::Error> {
        let lane = lane(row)?;
        let sealed: Vec<u8> = row.try_get("sealed")?;
        let body: Option<Vec<u8>> = row.try_get("bytes")?;
        let (key, provider): (Vec<u8>, String) = (row.try_get("key")?, row.try_get("provider")?);
        let numbers: (i64, i32, i64, i64) = (
            row.try_get("epoch")?,
            row.try_get("attempts")?,
            row.try_get("accepted_at")?,
            row.try_get("age")?,
        );
        Ok((lane, sealed, body, (key, provider), numbers))
    };
    let (lane, sealed, body, (key, provider), numbers) = get().map_err(store_error)?;
    let (epoch, attempts, accepted_at, age) = numbers;
    let key = <[u8; 32]>::try_from(key).map_err(|_| corrupt("a key does not have 32 bytes"))?;
    let lease = JobLease::new(job_id(id)?, request.owner, epoch.unsigned_abs());
    let mut job = Job::new(
        lease,
        lane,
        provider.into(),
        ReplayKey::from_bytes(key),
        time(accepted_at),
        SealedDelivery::from_bytes(sealed),
        // A body that is gone does not fit its record, so the job does not open.
        Bytes::from(body.unwrap_or_default()),
    );
    job.attempt = attempts.unsigned_abs();
    job.age = Duration::from_micros(age.max(0).unsigned_abs());
    Ok(job)
}
