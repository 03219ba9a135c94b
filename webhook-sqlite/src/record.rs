//! A record as the table has it, and what a claim finds in it.

use std::num::NonZeroU64;

use webhook_core::ReplayKey;
use webhook_core::replay::{Claim, ClaimRequest, Lease, Owner};

use crate::failure::Failure;
use crate::time::{duration, micros};

/// The states, as the column `state` has them.
pub(crate) const CLAIMED: i64 = 0;
pub(crate) const DONE: i64 = 1;
pub(crate) const RELEASED: i64 = 2;
pub(crate) const DEAD: i64 = 3;

/// A row of `webhook_key`, except for what only other statements read.
pub(crate) struct Record {
    pub(crate) state: i64,
    pub(crate) owner: Owner,
    pub(crate) epoch: i64,
    pub(crate) lease_until: i64,
    pub(crate) attempts: u32,
    pub(crate) fingerprint: i64,
    pub(crate) expires_at: i64,
    /// Only of a done record.
    pub(crate) answer: Option<Vec<u8>>,
}

/// What a claim finds.
pub(crate) enum Found {
    /// Nothing: the key is new.
    New,
    /// A record that can be claimed.
    Free { epoch: i64, attempts: u32 },
    /// An answer, and nothing is written.
    Answer(Claim),
}

impl Found {
    /// What a claim of `key` finds at the time `now`.
    pub(crate) fn by(
        record: Option<Record>,
        key: &ReplayKey,
        request: &ClaimRequest,
        now: i64,
    ) -> Result<Self, Failure> {
        let Some(record) = record.filter(|record| record.expires_at > now) else {
            return Ok(Self::New);
        };
        Ok(match record.state {
            DONE => Self::Answer(Claim::Done {
                same_payload: record.fingerprint == fingerprint(request),
                answer: record.answer.map(Into::into),
            }),
            DEAD => Self::Answer(Claim::Dead {
                attempts: record.attempts,
            }),
            CLAIMED if record.lease_until > now => match record.owner == request.owner {
                true => Self::Answer(Claim::Acquired(record.lease(key)?)),
                false => Self::Answer(Claim::InFlight {
                    retry_after: duration(record.lease_until.saturating_sub(now)),
                }),
            },
            CLAIMED | RELEASED => Self::Free {
                epoch: record.epoch,
                attempts: record.attempts,
            },
            _ => return Err(Failure::corrupt("a record has an unknown state")),
        })
    }
}

impl Record {
    /// Whether this lease has committed the record.
    pub(crate) fn is_done_by(&self, lease: &Lease, now: i64) -> bool {
        self.state == DONE
            && self.owner == lease.owner()
            && u64::try_from(self.epoch) == Ok(lease.epoch().get())
            && self.expires_at > now
    }

    fn lease(&self, key: &ReplayKey) -> Result<Lease, Failure> {
        lease(key, self.owner, self.epoch, self.attempts)
    }
}

/// A claim that is written over whatever was there.
pub(crate) struct NewClaim {
    pub(crate) owner: [u8; 16],
    pub(crate) epoch: i64,
    pub(crate) lease_until: i64,
    pub(crate) attempts: u32,
    pub(crate) retain: i64,
    pub(crate) fingerprint: i64,
    pub(crate) expires_at: i64,
}

impl NewClaim {
    pub(crate) fn new(request: &ClaimRequest, epoch: i64, attempts: u32, now: i64) -> Self {
        let retain = micros(request.retain);
        let lease_until = now.saturating_add(micros(request.lease));
        Self {
            owner: request.owner.to_bits().to_be_bytes(),
            epoch,
            lease_until,
            attempts,
            retain,
            fingerprint: fingerprint(request),
            expires_at: now.saturating_add(retain).max(lease_until),
        }
    }

    pub(crate) fn acquired(&self, key: &ReplayKey, owner: Owner) -> Result<Claim, Failure> {
        lease(key, owner, self.epoch, self.attempts).map(Claim::Acquired)
    }
}

fn lease(key: &ReplayKey, owner: Owner, epoch: i64, attempts: u32) -> Result<Lease, Failure> {
    let epoch = u64::try_from(epoch).ok().and_then(NonZeroU64::new);
    let epoch = epoch.ok_or_else(|| Failure::corrupt("a record has an epoch below one"))?;
    Ok(Lease::new(*key, owner, epoch, attempts))
}

/// The low half of a fingerprint, which is enough for a warning.
fn fingerprint(request: &ClaimRequest) -> i64 {
    let [a, b, c, d, ..] = request.fingerprint.to_le_bytes();
    i64::from(i32::from_le_bytes([a, b, c, d]))
}

/// The epoch of a lease as a parameter. No record has one that does not fit.
pub(crate) fn epoch_of(lease: &Lease) -> i64 {
    i64::try_from(lease.epoch().get()).unwrap_or(i64::MAX)
}
