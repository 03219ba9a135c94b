use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::runtime::Handle;
use tokio::sync::Notify;
use webhook_core::RejectionKind;

/// Handlers that may run on without a client at the same time. Beyond that, new deliveries are put off: clients that
/// connect and leave must not pile up work.
const MAX_DETACHED: usize = 1024;

/// Calls of a store that may go on in the background at the same time. Beyond that, the store is
/// asked for no more: one that never answers must not pile them up.
const MAX_LATE: usize = 1024;

/// Counts the deliveries that are being handled, so that a shutdown can wait for them.
#[derive(Clone, Debug, Default)]
pub struct Tracker(Arc<State>);

#[derive(Debug, Default)]
struct State {
    closed: AtomicBool,
    running: AtomicUsize,
    detached: AtomicUsize,
    late: AtomicUsize,
    idle: Notify,
}

/// One delivery that is being handled.
#[derive(Debug)]
pub struct Running(Tracker);

/// One of them that lost its client.
#[derive(Debug)]
pub struct Detached(Tracker);

/// A call of a store that nobody waits for but a shutdown.
struct Late(Running);

impl Tracker {
    /// Whether another delivery may come in.
    ///
    /// # Errors
    ///
    /// At shutdown, and when too many run without a client.
    pub fn admit(&self) -> Result<(), RejectionKind> {
        if self.0.closed.load(Ordering::SeqCst) {
            Err(RejectionKind::ShuttingDown)
        } else if self.0.detached.load(Ordering::Relaxed) >= MAX_DETACHED {
            Err(RejectionKind::Overloaded)
        } else {
            Ok(())
        }
    }

    /// Counts a delivery whose body is complete. Counted first and asked afterwards, so that a shutdown either sees it or
    /// stops it.
    ///
    /// # Errors
    ///
    /// As [`admit`](Self::admit).
    pub fn start(&self) -> Result<Running, RejectionKind> {
        let running = self.count();
        self.admit().map(|()| running)
    }

    fn count(&self) -> Running {
        self.0.running.fetch_add(1, Ordering::SeqCst);
        Running(self.clone())
    }

    /// Lets a call of a store go on in the background. A shutdown waits for it. Outside of a
    /// runtime it is dropped.
    pub fn spawn(&self, call: impl Future<Output = ()> + Send + 'static) {
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        self.0.late.fetch_add(1, Ordering::Relaxed);
        let late = Late(self.count());
        runtime.spawn(async move {
            let _late = late;
            call.await;
        });
    }

    /// Whether too many calls of the store go on in the background.
    #[must_use]
    pub fn is_store_stuck(&self) -> bool {
        self.0.late.load(Ordering::Relaxed) >= MAX_LATE
    }

    /// Counts one that lost its client.
    #[must_use]
    pub fn detach(&self) -> Detached {
        self.0.detached.fetch_add(1, Ordering::Relaxed);
        Detached(self.clone())
    }

    /// No more from now on.
    pub fn close(&self) {
        self.0.closed.store(true, Ordering::SeqCst);
    }

    /// How many are being handled, or not settled yet.
    #[must_use]
    pub fn running(&self) -> usize {
        self.0.running.load(Ordering::SeqCst)
    }

    /// Waits until none is.
    pub async fn idle(&self) {
        loop {
            let notified = self.0.idle.notified();
            if self.running() == 0 {
                return;
            }
            notified.await;
        }
    }
}

impl Running {
    /// What counts it.
    #[must_use]
    pub fn tracker(&self) -> &Tracker {
        &self.0
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let state = &self.0.0;
        if state.running.fetch_sub(1, Ordering::SeqCst) == 1 && state.closed.load(Ordering::SeqCst)
        {
            state.idle.notify_waiters();
        }
    }
}

impl Drop for Late {
    fn drop(&mut self) {
        self.0.0.0.late.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for Detached {
    fn drop(&mut self) {
        self.0.0.detached.fetch_sub(1, Ordering::Relaxed);
    }
}
