//! Ends claims.

use std::time::Duration;

use rusqlite::params;
use webhook_core::replay::LeaseState;
use webhook_inbox::{Ending, Failure as JobFailure, JobLease, JobState, LAST_ATTEMPTS};

use super::{number, sql};
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::time::micros;

pub(super) fn renew(
    ledger: &Ledger<'_>,
    lease: &JobLease,
    by: Duration,
) -> Result<LeaseState, Failure> {
    let until = ledger.now().saturating_add(micros(by));
    let mut statement = ledger.connection().prepare_cached(sql::RENEW)?;
    let (id, owner, epoch) = parts(lease);
    let renewed = statement.execute(params![id, owner, epoch, until])?;
    Ok(held(renewed > 0))
}

pub(crate) fn settle(
    ledger: &Ledger<'_>,
    lease: &JobLease,
    ending: &Ending,
) -> Result<LeaseState, Failure> {
    let now = ledger.now();
    let mut effect = Effect::default();
    let state = match ending {
        Ending::Done => {
            effect.ended_at = Some(now);
            JobState::Done
        }
        Ending::Retry { after, failure } => {
            effect.run_at = Some(now.saturating_add(micros(*after)));
            effect.failure = Some(failure);
            JobState::Due
        }
        Ending::Dead { failure } => {
            effect.failure = Some(failure);
            JobState::Dead
        }
        Ending::Parked { reason } => {
            effect.reason = Some(reason);
            JobState::Parked
        }
        Ending::GivenBack => {
            effect.run_at = Some(now);
            JobState::Due
        }
        _ => return Err(Failure::corrupt("a claim ends in an unknown way")),
    };
    let is_attempt = matches!(ending, Ending::Done) || effect.failure.is_some();
    let error = effect
        .failure
        .or(effect.reason)
        .map(|failure| &*failure.kind);
    let connection = ledger.connection();
    let (id, owner, epoch) = parts(lease);
    let mut statement = connection.prepare_cached(sql::SETTLE)?;
    let settled = statement.execute(params![
        id,
        owner,
        epoch,
        state.number(),
        effect.run_at,
        effect.ended_at,
        error,
        is_attempt,
    ])?;
    if settled == 0 {
        let mut statement = connection.prepare_cached(sql::SETTLED)?;
        let values = params![id, owner, epoch, state.number()];
        return Ok(held(statement.query_row(values, |row| row.get(0))?));
    }
    if let Some(failure) = effect.failure {
        let mut statement = connection.prepare_cached(sql::FAIL)?;
        statement.execute(params![id, epoch, &*failure.kind, failure.millis, now])?;
        let mut statement = connection.prepare_cached(sql::TRIM)?;
        statement.execute(params![id, LAST_ATTEMPTS])?;
    }
    Ok(LeaseState::Held)
}

/// What an ending changes, apart from the state.
#[derive(Default)]
struct Effect<'a> {
    run_at: Option<i64>,
    ended_at: Option<i64>,
    /// An attempt that failed.
    failure: Option<&'a JobFailure>,
    /// Why it was no attempt.
    reason: Option<&'a JobFailure>,
}

pub(crate) fn parts(lease: &JobLease) -> (i64, [u8; 16], i64) {
    let epoch = i64::try_from(lease.epoch).unwrap_or(i64::MAX);
    (number(lease.id), lease.owner.to_bits().to_be_bytes(), epoch)
}

pub(super) const fn held(is_held: bool) -> LeaseState {
    match is_held {
        true => LeaseState::Held,
        false => LeaseState::Lost,
    }
}
