//! The routes that are served, which a reload replaces.

mod attempts;
mod consumer;
mod generation;
mod router;
mod totals;
mod workers;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use webhook_axum::WebhookLayer;

use crate::config::{Route, WorkerSettings};
pub(crate) use attempts::OUTCOMES;
use generation::Generation;
pub(crate) use router::Shared;
pub(crate) use totals::Totals;

/// The routes of the configuration that is in use. Clones are handles of the same routes.
///
/// A reload puts other routes in their place. The old ones answer the requests that they have begun
/// to answer, and settle the deliveries of clients that have left.
#[derive(Clone)]
pub(crate) struct Routes(Arc<RwLock<State>>);

struct State {
    current: Arc<Generation>,
    /// Those that were replaced and have not settled everything.
    retired: Vec<Arc<Generation>>,
    /// What the others have counted, so that no counter goes back.
    settled: Totals,
}

/// What a configuration says of its routes.
pub(crate) struct Loaded {
    pub(crate) routes: Vec<Route>,
    pub(crate) worker: WorkerSettings,
}

/// A request that is answered by these routes. They stay in use until it is dropped.
pub(crate) struct Entered {
    pub(crate) router: Router,
    _in_use: watch::Receiver<()>,
}

impl Routes {
    /// The routes of a router without deliveries.
    pub(crate) fn fixed(router: Router) -> Self {
        Self::of(Generation::fixed(router))
    }

    /// The routes of a configuration.
    pub(crate) fn new(loaded: Loaded, shared: &Arc<Shared>) -> Self {
        Self::of(Generation::new(loaded, shared))
    }

    /// Begins to run what is stored.
    pub(crate) fn start(&self, shared: &Shared) {
        self.read(|state| state.current.start(shared));
    }

    fn of(generation: Generation) -> Self {
        Self(Arc::new(RwLock::new(State {
            current: Arc::new(generation),
            retired: Vec::new(),
            settled: Totals::default(),
        })))
    }

    /// Begins a request.
    pub(crate) fn enter(&self) -> Entered {
        // Within the lock: `replace` never sees unused routes that a request is about to enter.
        self.read(|state| state.current.enter())
    }

    /// Replaces the routes. It has to be called in a runtime.
    pub(crate) fn replace(&self, loaded: Loaded, shared: &Arc<Shared>) {
        let new = Arc::new(Generation::new(loaded, shared));
        new.start(shared);
        let old = self.write(|state| {
            let old = std::mem::replace(&mut state.current, new);
            state.retired.push(old.clone());
            old
        });
        // They take nothing more from now on. What they give back, the new ones take.
        let drained = tokio::spawn(workers::drain(old.take_workers(), RETIRE_TIMEOUT));
        tokio::spawn(self.clone().retire(old, drained));
    }

    /// Stops to run what is stored, and waits for what runs. Returns how much of it was given back.
    pub(crate) async fn drain_workers(&self, within: Duration) -> usize {
        let workers = self.read(|state| state.current.take_workers());
        workers::drain(workers, within).await
    }

    /// Drains replaced routes once no request uses them: a draining layer refuses a body that is
    /// still arriving. They count until their workers are drained, too.
    async fn retire(self, old: Arc<Generation>, workers: JoinHandle<usize>) {
        old.unused().await;
        let running = old.drain(RETIRE_TIMEOUT).await;
        let _ = workers.await;
        if running > 0 {
            tracing::warn!(
                running,
                "deliveries of replaced routes are still not settled"
            );
        }
        self.write(|state| {
            state.retired.retain(|other| !Arc::ptr_eq(other, &old));
            old.count(&mut state.settled);
        });
    }

    /// The layers of all routes that have something to settle.
    pub(crate) fn layers(&self) -> Vec<WebhookLayer> {
        self.read(|state| {
            let generations = state.retired.iter().chain([&state.current]);
            generations.flat_map(|one| one.layers().cloned()).collect()
        })
    }

    /// What all routes have counted since the start.
    pub(crate) fn totals(&self) -> Totals {
        self.read(|state| {
            let mut totals = state.settled.clone();
            for generation in state.retired.iter().chain([&state.current]) {
                generation.count(&mut totals);
            }
            totals
        })
    }

    // No code panics while it holds the lock, and the state stays valid anyway.

    fn read<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        read(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write<T>(&self, write: impl FnOnce(&mut State) -> T) -> T {
        write(&mut self.0.write().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Time for what replaced routes have to settle: a handler, and the retries of its commit.
const RETIRE_TIMEOUT: Duration = Duration::from_secs(120);
