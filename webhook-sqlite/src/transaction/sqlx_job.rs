//! Stored deliveries that are done in a transaction of sqlx.

use ::sqlx::{Row as _, SqliteConnection, query};
use webhook_core::StoreError;
use webhook_core::replay::LeaseState;
use webhook_inbox::{JobLease, JobState, Step};

use super::sqlx::{failure, next_epoch};
use crate::failure::Failure;
use crate::inbox::{self, parts};
use crate::time::Clock;

/// Records a job as done in your transaction, in which its effects are.
///
/// Commit if the answer is [`Held`](LeaseState::Held), and roll back if it is
/// [`Lost`](LeaseState::Lost): another worker has the job. Settling the job as done afterwards changes
/// nothing.
///
/// # Errors
///
/// Those of [`claim_in`](super::sqlx::claim_in).
pub async fn done_in(
    transaction: &mut SqliteConnection,
    lease: &JobLease,
) -> Result<LeaseState, StoreError> {
    let now = Clock::System.now();
    next_epoch(transaction, now).await?;
    let (id, owner, epoch) = parts(lease);
    let settled = query(inbox::SETTLE)
        .bind(id)
        .bind(owner.as_slice())
        .bind(epoch)
        .bind(i64::from(JobState::Done.number()))
        .bind(None::<i64>)
        .bind(now)
        .bind(None::<&str>)
        .bind(1_i64)
        .execute(&mut *transaction)
        .await;
    if settled.map_err(failure)?.rows_affected() > 0 {
        return Ok(LeaseState::Held);
    }
    // This lease may have ended it before.
    Ok(state(is_in(transaction, lease, JobState::Done).await?))
}

/// Keeps a step in your transaction, in which its effects are.
///
/// Commit if the answer is [`Held`](LeaseState::Held), and roll back if it is
/// [`Lost`](LeaseState::Lost): the lease is lost, or the step is done already, and
/// [`steps`](webhook_inbox::InboxTable::steps) has what it returned.
///
/// # Errors
///
/// Those of [`claim_in`](super::sqlx::claim_in), and that of a step outside of its
/// [limits](Step::check).
pub async fn put_step_in(
    transaction: &mut SqliteConnection,
    lease: &JobLease,
    step: &Step,
) -> Result<LeaseState, StoreError> {
    step.check()?;
    // It takes the write lock, so no other worker takes the job before the COMMIT.
    next_epoch(transaction, Clock::System.now()).await?;
    if !is_in(transaction, lease, JobState::Running).await? {
        return Ok(LeaseState::Lost);
    }
    let (id, ..) = parts(lease);
    let put = query(inbox::PUT_STEP)
        .bind(id)
        .bind(&*step.name)
        .bind(i64::from(step.state.number()))
        .bind(&step.value[..])
        .bind(step.error.as_deref())
        .execute(transaction)
        .await;
    Ok(state(put.map_err(failure)?.rows_affected() > 0))
}

/// Whether the job of the lease is in this state.
async fn is_in(
    connection: &mut SqliteConnection,
    lease: &JobLease,
    state: JobState,
) -> Result<bool, Failure> {
    let (id, owner, epoch) = parts(lease);
    let row = query(inbox::SETTLED)
        .bind(id)
        .bind(owner.as_slice())
        .bind(epoch)
        .bind(i64::from(state.number()))
        .fetch_one(connection)
        .await;
    row.and_then(|row| row.try_get(0)).map_err(failure)
}

const fn state(is_held: bool) -> LeaseState {
    match is_held {
        true => LeaseState::Held,
        false => LeaseState::Lost,
    }
}
