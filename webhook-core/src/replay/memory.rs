//! A store in this process's memory: bounded, sharded, gone on restart.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::error::{StoreError, StoreErrorKind};
use crate::replay::{
    Claim, ClaimRequest, Commit, LabelBound, Lease, LeaseState, Owner, ReplayKey, ReplayStore,
};
use crate::time::millis;

const SHARDS: usize = 64;
const DEFAULT_CAPACITY: usize = 1_000_000;
/// Settled records of a shard below which it does not pay to look for expired ones.
const SMALLEST_SWEEP: usize = 1024;
/// Seconds between two warnings that deliveries are forgotten early.
const WARN_EVERY: u64 = 3600;

/// Remembers deliveries in memory.
///
/// Right for a single process that may forget: after a restart, a copy of an earlier delivery runs once more if its
/// time is still fresh. Several processes, or events that must not run twice across a restart, need a shared store.
///
/// Clones share what is remembered. A record takes less than 100 bytes; one with [unsigned
/// labels](LabelBound) some 30 more.
///
/// At capacity (a million records unless set), expired records are dropped first, then released
/// ones, which hold no more than a count of attempts, then the older half of the done records that
/// no freshness window protects. The first time and then at most once an hour, a warning says how
/// far back memory still reaches, and [`evicted`](Self::evicted) counts. If all records are
/// protected, a claim fails with [`StoreErrorKind::Full`] and the delivery is answered 503. With
/// [`refuse_when_full`](MemoryStoreBuilder::refuse_when_full) it fails before any done record is
/// forgotten.
#[derive(Clone)]
pub struct MemoryStore {
    inner: Arc<Inner>,
}

/// Sets up a [`MemoryStore`].
#[derive(Clone)]
#[must_use]
pub struct MemoryStoreBuilder {
    capacity: usize,
    refuses_when_full: bool,
    clock: Option<Arc<Monotonic>>,
}

type Monotonic = dyn Fn() -> Duration + Send + Sync;
type Records<T> = HashMap<ShortKey, T, BuildHasherDefault<Prehashed>>;

struct Inner {
    shards: [Mutex<Shard>; SHARDS],
    /// How many keys each group has. Locked after a shard, never before one.
    groups: [Mutex<Groups>; SHARDS],
    shard_capacity: usize,
    refuses_when_full: bool,
    /// Done records that were forgotten early.
    evicted: AtomicU64,
    /// The second from which on the next warning may be given.
    warn_from: AtomicU64,
    /// The last epoch granted. It begins at the time of day in microseconds, above those of an earlier run.
    epoch: AtomicU64,
    start: Instant,
    clock: Option<Arc<Monotonic>>,
}

/// A claim is short-lived and wide, a settled record long-lived and narrow, so they are kept apart.
#[derive(Default)]
struct Shard {
    claimed: Records<Claimed>,
    settled: Records<Settled>,
    /// The number of settled records at which to look for expired ones.
    sweep_at: usize,
    /// The second in which a full shard was last searched for room in vain.
    full_at: Option<u32>,
}

/// The first sights of the keys of a group.
#[derive(Default)]
struct Groups(HashMap<u64, Group, BuildHasherDefault<Prehashed>>);

struct Group {
    /// Seconds on the store's clock.
    expires: u32,
    keys: u16,
}

struct Claimed {
    owner: Owner,
    epoch: NonZeroU64,
    /// Milliseconds on the store's clock.
    lease_until: u64,
    /// Never before the lease ends.
    expires: u64,
    /// In milliseconds.
    retain: u64,
    protect: u32,
    attempt: u32,
    fingerprint: u32,
}

/// Times are seconds on the store's clock. Packed into 24 bytes, since there are a million.
struct Settled {
    epoch: u64,
    expires: u32,
    settled_at: u32,
    fingerprint: u32,
    /// Minutes after `settled_at` until which the record is not forgotten early, rounded up.
    protect_mins: u16,
    /// The attempt, and in the highest bit whether it succeeded.
    attempt: u16,
}

impl Settled {
    const DONE: u16 = 1 << 15;

    fn is_done(&self) -> bool {
        self.attempt & Self::DONE != 0
    }

    fn attempt(&self) -> u32 {
        u32::from(self.attempt & !Self::DONE)
    }

    fn is_protected(&self, now: u32) -> bool {
        let secs = u32::from(self.protect_mins).saturating_mul(60);
        self.settled_at.saturating_add(secs) > now
    }
}

/// Half of a replay key: 128 bits of SHA-256 do not collide by accident, and only a holder of the provider's secret
/// could try on purpose.
#[derive(Clone, Copy, PartialEq, Eq)]
struct ShortKey(u64, u64);

impl From<&ReplayKey> for ShortKey {
    fn from(key: &ReplayKey) -> Self {
        let word = |bytes: Option<&[u8; 8]>| bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let (first, rest) = key.as_bytes().split_at(8);
        Self(word(first.first_chunk()), word(rest.first_chunk()))
    }
}

impl Hash for ShortKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0);
    }
}

/// Keys are digests: hashing them again would make them no more even.
#[derive(Default)]
struct Prehashed(u64);

impl Hasher for Prehashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {}

    fn write_u64(&mut self, n: u64) {
        self.0 = n;
    }
}

impl MemoryStore {
    /// A store for a million records.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// A store with other settings.
    pub fn builder() -> MemoryStoreBuilder {
        MemoryStoreBuilder {
            capacity: DEFAULT_CAPACITY,
            refuses_when_full: false,
            clock: None,
        }
    }

    /// Where it is: clones are in the same place.
    pub(crate) fn address(&self) -> usize {
        Arc::as_ptr(&self.inner).addr()
    }

    /// How many deliveries are remembered, expired ones that were not swept yet among them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inner.shards.iter().fold(0, |sum, shard| {
            let shard = lock(shard);
            sum.saturating_add(shard.len())
        })
    }

    /// How many done deliveries were forgotten before their time, because the store was full. A
    /// copy of one runs again.
    #[must_use]
    pub fn evicted(&self) -> u64 {
        self.inner.evicted.load(Ordering::Relaxed)
    }

    /// Whether nothing is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn shard(&self, key: ShortKey) -> MutexGuard<'_, Shard> {
        // The map takes the low and the highest bits of the first word, so the shard is chosen by the second.
        let [index, ..] = key.1.to_le_bytes();
        match self.inner.shards.get(usize::from(index) % SHARDS) {
            Some(shard) => lock(shard),
            None => unreachable!("a remainder is below its divisor"),
        }
    }

    fn now(&self) -> u64 {
        millis(match &self.inner.clock {
            Some(clock) => clock(),
            None => self.inner.start.elapsed(),
        })
    }

    pub(crate) fn claim_now(
        &self,
        key: &ReplayKey,
        request: &ClaimRequest,
    ) -> Result<Claim, StoreError> {
        let (short, now) = (ShortKey::from(key), self.now());
        let mut shard = self.shard(short);
        let mut earlier_attempts = None;

        if let Some(claimed) = shard.claimed.get(&short) {
            if claimed.lease_until > now {
                if claimed.owner == request.owner {
                    let lease = Lease::new(*key, claimed.owner, claimed.epoch, claimed.attempt);
                    return Ok(Claim::Acquired(lease));
                }
                let left = Duration::from_millis(claimed.lease_until.saturating_sub(now));
                return Ok(Claim::InFlight { retry_after: left });
            }
            if claimed.expires > now {
                earlier_attempts = Some(claimed.attempt);
            }
        } else if let Some(settled) = shard.settled.get(&short) {
            if u64::from(settled.expires) > now / 1000 {
                if settled.is_done() {
                    return Ok(Claim::Done {
                        same_payload: settled.fingerprint == narrow(request.fingerprint),
                    });
                }
                earlier_attempts = Some(settled.attempt());
            }
            shard.settled.remove(&short);
        }

        if shard.len() >= self.inner.shard_capacity && !shard.claimed.contains_key(&short) {
            self.make_room(&mut shard, now)?;
        }
        if let (None, Some(bound)) = (earlier_attempts, &request.bound)
            && !self.admit(bound, now, request.retain)
        {
            shard.claimed.remove(&short);
            return Ok(Claim::OverBound);
        }
        let earlier_attempts = earlier_attempts.unwrap_or_default();
        let attempt = earlier_attempts.saturating_add(1);
        let epoch = self.next_epoch();
        shard.claimed.insert(
            short,
            Claimed {
                owner: request.owner,
                epoch,
                lease_until: now.saturating_add(millis(request.lease)),
                expires: now.saturating_add(millis(request.retain.max(request.lease))),
                retain: millis(request.retain),
                protect: seconds(request.protect.min(request.retain)),
                attempt,
                fingerprint: narrow(request.fingerprint),
            },
        );
        Ok(Claim::Acquired(Lease::new(
            *key,
            request.owner,
            epoch,
            attempt,
        )))
    }

    /// Counts a key of a group, unless the group has as many as it may.
    fn admit(&self, bound: &LabelBound, now: u64, retain: Duration) -> bool {
        let ShortKey(group, other) = ShortKey::from(&bound.group);
        let [index, ..] = other.to_le_bytes();
        let expires = now_secs_up(now.saturating_add(millis(retain)));
        match self.inner.groups.get(usize::from(index) % SHARDS) {
            Some(groups) => lock(groups).admit(
                group,
                bound.at_most.get(),
                now_secs(now),
                expires,
                self.inner.shard_capacity,
            ),
            None => unreachable!("a remainder is below its divisor"),
        }
    }

    fn make_room(&self, shard: &mut Shard, now: u64) -> Result<(), StoreError> {
        let now = now_secs(now);
        let inner = &self.inner;
        let evicted = shard.make_room(now, inner.shard_capacity, inner.refuses_when_full);
        if evicted > 0 {
            let before = inner.evicted.fetch_add(evicted, Ordering::Relaxed);
            let warn_from = inner.warn_from.load(Ordering::Relaxed);
            let next = u64::from(now).saturating_add(WARN_EVERY);
            let order = Ordering::Relaxed;
            if u64::from(now) >= warn_from
                && inner
                    .warn_from
                    .compare_exchange(warn_from, next, order, order)
                    .is_ok()
            {
                crate::observe::evicted(before.saturating_add(evicted), shard.reaches_back(now));
            }
        }
        if shard.len() >= inner.shard_capacity {
            return Err(StoreError::new(StoreErrorKind::Full));
        }
        Ok(())
    }

    /// Strictly increasing over all keys, so for each key too, without a record of what it was before.
    fn next_epoch(&self) -> NonZeroU64 {
        let before = self.inner.epoch.fetch_add(1, Ordering::Relaxed);
        NonZeroU64::MIN.saturating_add(before)
    }

    pub(crate) fn renew_now(&self, lease: &Lease, by: Duration) -> LeaseState {
        let (short, now) = (ShortKey::from(lease.key()), self.now());
        match self.shard(short).claimed.get_mut(&short) {
            Some(claimed) if claimed.is_held_by(lease, now) => {
                claimed.lease_until = now.saturating_add(millis(by));
                let retained = now.saturating_add(claimed.retain);
                claimed.expires = retained.max(claimed.lease_until);
                LeaseState::Held
            }
            _ => LeaseState::Lost,
        }
    }

    pub(crate) fn commit_now(&self, lease: &Lease) -> Commit {
        let (short, now) = (ShortKey::from(lease.key()), self.now());
        let mut shard = self.shard(short);
        if shard.settle(short, lease, now, true) {
            return Commit::Committed;
        }
        match shard.settled.get(&short) {
            Some(settled)
                if settled.is_done()
                    && settled.epoch == lease.epoch().get()
                    && u64::from(settled.expires) > now / 1000 =>
            {
                Commit::AlreadyCommitted
            }
            _ => Commit::LeaseLost,
        }
    }

    pub(crate) fn release_now(&self, lease: &Lease) -> LeaseState {
        let (short, now) = (ShortKey::from(lease.key()), self.now());
        if self.shard(short).settle(short, lease, now, false) {
            LeaseState::Held
        } else {
            LeaseState::Lost
        }
    }

    pub(crate) fn forget_now(&self, key: &ReplayKey) -> bool {
        let (short, now) = (ShortKey::from(key), self.now());
        let mut shard = self.shard(short);
        let (claimed, settled) = (shard.claimed.remove(&short), shard.settled.remove(&short));
        claimed.is_some_and(|claimed| claimed.expires > now)
            || settled.is_some_and(|settled| u64::from(settled.expires) > now / 1000)
    }
}

impl Shard {
    fn len(&self) -> usize {
        self.claimed.len().saturating_add(self.settled.len())
    }

    /// Turns the claim that `lease` holds into a settled record.
    fn settle(&mut self, key: ShortKey, lease: &Lease, now: u64, done: bool) -> bool {
        let Entry::Occupied(entry) = self.claimed.entry(key) else {
            return false;
        };
        if !entry.get().is_held_by(lease, now) {
            return false;
        }
        let claimed = entry.remove();
        let secs = now_secs(now);
        self.sweep(secs);
        let attempt = u16::try_from(claimed.attempt).unwrap_or(u16::MAX);
        let attempt = attempt.min(!Settled::DONE);
        self.settled.insert(
            key,
            Settled {
                epoch: claimed.epoch.get(),
                expires: now_secs_up(now.saturating_add(claimed.retain)),
                settled_at: secs,
                fingerprint: claimed.fingerprint,
                protect_mins: minutes(claimed.protect),
                attempt: if done {
                    attempt | Settled::DONE
                } else {
                    attempt
                },
            },
        );
        true
    }

    /// Drops expired records, but only when there are twice as many as the last time left: each record pays for
    /// being looked at about once, and no thread has to do it.
    fn sweep(&mut self, now_secs: u32) {
        if self.settled.len() < self.sweep_at.max(SMALLEST_SWEEP) {
            return;
        }
        self.settled.retain(|_, settled| settled.expires > now_secs);
        self.sweep_at = self.settled.len().saturating_mul(2);
    }

    /// Makes room in a full shard, a sixteenth of it at the least if it can, so that not every
    /// claim has to look. Says how many done records were forgotten before their time.
    fn make_room(&mut self, now: u32, capacity: usize, keeps_done: bool) -> u64 {
        if self.full_at == Some(now) {
            return 0;
        }
        self.full_at = None;
        let enough = capacity.saturating_sub(capacity / 16).max(1);
        self.settled.retain(|_, settled| settled.expires > now);
        let now_millis = u64::from(now).saturating_mul(1000);
        self.claimed
            .retain(|_, claimed| claimed.expires > now_millis);
        if self.len() >= enough {
            self.settled.retain(|_, settled| settled.is_done());
        }
        let before = self.settled.len();
        if self.len() >= enough && !keeps_done {
            self.evict(now);
        }
        if self.len() >= capacity {
            self.full_at = Some(now);
        }
        u64::try_from(before.saturating_sub(self.settled.len())).unwrap_or(u64::MAX)
    }

    /// Forgets the older half of the records that are not protected.
    fn evict(&mut self, now: u32) {
        let unprotected = self.settled.values().filter(|done| !done.is_protected(now));
        let mut ages: Vec<u32> = unprotected.map(|done| done.settled_at).collect();
        if ages.is_empty() {
            return;
        }
        let middle = ages.len() / 2;
        let (_, &mut median, _) = ages.select_nth_unstable(middle);
        self.settled
            .retain(|_, done| done.is_protected(now) || done.settled_at > median);
    }

    /// The age of the oldest done record.
    fn reaches_back(&self, now: u32) -> u32 {
        let done = self.settled.values().filter(|settled| settled.is_done());
        let oldest = done.map(|done| done.settled_at).min();
        oldest.map_or(0, |oldest| now.saturating_sub(oldest))
    }
}

impl Groups {
    fn admit(&mut self, group: u64, at_most: u16, now: u32, expires: u32, capacity: usize) -> bool {
        if let Some(known) = self.0.get_mut(&group).filter(|known| known.expires > now) {
            let is_admitted = known.keys < at_most;
            known.keys = known.keys.saturating_add(u16::from(is_admitted));
            return is_admitted;
        }
        if self.0.len() >= capacity {
            self.make_room(now);
        }
        self.0.insert(group, Group { expires, keys: 1 });
        true
    }

    /// Drops what has expired, and if that is not much the half that expires first.
    fn make_room(&mut self, now: u32) {
        let before = self.0.len();
        self.0.retain(|_, group| group.expires > now);
        if self.0.len() <= before / 2 {
            return;
        }
        let mut ends: Vec<u32> = self.0.values().map(|group| group.expires).collect();
        let middle = ends.len() / 2;
        let (_, &mut median, _) = ends.select_nth_unstable(middle);
        self.0.retain(|_, group| group.expires > median);
    }
}

impl Claimed {
    fn is_held_by(&self, lease: &Lease, now: u64) -> bool {
        self.owner == lease.owner() && self.epoch == lease.epoch() && self.expires > now
    }
}

impl MemoryStoreBuilder {
    /// How many records are kept at the most, in all. At least one for each of the 64 shards.
    pub fn capacity(mut self, records: usize) -> Self {
        self.capacity = records;
        self
    }

    /// Keeps every done record for its whole retention: a full store refuses new deliveries (503)
    /// rather than forget one early. Right where running an event twice costs more than losing it.
    pub fn refuse_when_full(mut self) -> Self {
        self.refuses_when_full = true;
        self
    }

    /// Another clock for leases and retention: the time since some fixed moment. For tests.
    pub fn clock(mut self, clock: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Builds the store.
    #[must_use]
    pub fn build(self) -> MemoryStore {
        let micros = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| {
                u64::try_from(since.as_micros()).unwrap_or_default()
            });
        MemoryStore {
            inner: Arc::new(Inner {
                shards: std::array::from_fn(|_| Mutex::default()),
                groups: std::array::from_fn(|_| Mutex::default()),
                refuses_when_full: self.refuses_when_full,
                evicted: AtomicU64::new(0),
                warn_from: AtomicU64::new(0),
                shard_capacity: self.capacity.div_ceil(SHARDS).max(1),
                epoch: AtomicU64::new(micros),
                start: Instant::now(),
                clock: self.clock,
            }),
        }
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

impl fmt::Debug for MemoryStoreBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStoreBuilder")
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}

impl ReplayStore for MemoryStore {
    async fn claim(&self, key: &ReplayKey, request: &ClaimRequest) -> Result<Claim, StoreError> {
        self.claim_now(key, request)
    }

    async fn renew(&self, lease: &Lease, by: Duration) -> Result<LeaseState, StoreError> {
        Ok(self.renew_now(lease, by))
    }

    async fn commit(&self, lease: &Lease) -> Result<Commit, StoreError> {
        Ok(self.commit_now(lease))
    }

    async fn release(&self, lease: &Lease) -> Result<LeaseState, StoreError> {
        Ok(self.release_now(lease))
    }

    async fn forget(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        Ok(self.forget_now(key))
    }
}

/// No operation leaves a shard half-changed, so a panic elsewhere while a lock was held does not spoil it.
fn lock<T>(shard: &Mutex<T>) -> MutexGuard<'_, T> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

fn now_secs(millis: u64) -> u32 {
    u32::try_from(millis / 1000).unwrap_or(u32::MAX)
}

/// The second that begins at this time or after it: nothing expires before its time.
fn now_secs_up(millis: u64) -> u32 {
    u32::try_from(millis.div_ceil(1000)).unwrap_or(u32::MAX)
}

/// Rounded up: the minute that has begun does not count.
fn minutes(secs: u32) -> u16 {
    match secs {
        0 => 0,
        secs => u16::try_from((secs / 60).saturating_add(2)).unwrap_or(u16::MAX),
    }
}

fn seconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_secs()).unwrap_or(u32::MAX)
}

/// The low half of a fingerprint: it only decides about a line in the log.
fn narrow(fingerprint: u64) -> u32 {
    let [a, b, c, d, ..] = fingerprint.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}
