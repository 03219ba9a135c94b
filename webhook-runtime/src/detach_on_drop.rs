use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::runtime::Handle;
use webhook_core::Rejection;

use crate::guard::Guarded;
use crate::tracked_endpoint::{DetachedDelivery, RunningDelivery};

/// A run that goes on as a task when it is dropped before its end.
///
/// Claim, handler and settlement of a delivery are such a run: a client that leaves drops the
/// request, and the handler ends all the same. Both run in the span of the delivery, whose parent is that
/// of the request. Outside of a
/// runtime the run is dropped: its claim is released, or ends with its lease.
///
/// A panic of the run gives a [`Rejection`]. The handler's own panic is caught further inside, by
/// [`HandlerRun`](crate::HandlerRun): what panics here is a store or a hook.
#[must_use = "futures do nothing unless they are awaited"]
pub struct DetachOnDrop<F> {
    run: Option<Guarded<F>>,
    running: Option<RunningDelivery>,
    /// Chosen where `F` is known to be `'static`, because a destructor cannot ask for that.
    spawn: fn(DetachedRun<F>),
}

impl<F: Future + Unpin> DetachOnDrop<F> {
    /// A run that goes on as a task of the current tokio runtime.
    pub fn new(running: RunningDelivery, run: F) -> Self
    where
        F: Send + 'static,
    {
        Self::with_spawner(running, run, |rest| {
            tokio::spawn(rest);
        })
    }

    /// A run that goes on where `spawn` puts it: for frameworks whose futures are not [`Send`].
    ///
    /// `spawn` is called within a tokio runtime. If it panics, the run is dropped.
    pub fn with_spawner(running: RunningDelivery, run: F, spawn: fn(DetachedRun<F>)) -> Self {
        Self {
            run: Some(Guarded::new(run)),
            running: Some(running),
            spawn,
        }
    }
}

impl<F: Future + Unpin> Future for DetachOnDrop<F> {
    type Output = Result<F::Output, Rejection>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let (Some(run), Some(running)) = (&mut this.run, &this.running) else {
            panic!("polled after completion");
        };
        let output = running.span().in_scope(|| Pin::new(run).poll(cx));
        let output = ready!(output);
        let output = output.map_err(|_| running.reject_unanswered());
        this.run = None;
        Poll::Ready(output)
    }
}

impl<F> Drop for DetachOnDrop<F> {
    fn drop(&mut self) {
        let (Some(run), Some(running)) = (self.run.take(), self.running.take()) else {
            return;
        };
        let rest = DetachedRun::new(run, running);
        if Handle::try_current().is_ok() {
            let _ = catch_unwind(AssertUnwindSafe(|| (self.spawn)(rest)));
        }
    }
}

impl<F> fmt::Debug for DetachOnDrop<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DetachOnDrop").finish_non_exhaustive()
    }
}

/// The rest of a run that lost its client: a future to spawn.
#[must_use = "futures do nothing unless they are spawned"]
pub struct DetachedRun<F> {
    // Dropped first: the counts are given back once nothing runs.
    run: Guarded<F>,
    running: RunningDelivery,
    _detached: DetachedDelivery,
}

impl<F> DetachedRun<F> {
    fn new(run: Guarded<F>, running: RunningDelivery) -> Self {
        Self {
            run,
            _detached: running.detach(),
            running,
        }
    }
}

impl<F: Future + Unpin> Future for DetachedRun<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let run = Pin::new(&mut this.run);
        let ended = this.running.span().in_scope(|| run.poll(cx));
        if ready!(ended).is_err() {
            let _ = this.running.reject_unanswered();
        }
        Poll::Ready(())
    }
}

impl<F> fmt::Debug for DetachedRun<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DetachedRun").finish_non_exhaustive()
    }
}
