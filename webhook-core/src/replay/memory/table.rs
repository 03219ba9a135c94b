//! All records and counts, and the operations on them.

use std::collections::BTreeMap;
use std::iter::repeat_with;
use std::num::NonZeroU64;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::answers::{Answers, to_remember};
use super::clock::{Clock, Millis};
use super::dead::NoteBudget;
use super::digest::{Seed, ShortKey};
use super::eviction::{Evictions, Limits};
use super::groups::Groups;
use super::record::Claimed;
use super::shard::{Shard, Standing};
use super::sync::{AtomicU64, Mutex, MutexGuard, lock, numbered};
use crate::error::{StoreError, StoreErrorKind};
use crate::replay::{Claim, ClaimRequest, Commit, DeadRecord, Lease, LeaseState, ReplayKey, Swept};
use crate::time::millis;

/// So many shards at least, so that threads seldom wait for one another.
const FEWEST_SHARDS: usize = 64;
/// So many shards at most, so that an empty store is small, whatever its capacity.
const MOST_SHARDS: usize = 4096;
/// So many records in a shard if `MOST_SHARDS` allows, so that no purge holds its lock for long.
const SHARD_RECORDS: usize = 16_384;
/// Notes get a quarter of the memory for answers and notes: they are short.
const NOTES_SHARE: usize = 4;

/// Shards of records, shards of counts, and answers. A count or an answer is locked after a record,
/// never before one.
pub(super) struct Table {
    seed: Seed,
    shards: Box<[Mutex<Shard>]>,
    groups: Box<[Mutex<Groups>]>,
    limits: Limits,
    evictions: Evictions,
    answers: Answers,
    notes: NoteBudget,
    /// The number of the shard that the next sweep begins with.
    sweep_from: AtomicU64,
    /// The last epoch. It begins with the time of day in microseconds, above those of an earlier
    /// process, and grows over all keys.
    epoch: AtomicU64,
    clock: Clock,
}

impl Table {
    /// `side_bytes` are for answers and notes together.
    pub(super) fn new(
        capacity: usize,
        refuses_when_full: bool,
        side_bytes: usize,
        clock: Clock,
    ) -> Self {
        let shards = capacity.div_ceil(SHARD_RECORDS);
        let shards = shards.clamp(FEWEST_SHARDS, MOST_SHARDS).next_power_of_two();
        let capacity = capacity.div_ceil(shards).max(1);
        let note_bytes = side_bytes / NOTES_SHARE;
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
            answers: Answers::new(side_bytes.saturating_sub(note_bytes)),
            notes: NoteBudget::new(note_bytes),
            sweep_from: AtomicU64::new(0),
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
            Standing::Done(settled) => {
                return Ok(Claim::Done {
                    same_payload: settled.is_same_payload(request.fingerprint),
                    answer: self.answers.get(short, settled.epoch()),
                });
            }
            Standing::Dead(dead) => {
                return Ok(Claim::Dead {
                    attempts: dead.attempts(),
                });
            }
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

    pub(super) fn commit(&self, lease: &Lease, answer: Option<&[u8]>) -> Commit {
        let (short, now) = (self.seed.key(lease.key()), self.clock.now());
        let answer = answer.and_then(to_remember);
        let mut shard = self.shard(short);
        let commit = shard.commit(short, lease, now);
        if let (Commit::Committed, Some(answer)) = (commit, answer)
            && let Some(done) = shard.settled.get(&short)
        {
            let (epoch, now, expires) = (lease.epoch(), now.second(), done.expires());
            self.answers.remember(short, epoch, answer, now, expires);
        }
        commit
    }

    pub(super) fn release(&self, lease: &Lease) -> LeaseState {
        let (short, now) = (self.seed.key(lease.key()), self.clock.now());
        self.shard(short).release(short, lease, now)
    }

    pub(super) fn bury(&self, lease: &Lease, note: &str) -> LeaseState {
        let (short, now) = (self.seed.key(lease.key()), self.clock.now());
        let (note, died_at) = (|| self.notes.note(note), self.clock.unix(now));
        self.shard(short).bury(short, lease, note, now, died_at)
    }

    pub(super) fn revive(&self, key: &ReplayKey) -> bool {
        let (short, now) = (self.seed.key(key), self.clock.now());
        self.shard(short).revive(short, now)
    }

    /// The dead records with the lowest keys above `after`.
    pub(super) fn dead(&self, after: Option<&ReplayKey>, at_most: usize) -> Vec<DeadRecord> {
        let now = self.clock.now().second();
        let mut lowest = BTreeMap::new();
        for shard in &self.shards {
            for dead in lock(shard).dead.values() {
                let key = *dead.key();
                let is_above = after.is_none_or(|after| key > *after);
                if !is_above || !dead.is_unexpired(now) {
                    continue;
                }
                let is_full = lowest.len() >= at_most;
                if is_full && lowest.last_key_value().is_none_or(|(last, _)| key > *last) {
                    continue;
                }
                lowest.insert(key, dead.listed());
                if is_full {
                    lowest.pop_last();
                }
            }
        }
        lowest.into_values().collect()
    }

    pub(super) fn forget(&self, key: &ReplayKey) -> bool {
        let (short, now) = (self.seed.key(key), self.clock.now());
        let mut shard = self.shard(short);
        self.answers.remove(short);
        shard.remove(short, now)
    }

    /// Drops at most `at_most` expired records and counts. It looks at one shard after the other,
    /// and the next call goes on where this one stops.
    pub(super) fn sweep(&self, at_most: usize) -> Swept {
        let now = self.clock.now();
        let from = self.sweep_from.load(Ordering::Relaxed);
        let mut left = at_most;
        for number in (from..).take(self.shards.len()) {
            if left == 0 {
                self.sweep_from.store(number, Ordering::Relaxed);
                return Swept {
                    removed: at_most,
                    more: true,
                };
            }
            left = left.saturating_sub(self.sweep_shard(number, left, now));
        }
        self.answers.purge(now.second());
        Swept {
            removed: at_most.saturating_sub(left),
            more: false,
        }
    }

    fn sweep_shard(&self, number: u64, at_most: usize, now: Millis) -> usize {
        let records = lock(numbered(&self.shards, number)).sweep(at_most, now);
        let left = at_most.saturating_sub(records);
        let counts = lock(numbered(&self.groups, number)).sweep(left, now.second());
        records.saturating_add(counts)
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
            let table = Table::new(capacity, false, 0, Clock::start());
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
