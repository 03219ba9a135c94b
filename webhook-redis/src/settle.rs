//! What the holder of a lease asks for.

use std::time::Duration;

use webhook_core::replay::{Commit, Lease, LeaseState, MAX_ANSWER};
use webhook_core::{StoreError, StoreErrorKind};

use crate::failure::{corrupt, is_out_of_memory};
use crate::link::{CallError, Deadline, Reply, Retry};
use crate::reply::number;
use crate::script::{Arg, COMMIT, COMMIT_WITH_ANSWER, Call, RELEASE, RENEW, Script};
use crate::store::Inner;
use crate::time::millis;

pub(crate) async fn renew(
    inner: &Inner,
    lease: &Lease,
    by: Duration,
) -> Result<LeaseState, StoreError> {
    let (owner, epoch) = proof(lease);
    let call = Call {
        script: &RENEW,
        keys: &[inner.names.record(lease.key())],
        args: &[Arg::Bytes(&owner), epoch, Arg::Number(millis(by))],
    };
    let reply = inner.link.call(call, Retry::Once, None, inner.deadline());
    state(&reply.await?)
}

pub(crate) async fn release(
    inner: &Inner,
    lease: &Lease,
    by: Deadline,
) -> Result<LeaseState, StoreError> {
    let (owner, epoch) = proof(lease);
    let call = Call {
        script: &RELEASE,
        keys: &[inner.names.record(lease.key())],
        args: &[Arg::Bytes(&owner), epoch],
    };
    let reply = inner.link.call(call, Retry::Once, None, by);
    state(&reply.await?)
}

pub(crate) async fn commit(
    inner: &Inner,
    lease: &Lease,
    answer: Option<&[u8]>,
) -> Result<Commit, StoreError> {
    let by = inner.deadline();
    let reply = match answer.filter(|answer| answer.len() <= MAX_ANSWER) {
        None => commit_by(inner, &COMMIT, lease, None, by).await,
        answer => match commit_by(inner, &COMMIT_WITH_ANSWER, lease, answer, by).await {
            // The record counts more than its answer.
            Err(CallError::Redis(error)) if is_out_of_memory(&error) => {
                commit_by(inner, &COMMIT, lease, None, by).await
            }
            reply => reply,
        },
    }?;
    let commit = match number(&reply.value)? {
        0 => return Ok(Commit::LeaseLost),
        1 => Commit::Committed,
        2 if reply.is_repeated => Commit::Committed,
        2 => Commit::AlreadyCommitted,
        _ => return Err(corrupt("the script of a commit gave an unknown answer")),
    };
    if reply.is_replicated(inner.settings.wait) {
        return Ok(commit);
    }
    let why = "too few replicas acknowledged the commit in time";
    Err(StoreError::with_source(StoreErrorKind::Timeout, why))
}

async fn commit_by(
    inner: &Inner,
    script: &'static Script,
    lease: &Lease,
    answer: Option<&[u8]>,
    by: Deadline,
) -> Result<Reply, CallError> {
    let (owner, epoch) = proof(lease);
    let mut args = vec![Arg::Bytes(&owner), epoch];
    args.extend(answer.map(Arg::Bytes));
    let call = Call {
        script,
        keys: &[inner.names.record(lease.key())],
        args: &args,
    };
    let wait = inner.settings.wait;
    inner.link.call(call, Retry::Once, wait, by).await
}

/// What a script compares with the record: the owner, and the epoch as a text.
pub(crate) fn proof(lease: &Lease) -> ([u8; 16], Arg<'static>) {
    let owner = lease.owner().to_bits().to_be_bytes();
    (owner, Arg::Number(lease.epoch().get()))
}

/// Reads the answer of a script that a lease allows.
pub(crate) fn state(reply: &Reply) -> Result<LeaseState, StoreError> {
    match number(&reply.value)? {
        0 => Ok(LeaseState::Lost),
        1 => Ok(LeaseState::Held),
        // The first call took place, and its answer was lost.
        2 if reply.is_repeated => Ok(LeaseState::Held),
        2 => Ok(LeaseState::Lost),
        _ => Err(corrupt("a script gave an unknown answer")),
    }
}
