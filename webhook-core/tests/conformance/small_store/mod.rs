//! A small store that keeps every promise, unless it is given a flaw.

mod burying;
mod claiming;
mod settling;
mod sweeping;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::Poll;
use std::time::Duration;

use webhook_core::replay::{
    Claim, ClaimRequest, Commit, DeadRecord, Finding, LabelBound, Lease, LeaseState, Swept,
};
use webhook_core::{ReplayKey, ReplayStore, StoreError};

use crate::flaw::Flaw;
use crate::record::{Group, Record, State, Table};

/// One handle of a store. Its other handles share the table and the clock.
#[derive(Debug)]
pub(crate) struct SmallStore {
    flaw: Option<Flaw>,
    table: Arc<Mutex<Table>>,
    /// The time. It is one microsecond later each time it is read.
    clock: Arc<AtomicU64>,
    /// For `DoneIsCached`.
    cache: Mutex<HashMap<ReplayKey, Cached>>,
    /// For `EpochsOfEachHandle`: the next epoch.
    epochs: AtomicU64,
}

/// A done record in the cache of a handle.
#[derive(Debug)]
struct Cached {
    expires: u64,
    answer: Option<Vec<u8>>,
}

/// The turn of one operation: what it decides by, and the table it writes to.
///
/// Both are read under one lock, unless the operation has the flaw of a race.
struct Turn<'a> {
    table: MutexGuard<'a, Table>,
    record: Option<Record>,
    group: Option<Group>,
    now: u64,
}

impl SmallStore {
    /// Two handles of a new store.
    pub(crate) fn pair(flaw: Option<Flaw>) -> [Self; 2] {
        let (table, clock) = (Arc::default(), Arc::new(AtomicU64::new(1)));
        [(); 2].map(|()| Self {
            flaw,
            table: Arc::clone(&table),
            clock: Arc::clone(&clock),
            cache: Mutex::default(),
            epochs: AtomicU64::new(1),
        })
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, time: Duration) {
        self.clock.fetch_add(micros(time), Ordering::Relaxed);
    }

    fn has(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    async fn turn(
        &self,
        key: &ReplayKey,
        bound: Option<LabelBound>,
        races: impl Fn(Option<State>) -> bool,
    ) -> Turn<'_> {
        let (early, early_count) = self.see(&self.lock(), key, bound);
        let races = races(early.map(|record| record.state));
        if races {
            pause().await;
        }
        let table = self.lock();
        let (record, group) = self.see(&table, key, bound);
        Turn {
            table,
            record: if races { early } else { record },
            group: if self.has(Flaw::CountsRace) {
                early_count
            } else {
                group
            },
            now: self.now(),
        }
    }

    /// The time, which passes.
    fn now(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap()
    }

    fn see(
        &self,
        table: &Table,
        key: &ReplayKey,
        bound: Option<LabelBound>,
    ) -> (Option<Record>, Option<Group>) {
        let record = table.records.get(&self.id(key)).copied();
        let group = bound.and_then(|bound| table.groups.get(&self.group(&bound)).copied());
        (record, group)
    }

    /// What a record is kept under.
    fn id(&self, key: &ReplayKey) -> ReplayKey {
        let mut bytes = *key.as_bytes();
        if self.has(Flaw::KeysAreCutShort) {
            bytes[8..].fill(0);
        }
        ReplayKey::from_bytes(bytes)
    }

    /// What a count is kept under.
    fn group(&self, bound: &LabelBound) -> ReplayKey {
        match self.has(Flaw::GroupsShareACount) {
            true => ReplayKey::from_bytes([0; 32]),
            false => bound.group,
        }
    }

    /// The record, unless it has expired. `retain` is that of the claim that asks, if one does.
    fn unexpired(&self, turn: &Turn<'_>, retain: Option<Duration>) -> Option<Record> {
        turn.record.filter(|record| {
            let expires = match retain {
                Some(retain) if self.has(Flaw::RetentionOfTheAskingClaim) => {
                    record.lease_until.max(record.written + micros(retain))
                }
                _ => record.expires,
            };
            let is_kept = match record.state {
                State::Claimed => self.has(Flaw::ExpiryNeedsAPurge),
                State::Dead => self.has(Flaw::DeadNeverExpires),
                State::Released | State::Done => false,
            };
            expires > turn.now || is_kept
        })
    }
}

impl ReplayStore for SmallStore {
    async fn claim(&self, key: &ReplayKey, request: &ClaimRequest) -> Result<Claim, StoreError> {
        Ok(self.make_claim(key, request).await)
    }

    async fn renew(&self, lease: &Lease, by: Duration) -> Result<LeaseState, StoreError> {
        Ok(self.make_renewal(lease, by).await)
    }

    async fn commit(&self, lease: &Lease, answer: Option<&[u8]>) -> Result<Commit, StoreError> {
        Ok(self.make_commit(lease, answer).await)
    }

    async fn release(&self, lease: &Lease) -> Result<LeaseState, StoreError> {
        Ok(self.make_release(lease).await)
    }

    async fn bury(&self, lease: &Lease, note: &str) -> Result<LeaseState, StoreError> {
        Ok(self.make_burial(lease, note).await)
    }

    async fn revive(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        Ok(self.make_revival(key).await)
    }

    async fn dead(
        &self,
        after: Option<&ReplayKey>,
        at_most: usize,
    ) -> Result<Vec<DeadRecord>, StoreError> {
        Ok(self.list_deaths(after, at_most))
    }

    async fn forget(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        Ok(self.remove(key).await)
    }

    async fn sweep(&self, at_most: usize) -> Result<Swept, StoreError> {
        Ok(self.make_sweep(at_most))
    }

    async fn check(&self) -> Result<Vec<Finding>, StoreError> {
        Ok(Vec::new())
    }
}

/// Lets other tasks run once.
async fn pause() {
    let mut has_paused = false;
    std::future::poll_fn(|cx| {
        if has_paused {
            return Poll::Ready(());
        }
        has_paused = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap()
}
