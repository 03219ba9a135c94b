//! What all tasks of a worker share.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};
use webhook_core::replay::Owner;
use webhook_inbox::Inbox;

use crate::backoff::Backoff;
use crate::consumers::Consumers;
use crate::lanes::Lanes;
use crate::leases::Leases;
use crate::worker::Settings;

/// Clones share everything.
pub(crate) struct Context<T>(Arc<Shared<T>>);

pub(crate) struct Shared<T> {
    pub(crate) inbox: Arc<Inbox<T>>,
    pub(crate) consumers: Consumers,
    pub(crate) settings: Settings,
    pub(crate) leases: Leases,
    pub(crate) phase: watch::Sender<Phase>,
    /// A slot is free again.
    pub(crate) freed: Notify,
    lanes: Mutex<Lanes>,
    begins: Mutex<Backoff>,
    random: u64,
    takes: AtomicU64,
}

/// What a worker does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// It takes jobs and runs them.
    Runs,
    /// It takes no more.
    Drains,
    /// It gives back what still runs.
    Ends,
}

impl<T> Context<T> {
    pub(crate) fn new(inbox: Inbox<T>, consumers: Consumers, settings: Settings) -> Self {
        let lanes = Lanes::new(settings.slots, settings.per_lane, settings.rest);
        Self(Arc::new(Shared {
            inbox: Arc::new(inbox),
            consumers,
            leases: Leases::default(),
            phase: watch::Sender::new(Phase::Runs),
            freed: Notify::new(),
            lanes: Mutex::new(lanes),
            begins: Mutex::default(),
            random: random(),
            takes: AtomicU64::new(0),
            settings,
        }))
    }

    pub(crate) fn lanes(&self) -> MutexGuard<'_, Lanes> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether transactions of handlers begin. While they do not, nothing is taken: it would be given
    /// back at once.
    pub(crate) fn begins(&self) -> MutexGuard<'_, Backoff> {
        self.begins.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The owner of a call.
    pub(crate) fn owner(&self) -> Owner {
        let call = self.takes.fetch_add(1, Ordering::Relaxed);
        Owner::from_bits(u128::from(self.random) << 64 | u128::from(call))
    }

    /// Waits until the worker is at least in this phase.
    pub(crate) async fn reaches(&self, phase: Phase) {
        let mut phases = self.phase.subscribe();
        // The sender is in `self`.
        let _ = phases.wait_for(|now| *now >= phase).await;
    }

    pub(crate) fn is_at_least(&self, phase: Phase) -> bool {
        *self.phase.borrow() >= phase
    }
}

impl<T> Clone for Context<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> std::ops::Deref for Context<T> {
    type Target = Shared<T>;

    fn deref(&self) -> &Shared<T> {
        &self.0
    }
}

/// 64 random bits.
pub(crate) fn random() -> u64 {
    RandomState::new().hash_one("worker")
}
