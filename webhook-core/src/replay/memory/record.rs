//! The two kinds of records. A claim is short-lived and wide, a settled record is long-lived and
//! narrow.

use std::num::NonZeroU64;
use std::time::Duration;

use super::clock::{Millis, Seconds};
use super::dead::Dead;
use crate::replay::{Claim, ClaimRequest, Lease, Owner, ReplayKey};
use crate::time::millis;

/// A claim that is not settled.
pub(super) struct Claimed {
    owner: Owner,
    epoch: NonZeroU64,
    lease_until: Millis,
    /// Not before the lease ends.
    expires: Millis,
    /// In milliseconds.
    retain: u64,
    attempt: u32,
    fingerprint: u32,
    protect_mins: u16,
}

impl Claimed {
    pub(super) fn new(by: &ClaimRequest, epoch: NonZeroU64, attempt: u32, now: Millis) -> Self {
        let (retain, lease_until) = (millis(by.retain), now.after(millis(by.lease)));
        Self {
            owner: by.owner,
            epoch,
            lease_until,
            expires: now.after(retain).max(lease_until),
            retain,
            attempt,
            fingerprint: narrow(by.fingerprint),
            protect_mins: minutes(by.protect.min(by.retain)),
        }
    }

    pub(super) fn epoch(&self) -> NonZeroU64 {
        self.epoch
    }

    pub(super) fn attempt(&self) -> u32 {
        self.attempt
    }

    pub(super) fn retain(&self) -> u64 {
        self.retain
    }

    pub(super) fn is_leased(&self, now: Millis) -> bool {
        self.lease_until > now
    }

    pub(super) fn is_unexpired(&self, now: Millis) -> bool {
        self.expires > now
    }

    pub(super) fn is_held_by(&self, lease: &Lease, now: Millis) -> bool {
        self.owner == lease.owner() && self.epoch == lease.epoch() && self.is_unexpired(now)
    }

    pub(super) fn lease(&self, key: &ReplayKey) -> Lease {
        Lease::new(*key, self.owner, self.epoch, self.attempt)
    }

    /// The answer to a claim while this lease is alive.
    pub(super) fn answer(&self, key: &ReplayKey, owner: Owner, now: Millis) -> Claim {
        if self.owner == owner {
            return Claim::Acquired(self.lease(key));
        }
        Claim::InFlight {
            retry_after: now.until(self.lease_until),
        }
    }

    pub(super) fn renew(&mut self, by: Duration, now: Millis) {
        self.lease_until = now.after(millis(by));
        self.expires = now.after(self.retain).max(self.lease_until);
    }
}

/// A released or done record, packed into 24 bytes.
pub(super) struct Settled {
    epoch: NonZeroU64,
    expires: Seconds,
    settled_at: Seconds,
    fingerprint: u32,
    /// Minutes after `settled_at` until which the record is not evicted, rounded up.
    protect_mins: u16,
    /// The attempt, and in the highest bit whether it succeeded.
    attempt: u16,
}

impl Settled {
    const DONE: u16 = 1 << 15;

    pub(super) fn new(claimed: &Claimed, is_done: bool, now: Millis) -> Self {
        let attempt = u16::try_from(claimed.attempt).unwrap_or(u16::MAX);
        let attempt = attempt.min(!Self::DONE);
        Self {
            epoch: claimed.epoch,
            expires: now.after(claimed.retain).second_up(),
            settled_at: now.second(),
            fingerprint: claimed.fingerprint,
            protect_mins: claimed.protect_mins,
            attempt: if is_done {
                attempt | Self::DONE
            } else {
                attempt
            },
        }
    }

    /// A dead record that is tried again from the beginning.
    pub(super) fn revived(dead: &Dead, now: Millis) -> Self {
        Self {
            epoch: dead.epoch(),
            expires: now.after(dead.retain()).second_up(),
            settled_at: now.second(),
            fingerprint: 0,
            protect_mins: 0,
            attempt: 0,
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.attempt & Self::DONE != 0
    }

    pub(super) fn attempt(&self) -> u32 {
        u32::from(self.attempt & !Self::DONE)
    }

    pub(super) fn epoch(&self) -> NonZeroU64 {
        self.epoch
    }

    pub(super) fn settled_at(&self) -> Seconds {
        self.settled_at
    }

    pub(super) fn expires(&self) -> Seconds {
        self.expires
    }

    pub(super) fn is_unexpired(&self, now: Seconds) -> bool {
        self.expires > now
    }

    pub(super) fn is_protected(&self, now: Seconds) -> bool {
        self.settled_at.after_minutes(self.protect_mins) > now
    }

    /// Whether this lease has committed it.
    pub(super) fn is_done_by(&self, lease: &Lease, now: Seconds) -> bool {
        self.is_done() && self.epoch == lease.epoch() && self.is_unexpired(now)
    }

    pub(super) fn is_same_payload(&self, fingerprint: u64) -> bool {
        self.fingerprint == narrow(fingerprint)
    }
}

/// Whole minutes, rounded up, and one more: the minute that has begun does not count.
fn minutes(duration: Duration) -> u16 {
    match duration.as_secs() {
        0 => 0,
        secs => u16::try_from((secs / 60).saturating_add(2)).unwrap_or(u16::MAX),
    }
}

/// The low half of a fingerprint. It only decides about a line in the log.
fn narrow(fingerprint: u64) -> u32 {
    let [a, b, c, d, ..] = fingerprint.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_settled_record_is_packed() {
        assert_eq!(size_of::<Settled>(), 24);
    }
}
