//! Ends claims.

use std::time::Duration;

use webhook_core::StoreError;
use webhook_core::replay::LeaseState;
use webhook_inbox::{Ending, Failure, JobLease, JobState, LAST_ATTEMPTS};

use super::{Inner, done, number};
use crate::claim::{micros, owner_bytes};
use crate::database::Repeat;
use crate::error::corrupt;
use crate::value::Value;

pub(super) async fn renew(
    inner: &Inner,
    lease: &JobLease,
    by: Duration,
) -> Result<LeaseState, StoreError> {
    let owner = owner_bytes(lease.owner);
    let [id, owner, epoch] = held(lease, &owner);
    let values = [id, owner, epoch, Value::Big(micros(by))];
    let rows = inner.run(&inner.sql.renew, &values, Repeat::Yes).await?;
    Ok(state(!rows.is_empty()))
}

pub(super) async fn settle(
    inner: &Inner,
    lease: &JobLease,
    ending: &Ending,
) -> Result<LeaseState, StoreError> {
    let effect = Effect::of(ending)?;
    let is_settled = match ending {
        Ending::Done => done::done(inner, lease).await?,
        _ => settle_alone(inner, lease, &effect).await?,
    };
    if is_settled {
        return Ok(LeaseState::Held);
    }
    // It may have been settled before: by a statement whose answer was lost.
    let owner = owner_bytes(lease.owner);
    let values = ended(lease, &owner, effect.state);
    let rows = inner.run(&inner.sql.settled, &values, Repeat::Yes).await?;
    Ok(state(!rows.is_empty()))
}

async fn settle_alone(
    inner: &Inner,
    lease: &JobLease,
    effect: &Effect<'_>,
) -> Result<bool, StoreError> {
    let owner = owner_bytes(lease.owner);
    let values = effect.values(lease, &owner);
    let rows = inner.run(&inner.sql.settle, &values, Repeat::Yes).await?;
    Ok(!rows.is_empty())
}

/// The parameters of the statement that asks whether a lease has ended its claim in this state.
pub(super) fn ended<'a>(lease: &JobLease, owner: &'a [u8; 16], state: i32) -> [Value<'a>; 4] {
    let [id, owner, epoch] = held(lease, owner);
    [id, owner, epoch, Value::Int(state)]
}

/// What an ending changes.
pub(super) struct Effect<'a> {
    pub(super) state: i32,
    /// In microseconds from now. Below zero, the time stays.
    due_in: i64,
    error: Option<&'a str>,
    is_attempt: bool,
    /// How long the attempt took that failed. Below zero, none did.
    millis: i32,
}

impl<'a> Effect<'a> {
    pub(super) fn of(ending: &'a Ending) -> Result<Self, StoreError> {
        let effect = |state: JobState| Self {
            state: state.number().into(),
            due_in: -1,
            error: None,
            is_attempt: true,
            millis: -1,
        };
        Ok(match ending {
            Ending::Done => effect(JobState::Done),
            Ending::Retry { after, failure } => Self {
                due_in: micros(*after),
                ..effect(JobState::Due).failed(failure)
            },
            Ending::Dead { failure } => effect(JobState::Dead).failed(failure),
            Ending::Parked { reason } => Self {
                error: Some(&reason.kind),
                is_attempt: false,
                ..effect(JobState::Parked)
            },
            Ending::GivenBack => Self {
                due_in: 0,
                is_attempt: false,
                ..effect(JobState::Due)
            },
            _ => return Err(corrupt("a claim ends in an unknown way")),
        })
    }

    /// The parameters of the statement that settles.
    pub(super) fn values(&self, lease: &JobLease, owner: &'a [u8; 16]) -> [Value<'a>; 9] {
        let [id, owner, epoch] = held(lease, owner);
        [
            id,
            owner,
            epoch,
            Value::Int(self.state),
            Value::Big(self.due_in),
            Value::Bytes(self.error.map(str::as_bytes)),
            Value::Int(self.is_attempt.into()),
            Value::Int(self.millis),
            Value::Big(i64::from(LAST_ATTEMPTS) - 1),
        ]
    }

    fn failed(self, failure: &'a Failure) -> Self {
        Self {
            error: Some(&failure.kind),
            millis: i32::try_from(failure.millis).unwrap_or(i32::MAX),
            ..self
        }
    }
}

pub(super) fn held<'a>(lease: &JobLease, owner: &'a [u8; 16]) -> [Value<'a>; 3] {
    let epoch = i64::try_from(lease.epoch).unwrap_or(i64::MAX);
    let id = Value::Big(number(lease.id));
    [id, Value::from(&owner[..]), Value::Big(epoch)]
}

pub(super) const fn state(is_held: bool) -> LeaseState {
    match is_held {
        true => LeaseState::Held,
        false => LeaseState::Lost,
    }
}
