use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

/// A time limit whose timer is only set once there is something to wait for.
#[derive(Debug, Default)]
pub(crate) struct Deadline(Option<Pin<Box<Sleep>>>);

impl Deadline {
    /// Whether the limit has passed. Asks the clock, because a timer fires late under load.
    pub(crate) fn is_over(&self) -> bool {
        let timer = self.0.as_ref();
        timer.is_some_and(|timer| Instant::now() >= timer.deadline())
    }

    /// Ready once `limit` has passed since the first poll.
    pub(crate) fn poll(&mut self, limit: Duration, cx: &mut Context<'_>) -> Poll<()> {
        let timer = self.0.get_or_insert_with(|| Box::pin(sleep(limit)));
        timer.as_mut().poll(cx)
    }
}
