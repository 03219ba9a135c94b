//! Counts of what runs, for shutdown and for back-pressure.
//!
//! Not tokio-util's `TaskTracker`: it has one count, and admission needs three (running, detached,
//! late). It would cost each delivery a second reference count, and each adapter futures-util.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Notify;
use webhook_core::RejectionKind;

use crate::policy::{MAX_DETACHED, MAX_HOOKS, MAX_LATE_CALLS};

/// Counts the deliveries that are being handled, so that a shutdown can wait for them. Clones share
/// the counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tracker(Arc<State>);

#[derive(Debug, Default)]
struct State {
    closed: AtomicBool,
    running: AtomicUsize,
    detached: AtomicUsize,
    late: AtomicUsize,
    hooks: AtomicUsize,
    idle: Notify,
}

/// Counts one delivery or one late call until it is dropped.
#[derive(Debug)]
pub(crate) struct RunningCount(Tracker);

/// Counts one delivery that lost its client.
#[derive(Debug)]
pub(crate) struct DetachedCount(Tracker);

/// Counts one call of a hook.
struct HookCount(RunningCount);

/// Counts one call of a store that only a shutdown waits for.
struct LateCount(RunningCount);

impl Tracker {
    /// Whether another delivery may come in: not at shutdown, and not while too many run without a
    /// client.
    pub(crate) fn admit(&self) -> Result<(), RejectionKind> {
        if self.0.closed.load(Ordering::SeqCst) {
            Err(RejectionKind::ShuttingDown)
        } else if self.0.detached.load(Ordering::Relaxed) >= MAX_DETACHED {
            Err(RejectionKind::Overloaded)
        } else {
            Ok(())
        }
    }

    /// Counts a verified delivery, if it may come in. It is counted first and admitted afterwards,
    /// so that a shutdown either sees it or stops it.
    pub(crate) fn start(&self) -> Result<RunningCount, RejectionKind> {
        let running = self.count();
        self.admit().map(|()| running)
    }

    fn count(&self) -> RunningCount {
        self.0.running.fetch_add(1, Ordering::SeqCst);
        RunningCount(self.clone())
    }

    /// Lets a call of a store go on in the background. A shutdown waits for it. Outside of a
    /// runtime it is dropped.
    pub(crate) fn spawn_late(&self, call: impl Future<Output = ()> + Send + 'static) {
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        self.0.late.fetch_add(1, Ordering::Relaxed);
        let late = LateCount(self.count());
        runtime.spawn(async move {
            let _late = late;
            call.await;
        });
    }

    /// Lets a task go on that a shutdown waits for. Outside of a runtime it is dropped.
    pub(crate) fn spawn_counted(&self, task: impl Future<Output = ()> + Send + 'static) {
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        let running = self.count();
        runtime.spawn(async move {
            let _running = running;
            task.await;
        });
    }

    /// Calls a hook and lets it go on as a task that a shutdown waits for. `false`: too many of them
    /// run, or there is no runtime, and it was not called.
    pub(crate) fn spawn_hook<F>(&self, hook: impl FnOnce() -> F) -> bool
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let Ok(runtime) = Handle::try_current() else {
            return false;
        };
        let before = self.0.hooks.fetch_add(1, Ordering::Relaxed);
        let count = HookCount(self.count());
        if before >= MAX_HOOKS {
            return false;
        }
        let running = hook();
        runtime.spawn(async move {
            let _count = count;
            running.await;
        });
        true
    }

    /// Whether too many late calls go on in the background.
    pub(crate) fn is_store_stuck(&self) -> bool {
        self.0.late.load(Ordering::Relaxed) >= MAX_LATE_CALLS
    }

    /// Admits nothing from now on, and waits until nothing runs. Gives the number that still runs
    /// after `timeout`.
    pub(crate) fn drain(
        &self,
        timeout: Duration,
    ) -> impl Future<Output = usize> + Send + 'static + use<> {
        let tracker = self.clone();
        tracker.0.closed.store(true, Ordering::SeqCst);
        async move {
            let idle = tokio::time::timeout(timeout, tracker.idle()).await;
            idle.map_or_else(|_| tracker.running(), |()| 0)
        }
    }

    async fn idle(&self) {
        loop {
            let notified = self.0.idle.notified();
            if self.running() == 0 {
                return;
            }
            notified.await;
        }
    }

    fn running(&self) -> usize {
        self.0.running.load(Ordering::SeqCst)
    }
}

impl RunningCount {
    /// Counts the delivery as one that lost its client.
    pub(crate) fn detach(&self) -> DetachedCount {
        self.0.0.detached.fetch_add(1, Ordering::Relaxed);
        DetachedCount(self.0.clone())
    }
}

impl Drop for RunningCount {
    fn drop(&mut self) {
        let state = &self.0.0;
        if state.running.fetch_sub(1, Ordering::SeqCst) == 1 && state.closed.load(Ordering::SeqCst)
        {
            state.idle.notify_waiters();
        }
    }
}

impl Drop for HookCount {
    fn drop(&mut self) {
        self.0.0.0.hooks.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for DetachedCount {
    fn drop(&mut self) {
        self.0.0.detached.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for LateCount {
    fn drop(&mut self) {
        self.0.0.0.late.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_drain_nothing_starts() {
        let tracker = Tracker::default();
        assert_eq!(tracker.admit(), Ok(()));
        // Closes at once, and not at its first poll.
        drop(tracker.drain(Duration::ZERO));
        assert_eq!(tracker.admit(), Err(RejectionKind::ShuttingDown));
        assert_eq!(tracker.start().err(), Some(RejectionKind::ShuttingDown));
        assert_eq!(tracker.running(), 0);
    }

    #[test]
    fn too_many_without_a_client_put_off_new_deliveries() {
        let tracker = Tracker::default();
        let running = tracker.start().unwrap();
        let mut detached: Vec<_> = (0..MAX_DETACHED).map(|_| running.detach()).collect();
        assert_eq!(tracker.admit(), Err(RejectionKind::Overloaded));
        detached.pop();
        assert_eq!(tracker.admit(), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_drain_ends_with_the_last_that_runs() {
        let tracker = Tracker::default();
        let (first, last) = (tracker.start().unwrap(), tracker.start().unwrap());
        assert_eq!(tracker.drain(Duration::from_secs(1)).await, 2, "too early");
        drop(first);
        let drained = tokio::spawn(tracker.drain(Duration::from_secs(1)));
        tokio::task::yield_now().await;
        assert!(!drained.is_finished());
        drop(last);
        assert_eq!(drained.await.unwrap(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn too_many_late_calls_close_the_store_and_a_drain_waits_for_them() {
        let tracker = Tracker::default();
        let (release, released) = tokio::sync::watch::channel(false);
        for _ in 0..MAX_LATE_CALLS {
            assert!(!tracker.is_store_stuck());
            let mut released = released.clone();
            tracker.spawn_late(async move {
                let _ = released.wait_for(|released| *released).await;
            });
        }
        assert!(tracker.is_store_stuck());
        assert_eq!(tracker.drain(Duration::ZERO).await, MAX_LATE_CALLS);
        release.send(true).unwrap();
        assert_eq!(tracker.drain(Duration::from_secs(1)).await, 0);
        assert!(!tracker.is_store_stuck());
    }

    #[test]
    fn a_late_call_outside_of_a_runtime_is_dropped() {
        let tracker = Tracker::default();
        tracker.spawn_late(std::future::pending());
        assert_eq!(tracker.running(), 0);
    }
}
