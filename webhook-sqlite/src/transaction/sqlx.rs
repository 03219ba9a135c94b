//! The transactional mode over connections of sqlx.
//!
//! ```no_run
//! use webhook_core::replay::{Claim, ClaimRequest, Commit};
//! use webhook_core::{ReplayKey, StoreError};
//! use webhook_sqlite::transaction::sqlx::{claim_in, commit_in};
//!
//! # async fn pay(pool: sqlx::SqlitePool, key: ReplayKey, request: ClaimRequest)
//! # -> Result<(), Box<dyn std::error::Error>> {
//! let mut transaction = pool.begin_with("begin immediate").await?;
//! if let Claim::Acquired(lease) = claim_in(&mut transaction, &key, &request).await? {
//!     sqlx::query("insert into paid values ('in_1')").execute(&mut *transaction).await?;
//!     if commit_in(&mut transaction, &lease, None).await? == Commit::Committed {
//!         transaction.commit().await?; // Answer 200 after this line only.
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The [rules](super#rules) are the same. A connection of sqlx outside a transaction commits each
//! statement alone, so begin one: these functions cannot see it.

#[cfg(feature = "inbox")]
#[cfg_attr(docsrs, doc(cfg(feature = "inbox")))]
pub use super::sqlx_job::{done_in, put_step_in};

use std::time::Duration;

use ::sqlx::sqlite::SqliteRow;
use ::sqlx::{Row as _, SqliteConnection, query};
use webhook_core::ordering::{EntityKey, Order, Version};
use webhook_core::replay::{Claim, ClaimRequest, Commit, Lease, MAX_ANSWER, Owner};
use webhook_core::{ReplayKey, StoreError, StoreErrorKind};

use crate::failure::Failure;
use crate::record::{CLAIMED, DONE, Found, NewClaim, Record, epoch_of};
use crate::sql;
use crate::time::{Clock, micros};

/// Claims `key` in your transaction, like [`claim_in`](super::claim_in) of rusqlite.
///
/// # Errors
///
/// If the transaction cannot take the write lock, if a record cannot be read, or if the tables are
/// absent or of another version. Roll back, and answer 503.
pub async fn claim_in(
    transaction: &mut SqliteConnection,
    key: &ReplayKey,
    request: &ClaimRequest,
) -> Result<Claim, StoreError> {
    let now = Clock::System.now();
    let epoch = next_epoch(transaction, now).await?;
    let (before, attempts) = match Found::by(read(transaction, key).await?, key, request, now)? {
        Found::Answer(answer) => return Ok(answer),
        Found::Free { epoch, attempts } => (epoch, attempts),
        Found::New if !is_counted(transaction, request, now).await? => {
            return Ok(Claim::OverBound);
        }
        Found::New => (0, 0),
    };
    let epoch = epoch.max(before.saturating_add(1));
    let claim = NewClaim::new(request, epoch, attempts.saturating_add(1), now);
    let written = query(sql::CLAIM)
        .bind(key.as_bytes().as_slice())
        .bind(claim.owner.as_slice())
        .bind(claim.epoch)
        .bind(claim.lease_until)
        .bind(i64::from(claim.attempts))
        .bind(claim.retain)
        .bind(claim.fingerprint)
        .bind(claim.expires_at)
        .bind(now)
        .bind(CLAIMED)
        .execute(transaction)
        .await;
    written.map_err(failure)?;
    Ok(claim.acquired(key, request.owner)?)
}

/// Records the delivery as done in your transaction, like [`commit_in`](super::commit_in) of
/// rusqlite.
///
/// # Errors
///
/// Those of [`claim_in`].
pub async fn commit_in(
    transaction: &mut SqliteConnection,
    lease: &Lease,
    answer: Option<&[u8]>,
) -> Result<Commit, StoreError> {
    let now = Clock::System.now();
    next_epoch(transaction, now).await?;
    let owner = lease.owner().to_bits().to_be_bytes();
    let settled = query(sql::SETTLE)
        .bind(lease.key().as_bytes().as_slice())
        .bind(owner.as_slice())
        .bind(epoch_of(lease))
        .bind(now)
        .bind(DONE)
        .bind(answer.filter(|answer| answer.len() <= MAX_ANSWER))
        .bind(None::<&str>)
        .execute(&mut *transaction)
        .await;
    if settled.map_err(failure)?.rows_affected() > 0 {
        return Ok(Commit::Committed);
    }
    Ok(match read(transaction, lease.key()).await? {
        Some(record) if record.is_done_by(lease, now) => Commit::AlreadyCommitted,
        _ => Commit::LeaseLost,
    })
}

/// Raises the version of an object in your transaction, and compares, like
/// [`advance_in`](super::advance_in) of rusqlite.
///
/// # Errors
///
/// Those of [`claim_in`].
pub async fn advance_in(
    transaction: &mut SqliteConnection,
    entity: &EntityKey,
    version: Version,
    retain: Duration,
) -> Result<Order, StoreError> {
    let now = Clock::System.now();
    next_epoch(transaction, now).await?;
    let raised = query(sql::ADVANCE)
        .bind(entity.as_bytes().as_slice())
        .bind(version.to_i64())
        .bind(now.saturating_add(micros(retain)))
        .bind(now)
        .execute(&mut *transaction)
        .await;
    if raised.map_err(failure)?.rows_affected() > 0 {
        return Ok(Order::Fresh);
    }
    let row = query(sql::ENTITY)
        .bind(entity.as_bytes().as_slice())
        .fetch_one(transaction)
        .await;
    let latest = row.and_then(|row| row.try_get(0)).map_err(failure)?;
    let latest = Version::from_i64(latest);
    Ok(match latest == version {
        true => Order::Same,
        false => Order::Stale { latest },
    })
}

/// Takes the write lock, and an epoch.
pub(super) async fn next_epoch(
    connection: &mut SqliteConnection,
    now: i64,
) -> Result<i64, Failure> {
    let row = query(sql::NEXT_EPOCH)
        .bind(now.max(1))
        .fetch_optional(connection)
        .await;
    let row = row.map_err(failure)?.ok_or_else(sql::no_store_row)?;
    sql::check_version(row.try_get(0).map_err(failure)?)?;
    row.try_get(1).map_err(failure)
}

async fn read(
    connection: &mut SqliteConnection,
    key: &ReplayKey,
) -> Result<Option<Record>, Failure> {
    let row = query(sql::READ)
        .bind(key.as_bytes().as_slice())
        .fetch_optional(connection)
        .await;
    let row = row.map_err(failure)?;
    row.as_ref().map(record).transpose().map_err(failure)
}

/// Counts a new key in its group. Returns whether there was room.
async fn is_counted(
    connection: &mut SqliteConnection,
    request: &ClaimRequest,
    now: i64,
) -> Result<bool, Failure> {
    let Some(bound) = &request.bound else {
        return Ok(true);
    };
    let counted = query(sql::COUNT)
        .bind(bound.group.as_bytes().as_slice())
        .bind(now.saturating_add(micros(request.retain)))
        .bind(now)
        .bind(i64::from(bound.at_most.get()))
        .execute(connection)
        .await;
    Ok(counted.map_err(failure)?.rows_affected() > 0)
}

/// A row of [`sql::READ`].
fn record(row: &SqliteRow) -> Result<Record, ::sqlx::Error> {
    let state = row.try_get(0)?;
    let owner: &[u8] = row.try_get(1)?;
    let owner = owner.try_into().map_err(decode)?;
    Ok(Record {
        state,
        owner: Owner::from_bits(u128::from_be_bytes(owner)),
        epoch: row.try_get(2)?,
        lease_until: row.try_get(3)?,
        attempts: u32::try_from(row.try_get::<i64, _>(4)?).map_err(decode)?,
        fingerprint: row.try_get(5)?,
        expires_at: row.try_get(6)?,
        answer: match state {
            DONE => row.try_get(7)?,
            _ => None,
        },
    })
}

fn decode(error: impl std::error::Error + Send + Sync + 'static) -> ::sqlx::Error {
    ::sqlx::Error::Decode(Box::new(error))
}

pub(super) fn failure(error: ::sqlx::Error) -> Failure {
    let kind = match &error {
        ::sqlx::Error::Decode(_) | ::sqlx::Error::ColumnDecode { .. } => StoreErrorKind::Corrupt,
        ::sqlx::Error::Database(error) => kind_of_code(error.code().as_deref()),
        _ => StoreErrorKind::Unavailable,
    };
    Failure::new(kind, error)
}

/// The kind of an extended result code of SQLite, whose last byte is the code.
fn kind_of_code(code: Option<&str>) -> StoreErrorKind {
    let code: Option<i32> = code.and_then(|code| code.parse().ok());
    match code.map(|code| code & 0xff) {
        Some(1) => StoreErrorKind::Misconfigured,
        Some(11 | 19 | 20 | 26) => StoreErrorKind::Corrupt,
        Some(13) => StoreErrorKind::Full,
        _ => StoreErrorKind::Unavailable,
    }
}
