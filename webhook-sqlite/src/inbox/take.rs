//! Claims jobs, lane by lane.

use std::time::Duration;

use bytes::Bytes;
use rusqlite::{OptionalExtension as _, Row, params};
use webhook_core::{ReplayKey, SealedDelivery};
use webhook_inbox::{Job, JobLease, Lane, TakeRequest, Taken};

use super::{count, job_id, lanes, number, sql, time};
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::time::micros;

/// How many lanes a call visits at most, those included that have nothing to take yet.
const LANES: usize = 256;

/// How many jobs of a lane a call looks at, those included that wait for others.
pub(super) const LOOKED_AT: usize = 1000;

pub(super) fn take(ledger: &Ledger<'_>, request: &TakeRequest) -> Result<Taken, Failure> {
    if request.at_most.min(request.per_lane) == 0 {
        return Ok(Taken::default());
    }
    let (lanes, after) = visit(ledger, request)?;
    let share = request.share(lanes.len());
    let mut jobs = Vec::new();
    for lane in &lanes {
        let left = request.at_most.saturating_sub(jobs.len());
        take_of(ledger, request, lane, share.min(left), &mut jobs)?;
    }
    Ok(Taken::new(jobs, after))
}

/// The lanes that have something to take, and where the next call goes on.
pub(super) fn visit(
    ledger: &Ledger<'_>,
    request: &TakeRequest,
) -> Result<(Vec<Lane>, Option<Lane>), Failure> {
    let mut lanes = Vec::new();
    let mut last = request.after.clone();
    for _ in 0..LANES {
        let Some((lane, run_at)) = lanes::next(ledger, last.as_ref())? else {
            return Ok((lanes, None));
        };
        if run_at <= ledger.now() && request.wants(&lane) {
            lanes.push(lane.clone());
        }
        last = Some(lane);
        if lanes.len() == request.at_most {
            break;
        }
    }
    Ok((lanes, last))
}

fn take_of(
    ledger: &Ledger<'_>,
    request: &TakeRequest,
    lane: &Lane,
    at_most: usize,
    jobs: &mut Vec<Job>,
) -> Result<(), Failure> {
    let connection = ledger.connection();
    let mut due = connection.prepare_cached(sql::DUE)?;
    let values = params![
        &*lane.tenant,
        &*lane.consumer,
        ledger.now(),
        count(LOOKED_AT.max(at_most))
    ];
    let mut rows = due.query(values)?;
    let mut found = Vec::new();
    // All are read before the first is written.
    while found.len() < at_most
        && let Some(row) = rows.next()?
    {
        if !waits(ledger, lane, row)? {
            found.push(job(ledger, row, request, lane)?);
        }
    }
    drop(rows);
    for job in found {
        claim(ledger, request, &job)?;
        jobs.push(job);
    }
    Ok(())
}

/// Writes that a job is taken.
pub(super) fn claim(ledger: &Ledger<'_>, request: &TakeRequest, job: &Job) -> Result<(), Failure> {
    let until = ledger.now().saturating_add(micros(request.lease));
    let owner = request.owner.to_bits().to_be_bytes();
    let epoch = i64::try_from(job.lease.epoch).unwrap_or(i64::MAX);
    let mut take = ledger.connection().prepare_cached(sql::TAKE)?;
    take.execute(params![
        number(job.lease.id),
        owner,
        epoch,
        job.attempt,
        until
    ])?;
    Ok(())
}

/// Whether the job of a row of [`sql::DUE`] waits for another one of its order key.
pub(super) fn waits(ledger: &Ledger<'_>, lane: &Lane, row: &Row<'_>) -> Result<bool, Failure> {
    let Some(order): Option<[u8; 16]> = row.get(7)? else {
        return Ok(false);
    };
    let (id, state): (i64, i64) = (row.get(0)?, row.get(6)?);
    let mut statement = ledger.connection().prepare_cached(sql::WAITS)?;
    let values = params![&*lane.tenant, &*lane.consumer, order, id, state];
    Ok(statement.query_row(values, |row| row.get(0))?)
}

/// A row of [`sql::DUE`], as it is after it was taken.
pub(super) fn job(
    ledger: &Ledger<'_>,
    row: &Row<'_>,
    request: &TakeRequest,
    lane: &Lane,
) -> Result<Job, Failure> {
    let id: i64 = row.get(0)?;
    let epoch: i64 = row.get(1)?;
    let attempts: u32 = row.get(2)?;
    let provider: String = row.get(5)?;
    let sealed: Vec<u8> = row.get(8)?;
    let mut body = ledger.connection().prepare_cached(sql::BODY)?;
    let body = body.query_row([id], |row| row.get::<_, Vec<u8>>(0));
    let lease = JobLease::new(
        job_id(id),
        request.owner,
        epoch.unsigned_abs().saturating_add(1),
    );
    let mut job = Job::new(
        lease,
        lane.clone(),
        provider.into(),
        ReplayKey::from_bytes(row.get(3)?),
        time(row.get(4)?),
        SealedDelivery::from_bytes(sealed),
        // A body that is gone does not fit its record, so the job does not open.
        Bytes::from(body.optional()?.unwrap_or_default()),
    );
    job.attempt = attempts.saturating_add(1);
    let age = ledger.now().saturating_sub(row.get(4)?);
    job.age = Duration::from_micros(age.max(0).unsigned_abs());
    Ok(job)
}
