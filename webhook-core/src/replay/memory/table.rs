//! All records and counts, and the operations on them.

use std::iter::repeat_with;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::clock::{Clock, Millis};
use super::digest::{Seed, ShortKey};
use super::eviction::{Evictions, Limits};
use super::groups::Groups;
use super::record::Claimed;
use super::shard::{Shard, Standing};
use crate::error::{StoreError, StoreErrorKind};
use crate::replay::{Claim, ClaimRequest, Commit, Lease, LeaseState, ReplayKey};
use crate::time::millis;

/// So many shards at least, so that threads seldom wait for one another.
const FEWEST_SHARDS: usize = 64;
/// So many shards at most, so that an empty store is small, whatever its capacity.
const MOST_SHARDS: usize = 4096;
/// So many records in a shard if `MOST_SHARDS` allows, so that no purge holds its lock for long.
const SHARD_RECORDS: usize = 16_384;

/// Shards of records, and shards of counts. A count is locked after a record, never before one.
pub(super) struct Table {
    seed: Seed,
    shards: Box<[Mutex<Shard>]>,
    groups: Box<[Mutex<Groups>]>,
    limits: Limits,
    evictions: Evictions,
    /// The last epoch. It begins with the time of day in microseconds, above those of an earlier
    /// process, and grows over all keys.
    epoch: AtomicU64,
    clock: Clock,
}

impl Table {
    pub(super) fn new(capacity: usize, refuses_when_full: bool, clock: Clock) -> Self {
        let shards = capacity.div_ceil(SHARD_RECORDS);
        let shards = shards.clamp(FEWEST_SHARDS, MOST_SHARDS).next_power_of_two();
        let capacity = capacity.div_ceil(shards).max(1);
        let groups = || Mutex::new(Groups::new(capacity));
        Self {
            seed: Seed::random(),
            shards: repeat_with(Mutex::default).take(shards).collect(),
            groups: repeat_with(groups).take(shards).collect(),
            limits: Limits {
                capacity,
                refuses_when_full,
            },
            evictions: Evictions::default(),
            epoch: AtomicU64::new(micros_of_day()),
            clock,
        }
    }

    pub(super) fn len(&self) -> usize {
        let lens = self.shards.iter().map(|shard| lock(shard).len());
        lens.fold(0, usize::saturating_add)
    }

    pub(super) fn evicted(&self) -> u64 {
        self.evictions.count()
    }

    pub(super) fn claim(
        &self,
        key: &ReplayKey,
        request: &ClaimRequest,
    ) -> Result<Claim, StoreError> {
        let (short, now) = (self.seed.key(key), self.clock.now());
        let mut shard = self.shard(short);
        let earlier = match shard.standing(short, now) {
            Standing::Leased(claimed) => return Ok(claimed.answer(key, request.owner, now)),
            Standing::Done(settled) => return Ok(settled.answer(request.fingerprint)),
            Standing::Free { attempts } => {
                shard.remove(short, now);
                attempts
            }
            Standing::New => None,
        };
        self.make_room(&mut shard, now)?;
        if earlier.is_none() && !self.admit(request, now) {
            return Ok(Claim::OverBound);
        }
        let attempt = earlier.unwrap_or_default().saturating_add(1);
        let claimed = Claimed::new(request, self.next_epoch(), attempt, now);
        let lease = claimed.lease(key);
        shard.claimed.insert(short, claimed);
        Ok(Claim::Acquired(lease))
    }

    pub(super) fn renew(&self, lease: &Lease, by: Duration) -> LeaseState {
        let (short, now) = (self.seed.key(lease.key()), self.clock.now());
        self.shard(short).renew(short, lease, by, now)
    }

    pub(super) fn commit(&self, lease: &Lease) -> Commit {
        let (short, now) = (self.seed.key(lease.key()), self.clock.now());
        self.shard(short).commit(short, lease, now)
    }

    pub(super) fn release(&self, lease: &Lease) -> LeaseState {
        let (short, now) = (self.seed.key(lease.key()), self.clock.now());
        self.shard(short).release(short, lease, now)
    }

    pub(super) fn forget(&self, key: &ReplayKey) -> bool {
        let (short, now) = (self.seed.key(key), self.clock.now());
        self.shard(short).remove(short, now)
    }

    fn make_room(&self, shard: &mut Shard, now: Millis) -> Result<(), StoreError> {
        if shard.len() < self.limits.capacity {
            return Ok(());
        }
        let evicted = shard.make_room(now, self.limits);
        self.evictions.add(evicted, shard, now.second());
        if shard.len() < self.limits.capacity {
            return Ok(());
        }
        Err(StoreError::new(StoreErrorKind::Full))
    }

    /// Counts a new key in its group, unless the group is full.
    fn admit(&self, request: &ClaimRequest, now: Millis) -> bool {
        let Some(bound) = &request.bound else {
            return true;
        };
        let group = self.seed.group(&bound.group);
        let expires = now.after(millis(request.retain)).second_up();
        let mut groups = lock(numbered(&self.groups, group.shard()));
        groups.admit(group, bound.at_most, now.second(), expires)
    }

    fn next_epoch(&self) -> NonZeroU64 {
        let before = self.epoch.fetch_add(1, Ordering::Relaxed);
        NonZeroU64::MIN.saturating_add(before)
    }

    fn shard(&self, key: ShortKey) -> MutexGuard<'_, Shard> {
        lock(numbered(&self.shards, key.shard()))
    }
}

/// The shard of a number, by its remainder.
fn numbered<T>(shards: &[T], number: u64) -> &T {
    let last = shards.len().saturating_sub(1);
    let number = usize::try_from(number).unwrap_or_default() & last;
    match shards.get(number) {
        Some(shard) => shard,
        None => unreachable!("the number of shards is a power of two, and `last` is below it"),
    }
}

/// Locks a shard. A panic elsewhere does not spoil it: no operation leaves it half-changed.
fn lock<T>(shard: &Mutex<T>) -> MutexGuard<'_, T> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

fn micros_of_day() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_micros()).unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_store_has_more_shards_and_none_is_larger() {
        let shards = |capacity| {
            let table = Table::new(capacity, false, Clock::start());
            (table.shards.len(), table.limits.capacity)
        };
        assert_eq!(shards(0), (64, 1));
        assert_eq!(shards(1000), (64, 16));
        assert_eq!(shards(1_000_000), (64, 15_625));
        assert_eq!(shards(10_000_000), (1024, 9766));
        assert_eq!(
            shards(MOST_SHARDS * SHARD_RECORDS),
            (MOST_SHARDS, SHARD_RECORDS)
        );
        assert_eq!(shards(usize::MAX).0, MOST_SHARDS);
    }
}
