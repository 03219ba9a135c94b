//! A store in this process's memory: bounded, sharded, gone on restart.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::{Claim, ClaimRequest, Commit, Lease, LeaseState, Owner, ReplayKey, ReplayStore};
use crate::error::{StoreError, StoreErrorKind};
use crate::time::millis;

const SHARDS: usize = 64;
const DEFAULT_CAPACITY: usize = 1_000_000;
/// Settled records of a shard below which it does not pay to look for expired ones.
const SMALLEST_SWEEP: usize = 1024;

/// Remembers deliveries in memory.
///
/// Right for a single process that may forget: after a restart, a copy of an earlier delivery runs once more if its
/// time is still fresh. Several processes, or events that must not run twice across a restart, need a shared store.
///
/// Clones share what is remembered. A record takes less than 100 bytes. At capacity (a million records unless
/// set), done records that are no longer fresh are forgotten, oldest first; if there are none, a claim fails with
/// [`StoreErrorKind::Full`] and the delivery is answered 503. A record inside its freshness window is never evicted.
#[derive(Clone)]
pub struct MemoryStore {
    inner: Arc<Inner>,
}

/// Sets up a [`MemoryStore`].
#[derive(Clone)]
#[must_use]
pub struct MemoryStoreBuilder {
    capacity: usize,
    clock: Option<Arc<Monotonic>>,
}

type Monotonic = dyn Fn() -> Duration + Send + Sync;
type Records<T> = HashMap<ShortKey, T, BuildHasherDefault<Prehashed>>;

struct Inner {
    shards: [Mutex<Shard>; SHARDS],
    shard_capacity: usize,
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
}

struct Claimed {
    owner: Owner,
    epoch: NonZeroU64,
    /// Milliseconds on the store's clock.
    lease_until: u64,
    expires: u64,
    retain: u32,
    protect: u32,
    attempt: u32,
    fingerprint: u32,
}

/// Times are seconds on the store's clock.
struct Settled {
    epoch: u64,
    expires: u32,
    protected_until: u32,
    fingerprint: u32,
    attempt: u16,
    done: bool,
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
            clock: None,
        }
    }

    /// How many deliveries are remembered, expired ones that were not swept yet among them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inner.shards.iter().fold(0, |sum, shard| {
            let shard = lock(shard);
            sum.saturating_add(shard.len())
        })
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
        let mut earlier_attempts = 0;

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
                earlier_attempts = claimed.attempt;
            }
        } else if let Some(settled) = shard.settled.get(&short) {
            if u64::from(settled.expires) > now / 1000 {
                if settled.done {
                    return Ok(Claim::Done {
                        same_payload: settled.fingerprint == narrow(request.fingerprint),
                    });
                }
                earlier_attempts = settled.attempt.into();
            }
            shard.settled.remove(&short);
        }

        if shard.len() >= self.inner.shard_capacity && !shard.claimed.contains_key(&short) {
            shard.make_room(now / 1000, self.inner.shard_capacity);
            if shard.len() >= self.inner.shard_capacity {
                return Err(StoreError::new(StoreErrorKind::Full));
            }
        }
        let attempt = earlier_attempts.saturating_add(1);
        let epoch = self.next_epoch();
        shard.claimed.insert(
            short,
            Claimed {
                owner: request.owner,
                epoch,
                lease_until: now.saturating_add(millis(request.lease)),
                expires: now.saturating_add(millis(request.retain)),
                retain: seconds(request.retain),
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

    /// Strictly increasing over all keys, so for each key too, without a record of what it was before.
    fn next_epoch(&self) -> NonZeroU64 {
        let before = self.inner.epoch.fetch_add(1, Ordering::Relaxed);
        NonZeroU64::MIN.saturating_add(before)
    }

    pub(crate) fn renew_now(&self, lease: &Lease, by: Duration) -> LeaseState {
        let (short, now) = (ShortKey::from(lease.key()), self.now());
        match self.shard(short).claimed.get_mut(&short) {
            Some(claimed) if claimed.is_held_by(lease) => {
                claimed.lease_until = now.saturating_add(millis(by));
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
            Some(settled) if settled.done && settled.epoch == lease.epoch().get() => {
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
        let short = ShortKey::from(key);
        let mut shard = self.shard(short);
        let (claimed, settled) = (shard.claimed.remove(&short), shard.settled.remove(&short));
        claimed.is_some() || settled.is_some()
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
        if !entry.get().is_held_by(lease) {
            return false;
        }
        let claimed = entry.remove();
        let secs = u32::try_from(now / 1000).unwrap_or(u32::MAX);
        self.sweep(secs);
        self.settled.insert(
            key,
            Settled {
                epoch: claimed.epoch.get(),
                // Rounded up: the second that has begun does not count.
                expires: secs.saturating_add(claimed.retain).saturating_add(1),
                protected_until: secs.saturating_add(claimed.protect).saturating_add(1),
                fingerprint: claimed.fingerprint,
                attempt: u16::try_from(claimed.attempt).unwrap_or(u16::MAX),
                done,
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

    /// Makes room in a full shard: expired records go, then the older half of those that are no longer protected.
    fn make_room(&mut self, now_secs: u64, capacity: usize) {
        let now = u32::try_from(now_secs).unwrap_or(u32::MAX);
        self.settled.retain(|_, settled| settled.expires > now);
        let now_millis = now_secs.saturating_mul(1000);
        self.claimed
            .retain(|_, claimed| claimed.expires.max(claimed.lease_until) > now_millis);
        if self.len() < capacity {
            return;
        }
        let mut ages: Vec<u32> = self
            .settled
            .values()
            .filter(|settled| settled.protected_until <= now)
            .map(|settled| settled.expires)
            .collect();
        if ages.is_empty() {
            return;
        }
        let middle = ages.len() / 2;
        let (_, &mut median, _) = ages.select_nth_unstable(middle);
        self.settled
            .retain(|_, settled| settled.protected_until > now || settled.expires > median);
        crate::observe::evicted();
    }
}

impl Claimed {
    fn is_held_by(&self, lease: &Lease) -> bool {
        self.owner == lease.owner() && self.epoch == lease.epoch()
    }
}

impl MemoryStoreBuilder {
    /// How many records are kept at the most, in all. At least one for each of the 64 shards.
    pub fn capacity(mut self, records: usize) -> Self {
        self.capacity = records;
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
fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

fn seconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_secs()).unwrap_or(u32::MAX)
}

/// The low half of a fingerprint: it only decides about a line in the log.
fn narrow(fingerprint: u64) -> u32 {
    let [a, b, c, d, ..] = fingerprint.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}
