//! What the holder of a lease asks for.

use std::time::Duration;

use sqlx::Row;
use webhook_core::StoreError;
use webhook_core::replay::{Commit, Lease, LeaseState};

use crate::claim::{epoch, micros, owner_bytes};
use crate::database::Repeat;
use crate::error::store_error;
use crate::store::Shared;
use crate::value::Value;

/// The states of a record, as the table has them.
#[derive(Clone, Copy)]
pub(crate) enum State {
    Done = 1,
    Released = 2,
    Dead = 3,
}

/// What became of a claim.
pub(crate) enum SettledAs {
    /// It is settled now, in the way that was asked for.
    Asked,
    /// It was settled before, in the way that was asked for.
    Before,
    /// The lease is lost.
    Lost,
}

impl SettledAs {
    pub(crate) fn commit(self) -> Commit {
        match self {
            Self::Asked => Commit::Committed,
            Self::Before => Commit::AlreadyCommitted,
            Self::Lost => Commit::LeaseLost,
        }
    }

    pub(crate) fn lease_state(self) -> LeaseState {
        match self {
            Self::Asked => LeaseState::Held,
            Self::Before | Self::Lost => LeaseState::Lost,
        }
    }
}

/// Commits, releases or buries.
pub(crate) async fn settle(
    shared: &Shared,
    lease: &Lease,
    state: State,
    answer: Option<&[u8]>,
    note: Option<&[u8]>,
) -> Result<SettledAs, StoreError> {
    let Shared { database, sql, .. } = shared;
    let owner = owner_bytes(lease.owner());
    let values = values(lease, &owner, state, answer, note);
    let mut operation = database.operation();
    let rows = operation.run(&sql.settle, &values, Repeat::Yes).await?;
    if !rows.is_empty() {
        return Ok(SettledAs::Asked);
    }
    let is_repeated = operation.has_lost();
    let rows = operation.run(&sql.settled, &values[..3], Repeat::Yes);
    let before: Option<i32> = match rows.await?.first() {
        Some(row) => Some(row.try_get(0).map_err(store_error)?),
        None => None,
    };
    Ok(match before {
        // The try whose answer was lost has done it.
        Some(before) if before == state as i32 && is_repeated => SettledAs::Asked,
        Some(before) if before == state as i32 => SettledAs::Before,
        _ => SettledAs::Lost,
    })
}

/// The values of the statement `settle`. The first three say which claim it is.
pub(crate) fn values<'a>(
    lease: &'a Lease,
    owner: &'a [u8; 16],
    state: State,
    answer: Option<&'a [u8]>,
    note: Option<&'a [u8]>,
) -> [Value<'a>; 6] {
    [
        lease.key().as_bytes()[..].into(),
        owner[..].into(),
        Value::Big(epoch(lease)),
        Value::Int(state as i32),
        Value::Bytes(answer),
        Value::Bytes(note),
    ]
}

pub(crate) async fn renew(
    shared: &Shared,
    lease: &Lease,
    by: Duration,
) -> Result<LeaseState, StoreError> {
    let Shared { database, sql, .. } = shared;
    let owner = owner_bytes(lease.owner());
    let values = [
        lease.key().as_bytes()[..].into(),
        owner[..].into(),
        Value::Big(epoch(lease)),
        Value::Big(micros(by)),
    ];
    let mut operation = database.operation();
    let rows = operation.run(&sql.renew, &values, Repeat::Yes).await?;
    Ok(match rows.is_empty() {
        true => LeaseState::Lost,
        false => LeaseState::Held,
    })
}
