//! The store of a receiver: sound, unless the receiver has a flaw of its store.

use std::collections::{HashMap, HashSet};
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use webhook_core::replay::{
    Claim, ClaimRequest, Commit, DeadRecord, Finding, Lease, LeaseState, Swept,
};
use webhook_core::{MemoryStore, ReplayKey, ReplayStore, StoreError, StoreErrorKind};

use crate::flaw::Flaw;

/// How long a claim that has read waits for another one to read.
const RACE: Duration = Duration::from_millis(300);

/// What outlives a process.
#[derive(Clone, Debug)]
pub(crate) struct Durable {
    pub(crate) records: MemoryStore,
    pub(crate) clock: Arc<Mutex<Duration>>,
    notes: Arc<Mutex<Notes>>,
}

/// What only flawed receivers note down.
#[derive(Debug, Default)]
struct Notes {
    /// For `DuplicateExtends`: until when.
    extended: HashMap<ReplayKey, Duration>,
    /// For `DoneBeforeItsEffect`.
    marked: HashSet<ReplayKey>,
    /// For `EpochIsALuaNumber`: the epochs before they were written, by key and owner.
    epochs: HashMap<(ReplayKey, u128), NonZeroU64>,
    /// For `ChecksThenInserts`: how many claims have read each key, and which keys are inserted.
    readers: HashMap<ReplayKey, u32>,
    inserted: HashSet<ReplayKey>,
}

impl Durable {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(Mutex::new(Duration::from_secs(1)));
        let time = Arc::clone(&clock);
        let records = MemoryStore::builder().clock(move || *time.lock().unwrap());
        Self {
            records: records.build(),
            clock,
            notes: Arc::default(),
        }
    }
}

/// A handle of one process.
#[derive(Debug)]
pub(crate) struct FlawedStore {
    pub(crate) flaw: Option<Flaw>,
    pub(crate) durable: Durable,
    /// A dead process asks for nothing.
    pub(crate) is_alive: Arc<AtomicBool>,
}

impl FlawedStore {
    fn has(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    fn records(&self) -> Result<&MemoryStore, StoreError> {
        match self.is_alive.load(Ordering::SeqCst) {
            true => Ok(&self.durable.records),
            false => Err(StoreErrorKind::Unavailable.into()),
        }
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.durable.notes.lock().unwrap()
    }

    fn now(&self) -> Duration {
        *self.durable.clock.lock().unwrap()
    }

    /// A claim that the records have granted, as a receiver with this flaw grants it.
    async fn grant(&self, lease: Lease, request: &ClaimRequest) -> Result<Claim, StoreError> {
        let key = *lease.key();
        match self.flaw {
            Some(Flaw::DuplicateExtends) => {
                let extended = self.notes().extended.get(&key).copied();
                if extended.is_some_and(|until| until > self.now()) {
                    self.records()?.forget(&key).await?;
                    return Ok(done());
                }
            }
            Some(Flaw::DoneBeforeItsEffect) => {
                let is_new = self.notes().marked.insert(key);
                if !is_new && lease.attempt() > 1 {
                    return Ok(done());
                }
            }
            Some(Flaw::EpochIsALuaNumber) => {
                let owner = request.owner;
                let epoch = (key, owner.to_bits());
                self.notes().epochs.insert(epoch, lease.epoch());
                let written = lua_number(lease.epoch());
                return Ok(Claim::Acquired(Lease::new(
                    key,
                    owner,
                    written,
                    lease.attempt(),
                )));
            }
            _ => {}
        }
        Ok(Claim::Acquired(lease))
    }

    /// Reads, gives another claim the time to read too, and then inserts.
    async fn check_then_insert(
        &self,
        key: &ReplayKey,
        request: &ClaimRequest,
    ) -> Result<Claim, StoreError> {
        *self.notes().readers.entry(*key).or_default() += 1;
        if self.notes().inserted.contains(key) {
            return self.records()?.claim(key, request).await;
        }
        let until = Instant::now() + RACE;
        while self.notes().readers.get(key) == Some(&1) && Instant::now() < until {
            sleep(Duration::from_millis(1)).await;
        }
        self.notes().inserted.insert(*key);
        Ok(match self.records()?.claim(key, request).await? {
            Claim::InFlight { .. } => {
                Claim::Acquired(Lease::new(*key, request.owner, NonZeroU64::MIN, 1))
            }
            claim => claim,
        })
    }

    /// The lease as the records know it.
    fn known(&self, lease: &Lease) -> Lease {
        let (key, owner) = (*lease.key(), lease.owner());
        let epoch = self.notes().epochs.get(&(key, owner.to_bits())).copied();
        Lease::new(key, owner, epoch.unwrap_or(lease.epoch()), lease.attempt())
    }
}

fn done() -> Claim {
    Claim::Done {
        same_payload: true,
        answer: None,
    }
}

/// What `tostring` of Lua makes of a number.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "this is the flaw"
)]
fn lua_number(epoch: NonZeroU64) -> NonZeroU64 {
    let written: f64 = format!("{:.13e}", epoch.get() as f64).parse().unwrap();
    NonZeroU64::new(written as u64).unwrap()
}

impl ReplayStore for FlawedStore {
    async fn claim(&self, key: &ReplayKey, request: &ClaimRequest) -> Result<Claim, StoreError> {
        if self.has(Flaw::ChecksThenInserts) {
            return self.check_then_insert(key, request).await;
        }
        match self.records()?.claim(key, request).await? {
            Claim::Acquired(lease) => self.grant(lease, request).await,
            Claim::InFlight { .. } if self.has(Flaw::AcceptsUnfinishedCopies) => Ok(done()),
            Claim::Done { .. } if self.has(Flaw::DuplicateExtends) => {
                let until = self.now() + request.retain;
                self.notes().extended.insert(*key, until);
                Ok(done())
            }
            claim => Ok(claim),
        }
    }

    async fn renew(&self, lease: &Lease, by: Duration) -> Result<LeaseState, StoreError> {
        self.records()?.renew(&self.known(lease), by).await
    }

    async fn commit(&self, lease: &Lease, answer: Option<&[u8]>) -> Result<Commit, StoreError> {
        let (records, lease) = (self.records()?, self.known(lease));
        if self.has(Flaw::RecordsNothing) {
            return Ok(match records.release(&lease).await? {
                LeaseState::Held => Commit::Committed,
                _ => Commit::LeaseLost,
            });
        }
        match records.commit(&lease, answer).await? {
            Commit::LeaseLost if self.has(Flaw::StaleOwnerCommits) => Ok(Commit::Committed),
            commit => Ok(commit),
        }
    }

    async fn release(&self, lease: &Lease) -> Result<LeaseState, StoreError> {
        let (records, lease) = (self.records()?, self.known(lease));
        self.notes().marked.remove(lease.key());
        if self.has(Flaw::FailureDeletes) {
            records.forget(lease.key()).await?;
            return Ok(LeaseState::Held);
        }
        records.release(&lease).await
    }

    async fn bury(&self, lease: &Lease, note: &str) -> Result<LeaseState, StoreError> {
        self.records()?.bury(lease, note).await
    }

    async fn revive(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        self.records()?.revive(key).await
    }

    async fn dead(
        &self,
        after: Option<&ReplayKey>,
        at_most: usize,
    ) -> Result<Vec<DeadRecord>, StoreError> {
        self.records()?.dead(after, at_most).await
    }

    async fn forget(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        self.records()?.forget(key).await
    }

    async fn sweep(&self, at_most: usize) -> Result<Swept, StoreError> {
        self.records()?.sweep(at_most).await
    }

    async fn check(&self) -> Result<Vec<Finding>, StoreError> {
        self.records()?.check().await
    }
}
