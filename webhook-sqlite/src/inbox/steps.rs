//! What is kept of the steps of a handler.

use bytes::Bytes;
use rusqlite::{Connection, params};
use webhook_core::replay::LeaseState;
use webhook_inbox::{JobId, JobLease, JobState, Step, StepState};

use super::settle::{held, parts};
use super::{number, sql};
use crate::failure::Failure;

pub(super) fn steps(connection: &Connection, id: JobId) -> Result<Vec<Step>, Failure> {
    let mut statement = connection.prepare_cached(sql::STEPS)?;
    let mut rows = statement.query([number(id)])?;
    let mut steps = Vec::new();
    while let Some(row) = rows.next()? {
        let state = StepState::from_number(row.get(1)?);
        let state = state.ok_or_else(|| Failure::corrupt("a step has an unknown state"))?;
        let (name, value): (String, Vec<u8>) = (row.get(0)?, row.get(2)?);
        let mut step = Step::new(name, state, Bytes::from(value));
        step.error = row.get::<_, Option<String>>(3)?.map(Into::into);
        steps.push(step);
    }
    Ok(steps)
}

/// Keeps a step, if the lease holds the job. A done one stays as it is.
pub(super) fn put(
    connection: &Connection,
    lease: &JobLease,
    step: &Step,
) -> Result<LeaseState, Failure> {
    if !is_held(connection, lease)? {
        return Ok(LeaseState::Lost);
    }
    write(connection, lease, step)?;
    Ok(LeaseState::Held)
}

/// Keeps a step in a transaction that has the write lock. Lost, too, if it is done already.
pub(crate) fn put_in(
    connection: &Connection,
    lease: &JobLease,
    step: &Step,
) -> Result<LeaseState, Failure> {
    let is_kept = is_held(connection, lease)? && write(connection, lease, step)?;
    Ok(held(is_kept))
}

pub(super) fn is_held(connection: &Connection, lease: &JobLease) -> Result<bool, Failure> {
    let (id, owner, epoch) = parts(lease);
    let mut statement = connection.prepare_cached(sql::SETTLED)?;
    let values = params![id, owner, epoch, JobState::Running.number()];
    Ok(statement.query_row(values, |row| row.get(0))?)
}

/// Returns whether the step was written: one that is done is not.
fn write(connection: &Connection, lease: &JobLease, step: &Step) -> Result<bool, Failure> {
    let mut statement = connection.prepare_cached(sql::PUT_STEP)?;
    let written = statement.execute(params![
        number(lease.id),
        &*step.name,
        step.state.number(),
        &step.value[..],
        step.error.as_deref(),
    ])?;
    Ok(written > 0)
}
