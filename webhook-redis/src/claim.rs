//! Claims.

use std::num::NonZeroU64;
use std::time::Duration;

use redis::Value;
use webhook_core::replay::{Claim, ClaimRequest, LabelBound, Lease};
use webhook_core::{ReplayKey, StoreError, StoreErrorKind};

use crate::failure::corrupt;
use crate::link::{Deadline, Retry};
use crate::names::Bucket;
use crate::reply::{exactly, items, number, optional_bytes};
use crate::script::{Arg, CLAIM, COUNT, Call};
use crate::settle;
use crate::store::Inner;
use crate::time::millis;

/// How many bytes of a key its group knows.
const MEMBER: usize = 16;

/// Claims a key.
///
/// A claim with a bound touches two keys: the record and the count of its group. A single server
/// changes both in one script. In a cluster they are in different slots, because nothing in the key
/// of a record tells its group. There the record is looked at, then counted, then made. The count is
/// a set of keys, so copies that come at the same time count once. If the program dies between the
/// count and the record, one key is counted that never ran; when it comes again, it is known to the
/// group and runs.
pub(crate) async fn claim(
    inner: &Inner,
    key: &ReplayKey,
    request: &ClaimRequest,
) -> Result<Claim, StoreError> {
    let claiming = Claiming {
        inner,
        key,
        request,
        by: inner.deadline(),
    };
    let Some(bound) = request.bound else {
        return claiming.run(Count::No).await?.ok_or_else(unexpected);
    };
    if !inner.link.target().is_cluster() {
        return claiming
            .run(Count::Here(bound))
            .await?
            .ok_or_else(unexpected);
    }
    match claiming.run(Count::InAnotherSlot).await? {
        Some(known) => Ok(known),
        None if claiming.count(bound).await? => {
            claiming.run(Count::No).await?.ok_or_else(unexpected)
        }
        None => Ok(Claim::OverBound),
    }
}

struct Claiming<'a> {
    inner: &'a Inner,
    key: &'a ReplayKey,
    request: &'a ClaimRequest,
    by: Deadline,
}

/// Where a new key is counted.
enum Count {
    No,
    Here(LabelBound),
    InAnotherSlot,
}

impl Claiming<'_> {
    /// `None`: the record is absent, and has to be counted first.
    async fn run(&self, count: Count) -> Result<Option<Claim>, StoreError> {
        let (names, request) = (&self.inner.names, self.request);
        let owner = request.owner.to_bits().to_be_bytes();
        let mut keys = vec![names.record(self.key), names.mark(Bucket::of(self.key))];
        let mut args = vec![
            Arg::Bytes(&owner),
            Arg::Number(millis(request.lease)),
            Arg::Number(millis(request.retain)),
            Arg::Number(print(request).into()),
        ];
        match count {
            Count::No => {}
            Count::Here(bound) => {
                keys.push(names.count(&bound.group));
                args.push(Arg::Number(bound.at_most.get().into()));
                args.push(Arg::Bytes(self.member()));
            }
            Count::InAnotherSlot => args.push(Arg::Bytes(b"?")),
        }
        let call = Call {
            script: &CLAIM,
            keys: &keys,
            args: &args,
        };
        let wait = self.inner.settings.wait;
        let reply = self.inner.link.call(call, Retry::Once, wait, self.by);
        let reply = reply.await?;
        let is_replicated = reply.is_replicated(wait);
        match self.read(reply.value)? {
            Some(Claim::Acquired(lease)) if !is_replicated => {
                // Its retry must not wait for the end of the lease.
                let _ = settle::release(self.inner, &lease, self.inner.deadline()).await;
                let why = "too few replicas acknowledged the claim in time; it was released";
                Err(StoreError::with_source(StoreErrorKind::Unavailable, why))
            }
            claim => Ok(claim),
        }
    }

    /// Counts the key in its group. `false`: the group is full.
    async fn count(&self, bound: LabelBound) -> Result<bool, StoreError> {
        let call = Call {
            script: &COUNT,
            keys: &[self.inner.names.count(&bound.group)],
            args: &[
                Arg::Number(millis(self.request.retain)),
                Arg::Number(bound.at_most.get().into()),
                Arg::Bytes(self.member()),
            ],
        };
        let reply = self.inner.link.call(call, Retry::Once, None, self.by);
        Ok(number::<i64>(&reply.await?.value)? == 1)
    }

    fn member(&self) -> &[u8] {
        self.key.as_bytes().split_at(MEMBER).0
    }

    fn read(&self, reply: Value) -> Result<Option<Claim>, StoreError> {
        let mut items = items(reply)?;
        if items.is_empty() {
            return Err(unexpected());
        }
        let code: i64 = number(&items.remove(0))?;
        let rest = Value::Array(items);
        Ok(Some(match code {
            0 => {
                let [epoch, attempt] = exactly(rest)?;
                let epoch = NonZeroU64::new(number(&epoch)?).ok_or_else(unexpected)?;
                let (key, owner) = (*self.key, self.request.owner);
                Claim::Acquired(Lease::new(key, owner, epoch, number(&attempt)?))
            }
            1 => {
                let [left] = exactly(rest)?;
                Claim::InFlight {
                    retry_after: Duration::from_millis(number(&left)?),
                }
            }
            2 => {
                let [kept, answer] = exactly(rest)?;
                Claim::Done {
                    same_payload: number::<u32>(&kept)? == print(self.request),
                    answer: optional_bytes(answer)?,
                }
            }
            3 => {
                let [attempts] = exactly(rest)?;
                Claim::Dead {
                    attempts: number(&attempts)?,
                }
            }
            4 => Claim::OverBound,
            5 => return Ok(None),
            _ => return Err(unexpected()),
        }))
    }
}

/// The part of the fingerprint that is kept: enough for a warning.
#[allow(clippy::cast_possible_truncation, reason = "32 bits suffice")]
const fn print(request: &ClaimRequest) -> u32 {
    request.fingerprint as u32
}

fn unexpected() -> StoreError {
    corrupt("the script of a claim gave an unknown answer")
}
