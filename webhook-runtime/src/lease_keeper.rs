use std::future::Future as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::time::{Instant, timeout, timeout_at};
use webhook_core::replay::LeaseState;
use webhook_core::{LeaseLost, Renewal};

use crate::deadline::Deadline;
use crate::tracked_endpoint::TrackedEndpoint;

/// Renews the claim of a delivery whose handler may run longer than its lease.
///
/// The renewals are a task of their own, which begins when the first is due: a store call must not
/// be dropped with the handler, and a handler that keeps its thread busy must not delay it.
pub(crate) struct LeaseKeeper {
    first: Deadline,
    /// `None` once the task has begun.
    renewal: Option<Renewal>,
    endpoint: TrackedEndpoint,
    lost: LeaseLost,
    cancels: bool,
    ended: Arc<Notify>,
}

impl LeaseKeeper {
    pub(crate) fn new(renewal: Renewal, endpoint: &TrackedEndpoint) -> Self {
        Self {
            first: Deadline::default(),
            lost: renewal.lost(),
            cancels: renewal.cancels(),
            renewal: Some(renewal),
            endpoint: endpoint.clone(),
            ended: Arc::default(),
        }
    }

    /// Ready if the claim is lost and the handler has to end.
    pub(crate) fn poll_lost(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(renewal) = &self.renewal {
            ready!(self.first.poll(renewal.interval(), cx));
        }
        if let Some(renewal) = self.renewal.take() {
            let renewals = Renewals {
                renewal: Arc::new(renewal),
                endpoint: self.endpoint.clone(),
            };
            let ended = Arc::clone(&self.ended);
            let tracker = self.endpoint.tracker();
            tracker.spawn_counted(renewals.repeat_until(ended));
        }
        let lost = Pin::new(&mut self.lost).poll(cx);
        if self.cancels { lost } else { Poll::Pending }
    }
}

/// The handler has ended, or was dropped.
impl Drop for LeaseKeeper {
    fn drop(&mut self) {
        self.ended.notify_one();
    }
}

struct Renewals {
    renewal: Arc<Renewal>,
    endpoint: TrackedEndpoint,
}

impl Renewals {
    /// Renews the claim until the handler has ended or the claim is lost. The first renewal is due.
    async fn repeat_until(self, ended: Arc<Notify>) {
        let (interval, lasts) = (self.renewal.interval(), self.renewal.lasts());
        let mut held_until = Instant::now() + lasts.saturating_sub(interval);
        let mut wait = Duration::ZERO;
        loop {
            let left = held_until.saturating_duration_since(Instant::now());
            if timeout(wait.min(left), ended.notified()).await.is_ok() {
                return;
            }
            let asked = Instant::now();
            match self.ask(held_until).await {
                Some(LeaseState::Held) => {
                    held_until = asked + lasts;
                    wait = interval;
                }
                Some(LeaseState::Lost) => return self.renewal.lose(),
                // The claim may be held, so it is asked for again.
                _ => wait = interval / 4,
            }
            if Instant::now() >= held_until {
                return self.renewal.lose();
            }
        }
    }

    /// The store's answer, if it comes within its time and before the lease ends. The call goes on
    /// without this future.
    async fn ask(&self, held_until: Instant) -> Option<LeaseState> {
        let (answer, answered) = oneshot::channel();
        let renewal = Arc::clone(&self.renewal);
        self.endpoint.tracker().spawn_late(async move {
            // The receiver may have stopped waiting.
            let _ = answer.send(renewal.renew().await);
        });
        let limit = Instant::now() + self.endpoint.endpoint().limits().store_timeout;
        let answer = timeout_at(limit.min(held_until), answered).await;
        answer.ok()?.ok()?.ok()
    }
}
