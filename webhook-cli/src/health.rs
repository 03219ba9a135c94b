//! Whether the server can accept deliveries.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};
use webhook_axum::replay::{Claim, ClaimRequest, Owner};
use webhook_axum::{ReplayKey, StoreError, StoreErrorKind};

use crate::failure::causes;
use crate::store::Store;

/// The answer to `GET /ready`.
///
/// The server is ready if its stores took a write within a second. However often it is asked, it
/// probes them once a second, and one probe at a time.
pub(crate) struct Readiness {
    stores: Vec<Store>,
    record: Record,
    shuts_down: AtomicBool,
    probe: Mutex<Probe>,
}

/// The record that a probe writes.
///
/// Its key is random. It is that of no delivery, which would have to have it as its digest, and no
/// other process writes it. It stays the same, because a store may keep a mark of a record that was
/// removed.
#[derive(Clone, Copy)]
struct Record {
    key: ReplayKey,
    owner: Owner,
}

#[derive(Default)]
struct Probe {
    /// A probe without an answer. It is never cancelled: that may leave a connection in the middle
    /// of an operation.
    running: Option<JoinHandle<Result<Duration, StoreError>>>,
    /// The last result, and when it was known.
    last: Option<(Instant, bool)>,
}

impl Readiness {
    pub(crate) fn new<'a>(stores: impl IntoIterator<Item = &'a Store>) -> Self {
        Self {
            stores: stores.into_iter().cloned().collect(),
            record: Record::random(),
            shuts_down: AtomicBool::new(false),
            probe: Mutex::default(),
        }
    }

    /// From now on the server is not ready.
    pub(crate) fn shut_down(&self) {
        self.shuts_down.store(true, Ordering::Relaxed);
    }

    /// Whether the server is ready. Answers within about a second.
    pub(crate) async fn is_ready(&self) -> bool {
        if self.shuts_down.load(Ordering::Relaxed) {
            return false;
        }
        // Others wait here, and take the result.
        let mut probe = self.probe.lock().await;
        match probe.last {
            Some((at, ready)) if at.elapsed() < KEPT => ready,
            _ => probe.run(&self.stores, self.record).await,
        }
    }
}

impl Probe {
    async fn run(&mut self, stores: &[Store], record: Record) -> bool {
        // The client that waited for it has left, and it says nothing about the store now.
        self.running.take_if(|running| running.is_finished());
        let running = self
            .running
            .get_or_insert_with(|| tokio::spawn(record.write_to_all(stores.to_vec())));
        let problem = match timeout(LIMIT, running).await {
            Err(_) => Some(LATE.to_owned()),
            Ok(ended) => {
                self.running = None;
                match ended {
                    Ok(Ok(took)) if took > LIMIT => Some(LATE.to_owned()),
                    Ok(Ok(_)) => None,
                    Ok(Err(error)) => Some(causes(&error)),
                    Err(error) => Some(error.to_string()),
                }
            }
        };
        let was_ready = self.last.is_none_or(|(_, ready)| ready);
        match &problem {
            Some(problem) if was_ready => tracing::warn!("not ready: {problem}"),
            None if !was_ready => tracing::info!("ready again"),
            _ => {}
        }
        self.last = Some((Instant::now(), problem.is_none()));
        problem.is_none()
    }
}

impl Record {
    fn random() -> Self {
        let mut key = [0; 32];
        for eight in key.chunks_exact_mut(8) {
            eight.copy_from_slice(&random().to_le_bytes());
        }
        let owner = (u128::from(random()) << 64) | u128::from(random());
        Self {
            key: ReplayKey::from_bytes(key),
            owner: Owner::from_bits(owner),
        }
    }

    /// Probes one store after the other, and tells how long that took.
    async fn write_to_all(self, stores: Vec<Store>) -> Result<Duration, StoreError> {
        let mut took = Duration::ZERO;
        for store in stores {
            took += self.write(store).await?;
        }
        Ok(took)
    }

    /// Writes the record and removes it, and tells how long that took. If the process dies between
    /// the two, the record expires.
    ///
    /// If the last probe failed between the two, its claim is still alive and the owner gets it
    /// again without a write. The removal is then the write.
    async fn write(self, store: Store) -> Result<Duration, StoreError> {
        let began = Instant::now();
        let request = ClaimRequest::new(self.owner, LEASE, LEASE);
        match store.claim(&self.key, &request).await? {
            Claim::Acquired(_) => match store.forget(&self.key).await? {
                true => Ok(began.elapsed()),
                false => Err(StoreErrorKind::Corrupt.into()),
            },
            _ => Err(StoreErrorKind::Corrupt.into()),
        }
    }
}

fn random() -> u64 {
    RandomState::new().hash_one(0_u8)
}

const LATE: &str = "the store did not answer within a second";
/// Time for a probe.
const LIMIT: Duration = Duration::from_secs(1);
/// How long a result is used.
const KEPT: Duration = Duration::from_secs(1);
/// How long the record of a probe is kept that is not removed.
const LEASE: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use webhook_axum::MemoryStore;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_result_is_used_for_a_second_and_nothing_stays_in_the_store() {
        let memory = MemoryStore::new();
        let readiness = Readiness::new([&Store::Memory(memory.clone())]);
        for _ in 0..10 {
            assert!(readiness.is_ready().await);
        }
        let first = readiness.probe.lock().await.last.map(|(at, _)| at);
        tokio::time::advance(KEPT).await;
        assert!(readiness.is_ready().await);
        assert!(readiness.probe.lock().await.last.map(|(at, _)| at) > first);
        assert!(memory.is_empty());
    }

    #[tokio::test]
    async fn a_server_that_shuts_down_is_not_ready() {
        let readiness = Readiness::new([&Store::memory(None)]);
        assert!(readiness.is_ready().await);
        readiness.shut_down();
        assert!(!readiness.is_ready().await);
    }
}
