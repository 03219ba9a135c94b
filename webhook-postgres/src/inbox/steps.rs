//! What is kept of the steps of handlers.

use sqlx::Row;
use sqlx::postgres::PgRow;
use webhook_core::StoreError;
use webhook_core::replay::LeaseState;
use webhook_inbox::{JobId, JobLease, Step, StepState};

use super::settle::{held, state};
use super::{Inner, number, text};
use crate::claim::owner_bytes;
use crate::database::Repeat;
use crate::error::{corrupt, store_error};
use crate::value::Value;

pub(super) async fn steps(inner: &Inner, id: JobId) -> Result<Vec<Step>, StoreError> {
    let values = [Value::Big(number(id))];
    let rows = inner.run(&inner.sql.steps, &values, Repeat::Yes).await?;
    rows.iter().map(step).collect()
}

fn step(row: &PgRow) -> Result<Step, StoreError> {
    let get = || -> Result<_, sqlx::Error> {
        let (name, state): (String, i32) = (row.try_get("name")?, row.try_get("state")?);
        let (value, error): (Vec<u8>, Option<String>) =
            (row.try_get("value")?, row.try_get("error")?);
        Ok((name, state, value, error))
    };
    let (name, state, value, error) = get().map_err(store_error)?;
    let state = u8::try_from(state).ok().and_then(StepState::from_number);
    let state = state.ok_or_else(|| corrupt("the state of a step is unknown"))?;
    let mut step = Step::new(name, state, value);
    step.error = error.map(Into::into);
    Ok(step)
}

/// Keeps a step, if the lease holds the job. A done one stays as it is.
pub(super) async fn put(
    inner: &Inner,
    lease: &JobLease,
    step: &Step,
) -> Result<LeaseState, StoreError> {
    step.check()?;
    let owner = owner_bytes(lease.owner);
    let values = values(lease, &owner, step);
    let rows = inner.run(&inner.sql.put_step, &values, Repeat::Yes).await?;
    Ok(state(!rows.is_empty()))
}

/// The parameters of the statements that put a step.
pub(super) fn values<'a>(lease: &JobLease, owner: &'a [u8; 16], step: &'a Step) -> [Value<'a>; 7] {
    let [id, owner, epoch] = held(lease, owner);
    [
        id,
        owner,
        epoch,
        text(&step.name),
        Value::Int(step.state.number().into()),
        Value::from(&step.value[..]),
        Value::Bytes(step.error.as_deref().map(str::as_bytes)),
    ]
}
