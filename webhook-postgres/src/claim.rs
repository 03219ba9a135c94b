//! Claims and their answers.

use std::num::NonZeroU64;
use std::time::Duration;

use sqlx::Row;
use sqlx::postgres::PgRow;
use webhook_core::replay::{Claim, ClaimRequest, Lease, Owner, ReplayKey};
use webhook_core::{StoreError, StoreErrorKind};

use crate::database::Repeat;
use crate::error::{corrupt, store_error};
use crate::store::Shared;
use crate::value::Value;

/// So often a claim is repeated if its row changes between the reading and the writing.
pub(crate) const ROUNDS: u32 = 8;

/// A century. A record that is kept for longer is kept for a century.
const LONGEST: Duration = Duration::from_secs(100 * 366 * 24 * 60 * 60);

/// The kinds of rows that answer a claim.
pub(crate) mod kind {
    pub(crate) const ACQUIRED: i32 = 0;
    pub(crate) const DONE: i32 = 1;
    pub(crate) const DEAD: i32 = 2;
    pub(crate) const IN_FLIGHT: i32 = 3;
    pub(crate) const OVER_BOUND: i32 = 4;
    pub(crate) const COMMITTED: i32 = 5;
}

/// The values of a claim request, as the statements take them.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) key: ReplayKey,
    pub(crate) owner: [u8; 16],
    pub(crate) lease: i64,
    pub(crate) retain: i64,
    pub(crate) fingerprint: i32,
}

impl Asked {
    pub(crate) fn new(key: &ReplayKey, request: &ClaimRequest) -> Self {
        Self {
            key: *key,
            owner: owner_bytes(request.owner),
            lease: micros(request.lease),
            retain: micros(request.retain),
            fingerprint: narrow(request.fingerprint),
        }
    }

    /// The answer in a row.
    pub(crate) fn answer(&self, row: &PgRow) -> Result<Claim, StoreError> {
        let get = || -> Result<Answer, sqlx::Error> {
            Ok(Answer {
                kind: row.try_get("kind")?,
                epoch: row.try_get("epoch")?,
                attempts: row.try_get("attempts")?,
                rest: row.try_get("rest")?,
                same: row.try_get("same")?,
                answer: row.try_get("answer")?,
            })
        };
        let row = get().map_err(store_error)?;
        let attempts =
            || u32::try_from(row.attempts).map_err(|_| corrupt("the attempts are negative"));
        match row.kind {
            kind::ACQUIRED => {
                let epoch = u64::try_from(row.epoch).ok().and_then(NonZeroU64::new);
                let epoch = epoch.ok_or_else(|| corrupt("the epoch is not positive"))?;
                let owner = Owner::from_bits(u128::from_be_bytes(self.owner));
                Ok(Claim::Acquired(Lease::new(
                    self.key,
                    owner,
                    epoch,
                    attempts()?,
                )))
            }
            kind::DONE => Ok(Claim::Done {
                same_payload: row.same,
                answer: row.answer.map(Into::into),
            }),
            kind::DEAD => Ok(Claim::Dead {
                attempts: attempts()?,
            }),
            kind::IN_FLIGHT => Ok(Claim::InFlight {
                // It was alive when it was read.
                retry_after: Duration::from_micros(row.rest.unsigned_abs().max(1)),
            }),
            kind::OVER_BOUND => Ok(Claim::OverBound),
            _ => Err(corrupt("the state is unknown")),
        }
    }
}

struct Answer {
    kind: i32,
    epoch: i64,
    attempts: i32,
    rest: i64,
    same: bool,
    answer: Option<Vec<u8>>,
}

/// Claims a key in a statement of its own.
pub(crate) async fn claim(
    shared: &Shared,
    asked: &Asked,
    request: &ClaimRequest,
) -> Result<Claim, StoreError> {
    let Shared { database, sql, .. } = shared;
    let group = request.bound.map(|bound| *bound.group.as_bytes());
    let values = [
        asked.key.as_bytes()[..].into(),
        asked.owner[..].into(),
        Value::Big(asked.lease),
        Value::Big(asked.retain),
        Value::Int(asked.fingerprint),
        Value::Bytes(group.as_ref().map(|group| &group[..])),
        Value::Int(request.bound.map_or(0, |bound| bound.at_most.get().into())),
    ];
    let mut operation = database.operation();
    for _ in 0..ROUNDS {
        let rows = match &request.bound {
            None => operation.run(&sql.claim, &values[..5], Repeat::Yes).await?,
            Some(bound) => {
                let lock = [Value::Big(lock_name(&bound.group))];
                let script = [(&sql.lock_group, &lock[..]), (&sql.claim_bounded, &values)];
                operation.run_script("", &script, Repeat::Yes).await?
            }
        };
        // The lock's row has no columns.
        if let Some(row) = rows.iter().find(|row| !row.is_empty()) {
            return asked.answer(row);
        }
    }
    Err(always_changing())
}

/// Other owners have changed the row each time between the reading and the writing.
pub(crate) fn always_changing() -> StoreError {
    StoreError::with_source(
        StoreErrorKind::Unavailable,
        "the record changes all the time",
    )
}

pub(crate) fn owner_bytes(owner: Owner) -> [u8; 16] {
    owner.to_bits().to_be_bytes()
}

/// The epoch as the database has it. A lease with a larger one is not from this store, and so
/// matches no record.
pub(crate) fn epoch(lease: &Lease) -> i64 {
    i64::try_from(lease.epoch().get()).unwrap_or(i64::MAX)
}

pub(crate) fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.min(LONGEST).as_micros()).unwrap_or(i64::MAX)
}

/// The name of an advisory lock: the first 8 bytes of a key. Two keys with the same name only wait
/// for one another without need.
pub(crate) fn lock_name(key: &ReplayKey) -> i64 {
    let [a, b, c, d, e, f, g, h, ..] = *key.as_bytes();
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// The low half of a fingerprint. It only decides about a line in the log.
fn narrow(fingerprint: u64) -> i32 {
    let [a, b, c, d, ..] = fingerprint.to_le_bytes();
    i32::from_le_bytes([a, b, c, d])
}
